/* error.c - status codes in words, from the one list, and errors in words, in UTF-8. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    il_status status;
    int code;
    const char *text;
} statuses[] = {
#define X(name, value, code, text) { name, code, text },
    IL_STATUS_MAP(X)
#undef X
};

enum { STATUSES = sizeof statuses / sizeof *statuses };

const char *il_status_text(il_status status)
{
    return (unsigned)status < STATUSES ? statuses[status].text : "unknown status";
}

int il_status_exit(il_status status)
{
    return (unsigned)status < STATUSES ? statuses[status].code : 70; /* EX_SOFTWARE */
}

/* words behind `before`, which may be empty */
static void fill(il_error *err, il_status status, const char *before, const char *fmt, va_list ap)
{
    const size_t n = strlen(before);
    il_error filled = { .status = status };

    snprintf(filled.text, sizeof filled.text, "%s", before);
    filled.words = n < sizeof filled.text ? n : sizeof filled.text - 1;
    vsnprintf(filled.text + filled.words, sizeof filled.text - filled.words, fmt, ap);
    il_utf8(filled.text); /* a path may be anything, and a long one is cut anywhere */
    *err = filled;
}

il_status il_fail(il_error *err, il_status status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (err)
        fill(err, status, "", fmt, ap);
    va_end(ap);
    return status;
}

il_status il_fail_help(il_error *err, il_status status, const char *topic, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return status;
    va_start(ap, fmt);
    fill(err, status, "", fmt, ap);
    va_end(ap);
    snprintf(err->text + strlen(err->text), sizeof err->text - strlen(err->text),
             " (see 'initlab help %s')", topic);
    err->helps = 1;
    return status;
}

il_status il_fail_parameter(il_error *err, il_status status, const char *parameter, const char *fmt,
                            ...)
{
    char before[sizeof err->parameter + 2];
    va_list ap;

    if (!err)
        return status;
    snprintf(before, sizeof before, "%s: ", parameter);
    va_start(ap, fmt);
    fill(err, status, before, fmt, ap);
    va_end(ap);
    snprintf(err->parameter, sizeof err->parameter, "%s", parameter);
    return status;
}

il_status il_or_memory(int error, il_status other) { return error == ENOMEM ? IL_E_MEMORY : other; }

il_status il_fail_of(il_error *err, il_status status, const char *parameter)
{
    if (err && (status == IL_E_USAGE || status == IL_E_DATA) && !*err->parameter)
        snprintf(err->parameter, sizeof err->parameter, "%s", parameter);
    return status;
}

il_status il_fail_around(il_error *err, il_status status, const il_error *inner)
{
    if (err) {
        err->words += inner->words;
        err->helps = inner->helps;
    }
    return il_fail_of(err, status, inner->parameter);
}

il_status il_fail_place(il_error *err, il_status status, const char *path, size_t line,
                        size_t column, const char *fmt, ...)
{
    char before[sizeof err->text] = "";
    va_list ap;

    if (!err)
        return status;
    if (path)
        snprintf(before, sizeof before, "%s:%zu:%zu: ", path, line, column);
    va_start(ap, fmt);
    fill(err, status, before, fmt, ap);
    va_end(ap);
    err->line = line;
    err->column = column;
    return status;
}
