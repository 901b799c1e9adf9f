/* layer_figures.h - states of layers as figures: over the layers, and over the epochs. */
#ifndef HOST_CLI_REPORT_LAYER_FIGURES_H
#define HOST_CLI_REPORT_LAYER_FIGURES_H

#include "compare/states.h"
#include "expectations.h"

/* A group's states at its first look, or at its last: the first of them, *count. */
const struct state *states_at(const struct states *s, size_t group, int end, size_t *count);

/* What theory says of the gradient's norm in a layer (from 0), level with what was measured in the last hidden one. */
double theory_gradient(const struct group_theory *t, const struct state *start, size_t layers,
                       size_t layer);

/*
 * Over the layers, a line a group, theory beneath: before training, or after it. In parts, each of as many panels as can be
 * read on a sheet of paper: the part-th of *parts, from 0.
 */
il_status draw_over_layers(char **svg, size_t *n, const struct compared *k, const struct states *s,
                           const struct expectations *e, int end, size_t part, size_t *parts,
                           il_error *err);

/* Over the epochs, a line a layer, of one group. */
il_status draw_over_epochs(char **svg, size_t *n, const struct compared *k, const struct states *s,
                           size_t group, il_error *err);

#endif
