/* board.h - what TensorBoard is told of runs beside their numbers: names, and the parameters that vary. Internal. */
#ifndef HOST_LIB_RESULTS_BOARD_H
#define HOST_LIB_RESULTS_BOARD_H

#include "initlab/results.h"
#include "protobuf.h"

enum { IL_BOARD_COLUMNS = 64, IL_BOARD_VALUES = 10 /* of a column, that a filter lists */ };

/* A column of runs that is a parameter. */
struct il_board_column {
    size_t at; /* of the row */
    char *name;
    char *value[IL_BOARD_VALUES]; /* the first ones that differ */
    size_t values;                /* IL_BOARD_VALUES + 1: more */
    int is_text, is_seed;
    double least, most; /* where all are numbers */
};

struct il_board_run {
    char id[17];
    char *name;  /* of its folder, no other's */
    char *group; /* the same without seeds: runs with one are a group */
};

struct il_board {
    struct il_board_column column[IL_BOARD_COLUMNS]; /* those that vary */
    size_t columns;
    struct il_board_run *run; /* [runs], in the order of rows */
    size_t runs, room;
    int counting, failed; /* the work: rows so far; out of memory */
};

/* Look at all runs. IL_E_MEMORY; il_board_free frees whatever came of it. */
il_status il_board_read(struct il_board *board, il_results *results, il_error *err);
void il_board_free(struct il_board *board);

/*
 * Values of a Summary: the experiment, with these columns of epochs as metrics; how a run began, of whose row this is;
 * how it ended. Each is a message for the field 1 of a Summary.
 */
void il_board_experiment(const struct il_board *board, const char *const *metric, size_t metrics,
                         struct il_proto *summary);
void il_board_start(const struct il_board *board, const struct il_board_run *run,
                    const il_value *value, double time, struct il_proto *summary);
void il_board_end(int ok, double time, struct il_proto *summary);

#endif
