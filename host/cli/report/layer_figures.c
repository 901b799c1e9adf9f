/* layer_figures.c - states of layers as figures: a panel a quantity. */
#include "layer_figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "compare/figure_words.h"

enum { LABEL = 320, LAYERS_SHOWN = 7, GREY = 6 /* of the palette */ };

static const double FOLK = 1e-3;

/* In which figures a quantity is. */
static const struct {
    int start, end, through;
} shown[IL_DIAGNOSTIC_COUNT] = {
    [IL_DIAGNOSTIC_ACTIVATION_MEAN] = { 1, 0, 0 },
    [IL_DIAGNOSTIC_ACTIVATION_VARIANCE] = { 1, 1, 1 },
    [IL_DIAGNOSTIC_SATURATED] = { 1, 1, 0 },
    [IL_DIAGNOSTIC_DEAD] = { 1, 1, 0 },
    [IL_DIAGNOSTIC_GRADIENT_NORM] = { 1, 1, 1 },
    [IL_DIAGNOSTIC_UPDATE_RATIO] = { 0, 1, 1 },
    [IL_DIAGNOSTIC_DISTANCE] = { 0, 1, 0 },
    [IL_DIAGNOSTIC_DISTINCT_UNITS] = { 1, 1, 0 },
    [IL_DIAGNOSTIC_EFFECTIVE_RANK] = { 1, 1, 0 },
};

const struct state *states_at(const struct states *s, size_t group, int end, size_t *count)
{
    size_t n, from, to;
    const struct state *const all = states_of(s, group, &n);

    *count = 0;
    if (n == 0)
        return all;
    from = end ? n - 1 : 0;
    while (from > 0 && all[from - 1].step == all[from].step)
        from--;
    for (to = from; to < n && all[to].step == all[from].step;)
        to++;
    *count = end || all[from].step == 0 ? to - from : 0;
    return all + from;
}

/* ---- theory ---------------------------------------------------------------------------------- */

static double measured(const struct state *state, size_t count, size_t layer, size_t quantity)
{
    for (size_t i = 0; i < count; i++)
        if (state[i].layer == layer + 1)
            return state[i].median[quantity];
    return NAN;
}

double theory_gradient(const struct group_theory *t, const struct state *start, size_t layers,
                       size_t layer)
{
    const size_t last = t->layers > 1 ? t->layers - 2 : 0;

    if (layer >= t->layers)
        return NAN;
    return t->layer[layer].gradient / t->layer[last].gradient *
           measured(start, layers, last, IL_DIAGNOSTIC_GRADIENT_NORM);
}

static double theory(const struct group_theory *t, const struct state *start, size_t layers,
                     size_t quantity, size_t layer)
{
    if (layer >= t->layers)
        return NAN;
    switch (quantity) {
    case IL_DIAGNOSTIC_ACTIVATION_MEAN:
        return t->layer[layer].a_mean;
    case IL_DIAGNOSTIC_ACTIVATION_VARIANCE:
        return t->layer[layer].a_variance;
    case IL_DIAGNOSTIC_GRADIENT_NORM:
        return theory_gradient(t, start, layers, layer);
    default:
        return NAN;
    }
}

/* ---- a figure -------------------------------------------------------------------------------- */

struct page {
    size_t lines, points; /* of a panel; of a line */
    double *number;       /* [panels, lines, SERIES, points] */
    il_line *line;        /* [panels, 2 * lines + 1] */
    il_panel panel[IL_DIAGNOSTIC_COUNT];
    size_t panels;
    size_t *style;       /* [lines] */
    unsigned char *seen; /* [lines]: was it looked at? */
    int grouped;         /* a line is a group, that the page's legend finds */
    size_t layers;       /* else one of so many layers */
    size_t group;        /* of whose runs they are */
    const struct states *states;
    double *folk; /* [points] */
    int folk_is_drawn;
    char zero[WORDS], none[WORDS];
    double *cross_x, *cross_y; /* where runs that diverged ended */
    size_t crosses;
    char strip[STRIP];
};

enum series { MEDIAN, LOW, HIGH, THEORY, SERIES };

static il_status page_open(struct page *g, size_t lines, size_t points, il_error *err)
{
    *g = (struct page){ .lines = lines, .points = points };
    g->number = calloc(IL_DIAGNOSTIC_COUNT * lines * SERIES * points + 1, sizeof *g->number);
    g->line = calloc(IL_DIAGNOSTIC_COUNT * (2 * lines + 1) + 1, sizeof *g->line);
    g->folk = calloc(points + 1, sizeof *g->folk);
    g->style = calloc(lines + 1, sizeof *g->style);
    g->seen = calloc(lines + 1, sizeof *g->seen);
    if (!g->number || !g->line || !g->folk || !g->style || !g->seen)
        return cli_no_memory(err);
    for (size_t i = 0; i < lines; i++)
        g->style[i] = i;
    for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT * lines * SERIES * points; i++)
        g->number[i] = NAN;
    for (size_t i = 0; i < points; i++)
        g->folk[i] = FOLK;
    return IL_OK;
}

