/* gain.h - the parameter `gain` of a scheme: a number, a name, or computed for an activation. */
#ifndef HOST_LIB_CATALOG_GAIN_H
#define HOST_LIB_CATALOG_GAIN_H

#include "shared.h"

/*
 * The words of the parameter. A name is PyTorch's table (calculate_gain). auto is computed for the
 * run's hidden activation from z ~ N(0, 1): moment 1/sqrt(E f^2) keeps the second moment, std
 * 1/sqrt(Var f) the variance, backward 1/sqrt(E f'^2) that of gradients.
 */
#define IL_GAIN_WORDS                                                                              \
    "auto|auto:moment|auto:std|auto:backward|linear|sigmoid|tanh|relu|leaky_relu|selu"

/* leaky_relu:SLOPE is a gain, too: a number, sqrt(2 / (1 + slope^2)). 0: the text is none of these. */
int il_gain_of_slope(const char *text, double *gain);

/* The gain of a value as il_choice holds it. NaN: this activation has none (softmax). */
double il_gain(double value, const struct il_act *hidden);

#endif
