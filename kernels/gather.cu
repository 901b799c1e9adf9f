/*
 * gather.cu - the batch of this step: bytes to floats, a constant 1 after them, zeros to the end.
 *
 *   x [rows, ld]   x[r, j] = images[s, j] / 255,  s = order(step*rows + r);  x[r, pixels] = 1
 *   label [rows]   labels[s]
 *
 * Rows past the end of the epoch are all zero, label 0; so are all rows of a step past the end.
 * Reads clock->next, writes clock->now.
 *
 * Launch: any grid, any block; a block walks whole rows. Each thread works out the sample for itself,
 * and nobody waits for the label. Where rows of pixels and of floats are QUAD's multiples, a thread reads
 * QUAD pixels in one load and writes their floats in one store.
 * Cost: rows * (pixels + 2 + 4*ld) bytes. A random order misses the cache in every row, so the CPU
 * asks for the next step's images while it converts this one's.
 */
#include "kernel.h"
#include "quads.h"
#include "random.h"

/* What is read of the clock: loads that are all under way together, and none of what is written. */
struct epoch {
    unsigned step, steps, samples, half_bits;
    uint32_t key[IL_ORDER_ROUNDS];
};

static inline __device__ struct epoch read(const struct il_clock *clock)
{
    struct epoch e = { clock->next, clock->steps, clock->samples, clock->half_bits, { 0 } };

    for (unsigned i = 0; i < IL_ORDER_ROUNDS; i++)
        e.key[i] = clock->key[i];
    e.samples = e.step < e.steps ? e.samples : 0; /* a step past the end has none */
    return e;
}

/* where sample number `at` of the epoch lies; IL_NEVER past the end */
static inline __device__ uint32_t sample_at(const struct epoch *e, size_t at)
{
    return at < e->samples ? il_order((uint32_t)at, e->samples, e->half_bits, e->key) : IL_NEVER;
}

#if defined(__CUDACC__)
static inline __device__ void prefetch_row(const struct epoch *, const uint8_t *, size_t, unsigned)
{
}
#else
static inline void prefetch_row(const struct epoch *e, const uint8_t *images, size_t at,
                                unsigned pixels)
{
    const uint32_t s = sample_at(e, at);
    const uint8_t *image = images + (size_t)s * pixels;

    if (s == IL_NEVER)
        return;
    for (unsigned j = 0; j < pixels; j += 64)
        PREFETCH(image + j);
    PREFETCH(image + pixels - 1);
}
#endif

/* one quad of pixels as floats */
static inline __device__ void convert(float *__restrict__ x, const uint8_t *__restrict__ image)
{
    float quad[QUAD];

    il_load_bytes(quad, image);
    for (unsigned i = 0; i < QUAD; i++)
        quad[i] *= 1.0f / 255.0f;
    il_store_quad(x, quad);
}

__global__ void gather(float *__restrict__ x, uint8_t *__restrict__ label,
                       const uint8_t *__restrict__ images, const uint8_t *__restrict__ labels,
                       struct il_clock *clock, unsigned rows, unsigned pixels, unsigned ld)
{
    const struct epoch e = read(clock);
    const unsigned quads = il_quads(pixels, pixels, ld);

    FOR_BLOCKS(r, rows) {
        const size_t at = (size_t)e.step * rows + r;
        const uint32_t sample = sample_at(&e, at);
        const uint8_t mine = LEADER() && sample != IL_NEVER ? labels[sample] : 0;
        float *const xr = x + (size_t)r * ld;

        if (sample != IL_NEVER) {
            const uint8_t *const image = images + (size_t)sample * pixels;

            if (e.step + 1 < e.steps)
                prefetch_row(&e, images, at + rows, pixels);
            FOR_EACH(q, quads)
                convert(xr + (size_t)QUAD * q, image + (size_t)QUAD * q);
            FOR_EACH(j, pixels - QUAD * quads)
                xr[QUAD * quads + j] = (float)image[QUAD * quads + j] * (1.0f / 255.0f);
            FOR_EACH(j, ld - pixels)
                xr[pixels + j] = j == 0 ? 1.0f : 0.0f;
        } else {
            FOR_EACH(j, ld)
                xr[j] = 0.0f;
        }
        if (LEADER())
            label[r] = mine;
    }
    if (blockIdx.x == 0 && LEADER())
        clock->now = e.step;
}

OP_BEGIN
int OP(gather)(struct il_device *d, float *x, uint8_t *label, const uint8_t *images,
               const uint8_t *labels, struct il_clock *clock, unsigned rows, unsigned pixels,
               unsigned ld)
{
    return LAUNCH(gather, rows, d, (x, label, images, labels, clock, rows, pixels, ld));
}
OP_END
