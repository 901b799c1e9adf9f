/* figure_spread.h - figures of groups over all their runs and conditions: ranks, profiles, who beats whom. */
#ifndef HOST_CLI_COMPARE_FIGURE_SPREAD_H
#define HOST_CLI_COMPARE_FIGURE_SPREAD_H

#include "to_draw.h"

il_status draw_critical_difference(char **svg, size_t *n, const struct to_draw *from,
                                   il_error *err);
il_status draw_profile(char **svg, size_t *n, const struct to_draw *from, il_error *err);
il_status draw_improvement(char **svg, size_t *n, const struct to_draw *from, il_error *err);

#endif
