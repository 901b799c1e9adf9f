/* lines.c - lines over an axis, with bands: panels one above the other, names, strip and small print. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "axes.h"
#include "ruler.h"
#include "core/error.h"
#include "names.h"
#include "palette.h"
#include "term.h"

/* Pixels. The plot's own size is constant; room for labels and names is added to it. */
enum {
    WIDTH = 600,
    HEIGHT = 340,
    LOW_HEIGHT = 210,
    TOP = 52,
    BETWEEN = 36,
    BELOW = 58,
    RIGHT = 28
};

/* Of a grid: its width, what a panel is no narrower than, a panel's title, and what lies between two rows. */
enum { GRID = 850, NARROW = 230, TITLE = 20, ROWS = 48 };

enum { TICKS_LOW = 4, TICKS_HIGH = 6 };

struct panel {
    const il_panel *data;
    struct il_ruler x;
    struct il_y_axis up;
    struct il_shown *shown; /* [lines] */
};

struct page {
    struct il_file file;
    il_text text;
    const il_lines *data;
    struct panel *panel;
    size_t names;       /* of the panel that has most */
    double wide, high;  /* of a panel */
    double left, right; /* of all panels */
    double bottom, width, name_width;
    int ends;             /* names are at the lines' ends */
    size_t columns, rows; /* of a legend below; 0: it is beside, or there is none */
};

/* ---- axes ------------------------------------------------------------------------------------ */

static il_status share_y_axis(struct page *g, il_error *err)
{
    struct il_y_axis shared;
    const il_status st = il_y_axis_of_all(g->data, TICKS_LOW, &shared, err);

    for (size_t j = 0; st == IL_OK && j < g->data->panels; j++) {
        struct il_y_axis *const up = &g->panel[j].up;
        const double from = up->ruler.from, to = up->ruler.to;

        up->ruler = shared.ruler;
        up->ruler.from = from;
        up->ruler.to = to;
        il_y_axis_of_panel(&g->data->panel[j], &shared, up);
    }
    return st;
}

static void set_x_axis(struct page *g)
{
    struct il_ruler x;

    il_x_axis(g->data, g->wide < WIDTH ? 5 : 10, &x);
    for (size_t j = 0; j < g->data->panels; j++) {
        const size_t column = g->data->columns ? j % g->data->columns : 0;

        x.from = g->left + (double)column * (g->wide + g->left - IL_MARGIN);
        x.to = x.from + g->wide;
        g->panel[j].x = x;
        g->right = fmax(g->right, x.to);
    }
}

/* ---- layout ---------------------------------------------------------------------------------- */

/* the top of the j-th panel */
static double top_of(const struct page *g, size_t j)
{
    if (g->data->columns)
        return TOP + TITLE + (double)(j / g->data->columns) * (g->high + ROWS);
    return TOP + (double)j * (g->high + BETWEEN);
}

/* A legend is of all panels: which of them lacks a line's values is said in the panel. */
static int says_none(const struct page *g) { return g->ends || g->data->panels == 1; }

static il_status set_panels(struct page *g, il_error *err)
{
    const size_t n = g->data->panels;
    double labels = 0;
    il_status st = IL_OK;

    g->wide = g->data->columns ? fmax(GRID / (double)g->data->columns, NARROW) : WIDTH;
    g->high = n > 1 ? LOW_HEIGHT : HEIGHT;
    g->panel = calloc(n, sizeof *g->panel);
    for (size_t j = 0; j < n; j++)
        g->names = (size_t)fmax((double)g->names, (double)il_names_count(&g->data->panel[j]));
    g->ends = g->names <= IL_FIGURE_NAMES && !g->data->columns;
    for (size_t j = 0; g->panel && j < n; j++) {
        struct panel *const v = &g->panel[j];

        v->data = &g->data->panel[j];
        v->shown = calloc(v->data->lines + 1, sizeof *v->shown);
        if (!v->shown)
            return il_fail(err, IL_E_MEMORY, "out of memory for a figure");
        il_names_make(v->data, says_none(g), v->shown);
        g->name_width = fmax(g->name_width, il_names_width(v->shown, v->data->lines));
        il_y_axis(v->data, g->high < HEIGHT ? TICKS_LOW : TICKS_HIGH, &v->up);
        v->up.ruler.to = top_of(g, j);
        v->up.ruler.from = g->bottom = top_of(g, j) + g->high;
    }
    if (g->panel && g->data->columns)
        st = share_y_axis(g, err);
    for (size_t j = 0; g->panel && j < n; j++)
        labels = fmax(labels, il_ruler_width(&g->panel[j].up.ruler));
    g->left = 50 + ceil(labels);
    return g->panel ? st : il_fail(err, IL_E_MEMORY, "out of memory for a figure");
}

