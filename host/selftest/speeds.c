/*
 * speeds.c - how fast a device is: a copy and a product as its own ceilings, then a step's products
 * and every op of kernels/ops.def, with the operands of its case (operands.h).
 *
 * Shapes are those of a pack on MNIST: batch 128, 784 pixels, a hidden layer of 256, 10 classes; one
 * run, and as many as are named. A speed is the median of batches of replays of a recorded step, which
 * has COPIES of the call, or an epoch's of one that reads images; a batch is waited for once, so that
 * a GPU's queue is never empty; what is slow has fewer copies and batches. Bytes are ops.def's own
 * count; an op whose data fit a cache may beat the copy, whose data are larger than any (a GPU's second
 * level: 126 MB so far).
 */
#include <stdio.h>
#include <stdlib.h>
#include "core/clock.h"
#include "device/seam.h"
#include "operands.h"
#include "parts.h"

enum {
    BATCH = 128,
    PIXELS = 784,
    INPUT_LD = 800,
    SAMPLES = 60000,
    HIDDEN = 256,
    CLASSES = 10,
    STEPS = 468,
    COPIES = 64,
    REPLAYS = 4,
    RUNS_MOST = 50,
    REPEATS_LEAST = 3,
    REPEATS_MOST = 31,
    OWNED_MOST = 8,
    COPY_MIB = 256
};

struct bench {
    struct il_selftest *t;
    struct il_device *d;
    int code;         /* of the first call that failed */
    unsigned repeats; /* as many are taken, or at least REPEATS_LEAST within so many seconds */
    double seconds;
    unsigned taken;
    double us[REPEATS_MOST];
    double copy, product; /* GB/s and GFLOP/s: the ceilings */
    void *owned[OWNED_MOST];
    unsigned owned_count;
};

/* a call of the seam, unless one before it failed */
#define TRY(b, call) IL_TRIAL_TRY(b, call)

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(struct bench *b)
{
    qsort(b->us, b->taken, sizeof *b->us, by_size);
    return b->us[b->taken / 2];
}

/* device memory of zeros */
static void *zeros(struct bench *b, size_t bytes)
{
    void **const p = &b->owned[b->owned_count];

    TRY(b, b->owned_count < OWNED_MOST ? b->d->seam->alloc(b->d, p, bytes) : IL_TRIAL_MEMORY);
    if (b->code)
        return NULL;
    b->owned_count++;
    TRY(b, b->d->seam->zero(b->d, *p, bytes));
    return *p;
}

static void free_owned(struct bench *b)
{
    while (b->owned_count > 0)
        b->d->seam->free(b->d, b->owned[--b->owned_count]);
}

/* a speed: of memory where gigaflops is 0, by bytes moved */
static void report(struct bench *b, const char *what, double bytes, double gigaflops)
{
    char name[96];
    il_check check = { .name = name, .good = 1 };
    const double us = median(b);

    check.gigabytes = gigaflops > 0 ? 0 : bytes / us * 1e-3;
    check.gigaflops = gigaflops / us * 1e6;
    check.share = gigaflops > 0 ? check.gigaflops / b->product : check.gigabytes / b->copy;
    snprintf(name, sizeof name, "speed %s", what);
    il_selftest_say(b->t, &check, "%.2f us (quartiles %.2f, %.2f)", us, b->us[b->taken / 4],
                    b->us[3 * b->taken / 4]);
}

static int enough(const struct bench *b)
{
    return b->code || b->taken == b->repeats ||
           (b->taken >= REPEATS_LEAST && il_seconds() - b->t->begin > b->seconds);
}

/* a call that is timed, and how often a recorded step has it */
struct repeated {
    il_step_fn *call;
    void *arg;
    unsigned copies;
};

static int repeat(struct il_device *d, void *arg)
{
    const struct repeated *const r = arg;
    int e = 0;

    for (unsigned k = 0; k < r->copies && !e; k++)
        e = r->call(d, r->arg);
    return e;
}

