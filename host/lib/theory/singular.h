/* singular.h - singular values of a small dense matrix, in double. */
#ifndef HOST_LIB_THEORY_SINGULAR_H
#define HOST_LIB_THEORY_SINGULAR_H

#include <stddef.h>

/*
 * values [min(rows, columns)], falling, of a [rows, columns]. What is below sqrt(n 2^-52) of the
 * largest is 0. Elements that are not finite: all NaN. Returns 0, or -1 when out of memory.
 */
int il_singular(const double *a, size_t rows, size_t columns, double *values);

#endif
