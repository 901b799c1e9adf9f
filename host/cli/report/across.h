/* across.h - the section about groups across conditions. */
#ifndef HOST_CLI_REPORT_ACROSS_H
#define HOST_CLI_REPORT_ACROSS_H

#include "html.h"
#include "compare/compare_sweeps.h"

/* A section of the page; nothing without --across. */
il_status across_section(struct html *h, const struct options *o, const struct compared *k,
                         il_error *err);

#endif
