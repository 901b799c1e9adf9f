/*
 * selftest.c - a device against the CPU device: every op, equal columns of products; then training
 * and speeds.
 */
#include "initlab/selftest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases.h"
#include "parts.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/ftz.h"
#include "random.h"

/* ---- every op -------------------------------------------------------------------------------- */

/* one case on one shape, on both devices; 1: they agree */
static int agree(struct il_selftest *t, const struct il_case *c, const struct il_case_shape *s,
                 il_status *st, char *words, size_t size)
{
    struct il_trial a = il_trial_run(t->cpu, c, s, t->seed + s->rows, 0);
    struct il_trial b = il_trial_run(t->device, c, s, t->seed + s->rows, 0);
    const size_t at = il_trial_difference(&a, &b, c->product ? il_trial_tolerance(&a) : 0);
    int good = 0;

    *st = IL_OK;
    if (a.code || b.code)
        *st = a.code ? il_selftest_fail(t, t->cpu, a.code, c->name)
                     : il_selftest_fail(t, t->device, b.code, c->name);
    else if (a.words == 0 || a.words != b.words)
        snprintf(words, size, "nothing, or not as much, was written");
    else if (at < a.words)
        snprintf(words, size,
                 "%u x %u, %u runs, block %u, ld %u: word %zu is %08x, %08x on the CPU", a.rows,
                 a.cols, a.runs, a.block, a.ld, at, b.record[at], a.record[at]);
    else
        good = 1;
    free(a.record);
    free(b.record);
    return good;
}

static il_status check_ops(struct il_selftest *t)
{
    for (const struct il_case *c = il_cases; c->name; c++) {
        char name[64], words[160] = "";
        il_check check = { .name = name, .good = 1, .share = NAN };
        unsigned shapes = 0;
        il_status st = IL_OK;

        snprintf(name, sizeof name, "op %s", c->name);
        t->begin = il_seconds();
        for (const struct il_case_shape *s = il_case_shapes; s->rows && check.good && !st; s++)
            if (s->level <= t->level) {
                check.good = agree(t, c, s, &st, words, sizeof words);
                shapes++;
            }
        if (st)
            return st;
        if (!check.good)
            il_selftest_say(t, &check, "%s", words);
        else
            il_selftest_say(t, &check, "%u shapes, %s", shapes,
                            c->product ? "within the rounding of sums" : "equal in every bit");
    }
    return IL_OK;
}

/* ---- equal columns --------------------------------------------------------------------------- */

/*
 * The products of a training step of 64 rows: forward (kind 0), update (1), back (2); one, or those
 * of `count` runs whose columns lie side by side, as hidden layers have them. All columns of op(b)
 * are the first one, and those of c.
 */
struct columns {
    unsigned m, n, k, count;
    int ta, tb;
    float alpha, beta;
    unsigned lda, sa, ldb, sb, ldc;
    size_t na, nb, nc;
    float *a, *b, *c;
    void *da, *db, *dc;
};

static struct columns columns_of(unsigned kind, unsigned width, unsigned count)
{
    enum { BATCH = 64, INNER = 264 };
    struct columns p = { .ta = kind == 1,
                         .tb = kind == 2,
                         .m = kind == 1 ? INNER : BATCH,
                         .n = width,
                         .k = kind == 1 ? BATCH : INNER,
                         .count = count,
                         .alpha = kind == 1 ? -1.0f : 1.0f,
                         .beta = kind == 1 ? 1.0f : 0.0f };

    p.sa = p.ta ? p.m : p.k;
    p.lda = p.sa * count;
    p.sb = p.tb ? p.k : p.n;
    p.ldb = p.sb * count;
    p.ldc = p.n * count;
    p.na = (size_t)p.m * p.k * count;
    p.nb = (size_t)p.n * p.k * count;
    p.nc = (size_t)p.m * p.n * count;
    return p;
}

static int fill_columns(struct columns *p, uint64_t seed)
{
    uint64_t drawn = 0;

    p->a = malloc(p->na * sizeof *p->a);
    p->b = malloc(p->nb * sizeof *p->b);
    p->c = malloc(p->nc * sizeof *p->c);
    if (!p->a || !p->b || !p->c)
        return IL_TRIAL_MEMORY;
    for (size_t i = 0; i < p->na; i++)
        p->a[i] = il_uniform(il_philox(seed, drawn++, 3).v[0]) - .5f;
    for (size_t l = 0; l < p->k; l++) {
        const float x = il_uniform(il_philox(seed, drawn++, 3).v[0]) - .5f;

        for (size_t run = 0; run < p->count; run++)
            for (size_t j = 0; j < p->n; j++)
                p->b[run * p->sb + (p->tb ? j * p->ldb + l : l * p->ldb + j)] = x;
    }
    for (size_t i = 0; i < p->nc; i++)
        p->c[i] = p->a[i / p->ldc % p->na];
    return 0;
}

