/* troubles.h - what went wrong with the runs of a comparison: which, and why. */
#ifndef HOST_CLI_REPORT_TROUBLES_H
#define HOST_CLI_REPORT_TROUBLES_H

#include "html.h"
#include "compare/rows.h"

/* A section of the page. */
il_status troubles(struct html *h, const struct compared *k, il_error *err);

#endif
