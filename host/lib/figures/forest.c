/* forest.c - groups, a row each: their means with intervals, and beside them the differences to the reference. */
#include <math.h>
#include "axes.h"
#include "core/error.h"
#include "initlab/figures.h"
#include "palette.h"
#include "term.h"

/* Pixels. */
enum { TOP = 78, ROW = 24, PANEL = 270, BETWEEN = 58, COUNT = 44, BELOW = 70 };

struct page {
    struct il_file file;
    il_text text;
    const il_forest *data;
    struct il_forest_axes axes;
    double labels, words, count, width, bottom; /* count: of the column of n */
};

/* colour and marker of a verdict */
struct look {
    const char *colour;
    size_t shape;
    int hollow;
};

static struct look look_of(il_verdict v)
{
    static const struct look look[] = {
        [IL_VERDICT_REFERENCE] = { "#0072b2", 0, 0 }, [IL_VERDICT_SAME] = { "#444444", 0, 1 },
        [IL_VERDICT_WORSE] = { "#d55e00", 4, 0 },     [IL_VERDICT_BETTER] = { "#009e73", 3, 0 },
        [IL_VERDICT_FEW] = { "#444444", 2, 1 },       [IL_VERDICT_NONE] = { "#444444", 1, 1 }
    };

    return look[v];
}

/* ---- layout ---------------------------------------------------------------------------------- */

static void set_layout(struct page *g)
{
    const double longest = g->data->head ? 600 : 420; /* pixels of a label; of a pair, two names */

    g->count = g->data->head ? 0 : COUNT;
    g->labels = il_text_width(g->data->head ? g->data->head : "group", IL_TEXT);
    for (size_t i = 0; i < g->data->rows; i++) {
        g->labels = fmax(g->labels, il_text_width(g->data->row[i].label, IL_TEXT));
        g->words = fmax(g->words, il_text_width(g->data->row[i].word, IL_TEXT));
    }
    g->labels = fmin(g->labels, longest);
    il_forest_set_axes(g->data, &g->axes);
    g->bottom = TOP + ROW * (double)(g->data->rows ? g->data->rows : 1);
    g->axes.mean.from = IL_MARGIN + g->labels + g->count + IL_MARGIN;
    g->axes.mean.to = g->axes.mean.from + PANEL;
    g->axes.difference.from = g->axes.mean.to + BETWEEN;
    g->axes.difference.to = g->axes.difference.from + PANEL;
    g->width = g->axes.differences ? g->axes.difference.to + 10 + g->words + IL_MARGIN
                                   : g->axes.mean.to + BETWEEN;
    g->width = fmax(g->width, il_heading_width(g->data->title) + 2 * IL_MARGIN);
}

/* ---- drawn ----------------------------------------------------------------------------------- */

/* an interval; where it goes beyond the axis, with an arrow's head */
static void draw_interval(struct il_file *f, const struct il_ruler *a, double low, double high,
                          double y, const char *colour)
{
    const double from = il_ruler_at(a, low), to = il_ruler_at(a, high);

    if (isnan(low) || isnan(high))
        return;
    il_file_print(f, "<path d=\"M%s %sH%s\" stroke=\"%s\" stroke-width=\"2\" fill=\"none\"/>\n",
                  il_px(from).text, il_px(y).text, il_px(to).text, colour);
    if (a->log && low <= 0)
        il_file_print(
            f, "<path d=\"M%s %sl-5 4l5 4\" stroke=\"%s\" stroke-width=\"2\" fill=\"none\"/>\n",
            il_px(from + 5).text, il_px(y - 4).text, colour);
}

static void put_cell(struct page *g, double x, double y, const char *anchor, const char *text,
                     double width)
{
    il_file_print(&g->file,
                  "<text x=\"%s\" y=\"%s\" font-size=\"%d\" fill=\"#222\" text-anchor=\"%s\">",
                  il_px(x).text, il_px(y + 4).text, IL_TEXT, anchor);
    il_put_ends(&g->file, text, IL_TEXT, width);
    il_file_print(&g->file, "</text>\n");
}

/* a value with its interval, as what is under the pointer says it */
static void put_value(struct il_file *f, const char *name, double x, double low, double high)
{
    if (isnan(x))
        return;
    il_file_print(f, "\n%s %s", name, il_digits(x, 5).text);
    if (!isnan(low) && !isnan(high))
        il_file_print(f, " [%s, %s]", il_digits(low, 5).text, il_digits(high, 5).text);
}

