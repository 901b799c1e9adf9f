/* cmd_env.c - initlab env: what a bug report needs: the build, the CPU, the state of CUDA. */
#include <stdio.h>
#include "initlab/initlab.h"
#include "common/messages.h"
#include "common/options.h"

/* Where a device's state goes: "cpu", "cuda:0", ... with the words of `devices`. */
static void describe(const il_device_info *d, char *text, size_t size)
{
    if (d->usable)
        snprintf(text, size, "%s%s%s", d->name, d->detail[0] ? "; " : "", d->detail);
    else
        snprintf(text, size, "not usable: %s", d->why_not);
}

static int run(struct cli *cli, const struct options *o)
{
    const int json = opt_given(o, "json");
    json_t *all = json ? json_object() : NULL;
    const char *name, *value;
    il_device_info info;

    for (unsigned i = 0; il_build_fact(i, &name, &value); i++) {
        if (json)
            cli_json_set(&all, name, json_string(value));
        else
            printf("%-12s %s\n", name, value);
    }
    for (size_t i = 0; il_device_list(i, &info); i++) {
        char text[sizeof info.name + sizeof info.detail + sizeof info.why_not];

        describe(&info, text, sizeof text);
        if (json)
            cli_json_set(&all, info.id, json_string(text));
        else
            printf("%-12s %s\n", info.id, text);
    }
    return json ? cli_json(cli, all) : 0;
}

static const struct opt_row rows[] = {
    { .name = "json", .help = "print JSON: an object of strings" }, { .name = "" }
};

const struct command cmd_env = { .name = "env",
                                 .summary = "show what this program was built with and runs on",
                                 .text =
                                     "Print version, compiler, build type and BLAS, then each "
                                     "device with its driver and library "
                                     "versions, or why it cannot be used. Add it to a bug report.",
                                 .rows = rows,
                                 .run = run };
