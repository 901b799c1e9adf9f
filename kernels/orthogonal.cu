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
 * in one order, four rows at a time, so that no bit depends on the number of threads. A thread has
 * FLIGHT loads under way before it stores anything: in a block that is alone on its multiprocessor
 * nothing else hides their latency.
 *
 * Launch: a block a run, for some of the reflections: as many launches as keep each one short, since
 * a GPU that has a display is taken back from a kernel after seconds. Cost: about 4 tall small^2
 * flops a run.
 */
#include "kernel.h"
#include "elementary.h"
#include "lanes.h"

enum { FLIGHT = 8, BLOCKS = 6 /* on a multiprocessor at once: up to 80 registers each */ };

struct qr {
    float *a, *v, *tau, *diagonal; /* v: 1, then the reflection's tail */
    unsigned tall, small;
};

/* columns [from, small) of rows k.. become (I - tau v v') of themselves */
static inline __device__ void reflect(const struct qr *q, unsigned k, unsigned from, float tau)
{
    __shared__ float dot[LANES];
    const unsigned rows = q->tall - k;
    const unsigned ld = q->small;
    const float *const v = q->v;

    for (unsigned c = from; c < q->small; c += LANES) {
        const unsigned n = il_min(LANES, q->small - c);
        float *const a = q->a + (size_t)k * ld + c;
        unsigned i = 0;

        FOR_EACH(j, n)
            dot[j] = 0.0f;
        for (; i + FLIGHT <= rows; i += FLIGHT) {
            const float *const r = a + (size_t)i * ld;

            FOR_EACH(j, n)
            {
                const float r0 = r[j], r1 = r[j + ld], r2 = r[j + 2 * ld], r3 = r[j + 3 * ld];
                const float r4 = r[j + 4 * ld], r5 = r[j + 5 * ld], r6 = r[j + 6 * ld],
                            r7 = r[j + 7 * ld];
                const float four =
                    dot[j] + ((v[i] * r0 + v[i + 1] * r1) + (v[i + 2] * r2 + v[i + 3] * r3));

                dot[j] = four + ((v[i + 4] * r4 + v[i + 5] * r5) + (v[i + 6] * r6 + v[i + 7] * r7));
            }
        }
        for (; i + 4 <= rows; i += 4) {
            const float *const r = a + (size_t)i * ld;

            FOR_EACH(j, n)
                dot[j] += (v[i] * r[j] + v[i + 1] * r[j + ld]) +
                          (v[i + 2] * r[j + 2 * ld] + v[i + 3] * r[j + 3 * ld]);
        }
        for (; i < rows; i++)
            FOR_EACH(j, n)
                dot[j] += v[i] * a[(size_t)i * ld + j];
        for (i = 0; i + FLIGHT <= rows; i += FLIGHT) {
            float *const r = a + (size_t)i * ld;
            const float t0 = tau * v[i], t1 = tau * v[i + 1], t2 = tau * v[i + 2],
                        t3 = tau * v[i + 3], t4 = tau * v[i + 4], t5 = tau * v[i + 5],
                        t6 = tau * v[i + 6], t7 = tau * v[i + 7];

            FOR_EACH(j, n)
            {
                const float r0 = r[j], r1 = r[j + ld], r2 = r[j + 2 * ld], r3 = r[j + 3 * ld];
                const float r4 = r[j + 4 * ld], r5 = r[j + 5 * ld], r6 = r[j + 6 * ld],
                            r7 = r[j + 7 * ld], by = dot[j];

                r[j] = r0 - t0 * by;
                r[j + ld] = r1 - t1 * by;
                r[j + 2 * ld] = r2 - t2 * by;
                r[j + 3 * ld] = r3 - t3 * by;
                r[j + 4 * ld] = r4 - t4 * by;
                r[j + 5 * ld] = r5 - t5 * by;
                r[j + 6 * ld] = r6 - t6 * by;
                r[j + 7 * ld] = r7 - t7 * by;
            }
        }
        for (; i < rows; i++) {
            const float t = tau * v[i];

            FOR_EACH(j, n)
                a[(size_t)i * ld + j] -= t * dot[j];
        }
    }
    __syncthreads();
}

