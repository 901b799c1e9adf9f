/* datasets.c - a dataset is its sum; people know it by its folder. */
#include "datasets.h"

#include <stdio.h>
#include <string.h>
#include "core/error.h"

enum { SUM_SHOWN = 8 };

/* rows of the table, which come in the order of the runs */
struct taking {
    il_runs *runs;
    size_t at;
    int many; /* more than there may be */
};

static int take(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct taking *const t = arg;
    il_runs *const r = t->runs;
    const char *sum, *path, *files;
    size_t d = 0;

    (void)name, (void)columns;
    if (t->at == r->count)
        return 1;
    sum = il_runs_text(r, value[0].text);
    path = il_runs_text(r, value[1].text);
    files = il_runs_text(r, value[2].text);
    if (!sum || !path || !files)
        return r->failed = 1;
    while (d < r->datasets && r->dataset[d].sum != sum)
        d++;
    if (d == IL_DATASETS_MOST)
        return t->many = 1;
    if (d == r->datasets)
        r->dataset[r->datasets++] = (struct il_run_dataset){ sum, path };
    r->run[t->at].files = files;
    r->run[t->at++].dataset = d;
    return 0;
}

/* the last `parts` of a path, without slashes at its end: *n bytes */
static const char *tail(const char *path, size_t parts, size_t *n)
{
    size_t end = strlen(path), from;

    while (end > 1 && path[end - 1] == '/')
        end--;
    for (from = end; parts > 0 && from > 0; parts--) {
        from -= from < end; /* the slash */
        while (from > 0 && path[from - 1] != '/')
            from--;
    }
    *n = end - from;
    return path + from;
}

/* the place of the other dataset that is called so, too; datasets: none is */
static size_t namesake(const il_runs *r, size_t dataset, size_t parts)
{
    size_t n, m, other = 0;
    const char *const name = tail(r->dataset[dataset].path, parts, &n);

    for (; other < r->datasets; other++) {
        const char *const its = tail(r->dataset[other].path, parts, &m);

        if (other != dataset && n == m && memcmp(name, its, n) == 0)
            break;
    }
    return other;
}

static const char *label(il_runs *r, size_t dataset)
{
    const struct il_run_dataset *const d = &r->dataset[dataset];
    size_t parts = 1, n;
    const char *name = tail(d->path, parts, &n);
    char text[4096 + SUM_SHOWN + 2];

    while (namesake(r, dataset, parts) < r->datasets && name > d->path)
        name = tail(d->path, ++parts, &n);
    if (namesake(r, dataset, parts) <
        r->datasets) { /* other data in the same place, or of no place */
        name = tail(d->path, 1, &n);
        snprintf(text, sizeof text, "%.*s:%.*s", (int)(n < 4096 ? n : 4096), name, SUM_SHOWN,
                 d->sum);
    } else {
        snprintf(text, sizeof text, "%.*s", (int)(n < 4096 ? n : 4096), name);
    }
    return il_runs_text(r, text);
}

il_status il_datasets_of(il_runs *r, size_t first, il_results *results, il_error *err)
{
    const size_t column = il_runs_column(r, IL_DATA_COLUMN, strlen(IL_DATA_COLUMN));
    const char *name[IL_DATASETS_MOST];
    struct taking t = { .runs = r, .at = first };
    il_status st;

    IL_TRY(il_results_rows(results, IL_TABLE_DATASETS, take, &t, err));
    if (t.many) {
        st = il_fail(err, IL_E_USAGE, "runs of more than %d datasets: fewer at a time",
                     IL_DATASETS_MOST);
        goto out;
    }
    for (size_t d = 0; d < r->datasets; d++)
        r->failed |= !(name[d] = label(r, d));
    for (size_t i = 0; i < r->count && !r->failed; i++)
        r->run[i].value[column] = name[r->run[i].dataset];
out:
    return st;
}
