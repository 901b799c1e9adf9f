/*
 * adam.cu - one update of the weights of M runs by Adam or AdamW.
 *
 *   w, m, v, g [rows, ld]   run k at column k*block, cols of them real; the bias is the last row
 *   lr = rate[k, now] * multiplier[k, 0], for the bias multiplier[k, 1]  (multiplier NULL: 1)
 *   {a, b, eps} = table[now]
 *
 *   decay, in rows < decay_rows:  decoupled: d = lr decay w;  else: g += decay w, d = 0
 *   m += a (g - m),   v += b (g^2 - v)
 *   w -= lr m / (sqrt(v) + eps) + d
 *
 * m and v are Adam's means divided by 1 - beta^t, so that no mean that is small at first is made
 * large again; a = (1 - beta1) / (1 - beta1^t), taken by the host in double, and b likewise. A
 * constant gradient stays itself in both, exactly. A step past the end of the epoch changes nothing;
 * padding is not touched.
 *
 * Launch: any grid, any block; a block walks tiles of some rows of one run.
 * Cost: 28 bytes, a root and a division an element.
 */
#include "kernel.h"
#include "elementary.h"
#include "lanes.h"
#include "quads.h"

/* old + share (x - old), from the nearer of the two: share 1 is x to the bit */
static inline __device__ float blend(float old, float x, float share)
{
    const int most = share > 0.5f;
    const float from = most ? x : old, to = most ? old : x;

    return from + (most ? 1.0f - share : share) * (to - from);
}

/* n elements of a row, at this rate; n is a constant in each call */
static inline __device__ void update(struct il_adam_step share, float lr, float decay, int decays,
                                     int decoupled, unsigned n, float *w, float *m, float *v,
                                     const float *g)
{
    const float shrink = lr * decay;

    for (unsigned i = 0; i < n; i++) {
        const float old = w[i];
        const float lost = decays && decoupled ? shrink * old : 0.0f;
        const float slope = decays && !decoupled ? g[i] + decay * old : g[i];

        m[i] = blend(m[i], slope, share.mean);
        v[i] = blend(v[i], slope * slope, share.square);
        w[i] = old - (lr * m[i] / (il_sqrt(v[i]) + share.eps) + lost);
    }
}

__global__ void adam(float *__restrict__ w, float *__restrict__ m, float *__restrict__ v,
                     const float *__restrict__ g, const float *__restrict__ rate,
                     const float *__restrict__ multiplier,
                     const struct il_adam_step *__restrict__ table,
                     const struct il_clock *__restrict__ clock, unsigned runs, unsigned rows,
                     unsigned cols, unsigned block, unsigned ld, float decay, int decoupled,
                     unsigned decay_rows)
{
    const unsigned tall = IL_TILE_ROWS(block), tiles = (rows + tall - 1) / tall;
    const unsigned step = clock->now, steps = clock->steps, quads = il_quads(cols, block, ld);

    FOR_BLOCKS(t, step < steps ? tiles * runs : 0) {
        const unsigned k = t % runs, first = t / runs * tall, n = il_min(tall, rows - first);
        const size_t at = (size_t)first * ld + (size_t)k * block;
        const float lr = rate[(size_t)k * steps + step];
        const float weight_lr = lr * (multiplier ? multiplier[2 * (size_t)k] : 1.0f);
        const float bias_lr = lr * (multiplier ? multiplier[2 * (size_t)k + 1] : 1.0f);
        const struct il_adam_step share = table[step];

        FOR_TILE(r, q, n, quads) {
            const size_t e = at + (size_t)r * ld + (size_t)QUAD * q;
            float own[QUAD], mean[QUAD], square[QUAD], slope[QUAD];

            il_load_quad(own, w + e);
            il_load_quad(mean, m + e);
            il_load_quad(square, v + e);
            il_load_quad(slope, g + e);
            update(share, first + r + 1 < rows ? weight_lr : bias_lr, decay, first + r < decay_rows,
                   decoupled, QUAD, own, mean, square, slope);
            il_store_quad(w + e, own);
            il_store_quad(m + e, mean);
            il_store_quad(v + e, square);
        }
        FOR_TILE(r, j, n, cols - QUAD * quads) {
            const size_t e = at + (size_t)r * ld + (size_t)QUAD * quads + j;

            update(share, first + r + 1 < rows ? weight_lr : bias_lr, decay, first + r < decay_rows,
                   decoupled, 1, w + e, m + e, v + e, g + e);
        }
    }
}

OP_BEGIN
int OP(adam)(struct il_device *d, float *w, float *m, float *v, const float *g, const float *rate,
             const float *multiplier, const struct il_adam_step *table,
             const struct il_clock *clock, unsigned runs, unsigned rows, unsigned cols,
             unsigned block, unsigned ld, float decay, int decoupled, unsigned decay_rows)
{
    return LAUNCH(adam, il_tiles(runs, rows, block), d,
                  (w, m, v, g, rate, multiplier, table, clock, runs, rows, cols, block, ld, decay,
                   decoupled, decay_rows));
}
OP_END
