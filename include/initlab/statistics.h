/**
 * statistics.h - is one group of runs better than another? Summaries with intervals, differences with
 * tests, corrections for many of them, and comparisons across conditions.
 *
 * All in double. Nothing here depends on the order of threads; what is drawn (resamples, flips) comes
 * from a seed by Philox, so that the same numbers give the same answer to the last bit. A number that
 * cannot be computed is NaN. Arrays of results must be finite: IL_E_USAGE otherwise. All functions may
 * be called from several threads.
 */
#ifndef INITLAB_STATISTICS_H
#define INITLAB_STATISTICS_H

#include <stddef.h>
#include <stdint.h>
#include "api.h"
#include "status.h"

IL_API_BEGIN

/** How an interval was made. */
typedef enum il_interval_kind {
    IL_INTERVAL_NONE,       /**< fewer than 3 values: low and high are NaN */
    IL_INTERVAL_SAME,       /**< all values are equal: low and high are that value */
    IL_INTERVAL_STUDENT,    /**< Student's t, below IL_BOOTSTRAP_FROM values */
    IL_INTERVAL_BOOTSTRAP,  /**< BCa of the mean, IL_RESAMPLES resamples (Efron 1987) */
    IL_INTERVAL_WELCH,      /**< Welch's, of a difference of two groups that are not paired */
    IL_INTERVAL_WILSON,     /**< Wilson's, of a share */
    IL_INTERVAL_PERCENTILE, /**< percentiles of IL_STRATA_RESAMPLES resamples (il_strata_drawn) */
    IL_INTERVAL_WITHIN /**< Student's t, of how runs differ within their conditions (il_interval_within) */
} il_interval_kind;

enum {
    IL_INTERVAL_LEAST = 3,    /**< values, for an interval */
    IL_BOOTSTRAP_FROM = 40,   /**< values: Student's t covers too well below, BCa too little */
    IL_RESAMPLES = 10000,     /**< of a bootstrap */
    IL_FLIPS_EXACT_MOST = 12, /**< pairs: all 2^n sign flips are tried, beyond IL_FLIPS of them */
    IL_FLIPS = 100000,
    IL_STRATA_RESAMPLES = 2000 /**< of a bootstrap within or of conditions */
};

/** An interval that covers the mean at its level. */
typedef struct il_interval {
    double low, high;
    il_interval_kind kind;
} il_interval;

/** What is said of one group. */
typedef struct il_summary {
    size_t n;
    double mean, sd; /**< sd by n - 1: NaN of one value */
    double median;   /**< of an even number: the mean of the middle two */
    double iqm;      /**< mean of the middle half, values at its ends by their share */
    double least, most;
    il_interval interval; /**< of the mean */
} il_summary;

/**
 * Sum up n >= 1 values. level: of the interval, as .95. IL_E_USAGE: n is 0, a value is not finite, level
 * is not between 0 and 1; IL_E_MEMORY.
 */
il_status il_summarize(const double *x, size_t n, double level, uint64_t seed, il_summary *out,
                       il_error *err);

/**
 * The quartiles of n values, the median in the middle: between two of them linearly, as SciPy and R have
 * it (type 7); infinite where one of the two is. x is sorted; NaN may not be among them. NaN of none.
 */
void il_quartiles(double *x, size_t n, double out[3]);

/** What is said of the difference of two groups, x - y. */
typedef struct il_difference {
    size_t n, m;          /**< pairs, and again; or the values of x and of y */
    double mean;          /**< of x - y, or mean x - mean y */
    double sd;            /**< of the differences; NaN where they are not paired */
    il_interval interval; /**< of the mean */
    double p;             /**< two-sided, by permutation; 1 where nothing differs */
    double least_p;       /**< no smaller one can come of so few values */
    int exact;            /**< all permutations were tried */
    double welch_p;       /**< Welch's t, beside it, where they are not paired; else NaN */
    double
        effect; /**< paired: mean / sd (d_z); else Cohen's d over the pooled sd; NaN: that is 0, up to rounding */
    double improvement; /**< P(x > y) + P(x = y) / 2, over all pairs of values */
} il_difference;

/**
 * The difference of pairs x[i], y[i]: p by flips of the signs of x - y, all of them for up to
 * IL_FLIPS_EXACT_MOST pairs, else (b + 1) / (IL_FLIPS + 1) (Phipson & Smyth 2010). Sums that differ by
 * rounding count as equal, and so do differences: sd is 0 then. Errors as il_summarize's.
 */
il_status il_compare_paired(const double *x, const double *y, size_t n, double level, uint64_t seed,
                            il_difference *out, il_error *err);

/** The same of groups that are not paired: labels are permuted; the interval is Welch's. */
il_status il_compare_unpaired(const double *x, size_t n, const double *y, size_t m, double level,
                              uint64_t seed, il_difference *out, il_error *err);

/**
 * Holm's correction (1979), in place: p[i] becomes the smallest level at which it is rejected among
 * all m. NaN stays and counts as one of the m. IL_E_MEMORY.
 */
il_status il_holm(double *p, size_t m, il_error *err);

/**
 * Pairs that a paired comparison among m needs, to find a true difference of this mean and sd with a
 * power of .8 at alpha (two-sided), and at least il_pairs_least. 0: no number (difference 0 or NaN).
 */
