/* figure_layers.c - what was seen in layers through training: Glorot and Bengio's picture (2010). */
#include "figure_layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "figure_panels.h"
#include "figure_words.h"
#include "states.h"

enum { LINES = 7 /* layers that are shown */, LABEL = 40 };

struct page {
    size_t groups, layers, looks,
        lines;                 /* layers that have it, looks: of the group that has most */
    double *number;            /* [groups, lines, SERIES, looks] */
    il_line *line;             /* [groups, lines + 1] */
    double *cross_x, *cross_y; /* where runs that diverged ended, line by line */
    size_t crosses;
    char label[LINES][LABEL];
    il_panel panel[PANELS_MOST];
    size_t runs[PANELS_MOST];
    double across[2]; /* the first and the last epoch */
    char strip[STRIP];
};

/* a rule of thumb for a quantity, drawn across */
static const struct {
    const char *quantity;
    double y[2];
    const char *words;
} rule = { "update_ratio", { 1e-3, 1e-3 }, "dashed: 1e-3, by rule of thumb a good ratio" };

enum series { EPOCH, MEDIAN, LOW, HIGH, SERIES };

static double *series(const struct page *g, size_t group, size_t line, enum series which)
{
    return g->number + ((group * g->lines + line) * SERIES + which) * g->looks;
}

static size_t quantity_of(const char *name)
{
    size_t i = 0;

    while (i + 1 < IL_DIAGNOSTIC_COUNT && strcmp(il_diagnostic_name(i), name) != 0)
        i++;
    return i;
}

/* how large all is */
static il_status measure(struct page *g, const struct states *s, size_t groups, size_t quantity,
                         il_error *err)
{
    if (s->count == 0)
        return cli_error(err, IL_E_DATA,
                         "layers were not looked at: 'initlab sweep run ... --diag every=epoch' "
                         "keeps what they are "
                         "like, of runs that it trains");
    if (groups > PANELS_MOST)
        return cli_error(
            err, IL_E_USAGE,
            "%zu groups are too many panels for this figure: --where or --by leaves up to %d",
            groups, PANELS_MOST);
    g->groups = groups;
    for (size_t i = 0, looks = 0; i < s->count; i++) {
        const struct state *const at = &s->state[i];

        if (i == 0 || at->group != at[-1].group)
            looks = 0;
        looks += looks == 0 || at->step != at[-1].step;
        g->looks = looks > g->looks ? looks : g->looks;
        g->layers = at->layer > g->layers ? at->layer : g->layers;
        g->across[0] = i == 0 ? at->epoch : fmin(g->across[0], at->epoch);
        g->across[1] = fmax(g->across[1], at->epoch);
    }
    g->layers = state_layers_with(quantity, g->layers);
    g->lines = g->layers < LINES ? g->layers : LINES;
    g->lines = g->lines ? g->lines : 1;
    g->number = calloc(g->groups * g->lines, SERIES * g->looks * sizeof *g->number);
    g->line = calloc(g->groups * (g->lines + 1), sizeof *g->line);
    g->cross_x = calloc(2 * s->ends + 1, sizeof *g->cross_x);
    if (!g->number || !g->line || !g->cross_x)
        return cli_no_memory(err);
    g->cross_y = g->cross_x + s->ends;
    return IL_OK;
}

static int has_rule(size_t quantity)
{
    return strcmp(il_diagnostic_name(quantity), rule.quantity) == 0;
}

static void add_rule(struct page *g, il_line *line)
{
    *line = (il_line){ .x = g->across, .y = rule.y, .count = 2, .style = LINES - 1, .theory = 1 };
}

/* a line of a group's layer, with a cross for each run that diverged */
static void add_line(struct page *g, const struct states *s, size_t group, size_t line,
                     size_t quantity, size_t looks)
{
    il_panel *const panel = &g->panel[group];
    double *const x = g->cross_x + g->crosses, *const y = g->cross_y + g->crosses;
    const size_t ends =
        states_ends(s, group, state_layer(line, g->lines, g->layers), quantity, x, y);

    g->crosses += ends;
    g->line[group * (g->lines + 1) + panel->lines++] =
        (il_line){ .label = g->label[line],
                   .x = series(g, group, line, EPOCH),
                   .y = series(g, group, line, MEDIAN),
                   .low = g->runs[group] > 1 ? series(g, group, line, LOW) : NULL,
                   .high = series(g, group, line, HIGH),
                   .count = looks,
                   .style = line,
                   .cross_x = x,
                   .cross_y = y,
                   .crosses = ends };
}

