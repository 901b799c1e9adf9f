/* cli_error.c - fill an error. */
#include "cli_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

il_status cli_error(il_error *err, il_status status, const char *fmt, ...)
{
    il_error filled = { .status = status };
    va_list args;

    va_start(args, fmt);
    vsnprintf(filled.text, sizeof filled.text, fmt, args);
    va_end(args);
    *err = filled;
    return status;
}

il_status cli_no_memory(il_error *err)
{
    return cli_error(err, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
}

il_status cli_or_memory(il_status other) { return errno == ENOMEM ? IL_E_MEMORY : other; }
