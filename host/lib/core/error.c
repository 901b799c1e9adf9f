/* error.c - status codes in words, from the one list, and errors in words, in UTF-8. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

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

static void fill(il_error *err, il_status status, const char *parameter, const char *fmt,
                 va_list ap)
{
    err->status = status;
    err->line = err->column = 0;
    snprintf(err->parameter, sizeof err->parameter, "%s", parameter);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    il_utf8(err->text); /* a path may be anything, and a long one is cut anywhere */
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

il_status il_fail_parameter(il_error *err, il_status status, const char *parameter, const char *fmt,
                            ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (err)
        fill(err, status, parameter, fmt, ap);
    va_end(ap);
    return status;
}

il_status il_or_memory(int error, il_status other) { return error == ENOMEM ? IL_E_MEMORY : other; }

il_status il_fail_of(il_error *err, il_status status, const char *parameter)
{
    if (err && (status == IL_E_USAGE || status == IL_E_DATA) && !*err->parameter)
        snprintf(err->parameter, sizeof err->parameter, "%s", parameter);
    return status;
}

il_status il_fail_place(il_error *err, il_status status, const char *path, size_t line,
                        size_t column, const char *fmt, ...)
{
    char words[sizeof err->text];
    va_list ap;

    if (!err)
        return status;
    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    if (path)
        il_fail(err, status, "%s:%zu:%zu: %s", path, line, column, words);
    else
        il_fail(err, status, "%s", words);
    err->line = line;
    err->column = column;
    return status;
}
