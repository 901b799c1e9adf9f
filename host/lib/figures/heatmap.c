/* heatmap.c - a value for each pair of two parameters' values, by colour and, where it fits, by number. */
#include <math.h>
#include "axes.h"
#include "core/error.h"
#include "initlab/figures.h"
#include "palette.h"
#include "term.h"

/* Pixels. */
enum {
    TOP = 52,
    BAR = 16,
    SHADES = 64,
    NAME = 13,
    LONGEST = 300,
    LEAST = 420,
    LEAST_TEXT = 11,
    DASH = 28
};

struct page {
    struct il_file file;
    il_text text;
    const il_heatmap *data;
    struct il_ruler value;                          /* upright, beside the bar */
    double wide, high;                              /* of a cell */
    double left, bottom, right, bar, width, across; /* across: room for the labels below */
    double below;                                   /* of labels and bar: what is written there */
    int upright;                                    /* the labels below are */
};

static double value_at(const struct page *g, size_t row, size_t column)
{
    return g->data->value[row * g->data->columns + column];
}

/* ---- layout ---------------------------------------------------------------------------------- */

static double widest(const char *const *text, size_t n)
{
    double w = 0;

    for (size_t i = 0; i < n; i++)
        w = fmax(w, il_text_width(text[i], IL_TEXT));
    return fmin(w, LONGEST);
}

static void set_layout(struct page *g)
{
    const il_heatmap *const d = g->data;
    const double label = widest(d->x, d->columns);

    il_value_axis(g->data, &g->value);
    g->wide = fmin(fmax(floor(560 / (double)d->columns), 18), 90);
    g->high = fmin(fmax(floor(380 / (double)d->rows), 18), 64);
    g->left = IL_MARGIN + 24 + widest(d->y, d->rows) + 8;
    g->right = g->left + g->wide * (double)d->columns;
    g->bottom = TOP + g->high * (double)d->rows;
    g->upright = label + 6 > g->wide;
    g->across = g->upright ? label + 10 : 20;
    g->bar = g->right + 24;
    g->value.from = fmax(g->bottom, TOP + il_text_width(d->value_label, NAME) + 60);
    g->value.to = TOP;
    g->width = g->bar + BAR + 10 + il_ruler_width(&g->value) + 26 + IL_MARGIN;
    g->width = fmax(g->width, il_text_width(d->x_label, NAME) + g->left + IL_MARGIN);
    g->width = fmax(g->width, il_heading_width(d->title) + 2 * IL_MARGIN);
    g->width = fmax(g->width, LEAST);
    g->below = fmax(g->bottom + g->across, g->value.from) + 38;
}

/* ---- drawn ----------------------------------------------------------------------------------- */

static struct il_rgb colour_of(const struct page *g, double value)
{
    const double at = il_ruler_at(&g->value, value);

    return il_viridis((g->value.from - at) / (g->value.from - g->value.to));
}

static struct il_rgb cell_colour(const struct page *g, double value)
{
    return il_is_drawn(value) ? colour_of(g, value) : (struct il_rgb){ 0xee, 0xee, 0xee };
}

/* A number in a cell, edged with its colour: a line that crosses the cell does not cross the digits. */
static void put_in_cell(struct page *g, const char *number, double x, double y, const char *anchor,
                        int edge, struct il_rgb c)
{
    il_file_print(&g->file,
                  "<text x=\"%s\" y=\"%s\" font-size=\"%d\" fill=\"%s\" text-anchor=\"%s\" "
                  "stroke=\"#%02x%02x%02x\" stroke-width=\"%d\" stroke-linejoin=\"round\" "
                  "paint-order=\"stroke\">%s</text>\n",
                  il_px(x).text, il_px(y).text, LEAST_TEXT, il_is_dark(c) ? "#fff" : "#000", anchor,
                  c.red, c.green, c.blue, edge, number);
}

