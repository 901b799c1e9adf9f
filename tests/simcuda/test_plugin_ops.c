/*
 * test_plugin_ops.c PLUGIN [smoke|overrun|leak] - every slot of the seam on the CUDA plugin, as
 * nvcc built it, beside the CPU device: the same random inputs must give the same bits. (NaN equals
 * NaN: which NaN is the hardware's affair.) Runs on the simulated runtime, or on a GPU where there
 * is one; there products may differ in rounding, so TEST_SAME_BLAS=1 says that the same BLAS stands
 * behind both.
 *
 *   smoke    open, one op, a product, record, replay: the run whose calls are made to fail one by
 * one overrun  an op on a buffer that is one element short leak     an allocation that is never
 * freed
 *
 * Exit: 0 equal, 1 not, 77 no such device (INITLAB_REQUIRE_CUDA=1: 1).
 */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/seam.h"
#include "lib/ftz.h"
#include "random.h"

enum { MOST = 16 }; /* allocations of one case */

/* One case on one device: what it has drawn, allocated, and read back. */
struct trial {
    struct il_device *d;
    uint64_t seed, drawn;
    unsigned rows, cols, runs, block, ld;
    void *memory[MOST];
    unsigned allocated;
    uint32_t *record; /* what the ops wrote, as words */
    size_t words;
};

static void die(const char *what)
{
    fprintf(stderr, "test_plugin_ops: %s\n", what);
    exit(1);
}

static void must(struct trial *t, int e, const char *what)
{
    if (!e)
        return;
    fprintf(stderr, "test_plugin_ops: %s on %s: %s (%d)\n", what, t->d->seam->kind,
            t->d->seam->error(t->d, e), e);
    exit(1);
}

/* the next number of the case in [low, high) */
static float draw(struct trial *t, double low, double high)
{
    return (float)(low + (high - low) * (double)il_uniform(il_philox(t->seed, t->drawn++, 0).v[0]));
}

static unsigned pick(struct trial *t, unsigned n)
{
    return il_philox(t->seed, t->drawn++, 0).v[0] % n;
}

static void *upload(struct trial *t, const void *bytes, size_t n)
{
    void **p = &t->memory[t->allocated];

    if (t->allocated++ == MOST)
        die("a case allocates too much");
    must(t, t->d->seam->alloc(t->d, p, n), "alloc");
    must(t, t->d->seam->put(t->d, *p, bytes, n), "put");
    return *p;
}

/* n floats in [low, high); with rare, some of them are zeros, subnormals, infinities, NaN and huge
 */
static float *floats(struct trial *t, size_t n, double low, double high, int rare)
{
    static const float odd[] = { 0.0f,      -0.0f, 1e-40f, -1e-40f, INFINITY,
                                 -INFINITY, NAN,   3e38f,  -3e38f,  1e-30f };
    float *host = malloc(n * sizeof *host), *p;

    if (!host)
        die("out of memory");
    for (size_t i = 0; i < n; i++)
        host[i] =
            rare && pick(t, 16) == 0 ? odd[pick(t, sizeof odd / sizeof *odd)] : draw(t, low, high);
    p = upload(t, host, n * sizeof *host);
    free(host);
    return p;
}

static size_t area(const struct trial *t) { return (size_t)t->rows * t->ld; }
static float *matrix(struct trial *t, double low, double high, int rare)
{
    return floats(t, area(t), low, high, rare);
}

/* append n words of device memory to the record */
static void keep(struct trial *t, const void *p, size_t n)
{
    t->record = realloc(t->record, (t->words + n) * sizeof *t->record);
    if (!t->record)
        die("out of memory");
    must(t, t->d->seam->get(t->d, t->record + t->words, p, n * sizeof *t->record), "get");
    t->words += n;
}

static void release(struct trial *t)
{
    while (t->allocated)
        must(t, t->d->seam->free(t->d, t->memory[--t->allocated]), "free");
}

/* --- the cases: one an op, demanded by ops.def below
 * ------------------------------------------------- */

