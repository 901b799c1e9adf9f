/* sweep.h - what the commands of a sweep share: numbers, the folder, its dataset and its results. */
#ifndef HOST_CLI_SWEEP_SWEEP_H
#define HOST_CLI_SWEEP_SWEEP_H

#include "initlab/initlab.h"
#include "common/messages.h"
#include "common/options.h"

/* --NAME as a whole number from low to high; other if it was not given. */
il_status sweep_number(const struct options *o, const char *name, size_t low, size_t high,
                       size_t other, size_t *out, il_error *err);

/* How packs are dealt for a device, or a kind: --pack-size, else what suits the kind. */
il_status sweep_packing(const struct options *o, const char *device, il_packing *out,
                        il_error *err);

/* Are a folder's packs of another size than those that are made without --pack-size? */
int sweep_packs_by_size(const il_folder *folder);

/* --diag; never, if it was not given. */
il_status sweep_watch(const struct options *o, il_watch *out, il_error *err);

/* Is there a sweep's folder of this path? */
int sweep_is_folder(const char *path);

/* The folder that is the command's index-th operand. */
il_status sweep_folder(const struct options *o, int index, il_folder **out, il_error *err);

/* The place in the sweep of a run id, or of the only one that begins so, and the id. */
il_status sweep_find_run(const il_folder *folder, const char *id, size_t *run, char whole[17],
                         il_error *err);

/* The dataset of a folder: --data, else what the folder was made with. */
il_status sweep_dataset(const struct options *o, const il_folder *folder, il_dataset **out,
                        il_error *err);

/* Say which journals were found to be damaged since it was said last. */
void sweep_damage(const struct cli *cli, il_folder *folder);

enum { SWEEP_DONE = 96 };

/* "34 of 90 runs done, 2 failed", as the results have it; "" where none is left. */
il_status sweep_done(const il_folder *folder, il_results *results, char text[SWEEP_DONE],
                     il_error *err);

/* Merge, and open what came of it; where the folder cannot be written, what was merged before. */
il_status sweep_results(const struct cli *cli, il_folder *folder, il_results **out, il_error *err);

#endif
