/*
 * test_theory.c - mean-field theory: where a signal's second moment goes, how two signals part or
 * meet, and the points on the edge of chaos that a network keeps.
 *
 * Expected numbers are by numpy, Gauss-Legendre quadrature of 32 nodes on pieces that end at the
 * kinks, in double, where the library's functions are floats: 1e-6 of a moment. Beside them stand
 * plain iteration and the trapezoidal rule here, which knows nothing of the library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "initlab/initlab.h"
#include "catalog/catalog.h"
#include "choices/choice.h"
#include "theory/correlation.h"
#include "theory/meanfield.h"
#include "reference.h"

static void near(double got, double want, double tolerance, const char *what)
{
    if (!(got == want || fabs(got - want) <= tolerance))
        fail_msg("%s: %.9g, not %.9g within %.2g", what, got, want, tolerance);
}

static struct il_act activation(const char *name)
{
    struct il_choice c;

    assert_int_equal(il_choice_parse(&c, IL_ACTIVATIONS, name, NULL), IL_OK);
    return il_activation_of(&c);
}

/* ---- the theory again, in double --------------------------------------------------------------- */

static double ref(const struct il_act *act, double z)
{
    return ref_f(act->code, z, (double)act->alpha);
}

static double ref_derivative(const struct il_act *act, double z)
{
    const double h = 1e-6;

    return (ref(act, z + h) - ref(act, z - h)) / (2 * h);
}

/* E f(sqrt(q) z)^2 by the trapezoidal rule; a kink at 0 lies on a node */
static double ref_square(const struct il_act *act, double q)
{
    const double h = 1.0 / 64;
    double sum = 0;

    for (int i = -64 * 9; i <= 64 * 9; i++) {
        const double f = ref(act, sqrt(q) * i * h);

        sum += f * f * exp(-i * h * i * h / 2) * h;
    }
    return sum / sqrt(2 * M_PI);
}

/* E f(u1) f(u2), or of slopes, over independent z1 and z2; for smooth f */
static double ref_pair(const struct il_act *act, double q, double c, int slopes)
{
    enum { N = 128 };
    const double h = 1.0 / 16;
    double sum = 0;

    for (int i = -N; i <= N; i++)
        for (int k = -N; k <= N; k++) {
            const double a = sqrt(q) * i * h, b = sqrt(q) * (c * i + sqrt(1 - c * c) * k) * h;
            const double f = slopes ? ref_derivative(act, a) * ref_derivative(act, b)
                                    : ref(act, a) * ref(act, b);

            sum += f * exp(-(i * i + k * k) * h * h / 2) * h * h;
        }
    return sum / (2 * M_PI);
}

/* ---- by hand ----------------------------------------------------------------------------------- */

/* of the identity a moment q becomes q / 2 + 1, which stays at 2; gradients halve in each layer */
static void test_identity(void **state)
{
    const struct il_act act = activation("linear");
    const struct il_meanfield m = il_meanfield_solve(&act, 0.5, 1, 1);

    (void)state;
    near(m.q, 2, 1e-6, "q*");
    near(m.chi1, 0.5, 1e-6, "chi1");
}

/* ---- two depths -------------------------------------------------------------------------------- */

