/* follow.h - wait for what others add to sweeps' folders: --watch of commands that only read. */
#ifndef HOST_CLI_SWEEP_FOLLOW_H
#define HOST_CLI_SWEEP_FOLLOW_H

#include "initlab/initlab.h"
#include "common/messages.h"
#include "common/options.h"

#define FOLLOW_ROW(what)                                                                           \
    {                                                                                              \
        .name = "watch", .metavar = "SECONDS",                                                     \
        .help = "follow sweeps that are being trained: look every so many seconds, and " what      \
    }

struct follow {
    size_t seconds;     /* between two looks; 0: --watch was not given */
    il_folder **folder; /* [folders] */
    size_t folders;
    uint64_t mark; /* of what all of them had when they were looked at last */
};

/*
 * Read --watch, open the operands, and catch signals from now on. IL_E_USAGE: an operand is no sweep's folder. Without
 * --watch nothing is done, here and in follow_wait. follow_close frees after any outcome.
 */
il_status follow_open(struct follow *f, const struct options *o, il_error *err);
void follow_close(struct follow *f);

/* To be called before the folders are read: what comes while they are ends the next wait. */
il_status follow_mark(struct follow *f, il_error *err);

/* Wait until a folder has more than at the mark, or a signal comes. */
il_status follow_wait(struct follow *f, il_error *err);

/* A signal came: say so, and return the exit code; 0: none did. */
int follow_stopped(const struct follow *f, const struct cli *cli);

#endif
