/* figure_theory.c - how deep a network may be to be trained, by theory, over a heat map of depths. */
#include "figure_theory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "rows.h"

static const double LENGTHS = 6; /* as Schoenholz et al. have it */

enum { TEXTS = 3, LAYERS = TEXTS };
static const char *const columns[] = { "init", "activation", "optimizer", "layers" };

/* The runs along the axis of depths, at one value of the other: the shallowest and the deepest. */
struct along {
    char *text[TEXTS]; /* of all of them; NULL: no run yet */
    char *layers[2];
    size_t depth[2];
    int differ; /* in one of the texts */
};

struct job {
    const struct heat_axis *scheme; /* the other axis */
    struct along *along;            /* [scheme->values] */
    int failed;
};

/* ---- depths of an axis ----------------------------------------------------------------------- */

static size_t hidden_of(const char *layers)
{
    size_t commas = 0;

    for (; *layers; layers++)
        commas += *layers == ',';
    return commas > 0 ? commas - 1 : 0;
}

/* depth [values], rising: else it is no axis of depths */
static int depths_of(const struct heat_axis *a, double *depth)
{
    const int layers = strcmp(a->column, "layers") == 0;

    if ((!layers && strcmp(a->column, "depth") != 0) || a->values < 2)
        return 0;
    for (size_t i = 0; i < a->values; i++) {
        depth[i] = layers ? (double)hidden_of(a->value[i]) : strtod(a->value[i], NULL);
        if (i > 0 && depth[i] <= depth[i - 1])
            return 0;
    }
    return 1;
}

/* In cells from the map's edge: depths lie in the middle of theirs, and between two of them in equal steps. */
static double cells_to(const double *depth, size_t n, double at)
{
    size_t i = 0;

    while (i + 2 < n && at > depth[i + 1])
        i++;
    return (double)i + .5 + (at - depth[i]) / (depth[i + 1] - depth[i]);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static int keep(char **to, const char *text)
{
    free(*to);
    *to = strdup(text);
    return *to != NULL;
}

static int take(void *arg, const struct row *row)
{
    struct job *const j = arg;
    const il_value *const scheme = row_value(row, j->scheme->column);
    const char *text[TEXTS + 1];
    struct along *a;
    size_t i = 0, depth;

    while (scheme && i < j->scheme->values && strcmp(j->scheme->value[i], scheme->text) != 0)
        i++;
    if (!scheme || i == j->scheme->values)
        return 0;
    a = &j->along[i];
    for (size_t k = 0; k <= TEXTS; k++) {
        const il_value *const value = row_value(row, columns[k]);

        text[k] = value ? value->text : "";
    }
    for (size_t k = 0; k < TEXTS; k++) {
        a->differ |= a->text[k] && strcmp(a->text[k], text[k]) != 0;
        if (!a->text[k] && !keep(&a->text[k], text[k]))
            goto no_memory;
    }
    depth = hidden_of(text[LAYERS]);
    for (int deepest = 0; deepest < 2; deepest++)
        if (!a->layers[deepest] ||
            (deepest ? depth > a->depth[1] : depth < a->depth[0] && depth > 1)) {
            a->depth[deepest] = depth;
            if (!keep(&a->layers[deepest], text[LAYERS]))
                goto no_memory;
        }
    return 0;
no_memory:
    j->failed = 1;
    return 1;
}

/* ---- theory ---------------------------------------------------------------------------------- */

/* *xi: of a network of these layers; what it cannot say is no failure, but for memory */
static il_status xi_of(const struct along *a, const char *layers, double *xi, il_error *err)
{
    il_config *config = NULL;
    il_depths depths = { NAN, NAN };
    il_error why = { .text = "" };
    il_status st = il_config_new(&config, err);

    *xi = NAN;
    if (st != IL_OK)
        return st;
    for (size_t k = 0; k <= TEXTS && st == IL_OK; k++)
        st = il_config_set(config, columns[k], k < TEXTS ? a->text[k] : layers, &why);
    if (st == IL_OK)
        st = il_expect_depths(&depths, config, &why);
    il_config_free(config);
    *xi = st == IL_OK ? depths.xi_c : NAN;
    return st == IL_E_MEMORY ? cli_no_memory(err) : IL_OK;
}

/* where the shallowest network and the deepest one are of one law; NaN: they are not, or have none */
static il_status xi_along(const struct along *a, double *xi, il_error *err)
{
    static const double SAME = 1e-3; /* what float weights make of one law is far less */
    double other;
    il_status st;

    *xi = NAN;
    if (a->differ || !a->layers[0])
        return IL_OK;
    st = xi_of(a, a->layers[0], xi, err);
    if (st == IL_OK)
        st = xi_of(a, a->layers[1], &other, err);
    if (st == IL_OK && *xi != other && !(fabs(*xi / other - 1) < SAME))
        *xi = NAN;
    return st;
}

static il_status solve(struct trainable *t, const struct job *j, const struct heat_axis *deep,
                       const double *depth, il_error *err)
{
    il_status st = IL_OK;
    size_t known = 0;

    t->limit = calloc(j->scheme->values + 1, sizeof *t->limit);
    if (!t->limit)
        return cli_no_memory(err);
    for (size_t i = 0; i < j->scheme->values && st == IL_OK; i++) {
        double xi;

        st = xi_along(&j->along[i], &xi, err);
        t->limit[i] = isinf(xi) ? INFINITY : cells_to(depth, deep->values, LENGTHS * xi);
        known += !isnan(xi);
    }
    snprintf(
        t->name, sizeof t->name,
        "%g correlation lengths by mean-field theory: deeper networks are not expected to train",
        LENGTHS);
    if (known == 0) {
        free(t->limit);
        t->limit = NULL;
    }
    return st;
}

il_status trainable(struct trainable *t, const struct compared *k, const struct heat_axis *x,
                    const struct heat_axis *y, il_error *err)
{
    double *const depth = calloc(x->values + y->values + 1, sizeof *depth);
    const struct heat_axis *deep = y;
    struct job j = { .scheme = x };
    il_status st = depth ? IL_OK : cli_no_memory(err);

    *t = (struct trainable){ .limit = NULL };
    if (st == IL_OK && depths_of(x, depth)) {
        deep = x;
        j.scheme = y;
        t->of_rows = 1;
    } else if (st != IL_OK || !depths_of(y, depth)) {
        goto out;
    }
    j.along = calloc(j.scheme->values + 1, sizeof *j.along);
    st = j.along ? rows_each(k, take, &j, err) : cli_no_memory(err);
    if (st == IL_OK && j.failed)
        st = cli_no_memory(err);
    if (st == IL_OK)
        st = solve(t, &j, deep, depth, err);
out:
    for (size_t i = 0; j.along && i < j.scheme->values; i++) {
        for (size_t n = 0; n < TEXTS; n++)
            free(j.along[i].text[n]);
        free(j.along[i].layers[0]);
        free(j.along[i].layers[1]);
    }
    free(j.along);
    free(depth);
    return st;
}

void trainable_free(struct trainable *t) { free(t->limit); }
