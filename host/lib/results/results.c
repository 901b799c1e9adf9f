/* results.c - read results.sqlite: tables row by row, and groups of runs ranked. */
#include "initlab/results.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/tables.h"
#include "results_impl.h"

struct il_results {
    sqlite3 *db;
    struct il_guard guard;
};

enum { COLUMNS = 64, LIST = 1024 };

/* ---- standard deviation, an aggregate that SQLite lacks --------------------------------------- */

/* Welford's recurrence */
struct moments {
    size_t n;
    double mean, square;
};

static void sd_step(sqlite3_context *c, int args, sqlite3_value **value)
{
    struct moments *const m = sqlite3_aggregate_context(c, sizeof *m);

    (void)args;
    if (m && sqlite3_value_type(value[0]) != SQLITE_NULL) {
        const double x = sqlite3_value_double(value[0]), d = x - m->mean;

        m->mean += d / (double)++m->n;
        m->square += d * (x - m->mean);
    }
}

static void sd_final(sqlite3_context *c)
{
    const struct moments *const m = sqlite3_aggregate_context(c, 0);

    if (m && m->n > 1)
        sqlite3_result_double(c, sqrt(m->square / (double)(m->n - 1)));
    else
        sqlite3_result_null(c);
}

/* ---- open ------------------------------------------------------------------------------------ */

il_status il_results_open(il_results **out, const il_folder *f, il_error *err)
{
    il_results *r = calloc(1, sizeof *r);
    il_status st;

    *out = NULL;
    if (!r)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_results_connect(&r->db, &r->guard, f, 0, err));
    if (sqlite3_create_function(r->db, "sd", 1,
                                SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, NULL,
                                sd_step, sd_final) != SQLITE_OK) {
        st = il_results_fail(r->db, err);
        goto out;
    }
    *out = r;
    r = NULL;
out:
    il_results_close(r);
    return st;
}

void il_results_close(il_results *r)
{
    if (!r)
        return;
    sqlite3_close(r->db);
    free(r);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static il_value value_of(sqlite3_stmt *s, int i)
{
    il_value v = { .kind = IL_VALUE_NULL, .text = "" };

    switch (sqlite3_column_type(s, i)) {
    case SQLITE_INTEGER:
        v.kind = IL_VALUE_WHOLE;
        v.whole = sqlite3_column_int64(s, i);
        v.real = (double)v.whole;
        break;
    case SQLITE_FLOAT:
        v.kind = IL_VALUE_REAL;
        v.real = sqlite3_column_double(s, i);
        break;
    case SQLITE_TEXT:
        v.kind = IL_VALUE_TEXT;
        break;
    default:
        return v;
    }
    v.text = (const char *)sqlite3_column_text(s, i);
    return v;
}

static il_status read_rows(il_results *r, const char *sql, il_row_fn *each, void *arg,
                           il_error *err)
{
    sqlite3_stmt *s = NULL;
    const char *name[COLUMNS];
    il_value value[COLUMNS];
    il_status st = IL_OK;
    int columns, code;

    if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != SQLITE_OK)
        return il_results_fail(r->db, err);
    columns = sqlite3_column_count(s);
    if (columns > COLUMNS)
        columns = COLUMNS;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++) {
            name[i] = sqlite3_column_name(s, i);
            if (name[i] && !il_guard_value(s, i)) {
                st = il_fail(err, IL_E_DATA,
                             "results.sqlite: '%s' of a row is none that initlab writes: %s",
                             name[i], IL_GUARD_REMEDY);
                goto out;
            }
            value[i] = value_of(s, i);
            if (!name[i] || !value[i].text) {
                st = il_fail(err, IL_E_MEMORY, "out of memory");
                goto out;
            }
        }
        if (each(arg, name, value, (size_t)columns) != 0)
            break;
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        st = il_results_fail(r->db, err);
out:
    sqlite3_finalize(s);
    return st;
}

