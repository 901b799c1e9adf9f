/**
 * compare.h - which group of runs is best, by how much, and how sure that is: the runs of one or several
 * sweeps, grouped, with intervals and tests (statistics.h).
 *
 * Groups are of runs that agree in every parameter but the seeds, and in their dataset, unless `by` names
 * columns: then what else varies within groups is pooled, and named. Groups are compared by pairs: runs with
 * the same seed, data_seed, dataset and values of what is pooled; by all their runs, unpaired, where there are none, or so few,
 * beside runs that no other is alike, that they could show no difference and all runs could. All runs of a pack see the same batches, and
 * all runs of a dataset the same test samples, so pairs differ by less than runs do; of groups of different
 * datasets there are no pairs.
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

/** What an axis calls a metric, with its unit: "test accuracy (share of samples)". */
const char *il_metric_words(const char *metric);

/**
 * Keep the metric after each epoch, too, for il_compare_curves: to be called before runs are added.
 * IL_E_USAGE: epochs have no such column; the text names those they have.
 */
il_status il_runs_keep_epochs(il_runs *runs, il_error *err);

/**
 * Add all runs of a sweep. Those whose id is there already are left out, and counted; but of a run that failed there
 * the one that ended counts. What they were trained on is the column `data`: the dataset's folder, by as much of its
 * path as tells it from others. Of one source, runs of equal text of `init` whose files of weights have other contents are
 * told apart by it: "file:w.npy (1f0c2a9b)", with the first digits of the SHA-256. IL_E_USAGE: too many datasets.
 */
il_status il_runs_add(il_runs *runs, il_results *results, il_error *err);

/** The same from one of several sources ("baseline"): an id may be in each, and the column `source` tells. */
il_status il_runs_add_from(il_runs *runs, il_results *results, const char *source, il_error *err);

/**
 * Keep those with these values alone: "init=he_normal,lr=0.1"; a name twice: either value. Numbers are
 * compared as numbers, a parameter's other spellings as its normal form ("in,64x2,out"). A value may have commas; where one
 * stands before what could be the next column, a backslash keeps it. IL_E_USAGE: no such column, or no run is left; the text names the nearest column,
 * or the values there are.
 */
il_status il_runs_where(il_runs *runs, const char *where, il_error *err);

/**
 * What settings are chosen by: a column of results, as validation_accuracy. To be said before runs are added.
 * IL_E_USAGE: no such column, or no accuracy and no cost.
 */
il_status il_runs_select(il_runs *runs, const char *select, il_error *err);

/** What came of il_runs_best_over. */
typedef struct il_tuned {
    size_t settings; /**< how many there were */
    size_t
        lost; /**< of these could not be chosen, as a run of theirs has no finite number to choose by */
    size_t unchosen;             /**< groups that have no other: they have no result */
    char named[128];             /**< the first of them */
    const char *metric, *select; /**< of the columns of results */
    size_t
        groups; /**< of which it is known what results chosen on test samples would be beside those chosen on
                      validation samples: the metric is of test samples, the setting was chosen by either */
    double gain; /**< by how much the metric looks better then, mean over those groups; NaN: none */
    double gain_most; /**< of one group */
} il_tuned;

/**
 * Fair tuning: of each group keep the runs of its best setting of the columns `over` ("lr,schedule") alone,
 * by the mean of il_runs_select's column over the setting's runs; a setting that lacks it in a run is passed
 * over. by as il_compare_options has it, without `over`.
 * A group none of whose settings can be chosen keeps one, without a result, so that it stands last.
 * IL_E_USAGE: no such column, a seed, nothing selected, no group any of whose settings has the column, or a cost by which
 * settings of different losses would be chosen.
 */
il_status il_runs_best_over(il_runs *runs, const char *by, const char *over, il_tuned *tuned,
                            il_error *err);

/**
 * A group has a label for people, in which layers and numbers are short ("in,64x3,out": il_config_shown_in), and a name for programs,
 * with the values as runs have them.
 *
 * What the best of k trials of a group gives, for k = 1, ..., trials.
 */
typedef struct il_budget {
    char *label, *name;
    size_t trials;
    double *
        expected; /**< [trials]: of the metric, of the trial that il_runs_select's column is best of */
} il_budget;

/**
 * Expected result against the number of trials: a trial is a run, chosen at random without replacement; the
 * best is chosen by il_runs_select's column, and its metric is told (Dodge 2019, Tang 2020): of equal ones the mean. One that
 * diverged, and has no finite number to be chosen by, is the last to be chosen. A budget a group,
 * in the order of runs; il_budgets_free frees.
 */
il_status il_runs_budgets(const il_runs *runs, const char *by, const char *over, il_budget **out,
                          size_t *count, il_error *err);
void il_budgets_free(il_budget *budgets, size_t count);

