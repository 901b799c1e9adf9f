/*
 * weights_figure.h - weights and activations before training as a figure: a panel a layer, of each scheme the histogram or
 * the singular values, and beneath them the law.
 */
#ifndef HOST_CLI_TRAIN_WEIGHTS_FIGURE_H
#define HOST_CLI_TRAIN_WEIGHTS_FIGURE_H

#include "initlab/initlab.h"
#include "common/outputs.h"

/* So many layers at most have a panel: the first, one in the middle, the last. */
enum { WEIGHTS_PANELS = 3 };

enum weights_kind { WEIGHTS_SPECTRUM, WEIGHTS_HISTOGRAM, WEIGHTS_ACTIVATIONS };

/* What is drawn of one layer of one scheme. */
struct weights_curve {
    size_t fan_in, fan_out;
    double *x, *y; /* [n] as measured */
    size_t n;
    double *law_x, *law_y; /* [law] as expected; law 0: there is no law */
    size_t law;
    double peak;     /* the largest y; 0: nothing to draw */
    double constant; /* of a histogram: what all values are; NaN: they differ */
};

/* Which layers have a panel, from 0; how many these are. Of activations the last one has none. */
size_t weights_layers(enum weights_kind kind, size_t layers, size_t at[WEIGHTS_PANELS]);

/* A layer of a pack of one run, and what was measured of it already. */
struct weights_layer {
    il_pack *pack;
    size_t layer, samples;
    const il_signal *signal;
    const double *singular; /* [count] */
    size_t count;
};

/* A layer's curve; free with weights_curve_free, after an error too. */
il_status weights_curve(struct weights_curve *c, enum weights_kind kind,
                        const struct weights_layer *at, il_error *err);
void weights_curve_free(struct weights_curve *c);

/* The weights of one scheme. */
struct scheme_weights {
    const char *init;
    const struct weights_curve *curve; /* of weights_layers' */
};

/* samples: images that activations are of. */
il_status weights_figure(const struct figure *to, enum weights_kind kind,
                         const struct scheme_weights *scheme, size_t schemes, size_t layers,
                         size_t samples, il_error *err);

#endif
