/* rows.c - the runs of a comparison, one by one. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"

const char *const run_end_word[RUN_ENDS] = { "ok", "stuck", "diverged", "failed" };

struct job {
    const struct compared *k;
    const char **id; /* [ids], sorted: of what was compared */
    unsigned char *seen;
    size_t ids, folder;
    int (*each)(void *arg, const struct row *row);
    void *arg;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const il_value *row_value(const struct row *row, const char *name)
{
    for (size_t i = 0; i < row->columns; i++)
        if (strcmp(row->name[i], name) == 0)
            return &row->value[i];
    return NULL;
}

static size_t group_of(const il_comparison *c, const struct row *row)
{
    const il_value *value[ROWS_COLUMNS] = { NULL };
    size_t g = 0;

    for (size_t i = 0; i < c->columns && i < ROWS_COLUMNS; i++)
        value[i] = row_value(row, c->column[i]);
    for (; g < c->groups; g++) {
        size_t i = 0;

        while (i < c->columns && value[i] && strcmp(value[i]->text, c->group[g].value[i]) == 0)
            i++;
        if (i == c->columns)
            break;
    }
    return g;
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
    struct row row = { .folder = j->folder, .name = name, .value = value, .columns = columns };
    const il_value *const id = row_value(&row, "run_id");
    const char **const found =
        id ? bsearch(&id->text, j->id, j->ids, sizeof *j->id, by_text) : NULL;

    if (!found || j->seen[found - j->id])
        return 0;
    j->seen[found - j->id] = 1;
    row.id = id->text;
    row.group = group_of(j->k->comparison, &row);
    row.end = end_of(&row);
    return j->each(j->arg, &row);
}

il_status rows_each(const struct compared *k, int (*each)(void *arg, const struct row *row),
                    void *arg, il_error *err)
{
    struct job j = { .k = k, .each = each, .arg = arg, .ids = il_runs_count(k->runs) };
    il_status st = IL_OK;

    j.id = calloc(j.ids + 1, sizeof *j.id);
    j.seen = calloc(j.ids + 1, 1);
    if (!j.id || !j.seen)
        st = cli_no_memory(err);
    for (size_t i = 0; st == IL_OK && i < j.ids; i++)
        j.id[i] = il_runs_id(k->runs, i);
    if (st == IL_OK)
        qsort(j.id, j.ids, sizeof *j.id, by_text);
    for (; st == IL_OK && j.folder < k->sources; j.folder++)
        st = il_results_rows(k->results[j.folder], IL_TABLE_RUNS, take, &j, err);
    free(j.id);
    free(j.seen);
    return st;
}
