/*
 * results_merge.c - fold journals into results.sqlite, each in one transaction with how far it was
 * read: killed at any time, the next merge goes on there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/results.h"
#include "results_insert.h"

struct merge {
    struct il_folder *f;
    sqlite3 *db;
    struct il_guard guard;
    struct il_insert in;
    sqlite3_stmt *journal;
    const char *name;             /* of the journal being read */
    int added;                    /* groups of it */
    sqlite3_int64 env, env_until; /* of the next group; where all before it was right */
};

/* ---- statements ------------------------------------------------------------------------------ */

static int prepare(struct merge *m)
{
    return il_insert_prepare(&m->in, m->db) &&
           sqlite3_prepare_v2(m->db,
                              "INSERT INTO journals VALUES (?1, ?2, ?3) ON CONFLICT (name) DO "
                              "UPDATE SET bytes = ?2",
                              -1, &m->journal, NULL) == SQLITE_OK;
}

static void finish(struct merge *m)
{
    il_insert_free(&m->in);
    sqlite3_finalize(m->journal);
    sqlite3_close(m->db);
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* A group is right when it comes here: rows that refuse it are not as a merge left them. */
static il_status refused(const struct merge *m, il_error *err)
{
    return il_fail(err, IL_E_DATA,
                   "%s/results.sqlite: its rows refuse those of journal/%s (%s): move it away, and "
                   "'initlab sweep merge' makes it again from the journals",
                   m->f->path, m->name, sqlite3_errmsg(m->db));
}

static il_status step(struct merge *m, sqlite3_stmt *s, il_error *err)
{
    const int code = il_insert_step(&m->in, s);

    return code == SQLITE_DONE         ? IL_OK
           : code == SQLITE_CONSTRAINT ? refused(m, err)
           : code == SQLITE_NOMEM      ? il_fail(err, IL_E_MEMORY, "out of memory")
                                       : il_results_fail(m->db, err);
}

/* what a run is: its id, place and parameters */
static il_status bind_run(struct merge *m, size_t number, size_t pack, const char *status,
                          const char *error, char id[17], il_error *err)
{
    il_config *c = NULL;
    il_status st;

    IL_TRY(il_folder_id(m->f, number, id, err));
    IL_TRY(il_sweep_config(m->f->sweep, number, &c, err));
    IL_BIND(&m->in, sqlite3_bind_text(m->in.run, IL_RUN_ID, id, -1, SQLITE_TRANSIENT));
    IL_BIND(&m->in, sqlite3_bind_int64(m->in.run, IL_RUN_NUMBER, (sqlite3_int64)number));
    IL_BIND(&m->in, sqlite3_bind_int64(m->in.run, IL_RUN_PACK, (sqlite3_int64)pack));
    IL_BIND(&m->in, sqlite3_bind_text(m->in.run, IL_RUN_STATUS, status, -1, SQLITE_TRANSIENT));
    if (error)
        IL_BIND(&m->in, sqlite3_bind_text(m->in.run, IL_RUN_ERROR, error, -1, SQLITE_TRANSIENT));
    il_insert_config(&m->in, c);
out:
    il_config_free(c);
    return st;
}

static il_status add_epochs(struct merge *m, const char *id, const json_t *rows, il_error *err)
{
    il_status st = IL_OK;

    for (size_t e = 0; e < json_array_size(rows) && st == IL_OK; e++) {
        IL_BIND(&m->in, sqlite3_bind_text(m->in.epoch, 1, id, -1, SQLITE_STATIC));
        for (size_t i = 0; i < 8; i++)
            il_insert_json(&m->in, m->in.epoch, 2 + (int)i,
                           json_array_get(json_array_get(rows, e), i));
        st = step(m, m->in.epoch, err);
    }
    return st;
}

static il_status add_layers(struct merge *m, const char *id, const json_t *rows, il_error *err)
{
    il_status st = IL_OK;

    for (size_t l = 0; l < json_array_size(rows) && st == IL_OK; l++) {
        IL_BIND(&m->in, sqlite3_bind_text(m->in.layer, 1, id, -1, SQLITE_STATIC));
        IL_BIND(&m->in, sqlite3_bind_int64(m->in.layer, 2, (sqlite3_int64)l + 1));
        for (size_t i = 0; i < 7; i++)
            il_insert_json(&m->in, m->in.layer, 3 + (int)i,
                           json_array_get(json_array_get(rows, l), i));
        st = step(m, m->in.layer, err);
    }
    return st;
}

/* step and layer of a row lead; its epoch, which may be a part of one, is of as many steps as the last */
static il_status add_states(struct merge *m, const char *id, const json_t *rows, size_t epochs,
                            il_error *err)
{
    const size_t n = json_array_size(rows);
    const double total = json_number_value(json_array_get(json_array_get(rows, n ? n - 1 : 0), 0));
    il_status st = IL_OK;

    for (size_t k = 0; k < n && st == IL_OK; k++) {
        const json_t *const row = json_array_get(rows, k);

        IL_BIND(&m->in, sqlite3_bind_text(m->in.state, 1, id, -1, SQLITE_STATIC));
        il_insert_json(&m->in, m->in.state, 2, json_array_get(row, 0));
        il_insert_json(&m->in, m->in.state, 3, json_array_get(row, 1));
        IL_BIND(&m->in, sqlite3_bind_double(m->in.state, 4,
                                            json_number_value(json_array_get(row, 0)) *
                                                (double)epochs / total));
        for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++)
            il_insert_json(&m->in, m->in.state, 5 + (int)i, json_array_get(row, i + 2));
        st = step(m, m->in.state, err);
    }
    return st;
}

