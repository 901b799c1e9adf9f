/*
 * adam.cu - one update of the weights of M runs by Adam or AdamW.
 *
 *   w, m, v, g [rows, ld]   run k at column k*block, cols of them real; the bias is the last row
 *   lr = rate[k, now] * multiplier[k, 0], for the bias multiplier[k, 1]  (multiplier NULL: 1)
 *   {s1, s2} = correction[now]
 *
 *   decay, in rows < decay_rows:  decoupled: w -= lr decay w;  else: g += decay w
 *   m = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2
 *   w -= lr s1 m / (sqrt(v) s2 + eps)
 *
 * s1 and s2 hold the bias correction, computed by the host in double; s2 also says where eps
 * stands. A step past the end of the epoch changes nothing; padding is not touched.
 *
 * Launch: any grid, any block; a block walks tiles of some rows of one run.
 * Cost: 28 bytes, a root and a division an element.
 */
#include "kernel.h"
#include "elementary.h"
#include "lanes.h"

__global__ void adam(float *__restrict__ w, float *__restrict__ m, float *__restrict__ v,
                     const float *__restrict__ g, const float *__restrict__ rate,
                     const float *__restrict__ multiplier, const float *__restrict__ correction,
                     const struct il_clock *__restrict__ clock, unsigned runs, unsigned rows,
                     unsigned cols, unsigned block, unsigned ld, float beta1, float beta2,
                     float eps, float decay, int decoupled, unsigned decay_rows)
{
    const unsigned tall = IL_TILE_ROWS(block), tiles = (rows + tall - 1) / tall;
    const unsigned step = clock->now, steps = clock->steps;

    FOR_BLOCKS(t, step < steps ? tiles * runs : 0) {
        const unsigned k = t % runs, first = t / runs * tall, n = il_min(tall, rows - first);
        const size_t at = (size_t)first * ld + (size_t)k * block;
        const float lr = rate[(size_t)k * steps + step];
        const float weight_lr = lr * (multiplier ? multiplier[2 * (size_t)k] : 1.0f);
        const float bias_lr = lr * (multiplier ? multiplier[2 * (size_t)k + 1] : 1.0f);
        const float c1 = correction[2 * (size_t)step], s2 = correction[2 * (size_t)step + 1];
        const float rest1 = 1.0f - beta1, rest2 = 1.0f - beta2;

        FOR_TILE(r, j, n, cols) {
            const size_t e = at + (size_t)r * ld + j;
            const float own = first + r + 1 < rows ? weight_lr : bias_lr;
            const float s1 = own * c1, shrink = own * decay;
            const int decays = first + r < decay_rows;
            const float old = w[e];
            const float from = decays && decoupled ? old - shrink * old : old;
            const float slope = decays && !decoupled ? g[e] + decay * old : g[e];
            const float mean = beta1 * m[e] + rest1 * slope;
            const float square = beta2 * v[e] + rest2 * (slope * slope);

            m[e] = mean;
            v[e] = square;
            w[e] = from - s1 * mean / (il_sqrt(square) * s2 + eps);
        }
    }
}

OP_BEGIN
int OP(adam)(struct il_device *d, float *w, float *m, float *v, const float *g, const float *rate,
             const float *multiplier, const float *correction, const struct il_clock *clock,
             unsigned runs, unsigned rows, unsigned cols, unsigned block, unsigned ld, float beta1,
             float beta2, float eps, float decay, int decoupled, unsigned decay_rows)
{
    return LAUNCH(adam, il_tiles(runs, rows, block), d,
                  (w, m, v, g, rate, multiplier, correction, clock, runs, rows, cols, block, ld,
                   beta1, beta2, eps, decay, decoupled, decay_rows));
}
OP_END
