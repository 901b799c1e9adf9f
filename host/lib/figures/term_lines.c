/*
 * term_lines.c - lines in a terminal: Braille dots, and on each line now and then its letter, by which it is found below,
 * with colour or without.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "axes.h"
#include "canvas.h"
#include "core/error.h"
#include "names.h"
#include "term_axes.h"

enum {
    HIGH = 18,
    LOW = 10,
    BANDS = 2 /* that can be told apart, if they are shaded */,
    LETTERS = 52
};

struct page {
    struct il_cells cells;
    const il_lines *data;
    struct il_ruler x;
    struct il_y_axis up;
    size_t left, wide, high; /* in cells */
    size_t row;              /* where the panel begins */
    const il_line **name;    /* [names]: lines that are called differently */
    size_t names;
    struct il_y_axis all; /* of a grid's panels */
    int theory, band;     /* is any drawn? band -1: there are some, but too many */
};

/* ---- names ----------------------------------------------------------------------------------- */

static int is_named(const il_line *l) { return !l->theory && !l->faint; }

static int same_name(const il_line *a, const il_line *b)
{
    return a->style == b->style && strcmp(a->label ? a->label : "", b->label ? b->label : "") == 0;
}

/* a line's place among the names; names: it is none of them */
static size_t name_of(const struct page *g, const il_line *l)
{
    size_t i = 0;

    while (i < g->names && !same_name(g->name[i], l))
        i++;
    return i;
}

/* "a" to "z", "A" to "Z"; more cannot be told apart */
static void letter_of(const struct page *g, const il_line *l, char letter[2])
{
    const size_t i = name_of(g, l);

    letter[0] = (char)(i < 26 ? 'a' + (char)i : i < LETTERS ? 'A' + (char)(i - 26) : '*');
    letter[1] = 0;
}

static il_status take_names(struct page *g, il_error *err)
{
    size_t n = 0;

    for (size_t j = 0; j < g->data->panels; j++)
        n += g->data->panel[j].lines;
    g->name = calloc(n + 1, sizeof *g->name);
    if (!g->name)
        return il_fail(err, IL_E_MEMORY, "out of memory for a figure");
    for (size_t j = 0; j < g->data->panels; j++)
        for (size_t k = 0; k < g->data->panel[j].lines; k++) {
            const il_line *const l = &g->data->panel[j].line[k];

            if (is_named(l) && name_of(g, l) == g->names)
                g->name[g->names++] = l;
        }
    return IL_OK;
}

/* ---- a panel --------------------------------------------------------------------------------- */

static double x_at(const struct page *g, const il_line *l, size_t i)
{
    return il_ruler_at(&g->x, il_x_of(l, i));
}

static double y_at(const struct page *g, double y) { return il_ruler_at(&g->up.ruler, y); }

/* the place of a line above a cell's column, in dots; NaN: it is not there */
static double above(const struct page *g, const il_line *l, const double *y, size_t column)
{
    const double x = IL_DOTS_WIDE * ((double)column + .5);

    for (size_t i = 0; i < l->count; i++) {
        const double at = x_at(g, l, i);

        if (!il_is_drawn(y[i]))
            continue;
        if ((size_t)(at / IL_DOTS_WIDE) == column)
            return il_is_left_out(&g->up, i, y[i]) ? NAN : y_at(g, y[i]);
        if (il_is_left_out(&g->up, i, y[i])) /* between here and the next it is steep */
            continue;
        if (i + 1 < l->count && il_is_drawn(y[i + 1]) && at <= x && x < x_at(g, l, i + 1))
            return y_at(g, y[i]) +
                   (y_at(g, y[i + 1]) - y_at(g, y[i])) * (x - at) / (x_at(g, l, i + 1) - at);
    }
    return NAN;
}

static void shade(struct page *g, const il_line *l)
{
    for (size_t column = g->left; column < g->left + g->wide; column++) {
        const double low = above(g, l, l->low, column), high = above(g, l, l->high, column);

        if (isnan(low) || isnan(high))
            continue;
        for (size_t row = (size_t)(high / IL_DOTS_HIGH);
             row <= (size_t)(low / IL_DOTS_HIGH) && row < g->high; row++)
            il_cells_put(&g->cells, g->row + row, column, "\u2591", 1, il_term_colour(l->style));
    }
}

