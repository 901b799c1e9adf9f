/* layers.h - what happened in layers: diagnostics beside theory. */
#ifndef HOST_CLI_REPORT_LAYERS_H
#define HOST_CLI_REPORT_LAYERS_H

#include "html.h"
#include "compare/compare_sweeps.h"

/* A section of the page. o: --data, if the dataset has moved. */
il_status layers(struct html *h, const struct options *o, const struct compared *k, il_error *err);

#endif
