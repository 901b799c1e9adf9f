/* axes.c - what the axes of lines show. */
#include "axes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"

double il_x_of(const il_line *line, size_t i) { return line->x ? line->x[i] : (double)i + 1; }

size_t il_points(const il_line *line)
{
    size_t n = 0;

    for (size_t i = 0; i < line->count; i++)
        n += il_is_drawn(line->y[i]);
    return n;
}

/* ---- ranges ---------------------------------------------------------------------------------- */

struct range {
    double lo, hi, least; /* least: above 0 */
    int zero;
};

static void widen(struct range *r, double y)
{
    if (!il_is_drawn(y))
        return;
    r->lo = fmin(r->lo, y);
    r->hi = fmax(r->hi, y);
    r->zero |= y == 0;
    if (y > 0)
        r->least = fmin(r->least, y);
}

/* of all lines, or of those without a gap; from the first value on, or from the second */
static struct range range_of(const il_panel *p, int whole, size_t from)
{
    struct range r = { INFINITY, -INFINITY, INFINITY, 0 };

    for (size_t k = 0; k < p->lines; k++) {
        if (whole && il_points(&p->line[k]) < p->line[k].count)
            continue;
        for (size_t i = from; i < p->line[k].count; i++)
            widen(&r, p->line[k].y[i]);
    }
    return r;
}

/*
 * What the axis is to show: all that is drawn, unless lines that break off, as those that diverge do, press
 * the others flat, or a start that is so much larger than the rest.
 */
static struct range shown_range(const il_panel *p, double *left_out, unsigned *beyond)
{
    static const double MOST = 10; /* times the others' range, or a tenth of their size */
    static const double START = 100;
    const struct range whole = range_of(p, 1, 0);
    struct range r = range_of(p, 0, 0), rest;

    *left_out = NAN;
    *beyond = 0;
    if (p->y_scale != IL_SCALE_AUTO)
        return r;
    if (whole.lo <= whole.hi &&
        r.hi - r.lo > MOST * fmax(whole.hi - whole.lo, fmax(fabs(whole.lo), fabs(whole.hi)) / 10)) {
        r = whole;
        *beyond = IL_BEYOND_LINES;
    }
    rest = range_of(p, *beyond != 0, 1);
    if (rest.lo >= 0 && rest.hi > 0 && rest.lo <= rest.hi && r.hi > START * rest.hi) {
        *left_out = r.hi;
        return rest;
    }
    return r;
}

/*
 * Bands and crosses may add as much again as the lines take, and no more; as much as all wants beside lines of one
 * value, unless the axis leaves something out, which they must not bring back.
 */
static void widen_by_bands(const il_panel *p, struct range *r, int log, int leaves_out)
{
    const double span = r->hi > r->lo              ? r->hi - r->lo
                        : leaves_out && r->hi != 0 ? fabs(r->hi)
                                                   : INFINITY;
    const double lowest = log ? r->least / 10 : r->lo - span,
                 highest = log ? 10 * r->hi : r->hi + span;
    struct range all = *r;

    for (size_t k = 0; k < p->lines; k++) {
        const il_line *const l = &p->line[k];

        for (size_t i = 0; i < l->count && l->low && l->high; i++) {
            if (!log || l->low[i] > 0)
                widen(&all, l->low[i]);
            widen(&all, l->high[i]);
        }
        for (size_t i = 0; i < l->crosses; i++)
            widen(&all, l->cross_y[i]);
    }
    r->lo = fmax(all.lo, lowest);
    r->hi = fmin(all.hi, highest);
    r->least = fmax(all.least, lowest);
}

/* does a value lie off the axis, other than where all values of the panel end? */
static int is_off(const il_panel *p, const struct il_ruler *a, double y)
{
    static const double ROUNDING = 1e-9;
    const double room = ROUNDING * (a->hi - a->lo);

    if (p->most > p->least)
        y = fmin(fmax(y, p->least), p->most);
    if (!il_is_drawn(y) || (a->log && !(y > 0)))
        return 0;
    y = a->log ? log10(y) : y;
    return y < a->lo - room || y > a->hi + room;
}

/* from: which values count; a first one that is off is told anyway */
static unsigned beyond_of(const il_panel *p, const struct il_ruler *a, size_t from)
{
    unsigned beyond = 0;

    for (size_t k = 0; k < p->lines; k++) {
        const il_line *const l = &p->line[k];

        for (size_t i = from; i < l->count && l->low && l->high && !l->faint; i++)
            if (il_is_drawn(l->low[i]) && il_is_drawn(l->high[i]) &&
                (is_off(p, a, l->low[i]) || is_off(p, a, l->high[i])))
                beyond |= IL_BEYOND_BANDS;
        for (size_t i = 0; i < l->crosses && !l->faint; i++)
            if (is_off(p, a, l->cross_y[i]))
                beyond |= IL_BEYOND_CROSSES;
    }
    return beyond;
}