/* a run that failed beside others */
static il_status add_failed_run(struct merge *m, const struct il_group *g, size_t place,
                                il_error *err)
{
    char id[17];
    il_status st;

    IL_TRY(bind_run(m, m->f->plan->order[m->f->plan->pack[g->index].first + g->first + place],
                    g->index, "failed", json_string_value(json_object_get(g->run[place], "error")),
                    id, err));
    il_insert_json(&m->in, m->in.run, il_insert_number(&m->in, IL_RUN_ATTEMPT),
                   json_object_get(g->pack, "attempt"));
    IL_BIND(&m->in,
            sqlite3_bind_int64(m->in.run, il_insert_number(&m->in, IL_RUN_ENVIRONMENT), m->env));
    st = step(m, m->in.run, err);
out:
    return st;
}

static il_status add_run(struct merge *m, const struct il_group *g, size_t place, double share,
                         il_error *err)
{
    /* of an epoch's row: what of it becomes which column */
    static const int from[] = { 1, 3, 4, 5, 6, 7 };
    const json_t *const run = g->run[place], *const pack = g->pack;
    const json_t *const epochs = json_object_get(run, "epochs");
    const json_t *const last = json_array_get(epochs, json_array_size(epochs) - 1);
    const json_t *const diverged = json_object_get(run, "diverged");
    const json_t *const stuck = json_object_get(run, "stuck");
    const char *const status = json_string_value(json_object_get(run, "status"));
    char id[17];
    il_status st;

    IL_TRY(bind_run(m, (size_t)json_integer_value(json_object_get(run, "number")), g->index, status,
                    NULL, id, err));
    for (int i = 0; i <= IL_RUN_VALIDATION_ACCURACY; i++)
        il_insert_json(&m->in, m->in.run, il_insert_number(&m->in, (enum il_run_number)i),
                       json_array_get(last, (size_t)from[i]));
    if (strcmp(status, "diverged") == 0) {
        il_insert_json(&m->in, m->in.run, il_insert_number(&m->in, IL_RUN_DIVERGED_EPOCH),
                       json_array_get(diverged, 0));
        il_insert_json(&m->in, m->in.run, il_insert_number(&m->in, IL_RUN_DIVERGED_STEP),
                       json_array_get(diverged, 1));
    }
    if (stuck) /* earlier writers did not say */
        IL_BIND(&m->in, sqlite3_bind_int(m->in.run, il_insert_number(&m->in, IL_RUN_STUCK),
                                         json_is_true(stuck)));
    il_insert_json(&m->in, m->in.run, il_insert_number(&m->in, IL_RUN_ATTEMPT),
                   json_object_get(pack, "attempt"));
    IL_BIND(&m->in,
            sqlite3_bind_double(m->in.run, il_insert_number(&m->in, IL_RUN_SECONDS),
                                share * json_number_value(json_object_get(pack, "seconds"))));
    IL_BIND(&m->in, sqlite3_bind_double(
                        m->in.run, il_insert_number(&m->in, IL_RUN_EVALUATION_SECONDS),
                        share * json_number_value(json_object_get(pack, "evaluation_seconds"))));
    IL_BIND(&m->in,
            sqlite3_bind_int64(m->in.run, il_insert_number(&m->in, IL_RUN_ENVIRONMENT), m->env));
    IL_TRY(step(m, m->in.run, err));
    IL_TRY(add_epochs(m, id, epochs, err));
    IL_TRY(add_layers(m, id, json_object_get(run, "layers"), err));
    st = add_states(m, id, json_object_get(run, "diagnostics"), json_array_size(epochs), err);
out:
    return st;
}

static il_status add_failure(struct merge *m, const struct il_group *g, il_error *err)
{
    const il_sweep_pack *const at = &m->f->plan->pack[g->index];
    char id[17];
    il_status st = IL_OK;

    for (size_t i = 0; i < at->count && st == IL_OK; i++) {
        IL_TRY(bind_run(m, m->f->plan->order[at->first + i], g->index, "failed",
                        json_string_value(json_object_get(g->pack, "error")), id, err));
        il_insert_json(&m->in, m->in.run, il_insert_number(&m->in, IL_RUN_ATTEMPT),
                       json_object_get(g->pack, "attempt"));
        st = step(m, m->in.run, err);
    }
out:
    return st;
}

