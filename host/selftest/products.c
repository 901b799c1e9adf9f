/*
 * products.c - the products of training, tested as a BLAS alone can be wrong: with whole numbers,
 * whose sums are exact in any order, so that every result is known; and with equal columns, which
 * must stay equal. The shapes are those of packs: a tolerance for sums of hundreds of terms would
 * hide a term that is missing.
 */
#include "parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "trial.h"
#include "core/clock.h"
#include "random.h"

/*
 * c[m,n] = alpha * op(a)[m,k] * op(b)[k,n] + beta * c, `count` times, matrices side by side as the
 * runs of a pack are: one begins s elements after the other, in rows of ld.
 */
struct product {
    unsigned m, n, k, count;
    int ta, tb;
    float alpha, beta;
    unsigned lda, sa, ldb, sb, ldc, sc;
    size_t na, nb, nc;
    float *a, *b, *c, *expected;
    void *da, *db, *dc;
};

/* what a step multiplies: layer = in w, w -= rate in' d, d = d w' of the layer above */
enum kind { FORWARD, UPDATE, BACK, KINDS };

/* inputs of `batch` rows to `units`; gap: columns between two runs that are nobody's */
static struct product product_of(enum kind kind, unsigned batch, unsigned inputs, unsigned units,
                                 unsigned count, unsigned gap)
{
    struct product p = { .ta = kind == UPDATE,
                         .tb = kind == BACK,
                         .m = kind == UPDATE ? inputs : batch,
                         .n = kind == BACK ? inputs : units,
                         .k = kind == FORWARD  ? inputs
                              : kind == UPDATE ? batch
                                               : units,
                         .count = count,
                         .alpha = kind == UPDATE ? -1.0f : 1.0f,
                         .beta = kind == UPDATE ? 1.0f : 0.0f };

    p.sa = (p.ta ? p.m : p.k) + gap;
    p.sb = (p.tb ? p.k : p.n) + gap;
    p.sc = p.n + gap;
    p.lda = p.sa * count + gap;
    p.ldb = p.sb * count + gap;
    p.ldc = p.sc * count + gap;
    p.na = (size_t)(p.ta ? p.k : p.m) * p.lda;
    p.nb = (size_t)(p.tb ? p.n : p.k) * p.ldb;
    p.nc = (size_t)p.m * p.ldc;
    return p;
}

static float *at_b(const struct product *p, size_t run, size_t l, size_t j)
{
    return p->b + run * p->sb + (p->tb ? j * p->ldb + l : l * p->ldb + j);
}

static int product_alloc(struct product *p)
{
    p->a = malloc(p->na * sizeof *p->a);
    p->b = malloc(p->nb * sizeof *p->b);
    p->c = malloc(p->nc * sizeof *p->c);
    p->expected = malloc(p->nc * sizeof *p->expected);
    return p->a && p->b && p->c && p->expected ? 0 : IL_TRIAL_MEMORY;
}

static void product_free(struct il_device *d, struct product *p)
{
    d->seam->free(d, p->da);
    d->seam->free(d, p->db);
    d->seam->free(d, p->dc);
    free(p->a);
    free(p->b);
    free(p->c);
    free(p->expected);
}

/* c from the device's product of a, b and c; 0, or the device's code */
static int multiply(struct il_device *d, struct product *p)
{
    const struct il_seam *const s = d->seam;
    int e = s->alloc(d, &p->da, p->na * sizeof *p->a);

    if (!e)
        e = s->alloc(d, &p->db, p->nb * sizeof *p->b);
    if (!e)
        e = s->alloc(d, &p->dc, p->nc * sizeof *p->c);
    if (!e)
        e = s->put(d, p->da, p->a, p->na * sizeof *p->a);
    if (!e)
        e = s->put(d, p->db, p->b, p->nb * sizeof *p->b);
    if (!e)
        e = s->put(d, p->dc, p->c, p->nc * sizeof *p->c);
    if (!e && p->count == 1)
        e = s->gemm(d, p->ta, p->tb, p->m, p->n, p->k, p->alpha, p->da, p->lda, p->db, p->ldb,
                    p->beta, p->dc, p->ldc);
    else if (!e)
        e = s->gemm_batched(d, p->ta, p->tb, p->m, p->n, p->k, p->alpha, p->da, p->lda, p->sa,
                            p->db, p->ldb, p->sb, p->beta, p->dc, p->ldc, p->sc, p->count);
    return e ? e : s->get(d, p->c, p->dc, p->nc * sizeof *p->c);
}

/* ---- whole numbers --------------------------------------------------------------------------- */

