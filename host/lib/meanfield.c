/* meanfield.c - the variance map of a wide network, its fixed point, and the edge of chaos. */
#include "meanfield.h"

#include <math.h>

static const double VANISHED = 1e-12, EXPLODED = 1e12;
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

/*
 * The map is iterated as a network would do it, so that what it finds is where signals go, and not
 * an unstable fixed point. Near the edge it converges slowly (for tanh as 1/l), so each fourth step
 * is Steffensen's, taken only where it stays between the points that bracket it.
 */
struct il_meanfield il_meanfield_solve(const struct il_act *act, double sw2, double sb2)
{
    struct il_meanfield m = { .q = 1 };

    for (int i = 0; i < 2000; i++) {
        const double a = m.q, b = il_meanfield_next(act, sw2, sb2, a);
        const double c = il_meanfield_next(act, sw2, sb2, b), bend = c - 2 * b + a;
        double q = c;

        if (!isfinite(c) || c > EXPLODED || c < VANISHED)
            break;
        if (fabs(c - b) <= 1e-13 * c) {
            m.q = c;
            break;
        }
        if (fabs(b - a) > fabs(c - b) &&
            bend != 0) { /* contracting: the limit of the geometric series */
            q = a - (b - a) * (b - a) / bend;
            if (!(q > 0) || fabs(q - c) > 50 * fabs(c - b))
                q = c;
        }
        m.q = q;
    }
    {
        const double next = il_meanfield_next(act, sw2, sb2, m.q);

        if (!isfinite(next) || next > EXPLODED)
            m.q = INFINITY;
        else if (next < VANISHED)
            m.q = 0;
    }
    m.chi1 = chi(act, sw2, isfinite(m.q) ? m.q : EXPLODED);
    m.depth = fabs(m.chi1 - 1) < 1e-6 ? INFINITY : 1 / fabs(log(m.chi1));
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
