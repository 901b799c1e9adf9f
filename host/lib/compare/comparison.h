/* comparison.h - which runs a comparison's groups are of. Internal. */
#ifndef HOST_LIB_COMPARE_COMPARISON_H
#define HOST_LIB_COMPARE_COMPARISON_H

#include "initlab/compare.h"

/* The runs of a group, by their places among all; returns how many. */
size_t il_comparison_runs(const il_comparison *c, size_t group, const size_t **run);

#endif
