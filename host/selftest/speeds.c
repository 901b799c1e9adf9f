/*
 * speeds.c - how fast a device is: a copy and a product as its own ceilings, then a step's products
 * and every op of kernels/ops.def. An op without a case does not compile.
 *
 * Shapes are those of a pack on MNIST: batch 128, 784 pixels, a hidden layer of 256, 10 classes, and
 * as many runs as each case's name says. A speed is the median of batches of calls; a batch is waited
 * for once, so that a GPU's queue is never empty. Bytes are ops.def's own count; an op whose data fit
 * a cache may beat the copy, whose data are larger than any (a GPU's second level: 126 MB so far).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "cases.h"
#include "core/clock.h"
#include "theory/truncated_normal.h"
#include "random.h"
#include "parts.h"

enum {
    BATCH = 128,
    PIXELS = 784,
    INPUT_LD = 800,
    SAMPLES = 60000,
    HIDDEN = 256,
    CLASSES = 10,
    STEPS = 468,
    CALLS = 16,
    RUNS_MOST = 50,
    REPEATS_MOST = 31,
    OWNED_MOST = 24,
    COPY_MIB = 256
};

struct bench {
    struct il_selftest *t;
    struct il_device *d;
    int code; /* of the first call that failed */
    unsigned repeats;
    double us[REPEATS_MOST];
    double copy, product; /* GB/s and GFLOP/s: the ceilings */
    void *owned[OWNED_MOST];
    unsigned owned_count;
    float *a, *b, *c, *e; /* device: largest matrix each */
    float *x, *rate;
    struct il_adam_step *adam;
    uint8_t *images, *labels, *label;
    struct il_clock *clock;
    struct il_act *act;
    struct il_head *head;
    struct il_fill *fill;
    struct il_sums *sums;
    struct il_moments *moments;
    unsigned runs, cols, block, ld; /* of the case being timed */
    unsigned calls;                 /* of gather_step */
};

/* floats of the largest matrix */
#define LARGEST ((size_t)(PIXELS + 1) * RUNS_MOST * (HIDDEN + 8))

/* a call of the seam, unless one before it failed */
#define TRY(b, call)                                                                               \
    do {                                                                                           \
        if (!(b)->code)                                                                            \
            (b)->code = (call);                                                                    \
    } while (0)

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(struct bench *b)
{
    qsort(b->us, b->repeats, sizeof *b->us, by_size);
    return b->us[b->repeats / 2];
}

/* Device memory with a copy of src, or zeros where src is NULL. */
static void *on_device(struct bench *b, const void *src, size_t bytes)
{
    void **const p = &b->owned[b->owned_count];

    TRY(b, b->owned_count < OWNED_MOST ? b->d->seam->alloc(b->d, p, bytes) : IL_TRIAL_MEMORY);
    if (b->code)
        return NULL;
    b->owned_count++;
    TRY(b, src ? b->d->seam->put(b->d, *p, src, bytes) : b->d->seam->zero(b->d, *p, bytes));
    return *p;
}

static void layout(struct bench *b, unsigned runs, unsigned cols, int constant)
{
    b->runs = runs;
    b->cols = cols;
    b->block = runs == 1 && !constant ? cols : (cols + (unsigned)constant + 7) / 8 * 8;
    b->ld = (runs * b->block + 15) / 16 * 16;
}

/* Each op as a function that also notes the bytes by ops.def's formula. */
static _Thread_local size_t moved;
#define X(name, params, args, bytes, flops)                                                        \
    static int do_##name params                                                                    \
    {                                                                                              \
        moved = bytes;                                                                             \
        return d->seam->name args;                                                                 \
    }
#include "ops.def"
#undef X

/* a speed; gigaflops 0: of memory, by `moved` */
static void report(struct bench *b, const char *op, const char *shape, double gigaflops)
{
    char name[96];
    il_check check = { .name = name, .good = 1 };
    const double us = median(b);

    check.gigabytes = gigaflops > 0 ? 0 : (double)moved / us * 1e-3;
    check.gigaflops = gigaflops / us * 1e6;
    check.share = gigaflops > 0 ? check.gigaflops / b->product : check.gigabytes / b->copy;
    snprintf(name, sizeof name, "speed %s %s", op, shape);
    il_selftest_say(b->t, &check, "%.2f us (quartiles %.2f, %.2f)", us, b->us[b->repeats / 4],
                    b->us[3 * b->repeats / 4]);
}