/* the group's looks, one after the other, of all layers that it has */
static void fill_group(struct page *g, const struct states *s, size_t group, size_t quantity)
{
    size_t n, look = 0, layers = 0;
    const struct state *const state = states_of(s, group, &n);
    il_panel *const panel = &g->panel[group];

    for (size_t i = 0; i < n; i++) {
        look += i > 0 && state[i].step != state[i - 1].step;
        layers = state[i].layer > layers ? state[i].layer : layers;
        g->runs[group] = state[i].runs > g->runs[group] ? state[i].runs : g->runs[group];
        for (size_t line = 0; line < g->lines; line++)
            if (state[i].layer == state_layer(line, g->lines, g->layers)) {
                series(g, group, line, EPOCH)[look] = state[i].epoch;
                series(g, group, line, MEDIAN)[look] = state[i].median[quantity];
                series(g, group, line, LOW)[look] = state[i].low[quantity];
                series(g, group, line, HIGH)[look] = state[i].high[quantity];
            }
    }
    panel->line = &g->line[group * (g->lines + 1)];
    for (size_t line = 0; line < g->lines; line++)
        if (state_layer(line, g->lines, g->layers) <= state_layers_with(quantity, layers))
            add_line(g, s, group, line, quantity, look + 1);
    if (panel->lines && has_rule(quantity))
        add_rule(g, &g->line[group * (g->lines + 1) + panel->lines++]);
}

static void fill(struct page *g, const il_comparison *c, const struct states *s, size_t quantity)
{
    for (size_t i = 0; i < g->lines; i++)
        snprintf(g->label[i], LABEL, "layer %zu", state_layer(i, g->lines, g->layers));
    for (size_t i = 0; i < g->groups; i++) {
        g->panel[i] = (il_panel){ .title = c->group[i].label,
                                  .y_label = state_words(quantity),
                                  .y_scale = state_scale(quantity),
                                  .most = strstr(state_words(quantity), "(share of") ? 1 : 0 };
        fill_group(g, s, i, quantity);
        if (s->diverged[i])
            figure_diverged(g->strip, figure_group(c, i), s->diverged[i], s->runs[i]);
    }
}

static void write_note(const struct page *g, const il_comparison *c, const struct states *s,
                       size_t quantity, char note[NOTE])
{
    char text[WORDS];

    figure_runs(g->runs, g->groups, "group", text);
    figure_note(note, text);
    figure_note(note, "line: median over the runs of a group; band: interquartile range; both end "
                      "where fewer than half of "
                      "the runs have a finite number");
    if (g->crosses)
        figure_note(note, "\u00d7: a run that diverged, at its last look with a finite number");
    if (has_rule(quantity))
        figure_note(note, rule.words);
    if (g->groups > 1) {
        snprintf(text, sizeof text, "panels: the group with the best mean %.200s first", c->metric);
        figure_note(note, text);
    }
    if (g->lines < g->layers) {
        snprintf(text, sizeof text, "%zu of %zu %slayers are shown", g->lines, g->layers,
                 state_layers_with(quantity, 1) ? "" : "hidden ");
        figure_note(note, text);
    }
    if (s->some_runs)
        figure_note(note,
                    "the first runs of each group alone: there are too many rows to hold all");
    figure_pooled_note(note, c);
}

static void write_title(const il_comparison *c, size_t quantity, char title[2 * WORDS])
{
    snprintf(title, 2 * WORDS, "Layers through training: %s%s%.250s", state_words(quantity),
             c->groups == 1 && c->columns ? ", " : "",
             c->groups == 1 && c->columns ? c->group[0].label : "");
}

il_status draw_layers(char **svg, size_t *n, const struct to_draw *from, il_error *err)
{
    const il_comparison *const c = from->of->comparison;
    const size_t quantity = quantity_of(from->diagnostic);
    struct states s = { .state = NULL };
    struct page g = { .groups = 0 };
    char title[2 * WORDS], note[NOTE] = "";
    il_lines figure = {
        .title = title, .x_label = "epoch", .x_scale = IL_SCALE_LINEAR, .note = note
    };
    il_status st = states_read(&s, from->of, err);

    if (st == IL_OK)
        st = measure(&g, &s, c->groups, quantity, err);
    if (st != IL_OK)
        goto out;
    fill(&g, c, &s, quantity);
    write_title(c, quantity, title);
    write_note(&g, c, &s, quantity, note);
    figure.strip = g.strip[0] ? g.strip : NULL;
    figure.panel = g.panel;
    figure.panels = g.groups;
    figure.columns = g.groups == 1 ? 0 : g.groups == 2 || g.groups == 4 ? 2 : 3;
    st = il_figure_lines(svg, n, &figure, from->terminal, err);
out:
    free(g.number);
    free(g.line);
    free(g.cross_x);
    states_free(&s);
    return st;
}
