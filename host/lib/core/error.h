/* error.h - how the library reports failure: one line of words in the caller's object. */
#ifndef HOST_LIB_CORE_ERROR_H
#define HOST_LIB_CORE_ERROR_H

#include "initlab/status.h"

/* Fill err (NULL: nothing) and return status. */
il_status il_fail(il_error *err, il_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with " (see 'initlab help TOPIC')" behind the words. */
il_status il_fail_help(il_error *err, il_status status, const char *topic, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * The same of a wrong value of a config's parameter, whose name becomes a field of err: "NAME: " and the
 * words. parameter is no part of err.
 */
il_status il_fail_parameter(il_error *err, il_status status, const char *parameter, const char *fmt,
                            ...) __attribute__((format(printf, 4, 5)));

/*
 * Returns status; if that is IL_E_USAGE or IL_E_DATA and err names no parameter yet, it is of this one:
 * for words that were found where no parameter was known.
 */
il_status il_fail_of(il_error *err, il_status status, const char *parameter);

/*
 * Returns status; err, which was filled with the text of inner behind a place or a parameter, is of inner's
 * parameter, and its words are inner's.
 */
il_status il_fail_around(il_error *err, il_status status, const il_error *inner);

/*
 * The same as il_fail about a place of a file, from line 1, column 1, which become fields of err: "PATH:LINE:COLUMN: "
 * and the words; path NULL: the words alone.
 */
il_status il_fail_place(il_error *err, il_status status, const char *path, size_t line,
                        size_t column, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* A failed call's status by its errno: IL_E_MEMORY where memory was short, else the other one. */
il_status il_or_memory(int error, il_status other);

/* Run a call that returns il_status; needs a local `st` and a label `out`. */
#define IL_TRY(call)                                                                               \
    do {                                                                                           \
        st = (call);                                                                               \
        if (st != IL_OK)                                                                           \
            goto out;                                                                              \
    } while (0)

#endif