/** How many there are, and how many were left out for being there twice. */
size_t il_runs_count(const il_runs *runs);
size_t il_runs_repeated(const il_runs *runs);

/** How many of the latter had another metric, as of another device or of other numbers (numbers.h). */
size_t il_runs_differing(const il_runs *runs);

/** The id of the index-th, index < il_runs_count. Valid until the runs are freed. */
const char *il_runs_id(const il_runs *runs, size_t index);

/** Which of the calls of il_runs_add and il_runs_add_from it came by, from 0. */
size_t il_runs_addition(const il_runs *runs, size_t index);

/** In how many digits the values of a column are shown to people (il_config_digits of all runs); 17: no such column. */
int il_runs_digits(const il_runs *runs, const char *column);

/** The column in which the definition of the runs' costs differs, as "loss"; NULL: their costs are of one measure. */
const char *il_runs_losses(const il_runs *runs);

/** IL_E_USAGE: the metric is a cost, and the runs' losses differ: to ask before they are compared. */
il_status il_runs_one_measure(const il_runs *runs, il_error *err);

typedef struct il_compare_options {
    const char
        *by; /**< columns, separated by commas; NULL: every parameter that varies, but seeds */
    const char *
        control; /**< the value, label or name of the group that all others are compared with; NULL:
                              the best one, which the data choose, so that all pairs are corrected for */
    double level;  /**< of intervals; 0: .95 */
    double alpha;  /**< below which groups are told apart; 0: .05 */
    uint64_t seed; /**< of what is drawn */
    int no_tests;  /**< groups and their means alone: differences take time where runs are many */
} il_compare_options;

/** What two groups are compared by. */
typedef enum il_unit {
    IL_UNIT_NONE,  /**< nothing: one has no result, or they are of different datasets */
    IL_UNIT_PAIRS, /**< runs that are alike but in what groups are by (il_compare_paired) */
    IL_UNIT_RUNS, /**< no two runs are, or too few: all runs, within values of what is pooled (il_compare_strata) */
    IL_UNIT_SETTINGS /**< they share no values of what is pooled, as of random search: means over the runs of each */
} il_unit;

/** What is said of a group beside the reference. */
typedef enum il_verdict {
    IL_VERDICT_REFERENCE, /**< it is the best one, or the control */
    IL_VERDICT_SAME,      /**< cannot be told from it */
    IL_VERDICT_WORSE,
    IL_VERDICT_BETTER, /**< than the control */
    IL_VERDICT_FEW,    /**< so few pairs or runs that no difference could be told */
    IL_VERDICT_NONE    /**< no test: nothing to compare, or too many groups */
} il_verdict;

typedef struct il_run_group {
    const char *label, *name; /**< "he_normal"; of several columns "init=he_normal, lr=0.1" */
    size_t
        style; /**< its colour in figures: the same whatever the metric, ranks and order of folders */
    const char *const *value; /**< [columns]; "" where the run has none */
    char *const *shown;       /**< [columns]: the same for people; "-" where the run has none */
    size_t runs;              /**< that ended */
    size_t diverged, failed;
    size_t stuck; /**< as far as their journals say: earlier ones do not */
    il_summary
        metric; /**< of those that have it; n 0: none. The lost ones count in median, iqm, least and most, as
                            worse than all else: infinite, where they are in the middle, too */
    size_t lost;    /**< runs whose metric is not finite, as the cost of those that diverged */
    size_t reached; /**< the target, of `runs` that did not fail: none that diverged or are stuck */
    il_interval
        reached_interval; /**< Wilson's, of the share of runs that reached it; kind none: no target */
    double reached_median; /**< epochs; infinite where half of the runs never did; NaN: no target */
    double
        reached_mean; /**< restricted: a run that never did counts with all its epochs; NaN: no target */
    double validation; /**< accuracy, mean over runs that have it; NaN: none */
    double area; /**< under the loss curve, mean over runs all of whose costs are finite; NaN: none,
                             or losses differ */
    const char *best_run; /**< id of the run with the best metric; "": none has it */
    il_verdict verdict;
    size_t
        left_over; /**< runs with the metric that are in no comparison with the reference; the reference's: with any group */
    il_unit unit;  /**< what the difference is of */
    size_t set_aside; /**< pairs that could show no difference, so that all runs are compared */
    il_difference difference; /**< this group - reference; n 0: none */
    double p;                 /**< the difference's, after Holm; NaN: none */
    int copies; /**< all its runs of one setting are equal to the bit: no sample, no interval */
    size_t
        pairs_needed; /**< about so many pairs, or runs or settings of each group, would show a difference of this size; 0: no number */
} il_run_group;

