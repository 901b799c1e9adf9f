/* outcome.c - a check is reported, a device's failure put into words. */
#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include "cases.h"
#include "core/clock.h"
#include "core/error.h"

void il_selftest_say(struct il_selftest *t, il_check *check, const char *detail, ...)
{
    va_list args;

    va_start(args, detail);
    vsnprintf(check->detail, sizeof check->detail, detail, args);
    va_end(args);
    check->seconds = il_seconds() - t->begin;
    t->failed += !check->good;
    t->report(t->arg, check);
}

il_status il_selftest_fail(struct il_selftest *t, struct il_device *d, int code, const char *what)
{
    if (code == IL_TRIAL_MEMORY)
        return il_fail(t->err, IL_E_MEMORY, "out of memory for a self-test");
    return il_fail(t->err, IL_E_DEVICE, "%s: cannot %s: %s", d->id, what, d->seam->error(d, code));
}
