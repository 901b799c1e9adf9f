/* lock.h - the lock of a sweep's folder: no two processes train the same packs. */
#ifndef HOST_CLI_SWEEP_LOCK_H
#define HOST_CLI_SWEEP_LOCK_H

#include "initlab/folder.h"

struct sweep_lock {
    int all, shard; /* -1: not open */
};

#define SWEEP_UNLOCKED                                                                             \
    {                                                                                              \
        -1, -1                                                                                     \
    }

/*
 * Lock all packs (1 of 1), or a shard; waits ten seconds for who has them, then IL_E_INTERRUPTED says who.
 * Workers hold the lock, too, as they inherit it. sweep_unlock is legal after a failure.
 */
il_status sweep_lock(struct sweep_lock *l, const il_folder *folder, size_t shard, size_t shards,
                     il_error *err);
void sweep_unlock(struct sweep_lock *l);

#endif
