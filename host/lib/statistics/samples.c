/* samples.c - what summaries and tests share. */
#include "samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
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

double il_slack(const double *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += fabs(x[i]);
    return 4 * (double)n * 0x1p-53 * sum;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void il_sort_values(double *x, size_t n) { qsort(x, n, sizeof *x, by_value); }

/* The purpose, in the upper half of a subsequence, of what statistics draw. */
#define STATISTICS_SUB ((uint64_t)4 << 32)

struct il_stream il_stream_of(uint64_t seed, enum il_statistic purpose)
{
    return (struct il_stream){ .seed = seed, .purpose = STATISTICS_SUB | purpose };
}

double il_percentile(const double *sorted, size_t n, double share)
{
    const double at = (double)(n - 1) * share;
    const size_t i = at >= (double)(n - 1) ? n - 1 : (size_t)at;
    const double part = at - (double)i;

    if (part == 0 || sorted[i] == sorted[i + 1] || isinf(sorted[i]))
        return sorted[i];
    return isinf(sorted[i + 1]) ? sorted[i + 1] : sorted[i] + part * (sorted[i + 1] - sorted[i]);
}

void il_quartiles(double *x, size_t n, double out[3])
{
    il_sort_values(x, n);
    for (int k = 0; k < 3; k++)
        out[k] = n ? il_percentile(x, n, .25 * (k + 1)) : NAN;
}

uint32_t il_stream_word(struct il_stream *s)
{
    if (s->left == 0) {
        const struct il_words w = il_philox(s->seed, s->next++, s->purpose);

        memcpy(s->word, w.v, sizeof s->word);
        s->left = 4;
    }
    return s->word[--s->left];
}

/* Lemire's: the upper half of word * n; the lower half says which words would make some likelier. */
size_t il_stream_below(struct il_stream *s, size_t n)
{
    const uint32_t most = (uint32_t)n, unfair = (0 - most) % most;
    uint64_t product;

    if (n > UINT32_MAX) /* more values than memory holds */
        return (size_t)((((uint64_t)il_stream_word(s) << 32) | il_stream_word(s)) % n);
    do
        product = (uint64_t)il_stream_word(s) * most;
    while ((uint32_t)product < unfair);
    return (size_t)(product >> 32);
}