/* As many copies as are recorded of a call, or fewer that are long; replays of them in a batch. */
static unsigned plan_batch(struct bench *b, struct repeated *r, unsigned copies)
{
    const double most = 0.05; /* seconds */
    double took = il_seconds();

    TRY(b, r->call(b->d, r->arg)); /* loads its kernel */
    TRY(b, b->d->seam->wait(b->d));
    took = il_seconds();
    TRY(b, r->call(b->d, r->arg));
    TRY(b, b->d->seam->wait(b->d));
    took = il_seconds() - took;
    r->copies = took * copies < most ? copies : took < most ? (unsigned)(most / took) : 1;
    return took * copies * REPLAYS < most ? REPLAYS : 1;
}

/*
 * b->us of a call, by replays of a step that has up to so many copies of it. To launch one takes a host
 * longer than many an op takes a GPU. The first batch warms up.
 */
static void time_calls(struct bench *b, il_step_fn *call, void *arg, unsigned copies)
{
    struct repeated r = { call, arg, 1 };
    struct il_record *record = NULL;
    unsigned replays;

    b->t->begin = il_seconds();
    b->taken = 0;
    replays = plan_batch(b, &r, copies);
    TRY(b, b->d->seam->record(b->d, repeat, &r, &record));
    for (int warm = 0; !enough(b); warm = 1) {
        const double start = il_seconds();

        TRY(b, b->d->seam->replay(b->d, record, replays));
        TRY(b, b->d->seam->wait(b->d));
        if (warm)
            b->us[b->taken++] = 1e6 * (il_seconds() - start) / replays / r.copies;
    }
    b->d->seam->record_free(b->d, record);
}

/* ---- ops ------------------------------------------------------------------------------------- */

/* Kinds of runs that an op's time depends on; an op that is not here is timed with its first. */
#define HEAD(loss, act) (IL_LOSS_##loss * IL_ACT_COUNT + IL_ACT_##act)
static const struct {
    int op; /* IL_OP_... */
    const char *name;
    unsigned kind;
} kinds[] = {
    { IL_OP_fill, "uniform ", IL_LAW_UNIFORM },
    { IL_OP_fill, "normal ", IL_LAW_NORMAL },
    { IL_OP_fill, "trunc_normal ", IL_LAW_TRUNC_NORMAL },
    { IL_OP_fill, "sparse ", IL_LAW_SPARSE },
    { IL_OP_activate, "relu ", IL_ACT_RELU },
    { IL_OP_activate, "tanh ", IL_ACT_TANH },
    { IL_OP_activate, "softmax ", IL_ACT_SOFTMAX },
    { IL_OP_activate_backward, "tanh ", IL_ACT_TANH },
    { IL_OP_loss, "softmax cross-entropy ", HEAD(SOFTMAX_CROSS_ENTROPY, SOFTMAX) },
    { IL_OP_loss, "tanh mse ", HEAD(MSE, TANH) },
    { IL_OP_loss, "softmax renorm ", HEAD(CROSS_ENTROPY_RENORM, SOFTMAX) },
    { IL_OP_sgd, "plain ", IL_RULE_SGD },
    { IL_OP_sgd, "momentum ", IL_RULE_MOMENTUM_TORCH },
};

/* The shape of the tensor that an op is about: weights, a batch of images, or a layer's outputs. */
static struct il_trial shape_of(struct bench *b, const struct il_op *op, unsigned runs)
{
    struct il_trial t = { .d = b->d, .seed = b->t->seed, .runs = runs, .plain = 1, .alike = 1 };
    const int weights = il_op_takes(op, "w"), images = il_op_takes(op, "images");
    const int last = il_op_takes(op, "classes");
    const unsigned constant = !last && !images;

    t.rows = weights ? PIXELS + 1 : BATCH;
    t.cols = images ? PIXELS : last ? CLASSES : HIDDEN;
    t.block = runs == 1 && !constant ? t.cols : (t.cols + constant + 7) / 8 * 8;
    t.ld = images ? INPUT_LD : (runs * t.block + 15) / 16 * 16;
    t.samples = SAMPLES;
    t.steps = t.clocks = STEPS;
    return t;
}

struct call {
    const struct il_op *op;
    struct il_operands operands;
    unsigned calls;
};

/* A call at the step after the last one's, so that no batch is still in a cache. */
static int next_call(struct il_device *d, void *arg)
{
    struct call *const c = arg;
    struct il_operands o = c->operands;

    if (o.clock)
        o.clock += c->calls++ % STEPS;
    return il_op_call(c->op, d, &o);
}

