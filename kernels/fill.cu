/*
 * fill.cu - draw a tensor of each of M runs, w [rows x ld] from its first row, run m at column
 * m*block.
 *
 *   constant      w[i, j] = a
 *   uniform       w[i, j] = a + (b - a) * u,  u in the open interval (0, 1); where the sum rounds
 *                 to an end, the number next to it
 *   normal        w[i, j] = a + b * z
 *   trunc_normal  w[i, j] = a + b * z,        low <= it <= high
 *   sparse        w[i, j] = a + b * z  for `count` of each unit's elements, else 0
 *   identity      w[i, j] = a  where i = j, else 0
 *   hadamard      w[i, j] = a * (-1)^(number of ones in the bits of i & j)
 *
 * u and z come from word e%4 of counter e/4 of Philox, key seed, subsequence tensor, e = i*cols +
 * j: from the logical element, never from its place. Which elements of a sparse unit are kept is a
 * keyed order of them, the first `count`: exactly that many, and no element waits for another. A
 * mirrored tensor draws its first half only, e over that, and repeats it negated. The padding is
 * left as it is.
 *
 * Launch: any grid, any block; a block walks tiles of 4*LANES elements of one run.
 * Cost: writes 4*runs*rows*cols bytes; ten rounds of Philox for each four numbers, twenty more for
 * each sparse one.
 */
#include "kernel.h"
#include "elementary.h"
#include "random.h"

/* the number next to x on the way to `to`; subnormal ones count as 0 */
static inline __device__ float next_to(float x, float to)
{
    const uint32_t bits = as_uint(x);

    return x == to     ? x
           : x == 0.0f ? il_with_sign(1.17549435e-38f, to)
                       : as_float((to > x) == (x > 0.0f) ? bits + 1 : bits - 1);
}

/*
 * A word as a normal number within [low, high] once it is a + b z. The words below 2 above are z >=
 * 0, the others z < 0: each side has its share of the mass, and its words go in equal steps over the
 * probabilities beyond its z's, so that nothing is drawn again and no mass lies on a bound. Rounding
 * may pass a bound by an ulp: then the bound itself.
 */
static inline __device__ float il_truncated_normal(uint32_t w, const struct il_fill *f)
{
    const int below = w >> 1 >= f->above;
    const float k = (float)(below ? w - 2 * f->above : w);
    const float p = FMA(k, below ? f->step[1] : f->step[0], below ? f->first[1] : f->first[0]);
    const float z = il_probit_tail(p < 0.5f ? p : 0.5f);
    const float x = f->a + f->b * (below ? -z : z);

    return x < f->low ? f->low : x > f->high ? f->high : x;
}

/* A tile's numbers of the law, from the words in their places. */
static inline __device__ void draw(float *u, const struct il_fill *f)
{
    if (f->law == IL_LAW_UNIFORM) {
        const float least = next_to(f->a, f->b), most = next_to(f->b, f->a);

        FOR_EACH(e, 4 * LANES) {
            const float v = f->a + (f->b - f->a) * il_uniform(as_uint(u[e]));

            u[e] = v < least ? least : v > most ? most : v;
        }
    } else if (f->law == IL_LAW_TRUNC_NORMAL) {
        FOR_EACH(e, 4 * LANES)
            u[e] = il_truncated_normal(as_uint(u[e]), f);
    } else {
        FOR_EACH(e, 4 * LANES)
            u[e] = f->a + f->b * il_normal(as_uint(u[e]));
    }
    __syncthreads();
}

/* Is element `at` of n of this unit among those that the sparse law keeps? */
static inline __device__ int kept(const struct il_fill *f, uint32_t unit, uint32_t at, uint32_t n)
{
    const uint64_t sub = f->tensor + IL_MASK_SUB;
    const struct il_words low = il_philox(f->seed, 2 * (uint64_t)unit, sub);
    const struct il_words high = il_philox(f->seed, 2 * (uint64_t)unit + 1, sub);
    const uint32_t key[IL_ORDER_ROUNDS] = { low.v[0], low.v[1],  low.v[2],
                                            low.v[3], high.v[0], high.v[1] };

    return il_order(at, n, il_half_bits(n), key) < f->count;
}