typedef struct il_comparison {
    const char *metric;
    int more_is_better;
    const char *const *column; /**< [columns] that groups are by; none: one group of all */
    size_t columns;
    const char *const *pooled; /**< [pooleds] that vary within groups, but seeds */
    size_t pooleds;
    const char *const
        *alike; /**< [alikes] that vary among runs, and in which those of a pair agree */
    size_t alikes;
    il_run_group *group; /**< [groups], the best first: the fewest lost runs, then the best mean */
    size_t groups;
    size_t reference; /**< which group; groups: there is none */
    int has_control;  /**< was that one named beforehand? Else it is the best */
    int of_pack; /**< runs of a pack share the metric, as their time: no test, and no interval */
    const char *losses;   /**< as il_runs_losses has it */
    double target;        /**< of test accuracy; NaN: none */
    size_t seeds, orders; /**< how many values of seed and of data_seed runs have */
    size_t drawn;         /**< and of both together: more than of either where they are crossed */
    int tested;           /**< were groups compared with it? */
    size_t comparisons;   /**< that p was corrected for */
    int within; /**< does a group pool conditions of several runs? Intervals are of how these differ then (il_interval_within) */
    double alpha, level;
} il_comparison;

enum { IL_COMPARE_GROUPS_MOST = 100 /**< that all pairs are tested of, without a control */ };

/** Group and compare. IL_E_USAGE: no such column or control. The runs must outlive the comparison. */
il_status il_compare(il_comparison **out, const il_runs *runs, const il_compare_options *options,
                     il_error *err);

/** IL_E_USAGE unless groups may be by these columns: to ask before there are runs. */
il_status il_compare_by(const char *by, il_error *err);

/** The runs of a group, by their places among all; returns how many. */
size_t il_comparison_runs(const il_comparison *comparison, size_t group, const size_t **run);

/** Free; NULL is legal. */
void il_comparison_free(il_comparison *comparison);

/** A group across conditions. */
typedef struct il_ranked {
    char *label, *name;
    size_t style; /**< as il_run_group's */
    double rank;  /**< mean of its ranks within each condition; 1 is the best, ties share */
    double mean;  /**< of the metric: the mean over conditions of their means; NaN: none has one */
    size_t lost;  /**< runs that have no finite metric: worse than any that has one */
    double
        improvement; /**< that a run of the best-ranked group beats one of this, within a condition;
                             NaN: it is the best-ranked one */
    il_interval improvement_interval;
} il_ranked;

typedef struct il_across {
    const char *metric;
    size_t conditions;          /**< that have a run of every group */
    size_t left_out;            /**< that have not */
    size_t runs, lost;          /**< of all groups under these conditions */
    size_t drawn[IL_DRAWN_ALL]; /**< how many intervals of an improvement are by what */
    il_friedman friedman;
    il_ranked *group; /**< [groups], the best rank first */
    size_t groups;
    double *p; /**< [groups * groups]: Wilcoxon's of two groups over conditions, after Holm */
    struct {
        size_t first, last;
    } * clique; /**< [cliques]: groups of which no two are told apart, as ranges of `group` */
    size_t cliques;
    const char *
        *pooled; /**< [pooleds] that vary within groups and conditions, but seeds; the runs' */
    size_t pooleds;
} il_across;

/**
 * Compare groups across conditions: `across` names the columns that conditions are by ("activation,depth"),
 * options->by what groups are by, or NULL: what else varies but the seeds. Within a condition groups are ranked
 * by the share of their runs that have no finite metric, then by the mean of the others. IL_E_USAGE: no such column; fewer
 * than 2 groups or conditions.
 */
il_status il_compare_across(il_across **out, const il_runs *runs, const char *across,
                            const il_compare_options *options, il_error *err);

/** Free; NULL is legal. */
void il_across_free(il_across *across);

/** How a group's runs are spread: the share of them that is better than each bound. */
typedef struct il_group_profile {
    char *label, *name;
    size_t style;
    double *share, *low, *high; /**< [points]; low and high NaN: too few runs */
    double finite;              /**< the share of runs that are better than any bound beyond them */
} il_group_profile;

typedef struct il_profiles {
    const char *metric;
    int more_is_better;
    size_t conditions, left_out; /**< as il_across has them; 1: all runs are of one condition */
    double level;
    size_t points;
    double
        *bound; /**< [points], rising: values that runs have, IL_PROFILE_POINTS at most, or none */
    il_group_profile
        *group; /**< [groups], the fewest runs without a finite value first, then the best mean */
    size_t groups;
    size_t runs;                /**< of all groups */
    size_t drawn[IL_DRAWN_ALL]; /**< how many bands are by what */
} il_profiles;

enum { IL_PROFILE_POINTS = 200 };

/**
 * Performance profiles (Agarwal 2021): shares as il_profile has them, better by the metric. What is not
 * finite is worse than all else; failed runs are no results. across: as il_compare_across has it; NULL: no
 * conditions. IL_E_USAGE: no such column; no condition that has all groups.
 */
