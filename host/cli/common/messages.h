/* messages.h - what the program writes: results on stdout, lines about them on stderr; in colour. */
#ifndef HOST_CLI_MESSAGES_H
#define HOST_CLI_MESSAGES_H

#include <jansson.h>
#include "initlab/status.h"

struct command_table;

/* What every command is given: which others there are, and how to write. */
struct cli {
    const struct command_table *commands;
    const char *bold, *plain; /* escape sequences on stdout, each "" where there is no colour */
    const char *alarm, *calm; /* on stderr */
    int out_errno;            /* of the first write to stdout that failed; 0: none */
};

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

#endif
