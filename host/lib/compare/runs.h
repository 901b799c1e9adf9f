/* runs.h - runs in memory: a table of texts, each kept once, so that equal values are equal pointers. */
#ifndef HOST_LIB_COMPARE_RUNS_H
#define HOST_LIB_COMPARE_RUNS_H

#include "initlab/compare.h"

enum { IL_RUN_COLUMNS = 40, IL_DATASETS_MOST = 64 };

#define IL_DATA_COLUMN "data" /* what a run was trained on: datasets.h */

struct il_run_row {
    const char *value[IL_RUN_COLUMNS]; /* of the columns; "" where it has none */
    double metric;                     /* NaN: none */
    double select;                     /* what settings are chosen by; NaN: none */
    double validation;                 /* accuracy; NaN: none */
    double area;                       /* under its loss curve; NaN: a cost was not finite */
    double
        reached; /* epochs to the target; infinite: never, as of all that diverged or are stuck */
    int diverged, stuck, failed;
    uint64_t print;      /* of all its results but those of a pack: equal runs have the same */
    size_t dataset;      /* its place in the runs' */
    const char *init;    /* as its config has it: the column may say more (contents.h) */
    const char *files;   /* {path: sum} of files of weights, as JSON */
    const char *content; /* first digits of the sums of those that it begins with; "": none */
    size_t addition;
    double *curve; /* the metric after each epoch, where that is wanted; NULL: none */
    size_t epochs; /* of the curve */
    size_t finite; /* the last of them whose cost was finite, from 1; 0: none */
};

struct il_run_dataset {
    const char *sum, *path;
};

struct il_runs {
    const char *metric, *select; /* of the columns of results; select NULL: none */
    int more_is_better;
    size_t tuned[IL_RUN_COLUMNS],
        tuneds;    /* columns whose values were chosen: groups are by them, too */
    int of_epochs; /* does each epoch have the metric? */
    int of_pack;   /* do runs of a pack share it? Then they are no sample: no test, no interval */
    int curves;    /* are they wanted? */
    double target;
    const char *column[IL_RUN_COLUMNS];     /* the parameters first, then others of the table */
    size_t parameters, columns;             /* what a run was trained on counts as one of them */
    unsigned char narrowed[IL_RUN_COLUMNS]; /* did il_runs_where choose by the column? */
    struct il_run_dataset dataset[IL_DATASETS_MOST];
    size_t datasets;
    struct il_run_row *run;
    size_t count, room, repeated, differing, additions;
    char **text; /* every text once: an open hash of `texts` out of `text_room` */
    size_t texts, text_room;
    const char *source; /* of the runs that are being added */
    int failed;         /* out of memory while rows come in */
};

/* The one copy of a text; NULL: out of memory. */
const char *il_runs_text(il_runs *runs, const char *text);

/* Has a run that ended no finite number where others have one? Not if it held no samples back for validation. */
int il_run_is_lost(const il_runs *runs, const struct il_run_row *run);

/* Is this a run's own result, by which runs are equal to the bit or are not? */
int il_is_own_result(const char *column);

/* Is more of this result better? */
int il_more_is_better(const char *metric);

/* Is this result a cost, so that its definition is the run's loss? Is this column part of that definition? */
int il_is_cost(const char *result);
int il_defines_cost(const char *column);

/* Free what a run has of its own: it is to be left out. */
void il_run_forget(struct il_run_row *run);

/* The place of a column by its name, dashes as underscores; columns: none. */
size_t il_runs_column(const il_runs *runs, const char *name, size_t n);

/* IL_E_USAGE: no such column, with the nearest */
il_status il_runs_no_column(const il_runs *runs, const char *name, size_t n, il_error *err);

#endif
