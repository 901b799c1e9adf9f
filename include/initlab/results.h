/**
 * results.h - what came of a sweep's runs, in one SQLite file (docs/formats.md has its tables):
 * fold the workers' journals into it, and read it.
 */
#ifndef INITLAB_RESULTS_H
#define INITLAB_RESULTS_H

#include <stddef.h>
#include <stdint.h>
#include "api.h"
#include "config.h"
#include "folder.h"
#include "pack.h"
#include "status.h"

IL_API_BEGIN

/**
 * Fold all journals of a folder into its results.sqlite, which is made if need be: what is new in
 * them since the last time. By run id, so nothing is there twice whatever was committed twice.
 * One process at a time writes; the file must lie on a local disk. IL_E_IO, IL_E_CREATE: SQLite's
 * words (disk full); what is not folded stays in the journals. IL_E_DATA: what lies in its place is
 * damaged, of another version or sweep, or no results: it is left as it is. Rows that somebody deleted
 * come back.
 * il_folder_damage tells what could not be read.
 */
il_status il_results_merge(il_folder *folder, il_error *err);

typedef struct il_results il_results;

/** Open a folder's results.sqlite for reading. IL_E_CREATE: there is none; IL_E_DATA as above. */
il_status il_results_open(il_results **out, const il_folder *folder, il_error *err);

/** X(name, 1: of runs with validation samples alone): the numbers of an epoch that `train --out` writes. */
#define IL_EPOCH_NUMBERS(X)                                                                        \
    X(cost, 0)                                                                                     \
    X(lr, 0)                                                                                       \
    X(train_accuracy, 0)                                                                           \
    X(test_accuracy, 0)                                                                            \
    X(test_cost, 0)                                                                                \
    X(validation_cost, 1)                                                                          \
    X(validation_accuracy, 1)                                                                      \
    X(seconds, 0)

/** A run as `train --out FILE.jsonl` left it. */
typedef struct il_file_run {
    size_t file, number; /**< which of the paths; from 1, in its file */
    const char *status; /**< "ok", "diverged", "interrupted"; "unfinished": it has no last object */
    size_t epochs;      /**< 0: it was stopped in the first */
    const il_epoch *epoch; /**< [epochs]; NaN: it was not finite, or not there */
    double test_accuracy;  /**< of the last object, else of the last epoch; NaN: unknown */
    int stuck;             /**< as the last object says */
#define X(name) const char *name;
    /** what its cost is, as the last object's config has it; NULL: unknown */
    IL_COST_PARAMETERS(X)
#undef X
} il_file_run;

/** Called for each run; what is not IL_OK ends the reading, and is its result. */
typedef il_status il_file_run_fn(void *arg, const il_file_run *run, il_error *err);

/**
 * Read the runs of files, one after the other; "-" is standard input, which may be there once (else IL_E_USAGE).
 * IL_E_DATA names the file and the line that no `train` wrote.
 */
il_status il_file_runs(const char *const *path, size_t paths, il_file_run_fn *each, void *arg,
                       il_error *err);

/** What of the runs of files is not in the results. */
typedef struct il_file_tally {
    size_t runs;       /**< that are in them */
    size_t unfinished; /**< that were stopped, or still train: they have no result */
    size_t repeated;   /**< whose id another has, too: the first counts */
} il_file_tally;

/**
 * The runs of such files as results, in memory: tables as a sweep's have, without layers. A run's id is what it would be
 * in a sweep. IL_E_DATA also where a run's last object does not say what it was (config, data_sum).
 */
il_status il_results_of_files(il_results **out, const char *const *path, size_t paths,
                              il_file_tally *tally, il_error *err);

/** Close; NULL is legal. */
void il_results_close(il_results *results);

/** One value of a row. */
typedef struct il_value {
    enum { IL_VALUE_NULL, IL_VALUE_WHOLE, IL_VALUE_REAL, IL_VALUE_TEXT } kind;
    int64_t whole;
    double real;      /**< also where whole is set */
    const char *text; /**< of any kind but NULL ("") ; valid during the call */
} il_value;

/** Called for each row; a result other than 0 ends the reading. */
typedef int il_row_fn(void *arg, const char *const *name, const il_value *value, size_t columns);

/** The tables that il_results_rows reads, in the order of their keys. */
typedef enum il_table {
    IL_TABLE_RUNS,
    IL_TABLE_EPOCHS,
    IL_TABLE_LAYERS,
    IL_TABLE_ENVIRONMENTS,
    IL_TABLE_DIAGNOSTICS,
    IL_TABLE_DATASETS /**< what lies outside: data_sum, data, its folder, and the object files, {path: SHA-256} of files
                           of weights; of files also how each run was trained: folder, that `train --data` named, device
                           and threads. A row for each of IL_TABLE_RUNS */
} il_table;

/** The names of a table's columns, whether it has rows or not: one call, value NULL. */
il_status il_results_columns(il_results *results, il_table table, il_row_fn *each, void *arg,
                             il_error *err);

/** All rows of a table: runs by their place in the sweep, what each has in order. */
il_status il_results_rows(il_results *results, il_table table, il_row_fn *each, void *arg,
                          il_error *err);

/**
 * Write every run as TensorBoard has it: a folder a run, called by what varies between runs ("he_normal lr=0.1 seed=3"; what
 * does not suit a file's name is -, and names that are alike end with the run's id). In it the file
 * events.out.tfevents.initlab has the epochs' scalars cost, lr, test_accuracy, ..., with the epoch as step; .hparams behind
 * that name what HPARAMS shows: the parameters that vary, in groups of runs that differ in their seeds alone, and whether
 * the run is ok; .layers, of runs that were watched, layer1/gradient_norm, ... with the training's step. Folders are made;
 * files are written whole, so a second export of the same runs replaces the first. IL_E_CREATE, IL_E_IO, IL_E_MEMORY.
 */
il_status il_results_tensorboard(il_results *results, const char *to, il_error *err);

/** How many runs ended, and how: ok, diverged, failed. */
typedef struct il_tally {
    size_t ok, diverged, failed;
} il_tally;
il_status il_results_tally(il_results *results, il_tally *out, il_error *err);

IL_API_END
#endif
