/* pack_stats.h - moments of the weights of a pack. Internal. */
#ifndef HOST_LIB_PACK_PACK_STATS_H
#define HOST_LIB_PACK_PACK_STATS_H

#include "initlab/pack.h"

/* What the weights of a run's layer are at a time; not finite ones make both so. */
struct il_spread {
    double mean, std;
};

/* Mean and deviation of all weights, without biases: out [layers * runs], run by run of a layer. */
il_status il_pack_spreads(il_pack *p, struct il_spread *out, il_error *err);

#endif