/* Which lines of a panel start off the axis, where it leaves starts out. */
static void find_starts(const il_panel *p, struct il_y_axis *v)
{
    const int leaves_out = isfinite(v->left_out);

    v->left_out = NAN;
    v->starts = 0;
    v->start = NULL;
    for (size_t k = 0; leaves_out && k < p->lines; k++) {
        const il_line *const l = &p->line[k];

        if (l->count == 0 || !is_off(p, &v->ruler, l->y[0]))
            continue;
        v->left_out = fmax(v->left_out, l->y[0]);
        v->start = v->starts++ ? NULL : l->label;
    }
}

void il_y_axis_of_panel(const il_panel *p, const struct il_y_axis *of_all, struct il_y_axis *v)
{
    v->left_out = of_all->left_out;
    find_starts(p, v);
    v->beyond = beyond_of(p, &v->ruler, isfinite(v->left_out));
    for (size_t k = 0; of_all->beyond & IL_BEYOND_LINES && k < p->lines; k++)
        for (size_t i = isfinite(v->left_out); i < p->line[k].count; i++)
            v->beyond |= is_off(p, &v->ruler, p->line[k].y[i]) ? IL_BEYOND_LINES : 0;
}

int il_is_left_out(const struct il_y_axis *v, size_t i, double y)
{
    return i == 0 && isfinite(v->left_out) && il_is_drawn(y) &&
           il_ruler_beyond(&v->ruler, y) != il_ruler_at(&v->ruler, y);
}

size_t il_crossings(const struct il_ruler *up, double x0, double y0, double x1, double y1,
                    double at[2][2])
{
    const double edge[2] = { y0 < y1 ? fmin(up->to, up->from) : fmax(up->to, up->from),
                             y0 < y1 ? fmax(up->to, up->from) : fmin(up->to, up->from) };
    size_t n = 0;

    for (size_t i = 0; i < 2; i++)
        if ((y0 < edge[i] && edge[i] < y1) || (y1 < edge[i] && edge[i] < y0)) {
            at[n][0] = x0 + (x1 - x0) * ((edge[i] - y0) / (y1 - y0));
            at[n++][1] = edge[i];
        }
    return n;
}

/* "the first value of he_normal, 3e7, is off this axis" */
static size_t put_starts(const struct il_y_axis *v, char text[IL_AXIS_WORDS])
{
    enum { LONGEST = 60 }; /* letters of a name that is told */
    const struct il_number most = il_digits(v->left_out, 3);

    if (v->starts > 1)
        return (size_t)snprintf(text, IL_AXIS_WORDS,
                                "the first values of %zu lines, up to %s, are off this axis",
                                v->starts, most.text);
    if (v->start && v->start[0] && strlen(v->start) <= LONGEST)
        return (size_t)snprintf(text, IL_AXIS_WORDS, "the first value of %s, %s, is off this axis",
                                v->start, most.text);
    return (size_t)snprintf(text, IL_AXIS_WORDS, "the first value, %s, is off this axis",
                            most.text);
}

void il_y_axis_words(const struct il_y_axis *v, char text[IL_AXIS_WORDS])
{
    static const char *const what[] = { "lines", "bands", "crosses" };
    size_t n = 0;

    text[0] = 0;
    if (isfinite(v->left_out))
        n = put_starts(v, text);
    for (unsigned i = 0, some = 0; i < 3; i++)
        if (v->beyond >> i & 1)
            n += (size_t)snprintf(text + n, IL_AXIS_WORDS - n, "%s%s",
                                  some++ ? v->beyond >> (i + 1) ? ", " : " and "
                                  : n    ? "; "
                                         : "",
                                  what[i]);
    if (v->beyond)
        snprintf(text + n, IL_AXIS_WORDS - n, " at the edge lie beyond this axis");
}

/* Between these values end; a single one has room beside it, as far as there can be any. */
static void keep_within(double least, double most, double *lo, double *hi)
{
    const double room = (most - least) / 10;

    if (!(most > least))
        return;
    *lo = fmin(fmax(*lo, least), most);
    *hi = fmax(fmin(*hi, most), least);
    if (*lo == *hi) {
        *lo = fmax(*lo - room, least);
        *hi = fmin(*hi + room, most);
    }
}

void il_y_axis(const il_panel *p, int ticks, struct il_y_axis *v)
{
    static const double RATIO = 50; /* from here on an axis is logarithmic */
    struct range r = shown_range(p, &v->left_out, &v->beyond);
    int log;

    v->any = r.lo <= r.hi;
    if (!v->any)
        r = (struct range){ 0, 1, 1, 0 };
    log = r.lo >= 0 && isfinite(r.least) &&
          (p->y_scale == IL_SCALE_LOG || (p->y_scale == IL_SCALE_AUTO && r.hi > RATIO * r.least));
    widen_by_bands(p, &r, log && v->any, isfinite(v->left_out) || v->beyond);
    keep_within(p->least, p->most, &r.lo, &r.hi);
    if (log && v->any)
        il_ruler_log(&v->ruler, r.least, r.hi, r.zero, 1);
    else
        il_ruler_linear(&v->ruler, r.lo, r.hi, ticks, 0, 1);
    find_starts(p, v);
    v->beyond |= beyond_of(p, &v->ruler, isfinite(v->left_out));
}

