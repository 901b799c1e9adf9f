/* compare_sweeps.h - sweeps' folders, read, grouped and shown. */
#ifndef HOST_CLI_COMPARE_COMPARE_SWEEPS_H
#define HOST_CLI_COMPARE_COMPARE_SWEEPS_H

#include "initlab/initlab.h"
#include "common/messages.h"
#include "common/options.h"

/* `compare DIR...` with its options. */
il_status compare_sweeps(const struct cli *cli, const struct options *o, il_error *err);

/* What `sweep run` ends with: the best groups of one folder, by --by. */
il_status compare_shortly(const struct cli *cli, il_folder *folder, const char *by, il_error *err);

#endif
