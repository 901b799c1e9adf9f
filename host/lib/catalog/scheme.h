/*
 * scheme.h - what a scheme means for one tensor. A scheme turns a layer's place in the network and
 * its own parameters into a row of the fill kernel's table; what is random about it happens there.
 */
#ifndef HOST_LIB_CATALOG_SCHEME_H
#define HOST_LIB_CATALOG_SCHEME_H

#include "choice_value.h"
#include "core/error.h"
#include "shared.h"

/* Where a tensor stands; il_place resolved. */
struct il_tensor_place {
    unsigned fan_in, fan_out;
    unsigned layer, layers; /* layer from 0 */
    struct il_act hidden;   /* the run's hidden activation */
    int adam;               /* the update rule divides by the gradient's size */
    double incoming;        /* mean square of what comes in; NaN: not known */
};

/* What is done after the draw with the network's own data, layer by layer. */
enum il_data_rule { IL_DATA_NONE, IL_DATA_LSUV, IL_DATA_UNITS };
struct il_data_init {
    int rule;              /* enum il_data_rule */
    double std, tolerance; /* LSUV: of all pre-activations of the layer */
    unsigned tries;
    double mean; /* of each unit's pre-activations, for IL_DATA_UNITS */
};

struct il_draw {
    struct il_fill fill; /* seed and tensor are the caller's */
    double variance;     /* of the pre-activations, where the scheme sees to it; else 0 */
    double rate;         /* what a parametrisation multiplies the learning rate with; 1 */
    int parametrised;    /* rate may differ from 1 */
    int from_file;       /* the tensor is read from the choice's text */
    struct il_data_init data;
    double keeps;       /* the q that the scheme is made to keep from layer to layer; NaN: none */
    double keeps_slope; /* dq'/dq there */
};

/* Weights by a scheme, or a bias by a scheme that was named for it. */
il_status il_scheme_of(const struct il_choice *scheme, const struct il_tensor_place *at, int bias,
                       struct il_draw *out, il_error *err);

/* The bias that comes with a scheme of the weights: zeros for most. */
il_status il_scheme_bias_of(const struct il_choice *scheme, const struct il_tensor_place *at,
                            struct il_draw *out, il_error *err);

/*
 * Variance of a layer's weights times fan_in, and mean square of its biases, as mean-field theory
 * takes them. sw2 is NaN where that does not hold: weights whose mean is not 0, or that are not
 * drawn but computed, fitted to data or read from a file.
 */
void il_draw_variances(const struct il_draw *weight, const struct il_draw *bias, unsigned fan_in,
                       unsigned fan_out, double *sw2, double *sb2);

/* The law of a draw as numbers. */
struct il_law_facts {
    const char *law;
    double mean, std, low, high; /* of one element; low, high: the range, infinite where it is */
};
struct il_law_facts il_law_facts(const struct il_fill *fill, const struct il_tensor_place *at);

/*
 * The density of a weight at w, over all seeds; NaN where there is none: values with a probability of their
 * own, columns scaled to a norm, weights from a file or fitted to data.
 */
double il_draw_density(const struct il_draw *draw, const struct il_tensor_place *at, double w);

/*
 * The law of the singular values: share [points] of them that are above value [points], falling.
 * Marchenko and Pastur's for independent weights of mean 0; the gain alone for orthogonal matrices and
 * identities. Values are NaN where there is none. points at least 2.
 */
void il_draw_spectrum(const struct il_draw *draw, const struct il_tensor_place *at, size_t points,
                      double *share, double *value);

#endif
