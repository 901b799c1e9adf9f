/* device_list.h - the devices that --devices names, one worker each: all of one kind. */
#ifndef HOST_CLI_SWEEP_DEVICE_LIST_H
#define HOST_CLI_SWEEP_DEVICE_LIST_H

#include <stddef.h>
#include "initlab/status.h"

struct device_list {
    char kind[16];
    char (*id)[32]; /* [count] */
    size_t count;
};

/*
 * "cpu:4", "cuda:0,cuda:1", "cuda" (all GPUs), or "auto": all GPUs, else a worker a core. kind: must
 * be of this one, "" any. This process never opens CUDA: a child looks. device_list_free is legal after
 * a failure.
 */
il_status device_list_read(struct device_list *d, const char *text, const char *kind,
                           il_error *err);
void device_list_free(struct device_list *d);

#endif
