/*
 * cross_seeds.c - `seeds` of a random sweep: settings are compared over the same seeds, so each draw of the
 * other parameters is a run for every seed, as in a grid, and count is the number of draws.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sweep_impl.h"

/* the axis that is crossed, if there is one */
static int crossed(const struct il_sweep *s, unsigned *axis)
{
    for (*axis = 0; *axis < s->axes; ++*axis)
        if (s->axis[*axis].every)
            return 1;
    return 0;
}

/* a run's values with another one of the axis; 0: out of memory */
static int copy_values(const struct il_sweep *s, char **to, char *const *from, unsigned axis,
                       const char *value)
{
    for (unsigned i = 0; i < s->axes; i++) {
        to[i] = strdup(i == axis ? value : from[i]);
        if (!to[i])
            return 0;
    }
    return 1;
}

static void free_values(char **values, size_t n)
{
    for (size_t i = 0; values && i < n; i++)
        free(values[i]);
    free(values);
}

il_status il_sweep_cross(struct il_sweep *s, il_error *err)
{
    unsigned axis;
    const struct il_axis *const a = crossed(s, &axis) ? &s->axis[axis] : NULL;
    const size_t most = a ? s->runs * a->count : 0;
    uint32_t *run;
    char **drawn;
    char text[160];
    size_t runs = 0;
    il_status st = IL_OK;

    if (!a)
        return IL_OK;
    if (most > IL_SWEEP_RUNS) {
        snprintf(
            text, sizeof text,
            "with these seeds there are more than %d runs: divide them among sweeps, each with "
            "some of the seeds",
            IL_SWEEP_RUNS);
        return il_sweep_complain(s->path, a->at, text, err);
    }
    run = malloc(most * sizeof *run);
    drawn = calloc(most * s->axes, sizeof *drawn);
    if (!run || !drawn) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", most);
        goto out;
    }
    for (size_t r = 0; r < s->runs; r++)
        for (size_t k = 0; k < a->count; k++) {
            char **const to = drawn + runs * s->axes;

            if (!copy_values(s, to, s->drawn + r * s->axes, axis, a->value[k])) {
                st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", most);
                goto out;
            }
            if (il_sweep_wanted(s, 0, to)) {
                run[runs++] = s->run[r];
            } else {
                for (unsigned i = 0; i < s->axes; i++) {
                    free(to[i]);
                    to[i] = NULL;
                }
            }
        }
    free_values(s->drawn, s->count * s->axes);
    free(s->run);
    s->drawn = drawn;
    s->run = run;
    s->count = most;
    s->runs = runs;
    return IL_OK;
out:
    free_values(drawn, most * s->axes);
    free(run);
    return st;
}
