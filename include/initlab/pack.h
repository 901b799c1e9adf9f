/**
 * pack.h - runs trained together in one set of launches. A single run is a pack of one.
 */
#ifndef INITLAB_PACK_H
#define INITLAB_PACK_H

#include <stddef.h>
#include <stdint.h>
#include "api.h"
#include "config.h"
#include "dataset.h"
#include "device.h"
#include "status.h"

IL_API_BEGIN

typedef struct il_pack il_pack;

/** Device memory of a pack, in bytes. */
typedef struct il_memory {
    size_t dataset;      /**< images and labels, as bytes */
    size_t weights;      /**< of all runs */
    size_t optimizer;    /**< gradients and the rule's state */
    size_t activations;  /**< of a batch, or a chunk of evaluation */
    size_t tables;       /**< rates, sums, rows of tables */
    size_t drawing;      /**< while initial weights are drawn; then freed */
    size_t total;        /**< the sum of these */
    size_t watching;     /**< more where it is watched (watch.h) */
    size_t watched;      /**< total and watching */
    size_t held;         /**< by the device already: cuBLAS's workspace, a dataset that is kept */
    size_t reserve;      /**< to be left free: kernels loaded later, graphs (an estimate) */
    size_t free;         /**< on the device now; 0: unknown */
    size_t fits;         /**< so many runs like these; SIZE_MAX: unknown */
    size_t fits_watched; /**< so many watched ones */
} il_memory;

/**
 * What no pack of a plan exceeds, but one of a single run; 0: any number. They are of no machine, so that a plan is the
 * same wherever it is made.
 */
typedef struct il_pack_limits {
    size_t columns;  /**< of a layer's matrix: runs and their units */
    size_t bytes;    /**< of weights, gradients and the rule's state */
    size_t elements; /**< of any one array */
} il_pack_limits;

/**
 * What one epoch did to one run. A number that is not finite is a result, and is passed on as it
 * is.
 */
typedef struct il_epoch {
    size_t epoch; /**< 1 for the first */
    double cost;  /**< mean over the samples trained on, each before its own update */
    double lr;    /**< the rate that the schedule announces for this epoch */
    double
        train_accuracy; /**< running, in [0, 1]; after the epoch where eval_train was asked for */
    double test_cost, test_accuracy;
    double validation_cost, validation_accuracy; /**< NaN without a validation split */
    int diverged; /**< a cost of this epoch or an earlier one was not finite */
    size_t diverged_epoch, diverged_step; /**< the first such step, from 1; 0 if none */
    double seconds;                       /**< of the epoch's training, evaluation left out */
    double evaluation_seconds;
} il_epoch;

/** Called now and then while an epoch runs; a result other than 0 stops it: IL_E_INTERRUPTED. */
typedef int il_progress_fn(void *arg, size_t epoch, size_t step, size_t steps);

/**
 * Open a pack: check the runs, allocate on the device, draw the initial weights.
 *
 * runs [count]  copied; all must have the same pack key: layers, batch, epochs, split, data_seed,
 *               optimizer, weight_decay, math. They may differ in everything else.
 * device, set   must outlive the pack; device is used by the calling thread only.
 *
 * IL_E_USAGE: a config that does not fit; IL_E_DEVICE: the device has too little memory (the text
 * says how much is needed, and how many such runs would fit), or it failed.
 */
il_status il_pack_open(il_pack **out, il_device *device, const il_dataset *set,
                       const il_config *const *runs, size_t count, il_error *err);

/** Does a run begin with weights of files? */
int il_reads_files(const il_config *config);

/**
 * Read those files as il_pack_open would, and keep nothing. IL_E_DATA, IL_E_USAGE: one cannot be read, or has other
 * weights than the run's network on this dataset; or as of il_config_check.
 */
il_status il_check_files(const il_config *config, const il_dataset *set, il_error *err);

/**
 * How much device memory il_pack_open would need for these runs, and how many like them would fit;
 * nothing is allocated on the device. Errors as of il_pack_open, but for a lack of memory.
 */
il_status il_pack_plan(il_memory *out, il_device *device, const il_dataset *set,
                       const il_config *const *runs, size_t count, il_error *err);

/** il_pack_plan up to `watched`, for which the device is not asked what it has: for thousands of packs. */
il_status il_pack_bytes(il_memory *out, il_device *device, const il_dataset *set,
                        const il_config *const *runs, size_t count, il_error *err);

/**
 * Put a dataset on a device to stay there, for all packs that are opened with it afterwards: they
 * neither allocate nor upload it. NULL, another one, or il_device_close takes it away; no pack may be
 * open then, and the dataset must live until then. A pack's plan counts it as held.
 * IL_E_DEVICE: too little memory, or the device failed; nothing is kept then.
 */
il_status il_device_keep(il_device *device, const il_dataset *set, il_error *err);

/** Close and free all device memory; NULL is legal. */
void il_pack_close(il_pack *pack);

/**
 * Train one epoch and evaluate. out [count of runs]. progress may be NULL. After IL_E_INTERRUPTED
 * the next call goes on at the step where it was stopped, to the same bits.
 */
il_status il_pack_epoch(il_pack *pack, il_epoch *out, il_progress_fn *progress, void *arg,
                        il_error *err);

/**
 * Evaluate without training: out has test_* (and validation_*); the epoch is that of the last one
 * trained.
 */
il_status il_pack_evaluate(il_pack *pack, il_epoch *out, il_error *err);

/** How the first layer is taken: "sparse", from the bytes that are not 0, or "dense". */
const char *il_pack_input(const il_pack *pack);

size_t il_pack_runs(const il_pack *pack);
size_t il_pack_layers(const il_pack *pack); /**< of weights: 1 for softmax regression */
size_t il_pack_epochs(const il_pack *pack); /**< that the configs ask for */
size_t il_pack_steps(const il_pack *pack);  /**< of one epoch */

/** Size of layer l (0 the first): weights [fan_in, fan_out] and bias [fan_out]. */
void il_pack_shape(const il_pack *pack, size_t layer, size_t *fan_in, size_t *fan_out);

/**
 * Units of a run's layer that a scheme which fits weights to data left as drawn, since what comes in is
 * the same for every sample, as behind a dead layer; 0: none, or the scheme is another.
 */
size_t il_pack_unfitted(const il_pack *pack, size_t run, size_t layer);

/**
 * Copy one run's layer to the host: weights [fan_in * fan_out] row-major, bias [fan_out]; either
 * may be NULL.
 */
il_status il_pack_get(il_pack *pack, size_t run, size_t layer, float *weights, float *bias,
                      il_error *err);

/** Overwrite one run's layer from the host, same shapes. */
il_status il_pack_set(il_pack *pack, size_t run, size_t layer, const float *weights,
                      const float *bias, il_error *err);

/**
 * Save all that training goes on from: weights, the rule's state, epochs and steps done, the sums of
 * the epoch so far; and a note, any text of the caller's. Written whole or not at all, with a
 * checksum; for this program on machines of this byte order. IL_E_CREATE, IL_E_IO, IL_E_MEMORY.
 */
il_status il_pack_save(il_pack *pack, const char *path, const char *note, il_error *err);

/**
 * Bring a pack of the same runs to where il_pack_save left it: training goes on to the same bits.
 * *note is to be freed. IL_E_DATA: no such file, damaged, of other numbers (numbers.h), or of a pack of
 * another shape; the pack is then as it was.
 */
il_status il_pack_restore(il_pack *pack, const char *path, char **note, il_error *err);

IL_API_END
#endif
