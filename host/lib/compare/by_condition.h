/* by_condition.h - runs of groups that pool several conditions, or that have no pairs. Internal. */
#ifndef HOST_LIB_COMPARE_BY_CONDITION_H
#define HOST_LIB_COMPARE_BY_CONDITION_H

#include "groups.h"

/* a run that has the metric, or a pair and its difference */
struct il_sample {
    size_t condition; /* il_groups' */
    const char *data; /* its dataset, one text a dataset */
    double value;
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

#endif
