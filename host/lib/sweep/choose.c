/*
 * choose.c - which runs a sweep has. A grid's are its points, the last parameter fastest, but those that
 * exclude names. A random sweep's are draws, each a function of (seed, number of the draw, parameter).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "core/number.h"
#include "random.h"
#include "seen.h"

static const size_t RUNS_MOST = IL_SWEEP_RUNS;

/* the points of the grid, IL_E_DATA if there are too many */
static il_status count_points(const struct il_sweep *s, size_t *points, il_error *err)
{
    char text[192];

    *points = 1;
    for (size_t i = 0; i < s->axes; i++)
        if (s->axis[i].group == i && (*points *= s->axis[i].count) > RUNS_MOST) {
            snprintf(text, sizeof text,
                     "with the values of '%s' there are more than %zu runs: divide them among "
                     "sweeps, each with some of its values",
                     s->axis[i].name, RUNS_MOST);
            return il_sweep_complain(s->path, s->axis[i].at, text, err);
        }
    return IL_OK;
}

/* The points in the order of their runs' numbers: part by part, each part's in the order of the grid. */
static il_status order_points(const struct il_sweep *s, size_t points, uint32_t **order,
                              il_error *err)
{
    size_t *const next = calloc(s->parts + 1, sizeof *next);

    *order = malloc(points * sizeof **order);
    if (!next || !*order) {
        free(next);
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", points);
    }
    for (size_t p = 0; s->parts > 1 && p < points; p++)
        next[il_sweep_part_of(s, (uint32_t)p) + 1]++;
    for (size_t k = 1; k < s->parts; k++)
        next[k] += next[k - 1];
    for (size_t p = 0; p < points; p++)
        (*order)[next[il_sweep_part_of(s, (uint32_t)p)]++] = (uint32_t)p;
    free(next);
    return IL_OK;
}

static il_status choose_grid(struct il_sweep *s, il_error *err)
{
    struct il_seen seen = { 0 };
    uint32_t *order = NULL;
    size_t points = 1;
    il_status st;

    IL_TRY(count_points(s, &points, err));
    IL_TRY(order_points(s, points, &order, err));
    s->run = malloc(points * sizeof *s->run);
    if (!s->run) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", points);
        goto out;
    }
    IL_TRY(il_seen_start(&seen, points, err));
    for (size_t i = 0; i < points; i++)
        if (il_sweep_wanted(s, order[i], NULL)) {
            s->run[s->runs++] = order[i];
            s->runs -= (size_t)il_seen_repeats(&seen, s);
            s->part[il_sweep_part_of(s, order[i])].runs = s->runs;
        }
    for (size_t k = 1; k < s->parts; k++) /* a part may have none */
        if (s->part[k].runs < s->part[k - 1].runs)
            s->part[k].runs = s->part[k - 1].runs;
    if (s->part[0].runs == 0)
        st = il_sweep_complain(s->path, s->exclude_at, "exclude leaves no run", err);
out:
    free(order);
    il_seen_end(&seen);
    return st;
}

/* the high 64 bits of a product */
static uint64_t high_product(uint64_t a, uint64_t b)
{
    const uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
    const uint64_t left = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
    const uint64_t right = (a & UINT32_MAX) * (b >> 32) + (left & UINT32_MAX);

    return (a >> 32) * (b >> 32) + (left >> 32) + (right >> 32);
}

/* a whole number from least to most; u from the first word alone is enough where doubles are exact */
static uint64_t draw_whole(const struct il_axis *a, struct il_words words, double u)
{
    const uint64_t span = a->most - a->least, random = (uint64_t)words.v[0] << 32 | words.v[1];

    if (a->most <= (uint64_t)1 << 53)
        return a->least + (uint64_t)fmin(floor(u * ((double)span + 1)), (double)span);
    return a->least + (span == UINT64_MAX ? random : high_product(random, span + 1));
}

