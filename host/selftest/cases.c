/*
 * cases.c - one case for every slot of the seam that computes. The same random inputs on any device;
 * what was written is kept as words, so that two devices can be compared bit for bit.
 */
#include "cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "device/seam.h"
#include "theory/truncated_normal.h"
#include "random.h"

/* a call of the seam, unless one before it failed */
#define TRY(t, call)                                                                               \
    do {                                                                                           \
        if (!(t)->code)                                                                            \
            (t)->code = (call);                                                                    \
    } while (0)

enum { MOST = IL_TRIAL_ALLOCATIONS };

static void *no_memory(struct il_trial *t)
{
    TRY(t, IL_TRIAL_MEMORY);
    return NULL;
}

/* the next number of the case in [low, high) */
static float draw(struct il_trial *t, double low, double high)
{
    return (float)(low + (high - low) * (double)il_uniform(il_philox(t->seed, t->drawn++, 0).v[0]));
}

static unsigned pick(struct il_trial *t, unsigned n)
{
    return il_philox(t->seed, t->drawn++, 0).v[0] % n;
}

static void *upload(struct il_trial *t, const void *bytes, size_t n)
{
    void **p = &t->memory[t->allocated];

    if (t->allocated == MOST)
        t->code = IL_TRIAL_MEMORY;
    if (t->code)
        return NULL;
    *p = NULL;
    t->allocated++;
    TRY(t, t->d->seam->alloc(t->d, p, n));
    TRY(t, t->d->seam->put(t->d, *p, bytes, n));
    return *p;
}

/* n floats in [low, high); with rare, some of them are zeros, subnormals, infinities, NaN and huge
 */
static float *floats(struct il_trial *t, size_t n, double low, double high, int rare)
{
    static const float odd[] = { 0.0f,      -0.0f, 1e-40f, -1e-40f, INFINITY,
                                 -INFINITY, NAN,   3e38f,  -3e38f,  1e-30f };
    float *const host = malloc(n * sizeof *host), *p;

    if (!host)
        return no_memory(t);
    for (size_t i = 0; i < n; i++)
        host[i] =
            rare && pick(t, 16) == 0 ? odd[pick(t, sizeof odd / sizeof *odd)] : draw(t, low, high);
    p = upload(t, host, n * sizeof *host);
    free(host);
    return p;
}

static size_t area(const struct il_trial *t) { return (size_t)t->rows * t->ld; }
static float *matrix(struct il_trial *t, double low, double high, int rare)
{
    return floats(t, area(t), low, high, rare && !t->plain);
}

/* append n words of device memory to the record */
static void keep(struct il_trial *t, const void *p, size_t n)
{
    uint32_t *const more = realloc(t->record, (t->words + n) * sizeof *t->record);

    if (!more) {
        no_memory(t);
        return;
    }
    t->record = more;
    TRY(t, t->d->seam->get(t->d, t->record + t->words, p, n * sizeof *t->record));
    t->words += n;
}

static void release(struct il_trial *t)
{
    while (t->allocated) {
        const int e = t->d->seam->free(t->d, t->memory[--t->allocated]);

        TRY(t, e);
    }
}

/* ---- the cases: one an op, demanded by ops.def below ------------------------------------------ */

/* bounds of a cut normal law on both sides of the mean or on one; the rest may be what it likes */
static struct il_fill some_fill(struct il_trial *t, unsigned law, unsigned m)
{
    struct il_fill f = { .seed = t->seed + m, .tensor = ((uint64_t)1 << 32) + m, .gain = 1 };
    const float low = draw(t, -5, 1), high = fmaxf(low, -1) + draw(t, 0.3, 5); /* in z */

    f.a = draw(t, -2, 0);
    f.b = draw(t, 1, 2);
    il_truncated_normal_fill(&f, (double)low, (double)high);
    f.law = law;
    f.low = f.a + f.b * low;
    f.high = f.a + f.b * high;
    f.by_row = m % 2;
    f.count = pick(t, (f.by_row ? t->cols : t->rows) * 6 / 5 + 1);
    if (f.law < IL_LAW_SPARSE && pick(t, 2))
        f.mirror = (t->rows % 2 ? 0 : IL_MIRROR_ROWS) | (t->cols % 2 ? 0 : IL_MIRROR_COLS);
    return f;
}