/* b->us of `calls` calls each. The first batch warms up. */
#define CLOCK(b, calls, call)                                                                      \
    do {                                                                                           \
        (b)->t->begin = il_seconds();                                                              \
        for (unsigned i_ = 0; i_ <= (b)->repeats && !(b)->code; i_++) {                            \
            const double start_ = il_seconds();                                                    \
            for (unsigned k_ = 0; k_ < (calls); k_++)                                              \
                TRY(b, call);                                                                      \
            TRY(b, (b)->d->seam->wait((b)->d));                                                    \
            if (i_ > 0)                                                                            \
                (b)->us[i_ - 1] = 1e6 * (il_seconds() - start_) / (calls);                         \
        }                                                                                          \
    } while (0)
#define TIME(b, op, shape, call)                                                                   \
    do {                                                                                           \
        CLOCK(b, CALLS, call);                                                                     \
        if (!(b)->code)                                                                            \
            report(b, op, shape, 0);                                                               \
    } while (0)

static void set_act(struct bench *b, uint32_t code)
{
    struct il_act act[RUNS_MOST];

    for (unsigned m = 0; m < RUNS_MOST; m++) {
        const struct il_act one = { code, 1.0f };
        act[m] = one;
    }
    TRY(b, b->d->seam->put(b->d, b->act, act, sizeof act));
}

static void set_head(struct bench *b, uint32_t act, uint32_t code)
{
    struct il_head head[RUNS_MOST];

    for (unsigned m = 0; m < RUNS_MOST; m++) {
        const struct il_head one = { { act, 1.0f }, code, 1.0f, 0.0f, 1e-7f, 1.0f };
        head[m] = one;
    }
    TRY(b, b->d->seam->put(b->d, b->head, head, sizeof head));
}

static void set_fill(struct bench *b, const struct il_fill *f)
{
    struct il_fill fill[RUNS_MOST];

    for (unsigned m = 0; m < RUNS_MOST; m++) {
        fill[m] = *f;
        fill[m].seed += m;
    }
    TRY(b, b->d->seam->put(b->d, b->fill, fill, sizeof fill));
}

/* The clock in the middle of an epoch, in random order. */
static void set_clock(struct bench *b)
{
    struct il_clock clock = { .now = 9, .next = 9, .steps = STEPS };

    il_order_keys(&clock, 0, 1, SAMPLES);
    TRY(b, b->d->seam->put(b->d, b->clock, &clock, sizeof clock));
}

#define SHAPE b->runs, PIXELS + 1, b->cols, b->block, b->ld

static void bench_fill(struct bench *b)
{
    struct il_fill cut = { .b = 1, .low = -2, .high = 2 };

    layout(b, 1, HIDDEN, 1);
    set_fill(b, &(struct il_fill){ .law = IL_LAW_UNIFORM, .b = 1 });
    TIME(b, "fill", "uniform 785x256", do_fill(b->d, b->a, b->fill, SHAPE));
    set_fill(b, &(struct il_fill){ .law = IL_LAW_NORMAL, .b = 1 });
    TIME(b, "fill", "normal 785x256", do_fill(b->d, b->a, b->fill, SHAPE));
    il_truncated_normal_fill(&cut, -2, 2);
    set_fill(b, &cut);
    TIME(b, "fill", "trunc_normal 785x256", do_fill(b->d, b->a, b->fill, SHAPE));
    set_fill(b, &(struct il_fill){ .law = IL_LAW_SPARSE, .b = 1, .count = 15 });
    TIME(b, "fill", "sparse 785x256", do_fill(b->d, b->a, b->fill, SHAPE));
}

/* A gather and the loss that moves the clock on; back to an early step before the epoch ends. */
static int gather_step(struct bench *b)
{
    if (b->calls++ % (STEPS - 20) == 0)
        set_clock(b);
    TRY(b, do_loss(b->d, b->b, b->sums, b->c, b->label, b->head, b->rate, b->clock, 1, BATCH,
                   CLASSES, b->block, b->ld, 0));
    return do_gather(b->d, b->x, b->label, b->images, b->labels, b->clock, BATCH, PIXELS, INPUT_LD);
}

