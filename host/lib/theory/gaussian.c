/*
 * gaussian.c - Gaussian moments of activations by piecewise Gauss-Legendre quadrature.
 *
 * The line is cut at the kinks that the activation's row names and into pieces of at most one
 * standard deviation, out to REACH, beyond which the normal law holds less than 1e-32 of its mass.
 * A wide law sees the whole of an activation's bend within a small part of a standard deviation: so
 * it is also cut where f's argument is 1, 2, ... BEND, and from there on 2, 4, ... times that, since
 * the tails of softsign and arctan fall as powers. On such a piece the integrand is smooth, and
 * NODES points integrate it to rounding. f and f' are those of the kernels, in float, so that the
 * moments carry an error of about 1e-7 of their size.
 */
#include "gaussian.h"

#include <math.h>
#include <string.h>
#include <stdlib.h>
#include "kernel.h"
#include "elementary.h"
#include "activation.h"

enum {
    NODES = IL_GAUSS_NODES,
    REACH = 12,
    BEND = 12,
    OCTAVES = 32, /* up to s = 5e10; wider laws see none of a tail */
    KINKS = IL_GAUSS_KINKS,
    CUTS = 2 * REACH + 1 + 2 * (BEND + OCTAVES) + KINKS
};
_Static_assert((int)CUTS <= (int)IL_GAUSS_CUTS, "a table of cuts is too short");

/* From here on sin is averaged over whole waves: its moments differ from their limits by e^-32. */
static const double MANY_WAVES = 8;

static const double kinks[][KINKS] = {
#define NONE                                                    NAN
#define X(ID, name, aliases, alpha, needs_z, kink1, kink2, ...) { kink1, kink2 },
#include "activations.def"
#undef X
#undef NONE
};

double il_activation_kink(const struct il_act *act, int k) { return kinks[act->code][k]; }

double il_activation(const struct il_act *act, double x)
{
    switch (act->code) {
#define X(ID, ...)                                                                                 \
    case IL_ACT_##ID:                                                                              \
        return (double)il_f_##ID((float)x, act->alpha);
#include "activations.def"
#undef X
    default:
        return NAN;
    }
}

double il_activation_slope(const struct il_act *act, double x)
{
    const float a = (float)il_activation(act, x);

    switch (act->code) {
#define X(ID, ...)                                                                                 \
    case IL_ACT_##ID:                                                                              \
        return (double)il_df_##ID((float)x, a, act->alpha);
#include "activations.def"
#undef X
    default:
        return NAN;
    }
}

/* Roots of the Legendre polynomial by Newton's method from Tricomi's guess. */
struct il_gauss_rule il_gauss_rule(void)
{
    struct il_gauss_rule rule;

    for (int i = 0; i < NODES; i++) {
        double x = cos(M_PI * (i + 0.75) / (NODES + 0.5)), slope = 1, step = 1;

        while (fabs(step) > 1e-15) {
            double p0 = 1, p1 = x;

            for (int k = 2; k <= NODES; k++) {
                const double p2 = ((2 * k - 1) * x * p1 - (k - 1) * p0) / k;

                p0 = p1;
                p1 = p2;
            }
            slope = NODES * (x * p1 - p0) / (x * x - 1);
            step = p1 / slope;
            x -= step;
        }
        rule.node[i] = x;
        rule.weight[i] = 2 / ((1 - x * x) * slope * slope);
    }
    return rule;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int il_gauss_cut(const struct il_act *act, double mean, double s, double at[IL_GAUSS_CUTS])
{
    int n = 0;

    for (int i = -REACH; i <= REACH; i++)
        at[n++] = i;
    for (int i = 1; i <= BEND + OCTAVES; i++) {
        const double bend = i <= BEND ? i : ldexp(BEND, i - BEND);
        const double ends[] = { (bend - mean) / s, (-bend - mean) / s };

        /* the pieces of 1 are short enough for a tail */
        if ((bend - (i <= BEND ? fabs(mean) : 0)) / s >= (i <= BEND ? REACH : 1))
            break;
        for (int k = 0; k < 2; k++)
            if (fabs(ends[k]) < REACH)
                at[n++] = ends[k];
    }
    for (int k = 0; k < KINKS; k++) {
        const double x = (kinks[act->code][k] - mean) / s;

        if (fabs(x) < REACH) /* not NaN */
            at[n++] = x;
    }
    qsort(at, (size_t)n, sizeof *at, by_size);
    return n;
}

double il_gauss_widest(const struct il_act *act)
{
    return act->code == IL_ACT_SIN ? MANY_WAVES : INFINITY;
}

struct il_gaussian il_gaussian_about(const struct il_act *act, double mean, double s)
{
    const struct il_gauss_rule rule = il_gauss_rule();
    struct il_gaussian m = { 0 };
    double at[IL_GAUSS_CUTS];
    int n;

    if (act->code == IL_ACT_SOFTMAX || act->code == IL_ACT_LOG_SOFTMAX)
        return (struct il_gaussian){ NAN, NAN, NAN, NAN, NAN };
    s = fmin(s, il_gauss_widest(act));
    n = il_gauss_cut(act, mean, s, at);
    for (int i = 0; i + 1 < n; i++) {
        const double half = (at[i + 1] - at[i]) / 2, middle = (at[i + 1] + at[i]) / 2;

        for (int k = 0; k < NODES; k++) {
            const double z = middle + half * rule.node[k];
            const double w = half * rule.weight[k] * exp(-z * z / 2) / sqrt(2 * M_PI);
            const double f = il_activation(act, mean + s * z);
            const double df = il_activation_slope(act, mean + s * z);

            m.mean += w * f;
            m.square += w * f * f;
            m.slope_square += w * df * df;
            m.slope += w * df;
            m.rise += w * f * df * z / s;
        }
    }
    return m;
}

struct il_gaussian il_gaussian_moments(const struct il_act *act, double s)
{
    return il_gaussian_about(act, 0, s);
}

void il_gaussian_histogram(const struct il_act *act, double s, size_t bins, double low, double high,
                           double *density)
{
    static const double BEYOND = 8; /* a tail of 1e-15 */
    enum { POINTS = 1 << 17 };
    const double step = 2 * BEYOND / POINTS, width = (high - low) / (double)bins;
    const double normal = step / sqrt(2 * acos(-1));

    memset(density, 0, bins * sizeof *density);
    for (int i = 0; i < POINTS; i++) {
        const double z = -BEYOND + step * (i + .5);
        const double a = il_activation(act, s * z), at = (a - low) / width;

        if (a >= low && a <= high) /* the largest is of the last bin */
            density[at < (double)bins ? (size_t)at : bins - 1] += normal * exp(-z * z / 2) / width;
    }
}