/* every law, mirrored where it may be */
static void case_fill(struct il_trial *t)
{
    for (unsigned first = 0; first < IL_LAW_COUNT; first += t->runs) {
        float *const w = matrix(t, -1, 1, 0);
        struct il_fill f[8], *fills;

        memset(f, 0, sizeof f);
        for (unsigned m = 0; m < t->runs; m++)
            f[m] = some_fill(t, (first + m) % IL_LAW_COUNT, m);
        fills = upload(t, f, sizeof f);
        TRY(t, t->d->seam->fill(t->d, w, fills, t->runs, t->rows, t->cols, t->block, t->ld));
        keep(t, w, area(t));
        release(t);
    }
}

static void case_orthogonal(struct il_trial *t)
{
    float *w = matrix(t, -1, 1, 0);
    float *work = floats(t, t->runs * IL_ORTHOGONAL_WORK(t->rows, t->cols), -1, 1, 0);
    struct il_fill f[8], *fills;

    memset(f, 0, sizeof f);
    for (unsigned m = 0; m < t->runs; m++) {
        f[m].gain = draw(t, 0.5, 2);
        f[m].after = m % 4 == 3 ? IL_AFTER_NOTHING : IL_AFTER_ORTHOGONAL;
        if (m % 2)
            f[m].mirror = (t->rows % 2 ? 0 : IL_MIRROR_ROWS) | (t->cols % 2 ? 0 : IL_MIRROR_COLS);
    }
    fills = upload(t, f, sizeof f);
    TRY(t,
        t->d->seam->orthogonal(t->d, w, work, fills, t->runs, t->rows, t->cols, t->block, t->ld));
    keep(t, w, area(t));
}

static void case_moments(struct il_trial *t)
{
    const unsigned cols = t->runs * t->block;
    const size_t bytes = cols * sizeof(struct il_moments);

    for (int rare = 0; rare < 2; rare++) {
        const float *const x = matrix(t, -2, 2, rare);
        struct il_moments *out;
        void *const empty = calloc(1, bytes);

        if (!empty) {
            no_memory(t);
            return;
        }
        out = upload(t, empty, bytes);
        free(empty);
        TRY(t, t->d->seam->moments(t->d, out, x, t->rows, cols, t->ld, 0.97f));
        keep(t, out, bytes / 4);
        release(t);
    }
}

static void case_rescale(struct il_trial *t)
{
    const unsigned cols = t->runs * t->block;

    for (int shifts = 0; shifts < 2; shifts++) {
        float *w = matrix(t, -2, 2, 1), *scale = floats(t, cols, 0.5, 2, 0);
        float *const shift = shifts ? floats(t, cols, -1, 1, 0) : NULL;

        TRY(t, t->d->seam->rescale(t->d, w, scale, shift, t->rows - 1, cols, t->ld));
        keep(t, w, area(t));
        release(t);
    }
}

/* an epoch: whole batches, the last and short one, and a step past the end */
static void gather_epoch(struct il_trial *t, int ordered)
{
    const unsigned samples = t->rows * 5 / 2 + 1, pixels = t->cols, words = (t->rows + 3) / 4;
    const unsigned steps = (samples + t->rows - 1) / t->rows;
    const size_t n = (size_t)samples * pixels + 4 * (size_t)words;
    uint8_t *const bytes = malloc(n);
    struct il_clock clock = { .steps = steps };
    uint8_t *images, *labels, *label;
    float *x = matrix(t, -1, 1, 0);

    if (!bytes) {
        no_memory(t);
        return;
    }
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)pick(t, 256);
    images = upload(t, bytes, (size_t)samples * pixels);
    labels = upload(t, bytes + n - samples, samples);
    label = upload(t, bytes, (size_t)words * 4);
    il_order_keys(&clock, t->seed, 1, samples);
    if (ordered)
        clock.half_bits = 0;
    for (unsigned step = 0; step <= steps; step++) {
        struct il_clock *c;

        clock.next = step;
        clock.now = 77;
        c = upload(t, &clock, sizeof clock);
        TRY(t, t->d->seam->gather(t->d, x, label, images, labels, c, t->rows, pixels, t->ld));
        keep(t, x, area(t));
        keep(t, label, words);
        keep(t, c, sizeof clock / 4);
    }
    free(bytes);
    release(t);
}

/* in an order of its own, then in that of the file */
static void case_gather(struct il_trial *t)
{
    for (int ordered = 0; ordered < 2; ordered++)
        gather_epoch(t, ordered);
}

static struct il_act *activations(struct il_trial *t, unsigned first)
{
    struct il_act act[8];

