/**
 * sweep.h - many runs from one file: which there are, and in which packs they train.
 */
#ifndef INITLAB_SWEEP_H
#define INITLAB_SWEEP_H

#include <stddef.h>
#include <stdint.h>
#include "api.h"
#include "config.h"
#include "pack.h"
#include "status.h"

IL_API_BEGIN

typedef struct il_sweep il_sweep;

/** One parameter of a run that a sweep varies, and its value there, in normal form. */
typedef struct il_varied {
    const char *name, *value;
} il_varied;

/**
 * Read a sweep file (docs/formats.md): method, parameters, seeds, zip, exclude, when.
 *
 * Every value of every parameter is checked. IL_E_DATA names file, line, column and the nearest
 * valid key; IL_E_MEMORY. il_sweep_free frees.
 */
il_status il_sweep_load(il_sweep **out, const char *path, il_error *err);

/**
 * The same from the file's text [n]; path is what messages call it, NULL: they have no place in words,
 * and it is in the error's line and column alone.
 */
il_status il_sweep_parse(il_sweep **out, const char *path, const char *text, size_t n,
                         il_error *err);

/** A text that a sweep is read from, [size]; path as il_sweep_parse has it. */
typedef struct il_sweep_source {
    const char *path, *text;
    size_t size;
} il_sweep_source;

/**
 * A sweep of parts: text[0] is the file's, each other one adds values to the axes there are then. It is a sweep
 * file of `parameters` and `seeds` alone. A parameter that was no axis becomes one, of its value in all runs so
 * far, its default, and of these; zipped axes take as many more values each. The runs that the grid has then and
 * did not have are behind all others, in the order of the grid: the runs of earlier parts are the same
 * ones, of the same numbers. In a random sweep seeds alone can be added, which every draw gets.
 *
 * As il_sweep_parse; IL_E_DATA also: more than 1,000 parts.
 */
il_status il_sweep_parse_parts(il_sweep **out, const il_sweep_source *text, size_t parts,
                               il_error *err);

/** How many parts it has, 1 unless something was added to it. */
size_t il_sweep_parts(const il_sweep *sweep);

/** How many runs there are to the end of a part, from 0. */
size_t il_sweep_part_end(const il_sweep *sweep, size_t part);

/** The text of a part, [*n]. Valid until the sweep is freed. */
const char *il_sweep_part_text(const il_sweep *sweep, size_t part, size_t *n);

/** The text of the file that it was read from, its first part's. */
const char *il_sweep_text(const il_sweep *sweep, size_t *n);

/** Its description, "" where the file has none. Valid until the sweep is freed. */
const char *il_sweep_description(const il_sweep *sweep);

/** The index-th key of the file that is another program's and was passed over; NULL: no more. */
const char *il_sweep_passed_over(const il_sweep *sweep, size_t index);

/**
 * Check every run against a dataset, as il_config_check does. IL_E_DATA names the file, the run, and
 * line and column of the parameter that does not fit; no place where the file does not have it.
 */
il_status il_sweep_check(const il_sweep *sweep, const il_dataset *set, il_error *err);

/** Numbers from a first to a last one: first + i step, or first * step^i. */
typedef struct il_range {
    size_t count;
    int factor;                       /**< step multiplies */
    int whole;                        /**< all are whole numbers below 2^64, and exact */
    uint64_t whole_first, whole_step; /**< of these */
    long double first, step;          /**< of others */
} il_range;

/**
 * Read a range as sweep files and options have it: FIRST..LAST, FIRST..LAST+STEP, FIRST..LAST*FACTOR;
 * whole numbers go by 1 unless a step is given, others need one. 1: it is one; 0: text has no ".."; -1: it
 * has, and is none: without a step, not rising, or more than 1,048,576 values.
 */
int il_range_read(il_range *out, const char *text);

/** The index-th value: a whole number, or the fewest digits, 12 to 17, that are right as a double. */
void il_range_value(const il_range *range, size_t index, char text[32]);

/** Free; NULL is legal. */
void il_sweep_free(il_sweep *sweep);

size_t il_sweep_runs(const il_sweep *sweep);

/** How many parameters vary over the runs, in the order of the file. */
size_t il_sweep_varied(const il_sweep *sweep);

/** The index-th varied parameter of a run. Valid until the sweep is freed; thread-safe. */
il_varied il_sweep_value(const il_sweep *sweep, size_t run, size_t index);

/** The whole config of a run; il_config_free frees it. */
il_status il_sweep_config(const il_sweep *sweep, size_t run, il_config **out, il_error *err);

/**
 * The id of a run: the first 16 hexadecimal digits of a SHA-256 over a format's number, the dataset's
 * sum (il_dataset_sum) and its config, every parameter as NAME=VALUE in normal form and the order of
 * the list; in a folder (il_folder_id) also over the sums of files that the run begins with. The same run
 * has the same id everywhere.
 */
il_status il_sweep_id(const il_sweep *sweep, size_t run, const char *data_sum, char id[17],
                      il_error *err);

/** Runs that train together: order[first] ... order[first + count - 1] of their plan. */
typedef struct il_sweep_pack {
    size_t first, count;
    size_t part; /**< of the sweep: a pack has runs of one */
    size_t key;  /**< packs with the same have the same pack key; from 0, in order of first use */
} il_sweep_pack;

/** Which runs train together: all of one key and part in packs of the same size, the last one smaller. */
typedef struct il_sweep_plan {
    size_t packs, keys, runs;
    il_sweep_pack *pack; /**< [packs] */
    size_t *order;       /**< [runs]: numbers of runs */
} il_sweep_plan;

/** How large packs may be. */
typedef struct il_packing {
    size_t runs; /**< of a pack, at most */
    size_t weights,
        units; /**< of a pack, at most, but one run always; units of all layers; 0: any number */
    size_t inputs, classes; /**< what in and out of layers stand for */
    size_t samples; /**< of the dataset's training part; 0: packs' rates are left out of account */
    il_pack_limits limits;
} il_packing;

/**
 * How packs are dealt for a device, or a kind, as "cpu", "cuda:1", "cuda": the kind's limits, and so many runs and any number of
 * weights and units; runs 0: as many as suit the kind. The dataset's numbers are the caller's to fill. What is no kind has no limits.
 */
void il_packing_for(il_packing *out, const char *device, size_t runs);

/**
 * Deal the runs into packs as large as packing lets them be, by their pack keys (the parameters whose in_key is
 * set, and whether a scheme has rates of its own); in the order of the sweep, part by part: what is added to a sweep
 * moves no pack. A function of the
 * sweep and packing alone. IL_E_USAGE: packs of 0 runs; IL_E_MEMORY. il_sweep_plan_free frees.
 */
il_status il_sweep_plan_new(il_sweep_plan **out, const il_sweep *sweep, const il_packing *packing,
                            il_error *err);

/**
 * What training so many runs of this pack key costs, in multiply-adds, with a step's fixed cost in the
 * same unit: for orders and estimates. samples: of the dataset's training part.
 */
double il_sweep_cost(const il_config *config, size_t runs, const il_packing *packing,
                     size_t samples);

/** Free; NULL is legal. */
void il_sweep_plan_free(il_sweep_plan *plan);

IL_API_END
#endif
