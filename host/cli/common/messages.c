/* messages.c - messages, colour, JSON. */
#include "messages.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "initlab/output.h"

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

/* Bytes of the character at the beginning that a terminal shows as it is; 0: it is to be escaped. */
static size_t harmless(const char *text)
{
    const unsigned char *const p = (const unsigned char *)text;
    char one[5] = "";
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0))
        return 0; /* C0, DEL, C1 */
    if (p[0] == 0xe2 &&
        ((p[1] == 0x80 && ((p[2] & 0xfe) == 0x8e || (p[2] >= 0xa8 && p[2] <= 0xae))) ||
         (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
        return 0; /* marks of direction, ends of lines and paragraphs */
    for (size_t i = 0; i < n && text[i]; i++)
        one[i] = text[i];
    return strlen(one) == n && il_utf8(one) == 0 ? n : 0;
}

size_t cli_piece(const char *text, char to[8])
{
    const size_t n = harmless(text);

    if (n > 0)
        snprintf(to, 8, "%.*s", (int)n, text);
    else
        snprintf(to, 8, "\\x%02x", (unsigned)(unsigned char)*text);
    return n > 0 ? n : 1;
}

size_t cli_put(FILE *to, const char *text)
{
    char shown[8];
    size_t n = 0;

    while (*text) {
        text += cli_piece(text, shown);
        for (const char *p = shown; *p; p++)
            n += (*p & 0xc0) != 0x80;
        if (to)
            fputs(shown, to);
    }
    return n;
}

char *cli_shown(const char *text)
{
    char *const all = malloc(4 * strlen(text) + 1), *to = all, shown[8];

    while (all && *text) {
        text += cli_piece(text, shown);
        to = stpcpy(to, shown);
    }
    if (all)
        *to = 0;
    return all;
}

static void print_message(const struct cli *cli, const char *fmt, va_list args)
{
    char text[4 * 4096 + 1024]; /* longer than any: no allocation may fail here */

    vsnprintf(text, sizeof text, fmt, args);
    fprintf(stderr, "%sinitlab:%s ", cli->alarm, cli->calm);
    cli_put(stderr, text);
    fputc('\n', stderr);
}

/* ---- commands to type ------------------------------------------------------------------------ */

const char *cli_word(char *to, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789/._-+,:=@%";
    const size_t end = CLI_COMMAND - 192; /* and a command's words */
    size_t n = 0;
    int strange = 0;

    for (const char *p = path; *p; p += harmless(p) ? harmless(p) : 1)
        strange |= harmless(p) == 0;
    if (path[0] == '-') /* no option */
        n += (size_t)sprintf(to, "./");
    if (path[0] && !path[strspn(path, plain)]) {
        snprintf(to + n, end - n, "%s", path);
        return to;
    }
    n += (size_t)sprintf(to + n, strange ? "$'" : "'");
    for (; *path && n < end; path++)
        if (strange && (harmless(path) == 0 || strchr("\\'", *path)) && (*path & 0xc0) != 0x80)
            n += (size_t)sprintf(to + n, "\\x%02x", (unsigned)(unsigned char)*path);
        else if (*path == '\'')
            n += (size_t)sprintf(to + n, "'\\''");
        else
            to[n++] = *path;
    sprintf(to + n, "'");
    return to;
}

const char *cli_command(char *to, const char *words, const char *path, const char *more)
{
    char word[CLI_COMMAND];
    const char *quote;

    cli_word(word, path);
    quote = strchr(word, '\'') ? "" : "'";
    snprintf(to, CLI_COMMAND, "%sinitlab %s %.*s%s%s", quote, words, CLI_COMMAND - 160, word, more,
             quote);
    return to;
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

double cli_number(double x) { return isnan(x) ? (double)NAN : x; }

json_t *cli_json_number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

json_t *cli_json_utf8(const char *text)
{
    char *const copy = strdup(text);
    json_t *string = NULL;

    if (copy) {
        il_utf8(copy);
        string = json_string(copy);
    }
    free(copy);
    return string;
}

/* jansson's malloc */
static void *have_or_end(size_t n)
{
    static const char text[] = "initlab: out of host memory\n";
    void *const p = malloc(n);

    if (p || n == 0)
        return p;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(il_status_exit(IL_E_IO));
    _exit(il_status_exit(IL_E_MEMORY));
}

void cli_json_start(void) { json_set_alloc_funcs(have_or_end, free); }

char *cli_json_text(const json_t *value, size_t flags)
{
    char *const text = value ? json_dumps(value, flags | JSON_REAL_PRECISION(17)) : NULL;

    if (text)
        il_json_shorten(text);
    return text;
}

int cli_json(const struct cli *cli, json_t *value)
{
    char *const text = cli_json_text(value, JSON_INDENT(2));

    json_decref(value);
    if (!text)
        return cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    puts(text); /* a write error stays in stdout for main */
    free(text);
    return 0;
}

int cli_json_line(json_t *value)
{
    char *const text = cli_json_text(value, JSON_COMPACT);

    json_decref(value);
    if (!text)
        return 0;
    puts(text);
    free(text);
    return 1;
}
