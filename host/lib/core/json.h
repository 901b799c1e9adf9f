/* json.h - JSON from files, and for them, whatever memory there is. Internal. */
#ifndef HOST_LIB_CORE_JSON_H
#define HOST_LIB_CORE_JSON_H

#include <jansson.h>
#include "initlab/status.h"

/* The value of a text of n bytes, to be freed; NULL: IL_E_DATA, and why, or IL_E_MEMORY. flags: json_loadb's. */
json_t *il_json(const char *text, size_t n, size_t flags, json_error_t *why, il_status *st);

/*
 * A value's text, to be freed; NULL: out of memory, or value NULL. flags: json_dumps's. Numbers have as few digits as
 * read back: il_json_shorten of output.h.
 */
char *il_json_text(const json_t *value, size_t flags);

#endif
