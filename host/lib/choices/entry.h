/* entry.h - rows of lists by their names. */
#ifndef HOST_LIB_CHOICES_ENTRY_H
#define HOST_LIB_CHOICES_ENTRY_H

#include <stddef.h>
#include "initlab/tables.h"

/* The row with this name or alias (n bytes of it), or NULL; a parameter's place in a row, or -1. */
const il_entry *il_entry_named(il_list list, const char *name, size_t n);
int il_entry_param(const il_entry *entry, const char *name);

#endif
