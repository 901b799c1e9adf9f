/* file_runs.h - runs that `train --out FILE.jsonl` left, with all that a file has of them. Internal. */
#ifndef HOST_LIB_RESULTS_FILE_RUNS_H
#define HOST_LIB_RESULTS_FILE_RUNS_H

#include "core/json.h"
#include "core/number.h"
#include "initlab/results.h"
#include "initlab/watch.h"

struct il_read_run {
    il_file_run head;
    const char *path;
    size_t line;                 /* of the last object, from 1 */
    const json_t *last;          /* NULL: there is none */
    const il_layer_state *state; /* [states], in the order of the file */
    size_t states;
};

typedef il_status il_read_run_fn(void *arg, const struct il_read_run *run, il_error *err);

/* A parameter's value as text: what run_report_config of the program made of it; NULL: it is of no kind that one has. */
const char *il_parameter_text(const json_t *value, char number[IL_NUMBER_TEXT]);

/* What il_file_runs does. */
il_status il_read_runs(const char *const *path, size_t paths, il_read_run_fn *each, void *arg,
                       il_error *err);

#endif
