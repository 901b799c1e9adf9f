/* results.c - read results.sqlite: tables row by row. */
#include "initlab/results.h"

#include <stdlib.h>
#include <string.h>
#include "core/number.h"
#include "results_impl.h"

struct il_results {
    sqlite3 *db;
    struct il_guard guard;
    char *data_sum, *data; /* of all runs; NULL: each has its own */
};

enum { COLUMNS = 64 };

/* ---- open ------------------------------------------------------------------------------------ */

il_status il_results_open(il_results **out, const il_folder *f, il_error *err)
{
    il_results *r = calloc(1, sizeof *r);
    il_status st;

    *out = NULL;
    if (!r)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    r->data_sum = strdup(f->setup.data_sum);
    r->data = strdup(f->setup.data[0] ? f->setup.data : "mnist"); /* the bundled one */
    if (!r->data_sum || !r->data) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    IL_TRY(il_results_connect(&r->db, &r->guard, f, 0, err));
    *out = r;
    r = NULL;
out:
    il_results_close(r);
    return st;
}

il_status il_results_own(il_results **out, sqlite3 *db, il_error *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    (*out)->db = db;
    return IL_OK;
}

void il_results_close(il_results *r)
{
    if (!r)
        return;
    sqlite3_close(r->db);
    free(r->data_sum);
    free(r->data);
    free(r);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* number: for the text of one that is no whole number, of which SQLite's own has 15 digits only */
static il_value value_of(sqlite3_stmt *s, int i, char number[IL_NUMBER_TEXT])
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
        il_write_real(v.real, number);
        v.text = number;
        return v;
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
    char number[COLUMNS][IL_NUMBER_TEXT];
    il_status st = IL_OK;
    int columns, code;

    if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != SQLITE_OK)
        return il_results_fail(r->db, err);
    if (sqlite3_bind_parameter_count(s) == 2 &&
        (sqlite3_bind_text(s, 1, r->data_sum, -1, SQLITE_STATIC) != SQLITE_OK ||
         sqlite3_bind_text(s, 2, r->data, -1, SQLITE_STATIC) != SQLITE_OK)) {
        st = il_results_fail(r->db, err);
        goto out;
    }
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
            value[i] = value_of(s, i, number[i]);
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
        ("SELECT diagnostics.* FROM diagnostics JOIN runs USING (run_id) ORDER BY number, step, "
         "layer"),
    };

    if (table == IL_TABLE_DIAGNOSTICS && il_results_version(r->db) < IL_RESULTS_DIAGNOSTICS)
        return IL_OK;
    if (table == IL_TABLE_DATASETS)
        return read_rows(r,
                         r->data ? "SELECT ?1 AS data_sum, ?2 AS data FROM runs ORDER BY number"
                                 : "SELECT data_sum, data FROM datasets ORDER BY number",
                         each, arg, err);
    return read_rows(r, sql[table], each, arg, err);
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
