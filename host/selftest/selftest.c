/*
 * selftest.c - a device against the CPU device: every op; then products, training and speeds.
 */
#include "initlab/selftest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases.h"
#include "parts.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/ftz.h"

/* ---- every op -------------------------------------------------------------------------------- */

/* one case on one shape, on both devices; 1: they agree */
static int agree(struct il_selftest *t, const struct il_case *c, const struct il_case_shape *s,
                 il_status *st, char *words, size_t size)
{
    struct il_trial a = il_trial_run(t->cpu, c, s, t->seed + s->rows, 0);
    struct il_trial b = il_trial_run(t->device, c, s, t->seed + s->rows, 0);
    const size_t at = il_trial_difference(&a, &b, c->product ? il_trial_tolerance(&a) : 0);
    int good = 0;

    *st = IL_OK;
    if (a.code || b.code)
        *st = a.code ? il_selftest_fail(t, t->cpu, a.code, c->name)
                     : il_selftest_fail(t, t->device, b.code, c->name);
    else if (a.words == 0 || a.words != b.words)
        snprintf(words, size, "nothing, or not as much, was written");
    else if (at < a.words)
        snprintf(words, size,
                 "%u x %u, %u runs, block %u, ld %u: word %zu is %08x, %08x on the CPU", a.rows,
                 a.cols, a.runs, a.block, a.ld, at, b.record[at], a.record[at]);
    else
        good = 1;
    free(a.record);
    free(b.record);
    return good;
}

static il_status check_ops(struct il_selftest *t)
{
    for (const struct il_case *c = il_cases; c->name; c++) {
        char name[64], words[160] = "";
        il_check check = { .name = name, .good = 1, .share = NAN };
        unsigned shapes = 0;
        il_status st = IL_OK;

        snprintf(name, sizeof name, "op %s", c->name);
        t->begin = il_seconds();
        for (const struct il_case_shape *s = il_case_shapes; s->rows && check.good && !st; s++)
            if (s->level <= t->level) {
                check.good = agree(t, c, s, &st, words, sizeof words);
                shapes++;
            }
        if (st)
            return st;
        if (!check.good)
            il_selftest_say(t, &check, "%s", words);
        else
            il_selftest_say(t, &check, "%u shapes, %s", shapes,
                            c->product ? "within the rounding of sums" : "equal in every bit");
    }
    return IL_OK;
}

/* ---- all ------------------------------------------------------------------------------------- */

il_status il_selftest(il_device *device, int level, uint64_t seed, il_check_fn *report, void *arg,
                      size_t *failed, il_error *err)
{
    struct il_selftest t = {
        .device = device, .level = level, .seed = seed, .report = report, .arg = arg, .err = err
    };
    const uint64_t ftz = il_ftz_on();
    il_status st = IL_OK;
    int e;

    *failed = 0;
    if (level < 1 || level > 3) {
        st = il_fail(err, IL_E_USAGE, "the level of a self-test is 1 to 3, not %d", level);
        goto out;
    }
    IL_TRY(il_device_open(&t.cpu, "cpu", 1, NULL, err));
    e = device->seam->math(device, IL_MATH_FP32); /* a pack may have left another */
    if (e) {
        st = il_selftest_fail(&t, device, e, "set its arithmetic");
        goto out;
    }
    IL_TRY(check_ops(&t));
    IL_TRY(il_selftest_products(&t));
    IL_TRY(il_selftest_training(&t));
    if (level > 1)
        IL_TRY(il_selftest_speeds(&t));
out:
    il_device_close(t.cpu);
    *failed = t.failed;
    il_ftz_restore(ftz);
    return st;
}
