/*
 * test_elementary.c - the elementary functions against libm in double, over the floats from end to
 * end; their special values; and every activation of activations.def with its derivative.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <float.h>
#include <cmocka.h>
#include "kernel.h"
#include "elementary.h"
#include "reference.h"

/* Newton's method on erfc, from Hastings' approximation, good to 4.5e-4: two steps would do */
static double ref_probit_tail(double p)
{
    const double t = sqrt(-2 * log(p)), pi = acos(-1);
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));

    for (int i = 0; i < 4; i++)
        z += (0.5 * erfc(z / sqrt(2)) - p) * sqrt(2 * pi) * exp(z * z / 2);
    return z;
}

/*
 * The error of a float in units of the last place of the exact value. A result past FLT_MAX must be
 * infinite, one below the smallest normal number at most that: there is no unit. Wrong: INFINITY.
 */
static double error_in_ulp(float got, double want)
{
    int e;

    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got) ? 0 : INFINITY;
    if (fabs(want) >= 0x1.ffffffp127)
        return isinf(got) && got * want > 0 ? 0 : INFINITY;
    if (fabs(want) < (double)FLT_MIN)
        return fabsf(got) <= FLT_MIN ? 0 : INFINITY;
    (void)frexp(want, &e);
    return fabs((double)got - want) / ldexp(1, e - 24);
}

/*
 * Every 4099th float between the bounds, so every exponent, both signs, infinities and NaN. The
 * bounds of the errors are those found over every 13th float, rounded up to a quarter.
 */