size_t il_pairs_needed(double mean, double sd, double alpha, size_t m);

/** The least pairs whose smallest p, 2 / 2^n, is below alpha after Holm among m. */
size_t il_pairs_least(double alpha, size_t m);

/**
 * The same of groups that are not paired, for each of two of one size: so many runs find an effect of this size, as
 * il_difference has it; and the least whose smallest p, 2 of all choices of n from 2 n, is below alpha.
 */
size_t il_runs_needed(double effect, double alpha, size_t m);
size_t il_runs_least(double alpha, size_t m);

/** Wilson's interval of a share k / n. n 0: none. */
il_interval il_wilson(size_t k, size_t n, double level);

/** What Friedman's test says of k groups under n conditions. */
typedef struct il_friedman {
    double chi2, chi2_p; /**< with k - 1 degrees of freedom, corrected for ties */
    double f, f_p;       /**< Iman and Davenport's, with k - 1 and (k - 1)(n - 1) */
} il_friedman;

/**
 * x[i * k + j]: the result of group j under condition i; more is better. mean_rank[k]: 1 for the best,
 * ties share. Where every condition ranks alike f is infinite and f_p 0; all ties: NaN. k, n >= 2.
 */
il_status il_friedman_test(const double *x, size_t n, size_t k, double *mean_rank, il_friedman *out,
                           il_error *err);

/**
 * Wilcoxon's signed ranks of pairs, two-sided; pairs without a difference are dropped. Infinite differences
 * have the largest rank. No NaN. Up to 50 others exact, with ties as they are; beyond, normal with the correction for ties. *p 1 where none is left.
 */
il_status il_wilcoxon(const double *x, const double *y, size_t n, double *p, il_error *err);

/** A group's results under one condition; more is better. Infinite ones are taken. */
typedef struct il_stratum {
    const double *x;
    size_t n; /**< 1 at least */
} il_stratum;

/** What is drawn again for an interval. */
typedef enum il_drawn {
    IL_DRAWN_NOTHING,    /**< fewer than 3 runs or conditions: there is no interval */
    IL_DRAWN_CONDITIONS, /**< each has one run: within it there is nothing to draw from */
    IL_DRAWN_RUNS,       /**< within each condition and group (Agarwal 2021) */
    IL_DRAWN_ALL         /**< how many these are */
} il_drawn;

il_drawn il_strata_drawn(const il_stratum *x, size_t strata);

/**
 * The interval of the mean of all values, where conditions may differ: by how runs differ within each (what drawing again
 * within them tends to, without its being too narrow for few), with Student's t and Satterthwaite's degrees of freedom;
 * a condition with one run is taken to vary as the others together. Where each has one, or there is one alone, as
 * il_summarize. IL_E_USAGE: no condition, one without a run; IL_E_MEMORY.
 */
il_status il_interval_within(const il_stratum *x, size_t strata, double level, uint64_t seed,
                             il_interval *out, il_error *err);

/**
 * il_compare_unpaired within conditions: the mean of their differences, each by its runs; labels are permuted within them.
 */
il_status il_compare_strata(const il_stratum *x, const il_stratum *y, size_t strata, double level,
                            uint64_t seed, il_difference *out, il_error *err);

/**
 * P(x > y) + P(x = y) / 2 of runs of two groups, the mean over conditions, and its interval; drawn is the
 * lesser il_strata_drawn of the two groups.
 * IL_E_USAGE: no condition, a condition without a run, NaN; IL_E_MEMORY.
 */
il_status il_improvement(const il_stratum *x, const il_stratum *y, size_t strata, double level,
                         uint64_t seed, double *p, il_interval *interval, il_error *err);

/**
 * share[k] of a group's runs above bound[k], the mean over conditions, and its band low[k], high[k] by
 * resampling as il_strata_drawn has it, each bound by itself; bounds rise. Errors as above.
 */
il_status il_profile(const il_stratum *x, size_t strata, const double *bound, size_t points,
                     double level, uint64_t seed, double *share, double *low, double *high,
                     il_error *err);

/**
 * weight[i] of trial i, for the expected result of the best of k trials out of n, trials sorted from
 * the worst to the best on validation: C(i, k - 1) / C(n, k) from i = 0 (Dodge 2019, Tang 2020).
 * 1 <= k <= n.
 */
void il_best_of_weights(size_t n, size_t k, double *weight);

/**
 * The accuracy up to which a network is stuck: what guessing the largest class gets, and three of its
 * standard errors. share: of the largest class; samples: evaluated.
 */
double il_stuck_accuracy(double share, size_t samples);

/** Is a run stuck? It is told epoch by epoch. */
typedef struct il_stuck {
    double accuracy; /**< il_stuck_accuracy */
    size_t epochs;   /**< so far */
    size_t guessing; /**< the last of these, in a row, with a test accuracy of no more than that */
} il_stuck;

/** One more epoch, of this test accuracy. */
void il_stuck_epoch(il_stuck *stuck, double test_accuracy);

/** Did the run do no better than guess in every epoch of the last half (of 3 the last 2)? No epochs: 0. */
int il_is_stuck(const il_stuck *stuck);

IL_API_END
#endif
