/*
 * trace.c - a device that counts, times and waits for every call of the device inside it. A
 * recorded step is run call by call, never as a graph, so that every op has its own row.
 */
#include <stdlib.h>
#include <string.h>
#include "core/clock.h"
#include "seam.h"

/*
 * slots of the seam that have a row: alloc free put get zero copy wait gemm gemm_batched and the input's
 * three
 */
enum { SLOTS = 12 };
enum {
    OPS = 0
#define X(name, params, args, bytes, flops) +1
#include "ops.def"
#undef X
};

struct trace {
    struct il_device head;
    struct il_device *inner;
    size_t count;
    struct il_trace_row row[SLOTS + OPS];
};
struct il_record {
    il_step_fn *step;
    void *arg;
};

static const struct il_seam trace_seam;

static struct trace *self(struct il_device *d) { return (struct trace *)d; }

/*
 * Wait for a call that began at `begin` and returned e, and add it to its row. Returns the first
 * error.
 */
static int done(struct il_device *d, const char *name, int e, double begin, size_t bytes,
                size_t flops)
{
    struct trace *const t = self(d);
    const int late = t->inner->seam->wait(t->inner);
    size_t i = 0;

    while (i < t->count && strcmp(t->row[i].name, name) != 0)
        i++;
    if (i == t->count)
        t->row[t->count++].name = name;
    t->row[i].calls++;
    t->row[i].bytes += bytes;
    t->row[i].flops += flops;
    t->row[i].seconds += il_seconds() - begin;
    return e ? e : late;
}

