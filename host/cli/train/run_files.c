/* run_files.c - runs of files, in memory. */
#include "run_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "common/cli_error.h"

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
    snprintf(s->status, sizeof s->status, "%s", run->status);
    for (size_t i = 0; i < run->epochs; i++)
        s->cost[i] = run->epoch[i].cost;
    return IL_OK;
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
    free(f->run);
}
