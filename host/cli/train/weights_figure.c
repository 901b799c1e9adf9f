/* weights_figure.c - weights before training as a figure, a panel a layer. */
#include "weights_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "common/cli_error.h"

enum { LABEL = 400, LAW_POINTS = 257 };

/* ---- measuring ------------------------------------------------------------------------------- */

size_t weights_layers(size_t layers, size_t at[WEIGHTS_PANELS])
{
    if (layers <= WEIGHTS_PANELS) {
        for (size_t l = 0; l < layers; l++)
            at[l] = l;
        return layers;
    }
    at[0] = 0;
    at[1] = layers / 2;
    at[2] = layers - 1;
    return WEIGHTS_PANELS;
}

void weights_curve_free(struct weights_curve *c)
{
    free(c->x);
    free(c->y);
    free(c->law_x);
    free(c->law_y);
}

static il_status curve_room(struct weights_curve *c, size_t n, il_error *err)
{
    c->n = n;
    c->x = calloc(n, sizeof *c->x);
    c->y = calloc(n, sizeof *c->y);
    c->law_x = calloc(LAW_POINTS, sizeof *c->law_x);
    c->law_y = calloc(LAW_POINTS, sizeof *c->law_y);
    return c->x && c->y && c->law_x && c->law_y ? IL_OK : cli_no_memory(err);
}

/* Layers have different numbers of values, so each lies in the middle of its share of them, in percent. */
static il_status spectrum(struct weights_curve *c, const il_pack *pack, size_t layer,
                          const double *values, size_t count, il_error *err)
{
    il_status st = curve_room(c, count, err);

    if (st != IL_OK)
        return st;
    for (size_t k = 0; k < count; k++) {
        c->x[k] = 100 * ((double)k + .5) / (double)count;
        c->y[k] = values[k];
    }
    c->peak = count && isfinite(values[0]) ? values[0] : 0;
    st = il_inspect_spectrum(pack, 0, layer, LAW_POINTS, c->law_x, c->law_y, err);
    for (size_t k = 0; k < LAW_POINTS && st == IL_OK; k++)
        c->law_x[k] *= 100;
    c->law = st == IL_OK && !isnan(c->law_y[0]) ? LAW_POINTS : 0;
    return st;
}

/* The outline of equal bins from the least weight to the largest, as a density; what is not finite is left out. */
static void outline(struct weights_curve *c, const float *w, size_t n, size_t bins, double low,
                    double high)
{
    size_t finite = 0;

    for (size_t i = 0; i < n; i++)
        if (isfinite(w[i])) {
            const size_t bin = (size_t)(((double)w[i] - low) / (high - low) *
                                        (double)bins); /* the largest: bins */

            c->y[2 * (bin < bins ? bin : bins - 1) + 1]++;
            finite++;
        }
    for (size_t b = 0; b <= bins; b++) {
        c->x[2 * b] = c->x[2 * b + 1] = low + (high - low) * (double)b / (double)bins;
        if (b == bins)
            break;
        c->y[2 * b + 1] /= (double)finite * (high - low) / (double)bins;
        c->y[2 * b + 2] = c->y[2 * b + 1];
        c->peak = fmax(c->peak, c->y[2 * b + 1]);
    }
}

/* the law a little beyond what was drawn, so that one with an end is seen to end */
static il_status density(struct weights_curve *c, const il_pack *pack, size_t layer, double low,
                         double high, il_error *err)
{
    static const double BEYOND = .02;
    const double from = low - BEYOND * (high - low), to = high + BEYOND * (high - low);
    il_status st;

    for (size_t k = 0; k < LAW_POINTS; k++)
        c->law_x[k] = from + (to - from) * (double)k / (LAW_POINTS - 1);
    st = il_inspect_density(pack, 0, layer, LAW_POINTS, c->law_x, c->law_y, err);
    c->law = st == IL_OK && !isnan(c->law_y[0]) ? LAW_POINTS : 0;
    return st;
}

static il_status histogram(struct weights_curve *c, il_pack *pack, size_t layer, il_error *err)
{
    static const double MOST_BINS = 60;
    const size_t n = c->fan_in * c->fan_out;
    const size_t bins = (size_t)fmin(MOST_BINS, ceil(2 * cbrt((double)n))); /* Rice's rule */
    float *const w = calloc(c->fan_in, c->fan_out * sizeof *w);
    double low = INFINITY, high = -INFINITY;
    il_status st = w ? il_pack_get(pack, 0, layer, w, NULL, err) : cli_no_memory(err);

    for (size_t i = 0; i < n && st == IL_OK; i++)
        if (isfinite(w[i])) {
            low = fmin(low, (double)w[i]);
            high = fmax(high, (double)w[i]);
        }
    c->constant = low == high ? low : NAN;
    if (st == IL_OK && low < high && (st = curve_room(c, 2 * (bins + 1), err)) == IL_OK) {
        outline(c, w, n, bins, low, high);
        st = density(c, pack, layer, low, high, err);
    }
    free(w);
    return st;
}

