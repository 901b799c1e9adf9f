/* axis.c - numbers of an axis as text, and complaints about a place of the file. */
#include "axis.h"

#include <stdio.h>

void il_axis_number(const struct il_axis *a, double x, char text[IL_NUMBER_TEXT])
{
    if (a->law == IL_SWEEP_INT_UNIFORM)
        snprintf(text, IL_NUMBER_TEXT, "%.0f", x);
    else
        il_write_real(x, text);
}

il_status il_sweep_complain(const char *path, struct il_position at, const char *text,
                            il_error *err)
{
    return il_fail_place(err, IL_E_DATA, path, at.line, at.column, "%s", text);
}
