/*
 * fill.cu - draw a tensor of each of M runs, w [rows x ld] from its first row, run m at column
 * m*block.
 *
 *   constant   w[i, j] = a
 *   uniform    w[i, j] = a + (b - a) * u,  u in the open interval (0, 1)
 *   normal     w[i, j] = a + b * z
 *
 * u and z come from word e%4 of counter e/4 of Philox, key seed, subsequence tensor, e = i*cols +
 * j: from the logical element, never from its place. The padding is left as it is.
 *
 * Launch: any grid, any block; a block walks tiles of 4*LANES elements of one run.
 * Cost: writes 4*runs*rows*cols bytes; ten rounds of Philox for each four numbers.
 */
#include "kernel.h"
#include "elementary.h"
#include "random.h"

/* A lane's four numbers of the law, from the words that its loop left in their place. */
static inline __device__ void draw(float (*u)[LANES], const struct il_fill *f)
{
    for (unsigned k = 0; k < 4; k++) {
        if (f->law == IL_LAW_UNIFORM) {
            FOR_LANES(l)
                u[k][l] = f->a + (f->b - f->a) * il_uniform(as_uint(u[k][l]));
        } else {
            FOR_LANES(l)
                u[k][l] = f->a + f->b * il_normal(as_uint(u[k][l]));
        }
    }
}

__global__ void fill(float *__restrict__ w, const struct il_fill *__restrict__ fills, unsigned runs,
                     unsigned rows, unsigned cols, unsigned block, unsigned ld)
{
    __shared__ float u[4][LANES]; /* each lane reads its own column only */
    const size_t n = (size_t)rows * cols, quads = (n + 3) / 4, tiles = (quads + LANES - 1) / LANES;

    for (size_t t = blockIdx.x; t < tiles * runs; t += gridDim.x) {
        const size_t m = t / tiles, first = t % tiles * LANES;
        const struct il_fill f = fills[m];

        if (f.law == IL_LAW_CONSTANT) {
            for (unsigned k = 0; k < 4; k++)
                FOR_LANES(l)
                    u[k][l] = f.a;
        } else {
            FOR_LANES(l) {
                const struct il_words words = il_philox(f.seed, first + l, f.tensor);

                for (unsigned k = 0; k < 4; k++)
                    u[k][l] = as_float(words.v[k]);
            }
            draw(u, &f);
        }
        FOR_LANES(l) {
            const size_t e = 4 * (first + l);
            size_t i = e / cols;
            unsigned j = (unsigned)(e % cols);

            for (unsigned k = 0; k < 4 && e + k < n; k++) {
                w[i * ld + m * block + j] = u[k][l];
                if (++j == cols) {
                    j = 0;
                    i++;
                }
            }
        }
    }
}

OP_BEGIN
int OP(fill)(struct il_device *d, float *w, const struct il_fill *fills, unsigned runs,
             unsigned rows, unsigned cols, unsigned block, unsigned ld)
{
    const size_t tiles = ((size_t)rows * cols + 4 * LANES - 1) / (4 * LANES) * runs;

    return LAUNCH(fill, (unsigned)(tiles < 65535 ? tiles : 65535), d,
                  (w, fills, runs, rows, cols, block, ld));
}
OP_END
