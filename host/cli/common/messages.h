/* messages.h - what the program writes: results on stdout, lines about them on stderr; in colour. */
#ifndef HOST_CLI_MESSAGES_H
#define HOST_CLI_MESSAGES_H

#include <jansson.h>
#include <stdio.h>
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

/*
 * Print a text that may come from a file: what a terminal would obey, control characters and those that turn the
 * direction of writing, and what is no UTF-8, as \xNN. cli_fail and cli_say do so with their whole message.
 * Returns how many characters that is; to NULL: prints none.
 */
size_t cli_put(FILE *to, const char *text);

/* The next piece of a text, as cli_put shows it; how many bytes of the text that was. */
size_t cli_piece(const char *text, char to[8]);

/* All of it as a text, to be freed; NULL: out of memory. */
char *cli_shown(const char *text);

enum { CLI_COMMAND = 4 * 4096 + 256 };

/* A path as a word that a shell reads back, quoted where it must be; to has CLI_COMMAND bytes. */
const char *cli_word(char *to, const char *path);

/*
 * A command for a person to type, in quotes of the sentence where the path needs none of its own:
 * 'initlab WORDS PATHMORE'. to has CLI_COMMAND bytes.
 */
const char *cli_command(char *to, const char *words, const char *path, const char *more);

/* Flush stdout; the first failure is kept, for main to report at the end. */
void cli_flush(struct cli *cli);

/*
 * Put a value into an array or an object, which becomes NULL where memory is short: a value that is NULL
 * counts as that.
 */
void cli_json_add(json_t **array, json_t *value);
void cli_json_set(json_t **object, const char *name, json_t *value);

/* The number, a NaN without the sign that arithmetic may give it: printf writes -nan else. */
double cli_number(double x);

/* A number that is finite, else null; a text, in which '?' stands for what is no UTF-8, as names of folders may have. */
json_t *cli_json_number(double x);
json_t *cli_json_utf8(const char *text);

/*
 * Before any other JSON: jansson (2.14) writes past the end of a string that it reads when an allocation fails there,
 * and leaves out what it has no room for when it writes; so the process ends instead, with 71. What was committed stays,
 * as after kill -9.
 */
void cli_json_start(void);

/*
 * A value's text, to be freed; NULL: out of memory, or value NULL. flags: json_dumps's. Numbers have as few digits as
 * read back as the same double.
 */
char *cli_json_text(const json_t *value, size_t flags);

/* Print a JSON value on stdout and give it up; NULL is "out of memory". Returns the exit code. */
int cli_json(const struct cli *cli, json_t *value);

/* The same as one line, of JSON lines. 0: it was NULL. */
int cli_json_line(json_t *value);

#endif
