/* figure_curves.c - the metric over the epochs. */
#include "figure_curves.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "figure_panels.h"
#include "figure_words.h"

enum {
    LABEL = PANEL_LABEL,
    BEST = 5, /* groups that keep their names where there are too many */
    WORST = 3
};

struct page {
    il_line *line;        /* [groups], by panel */
    char (*label)[LABEL]; /* [groups] */
    size_t *count;        /* [groups]: runs */
    il_panel panel[PANELS_MOST];
    size_t panels, beside;
    int some; /* are some groups grey? */
    int page; /* is it of a page, whose buttons choose a group? */
    char strip[STRIP];
};

static int counts_differ(const struct page *g, size_t groups)
{
    for (size_t i = 1; i < groups; i++)
        if (g->count[i] != g->count[0])
            return 1;
    return 0;
}

static void fill_line(struct page *g, const il_comparison *c, const il_group_curve *curve, size_t i,
                      const char *name, size_t style, il_line *line)
{
    if (counts_differ(g, c->groups) && g->panels == 1)
        snprintf(g->label[i], LABEL, "%.300s (n = %zu)", name, g->count[i]);
    else
        snprintf(g->label[i], LABEL, "%s", name);
    *line =
        (il_line){ .label = g->label[i],
                   .y = curve[i].median,
                   .low = g->count[i] > 1 ? curve[i].low : NULL,
                   .high = curve[i].high,
                   .count = curve[i].epochs,
                   .style = style,
                   .group = i + 1,
                   .none = curve[i].diverged < curve[i].runs || curve[i].ends ? "median not finite"
                                                                              : NULL,
                   .cross_x = curve[i].end_epoch,
                   .cross_y = curve[i].end_value,
                   .crosses = curve[i].ends };
    if (g->some && i >= BEST && i + WORST < c->groups) {
        line->faint = 1;
        line->low = NULL;
        line->crosses = 0;
    }
    if (curve[i].diverged > 0)
        figure_diverged(g->strip, figure_group(c, i), curve[i].diverged, curve[i].runs);
}

static void fill_one(struct page *g, const il_comparison *c, const il_group_curve *curve,
                     const char *y_label)
{
    g->panels = 1;
    g->panel[0] = (il_panel){ .y_label = y_label, .line = g->line, .lines = c->groups };
    figure_limits(c->metric, &g->panel[0].least, &g->panel[0].most);
    for (size_t i = 0; i < c->groups; i++)
        fill_line(g, c, curve, i, c->group[i].label, c->group[i].style, &g->line[i]);
}

static void fill_many(struct page *g, const il_comparison *c, const il_group_curve *curve,
                      const struct panels *p, const char *y_label)
{
    size_t n = 0;

    g->panels = p->panels;
    g->beside = p->beside;
    for (size_t j = 0; j < p->panels; j++) {
        g->panel[j] = (il_panel){ .title = p->title[j], .y_label = y_label, .line = &g->line[n] };
        figure_limits(c->metric, &g->panel[j].least, &g->panel[j].most);
        for (size_t i = 0; i < c->groups; i++)
            if (p->panel[i] == j) {
                fill_line(g, c, curve, i, p->line[i], p->style[i], &g->line[n++]);
                g->panel[j].lines++;
            }
    }
}

static void write_note(const struct page *g, const il_comparison *c, const il_group_curve *curve,
                       char note[NOTE])
{
    char text[WORDS];

    figure_runs(g->count, c->groups, "group", text);
    figure_note(note, text);
    figure_note(note,
                "line: median over the runs of a group; band: interquartile range, the middle "
                "half of the runs; what is not finite counts as the worst, as in the table's "
                "median: a line ends where half of the runs diverged, a band where a quarter did");
    if (g->page && figure_hides_bands(c))
        figure_note(note, figure_hidden_bands);
    if (g->some) {
        snprintf(text, sizeof text,
                 "by name: the best %d and the worst %d of %zu groups; grey: the other %zu, their "
                 "medians alone",
                 BEST, WORST, c->groups, c->groups - BEST - WORST);
        figure_note(note, text);
    }
    for (size_t i = 0; i < c->groups; i++)
        if (curve[i].ends) {
            figure_note(note, "\u00d7: a run that diverged, at its last finite cost");
            break;
        }
    figure_pooled_note(note, c);
}

static il_status open_page(struct page *g, const il_comparison *c, const il_group_curve *curve,
                           il_error *err)
{
    g->line = calloc(c->groups + 1, sizeof *g->line);
    g->label = calloc(c->groups + 1, sizeof *g->label);
    g->count = calloc(c->groups + 1, sizeof *g->count);
    if (!g->line || !g->label || !g->count)
        return cli_no_memory(err);
    for (size_t i = 0; i < c->groups; i++)
        g->count[i] = curve[i].runs;
    return IL_OK;
}

static void close_page(struct page *g)
{
    free(g->line);
    free(g->label);
    free(g->count);
}

il_status draw_curves(char **svg, size_t *n, const struct to_draw *from, il_error *err)
{
    const il_comparison *const c = from->of->comparison;
    const int many = c->groups > IL_FIGURE_NAMES && !from->page;
    struct page g = { .line = NULL };
    struct panels panels = { .panels = 0 };
    char title[WORDS], y_label[WORDS], note[NOTE] = "";
    il_lines figure = {
        .title = title, .x_label = "epoch", .x_scale = IL_SCALE_LINEAR, .note = note
    };
    il_group_curve *curve = NULL;
    il_status st = many ? panels_choose(&panels, c, err) : IL_OK;

    if (st == IL_OK && !panels.panels)
        st = figure_few_groups(c->groups, err);
    if (st == IL_OK)
        st = il_compare_curves(&curve, c, from->of->runs, err);
    if (st == IL_OK)
        st = open_page(&g, c, curve, err);
    if (st != IL_OK)
        goto out;
    g.some = many && !panels.panels;
    g.page = from->page;
    snprintf(y_label, sizeof y_label, "%s", il_metric_words(c->metric));
    if (panels.panels)
        fill_many(&g, c, curve, &panels, y_label);
    else
        fill_one(&g, c, curve, y_label);
    figure.panel = g.panel;
    figure.panels = g.panels;
    figure.columns = g.beside;
    figure.strip = g.strip[0] ? g.strip : NULL;
    figure_title(c, "Median ", title);
    write_note(&g, c, curve, note);
    st = il_figure_lines(svg, n, &figure, from->terminal, err);
out:
    if (curve)
        il_group_curves_free(curve, c->groups);
    panels_free(&panels);
    close_page(&g);
    return st;
}
