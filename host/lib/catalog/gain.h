/* gain.h - the parameter `gain` of a scheme: a number, a name, or computed for an activation. */
#ifndef HOST_LIB_CATALOG_GAIN_H
#define HOST_LIB_CATALOG_GAIN_H

#include "initlab/tables.h"
#include "shared.h"

/*
 * The words of the parameter. A name is PyTorch's table (calculate_gain). auto is computed for the
 * run's hidden activation from z ~ N(0, 1): moment 1/sqrt(E f^2) keeps the second moment, std
 * 1/sqrt(Var f) the variance, backward 1/sqrt(E f'^2) that of gradients.
 */
#define IL_GAIN_WORDS                                                                              \
    "auto|auto:moment|auto:std|auto:backward|linear|sigmoid|tanh|relu|leaky_relu|selu"
enum il_gain_word {
    IL_GAIN_AUTO,
    IL_GAIN_MOMENT,
    IL_GAIN_STD,
    IL_GAIN_BACKWARD,
    IL_GAIN_LINEAR,
    IL_GAIN_SIGMOID,
    IL_GAIN_TANH,
    IL_GAIN_RELU,
    IL_GAIN_LEAKY_RELU,
    IL_GAIN_SELU
};

/* leaky_relu:SLOPE is a gain, too: a number, sqrt(2 / (1 + slope^2)). 0: the text is none of these. */
int il_gain_of_slope(const char *text, double *gain);

/* The gain that a value of the parameter is. NaN: this activation has none (softmax). */
double il_gain(il_param_value value, const struct il_act *hidden);

#endif
