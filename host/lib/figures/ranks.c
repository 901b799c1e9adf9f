/* ranks.c - groups on an axis of mean ranks; those that are not told apart are joined by a bar (Demsar 2006). */
#include <math.h>
#include "ruler.h"
#include "core/error.h"
#include "initlab/figures.h"
#include "palette.h"
#include "term.h"

/* Pixels. */
enum { TOP = 92, AXIS = 480, BAR = 9, ROW = 22, GAP = 8 };

struct page {
    struct il_file file;
    il_text text;
    const il_ranks *data;
    struct il_ruler rank;
    size_t halves[2]; /* groups whose names are on the left, and on the right */
    double labels[2], first_row, bottom, width;
};

/* ---- layout ---------------------------------------------------------------------------------- */

static void set_layout(struct page *g)
{
    static const double LONGEST = 360; /* pixels of a label */
    const il_ranks *const d = g->data;
    size_t bars = 0;

    g->halves[0] = (d->groups + 1) / 2;
    g->halves[1] = d->groups - g->halves[0];
    for (size_t i = 0; i < d->groups; i++) {
        double *const room = &g->labels[i >= g->halves[0]];

        *room = fmin(fmax(*room, il_text_width(d->group[i].label, IL_TEXT)), LONGEST);
    }
    for (size_t k = 0; k < d->bars; k++)
        bars += d->bar[k][1] > d->bar[k][0];
    il_ruler_linear(&g->rank, 1, (double)(d->groups > 1 ? d->groups : 2), 8, 1, 0);
    g->rank.from = IL_MARGIN + g->labels[0] + 3 * GAP;
    g->rank.to = g->rank.from + AXIS;
    g->first_row = TOP + 14 + BAR * (double)bars + 14;
    g->bottom = g->first_row + ROW * (double)g->halves[0];
    g->width = g->rank.to + 3 * GAP + g->labels[1] + IL_MARGIN;
    g->width = fmax(g->width, il_heading_width(d->title) + 2 * IL_MARGIN);
}

/* ---- drawn ----------------------------------------------------------------------------------- */

/* numbers above the axis: below it are the groups */
static void draw_axis(struct page *g)
{
    struct il_file *const f = &g->file;

    il_file_print(f,
                  "<g stroke=\"#555\" stroke-width=\"1\" fill=\"none\">\n<path d=\"M%s %dH%s\"/>\n",
                  il_px(g->rank.from).text, TOP, il_px(g->rank.to).text);
    for (int64_t i = g->rank.first; i <= g->rank.last; i++)
        il_file_print(f, "<path d=\"M%s %dv-5\"/>\n", il_px(il_ruler_tick(&g->rank, i)).text, TOP);
    il_file_print(f, "</g>\n<g font-size=\"%d\" fill=\"#333\" text-anchor=\"middle\">\n", IL_TEXT);
    for (int64_t i = g->rank.first; i <= g->rank.last; i++)
        il_file_print(f, "<text x=\"%s\" y=\"%d\">%s</text>\n",
                      il_px(il_ruler_tick(&g->rank, i)).text, TOP - 10,
                      il_ruler_label(&g->rank, i).text);
    il_file_print(f, "<text x=\"%s\" y=\"%d\" fill=\"#222\">",
                  il_px((g->rank.from + g->rank.to) / 2).text, TOP - 30);
    il_put_letters(f, g->data->axis_label, SIZE_MAX);
    il_file_print(f, "</text>\n</g>\n");
}

/* down from its rank, and to its name: the best on the left and the worst on the right lie highest */
static void draw_group(struct page *g, size_t i)
{
    struct il_file *const f = &g->file;
    const il_rank *const r = &g->data->group[i];
    const int right = i >= g->halves[0];
    const double x = il_ruler_at(&g->rank, r->rank);
    const double y = g->first_row + ROW * (double)(right ? g->data->groups - 1 - i : i);
    const double end = right ? g->rank.to + 2 * GAP : g->rank.from - 2 * GAP;

    il_file_print(f, "<g><title>");
    il_put_text(f, r->label, 200);
    il_file_print(
        f, ", mean rank %s</title>\n<path class=\"group\" fill=\"none\" stroke-width=\"1.5\"",
        il_digits(r->rank, 4).text);
    il_put_stroke(f, r->style);
    il_file_print(f, " d=\"M%s %dV%sH%s\"/>\n", il_px(x).text, TOP, il_px(y).text, il_px(end).text);
    il_put_marker(f, 0, x, TOP, 3.5, il_colour(r->style), 0);
    il_file_print(f, "<text x=\"%s\" y=\"%s\" font-size=\"%d\" fill=\"#222\" text-anchor=\"%s\">",
                  il_px(right ? end + GAP : end - GAP).text, il_px(y + 4).text, IL_TEXT,
                  right ? "start" : "end");
    il_put_ends(f, r->label, IL_TEXT, g->labels[right] + 1);
    il_file_print(f, "</text></g>\n");
}

static void draw_bars(struct page *g)
{
    double y = TOP + 14;

    for (size_t k = 0; k < g->data->bars; k++) {
        const size_t *const bar = g->data->bar[k];

        if (bar[1] == bar[0])
            continue;
        il_file_print(&g->file,
                      "<path class=\"joined\" d=\"M%s %sH%s\" fill=\"none\" stroke=\"#222\" "
                      "stroke-width=\"4\"/>\n",
                      il_px(il_ruler_at(&g->rank, g->data->group[bar[0]].rank) - 4).text,
                      il_px(y).text,
                      il_px(il_ruler_at(&g->rank, g->data->group[bar[1]].rank) + 4).text);
        y += BAR;
    }
}

static void draw(struct page *g)
{
    const il_ranks *const d = g->data;
    const double wide = g->width - 2 * IL_MARGIN, note = g->bottom + 14;
    char description[2048];

    snprintf(description, sizeof description, "%.200s of %zu groups. %.1400s", d->axis_label,
             d->groups, d->note ? d->note : "");
    il_page_head(&g->file, g->width,
                 note + IL_LINE * (double)il_put_note(NULL, d->note, 0, 0, wide) + 2, d->title,
                 description);
    il_page_heading(&g->file, d->title, g->width / 2, wide);
    draw_axis(g);
    for (size_t i = 0; i < d->groups; i++)
        draw_group(g, i);
    draw_bars(g);
    il_put_note(&g->file, d->note, IL_MARGIN, note, wide);
}

il_status il_figure_ranks(char **svg, size_t *n, const il_ranks *figure,
                          const il_terminal *terminal, il_error *err)
{
    struct page g = { .data = figure };
    il_status st;

    if (terminal)
        return il_term_ranks(svg, n, figure, terminal, err);
    st = il_page_begin(&g.file, &g.text, svg, err);
    if (st != IL_OK)
        return st;
    set_layout(&g);
    draw(&g);
    return il_page_end(&g.file, &g.text, svg, n, err);
}
