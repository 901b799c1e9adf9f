/* figure_budget.h - what choosing among more trials gives. */
#ifndef HOST_CLI_COMPARE_FIGURE_BUDGET_H
#define HOST_CLI_COMPARE_FIGURE_BUDGET_H

#include "to_draw.h"

/* The expected metric of the best of k trials, over k. IL_E_USAGE: too many groups. */
il_status draw_budget(char **svg, size_t *n, const struct to_draw *from, il_error *err);

#endif
