/* cmd_help.c - initlab help: commands, their options, and the lists of what exists. */
#include <stdio.h>
#include <string.h>
#include "initlab/tables.h"
#include "common/help.h"
#include "common/man.h"
#include "common/options.h"

/* The list of that name, IL_LISTS if there is none. */
static il_list list_named(const char *name)
{
    int i = 0;

    while (i < IL_LISTS && strcmp(il_list_name((il_list)i), name) != 0)
        i++;
    return (il_list)i;
}

/* The page of that name; past the last if there is none. */
static size_t page_named(const char *name)
{
    size_t i = 0;

    while (help_page_name(i) && strcmp(help_page_name(i), name) != 0)
        i++;
    return i;
}

static int unknown(const struct cli *cli, const char *topic)
{
    const char *candidate[64] = { NULL };
    size_t n = 0;

    for (size_t i = 0; command_at(cli->commands, i) && n < 48; i++)
        candidate[n++] = command_at(cli->commands, i)->name;
    for (int i = 0; i < IL_LISTS; i++)
        candidate[n++] = il_list_name((il_list)i);
    for (size_t i = 0; help_page_name(i); i++)
        candidate[n++] = help_page_name(i);
    if (il_nearest(topic, candidate))
        return cli_fail(cli, IL_E_USAGE, "no help on '%s'; did you mean '%s'? (see 'initlab help')",
                        topic, il_nearest(topic, candidate));
    return cli_fail(cli, IL_E_USAGE, "no help on '%s' (see 'initlab help')", topic);
}

static int run(struct cli *cli, const struct options *o)
{
    const char *topic = o->operands ? o->operand[0] : NULL;
    char both[128];

    if (o->operands > 1) {
        snprintf(both, sizeof both, "%s %s", o->operand[0], o->operand[1]);
        topic = both;
    }
    if (opt_given(o, "man"))
        return man_page(cli);
    if (!topic)
        return help_overview(cli);
    if (list_named(topic) == IL_LISTS && command_named(cli->commands, topic))
        return help_command(cli, command_named(cli->commands, topic));
    if (help_page_name(page_named(topic)))
        return help_page(cli, page_named(topic));
    if (list_named(topic) != IL_LISTS)
        help_list(cli, list_named(topic));
    else
        return unknown(cli, topic);
    return 0;
}

static const struct opt_row rows[] = {
    { .name = "man", .help = "print the man page in roff", .hidden = 1 }, { .name = "" }
};

const struct command cmd_help = {
    .name = "help",
    .operands = "[TOPIC]",
    .max_operands = 2,
    .complete = COMPLETE_TOPIC,
    .summary = "show help on a command, a list of what exists, layers, or ready recipes and sweeps",
    .text =
        "Without a topic, list the commands. A topic is a command, as 'train' or 'sweep run'; "
        "one of the lists of "
        "activations, "
        "losses, schedules, optimizers, decays and schemes, with parameters, defaults, "
        "formulas and "
        "sources; 'layers', which networks there are; 'recipes' or 'sweeps', what is installed.",
    .examples = "initlab help train\ninitlab help activations\ninitlab help layers",
    .rows = rows,
    .run = run
};
