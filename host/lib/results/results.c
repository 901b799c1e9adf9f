/* results.c - read results.sqlite: tables row by row. */
#include "initlab/results.h"

#include <stdlib.h>
#include <string.h>
#include "core/json.h"
#include "core/number.h"
#include "results_impl.h"

struct il_results {
    sqlite3 *db;
    struct il_guard guard;
    char *data_sum, *data, *files; /* of all runs; NULL: each has its own */
};

enum { COLUMNS = 64 };

/* ---- open ------------------------------------------------------------------------------------ */

il_status il_results_open(il_results **out, const il_folder *f, il_error *err)
{
    il_results *r = calloc(1, sizeof *r);
    json_t *files = NULL;
    il_status st;

    *out = NULL;
    if (!r)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    r->data_sum = strdup(f->setup.data_sum);
    r->data = strdup(f->setup.data[0] ? f->setup.data : "mnist"); /* the bundled one */
    files = il_folder_files(f);
    r->files = il_json_text(files, JSON_COMPACT);
    if (!r->data_sum || !r->data || !r->files) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    IL_TRY(il_results_connect(&r->db, &r->guard, f, 0, err));
    *out = r;
    r = NULL;
out:
    json_decref(files);
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
    free(r->files);
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

/* The statement, and how many columns of it are read. s is the caller's to finalize, also when this fails. */
static il_status prepare(il_results *r, const char *sql, sqlite3_stmt **s, int *columns,
                         il_error *err)
{
    *s = NULL;
    if (sqlite3_prepare_v2(r->db, sql, -1, s, NULL) != SQLITE_OK)
        return il_results_fail(r->db, err);
    *columns = sqlite3_column_count(*s) < COLUMNS ? sqlite3_column_count(*s) : COLUMNS;
    return IL_OK;
}

static il_status read_rows(il_results *r, const char *sql, il_row_fn *each, void *arg,
                           il_error *err)
{
    sqlite3_stmt *s = NULL;
    const char *name[COLUMNS];
    il_value value[COLUMNS];
    char number[COLUMNS][IL_NUMBER_TEXT];
    int columns = 0, code;
    il_status st = prepare(r, sql, &s, &columns, err);

    if (st != IL_OK)
        goto out;
    if (sqlite3_bind_parameter_count(s) == 3 &&
        (sqlite3_bind_text(s, 1, r->data_sum, -1, SQLITE_STATIC) != SQLITE_OK ||
         sqlite3_bind_text(s, 2, r->data, -1, SQLITE_STATIC) != SQLITE_OK ||
         sqlite3_bind_text(s, 3, r->files, -1, SQLITE_STATIC) != SQLITE_OK)) {
        st = il_results_fail(r->db, err);
        goto out;
    }
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

/* what results of before there was the table have of it: its columns, and no row */
#define NONE(NAME, name, type) ", NULL AS " #name
static const char no_diagnostics[] =
    "SELECT NULL AS run_id, NULL AS step, NULL AS layer, NULL AS epoch" IL_DIAGNOSTICS(
        NONE) " WHERE 0";

static const char *sql_of(const il_results *r, il_table table)
{
    static const char *const sql[] = {
        [IL_TABLE_RUNS] = "SELECT * FROM runs ORDER BY number",
        [IL_TABLE_EPOCHS] =
            "SELECT epochs.* FROM epochs JOIN runs USING (run_id) ORDER BY number, epoch",
        [IL_TABLE_LAYERS] =
            "SELECT layers.* FROM layers JOIN runs USING (run_id) ORDER BY number, layer",
        [IL_TABLE_ENVIRONMENTS] = "SELECT * FROM environments ORDER BY environment",
        [IL_TABLE_DIAGNOSTICS] =
            ("SELECT diagnostics.* FROM diagnostics JOIN runs USING (run_id) ORDER BY number, "
             "step, layer"),
        [IL_TABLE_DATASETS] =
            "SELECT data_sum, data, files, folder, device, threads FROM datasets ORDER BY number",
    };

    if (table == IL_TABLE_DIAGNOSTICS && il_results_version(r->db) < IL_RESULTS_DIAGNOSTICS)
        return no_diagnostics;
    if (table == IL_TABLE_DATASETS && r->data)
        return "SELECT ?1 AS data_sum, ?2 AS data, ?3 AS files FROM runs ORDER BY number";
    return sql[table];
}

il_status il_results_rows(il_results *r, il_table table, il_row_fn *each, void *arg, il_error *err)
{
    return read_rows(r, sql_of(r, table), each, arg, err);
}

il_status il_results_columns(il_results *r, il_table table, il_row_fn *each, void *arg,
                             il_error *err)
{
    sqlite3_stmt *s;
    const char *name[COLUMNS];
    int columns = 0, named = 1;
    il_status st = prepare(r, sql_of(r, table), &s, &columns, err);

    for (int i = 0; st == IL_OK && i < columns; i++)
        named &= (name[i] = sqlite3_column_name(s, i)) != NULL;
    if (st == IL_OK && named)
        each(arg, name, NULL, (size_t)columns);
    else if (st == IL_OK)
        st = il_fail(err, IL_E_MEMORY, "out of memory");
    sqlite3_finalize(s);
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
