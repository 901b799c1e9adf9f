/*
 * orthogonal.cu - make the normal matrices that `fill` drew orthogonal, for the runs whose fill
 * asks for it, in place.
 *
 * A [tall x small], the drawn matrix or its transpose, is Q R by Householder's reflections; the
 * result is gain * Q * diag(sign of R's diagonal), transposed back. With these signs, which
 * copysign gives and zero does not spoil, Q is uniform over the orthogonal matrices (Mezzadri
 * 2007); without them Q[0, 0] would never be positive. A mirrored tensor's drawn half is made
 * orthogonal, and the rest repeats it.
 *
 * work: IL_ORTHOGONAL_WORK(rows, cols) floats a run: A, row-major; a column as a vector; each
 * reflection's factor; R's diagonal. Columns are spread over the lanes, and each sums over its rows
 * in one order, four rows at a time, so that no bit depends on the number of threads.
 *
 * Launch: a block a run. Cost: about 4 tall small^2 flops a run.
 */
#include "kernel.h"
#include "elementary.h"
#include "lanes.h"

struct qr {
    float *a, *v, *tau, *diagonal; /* v: 1, then the reflection's tail */
    unsigned tall, small;
};

/* columns [from, small) of rows k.. become (I - tau v v') of themselves */
static inline __device__ void reflect(const struct qr *q, unsigned k, unsigned from, float tau)
{
    __shared__ float dot[LANES];
    const unsigned rows = q->tall - k;
    const size_t ld = q->small;
    const float *const v = q->v;

    for (unsigned c = from; c < q->small; c += LANES) {
        const unsigned n = il_min(LANES, q->small - c);
        float *const a = q->a + k * ld + c;
        unsigned i = 0;

        FOR_EACH(j, n)
            dot[j] = 0.0f;
        for (; i + 4 <= rows; i += 4) {
            const float *const r = a + i * ld;

            FOR_EACH(j, n)
                dot[j] += (v[i] * r[j] + v[i + 1] * r[j + ld]) +
                          (v[i + 2] * r[j + 2 * ld] + v[i + 3] * r[j + 3 * ld]);
        }
        for (; i < rows; i++)
            FOR_EACH(j, n)
                dot[j] += v[i] * a[i * ld + j];
        for (i = 0; i < rows; i++) {
            const float t = tau * v[i];

            FOR_EACH(j, n)
                a[i * ld + j] -= t * dot[j];
        }
    }
    __syncthreads();
}

/*
 * v and tau of the reflection that clears column k below the diagonal; v's tail replaces the column
 */
static inline __device__ void find_reflection(const struct qr *q, unsigned k)
{
    __shared__ float part[LANES];
    const size_t ld = q->small;
    const unsigned below = q->tall - k - 1;
    float *const a =
        q->a + k * ld + k; /* the diagonal element; the column below at a[(1 + i) ld] */
    float sum, head, beta, tau, scale;

    FOR_LANES(l) {
        float s = 0.0f;

        for (unsigned i = l; i < below; i += LANES)
            s += a[(1 + i) * ld] * a[(1 + i) * ld];
        part[l] = s;
    }
    il_lanes_sum(part);
    sum = part[0];
    head = a[0];
    beta = sum > 0.0f ? -il_with_sign(il_sqrt(head * head + sum), head) : head;
    tau = sum > 0.0f ? (beta - head) / beta : 0.0f;
    scale = sum > 0.0f ? 1.0f / (head - beta) : 0.0f;
    FOR_EACH(i, below) {
        const float t = a[(1 + i) * ld] * scale;

        q->v[1 + i] = t;
        a[(1 + i) * ld] = t;
    }
    __syncthreads(); /* part[0] and a[0] have been read */
    if (LEADER()) {
        q->v[0] = 1.0f;
        q->tau[k] = tau;
        q->diagonal[k] = beta;
    }
    __syncthreads();
}

/* column k of Q from the identity's, and the ones after it, by reflection k */
static inline __device__ void apply_reflection(const struct qr *q, unsigned k)
{
    const size_t ld = q->small;
    const float tau = q->tau[k];
    float *const a = q->a + k;

    FOR_EACH(i, q->tall - k)
        q->v[i] = i == 0 ? 1.0f : a[(k + i) * ld];
    FOR_EACH(j, q->small - k - 1)
        a[k * ld + 1 + j] = 0.0f; /* R has been there */
    __syncthreads();
    reflect(q, k, k + 1, tau);
    FOR_EACH(i, q->tall)
        a[i * ld] = i < k ? 0.0f : i == k ? 1.0f - tau : -tau * q->v[i - k];
    __syncthreads();
}

/* the drawn matrix to q->a, or q->a times its signs and the gain to w; transposed if it is wide */
static inline __device__ void load(const struct qr *q, const float *w, size_t ld, int wide)
{
    for (unsigned i = 0; i < q->tall; i++)
        FOR_EACH(j, q->small)
            q->a[(size_t)i * q->small + j] = wide ? w[j * ld + i] : w[i * ld + j];
    __syncthreads();
}

static inline __device__ void store(const struct qr *q, float *w, size_t ld, int wide,
                                    const struct il_fill *f, size_t rows, size_t cols)
{
    for (unsigned k = 0; k < q->tall; k++)
        FOR_EACH(l, q->small) {
            const float v = il_with_sign(f->gain, q->diagonal[l]) * q->a[(size_t)k * q->small + l];
            const size_t i = wide ? l : k, j = wide ? k : l;

            w[i * ld + j] = v;
            if (f->mirror & IL_MIRROR_COLS)
                w[i * ld + cols + j] = -v;
            if (f->mirror & IL_MIRROR_ROWS)
                w[(rows + i) * ld + j] = -v;
            if (f->mirror == (IL_MIRROR_ROWS | IL_MIRROR_COLS))
                w[(rows + i) * ld + cols + j] = v;
        }
    __syncthreads();
}

__global__ void orthogonal(float *__restrict__ w, float *__restrict__ work,
                           const struct il_fill *__restrict__ fills, unsigned runs, unsigned rows,
                           unsigned cols, unsigned block, unsigned ld)
{
    FOR_BLOCKS(m, runs) {
        const struct il_fill f = fills[m];
        const unsigned some_rows = f.mirror & IL_MIRROR_ROWS ? rows / 2 : rows;
        const unsigned some_cols = f.mirror & IL_MIRROR_COLS ? cols / 2 : cols;
        const int wide = some_rows < some_cols;
        struct qr q;

        q.tall = wide ? some_cols : some_rows;
        q.small = wide ? some_rows : some_cols;
        q.a = work + m * IL_ORTHOGONAL_WORK(rows, cols);
        q.v = q.a + (size_t)q.tall * q.small;
        q.tau = q.v + q.tall;
        q.diagonal = q.tau + q.small;
        if (f.after == IL_AFTER_ORTHOGONAL) {
            load(&q, w + (size_t)m * block, ld, wide);
            for (unsigned k = 0; k < q.small; k++) {
                find_reflection(&q, k);
                reflect(&q, k, k + 1, q.tau[k]);
            }
            for (unsigned k = q.small; k > 0; k--)
                apply_reflection(&q, k - 1);
            store(&q, w + (size_t)m * block, ld, wide, &f, some_rows, some_cols);
        }
    }
}

OP_BEGIN
int OP(orthogonal)(struct il_device *d, float *w, float *work, const struct il_fill *fills,
                   unsigned runs, unsigned rows, unsigned cols, unsigned block, unsigned ld)
{
    return LAUNCH(orthogonal, il_grid(runs), d, (w, work, fills, runs, rows, cols, block, ld));
}
OP_END