static void bench_orthogonal(struct bench *b)
{
    layout(b, 1, HIDDEN, 1);
    set_fill(b, &(struct il_fill){
                    .law = IL_LAW_NORMAL, .b = 1, .gain = 1, .after = IL_AFTER_ORTHOGONAL });
    TRY(b, b->d->seam->fill(b->d, b->a, b->fill, b->runs, PIXELS, HIDDEN, b->block, b->ld));
    TIME(b, "orthogonal", "784x256",
         do_orthogonal(b->d, b->a, b->b, b->fill, b->runs, PIXELS, HIDDEN, b->block, b->ld));
}

static void bench_moments(struct bench *b)
{
    layout(b, RUNS_MOST, HIDDEN, 1);
    TIME(b, "moments", "128x256 50 runs",
         do_moments(b->d, b->moments, b->a, BATCH, b->runs * b->block, b->ld, 1.0f));
}

static void bench_rescale(struct bench *b)
{
    layout(b, RUNS_MOST, HIDDEN, 1);
    TIME(b, "rescale", "784x256 50 runs",
         do_rescale(b->d, b->a, b->b, b->c, PIXELS, b->runs * b->block, b->ld));
}

static void bench_gather(struct bench *b)
{
    layout(b, 1, CLASSES, 0);
    set_head(b, IL_ACT_SOFTMAX, IL_LOSS_SOFTMAX_CROSS_ENTROPY);
    TIME(b, "gather", "128x784 and a loss of 128x10", gather_step(b));
}

static void bench_activate(struct bench *b)
{
    for (unsigned i = 0; i < 2; i++) {
        layout(b, i ? RUNS_MOST : 1, HIDDEN, 1);
        set_act(b, IL_ACT_RELU);
        TIME(b, "activate", i ? "relu 128x256 50 runs" : "relu 128x256",
             do_activate(b->d, b->a, b->b, b->act, b->runs, BATCH, HIDDEN, b->block, b->ld));
        set_act(b, IL_ACT_TANH);
        TIME(b, "activate", i ? "tanh 128x256 50 runs" : "tanh 128x256",
             do_activate(b->d, b->a, b->b, b->act, b->runs, BATCH, HIDDEN, b->block, b->ld));
    }
    layout(b, 1, HIDDEN, 1);
    set_act(b, IL_ACT_TANH);
    TIME(b, "activate", "tanh 128x256 in place",
         do_activate(b->d, b->a, b->a, b->act, 1, BATCH, HIDDEN, b->block, b->ld));
    set_act(b, IL_ACT_SOFTMAX);
    TIME(b, "activate", "softmax 128x256",
         do_activate(b->d, b->a, b->b, b->act, 1, BATCH, HIDDEN, b->block, b->ld));
}

static void bench_activate_backward(struct bench *b)
{
    for (unsigned i = 0; i < 2; i++) {
        layout(b, i ? RUNS_MOST : 1, HIDDEN, 1);
        set_act(b, IL_ACT_TANH);
        TIME(b, "activate_backward", i ? "tanh 128x256 50 runs" : "tanh 128x256",
             do_activate_backward(b->d, b->a, b->b, b->c, b->act, NULL, b->runs, BATCH, HIDDEN,
                                  b->block, b->ld));
    }
}

static void bench_loss(struct bench *b)
{
    static const struct {
        const char *shape;
        unsigned runs;
        uint32_t act, code;
    } shape[] = {
        { "softmax cross-entropy 128x10", 1, IL_ACT_SOFTMAX, IL_LOSS_SOFTMAX_CROSS_ENTROPY },
        { "softmax cross-entropy 128x10 50 runs", RUNS_MOST, IL_ACT_SOFTMAX,
          IL_LOSS_SOFTMAX_CROSS_ENTROPY },
        { "tanh mse 128x10", 1, IL_ACT_TANH, IL_LOSS_MSE },
        { "softmax renorm 128x10", 1, IL_ACT_SOFTMAX, IL_LOSS_CROSS_ENTROPY_RENORM },
    };

    set_clock(b);
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        layout(b, shape[i].runs, CLASSES, 0);
        set_head(b, shape[i].act, shape[i].code);
        TIME(b, "loss", shape[i].shape,
             do_loss(b->d, b->a, b->sums, b->b, b->label, b->head, b->rate, b->clock, b->runs,
                     BATCH, CLASSES, b->block, b->ld, 1));
    }
}