    memset(act, 0, sizeof act);
    for (unsigned m = 0; m < t->runs; m++) {
        act[m].code = (first + m) % IL_ACT_COUNT;
        act[m].alpha = draw(t, 0.1, 1.5);
    }
    return upload(t, act, sizeof act);
}

static void case_activate(struct il_trial *t)
{
    for (unsigned first = 0; first < IL_ACT_COUNT; first += t->runs) {
        float *z = matrix(t, -5, 5, first % 2), *a = matrix(t, 7, 8, 0);
        struct il_act *act = activations(t, first);

        TRY(t, t->d->seam->activate(t->d, a, z, act, t->runs, t->rows, t->cols, t->block, t->ld));
        TRY(t, t->d->seam->activate(t->d, z, z, act, t->runs, t->rows, t->cols, t->block, t->ld));
        keep(t, a, area(t));
        keep(t, z, area(t));
        release(t);
    }
}

static void case_activate_backward(struct il_trial *t)
{
    for (unsigned first = 0; first < IL_ACT_COUNT; first += t->runs) {
        float *z = matrix(t, -4, 4, first % 2), *a = matrix(t, 0, 0, 0), *dz = matrix(t, -1, 1, 0);
        float *ratio = first % 3 ? floats(t, t->runs, 0.5, 2, 0) : NULL;
        struct il_act *act = activations(t, first);

        TRY(t, t->d->seam->activate(t->d, a, z, act, t->runs, t->rows, t->cols, t->block, t->ld));
        TRY(t, t->d->seam->activate_backward(t->d, dz, z, a, act, ratio, t->runs, t->rows, t->cols,
                                             t->block, t->ld));
        keep(t, dz, area(t));
        release(t);
    }
}

static struct il_head some_head(struct il_trial *t, uint32_t act, uint32_t code, unsigned m)
{
    struct il_head h;

    memset(&h, 0, sizeof h);
    h.act.code = act;
    h.act.alpha = draw(t, 0.1, 1);
    h.code = code;
    h.hot = m % 2 ? 0.9f : 1.0f;
    h.cold = m % 2 ? 0.1f / (float)t->cols : 0.0f;
    h.eps = t->plain ? 0.05f : 1e-7f; /* differences see a kink, and slopes below 1 / eps */
    h.gradient = m % 3 ? 1.0f : 0.5f;
    return h;
}

static void loss_of(struct il_trial *t, uint32_t act, uint32_t code, unsigned step)
{
    const unsigned steps = 2, samples = 2 * t->rows - t->rows / 2;
    const struct il_clock clock = { .now = step, .next = 99, .steps = steps, .samples = samples };
    const int gradient = t->plain || code % 2 == 0;
    struct il_head head[8];
    struct il_sums sums[8];
    uint8_t label[256], *labels;
    float *z = matrix(t, -3, 3, act % 2), *dz = matrix(t, 7, 8, 0),
          *rate = floats(t, 2 * t->runs, 0.1, 1, 0);
    struct il_sums *s;
    struct il_clock *c;
    struct il_head *h;

    memset(head, 0, sizeof head);
    memset(sums, 0, sizeof sums);
    for (unsigned m = 0; m < t->runs; m++) {
        head[m] = some_head(t, act, code, m);
        sums[m].cost = (double)draw(t, 0, 9);
        sums[m].correct = m;
        sums[m].diverged = IL_NEVER;
    }
    for (unsigned i = 0; i < sizeof label; i++)
        label[i] = (uint8_t)pick(t, t->cols);
    s = upload(t, sums, sizeof sums);
    h = upload(t, head, sizeof head);
    c = upload(t, &clock, sizeof clock);
    labels = upload(t, label, t->rows);
    TRY(t, t->d->seam->loss(t->d, dz, s, z, labels, h, act % 3 ? rate : NULL, c, t->runs, t->rows,
                            t->cols, t->block, t->ld, gradient));
    keep(t, s, sizeof sums / 4);
    keep(t, c, sizeof clock / 4);
    if (gradient) /* else it is undefined */
        keep(t, dz, area(t));
    release(t);
}

static void case_loss(struct il_trial *t)
{
    for (uint32_t act = 0; act < IL_ACT_COUNT && t->rows <= 256; act++)
        for (uint32_t code = 0; code < IL_LOSS_COUNT; code++)
            if (t->plain || (act + code + t->rows) % 3 == 0 || act == IL_ACT_SOFTMAX)
                loss_of(t, act, code, (act + code) % 3);
}

