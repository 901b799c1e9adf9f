/* messages.c - messages, colour, JSON. */
#include "messages.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int colored(const char *when, int fd)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    if (strcmp(when, "auto") != 0)
        return strcmp(when, "always") == 0;
    return isatty(fd) && !(no && no[0] != 0) && term && strcmp(term, "dumb") != 0;
}

void cli_color(struct cli *cli, const char *when)
{
    const int out = colored(when, STDOUT_FILENO), err = colored(when, STDERR_FILENO);

    cli->bold = out ? "\033[1m" : "";
    cli->plain = out ? "\033[0m" : "";
    cli->alarm = err ? "\033[1;31m" : "";
    cli->calm = err ? "\033[0m" : "";
}

static void print_message(const struct cli *cli, const char *fmt, va_list args)
{
    fprintf(stderr, "%sinitlab:%s ", cli->alarm, cli->calm);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
}

int cli_fail(const struct cli *cli, il_status status, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    print_message(cli, fmt, args);
    va_end(args);
    return il_status_exit(status);
}

void cli_say(const struct cli *cli, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    print_message(cli, fmt, args);
    va_end(args);
}

void cli_flush(struct cli *cli)
{
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && cli->out_errno == 0)
        cli->out_errno = errno ? errno : EIO;
}

void cli_json_add(json_t **array, json_t *value)
{
    if (!*array) {
        json_decref(value);
    } else if (json_array_append_new(*array, value) != 0) {
        json_decref(*array);
        *array = NULL;
    }
}

void cli_json_set(json_t **object, const char *name, json_t *value)
{
    if (!*object) {
        json_decref(value);
    } else if (json_object_set_new(*object, name, value) != 0) {
        json_decref(*object);
        *object = NULL;
    }
}

json_t *cli_json_number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

/* These two do what core/json.c does for the library, and why. */
char *cli_json_text(const json_t *value, size_t flags)
{
    const size_t n = value ? json_dumpb(value, NULL, 0, flags) : 0;
    char *const text = n > 0 ? malloc(n + 1) : NULL;

    if (!text || json_dumpb(value, text, n, flags) != n) {
        free(text);
        return NULL;
    }
    text[n] = 0;
    return text;
}

json_t *cli_json_of(const char *text, size_t flags, json_error_t *why, int *memory)
{
    char *all = NULL;
    json_t *both, *value = NULL;

    *memory = asprintf(&all, "[\"%0*d\",%s]", strlen(text) < 4096 ? (int)strlen(text) + 2 : 4096, 0,
                       text) < 0;
    if (*memory)
        return NULL;
    errno = 0;
    both = json_loads(all, flags, why);
    *memory = errno == ENOMEM;
    if (both && !*memory && json_array_size(both) == 2)
        value = json_incref(json_array_get(both, 1));
    else if (both)
        snprintf(why->text, sizeof why->text, "more than one value");
    json_decref(both);
    free(all);
    return value;
}

int cli_json(const struct cli *cli, json_t *value)
{
    const int written = value && json_dumpf(value, stdout, JSON_INDENT(2)) == 0;

    json_decref(value);
    if (!written && !ferror(stdout)) /* a write error stays in stdout for main */
        return cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    putchar('\n');
    return 0;
}
