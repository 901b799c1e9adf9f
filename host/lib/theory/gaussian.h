/*
 * gaussian.h - what an activation does to a normal number, by quadrature.
 *
 * With z ~ N(0, 1), a mean m and a standard deviation s: E f(m + s z) and its like. Gauss-Legendre
 * nodes on pieces that end at the activation's kinks: Gauss-Hermite would err by 1e-3 on relu.
 */
#ifndef HOST_LIB_THEORY_GAUSSIAN_H
#define HOST_LIB_THEORY_GAUSSIAN_H

#include <stddef.h>
#include "shared.h"

struct il_gaussian {
    double mean, square, slope_square; /* E f, E f^2, E f'^2 */
    double slope;                      /* E f' */
    double rise;                       /* E f f' z / s = d E f^2 / d s^2 */
};

/* s > 0. Row-wise activations (softmax) have no such moments: all are NaN. Thread-safe. */
struct il_gaussian il_gaussian_moments(const struct il_act *act, double s);

/* the same about another mean than 0 */
struct il_gaussian il_gaussian_about(const struct il_act *act, double mean, double s);

/*
 * The density of f(s z), the mean over each of `bins` equal bins from low to high; what lies in none of them is lost. By as
 * many values of z that a bin of a thousandth of all has hundreds.
 */
void il_gaussian_histogram(const struct il_act *act, double s, size_t bins, double low, double high,
                           double *density);

/* f and f' of one number, as the kernels compute them */
double il_activation(const struct il_act *act, double z);
double il_activation_slope(const struct il_act *act, double z);

/*
 * The quadrature, for integrals over more than one number: nodes and weights on [-1, 1], and the
 * ends of the pieces in z on which f(mean + s z) is smooth, in increasing order; returns how many.
 */
enum { IL_GAUSS_NODES = 16, IL_GAUSS_CUTS = 128, IL_GAUSS_KINKS = 2 };
struct il_gauss_rule {
    double node[IL_GAUSS_NODES], weight[IL_GAUSS_NODES];
};
struct il_gauss_rule il_gauss_rule(void);
int il_gauss_cut(const struct il_act *act, double mean, double s, double at[IL_GAUSS_CUTS]);

/* The k-th place where f or f' is not smooth, k < IL_GAUSS_KINKS; NaN: none. */
double il_activation_kink(const struct il_act *act, int k);

/* The widest normal law worth telling from a wider one for a periodic activation; else infinite. */
double il_gauss_widest(const struct il_act *act);

#endif
