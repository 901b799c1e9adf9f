/*
 * test_singular_law.c - the law of Marchenko and Pastur, of singular values: it holds all values between its
 * edges, has the mean square that the entries give it, and its curve is its density summed up.
 *
 * The reference is the density written down again, summed by the midpoint rule in the angle of an ellipse
 * through both edges, which is not the substitution of the library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include "theory/marchenko_pastur.h"

static const struct shape {
    size_t n, m;
    double s;
} shapes[] = { { 10, 784, .05 }, { 784, 256, .1 }, { 64, 65, 3 }, { 64, 64, 1 }, { 1, 9, 2 } };

enum { SHAPES = sizeof shapes / sizeof *shapes, PARTS = 4000, POINTS = 65 };

static double low_of(const struct shape *t)
{
    return t->s * fabs(sqrt((double)t->m) - sqrt((double)t->n));
}

static double high_of(const struct shape *t)
{
    return t->s * (sqrt((double)t->m) + sqrt((double)t->n));
}

/* of x^power times the density, over [from, to] within the edges; the ends' roots go away, the sum is smooth */
static double summed(const struct shape *t, double from, double to, int power)
{
    const double middle = (from + to) / 2, half = (to - from) / 2;
    double sum = 0;

    for (int i = 0; i < PARTS; i++) {
        const double angle = (i + .5) * M_PI / PARTS, x = middle - half * cos(angle);

        sum += pow(x, power) * il_marchenko_pastur_density(x, t->n, t->m, t->s) * sin(angle);
    }
    return sum * half * M_PI / PARTS;
}

static void near(double got, double want, double tolerance, const char *what, size_t shape)
{
    if (!(fabs(got - want) <= tolerance * fmax(fabs(want), 1e-300)))
        fail_msg("%s of shape %zu: %.12g, not %.12g", what, shape, got, want);
}

/* the midpoint rule's error falls with the square of PARTS: 1e-6 with room to spare */
static void test_moments_and_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        const struct shape *const t = &shapes[i];
        const double low = low_of(t), high = high_of(t), more = (double)(t->n > t->m ? t->n : t->m);

        near(summed(t, low, high, 0), 1, 1e-6, "all", i);
        /* n values share the sum of n m squares */
        near(summed(t, low, high, 2), more * t->s * t->s, 1e-6, "mean square", i);
        assert_true(il_marchenko_pastur_density(low * (1 - 1e-9), t->n, t->m, t->s) == 0);
        assert_true(il_marchenko_pastur_density(high * (1 + 1e-9), t->n, t->m, t->s) == 0);
        assert_true(il_marchenko_pastur_density(high * (1 - 1e-6), t->n, t->m, t->s) > 0);
        assert_true(il_marchenko_pastur_density(-(low + high) / 2, t->n, t->m, t->s) == 0);
        assert_true(il_marchenko_pastur_density((low + high) / 2, t->n, t->m, t->s) ==
                    il_marchenko_pastur_density((low + high) / 2, t->m, t->n, t->s));
    }
}

/* a square matrix's law is a quarter of an ellipse */
static void test_quarter_circle(void **state)
{
    (void)state;
    for (int i = 1; i < 16; i++)
        near(il_marchenko_pastur_density(i, 64, 64, 1), sqrt(256.0 - i * i) / (M_PI * 64), 1e-12,
             "density", (size_t)i);
}

static void test_curve_is_the_density_summed_up(void **state)
{
    double share[POINTS], value[POINTS];

    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        const struct shape *const t = &shapes[i];

        il_marchenko_pastur_curve(t->n, t->m, t->s, POINTS, share, value);
        assert_true(share[0] == 0);
        near(value[0], high_of(t), 1e-12, "upper edge", i);
        assert_true(fabs(value[POINTS - 1] - low_of(t)) <= 1e-12 * high_of(t));
        near(share[POINTS - 1], 1, 1e-9, "all of the curve", i);
        for (size_t k = 1; k < POINTS; k++) {
            assert_true(value[k] < value[k - 1] && share[k] > share[k - 1]);
            if (fabs(share[k] - summed(t, value[k], high_of(t), 0)) > 1e-6)
                fail_msg("shape %zu, point %zu: share %.9g", i, k, share[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_and_edges),
        cmocka_unit_test(test_quarter_circle),
        cmocka_unit_test(test_curve_is_the_density_summed_up),
    };

    return cmocka_run_group_tests_name("singular_law", tests, NULL, NULL);
}
