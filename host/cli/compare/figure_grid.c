/* figure_grid.c - heat maps, and sensitivity to the learning rate. */
#include "figure_grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "figure_theory.h"
#include "figure_words.h"

enum { VALUES_MOST = 100 /* of a column, in a figure */ };

/* ---- values of a column ---------------------------------------------------------------------- */

/* by the number of widths, then by them */
static int by_layers(const void *a, const void *b)
{
    size_t n[2] = { 0, 0 };

    for (const char *s = *(const char *const *)a; *s; s++)
        n[0] += *s == ',';
    for (const char *s = *(const char *const *)b; *s; s++)
        n[1] += *s == ',';
    return n[0] != n[1] ? (n[0] > n[1]) - (n[0] < n[1]) : figure_by_value(a, b);
}

/* value[most]: those that groups have in a column, sorted. SIZE_MAX: there are more. */
static size_t values_of(const il_comparison *c, size_t column, const char **value, size_t most)
{
    size_t n = 0;

    for (size_t i = 0; i < c->groups; i++) {
        size_t k = 0;

        while (k < n && strcmp(value[k], c->group[i].value[column]) != 0)
            k++;
        if (k == most)
            return SIZE_MAX;
        if (k == n)
            value[n++] = c->group[i].value[column];
    }
    qsort(value, n, sizeof *value,
          strcmp(c->column[column], "layers") == 0 ? by_layers : figure_by_value);
    return n;
}

/* Do the values of a column rise? Numbers do, and layers by their depth; words are in the order of the alphabet. */
static int are_rising(const il_comparison *c, size_t column, const char *const *value, size_t n)
{
    char *end;

    for (size_t i = 0; i < n && strcmp(c->column[column], "layers") != 0; i++) {
        strtod(value[i], &end);
        if (end == value[i] || *end)
            return 0;
    }
    return 1;
}

static void reverse(const char **value, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        const char *const first = value[i];

        value[i] = value[n - 1 - i];
        value[n - 1 - i] = first;
    }
}

static size_t place_of(const char *const *value, const char *text)
{
    size_t k = 0;

    while (strcmp(value[k], text) != 0)
        k++;
    return k;
}

/* values of a column as an axis calls them */
static void name_values(const il_comparison *c, size_t column, const char **value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t g = 0;

        while (strcmp(c->group[g].value[column], value[i]) != 0)
            g++;
        value[i] = c->group[g].shown[column];
    }
}

static il_status too_many(const il_comparison *c, size_t column, il_error *err)
{
    return cli_error(err, IL_E_USAGE,
                     "%s has more than %d values, too many for this figure: --where leaves fewer",
                     c->column[column], VALUES_MOST);
}

/* ---- heat map -------------------------------------------------------------------------------- */

/* runs [3 * cells]: that ended, that have a value, and that diverged or failed */
static il_status fill_cells(const il_comparison *c, il_heatmap *m, const char **x, const char **y,
                            double **value, size_t **runs, il_error *err)
{
    const size_t cells = m->columns * m->rows;

    *value = calloc(cells + 1, sizeof **value);
    *runs = calloc(3 * cells + 1, sizeof **runs);
    if (!*value || !*runs)
        return cli_no_memory(err);
    for (size_t i = 0; i < cells; i++)
        (*value)[i] = NAN;
    for (size_t i = 0; i < c->groups; i++) {
        const il_run_group *const g = &c->group[i];
        const size_t at = place_of(y, g->value[1]) * m->columns + place_of(x, g->value[0]);

        (*runs)[at] = g->runs;
        (*runs)[cells + at] = g->metric.n;
        (*runs)[2 * cells + at] = g->diverged + g->failed;
        (*value)[at] = g->metric.n ? g->metric.mean : NAN;
    }
    m->value = *value;
    m->runs = *runs;
    m->finite = *runs + cells;
    m->lost = *runs + 2 * cells;
    return IL_OK;
}

static int lost_any(const il_heatmap *m)
{
    for (size_t i = 0; i < m->rows * m->columns; i++)
        if (m->lost[i])
            return 1;
    return 0;
}

static const char THEORY_NOTE[] =
    "dashed line: 6 xi_c, xi_c the layers in which the correlation of two inputs comes nearer to "
    "its limit by e, in wide "
    "networks (Schoenholz et al. 2017); a triangle: it lies beyond the map";