/* Pass a call on: d is the trace, in the arguments too it becomes the device inside. */
#define FORWARD(slot, args, bytes, flops)                                                          \
    do {                                                                                           \
        struct il_device *const outer_ = d;                                                        \
        const size_t bytes_ = (bytes), flops_ = (flops);                                           \
        const double begin_ = il_seconds();                                                        \
        int e_;                                                                                    \
        d = self(d)->inner;                                                                        \
        e_ = d->seam->slot args;                                                                   \
        return done(outer_, #slot, e_, begin_, bytes_, flops_);                                    \
    } while (0)

#define X(name, params, args, bytes, flops)                                                        \
    static int trace_##name params { FORWARD(name, args, bytes, flops); }
#include "ops.def"
#undef X

static int trace_alloc(struct il_device *d, void **p, size_t bytes)
{
    FORWARD(alloc, (d, p, bytes), 0, 0);
}
static int trace_free(struct il_device *d, void *p) { FORWARD(free, (d, p), 0, 0); }
static int trace_put(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    FORWARD(put, (d, dst, src, bytes), bytes, 0);
}
static int trace_get(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    FORWARD(get, (d, dst, src, bytes), bytes, 0);
}
static int trace_zero(struct il_device *d, void *p, size_t bytes)
{
    FORWARD(zero, (d, p, bytes), bytes, 0);
}
static int trace_copy(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    FORWARD(copy, (d, dst, src, bytes), 2 * bytes, 0);
}
static int trace_wait(struct il_device *d) { FORWARD(wait, (d), 0, 0); }
static int trace_math(struct il_device *d, enum il_math mode)
{
    return self(d)->inner->seam->math(self(d)->inner, mode);
}

/* What a perfect cache moves: the operands once, and the product, which beta reads as well. */
static size_t product_bytes(size_t m, size_t n, size_t k, float beta)
{
    return 4 * (m * k + k * n + (beta != 0.0f ? 2 : 1) * m * n);
}

static int trace_gemm(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                      float alpha, const float *a, unsigned lda, const float *b, unsigned ldb,
                      float beta, float *c, unsigned ldc)
{
    FORWARD(gemm, (d, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc),
            product_bytes(m, n, k, beta), (size_t)2 * m * n * k);
}
static int trace_gemm_batched(struct il_device *d, int ta, int tb, unsigned m, unsigned n,
                              unsigned k, float alpha, const float *a, unsigned lda, size_t sa,
                              const float *b, unsigned ldb, size_t sb, float beta, float *c,
                              unsigned ldc, size_t sc, unsigned count)
{
    FORWARD(gemm_batched,
            (d, ta, tb, m, n, k, alpha, a, lda, sa, b, ldb, sb, beta, c, ldc, sc, count),
            count * product_bytes(m, n, k, beta), (size_t)2 * count * m * n * k);
}
static size_t trace_chunk(struct il_device *d)
{
    return self(d)->inner->seam->chunk(self(d)->inner);
}

static int trace_input_lists(struct il_device *d, double density)
{
    return self(d)->inner->seam->input_lists(self(d)->inner, density);
}
/* Over lists bytes and flops depend on the images: none are counted. */
static int trace_input_gather(struct il_device *d, const struct il_batch *b)
{
    FORWARD(input_gather, (d, b),
            b->lists.data ? 0 : (size_t)b->rows * (b->pixels + 2 + (size_t)4 * b->ld),
            b->lists.data ? 0 : (size_t)b->rows * b->pixels);
}
static int trace_input_forward(struct il_device *d, const struct il_batch *b, unsigned n,
                               const float *w, unsigned ldw, float *z, unsigned ldz)
{
    FORWARD(input_forward, (d, b, n, w, ldw, z, ldz),
            b->lists.data ? 0 : product_bytes(b->rows, n, b->k, 0.0f),
            b->lists.data ? 0 : (size_t)2 * b->rows * n * b->k);
}
static int trace_input_update(struct il_device *d, const struct il_batch *b, unsigned n,
                              float alpha, const float *dz, unsigned lddz, float beta, float *w,
                              unsigned ldw)
{
    FORWARD(input_update, (d, b, n, alpha, dz, lddz, beta, w, ldw),
            b->lists.data ? 0 : product_bytes(b->k, n, b->rows, beta),
            b->lists.data ? 0 : (size_t)2 * b->rows * n * b->k);
}

static int trace_count(char *why, size_t n)
{
    if (n)
        *why = 0;
    return 1;
}
static int trace_open(struct il_device **d, int index, int threads, char *why, size_t n)
{
    struct il_device *inner;
    int e = il_cpu_seam()->open(&inner, index, threads, why, n);

    *d = NULL;
    if (!e && (e = il_trace_open(d, inner)) != 0)
        inner->seam->close(inner);
    return e;
}
static void trace_close(struct il_device *d)
{
    if (d)
        self(d)->inner->seam->close(self(d)->inner);
    free(d);
}
static int trace_about(struct il_device *d, struct il_about *out)
{
    return self(d)->inner->seam->about(self(d)->inner, out);
}
static const char *trace_error(struct il_device *d, int code)
{
    return code < 0 ? "out of memory" : self(d)->inner->seam->error(self(d)->inner, code);
}

/* The step gets the trace itself, so that its calls are seen. */
static int trace_record(struct il_device *d, il_step_fn *step, void *arg, struct il_record **out)
{
    struct il_record *const r = malloc(sizeof *r);
    const int e = r ? step(d, arg) : -1;

    *out = NULL;
    if (e) {
        free(r);
        return e;
    }
    *r = (struct il_record){ step, arg };
    *out = r;
    return 0;
}
static int trace_replay(struct il_device *d, struct il_record *r, unsigned times)
{
    int e = 0;

    while (!e && times-- > 0)
        e = r->step(d, r->arg);
    return e;
}
static void trace_record_free(struct il_device *d, struct il_record *r)
{
    (void)d;
    free(r);
}

static const struct il_seam trace_seam = {
    .abi = IL_SEAM_ABI,
    .size = sizeof(struct il_seam),
    .kind = "trace",
    .count = trace_count,
    .open = trace_open,
    .close = trace_close,
    .about = trace_about,
    .error = trace_error,
    .alloc = trace_alloc,
    .free = trace_free,
    .put = trace_put,
    .get = trace_get,
    .zero = trace_zero,
    .copy = trace_copy,
    .wait = trace_wait,
    .math = trace_math,
    .gemm = trace_gemm,
    .gemm_batched = trace_gemm_batched,
    .chunk = trace_chunk,
    .input_lists = trace_input_lists,
    .input_gather = trace_input_gather,
    .input_forward = trace_input_forward,
    .input_update = trace_input_update,
    .record = trace_record,
    .replay = trace_replay,
    .record_free = trace_record_free,
#define X(name, params, args, bytes, flops) .name = trace_##name,
#include "ops.def"
#undef X
};

int il_trace_open(struct il_device **d, struct il_device *inner)
{
    struct trace *const t = calloc(1, sizeof *t);

    *d = NULL;
    if (!t)
        return -1;
    t->head = *inner; /* its id and stream */
    t->head.seam = &trace_seam;
    t->inner = inner;
    *d = &t->head;
    return 0;
}

const struct il_trace_row *il_trace_row(const struct il_device *d, size_t i)
{
    const struct trace *const t = (const struct trace *)d;

    return d->seam == &trace_seam && i < t->count ? &t->row[i] : NULL;
}
