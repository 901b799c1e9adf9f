/* signal_figure.h - signals of one or several schemes as a figure. */
#ifndef HOST_CLI_TRAIN_SIGNAL_FIGURE_H
#define HOST_CLI_TRAIN_SIGNAL_FIGURE_H

#include "initlab/initlab.h"
#include "common/outputs.h"

/* What il_inspect found of a scheme. */
struct scheme_signal {
    const char *init;
    const il_signal *layer; /* [layers], as many of each scheme */
};

/* q, the gradients' variance and |c - c*| over the layers, theory beneath what was measured. */
il_status signal_figure(const struct figure *to, const struct scheme_signal *scheme, size_t schemes,
                        size_t layers, const char *activation, size_t samples, il_error *err);

#endif
