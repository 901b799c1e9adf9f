/* idx.h - one IDX file of unsigned bytes: http://yann.lecun.com/exdb/mnist. */
#ifndef HOST_LIB_DATA_IDX_H
#define HOST_LIB_DATA_IDX_H

#include <stddef.h>
#include <stdint.h>
#include "core/error.h"
#include "core/sha256.h"

enum { IL_IDX_DIMS = 3, IL_IDX_HEADER = 4 + 4 * IL_IDX_DIMS };

struct il_idx {
    unsigned dims;              /* 3: images; 1: labels */
    uint32_t size[IL_IDX_DIMS]; /* samples, rows, columns; 1 past dims */
    size_t bytes;               /* the product of the sizes */
    uint8_t *data;              /* [bytes]; free() it */
    struct il_sha256 sha;       /* over the uncompressed file, header and all */
};

/*
 * Read a file, raw or compressed by gzip, with the given number of dimensions, which must end
 * where its header says. IL_E_DATA names the file and what is wrong with it; IL_E_MEMORY: more than
 * the machine has. Memory grows as bytes arrive, never past what the header announces. *out is zero
 * on failure.
 */
il_status il_idx_read(struct il_idx *out, const char *path, unsigned dims, il_error *err);

/* Check dims and size against the limits of dataset.h and set bytes; name is for the error. */
il_status il_idx_check(struct il_idx *idx, const char *name, il_error *err);

/* Write the header that idx would have in a file; its length is returned. */
size_t il_idx_header(const struct il_idx *idx, uint8_t header[IL_IDX_HEADER]);

#endif