il_status weights_curve(struct weights_curve *c, enum weights_kind kind, il_pack *pack,
                        size_t layer, const double *values, size_t count, il_error *err)
{
    c->constant = NAN;
    il_pack_shape(pack, layer, &c->fan_in, &c->fan_out);
    return kind == WEIGHTS_SPECTRUM ? spectrum(c, pack, layer, values, count, err)
                                    : histogram(c, pack, layer, err);
}

/* ---- drawing --------------------------------------------------------------------------------- */

struct page {
    enum weights_kind kind;
    const struct scheme_weights *scheme;
    size_t schemes, layers, panels, at[WEIGHTS_PANELS];
    il_line *line;        /* [panels, 2 * schemes] */
    char (*label)[LABEL]; /* [panels, schemes] */
    il_panel panel[WEIGHTS_PANELS];
    char y_label[WEIGHTS_PANELS][64];
};

static void set_label(const struct scheme_weights *s, const struct weights_curve *c, char *text)
{
    if (!isnan(c->constant))
        snprintf(text, LABEL, "%.300s: all are %.4g", s->init, c->constant);
    else
        snprintf(text, LABEL, "%.300s%s", s->init, c->law ? "" : ": no law to compare with");
}

/* Logarithmic where one scheme's values would press another's flat: within one they reach down to 0. */
static il_scale scale_of(const struct page *g, size_t p)
{
    static const double RATIO = 50; /* as axes have it that are chosen by their values */
    double least = INFINITY, most = 0;

    for (size_t k = 0; k < g->schemes; k++) {
        const double peak = g->scheme[k].curve[p].peak;

        most = fmax(most, peak);
        least = peak > 0 ? fmin(least, peak) : least;
    }
    return most > RATIO * least ? IL_SCALE_LOG : IL_SCALE_LINEAR;
}

static void add_panel(struct page *g, size_t p)
{
    il_panel *const panel = &g->panel[p];
    il_line *const line = &g->line[p * 2 * g->schemes];

    snprintf(g->y_label[p], sizeof g->y_label[p], "%s, layer %zu",
             g->kind == WEIGHTS_SPECTRUM ? "singular value" : "density", g->at[p] + 1);
    *panel = (il_panel){ .y_label = g->y_label[p], .y_scale = scale_of(g, p), .line = line };
    for (size_t k = 0; k < g->schemes; k++) {
        const struct weights_curve *const c = &g->scheme[k].curve[p];
        char *const label = g->label[p * g->schemes + k];

        set_label(&g->scheme[k], c, label);
        if (c->law)
            line[panel->lines++] =
                (il_line){ .x = c->law_x, .y = c->law_y, .count = c->law, .style = k, .theory = 1 };
        line[panel->lines++] =
            (il_line){ .label = label, .x = c->x, .y = c->y, .count = c->n, .style = k };
    }
}

static void write_note(const struct page *g, char *text, size_t size)
{
    const struct weights_curve *const c = g->scheme->curve;
    int n = snprintf(
        text, size, "n = 1 network a scheme; %s\nlayer%s",
        g->kind == WEIGHTS_SPECTRUM
            ? "line: the layer's singular values, sorted; thin, dashed: their law in wide layers, "
              "Marchenko-Pastur's of independent weights, the gain of orthogonal ones"
            : "line: the layer's weights in equal bins, as a density; thin, dashed: their law",
        g->panels > 1 ? "s" : "");

    for (size_t p = 0; p < g->panels && n > 0 && (size_t)n < size; p++)
        n += snprintf(text + n, size - (size_t)n, "%s%zu (%zu x %zu)",
                      p == 0               ? " "
                      : p + 1 == g->panels ? " and "
                                           : ", ",
                      g->at[p] + 1, c[p].fan_in, c[p].fan_out);
    if (n > 0 && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, " of %zu", g->layers);
}

il_status weights_figure(const struct figure *to, enum weights_kind kind,
                         const struct scheme_weights *scheme, size_t schemes, size_t layers,
                         il_error *err)
{
    const int values = kind == WEIGHTS_SPECTRUM;
    struct page g = { .kind = kind, .scheme = scheme, .schemes = schemes, .layers = layers };
    char title[600], note[600], *svg = NULL;
    il_lines figure = { .title = title,
                        .x_label = values ? "place among the singular values, % from the largest"
                                          : "weight",
                        .panel = g.panel,
                        .note = note };
    size_t n = 0;
    il_status st;

    figure.panels = g.panels = weights_layers(layers, g.at);
    g.line = calloc(g.panels * schemes, 2 * sizeof *g.line);
    g.label = calloc(g.panels * schemes, sizeof *g.label);
    st = g.line && g.label ? IL_OK : cli_no_memory(err);
    if (st != IL_OK)
        goto out;
    for (size_t p = 0; p < g.panels; p++)
        add_panel(&g, p);
    snprintf(title, sizeof title, "%s before training%s%.300s",
             values ? "Singular values of weights" : "Weights", schemes > 1 ? "" : ", ",
             schemes > 1 ? "" : scheme->init);
    write_note(&g, note, sizeof note);
    st = il_figure_lines(&svg, &n, &figure, err);
    if (st == IL_OK)
        st = figure_put(to, svg, n, err);
out:
    free(svg);
    free(g.line);
    free(g.label);
    return st;
}