/* A page finds a group's row by its number. */
static void begin_row(struct page *g, size_t i)
{
    const il_forest_row *const r = &g->data->row[i];

    il_file_print(&g->file, "<g data-group=\"%zu\"><title>", i);
    il_put_text(&g->file, r->label, 200);
    if (!g->data->head)
        il_file_print(&g->file, ", n = %zu", r->n);
    put_value(&g->file, "mean", r->mean, r->low, r->high);
    put_value(&g->file, "difference", r->difference, r->difference_low, r->difference_high);
    il_file_print(&g->file, "</title>\n");
}

static void draw_row(struct page *g, size_t i)
{
    const il_forest_row *const r = &g->data->row[i];
    const struct look look = look_of(r->verdict);
    const double y = TOP + ROW * ((double)i + .5);
    char count[24];

    snprintf(count, sizeof count, "%zu", r->n);
    put_cell(g, IL_MARGIN, y, "start", r->label, g->labels + 1);
    if (!g->data->head)
        put_cell(g, IL_MARGIN + g->labels + COUNT, y, "end", count, COUNT);
    if (isnan(r->mean)) {
        put_cell(g, (g->axes.mean.from + g->axes.mean.to) / 2, y, "middle", "no finite value",
                 PANEL);
    } else {
        draw_interval(&g->file, &g->axes.mean, r->low, r->high, y, look.colour);
        il_put_marker(&g->file, look.shape, il_ruler_at(&g->axes.mean, r->mean), y, 5, look.colour,
                      look.hollow);
    }
    if (!g->axes.differences)
        return;
    if (!isnan(r->difference)) {
        draw_interval(&g->file, &g->axes.difference, r->difference_low, r->difference_high, y,
                      look.colour);
        il_put_marker(&g->file, look.shape, il_ruler_at(&g->axes.difference, r->difference), y, 5,
                      look.colour, look.hollow);
    }
    put_cell(g, g->axes.difference.to + 10, y, "start", r->word, g->words + 1);
}

static void draw(struct page *g)
{
    const il_forest *const d = g->data;
    struct il_file *const f = &g->file;
    const double wide = g->width - 2 * IL_MARGIN, note = g->bottom + BELOW;
    char description[2048], name[3 * IL_LABEL];

    snprintf(description, sizeof description, "%.200s%s%.200s. %.1400s", d->mean_label,
             g->axes.differences ? "; " : "", g->axes.differences ? d->difference_label : "",
             d->note ? d->note : "");
    il_page_head(f, g->width, note + IL_LINE * (double)il_put_note(NULL, d->note, 0, 0, wide) + 2,
                 d->title, description);
    il_page_heading(f, d->title, g->width / 2, wide);
    put_cell(g, IL_MARGIN, TOP - 14, "start", d->head ? d->head : "group", g->labels + 1);
    if (!d->head)
        put_cell(g, IL_MARGIN + g->labels + COUNT, TOP - 14, "end", "n", COUNT);
    snprintf(name, sizeof name, "%s%s", d->mean_label, g->axes.mean.log ? ", log scale" : "");
    il_ruler_across(f, &g->axes.mean, TOP, g->bottom, name);
    if (d->middle != 0)
        il_file_print(f, "<path d=\"M%s %dV%s\" stroke=\"#555\" fill=\"none\"/>\n",
                      il_px(il_ruler_at(&g->axes.mean, d->middle)).text, TOP,
                      il_px(g->bottom).text);
    if (g->axes.differences) {
        il_ruler_across(f, &g->axes.difference, TOP, g->bottom, d->difference_label);
        il_file_print(f, "<path d=\"M%s %dV%s\" stroke=\"#555\" fill=\"none\"/>\n",
                      il_px(il_ruler_at(&g->axes.difference, 0)).text, TOP, il_px(g->bottom).text);
    }
    for (size_t i = 0; i < d->rows; i++) {
        begin_row(g, i);
        draw_row(g, i);
        il_file_print(f, "</g>\n");
    }
    il_put_note(f, d->note, IL_MARGIN, note, wide);
}

il_status il_figure_forest(char **svg, size_t *n, const il_forest *figure,
                           const il_terminal *terminal, il_error *err)
{
    struct page g = { .data = figure };
    il_status st;

    if (terminal)
        return il_term_forest(svg, n, figure, terminal, err);
    st = il_page_begin(&g.file, &g.text, svg, err);
    if (st != IL_OK)
        return st;
    set_layout(&g);
    draw(&g);
    return il_page_end(&g.file, &g.text, svg, n, err);
}
