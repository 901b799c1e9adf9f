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

/* 64 bits of a stream that belongs to (seed, purpose); *drawn counts up */
enum il_statistic { IL_DRAW_RESAMPLE, IL_DRAW_FLIP, IL_DRAW_LABEL };
uint64_t il_draw_bits(uint64_t seed, enum il_statistic purpose, uint64_t *drawn);
/* a number below n, each as likely */
size_t il_draw_below(uint64_t seed, enum il_statistic purpose, uint64_t *drawn, size_t n);

/* the interval of the mean of n checked values */
il_status il_mean_interval(const double *x, size_t n, double level, uint64_t seed, il_interval *out,
                           il_error *err);

#endif
