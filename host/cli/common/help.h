/* help.h - what --help, `help` and mistakes show, on stdout. */
#ifndef HOST_CLI_HELP_H
#define HOST_CLI_HELP_H

#include <stddef.h>
#include "initlab/tables.h"
#include "command_table.h"
#include "messages.h"

/* All commands; one command with its options. Each returns the exit code. */
int help_overview(const struct cli *cli);
int help_command(const struct cli *cli, const struct command *command);

/* A list of what exists, and one entry of it. */
void help_list(const struct cli *cli, il_list list);
void help_entry(const struct cli *cli, const il_entry *entry);

/* What help is there on beside commands and lists: the index-th name, NULL past the end; show one, the exit code. */
const char *help_page_name(size_t index);
int help_page(const struct cli *cli, size_t index);

/* All that help is there on, separated by spaces: commands, lists, pages. */
void help_topics(const struct cli *cli, char *text, size_t size);

/* What a parameter takes, in words; its default, or 0 if it has none. */
void help_valid(const il_param *p, char *text, size_t size);
int help_default(const il_param *p, char *text, size_t size);

#endif
