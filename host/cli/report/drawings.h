/* drawings.h - the figures of a report, as SVG inside the page. */
#ifndef HOST_CLI_REPORT_DRAWINGS_H
#define HOST_CLI_REPORT_DRAWINGS_H

#include "html.h"
#include "compare/compare_sweeps.h"

/* A verdict in a word: best, control, same, worse, better, too few, or - */
const char *report_verdict(const il_comparison *c, const il_run_group *g);

/* One kind of compare's figures, or a line that says why there is none. */
il_status put_drawing(struct html *h, const struct to_draw *from, const char *kind,
                      const char *name, il_error *err);

/* A section of the page. */
il_status drawings(struct html *h, const struct compared *k, il_error *err);

#endif
