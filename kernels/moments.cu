/*
 * moments.cu - moments of each column of a matrix [rows, ld], over its first cols columns.
 *
 *   out[j] = sum x, sum x^2, sum (x - mean)^2, min x, max x, how many x = 0, how many |x| > edge
 *
 * The spread is of a second pass: the sum of squares less that of the mean leaves no digit of a spread
 * that is small beside the mean.
 *
 * A column is summed by one lane in the order of its rows, in double: the bits depend on nothing
 * else. Signals of a layer (rows are samples) and norms of its units (rows are inputs) are both of
 * this kind.
 *
 * Launch: any grid, any block; a block walks tiles of LANES columns.
 * Cost: reads 4*rows*cols bytes, twice.
 */
#include "kernel.h"
#include "lanes.h"

__global__ void moments(struct il_moments *__restrict__ out, const float *__restrict__ x,
                        unsigned rows, unsigned cols, unsigned ld, float edge)
{
    FOR_BLOCKS(t, (cols + LANES - 1) / LANES) {
        FOR_EACH(j, il_min(LANES, cols - t * LANES)) {
            const float *const at = x + (size_t)t * LANES + j;
            struct il_moments s = { 0.0, 0.0, 0.0, at[0], at[0], 0, 0 };
            double mean;

            for (unsigned i = 0; i < rows; i++) {
                const float v = at[(size_t)i * ld];

                s.sum += (double)v;
                s.square += (double)v * (double)v;
                s.least = -il_max(-s.least, -v);
                s.most = il_max(s.most, v);
                s.zeros += v == 0.0f;
                s.large += v > edge || v < -edge;
            }
            mean = s.sum / (double)rows;
            for (unsigned i = 0; i < rows; i++) {
                const double d = (double)at[(size_t)i * ld] - mean;

                s.spread += d * d;
            }
            out[(size_t)t * LANES + j] = s;
        }
    }
}

OP_BEGIN
int OP(moments)(struct il_device *d, struct il_moments *out, const float *x, unsigned rows,
                unsigned cols, unsigned ld, float edge)
{
    const unsigned tiles = (cols + LANES - 1) / LANES;

    return LAUNCH(moments, il_grid(tiles), d, (out, x, rows, cols, ld, edge));
}
OP_END
