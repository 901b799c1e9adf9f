/* cli_error.h - what the program's own files put into an il_error, as the library's do into theirs. */
#ifndef HOST_CLI_CLI_ERROR_H
#define HOST_CLI_CLI_ERROR_H

#include "initlab/status.h"

/* Fill err, of no parameter and no place, and return status. The words may be made of err's own. */
il_status cli_error(il_error *err, il_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* IL_E_MEMORY, in its own words. */
il_status cli_no_memory(il_error *err);

/* A failed call's status by errno: IL_E_MEMORY where memory was short, else the other one. */
il_status cli_or_memory(il_status other);

#endif
