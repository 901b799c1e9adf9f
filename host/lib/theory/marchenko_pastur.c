/* marchenko_pastur.c - the law of singular values, as a density and summed up from its upper edge. */
#include "marchenko_pastur.h"

#include <math.h>

/* the edges, and how many values lie between them; n <= m */
struct law {
    double low, high, count;
};

/* of s = 1 */
static struct law law_of(size_t n, size_t m)
{
    const double less = (double)(n < m ? n : m), more = (double)(n < m ? m : n);

    return (struct law){ sqrt(more) - sqrt(less), sqrt(more) + sqrt(less), less };
}

double il_marchenko_pastur_density(double x, size_t n, size_t m, double s)
{
    const struct law l = law_of(n, m);
    const double y = x / s;

    if (!(y > 0 && y >= l.low && y <= l.high))
        return 0;
    return sqrt((l.high - y) * (l.high + y) * (y - l.low) * (y + l.low)) / (M_PI * l.count * y * s);
}

/*
 * By x^2 = low^2 + wide cos^2 t, wide = high^2 - low^2, the density times dx is
 * wide / (pi count) sin^2 t cos^2 t / (p + cos^2 t) dt, p = low^2 / wide: a sum of elementary integrals.
 */
void il_marchenko_pastur_curve(size_t n, size_t m, double s, size_t points, double *share,
                               double *value)
{
    const struct law l = law_of(n, m);
    const double wide = (l.high - l.low) * (l.high + l.low), p = l.low * l.low / wide;

    for (size_t k = 0; k < points; k++) {
        const double t = M_PI / 2 * (double)k / (double)(points - 1), sine = sin(t),
                     cosine = cos(t);
        const double angle = atan2(sqrt(p) * sine, sqrt(1 + p) * cosine);

        share[k] =
            wide / (M_PI * l.count) * ((t - sine * cosine) / 2 + p * t - sqrt(p * (1 + p)) * angle);
        value[k] = s * (k + 1 < points ? hypot(l.low, sqrt(wide) * cosine) : l.low);
    }
}
