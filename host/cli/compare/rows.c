/* rows.c - the runs of a comparison, one by one. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"

const char *const run_end_word[RUN_ENDS] = { "ok", "stuck", "diverged", "failed" };

/* a run that was compared: its id, where it came from, and its group */
struct known {
    const char *id;
    size_t source, group;
};

struct job {
    struct known *run; /* [runs], sorted */
    size_t runs, source;
    int (*each)(void *arg, const struct row *row);
    void *arg;
};

static int by_id(const void *a, const void *b)
{
    const struct known *const x = a, *const y = b;
    const int order = strcmp(x->id, y->id);

    return order ? order : (x->source > y->source) - (x->source < y->source);
}

const il_value *row_value(const struct row *row, const char *name)
{
    for (size_t i = 0; i < row->columns; i++)
        if (strcmp(row->name[i], name) == 0)
            return &row->value[i];
    return NULL;
}

static enum run_end end_of(const struct row *row)
{
    const il_value *const status = row_value(row, "status"), *const stuck = row_value(row, "stuck");

    if (status && strcmp(status->text, "failed") == 0)
        return RUN_FAILED;
    if (status && strcmp(status->text, "diverged") == 0)
        return RUN_DIVERGED;
    return stuck && stuck->kind == IL_VALUE_WHOLE && stuck->whole ? RUN_STUCK : RUN_OK;
}

static int take(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct job *const j = arg;
    struct row row = { .folder = j->source, .name = name, .value = value, .columns = columns };
    const il_value *const id = row_value(&row, "run_id");
    const struct known key = { id ? id->text : "", j->source, 0 };
    const struct known *const run = bsearch(&key, j->run, j->runs, sizeof *j->run, by_id);

    if (!run)
        return 0;
    row.id = run->id;
    row.group = run->group;
    row.end = end_of(&row);
    return j->each(j->arg, &row);
}

il_status rows_each(const struct compared *k, int (*each)(void *arg, const struct row *row),
                    void *arg, il_error *err)
{
    const il_comparison *const c = k->comparison;
    struct job j = { .each = each, .arg = arg, .runs = il_runs_count(k->runs) };
    const size_t *member;
    il_status st = IL_OK;

    j.run = calloc(j.runs + 1, sizeof *j.run);
    if (!j.run)
        return cli_no_memory(err);
    for (size_t i = 0; i < j.runs; i++)
        j.run[i] =
            (struct known){ il_runs_id(k->runs, i), il_runs_addition(k->runs, i), c->groups };
    for (size_t g = 0; g < c->groups; g++)
        for (size_t n = il_comparison_runs(c, g, &member); n > 0; n--)
            j.run[member[n - 1]].group = g;
    qsort(j.run, j.runs, sizeof *j.run, by_id);
    for (; st == IL_OK && j.source < k->sources; j.source++)
        st = il_results_rows(k->results[j.source], IL_TABLE_RUNS, take, &j, err);
    free(j.run);
    return st;
}