static void bench_sgd(struct bench *b)
{
    layout(b, 1, HIDDEN, 1);
    set_clock(b);
    TIME(b, "sgd", "plain 785x256",
         do_sgd(b->d, b->a, NULL, b->c, b->rate, NULL, b->clock, SHAPE, IL_RULE_SGD, 0.0f, 0.0f, 0,
                0));
    TIME(b, "sgd", "momentum 785x256",
         do_sgd(b->d, b->a, b->b, b->c, b->rate, NULL, b->clock, SHAPE, IL_RULE_MOMENTUM_TORCH,
                0.1f, 1e-4f, 0, PIXELS));
}

static void bench_adam(struct bench *b)
{
    layout(b, 1, HIDDEN, 1);
    set_clock(b);
    TIME(b, "adam", "785x256",
         do_adam(b->d, b->a, b->b, b->c, b->e, b->rate, NULL, b->adam, b->clock, SHAPE, 1e-4f, 1,
                 PIXELS));
}

/* Everything the cases use, once. */
static void allocate(struct bench *b)
{
    uint8_t *images = malloc((size_t)SAMPLES * PIXELS), *labels = malloc(SAMPLES);
    float *numbers = malloc(LARGEST * sizeof *numbers);

    if (!images || !labels || !numbers) {
        b->code = IL_TRIAL_MEMORY;
        goto out;
    }
    for (size_t i = 0; i < (size_t)SAMPLES * PIXELS; i++)
        images[i] = (uint8_t)(i * 2654435761u >> 24);
    for (size_t i = 0; i < SAMPLES; i++)
        labels[i] = (uint8_t)(i % CLASSES);
    for (size_t i = 0; i < LARGEST; i++)
        numbers[i] = (float)(i * 2654435761u % 4096) / 2048.0f - 1.0f;
    b->images = on_device(b, images, (size_t)SAMPLES * PIXELS);
    b->labels = on_device(b, labels, SAMPLES);
    b->a = on_device(b, numbers, LARGEST * sizeof *numbers);
    b->b = on_device(b, numbers, LARGEST * sizeof *numbers);
    b->c = on_device(b, NULL, LARGEST * sizeof *numbers);
    b->e = on_device(b, numbers, LARGEST * sizeof *numbers);
    b->x = on_device(b, NULL, (size_t)BATCH * INPUT_LD * sizeof *b->x);
    b->rate = on_device(b, NULL, (size_t)STEPS * RUNS_MOST * sizeof *b->rate);
    b->adam = on_device(b, NULL, STEPS * sizeof *b->adam);
    b->label = on_device(b, labels, BATCH);
    b->clock = on_device(b, NULL, sizeof *b->clock);
    b->act = on_device(b, NULL, RUNS_MOST * sizeof *b->act);
    b->head = on_device(b, NULL, RUNS_MOST * sizeof *b->head);
    b->fill = on_device(b, NULL, RUNS_MOST * sizeof *b->fill);
    b->sums = on_device(b, NULL, RUNS_MOST * sizeof *b->sums);
    b->moments = on_device(b, NULL, (size_t)RUNS_MOST * (HIDDEN + 8) * sizeof *b->moments);
out:
    free(images);
    free(labels);
    free(numbers);
}

/* Device memory of so many MiB of random numbers: multiplying zeros draws less power. */
static float *random_mib(struct bench *b, size_t mib)
{
    float *const p = on_device(b, NULL, mib << 20);
    const unsigned cols = 1024, rows = (unsigned)(mib << 20) / 4 / cols;

    set_fill(b, &(struct il_fill){ .law = IL_LAW_UNIFORM, .a = -1, .b = 1 });
    TRY(b, b->d->seam->fill(b->d, p, b->fill, 1, rows, cols, cols, cols));
    return p;
}

