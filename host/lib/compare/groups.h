/* groups.h - runs by group: which columns they are grouped by, and which run belongs where. Internal. */
#ifndef HOST_LIB_COMPARE_GROUPS_H
#define HOST_LIB_COMPARE_GROUPS_H

#include "runs.h"

struct il_groups {
    size_t by[IL_RUN_COLUMNS], columns; /* columns that groups are by */
    int digits[IL_RUN_COLUMNS]; /* [columns]: of their numbers for people (il_config_shown_in) */
    size_t pooled[IL_RUN_COLUMNS], pooleds; /* parameters, but seeds, that vary within groups */
    size_t pair[IL_RUN_COLUMNS], pairs;     /* columns that runs of a pair agree in */
    size_t *of;                             /* [runs]: a run's group */
    size_t *key;       /* [runs]: runs of two groups with equal keys are a pair; below `keys` */
    size_t *condition; /* [runs]: those of equal dataset and values of what is pooled have one */
    size_t *first;     /* [groups]: a run of each */
    size_t groups, keys, conditions;
};

/* where a group stands among others */
struct il_standing {
    double lost;  /* share of its runs */
    double score; /* the mean, more is better; NaN last */
    size_t group;
};

/*
 * For qsort, the best first: a run without a finite metric is worse than any that has one, so that the fewer a
 * group has of them, the better.
 */
int il_standing_order(const void *a, const void *b);

/* by NULL: every parameter that varies, but seeds. IL_E_USAGE: no such column. */
il_status il_groups_make(struct il_groups *g, const il_runs *runs, const char *by, il_error *err);
/* The values of these columns were chosen for each group: where `by` is NULL groups are by them, too. */
il_status il_groups_tuned(il_runs *runs, const char *over, il_error *err);

/* The same, with the columns `over` ("lr,schedule") left out of what groups are by. */
il_status il_groups_without(struct il_groups *g, const il_runs *runs, const char *by,
                            const char *over, il_error *err);

/* How many tuples of values of these columns runs have. IL_E_MEMORY. */
il_status il_groups_count(const il_runs *runs, const size_t *column, size_t columns, size_t *count,
                          il_error *err);

/* Is it what is drawn, and no setting? */
int il_is_seed(const char *column);

/* Do runs differ in the column? */
int il_groups_varies(const il_runs *runs, size_t column);

/* The column in which the definition of costs differs within a group, as "loss"; NULL: in none. */
const char *il_groups_losses(const struct il_groups *g, const il_runs *runs);

/*
 * The columns, but seeds, that vary within groups by `by` and conditions by `across` (NULL: one condition):
 * what each number pools. pooled [IL_RUN_COLUMNS].
 */
il_status il_groups_pooled(const il_runs *runs, const char *by, const char *across, size_t *pooled,
                           size_t *pooleds, il_error *err);

/* style[groups]: a group's place among all by its values, whatever the order of runs. IL_E_MEMORY. */
il_status il_groups_styles(const struct il_groups *g, const il_runs *runs, size_t *style,
                           il_error *err);

/* Label and name (compare.h) of a run's group, each to be freed, also where IL_E_MEMORY. */
il_status il_groups_names(const struct il_groups *g, const il_runs *runs, size_t run, char **label,
                          char **name, il_error *err);
void il_groups_free(struct il_groups *g);

#endif
