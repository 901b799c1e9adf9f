/* error.c - status codes in words, from the one list. */
#include "error.h"

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

il_status il_fail(il_error *err, il_status status, const char *fmt, ...)
{
    va_list ap;

    if (err) {
        err->status = status;
        va_start(ap, fmt);
        vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
    }
    return status;
}