static void draw_value(struct page *g, size_t row, size_t column)
{
    const double value = value_at(g, row, column);
    const double x = g->left + g->wide * ((double)column + .5);
    const double y = g->bottom - g->high * ((double)row + .5);
    const struct il_number text = il_digits(value, 3);
    const struct il_rgb c = cell_colour(g, value);

    if (g->data->runs[row * g->data->columns + column] == 0)
        return;
    if (!il_is_drawn(value))
        il_put_cross(&g->file, x, y, "#333");
    else if (il_text_width(text.text, LEAST_TEXT) + 2 <= g->wide)
        put_in_cell(g, text.text, x, y + 4, "middle", 5, c);
}

static void draw_cell(struct page *g, size_t row, size_t column)
{
    struct il_file *const f = &g->file;
    const il_heatmap *const d = g->data;
    const double value = value_at(g, row, column);
    const double x = g->left + g->wide * (double)column;
    const double y = g->bottom - g->high * (double)(row + 1);
    const size_t at = row * d->columns + column, runs = d->runs[at];
    const struct il_rgb c = cell_colour(g, value);

    if (runs == 0)
        return;
    il_file_print(f,
                  "<rect class=\"cell\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" "
                  "fill=\"#%02x%02x%02x\" stroke=\"#fff\"><title>",
                  il_px(x).text, il_px(y).text, il_px(g->wide).text, il_px(g->high).text, c.red,
                  c.green, c.blue);
    il_put_text(f, d->x_label, 200);
    il_file_print(f, "=");
    il_put_text(f, d->x[column], 200);
    il_file_print(f, ", ");
    il_put_text(f, d->y_label, 200);
    il_file_print(f, "=");
    il_put_text(f, d->y[row], 200);
    il_file_print(f, ": %s, n = %zu", il_digits(value, 6).text, d->finite[at]);
    if (d->lost[at])
        il_file_print(f, ", %zu of %zu diverged or failed", d->lost[at], runs);
    il_file_print(f, "</title></rect>\n");
}

/* Runs that diverged or failed: a cross in the upper left corner, with their number where it fits. */
static void draw_lost(struct page *g, size_t row, size_t column)
{
    static const double SMALLEST = 30; /* pixels: a cell that has room above its value */
    const size_t lost = g->data->lost[row * g->data->columns + column];
    const struct il_rgb c = cell_colour(g, value_at(g, row, column));
    const char *const ink = il_is_dark(c) ? "#fff" : "#000";
    const double x = g->left + g->wide * (double)column + 2;
    const double y = g->bottom - g->high * (double)(row + 1) + 2;
    char number[24];

    if (lost == 0)
        return;
    snprintf(number, sizeof number, "%zu", lost);
    il_file_print(&g->file,
                  "<path class=\"lost\" d=\"M%s %sl5 5m0 -5l-5 5\" fill=\"none\" stroke=\"%s\" "
                  "stroke-width=\"1.5\"/>\n",
                  il_px(x).text, il_px(y + 1).text, ink);
    if (g->high >= SMALLEST && il_text_width(number, LEAST_TEXT) + 10 <= g->wide)
        put_in_cell(g, number, x + 8, y + 8, "start", 2, c);
}

/* ---- a line over the cells ------------------------------------------------------------------- */

/* The place of a limit, where it lies in the i-th column or row, `along` of it. */
static void limit_at(const struct page *g, size_t i, double along, double *x, double *y)
{
    const il_heatmap *const d = g->data;
    const double most = (double)(d->limit_of_rows ? d->columns : d->rows);
    const double far = fmin(fmax(d->limit[i], 0), most), at = (double)i + along;

    *x = g->left + g->wide * (d->limit_of_rows ? far : at);
    *y = g->bottom - g->high * (d->limit_of_rows ? at : far);
}