static void page_close(struct page *g)
{
    free(g->number);
    free(g->line);
    free(g->folk);
    free(g->style);
    free(g->seen);
    free(g->cross_x);
}

static double *series(const struct page *g, size_t quantity, size_t line, enum series which)
{
    return g->number + ((quantity * g->lines + line) * SERIES + which) * g->points;
}

static int any_finite(const struct page *g, const double *y, int but_zero)
{
    for (size_t i = 0; i < g->points; i++)
        if (isfinite(y[i]) && (!but_zero || y[i] != 0))
            return 1;
    return 0;
}

/* "0 everywhere: dead, saturated" */
static void name_quantity(char to[WORDS], const char *what, size_t quantity)
{
    snprintf(to + strlen(to), WORDS - strlen(to), "%s%s", to[0] ? ", " : what,
             state_words(quantity));
}

/* where runs of the group diverged, in the layer of a line */
static void add_crosses(struct page *g, size_t quantity, size_t line, il_line *to)
{
    double *const x = g->cross_x + g->crosses, *const y = g->cross_y + g->crosses;

    to->cross_x = x;
    to->cross_y = y;
    to->crosses =
        states_ends(g->states, g->group, state_layer(line, g->lines, g->layers), quantity, x, y);
    g->crosses += to->crosses;
}

/* Has the line's layer such a quantity? */
static int has_quantity(const struct page *g, size_t quantity, size_t line)
{
    return g->grouped
               ? g->seen[line]
               : state_layer(line, g->lines, g->layers) <= state_layers_with(quantity, g->layers);
}

/*
 * Add a quantity's panel; one that is 0 everywhere, or has no number, is said, not drawn, unless it must be. x NULL: 1, 2,
 * ...; bands are of groups.
 */
static void add_panel(struct page *g, size_t quantity, const double *x, char (*label)[LABEL],
                      int must)
{
    il_panel *const p = &g->panel[g->panels];
    int any = 0, some = 0;

    *p = (il_panel){ .y_label = state_words(quantity),
                     .y_scale = state_scale(quantity),
                     .most = strstr(state_words(quantity), "(share of") ? 1 : 0,
                     .line = &g->line[g->panels * (2 * g->lines + 1)] };
    for (size_t i = 0; i < g->lines; i++) {
        any |= any_finite(g, series(g, quantity, i, MEDIAN), 0);
        some |= any_finite(g, series(g, quantity, i, MEDIAN), 1);
    }
    if (!some && !must) {
        if (any)
            name_quantity(g->zero, "0 everywhere: ", quantity);
        else
            name_quantity(g->none, "no finite value: ", quantity);
        return;
    }
    g->panels++;
    if (quantity == IL_DIAGNOSTIC_UPDATE_RATIO) {
        g->folk_is_drawn = 1;
        g->line[(g->panels - 1) * (2 * g->lines + 1) + p->lines++] =
            (il_line){ .x = x, .y = g->folk, .count = g->points, .style = GREY, .theory = 1 };
    }
    for (size_t i = 0; i < g->lines; i++) {
        il_line *const line = &g->line[(g->panels - 1) * (2 * g->lines + 1)];
        const double *const expected = series(g, quantity, i, THEORY);

        if (any_finite(g, expected, 0))
            line[p->lines++] = (il_line){ .x = x,
                                          .y = expected,
                                          .count = g->points,
                                          .style = g->style[i],
                                          .group = g->grouped ? i + 1 : 0,
                                          .theory = 1 };
        if (!has_quantity(g, quantity, i))
            continue;
        line[p->lines++] = (il_line){ .label = label[i],
                                      .x = x,
                                      .y = series(g, quantity, i, MEDIAN),
                                      .low = g->grouped ? series(g, quantity, i, LOW) : NULL,
                                      .high = g->grouped ? series(g, quantity, i, HIGH) : NULL,
                                      .count = g->points,
                                      .style = g->style[i],
                                      .group = g->grouped ? i + 1 : 0,
                                      .markers = !x };
        if (!g->grouped)
            add_crosses(g, quantity, i, &line[p->lines - 1]);
    }
}

static void note_of_page(const struct page *g, char note[NOTE])
{
    if (g->folk_is_drawn)
        figure_note(note,
                    "grey, dashed: 1e-3, the update-to-weight ratio that practitioners aim at");
    figure_note(note, g->zero);
    figure_note(note, g->none);
}