/* every law, mirrored where it may be */
static void case_fill(struct trial *t)
{
    for (unsigned first = 0; first <= IL_LAW_HADAMARD; first += t->runs) {
        float *w = matrix(t, -1, 1, 0);
        struct il_fill f[8];

        memset(f, 0, sizeof f);
        for (unsigned m = 0; m < t->runs; m++) {
            f[m].seed = t->seed + m;
            f[m].tensor = ((uint64_t)1 << 32) + m;
            f[m].law = (first + m) % (IL_LAW_HADAMARD + 1);
            f[m].a = draw(t, -2, 0);
            f[m].b = draw(t, 1, 2);
            f[m].cut = 2.0f;
            f[m].tail = 0.02275013f;
            f[m].by_row = m % 2;
            f[m].count = pick(t, t->rows + 1);
            if (f[m].law < IL_LAW_SPARSE && pick(t, 2))
                f[m].mirror =
                    (t->rows % 2 ? 0 : IL_MIRROR_ROWS) | (t->cols % 2 ? 0 : IL_MIRROR_COLS);
        }
        must(t,
             t->d->seam->fill(t->d, w, upload(t, f, sizeof f), t->runs, t->rows, t->cols, t->block,
                              t->ld),
             "fill");
        keep(t, w, area(t));
        release(t);
    }
}

static void case_orthogonal(struct trial *t)
{
    float *w = matrix(t, -1, 1, 0);
    float *work = floats(t, t->runs * IL_ORTHOGONAL_WORK(t->rows, t->cols), -1, 1, 0);
    struct il_fill f[8];

    memset(f, 0, sizeof f);
    for (unsigned m = 0; m < t->runs; m++) {
        f[m].gain = draw(t, 0.5, 2);
        f[m].after = m % 4 == 3 ? IL_AFTER_NOTHING : IL_AFTER_ORTHOGONAL;
        if (m % 2)
            f[m].mirror = (t->rows % 2 ? 0 : IL_MIRROR_ROWS) | (t->cols % 2 ? 0 : IL_MIRROR_COLS);
    }
    must(t,
         t->d->seam->orthogonal(t->d, w, work, upload(t, f, sizeof f), t->runs, t->rows, t->cols,
                                t->block, t->ld),
         "orthogonal");
    keep(t, w, area(t));
}

static void case_moments(struct trial *t)
{
    const unsigned cols = t->runs * t->block;
    const size_t bytes = cols * sizeof(struct il_moments);
    struct il_moments *out;

    for (int rare = 0; rare < 2; rare++) {
        void *const empty = calloc(1, bytes);

        if (!empty)
            die("out of memory");
        out = upload(t, empty, bytes);
        free(empty);
        must(t, t->d->seam->moments(t->d, out, matrix(t, -2, 2, rare), t->rows, cols, t->ld, 0.97f),
             "moments");
        keep(t, out, bytes / 4);
        release(t);
    }
}

static void case_rescale(struct trial *t)
{
    const unsigned cols = t->runs * t->block;

    for (int shifts = 0; shifts < 2; shifts++) {
        float *w = matrix(t, -2, 2, 1), *scale = floats(t, cols, 0.5, 2, 0);

        must(t,
             t->d->seam->rescale(t->d, w, scale, shifts ? floats(t, cols, -1, 1, 0) : NULL,
                                 t->rows - 1, cols, t->ld),
             "rescale");
        keep(t, w, area(t));
        release(t);
    }
}

/* a whole batch, the last and short one, and a step past the end; in order and in file order */
static void case_gather(struct trial *t)
{
    const unsigned samples = t->rows * 5 / 2 + 1, pixels = t->cols, words = (t->rows + 3) / 4;
    const unsigned steps = (samples + t->rows - 1) / t->rows;
    uint8_t *bytes = malloc((size_t)samples * pixels);
    struct il_clock clock = { .steps = steps };
    uint8_t *images, *labels, *label;
    float *x = matrix(t, -1, 1, 0);

    if (!bytes)
        die("out of memory");
    for (size_t i = 0; i < (size_t)samples * pixels; i++)
        bytes[i] = (uint8_t)pick(t, 256);
    images = upload(t, bytes, (size_t)samples * pixels);
    labels = upload(t, bytes, samples);
    memset(bytes, 0, samples);
    label = upload(t, bytes,
                   (size_t)words * 4 < (size_t)samples * pixels ? (size_t)words * 4 : t->rows);
    for (unsigned step = 0; step <= steps; step++) {
        struct il_clock *c;

        il_order_keys(&clock, t->seed, step, samples);
        if (step % 2)
            clock.half_bits = 0;
        clock.next = step;
        clock.now = 77;
        c = upload(t, &clock, sizeof clock);
        must(t, t->d->seam->gather(t->d, x, label, images, labels, c, t->rows, pixels, t->ld),
             "gather");
        keep(t, x, area(t));
        keep(t, label, t->rows / 4);
        keep(t, c, sizeof clock / 4);
    }
    free(bytes);
}

