/* summary.c - a group in numbers, and the interval of its mean. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "distributions.h"
#include "samples.h"

/* how far BCa moves a percentile; z of the bias, acceleration a */
static double moved(double z, double bias, double a)
{
    return il_normal_below(bias + (bias + z) / (1 - a * (bias + z)));
}

/*
 * Bias-corrected, accelerated (Efron 1987): the bias from the share of resampled means below the mean,
 * equal ones by half; the acceleration from the jackknife, whose means are linear in the values.
 */
static il_interval bca(const double *x, size_t n, double level, double *means)
{
    const double mean = il_mean_of(x, n);
    double cubes = 0, squares = 0, below = 0, a, bias;
    const double z = il_normal_quantile((1 - level) / 2);

    for (size_t i = 0; i < n; i++) {
        const double d = x[i] - mean;

        squares += d * d;
        cubes += d * d * d;
    }
    for (size_t b = 0; b < IL_RESAMPLES; b++)
        below += means[b] < mean ? 1 : means[b] == mean ? 0.5 : 0;
    a = cubes / (6 * squares * sqrt(squares));
    bias = il_normal_quantile(below / IL_RESAMPLES);
    il_sort_values(means, IL_RESAMPLES);
    return (il_interval){ il_percentile(means, IL_RESAMPLES, moved(z, bias, a)),
                          il_percentile(means, IL_RESAMPLES, moved(-z, bias, a)),
                          IL_INTERVAL_BOOTSTRAP };
}

static il_status bootstrap(const double *x, size_t n, double level, uint64_t seed, il_interval *out,
                           il_error *err)
{
    double *const means = malloc(IL_RESAMPLES * sizeof *means);
    struct il_stream stream = il_stream_of(seed, IL_DRAW_RESAMPLE);

    if (!means)
        return il_fail(err, IL_E_MEMORY, "out of memory for a bootstrap");
    for (size_t b = 0; b < IL_RESAMPLES; b++) {
        double sum = 0;

        for (size_t i = 0; i < n; i++)
            sum += x[il_stream_below(&stream, n)];
        means[b] = sum / (double)n;
    }
    *out = bca(x, n, level, means);
    free(means);
    return IL_OK;
}

il_status il_mean_interval(const double *x, size_t n, double level, uint64_t seed, il_interval *out,
                           il_error *err)
{
    const double mean = il_mean_of(x, n);
    size_t same = 1;
    double half;

    *out = (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
    if (n < IL_INTERVAL_LEAST)
        return IL_OK;
    while (same < n && x[same] == x[0])
        same++;
    if (same == n) {
        *out = (il_interval){ x[0], x[0], IL_INTERVAL_SAME };
        return IL_OK;
    }
    if (n >= IL_BOOTSTRAP_FROM)
        return bootstrap(x, n, level, seed, out, err);
    half =
        -il_student_quantile((1 - level) / 2, (double)(n - 1)) * il_sd_of(x, n) / sqrt((double)n);
    *out = (il_interval){ mean - half, mean + half, IL_INTERVAL_STUDENT };
    return IL_OK;
}

/* the middle half of sorted values; those at its ends count by the share that lies within */
static double middle_half(const double *sorted, size_t n)
{
    const double from = (double)n / 4, to = 3 * (double)n / 4;
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        const double share = fmin((double)i + 1, to) - fmax((double)i, from);

        if (share > 0)
            sum += share * sorted[i];
    }
    return sum / (to - from);
}

void il_order_summary(const double *sorted, size_t n, il_summary *out)
{
    out->median = sorted[(n - 1) / 2] / 2 + sorted[n / 2] / 2;
    out->iqm = middle_half(sorted, n);
    out->least = sorted[0];
    out->most = sorted[n - 1];
}

il_status il_summarize(const double *x, size_t n, double level, uint64_t seed, il_summary *out,
                       il_error *err)
{
    double *sorted = NULL;
    il_status st;

    IL_TRY(il_check_values(x, n, level, err));
    if (n > SIZE_MAX / sizeof *sorted || !(sorted = malloc(n * sizeof *sorted))) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for a group of %zu runs", n);
        goto out;
    }
    memcpy(sorted, x, n * sizeof *x);
    il_sort_values(sorted, n);
    out->n = n;
    out->mean = il_mean_of(x, n);
    out->sd = il_sd_of(x, n);
    il_order_summary(sorted, n, out);
    IL_TRY(il_mean_interval(x, n, level, seed, &out->interval, err));
out:
    free(sorted);
    return st;
}

il_interval il_wilson(size_t k, size_t n, double level)
{
    const double z = -il_normal_quantile((1 - level) / 2), share = (double)k / (double)n;
    const double all = 1 + z * z / (double)n, middle = (share + z * z / (2 * (double)n)) / all;
    const double half =
        z / all * sqrt(share * (1 - share) / (double)n + z * z / (4 * (double)n * (double)n));

    if (n == 0)
        return (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
    return (il_interval){ k == 0 ? 0 : middle - half, k == n ? 1 : middle + half,
                          IL_INTERVAL_WILSON };
}

void il_best_of_weights(size_t n, size_t k, double *weight)
{
    /* from the best downwards: k / n, then each (i - k + 1) / i of the one above it */
    double w = n > 0 ? (double)k / (double)n : NAN;

    for (size_t i = n; i-- > 0;) {
        weight[i] = i + 1 >= k ? w : 0;
        if (i > 0)
            w *= i + 1 > k ? (double)(i - k + 1) / (double)i : 0;
    }
}

double il_stuck_accuracy(double share, size_t samples)
{
    return share + 3 * sqrt(share * (1 - share) / (double)samples);
}

void il_stuck_epoch(il_stuck *s, double test_accuracy)
{
    s->epochs++;
    s->guessing = test_accuracy > s->accuracy ? 0 : s->guessing + 1;
}

int il_is_stuck(const il_stuck *s)
{
    return s->epochs > 0 && s->guessing >= s->epochs - s->epochs / 2;
}
