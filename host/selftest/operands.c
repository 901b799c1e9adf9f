/* operands.c - draws what an op is called with. References' tolerances rest on these ranges. */
#include "operands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device/seam.h"
#include "theory/truncated_normal.h"
#include "random.h"

/* ---- the ops as rows ------------------------------------------------------------------------- */

const struct il_op il_ops[IL_OPS] = {
#define X(name, params, args, moved, flops) { #name, #params, #args },
#include "ops.def"
#undef X
};

/* every operand as a local, so that a row's arguments and formulas are C as they stand */
#define LOCAL(type, name)                                                                          \
    type const name = o->name;                                                                     \
    (void)name;

int il_op_call(const struct il_op *op, struct il_device *d, const struct il_operands *o)
{
#define X LOCAL
#include "operands.def"
#undef X
    switch (op - il_ops) {
#define X(name, params, args, moved, flops)                                                        \
    case IL_OP_##name:                                                                             \
        return d->seam->name args;
#include "ops.def"
#undef X
    }
    return -2; /* no row: not reached */
}

size_t il_op_bytes(const struct il_op *op, const struct il_operands *o)
{
#define X LOCAL
#include "operands.def"
#undef X
    switch (op - il_ops) {
#define X(name, params, args, moved, flops)                                                        \
    case IL_OP_##name:                                                                             \
        return moved;
#include "ops.def"
#undef X
    }
    return 0;
}

/* where a list "(d, w, fill)" or "(struct il_device *d, float *w)" has a name; NULL: nowhere */
static const char *find(const char *list, const char *name)
{
    const size_t n = strlen(name);

    for (const char *at = list; (at = strstr(at, name)) != NULL; at++)
        if (strchr(" *", at[-1]) && strchr(",)", at[n]))
            return at;
    return NULL;
}

int il_op_takes(const struct il_op *op, const char *name) { return find(op->args, name) != NULL; }

int il_op_writes(const struct il_op *op, const char *name)
{
    const char *at = find(op->params, name);

    if (!at || at[-1] != '*' || strcmp(name, "work") == 0)
        return 0;
    while (at[-1] != ',' && at[-1] != '(')
        at--;
    return strncmp(at + (*at == ' '), "const ", 6) != 0;
}

unsigned il_op_kinds(const struct il_op *op, unsigned runs)
{
    const unsigned of_runs = il_op_takes(op, "work")   ? 1 /* any law: nothing is drawn */
                             : il_op_takes(op, "fill") ? IL_LAW_COUNT
                             : il_op_takes(op, "act")  ? IL_ACT_COUNT
                             : il_op_takes(op, "head") ? IL_ACT_COUNT * IL_LOSS_COUNT
                                                       : 1;

    return il_op_takes(op, "rule") ? IL_RULE_COUNT : (of_runs + runs - 1) / runs;
}

