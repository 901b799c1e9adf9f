/*
 * loss.cu - output activation, loss, correct count and the gradient at the logits, of M runs.
 *
 *   z, dz [rows, ld]   run m at column m*block, classes of them real;  label [rows];  sums [runs]
 *   a = f(z);   y = hot onehot(label) + cold;   L per sample, summed over the classes:
 *
 *   softmax cross-entropy   log sum e^z - sum y z: from the logits, whatever the activation
 *   cross-entropy           -sum y log a, as written: 0 * log 0 is NaN
 *   ... clip                the same of a clipped to [eps, 1 - eps]; no slope where it clips
 *   ... renorm              the same of a / sum a, then clipped
 *   nll                     -sum y a
 *   mse                     sum (a - y)^2
 *
 *   dz = dL/dz * head.gradient * rate[m, step] / live   (rate NULL: 1; live: rows before the
 *   epoch's end).  Rows past the end and columns from classes to block are zero.  gradient 0: dz is
 *   not used.
 *   of LANES rows together, live ones alone:  cost: the sum of L, in double, by a tree of fixed shape;
 *   correct: argmax a == label (the first of equals; a NaN among the outputs predicts nothing);
 *   diverged: this step, where an L is not finite.  They are added to sums [runs] where the rows are
 *   no more than LANES; else part [rows / LANES, runs] gets them, for add_sums.cu.
 *
 * Reads clock->now, writes clock->next.
 *
 * Launch: any grid, any block; a block walks tiles of LANES rows of one run, so that many rows of few
 * runs are work for many blocks. A lane is a row: it works down its own column of a chunk of CHUNK
 * classes, so every sum over classes is in class order, and has a chunk's loads under way together.
 * More classes than CHUNK go chunk by chunk, computed anew in each pass: nothing is stored.
 * Cost: reads z and writes dz, 8 bytes an element; log2 LANES additions one after the other.
 */
#include "kernel.h"
#include "elementary.h"
#include "activation.h"
#include "lanes.h"
#include "sums.h"

enum { CHUNK = 16 };

struct tile { /* [..][LANES]: lane l is row l of the tile */
    float z[CHUNK][LANES], a[CHUNK][LANES], g[CHUNK][LANES]; /* logits, outputs, dL/da */
    float top[LANES], sum[LANES];   /* largest value of the row; sum of e^(z - top) */
    float total[LANES], dot[LANES]; /* renorm: sum a; sum of slope * a / total */
    float back[LANES];              /* softmax outputs: what the other classes send back */
    float cost[LANES];
    uint32_t best[LANES], label[LANES]; /* best: no class where an output is NaN */
    double costs[LANES];
    uint32_t found[LANES]; /* hits, and above them, from bit 16, costs that are not finite */
};

struct job { /* one run's rows of one tile */
    const float *z;
    float *dz; /* NULL: no gradient wanted */
    unsigned rows, live, classes, block, ld;
    struct il_head head;
    float hot, cold; /* y of the label's class is hot + cold, of others cold */
    float low, high; /* of the clip */
    float scale;
};

/* The loop over a job's classes by chunks: class c0 + c is row c of the tile, c < n. */
#define FOR_CHUNKS(c0, n, j)                                                                       \
    for (unsigned c0 = 0, n; c0 < (j)->classes && (n = il_min(CHUNK, (j)->classes - c0)) > 0;      \
         c0 += CHUNK)

static inline __device__ void load(struct tile *t, const struct job *j, unsigned c0, unsigned n)
{
    FOR_LANES(l) {
        const float *const z = j->z + (size_t)l * j->ld + c0;
        float row[CHUNK];

        for (unsigned c = 0; c < CHUNK; c++)
            row[c] = l < j->rows && c < n ? z[c] : 0.0f;
        for (unsigned c = 0; c < CHUNK; c++)
            t->z[c][l] = row[c];
    }
}

static inline __device__ void exponentials(struct tile *t, unsigned n)
{
    for (unsigned c = 0; c < n; c++)
        FOR_LANES(l)
            t->a[c][l] = il_exp(t->z[c][l] - t->top[l]);
}

/* The largest logit of each row and its class, then the sum of exponentials; the last chunk's stay
 * in a. */
