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

/* Relative: what weights and functions in float leave undecided. */
#define IL_MEANFIELD_NOISE 1e-6

struct il_meanfield {
    double q;     /* where q goes; infinity: it grows without bound; 0: it vanishes */
    double slope; /* dq'/dq there: a deviation is multiplied by it; above 1 only where q began */
    /* the unstable fixed point that q leaves, within a factor of 100, and dq'/dq there; NaN: none */
    double source, source_slope;
    double chi1;    /* at q */
    double xi_grad; /* 1 / |log chi1|: gradients change by e in so many layers; infinite at 1 */
    double c_star;  /* the cosine of two signals comes to this; NaN: each keeps its own */
    /* -1 / log chi at c_star: their covariance nears its limit by e in so many; infinite: slower */
    double xi_c;
};

/* one layer of the map */
double il_meanfield_next(const struct il_act *act, double sw2, double sb2, double q);

/* dq'/dq */
double il_meanfield_slope(const struct il_act *act, double sw2, double q);

/* Where the map goes from q >= 0. */
struct il_meanfield il_meanfield_solve(const struct il_act *act, double sw2, double sb2, double q);

/*
 * The point on the edge of chaos whose fixed point is q > 0. sb2 < 0: there is none for this
 * activation.
 */
void il_meanfield_edge(const struct il_act *act, double q, double *sw2, double *sb2);

/* The same from sb2 >= 0: q* and sw2 with chi1 = 1. Returns 0 if there is none up to this q*. */
#define IL_MEANFIELD_MOST 1e4
int il_meanfield_edge_from_bias(const struct il_act *act, double sb2, double *q, double *sw2);

/*
 * A point on the edge that q does not leave: `wish` where it is one, else the next above it to which
 * q is drawn back by .01 of a deviation a layer. Returns 0 if there is none up to IL_MEANFIELD_MOST.
 */
int il_meanfield_stable_edge(const struct il_act *act, double wish, double *q);

#endif