il_status il_y_axis_of_all(const il_lines *d, int ticks, struct il_y_axis *v, il_error *err)
{
    il_panel all = d->panel[0];
    il_line *line;
    size_t n = 0;

    for (size_t j = 0; j < d->panels; j++)
        n += d->panel[j].lines;
    line = calloc(n + 1, sizeof *line);
    if (!line)
        return il_fail(err, IL_E_MEMORY, "out of memory for a figure");
    all.line = line;
    all.lines = 0;
    for (size_t j = 0; j < d->panels; j++)
        for (size_t k = 0; k < d->panel[j].lines; k++)
            line[all.lines++] = d->panel[j].line[k];
    il_y_axis(&all, ticks, v);
    free(line);
    return IL_OK;
}

/* ---- across ----------------------------------------------------------------------------------- */

void il_x_axis(const il_lines *d, int ticks, struct il_ruler *x)
{
    static const double ROOM = 1.12; /* at the ends of a log axis */
    double lo = INFINITY, hi = -INFINITY;
    int whole = 1;

    for (size_t j = 0; j < d->panels; j++)
        for (size_t k = 0; k < d->panel[j].lines; k++) {
            const il_line *const l = &d->panel[j].line[k];

            for (size_t i = 0; i < l->count; i++) {
                lo = fmin(lo, il_x_of(l, i));
                hi = fmax(hi, il_x_of(l, i));
                whole &= il_x_of(l, i) == rint(il_x_of(l, i));
            }
        }
    if (!(lo <= hi))
        lo = hi = 1;
    if (d->x_scale == IL_SCALE_LOG && lo > 0)
        il_ruler_log(x, lo / ROOM, hi * ROOM, 0, 0);
    else
        il_ruler_linear(x, lo, hi, ticks, whole, 0);
}

/* ---- of intervals ------------------------------------------------------------------------------ */

static void widen_to(double *lo, double *hi, double x)
{
    if (il_is_drawn(x)) {
        *lo = fmin(*lo, x);
        *hi = fmax(*hi, x);
    }
}

static void set_mean_axis(const il_forest *d, struct il_ruler *mean)
{
    static const double RATIO = 50; /* from here on an axis is logarithmic */
    double lo = INFINITY, hi = -INFINITY, least, most;

    for (size_t i = 0; i < d->rows; i++)
        widen_to(&lo, &hi, d->row[i].mean);
    least = lo, most = hi;
    for (size_t i = 0; i < d->rows; i++) {
        widen_to(&lo, &hi, d->row[i].low);
        widen_to(&lo, &hi, d->row[i].high);
    }
    if (least <= most)
        keep_within(d->least, d->most, &lo, &hi);
    if (d->middle != 0)
        widen_to(&lo, &hi, d->middle);
    if (least > 0 && most > RATIO * least)
        il_ruler_log(mean, fmax(lo, least / 10), hi, 0, 1);
    else if (least <= most)
        il_ruler_linear(mean, lo, hi, 5, 0, 1);
    else
        il_ruler_linear(mean, 0, 1, 5, 0, 1);
}

static void set_difference_axis(const il_forest *d, struct il_forest_axes *axes)
{
    double lo = 0, hi = 0;

    for (size_t i = 0; i < d->rows; i++) {
        const il_forest_row *const r = &d->row[i];

        axes->differences |= il_is_drawn(r->difference);
        widen_to(&lo, &hi, r->difference);
        widen_to(&lo, &hi, r->difference_low);
        widen_to(&lo, &hi, r->difference_high);
    }
    il_ruler_linear(&axes->difference, lo, hi, 5, 0, 1);
}

void il_forest_set_axes(const il_forest *d, struct il_forest_axes *axes)
{
    axes->differences = 0;
    set_mean_axis(d, &axes->mean);
    set_difference_axis(d, axes);
}

/* ---- of colours -------------------------------------------------------------------------------- */

void il_value_axis(const il_heatmap *d, struct il_ruler *value)
{
    static const double RATIO = 50; /* from here on an axis is logarithmic */
    double lo = INFINITY, hi = -INFINITY;

    for (size_t i = 0; i < d->rows * d->columns; i++)
        if (il_is_drawn(d->value[i])) {
            lo = fmin(lo, d->value[i]);
            hi = fmax(hi, d->value[i]);
        }
    if (!(lo <= hi))
        il_ruler_linear(value, 0, 1, 5, 0, 0);
    else if (lo > 0 && hi > RATIO * lo)
        il_ruler_log(value, lo, hi, 0, 0);
    else
        il_ruler_linear(value, lo, hi, 5, 0, 0);
}
