/* axis.c - room for the values of an axis, and complaints about a place of a sweep's file. */
#include <stdlib.h>
#include "axis.h"

il_status il_axis_grow(struct il_axis *a, il_error *err)
{
    const size_t room = 2 * a->room + 1;
    char **const value = a->count < a->room ? a->value : realloc(a->value, room * sizeof *value);
    uint16_t *part;

    if (a->count < a->room)
        return IL_OK;
    if (value)
        a->value = value;
    part = value ? realloc(a->part, room * sizeof *part) : NULL;
    if (!part)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    a->part = part;
    a->room = room;
    return IL_OK;
}

il_status il_sweep_complain(const char *path, struct il_position at, const char *text,
                            il_error *err)
{
    return at.line ? il_fail_place(err, IL_E_DATA, path, at.line, at.column, "%s", text)
                   : il_fail(err, IL_E_DATA, "%s", text);
}
