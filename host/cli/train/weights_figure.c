/* weights_figure.c - weights and activations before training as a figure, a panel a layer. */
#include "weights_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "common/cli_error.h"

enum { LABEL = 400, LAW_POINTS = 257, MOST_BINS = 60 };

/* ---- measuring ------------------------------------------------------------------------------- */

size_t weights_layers(enum weights_kind kind, size_t layers, size_t at[WEIGHTS_PANELS])
{
    layers -= kind == WEIGHTS_ACTIVATIONS && layers > 0;
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
static il_status spectrum(struct weights_curve *c, const struct weights_layer *at, il_error *err)
{
    const double *const values = at->singular;
    const size_t count = at->count;
    il_status st = curve_room(c, count, err);

    if (st != IL_OK)
        return st;
    for (size_t k = 0; k < count; k++) {
        c->x[k] = 100 * ((double)k + .5) / (double)count;
        c->y[k] = values[k];
    }
    c->peak = count && isfinite(values[0]) ? values[0] : 0;
    st = il_inspect_spectrum(at->pack, 0, at->layer, LAW_POINTS, c->law_x, c->law_y, err);
    for (size_t k = 0; k < LAW_POINTS && st == IL_OK; k++)
        c->law_x[k] *= 100;
    c->law = st == IL_OK && !isnan(c->law_y[0]) ? LAW_POINTS : 0;
    return st;
}

/* The outline of equal bins from the least value to the largest, as a density; what is not finite is left out. */
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

/* theory's share of the same bins */
static il_status activation_law(struct weights_curve *c, const struct weights_layer *at,
                                size_t bins, double low, double high, il_error *err)
{
    double density[MOST_BINS];
    const il_status st =
        il_inspect_activation_law(at->pack, 0, at->signal->theory.q, bins, low, high, density, err);

    c->law = st == IL_OK && !isnan(density[0]) ? 2 * (bins + 1) : 0;
    for (size_t k = 0; k < c->law; k++) {
        c->law_x[k] = c->x[k];
        c->law_y[k] = k == 0 || k + 1 == c->law ? 0 : density[(k - 1) / 2];
    }
    return st;
}

/* values [n], of weights or of activations */
static il_status outline_of(struct weights_curve *c, enum weights_kind kind,
                            const struct weights_layer *at, const float *value, size_t n,
                            il_error *err)
{
    const size_t bins = (size_t)fmin(MOST_BINS, ceil(2 * cbrt((double)n))); /* Rice's rule */
    double low = INFINITY, high = -INFINITY;
    il_status st;

    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i])) {
            low = fmin(low, (double)value[i]);
            high = fmax(high, (double)value[i]);
        }
    c->constant = low == high ? low : NAN;
    if (!(low < high))
        return IL_OK;
    st = curve_room(c, 2 * (bins + 1), err);
    if (st != IL_OK)
        return st;
    outline(c, value, n, bins, low, high);
    return kind == WEIGHTS_HISTOGRAM ? density(c, at->pack, at->layer, low, high, err)
                                     : activation_law(c, at, bins, low, high, err);
}

static il_status histogram(struct weights_curve *c, enum weights_kind kind,
                           const struct weights_layer *at, il_error *err)
{
    const size_t rows = kind == WEIGHTS_HISTOGRAM ? c->fan_in : at->samples;
    float *const value = calloc(rows, c->fan_out * sizeof *value);
    il_status st = value ? IL_OK : cli_no_memory(err);

    if (value && kind == WEIGHTS_HISTOGRAM)
        st = il_pack_get(at->pack, 0, at->layer, value, NULL, err);
    else if (value)
        st = il_inspect_activations(at->pack, 0, at->layer, value, err);
    if (st == IL_OK)
        st = outline_of(c, kind, at, value, rows * c->fan_out, err);
    free(value);
    return st;
}

il_status weights_curve(struct weights_curve *c, enum weights_kind kind,
                        const struct weights_layer *at, il_error *err)
{
    c->constant = NAN;
    il_pack_shape(at->pack, at->layer, &c->fan_in, &c->fan_out);
    return kind == WEIGHTS_SPECTRUM ? spectrum(c, at, err) : histogram(c, kind, at, err);
}

/* ---- drawing --------------------------------------------------------------------------------- */

struct page {
    enum weights_kind kind;
    const struct scheme_weights *scheme;
    size_t schemes, layers, samples, panels, at[WEIGHTS_PANELS];
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

    if (g->kind == WEIGHTS_ACTIVATIONS) /* half of relu's are one value */
        return IL_SCALE_AUTO;
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
    static const char *const what[] = {
        [WEIGHTS_SPECTRUM] =
            "line: the layer's singular values, sorted; thin, dashed: their law in wide layers, "
            "Marchenko-Pastur's of independent weights, the gain of orthogonal ones",
        [WEIGHTS_HISTOGRAM] =
            "line: the layer's weights in equal bins, as a density; thin, dashed: their law",
        [WEIGHTS_ACTIVATIONS] = "line: what leaves the layer's units in equal bins, as a density; "
                                "thin, dashed: f(z), z "
                                "normal of the variance that mean-field theory expects"
    };
    char images[64] = "";
    int n;

    if (g->kind == WEIGHTS_ACTIVATIONS)
        snprintf(images, sizeof images, ", %zu images", g->samples);
    n = snprintf(text, size, "n = 1 network a scheme%s; %s\nlayer%s", images, what[g->kind],
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
                         size_t samples, il_error *err)
{
    static const char *const titles[] = { [WEIGHTS_SPECTRUM] = "Singular values of weights",
                                          [WEIGHTS_HISTOGRAM] = "Weights",
                                          [WEIGHTS_ACTIVATIONS] = "Activations" };
    static const char *const across[] = { [WEIGHTS_SPECTRUM] =
                                              "place among the singular values, % from the largest",
                                          [WEIGHTS_HISTOGRAM] = "weight",
                                          [WEIGHTS_ACTIVATIONS] = "activation, f(z)" };
    struct page g = {
        .kind = kind, .scheme = scheme, .schemes = schemes, .layers = layers, .samples = samples
    };
    char title[600], note[800];
    il_lines figure = { .title = title, .x_label = across[kind], .panel = g.panel, .note = note };
    il_status st;

    figure.panels = g.panels = weights_layers(kind, layers, g.at);
    g.line = calloc(g.panels * schemes, 2 * sizeof *g.line);
    g.label = calloc(g.panels * schemes, sizeof *g.label);
    st = g.line && g.label ? IL_OK : cli_no_memory(err);
    if (st != IL_OK)
        goto out;
    for (size_t p = 0; p < g.panels; p++)
        add_panel(&g, p);
    snprintf(title, sizeof title, "%s before training%s%.300s", titles[kind],
             schemes > 1 ? "" : ", ", schemes > 1 ? "" : scheme->init);
    write_note(&g, note, sizeof note);
    st = figure_put_lines(to, &figure, err);
out:
    free(g.line);
    free(g.label);
    return st;
}
