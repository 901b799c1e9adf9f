/*
 * test_selftest.c - a self-test passes where all is well, and says which check failed on devices
 * with a bug planted: an op, a product with unequal columns, sums that change from call to call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "device/seam.h"
#include "initlab/initlab.h"

static const struct il_seam *good; /* the CPU's */

/* what a self-test said */
struct said {
    size_t checks, failed, speeds;
    char first[96]; /* the first check that failed */
};

static void note(void *arg, const il_check *c)
{
    struct said *const s = arg;

    s->checks++;
    s->speeds += !isnan(c->share);
    assert_true(c->seconds >= 0 && c->detail[0] != 0);
    if (!c->good && s->failed++ == 0)
        snprintf(s->first, sizeof s->first, "%s", c->name);
}

/* a level-1 test of a CPU device with this seam, or its own where seam is NULL */
static struct said test(const char *name, const struct il_seam *seam, int level)
{
    struct said s = { 0 };
    il_device *d = NULL;
    il_error err = { .text = "" };
    size_t failed = 99;

    assert_int_equal(il_device_open(&d, name, 1, NULL, &err), IL_OK);
    if (seam)
        d->seam = seam;
    if (il_selftest(d, level, 7, note, &s, &failed, &err) != IL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(failed, s.failed);
    il_device_close(d);
    return s;
}

static void passes(void **state)
{
    const struct said cpu = test("cpu", NULL, 1), strict = test("strict", NULL, 1);

    (void)state;
    assert_int_equal(cpu.failed, 0);
    assert_int_equal(strict.failed, 0);
    assert_int_equal(cpu.speeds, 0);
    assert_true(cpu.checks > 20 && cpu.checks == strict.checks);
}

static void speeds(void **state)
{
    const struct said s = test("cpu", NULL, 2);

    (void)state;
    assert_int_equal(s.failed, 0);
    assert_true(s.speeds > 20);
}

static int wrong_rescale(struct il_device *d, float *w, const float *scale, const float *shift,
                         unsigned rows, unsigned cols, unsigned ld)
{
    const int e = good->rescale(d, w, scale, shift, rows, cols, ld);

    if (cols > 3)
        w[3] = nextafterf(w[3], 9); /* one bit of one number */
    return e;
}

/* within rounding, as another order of a sum; whole numbers' sums have but one value */
static void nudge(float *x)
{
    if (*x != floorf(*x))
        *x += 1e-6f * fabsf(*x);
}

static int wrong_gemm(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                      float alpha, const float *a, unsigned lda, const float *b, unsigned ldb,
                      float beta, float *c, unsigned ldc)
{
    const int e = good->gemm(d, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);

    if (n > 1)
        nudge(&c[n - 1]);
    return e;
}

/* the last terms of long sums, where there are many columns */
static int short_gemm(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                      float alpha, const float *a, unsigned lda, const float *b, unsigned ldb,
                      float beta, float *c, unsigned ldc)
{
    return good->gemm(d, ta, tb, m, n, n > 1000 ? k - k % 16 : k, alpha, a, lda, b, ldb, beta, c,
                      ldc);
}

static int wrong_batched(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                         float alpha, const float *a, unsigned lda, size_t sa, const float *b,
                         unsigned ldb, size_t sb, float beta, float *c, unsigned ldc, size_t sc,
                         unsigned count)
{
    const int e = good->gemm_batched(d, ta, tb, m, n, k, alpha, a, lda, sa, b, ldb, sb, beta, c,
                                     ldc, sc, count);

    if (n > 1) /* of the last product */
        nudge(&c[sc * (count - 1) + n - 1]);
    return e;
}

static int restless_update(struct il_device *d, const struct il_batch *b, unsigned n, float alpha,
                           const float *dz, unsigned lddz, float beta, float *w, unsigned ldw)
{
    static unsigned calls;
    const int e = good->input_update(d, b, n, alpha, dz, lddz, beta, w, ldw);

    if (++calls % 50 == 0)
        w[0] += 1e-7f;
    return e;
}

static int other_fill(struct il_device *d, float *w, const struct il_fill *fill, unsigned runs,
                      unsigned rows, unsigned cols, unsigned block, unsigned ld)
{
    const int e = good->fill(d, w, fill, runs, rows, cols, block, ld);

    if (rows > 700) /* no shape of the ops' checks: training must see it */
        w[0] = nextafterf(w[0], 9);
    return e;
}

static void finds_planted_bugs(void **state)
{
    il_device *d = NULL;
    struct il_seam seam;
    struct said s;

    (void)state;
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, NULL), IL_OK);
    good = d->seam;
    il_device_close(d);

    seam = *good;
    seam.rescale = wrong_rescale;
    s = test("cpu", &seam, 1);
    assert_int_equal(s.failed, 1);
    assert_string_equal(s.first, "op rescale");

    seam = *good;
    seam.gemm = wrong_gemm;
    s = test("cpu", &seam, 1);
    assert_int_equal(s.failed, 1);
    assert_string_equal(s.first, "equal columns of products");

    seam = *good;
    seam.gemm = short_gemm;
    s = test("cpu", &seam, 1);
    assert_int_equal(s.failed, 1);
    assert_string_equal(s.first, "whole numbers' products, fp32");

    seam = *good;
    seam.gemm_batched = wrong_batched;
    s = test("cpu", &seam, 1);
    assert_int_equal(s.failed, 1);
    assert_string_equal(s.first, "equal columns of products");

    seam = *good;
    seam.input_update = restless_update;
    s = test("cpu", &seam, 1);
    assert_true(s.failed > 0);
    assert_non_null(strstr(s.first, "again"));

    seam = *good;
    seam.fill = other_fill;
    s = test("cpu", &seam, 1);
    assert_int_equal(s.failed, 3);
    assert_string_equal(s.first, "training 784-10, sgd");
}

static void wrong_level(void **state)
{
    struct said s = { 0 };
    il_device *d = NULL;
    il_error err = { .text = "" };
    size_t failed;

    (void)state;
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, &err), IL_OK);
    assert_int_equal(il_selftest(d, 0, 1, note, &s, &failed, &err), IL_E_USAGE);
    assert_int_equal(il_selftest(d, 4, 1, note, &s, &failed, &err), IL_E_USAGE);
    il_device_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes),
        cmocka_unit_test(finds_planted_bugs),
        cmocka_unit_test(speeds),
        cmocka_unit_test(wrong_level),
    };

    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
