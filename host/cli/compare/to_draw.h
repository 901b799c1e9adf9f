/* to_draw.h - what figures are drawn from. */
#ifndef HOST_CLI_COMPARE_TO_DRAW_H
#define HOST_CLI_COMPARE_TO_DRAW_H

#include "compared.h"

struct to_draw {
    const struct compared *of;
    const char *across_by;       /* columns of conditions; NULL: there are none */
    const char *diagnostic;      /* what of layers is shown; NULL: the default */
    const il_terminal *terminal; /* NULL: as SVG */
    int page; /* of a page with a legend of its own, that finds each group in one panel */
};

#endif
