/* truncated_normal.h - a normal law between two bounds: its row of the fill table, its mean and std. */
#ifndef HOST_LIB_THEORY_TRUNCATED_NORMAL_H
#define HOST_LIB_THEORY_TRUNCATED_NORMAL_H

#include "shared.h"

struct il_truncated_normal {
    double mean, std; /* in z */
};

/* Bounds in z, standard deviations from the mean: low < high, infinite where there is none. */
struct il_truncated_normal il_truncated_normal_moments(double low, double high);

/* Sets law, first, step and above; a, b, low and high are the caller's. */
void il_truncated_normal_fill(struct il_fill *fill, double low, double high);

#endif
