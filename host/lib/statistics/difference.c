/* difference.c - two groups: how far apart, how sure, by chance how often. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "distributions.h"
#include "samples.h"

/* Sums that differ by rounding are equal: what n additions of numbers of this size may lose. */
static double slack(const double *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += fabs(x[i]);
    return 4 * (double)n * 0x1p-53 * sum;
}

/* ---- pairs ------------------------------------------------------------------------------------ */

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

/* P(x > y) + P(x = y) / 2 over all pairs of values; both are sorted here */
static double improvement_of(double *x, size_t n, double *y, size_t m)
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

/* copies of both that may be reordered, one behind the other; NULL: no memory */
static double *copy_both(const double *x, size_t n, const double *y, size_t m)
{
    double *copy;

    if (n > SIZE_MAX / sizeof *copy - m || !(copy = malloc((n + m) * sizeof *copy)))
        return NULL;
    memcpy(copy, x, n * sizeof *x);
    memcpy(copy + n, y, m * sizeof *y);
    return copy;
}

il_status il_compare_paired(const double *x, const double *y, size_t n, double level, uint64_t seed,
                            il_difference *out, il_error *err)
{
    double *copy = NULL, *d = NULL, observed;
    il_status st;

    IL_TRY(il_check_values(x, n, level, err));
    IL_TRY(il_check_values(y, n, level, err));
    copy = copy_both(x, n, y, n);
    d = malloc(n * sizeof *d);
    if (!copy || !d) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu pairs", n);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        d[i] = x[i] - y[i];
    *out = (il_difference){ .n = n, .m = n, .welch_p = NAN };
    out->mean = il_mean_of(d, n);
    out->sd = il_sd_of(d, n);
    out->effect = out->mean / out->sd;
    IL_TRY(il_mean_interval(d, n, level, seed, &out->interval, err));
    observed = fabs(out->mean) * (double)n - slack(d, n);
    out->exact = n <= IL_FLIPS_EXACT_MOST;
    out->p = out->exact ? all_flips(d, n, observed) : some_flips(d, n, observed, seed);
    if (isnan(out->p)) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu pairs", n);
        goto out;
    }
    out->least_p = out->exact ? ldexp(1, 1 - (int)n) : 1.0 / (IL_FLIPS + 1);
    out->improvement = improvement_of(copy, n, copy + n, n);
out:
    free(copy);
    free(d);
    return st;
}

/* ---- no pairs --------------------------------------------------------------------------------- */

/* how many ways there are to choose n of n + m, as far as `most` + 1 */
static double ways(size_t n, size_t m, double most)
{
    double c = 1;

    for (size_t i = 1; i <= n && c <= most; i++)
        c = c * (double)(m + i) / (double)i;
    return c;
}

/* is the sum of n of the values as far from what it is on average as was observed? */
static int is_far(double sum, double total, size_t n, size_t all, double observed)
{
    return fabs(sum - total * (double)n / (double)all) >= observed;
}

/* the share of all choices of n values that are as far; chosen[] is the next one, in order */
static double all_labels(const double *v, size_t n, size_t all, double total, double observed,
                         size_t *chosen)
{
    size_t far = 0, count = 0, i;

    for (i = 0; i < n; i++)
        chosen[i] = i;
    for (;;) {
        double sum = 0;

        for (size_t k = 0; k < n; k++)
            sum += v[chosen[k]];
        far += (size_t)is_far(sum, total, n, all, observed);
        count++;
        for (i = n; i > 0 && chosen[i - 1] == all - n + i - 1; i--)
            continue;
        if (i == 0)
            return (double)far / (double)count;
        chosen[i - 1]++;
        for (; i < n; i++)
            chosen[i] = chosen[i - 1] + 1;
    }
}

static double some_labels(double *v, size_t n, size_t all, double total, double observed,
                          uint64_t seed)
{
    struct il_stream stream = il_stream_of(seed, IL_DRAW_LABEL);
    size_t far = 0;

    for (int k = 0; k < IL_FLIPS; k++) {
        double sum = 0;

        for (size_t i = 0; i < n; i++) { /* n of them, by Fisher and Yates */
            const size_t j = i + il_stream_below(&stream, all - i);
            const double keep = v[i];

            v[i] = v[j];
            v[j] = keep;
            sum += v[i];
        }
        far += (size_t)is_far(sum, total, n, all, observed);
    }
    return (double)(far + 1) / (IL_FLIPS + 1);
}

/* Welch's t, its degrees of freedom by Satterthwaite: p and interval; NaN where a variance is unknown */
static void welch(il_difference *out, double sd_x, double sd_y, double level)
{
    const double a = sd_x * sd_x / (double)out->n, b = sd_y * sd_y / (double)out->m;
    const double error = sqrt(a + b);
    const double df =
        (a + b) * (a + b) / (a * a / (double)(out->n - 1) + b * b / (double)(out->m - 1));
    const double half = -il_student_quantile((1 - level) / 2, df) * error;

    out->interval = (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
    out->welch_p = NAN;
    if (isnan(df) && error == 0) { /* no spread in either */
        out->welch_p = out->mean == 0 ? 1 : 0;
        out->interval = (il_interval){ out->mean, out->mean, IL_INTERVAL_SAME };
    } else if (isfinite(df)) {
        out->welch_p = il_student_two_sided(out->mean / error, df);
        out->interval = (il_interval){ out->mean - half, out->mean + half, IL_INTERVAL_WELCH };
    }
}

static il_status permute_labels(double *both, il_difference *out, uint64_t seed, il_error *err)
{
    /* the smaller group is chosen: what is left has the same distance */
    const size_t all = out->n + out->m, n = out->n < out->m ? out->n : out->m;
    const double *const small = out->n < out->m ? both : both + out->n;
    const double total = il_mean_of(both, all) * (double)all;
    const double sum = il_mean_of(small, n) * (double)n;
    const double observed = fabs(sum - total * (double)n / (double)all) - slack(both, all);
    const double count = ways(n, all - n, IL_FLIPS);
    size_t *const chosen = malloc(n * sizeof *chosen);

    if (!chosen)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", all);
    out->exact = count <= IL_FLIPS;
    out->least_p = out->exact ? (all == 2 * n ? 2 : 1) / count : 1.0 / (IL_FLIPS + 1);
    out->p = out->exact ? all_labels(both, n, all, total, observed, chosen)
                        : some_labels(both, n, all, total, observed, seed);
    free(chosen);
    return IL_OK;
}

il_status il_compare_unpaired(const double *x, size_t n, const double *y, size_t m, double level,
                              uint64_t seed, il_difference *out, il_error *err)
{
    double *both = NULL, sd_x, sd_y, mean_x, mean_y;
    il_status st;

    IL_TRY(il_check_values(x, n, level, err));
    IL_TRY(il_check_values(y, m, level, err));
    both = copy_both(x, n, y, m);
    if (!both) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu and %zu runs", n, m);
        goto out;
    }
    mean_x = il_mean_of(x, n);
    mean_y = il_mean_of(y, m);
    sd_x = il_sd_of(x, n);
    sd_y = il_sd_of(y, m);
    *out = (il_difference){ .n = n, .m = m, .mean = mean_x - mean_y, .sd = NAN };
    out->effect = out->mean / sqrt((il_spread_of(x, n, mean_x) + il_spread_of(y, m, mean_y)) /
                                   ((double)(n + m) - 2));
    welch(out, sd_x, sd_y, level);
    out->improvement = improvement_of(both, n, both + n, m); /* sorts each */
    IL_TRY(permute_labels(both, out, seed, err));
out:
    free(both);
    return st;
}
