/*
 * options.h - a command's whole table of options, for parsing, help, man page and completions: its own
 * rows, then the parameters of a run if it takes them (il_parameter_at), then the options that every
 * command has. The default shown is the value used.
 */
#ifndef HOST_CLI_OPTIONS_H
#define HOST_CLI_OPTIONS_H

#include <stddef.h>
#include "command_table.h"

/* An option as it was given; one that may be given again (its row's `again`) is there again. */
struct opt_once {
    const struct opt_row *row;
    const char *value;
};

struct options {
    const struct command *command;
    struct opt_row *row; /* rows, and one with an empty name; given: the last time's value */
    size_t rows;
    struct opt_once *once; /* [onces], in the order of the command line */
    size_t onces;
    char **operand;
    int operands;
};

/* The command's whole table, nothing given yet. 0, or -1 when out of memory. options_free frees. */
int options_open(struct options *o, const struct command *command);
void options_free(struct options *o);

/*
 * Parse argv, whose first word is the command. 0, or the exit code after a line on stderr that
 * names what is wrong, the nearest valid word and where help is. Where a second value of an option takes the
 * place of the first, that is said. Stops early, with 0, at --help.
 */
int options_parse(struct options *o, const struct cli *cli, const struct command *command, int argc,
                  char **argv);

/* What was given, else the default; and whether an option was given. */
const char *opt_get(const struct options *o, const char *name);
int opt_given(const struct options *o, const char *name);

/* The index-th heading, in the order of first use and the general one last; NULL past the end. */
const char *opt_group(const struct options *o, size_t index);

/* The list (il_list) that a row's value is chosen from, or -1: none. */
int opt_list(const struct opt_row *row);

/* The words of "a|b|c" with spaces between them; NULL: none. */
void opt_spaced(const char *words, char *text, size_t size);

/* What a row's shell completion offers, separated by spaces: its words, or a list's names. */
void opt_words(const struct opt_row *row, char *text, size_t size);

#endif
