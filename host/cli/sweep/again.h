/* again.h - a run of a sweep, trained once more: what `sweep rerun` and `explain` share. */
#ifndef HOST_CLI_SWEEP_AGAIN_H
#define HOST_CLI_SWEEP_AGAIN_H

#include "common/command_table.h"
#include "sweep/sweep.h"

struct again {
    struct cli *cli;
    const struct options *o;
    il_folder *folder;
    il_dataset *set;
    il_device *device;
    il_worker *worker;
    il_again it; /* what was trained */
    char id[17];
    size_t number; /* of the run in the sweep */
    il_error err;
};

/* Operands DIR RUN; from now on signals stop the training. */
il_status again_find(struct again *a);

/* Its dataset, and --device or one of the sweep's kind. */
il_status again_open(struct again *a);

/* Train its pack; watch NULL: nothing is looked at on the way. */
il_status again_train(struct again *a, const il_watch *watch);

/* For il_folder_broken too: 1 when a signal came. */
int again_progress(void *arg, size_t epoch, size_t step, size_t steps);

/* Close all; the exit code of a status, `code` for IL_OK, after a line about what went wrong. */
int again_end(struct again *a, il_status st, int code);

/* the options of both */
#define AGAIN_ROWS                                                                                 \
    { .name = "device",                                                                            \
      .metavar = "DEVICE",                                                                         \
      .help = "where to train; else a device of the sweep's kind" },                               \
    {                                                                                              \
        .name = "data", .metavar = "DIR", .complete = COMPLETE_FOLDER,                             \
        .help = "folder of the dataset, where it has moved"                                        \
    }

#endif
