/**
 * schemes.h - the initialisation schemes alone: fill a layer's weights, or say what their law is,
 * without training anything.
 *
 * A scheme is spelled as in the parameter `init`: NAME or NAME:PARAM=VALUE..., by our names
 * (il_list_at(IL_SCHEMES, ...)) or those of frameworks (il_scheme_alias). Formulas and sources are
 * in the rows.
 */
#ifndef INITLAB_SCHEMES_H
#define INITLAB_SCHEMES_H

#include <stddef.h>
#include <stdint.h>
#include "api.h"
#include "config.h"
#include "device.h"
#include "status.h"

IL_API_BEGIN

/** Where a layer stands in its network. */
typedef struct il_place {
    size_t fan_in, fan_out; /**< both at least 1 */
    unsigned layer, layers; /**< layer from 0, of so many; layers 0: the only one */
    const char *activation; /**< the hidden layers', as `activation` has it; NULL: relu */
    const char *optimizer;  /**< as `optimizer` has it, for schemes with rates; NULL: sgd */
} il_place;

/** The law of one tensor, as numbers. */
typedef struct il_tensor_law {
    const char *name; /**< "normal", "uniform", "orthogonal", ... static storage */
    double mean, std; /**< of one element, over all seeds; NaN: a file's, not known */
    double low, high; /**< its range; infinite where it has no end */
    double rate;      /**< what the scheme multiplies the learning rate with; mostly 1 */
    double keeps;     /**< weights: the q (mean of z^2) it is made to keep in depth; NaN: none */
    double slope;     /**< dq'/dq there, of a layer; above 1 q leaves this point: it is unstable */
} il_tensor_law;

/**
 * What a scheme becomes for a layer: its weights, and the bias that comes with it (zeros for most).
 * Either may be NULL. For a scheme that looks at data the law is that of its draw.
 *
 * IL_E_USAGE names what is wrong with the scheme or the place. Thread-safe.
 */
il_status il_scheme_law(const char *scheme, const il_place *at, il_tensor_law *weights,
                        il_tensor_law *bias, il_error *err);

/**
 * Draw a layer: weights [fan_in * fan_out], row-major, unit j in column j, and bias [fan_out];
 * either may be NULL. The numbers are those that a run with this seed begins with, the same bits on
 * every device: tensor 2 * layer is its weights, 2 * layer + 1 its bias.
 *
 * device is used by the calling thread only. IL_E_USAGE: as above, or a scheme that needs data (lsuv,
 * kraehenbuehl, autoinit in the first layer) or a file; IL_E_MEMORY, IL_E_DEVICE.
 */
il_status il_fill(il_device *device, const char *scheme, const il_place *at, uint64_t seed,
                  float *weights, float *bias, il_error *err);

/**
 * Draw a layer (from 0) of a config's network: the weights [fan_in * fan_out] and the bias [fan_out]
 * that a run with it begins with, neither NULL. No dataset is needed, and so `layers` may end in any
 * width, and this layer's widths have to be numbers.
 *
 * IL_E_USAGE: `in` or `out` as a width of this layer, no such layer, a scheme that looks at data
 * (il_config_needs_data); IL_E_DATA: a file of the scheme `file`; IL_E_MEMORY, IL_E_DEVICE.
 */
il_status il_fill_layer(il_device *device, const il_config *config, size_t layer, float *weights,
                        float *bias, il_error *err);

/**
 * The index-th name that frameworks give to schemes, "torch.kaiming_normal_", and in *scheme what it
 * is here, "he_normal"; NULL past the end. Static storage; thread-safe.
 */
const char *il_scheme_alias(size_t index, const char **scheme);

IL_API_END
#endif
