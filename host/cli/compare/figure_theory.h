/* figure_theory.h - how deep a network may be to be trained, by theory, over a heat map of depths. */
#ifndef HOST_CLI_COMPARE_FIGURE_THEORY_H
#define HOST_CLI_COMPARE_FIGURE_THEORY_H

#include "compared.h"

/* An axis of a heat map: its column, and the values along it. */
struct heat_axis {
    const char *column, *const *value;
    size_t values;
};

struct trainable {
    double *limit; /* as il_heatmap has it; NULL: no axis has depths, or there is no theory */
    int of_rows;
    char name[200];
};

/*
 * Six correlation lengths (Schoenholz et al. 2017) of each scheme, where one axis has depths, and all runs along it have one
 * init, activation and optimizer. trainable_free is legal after a failure.
 */
il_status trainable(struct trainable *t, const struct compared *k, const struct heat_axis *x,
                    const struct heat_axis *y, il_error *err);
void trainable_free(struct trainable *t);

#endif
