/* by_condition.h - runs of groups that pool several conditions, or that have no pairs. Internal. */
#ifndef HOST_LIB_COMPARE_BY_CONDITION_H
#define HOST_LIB_COMPARE_BY_CONDITION_H

#include "groups.h"

/* a run that has the metric, or a pair and its difference */
struct il_sample {
    size_t condition; /* il_groups' */
    const char *data; /* its dataset, one text a dataset */
    double value;
    uint64_t print; /* the run's */
};

/* Are runs of one condition copies of each other, in each that has several? Sorted here. 0 where none has. */
int il_samples_copies(struct il_sample *x, size_t n);

/* runs of two groups, x of which are held against y, and how */
struct il_both {
    struct il_sample *x, *y;
    size_t n, m;
    double level;
    uint64_t seed;
};

/*
 * The interval of the mean of n samples, which are sorted here, by how they differ within conditions; *out stays where no
 * condition has two of them, or there is one condition alone.
 */
il_status il_samples_interval(struct il_sample *x, size_t n, double level, uint64_t seed,
                              il_interval *out, il_error *err);

/*
 * x - y of two groups without pairs, which are sorted here: of their runs within the conditions that both have; where they
 * have none in common, of the means of conditions. *unit says which; none where they are of different datasets.
 */
il_status il_samples_unpaired(struct il_sample *x, size_t n, struct il_sample *y, size_t m,
                              double level, uint64_t seed, il_difference *out, il_unit *unit,
                              il_error *err);

/*
 * Are n pairs too few for any difference to be told, among so many tests, where `alone` runs have none to be a pair with? Then
 * *out and *unit become il_samples_unpaired's, and *aside n, if all runs are enough; else they stay.
 */
il_status il_samples_few_pairs(size_t n, size_t alone, size_t tests, double alpha,
                               const struct il_both *of, il_difference *out, il_unit *unit,
                               size_t *aside, il_error *err);

#endif
