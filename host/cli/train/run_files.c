/* run_files.c - runs of files, in memory. */
#include "run_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"

/* What its cost is: is it that of the runs before? 0: out of memory */
static int keep_measure(struct run_files *f, const il_file_run *run)
{
#define X(name)                                                                                    \
    if (run->name && f->name && strcmp(run->name, f->name) != 0)                                   \
        f->differ = #name;                                                                         \
    if (run->name && !f->name && !(f->name = strdup(run->name)))                                   \
        return 0;
    IL_COST_PARAMETERS(X)
#undef X
    return 1;
}

static il_status keep(void *arg, const il_file_run *run, il_error *err)
{
    struct run_files *const f = arg;
    struct seen_run *s;

    if (f->runs == f->room) {
        const size_t room = 2 * f->room + 16;
        struct seen_run *const more = realloc(f->run, room * sizeof *more);

        if (!more)
            return cli_no_memory(err);
        f->run = more;
        f->room = room;
    }
    s = &f->run[f->runs];
    *s = (struct seen_run){ .cost = malloc((run->epochs + 1) * sizeof *s->cost),
                            .epochs = run->epochs,
                            .accuracy = run->test_accuracy,
                            .file = run->file,
                            .number = run->number };
    if (!s->cost)
        return cli_no_memory(err);
    f->runs++;
    snprintf(s->status, sizeof s->status, "%s", run->stuck ? "stuck" : run->status);
    for (size_t i = 0; i < run->epochs; i++)
        s->cost[i] = run->epoch[i].cost;
    return keep_measure(f, run) ? IL_OK : cli_no_memory(err);
}

il_status run_files_read(struct run_files *f, char **path, size_t paths, il_error *err)
{
    *f = (struct run_files){ .path = path, .paths = paths };
    return il_file_runs((const char *const *)path, paths, keep, f, err);
}

void run_files_free(struct run_files *f)
{
    for (size_t i = 0; i < f->runs; i++) {
        free(f->run[i].name);
        free(f->run[i].cost);
    }
#define X(name) free(f->name);
    IL_COST_PARAMETERS(X)
#undef X
    free(f->run);
}