il_status il_compare_profiles(il_profiles **out, const il_runs *runs, const char *across,
                              const il_compare_options *options, il_error *err);
void il_profiles_free(il_profiles *profiles); /**< NULL is legal */

/** That a run of the first group is better than one of the second, within a condition. */
typedef struct il_improved {
    size_t first, second; /**< groups: the first is before the other in their order */
    double p;
    il_interval interval;
} il_improved;

typedef struct il_improvements {
    const char *metric;
    size_t conditions, left_out;
    double level;
    char **label, **name; /**< [groups], in the order of profiles */
    size_t groups;
    size_t runs;                /**< that were compared */
    size_t drawn[IL_DRAWN_ALL]; /**< how many intervals are by what */
    il_improved *pair;          /**< [pairs] */
    size_t pairs;
} il_improvements;

enum { IL_IMPROVEMENT_GROUPS_MOST = 20 /**< every pair is resampled */ };

/** Of all pairs. Runs and errors as il_compare_profiles; IL_E_USAGE: too many groups, or one alone. */
il_status il_compare_improvements(il_improvements **out, const il_runs *runs, const char *across,
                                  const il_compare_options *options, il_error *err);
void il_improvements_free(il_improvements *improvements); /**< NULL is legal */

/** What became of a group since the baseline. */
typedef enum il_checked_as {
    IL_CHECKED_OK,   /**< not worse by more than the limit, or by no more than noise */
    IL_CHECKED_FELL, /**< worse by more than the limit, and by more than noise */
    IL_CHECKED_LOST, /**< more of its runs lost their result, as those that diverge their cost, than got one */
    IL_CHECKED_GONE,      /**< it has no result now */
    IL_CHECKED_ELSEWHERE, /**< its results then and now are of different datasets */
    IL_CHECKED_NEW,       /**< it had none then */
    IL_CHECKED_NONE       /**< it had none then, and has none now */
} il_checked_as;

typedef struct il_checked {
    char *label, *name;
    il_checked_as change;
    double before,
        now; /**< means of the metric over pairs; over all runs where they are not compared by pairs */
    size_t pairs;     /**< runs of equal parameters, then and now, that are compared */
    size_t set_aside; /**< pairs that could show no difference, so that all runs are compared */
    size_t left_over; /**< runs that have it, and are in no mean and no difference */
    il_unit unit;     /**< what the difference is of */
    size_t lost,
        gained; /**< runs that had it and have not, and the reverse: NaN and infinite are no results */
    il_difference difference; /**< now - before, of the pairs, or of all runs; n 0: none */
    double p;   /**< its p after Holm over all groups that have a difference; NaN: none */
    int copies; /**< of how many of the two are all runs equal to the bit: no sample */
    int few;    /**< so few runs that the mean alone decides: no p could be below alpha */
} il_checked;

/** A parameter that has one value in all runs then, and another now. */
typedef struct il_changed {
    const char *column, *before, *now;
} il_changed;

typedef struct il_check_list {
    const char *metric;
    il_changed changed[64]; /**< [changes]: groups and pairs are not by these */
    size_t changes;
    il_checked *group; /**< [groups], in the order of runs */
    size_t groups;
    size_t failed; /**< that fell, lost results or are gone */
    double most, alpha;
    int of_pack; /**< as il_comparison's: the mean alone decides */
} il_check_list;

/**
 * Hold runs of the source "now" against those of "baseline", group by group, by pairs. most: by how much a
 * group may be worse. options as il_compare has them, without control. What was changed between the two is
 * set aside in the runs, too. IL_E_USAGE: no such column; IL_E_DATA: no run of the baseline has the metric, so that
 * nothing would be checked. The runs must outlive the list.
 */
il_status il_compare_check(il_check_list **out, il_runs *runs, double most,
                           const il_compare_options *options, il_error *err);

/** Free; NULL is legal. */
void il_check_list_free(il_check_list *list);

/** A group's metric over the epochs: quartiles of its runs, where what is not finite is worse than all else. */
typedef struct il_group_curve {
    size_t epochs;
    double *median, *low, *high; /**< [epochs]; infinite where runs that diverged make it so */
    size_t runs, diverged;       /**< that have epochs */
    size_t ends;                 /**< of runs that diverged: the last epoch with a finite cost */
    double *end_epoch, *end_value;
} il_group_curve;

/** A curve for each group of a comparison of these runs, whose epochs were kept. IL_E_MEMORY. */
il_status il_compare_curves(il_group_curve **out, const il_comparison *comparison,
                            const il_runs *runs, il_error *err);

/** Free; NULL is legal. */
void il_group_curves_free(il_group_curve *curves, size_t groups);

IL_API_END
#endif