il_status draw_heatmap(char **svg, size_t *n, const struct to_draw *from, il_error *err)
{
    const il_comparison *const c = from->of->comparison;
    const char *x[VALUES_MOST], *y[VALUES_MOST];
    char title[WORDS], bar[WORDS], text[WORDS], note[NOTE] = "";
    il_heatmap figure = { .title = title, .value_label = bar, .note = note, .x = x, .y = y };
    double *value = NULL;
    size_t *count = NULL;
    struct trainable theory = { .limit = NULL };
    il_status st;

    if (c->columns != 2) {
        st = cli_error(err, IL_E_USAGE, "figure heatmap: --by A,B names its two columns");
        goto out;
    }
    figure.columns = values_of(c, 0, x, VALUES_MOST);
    figure.rows = values_of(c, 1, y, VALUES_MOST);
    if (figure.columns == SIZE_MAX || figure.rows == SIZE_MAX) {
        st = too_many(c, figure.columns == SIZE_MAX ? 0 : 1, err);
        goto out;
    }
    figure.rising = are_rising(c, 1, y, figure.rows);
    if (!figure.rising) /* as words are read: the first at the top */
        reverse(y, figure.rows);
    figure.x_label = c->column[0];
    figure.y_label = c->column[1];
    st = trainable(&theory, from->of, &(struct heat_axis){ c->column[0], x, figure.columns },
                   &(struct heat_axis){ c->column[1], y, figure.rows }, err);
    if (st == IL_OK)
        st = fill_cells(c, &figure, x, y, &value, &count, err);
    if (st == IL_OK) {
        name_values(c, 0, x, figure.columns);
        name_values(c, 1, y, figure.rows);
        figure.limit = theory.limit;
        figure.limit_of_rows = theory.of_rows;
        figure.limit_name = theory.name;
        figure_title(c, "Mean ", title);
        snprintf(bar, sizeof bar, "mean %s", il_metric_words(c->metric));
        figure_runs(figure.finite, figure.columns * figure.rows, "cell", text);
        figure_note(note, text);
        figure_note(note,
                    "number and colour: mean over the runs of a cell; \u00d7: no run of it has a "
                    "finite one; no cell: no run");
        if (lost_any(&figure))
            figure_note(note, "\u00d7 in a cell's corner: how many of its runs diverged or failed");
        if (theory.limit)
            figure_note(note, THEORY_NOTE);
        figure_lost_note(note, c, "mean");
        figure_pooled_note(note, c);
        st = il_figure_heatmap(svg, n, &figure, from->terminal, err);
    }
out:
    trainable_free(&theory);
    free(value);
    free(count);
    return st;
}

/* ---- learning rates -------------------------------------------------------------------------- */

enum { LABEL = 320 };

struct point {
    const il_run_group *group;
    double rate;
    size_t line;
};

/* points of all lines, one line after the other, each sorted by rate */
struct rates {
    struct point *point; /* [groups] */
    il_line *line;
    char (*label)[LABEL];
    double *x, *y, *low, *high, *cross_x, *cross_y; /* [groups] */
    size_t *count;                                  /* [groups] */
    size_t lines;
    char strip[STRIP];
};

static int by_line(const void *a, const void *b)
{
    const struct point *const p = a, *const q = b;

    if (p->line != q->line)
        return p->line < q->line ? -1 : 1;
    return (p->rate > q->rate) - (p->rate < q->rate);
}

/* "he_normal", or "init=he_normal, depth=3": all columns but the rate */
static void set_label(const il_comparison *c, const il_run_group *g, size_t lr, char label[LABEL])
{
    size_t n = 0;

    label[0] = 0;
    for (size_t i = 0; i < c->columns; i++) {
        if (i == lr)
            continue;
        if (c->columns == 2)
            snprintf(label, LABEL, "%s", g->shown[i]);
        else
            snprintf(label + n, LABEL - n, "%s%s=%s", n ? ", " : "", c->column[i], g->shown[i]);
        n = strlen(label);
    }
}

/* a line a label, in the order of the comparison: the best first */
static il_status sort_points(const il_comparison *c, size_t lr, struct rates *r, il_error *err)
{
    char label[LABEL], *end;

    for (size_t i = 0; i < c->groups; i++) {
        size_t k = 0;

        set_label(c, &c->group[i], lr, label);
        while (k < r->lines && strcmp(r->label[k], label) != 0)
            k++;
        if (k == VALUES_MOST)
            return cli_error(err, IL_E_USAGE,
                             "more than %d lines are too many for this figure: --where or --by "
                             "leaves fewer",
                             VALUES_MOST);
        if (k == r->lines)
            snprintf(r->label[r->lines++], LABEL, "%s", label);
        r->point[i] = (struct point){ &c->group[i], strtod(c->group[i].value[lr], &end), k };
        if (!c->group[i].value[lr][0] || *end || !isfinite(r->point[i].rate))
            return cli_error(err, IL_E_USAGE, "figure rates: '%.100s' is no rate",
                             c->group[i].value[lr]);
    }
    qsort(r->point, c->groups, sizeof *r->point, by_line);
    return IL_OK;
}

/* runs that diverged are counted under the axis; where all did, their mean, if there is one, is a cross */
static void note_diverged(struct rates *r, const struct point *p, il_line *l, double y)
{
    const size_t runs = p->group->runs - p->group->failed;
    const ptrdiff_t at = l->cross_x - r->cross_x + (ptrdiff_t)l->crosses;
    char name[LABEL + 32];

    snprintf(name, sizeof name, "%.260s%sat %g", l->label, l->label[0] ? " " : "", p->rate);
    figure_diverged(r->strip, name, p->group->diverged, runs);
    if (p->group->diverged < runs || !isfinite(y))
        return;
    r->cross_x[at] = p->rate;
    r->cross_y[at] = y;
    l->crosses++;
}

