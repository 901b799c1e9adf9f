/* weights.h - named tensors of float as files, apart from where they come from. Internal. */
#ifndef HOST_LIB_WEIGHTS_H
#define HOST_LIB_WEIGHTS_H

#include <stddef.h>
#include "error.h"

struct il_tensor {
    char name[32]; /* letters, digits, dots */
    unsigned dims; /* 1 or 2 */
    size_t size[2];
    float *data; /* row-major */
};

/* Write tensors as il_save_weights documents. IL_E_MEMORY: the sizes overflow. */
il_status il_weights_write(const char *path, const struct il_tensor *tensors, size_t count,
                           il_error *err);

#endif
