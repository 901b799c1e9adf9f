/* figure_curves.h - the metric over the epochs. */
#ifndef HOST_CLI_COMPARE_FIGURE_CURVES_H
#define HOST_CLI_COMPARE_FIGURE_CURVES_H

#include "to_draw.h"

/*
 * A line a group. More than can be told apart: small multiples by the columns that leave few lines in each; where none do,
 * the best and the worst groups by name and the others in grey.
 */
il_status draw_curves(char **svg, size_t *n, const struct to_draw *from, il_error *err);

#endif