/* n elements of a column, ld apart, to v: each lane copies the elements that it may read from there at once */
static inline __device__ void copy_column(float *v, const float *a, unsigned ld, unsigned n)
{
    FOR_LANES(l) {
        unsigned i = l;

        for (; i + (FLIGHT - 1) * LANES < n; i += FLIGHT * LANES) {
            float r[FLIGHT];

            for (unsigned e = 0; e < FLIGHT; e++)
                r[e] = a[(i + e * LANES) * ld];
            for (unsigned e = 0; e < FLIGHT; e++)
                v[i + e * LANES] = r[e];
        }
        for (; i < n; i += LANES)
            v[i] = a[i * ld];
    }
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

    copy_column(q->v + 1, a + ld, ld, below);
    FOR_LANES(l) {
        float s = 0.0f;

        for (unsigned i = l; i < below; i += LANES)
            s += q->v[1 + i] * q->v[1 + i];
        part[l] = s;
    }
    il_lanes_sum(part);
    sum = part[0];
    head = a[0];
    beta = sum > 0.0f ? -il_with_sign(il_sqrt(head * head + sum), head) : head;
    tau = sum > 0.0f ? (beta - head) / beta : 0.0f;
    scale = sum > 0.0f ? 1.0f / (head - beta) : 0.0f;
    FOR_EACH(i, below) {
        const float t = q->v[1 + i] * scale;

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

    copy_column(q->v + 1, a + (k + 1) * ld, ld, q->tall - k - 1);
    if (LEADER())
        q->v[0] = 1.0f;
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

/*
 * Steps [from, to): step k < steps / 2 makes reflection k, step steps - 1 - k applies it again. A
 * mirrored tensor has fewer, and does nothing in those between.
 */
__global__ void __launch_bounds__(LANES, BLOCKS)
    orthogonal(float *__restrict__ w, float *__restrict__ work,
               const struct il_fill *__restrict__ fills, unsigned runs, unsigned rows,
               unsigned cols, unsigned block, unsigned ld, unsigned from, unsigned to)
{
    const unsigned steps = 2 * il_min(rows, cols);

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
            if (from == 0)
                load(&q, w + (size_t)m * block, ld, wide);
            for (unsigned k = from; k < il_min(to, q.small); k++) {
                find_reflection(&q, k);
                reflect(&q, k, k + 1, q.tau[k]);
            }
            for (unsigned i = from; i < to; i++)
                if (i >= steps - q.small)
                    apply_reflection(&q, steps - 1 - i);
            if (to == steps)
                store(&q, w + (size_t)m * block, ld, wide, &f, some_rows, some_cols);
        }
    }
}

/*
 * Elements that a launch may walk over, in one run and in all: some .3 s where a block has
 * FLIGHT loads under way and waits 480 cycles for them at 1.7 GHz, and where all of them, each read
 * twice and written, share 200 GB/s.
 */
#if !defined(ORTHOGONAL_WALK) /* tests force another: the bits may not change */
#define ORTHOGONAL_WALK ((size_t)1 << 29)
#endif
static const size_t WALK = ORTHOGONAL_WALK, WALK_ALL = 8 * ORTHOGONAL_WALK;

/* the step behind those of a launch that begins with `from` */
static unsigned last_step(unsigned runs, unsigned rows, unsigned cols, unsigned from)
{
    const unsigned small = rows < cols ? rows : cols, steps = 2 * small;
    const size_t tall = rows < cols ? cols : rows;
    const size_t most = WALK_ALL / runs < WALK ? WALK_ALL / runs : WALK;
    size_t walked = 0;
    unsigned to = from;

    do {
        const unsigned k = to < small ? to : steps - 1 - to;

        walked += (tall - k) * (small - k);
        to++;
    } while (to < steps && walked < most);
    return to;
}

OP_BEGIN
int OP(orthogonal)(struct il_device *d, float *w, float *work, const struct il_fill *fills,
                   unsigned runs, unsigned rows, unsigned cols, unsigned block, unsigned ld)
{
    const unsigned steps = 2 * (rows < cols ? rows : cols);
    int e = 0;

    for (unsigned from = 0, to; !e && from < steps; from = to) {
        to = last_step(runs, rows, cols, from);
        e = LAUNCH(orthogonal, il_grid(runs), d,
                   (w, work, fills, runs, rows, cols, block, ld, from, to));
    }
    return e;
}
OP_END