static inline __device__ void sum_exponentials(struct tile *t, const struct job *j)
{
    FOR_LANES(l) {
        t->top[l] = -IL_INF;
        t->sum[l] = 0.0f;
        t->best[l] = 0;
    }
    FOR_CHUNKS(c0, n, j) {
        load(t, j, c0, n);
        for (unsigned c = 0; c < n; c++)
            FOR_LANES(l) {
                const int more = t->z[c][l] > t->top[l];

                t->best[l] = more ? c0 + c : t->best[l];
                t->top[l] = more ? t->z[c][l] : t->top[l];
            }
    }
    FOR_CHUNKS(c0, n, j) {
        if (j->classes > CHUNK)
            load(t, j, c0, n);
        exponentials(t, n);
        for (unsigned c = 0; c < n; c++)
            FOR_LANES(l)
                t->sum[l] += t->a[c][l];
    }
}

static inline __device__ float target(const struct tile *t, const struct job *j, unsigned l,
                                      unsigned k)
{
    return (t->label[l] == k ? j->hot : 0.0f) + j->cold;
}

/* Gradients of classes c0 ..., from the tile's z, to memory. */
static inline __device__ void store(const struct tile *t, const struct job *j, unsigned c0,
                                    unsigned n)
{
    FOR_LANES(l)
        if (l < j->rows) {
            float *const dz = j->dz + (size_t)l * j->ld + c0;

            for (unsigned c = 0; c < n; c++)
                dz[c] = l < j->live ? t->z[c][l] : 0.0f;
        }
}

static inline __device__ void softmax_cross_entropy(struct tile *t, const struct job *j)
{
    sum_exponentials(t, j);
    FOR_LANES(l)
        t->total[l] = t->dot[l] = 0.0f;
    FOR_CHUNKS(c0, n, j) {
        if (j->classes > CHUNK)
            load(t, j, c0, n);
        for (unsigned c = 0; c < n; c++)
            FOR_LANES(l) {
                const float s = t->z[c][l] - t->top[l];

                t->dot[l] = t->label[l] == c0 + c ? s : t->dot[l];
                t->total[l] += s;
            }
    }
    FOR_LANES(l) {
        const float shared = j->cold > 0.0f ? j->cold * t->total[l] : 0.0f;

        t->cost[l] = il_log(t->sum[l]) - (j->hot * t->dot[l] + shared);
        t->best[l] = t->sum[l] != t->sum[l] ? IL_NEVER : t->best[l];
    }
    if (j->dz)
        FOR_CHUNKS(c0, n, j) {
            if (j->classes > CHUNK) {
                load(t, j, c0, n);
                exponentials(t, n);
            }
            for (unsigned c = 0; c < n; c++)
                FOR_LANES(l)
                    t->z[c][l] = (t->a[c][l] / t->sum[l] - target(t, j, l, c0 + c)) * j->scale;
            store(t, j, c0, n);
        }
}

/* a from z, for one chunk */
static inline __device__ void outputs(struct tile *t, const struct job *j, unsigned n)
{
    const float alpha = j->head.act.alpha;

    if (j->head.act.code == IL_ACT_SOFTMAX) {
        for (unsigned c = 0; c < n; c++)
            FOR_LANES(l)
                t->a[c][l] = il_exp(t->z[c][l] - t->top[l]) / t->sum[l];
        return;
    }
    if (j->head.act.code == IL_ACT_LOG_SOFTMAX) {
        for (unsigned c = 0; c < n; c++)
            FOR_LANES(l)
                t->a[c][l] = t->z[c][l] - t->top[l] - il_log(t->sum[l]);
        return;
    }
    switch (j->head.act.code) {
#define X(ID, ...)                                                                                 \
    case IL_ACT_##ID:                                                                              \
        for (unsigned c = 0; c < n; c++)                                                           \
            FOR_LANES(l)                                                                           \
                t->a[c][l] = il_f_##ID(t->z[c][l], alpha);                                         \
        break;
#include "activations.def"
#undef X
    }
}

/* z and a of one chunk: those in the tile already, where all classes fit into it */
static inline __device__ void fetch(struct tile *t, const struct job *j, unsigned c0, unsigned n)
{
    if (j->classes > CHUNK) {
        load(t, j, c0, n);
        outputs(t, j, n);
    }
}

/* The cross-entropies by their logarithm are one formula: clip [-inf, inf] and total 1 are no-ops.
 */
static inline __device__ float clipped_slope(const struct job *j, float q, float y)
{
    return q < j->low || q > j->high ? 0.0f : -y / q;
}