/* chi1 > 1: gradients grow over xi_grad, and images come to c* < 1 over xi_c, which differ */
static void test_chaos_has_two_depths(void **state)
{
    static const struct {
        const char *act;
        double sw2, sb2, q, slope, chi1, xi_grad, c_star, xi_c;
        int smooth;
    } want[] = {
        { "tanh", 4, .04, 2.1808004373, .32066334, 1.3463541552, 3.36247124, .1365568948, 7.1075125,
          1 },
        { "tanh", 2.25, .01, .8133223269, .49380275, 1.1290526987, 8.23866005, .1800842116,
          14.84507584, 1 },
        { "tanh", 2, 0, .6179647698, .552516, 1.1055288204, 9.9677254, 0, 21.72366597, 1 },
        { "erf", 3, .05, 1.7527401881, .29953527, 1.3495502853, 3.3358751, .1914023333, 6.49754293,
          1 },
        { "hardtanh", 2.25, 0, 1.2625617036, .33441777, 1.4096613686, 2.91248412, 0, 8.04950813,
          0 },
        { "selu", 1.5, .1, 9.3215034203, .86368182, 1.1233458807, 8.59759286, .5344958592,
          13.27535324, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct il_act act = activation(want[i].act);
        const struct il_meanfield m = il_meanfield_solve(&act, want[i].sw2, want[i].sb2, 1);

        near(m.q / want[i].q, 1, 1e-5, "q*");
        near(m.slope, want[i].slope, 1e-5, "slope");
        near(m.chi1, want[i].chi1, 1e-5, "chi1");
        near(m.xi_grad / want[i].xi_grad, 1, 1e-4, "xi_grad"); /* errors of chi over log chi */
        near(m.c_star, want[i].c_star, 1e-5, "c*");
        near(m.xi_c / want[i].xi_c, 1, 1e-4, "xi_c");
        assert_true(isnan(m.source) && isnan(m.source_slope));
        if (!want[i].smooth)
            continue;
        near((want[i].sw2 * ref_pair(&act, m.q, m.c_star, 0) + want[i].sb2) / m.q, m.c_star, 1e-5,
             "the image of c*");
        near(-1 / log(want[i].sw2 * ref_pair(&act, m.q, m.c_star, 1)) / m.xi_c, 1, 1e-4,
             "its slope");
    }
}

/* Near the edge c* nears 1 and the depths grow; erf in closed form (Williams 1998). */
static void test_near_the_edge(void **state)
{
    const struct il_act act = activation("erf");

    (void)state;
    for (double more = 1e-5; more < 1; more *= 10) {
        const double q = 1, sw2 = (1 + more) * sqrt(5) * M_PI / 4, v = 2 / M_PI * asin(2.0 / 3);
        const double sb2 = q - sw2 * v; /* so that q* is 1 and chi1 1 + more */
        const struct il_meanfield m = il_meanfield_solve(&act, sw2, sb2, 1);
        double low = 0, high = 1 - more / 100, chi;

        if (sb2 < 0)
            break;
        for (int i = 0; i < 200; i++) {
            const double c = (low + high) / 2;

            if (sw2 * 2 / M_PI * asin(2 * c / 3) + sb2 > c)
                low = c;
            else
                high = c;
        }
        chi = sw2 * 4 / M_PI / sqrt(9 - 4 * low * low);
        near(m.chi1, 1 + more, 2e-6, "chi1");
        near((1 - m.c_star) / (1 - low), 1, 2e-6 / more, "1 - c*");
        near(m.xi_c * -log(chi), 1, 2e-6 / more, "xi_c");
    }
}

/* Outside chaos both depths are of chi1; a cosine that nothing moves has no limit. */
static void test_order_and_limits(void **state)
{
    static const struct {
        const char *act;
        double sw2, sb2, q, chi1, c_star, xi_c;
    } want[] = {
        { "tanh", 1, .05, .193593, .759032, 1, 3.627 },
        { "relu", 1.9, 0, 0, .95, 1, 19.496 },
        { "relu", 3, 0, INFINITY, 1.5, 1, INFINITY }, /* angles close, whatever the lengths do */
        { "relu", 2, .1, INFINITY, 1, 1, INFINITY },
        { "relu", 2, 0, .3, 1, 1, INFINITY },
        { "linear", 1, 0, .3, 1, NAN, INFINITY },
        { "linear", .5, 0, 0, .5, NAN, 1.4427 },
        { "linear", .5, 1, 2, .5, 1, 1.4427 },
        { "linear", 2, 0, INFINITY, 2, NAN, INFINITY },
        { "tanh", .5, 0, 0, .5, NAN, 1.4427 }, /* linear at 0 */
        { "tanh", 1, 0, 0, 1, NAN, INFINITY },
        { "sigmoid", 0, .25, .25, 0, 1, 0 },
        { "hard_sigmoid", 0, 0, 0, 0, NAN, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct il_act act = activation(want[i].act);
        const struct il_meanfield m = il_meanfield_solve(&act, want[i].sw2, want[i].sb2, .3);

        near(m.q, want[i].q, 2e-6, want[i].act);
        near(m.chi1, want[i].chi1, 2e-6, want[i].act);
        near(m.xi_grad,
             m.chi1 == 0               ? 0
             : fabs(m.chi1 - 1) < 1e-5 ? INFINITY
                                       : 1 / fabs(log(m.chi1)),
             0, "xi_grad");
        assert_int_equal(isnan(m.c_star), isnan(want[i].c_star));
        if (!isnan(m.c_star))
            near(m.c_star, want[i].c_star, 0, "c*");
        near(m.xi_c, want[i].xi_c, 1e-3 * fmin(want[i].xi_c, 1e9), "xi_c");
    }
}

/* ---- where a signal goes ----------------------------------------------------------------------- */

/*
 * gain=auto keeps q = 1, but for these activations that point is unstable: from below q falls to 0,
 * where a layer multiplies it by chi1 = sw2 f'(0)^2, from above it grows, and at the point rounding
 * would decide: the answer is the point, and that q leaves it.
 */
static void test_unstable_gains(void **state)
{
    static const struct {
        const char *act;
        double slope, chi_at_0, depth;
    } want[] = { { "gelu", 1.1440632, .5879289, 1.88270999 },
                 { "silu", 1.17259405, .70269028, 2.8341534 },
                 { "mish", 1.07633882, .79585766, 4.37953152 },
                 { "hard_swish", 1.22392026, .75399457, 3.54145127 } };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct il_act act = activation(want[i].act);

        for (int k = -1; k <= 1; k++) { /* of one law, as floats draw it */
            const double sw2 = (1 + k * 2e-7) / il_gaussian_moments(&act, 1).square;
            const struct il_meanfield falls = il_meanfield_solve(&act, sw2, 0, .235),
                                      stays = il_meanfield_solve(&act, sw2, 0, 1),
                                      grows = il_meanfield_solve(&act, sw2, 0, 1.5);

            assert_true(falls.q == 0 && isinf(grows.q));
            near(falls.chi1, want[i].chi_at_0, 1e-5, "chi1 at 0");
            near(falls.xi_grad, want[i].depth, 1e-4, "xi_grad at 0");
            near(stays.q, 1, 1e-5, "q at the point");
            near(stays.slope, want[i].slope, 1e-5, "slope at the point");
            near(falls.source, 1, 1e-5, "what q leaves");
            near(grows.source_slope, want[i].slope, 1e-5, "slope of what q leaves");
            near(stays.source, 1, 1e-5, "what q leaves");
        }
    }
}

/* gelu that keeps .25 only in theory, as seen from both sides: .2501 grows, .2499 falls */
static void test_two_ways_from_a_point(void **state)
{
    const struct il_act act = activation("gelu");
    double sw2, sb2, q = .3;

    (void)state;
    il_meanfield_edge(&act, .25, &sw2, &sb2);
    near(sw2, 2.81147534, 1e-5, "sw2");
    near(il_meanfield_slope(&act, sw2, .25), 1.10473359, 1e-5, "slope");
    assert_true(isinf(il_meanfield_solve(&act, sw2, sb2, .2501).q));
    {
        const struct il_meanfield m = il_meanfield_solve(&act, sw2, sb2, .2499);

        near(m.source, .25, 1e-4, "what q leaves");
        for (q = .2499; m.q < q * (1 - 1e-7);)
            q = sw2 * ref_square(&act, q) + sb2;
        near(m.q / q, 1, 1e-5, "where it falls to");
        assert_true(m.slope < 1);
    }
}

/*
 * Two fixed points that meet and vanish as the bias grows (gelu, sw2 = 2.2): just before that they
 * are nearer to each other than a step of the search, which must not jump over them; just after, q
 * must not stop where they were.
 */
static void test_fixed_points_that_meet(void **state)
{
    const struct il_act act = activation("gelu");
    const double sw2 = 2.2;
    double low = .01, high = 10, meet, sb2;

    (void)state;
    for (int i = 0; i < 60; i++) { /* where q - sw2 E f^2 is largest */
        const double a = low + (high - low) / 3, b = high - (high - low) / 3;

        if (a - sw2 * ref_square(&act, a) < b - sw2 * ref_square(&act, b))
            low = a;
        else
            high = b;
    }
    meet = low;
    sb2 = meet - sw2 * ref_square(&act, meet);
    for (double part = 1e-4; part < 1e-2; part *= 4) {
        const struct il_meanfield stops = il_meanfield_solve(&act, sw2, sb2 * (1 - part), .001);

        assert_true(stops.q < meet && stops.q > meet / 1.25 && stops.slope < 1);
        near(sw2 * ref_square(&act, stops.q) + sb2 * (1 - part), stops.q, 1e-6, "a fixed point");
        assert_true(isinf(il_meanfield_solve(&act, sw2, sb2 * (1 + part), .001).q));
    }
}

/* a tenth of the way, at least, in 300 layers of the map in double: does q go where it was said? */
static void follow(const struct il_act *act, double sw2, double sb2, double start, double said)
{
    double q = start, before;
    int layers = 0;

    do {
        before = q;
        q = sw2 * ref_square(act, q) + sb2;
    } while (++layers < 300 && q > 1e-13 && q < 1e12 && fabs(q - before) > 1e-9 * q);
    if (said == 0 || isinf(said) ? (said == 0) != (q < start)
                                 : fabs(log(q / said)) > .9 * fabs(log(start / said)) + 1e-4)
        fail_msg("activation %u, sw2 %.9g, sb2 %g: from %g to %.9g in %d layers, not to %.9g",
                 act->code, sw2, sb2, start, q, layers, said);
}

/* Every activation with the gains that schemes have: what is said does not hang on rounding. */
static void test_rounding_decides_nothing(void **state)
{
    static const double starts[] = { .1, 3 };
    const il_entry *e;

    (void)state;
    for (size_t i = 0; (e = il_list_at(IL_ACTIVATIONS, i)); i++) {
        const struct il_act act = activation(e->name);
        const struct il_gaussian g = il_gaussian_moments(&act, 1);
        const double gains[] = { 1, 2, 1 / g.square, 1 / g.slope_square };

        if (isnan(g.square))
            continue;
        for (size_t k = 0; k < 4; k++)
            for (size_t s = 0; s < 2; s++) {
                const double sb2 = s == 0 && k % 2 ? .05 : 0;
                const struct il_meanfield a = il_meanfield_solve(&act, gains[k] * (1 - 2e-7), sb2,
                                                                 starts[s]),
                                          b = il_meanfield_solve(&act, gains[k] * (1 + 2e-7), sb2,
                                                                 starts[s]);

                assert_int_equal(isinf(a.q), isinf(b.q));
                assert_int_equal(isnan(a.c_star), isnan(b.c_star));
                if (isinf(a.xi_grad) != isinf(b.xi_grad))
                    near(a.chi1, 1, 2e-6, e->name); /* as near as can be told */
                near(a.q, b.q, 1e-3 * fmin(a.q, 1e9), e->name);
                near(a.chi1, b.chi1, 1e-5 * fmax(1, a.chi1), e->name);
                if (!isnan(a.c_star))
                    near(a.c_star, b.c_star, 1e-3, e->name);
                if (a.q != starts[s]) /* any q stays */
                    follow(&act, gains[k], sb2, starts[s], a.q);
            }
    }
}

/* ---- points that are kept ---------------------------------------------------------------------- */

/* dq'/dq at points on the edge, and by differences of the map; what is drawn tells it */
static void test_slopes_of_the_edge(void **state)
{
    static const struct {
        const char *act;
        double q, slope;
    } want[] = { { "tanh", 1, .39146544 },
                 { "erf", .25, .66666667 },
                 { "relu", 1, 1 },
                 { "leaky_relu", 7, 1 },
                 { "elu", 1, .8600868 },
                 { "gelu", .25, 1.10473359 },
                 { "gelu", 1, 1.06719167 },
                 { "silu", .25, 1.07088875 },
                 { "silu", 1, 1.09934034 },
                 { "mish", .25, 1.03589768 },
                 { "mish", 1, 1.01625958 },
                 { "hard_swish", .25, 1.04999993 },
                 { "hard_swish", 1, 1.13187268 } };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct il_act act = activation(want[i].act);
        const double h = 1e-3 * want[i].q;
        const il_place at = { .fan_in = 100, .fan_out = 100, .activation = want[i].act };
        il_tensor_law w, b;
        char text[64];

        snprintf(text, sizeof text, "edge_of_chaos:q=%g", want[i].q);
        assert_int_equal(il_scheme_law(text, &at, &w, &b, NULL), IL_OK);
        near(w.keeps, want[i].q, 0, "what is kept");
        near(w.slope, want[i].slope, 1e-5, want[i].act);
        assert_true(isnan(b.keeps) && isnan(b.slope));
        near(w.std * w.std * 100 *
                 (ref_square(&act, want[i].q + h) - ref_square(&act, want[i].q - h)) / (2 * h),
             want[i].slope, 2e-4, want[i].act); /* kinks off the nodes: h^2 */
    }
}

