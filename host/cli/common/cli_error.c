/* cli_error.c - fill an error, and find its words behind a parameter's name. */
#include "cli_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

const char *cli_error_words(const il_error *err, const char *parameter)
{
    const size_t n = strlen(parameter);

    return strncmp(err->text, parameter, n) == 0 && strncmp(err->text + n, ": ", 2) == 0
               ? err->text + n + 2
               : err->text;
}
