/* run_names.h - short names for runs of files, no two of them alike. */
#ifndef HOST_CLI_TRAIN_RUN_NAMES_H
#define HOST_CLI_TRAIN_RUN_NAMES_H

#include "run_files.h"

/*
 * Name every run: by its file's name without folder and ending; with as many folders of its path as it
 * takes where two files share that, and with :NUMBER where its file has several runs.
 */
il_status run_files_name(struct run_files *f, il_error *err);

#endif