/*
 * Whole numbers |a| <= largest and b of -1 to 2: with 785 terms, and one of c, every partial sum is
 * below 786 * 2 * 4095 < 2^24, so float holds it, whatever the order. Those of fp32 have one bit more
 * than tf32 keeps, those of tf32 more than bf16: an arithmetic that was not asked for is seen, too.
 */
static const struct arithmetic {
    enum il_math math;
    const char *name;
    unsigned largest;
} arithmetics[] = { { IL_MATH_FP32, "whole numbers' products, fp32", 4095 },
                    { IL_MATH_TF32, "whole numbers' products, tf32", 2048 },
                    { IL_MATH_BF16, "whole numbers' products, bf16", 256 } };

/* of the first layer of a pack, whose columns all runs share; of hidden layers, side by side */
static const struct product_shape {
    unsigned batch, inputs, units, count;
    int level;
} shapes[] = {
    { 128, 785, 2560, 1, 1 }, { 100, 785, 10, 1, 1 },    { 128, 264, 256, 8, 1 },
    { 32, 257, 10, 256, 1 },  { 128, 264, 256, 32, 2 },  { 128, 264, 256, 256, 3 },
    { 256, 785, 2560, 1, 3 }, { 128, 785, 20480, 1, 3 },
};

/* Columns of op(b), of which every column of every run is one by chance: what the sums must be is then
 * found by so many sums a row, and a column that is read beside its place is still seen. */
enum { PATTERNS = 64 };

static size_t pattern_of(const struct product *p, size_t run, size_t j, uint64_t seed)
{
    return il_philox(seed, run * p->n + j, 5).v[0] % PATTERNS;
}

/* [k, PATTERNS] */
static float *patterns(const struct product *p, uint64_t seed)
{
    float *const pattern = malloc((size_t)p->k * PATTERNS * sizeof *pattern);

    for (size_t i = 0; pattern && i < (size_t)p->k * PATTERNS; i++)
        pattern[i] = (float)(il_philox(seed, i, 6).v[0] % 4) - 1;
    return pattern;
}

static void fill_whole(struct product *p, const float *pattern, unsigned largest, uint64_t seed)
{
    for (size_t i = 0; i < p->na; i++)
        p->a[i] = (float)(il_philox(seed, i, 4).v[0] % (2 * largest + 1)) - (float)largest;
    for (size_t i = 0; i < p->nb; i++) /* between runs: never to be read */
        p->b[i] = NAN;
    for (size_t run = 0; run < p->count; run++)
        for (size_t j = 0; j < p->n; j++)
            for (size_t l = 0, q = pattern_of(p, run, j, seed); l < p->k; l++)
                *at_b(p, run, l, j) = pattern[l * PATTERNS + q];
    for (size_t i = 0; i < p->nc;
         i++) /* beta 0 must overwrite, and between runs nothing is written */
        p->c[i] = p->beta == 0 && i % 7 == 0 ? NAN : (float)(i % 4096);
}

/* What must be there, by sums in this order, which is as good as any. */
static void expect(struct product *p, const float *pattern, uint64_t seed)
{
    memcpy(p->expected, p->c, p->nc * sizeof *p->c);
    for (size_t run = 0; run < p->count; run++)
        for (size_t i = 0; i < p->m; i++) {
            const float *const a = p->a + run * p->sa + (p->ta ? i : i * p->lda);
            float *const c = p->expected + i * p->ldc + run * p->sc;
            float sum[PATTERNS] = { 0 };

            for (size_t l = 0; l < p->k; l++)
                for (size_t q = 0; q < PATTERNS; q++)
                    sum[q] += a[l * (p->ta ? p->lda : 1)] * pattern[l * PATTERNS + q];
            for (size_t j = 0; j < p->n; j++)
                c[j] = p->alpha * sum[pattern_of(p, run, j, seed)] + (p->beta == 0 ? 0 : c[j]);
        }
}

/* how many numbers are not what they must be, and the first place; NaN between runs stay NaN */
static size_t wrong_numbers(const struct product *p, size_t *first)
{
    size_t wrong = 0;

    for (size_t i = p->nc; i-- > 0;)
        if (!(p->c[i] == p->expected[i] || (isnan(p->c[i]) && isnan(p->expected[i])))) {
            wrong++;
            *first = i;
        }
    return wrong;
}

