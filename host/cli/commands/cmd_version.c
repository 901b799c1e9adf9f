/* cmd_version.c - initlab version. */
#include <stdio.h>
#include "initlab/initlab.h"
#include "common/messages.h"
#include "common/options.h"

static int run(struct cli *cli, const struct options *o)
{
    if (opt_given(o, "json"))
        return cli_json(cli, json_pack("{s:s, s:s}", "name", "initlab", "version", IL_VERSION));
    printf("initlab %s\n", IL_VERSION);
    return 0;
}

static const struct opt_row rows[] = { { .name = "json", .help = "print JSON" }, { .name = "" } };

const struct command cmd_version = { .name = "version",
                                     .summary = "show the version",
                                     .text = "Print the version of the program.",
                                     .rows = rows,
                                     .run = run };