il_status il_results_rows(il_results *r, il_table table, il_row_fn *each, void *arg, il_error *err)
{
    static const char *const sql[] = {
        "SELECT * FROM runs ORDER BY number",
        "SELECT epochs.* FROM epochs JOIN runs USING (run_id) ORDER BY number, epoch",
        "SELECT layers.* FROM layers JOIN runs USING (run_id) ORDER BY number, layer",
        "SELECT * FROM environments ORDER BY environment",
    };

    return read_rows(r, sql[table], each, arg, err);
}

/* ---- ranking --------------------------------------------------------------------------------- */

struct names {
    char *name[COLUMNS + 1];
    size_t count;
    int failed; /* out of memory */
};

static int take_name(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct names *const n = arg;

    (void)name, (void)columns;
    if (n->count == COLUMNS)
        return 0;
    n->name[n->count] = strdup(value[0].text);
    if (!n->name[n->count])
        return n->failed = 1;
    n->count++;
    return 0;
}

/* the columns `by`, each checked and quoted, into list */
static il_status group_list(il_results *r, const char *by, char *list, size_t size, il_error *err)
{
    struct names all = { .count = 0 };
    il_status st;

    IL_TRY(read_rows(r, "SELECT name FROM pragma_table_xinfo('runs')", take_name, &all, err));
    if (all.failed) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    list[0] = 0;
    for (const char *p = by;; p++) {
        const size_t n = strcspn(p, ",");
        const char *near;
        char word[64];
        size_t i = 0;

        snprintf(word, sizeof word, "%.*s", (int)n, p);
        for (char *c = word; *c; c++)
            *c = *c == '-' ? '_' : *c;
        while (i < all.count && all.name[i] && strcmp(all.name[i], word) != 0)
            i++;
        if (i == all.count || !all.name[i]) {
            near = il_nearest(word, (const char *const *)all.name);
            st = il_fail(err, IL_E_USAGE, "runs have no column '%s'%s%s%s", word,
                         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
            break;
        }
        if (strlen(list) + strlen(word) + 5 > size) {
            st = il_fail(err, IL_E_USAGE, "too many columns");
            break;
        }
        sprintf(list + strlen(list), "%s\"%s\"", list[0] ? ", " : "", word);
        p += n;
        if (!*p)
            break;
    }
out:
    for (size_t i = 0; i < all.count; i++)
        free(all.name[i]);
    return st;
}

il_status il_results_rank(il_results *r, const char *by, il_row_fn *each, void *arg, il_error *err)
{
    char list[LIST], *sql = NULL;
    il_status st;

    IL_TRY(group_list(r, by, list, sizeof list, err));
    /* a bare column beside one max() is of the row that has it */
    if (asprintf(&sql,
                 "SELECT %s, count(test_accuracy) AS n, avg(test_accuracy) AS mean, "
                 "sd(test_accuracy) AS sd, max(test_accuracy) AS best, run_id AS best_run, "
                 "sum(status = 'diverged') AS diverged, sum(status = 'failed') AS failed "
                 "FROM (SELECT * FROM runs ORDER BY number) GROUP BY %s "
                 "ORDER BY mean DESC NULLS LAST, %s",
                 list, list, list) < 0) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    st = read_rows(r, sql, each, arg, err);
out:
    free(sql);
    return st;
}

il_status il_results_by(const char *by, il_error *err)
{
    il_results blank = { .db = NULL };
    char list[LIST];
    il_status st = il_results_blank(&blank.db, err);

    if (st == IL_OK)
        st = group_list(&blank, by, list, sizeof list, err);
    sqlite3_close(blank.db);
    return st;
}

static int take_tally(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    il_tally *const t = arg;
    size_t *const to = strcmp(value[0].text, "ok") == 0         ? &t->ok
                       : strcmp(value[0].text, "diverged") == 0 ? &t->diverged
                                                                : &t->failed;

    (void)name, (void)columns;
    *to = (size_t)value[1].whole;
    return 0;
}

il_status il_results_tally(il_results *r, il_tally *out, il_error *err)
{
    *out = (il_tally){ 0 };
    return read_rows(r, "SELECT status, count(*) FROM runs GROUP BY status", take_tally, out, err);
}