/* the text of a value drawn for an axis, in normal form; NULL: out of memory */
static char *draw(const struct il_sweep *s, uint32_t number, unsigned axis)
{
    const unsigned group = s->axis[axis].group; /* a zip is drawn once */
    const struct il_axis *const a = &s->axis[axis];
    const struct il_words words = il_philox(s->seed, number, group);
    const double u = ((double)words.v[0] + 0.5) / 4294967296.0;
    char text[IL_NUMBER_TEXT];
    double x;

    if (a->every)
        return strdup(a->value[0]);
    if (a->law == IL_SWEEP_LIST)
        return strdup(a->value[(size_t)(u * (double)a->count)]);
    if (a->law == IL_SWEEP_INT_UNIFORM) {
        il_write_whole(draw_whole(a, words, u), text);
        return strdup(text);
    }
    x = a->law == IL_SWEEP_LOG_UNIFORM ? exp(log(a->min) + u * (log(a->max) - log(a->min)))
                                       : a->min + u * (a->max - a->min);
    il_write_real(fmax(a->min, fmin(a->max, x)), text); /* rounding may lead out */
    return strdup(text);
}

/* one draw; its values are the sweep's even after a failure */
static il_status draw_all(struct il_sweep *s, uint32_t number, char **drawn, il_error *err)
{
    for (unsigned i = 0; i < s->axes; i++) {
        free(drawn[i]);
        drawn[i] = draw(s, number, i);
        if (!drawn[i])
            return il_fail(err, IL_E_MEMORY, "out of memory");
    }
    return IL_OK;
}

/* how many different draws there can be, at most */
static double possible(const struct il_sweep *s)
{
    double n = 1;

    for (size_t i = 0; i < s->axes; i++) {
        const struct il_axis *const a = &s->axis[i];

        if (a->group == i && !a->every)
            n *= a->law == IL_SWEEP_LIST          ? (double)a->count
                 : a->law == IL_SWEEP_INT_UNIFORM ? (double)(a->most - a->least) + 1
                                                  : INFINITY;
    }
    return n;
}

static il_status choose_random(struct il_sweep *s, il_error *err)
{
    struct il_seen seen = { 0 };
    char text[160];
    size_t fruitless = 0; /* draws since the last new run */
    il_status st;

    if (possible(s) < (double)s->count) {
        snprintf(text, sizeof text, "of the %zu runs asked for, only %.0f different ones can be",
                 s->count, possible(s));
        return il_sweep_complain(s->path, s->count_at, text, err);
    }
    s->run = malloc(s->count * sizeof *s->run);
    s->drawn = calloc(s->count * (s->axes ? s->axes : 1), sizeof *s->drawn);
    if (!s->run || !s->drawn)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", s->count);
    IL_TRY(il_seen_start(&seen, s->count, err));
    for (size_t n = 0; s->runs < s->count; n++) {
        if (fruitless > 1000 + 10 * s->runs) { /* the last of as many: missed once in e^10 times */
            snprintf(
                text, sizeof text,
                "of the %zu runs asked for, %zu were found: then %zu draws in a row were none, "
                "or one of these",
                s->count, s->runs, fruitless);
            st = il_sweep_complain(s->path, s->count_at, text, err);
            break;
        }
        IL_TRY(draw_all(s, (uint32_t)n, s->drawn + s->runs * s->axes, err));
        fruitless++;
        if (il_sweep_wanted(s, 0, s->drawn + s->runs * s->axes)) {
            s->run[s->runs++] = (uint32_t)n;
            if (il_seen_repeats(&seen, s))
                s->runs--;
            else
                fruitless = 0;
        }
    }
    s->part[0].runs = s->runs;
out:
    il_seen_end(&seen);
    return st;
}

il_status il_sweep_choose(il_sweep *s, il_error *err)
{
    return s->random ? choose_random(s, err) : choose_grid(s, err);
}
