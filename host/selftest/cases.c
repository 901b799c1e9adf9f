/*
 * cases.c - a case for every slot of the seam that computes. The same random inputs on any device;
 * what was written is kept as words, so that two devices can be compared bit for bit.
 */
#include "cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "device/seam.h"

#define TRY IL_TRIAL_TRY

static size_t area(const struct il_trial *t) { return (size_t)t->rows * t->ld; }
static float *matrix(struct il_trial *t, double low, double high, int rare)
{
    return il_trial_floats(t, area(t), low, high, rare && !t->plain);
}

/* ---- an op, by its row ------------------------------------------------------------------------ */

/* calls with ordinary numbers and, unless plain, with rare ones, of every kind that its runs can have */
static void case_op(struct il_trial *t, const struct il_op *op)
{
    const unsigned kinds = il_op_kinds(op, t->runs);
    const unsigned rounds = il_op_takes(op, "work") ? 1 : kinds < 4 ? 4 : kinds < 8 ? 2 : 1;
    struct il_operands o;

    for (unsigned i = 0; i < 2 * rounds * kinds; i++) {
        t->kind = i / 2 % kinds;
        t->rare = i % 2 && !t->plain;
        il_operands_draw(t, op, &o);
        TRY(t, il_op_call(op, t->d, &o));
        il_trial_keep_written(t);
        if (il_op_writes(op, "a") && o.z) { /* may be done in place */
            il_trial_mark(t, o.a, 0);
            il_trial_mark(t, o.z, 1);
            o.a = o.z;
            TRY(t, il_op_call(op, t->d, &o));
            il_trial_keep_written(t);
        }
        il_trial_release(t);
    }
}

/* ---- and of the slots that are no op ---------------------------------------------------------- */

static void case_zero(struct il_trial *t)
{
    float *w = matrix(t, -1, 1, 0);

    TRY(t, t->d->seam->zero(t->d, w, 4 * (area(t) - 1)));
    il_trial_keep(t, w, area(t));
}

static void case_copy(struct il_trial *t)
{
    float *const from = matrix(t, -1, 1, 1), *const to = matrix(t, 7, 8, 0);

    TRY(t, t->d->seam->copy(t->d, to, from, 4 * (area(t) - 1)));
    il_trial_keep(t, to, area(t));
}

/* every combination of transposes; beta 0 must overwrite NaN */
static void case_gemm(struct il_trial *t)
{
    const unsigned m = t->rows, n = t->cols, k = t->runs * 7 + 1, ld = t->ld + k + m;

    for (int i = 0; i < 8; i++) {
        const int ta = i & 1, tb = i >> 1 & 1;
        float *a = il_trial_floats(t, (size_t)(m + k) * ld, -1, 1, 0),
              *b = il_trial_floats(t, (size_t)(n + k) * ld, -1, 1, 0);
        float *c = il_trial_floats(t, (size_t)m * ld, -1, 1, i < 4);

        TRY(t, t->d->seam->gemm(t->d, ta, tb, m, n, k, 0.5f, a, ld, b, ld, i < 4 ? 0.0f : 1.0f, c,
                                ld));
        il_trial_keep(t, c, (size_t)m * ld);
        il_trial_release(t);
    }
}

/* interleaved column blocks: the stride is the block, ld the whole row */
static void case_gemm_batched(struct il_trial *t)
{
    float *a = matrix(t, -1, 1, 0), *c = matrix(t, -1, 1, 0);
    float *b = il_trial_floats(t, (size_t)t->cols * t->ld, -1, 1, 0);
    const unsigned n = t->cols; /* within the block, which is wider than cols */

    for (int beta = 0; beta < 2; beta++) {
        TRY(t,
            t->d->seam->gemm_batched(t->d, 0, 0, t->rows, n, t->cols, 1.0f, a, t->ld, t->block, b,
                                     t->ld, t->block, (float)beta, c, t->ld, t->block, t->runs));
        il_trial_keep(t, c, area(t));
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
    struct loop l = { .w = matrix(t, -1, 1, 0), .t = t };
    struct il_act act[IL_TRIAL_RUNS];
    struct il_record *r = NULL;

    for (unsigned m = 0; m < t->runs; m++)
        act[m] = (struct il_act){ IL_ACT_TANH, 1 };
    l.act = il_trial_upload(t, act, t->runs * sizeof *act);
    l.c = il_trial_floats(t, area(t) + (size_t)t->ld * t->ld, -0.5, 0.5, 0);
    TRY(t, t->d->seam->record(t->d, loop_step, &l, &r));
    il_trial_keep(t, l.c, area(t)); /* once, not twice */
    TRY(t, t->d->seam->replay(t->d, r, 1));
    TRY(t, t->d->seam->replay(t->d, r, 2));
    TRY(t, t->d->seam->wait(t->d));
    il_trial_keep(t, l.c, area(t));
    t->d->seam->record_free(t->d, r);
}

const struct il_case il_cases[] = {
#define X(name, params, args, bytes, flops) { #name, NULL, 0, &il_ops[IL_OP_##name] },
#include "ops.def"
#undef X
    { "zero", case_zero, 0, NULL },     { "copy", case_copy, 0, NULL },
    { "gemm", case_gemm, 1, NULL },     { "gemm_batched", case_gemm_batched, 1, NULL },
    { "record", case_record, 1, NULL }, { NULL, NULL, 0, NULL },
};

/* sizes that fit nothing: 1 x 1, more rows than lanes, more columns than a chunk or the lanes */
const struct il_case_shape il_case_shapes[] = {
    { 1, 1, 1, 1 },   { 7, 3, 3, 1 },     { 5, 10, 5, 1 },    { 131, 10, 1, 1 }, { 9, 37, 2, 1 },
    { 2, 140, 1, 1 }, { 128, 256, 4, 2 }, { 256, 513, 8, 3 }, { 0, 0, 0, 0 },
};

struct il_trial il_trial_run(struct il_device *d, const struct il_case *c,
                             const struct il_case_shape *s, uint64_t seed, int plain)
{
    struct il_trial t = { .d = d,
                          .seed = seed,
                          .rows = s->rows,
                          .cols = s->cols,
                          .runs = s->runs,
                          .plain = plain,
                          .samples = 2 * s->rows - s->rows / 2,
                          .steps = 2,
                          .clocks = 1 };

    t.block = t.cols + 1 + t.cols % 3;
    t.ld = (t.runs * t.block + 15) / 16 * 16;
    if (c->op)
        case_op(&t, c->op);
    else
        c->run(&t);
    il_trial_release(&t);
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