static void bench_op(struct bench *b, const struct il_op *op, unsigned runs, const char *name,
                     unsigned kind)
{
    struct il_trial t = shape_of(b, op, runs);
    struct call c = { .op = op };
    char what[80], of_runs[16] = "";

    t.kind = kind;
    il_operands_draw(&t, op, &c.operands);
    b->code = t.code;
    time_calls(b, next_call, &c, il_op_takes(op, "images") ? STEPS : COPIES);
    if (runs > 1)
        snprintf(of_runs, sizeof of_runs, " %u runs", runs);
    snprintf(what, sizeof what, "%s %s%ux%u%s", op->name, name, t.rows, t.cols, of_runs);
    if (!b->code)
        report(b, what, (double)il_op_bytes(op, &c.operands), 0);
    il_trial_release(&t);
}

/* of one run and of many, where runs are work for one launch */
static void bench_kinds(struct bench *b, const struct il_op *op)
{
    const int many = !il_op_takes(op, "images") && !il_op_takes(op, "work");

    for (unsigned runs = 1; runs <= (many ? RUNS_MOST : 1); runs += RUNS_MOST - 1) {
        int listed = 0;

        for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !b->code; i++)
            if (&il_ops[kinds[i].op] == op) {
                bench_op(b, op, runs, kinds[i].name, kinds[i].kind);
                listed = 1;
            }
        if (!listed && !b->code)
            bench_op(b, op, runs, "", 0);
    }
}

/* ---- ceilings, and products ------------------------------------------------------------------- */

/* Device memory of so many MiB of random numbers: multiplying zeros draws less power. */
static float *random_mib(struct bench *b, size_t mib)
{
    const struct il_fill uniform = { .law = IL_LAW_UNIFORM, .a = -1, .b = 1 };
    const unsigned cols = 1024, rows = (unsigned)(mib << 20) / 4 / cols;
    float *const p = zeros(b, mib << 20);
    struct il_fill *const fill = zeros(b, sizeof *fill);

    TRY(b, b->d->seam->put(b->d, fill, &uniform, sizeof uniform));
    TRY(b, b->d->seam->fill(b->d, p, fill, 1, rows, cols, cols, cols));
    return p;
}

struct copy {
    float *to, *from;
};

static int call_copy(struct il_device *d, void *arg)
{
    const struct copy *const c = arg;

    return d->seam->copy(d, c->to, c->from, (size_t)COPY_MIB << 20);
}

/* a product; or `count` of matrices side by side, each `step` columns behind the one before */
struct product {
    int ta, tb;
    unsigned m, n, k;
    float alpha, beta;
    const float *a, *b;
    float *c;
    unsigned lda, ldb, ldc, step, count;
};

static int call_product(struct il_device *d, void *arg)
{
    const struct product *const p = arg;

    return p->count == 0 ? d->seam->gemm(d, p->ta, p->tb, p->m, p->n, p->k, p->alpha, p->a, p->lda,
                                         p->b, p->ldb, p->beta, p->c, p->ldc)
                         : d->seam->gemm_batched(d, p->ta, p->tb, p->m, p->n, p->k, p->alpha, p->a,
                                                 p->lda, p->step, p->b, p->ldb, p->step, p->beta,
                                                 p->c, p->ldc, p->step, p->count);
}

/* the ceilings: a copy of what fits no cache, a product of n x n */
static void bench_ceilings(struct bench *b)
{
    const unsigned n = b->t->level > 2 ? 4096 : 2048;
    const double moved = 2.0 * COPY_MIB * (1 << 20);
    const size_t matrix = (size_t)n * n * sizeof(float) >> 20;
    float *const from = random_mib(b, COPY_MIB), *const to = zeros(b, COPY_MIB << 20);
    struct product p = { .m = n, .n = n, .k = n, .alpha = 1, .lda = n, .ldb = n, .ldc = n };
    char shape[32];

    b->copy = b->product = 1;
    p.a = random_mib(b, matrix);
    p.b = random_mib(b, matrix);
    p.c = zeros(b, matrix << 20);
    time_calls(b, call_copy, &(struct copy){ to, from }, 2);
    if (b->code)
        return;
    b->copy = moved / median(b) * 1e-3;
    snprintf(shape, sizeof shape, "copy of %d MiB", COPY_MIB);
    report(b, shape, moved, 0);
    time_calls(b, call_product, &p, 2);
    if (b->code)
        return;
    b->product = 2e-3 * n * n * n / median(b);
    snprintf(shape, sizeof shape, "product %u x %u x %u", n, n, n);
    report(b, shape, 0, 2e-9 * n * n * n);
}

