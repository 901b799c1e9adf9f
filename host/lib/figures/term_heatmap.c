/*
 * term_heatmap.c - a heat map in a terminal: a cell is its number on its colour, or, without colour, between blocks that are
 * the denser the larger it is.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "axes.h"
#include "canvas.h"
#include "term_axes.h"

enum {
    NUMBER = 5 /* 0.123 */,
    NARROW = 2,
    WIDE = 12,
    DARK = 16,
    BRIGHT = 231 /* black and white of the palette */
};

static const char *const SHADES[] = { "\u00b7", "\u2591", "\u2592", "\u2593", "\u2588" };
enum { LEVELS = sizeof SHADES / sizeof *SHADES };

struct page {
    struct il_cells cells;
    const il_heatmap *data;
    struct il_ruler value; /* from 0 to 1 */
    size_t labels, wide;   /* of a cell, and the blank behind it */
    int colour, numbered;  /* are columns numbered, as their names do not fit? */
};

static double share_of(const struct page *g, double value) { return il_ruler_at(&g->value, value); }

static size_t level_of(double share) { return (size_t)fmin(share * LEVELS, LEVELS - 1); }

/* ---- a cell ---------------------------------------------------------------------------------- */

static void fill(struct page *g, size_t row, size_t column, size_t n, double share)
{
    const struct il_rgb c = il_viridis(share);

    for (size_t i = column; i < column + n; i++) {
        struct il_cell *const at = il_cells_at(&g->cells, row, i);

        if (!at)
            continue;
        if (!g->colour) {
            strcpy(at->letter, SHADES[level_of(share)]);
            continue;
        }
        at->ground = (unsigned char)il_term_nearest(c);
        at->colour = il_is_dark(c) ? BRIGHT : DARK;
    }
}

/* A theory's line: where it passes through the cell, a part of it; -1: it does not. */
static double passes(const il_heatmap *d, size_t row, size_t column)
{
    const double most = (double)(d->limit_of_rows ? d->columns : d->rows);
    const double far = !d->limit ? NAN : d->limit[d->limit_of_rows ? row : column];
    const double at = (double)(d->limit_of_rows ? column : row);

    if (isnan(far) ||
        !(fmin(fmax(far, 0), most - .001) >= at && fmin(fmax(far, 0), most - .001) < at + 1))
        return -1;
    return far > most ? 2 : fmax(far, 0) - at;
}

static void put_limit(struct page *g, size_t row, size_t column, double part)
{
    const int of_rows = g->data->limit_of_rows;
    const char *const mark = part > 1  ? of_rows ? "\u25b6" : "\u25b2"
                             : of_rows ? "\u2503"
                                       : "\u2501";
    const size_t wide = g->wide - 1;
    /* the number stays as it is: the line goes to the side of it that is nearer */
    const size_t at = of_rows && part > .5 ? wide - 1 : 0;

    il_cells_put(&g->cells, row, column + at, mark, 1, g->colour ? BRIGHT : IL_PLAIN);
    if (!of_rows && wide > NUMBER + 1)
        il_cells_put(&g->cells, row, column + wide - 1, mark, 1, g->colour ? BRIGHT : IL_PLAIN);
}

static void draw_cell(struct page *g, size_t top, size_t i, size_t k)
{
    const il_heatmap *const d = g->data;
    const size_t at = (d->rows - 1 - i) * d->columns + k, wide = g->wide - 1;
    const size_t row = top + i, column = g->labels + 1 + k * g->wide;
    const double value = d->value[at], limit = passes(d, d->rows - 1 - i, k);
    const struct il_number text = il_digits(value, 3);
    const size_t n = strlen(text.text);

    if (d->runs[at] == 0)
        return;
    if (!il_is_drawn(value)) {
        il_cells_put(&g->cells, row, column + wide / 2, "\u00d7", 1, IL_PLAIN);
    } else {
        fill(g, row, column, wide, share_of(g, value));
        if (n + (g->colour ? 0 : 2) <= wide) /* without colour a shade is to be seen */
            il_cells_put(&g->cells, row, column + (wide - n) / 2, text.text, n,
                         g->colour ? il_cells_at(&g->cells, row, column)
                                         ? il_cells_at(&g->cells, row, column)->colour
                                         : IL_PLAIN
                                   : IL_PLAIN);
    }
    if (d->lost[at])
        il_cells_put(&g->cells, row, column + wide, "\u00d7", 1, IL_PLAIN);
    if (limit >= 0)
        put_limit(g, row, column, limit);
}

/* ---- around them ----------------------------------------------------------------------------- */

