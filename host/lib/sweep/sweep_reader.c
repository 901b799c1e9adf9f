/* sweep_reader.c - what sweep_file.c and sweep_rules.c both do: names, places, values. */
#include "sweep_reader.h"

#include <string.h>

struct il_position il_sweep_here(const struct il_sweep_reader *r)
{
    return (struct il_position){ r->y.event.start_mark.line + 1, r->y.event.start_mark.column + 1 };
}

il_status il_sweep_normal(struct il_sweep_reader *r, const char *name, const char *text, char **out)
{
    il_error inner = { .text = "" };
    il_status st = il_config_set(r->trial, name, text, &inner);

    *out = NULL;
    if (st == IL_E_USAGE)
        return il_fail_around(r->y.err, il_yaml_complain(&r->y, inner.text, NULL), &inner);
    if (st == IL_OK)
        *out = strdup(il_config_get(r->trial, name));
    return *out ? IL_OK : il_fail(r->y.err, IL_E_MEMORY, "out of memory");
}
