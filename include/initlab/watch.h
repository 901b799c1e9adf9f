/**
 * watch.h - look at a pack while it trains: per layer, what its activations, gradients and weights are like. Training
 * has the same bits, watched or not.
 */
#ifndef INITLAB_WATCH_H
#define INITLAB_WATCH_H

#include <stddef.h>
#include "api.h"
#include "pack.h"
#include "status.h"

IL_API_BEGIN

/**
 * X(NAME, name, SQL type): what is looked at, per layer of weights; NaN where it is not defined. Activations and gradients
 * are of the first samples that are trained on, in file order: as many whole batches as 128 samples have, at least one.
 *
 *   activation_mean, activation_variance   over samples and hidden units
 *   saturated    share of activations with |f'(z)| < .01 max |f'|
 *   dead         share of hidden units whose activation is the same for all these samples
 *   gradient_norm  of the mean cost's gradient by weights and biases
 *   update_ratio   norm of what the step before changed of weights and biases, over their norm; none before the first step
 *   distance       norm of what weights and biases moved since they were drawn
 *   distinct_units units that differ from each other in a weight or bias
 *   effective_rank exp of the entropy of the singular values' shares of their sum; at the first and the last look alone
 */
#define IL_DIAGNOSTICS(X)                                                                          \
    X(ACTIVATION_MEAN, activation_mean, "REAL")                                                    \
    X(ACTIVATION_VARIANCE, activation_variance, "REAL")                                            \
    X(SATURATED, saturated, "REAL")                                                                \
    X(DEAD, dead, "REAL")                                                                          \
    X(GRADIENT_NORM, gradient_norm, "REAL")                                                        \
    X(UPDATE_RATIO, update_ratio, "REAL")                                                          \
    X(DISTANCE, distance, "REAL")                                                                  \
    X(DISTINCT_UNITS, distinct_units, "INTEGER")                                                   \
    X(EFFECTIVE_RANK, effective_rank, "REAL")

enum {
#define X(NAME, name, type) IL_DIAGNOSTIC_##NAME,
    IL_DIAGNOSTICS(X)
#undef X
        IL_DIAGNOSTIC_COUNT
};

/** The name of one, as "gradient_norm"; NULL past the end. */
const char *il_diagnostic_name(size_t index);

/** One layer of one run at a time. */
typedef struct il_layer_state {
    size_t step;  /**< that were trained before; 0: the drawn weights */
    size_t layer; /**< from 1 */
    double value[IL_DIAGNOSTIC_COUNT];
} il_layer_state;

/** When a pack is looked at: before the first step, every so many epochs or steps, and after the last. */
typedef struct il_watch {
    size_t epochs, steps; /**< one of them 0; both: never */
} il_watch;

enum { IL_WATCH_ROWS_MOST = 100000 /**< of a run: looks times layers */ };

/** "every=epoch" or "every=step:N". IL_E_USAGE. */
il_status il_watch_parse(il_watch *out, const char *text, il_error *err);

/** The same as text; "": never. */
void il_watch_text(const il_watch *watch, char text[40]);

/** How many looks there are in a training of so many epochs and steps an epoch, and the steps before the index-th. */
size_t il_watch_looks(const il_watch *watch, size_t epochs, size_t steps);
size_t il_watch_look(const il_watch *watch, size_t epochs, size_t steps, size_t index);

/**
 * il_pack_open, and watch the pack; the first look is now. It takes il_memory's `watching` more of the device: twice the
 * weights' memory and a batch of activations, for the most part. watch NULL: no look, but with that memory, for who looks
 * by other means. Errors as of il_pack_open; IL_E_USAGE: more than IL_WATCH_ROWS_MOST.
 */
il_status il_pack_open_watched(il_pack **out, il_device *device, const il_dataset *set,
                               const il_config *const *runs, size_t count, const il_watch *watch,
                               il_error *err);

/**
 * What was seen so far: (*out)[(look * layers + layer) * runs + run], valid until the next epoch; returns how many looks.
 * A pack that is not watched: 0.
 */
size_t il_pack_seen(const il_pack *pack, const il_layer_state **out);

/** What of a run was first not finite: in the order of a step. */
typedef enum il_broken_kind {
    IL_BROKEN_NOTHING,
    IL_BROKEN_DRAWN,          /**< weights, before the first step */
    IL_BROKEN_PREACTIVATIONS, /**< of the layer, from what came in and its weights */
    IL_BROKEN_ACTIVATIONS,    /**< from finite pre-activations */
    IL_BROKEN_COST,           /**< from finite outputs */
    IL_BROKEN_SIGNAL_BACK,    /**< the gradient at the layer's pre-activations */
    IL_BROKEN_GRADIENT, /**< by the layer's weights, from a finite one at its pre-activations */
    IL_BROKEN_WEIGHTS   /**< by the step, from a finite gradient */
} il_broken_kind;

typedef struct il_broken {
    il_broken_kind kind;
    size_t epoch, step; /**< of the step, from 1; 0: none was trained */
    size_t layer;       /**< from 1 */
} il_broken;

IL_API_END
#endif
