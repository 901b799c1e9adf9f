/* cmd_devices.c - initlab devices: where runs can train on this machine, and why elsewhere not. */
#include <stdio.h>
#include "initlab/initlab.h"
#include "common/messages.h"
#include "common/options.h"

static void line(const il_device_info *d)
{
    if (!d->usable) {
        printf("%-8s not usable: %s\n", d->id, d->why_not);
        return;
    }
    printf("%-8s %s", d->id, d->name);
    if (d->detail[0])
        printf("; %s", d->detail);
    if (d->memory)
        printf("; %.1f GiB", (double)d->memory / (1 << 30));
    if (d->memory_free)
        printf(", %.1f GiB free", (double)d->memory_free / (1 << 30));
    putchar('\n');
}

static json_t *object(const il_device_info *d)
{
    if (!d->usable)
        return json_pack("{s:s, s:b, s:s}", "id", d->id, "usable", 0, "why_not", d->why_not);
    return json_pack("{s:s, s:b, s:s, s:s, s:I, s:I}", "id", d->id, "usable", 1, "name", d->name,
                     "detail", d->detail, "memory", (json_int_t)d->memory, "memory_free",
                     (json_int_t)d->memory_free);
}

static int run(struct cli *cli, const struct options *o)
{
    json_t *all = opt_given(o, "json") ? json_array() : NULL;
    il_device_info info;

    for (size_t i = 0; il_device_list(i, &info); i++) {
        if (!opt_given(o, "json"))
            line(&info);
        else
            cli_json_add(&all, object(&info));
    }
    return opt_given(o, "json") ? cli_json(cli, all) : 0;
}

static const struct opt_row rows[] = {
    { .name = "json", .help = "print JSON: an array, an object a device" }, { .name = "" }
};

const struct command cmd_devices = {
    .name = "devices",
    .summary = "list the devices that runs can train on",
    .text =
        "Print one line a device: what --device takes, the hardware's name, details and memory, "
        "or why it cannot be used.",
    .examples = "initlab devices --json",
    .rows = rows,
    .run = run
};