/* dL/da of one chunk */
static inline __device__ void slopes(struct tile *t, const struct job *j, unsigned c0, unsigned n)
{
    for (unsigned c = 0; c < n; c++) {
        if (j->head.code == IL_LOSS_MSE) {
            FOR_LANES(l)
                t->g[c][l] = 2.0f * (t->a[c][l] - target(t, j, l, c0 + c));
        } else if (j->head.code == IL_LOSS_NLL) {
            FOR_LANES(l)
                t->g[c][l] = -target(t, j, l, c0 + c);
        } else {
            FOR_LANES(l) {
                const float g = clipped_slope(j, t->a[c][l] / t->total[l], target(t, j, l, c0 + c));

                t->g[c][l] = (g - t->dot[l]) / t->total[l];
            }
        }
    }
}

/* L of one chunk, and what renorm's division sends back */
static inline __device__ void add_cost(struct tile *t, const struct job *j, unsigned c0, unsigned n)
{
    const int renorm = j->head.code == IL_LOSS_CROSS_ENTROPY_RENORM;

    for (unsigned c = 0; c < n; c++) {
        if (j->head.code == IL_LOSS_MSE) {
            FOR_LANES(l) {
                const float e = t->a[c][l] - target(t, j, l, c0 + c);

                t->cost[l] += e * e;
            }
        } else if (j->head.code == IL_LOSS_NLL) {
            FOR_LANES(l)
                t->cost[l] -= target(t, j, l, c0 + c) * t->a[c][l];
        } else {
            FOR_LANES(l) {
                const float y = target(t, j, l, c0 + c), q = t->a[c][l] / t->total[l];
                const float p = q < j->low ? j->low : q > j->high ? j->high : q;

                t->cost[l] -= y * il_log(p);
                t->dot[l] = renorm ? t->dot[l] + clipped_slope(j, q, y) * q : t->dot[l];
            }
        }
    }
}

/* dL/dz of one chunk into the tile's z */
static inline __device__ void gradients(struct tile *t, const struct job *j, unsigned n)
{
    const float alpha = j->head.act.alpha;

    if (j->head.act.code == IL_ACT_SOFTMAX) {
        for (unsigned c = 0; c < n; c++)
            FOR_LANES(l)
                t->z[c][l] = t->a[c][l] * (t->g[c][l] - t->back[l]) * j->scale;
        return;
    }
    if (j->head.act.code == IL_ACT_LOG_SOFTMAX) {
        for (unsigned c = 0; c < n; c++)
            FOR_LANES(l)
                t->z[c][l] = (t->g[c][l] - il_exp(t->a[c][l]) * t->back[l]) * j->scale;
        return;
    }
    switch (j->head.act.code) {
#define X(ID, ...)                                                                                 \
    case IL_ACT_##ID:                                                                              \
        for (unsigned c = 0; c < n; c++)                                                           \
            FOR_LANES(l)                                                                           \
                t->z[c][l] = t->g[c][l] * il_df_##ID(t->z[c][l], t->a[c][l], alpha) * j->scale;    \
        break;
#include "activations.def"
#undef X
    }
}

/* Best output, the outputs' sum, and whether one is NaN; row-wise outputs are ranked by their
 * logits. */
static inline __device__ void rank(struct tile *t, const struct job *j, int by_logits)
{
    if (!by_logits)
        FOR_LANES(l) {
            t->top[l] = -IL_INF;
            t->best[l] = 0;
        }
    FOR_LANES(l)
        t->total[l] = t->back[l] = 0.0f;
    FOR_CHUNKS(c0, n, j) {
        load(t, j, c0, n);
        outputs(t, j, n);
        for (unsigned c = 0; c < n; c++)
            FOR_LANES(l) {
                const float a = t->a[c][l];
                const int more = !by_logits && a > t->top[l];

                t->best[l] = more ? c0 + c : t->best[l];
                t->top[l] = more ? a : t->top[l];
                t->total[l] += a;
                t->back[l] = a != a ? 1.0f : t->back[l];
            }
    }
    FOR_LANES(l) {
        t->best[l] = t->back[l] > 0.0f ? IL_NEVER : t->best[l];
        t->total[l] = j->head.code == IL_LOSS_CROSS_ENTROPY_RENORM ? t->total[l] : 1.0f;
        t->back[l] = t->dot[l] = t->cost[l] = 0.0f;
    }
}

