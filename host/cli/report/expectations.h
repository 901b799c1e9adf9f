/* expectations.h - what theory expects of each group's network before training. */
#ifndef HOST_CLI_REPORT_EXPECTATIONS_H
#define HOST_CLI_REPORT_EXPECTATIONS_H

#include "compare/compare_sweeps.h"

struct expectations {
    struct group_theory {
        il_expected *layer; /* [layers]; NULL: there is none */
        size_t layers, folder, run;
        int any; /* is a run of the group known? */
    } * group;   /* [groups] */
    size_t groups;
    char why[512]; /* why there is none; "" */
};

/*
 * Of one run of each group, on the dataset of its folder, or --data. A dataset that cannot be opened, files of train, and groups
 * that pool different networks, leave `why`. expectations_free is legal after a failure.
 */
il_status expectations_read(struct expectations *e, const struct options *o,
                            const struct compared *k, il_error *err);
void expectations_free(struct expectations *e);

#endif
