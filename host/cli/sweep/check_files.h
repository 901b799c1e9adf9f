/* check_files.h - the files that a sweep's runs begin with. */
#ifndef HOST_CLI_SWEEP_CHECK_FILES_H
#define HOST_CLI_SWEEP_CHECK_FILES_H

#include "initlab/initlab.h"

/*
 * Read every file of weights that runs of a sweep begin with, each once for each network. IL_E_DATA: a run cannot
 * be trained; the text names the first one, and how many there are. folder: the sweep's, which knows the files that were
 * not there when it was made; NULL: it has none yet. set NULL: those alone, and no file is read.
 */
il_status sweep_check_files(const il_sweep *sweep, const il_folder *folder, const il_dataset *set,
                            il_error *err);

#endif
