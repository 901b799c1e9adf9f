/* states.h - what was seen in layers while runs were trained (--diag), summed up by group. */
#ifndef HOST_CLI_COMPARE_STATES_H
#define HOST_CLI_COMPARE_STATES_H

#include "compared.h"

/* A layer of a group after so many steps. */
struct state {
    size_t group, step, layer; /* layer from 1 */
    double epoch;
    size_t runs; /* that were seen there */
    /* quartiles over these runs; NaN where fewer than half of them have a finite number */
    double low[IL_DIAGNOSTIC_COUNT], median[IL_DIAGNOSTIC_COUNT], high[IL_DIAGNOSTIC_COUNT];
};

/* A layer of a run that diverged: where its quantities were last finite; NaN: never. */
struct state_end {
    size_t group, layer;
    float epoch[IL_DIAGNOSTIC_COUNT], value[IL_DIAGNOSTIC_COUNT];
};

struct states {
    struct state *state; /* [count], by group, step and layer */
    size_t count;
    struct state_end *end; /* [ends] */
    size_t ends;
    size_t *runs, *diverged; /* [groups]: runs that were looked at; those of them that diverged */
    int some_runs; /* were there too many to keep all? the first runs of each group are summed up */
};

/* The states of what was compared; none where nothing was watched. states_free is legal after a failure. */
il_status states_read(struct states *s, const struct compared *k, il_error *err);
void states_free(struct states *s);

/* The group's part: the first of them, *count; *count 0: it has none. */
const struct state *states_of(const struct states *s, size_t group, size_t *count);

/* How many runs of a group ended in a layer, and where, for crosses: x and y have room for as many as there are ends. */
size_t states_ends(const struct states *s, size_t group, size_t layer, size_t quantity, double *x,
                   double *y);

/* What a quantity (IL_DIAGNOSTIC_) is called on an axis, and that axis's scale; NULL past the end. */
const char *state_words(size_t quantity);
il_scale state_scale(size_t quantity);

/* How many of so many layers have it: all, or the hidden ones. */
size_t state_layers_with(size_t quantity, size_t layers);

/* Which layer (from 1) the line-th of so many lines is: the first, the last, and those between in even steps. */
size_t state_layer(size_t line, size_t lines, size_t layers);

#endif
