/*
 * cross_seeds.c - `seeds` of a random sweep: settings are compared over the same seeds, so each draw of the
 * other parameters is a run for every seed, as in a grid, and count is the number of draws.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "seen.h"

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

/* The draws are taken out of the sweep, and its runs made of them. */
struct draws {
    uint32_t *run;
    char **drawn;
    size_t runs, count;
};

/* one more run, unless it is excluded, or there already: a `when` may leave draws with nothing of their own */
static il_status add_run(struct il_sweep *s, const struct draws *d, size_t draw, unsigned axis,
                         size_t k, struct il_seen *seen, il_error *err)
{
    char **const to = s->drawn + s->runs * s->axes;

    for (unsigned i = 0; i < s->axes; i++) { /* of one that was none */
        free(to[i]);
        to[i] = NULL;
    }
    if (!copy_values(s, to, d->drawn + draw * s->axes, axis, s->axis[axis].value[k]))
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", s->count);
    if (!il_sweep_wanted(s, 0, to))
        return IL_OK;
    s->run[s->runs++] = d->run[draw];
    s->runs -= (size_t)il_seen_repeats(seen, s);
    return IL_OK;
}

il_status il_sweep_cross(struct il_sweep *s, il_error *err)
{
    unsigned axis;
    const struct il_axis *const a = crossed(s, &axis) ? &s->axis[axis] : NULL;
    const struct draws d = { s->run, s->drawn, s->runs, s->count };
    struct il_seen seen = { 0 };
    char text[160];
    size_t end = 0; /* of the part's seeds */
    il_status st = IL_OK;

    if (!a)
        return IL_OK;
    if (d.runs * a->count > IL_SWEEP_RUNS) {
        snprintf(
            text, sizeof text,
            "with these seeds there are more than %d runs: divide them among sweeps, each with "
            "some of the seeds",
            IL_SWEEP_RUNS);
        return il_sweep_complain(s->path, a->at, text, err);
    }
    s->count = d.runs * a->count;
    s->runs = 0;
    s->run = malloc(s->count * sizeof *s->run);
    s->drawn = calloc(s->count * s->axes, sizeof *s->drawn);
    if (!s->run || !s->drawn) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", s->count);
        goto out;
    }
    IL_TRY(il_seen_start(&seen, s->count, err));
    for (size_t part = 0; part < s->parts; part++) {
        const size_t first = end;

        while (end < a->count && a->part[end] == part)
            end++;
        for (size_t r = 0; r < d.runs; r++)
            for (size_t k = first; k < end; k++)
                IL_TRY(add_run(s, &d, r, axis, k, &seen, err));
        s->part[part].runs = s->runs;
    }
out:
    il_seen_end(&seen);
    free_values(d.drawn, d.count * s->axes);
    free(d.run);
    return st;
}
