/* run_files.h - what `train --out FILE.jsonl` left, read back: the runs of any files, and their costs. */
#ifndef HOST_CLI_TRAIN_RUN_FILES_H
#define HOST_CLI_TRAIN_RUN_FILES_H

#include <stddef.h>
#include "initlab/initlab.h"

struct seen_run {
    char *name;          /* run_names.h gives it; else NULL */
    char status[16];     /* ok, stuck, diverged, ...; "unfinished" without a last object */
    double *cost;        /* [epochs]; NaN where it was not finite */
    size_t epochs;       /* 0: it was stopped in the first */
    double accuracy;     /* on the test set; NaN: unknown */
    size_t file, number; /* which of the paths; from 1, in its file */
};

struct run_files {
    char **path;
    size_t paths;
    struct seen_run *run; /* [runs] */
    size_t runs, room;
#define X(name) char *name;
    IL_COST_PARAMETERS(X) /* of the first run that tells */
#undef X
    const char *differ; /* the one of these in which runs differ; NULL: in none */
};

/* Read them all; "-" is standard input. IL_E_DATA names file and line. run_files_free frees, whatever came of it. */
il_status run_files_read(struct run_files *f, char **path, size_t paths, il_error *err);
void run_files_free(struct run_files *f);

#endif