/* Any other loss of any activation. */
static inline __device__ void general(struct tile *t, const struct job *j)
{
    const int softmax = j->head.act.code == IL_ACT_SOFTMAX;
    const int row_wise = softmax || j->head.act.code == IL_ACT_LOG_SOFTMAX;

    if (row_wise)
        sum_exponentials(t, j);
    rank(t, j, row_wise);
    FOR_CHUNKS(c0, n, j) {
        fetch(t, j, c0, n);
        add_cost(t, j, c0, n);
    }
    if (!j->dz)
        return;
    FOR_CHUNKS(c0, n, j) {
        fetch(t, j, c0, n);
        slopes(t, j, c0, n);
        for (unsigned c = 0; c < n; c++)
            FOR_LANES(l)
                t->back[l] += softmax ? t->g[c][l] * t->a[c][l] : t->g[c][l];
    }
    FOR_CHUNKS(c0, n, j) {
        fetch(t, j, c0, n);
        slopes(t, j, c0, n);
        gradients(t, j, n);
        store(t, j, c0, n);
    }
}

/* The sums of a tile's live rows: cost, hits, and whether each cost is finite. */
static inline __device__ struct il_sums add_up(struct tile *t, const struct job *j, unsigned step)
{
    FOR_LANES(l) {
        const int live = l < j->live;

        t->costs[l] = live ? (double)t->cost[l] : 0.0;
        t->found[l] = (live && t->best[l] == t->label[l] ? 1u : 0u) +
                      (live && !(il_abs(t->cost[l]) < IL_INF) ? 1u << 16 : 0u);
    }
    for (unsigned half = LANES / 2; half > 0; half /= 2) {
        __syncthreads();
        FOR_EACH(l, half) {
            t->costs[l] += t->costs[l + half];
            t->found[l] += t->found[l + half];
        }
    }
    __syncthreads();
    return (struct il_sums){ t->costs[0], t->found[0] & 0xffffu,
                             t->found[0] >> 16 ? step : IL_NEVER };
}

__global__ void loss(float *__restrict__ dz, struct il_sums *__restrict__ sums,
                     struct il_sums *__restrict__ part, const float *__restrict__ z,
                     const uint8_t *__restrict__ label, const struct il_head *__restrict__ head,
                     const float *__restrict__ rate, struct il_clock *clock, unsigned runs,
                     unsigned rows, unsigned classes, unsigned block, unsigned ld, int gradient)
{
    __shared__ struct tile tile;
    const unsigned step = clock->now, steps = clock->steps;
    const size_t begin = (size_t)step * rows, n = clock->samples;
    const unsigned live = step >= steps || begin >= n ? 0
                          : n - begin < rows          ? (unsigned)(n - begin)
                                                      : rows;

    FOR_BLOCKS(i, runs * IL_LOSS_TILES(rows)) {
        const unsigned m = i % runs, base = i / runs * LANES;
        const size_t at = (size_t)base * ld + (size_t)m * block;
        /* loads that are under way together */
        const struct il_head h = head[m];
        const float lr = live && gradient && rate ? rate[(size_t)m * steps + step] : 1.0f;
        struct il_sums all = rows > LANES ? (struct il_sums){ 0.0, 0, IL_NEVER } : sums[m];
        const int raw = h.code == IL_LOSS_CROSS_ENTROPY;
        const struct job j = { z + at,
                               gradient ? dz + at : NULL,
                               rows - base,
                               live > base ? live - base : 0,
                               classes,
                               block,
                               ld,
                               h,
                               h.hot,
                               h.cold,
                               raw ? -IL_INF : h.eps,
                               raw ? IL_INF : 1.0f - h.eps,
                               live ? h.gradient * lr / (float)live : 0.0f };

        FOR_LANES(l)
            tile.label[l] = l < j.rows ? label[base + l] : 0;
        if (h.code == IL_LOSS_SOFTMAX_CROSS_ENTROPY)
            softmax_cross_entropy(&tile, &j);
        else
            general(&tile, &j);
        if (gradient)
            FOR_TILE(r, c, il_min(LANES, j.rows), block - classes)
                j.dz[(size_t)r * ld + classes + c] = 0.0f;
        il_add_sums(&all, add_up(&tile, &j, step));
        if (LEADER())
            *(rows > LANES ? part + i : sums + m) = all;
        __syncthreads(); /* the tile is written again */
    }
    if (blockIdx.x == 0 && LEADER())
        clock->next = step + 1;
}

OP_BEGIN
int OP(loss)(struct il_device *d, float *dz, struct il_sums *sums, struct il_sums *part,
             const float *z, const uint8_t *label, const struct il_head *head, const float *rate,
             struct il_clock *clock, unsigned runs, unsigned rows, unsigned classes, unsigned block,
             unsigned ld, int gradient)
{
    return LAUNCH(
        loss, il_grid((size_t)runs * IL_LOSS_TILES(rows)), d,
        (dz, sums, part, z, label, head, rate, clock, runs, rows, classes, block, ld, gradient));
}
OP_END
