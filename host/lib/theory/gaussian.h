/*
 * gaussian.h - what an activation does to a standard normal number, by quadrature.
 *
 * With z ~ N(0, 1) and a standard deviation s: E f(s z), E f(s z)^2 and E f'(s z)^2. Gauss-Legendre
 * nodes on pieces that end at the activation's kinks: Gauss-Hermite would err by 1e-3 on relu.
 */
#ifndef HOST_LIB_THEORY_GAUSSIAN_H
#define HOST_LIB_THEORY_GAUSSIAN_H

#include "shared.h"

struct il_gaussian {
    double mean, square, slope_square; /* E f, E f^2, E f'^2 */
};

/* s > 0. Row-wise activations (softmax) have no such moments: all three are NaN. Thread-safe. */
struct il_gaussian il_gaussian_moments(const struct il_act *act, double s);

/* f and f' of one number, as the kernels compute them */
double il_activation(const struct il_act *act, double z);
double il_activation_slope(const struct il_act *act, double z);

#endif
