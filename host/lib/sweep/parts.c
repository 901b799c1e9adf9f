/*
 * parts.c - what is added to a sweep: more values of its axes. The runs that the grid has then and had not before
 * are a part of their own, so that what was dealt and numbered before stays as it was. A value of an axis
 * belongs to the part that added it, and a point of the grid to the last of its values'.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/config.h"
#include "core/error.h"
#include "core/hash.h"
#include "sweep_impl.h"

il_status il_sweep_add_part(struct il_sweep *s, const char *text, size_t n, il_error *err)
{
    struct il_sweep_part *more;
    char *copy;

    if (s->parts == IL_SWEEP_PARTS)
        return il_fail(err, IL_E_DATA,
                       "a sweep has at most %d parts: one is made, and the others are added to it",
                       IL_SWEEP_PARTS);
    more = realloc(s->part, (s->parts + 1) * sizeof *more);
    copy = malloc(n + 1);
    if (more)
        s->part = more;
    if (!more || !copy) {
        free(copy);
        return il_fail(err, IL_E_MEMORY, "out of memory");
    }
    memcpy(copy, text, n);
    copy[n] = 0;
    s->part[s->parts++] = (struct il_sweep_part){ copy, n, 0 };
    return IL_OK;
}

/* ---- axes ------------------------------------------------------------------------------------ */

static struct il_axis *axis_of(struct il_sweep *s, const char *name)
{
    for (size_t i = 0; i < s->axes; i++)
        if (strcmp(s->axis[i].name, name) == 0)
            return &s->axis[i];
    return NULL;
}

static il_status no_memory(il_error *err) { return il_fail(err, IL_E_MEMORY, "out of memory"); }

/* one more value, which is copied */
static il_status append(struct il_axis *a, const char *value, size_t part, il_error *err)
{
    il_status st;

    IL_TRY(il_axis_grow(a, err));
    a->value[a->count] = strdup(value);
    if (!a->value[a->count])
        return no_memory(err);
    a->part[a->count++] = (uint16_t)part;
out:
    return st;
}

/* The axis of a parameter that had one value in all runs: the default, which its first part keeps. */
static il_status make_axis(struct il_sweep *s, const struct il_axis *added, il_error *err)
{
    struct il_axis *const a = &s->axis[s->axes];

    if (s->axes == IL_SWEEP_AXES)
        return il_fail(err, IL_E_DATA, "too many parameters");
    strcpy(a->name, added->name);
    a->group = (unsigned)s->axes++;
    return append(a, il_config_get(s->base, a->name), 0, err);
}

/* In a random sweep: may the axis take more values? Those of seeds are no draws. */
static il_status check_random(struct il_sweep *s, const struct il_sweep *addition,
                              const struct il_axis *added, il_error *err)
{
    struct il_axis *const a = axis_of(s, added->name);
    char text[256];
    size_t zipped = 0;

    for (size_t i = 0; i < s->axes; i++)
        zipped += &s->axis[i] != a && s->axis[i].group == a->group;
    if (strcmp(a->name, "seed") == 0 && a->law == IL_SWEEP_LIST && !zipped &&
        (a->every || a->count == 1)) {
        a->every = 1;
        return IL_OK;
    }
    snprintf(text, sizeof text,
             strcmp(a->name, "seed") == 0
                 ? "the seeds of this sweep were drawn with its other parameters: a random sweep "
                   "takes more of them only where each draw has all, as 'seeds' gives them"
                 : "this sweep draws its runs at random: more seeds of each draw can be added, but "
                   "no values of '%s'; make another sweep for them",
             a->name);
    return il_sweep_complain(addition->path, added->at, text, err);
}

/* Each axis of the addition has one of the sweep, which may take more values. */
static il_status match_axes(struct il_sweep *s, const struct il_sweep *addition, il_error *err)
{
    il_status st = IL_OK;

    for (size_t i = 0; i < addition->axes && st == IL_OK; i++) {
        const struct il_axis *const added = &addition->axis[i];

        if (added->law != IL_SWEEP_LIST)
            return il_sweep_complain(addition->path, added->at,
                                     "what is added has values, not min and max", err);
        if (!axis_of(s, added->name))
            IL_TRY(make_axis(s, added, err));
        if (s->random)
            IL_TRY(check_random(s, addition, added, err));
    }
out:
    return st;
}

