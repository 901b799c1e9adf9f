/*
 * distributions.c - from two functions: the regularised incomplete beta and gamma functions, by their
 * continued fractions and series (DLMF 8.17.22, 8.7.1, 8.9.2), good to about 1e-14.
 */
#include "distributions.h"

#include <math.h>
#include "core/log_gamma.h"

enum { TERMS_MOST = 100000 };

/* Lentz's method keeps a fraction's parts from zero. */
static double part(double x) { return fabs(x) < 1e-300 ? 1e-300 : x; }

/* the continued fraction of I_x(a, b), which converges fast where x < (a + 1) / (a + b + 2) */
static double beta_fraction(double x, double a, double b)
{
    double c = 1, d = 1 / part(1 - (a + b) * x / (a + 1)), f = d;

    for (int m = 1; m < TERMS_MOST; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step;

        d = 1 / part(1 + even * d);
        c = part(1 + even / c);
        f *= c * d;
        d = 1 / part(1 + odd * d);
        c = part(1 + odd / c);
        step = c * d;
        f *= step;
        if (fabs(step - 1) < 1e-16)
            break;
    }
    return f;
}

/* I_x(a, b); y is 1 - x, given apart since x may be next to 1 */
static double incomplete_beta(double x, double y, double a, double b)
{
    const double log_front =
        il_log_gamma(a + b) - il_log_gamma(a) - il_log_gamma(b) + a * log(x) + b * log(y);

    if (!(x > 0))
        return isnan(x) ? NAN : 0;
    if (!(y > 0))
        return 1;
    if (x < (a + 1) / (a + b + 2))
        return exp(log_front) * beta_fraction(x, a, b) / a;
    return 1 - exp(log_front) * beta_fraction(y, b, a) / b;
}

/* Q(a, x): by the series of P below a + 1, by the continued fraction above */
static double gamma_beyond(double a, double x)
{
    const double front = exp(a * log(x) - x - il_log_gamma(a));
    double sum = 1 / a, term = sum, b = x + 1 - a, c = 1e300, d = 1 / part(b), f = d;

    if (!(x > 0))
        return isnan(x) ? NAN : 1;
    if (x < a + 1) {
        for (int i = 1; i < TERMS_MOST && term > sum * 1e-17; i++)
            sum += term *= x / (a + i);
        return 1 - front * sum;
    }
    for (int i = 1; i < TERMS_MOST; i++) {
        const double an = -i * (i - a);

        b += 2;
        d = 1 / part(an * d + b);
        c = part(b + an / c);
        f *= d * c;
        if (fabs(d * c - 1) < 1e-16)
            break;
    }
    return front * f;
}

double il_normal_below(double z) { return erfc(-z / M_SQRT2) / 2; }

double il_student_two_sided(double x, double df)
{
    const double square = x * x;

    return isinf(x) ? 0 : incomplete_beta(df / (df + square), square / (df + square), df / 2, 0.5);
}

double il_f_beyond(double x, double df1, double df2)
{
    const double all = df1 * x + df2;

    return isinf(x) ? 0 : incomplete_beta(df2 / all, df1 * x / all, df2 / 2, df1 / 2);
}

double il_chi2_beyond(double x, double df) { return gamma_beyond(df / 2, x / 2); }

/* P(T <= t) of the law that a quantile is asked of; df 0: normal */
static double below(double t, double df)
{
    if (!(df > 0))
        return il_normal_below(t);
    return t < 0 ? il_student_two_sided(t, df) / 2 : 1 - il_student_two_sided(t, df) / 2;
}

/* The t < 0 with P(T <= t) = p < .5: bisected, in probabilities that keep their digits in the tail. */
static double lower_quantile(double p, double df)
{
    double low = -1, high = 0;

    while (below(low, df) > p && low > -1e300)
        low *= 2;
    for (int i = 0; i < 200 && low < high; i++) {
        const double middle = low + (high - low) / 2;

        if (middle <= low || middle >= high)
            break;
        if (below(middle, df) < p)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static double quantile(double p, double df)
{
    if (!(p > 0 && p < 1))
        return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
    return p == 0.5 ? 0 : p < 0.5 ? lower_quantile(p, df) : -lower_quantile(1 - p, df);
}

double il_normal_quantile(double p) { return quantile(p, 0); }
double il_student_quantile(double p, double df) { return df > 0 ? quantile(p, df) : NAN; }