/* In steps, a column's width each: between two columns nothing is known. */
static void put_steps(struct page *g, const char *stroke)
{
    struct il_file *const f = &g->file;
    const size_t n = g->data->limit_of_rows ? g->data->rows : g->data->columns;

    il_file_print(f, "<path class=\"limit\" fill=\"none\" %s d=\"", stroke);
    for (size_t i = 0; i < n; i++)
        for (int end = 0; end < 2 && !isnan(g->data->limit[i]); end++) {
            const int joins = end || (i > 0 && !isnan(g->data->limit[i - 1]));
            double x, y;

            limit_at(g, i, end, &x, &y);
            il_file_print(f, "%c%s %s", joins ? 'L' : 'M', il_px(x).text, il_px(y).text);
        }
    il_file_print(f, "\"/>\n");
}

/* where it goes on beyond the map */
static void put_arrows(struct page *g)
{
    const il_heatmap *const d = g->data;
    const size_t n = d->limit_of_rows ? d->rows : d->columns;
    const double most = (double)(d->limit_of_rows ? d->columns : d->rows);

    for (size_t i = 0; i < n; i++) {
        double x, y;

        if (!(d->limit[i] > most))
            continue;
        limit_at(g, i, .5, &x, &y);
        il_file_print(&g->file,
                      "<path d=\"M%s %s%s\" fill=\"#fff\" stroke=\"#000\" "
                      "stroke-width=\"1\"/>\n",
                      il_px(x).text, il_px(y).text, d->limit_of_rows ? "l-8 -5v10Z" : "l-5 8h10Z");
    }
}

static const char UNDER[] = "stroke=\"#000\" stroke-width=\"4\" stroke-opacity=\"0.75\"",
                  OVER[] = "stroke=\"#fff\" stroke-width=\"2\" stroke-dasharray=\"7 3\"";

static void draw_limit(struct page *g)
{
    if (!g->data->limit)
        return;
    put_steps(g, UNDER);
    put_steps(g, OVER);
    put_arrows(g);
}

/* What the line is; the pixels that it takes. f NULL: those alone. */
static double put_limit_name(struct il_file *f, const struct page *g)
{
    const double x = IL_MARGIN + DASH + 8;
    size_t lines;

    if (!g->data->limit)
        return 0;
    for (int over = 0; f && over < 2; over++)
        il_file_print(f, "<path %s d=\"M%d %sh%d\"/>\n", over ? OVER : UNDER, IL_MARGIN,
                      il_px(g->below - 4).text, DASH);
    lines = il_put_note(f, g->data->limit_name, x, g->below, g->width - x - IL_MARGIN);
    return IL_LINE * (double)lines + 6;
}

/* ---- beside the cells ------------------------------------------------------------------------ */

static void draw_labels(struct page *g)
{
    struct il_file *const f = &g->file;
    const il_heatmap *const d = g->data;

    il_file_print(f, "<g font-size=\"%d\" fill=\"#333\" text-anchor=\"end\">\n", IL_TEXT);
    for (size_t i = 0; i < d->rows; i++) {
        il_file_print(f, "<text x=\"%s\" y=\"%s\">", il_px(g->left - 8).text,
                      il_px(g->bottom - g->high * ((double)i + .5) + 4).text);
        il_put_ends(f, d->y[i], IL_TEXT, LONGEST + 1);
        il_file_print(f, "</text>\n");
    }
    for (size_t i = 0; i < d->columns; i++) {
        const double x = g->left + g->wide * ((double)i + .5);

        if (g->upright)
            il_file_print(f, "<text transform=\"translate(%s %s) rotate(-90)\">", il_px(x + 4).text,
                          il_px(g->bottom + 6).text);
        else
            il_file_print(f, "<text x=\"%s\" y=\"%s\" text-anchor=\"middle\">", il_px(x).text,
                          il_px(g->bottom + 16).text);
        il_put_ends(f, d->x[i], IL_TEXT, LONGEST + 1);
        il_file_print(f, "</text>\n");
    }
    il_file_print(f, "</g>\n<g font-size=\"%d\" fill=\"#222\" text-anchor=\"middle\">\n", NAME);
    il_file_print(f, "<text x=\"%s\" y=\"%s\">", il_px((g->left + g->right) / 2).text,
                  il_px(g->bottom + g->across + 16).text);
    il_put_text(f, d->x_label, IL_LABEL);
    il_file_print(f, "</text>\n<text transform=\"translate(22 %s) rotate(-90)\">",
                  il_px((TOP + g->bottom) / 2).text);
    il_put_text(f, d->y_label, IL_LABEL);
    il_file_print(f, "</text>\n</g>\n");
}