/* every rule at both steps and, one of them, past the end; with and without what is optional */
static void case_sgd(struct il_trial *t)
{
    for (unsigned i = 0; i < 4 * (IL_RULE_COUNT + 1); i++) {
        const unsigned which = i % (IL_RULE_COUNT + 1), options = i / (IL_RULE_COUNT + 1);
        const unsigned rule = which % IL_RULE_COUNT;
        const struct il_clock clock = { .now = which == IL_RULE_COUNT ? 2 : (which + options) % 2,
                                        .steps = 2 };
        float *w = matrix(t, -2, 2, 0), *v = matrix(t, -2, 2, 0), *g = matrix(t, -2, 2, i % 2);
        float *rate = floats(t, 2 * t->runs, 0.05, 0.5, 0),
              *multiplier = floats(t, 2 * t->runs, 0.5, 2, 0);
        const struct il_clock *const at = upload(t, &clock, sizeof clock);

        TRY(t, t->d->seam->sgd(t->d, w, rule == IL_RULE_SGD ? NULL : v, g, rate,
                               options / 2 ? multiplier : NULL, at, t->runs, t->rows, t->cols,
                               t->block, t->ld, rule, i % 2 ? 0.1f : 0.7f, 0.03f, options % 2,
                               t->rows - 1));
        keep(t, w, area(t));
        keep(t, v, area(t));
        release(t);
    }
}

static void case_adam(struct il_trial *t)
{
    for (unsigned i = 0; i < 12; i++) {
        const struct il_clock clock = { .now = i / 2 % 3, .steps = 2 };
        float *w = matrix(t, -2, 2, 0), *m = matrix(t, -1, 1, 0), *v = matrix(t, 0.01, 1, 0),
              *g = matrix(t, -1, 1, i == 1);
        const struct il_adam_step steps[] = { { 1, 0.6f, 1e-3f }, { 0.1f, 0.01f, 1e-8f } };
        float *rate = floats(t, 2 * t->runs, 0.05, 0.5, 0);
        const struct il_adam_step *const table = upload(t, steps, sizeof steps);
        const float *const multiplier = i / 6 ? floats(t, 2 * t->runs, 0.5, 2, 0) : NULL;
        const struct il_clock *const at = upload(t, &clock, sizeof clock);

        TRY(t, t->d->seam->adam(t->d, w, m, v, g, rate, multiplier, table, at, t->runs, t->rows,
                                t->cols, t->block, t->ld, 0.03f, i % 2, t->rows - 1));
        keep(t, w, area(t));
        keep(t, m, area(t));
        keep(t, v, area(t));
        release(t);
    }
}

/* ---- and of the slots that are no op ---------------------------------------------------------- */

static void case_zero(struct il_trial *t)
{
    float *w = matrix(t, -1, 1, 0);

    TRY(t, t->d->seam->zero(t->d, w, 4 * (area(t) - 1)));
    keep(t, w, area(t));
}

static void case_copy(struct il_trial *t)
{
    float *const from = matrix(t, -1, 1, 1), *const to = matrix(t, 7, 8, 0);

    TRY(t, t->d->seam->copy(t->d, to, from, 4 * (area(t) - 1)));
    keep(t, to, area(t));
}

/* every combination of transposes; beta 0 must overwrite NaN */
static void case_gemm(struct il_trial *t)
{
    const unsigned m = t->rows, n = t->cols, k = t->runs * 7 + 1, ld = t->ld + k + m;

    for (int i = 0; i < 8; i++) {
        const int ta = i & 1, tb = i >> 1 & 1;
        float *a = floats(t, (size_t)(m + k) * ld, -1, 1, 0),
              *b = floats(t, (size_t)(n + k) * ld, -1, 1, 0);
        float *c = floats(t, (size_t)m * ld, -1, 1, i < 4);

        TRY(t, t->d->seam->gemm(t->d, ta, tb, m, n, k, 0.5f, a, ld, b, ld, i < 4 ? 0.0f : 1.0f, c,
                                ld));
        keep(t, c, (size_t)m * ld);
        release(t);
    }
}

/* interleaved column blocks: the stride is the block, ld the whole row */
static void case_gemm_batched(struct il_trial *t)
{
    float *a = matrix(t, -1, 1, 0), *c = matrix(t, -1, 1, 0);
    float *b = floats(t, (size_t)t->cols * t->ld, -1, 1, 0);
    const unsigned n = t->cols; /* within the block, which is wider than cols */

    for (int beta = 0; beta < 2; beta++) {
        TRY(t,
            t->d->seam->gemm_batched(t->d, 0, 0, t->rows, n, t->cols, 1.0f, a, t->ld, t->block, b,
                                     t->ld, t->block, (float)beta, c, t->ld, t->block, t->runs));
        keep(t, c, area(t));
    }
}

