/*
 * command_table.h - what a command is, and which there are. A new one: a line in commands.def and a
 * commands/cmd_NAME.c that defines cmd_NAME; main.c makes the table of them.
 */
#ifndef HOST_CLI_COMMAND_TABLE_H
#define HOST_CLI_COMMAND_TABLE_H

#include <stddef.h>

struct cli;
struct options;

/* What a shell offers as a value: words, if the row has any, and these. TOPIC: of help. */
enum opt_complete {
    COMPLETE_NONE,
    COMPLETE_FILE,
    COMPLETE_FOLDER,
    COMPLETE_RECIPE,
    COMPLETE_TOPIC
};

#define OPT_GENERAL "General"

/* One option. */
struct opt_row {
    char name[32];       /* without the dashes */
    char letter;         /* 0: none */
    const char *metavar; /* "" or, in a command's own rows, NULL: takes no value */
    const char *value;   /* default; "" or NULL: none */
    const char *words;   /* the only valid values, "a|b|c"; NULL: any */
    const char *help;    /* one line, no full stop */
    const char *group;   /* heading in help; NULL: OPT_GENERAL */
    enum opt_complete complete;
    int hidden;
    int again; /* may be given more than once, and each counts; else the last one, which is said */
    const char *parameter; /* a run's: its name as in files; NULL: not one */
    const char *given;     /* from the command line; NULL: not given */
};

/* One command. */
struct command {
    const char *name;     /* "train", or "sweep run": a command of the group sweep */
    const char *operands; /* as in usage: "[TOPIC]"; NULL: none */
    int max_operands;
    const char *words;          /* that its operand may be, "a|b|c"; NULL: any */
    enum opt_complete complete; /* what else a shell offers as the operand */
    const char *summary;        /* one line, no full stop */
    const char *text;           /* paragraphs, a blank line between them */
    const char *examples;       /* one a line; NULL: none */
    const struct opt_row *rows; /* own options; the last has an empty name */
    enum {
        PARAMETERS_NONE,
        PARAMETERS_ONCE,  /* takes every parameter of a run, too: one value of each */
        PARAMETERS_INITS, /* but of init, which may be given again */
        PARAMETERS_LISTS  /* lists and ranges of each, which may be given again */
    } parameters;
    int hidden;                                           /* from help, man page and completions */
    int (*run)(struct cli *cli, const struct options *o); /* returns the exit code; NULL: a group */
};

/* The commands, in the order of help. */
struct command_table {
    const struct command *const *command; /* [count] */
    size_t count;
};

/* The index-th command, NULL past the end; and the one of that name, NULL if there is none. */
const struct command *command_at(const struct command_table *table, size_t index);
const struct command *command_named(const struct command_table *table, const char *name);

/* Is this a group, whose commands are named "GROUP COMMAND"? Is it one of the group's? */
int command_is_group(const struct command *command);
int command_in(const struct command *command, const struct command *group);

/* A group's commands that are not hidden, without the group's name, a separator between them. */
void command_list(const struct command_table *table, const struct command *group,
                  const char *separator, char *text, size_t size);

#endif