/* ---- values that are new --------------------------------------------------------------------- */

/* Axes that take their k-th values together, each beside what is added to it; and their tuples of values so far. */
struct group {
    struct il_axis *to[IL_SWEEP_AXES];
    const struct il_axis *from[IL_SWEEP_AXES];
    size_t axes;
    size_t *slot; /* [slots]: 1 + index of a tuple; 0: empty */
    size_t slots;
};

/* Is the k-th tuple of the addition (else of the sweep) there already? If not, it is noted under `index`. */
static int known(struct group *g, int added, size_t k, size_t index)
{
    uint64_t h = IL_HASH_START;
    size_t i;

    for (size_t m = 0; m < g->axes; m++)
        h = il_hash_text(h, added ? g->from[m]->value[k] : g->to[m]->value[k]);
    for (i = (h ^ h >> 32) % g->slots; g->slot[i]; i = (i + 1) % g->slots) {
        size_t m = 0;

        while (m < g->axes && strcmp(g->to[m]->value[g->slot[i] - 1],
                                     added ? g->from[m]->value[k] : g->to[m]->value[k]) == 0)
            m++;
        if (m == g->axes)
            return 1;
    }
    g->slot[i] = index + 1;
    return 0;
}

static il_status take_tuples(struct il_sweep *s, struct group *g, il_error *err)
{
    const size_t there = g->to[0]->count, more = g->from[0]->count;
    il_status st = IL_OK;

    g->slots = 2 * (there + more) + 1;
    g->slot = calloc(g->slots, sizeof *g->slot);
    if (!g->slot)
        return no_memory(err);
    for (size_t k = 0; k < there; k++)
        known(g, 0, k, k);
    for (size_t k = 0; k < more; k++) {
        const size_t index = g->to[0]->count;

        if (known(g, 1, k, index))
            continue;
        for (size_t m = 0; m < g->axes; m++)
            IL_TRY(append(g->to[m], g->from[m]->value[k], s->parts - 1, err));
    }
out:
    free(g->slot);
    return st;
}

/* the axes of a group and what is added to them; *any: something is */
static il_status gather(struct il_sweep *s, struct il_sweep *addition, unsigned lead,
                        struct group *g, int *any, il_error *err)
{
    const struct il_axis *given = NULL, *missing = NULL;
    int uneven = 0;
    char text[256];

    *g = (struct group){ .axes = 0 };
    for (size_t i = 0; i < s->axes; i++) {
        const struct il_axis *added;

        if (s->axis[i].group != lead)
            continue;
        added = axis_of(addition, s->axis[i].name);
        uneven |= given && added && given->count != added->count;
        given = added ? added : given;
        missing = added ? missing : &s->axis[i];
        g->to[g->axes] = &s->axis[i];
        g->from[g->axes++] = added;
    }
    *any = given != NULL;
    if (!given || (!missing && !uneven))
        return IL_OK;
    snprintf(text, sizeof text,
             "%s is zipped with others in this sweep: what is added to it needs as many values of "
             "each%s%s",
             given->name, missing ? "; there are none of " : "", missing ? missing->name : "");
    return il_sweep_complain(addition->path, given->at, text, err);
}

il_status il_sweep_take_values(struct il_sweep *s, struct il_sweep *addition, il_error *err)
{
    il_status st;

    IL_TRY(match_axes(s, addition, err));
    for (unsigned i = 0; i < s->axes; i++) {
        struct group g;
        int any = 0;

        if (s->axis[i].group != i)
            continue;
        IL_TRY(gather(s, addition, i, &g, &any, err));
        if (!any)
            continue;
        IL_TRY(take_tuples(s, &g, err));
    }
    for (size_t i = 0; i < s->axes; i++) /* what is wrong from here on is not the file's */
        s->axis[i].at = (struct il_position){ 0, 0 };
out:
    return st;
}
