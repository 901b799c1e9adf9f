/* ranking.h - the section that ranks groups of runs. */
#ifndef HOST_CLI_REPORT_RANKING_H
#define HOST_CLI_REPORT_RANKING_H

#include "compare/compared.h"
#include "html.h"

void ranking(struct html *h, const struct compared *k);

#endif
