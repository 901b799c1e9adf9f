/* term_forest.c - groups in a terminal, a row each: means and differences with their intervals. */
#include <math.h>
#include <stdio.h>
#include "axes.h"
#include "canvas.h"
#include "term_axes.h"

enum { BETWEEN = 2, APART = 6, NARROW = 16 /* an axis is no narrower */, COUNT = 5 };

struct page {
    struct il_cells cells;
    const il_forest *data;
    struct il_forest_axes axes;
    size_t labels, words, wide; /* wide: of an axis */
};

static const char *marker_of(il_verdict v)
{
    static const char *const marker[] = {
        [IL_VERDICT_REFERENCE] = "\u25cf", [IL_VERDICT_SAME] = "\u25cb",
        [IL_VERDICT_WORSE] = "\u25bc",     [IL_VERDICT_BETTER] = "\u25b2",
        [IL_VERDICT_FEW] = "\u25c7",       [IL_VERDICT_NONE] = "\u25a1"
    };

    return marker[v];
}

/* as look_of in forest.c: blue, grey, vermilion, green */
static unsigned colour_of(il_verdict v)
{
    return v == IL_VERDICT_REFERENCE ? il_term_colour(0)
           : v == IL_VERDICT_WORSE   ? il_term_colour(1)
           : v == IL_VERDICT_BETTER  ? il_term_colour(2)
                                     : IL_GREY;
}

static void set_layout(struct page *g)
{
    const il_forest *const d = g->data;
    const size_t columns = g->cells.columns, longest = columns / (d->head ? 2 : 3);
    size_t used;

    g->labels = il_letters(d->head ? d->head : "group");
    for (size_t i = 0; i < d->rows; i++) {
        const size_t n = il_letters(d->row[i].label), word = il_letters(d->row[i].word);

        g->labels = n > g->labels ? n : g->labels;
        g->words = word > g->words ? word : g->words;
    }
    g->labels = g->labels > longest ? longest : g->labels;
    il_forest_set_axes(d, &g->axes);
    used = g->labels + (d->head ? 0 : COUNT) + g->words + 2 * BETWEEN + 2;
    g->wide = columns > used ? columns - used : NARROW;
    if (g->axes.differences && g->wide >= 2 * NARROW + APART)
        g->wide = (g->wide - APART) / 2;
    else
        g->axes.differences = 0;
}

static void draw_value(struct page *g, size_t row, const struct il_ruler *a, double value,
                       double low, double high, il_verdict v)
{
    if (!isnan(low) && !isnan(high)) {
        const size_t from = il_term_cell(a, low, IL_DOTS_WIDE),
                     to = il_term_cell(a, high, IL_DOTS_WIDE);

        for (size_t i = from; i <= to; i++)
            il_cells_put(&g->cells, row, i,
                         from == to                        ? "\u2502"
                         : i == from && a->log && low <= 0 ? "\u2190"
                         : i == from                       ? "\u251c"
                         : i == to                         ? "\u2524"
                                                           : "\u2500",
                         1, colour_of(v));
    }
    if (!isnan(value))
        il_cells_put(&g->cells, row, il_term_cell(a, value, IL_DOTS_WIDE), marker_of(v), 1,
                     colour_of(v));
}

static void draw_rows(struct page *g, size_t top)
{
    const il_forest *const d = g->data;
    const size_t word =
        (size_t)(g->axes.differences ? g->axes.difference.to : g->axes.mean.to) / IL_DOTS_WIDE + 2;

    for (size_t i = 0; i < d->rows; i++) {
        const il_forest_row *const r = &d->row[i];
        char count[24];

        il_cells_put_ends(&g->cells, top + i, 0, r->label, g->labels, IL_PLAIN);
        if (!d->head)
            il_cells_put(&g->cells, top + i, g->labels + 1, count,
                         (size_t)snprintf(count, sizeof count, "%4zu", r->n), IL_PLAIN);
        if (d->middle != 0)
            il_cells_put(&g->cells, top + i, il_term_cell(&g->axes.mean, d->middle, IL_DOTS_WIDE),
                         "\u2506", 1, IL_GREY);
        if (isnan(r->mean))
            il_cells_put(&g->cells, top + i, (size_t)g->axes.mean.from / IL_DOTS_WIDE,
                         "no finite value", g->wide, IL_PLAIN);
        draw_value(g, top + i, &g->axes.mean, r->mean, r->low, r->high, r->verdict);
        if (g->axes.differences) {
            il_cells_put(&g->cells, top + i, il_term_cell(&g->axes.difference, 0, IL_DOTS_WIDE),
                         "\u2506", 1, IL_GREY);
            draw_value(g, top + i, &g->axes.difference, r->difference, r->difference_low,
                       r->difference_high, r->verdict);
        }
        il_cells_put(&g->cells, top + i, word, r->word, g->words, IL_PLAIN);
    }
}

il_status il_term_forest(char **text, size_t *n, const il_forest *d, const il_terminal *t,
                         il_error *err)
{
    struct page g = { .cells = { .columns = il_term_columns(t) }, .data = d };
    size_t row, left;
    char axes[500];

    set_layout(&g);
    left = g.labels + (d->head ? 0 : COUNT) + BETWEEN;
    il_term_across_range(&g.axes.mean, left, g.wide);
    il_term_across_range(&g.axes.difference, left + g.wide + APART, g.wide);
    il_cells_title(&g.cells, d->title);
    row = il_cells_add(&g.cells, 1);
    il_cells_put(&g.cells, row, 0, d->head ? d->head : "group", g.labels, IL_PLAIN);
    if (!d->head)
        il_cells_put(&g.cells, row, g.labels + 4, "n", 1, IL_PLAIN);
    row = il_cells_add(&g.cells, d->rows + 2);
    il_term_across(&g.cells, row + d->rows, &g.axes.mean);
    if (g.axes.differences)
        il_term_across(&g.cells, row + d->rows, &g.axes.difference);
    draw_rows(&g, row);
    snprintf(axes, sizeof axes, "%s%.200s%s%s%.200s", g.axes.differences ? "left: " : "",
             d->mean_label, g.axes.mean.log ? ", log scale" : "",
             g.axes.differences ? "; right: " : "", g.axes.differences ? d->difference_label : "");
    il_cells_note(&g.cells, axes);
    il_cells_note(&g.cells, d->note);
    return il_cells_text(&g.cells, t, text, n, err);
}
