/* sweep_check.c - the runs of a sweep against a dataset; what does not fit is named by its place. */
#include <stdio.h>
#include <string.h>
#include "core/error.h"
#include "sweep_impl.h"

/* the axis of a parameter; NULL: the file does not have it, and its default is wrong */
static const struct il_axis *axis_of(const struct il_sweep *s, const char *parameter)
{
    for (size_t i = 0; i < s->axes; i++)
        if (strcmp(s->axis[i].name, parameter) == 0)
            return &s->axis[i];
    return NULL;
}

static il_status complain(const struct il_sweep *s, size_t run, const il_error *why, il_error *err)
{
    const struct il_axis *const a = axis_of(s, why->parameter);
    char values[160] = "", text[400];
    size_t n = 0;
    il_status st;

    for (size_t i = 0; i < il_sweep_varied(s) && n < sizeof values; i++) {
        const il_varied v = il_sweep_value(s, run, i);

        n += (size_t)snprintf(values + n, sizeof values - n, "%s%s=%s", i ? ", " : " (", v.name,
                              v.value);
    }
    snprintf(text, sizeof text, "run %zu%s%s: %.200s", run, values, n ? ")" : "", why->text);
    if (a)
        st = il_sweep_complain(s->path, a->at, text, err);
    else
        st = il_fail(err, IL_E_DATA, "%s%s%s", s->path ? s->path : "", s->path ? ": " : "", text);
    return il_fail_of(err, st, why->parameter);
}

/* Do two runs differ in no more than the seed, which every dataset takes? */
static int same_but_seed(const struct il_sweep *s, size_t a, size_t b)
{
    for (unsigned i = 0; i < s->axes; i++)
        if (strcmp(s->axis[i].name, "seed") != 0 &&
            strcmp(il_sweep_axis_value(s, a, i), il_sweep_axis_value(s, b, i)) != 0)
            return 0;
    return 1;
}

il_status il_sweep_check(const il_sweep *s, const il_dataset *set, il_error *err)
{
    il_status st = IL_OK;

    for (size_t run = 0; st == IL_OK && run < s->runs; run++) {
        il_error inner = { .text = "" };
        il_config *c = NULL;

        if (run > 0 && same_but_seed(s, run - 1, run))
            continue;
        st = il_sweep_config(s, run, &c, err);
        if (st == IL_OK && il_config_check(c, set, &inner) != IL_OK)
            st = inner.status == IL_E_USAGE ? complain(s, run, &inner, err)
                                            : il_fail(err, inner.status, "%s", inner.text);
        il_config_free(c);
    }
    return st;
}