static struct il_act *activations(struct trial *t, unsigned first)
{
    struct il_act act[8];

    memset(act, 0, sizeof act);
    for (unsigned m = 0; m < t->runs; m++) {
        act[m].code = (first + m) % IL_ACT_COUNT;
        act[m].alpha = draw(t, 0.1, 1.5);
    }
    return upload(t, act, sizeof act);
}

static void case_activate(struct trial *t)
{
    for (unsigned first = 0; first < IL_ACT_COUNT; first += t->runs) {
        float *z = matrix(t, -6, 6, first % 2), *a = matrix(t, 7, 8, 0);
        struct il_act *act = activations(t, first);

        must(t, t->d->seam->activate(t->d, a, z, act, t->runs, t->rows, t->cols, t->block, t->ld),
             "activate");
        must(t, t->d->seam->activate(t->d, z, z, act, t->runs, t->rows, t->cols, t->block, t->ld),
             "activate");
        keep(t, a, area(t));
        keep(t, z, area(t));
        release(t);
    }
}

static void case_activate_backward(struct trial *t)
{
    for (unsigned first = 0; first < IL_ACT_COUNT; first += t->runs) {
        float *z = matrix(t, -6, 6, first % 2), *a = matrix(t, 0, 0, 0), *dz = matrix(t, -1, 1, 0);
        float *ratio = first % 3 ? floats(t, t->runs, 0.5, 2, 0) : NULL;
        struct il_act *act = activations(t, first);

        must(t, t->d->seam->activate(t->d, a, z, act, t->runs, t->rows, t->cols, t->block, t->ld),
             "activate");
        must(t,
             t->d->seam->activate_backward(t->d, dz, z, a, act, ratio, t->runs, t->rows, t->cols,
                                           t->block, t->ld),
             "activate_backward");
        keep(t, dz, area(t));
        release(t);
    }
}

static void loss_of(struct trial *t, uint32_t act, uint32_t code, unsigned step)
{
    const unsigned steps = 2, samples = 2 * t->rows - t->rows / 2;
    const struct il_clock clock = { .now = step, .next = 99, .steps = steps, .samples = samples };
    struct il_head head[8];
    struct il_sums sums[8];
    uint8_t label[256];
    float *z = matrix(t, -4, 4, act % 2), *dz = matrix(t, 7, 8, 0),
          *rate = floats(t, 2 * t->runs, 0.1, 1, 0);
    struct il_sums *s;
    struct il_clock *c;
    struct il_head *h;

    memset(head, 0, sizeof head);
    memset(sums, 0, sizeof sums);
    for (unsigned m = 0; m < t->runs; m++) {
        head[m].act.code = act;
        head[m].act.alpha = draw(t, 0.1, 1);
        head[m].code = code;
        head[m].smoothing = m % 2 ? 0.1f : 0.0f;
        head[m].eps = 1e-7f;
        head[m].gradient = m % 3 ? 1.0f : 0.5f;
        sums[m].cost = (double)draw(t, 0, 9);
        sums[m].diverged = IL_NEVER;
    }
    for (unsigned i = 0; i < sizeof label; i++)
        label[i] = (uint8_t)pick(t, t->cols);
    s = upload(t, sums, sizeof sums);
    h = upload(t, head, sizeof head);
    c = upload(t, &clock, sizeof clock);
    must(t,
         t->d->seam->loss(t->d, dz, s, z, upload(t, label, t->rows), h, act % 3 ? rate : NULL, c,
                          t->runs, t->rows, t->cols, t->block, t->ld, code % 2 == 0),
         "loss");
    keep(t, s, sizeof sums / 4);
    keep(t, c, sizeof clock / 4);
    if (code % 2 == 0) /* else the gradient is not asked for, and undefined */
        keep(t, dz, area(t));
    release(t);
}

