/* watch_when.c - when a pack is looked at. */
#include "watch_when.h"

#include <stdio.h>
#include <string.h>
#include "core/error.h"
#include "core/number.h"

const char *il_diagnostic_name(size_t index)
{
    static const char *const names[] = {
#define X(NAME, name, type) #name,
        IL_DIAGNOSTICS(X)
#undef X
    };

    return index < IL_DIAGNOSTIC_COUNT ? names[index] : NULL;
}

il_status il_watch_parse(il_watch *out, const char *text, il_error *err)
{
    static const char step[] = "every=step:";
    uint64_t n;

    *out = (il_watch){ 0 };
    if (strcmp(text, "every=epoch") == 0)
        out->epochs = 1;
    else if (strncmp(text, step, sizeof step - 1) == 0 &&
             il_read_whole(text + sizeof step - 1, &n) && n >= 1 && n <= SIZE_MAX)
        out->steps = (size_t)n;
    else
        return il_fail(err, IL_E_USAGE, "'%s' is neither every=epoch nor every=step:N, N from 1",
                       text);
    return IL_OK;
}

void il_watch_text(const il_watch *w, char text[40])
{
    if (w->steps)
        snprintf(text, 40, "every=step:%zu", w->steps);
    else
        snprintf(text, 40, "%s", w->epochs ? "every=epoch" : "");
}

size_t il_watch_looks(const il_watch *w, size_t epochs, size_t steps)
{
    const size_t total = epochs * steps, period = w->steps ? w->steps : w->epochs * steps;

    return period == 0 ? 0 : 1 + total / period + (total % period != 0);
}

size_t il_watch_look(const il_watch *w, size_t epochs, size_t steps, size_t index)
{
    const size_t total = epochs * steps, period = w->steps ? w->steps : w->epochs * steps;

    return period == 0 || index > total / period ? total : index * period;
}

il_status il_watch_too_often(size_t looks, size_t layers, il_error *err)
{
    return il_fail(err, IL_E_USAGE,
                   "%zu looks at %zu layers, more than the %d rows that a run may have: look less "
                   "often",
                   looks, layers, IL_WATCH_ROWS_MOST);
}
