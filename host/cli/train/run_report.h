/*
 * run_report.h - what a run leaves as numbers: JSONL (an object an epoch, and a last one) or CSV (a
 * header, a row an epoch). Whole lines, each flushed as it comes: a crash leaves a readable file.
 */
#ifndef HOST_CLI_TRAIN_RUN_REPORT_H
#define HOST_CLI_TRAIN_RUN_REPORT_H

#include <stdio.h>
#include <jansson.h>
#include "initlab/initlab.h"

struct run_report {
    FILE *file;          /* NULL: no report wanted */
    const char *path;    /* the caller's; "-": JSONL on stdout */
    int csv, validation; /* validation: has the columns of a validation split */
};

/* Create the file. IL_E_CREATE with path and reason. run_report_close takes an all-zero report too. */
il_status run_report_open(struct run_report *r, const char *path, int validation, il_error *err);
il_status run_report_epoch(struct run_report *r, const il_epoch *e, il_error *err);

/* Rows of layers, an object each; not in CSV, which has one table. */
il_status run_report_states(struct run_report *r, const il_layer_state *state, size_t n,
                            il_error *err);

/* Write the last object, which is given up; in CSV nothing. */
il_status run_report_end(struct run_report *r, json_t *last, il_error *err);
il_status run_report_close(struct run_report *r, il_error *err);

/* Every parameter of a run by its name; a number too large for JSON's integers as a string. */
json_t *run_report_config(const il_config *config);

#endif
