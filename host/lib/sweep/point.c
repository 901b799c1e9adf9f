/*
 * point.c - the values of a run: of a grid's point, which is a number that is taken apart when a value is asked for, so that
 * 20,000 runs are 80 kB; or those that were drawn. And is it a run, or excluded?
 */
#include <string.h>
#include "config/config.h"
#include "sweep_impl.h"

size_t il_sweep_value_index(const struct il_sweep *s, uint32_t point, unsigned axis)
{
    const unsigned group = s->axis[axis].group;
    size_t rest = point;

    for (size_t i = s->axes; i-- > group + 1;)
        if (s->axis[i].group == i) /* it leads a group */
            rest /= s->axis[i].count;
    return rest % s->axis[group].count;
}

/* a run's value, or a point's while runs are being chosen; drawn: of that draw, NULL for a grid */
static const char *chosen(const struct il_sweep *s, uint32_t point, char *const *drawn,
                          unsigned axis)
{
    return drawn ? drawn[axis] : s->axis[axis].value[il_sweep_value_index(s, point, axis)];
}

/* the value that counts: the default on an axis that is unused, a bit each */
static const char *counted(const struct il_sweep *s, uint32_t point, char *const *drawn,
                           unsigned axis, uint64_t unused)
{
    return unused >> axis & 1 ? il_config_get(s->base, s->axis[axis].name)
                              : chosen(s, point, drawn, axis);
}

static int holds(const struct il_sweep *s, const struct il_terms *rule, uint32_t point,
                 char *const *drawn, uint64_t unused)
{
    for (size_t t = 0; t < rule->terms; t++)
        if (strcmp(counted(s, point, drawn, rule->term[t].axis, unused), rule->term[t].value) != 0)
            return 0;
    return 1;
}

/* the axes that some `when` leaves at their defaults; the rules have causes before effects */
static uint64_t unused_at(const struct il_sweep *s, uint32_t point, char *const *drawn)
{
    uint64_t unused = 0;

    for (size_t i = 0; i < s->whens; i++)
        if (!holds(s, &s->when[i], point, drawn, unused))
            unused |= (uint64_t)1 << s->when[i].axis;
    return unused;
}

/* Is this point a run, or excluded? One that repeats another, as `when` makes them, is told later. */
int il_sweep_wanted(const struct il_sweep *s, uint32_t point, char *const *drawn)
{
    const uint64_t unused = unused_at(s, point, drawn);

    for (size_t i = 0; i < s->excludes; i++)
        if (holds(s, &s->exclude[i], point, drawn, unused))
            return 0;
    return 1;
}

const char *il_sweep_axis_value(const struct il_sweep *s, size_t run, unsigned axis)
{
    const uint32_t point = s->run[run];
    char *const *const drawn = s->drawn ? s->drawn + run * s->axes : NULL;

    return counted(s, point, drawn, axis, unused_at(s, point, drawn));
}

unsigned il_sweep_part_of(const struct il_sweep *s, uint32_t point)
{
    unsigned last = 0;

    for (unsigned i = 0; s->parts > 1 && i < s->axes; i++)
        if (s->axis[i].group == i && s->axis[i].part) {
            const unsigned part = s->axis[i].part[il_sweep_value_index(s, point, i)];

            last = part > last ? part : last;
        }
    return last;
}