/* a line's colour: its place among all by its label, so that it is the same whatever is best */
static size_t style_of(const struct rates *r, size_t line)
{
    size_t n = 0;

    for (size_t k = 0; k < r->lines; k++)
        n += strcmp(r->label[k], r->label[line]) < 0;
    return n;
}

static void fill_lines(const il_comparison *c, struct rates *r)
{
    for (size_t i = 0; i < c->groups; i++) {
        const struct point *const p = &r->point[i];
        const il_summary *const m = &p->group->metric;
        const int has_interval = m->n > 0 && m->interval.kind != IL_INTERVAL_NONE;
        il_line *const l = &r->line[p->line];

        if (i == 0 || p->line != p[-1].line)
            *l = (il_line){ .label = r->label[p->line],
                            .x = &r->x[i],
                            .y = &r->y[i],
                            .low = &r->low[i],
                            .high = &r->high[i],
                            .style = style_of(r, p->line),
                            .markers = 1,
                            .cross_x = &r->cross_x[i],
                            .cross_y = &r->cross_y[i] };
        l->count++;
        r->x[i] = p->rate;
        r->y[i] = m->n > 0 ? m->mean : NAN;
        r->low[i] = has_interval ? m->interval.low : NAN;
        r->high[i] = has_interval ? m->interval.high : NAN;
        r->count[i] = m->n;
        if (p->group->diverged > 0)
            note_diverged(r, p, l, r->y[i]);
    }
}

static il_status open_rates(struct rates *r, size_t groups, il_error *err)
{
    const size_t n = groups + 1;

    r->point = calloc(n, sizeof *r->point);
    r->line = calloc(n, sizeof *r->line);
    r->label = calloc(n, sizeof *r->label);
    r->count = calloc(n, sizeof *r->count);
    r->x = calloc(6 * n, sizeof *r->x);
    if (!r->point || !r->line || !r->label || !r->count || !r->x)
        return cli_no_memory(err);
    r->y = r->x + n;
    r->low = r->y + n;
    r->high = r->low + n;
    r->cross_x = r->high + n;
    r->cross_y = r->cross_x + n;
    return IL_OK;
}

static void close_rates(struct rates *r)
{
    free(r->point);
    free(r->line);
    free(r->label);
    free(r->count);
    free(r->x);
}

/* Bands of many lines hide each other. */
static void drop_bands(struct rates *r)
{
    for (size_t i = 0; r->lines > IL_FIGURE_NAMES && i < r->lines; i++)
        r->line[i].low = r->line[i].high = NULL;
}

static void write_marks(const struct rates *r, const il_comparison *c, char text[WORDS])
{
    char band[WORDS];
    size_t crosses = 0;

    for (size_t i = 0; i < r->lines; i++)
        crosses += r->line[i].crosses;
    figure_interval_words(c, "band", band);
    if (r->lines > IL_FIGURE_NAMES)
        snprintf(band, sizeof band, "bands are left out of more than %d lines", IL_FIGURE_NAMES);
    snprintf(text, WORDS, "marker: mean; %.200s%s", band,
             crosses ? "; \u00d7: every run diverged" : "");
}

il_status draw_rates(char **svg, size_t *n, const struct to_draw *from, il_error *err)
{
    const il_comparison *const c = from->of->comparison;
    struct rates r = { .lines = 0 };
    char title[WORDS], y_label[WORDS], text[WORDS], note[NOTE] = "";
    il_panel panel = { .y_label = y_label };
    il_lines figure = { .title = title,
                        .x_label = "learning rate, log scale",
                        .x_scale = IL_SCALE_LOG,
                        .panel = &panel,
                        .panels = 1,
                        .titled = from->page,
                        .note = note };
    size_t lr = 0;
    il_status st;

    while (lr < c->columns && strcmp(c->column[lr], "lr") != 0)
        lr++;
    if (lr == c->columns)
        return cli_error(err, IL_E_USAGE,
                         "figure rates: groups are not by lr, which does not vary or is not "
                         "among --by");
    st = open_rates(&r, c->groups, err);
    if (st == IL_OK)
        st = sort_points(c, lr, &r, err);
    if (st == IL_OK) {
        fill_lines(c, &r);
        drop_bands(&r);
        panel.line = r.line;
        panel.lines = r.lines;
        figure.strip = r.strip[0] ? r.strip : NULL;
        figure_limits(c->metric, &panel.least, &panel.most);
        figure_title(c, "Mean ", title);
        snprintf(y_label, sizeof y_label, "%s", il_metric_words(c->metric));
        figure_runs(r.count, c->groups, "marker", text);
        figure_note(note, text);
        write_marks(&r, c, text);
        figure_note(note, text);
        figure_limits_note(note, c);
        figure_answer_note(note, c, NOTE_INTERVALS);
        figure_lost_note(note, c, "mean or interval");
        figure_answer_note(note, c, NOTE_POOLED);
        st = il_figure_lines(svg, n, &figure, from->terminal, err);
    }
    close_rates(&r);
    return st;
}