/* matrices of a layer of 256 units behind 784 or 256: [rows, ld] of runs * block columns */
struct layer {
    unsigned runs, block, ld;
    float *a, *b, *c;
};

static struct layer layer_of(struct bench *b, unsigned runs)
{
    const unsigned block = HIDDEN + 8, ld = (runs * block + 15) / 16 * 16;
    const size_t mib = ((size_t)(PIXELS + 1) * ld * sizeof(float) >> 20) + 1;

    return (struct layer){
        runs, block, ld, random_mib(b, mib), random_mib(b, mib), zeros(b, mib << 20)
    };
}

/* A product of the first layer, of all runs at once: forward, or the update. */
static void bench_first_layer(struct bench *b, const struct layer *l, int update)
{
    const unsigned n = l->runs * l->block;
    struct product p = { .ta = update,
                         .m = update ? PIXELS : BATCH,
                         .n = n,
                         .k = update ? BATCH : PIXELS,
                         .alpha = update ? -1e-6f : 1.0f,
                         .beta = update ? 1.0f : 0.0f,
                         .a = l->a,
                         .b = l->b,
                         .c = l->c,
                         .lda = INPUT_LD,
                         .ldb = l->ld,
                         .ldc = l->ld };
    char what[64];

    time_calls(b, call_product, &p, COPIES);
    snprintf(what, sizeof what, "first layer%s 784-256%s", update ? "'s update" : "",
             l->runs > 1 ? ", 50 runs" : "");
    if (!b->code)
        report(b, what, 0, 2e-9 * BATCH * PIXELS * n);
}

/* The products of a hidden layer of 256 units behind 256: forward, back and the update. */
static void bench_hidden_layer(struct bench *b, const struct layer *l, int kind)
{
    static const char *const name[] = { "hidden layer", "hidden layer's dA",
                                        "hidden layer's update" };
    const unsigned m = kind == 2 ? HIDDEN + 8 : BATCH, k = kind == 2 ? BATCH : HIDDEN + 8;
    struct product p = { .ta = kind == 2,
                         .tb = kind == 1,
                         .m = m,
                         .n = HIDDEN,
                         .k = k,
                         .alpha = kind == 2 ? -1e-6f : 1.0f,
                         .beta = kind == 2 ? 1.0f : 0.0f,
                         .a = l->a,
                         .b = l->b,
                         .c = l->c,
                         .lda = l->ld,
                         .ldb = l->ld,
                         .ldc = l->ld,
                         .step = l->block,
                         .count = l->runs };
    char what[64];

    time_calls(b, call_product, &p, COPIES);
    snprintf(what, sizeof what, "%s 256-256%s", name[kind], l->runs > 1 ? ", 50 runs" : "");
    if (!b->code)
        report(b, what, 0, 2e-9 * l->runs * m * HIDDEN * k);
}

static void bench_products(struct bench *b, unsigned runs)
{
    const struct layer l = layer_of(b, runs);

    for (int update = 0; update < 2; update++)
        bench_first_layer(b, &l, update);
    for (int kind = 0; kind < 3; kind++)
        bench_hidden_layer(b, &l, kind);
    free_owned(b);
}

il_status il_selftest_speeds(struct il_selftest *t)
{
    struct bench b = { .t = t,
                       .d = t->device,
                       .repeats = t->level > 2 ? REPEATS_MOST : 11,
                       .seconds = t->level > 2 ? 60 : .2 };

    bench_ceilings(&b);
    free_owned(&b);
    bench_products(&b, 1);
    bench_products(&b, RUNS_MOST);
    for (size_t i = 0; i < IL_OPS; i++)
        bench_kinds(&b, &il_ops[i]);
    free_owned(&b);
    return b.code ? il_selftest_fail(t, t->device, b.code, "time its ops") : IL_OK;
}
