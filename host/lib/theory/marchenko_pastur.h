/* marchenko_pastur.h - the singular values of a large matrix of independent entries. */
#ifndef HOST_LIB_THEORY_MARCHENKO_PASTUR_H
#define HOST_LIB_THEORY_MARCHENKO_PASTUR_H

#include <stddef.h>

/*
 * The law of Marchenko and Pastur (1967) of an n x m matrix whose entries are independent, of mean 0 and
 * standard deviation s: with n <= m its n singular values lie between s (sqrt m - sqrt n) and
 * s (sqrt m + sqrt n). n and m in any order.
 */
double il_marchenko_pastur_density(double x, size_t n, size_t m, double s);

/*
 * The same as a curve: share [points] of the values that are above value [points], from 0 at the upper
 * edge to 1 at the lower; points at least 2.
 */
void il_marchenko_pastur_curve(size_t n, size_t m, double s, size_t points, double *share,
                               double *value);

#endif
