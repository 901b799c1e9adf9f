/*
 * meanfield.h - signal propagation in wide random networks (Poole et al. 2016, Schoenholz et al.
 * 2017).
 *
 * With weights of variance sw2 / fan_in and biases of variance sb2, the second moment q of the
 * pre-activations maps from layer to layer by q' = sw2 E f(sqrt(q) z)^2 + sb2, and gradients grow
 * by chi1 = sw2 E f'(sqrt(q) z)^2 a layer. chi1 = 1 is the edge of chaos.
 */
#ifndef HOST_LIB_THEORY_MEANFIELD_H
#define HOST_LIB_THEORY_MEANFIELD_H

#include "gaussian.h"

struct il_meanfield {
    double q;     /* fixed point q*; infinity: q grows without bound; 0: it vanishes */
    double chi1;  /* at q* */
    double depth; /* correlations decay as e^(-l / depth); infinity at the edge */
};

/* one layer of the map */
double il_meanfield_next(const struct il_act *act, double sw2, double sb2, double q);

/* Where the map goes from q = 1. */
struct il_meanfield il_meanfield_solve(const struct il_act *act, double sw2, double sb2);

/*
 * The point on the edge of chaos whose fixed point is q > 0. sb2 < 0: there is none for this
 * activation.
 */
void il_meanfield_edge(const struct il_act *act, double q, double *sw2, double *sb2);

/* The same from sb2 >= 0: q* and sw2 with chi1 = 1. Returns 0 if there is none up to this q*. */
#define IL_MEANFIELD_MOST 1e4
int il_meanfield_edge_from_bias(const struct il_act *act, double sb2, double *q, double *sw2);

#endif
