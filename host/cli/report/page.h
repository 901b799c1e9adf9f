/* page.h - a comparison of sweeps as one HTML file. */
#ifndef HOST_CLI_REPORT_PAGE_H
#define HOST_CLI_REPORT_PAGE_H

#include "compare/compare_sweeps.h"

/* The page, whose bytes are to be freed; command: the one that makes it with these options, as a shell reads it. */
il_status report_page(il_text *page, const struct options *o, const struct compared *k,
                      const char *command, il_error *err);

#endif
