/* timing.h - what benchmarks share: a clock, and medians with quartiles. */
#ifndef TOOLS_BENCH_TIMING_H
#define TOOLS_BENCH_TIMING_H

#include <stdio.h>
#include <stdlib.h>
#include "core/clock.h"

static inline int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* median and quartiles of x [n], which is sorted for it */
static inline void line(const char *what, double *x, size_t n, const char *unit)
{
    qsort(x, n, sizeof *x, by_size);
    printf("%-28s %9.4g %s  (quartiles %.4g, %.4g)\n", what, x[n / 2], unit, x[n / 4],
           x[3 * n / 4]);
}

#endif
