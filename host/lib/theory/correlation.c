/*
 * correlation.c - two signals in a wide random network: moments of pairs, and the cosine that they
 * come to where they part.
 */
#include "correlation.h"

#include <math.h>
#include <stdlib.h>

enum { DOUBLINGS = 40, CUTS = IL_GAUSS_CUTS + IL_GAUSS_KINKS * 2 * DOUBLINGS };

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/*
 * Ends of the outer integral's pieces. What the inner one leaves of a kink is `width` wide in t, so
 * the pieces beside it grow from there, each twice the one before.
 */
static int ends_of_pieces(const struct il_act *act, double spread, double width, double at[CUTS])
{
    int n = il_gauss_cut(act, 0, spread, at);
    const double low = at[0], high = at[n - 1];

    for (int k = 0; k < IL_GAUSS_KINKS; k++) {
        const double kink = il_activation_kink(act, k) / spread;

        for (int i = 0; i < DOUBLINGS && ldexp(width, i) < 1; i++)
            for (int side = -1; side <= 1; side += 2) {
                const double x = kink + side * ldexp(width, i);

                if (x > low && x < high) /* not NaN */
                    at[n++] = x;
            }
    }
    qsort(at, (size_t)n, sizeof *at, by_size);
    return n;
}

struct il_pair il_pair_moments(const struct il_act *act, double q, double c)
{
    const struct il_gauss_rule rule = il_gauss_rule();
    const double spread = fmin(sqrt(q * c), il_gauss_widest(act)), own = sqrt(q * (1 - c));
    struct il_pair sum = { 0, 0 };
    double at[CUTS];
    int n;

    if (c <= 0) {
        const struct il_gaussian m = il_gaussian_moments(act, own);

        return (struct il_pair){ m.square - m.mean * m.mean, m.slope * m.slope };
    }
    n = ends_of_pieces(act, spread, own / spread, at);
    for (int i = 0; i + 1 < n; i++) {
        const double half = (at[i + 1] - at[i]) / 2, middle = (at[i + 1] + at[i]) / 2;

        for (int k = 0; k < IL_GAUSS_NODES; k++) {
            const double t = middle + half * rule.node[k];
            const double w = half * rule.weight[k] * exp(-t * t / 2) / sqrt(2 * M_PI);
            const struct il_gaussian m = il_gaussian_about(act, spread * t, own);

            sum.apart += w * (m.square - m.mean * m.mean);
            sum.slope += w * m.slope * m.slope;
        }
    }
    return sum;
}

/*
 * c' - c is a convex function of c: c' is a power series without negative terms (Mehler's formula).
 * It is not negative at 0 and falls below 0 before 1, since chi1 > 1: from 0, Newton's method rises
 * to the first root and never passes it.
 */
struct il_correlation il_correlation_limit(const struct il_act *act, double sw2, double sb2,
                                           double q)
{
    const double next = sw2 * il_gaussian_moments(act, sqrt(q)).square + sb2;
    const double small = 1e-12; /* of 1 - c: steps, and what rounding leaves of an odd f's mean */
    double c = 0;

    for (int i = 0;; i++) {
        const struct il_pair pair = il_pair_moments(act, q, c);
        const double chi = sw2 * pair.slope, rise = (1 - c) - sw2 * pair.apart / next;
        const double step = rise / (1 - chi);

        if (i == 100 || !(chi < 1) || !(step > small * (1 - c)))
            return (struct il_correlation){ c, chi };
        c += step;
    }
}