static const struct {
    const char *name;
    float (*f)(float);
    double (*ref)(double);
    float low, high;
    double bound;
} functions[] = {
    { "exp", il_exp, exp, -INFINITY, INFINITY, 1.0 },
    { "expm1", il_expm1, expm1, -INFINITY, INFINITY, 1.5 },
    { "log", il_log, log, -INFINITY, INFINITY, 1.0 },
    { "log1p", il_log1p, log1p, -INFINITY, INFINITY, 1.5 },
    { "tanh", il_tanh, tanh, -INFINITY, INFINITY, 1.75 },
    { "sigmoid", il_sigmoid, ref_sigmoid, -INFINITY, INFINITY, 2.5 },
    { "softplus", il_softplus, ref_softplus, -INFINITY, INFINITY, 2.0 },
    { "erf", il_erf, erf, -INFINITY, INFINITY, 1.25 },
    { "arctan", il_arctan, atan, -INFINITY, INFINITY, 2.0 },
    { "sin", il_sin, sin, -30000.0f, 30000.0f, 1.75 },
    { "cos", il_cos, cos, -30000.0f, 30000.0f, 1.75 },
    { "probit_tail", il_probit_tail, ref_probit_tail, 0x1p-33f, 0.5f, 4.0 },
    { "sqrt", il_sqrt, sqrt, -INFINITY, INFINITY, 0.5 },
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void test_errors(void **state)
{
    (void)state;
    for (int i = 0; i < FUNCTIONS; i++) {
        double worst = 0;
        float at = 0;

        for (uint64_t u = 17; u < UINT64_C(1) << 32; u += 4099) {
            const float x = as_float((uint32_t)u);
            double e;

            if (fabsf(x) < FLT_MIN || x < functions[i].low || x > functions[i].high)
                continue;
            e = error_in_ulp(functions[i].f(x), functions[i].ref((double)x));
            if (!(e <= worst)) {
                worst = e;
                at = x;
            }
        }
        print_message("%-12s %.2f ulp at %.9g\n", functions[i].name, worst, (double)at);
        if (!(worst <= functions[i].bound))
            fail_msg("%s(%a) is %a", functions[i].name, (double)at, (double)functions[i].f(at));
    }
}

/*
 * Multiples of pi/2 are where the reduction of sin and cos loses most: their nearest floats, all.
 */
static void test_errors_near_multiples_of_half_pi(void **state)
{
    const double half_pi = acos(-1) / 2;

    (void)state;
    for (int n = -19000; n <= 19000; n++) {
        const float x = (float)(n * half_pi);

        if (fabsf(x) < FLT_MIN)
            continue;
        assert_true(error_in_ulp(il_sin(x), sin((double)x)) <= 1.75);
        assert_true(error_in_ulp(il_cos(x), cos((double)x)) <= 1.75);
    }
}

/* Past that range and up to 2^22 the error is one of the angle, and small against 1. */
static void test_sin_of_large_angles(void **state)
{
    (void)state;
    for (float x = 30000; x < 4194304; x *= 1.00001f) {
        assert_true(fabs((double)il_sin(x) - sin((double)x)) < 1e-6);
        assert_true(fabs((double)il_cos(-x) - cos((double)x)) < 1e-6);
    }
    assert_true(isnan(il_sin(4194304)) && isnan(il_cos(-4194304)) && isnan(il_sin(INFINITY)));
}

static void test_special_values(void **state)
{
    (void)state;
    for (int i = 0; i < FUNCTIONS; i++)
        assert_true(isnan(functions[i].f(NAN)));
    assert_true(isnan(functions[0].f(as_float(0x7fffffffu)))); /* a GPU's own NaN */

    assert_true(il_exp(0.0f) == 1.0f && il_exp(-0.0f) == 1.0f && il_exp(1.0f) == 2.71828175f);
    assert_true(isinf(il_exp(88.7228394f)) == 0 && isinf(il_exp(nextafterf(88.7228394f, 99))));
    assert_true(il_exp(-87.33654f) >= FLT_MIN && il_exp(nextafterf(-87.33654f, -99)) == 0.0f);
    assert_true(il_exp(INFINITY) == INFINITY && il_exp(-INFINITY) == 0.0f);

    assert_true(il_log(1.0f) == 0.0f && il_log(0.0f) == -INFINITY && il_log(-0.0f) == -INFINITY);
    assert_true(il_log(INFINITY) == INFINITY && isnan(il_log(-FLT_MIN)) &&
                isnan(il_log(-INFINITY)));
    assert_true(il_log(FLT_MIN / 2) == -INFINITY); /* subnormals count as zero */
    assert_true(il_log1p(-1.0f) == -INFINITY && isnan(il_log1p(-1.00000012f)));
    assert_true(il_log1p(INFINITY) == INFINITY && isnan(il_log1p(-INFINITY)));

    assert_true(il_expm1(-INFINITY) == -1.0f && il_expm1(INFINITY) == INFINITY);
    assert_true(il_expm1(-18.0f) == -1.0f && il_expm1(1e-20f) == 1e-20f &&
                il_log1p(1e-20f) == 1e-20f);
    assert_true(signbit(il_expm1(-0.0f)) && signbit(il_log1p(-0.0f)) && signbit(il_tanh(-0.0f)) &&
                signbit(il_erf(-0.0f)) && signbit(il_arctan(-0.0f)));

    /* the largest tanh below 1 in float is 1 - 2^-24: rounding gives 1 from atanh(1 - 2^-25) on */
    assert_true(il_tanh(9.0109f) < 1.0f && il_tanh(9.01092f) == 1.0f &&
                il_tanh(-9.01092f) == -1.0f);
    assert_true(il_tanh(INFINITY) == 1.0f && il_tanh(-FLT_MAX) == -1.0f);
    assert_true(il_sigmoid(0.0f) == 0.5f && il_sigmoid(17.3286f) < 1.0f &&
                il_sigmoid(17.3288f) == 1.0f);
    assert_true(il_sigmoid(FLT_MAX) == 1.0f && il_sigmoid(-FLT_MAX) == 0.0f &&
                il_sigmoid(-87.0f) > 0.0f);
    assert_true(il_softplus(FLT_MAX) == FLT_MAX && il_softplus(-INFINITY) == 0.0f);
    assert_true(il_softplus(INFINITY) == INFINITY);
    assert_true(il_erf(3.9f) < 1.0f && il_erf(4.0f) == 1.0f && il_erf(-INFINITY) == -1.0f);
    assert_true(il_sin(0.0f) == 0.0f && il_cos(0.0f) == 1.0f);
    assert_true(il_arctan(INFINITY) == 1.57079637f && il_arctan(-INFINITY) == -1.57079637f);
    assert_true(il_probit_tail(0.5f) == 0.0f && il_sqrt(9.0f) == 3.0f && isnan(il_sqrt(-1.0f)));
    assert_true(il_abs(-0.0f) == 0.0f && !signbit(il_abs(-0.0f)) && il_abs(-2.5f) == 2.5f);
}

#define X(ID, name, aliases, alpha0, needs_z, k1, k2, f, df, ...)                                  \
    static float f_##ID(float z, float alpha)                                                      \
    {                                                                                              \
        (void)alpha;                                                                               \
        return f;                                                                                  \
    }                                                                                              \
    static float df_##ID(float z, float a, float alpha)                                            \
    {                                                                                              \
        if (!(needs_z))                                                                            \
            z = NAN; /* a df that looks at z must say so */                                        \
        (void)z, (void)a, (void)alpha;                                                             \
        return df;                                                                                 \
    }
#include "activations.def"
#undef X

static const struct {
    const char *name;
    float (*f)(float z, float alpha), (*df)(float z, float a, float alpha);
    double (*ref)(double z, double alpha);
    float alpha;
} activations[] = {
#define X(ID, name, aliases, alpha, ...) { name, f_##ID, df_##ID, ref_f_##ID, alpha },
#include "activations.def"
#undef X
};
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

/* Check one activation at one point; see test_activations for the bounds. */
static void check_activation(int i, float z, float alpha)
{
    static const double kinks[] = { -3, -1, 0, 1, 3, 6 };
    const double eps = 0x1p-24, h = 1e-5, want = activations[i].ref((double)z, (double)alpha);
    const float a = activations[i].f(z, alpha);
    double slope;

    if (!(fabs((double)a - want) <= 8 * eps * (1 + fabs(want))))
        fail_msg("%s(%.9g) is %.9g, not %.9g", activations[i].name, (double)z, (double)a, want);
    for (size_t k = 0; k < sizeof kinks / sizeof *kinks; k++)
        if (fabs((double)z - kinks[k]) < 2 * h)
            return;
    slope = (activations[i].ref((double)z + h, (double)alpha) -
             activations[i].ref((double)z - h, (double)alpha)) /
            (2 * h);
    if (!(fabs((double)activations[i].df(z, a, alpha) - slope) <= 32 * eps * (1 + fabs(slope))))
        fail_msg("slope of %s at %.9g is %.9g, not %.9g", activations[i].name, (double)z,
                 (double)activations[i].df(z, a, alpha), slope);
}

/*
 * f: one function of at most 2.5 ulp, which is 5 eps, and up to three roundings around it, so 8 eps
 * of the value, or of 1 where parts of it cancel (GELU's left tail). df: the same twice, from an a
 * that is rounded; and SILU and MISH multiply the error of a factor near 1, up to an eps, by z,
 * which is below 17.4 where that factor is not 1 yet: 32 eps. The central difference is off by h^2
 * f'''/6 = 2e-10 and by double's rounding over h, 20 * 2^-53 / 1e-5 = 2e-10: nothing beside 32 eps
 * = 2e-6.
 */
static void test_activations(void **state)
{
    (void)state;
    for (int i = 0; i < ACTIVATIONS; i++) {
        for (float z = -20; z <= 20; z += 0.0009765625f + 0x1p-16f) {
            check_activation(i, z, activations[i].alpha);
            if (activations[i].alpha > 0)
                check_activation(i, z, 0.3f);
        }
        for (int e = -100; e < 12; e++) { /* tiny ones, and up to 2048 */
            check_activation(i, ldexpf(1.3f, e), activations[i].alpha);
            check_activation(i, ldexpf(-1.3f, e), activations[i].alpha);
        }
        assert_true(isnan(activations[i].f(NAN, activations[i].alpha)));
        /* finite numbers stay finite, and their slopes too, however large (SIN is NaN there) */
        for (float z = 4096; z < 1e38f && i != IL_ACT_SIN; z *= 4)
            for (int sign = -1; sign <= 1; sign += 2) {
                const float a = activations[i].f((float)sign * z, activations[i].alpha);

                assert_true(isfinite(a));
                assert_true(isfinite(activations[i].df((float)sign * z, a, activations[i].alpha)));
            }
    }
}

static float slope_at(int i, float z)
{
    return activations[i].df(z, activations[i].f(z, activations[i].alpha), activations[i].alpha);
}

/*
 * What docs/numerics.md fixes: saturated slopes are exactly 0, and so are kinks where it says so.
 */
static void test_slopes(void **state)
{
    (void)state;
    assert_true(slope_at(IL_ACT_TANH, 9.01092f) == 0.0f && slope_at(IL_ACT_TANH, -20.0f) == 0.0f);
    assert_true(slope_at(IL_ACT_TANH, 9.0109f) == 0x1.ffffffp-24f);
    assert_true(slope_at(IL_ACT_SCALED_TANH, 14.0f) == 0.0f);
    assert_true(slope_at(IL_ACT_SIGMOID, 17.3288f) == 0.0f &&
                slope_at(IL_ACT_SIGMOID, 17.3286f) > 0.0f);
    assert_true(slope_at(IL_ACT_RELU, 0.0f) == 0.0f && slope_at(IL_ACT_RELU, FLT_MIN) == 1.0f);
    assert_true(slope_at(IL_ACT_RELU6, 0.0f) == 0.0f && slope_at(IL_ACT_RELU6, 6.0f) == 0.0f);
    assert_true(slope_at(IL_ACT_LEAKY_RELU, 0.0f) == 0.01f);
    assert_true(slope_at(IL_ACT_ELU, 0.0f) == 1.0f && slope_at(IL_ACT_ELU, -20.0f) == 0.0f);
    assert_true(slope_at(IL_ACT_SELU, -20.0f) == 0.0f && slope_at(IL_ACT_CELU, -20.0f) == 0.0f);
    assert_true(slope_at(IL_ACT_HARDTANH, 1.0f) == 0.0f &&
                slope_at(IL_ACT_HARDTANH, -1.0f) == 0.0f);
    assert_true(slope_at(IL_ACT_HARD_SIGMOID, 3.0f) == 0.0f &&
                slope_at(IL_ACT_HARD_SIGMOID, -3.0f) == 0.0f);
    assert_true(slope_at(IL_ACT_HARD_SWISH, 3.0f) == 1.0f &&
                slope_at(IL_ACT_HARD_SWISH, -3.0f) == 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_errors_near_multiples_of_half_pi),
        cmocka_unit_test(test_sin_of_large_angles),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_slopes),
    };

    (void)blockIdx; /* kernel.h's words for a launch, of which there is none here */
    (void)gridDim;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
