/* layout.c - sizes of a pack's matrices, checked against overflow. */
#include "layout.h"

#include <limits.h>
#include <stdint.h>

int il_layout(struct il_layer *out, unsigned l, unsigned layers, const unsigned *width, size_t runs)
{
    const size_t fan_in = width[l], fan_out = width[l + 1];
    const size_t block = layers == 1      ? fan_out
                         : l + 1 < layers ? il_round8(fan_out + 1)
                                          : il_round8(fan_out);
    const size_t rows = il_round8(fan_in + 1);
    size_t columns, floats;

    /* kernels index with unsigned, the BLAS with int, one matrix with size_t */
    if (__builtin_mul_overflow(runs, block, &columns) || columns > INT_MAX - 16 ||
        rows > INT_MAX - 16 || __builtin_mul_overflow(rows, il_round16(columns), &floats) ||
        floats > (size_t)PTRDIFF_MAX / sizeof(float))
        return 0;
    *out = (struct il_layer){ .fan_in = (unsigned)fan_in,
                              .fan_out = (unsigned)fan_out,
                              .rows = (unsigned)rows,
                              .block = (unsigned)block,
                              .units = (unsigned)(layers == 1 ? fan_out : il_round8(fan_out)),
                              .ld = (unsigned)il_round16(columns) };
    return 1;
}
