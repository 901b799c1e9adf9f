/* blocks.h - groups' results by condition, as far as conditions have a result of every group. Internal. */
#ifndef HOST_LIB_COMPARE_BLOCKS_H
#define HOST_LIB_COMPARE_BLOCKS_H

#include "groups.h"

struct il_blocks {
    struct il_groups groups;
    size_t *style;         /* [groups] */
    size_t kept, left_out; /* conditions */
    il_stratum *stratum;   /* [groups * kept]: of group g under the c-th: stratum[g * kept + c] */
    double *
        value; /* what they point to: the metric, or its negative where less is better; -inf: not finite */
    size_t values;
    double
        *mean; /* [kept * groups]: of the finite ones, whose sign is the same; NaN: there is none */
    double *lost;  /* [kept * groups]: share of those that are not */
    size_t *order; /* [groups]: the best first: by what is lost, then the mean over conditions */
};

/*
 * by as il_compare_options has it; across: columns that conditions are by, NULL: one condition. Runs without a
 * result are left out: those that failed, not those that diverged. il_blocks_free frees after any outcome.
 */
il_status il_blocks_make(struct il_blocks *b, const il_runs *runs, const char *by,
                         const char *across, il_error *err);

/* Of a group: the mean of conditions' means, as far as they have one, else NaN; its runs; those that are lost. */
double il_blocks_mean(const struct il_blocks *b, size_t group);
size_t il_blocks_runs(const struct il_blocks *b, size_t group);
size_t il_blocks_lost(const struct il_blocks *b, size_t group);
void il_blocks_free(struct il_blocks *b);

#endif
