/* figure_panels.h - many groups in small multiples: which columns tell panels apart, and which the lines in them. */
#ifndef HOST_CLI_COMPARE_FIGURE_PANELS_H
#define HOST_CLI_COMPARE_FIGURE_PANELS_H

#include "initlab/initlab.h"

enum { PANELS_MOST = 12, PANEL_LABEL = 320 };

struct panels {
    size_t *panel;             /* [groups]: which panel a group is in */
    size_t *style;             /* [groups]: of its line: one for all groups that are called alike */
    char (*line)[PANEL_LABEL]; /* [groups]: what it is called there */
    char title[PANELS_MOST][PANEL_LABEL];
    size_t panels; /* 0: no choice of columns leaves few enough of both */
    size_t beside; /* of them */
};

/* Panels of up to IL_FIGURE_NAMES lines; init tells lines apart, if it may. panels_free is legal after a failure. */
il_status panels_choose(struct panels *p, const il_comparison *c, il_error *err);
void panels_free(struct panels *p);

#endif
