/* figure_grid.h - figures of groups over one or two of their columns. */
#ifndef HOST_CLI_COMPARE_FIGURE_GRID_H
#define HOST_CLI_COMPARE_FIGURE_GRID_H

#include "to_draw.h"

/* Means by two columns; means over the learning rate. IL_E_USAGE: groups are not by those. */
il_status draw_heatmap(char **svg, size_t *n, const struct to_draw *from, il_error *err);
il_status draw_rates(char **svg, size_t *n, const struct to_draw *from, il_error *err);

#endif
