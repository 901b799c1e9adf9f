/* sums.h - the sums of a run over some samples, and how those of others are added to them. */
#ifndef KERNELS_SUMS_H
#define KERNELS_SUMS_H

#include "kernel.h"

static inline __device__ void il_add_sums(struct il_sums *to, struct il_sums more)
{
    to->cost += more.cost;
    to->correct += more.correct;
    to->diverged = to->diverged == IL_NEVER ? more.diverged : to->diverged;
}

#endif