/* one product with whole numbers; says what is wrong. 0, or the device's code */
static int whole_product(struct il_selftest *t, const struct arithmetic *by, struct product *p,
                         il_check *check)
{
    float *const pattern = patterns(p, t->seed);
    size_t first = 0, wrong;
    int e = pattern ? product_alloc(p) : IL_TRIAL_MEMORY;

    if (!e) {
        fill_whole(p, pattern, by->largest, t->seed);
        expect(p, pattern, t->seed);
    }
    if (!e)
        e = multiply(t->device, p);
    if (!e && (wrong = wrong_numbers(p, &first)) > 0) {
        check->good = 0;
        il_selftest_say(
            t, check,
            "%s %u x %u x %u, %u side by side: %zu numbers wrong, the first (row %zu, column "
            "%zu) is %.9g, not %.9g",
            p->ta   ? "transposed a,"
            : p->tb ? "transposed b,"
                    : "",
            p->m, p->n, p->k, p->count, wrong, first / p->ldc, first % p->ldc, (double)p->c[first],
            (double)p->expected[first]);
    }
    free(pattern);
    product_free(t->device, p);
    return e;
}

static il_status check_whole(struct il_selftest *t, const struct arithmetic *by)
{
    il_check check = { .name = by->name, .good = 1, .share = NAN };
    unsigned products = 0;

    t->begin = il_seconds();
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (enum kind kind = FORWARD; kind < KINDS && shapes[i].level <= t->level; kind++) {
            const struct product_shape *const s = &shapes[i];
            struct product p =
                product_of(kind, s->batch, s->inputs, s->units, s->count, s->count > 1 ? 3 : 1);
            int e;

            if (kind == BACK && s->inputs > 784) /* the first layer has none */
                continue;
            e = whole_product(t, by, &p, &check);
            if (e)
                return il_selftest_fail(t, t->device, e, "multiply");
            if (!check.good)
                return IL_OK;
            products += p.count;
        }
    il_selftest_say(t, &check, "%u products, every number exact", products);
    return IL_OK;
}

/* ---- equal columns --------------------------------------------------------------------------- */

/* all columns of op(b) are the first one, and those of c */
static void fill_columns(struct product *p, uint64_t seed)
{
    uint64_t drawn = 0;

    for (size_t i = 0; i < p->na; i++)
        p->a[i] = il_uniform(il_philox(seed, drawn++, 3).v[0]) - .5f;
    for (size_t l = 0; l < p->k; l++) {
        const float x = il_uniform(il_philox(seed, drawn++, 3).v[0]) - .5f;

        for (size_t run = 0; run < p->count; run++)
            for (size_t j = 0; j < p->n; j++)
                *at_b(p, run, l, j) = x;
    }
    for (size_t i = 0; i < p->nc; i++)
        p->c[i] = p->a[i / p->ldc % p->na];
}

/* the number of rows of the product whose columns are not equal */
static long unequal_rows(const struct product *p)
{
    long wrong = 0;

    for (size_t i = 0; i < p->m * (size_t)p->count; i++) {
        const float *const row = p->c + i * p->n; /* of one run */

        for (size_t j = 1; j < p->n; j++)
            if (memcmp(row, row + j, sizeof *row) != 0) {
                wrong++;
                break;
            }
    }
    return wrong;
}

static il_status check_columns(struct il_selftest *t)
{
    static const unsigned widths[] = { 10, 16, 24, 33, 100, 256 };
    il_check check = { .name = "equal columns of products", .share = NAN };
    unsigned products = 0;
    long wrong = 0;

    t->begin = il_seconds();
    for (unsigned count = 1; count <= 3; count += 2)
        for (enum kind kind = FORWARD; kind < KINDS; kind++)
            for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
                struct product p = kind == BACK ? product_of(kind, 64, widths[w], 264, count, 0)
                                                : product_of(kind, 64, 264, widths[w], count, 0);
                int e = product_alloc(&p);

                if (!e) {
                    fill_columns(&p, t->seed);
                    e = multiply(t->device, &p);
                }
                wrong += e ? 0 : unequal_rows(&p);
                product_free(t->device, &p);
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

il_status il_selftest_products(struct il_selftest *t)
{
    const struct il_seam *const s = t->device->seam;
    il_status st = IL_OK;
    int e = 0;

    for (size_t i = 0; i < sizeof arithmetics / sizeof *arithmetics && !st; i++) {
        if (s->math(t->device, arithmetics[i].math) && arithmetics[i].math != IL_MATH_FP32)
            continue; /* this device has no such arithmetic */
        st = check_whole(t, &arithmetics[i]);
    }
    e = s->math(t->device, IL_MATH_FP32);
    if (!st && e)
        st = il_selftest_fail(t, t->device, e, "set its arithmetic");
    return st ? st : check_columns(t);
}
