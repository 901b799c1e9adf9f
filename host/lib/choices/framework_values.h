/* framework_values.h - the values behind a framework's name, read together, in its units. */
#ifndef HOST_LIB_CHOICES_FRAMEWORK_VALUES_H
#define HOST_LIB_CHOICES_FRAMEWORK_VALUES_H

#include <stddef.h>
#include "core/error.h"
#include "framework_names.h"

enum { IL_THEIRS = 8 }; /* parameters that a name has at most */

/* Begins with its row alone; the texts are the caller's. */
struct il_framework_values {
    const struct il_framework_name *row;
    const char *value[IL_THEIRS]; /* as given, in the framework's order; NULL: not */
    size_t next;                  /* where a value without a name goes */
};

/* The place of their parameter of this name (n bytes), or -1. */
int il_framework_param(const struct il_framework_name *row, const char *name, size_t n);

/*
 * Keep one VALUE or PARAM=VALUE. *taken is 0 where PARAM is none of theirs. IL_E_USAGE: given twice,
 * or one too many.
 */
il_status il_framework_take(struct il_framework_values *values, const char *piece, int *taken,
                            il_error *err);

/*
 * After all are kept: the at-th of theirs as PARAM=VALUE of ours, "" where it says nothing of ours or
 * is in units of its own. IL_E_USAGE: a value that is no choice here.
 */
il_status il_framework_as_ours(const struct il_framework_values *values, size_t at, char *out,
                               size_t size, il_error *err);

/* Returns status; what was wrong with ours is told of the at-th of theirs, as it was given. */
il_status il_framework_blame(const struct il_framework_values *values, size_t at, il_status status,
                             const char *wrong, il_error *err);

/*
 * What was given in units of its own:
 *   ~low, ~high   bounds in standard deviations from the mean, and not where they are
 *   ~scale        a variance of 1 / F times it, of a uniform law the squared bound times F
 * *unit is the framework's default where it was not given, and *given tells. Returns 0 where the name
 * has no such parameter. IL_E_USAGE in *st: no number.
 */
int il_framework_unit(const struct il_framework_values *values, const char *ours, double *unit,
                      int *given, il_status *st, il_error *err);

/* Their parameters' names, NULL after the last, in text. */
void il_framework_params(const struct il_framework_name *row, const char *names[IL_THEIRS + 1],
                         char text[128]);

#endif
