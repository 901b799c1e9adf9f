/* run_id.h - what a run is called everywhere: a sum over all that it is (initlab/sweep.h: il_sweep_id). */
#ifndef HOST_LIB_CONFIG_RUN_ID_H
#define HOST_LIB_CONFIG_RUN_ID_H

#include "initlab/config.h"

/* The SHA-256 of a file of weights that the run begins with, as hexadecimal digits; "": not known. */
typedef const char *il_file_sum_fn(const void *arg, const char *path);

void il_run_id(const il_config *config, const char *data_sum, il_file_sum_fn *file_sum,
               const void *arg, char id[17]);

#endif
