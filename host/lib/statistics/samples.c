/* samples.c - what summaries and tests share. */
#include "samples.h"

#include <math.h>
#include <stdlib.h>
#include "core/error.h"
#include "random.h"

il_status il_check_values(const double *x, size_t n, double level, il_error *err)
{
    if (n == 0)
        return il_fail(err, IL_E_USAGE, "statistics of no values");
    if (!(level > 0 && level < 1))
        return il_fail(err, IL_E_USAGE, "an interval's level lies between 0 and 1, not at %g",
                       level);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return il_fail(err, IL_E_USAGE, "statistics of a value that is not finite");
    return IL_OK;
}

double il_mean_of(const double *x, size_t n)
{
    double sum = 0, rest = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    for (size_t i = 0; i < n; i++) /* what rounding took */
        rest += x[i] - sum / (double)n;
    return sum / (double)n + rest / (double)n;
}

double il_spread_of(const double *x, size_t n, double mean)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum;
}

double il_sd_of(const double *x, size_t n)
{
    return n < 2 ? NAN : sqrt(il_spread_of(x, n, il_mean_of(x, n)) / (double)(n - 1));
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void il_sort_values(double *x, size_t n) { qsort(x, n, sizeof *x, by_value); }

/* The purpose, in the upper half of a subsequence, of what statistics draw. */
#define STATISTICS_SUB ((uint64_t)4 << 32)

uint64_t il_draw_bits(uint64_t seed, enum il_statistic purpose, uint64_t *drawn)
{
    const struct il_words w = il_philox(seed, *drawn / 2, STATISTICS_SUB | purpose);
    const unsigned at = (unsigned)(*drawn % 2) * 2;

    ++*drawn;
    return (uint64_t)w.v[at] << 32 | w.v[at + 1];
}

size_t il_draw_below(uint64_t seed, enum il_statistic purpose, uint64_t *drawn, size_t n)
{
    const uint64_t least = (0 - (uint64_t)n) % n; /* the rest would make some likelier */
    uint64_t bits;

    do
        bits = il_draw_bits(seed, purpose, drawn);
    while (bits < least);
    return (size_t)(bits % n);
}
