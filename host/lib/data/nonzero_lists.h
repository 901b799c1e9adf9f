/* nonzero_lists.h - the bytes of images that are not 0, as lists (struct il_lists). Internal. */
#ifndef HOST_LIB_DATA_NONZERO_LISTS_H
#define HOST_LIB_DATA_NONZERO_LISTS_H

#include <stddef.h>
#include <stdint.h>
#include "initlab/dataset.h"

/* What lists of some images take. */
struct il_nonzero_sizes {
    size_t entries; /* bytes that are not 0 */
    size_t most;    /* the most of one image */
    size_t units;   /* of all lists, slack not included */
};

void il_nonzero_lists_measure(struct il_nonzero_sizes *out, const uint8_t *images, size_t n,
                              size_t pixels);

/* of a dataset's training and test images, measured when it was loaded */
const struct il_nonzero_sizes *il_dataset_train_lists(const il_dataset *set);
const struct il_nonzero_sizes *il_dataset_test_lists(const il_dataset *set);

/* Can lists say where a pixel is, and where a list begins? */
int il_nonzero_lists_possible(const struct il_nonzero_sizes *s, size_t pixels);

/* at [n]; part [n, IL_PARTS]; data [units + IL_LIST_SLACK], the slack zero */
void il_nonzero_lists_make(const uint8_t *images, size_t n, size_t pixels, uint32_t *at,
                           uint16_t *part, uint16_t *data);

#endif