/* the first line of a journal: on what it ran */
static il_status begin_journal(struct merge *m, const json_t *head, il_error *err)
{
    json_t *const env = json_object_get(head, "environment");

    m->env = 0;
    return json_is_object(env) && json_object_size(env)
               ? il_insert_environment(&m->in, env, &m->env, err)
               : IL_OK;
}

static il_status add_group(void *arg, const struct il_group *g, il_error *err)
{
    struct merge *const m = arg;
    size_t trained = 0; /* which share the pack's seconds */
    il_status st = IL_OK;

    m->added = 1;
    if (g->head)
        IL_TRY(begin_journal(m, g->head, err));
    if (g->whole)
        m->env_until = m->env;
    if (g->failed)
        return add_failure(m, g, err);
    for (size_t i = 0; i < g->runs; i++)
        trained += !il_group_failed(g, i);
    for (size_t i = 0; i < g->runs; i++)
        IL_TRY(il_group_failed(g, i) ? add_failed_run(m, g, i, err)
                                     : add_run(m, g, i, 1 / (double)trained, err));
out:
    return st;
}

/* ---- how many rows there are ----------------------------------------------------------------- */

/*
 * meta's 'rows' is there when nothing was folded since they were counted. SQLite counts a table's rows as
 * one step, which the guard could not end.
 */
#define COUNT(table) "(SELECT ifnull(sum(1), 0) FROM " table ")"
#define ROWS                                                                                       \
    "SELECT " COUNT("runs") " || ' ' || " COUNT("epochs") " || ' ' || " COUNT(                     \
        "layers") " || ' ' || " COUNT("diagnostics")

/* What somebody deleted comes back: everything is folded again. */
static const char recount[] =
    "DELETE FROM journals WHERE (SELECT value FROM meta WHERE key = 'rows') <> (" ROWS ")";
static const char count_rows[] = "INSERT INTO meta SELECT 'rows', (" ROWS ")"
                                 " WHERE NOT EXISTS (SELECT 1 FROM meta WHERE key = 'rows')";
#undef ROWS
#undef COUNT

/* ---- journals -------------------------------------------------------------------------------- */

/* how far a journal was folded, and on what it ran */
static il_status folded(struct merge *m, const char *name, struct il_folder_reading *r,
                        il_error *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(m->db, "SELECT bytes, environment FROM journals WHERE name = ?",
                                  -1, &s, NULL);

    *r = (struct il_folder_reading){ 0 };
    m->env = 0;
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    if (code == SQLITE_ROW && sqlite3_column_int64(s, 0) > 0) {
        *r = (struct il_folder_reading){ (size_t)sqlite3_column_int64(s, 0), IL_OWNER_US };
        m->env = sqlite3_column_int64(s, 1);
    }
    m->env_until = m->env;
    sqlite3_finalize(s);
    return code == SQLITE_ROW || code == SQLITE_DONE ? IL_OK : il_results_fail(m->db, err);
}

static il_status exec(struct merge *m, const char *sql, il_error *err)
{
    return sqlite3_exec(m->db, sql, NULL, NULL, NULL) == SQLITE_OK ? IL_OK
                                                                   : il_results_fail(m->db, err);
}

static il_status fold(struct merge *m, const char *name, il_error *err)
{
    struct il_folder_reading r;
    size_t before;
    il_status st;

    st = exec(m, "BEGIN IMMEDIATE", err);
    if (st != IL_OK)
        return st;
    IL_TRY(folded(m, name, &r, err));
    before = r.from;
    m->added = 0;
    m->name = name;
    IL_TRY(il_folder_read(m->f, name, &r, add_group, m, err));
    if (m->added)
        IL_TRY(exec(m, "DELETE FROM meta WHERE key = 'rows'", err));
    if (r.from != before && r.owner == IL_OWNER_US) {
        IL_BIND(&m->in, sqlite3_bind_text(m->journal, 1, name, -1, SQLITE_STATIC));
        IL_BIND(&m->in, sqlite3_bind_int64(m->journal, 2, (sqlite3_int64)r.from));
        IL_BIND(&m->in, sqlite3_bind_int64(m->journal, 3, m->env_until));
        IL_TRY(step(m, m->journal, err));
    }
    st = exec(m, "COMMIT", err);
out:
    if (st != IL_OK)
        sqlite3_exec(m->db, "ROLLBACK", NULL, NULL, NULL);
    return st;
}

il_status il_results_merge(il_folder *f, il_error *err)
{
    struct merge m = { .f = f };
    char **names = NULL;
    size_t n = 0;
    il_status st;

    IL_TRY(il_folder_journals(f, &names, &n, err));
    IL_TRY(il_results_connect(&m.db, &m.guard, f, 1, err));
    if (!prepare(&m)) {
        st = il_results_fail(m.db, err);
        goto out;
    }
    IL_TRY(exec(&m, recount, err));
    for (size_t i = 0; i < n && st == IL_OK; i++)
        st = fold(&m, names[i], err);
    if (st == IL_OK)
        st = exec(&m, count_rows, err);
out:
    finish(&m);
    il_folder_free_names(names, n);
    return st;
}
