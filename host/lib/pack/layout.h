/*
 * layout.h - where a pack's numbers lie. The one place that knows.
 *
 * For M runs, layer l holds one matrix W_l [rows, ld], row-major: run m in columns m*block ..., the
 * bias as the row after the fan_in rows of weights. Activations [batch, ld] have the same columns,
 * and a constant 1 after the fan_out of them. The rest is padding, and always zero.
 *
 *   rows   fan_in + 1 up to a multiple of 8
 *   block  hidden: fan_out + 1 up to a multiple of 8;  output: fan_out up to a multiple of 8.
 *          In a one-layer network all columns are one product, so the block is fan_out itself.
 *   units  fan_out up to a multiple of 8: what products between layers compute of a block, the constant
 *          left out where it would begin another 8
 *   ld     runs * block up to a multiple of 16 floats: a cache line
 */
#ifndef HOST_LIB_PACK_LAYOUT_H
#define HOST_LIB_PACK_LAYOUT_H

#include <stddef.h>

struct il_layer {
    unsigned fan_in, fan_out;
    unsigned rows, block, units, ld;
};

/*
 * Fill *out for layer l of `layers`; width has layers + 1 numbers. Returns 0 if a size would overflow,
 * else 1.
 */
int il_layout(struct il_layer *out, unsigned l, unsigned layers, const unsigned *width,
              size_t runs);

/* Floats from the start of run m's weights to its element (i, j); i = fan_in is the bias. */
static inline size_t il_layout_at(const struct il_layer *l, size_t run, size_t i, size_t j)
{
    return i * l->ld + run * l->block + j;
}

/* n up to a multiple of 8 or 16 */
static inline size_t il_round8(size_t n) { return (n + 7) / 8 * 8; }
static inline size_t il_round16(size_t n) { return (n + 15) / 16 * 16; }

static inline size_t il_larger(size_t a, size_t b) { return a > b ? a : b; }

#endif
