/* cmd_sweep.c - the group of commands that train many runs. */
#include <stddef.h>
#include "common/command_table.h"

static const struct opt_row rows[] = { { .name = "" } };

const struct command cmd_sweep = {
    .name = "sweep",
    .operands = "COMMAND ...",
    .max_operands = 1,
    .summary = "train many runs: start, continue, watch and export a sweep",
    .text =
        "A sweep is a set of runs from a sweep file, or from lists and ranges of options. It lives "
        "in a folder: 'sweep run' makes it, trains what is left of it, and continues it after "
        "anything that stopped it; results are in its results.sqlite.",
    .examples = "initlab sweep run --init he_normal,glorot_uniform --seeds 0..4 --out first",
    .rows = rows,
    .run = NULL
};
