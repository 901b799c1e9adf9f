/* axis.c - complaints about a place of a sweep's file. */
#include "axis.h"

il_status il_sweep_complain(const char *path, struct il_position at, const char *text,
                            il_error *err)
{
    return at.line ? il_fail_place(err, IL_E_DATA, path, at.line, at.column, "%s", text)
                   : il_fail(err, IL_E_DATA, "%s", text);
}
