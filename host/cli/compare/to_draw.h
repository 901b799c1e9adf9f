/* to_draw.h - what figures are drawn from. */
#ifndef HOST_CLI_COMPARE_TO_DRAW_H
#define HOST_CLI_COMPARE_TO_DRAW_H

#include "initlab/initlab.h"

struct to_draw {
    const il_comparison *comparison; /* NULL: of --across */
    const il_across *across;         /* NULL: not of --across */
    const il_runs *runs;
    const char *by, *across_by; /* columns; NULL: none were said */
};

#endif
