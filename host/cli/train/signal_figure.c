/* signal_figure.c - signals as a figure: a panel a quantity, as they have no common unit. */
#include "signal_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "common/cli_error.h"

enum { Q, GRADIENT, CORRELATION, PANELS, LABEL = 400 };

struct page {
    const struct scheme_signal *scheme;
    size_t schemes, layers;
    double *y;            /* [panels, schemes, 2, layers]: measured, then theory */
    il_line *line;        /* [panels, 2 * schemes] */
    char (*label)[LABEL]; /* [panels, schemes] */
    il_panel panel[PANELS];
    size_t limits; /* schemes that have a c* */
};

/* the last hidden layer, or the only one: the theory's limits are of many layers like it */
static size_t last_of(const struct page *g) { return g->layers > 1 ? g->layers - 2 : 0; }

/* Back from the last hidden layer, gradients grow by chi1 in each layer, if all are of one width; else NaN. */
static double gradient_theory(const struct page *g, const il_signal *layer, size_t l)
{
    const size_t last = last_of(g);
    double y = layer[last].gradient_variance;

    if (l > last)
        return NAN;
    for (size_t k = l; k < last; k++) {
        if (layer[k].fan_out != layer[last].fan_out)
            return NAN;
        y *= layer[k + 1].theory.chi1;
    }
    return y;
}

static double measured(const il_signal *s, int panel, double c_star)
{
    return panel == Q ? s->q : panel == GRADIENT ? s->gradient_variance : fabs(s->c - c_star);
}

static double theory(const struct page *g, const il_signal *layer, int panel, size_t l)
{
    return panel == Q ? layer[l].theory.q : panel == GRADIENT ? gradient_theory(g, layer, l) : NAN;
}

/* Constants and weights fitted to data have no theory: their line has the name of the scheme alone. */
static void set_label(const struct page *g, int panel, size_t k, char *text)
{
    const il_signal *const last = &g->scheme[k].layer[last_of(g)];
    const char *const init = g->scheme[k].init;

    if (panel == Q && !isnan(last->theory.q_star))
        snprintf(text, LABEL, "%.300s: q* %.4g", init, last->theory.q_star);
    else if (panel == GRADIENT && !isnan(last->theory.xi_grad))
        snprintf(text, LABEL, "%.300s: xi_grad %.4g", init, last->theory.xi_grad);
    else if (panel == CORRELATION && isnan(last->theory.c_star))
        snprintf(text, LABEL, "%.300s: no c*", init);
    else if (panel == CORRELATION)
        snprintf(text, LABEL, "%.300s: c* %.4g, xi_c %.4g", init, last->theory.c_star,
                 last->theory.xi_c);
    else
        snprintf(text, LABEL, "%.300s", init);
}

/* A scheme without a limit c* is on no way to it: it has a name, and no value. */
static void add_scheme(struct page *g, int panel, size_t k)
{
    const il_signal *const layer = g->scheme[k].layer;
    const double c_star = layer[last_of(g)].theory.c_star;
    double *const y = &g->y[((size_t)panel * g->schemes + k) * 2 * g->layers];
    il_panel *const p = &g->panel[panel];
    il_line *const line = &g->line[(size_t)panel * 2 * g->schemes];
    char *const label = g->label[(size_t)panel * g->schemes + k];

    g->limits += panel == CORRELATION && !isnan(c_star);
    set_label(g, panel, k, label);
    for (size_t l = 0; l < g->layers; l++) {
        y[l] = measured(&layer[l], panel, c_star);
        y[g->layers + l] = theory(g, layer, panel, l);
    }
    line[p->lines++] = (il_line){ .y = y + g->layers, .count = g->layers, .style = k, .theory = 1 };
    line[p->lines++] = (il_line){ .label = label, .y = y, .count = g->layers, .style = k };
}

static il_status fill(struct page *g, il_error *err)
{
    static const char *const words[PANELS] = { "mean square of z (q)", "variance of gradients",
                                               "distance |c - c*|" };

    g->y = calloc(PANELS * g->schemes * 2 * g->layers, sizeof *g->y);
    g->line = calloc(PANELS * g->schemes * 2, sizeof *g->line);
    g->label = calloc(PANELS * g->schemes, sizeof *g->label);
    if (!g->y || !g->line || !g->label)
        return cli_no_memory(err);
    for (int p = 0; p < PANELS; p++) {
        g->panel[p] = (il_panel){ .y_label = words[p],
                                  .y_scale = IL_SCALE_LOG, /* depth multiplies */
                                  .line = &g->line[(size_t)p * 2 * g->schemes] };
        for (size_t k = 0; k < g->schemes; k++)
            add_scheme(g, p, k);
    }
    return IL_OK;
}

il_status signal_figure(const struct figure *to, const struct scheme_signal *scheme, size_t schemes,
                        size_t layers, const char *activation, size_t samples, il_error *err)
{
    struct page g = { .scheme = scheme, .schemes = schemes, .layers = layers };
    char title[600], note[600];
    il_lines figure = { .title = title,
                        .x_label = "layer",
                        .x_scale = IL_SCALE_LINEAR,
                        .panel = g.panel,
                        .panels = PANELS,
                        .note = note };
    il_status st;

    if (!to->path && !to->shown)
        return IL_OK;
    st = fill(&g, err);
    if (st != IL_OK)
        goto out;
    if (g.limits == 0)
        figure.panels--;
    snprintf(title, sizeof title, "Signal of %.200s, %.100s",
             schemes > 1 ? "networks before training" : scheme->init, activation);
    snprintf(
        note, sizeof note,
        "n = 1 network a scheme, seen by %zu training images; line: measured; thin, dashed: "
        "mean-field theory\nq from layer to layer; gradients by chi1, back from the last hidden "
        "layer, where all are of one width",
        samples);
    st = figure_put_lines(to, &figure, err);
out:
    free(g.y);
    free(g.line);
    free(g.label);
    return st;
}
