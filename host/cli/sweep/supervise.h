/* supervise.h - train a folder's packs on worker processes. */
#ifndef HOST_CLI_SWEEP_SUPERVISE_H
#define HOST_CLI_SWEEP_SUPERVISE_H

#include "initlab/folder.h"
#include "device_list.h"
#include "common/messages.h"
#include "common/options.h"

struct supervision {
    struct cli *cli;
    const struct options *o;
    il_folder *folder;
    const struct device_list *devices;
    size_t shard, shards; /* 1 of 1: all */
    size_t max_failures;  /* packs that may fail for good before all stop */
    size_t stall;         /* seconds without a step that end a worker; 0: none do */
    int retry;            /* packs that failed before are tried again */
};

/*
 * Train all packs that are left on worker processes, one a device. Returns the exit code, after a
 * line on stderr where it is not 0; 1: some packs failed for good.
 */
int supervise(const struct supervision *s);

#endif
