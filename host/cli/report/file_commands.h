/* file_commands.h - runs of files that `train --out` left: the command that trains each of them again. */
#ifndef HOST_CLI_REPORT_FILE_COMMANDS_H
#define HOST_CLI_REPORT_FILE_COMMANDS_H

#include <stdio.h>
#include "compare/rows.h"

/* Where and how the runs were trained and watched: what of a command is no parameter. */
struct file_commands {
    struct file_run {
        char *data, *device, *threads; /* as options; NULL: without one */
        size_t look_step; /* of the first look after the start; 0: it was not watched */
        double look_epoch;
    } * run; /* [runs], by the number of the run in its results */
    size_t runs;
    size_t source; /* of the comparison; as many as there are: none is of files */
};

/* IL_E_MEMORY; file_commands_close frees, whatever came of it. */
il_status file_commands_open(struct file_commands *c, const struct compared *k, il_error *err);
void file_commands_close(struct file_commands *c);

/* "initlab train ... --out ID.jsonl", for a shell. 0: there is none, as a value is too long for a word of one. */
int file_command_put(FILE *f, const struct file_commands *c, const struct row *row);

/* " --diag every=epoch", or every=step:N: how a run was watched whose first look after the start is this; step 0: nothing. */
void diag_put(FILE *f, size_t step, double epoch);

#endif
