/* meanfield.c - the variance map of a wide network, its fixed point, and the edge of chaos. */
#include "meanfield.h"

#include <math.h>

static const double VANISHED = 1e-12, EXPLODED = 1e20;
static const double NOISE = 1e-6; /* of the quadrature over float functions, relative */

double il_meanfield_next(const struct il_act *act, double sw2, double sb2, double q)
{
    return q > 0 ? sw2 * il_gaussian_moments(act, sqrt(q)).square + sb2
                 : sw2 * il_activation(act, 0) * il_activation(act, 0) + sb2;
}

/* where q vanishes, the limit: a kink at 0 has two slopes */
static double chi(const struct il_act *act, double sw2, double q)
{
    return sw2 * il_gaussian_moments(act, sqrt(q > VANISHED ? q : VANISHED)).slope_square;
}

/* does a layer make q larger (1) or smaller (-1), or keep it, to the quadrature's noise (0)? */
static int way(const struct il_act *act, double sw2, double sb2, double q)
{
    const double next = il_meanfield_next(act, sw2, sb2, q);

    return next < q * (1 - NOISE) ? -1 : next <= q * (1 + NOISE) ? 0 : 1;
}

/* the fixed point between low, which grows, and high, which falls */
static double between(const struct il_act *act, double sw2, double sb2, double low, double high)
{
    for (int i = 0; i < 100 && high / low > 1 + 1e-14; i++) {
        const double middle = sqrt(low * high);

        if (il_meanfield_next(act, sw2, sb2, middle) > middle)
            low = middle;
        else
            high = middle;
    }
    return sqrt(low * high);
}

/*
 * The first fixed point that q meets on its way from 1. A layer's q rises with that of the one
 * before, so no layer jumps over it; iterating the map instead would crawl where it grows by a
 * constant (relu with a bias) or falls as 1 / l (tanh with sw2 = 1). Where the noise hides the
 * way, the last one that was seen goes on.
 */
static double limit(const struct il_act *act, double sw2, double sb2)
{
    const double step = 1.25;
    double q = 1, last = 1; /* last: where the way was seen */
    int heads = way(act, sw2, sb2, 1);

    if (heads == 0) { /* a fixed point that draws q back, or any q stays; else noise decides */
        const int above = way(act, sw2, sb2, step), below = way(act, sw2, sb2, 1 / step);

        if (above < 0 && below > 0)
            return between(act, sw2, sb2, 1 / step, step);
        if (above <= 0 && below >= 0)
            return 1;
        heads = il_meanfield_next(act, sw2, sb2, 1) > 1 ? 1 : -1;
    }
    while (q >= VANISHED && q <= EXPLODED) {
        int now;

        q *= heads > 0 ? step : 1 / step;
        now = way(act, sw2, sb2, q);
        if (now == -heads)
            return between(act, sw2, sb2, fmin(q, last), fmax(q, last));
        if (now != 0)
            last = q;
    }
    return heads > 0 ? INFINITY : 0;
}

struct il_meanfield il_meanfield_solve(const struct il_act *act, double sw2, double sb2)
{
    struct il_meanfield m = { .q = limit(act, sw2, sb2) };

    m.chi1 = chi(act, sw2, isfinite(m.q) ? m.q : EXPLODED);
    m.depth = fabs(m.chi1 - 1) < NOISE ? INFINITY : 1 / fabs(log(m.chi1));
    return m;
}

void il_meanfield_edge(const struct il_act *act, double q, double *sw2, double *sb2)
{
    const struct il_gaussian m = il_gaussian_moments(act, sqrt(q));

    *sw2 = 1 / m.slope_square;
    *sb2 = q - *sw2 * m.square;
    if (fabs(*sb2) < NOISE * q) /* relu and its like: any q, without a bias */
        *sb2 = 0;
}

/* sb2 of the edge grows with q wherever an edge exists: bisection on q in logarithms */
int il_meanfield_edge_from_bias(const struct il_act *act, double sb2, double *q, double *sw2)
{
    double low = 1e-9, high = IL_MEANFIELD_MOST, at;

    il_meanfield_edge(act, high, sw2, &at);
    if (!(at >= sb2))
        return 0;
    for (int i = 0; i < 200 && high / low > 1 + 1e-14; i++) {
        const double middle = sqrt(low * high);

        il_meanfield_edge(act, middle, sw2, &at);
        if (at < sb2)
            low = middle;
        else
            high = middle;
    }
    *q = sqrt(low * high);
    il_meanfield_edge(act, *q, sw2, &at);
    return 1;
}
