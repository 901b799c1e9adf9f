/*
 * create.h - a sweep as a command line has it: a draft before there is a folder, a folder that is made
 * of one, or the folder that is there.
 */
#ifndef HOST_CLI_SWEEP_CREATE_H
#define HOST_CLI_SWEEP_CREATE_H

#include "initlab/initlab.h"
#include "common/messages.h"
#include "common/options.h"
#include "options_as_file.h"

/* A sweep of a file or of options, checked. */
struct sweep_draft {
    struct options_file made; /* of options */
    il_sweep *sweep;
    il_dataset *set;
    char data[4096]; /* its absolute path, for workers; "": the bundled one */
};

/* Read it, and check every run on its dataset. sweep_draft_close is legal after a failure. */
il_status sweep_draft_open(struct sweep_draft *d, const struct options *o, il_error *err);
void sweep_draft_close(struct sweep_draft *d);

/*
 * The folder that a command line is about: with a kind of device, a new one (--out) from the sweep file
 * that is its operand or from its options, or the same that was made so before; NULL: the operand's.
 */
il_status sweep_open(const struct options *o, const char *kind, il_folder **folder, il_error *err);

/* Does a command line say what a run is? The first option that does, or NULL. */
const struct opt_row *sweep_of_runs(const struct options *o);

/* Say which keys of a new sweep's file were passed over. */
void sweep_tell(const struct cli *cli, const struct options *o, const il_sweep *sweep);

/* Is the operand a folder that holds a sweep already? */
int sweep_continues(const struct options *o);

#endif