static unsigned kind_of(const struct il_trial *t, unsigned m)
{
    return t->alike ? t->kind : t->kind * t->runs + m;
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* device memory with a copy of host's, which is freed; NULL: there was none */
static void *give(struct il_trial *t, void *host, size_t bytes)
{
    void *const p = host ? il_trial_upload(t, host, bytes) : NULL;

    if (!host)
        IL_TRIAL_TRY(t, IL_TRIAL_MEMORY);
    free(host);
    return p;
}

static float *matrix(struct il_trial *t, double low, double high, int rare)
{
    return il_trial_floats(t, (size_t)t->rows * t->ld, low, high, rare);
}

/* n bytes below `end`, 4 to a word of a draw's */
static uint8_t *bytes(struct il_trial *t, size_t n, unsigned end)
{
    uint8_t *const host = malloc((n + 15) / 16 * 16);

    for (size_t i = 0; host && i < n; i += 16) {
        const struct il_words w = il_philox(t->seed, t->drawn++, 0);

        memcpy(host + i, w.v, 16);
        for (size_t k = i; end < 256 && k < i + 16; k++)
            host[k] = (uint8_t)(host[k] % end);
    }
    return give(t, host, (n + 3) / 4 * 4);
}

/* ---- what each run has ----------------------------------------------------------------------- */

/* bounds of a cut normal law on both sides of the mean or on one; the rest may be what it likes */
static struct il_fill some_fill(struct il_trial *t, unsigned m)
{
    struct il_fill f = { .seed = t->seed + m, .tensor = ((uint64_t)1 << 32) + m };
    const float low = il_trial_draw(t, -5, 1); /* in z */
    const float high = fmaxf(low, -1) + il_trial_draw(t, 0.3, 5);
    const uint32_t halves = (t->rows % 2 ? 0 : IL_MIRROR_ROWS) | (t->cols % 2 ? 0 : IL_MIRROR_COLS);

    f.a = il_trial_draw(t, -2, 0);
    f.b = il_trial_draw(t, 1, 2);
    f.gain = il_trial_draw(t, 0.5, 2);
    f.low = f.a + f.b * low;
    f.high = f.a + f.b * high;
    il_truncated_normal_fill(&f, ((double)f.low - (double)f.a) / (double)f.b,
                             ((double)f.high - (double)f.a) / (double)f.b);
    f.law = kind_of(t, m) % IL_LAW_COUNT;
    f.by_row = m % 2;
    f.count = t->alike ? 15 /* Martens' */
                       : il_trial_pick(t, (f.by_row ? t->cols : t->rows) * 6 / 5 + 1);
    if (f.law < IL_LAW_SPARSE && !t->alike && il_trial_pick(t, 2))
        f.mirror = halves;
    f.after = m % 4 == 3 ? IL_AFTER_NOTHING : IL_AFTER_ORTHOGONAL;
    return f;
}

static struct il_act some_act(struct il_trial *t, unsigned m)
{
    return (struct il_act){ kind_of(t, m) % IL_ACT_COUNT, il_trial_draw(t, 0.1, 1.5) };
}

static struct il_head some_head(struct il_trial *t, unsigned m)
{
    return (struct il_head){
        .act = { kind_of(t, m) % IL_ACT_COUNT, il_trial_draw(t, 0.1, 1) },
        .code = kind_of(t, m) / IL_ACT_COUNT % IL_LOSS_COUNT,
        .hot = m % 2 ? 0.9f : 1.0f,
        .cold = m % 2 ? 0.1f / (float)t->cols : 0.0f,
        .eps = t->plain ? 0.05f : 1e-7f, /* differences see a kink, and slopes below 1 / eps */
        .gradient = m % 3 ? 1.0f : 0.5f,
    };
}

static struct il_sums some_sums(struct il_trial *t, unsigned m)
{
    return (struct il_sums){ (double)il_trial_draw(t, 0, 9), m, IL_NEVER };
}

/* `draw_TYPE(t)`: an array of one for each run */
#define EACH_RUN(type)                                                                             \
    static struct il_##type *draw_##type(struct il_trial *t)                                       \
    {                                                                                              \
        struct il_##type *const host = calloc(t->runs, sizeof *host);                              \
                                                                                                   \
        for (unsigned m = 0; host && m < t->runs; m++)                                             \
            host[m] = some_##type(t, m);                                                           \
        return give(t, host, t->runs * sizeof *host);                                              \
    }
EACH_RUN(fill)
EACH_RUN(act)
EACH_RUN(head)
EACH_RUN(sums)

/* [tiles of the loss's rows, runs]; some have met a cost that is not finite */
static struct il_sums *draw_part(struct il_trial *t)
{
    const size_t n = (size_t)t->runs * IL_LOSS_TILES(t->rows);
    struct il_sums *const host = calloc(n, sizeof *host);

    for (size_t i = 0; host && i < n; i++) {
        host[i] = some_sums(t, (unsigned)i);
        if (il_trial_pick(t, 4) == 0)
            host[i].diverged = (uint32_t)i;
    }
    return give(t, host, n * sizeof *host);
}

/* ---- what each step has ---------------------------------------------------------------------- */

/* at any step of an epoch, or past its end; of several clocks, the first is at the first step */
static struct il_clock *draw_clock(struct il_trial *t, int reads_next)
{
    struct il_clock *const host = calloc(t->clocks, sizeof *host);

    for (unsigned k = 0; host && k < t->clocks; k++) {
        const uint32_t at = t->clocks > 1 ? k : il_trial_pick(t, t->steps + 1);

        host[k].steps = t->steps;
        host[k].now = reads_next ? 77 : at;
        host[k].next = reads_next ? at : 99;
        il_order_keys(&host[k], t->seed, 1, t->samples);
        if (!t->alike && il_trial_pick(t, 2))
            host[k].half_bits = 0; /* in the order of the file */
    }
    return give(t, host, t->clocks * sizeof *host);
}

static struct il_adam_step *draw_table(struct il_trial *t)
{
    struct il_adam_step *const host = calloc(t->steps, sizeof *host);

    for (unsigned k = 0; host && k < t->steps; k++)
        host[k] = k ? (struct il_adam_step){ 0.1f, 0.01f, 1e-8f }
                    : (struct il_adam_step){ 1, 0.6f, 1e-3f };
    return give(t, host, t->steps * sizeof *host);
}

/* ---- all ------------------------------------------------------------------------------------- */

/* an operand that the op takes; noted whether it writes it */
#define DRAW(name, value)                                                                          \
    do {                                                                                           \
        if (il_op_takes(op, #name)) {                                                              \
            o->name = (value);                                                                     \
            il_trial_mark(t, o->name, il_op_writes(op, #name));                                    \
        }                                                                                          \
    } while (0)

static void draw_matrices(struct il_trial *t, const struct il_op *op, struct il_operands *o)
{
    const int given = !il_op_writes(op, "a"); /* an `a` that is read is what made of z is */
    const double most = il_op_takes(op, "head") ? 3 : il_op_takes(op, "a") && given ? 4 : 5;
    const int squares = il_op_takes(op, "m"); /* beside a mean, v is a mean of squares */

    DRAW(w, matrix(t, -2, 2, t->rare && il_op_takes(op, "scale")));
    DRAW(x, matrix(t, -2, 2, t->rare));
    if (il_trial_pick(t, 3))
        DRAW(before, matrix(t, -2, 2, t->rare));
    DRAW(z, matrix(t, -most, most, t->rare));
    DRAW(g, matrix(t, -1, 1, t->rare));
    DRAW(m, matrix(t, -1, 1, 0));
    if (o->rule != IL_RULE_SGD || !il_op_takes(op, "rule"))
        DRAW(v, matrix(t, squares ? 0.01 : -2, squares ? 1 : 2, 0));
    if (o->gradient || !il_op_takes(op, "gradient"))
        DRAW(dz, matrix(t, -1, 1, 0));
    DRAW(a, matrix(t, given ? 0 : 7, given ? 0 : 8, 0));
}

/* Those of one number are drawn first: others depend on them. */
static void draw_settings(struct il_trial *t, const struct il_op *op, struct il_operands *o)
{
    const int bias_behind = il_op_takes(op, "shift"); /* a row after `rows` */
    const int of_runs = il_op_takes(op, "runs");      /* else the columns of all of them at once */

    o->runs = t->runs;
    o->rows = t->rows - (unsigned)bias_behind;
    o->cols = of_runs ? t->cols : t->runs * t->block;
    o->width = o->classes = o->pixels = t->cols;
    o->block = t->block;
    o->ld = t->ld;
    o->rule = t->kind % IL_RULE_COUNT;
    o->edge = 0.97f;
    o->rest = il_trial_pick(t, 2) ? 0.1f : 0.7f;
    o->decay = 0.03f;
    o->decay_rows = t->rows - 1;
    o->decoupled = (int)il_trial_pick(t, 2);
    o->gradient = t->plain || il_trial_pick(t, 2);
}

void il_operands_draw(struct il_trial *t, const struct il_op *op, struct il_operands *o)
{
    const size_t columns = (size_t)t->runs * t->block, rates = (size_t)t->steps * t->runs;
    const int evaluates = il_op_takes(op, "gradient"); /* then there may be no rate */

    memset(o, 0, sizeof *o);
    draw_settings(t, op, o);
    draw_matrices(t, op, o);
    DRAW(scale, il_trial_floats(t, columns, 0.5, 2, 0));
    if (il_trial_pick(t, 2))
        DRAW(shift, il_trial_floats(t, columns, -1, 1, 0));
    DRAW(out, give(t, calloc(columns, sizeof *o->out), columns * sizeof *o->out));
    DRAW(changes, give(t, calloc(columns, sizeof *o->changes), columns * sizeof *o->changes));
    DRAW(work, il_trial_floats(t, t->runs * IL_ORTHOGONAL_WORK(t->rows, t->cols), -1, 1, 0));
    DRAW(fill, draw_fill(t));
    DRAW(act, draw_act(t));
    DRAW(head, draw_head(t));
    DRAW(sums, draw_sums(t));
    DRAW(part, draw_part(t));
    if (il_trial_pick(t, 3))
        DRAW(ratio, il_trial_floats(t, t->runs, 0.5, 2, 0));
    if (il_trial_pick(t, 2))
        DRAW(multiplier, il_trial_floats(t, (size_t)2 * t->runs, 0.5, 2, 0));
    if (!evaluates || il_trial_pick(t, 3))
        DRAW(rate, il_trial_floats(t, rates, 0.05, 0.5, 0));
    DRAW(table, draw_table(t));
    DRAW(clock, draw_clock(t, il_op_takes(op, "images")));
    DRAW(label, bytes(t, t->rows, t->cols));
    DRAW(images, bytes(t, (size_t)t->samples * t->cols, 256));
    DRAW(labels, bytes(t, t->samples, 256));
    if (il_op_takes(op, "act") && il_op_takes(op, "a") && !il_op_writes(op, "a"))
        IL_TRIAL_TRY(t, t->d->seam->activate(t->d, o->a, o->z, o->act, t->runs, t->rows, t->cols,
                                             t->block, t->ld));
}
