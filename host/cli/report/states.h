/* states.h - what was seen in layers while runs were trained (--diag), summed up by group. */
#ifndef HOST_CLI_REPORT_STATES_H
#define HOST_CLI_REPORT_STATES_H

#include "compare/compare_sweeps.h"

/* A layer of a group after so many steps. */
struct state {
    size_t group, step, layer; /* layer from 1 */
    double epoch;
    size_t runs; /* that were seen there */
    /* quartiles over these runs; NaN where fewer than half of them have a finite number */
    double low[IL_DIAGNOSTIC_COUNT], median[IL_DIAGNOSTIC_COUNT], high[IL_DIAGNOSTIC_COUNT];
};

struct states {
    struct state *state; /* [count], by group, step and layer */
    size_t count;
    int some_runs; /* were there too many to keep all? the first runs of each group are summed up */
};

/* The states of what was compared; none where nothing was watched. states_free is legal after a failure. */
il_status states_read(struct states *s, const struct compared *k, il_error *err);
void states_free(struct states *s);

/* The group's part: the first of them, *count; *count 0: it has none. */
const struct state *states_of(const struct states *s, size_t group, size_t *count);

#endif
