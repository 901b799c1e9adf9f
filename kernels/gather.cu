/*
 * gather.cu - the batch of this step: bytes to floats, a constant 1 after them, zeros to the end.
 *
 *   x [rows, ld]   x[r, j] = images[s, j] / 255,  s = order(step*rows + r);  x[r, pixels] = 1
 *   label [rows]   labels[s]
 *
 * Rows past the end of the epoch are all zero, label 0; so are all rows of a step past the end.
 * Reads clock->next, writes clock->now.
 *
 * Launch: any grid, any block; a block walks whole rows.
 * Cost: rows * (pixels + 2 + 4*ld) bytes. A random order misses the cache in every row, so the CPU
 * asks for the next step's images while it converts this one's.
 */
#include "kernel.h"
#include "random.h"

/* where sample number `at` of the epoch lies, or `none` past the end */
static inline __device__ uint32_t sample_at(const struct il_clock *clock, size_t at, uint32_t none)
{
    const uint32_t n = clock->samples;

    return at < n ? il_order((uint32_t)at, n, clock->half_bits, clock->key) : none;
}

#if defined(__CUDACC__)
static inline __device__ void prefetch_row(const struct il_clock *, const uint8_t *, size_t,
                                           unsigned)
{
}
#else
static inline void prefetch_row(const struct il_clock *clock, const uint8_t *images, size_t at,
                                unsigned pixels)
{
    const uint32_t s = sample_at(clock, at, IL_NEVER);
    const uint8_t *image = images + (size_t)s * pixels;

    if (s == IL_NEVER)
        return;
    for (unsigned j = 0; j < pixels; j += 64)
        PREFETCH(image + j);
    PREFETCH(image + pixels - 1);
}
#endif

__global__ void gather(float *__restrict__ x, uint8_t *__restrict__ label,
                       const uint8_t *__restrict__ images, const uint8_t *__restrict__ labels,
                       struct il_clock *clock, unsigned rows, unsigned pixels, unsigned ld)
{
    __shared__ uint32_t sample;
    const unsigned step = clock->next;
    const int in_epoch = step < clock->steps;

    FOR_BLOCKS(r, rows) {
        const size_t at = (size_t)step * rows + r;
        float *const xr = x + (size_t)r * ld;

        if (LEADER()) {
            sample = in_epoch ? sample_at(clock, at, IL_NEVER) : IL_NEVER;
            label[r] = sample != IL_NEVER ? labels[sample] : 0;
        }
        __syncthreads();
        if (sample != IL_NEVER) {
            const uint8_t *const image = images + (size_t)sample * pixels;

            if (step + 1 < clock->steps)
                prefetch_row(clock, images, at + rows, pixels);
            FOR_EACH(j, pixels)
                xr[j] = (float)image[j] * (1.0f / 255.0f);
            FOR_EACH(j, ld - pixels)
                xr[pixels + j] = j == 0 ? 1.0f : 0.0f;
        } else {
            FOR_EACH(j, ld)
                xr[j] = 0.0f;
        }
        __syncthreads(); /* all have read sample */
    }
    if (blockIdx.x == 0 && LEADER())
        clock->now = step;
}

OP_BEGIN
int OP(gather)(struct il_device *d, float *x, uint8_t *label, const uint8_t *images,
               const uint8_t *labels, struct il_clock *clock, unsigned rows, unsigned pixels,
               unsigned ld)
{
    return LAUNCH(gather, rows, d, (x, label, images, labels, clock, rows, pixels, ld));
}
OP_END
