/*
 * options_as_file.h - a command line's lists and ranges as a sweep file, which names the options again
 * where something is wrong with it.
 */
#ifndef HOST_CLI_SWEEP_OPTIONS_AS_FILE_H
#define HOST_CLI_SWEEP_OPTIONS_AS_FILE_H

#include <stddef.h>
#include <stdio.h>
#include "initlab/output.h"
#include "common/options.h"

struct options_file {
    il_text text;
    const char **line; /* [lines]: the option that it was made of, as data-seed; NULL: none */
    size_t lines;
};

/* Make the text, of a sweep or of what is added to one. options_file_free is legal after a failure, and of one that is all 0. */
il_status options_as_file(struct options_file *f, const struct options *o, int addition,
                          il_error *err);
void options_file_free(struct options_file *f);

/*
 * The options of such a text of what is added, one for each value, as a shell reads them: " --lr 0.1 --seeds 5..19", written to a
 * stream. 0: the text was not made here, and what was written is of no use.
 */
int options_of_addition(FILE *to, const char *text);

/*
 * Turn an error about such a text, whose words have no place, into one about the option: "--lr: ...",
 * IL_E_USAGE in place of IL_E_DATA. Returns the status.
 */
il_status options_as_file_blame(const struct options_file *f, il_error *err);

#endif