/* Dots are not seen beneath a shade. */
static void clear_shade(struct page *g, const il_line *l)
{
    for (size_t column = g->left; column < g->left + g->wide; column++) {
        const double y = above(g, l, l->y, column);
        struct il_cell *const at =
            isnan(y) ? NULL : il_cells_at(&g->cells, g->row + (size_t)(y / IL_DOTS_HIGH), column);

        if (at)
            at->letter[0] = 0;
    }
}

static void draw_path(struct page *g, const il_line *l)
{
    const unsigned colour = l->faint ? IL_GREY : il_term_colour(l->style);
    const int every = l->theory ? 3 : l->faint ? 2 : 1;

    for (size_t i = 0; i < l->count; i++) {
        const size_t next = i + 1 < l->count && il_is_drawn(l->y[i + 1]) ? i + 1 : i;
        double x = x_at(g, l, i), y = y_at(g, l->y[i]), at[2][2];

        if (!il_is_drawn(l->y[i]))
            continue;
        if (il_is_left_out(&g->up, i, l->y[i])) { /* from the axis's edge on */
            if (il_crossings(&g->up.ruler, x, il_ruler_beyond(&g->up.ruler, l->y[i]),
                             x_at(g, l, next), il_ruler_beyond(&g->up.ruler, l->y[next]), at) == 0)
                continue;
            x = at[0][0];
            y = at[0][1];
        }
        il_cells_line(&g->cells, g->row, x, y, x_at(g, l, next), y_at(g, l->y[next]), colour,
                      every);
    }
}

/* Its letter in even steps, which begin later for each next line, so that of lines upon each other all are seen. */
static void draw_letters(struct page *g, const il_line *l)
{
    const size_t step = g->names > 4 ? 2 * g->names + 1 : 9;
    const size_t first = 1 + name_of(g, l) * (step - 1) / (g->names ? g->names : 1);
    char letter[2];
    size_t any = 0;

    letter_of(g, l, letter);
    for (int from_end = 0; from_end < 2 && !any; from_end++) /* a short one: wherever it is */
        for (size_t i = 0; i < g->wide; i++) {
            const double y = above(g, l, l->y, g->left + i);

            if ((!from_end && i % step != first % step) || isnan(y))
                continue;
            il_cells_put(&g->cells, g->row + (size_t)(y / IL_DOTS_HIGH), g->left + i, letter, 1,
                         il_term_colour(l->style));
            any++;
            if (from_end)
                break;
        }
}

static void draw_crosses(struct page *g, const il_line *l)
{
    for (size_t i = 0; i < l->crosses && !l->faint; i++)
        il_cells_put(&g->cells, g->row + (size_t)(y_at(g, l->cross_y[i]) / IL_DOTS_HIGH),
                     (size_t)(il_ruler_at(&g->x, l->cross_x[i]) / IL_DOTS_WIDE), "\u00d7", 1,
                     il_term_colour(l->style));
}

static void draw_lines(struct page *g, const il_panel *p)
{
    size_t bands = 0;

    for (size_t k = 0; k < p->lines; k++)
        bands += p->line[k].low && p->line[k].high && !p->line[k].faint;
    if (bands)
        g->band = bands <= BANDS && g->band >= 0 ? 1 : -1;
    for (size_t k = 0; k < p->lines && bands <= BANDS; k++)
        if (p->line[k].low && p->line[k].high && !p->line[k].faint)
            shade(g, &p->line[k]);
    for (int above_all = 0; above_all < 2; above_all++)
        for (size_t k = 0; k < p->lines; k++)
            if (is_named(&p->line[k]) == above_all) {
                clear_shade(g, &p->line[k]);
                draw_path(g, &p->line[k]);
                g->theory |= p->line[k].theory;
            }
    for (size_t k = 0; k < p->lines; k++)
        draw_crosses(g, &p->line[k]);
    for (size_t k = 0; k < p->lines; k++)
        if (is_named(&p->line[k]) && g->names > 1)
            draw_letters(g, &p->line[k]);
}

