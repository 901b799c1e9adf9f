/*
 * activate.cu - hidden activations of M runs and their derivatives, [rows, ld], run m at column
 * m*block.
 *
 *   activate            a = f_m(z) in columns j < width;  a[r, width] = 1 where width < block (the
 *                       next layer's bias);  0 from there to block.  a may be z itself.
 *   activate_backward   dz (in: dA) = dA * f_m'(z, a) * ratio[m] in columns j < width, 0 to block.
 *                       ratio NULL: 1.  z may be a itself.
 *
 * f and f' are the rows of activations.def, except for softmax and log_softmax, over a row's width:
 *   softmax      a = e^(z - max) / sum,        dz = a * (dA - sum dA a)
 *   log_softmax  a = z - max - log sum,        dz = dA - e^a * sum dA
 *
 * Launch: any grid, any block; a block walks tiles of rows of one run. Sums are trees of lanes.
 * Cost: 8 and 16 bytes an element.
 */
#include "kernel.h"
#include "elementary.h"
#include "activation.h"
#include "lanes.h"

/* Softmax of one row. Each element is read and written by one thread alone: a may be z. */
static inline __device__ void softmax_row(float *a, const float *z, unsigned width, int log,
                                          float *part)
{
    FOR_LANES(l)
        part[l] = -IL_INF;
    for (size_t base = 0; base < width; base += LANES)
        FOR_EACH(l, il_min(LANES, width - (unsigned)base))
            part[l] = il_max(part[l], z[base + l]);
    il_lanes_max(part);
    const float top = part[0];
    __syncthreads(); /* all have read part[0] */
    FOR_LANES(l)
        part[l] = 0.0f;
    for (size_t base = 0; base < width; base += LANES)
        FOR_EACH(l, il_min(LANES, width - (unsigned)base)) {
            const float s = z[base + l] - top, e = il_exp(s);

            a[base + l] = log ? s : e;
            part[l] += e;
        }
    il_lanes_sum(part);
    const float sum = part[0], log_sum = il_log(sum);
    __syncthreads();
    for (size_t base = 0; base < width; base += LANES)
        FOR_EACH(l, il_min(LANES, width - (unsigned)base))
            a[base + l] = log ? a[base + l] - log_sum : a[base + l] / sum;
}

static inline __device__ void softmax_row_backward(float *dz, const float *a, unsigned width,
                                                   int log, float ratio, float *part)
{
    FOR_LANES(l)
        part[l] = 0.0f;
    for (size_t base = 0; base < width; base += LANES)
        FOR_EACH(l, il_min(LANES, width - (unsigned)base))
            part[l] += log ? dz[base + l] : dz[base + l] * a[base + l];
    il_lanes_sum(part);
    const float sum = part[0];
    __syncthreads();
    for (size_t base = 0; base < width; base += LANES)
        FOR_EACH(l, il_min(LANES, width - (unsigned)base)) {
            const float g = dz[base + l], y = a[base + l];

            dz[base + l] = (log ? g - il_exp(y) * sum : y * (g - sum)) * ratio;
        }
}

__global__ void activate(float *a, const float *z, const struct il_act *__restrict__ act,
                         unsigned runs, unsigned rows, unsigned width, unsigned block, unsigned ld)
{
    __shared__ float part[LANES];
    const unsigned tall = IL_TILE_ROWS(block), tiles = (rows + tall - 1) / tall;

    FOR_BLOCKS(t, tiles * runs) {
        const unsigned m = t % runs, first = t / runs * tall, n = il_min(tall, rows - first);
        const size_t at = (size_t)first * ld + (size_t)m * block;
        const uint32_t code = act[m].code;
        const float alpha = act[m].alpha;

        if (code == IL_ACT_SOFTMAX || code == IL_ACT_LOG_SOFTMAX) {
            for (unsigned r = 0; r < n; r++)
                softmax_row(a + at + (size_t)r * ld, z + at + (size_t)r * ld, width,
                            code == IL_ACT_LOG_SOFTMAX, part);
        } else {
            switch (code) {
#define X(ID, ...)                                                                                 \
    case IL_ACT_##ID:                                                                              \
        FOR_TILE(r, j, n, width) {                                                                 \
            const size_t e = at + (size_t)r * ld + j;                                              \
                                                                                                   \
            a[e] = il_f_##ID(z[e], alpha);                                                         \
        }                                                                                          \
        break;
#include "activations.def"
#undef X
            }
        }
        FOR_TILE(r, j, n, block - width)
            a[at + (size_t)r * ld + width + j] = j == 0 ? 1.0f : 0.0f;
    }
}

__global__ void activate_backward(float *__restrict__ dz, const float *z, const float *a,
                                  const struct il_act *__restrict__ act,
                                  const float *__restrict__ ratios, unsigned runs, unsigned rows,
                                  unsigned width, unsigned block, unsigned ld)
{
    __shared__ float part[LANES];
    const unsigned tall = IL_TILE_ROWS(block), tiles = (rows + tall - 1) / tall;

    FOR_BLOCKS(t, tiles * runs) {
        const unsigned m = t % runs, first = t / runs * tall, n = il_min(tall, rows - first);
        const size_t at = (size_t)first * ld + (size_t)m * block;
        const uint32_t code = act[m].code;
        const float alpha = act[m].alpha, ratio = ratios ? ratios[m] : 1.0f;

        if (code == IL_ACT_SOFTMAX || code == IL_ACT_LOG_SOFTMAX) {
            for (unsigned r = 0; r < n; r++)
                softmax_row_backward(dz + at + (size_t)r * ld, a + at + (size_t)r * ld, width,
                                     code == IL_ACT_LOG_SOFTMAX, ratio, part);
        } else {
            switch (code) {
#define X(ID, ...)                                                                                 \
    case IL_ACT_##ID:                                                                              \
        FOR_TILE(r, j, n, width) {                                                                 \
            const size_t e = at + (size_t)r * ld + j;                                              \
                                                                                                   \
            dz[e] = dz[e] * il_df_##ID(z[e], a[e], alpha) * ratio;                                 \
        }                                                                                          \
        break;
#include "activations.def"
#undef X
            }
        }
        FOR_TILE(r, j, n, block - width)
            dz[at + (size_t)r * ld + width + j] = 0.0f;
    }
}

OP_BEGIN
int OP(activate)(struct il_device *d, float *a, const float *z, const struct il_act *act,
                 unsigned runs, unsigned rows, unsigned width, unsigned block, unsigned ld)
{
    return LAUNCH(activate, il_tiles(runs, rows, block), d,
                  (a, z, act, runs, rows, width, block, ld));
}

int OP(activate_backward)(struct il_device *d, float *dz, const float *z, const float *a,
                          const struct il_act *act, const float *ratio, unsigned runs,
                          unsigned rows, unsigned width, unsigned block, unsigned ld)
{
    return LAUNCH(activate_backward, il_tiles(runs, rows, block), d,
                  (dz, z, a, act, ratio, runs, rows, width, block, ld));
}
OP_END