/* a legend: every line of the first panel, and those of others that it lacks */
static int is_entry(const struct page *g, size_t j, size_t k)
{
    const struct il_shown *const s = &g->panel[j].shown[k];

    if (!s->text[0])
        return 0;
    for (size_t i = 0; i < j; i++)
        for (size_t m = 0; m < g->panel[i].data->lines; m++)
            if (g->panel[i].data->line[m].style == g->panel[j].data->line[k].style &&
                strcmp(g->panel[i].shown[m].text, s->text) == 0)
                return 0;
    return 1;
}

static size_t entries(const struct page *g)
{
    size_t n = 0;

    for (size_t j = 0; j < g->data->panels; j++)
        for (size_t k = 0; k < g->panel[j].data->lines; k++)
            n += (size_t)is_entry(g, j, k);
    return n;
}

static void set_layout(struct page *g)
{
    const size_t all = entries(g);

    g->width = g->right + RIGHT;
    if (g->ends || (!g->data->columns && (double)(all * IL_NAMES_ROW) <= g->bottom - TOP)) {
        g->width += fmax(0, g->name_width - RIGHT / 2.0);
        return;
    }
    g->columns = (size_t)fmax(1, floor((g->width - 2 * IL_MARGIN) / (g->name_width + IL_MARGIN)));
    g->rows = (all + g->columns - 1) / g->columns;
    g->width = fmax(g->width, g->name_width + 3 * IL_MARGIN);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* A point of a line, in pixels, which may lie beyond the axis. */
struct spot {
    double x, y;
};

static struct spot spot_of(const struct panel *v, const il_line *l, const double *y, size_t i)
{
    return (struct spot){ il_ruler_at(&v->x, il_x_of(l, i)), il_ruler_beyond(&v->up.ruler, y[i]) };
}

/* pen: is it down, so that a line is drawn to the point? */
static void put_point(struct page *g, double x, double y, int *pen)
{
    il_file_print(&g->file, "%c%s %s", *pen ? 'L' : 'M', il_px(x).text, il_px(y).text);
    *pen = 1;
}

/* On from one point to the next: at the axis's edge a line that lies beyond it is cut, where it truly crosses it. */
static void put_next(struct page *g, const struct panel *v, struct spot from, struct spot to,
                     int *pen)
{
    double at[2][2];
    const size_t n = il_crossings(&v->up.ruler, from.x, from.y, to.x, to.y, at);
    const double top = v->up.ruler.to, bottom = v->up.ruler.from;

    for (size_t i = 0; i < n; i++)
        put_point(g, at[i][0], at[i][1], pen);
    put_point(g, to.x, fmin(fmax(to.y, top), bottom), pen);
}

static void draw_band(struct page *g, const struct panel *v, const il_line *l)
{
    struct il_file *const f = &g->file;
    int pen;

    for (size_t i = 0, end; i < l->count; i = end) {
        for (end = i; end < l->count && il_is_drawn(l->low[end]) && il_is_drawn(l->high[end]);)
            end++;
        if (end - i > 1) {
            il_file_print(f, "<path class=\"band\" fill=\"%s\" fill-opacity=\"0.18\" d=\"",
                          il_colour(l->style));
            pen = 0;
            for (size_t k = i; k < end; k++)
                put_next(g, v, spot_of(v, l, l->high, k > i ? k - 1 : k), spot_of(v, l, l->high, k),
                         &pen);
            for (size_t k = end; k-- > i;)
                put_next(g, v, spot_of(v, l, l->low, k + 1 < end ? k + 1 : k),
                         spot_of(v, l, l->low, k), &pen);
            il_file_print(f, "Z\"/>\n");
        }
        if (end - i == 1) /* no area: an upright line */
            il_file_print(f,
                          "<path class=\"band\" fill=\"none\" stroke=\"%s\" stroke-width=\"4\" "
                          "stroke-opacity=\"0.3\" d=\"M%s %sV%s\"/>\n",
                          il_colour(l->style), il_px(il_ruler_at(&v->x, il_x_of(l, i))).text,
                          il_px(il_ruler_at(&v->up.ruler, l->high[i])).text,
                          il_px(il_ruler_at(&v->up.ruler, l->low[i])).text);
        end += end < l->count;
    }
}

/* what is of one group stands in an element of its own, by which a page finds it */
static void begin_group(struct page *g, const il_line *l)
{
    if (l->group)
        il_file_print(&g->file, "<g data-group=\"%zu\">\n", l->group - 1);
    else
        il_file_print(&g->file, "<g>\n");
}

static void end_group(struct page *g) { il_file_print(&g->file, "</g>\n"); }

/* One path, broken where a value is missing; of a start that is left out, from the axis's edge on. */
static void put_path(struct page *g, const struct panel *v, const il_line *l)
{
    int pen = 0;

    il_file_print(&g->file, " d=\"");
    for (size_t i = 0; i < l->count; i++) {
        const int joins = i > 0 && il_is_drawn(l->y[i - 1]);

        pen = pen && joins;
        if (il_is_drawn(l->y[i]) && !il_is_left_out(&v->up, i, l->y[i]))
            put_next(g, v, spot_of(v, l, l->y, joins ? i - 1 : i), spot_of(v, l, l->y, i), &pen);
    }
    il_file_print(&g->file, "\"/>\n");
}

static void draw_theory(struct page *g, const struct panel *v, const il_line *l)
{
    begin_group(g, l);
    il_file_print(&g->file,
                  "<path class=\"theory\" fill=\"none\" stroke-width=\"1\" stroke=\"%s\" "
                  "stroke-dasharray=\"4 3\"",
                  il_colour(l->style));
    put_path(g, v, l);
    end_group(g);
}

static void draw_faint(struct page *g, const struct panel *v, const il_line *l)
{
    il_file_print(&g->file,
                  "<path class=\"faint\" fill=\"none\" stroke-width=\"1\" stroke=\"#b0b0b0\"");
    put_path(g, v, l);
}

/* a value between two gaps is on no line */
static int is_alone(const il_line *l, size_t i)
{
    return il_is_drawn(l->y[i]) && !(i > 0 && il_is_drawn(l->y[i - 1])) &&
           !(i + 1 < l->count && il_is_drawn(l->y[i + 1]));
}

/* "he_normal, layer 3, norm of the gradient: 0.123", around the marker that comes */
static void put_title(struct page *g, const struct panel *v, const il_line *l, size_t i)
{
    const char *const x = g->data->x_label, *const y = v->data->y_label;

    if (!g->data->titled)
        return;
    il_file_print(&g->file, "<g><title>");
    if (l->label && l->label[0]) {
        il_put_letters(&g->file, l->label, SIZE_MAX);
        il_file_print(&g->file, ", ");
    }
    il_file_print(&g->file, "%.*s %s, %.*s: %s</title>\n", (int)strcspn(x, ","), x,
                  il_digits(il_x_of(l, i), 6).text,
                  (int)(strstr(y, " (") ? strstr(y, " (") - y : (ptrdiff_t)strlen(y)), y,
                  il_digits(l->y[i], 4).text);
}

static void draw_line(struct page *g, const struct panel *v, size_t k)
{
    struct il_file *const f = &g->file;
    const il_line *const l = &v->data->line[k];
    struct il_shown *const shown = &v->shown[k];

    il_file_print(f, "<path fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\"");
    il_names_stroke(f, l, shown);
    put_path(g, v, l);
    for (size_t i = 0; i < l->count; i++) {
        const double x = il_ruler_at(&v->x, il_x_of(l, i)), y = il_ruler_at(&v->up.ruler, l->y[i]);

        if (!il_is_drawn(l->y[i]) || (il_is_left_out(&v->up, i, l->y[i]) && l->count > 1))
            continue;
        shown->x = x;
        shown->y = y;
        if (l->markers) {
            put_title(g, v, l, i);
            il_put_marker(f, l->style, x, y, 4, il_colour(l->style), 0);
            if (g->data->titled)
                end_group(g);
        } else if (is_alone(l, i))
            il_put_marker(f, 0, x, y, 6 / (2 + (double)shown->under), il_colour(l->style), 0);
    }
}

/* What is not on the axis is told, and what has nothing that could be. */
static void draw_left_out(struct page *g, const struct panel *v)
{
    char text[IL_AXIS_WORDS], none[IL_NAMES_NONE] = "";
    size_t lines = 0;

    il_y_axis_words(&v->up, text);
    if (!says_none(g))
        il_names_none(v->data, none);
    if (!text[0] && !none[0])
        return;
    if (text[0])
        il_put_marker(&g->file, 3, v->x.from + 14, v->up.ruler.to + 13, 4, "#333", 0);
    il_file_print(&g->file, "<g stroke=\"#fff\" stroke-width=\"4\" stroke-linejoin=\"round\" "
                            "paint-order=\"stroke\">\n"); /* lines may lie beneath it */
    if (text[0])
        lines = il_put_note(&g->file, text, v->x.from + 24, v->up.ruler.to + 17, g->wide - 40);
    if (none[0])
        il_put_note(&g->file, none, v->x.from + 10, v->up.ruler.to + 17 + IL_LINE * (double)lines,
                    g->wide - 26);
    il_file_print(&g->file, "</g>\n");
}

static void draw_crosses(struct page *g, const struct panel *v, const il_line *l)
{
    if (l->crosses == 0 || l->faint)
        return;
    begin_group(g, l);
    for (size_t i = 0; i < l->crosses; i++)
        il_put_cross(&g->file, il_ruler_at(&v->x, l->cross_x[i]),
                     il_ruler_at(&v->up.ruler, l->cross_y[i]), il_colour(l->style));
    end_group(g);
}

static void draw_title(struct page *g, const struct panel *v)
{
    il_file_print(&g->file,
                  "<text x=\"%s\" y=\"%s\" font-size=\"%d\" font-weight=\"bold\" fill=\"#222\">",
                  il_px(v->x.from).text, il_px(v->up.ruler.to - 7).text, IL_TEXT);
    il_put_ends(&g->file, v->data->title, 1.12 * IL_TEXT, g->wide);
    il_file_print(&g->file, "</text>\n");
}

/* "cost (mean over training samples), log scale"; where a panel is too low for it, without what stands in brackets */
static void name_y_axis(const struct panel *v, char *name, size_t size)
{
    const char *const scale = v->up.ruler.log ? ", log scale" : "";
    const char *const label = v->data->y_label;
    const char *const bracket = strstr(label, " (");

    snprintf(name, size, "%s%s", label, scale);
    if (bracket && !il_ruler_has_room(&v->up.ruler, name))
        snprintf(name, size, "%.*s%s", (int)(bracket - label), label, scale);
}

static void draw_panel(struct page *g, struct panel *v, const char *x_label)
{
    struct il_file *const f = &g->file;
    const il_panel *const p = v->data;
    char name[3 * IL_LABEL];

    name_y_axis(v, name, sizeof name);
    il_ruler_up(f, &v->up.ruler, v->x.from, v->x.to, v->x.from > g->left ? NULL : name);
    il_ruler_across(f, &v->x, v->up.ruler.to, v->up.ruler.from, x_label);
    if (g->data->columns)
        draw_title(g, v);
    for (size_t k = 0; k < p->lines; k++)
        if (p->line[k].theory)
            draw_theory(g, v, &p->line[k]);
        else if (p->line[k].faint)
            draw_faint(g, v, &p->line[k]);
    for (size_t k = 0; k < p->lines; k++)
        if (p->line[k].low && p->line[k].high && !p->line[k].faint) {
            begin_group(g, &p->line[k]);
            draw_band(g, v, &p->line[k]);
            end_group(g);
        }
    for (size_t k = 0; k < p->lines; k++)
        if (!p->line[k].theory && !p->line[k].faint) {
            begin_group(g, &p->line[k]);
            draw_line(g, v, k);
            end_group(g);
        }
    for (size_t k = 0; k < p->lines; k++)
        draw_crosses(g, v, &p->line[k]);
    if (!v->up.any)
        il_file_print(f,
                      "<text x=\"%s\" y=\"%s\" font-size=\"14\" fill=\"#666\" "
                      "text-anchor=\"middle\">no finite values</text>\n",
                      il_px((v->x.from + v->x.to) / 2).text,
                      il_px((v->up.ruler.from + v->up.ruler.to) / 2).text);
    draw_left_out(g, v);
    if (g->ends)
        il_names_at_ends(f, p, v->shown, v->x.to, v->up.ruler.to, v->up.ruler.from);
}

/* ---- below ----------------------------------------------------------------------------------- */

static double strip_height(const struct page *g)
{
    return g->data->strip ? 12 + IL_LINE * (double)il_put_note(NULL, g->data->strip, 0, 0,
                                                               g->right - g->left - 32)
                          : 0;
}

static void draw_strip(struct page *g, double y)
{
    if (!g->data->strip)
        return;
    il_file_print(&g->file,
                  "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"#f2f2f2\"/>\n",
                  il_px(g->left).text, il_px(y).text, il_px(g->right - g->left).text,
                  il_px(strip_height(g) - 6).text);
    il_put_cross(&g->file, g->left + 12, y + 11, "#333");
    il_put_note(&g->file, g->data->strip, g->left + 24, y + 15, g->right - g->left - 32);
}

static void draw_legend(struct page *g, double y)
{
    const size_t rows = g->columns ? g->rows : SIZE_MAX;
    const double step = g->name_width + IL_MARGIN;
    const double x = g->columns ? IL_MARGIN : g->right + RIGHT / 2.0;
    size_t n = 0;

    for (size_t j = 0; j < g->data->panels; j++)
        for (size_t k = 0; k < g->panel[j].data->lines; k++)
            if (is_entry(g, j, k)) {
                il_names_entry(&g->file, &g->panel[j].data->line[k], &g->panel[j].shown[k],
                               x + step * (double)(n / rows),
                               y + 8 + IL_NAMES_ROW * (double)(n % rows));
                n++;
            }
}

static void describe(const struct page *g, char *text, size_t size)
{
    const il_lines *const d = g->data;

    snprintf(text, size, "%.200s over %.200s. %s%s%.1000s", d->panel[0].y_label, d->x_label,
             d->strip ? d->strip : "", d->strip ? ". " : "", d->note ? d->note : "");
}

static void draw(struct page *g)
{
    const il_lines *const d = g->data;
    const double below = g->bottom + BELOW, legend = below + strip_height(g);
    const double note = legend + IL_NAMES_ROW * (double)g->rows + (d->note ? 6 : 0);
    const double wide = g->width - 2 * IL_MARGIN;
    const double end = note + IL_LINE * (double)il_put_note(NULL, d->note, 0, 0, wide);
    char description[2048];

    describe(g, description, sizeof description);
    il_page_head(&g->file, g->width, end + (d->note ? 6 : 0), d->title, description);
    for (size_t j = 0; j < d->panels; j++)
        draw_panel(g, &g->panel[j],
                   j + (d->columns ? d->columns : 1) >= d->panels ? d->x_label : NULL);
    il_page_heading(&g->file, d->title, (g->left + g->right) / 2, g->right);
    draw_strip(g, below);
    if (!g->ends)
        draw_legend(g, g->columns ? legend : TOP);
    il_put_note(&g->file, d->note, IL_MARGIN, note + 8, wide);
}

il_status il_figure_lines(char **svg, size_t *n, const il_lines *figure,
                          const il_terminal *terminal, il_error *err)
{
    struct page g = { .data = figure };
    il_status st;

    *svg = NULL;
    if (terminal)
        return il_term_lines(svg, n, figure, terminal, err);
    IL_TRY(set_panels(&g, err));
    set_x_axis(&g);
    set_layout(&g);
    IL_TRY(il_page_begin(&g.file, &g.text, svg, err));
    draw(&g);
    st = il_page_end(&g.file, &g.text, svg, n, err);
out:
    for (size_t j = 0; g.panel && j < figure->panels; j++)
        free(g.panel[j].shown);
    free(g.panel);
    return st;
}