/* q=stable: 1 where q does not leave that, else the next above with slope .99, or with an edge at all */
static void test_stable_points(void **state)
{
    static const struct {
        const char *act;
        double q, slope;
    } want[] = {
        { "gelu", 5.108641, .99 },  { "gelu_tanh", 5.0890163, .99 },  { "silu", 25.1599685, .99 },
        { "mish", 2.3434629, .99 }, { "hard_swish", 5.3870104, .99 }, { "tanh", 1, .39146544 },
        { "relu", 1, 1 },           { "elu", 1, .8600868 },           { "sigmoid", 45.62, .06025 }
    };
    il_tensor_law w;
    il_error err = { .text = "" };
    il_place at = { .fan_in = 100, .fan_out = 100 };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        at.activation = want[i].act;
        assert_int_equal(il_scheme_law("edge_of_chaos:q=stable", &at, &w, NULL, NULL), IL_OK);
        near(w.keeps / want[i].q, 1, 2e-4, want[i].act); /* slopes of 1e-6 over their slope in q */
        near(w.slope, want[i].slope, 2e-5, want[i].act);
    }
    at.activation = "softplus";
    assert_int_equal(il_scheme_law("edge_of_chaos:q=stable", &at, &w, NULL, &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "that it does not leave"));
    at.activation = "gelu";
    assert_int_equal(il_scheme_law("edge_of_chaos:q=stable:sigma_b=0.1", &at, &w, NULL, &err),
                     IL_E_USAGE);
    assert_int_equal(il_scheme_law("edge_of_chaos:sigma_b=0.1", &at, &w, NULL, &err), IL_OK);
    near(w.keeps, .1834831931, 1e-5, "q of a sigma_b");
    assert_true(w.slope > 1.05);
    assert_int_equal(il_scheme_law("he_normal", &at, &w, NULL, &err), IL_OK);
    assert_true(isnan(w.keeps) && isnan(w.slope));
}