/* ---- over the layers ------------------------------------------------------------------------- */

static void fill_group(struct page *g, const struct states *s, const struct group_theory *t,
                       size_t group, int end)
{
    size_t n, starts;
    const struct state *const state = states_at(s, group, end, &n);
    const struct state *const start = states_at(s, group, 0, &starts);

    g->seen[group] = n > 0;
    for (size_t q = 0; q < IL_DIAGNOSTIC_COUNT; q++) {
        for (size_t i = 0; i < n; i++) {
            const size_t l = state[i].layer - 1;

            if (l >= g->points)
                continue;
            series(g, q, group, MEDIAN)[l] = state[i].median[q];
            series(g, q, group, LOW)[l] = state[i].low[q];
            series(g, q, group, HIGH)[l] = state[i].high[q];
        }
        for (size_t l = 0; n && !end && l < g->points; l++)
            series(g, q, group, THEORY)[l] = theory(t, start, starts, q, l);
    }
}

static size_t most_layers(const struct states *s)
{
    size_t most = 0;

    for (size_t i = 0; i < s->count; i++)
        most = s->state[i].layer > most ? s->state[i].layer : most;
    return most;
}

/* groups without a line: none of their runs was looked at */
static void note_unseen(const struct page *g, const il_comparison *c, char note[NOTE])
{
    enum { MORE = 32 }; /* bytes of " and 12 more" */
    char text[ANSWER] = "";
    size_t n = 0, others = 0;

    for (size_t i = 0; i < c->groups; i++) {
        const char *const label = c->group[i].label;

        if (g->seen[i])
            continue;
        if (others || n + strlen(label) + 2 * MORE > sizeof text)
            others++;
        else
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
                                  n ? ", " : "not looked at (--diag): ", label);
    }
    if (others)
        snprintf(text + n, sizeof text - n, "%s%zu more",
                 n ? " and " : "not looked at (--diag): ", others);
    figure_note(note, text);
}

static void note_of_layers(const struct page *g, const struct states *s, const il_comparison *c,
                           int end, int any_theory, char note[NOTE])
{
    const size_t groups = c->groups;
    size_t *const runs = calloc(groups + 1, sizeof *runs);
    char text[WORDS] = "";

    for (size_t i = 0; runs && i < groups; i++) {
        size_t n;
        const struct state *const state = states_at(s, i, end, &n);

        runs[i] = n ? state->runs : 0;
    }
    if (runs)
        figure_runs(runs, groups, "group", text);
    free(runs);
    snprintf(
        text + strlen(text), sizeof text - strlen(text),
        "%s; line: median; band: middle half; a line ends where fewer than half of the runs have "
        "finite numbers",
        s->some_runs ? ", the first ones" : "");
    figure_note(note, text);
    if (figure_hides_bands(c))
        figure_note(note, figure_hidden_bands);
    note_unseen(g, c, note);
    if (!end && any_theory)
        figure_note(note, "thin, dashed: mean-field theory, of gradients level with the last "
                          "hidden layer");
    note_of_page(g, note);
}

/* the part-th of the panels, as even as they can be; the title says which */
static void take_part(const struct page *g, size_t part, size_t *parts, char title[WORDS],
                      il_lines *figure)
{
    enum { SHEET = 4 /* panels that are of a readable size on a sheet of paper */ };
    size_t each;

    *parts = (g->panels + SHEET - 1) / SHEET;
    each = (g->panels + *parts - 1) / *parts;
    figure->panel = g->panel + part * each;
    figure->panels = each < g->panels - part * each ? each : g->panels - part * each;
    if (*parts > 1)
        snprintf(title + strlen(title), WORDS - strlen(title), ", %zu of %zu", part + 1, *parts);
}

