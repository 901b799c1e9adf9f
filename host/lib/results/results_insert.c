/* results_insert.c - the statements by which rows come into the tables of results.sqlite. */
#include "results_insert.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/number.h"
#include "initlab/watch.h"

/* A run that failed gives way to what a later attempt came to; nothing else ever changes. */
static char *run_insert(size_t *parameters)
{
    static const char *const numbers[] = {
#define X(NAME, name) #name,
        IL_RUN_NUMBERS(X)
#undef X
    };
    char columns[4096], marks[1024], sets[6144];
    const il_parameter *p;
    size_t n = 0, k = 0, s = 0;
    char *all = NULL;

    *parameters = 0;
    for (size_t i = 0; (p = il_parameter_at(i)); i++, ++*parameters)
        n += (size_t)snprintf(columns + n, sizeof columns - n, ", \"%s\"", p->name);
    for (size_t i = 0; i < IL_RUN_NUMBERS_ALL; i++) {
        n += (size_t)snprintf(columns + n, sizeof columns - n, ", %s", numbers[i]);
        s += (size_t)snprintf(sets + s, sizeof sets - s, ", %s = excluded.%s", numbers[i],
                              numbers[i]);
    }
    for (size_t i = 0; i < *parameters + IL_RUN_NUMBERS_ALL; i++)
        k += (size_t)snprintf(marks + k, sizeof marks - k, ", ?");
    if (asprintf(
            &all,
            "INSERT INTO runs (run_id, number, pack, status, error%s) VALUES (?, ?, ?, ?, ?%s) "
            "ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, error = "
            "excluded.error%s WHERE runs.status = 'failed' AND (excluded.status <> 'failed' OR "
            "excluded.attempt >= runs.attempt)",
            columns, marks, sets) < 0)
        return NULL;
    return all;
}

int il_insert_prepare(struct il_insert *in, sqlite3 *db)
{
    char *const run = run_insert(&in->parameters);
    const struct {
        sqlite3_stmt **to;
        const char *sql;
    } all[] = {
        { &in->run, run },
        { &in->epoch, "INSERT OR IGNORE INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" },
        { &in->layer, "INSERT OR IGNORE INTO layers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" },
        { &in->state, "INSERT OR IGNORE INTO diagnostics VALUES (?, ?, ?, ?"
#define X(NAME, name, type) ", ?"
          IL_DIAGNOSTICS(X)
#undef X
              ")" },
        { &in->environment, "INSERT INTO environments (facts) VALUES (?) ON CONFLICT (facts) DO "
                            "UPDATE SET facts = facts RETURNING environment" },
    };
    int ok = run != NULL;

    in->db = db;
    for (size_t i = 0; ok && i < sizeof all / sizeof *all; i++)
        ok = sqlite3_prepare_v2(db, all[i].sql, -1, all[i].to, NULL) == SQLITE_OK;
    free(run);
    return ok;
}

void il_insert_free(struct il_insert *in)
{
    sqlite3_finalize(in->run);
    sqlite3_finalize(in->epoch);
    sqlite3_finalize(in->layer);
    sqlite3_finalize(in->state);
    sqlite3_finalize(in->environment);
}

void il_insert_json(struct il_insert *in, sqlite3_stmt *s, int at, const json_t *x)
{
    if (json_is_integer(x))
        IL_BIND(in, sqlite3_bind_int64(s, at, json_integer_value(x)));
    else if (json_is_real(x))
        IL_BIND(in, sqlite3_bind_double(s, at, json_real_value(x)));
    else if (json_is_string(x))
        IL_BIND(in, sqlite3_bind_text(s, at, json_string_value(x), -1, SQLITE_TRANSIENT));
    else
        IL_BIND(in, sqlite3_bind_null(s, at));
}

void il_insert_real(struct il_insert *in, sqlite3_stmt *s, int at, double x)
{
    IL_BIND(in, isfinite(x) ? sqlite3_bind_double(s, at, x) : sqlite3_bind_null(s, at));
}

/* a parameter's normal form: a whole number that fits, a number, or text */
static void bind_parameter(struct il_insert *in, int at, const char *text)
{
    uint64_t whole;
    double real;

    if (il_read_whole(text, &whole) && whole <= INT64_MAX)
        IL_BIND(in, sqlite3_bind_int64(in->run, at, (sqlite3_int64)whole));
    else if (!il_read_whole(text, &whole) && il_read_real(text, &real))
        IL_BIND(in, sqlite3_bind_double(in->run, at, real));
    else
        IL_BIND(in, sqlite3_bind_text(in->run, at, text, -1, SQLITE_TRANSIENT));
}

void il_insert_config(struct il_insert *in, const il_config *config)
{
    const il_parameter *p;

    for (size_t i = 0; (p = il_parameter_at(i)); i++)
        bind_parameter(in, IL_RUN_PARAMETERS + (int)i, il_config_get(config, p->name));
}

int il_insert_number(const struct il_insert *in, enum il_run_number number)
{
    return IL_RUN_PARAMETERS + (int)in->parameters + (int)number;
}

int il_insert_step(struct il_insert *in, sqlite3_stmt *s)
{
    const int code = in->unbound ? SQLITE_NOMEM : sqlite3_step(s);

    in->unbound = 0;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return code;
}

il_status il_insert_environment(struct il_insert *in, const json_t *facts, sqlite3_int64 *number,
                                il_error *err)
{
    char *const text = il_json_text(facts, JSON_COMPACT | JSON_SORT_KEYS);
    il_status st = IL_OK;

    if (!text)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_BIND(in, sqlite3_bind_text(in->environment, 1, text, -1, SQLITE_STATIC));
    if (!in->unbound && sqlite3_step(in->environment) == SQLITE_ROW)
        *number = sqlite3_column_int64(in->environment, 0);
    else
        st =
            in->unbound ? il_fail(err, IL_E_MEMORY, "out of memory") : il_results_fail(in->db, err);
    in->unbound = 0;
    sqlite3_reset(in->environment);
    free(text);
    return st;
}
