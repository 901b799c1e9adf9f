/* error.h - how the library reports failure: one line of words in the caller's object. */
#ifndef HOST_LIB_CORE_ERROR_H
#define HOST_LIB_CORE_ERROR_H

#include "initlab/status.h"

/* Fill err (NULL: nothing) and return status. */
il_status il_fail(il_error *err, il_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Run a call that returns il_status; needs a local `st` and a label `out`. */
#define IL_TRY(call)                                                                               \
    do {                                                                                           \
        st = (call);                                                                               \
        if (st != IL_OK)                                                                           \
            goto out;                                                                              \
    } while (0)

#endif
