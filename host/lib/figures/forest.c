/* forest.c - groups, a row each: their means with intervals, and beside them the differences to the reference. */
#include <math.h>
#include "ruler.h"
#include "core/error.h"
#include "initlab/figures.h"
#include "palette.h"

/* Pixels. */
enum { TOP = 78, ROW = 24, PANEL = 270, BETWEEN = 58, COUNT = 44, BELOW = 70 };

struct page {
    struct il_file file;
    il_text text;
    const il_forest *data;
    struct il_ruler mean, difference;
    int differences;                            /* is there a difference to show? */
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

static void widen(double *lo, double *hi, double x)
{
    if (il_is_drawn(x)) {
        *lo = fmin(*lo, x);
        *hi = fmax(*hi, x);
    }
}

static void set_mean_axis(struct page *g)
{
    static const double RATIO = 50; /* from here on an axis is logarithmic */
    double lo = INFINITY, hi = -INFINITY, least, most;

    for (size_t i = 0; i < g->data->rows; i++)
        widen(&lo, &hi, g->data->row[i].mean);
    least = lo, most = hi;
    for (size_t i = 0; i < g->data->rows; i++) {
        widen(&lo, &hi, g->data->row[i].low);
        widen(&lo, &hi, g->data->row[i].high);
    }
    if (g->data->most > g->data->least) {
        lo = fmax(lo, g->data->least);
        hi = fmin(hi, g->data->most);
    }
    if (g->data->middle != 0)
        widen(&lo, &hi, g->data->middle);
    if (least > 0 && most > RATIO * least)
        il_ruler_log(&g->mean, fmax(lo, least / 10), hi, 0, 1);
    else if (least <= most)
        il_ruler_linear(&g->mean, lo, hi, 5, 0, 1);
    else
        il_ruler_linear(&g->mean, 0, 1, 5, 0, 1);
}

static void set_difference_axis(struct page *g)
{
    double lo = 0, hi = 0;

    for (size_t i = 0; i < g->data->rows; i++) {
        const il_forest_row *const r = &g->data->row[i];

        g->differences |= il_is_drawn(r->difference);
        widen(&lo, &hi, r->difference);
        widen(&lo, &hi, r->difference_low);
        widen(&lo, &hi, r->difference_high);
    }
    il_ruler_linear(&g->difference, lo, hi, 5, 0, 1);
}

static void set_layout(struct page *g)
{
    static const double LONGEST = 420; /* pixels of a label */

    g->count = g->data->head ? 0 : COUNT;
    g->labels = il_text_width(g->data->head ? g->data->head : "group", IL_TEXT);
    for (size_t i = 0; i < g->data->rows; i++) {
        g->labels = fmax(g->labels, il_text_width(g->data->row[i].label, IL_TEXT));
        g->words = fmax(g->words, il_text_width(g->data->row[i].word, IL_TEXT));
    }
    g->labels = fmin(g->labels, LONGEST);
    set_mean_axis(g);
    set_difference_axis(g);
    g->bottom = TOP + ROW * (double)(g->data->rows ? g->data->rows : 1);
    g->mean.from = IL_MARGIN + g->labels + g->count + IL_MARGIN;
    g->mean.to = g->mean.from + PANEL;
    g->difference.from = g->mean.to + BETWEEN;
    g->difference.to = g->difference.from + PANEL;
    g->width = g->differences ? g->difference.to + 10 + g->words + IL_MARGIN : g->mean.to + BETWEEN;
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
        put_cell(g, (g->mean.from + g->mean.to) / 2, y, "middle", "no finite value", PANEL);
    } else {
        draw_interval(&g->file, &g->mean, r->low, r->high, y, look.colour);
        il_put_marker(&g->file, look.shape, il_ruler_at(&g->mean, r->mean), y, 5, look.colour,
                      look.hollow);
    }
    if (!g->differences)
        return;
    if (!isnan(r->difference)) {
        draw_interval(&g->file, &g->difference, r->difference_low, r->difference_high, y,
                      look.colour);
        il_put_marker(&g->file, look.shape, il_ruler_at(&g->difference, r->difference), y, 5,
                      look.colour, look.hollow);
    }
    put_cell(g, g->difference.to + 10, y, "start", r->word, g->words + 1);
}

static void draw(struct page *g)
{
    const il_forest *const d = g->data;
    struct il_file *const f = &g->file;
    const double wide = g->width - 2 * IL_MARGIN, note = g->bottom + BELOW;
    char description[2048], name[3 * IL_LABEL];

    snprintf(description, sizeof description, "%.200s%s%.200s. %.1400s", d->mean_label,
             g->differences ? "; " : "", g->differences ? d->difference_label : "",
             d->note ? d->note : "");
    il_page_head(f, g->width, note + IL_LINE * (double)il_put_note(NULL, d->note, 0, 0, wide) + 2,
                 d->title, description);
    il_page_heading(f, d->title, g->width / 2, wide);
    put_cell(g, IL_MARGIN, TOP - 14, "start", d->head ? d->head : "group", g->labels + 1);
    if (!d->head)
        put_cell(g, IL_MARGIN + g->labels + COUNT, TOP - 14, "end", "n", COUNT);
    snprintf(name, sizeof name, "%s%s", d->mean_label, g->mean.log ? ", log scale" : "");
    il_ruler_across(f, &g->mean, TOP, g->bottom, name);
    if (d->middle != 0)
        il_file_print(f, "<path d=\"M%s %dV%s\" stroke=\"#555\" fill=\"none\"/>\n",
                      il_px(il_ruler_at(&g->mean, d->middle)).text, TOP, il_px(g->bottom).text);
    if (g->differences) {
        il_ruler_across(f, &g->difference, TOP, g->bottom, d->difference_label);
        il_file_print(f, "<path d=\"M%s %dV%s\" stroke=\"#555\" fill=\"none\"/>\n",
                      il_px(il_ruler_at(&g->difference, 0)).text, TOP, il_px(g->bottom).text);
    }
    for (size_t i = 0; i < d->rows; i++) {
        begin_row(g, i);
        draw_row(g, i);
        il_file_print(f, "</g>\n");
    }
    il_put_note(f, d->note, IL_MARGIN, note, wide);
}

il_status il_figure_forest(char **svg, size_t *n, const il_forest *figure, il_error *err)
{
    struct page g = { .data = figure };
    il_status st = il_page_begin(&g.file, &g.text, svg, err);

    if (st != IL_OK)
        return st;
    set_layout(&g);
    draw(&g);
    return il_page_end(&g.file, &g.text, svg, n, err);
}
