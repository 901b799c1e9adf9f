/* ranking.h - a sweep's groups of runs, ranked, as a table on stdout. */
#ifndef HOST_CLI_SWEEP_RANKING_H
#define HOST_CLI_SWEEP_RANKING_H

#include "initlab/folder.h"
#include "common/messages.h"

/* Merge, and print the ranking by these columns (NULL: init). */
il_status sweep_ranking(const struct cli *cli, il_folder *folder, const char *by, il_error *err);

#endif
