/* framework_names.h - schemes as frameworks spell them: names, parameters and words. */
#ifndef HOST_LIB_CHOICES_FRAMEWORK_NAMES_H
#define HOST_LIB_CHOICES_FRAMEWORK_NAMES_H

#include <stddef.h>

struct il_framework_name {
    const char *name, *ours, *parameters;
};

/*
 * The row of a name (n bytes of it), with its framework or as only frameworks spell it. NULL: none,
 * or several that differ, two of which are then in differ (else NULLs).
 */
const struct il_framework_name *il_framework_name_find(const char *name, size_t n,
                                                       const struct il_framework_name *differ[2]);

/* The name as framework_names.def begins it. */
void il_framework_name_plain(const char *name, size_t n, char *out, size_t size);

/* Why the name, as il_framework_name_plain makes it, has no row on purpose; NULL: no such reason. */
const char *il_framework_name_refused(const char *plain);

/* Our word for a framework's, NULL: none. row is the name that it stands behind, NULL: one of ours. */
const char *il_framework_word(const struct il_framework_name *row, const char *word);

#endif