il_status draw_over_layers(char **svg, size_t *n, const struct compared *k, const struct states *s,
                           const struct expectations *e, int end, size_t part, size_t *parts,
                           il_error *err)
{
    const il_comparison *const c = k->comparison;
    char(*const label)[LABEL] = calloc(c->groups + 1, sizeof *label);
    char note[NOTE] = "", title[WORDS];
    struct page g;
    il_lines figure = { .title = title,
                        .x_label = "layer",
                        .x_scale = IL_SCALE_LINEAR,
                        .titled = c->groups <= IL_FIGURE_NAMES * IL_FIGURE_NAMES,
                        .note = note };
    il_status st = page_open(&g, c->groups, most_layers(s), err);
    int any_theory = 0;

    if (st == IL_OK && !label)
        st = cli_no_memory(err);
    if (st != IL_OK)
        goto out;
    g.grouped = 1;
    for (size_t i = 0; i < c->groups; i++) {
        snprintf(label[i], LABEL, "%s", c->group[i].label);
        g.style[i] = c->group[i].style;
        fill_group(&g, s, &e->group[i], i, end);
        any_theory |= e->group[i].layer != NULL;
        if (end && s->diverged[i]) /* before training none has */
            figure_diverged(g.strip, figure_group(c, i), s->diverged[i], s->runs[i]);
    }
    figure.strip = g.strip[0] ? g.strip : NULL;
    for (size_t q = 0; q < IL_DIAGNOSTIC_COUNT; q++)
        if (end ? shown[q].end : shown[q].start)
            add_panel(&g, q, NULL, label, 0);
    if (g.panels == 0)
        add_panel(&g, IL_DIAGNOSTIC_GRADIENT_NORM, NULL, label, 1);
    note_of_layers(&g, s, c, end, any_theory, note);
    snprintf(title, sizeof title, end ? "Layers after training" : "Layers before training");
    take_part(&g, part, parts, title, &figure);
    st = il_figure_lines(svg, n, &figure, NULL, err);
out:
    free(label);
    page_close(&g);
    return st;
}

/* ---- over the epochs ------------------------------------------------------------------------- */

/* x becomes the looks' epochs */
static void fill_looks(struct page *g, const struct state *state, size_t n, size_t layers,
                       double *x)
{
    size_t look = 0;

    for (size_t i = 0; i < n; i++) {
        look += i > 0 && state[i].step != state[i - 1].step;
        x[look] = state[i].epoch;
        for (size_t line = 0; line < g->lines; line++)
            if (state[i].layer == state_layer(line, g->lines, layers))
                for (size_t q = 0; q < IL_DIAGNOSTIC_COUNT; q++)
                    series(g, q, line, MEDIAN)[look] = state[i].median[q];
    }
}

il_status draw_over_epochs(char **svg, size_t *n, const struct compared *k, const struct states *s,
                           size_t group, il_error *err)
{
    size_t count, looks = 0, layers = 0;
    const struct state *const state = states_of(s, group, &count);
    char label[LAYERS_SHOWN][LABEL], title[LABEL + WORDS], note[NOTE] = "", text[WORDS];
    struct page g;
    il_lines figure = {
        .title = title, .x_label = "epoch", .x_scale = IL_SCALE_LINEAR, .note = note
    };
    double *x;
    il_status st;

    for (size_t i = 0; i < count; i++) {
        looks += i == 0 || state[i].step != state[i - 1].step;
        layers = state[i].layer > layers ? state[i].layer : layers;
    }
    x = calloc(looks + 1, sizeof *x);
    st = page_open(&g, layers < LAYERS_SHOWN ? layers : LAYERS_SHOWN, looks, err);
    g.cross_x = calloc(2 * IL_DIAGNOSTIC_COUNT * s->ends + 1, sizeof *g.cross_x);
    g.states = s;
    g.group = group;
    g.layers = layers;
    if (st == IL_OK && (!x || !g.cross_x))
        st = cli_no_memory(err);
    if (st != IL_OK || looks < 2)
        goto out;
    g.cross_y = g.cross_x + IL_DIAGNOSTIC_COUNT * s->ends;
    for (size_t i = 0; i < g.lines; i++)
        snprintf(label[i], LABEL, "layer %zu", state_layer(i, g.lines, layers));
    fill_looks(&g, state, count, layers, x);
    for (size_t q = 0; q < IL_DIAGNOSTIC_COUNT; q++)
        if (shown[q].through)
            add_panel(&g, q, x, label, 0);
    if (g.panels == 0)
        add_panel(&g, IL_DIAGNOSTIC_GRADIENT_NORM, x, label, 1);
    if (s->diverged[group])
        figure_diverged(g.strip, NULL, s->diverged[group], s->runs[group]);
    figure.strip = g.strip[0] ? g.strip : NULL;
    snprintf(title, sizeof title, "Layers through training: %s", k->comparison->group[group].label);
    snprintf(text, sizeof text, "n = %zu run%s%s; line: median over them%s", state->runs,
             state->runs == 1 ? "" : "s", s->some_runs ? ", the first ones" : "",
             layers > g.lines ? "; not all layers are shown" : "");
    figure_note(note, text);
    if (g.crosses)
        figure_note(note, "\u00d7: a run that diverged, at its last look with a finite number");
    note_of_page(&g, note);
    figure.panel = g.panel;
    figure.panels = g.panels;
    st = il_figure_lines(svg, n, &figure, NULL, err);
out:
    free(x);
    page_close(&g);
    return st;
}