/* the ceilings: a copy of what fits no cache, a product of n x n */
static void bench_ceilings(struct bench *b)
{
    const unsigned n = b->t->level > 2 ? 4096 : 2048;
    const size_t matrix = (size_t)n * n * sizeof(float) >> 20;
    float *const from = random_mib(b, COPY_MIB), *const to = on_device(b, NULL, COPY_MIB << 20);
    float *const x = random_mib(b, matrix), *const y = random_mib(b, matrix);
    float *const z = on_device(b, NULL, matrix << 20);
    char shape[32];

    b->copy = b->product = 1;
    moved = (size_t)2 * COPY_MIB << 20;
    CLOCK(b, 2, b->d->seam->copy(b->d, to, from, moved / 2));
    if (b->code)
        return;
    b->copy = (double)moved / median(b) * 1e-3;
    snprintf(shape, sizeof shape, "of %d MiB", COPY_MIB);
    report(b, "copy", shape, 0);
    CLOCK(b, 2, b->d->seam->gemm(b->d, 0, 0, n, n, n, 1.0f, x, n, y, n, 0.0f, z, n));
    if (b->code)
        return;
    b->product = 2e-3 * n * n * n / median(b);
    snprintf(shape, sizeof shape, "%u x %u x %u", n, n, n);
    report(b, "product", shape, 2e-9 * n * n * n);
}

/* A product of the first layer, of all runs at once: forward, or the update. */
static void bench_first_layer(struct bench *b, int update)
{
    const unsigned n = b->runs * b->block;

    CLOCK(b, 4,
          update ? b->d->seam->gemm(b->d, 1, 0, PIXELS, n, BATCH, -1e-6f, b->a, INPUT_LD, b->b,
                                    b->ld, 1.0f, b->e, b->ld)
                 : b->d->seam->gemm(b->d, 0, 0, BATCH, n, PIXELS, 1.0f, b->a, INPUT_LD, b->b, b->ld,
                                    0.0f, b->c, b->ld));
    if (!b->code)
        report(b, update ? "first layer's update" : "first layer",
               b->runs > 1 ? "784-256, 50 runs" : "784-256", 2e-9 * BATCH * PIXELS * n);
}

/* The products of a hidden layer of 256 units behind 256: forward, back and the update. */
static void bench_hidden_layer(struct bench *b, int kind)
{
    static const char *const name[] = { "hidden layer", "hidden layer's dA",
                                        "hidden layer's update" };
    const unsigned m = kind == 2 ? HIDDEN + 8 : BATCH, k = kind == 2 ? BATCH : HIDDEN + 8;

    CLOCK(b, 4,
          b->d->seam->gemm_batched(b->d, kind == 2, kind == 1, m, HIDDEN, k,
                                   kind == 2 ? -1e-6f : 1.0f, b->a, b->ld, b->block, b->b, b->ld,
                                   b->block, kind == 2 ? 1.0f : 0.0f, b->c, b->ld, b->block,
                                   b->runs));
    if (!b->code)
        report(b, name[kind], b->runs > 1 ? "256-256, 50 runs" : "256-256",
               2e-9 * b->runs * m * HIDDEN * k);
}

static void bench_products(struct bench *b)
{
    for (unsigned many = 0; many < 2; many++) {
        layout(b, many ? RUNS_MOST : 1, HIDDEN, 1);
        for (int update = 0; update < 2; update++)
            bench_first_layer(b, update);
        for (int kind = 0; kind < 3; kind++)
            bench_hidden_layer(b, kind);
    }
}

il_status il_selftest_speeds(struct il_selftest *t)
{
    static void (*const ops[IL_OPS])(struct bench *) = {
#define X(name, params, args, bytes, flops) bench_##name,
#include "ops.def"
#undef X
    };
    struct bench *const b = calloc(1, sizeof *b);
    il_status st = IL_OK;

    if (!b)
        return il_selftest_fail(t, t->device, IL_TRIAL_MEMORY, "time");
    b->t = t;
    b->d = t->device;
    b->repeats = t->level > 2 ? REPEATS_MOST : 11;
    allocate(b);
    bench_ceilings(b);
    bench_products(b);
    for (size_t i = 0; i < IL_OPS; i++)
        ops[i](b);
    if (b->code)
        st = il_selftest_fail(t, t->device, b->code, "time its ops");
    while (b->owned_count > 0)
        b->d->seam->free(b->d, b->owned[--b->owned_count]);
    free(b);
    return st;
}
