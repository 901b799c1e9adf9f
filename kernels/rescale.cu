/*
 * rescale.cu - scale the columns of a weight matrix [rows, ld] and move its bias, the row after.
 *
 *   w[i, j] = scale[j] * w[i, j]  for i < rows;   w[rows, j] = shift[j] + scale[j] * w[rows, j]
 *
 * shift may be NULL: then the bias row stays as it is. The data-dependent initialisers and those
 * that fix a unit's norm end with it.
 *
 * Launch: any grid, any block; a block walks rows.
 * Cost: 8*rows*cols bytes.
 */
#include "kernel.h"
#include "elementary.h"
#include "lanes.h"

__global__ void rescale(float *__restrict__ w, const float *__restrict__ scale,
                        const float *__restrict__ shift, unsigned rows, unsigned cols, unsigned ld)
{
    FOR_BLOCKS(i, shift ? rows + 1 : rows) {
        float *const row = w + (size_t)i * ld;

        if (i < rows) {
            FOR_EACH(j, cols)
                row[j] = scale[j] * row[j];
        } else {
            FOR_EACH(j, cols)
                row[j] = FMA(scale[j], row[j], shift[j]);
        }
    }
}

OP_BEGIN
int OP(rescale)(struct il_device *d, float *w, const float *scale, const float *shift,
                unsigned rows, unsigned cols, unsigned ld)
{
    return LAUNCH(rescale, il_grid((size_t)rows + 1), d, (w, scale, shift, rows, cols, ld));
}
OP_END