static void case_loss(struct trial *t)
{
    for (uint32_t act = 0; act < IL_ACT_COUNT && t->rows <= 256; act++)
        for (uint32_t code = 0; code <= IL_LOSS_MSE; code++)
            if ((act + code + t->rows) % 3 == 0 || act == IL_ACT_SOFTMAX)
                loss_of(t, act, code, (act + code) % 3);
}

static void case_sgd(struct trial *t)
{
    for (unsigned i = 0; i < 12; i++) {
        const unsigned rule = i % 6 % 5, step = i % 6 == 5 ? 2 : i % 2;
        const struct il_clock clock = { .now = step, .steps = 2 };
        float *w = matrix(t, -2, 2, 0), *v = matrix(t, -2, 2, 0), *g = matrix(t, -2, 2, i % 2);
        float *rate = floats(t, 2 * t->runs, 0.05, 0.5, 0),
              *multiplier = floats(t, 2 * t->runs, 0.5, 2, 0);

        must(t,
             t->d->seam->sgd(t->d, w, rule == IL_RULE_SGD ? NULL : v, g, rate,
                             i % 3 ? multiplier : NULL, upload(t, &clock, sizeof clock), t->runs,
                             t->rows, t->cols, t->block, t->ld, rule, 0.9f, 0.03f, i >= 6,
                             t->rows - 1),
             "sgd");
        keep(t, w, area(t));
        keep(t, v, area(t));
        release(t);
    }
}

static void case_adam(struct trial *t)
{
    for (unsigned i = 0; i < 6; i++) {
        const struct il_clock clock = { .now = i / 2, .steps = 2 };
        float *w = matrix(t, -2, 2, 0), *m = matrix(t, -1, 1, 0), *v = matrix(t, 0.01, 1, 0),
              *g = matrix(t, -1, 1, i == 1);
        float *rate = floats(t, 2 * t->runs, 0.05, 0.5, 0), *correction = floats(t, 4, 1, 9, 0);

        must(t,
             t->d->seam->adam(t->d, w, m, v, g, rate,
                              i % 3 ? floats(t, 2 * t->runs, 0.5, 2, 0) : NULL, correction,
                              upload(t, &clock, sizeof clock), t->runs, t->rows, t->cols, t->block,
                              t->ld, 0.9f, 0.99f, 1e-3f, 0.03f, i % 2, t->rows - 1),
             "adam");
        keep(t, w, area(t));
        keep(t, m, area(t));
        keep(t, v, area(t));
        release(t);
    }
}

/* --- and of the slots that are no op
 * ------------------------------------------------------------------ */

static void case_zero(struct trial *t)
{
    float *w = matrix(t, -1, 1, 0);

    must(t, t->d->seam->zero(t->d, w, 4 * (area(t) - 1)), "zero");
    keep(t, w, area(t));
}

/*
 * Products of an even number of columns and of more than one row: for odd ones the CPU device
 * bypasses a path of BLIS, and for one row BLIS's own CBLAS takes another than its library call
 * does.
 */
static unsigned even(unsigned n) { return n + n % 2; }

/* every combination of transposes; beta 0 must overwrite NaN */
static void case_gemm(struct trial *t)
{
    const unsigned m = t->rows, n = even(t->cols), k = t->runs * 7 + 1, ld = t->ld + k + m;

    for (int i = 0; i < 8; i++) {
        const int ta = i & 1, tb = i >> 1 & 1;
        float *a = floats(t, (size_t)(m + k) * ld, -1, 1, 0),
              *b = floats(t, (size_t)(n + k) * ld, -1, 1, 0);
        float *c = floats(t, (size_t)m * ld, -1, 1, i < 4);

        must(
            t,
            t->d->seam->gemm(t->d, ta, tb, m, n, k, 0.5f, a, ld, b, ld, i < 4 ? 0.0f : 1.0f, c, ld),
            "gemm");
        keep(t, c, (size_t)m * ld);
        release(t);
    }
}