/* ---- a config's network ------------------------------------------------------------------------ */

/*
 * tanh layers of 30 and 20 on pixels of 51 / 255 = .2, weights of variance 1 / fan_in, .01 / fan_in and .0004, biases 0:
 * q by the recursion, moments by the trapezoidal rule here; the gradient's norm squared is that of dL/dz, which grows by
 * fan_in var(w) E f'^2 from layer to layer, times |a|^2 + 1. The rule errs by far less than 1e-5, float scales by 1e-7.
 */
static void test_config(void **state)
{
    enum { PIXELS = 4, IMAGES = 2, LAYERS = 3 };
    static const double variance[LAYERS] = { 1. / 4, .0625, .0004 };
    static const size_t width[LAYERS + 1] = { 4, 30, 20, 2 };
    const struct il_act act = activation("tanh");
    uint8_t image[IMAGES * PIXELS], label[IMAGES] = { 0, 1 };
    const il_samples samples = { IMAGES, image, label };
    double square = 0, back = 1, slopes[LAYERS] = { 0 }, in[LAYERS] = { 0 };
    il_expected got[LAYERS];
    il_dataset *set = NULL;
    il_config *config = NULL;

    (void)state;
    memset(image, 51, sizeof image);
    assert_int_equal(il_dataset_from(&set, 2, 2, samples, samples, NULL), IL_OK);
    assert_int_equal(il_config_new(&config, NULL), IL_OK);
    assert_int_equal(il_config_set(config, "layers", "in,30,20,out", NULL), IL_OK);
    assert_int_equal(il_config_set(config, "activation", "tanh", NULL), IL_OK);
    assert_int_equal(il_config_set(config, "batch", "1", NULL), IL_OK);
    assert_int_equal(il_config_set(config, "init",
                                   "h1=normal:std=0.5,h2=normal:std=0.25,out=normal:std=0.02",
                                   NULL),
                     IL_OK);
    assert_int_equal(il_expect(got, config, set, NULL), IL_OK);
    square = .04;
    for (size_t l = 0; l < LAYERS; l++) {
        const double q = (double)width[l] * variance[l] * square;

        near(got[l].q, q, 1e-5 * q, "q of a config");
        in[l] = square;
        square = ref_square(&act, q);
        for (int i = -576; l + 1 < LAYERS && i <= 576; i++)
            slopes[l] += pow(ref_derivative(&act, sqrt(q) * i / 64), 2) *
                         exp(-i / 64. * i / 64. / 2) / 64 / sqrt(2 * M_PI);
        if (l + 1 < LAYERS) {
            near(got[l].a_mean, 0, 1e-7, "mean of f");
            near(got[l].a_variance, square, 1e-5 * square, "variance of f");
        }
    }
    assert_true(isnan(got[LAYERS - 1].a_variance));
    for (size_t l = LAYERS; l-- > 0;) {
        const double norm = sqrt(back * ((double)width[l] * in[l] + 1));

        near(got[l].gradient, norm, 1e-5 * norm, "norm of the gradient");
        if (l > 0)
            back *= (double)width[l] * variance[l] * slopes[l - 1];
    }
    assert_int_equal(il_config_set(config, "init", "h1=normal:std=0.5,zeros", NULL), IL_OK);
    assert_int_equal(il_expect(got, config, set, NULL), IL_OK);
    assert_true(isfinite(got[0].q) && isnan(got[1].q) && isnan(got[0].gradient));
    il_config_free(config);
    il_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_chaos_has_two_depths),
        cmocka_unit_test(test_near_the_edge),
        cmocka_unit_test(test_order_and_limits),
        cmocka_unit_test(test_unstable_gains),
        cmocka_unit_test(test_two_ways_from_a_point),
        cmocka_unit_test(test_fixed_points_that_meet),
        cmocka_unit_test(test_rounding_decides_nothing),
        cmocka_unit_test(test_slopes_of_the_edge),
        cmocka_unit_test(test_stable_points),
        cmocka_unit_test(test_config),
    };

    return cmocka_run_group_tests_name("theory", tests, NULL, NULL);
}
