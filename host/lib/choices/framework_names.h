/* framework_names.h - schemes as frameworks spell them: names, parameters and words, of scheme_names.def. */
#ifndef HOST_LIB_CHOICES_FRAMEWORK_NAMES_H
#define HOST_LIB_CHOICES_FRAMEWORK_NAMES_H

#include <stddef.h>

struct il_theirs {
    const char *name, *ours, *parameters;
};

/*
 * The row of a name (n bytes of it), with its framework or as only frameworks spell it. NULL: none,
 * or several that differ, two of which are then in differ (else NULLs).
 */
const struct il_theirs *il_theirs_find(const char *name, size_t n,
                                       const struct il_theirs *differ[2]);

/* The name as scheme_names.def begins it. */
void il_theirs_plain(const char *name, size_t n, char *out, size_t size);

/*
 * One VALUE or PARAM=VALUE behind a name of theirs as it is spelled here. *next is where a value
 * without a name goes in their order; 0 at first.
 */
void il_theirs_value(const struct il_theirs *row, const char *piece, int *next, char *out,
                     size_t size);

/* Our word for one of theirs, NULL: none. row is the name that it stands behind, NULL: one of ours. */
const char *il_theirs_word(const struct il_theirs *row, const char *word);

#endif