static void draw_panel(struct page *g, const il_panel *p, int last)
{
    char text[IL_NAMES_NONE > 4 * IL_LABEL ? IL_NAMES_NONE : 4 * IL_LABEL];
    size_t row;

    snprintf(text, sizeof text, "%.100s%s%.100s%s", p->title ? p->title : "", p->title ? ": " : "",
             p->y_label, g->up.ruler.log ? ", log scale" : "");
    row = il_cells_add(&g->cells, 1);
    il_cells_put(&g->cells, row, 0, text, g->cells.columns, IL_PLAIN);
    g->row = il_cells_add(&g->cells, g->high + 2);
    il_term_up(&g->cells, g->row, g->high, g->left - 1, &g->up.ruler);
    il_term_across(&g->cells, g->row + g->high, &g->x);
    draw_lines(g, p);
    if (!g->up.any)
        il_cells_put(&g->cells, g->row + g->high / 2, g->left + g->wide / 2 - 8, "no finite values",
                     16, IL_PLAIN);
    if (last) {
        row = il_cells_add(&g->cells, 1);
        il_cells_put(&g->cells, row, g->left, g->data->x_label, g->wide, IL_PLAIN);
    }
    il_y_axis_words(&g->up, text);
    if (text[0])
        il_cells_note(&g->cells, text);
    il_names_none(p, text);
    if (text[0])
        il_cells_note(&g->cells, text);
}

/* ---- the page -------------------------------------------------------------------------------- */

static void draw_legend(struct page *g)
{
    size_t widest = 0, beside, row = 0;
    char letter[2];

    for (size_t i = 0; i < g->names; i++) {
        const size_t n = il_letters(g->name[i]->label);

        widest = n > widest ? n : widest;
    }
    beside = g->cells.columns / (widest + 5);
    beside = beside ? beside : 1;
    for (size_t i = 0; i < g->names && g->names > 1; i++) {
        const size_t column = i % beside * (widest + 5);

        if (i % beside == 0)
            row = il_cells_add(&g->cells, 1);
        letter_of(g, g->name[i], letter);
        il_cells_put(&g->cells, row, column, letter, 1, il_term_colour(g->name[i]->style));
        il_cells_put_ends(&g->cells, row, column + 2, g->name[i]->label,
                          g->cells.columns - column - 2, IL_PLAIN);
    }
}

static void draw(struct page *g)
{
    const il_lines *const d = g->data;

    il_cells_title(&g->cells, d->title);
    for (size_t j = 0; j < d->panels; j++) {
        if (!d->columns) {
            il_y_axis(&d->panel[j], d->panels > 1 ? 4 : 6, &g->up);
            il_term_up_range(&g->up.ruler, g->high);
        } else {
            il_y_axis_of_panel(&d->panel[j], &g->all, &g->up);
        }
        draw_panel(g, &d->panel[j], j + 1 == d->panels);
    }
    if (d->strip) {
        char text[2100];

        snprintf(text, sizeof text, "\u00d7 %s", d->strip);
        il_cells_note(&g->cells, text);
    }
    draw_legend(g);
    il_cells_note(&g->cells, d->note);
    if (g->theory)
        il_cells_note(&g->cells, "here theory is dotted");
    if (g->band > 0)
        il_cells_note(&g->cells, "here bands are shaded");
    else if (g->band < 0)
        il_cells_note(&g->cells, "here bands are left out: there are too many to be told apart");
}

il_status il_term_lines(char **text, size_t *n, const il_lines *d, const il_terminal *t,
                        il_error *err)
{
    struct page g = { .cells = { .columns = il_term_columns(t) }, .data = d };
    size_t labels = 0;
    il_status st = take_names(&g, err);

    *text = NULL;
    if (st == IL_OK && d->columns)
        st = il_y_axis_of_all(d, 4, &g.all, err);
    g.up = g.all;
    if (st != IL_OK)
        goto out;
    g.high = d->panels > 1 ? LOW : HIGH;
    for (size_t j = 0; j < d->panels; j++) {
        struct il_y_axis up;
        size_t widest;

        il_y_axis(&d->panel[j], d->panels > 1 ? 4 : 6, &up);
        widest = il_term_labels(d->columns ? &g.up.ruler : &up.ruler);
        labels = widest > labels ? widest : labels;
    }
    g.left = labels + 2;
    g.wide = g.cells.columns > g.left + 10 ? g.cells.columns - g.left - 1 : 10;
    il_x_axis(d, (int)(g.wide / 8), &g.x);
    il_term_across_range(&g.x, g.left, g.wide);
    il_term_up_range(&g.up.ruler, g.high);
    draw(&g);
    st = il_cells_text(&g.cells, t, text, n, err);
out:
    free(g.name);
    return st;
}
