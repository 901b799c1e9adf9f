/*
 * gaussian.c - Gaussian moments of activations by piecewise Gauss-Legendre quadrature.
 *
 * The line is cut at the kinks that the activation's row names and into pieces of at most one
 * standard deviation, out to REACH, beyond which the normal law holds less than 1e-32 of its mass.
 * On such a piece the integrand is smooth, and NODES points integrate it to rounding. f and f' are
 * those of the kernels, in float, so that the moments carry an error of about 1e-7 of their size.
 */
#include "gaussian.h"

#include <math.h>
#include "kernel.h"
#include "elementary.h"
#include "activation.h"

enum { NODES = 16, REACH = 12, KINKS = 2, CUTS = 2 * REACH + 1 + KINKS };

/* places where f or f' is not smooth; NaN: none */
static const double kinks[][KINKS] = {
#define NONE                                                    NAN
#define X(ID, name, aliases, alpha, needs_z, kink1, kink2, ...) { kink1, kink2 },
#include "activations.def"
#undef X
#undef NONE
};

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

/*
 * nodes and weights on [-1, 1]: roots of the Legendre polynomial by Newton's method from Tricomi's
 * guess
 */
static void legendre(double *node, double *weight)
{
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
        node[i] = x;
        weight[i] = 2 / ((1 - x * x) * slope * slope);
    }
}

/* ends of the pieces in increasing order; returns how many */
static int cut(const struct il_act *act, double s, double *at)
{
    int n = 0;

    for (int i = -REACH; i <= REACH; i++)
        at[n++] = i;
    for (int k = 0; k < KINKS; k++) {
        const double x = kinks[act->code][k] / s;
        int i = n;

        if (!(fabs(x) < REACH)) /* NaN too */
            continue;
        for (; i > 0 && at[i - 1] > x; i--)
            at[i] = at[i - 1];
        at[i] = x;
        n++;
    }
    return n;
}

struct il_gaussian il_gaussian_moments(const struct il_act *act, double s)
{
    struct il_gaussian m = { 0, 0, 0 };
    double node[NODES], weight[NODES], at[CUTS];
    int n;

    if (act->code == IL_ACT_SOFTMAX || act->code == IL_ACT_LOG_SOFTMAX)
        return (struct il_gaussian){ NAN, NAN, NAN };
    legendre(node, weight);
    n = cut(act, s, at);
    for (int i = 0; i + 1 < n; i++) {
        const double half = (at[i + 1] - at[i]) / 2, middle = (at[i + 1] + at[i]) / 2;

        for (int k = 0; k < NODES; k++) {
            const double z = middle + half * node[k];
            const double w = half * weight[k] * exp(-z * z / 2) / sqrt(2 * M_PI);
            const double f = il_activation(act, s * z), df = il_activation_slope(act, s * z);

            m.mean += w * f;
            m.square += w * f * f;
            m.slope_square += w * df * df;
        }
    }
    return m;
}