/* v, or what a law that looks at the place makes of it */
static inline __device__ float placed(const struct il_fill *f, float v, uint32_t i, uint32_t j,
                                      uint32_t rows, uint32_t cols)
{
    uint32_t odd = i & j;

    switch (f->law) {
    case IL_LAW_SPARSE:
        return (f->by_row ? kept(f, i, j, cols) : kept(f, j, i, rows)) ? v : 0.0f;
    case IL_LAW_IDENTITY:
        return i == j ? v : 0.0f;
    case IL_LAW_HADAMARD:
        odd ^= odd >> 16;
        odd ^= odd >> 8;
        odd ^= odd >> 4;
        odd ^= odd >> 2;
        return (odd ^ odd >> 1) & 1 ? -v : v;
    default:
        return v;
    }
}

/* to its place, and to the places that mirror it; i, j < the drawn half's rows and cols */
static inline __device__ void store(float *w, size_t ld, const struct il_fill *f, float v, size_t i,
                                    size_t j, size_t rows, size_t cols)
{
    w[i * ld + j] = v;
    if (f->mirror & IL_MIRROR_COLS)
        w[i * ld + cols + j] = -v;
    if (f->mirror & IL_MIRROR_ROWS)
        w[(rows + i) * ld + j] = -v;
    if (f->mirror == (IL_MIRROR_ROWS | IL_MIRROR_COLS))
        w[(rows + i) * ld + cols + j] = v;
}

/* LANES numbers, those from element e on of n, to their places; most are one piece of a row */
static inline __device__ void put(float *w, size_t ld, const struct il_fill *f, const float *u,
                                  size_t e, size_t n, unsigned rows, unsigned cols)
{
    const size_t row = e / cols;
    const unsigned col = (unsigned)(e % cols);

    if (f->law < IL_LAW_SPARSE && !f->mirror && e + LANES <= n && col + LANES <= cols) {
        FOR_LANES(l)
            w[row * ld + col + l] = u[l];
        return;
    }
    FOR_LANES(l) {
        const size_t i = row + (col + l) / cols;
        const unsigned j = (col + l) % cols;

        if (e + l < n)
            store(w, ld, f,
                  f->law < IL_LAW_SPARSE ? u[l] : placed(f, u[l], (uint32_t)i, j, rows, cols), i, j,
                  rows, cols);
    }
}

__global__ void fill(float *__restrict__ w, const struct il_fill *__restrict__ fills, unsigned runs,
                     unsigned rows, unsigned cols, unsigned block, unsigned ld)
{
    __shared__ float u[4 * LANES]; /* a tile's numbers, in the order of its elements */
    const size_t quads = ((size_t)rows * cols + 3) / 4, tiles = (quads + LANES - 1) / LANES;

    for (size_t t = blockIdx.x; t < tiles * runs; t += gridDim.x) {
        const size_t m = t / tiles, first = t % tiles * LANES;
        const struct il_fill f = fills[m];
        const unsigned some_rows = f.mirror & IL_MIRROR_ROWS ? rows / 2 : rows;
        const unsigned some_cols = f.mirror & IL_MIRROR_COLS ? cols / 2 : cols;
        const size_t n = (size_t)some_rows * some_cols;

        if (f.law == IL_LAW_CONSTANT || f.law >= IL_LAW_IDENTITY) {
            FOR_EACH(e, 4 * LANES)
                u[e] = f.a;
            __syncthreads();
        } else {
            FOR_LANES(l) {
                const struct il_words words = il_philox(f.seed, first + l, f.tensor);

                for (unsigned k = 0; k < 4; k++)
                    u[4 * l + k] = as_float(words.v[k]);
            }
            __syncthreads();
            draw(u, &f);
        }
        for (unsigned k = 0; k < 4; k++)
            put(w + m * block, ld, &f, u + k * LANES, 4 * first + k * LANES, n, some_rows,
                some_cols);
        __syncthreads(); /* u has been read */
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