static void set_layout(struct page *g)
{
    const il_heatmap *const d = g->data;
    size_t across = 0, room;

    for (size_t i = 0; i < d->rows; i++) {
        const size_t n = il_letters(d->y[i]);

        g->labels = n > g->labels ? n : g->labels;
    }
    g->labels = g->labels > g->cells.columns / 3 ? g->cells.columns / 3 : g->labels;
    for (size_t k = 0; k < d->columns; k++) {
        const size_t n = il_letters(d->x[k]);

        across = n > across ? n : across;
    }
    room = (g->cells.columns - g->labels - 1) / (d->columns ? d->columns : 1);
    g->wide = room < NARROW + 1 ? NARROW + 1 : room > WIDE + 1 ? WIDE + 1 : room;
    g->numbered = across >= g->wide;
    il_value_axis(d, &g->value);
    g->value.from = 0;
    g->value.to = 1;
}

/* the value that a share stands for */
static double value_at(const struct page *g, double share)
{
    const double at = g->value.lo + share * (g->value.hi - g->value.lo);

    return g->value.log ? pow(10, at) : at;
}

static void draw_key(struct page *g)
{
    const size_t row = il_cells_add(&g->cells, 3);
    size_t column = g->labels + 1;

    il_cells_put(&g->cells, row + 1, 0, g->data->value_label, g->cells.columns, IL_PLAIN);
    for (size_t i = 0; i <= LEVELS; i++) {
        const struct il_number text = il_digits(value_at(g, (double)i / LEVELS), 2);

        column =
            il_cells_put(&g->cells, row + 2, column, text.text, strlen(text.text), IL_PLAIN) + 1;
        if (i == LEVELS)
            break;
        fill(g, row + 2, column, 2, ((double)i + .5) / LEVELS);
        column += 3;
    }
}

static void draw_columns(struct page *g)
{
    const il_heatmap *const d = g->data;
    const size_t row = il_cells_add(&g->cells, 1);

    for (size_t k = 0; k < d->columns; k++) {
        char number[24];
        size_t n, at = g->labels + 1 + k * g->wide;

        snprintf(number, sizeof number, "%zu", k + 1);
        n = il_letters(g->numbered ? number : d->x[k]);
        at += n < g->wide ? (g->wide - 1 - n) / 2 : 0;
        il_cells_put(&g->cells, row, at, g->numbered ? number : d->x[k], g->wide - 1, IL_PLAIN);
    }
    for (size_t k = 0; k < d->columns && g->numbered; k++) {
        const size_t below = il_cells_add(&g->cells, 1);
        char text[400];
        size_t at = g->labels + 1;

        snprintf(text, sizeof text, "%.300s %zu: ", d->x_label, k + 1);
        at = il_cells_put(&g->cells, below, at, text, g->cells.columns, IL_PLAIN);
        if (at < g->cells.columns)
            il_cells_put_ends(&g->cells, below, at, d->x[k], g->cells.columns - at, IL_PLAIN);
    }
    if (!g->numbered) {
        char text[400];

        snprintf(text, sizeof text, "columns: %.300s", d->x_label);
        il_cells_put(&g->cells, il_cells_add(&g->cells, 1), g->labels + 1, text, g->cells.columns,
                     IL_PLAIN);
    }
}

il_status il_term_heatmap(char **text, size_t *n, const il_heatmap *d, const il_terminal *t,
                          il_error *err)
{
    struct page g = { .cells = { .columns = il_term_columns(t) }, .data = d, .colour = t->colour };
    char rows[400];
    size_t top;

    set_layout(&g);
    /* more columns than fit are cut by nothing: the page is as wide as they are */
    if (g.labels + 1 + g.wide * d->columns > g.cells.columns)
        g.cells.columns = g.labels + 1 + g.wide * d->columns;
    il_cells_title(&g.cells, d->title);
    snprintf(rows, sizeof rows, "rows: %.300s%s", d->y_label, d->rising ? ", rising upwards" : "");
    il_cells_put(&g.cells, il_cells_add(&g.cells, 1), 0, rows, g.cells.columns, IL_PLAIN);
    top = il_cells_add(&g.cells, d->rows);
    for (size_t i = 0; i < d->rows; i++) {
        const char *const name = d->y[d->rows - 1 - i];
        const size_t long_by = il_letters(name) < g.labels ? g.labels - il_letters(name) : 0;

        il_cells_put_ends(&g.cells, top + i, long_by, name, g.labels, IL_PLAIN);
        for (size_t k = 0; k < d->columns; k++)
            draw_cell(&g, top, i, k);
    }
    draw_columns(&g);
    draw_key(&g);
    il_cells_note(&g.cells, d->note);
    for (size_t i = 0; i < d->rows * d->columns; i++)
        if (d->lost[i]) {
            il_cells_note(&g.cells,
                          "here \u00d7 behind a cell: some of its runs diverged or failed");
            break;
        }
    if (d->limit) {
        char name[400];

        snprintf(name, sizeof name, "here the line is %s, the triangle %s: %.200s",
                 d->limit_of_rows ? "\u2503" : "\u2501", d->limit_of_rows ? "\u25b6" : "\u25b2",
                 d->limit_name);
        il_cells_note(&g.cells, name);
    }
    return il_cells_text(&g.cells, t, text, n, err);
}
