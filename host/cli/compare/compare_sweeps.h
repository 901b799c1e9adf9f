/* compare_sweeps.h - sweeps' folders and files of single runs, read, grouped and shown. */
#ifndef HOST_CLI_COMPARE_COMPARE_SWEEPS_H
#define HOST_CLI_COMPARE_COMPARE_SWEEPS_H

#include "initlab/initlab.h"
#include "common/messages.h"
#include "common/options.h"
#include "compare_figure.h"
#include "compared.h"

/*
 * Read the folders and files that are the operands, and compare them as the options of COMPARE_ROWS say. No run has
 * ended: IL_OK, and neither comparison nor across. After any outcome compared_close frees. kind: of the figure that is to
 * be drawn (compare_figure.h); NULL: none. page: for `report`, which keeps epochs, if
 * the metric has any, and compares groups beside ranking them.
 */
il_status compared_open(struct compared *k, const struct cli *cli, const struct options *o,
                        const char *kind, int page, il_error *err);
void compared_close(struct compared *k);

/* what figures are drawn from */
struct to_draw compared_to_draw(const struct compared *k, const struct options *o);

/* What a source is called: its folder's path, or "files of train". */
const char *compared_source(const struct compared *k, size_t source);

/* `compare DIR... FILE...` with its options. */
il_status compare_sweeps(const struct cli *cli, const struct options *o, il_error *err);

/* What `sweep run` ends with: the best groups of one folder, by --by. */
il_status compare_shortly(const struct cli *cli, il_folder *folder, const char *by, il_error *err);

#endif
