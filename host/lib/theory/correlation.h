/*
 * correlation.h - what a layer of a wide random network does to two signals (Schoenholz et al.
 * 2017).
 *
 * Two pre-activations of second moment q and cosine c, u1 = sqrt(q) (sqrt(c) t + sqrt(1 - c) s1) and
 * u2 the same with s2, come out with the covariance sw2 E f(u1) f(u2) + sb2.
 */
#ifndef HOST_LIB_THEORY_CORRELATION_H
#define HOST_LIB_THEORY_CORRELATION_H

#include "gaussian.h"

struct il_pair {
    double apart; /* E f^2 - E f(u1) f(u2) = E (f(u1) - f(u2))^2 / 2 */
    double slope; /* E f'(u1) f'(u2) */
};

/* q > 0, 0 <= c < 1. Given t the two are independent: E over t of moments about sqrt(q c) t. */
struct il_pair il_pair_moments(const struct il_act *act, double q, double c);

struct il_correlation {
    double c;   /* the cosine that two signals come to; below 1 only where they part */
    double chi; /* sw2 E f'(u1) f'(u2) there: what a layer leaves of a covariance's deviation */
};

/* Where q is a fixed point of the variance map and chi1 > 1 there, so that signals part. */
struct il_correlation il_correlation_limit(const struct il_act *act, double sw2, double sb2,
                                           double q);

#endif