/* interleaved column blocks: the stride is the block, ld the whole row */
static void case_gemm_batched(struct trial *t)
{
    float *a = matrix(t, -1, 1, 0), *c = matrix(t, -1, 1, 0);
    float *b = floats(t, (size_t)t->cols * t->ld, -1, 1, 0);
    const unsigned n = even(t->cols); /* within the block, which is wider than cols */

    for (int beta = 0; beta < 2; beta++) {
        must(t,
             t->d->seam->gemm_batched(t->d, 0, 0, t->rows, n, t->cols, 1.0f, a, t->ld, t->block, b,
                                      t->ld, t->block, (float)beta, c, t->ld, t->block, t->runs),
             "gemm_batched");
        keep(t, c, area(t));
    }
}

/* a step of an op and a product that feed each other: once for real, then replayed */
struct loop {
    float *w, *c;
    struct il_act *act;
    const struct trial *t;
};

static int loop_step(struct il_device *d, void *arg)
{
    const struct loop *l = arg;
    const struct trial *t = l->t;
    int e = d->seam->activate(d, l->w, l->c, l->act, t->runs, t->rows, t->cols, t->block, t->ld);

    if (!e)
        e = d->seam->gemm(d, 1, 0, t->ld, t->ld, t->rows, 0.01f, l->w, t->ld, l->c, t->ld, 0.0f,
                          l->c + area(t), t->ld);
    if (!e)
        e = d->seam->gemm(d, 0, 0, t->rows, t->ld, t->ld, 1.0f, l->w, t->ld, l->c + area(t), t->ld,
                          1.0f, l->c, t->ld);
    return e;
}

static void case_record(struct trial *t)
{
    struct loop l = { matrix(t, -1, 1, 0), floats(t, area(t) + (size_t)t->ld * t->ld, -0.5, 0.5, 0),
                      activations(t, IL_ACT_TANH), t };
    struct il_record *r = NULL;

    must(t, t->d->seam->record(t->d, loop_step, &l, &r), "record");
    keep(t, l.c, area(t)); /* once, not twice */
    must(t, t->d->seam->replay(t->d, r, 1), "replay");
    must(t, t->d->seam->replay(t->d, r, 2), "replay");
    must(t, t->d->seam->wait(t->d), "wait");
    keep(t, l.c, area(t));
    t->d->seam->record_free(t->d, r);
}

static const struct {
    const char *name;
    void (*run)(struct trial *t);
    int product;
} cases[] = {
#define X(name, params, args, bytes) { #name, case_##name, 0 },
#include "ops.def"
#undef X
    { "zero", case_zero, 0 },
    { "gemm", case_gemm, 1 },
    { "gemm_batched", case_gemm_batched, 1 },
    { "record", case_record, 1 },
};

/* sizes that fit nothing: 1 x 1, more rows than lanes, more columns than a chunk or the lanes */
static const struct {
    unsigned rows, cols, runs;
} shapes[] = {
    { 1, 1, 1 }, { 7, 3, 3 }, { 5, 10, 5 }, { 131, 10, 1 }, { 9, 37, 2 }, { 2, 140, 1 },
};

/* --- running them
 * ------------------------------------------------------------------------------------- */

static struct trial run_case(struct il_device *d, size_t c, size_t s, uint64_t seed)
{
    struct trial t = { .d = d,
                       .seed = seed + s,
                       .rows = shapes[s].rows,
                       .cols = shapes[s].cols,
                       .runs = shapes[s].runs };

    t.block = t.cols + 1 + t.cols % 3;
    t.ld = (t.runs * t.block + 15) / 16 * 16;
    cases[c].run(&t);
    release(&t);
    return t;
}

static int is_nan(uint32_t word) { return (word & 0x7fffffffu) > 0x7f800000u; }

