/**
 * compare.h - which group of runs is best, by how much, and how sure that is: the runs of one or several
 * sweeps, grouped, with intervals and tests (statistics.h).
 *
 * Groups are of runs that agree in every parameter but the seeds, unless `by` names columns: then what
 * else varies is pooled, and named. Groups are compared by pairs: runs with the same seed, data_seed and
 * values of what is pooled. All runs of a pack see the same batches, and all runs the same test samples,
 * so pairs differ by less than runs do.
 */
#ifndef INITLAB_COMPARE_H
#define INITLAB_COMPARE_H

#include <stddef.h>
#include <stdint.h>
#include "api.h"
#include "results.h"
#include "statistics.h"
#include "status.h"

IL_API_BEGIN

/** Runs in memory: their parameters, how they ended, and what of their results was asked for. */
typedef struct il_runs il_runs;

/**
 * No runs yet. metric: a column of runs (docs/formats.md); more is better unless its name has `cost`,
 * `seconds` or `diverged` in it. target: of test accuracy, whose first epoch is looked for; NaN: none.
 * IL_E_USAGE: no such column; IL_E_MEMORY.
 */
il_status il_runs_new(il_runs **out, const char *metric, double target, il_error *err);

/** Free; NULL is legal. */
void il_runs_free(il_runs *runs);

/** Add all runs of a sweep. Those whose id is there already are left out, and counted. */
il_status il_runs_add(il_runs *runs, il_results *results, il_error *err);

/**
 * Keep those with these values alone: "init=he_normal,lr=0.1"; a name twice: either value. Numbers are
 * compared as numbers. IL_E_USAGE: no such column, or no run is left; the text names the nearest column,
 * or the values there are.
 */
il_status il_runs_where(il_runs *runs, const char *where, il_error *err);

/** How many there are, and how many were left out for being there twice. */
size_t il_runs_count(const il_runs *runs);
size_t il_runs_repeated(const il_runs *runs);

typedef struct il_compare_options {
    const char
        *by; /**< columns, separated by commas; NULL: every parameter that varies, but seeds */
    const char
        *control;  /**< the value, or label, of the group that all others are compared with; NULL:
                              the best one, which the data choose, so that all pairs are corrected for */
    double level;  /**< of intervals; 0: .95 */
    double alpha;  /**< below which groups are told apart; 0: .05 */
    uint64_t seed; /**< of what is drawn */
} il_compare_options;

/** What is said of a group beside the reference. */
typedef enum il_verdict {
    IL_VERDICT_REFERENCE, /**< it is the best one, or the control */
    IL_VERDICT_SAME,      /**< cannot be told from it */
    IL_VERDICT_WORSE,
    IL_VERDICT_BETTER, /**< than the control */
    IL_VERDICT_FEW,    /**< so few pairs that no difference could be told: il_pairs_least */
    IL_VERDICT_NONE    /**< no test: too few pairs, or too many groups */
} il_verdict;

typedef struct il_run_group {
    const char *label;        /**< "he_normal"; of several columns "init=he_normal, lr=0.1" */
    const char *const *value; /**< [columns]; "" where the run has none */
    size_t runs;              /**< that ended */
    size_t diverged, failed;
    size_t stuck;          /**< as far as their journals say: earlier ones do not */
    il_summary metric;     /**< of those that have it; n 0: none */
    size_t reached;        /**< the target, of `runs`: none that diverged or are stuck */
    double reached_median; /**< epochs; infinite where half of the runs never did; NaN: no target */
    double area;          /**< under the loss curve, mean over runs all of whose costs are finite */
    const char *best_run; /**< id of the run with the best metric; "": none has it */
    il_verdict verdict;
    size_t left_over;         /**< runs with the metric that have no partner in the reference */
    il_difference difference; /**< this group - reference; n 0: no pairs */
    double p;                 /**< the difference's, after Holm; NaN: none */
    size_t
        pairs_needed; /**< about so many pairs would show a difference of this size; 0: no number */
} il_run_group;

typedef struct il_comparison {
    const char *metric;
    int more_is_better;
    const char *const *column; /**< [columns] that groups are by; none: one group of all */
    size_t columns;
    const char *const *pooled; /**< [pooleds] that vary within groups, but seeds */
    size_t pooleds;
    il_run_group *group; /**< [groups], the best first; those without the metric last */
    size_t groups;
    size_t reference;   /**< which group; groups: there is none */
    size_t comparisons; /**< that p was corrected for */
    double alpha, level;
} il_comparison;

enum { IL_COMPARE_GROUPS_MOST = 100 /**< that all pairs are tested of, without a control */ };

/** Group and compare. IL_E_USAGE: no such column or control. The runs must outlive the comparison. */
il_status il_compare(il_comparison **out, const il_runs *runs, const il_compare_options *options,
                     il_error *err);

/** IL_E_USAGE unless groups may be by these columns: to ask before there are runs. */
il_status il_compare_by(const char *by, il_error *err);

/** Free; NULL is legal. */
void il_comparison_free(il_comparison *comparison);

IL_API_END
#endif
