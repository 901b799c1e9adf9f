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

/* old + share (x - old), from the nearer of the two: share 1 is x to the bit */
static inline __device__ float blend(float old, float x, float share)
{
    const int most = share > 0.5f;
    const float from = most ? x : old, to = most ? old : x;

    return from + (most ? 1.0f - share : share) * (to - from);
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
    const unsigned step = clock->now, steps = clock->steps;

    FOR_BLOCKS(t, step < steps ? tiles * runs : 0) {
        const unsigned k = t % runs, first = t / runs * tall, n = il_min(tall, rows - first);
        const size_t at = (size_t)first * ld + (size_t)k * block;
        const float lr = rate[(size_t)k * steps + step];
        const float weight_lr = lr * (multiplier ? multiplier[2 * (size_t)k] : 1.0f);
        const float bias_lr = lr * (multiplier ? multiplier[2 * (size_t)k + 1] : 1.0f);
        const struct il_adam_step share = table[step];

        FOR_TILE(r, j, n, cols) {
            const size_t e = at + (size_t)r * ld + j;
            const float own = first + r + 1 < rows ? weight_lr : bias_lr, shrink = own * decay;
            const int decays = first + r < decay_rows;
            const float old = w[e];
            const float lost = decays && decoupled ? shrink * old : 0.0f;
            const float slope = decays && !decoupled ? g[e] + decay * old : g[e];
            const float mean = blend(m[e], slope, share.mean);
            const float square = blend(v[e], slope * slope, share.square);

            m[e] = mean;
            v[e] = square;
            w[e] = old - (own * mean / (il_sqrt(square) + share.eps) + lost);
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
