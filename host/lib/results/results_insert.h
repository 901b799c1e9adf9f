/* results_insert.h - the statements by which rows come into the tables of results.sqlite. */
#ifndef HOST_LIB_RESULTS_RESULTS_INSERT_H
#define HOST_LIB_RESULTS_RESULTS_INSERT_H

#include "config/config.h"
#include "core/json.h"
#include "results_impl.h"

/* Columns of a run, in the order of its statement: these, the parameters, then its numbers. */
enum { IL_RUN_ID = 1, IL_RUN_NUMBER, IL_RUN_PACK, IL_RUN_STATUS, IL_RUN_ERROR, IL_RUN_PARAMETERS };

#define IL_RUN_NUMBERS(X)                                                                          \
    X(COST, cost)                                                                                  \
    X(TRAIN_ACCURACY, train_accuracy)                                                              \
    X(TEST_COST, test_cost)                                                                        \
    X(TEST_ACCURACY, test_accuracy)                                                                \
    X(VALIDATION_COST, validation_cost)                                                            \
    X(VALIDATION_ACCURACY, validation_accuracy)                                                    \
    X(DIVERGED_EPOCH, diverged_epoch)                                                              \
    X(DIVERGED_STEP, diverged_step)                                                                \
    X(ATTEMPT, attempt)                                                                            \
    X(SECONDS, seconds)                                                                            \
    X(EVALUATION_SECONDS, evaluation_seconds)                                                      \
    X(ENVIRONMENT, environment)                                                                    \
    X(STUCK, stuck)
enum il_run_number {
#define X(NAME, name) IL_RUN_##NAME,
    IL_RUN_NUMBERS(X)
#undef X
        IL_RUN_NUMBERS_ALL
};

struct il_insert {
    sqlite3 *db; /* the owner's */
    sqlite3_stmt *run, *epoch, *layer, *state, *environment;
    size_t parameters;
    int unbound; /* a value of the statement was not bound */
};

/* 0: SQLite's error, or out of memory. il_insert_free after either. */
int il_insert_prepare(struct il_insert *in, sqlite3 *db);
void il_insert_free(struct il_insert *in);

/* a value that is not bound, for want of memory, would be NULL: il_insert_step asks */
#define IL_BIND(in, call) ((in)->unbound |= (call) != SQLITE_OK)

/* A number as it is, NULL where it is not finite; a text; what else is NULL. */
void il_insert_json(struct il_insert *in, sqlite3_stmt *s, int at, const json_t *x);
void il_insert_real(struct il_insert *in, sqlite3_stmt *s, int at, double x);

/* the parameters of a run */
void il_insert_config(struct il_insert *in, const il_config *config);

/* the place of one of IL_RUN_NUMBERS */
int il_insert_number(const struct il_insert *in, enum il_run_number number);

/* Take the row; SQLite's code, SQLITE_DONE if all is well. Nothing is bound then. */
int il_insert_step(struct il_insert *in, sqlite3_stmt *s);

/* The number of an environment of these facts, old or new. */
il_status il_insert_environment(struct il_insert *in, const json_t *facts, sqlite3_int64 *number,
                                il_error *err);

#endif
