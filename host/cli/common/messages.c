/* messages.c - messages, colour, JSON. */
#include "messages.h"

#include <errno.h>
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

int cli_json(const struct cli *cli, json_t *value)
{
    if (!value)
        return cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    json_dumpf(value, stdout, JSON_INDENT(2)); /* a write error stays in stdout for main */
    putchar('\n');
    json_decref(value);
    return 0;
}