static int multiply(struct il_device *d, const struct columns *p)
{
    return p->count == 1 ? d->seam->gemm(d, p->ta, p->tb, p->m, p->n, p->k, p->alpha, p->da, p->lda,
                                         p->db, p->ldb, p->beta, p->dc, p->ldc)
                         : d->seam->gemm_batched(d, p->ta, p->tb, p->m, p->n, p->k, p->alpha, p->da,
                                                 p->lda, p->sa, p->db, p->ldb, p->sb, p->beta,
                                                 p->dc, p->ldc, p->n, p->count);
}

/* the number of rows of the product whose columns are not equal; where e has a code: none */
static long unequal_rows(struct il_device *d, struct columns *p, uint64_t seed, int *e)
{
    const struct il_seam *const s = d->seam;
    long wrong = 0;

    *e = fill_columns(p, seed);
    if (!*e && !(*e = s->alloc(d, &p->da, p->na * 4)) && !(*e = s->alloc(d, &p->db, p->nb * 4)) &&
        !(*e = s->alloc(d, &p->dc, p->nc * 4)) && !(*e = s->put(d, p->da, p->a, p->na * 4)) &&
        !(*e = s->put(d, p->db, p->b, p->nb * 4)) && !(*e = s->put(d, p->dc, p->c, p->nc * 4)) &&
        !(*e = multiply(d, p)))
        *e = s->get(d, p->c, p->dc, p->nc * 4);
    for (size_t i = 0; !*e && i < p->m * (size_t)p->count; i++) {
        const float *const row = p->c + i * p->n; /* of one run */

        for (size_t j = 1; j < p->n; j++)
            if (memcmp(row, row + j, sizeof *row) != 0) {
                wrong++;
                break;
            }
    }
    s->free(d, p->da);
    s->free(d, p->db);
    s->free(d, p->dc);
    free(p->a);
    free(p->b);
    free(p->c);
    return wrong;
}

static il_status check_columns(struct il_selftest *t)
{
    static const unsigned widths[] = { 10, 16, 24, 33, 100, 256 };
    il_check check = { .name = "equal columns of products", .share = NAN };
    unsigned products = 0;
    long wrong = 0;
    int e;

    t->begin = il_seconds();
    for (unsigned count = 1; count <= 3; count += 2)
        for (unsigned kind = 0; kind < 3; kind++)
            for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
                struct columns p = columns_of(kind, widths[w], count);

                wrong += unequal_rows(t->device, &p, t->seed, &e);
                if (e)
                    return il_selftest_fail(t, t->device, e, "multiply");
                products += count;
            }
    check.good = wrong == 0;
    il_selftest_say(t, &check,
                    wrong ? "%ld rows of %u products differ: equal units will not stay equal"
                          : "%ld rows of %u products differ",
                    wrong, products);
    return IL_OK;
}

/* ---- all ------------------------------------------------------------------------------------- */

il_status il_selftest(il_device *device, int level, uint64_t seed, il_check_fn *report, void *arg,
                      size_t *failed, il_error *err)
{
    struct il_selftest t = {
        .device = device, .level = level, .seed = seed, .report = report, .arg = arg, .err = err
    };
    const uint64_t ftz = il_ftz_on();
    il_status st = IL_OK;
    int e;

    *failed = 0;
    if (level < 1 || level > 3) {
        st = il_fail(err, IL_E_USAGE, "the level of a self-test is 1 to 3, not %d", level);
        goto out;
    }
    IL_TRY(il_device_open(&t.cpu, "cpu", 1, NULL, err));
    e = device->seam->math(device, IL_MATH_FP32); /* a pack may have left another */
    if (e) {
        st = il_selftest_fail(&t, device, e, "set its arithmetic");
        goto out;
    }
    IL_TRY(check_ops(&t));
    IL_TRY(check_columns(&t));
    IL_TRY(il_selftest_training(&t));
    if (level > 1)
        IL_TRY(il_selftest_speeds(&t));
out:
    il_device_close(t.cpu);
    *failed = t.failed;
    il_ftz_restore(ftz);
    return st;
}
