/* draw.h - draw one layer of all runs of a pack: weights, what is done to them, biases. */
#ifndef HOST_LIB_PACK_DRAW_H
#define HOST_LIB_PACK_DRAW_H

#include "device/seam.h"
#include "layout.h"

/*
 * weights, biases [runs]: rows of the fill table, on the host. w: the layer's matrix on the device,
 * zeroed. Memory that it needs beside it is freed again. Returns the device's code; IL_DRAW_MEMORY:
 * the host has none left.
 */
enum { IL_DRAW_MEMORY = -1000 };
int il_draw_layer(struct il_device *d, const struct il_layer *layout, unsigned runs, float *w,
                  const struct il_fill *weights, const struct il_fill *biases);

/* Bytes that il_draw_layer needs for orthogonal matrices of so many runs. */
size_t il_draw_work(const struct il_layer *layout, unsigned runs);

/* scale[j] and, unless NULL, shift[j] of every column, from the host: see rescale.cu. */
int il_draw_rescale(struct il_device *d, const struct il_layer *layout, float *w,
                    const float *scale, const float *shift, unsigned cols);

/* moments of x [rows, cols of ld] to the host */
int il_draw_moments(struct il_device *d, struct il_moments *out, const float *x, unsigned rows,
                    unsigned cols, unsigned ld, float edge);

#endif
