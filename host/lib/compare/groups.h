/* groups.h - runs by group: which columns they are grouped by, and which run belongs where. Internal. */
#ifndef HOST_LIB_COMPARE_GROUPS_H
#define HOST_LIB_COMPARE_GROUPS_H

#include "runs.h"

struct il_groups {
    size_t by[IL_RUN_COLUMNS], columns;     /* columns that groups are by */
    size_t pooled[IL_RUN_COLUMNS], pooleds; /* parameters, but seeds, that vary within groups */
    size_t *of;                             /* [runs]: a run's group */
    size_t *key;   /* [runs]: runs of two groups with equal keys are a pair; below `keys` */
    size_t *first; /* [groups]: a run of each */
    size_t groups, keys;
};

/* by NULL: every parameter that varies, but seeds. IL_E_USAGE: no such column. */
il_status il_groups_make(struct il_groups *g, const il_runs *runs, const char *by, il_error *err);
void il_groups_free(struct il_groups *g);

#endif
