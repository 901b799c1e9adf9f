/* many.c - many comparisons: Holm's correction, and how many pairs or runs one of them needs. */
#include <math.h>
#include <stdlib.h>
#include "core/error.h"
#include "distributions.h"
#include "samples.h"

struct ranked {
    double p;
    size_t at;
};

/* the smallest first; NaN last */
static int by_p(const void *a, const void *b)
{
    const struct ranked *const x = a, *const y = b;

    if (isnan(x->p) || isnan(y->p))
        return isnan(x->p) - isnan(y->p);
    return (x->p > y->p) - (x->p < y->p);
}

il_status il_holm(double *p, size_t m, il_error *err)
{
    struct ranked *const r = calloc(m ? m : 1, sizeof *r);
    double most = 0;

    if (!r)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu comparisons", m);
    for (size_t i = 0; i < m; i++)
        r[i] = (struct ranked){ p[i], i };
    qsort(r, m, sizeof *r, by_p);
    for (size_t i = 0; i < m && !isnan(r[i].p); i++) {
        most = fmax(most, fmin(1, r[i].p * (double)(m - i)));
        p[r[i].at] = most;
    }
    free(r);
    return IL_OK;
}

size_t il_pairs_least(double alpha, size_t m)
{
    size_t n = 1;

    while (n < 1000 && ldexp(2 * (double)m, -(int)n) >= alpha)
        n++;
    return n;
}

/* Normal theory, with Guenther's z^2 / 2 for the t distribution. */
size_t il_pairs_needed(double mean, double sd, double alpha, size_t m)
{
    const double z = -il_normal_quantile(alpha / 2 / (double)m), power = 0.8416;
    const double n = pow((z + power) * sd / mean, 2) + z * z / 2;
    const size_t least = il_pairs_least(alpha, m);

    if (!isfinite(n) || n > 1e15)
        return 0;
    return ceil(n) > (double)least ? (size_t)ceil(n) : least;
}

size_t il_runs_least(double alpha, size_t m)
{
    double ways = 2; /* to choose n of 2 n; the least p is 2 of them */
    size_t n = 1;

    while (n < 1000 && 2 * (double)m / ways >= alpha) {
        n++;
        ways *= (4 * (double)n - 2) / (double)n;
    }
    return n;
}

/* Two groups have twice the variance of one; Guenther's term is half as large. */
size_t il_runs_needed(double effect, double alpha, size_t m)
{
    const double z = -il_normal_quantile(alpha / 2 / (double)m), power = 0.8416;
    const double n = 2 * pow((z + power) / effect, 2) + z * z / 4;
    const size_t least = il_runs_least(alpha, m);

    if (!isfinite(n) || n > 1e15)
        return 0;
    return ceil(n) > (double)least ? (size_t)ceil(n) : least;
}
