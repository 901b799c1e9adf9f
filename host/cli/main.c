/* main.c - the initlab program: find the command, parse its options, run it, check stdout. */
#include <stdio.h>
#include <string.h>
#include "initlab/tables.h"
#include "common/help.h"
#include "common/options.h"
#include "common/signals.h"
#include "common/streams.h"

#define X(name) extern const struct command cmd_##name;
#include "commands.def"
#undef X

static const struct command *const commands[] = {
#define X(name) &cmd_##name,
#include "commands.def"
#undef X
};

/* A group was named, and none of its commands. */
static int no_command(const struct cli *cli, const struct options *o)
{
    char list[512];

    command_list(cli->commands, o->command, ", ", list, sizeof list);
    if (o->operands)
        return cli_fail(cli, IL_E_USAGE, "'%s' is none of %s (see 'initlab help %s')",
                        o->operand[0], list, o->command->name);
    return cli_fail(cli, IL_E_USAGE, "%s what? One of %s (see 'initlab help %s')", o->command->name,
                    list, o->command->name);
}

static int unknown(const struct cli *cli, const char *word)
{
    const char *candidate[sizeof commands / sizeof *commands + 1] = { NULL }, *near;
    const int option = word[0] == '-';

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        candidate[i] = strchr(commands[i]->name, ' ') ? "" : commands[i]->name;
    near = il_nearest(word + strspn(word, "-"), candidate);
    if (near && !option)
        return cli_fail(cli, IL_E_USAGE,
                        "unknown command '%s'; did you mean '%s'? (see 'initlab help')", word,
                        near);
    return cli_fail(cli, IL_E_USAGE, "unknown %s '%s' (see 'initlab help')",
                    option ? "option" : "command", word);
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
    static char version[] = "version";
    const struct command *command;
    struct options o;
    int code;

    if (argc == 0)
        return cli_fail(cli, IL_E_USAGE, "no command given (see 'initlab help')");
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)
        return help_overview(cli);
    if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0)
        argv[0] = version;
    command = command_named(cli->commands, argv[0]);
    if (!command)
        return unknown(cli, argv[0]);
    if (command_is_group(command) && argc > 1) {
        char name[64];

        snprintf(name, sizeof name, "%s %s", argv[0], argv[1]);
        if (command_named(cli->commands, name)) {
            command = command_named(cli->commands, name);
            argc--;
            argv++;
        }
    }
    if (options_open(&o, command) != 0)
        return cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    code = options_parse(&o, cli, command, argc, argv);
    cli_color(cli, opt_get(&o, "color"));
    if (code == 0)
        code = opt_given(&o, "help")       ? help_command(cli, command)
               : command_is_group(command) ? no_command(cli, &o)
                                           : command->run(cli, &o);
    options_free(&o);
    return code;
}

int main(int argc, char **argv)
{
    static const struct command_table table = { commands, sizeof commands / sizeof *commands };
    struct cli cli = { .commands = &table };
    int code;

    streams_hold();
    signals_no_file_limit();
    cli_json_start();
    cli_color(&cli, "auto");
    code = dispatch(&cli, argc > 0 ? argc - 1 : 0, argv + (argc > 0));
    cli_flush(&cli);
    if (cli.out_errno != 0 && code == 0)
        code =
            cli_fail(&cli, IL_E_IO, "cannot write to standard output: %s", strerror(cli.out_errno));
    return code;
}