static void draw_bar(struct page *g)
{
    struct il_file *const f = &g->file;
    const double step = (g->value.from - g->value.to) / SHADES;

    for (int i = 0; i < SHADES; i++) {
        const struct il_rgb c = il_viridis((i + .5) / SHADES);

        il_file_print(f,
                      "<rect class=\"bar\" x=\"%s\" y=\"%s\" width=\"%d\" height=\"%s\" "
                      "fill=\"#%02x%02x%02x\"/>\n",
                      il_px(g->bar).text, il_px(g->value.from - step * (i + 1)).text, BAR,
                      il_px(step + (i > 0 ? .5 : 0)).text, c.red, c.green, c.blue);
    }
    il_file_print(f, "<g font-size=\"%d\" fill=\"#333\" stroke=\"none\">\n", IL_TEXT);
    for (int64_t i = g->value.first; i <= g->value.last; i++) {
        const double y = il_ruler_tick(&g->value, i);

        il_file_print(f, "<path d=\"M%s %sh5\" stroke=\"#555\"/>\n", il_px(g->bar + BAR).text,
                      il_px(y).text);
        il_file_print(f, "<text x=\"%s\" y=\"%s\">%s</text>\n", il_px(g->bar + BAR + 8).text,
                      il_px(y + 4).text, il_ruler_label(&g->value, i).text);
    }
    il_file_print(f,
                  "</g>\n<text transform=\"translate(%s %s) rotate(-90)\" font-size=\"%d\" "
                  "fill=\"#222\" text-anchor=\"middle\">",
                  il_px(g->bar + BAR + 26 + il_ruler_width(&g->value)).text,
                  il_px((g->value.from + g->value.to) / 2).text, NAME);
    il_put_letters(f, g->data->value_label, SIZE_MAX);
    il_file_print(f, "%s</text>\n", g->value.log ? ", log scale" : "");
}

static void draw(struct page *g)
{
    const il_heatmap *const d = g->data;
    struct il_file *const f = &g->file;
    const double wide = g->width - 2 * IL_MARGIN;
    const double note = g->below + put_limit_name(NULL, g);
    char description[2048];

    snprintf(description, sizeof description, "%.200s by %.200s and %.200s. %.1400s",
             d->value_label, d->x_label, d->y_label, d->note ? d->note : "");
    il_page_head(f, g->width, note + IL_LINE * (double)il_put_note(NULL, d->note, 0, 0, wide) + 2,
                 d->title, description);
    il_page_heading(f, d->title, g->width / 2, wide);
    for (size_t row = 0; row < d->rows; row++)
        for (size_t column = 0; column < d->columns; column++)
            draw_cell(g, row, column);
    draw_limit(g);
    for (size_t row = 0; row < d->rows; row++)
        for (size_t column = 0; column < d->columns; column++) {
            draw_value(g, row, column);
            draw_lost(g, row, column);
        }
    draw_labels(g);
    draw_bar(g);
    put_limit_name(f, g);
    il_put_note(f, d->note, IL_MARGIN, note, wide);
}

il_status il_figure_heatmap(char **svg, size_t *n, const il_heatmap *figure,
                            const il_terminal *terminal, il_error *err)
{
    struct page g = { .data = figure };
    il_status st;

    if (terminal)
        return il_term_heatmap(svg, n, figure, terminal, err);
    st = il_page_begin(&g.file, &g.text, svg, err);
    if (st != IL_OK)
        return st;
    set_layout(&g);
    draw(&g);
    return il_page_end(&g.file, &g.text, svg, n, err);
}
