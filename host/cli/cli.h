/*
 * cli.h - what the program's files share: the command table, the way to speak, and where data lies.
 *
 * stdout carries results, stderr the rest. The program sees include/initlab only.
 */
#ifndef HOST_CLI_CLI_H
#define HOST_CLI_CLI_H

#include <stddef.h>
#include <jansson.h>
#include "initlab/initlab.h"
#include "options.h"

/* How to speak: escape sequences, each "" where there is no colour, and the first stdout error. */
struct cli {
    const char *bold, *plain; /* on stdout */
    const char *alarm, *calm; /* on stderr */
    int out_errno;            /* of the first write to stdout that failed; 0: none */
};

/* One command. A new one: a line in commands.def and a cmd_NAME.c that defines cmd_NAME. */
struct command {
    const char *name;     /* "train", or "sweep run": a command of the group sweep */
    const char *operands; /* as in usage: "[TOPIC]"; NULL: none */
    int max_operands;
    const char *summary;        /* one line, no full stop */
    const char *text;           /* paragraphs, a blank line between them */
    const char *examples;       /* one a line; NULL: none */
    const struct opt_row *rows; /* own options; the last has an empty name */
    int parameters;             /* takes every parameter of a run too */
    int hidden;                 /* from help, man page and completions */
    int (*run)(struct cli *cli, const struct options *o); /* returns the exit code */
};

#define X(name) extern const struct command cmd_##name;
#include "commands.def"
#undef X

/* The index-th command, NULL past the end; and the one of that name, NULL if there is none. */
const struct command *command_at(size_t index);
const struct command *command_named(const char *name);

/* Is this a group, whose commands are named "GROUP COMMAND"? Is it one of the group's? */
int command_is_group(const struct command *command);
int command_in(const struct command *command, const struct command *group);

/* The run of every group: says which commands it has. */
int command_group(struct cli *cli, const struct options *o);

/* The words that a command's operand may be, separated by spaces; "" where it takes none. */
void command_words(const struct command *command, char *text, size_t size);

/* Set the escapes for auto, always or never: NO_COLOR and TERM=dumb count for auto. */
void cli_color(struct cli *cli, const char *when);

/* Print "initlab: ..." as one line on stderr; cli_fail returns the status's exit code. */
int cli_fail(const struct cli *cli, il_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void cli_say(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Flush stdout; the first failure is kept, for main to report at the end. */
void cli_flush(struct cli *cli);

/* Print a JSON value on stdout and give it up; NULL is "out of memory". Returns the exit code. */
int cli_json(const struct cli *cli, json_t *value);

/* help.c: what --help, `help` and mistakes show */
int help_overview(const struct cli *cli);
int help_command(const struct cli *cli, const struct command *command);
void help_list(const struct cli *cli, il_list list);
void help_entry(const struct cli *cli, const il_entry *entry);

/* What a parameter takes, in words; its default, or 0 if it has none. */
void help_valid(const il_param *p, char *text, size_t size);
int help_default(const il_param *p, char *text, size_t size);
void help_recipes(const struct cli *cli);

/* man.c: the whole man page, in roff, on stdout */
int man_page(const struct cli *cli);

/* Places that hold mnist/ and recipes/, in the order of search; NULL past the end. */
const char *place_at(size_t index);

/* The bundled dataset's folder, and a recipe's file by its name: 1, or 0 if no place has it. */
int place_dataset(char *path, size_t size);
int place_recipe(const char *name, char *path, size_t size);

/* The names of all recipes, sorted, and NULL behind them; place_free frees. NULL: out of memory. */
char **place_recipes(void);
void place_free(char **names);

#endif