/* 0: equal in every word, where all NaN are one (the low word of a double NaN is equal anyway) */
static int compare(const struct trial *a, const struct trial *b, const char *name)
{
    if (a->words != b->words || a->words == 0) {
        fprintf(stderr, "%s: nothing, or not as much, was recorded\n", name);
        return 1;
    }
    for (size_t i = 0; i < a->words; i++) {
        if (a->record[i] == b->record[i] || (is_nan(a->record[i]) && is_nan(b->record[i])))
            continue;
        fprintf(stderr,
                "%s: %u x %u, %u runs, block %u, ld %u: word %zu is %08x on %s, %08x on %s\n", name,
                a->rows, a->cols, a->runs, a->block, a->ld, i, a->record[i], a->d->seam->kind,
                b->record[i], b->d->seam->kind);
        return 1;
    }
    return 0;
}

static int compare_all(struct il_device *cpu, struct il_device *cuda, uint64_t seed)
{
    int wrong = 0;

    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            struct trial a, b;

            if (cases[c].product && (!getenv("TEST_SAME_BLAS") || shapes[s].rows == 1))
                continue;
            a = run_case(cpu, c, s, seed);
            b = run_case(cuda, c, s, seed);
            wrong |= compare(&a, &b, cases[c].name);
            free(a.record);
            free(b.record);
        }
    return wrong;
}

static int smoke(struct il_device *d)
{
    struct trial t = { .d = d, .seed = 1, .rows = 5, .cols = 3, .runs = 2, .block = 8, .ld = 16 };
    struct il_about about;

    must(&t, d->seam->about(d, &about), "about");
    case_fill(&t);
    release(&t);
    case_record(&t);
    release(&t);
    free(t.record);
    d->seam->close(d);
    return 0;
}

/* the kernel writes rows x ld floats, the last of which is not there */
static int overrun(struct il_device *d)
{
    struct trial t = { .d = d, .seed = 1, .rows = 4, .cols = 16, .runs = 1, .block = 16, .ld = 16 };
    const struct il_fill f = { .law = IL_LAW_UNIFORM, .b = 1 };
    float *w = floats(&t, area(&t) - 1, 0, 0, 0);

    must(&t, d->seam->fill(d, w, upload(&t, &f, sizeof f), 1, 4, 16, 16, 16), "fill");
    must(&t, d->seam->wait(d), "wait");
    fprintf(stderr, "the overrun went unnoticed\n");
    return 1;
}

static struct il_device *open_device(const struct il_seam *seam)
{
    struct il_device *d = NULL;
    char why[256] = "";

    if (seam->count(why, sizeof why) < 1 || seam->open(&d, 0, 1, why, sizeof why)) {
        fprintf(stderr, "no %s device: %s\n", seam->kind, why);
        exit(strcmp(seam->kind, "cuda") || getenv("INITLAB_REQUIRE_CUDA") || getenv("SIMCUDA_FAIL")
                 ? 1
                 : 77);
    }
    return d;
}

static const struct il_seam *plugin(const char *path)
{
    const struct il_seam *(*entry)(void) = NULL;
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL),
         *symbol = handle ? dlsym(handle, "il_plugin_seam") : NULL;

    if (!symbol) {
        fprintf(stderr, "%s: %s\n", path, dlerror());
        exit(1);
    }
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from an object to a function */
    return entry();
}

int main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[2] : "", *given = getenv("TEST_SEED");
    const uint64_t seed = given ? strtoull(given, NULL, 10) : 20261123;
    struct il_device *cuda, *cpu;
    void *p;
    int wrong;

    if (argc < 2)
        die("usage: test_plugin_ops PLUGIN [smoke|overrun|leak]");
    cuda = open_device(plugin(argv[1]));
    if (!strcmp(mode, "smoke"))
        return smoke(cuda);
    if (!strcmp(mode, "overrun"))
        return overrun(cuda);
    if (!strcmp(mode, "leak"))
        return cuda->seam->alloc(cuda, &p, 100);
    cpu = open_device(il_cpu_seam());
    printf("test_plugin_ops: TEST_SEED=%llu\n", (unsigned long long)seed);
    il_ftz_on(); /* as the library does while it computes */
    wrong = compare_all(cpu, cuda, seed);
    cpu->seam->close(cpu);
    cuda->seam->close(cuda);
    return wrong;
}
