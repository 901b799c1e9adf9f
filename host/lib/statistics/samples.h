/* samples.h - what summaries and tests share: checks of values, moments, order, draws. Internal. */
#ifndef HOST_LIB_STATISTICS_SAMPLES_H
#define HOST_LIB_STATISTICS_SAMPLES_H

#include "initlab/statistics.h"

/* IL_E_USAGE unless there are n >= 1 finite values and 0 < level < 1 */
il_status il_check_values(const double *x, size_t n, double level, il_error *err);

/* mean; sum of squared distances from it, two-pass */
double il_mean_of(const double *x, size_t n);
double il_spread_of(const double *x, size_t n, double mean);
/* by n - 1; NaN of one value */
double il_sd_of(const double *x, size_t n);

/* sort ascending */
void il_sort_values(double *x, size_t n);

/* between the values of a sorted array, at a share of the way from first to last */
double il_percentile(const double *sorted, size_t n, double share);

/* median, iqm, least and most of sorted values, which may be infinite */
void il_order_summary(const double *sorted, size_t n, il_summary *out);

/* Relative to the largest operands, what differences that are equal in truth may be apart by: difference.c has why. */
#define IL_ROUNDING (4 * 0x1p-53)

/* Sums that differ by rounding are equal: what n additions of numbers of this size may lose. */
double il_slack(const double *x, size_t n);

/* P(x > y) + P(x = y) / 2 over all pairs of values; both are sorted here */
double il_improvement_of(double *x, size_t n, double *y, size_t m);

/* copies of both that may be reordered, one behind the other; NULL: no memory */
double *il_copy_both(const double *x, size_t n, const double *y, size_t m);

/* What is known of how far a sum of means is off, each mean by its weight: a part holds the values of one. */
struct il_parts {
    double variance, fourth; /* of the sum; sum of each part's square over its degrees of freedom */
    double single;           /* weights, squared, of parts of one value */
    double spread, free;     /* squared distances from the means; degrees of freedom */
};
void il_parts_add(struct il_parts *parts, const double *x, size_t n, double weight);
/*
 * The sum's standard error, and its degrees of freedom by Satterthwaite. A part of one value is taken to vary as all
 * others do together; NaN: there are none.
 */
double il_parts_error(const struct il_parts *parts, double *df);

/* Random words that belong to (seed, purpose): the same each time. */
enum il_statistic { IL_DRAW_RESAMPLE, IL_DRAW_FLIP, IL_DRAW_LABEL };
struct il_stream {
    uint64_t seed, purpose, next;
    uint32_t word[4];
    unsigned left; /* words that are not used yet */
};
struct il_stream il_stream_of(uint64_t seed, enum il_statistic purpose);
uint32_t il_stream_word(struct il_stream *s);
/* a number below n, each as likely */
size_t il_stream_below(struct il_stream *s, size_t n);

/* the interval of the mean of n checked values */
il_status il_mean_interval(const double *x, size_t n, double level, uint64_t seed, il_interval *out,
                           il_error *err);

#endif
