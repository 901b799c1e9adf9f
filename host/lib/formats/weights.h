/* weights.h - named tensors of float as files, apart from where they come from. Internal. */
#ifndef HOST_LIB_FORMATS_WEIGHTS_H
#define HOST_LIB_FORMATS_WEIGHTS_H

#include <stddef.h>
#include "core/error.h"

enum { IL_TENSOR_NAME = 1040 };
struct il_tensor {
    char name[IL_TENSOR_NAME]; /* of our own: letters, digits, dots */
    unsigned dims;             /* 1 or 2 */
    size_t size[2];
    float *data; /* row-major */
};

/* IL_E_USAGE: a path does not end as the name of a weights file does. */
il_status il_weights_check_ending(const char *path, il_error *err);

/* Write tensors as il_save_layers documents. IL_E_MEMORY: the sizes overflow. */
il_status il_weights_write(const char *path, const struct il_tensor *tensors, size_t count,
                           il_error *err);

/*
 * Read the tensor `name` of these sizes into data: from a .npy file, which has only one, or a
 * .safetensors file; float16, bfloat16, float32 or float64. transpose: the file has a matrix the
 * other way round. IL_E_DATA: what is wrong with which file; so are numbers that are no finite
 * floats.
 */
il_status il_weights_read(const char *path, const struct il_tensor *tensor, int transpose,
                          il_error *err);

/* The SHA-256 of a whole file, as lower-case digits. IL_E_DATA: it cannot be opened; IL_E_IO, IL_E_MEMORY. */
il_status il_weights_sum(const char *path, char hex[65], il_error *err);

/* Has this .safetensors file a tensor of that name? 0 where it cannot be read. */
int il_weights_has(const char *path, const char *name);

#endif