/*
 * A step of an op and products that feed each other: once for real, then replayed. The factor keeps
 * c from growing by more than half a step, so that a tolerance holds.
 */
struct loop {
    float *w, *c;
    struct il_act *act;
    const struct il_trial *t;
};

static int loop_step(struct il_device *d, void *arg)
{
    const struct loop *l = arg;
    const struct il_trial *t = l->t;
    int e = d->seam->activate(d, l->w, l->c, l->act, t->runs, t->rows, t->cols, t->block, t->ld);

    if (!e)
        e = d->seam->gemm(d, 1, 0, t->ld, t->ld, t->rows, 0.5f / (float)area(t), l->w, t->ld, l->c,
                          t->ld, 0.0f, l->c + area(t), t->ld);
    if (!e)
        e = d->seam->gemm(d, 0, 0, t->rows, t->ld, t->ld, 1.0f, l->w, t->ld, l->c + area(t), t->ld,
                          1.0f, l->c, t->ld);
    return e;
}

static void case_record(struct il_trial *t)
{
    struct loop l = { matrix(t, -1, 1, 0), floats(t, area(t) + (size_t)t->ld * t->ld, -0.5, 0.5, 0),
                      activations(t, IL_ACT_TANH), t };
    struct il_record *r = NULL;

    TRY(t, t->d->seam->record(t->d, loop_step, &l, &r));
    keep(t, l.c, area(t)); /* once, not twice */
    TRY(t, t->d->seam->replay(t->d, r, 1));
    TRY(t, t->d->seam->replay(t->d, r, 2));
    TRY(t, t->d->seam->wait(t->d));
    keep(t, l.c, area(t));
    t->d->seam->record_free(t->d, r);
}

const struct il_case il_cases[] = {
#define X(name, params, args, bytes, flops) { #name, case_##name, 0 },
#include "ops.def"
#undef X
    { "zero", case_zero, 0 },     { "copy", case_copy, 0 },
    { "gemm", case_gemm, 1 },     { "gemm_batched", case_gemm_batched, 1 },
    { "record", case_record, 1 }, { NULL, NULL, 0 },
};

/* sizes that fit nothing: 1 x 1, more rows than lanes, more columns than a chunk or the lanes */
const struct il_case_shape il_case_shapes[] = {
    { 1, 1, 1, 1 },   { 7, 3, 3, 1 },     { 5, 10, 5, 1 },    { 131, 10, 1, 1 }, { 9, 37, 2, 1 },
    { 2, 140, 1, 1 }, { 128, 256, 4, 2 }, { 256, 513, 8, 3 }, { 0, 0, 0, 0 },
};

struct il_trial il_trial_run(struct il_device *d, const struct il_case *c,
                             const struct il_case_shape *s, uint64_t seed, int plain)
{
    struct il_trial t = {
        .d = d, .seed = seed, .rows = s->rows, .cols = s->cols, .runs = s->runs, .plain = plain
    };

    t.block = t.cols + 1 + t.cols % 3;
    t.ld = (t.runs * t.block + 15) / 16 * 16;
    c->run(&t);
    release(&t);
    return t;
}

/*
 * Products of numbers below 1 with k terms each: two orders of the same sum differ by at most 2 k
 * 2^-24 times k. A recorded step has two products behind each other, three times: six times that.
 */
double il_trial_tolerance(const struct il_trial *t)
{
    const double k = t->rows > t->ld ? t->rows : t->ld;

    return 12 * k * k * 0x1p-24;
}

static int is_nan(uint32_t word) { return (word & 0x7fffffffu) > 0x7f800000u; }

static int same(uint32_t a, uint32_t b, double tolerance)
{
    float x, y;

    if (a == b || (is_nan(a) && is_nan(b)))
        return 1;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return tolerance > 0 && fabs((double)x - (double)y) <= tolerance;
}

size_t il_trial_difference(const struct il_trial *a, const struct il_trial *b, double tolerance)
{
    const size_t n = a->words < b->words ? a->words : b->words;
    size_t i = 0;

    while (i < n && same(a->record[i], b->record[i], tolerance))
        i++;
    return i;
}
