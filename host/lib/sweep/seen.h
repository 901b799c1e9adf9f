/* seen.h - a table of hashes of a sweep's runs, so that none is there twice. Internal. */
#ifndef HOST_LIB_SWEEP_SEEN_H
#define HOST_LIB_SWEEP_SEEN_H

#include "sweep_impl.h"

struct il_seen {
    size_t *slot; /* 1 + number of a run; 0: empty */
    size_t slots; /* as many as twice the runs */
};

il_status il_seen_start(struct il_seen *seen, size_t runs, il_error *err);
void il_seen_end(struct il_seen *seen);

/* Is the last of the sweep's runs like an earlier one? If not, it is kept in mind. */
int il_seen_repeats(struct il_seen *seen, const struct il_sweep *s);

#endif
