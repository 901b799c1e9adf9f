/* difference.c - pairs of runs of two groups: how far apart, how sure, by chance how often. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "distributions.h"
#include "samples.h"

/* the share of all sign flips whose sum is as far from 0; bit i of a number flips d[i] */
static double all_flips(const double *d, size_t n, double observed)
{
    size_t far = 0;

    for (uint32_t signs = 0; signs < (uint32_t)1 << n; signs++) {
        double sum = 0;

        for (size_t i = 0; i < n; i++)
            sum += signs >> i & 1 ? -d[i] : d[i];
        far += fabs(sum) >= observed;
    }
    return ldexp((double)far, -(int)n);
}

/*
 * Of so many flips at random. Eight signs are looked up at once: part[k][signs] is the sum of d[8 k], ...,
 * d[8 k + 7] with these signs. NaN: out of memory.
 */
static double some_flips(const double *d, size_t n, double observed, uint64_t seed)
{
    struct il_stream stream = il_stream_of(seed, IL_DRAW_FLIP);
    const size_t parts = (n + 7) / 8;
    double(*const part)[256] = calloc(parts, sizeof *part);
    size_t far = 0;

    if (!part)
        return NAN;
    for (size_t i = 0; i < n; i++)
        for (unsigned signs = 0; signs < 256; signs++)
            part[i / 8][signs] += signs >> i % 8 & 1 ? -d[i] : d[i];
    for (int k = 0; k < IL_FLIPS; k++) {
        uint32_t word = 0;
        double sum = 0;

        for (size_t i = 0; i < parts; i++) {
            word = i % 4 ? word >> 8 : il_stream_word(&stream);
            sum += part[i][word & 255];
        }
        far += fabs(sum) >= observed;
    }
    free(part);
    return (double)(far + 1) / (IL_FLIPS + 1);
}

double il_improvement_of(double *x, size_t n, double *y, size_t m)
{
    double sum = 0;

    il_sort_values(x, n);
    il_sort_values(y, m);
    for (size_t i = 0, below = 0, up_to = 0; i < n; i++) {
        while (below < m && y[below] < x[i])
            below++;
        while (up_to < m && y[up_to] <= x[i])
            up_to++;
        sum += (double)(below + up_to) / 2;
    }
    return sum / (double)n / (double)m;
}

double *il_copy_both(const double *x, size_t n, const double *y, size_t m)
{
    double *copy;

    if (n > SIZE_MAX / sizeof *copy - m || !(copy = malloc((n + m) * sizeof *copy)))
        return NULL;
    memcpy(copy, x, n * sizeof *x);
    memcpy(copy + n, y, m * sizeof *y);
    return copy;
}

/*
 * Differences that may be equal are made so. x and y are the doubles next to what was measured, off by up to u |x|
 * and u |y|, u = 2^-53; their difference is rounded by up to u (|x| + |y|): it is off by 2 u (|x| + |y|) at most, and
 * two differences that are equal in truth are apart by no more than 4 u of the largest |x| + |y|.
 */
static void round_alike(const double *x, const double *y, double *d, size_t n)
{
    double largest = 0, least = d[0], most = d[0], all;

    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(x[i]) + fabs(y[i]));
        least = fmin(least, d[i]);
        most = fmax(most, d[i]);
    }
    if (most - least > IL_ROUNDING * largest)
        return;
    all = fmax(fabs(least), fabs(most)) > IL_ROUNDING / 2 * largest ? d[0] : 0;
    for (size_t i = 0; i < n; i++)
        d[i] = all;
}

il_status il_compare_paired(const double *x, const double *y, size_t n, double level, uint64_t seed,
                            il_difference *out, il_error *err)
{
    double *copy = NULL, *d = NULL, observed;
    il_status st;

    IL_TRY(il_check_values(x, n, level, err));
    IL_TRY(il_check_values(y, n, level, err));
    copy = il_copy_both(x, n, y, n);
    d = malloc(n * sizeof *d);
    if (!copy || !d) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu pairs", n);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        d[i] = x[i] - y[i];
    *out = (il_difference){ .n = n, .m = n, .welch_p = NAN };
    round_alike(x, y, d, n);
    out->mean = il_mean_of(d, n);
    out->sd = il_sd_of(d, n);
    out->effect = out->sd > 0 ? out->mean / out->sd : NAN;
    IL_TRY(il_mean_interval(d, n, level, seed, &out->interval, err));
    observed = fabs(out->mean) * (double)n - il_slack(d, n);
    out->exact = n <= IL_FLIPS_EXACT_MOST;
    out->p = out->exact ? all_flips(d, n, observed) : some_flips(d, n, observed, seed);
    if (isnan(out->p)) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu pairs", n);
        goto out;
    }
    out->least_p = out->exact ? ldexp(1, 1 - (int)n) : 1.0 / (IL_FLIPS + 1);
    out->improvement = il_improvement_of(copy, n, copy + n, n);
out:
    free(copy);
    free(d);
    return st;
}
