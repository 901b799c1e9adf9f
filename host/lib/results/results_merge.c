/*
 * results_merge.c - fold journals into results.sqlite, each in one transaction with how far it was
 * read: killed at any time, the next merge goes on there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/results.h"
#include "core/json.h"
#include "core/number.h"
#include "results_impl.h"

/* columns of a run, in the order of the INSERT below: these, the parameters, then the numbers */
enum { RUN_ID = 1, NUMBER, PACK, STATUS, ERROR, FIRST_PARAMETER };

struct merge {
    struct il_folder *f;
    sqlite3 *db;
    struct il_guard guard;
    sqlite3_stmt *run, *epoch, *layer, *state, *environment, *journal;
    size_t parameters;
    int unbound;                  /* a value of the statement was not bound */
    const char *name;             /* of the journal being read */
    int added;                    /* groups of it */
    sqlite3_int64 env, env_until; /* of the next group; where all before it was right */
};

/* ---- statements ------------------------------------------------------------------------------ */

static const char *const numbers[] = {
    "cost",           "train_accuracy",     "test_cost",
    "test_accuracy",  "validation_cost",    "validation_accuracy",
    "diverged_epoch", "diverged_step",      "attempt",
    "seconds",        "evaluation_seconds", "environment",
    "stuck"
};
enum {
    COST,
    TRAIN_ACCURACY,
    TEST_COST,
    TEST_ACCURACY,
    VALIDATION_COST,
    VALIDATION_ACCURACY,
    DIVERGED_EPOCH,
    DIVERGED_STEP,
    ATTEMPT,
    SECONDS,
    EVALUATION_SECONDS,
    ENVIRONMENT,
    STUCK,
    NUMBERS
};

/* A run that failed gives way to what a later attempt came to; nothing else ever changes. */
static char *run_insert(size_t *parameters)
{
    char columns[4096], marks[1024], sets[6144];
    const il_parameter *p;
    size_t n = 0, k = 0, s = 0;
    char *all = NULL;

    *parameters = 0;
    for (size_t i = 0; (p = il_parameter_at(i)); i++, ++*parameters)
        n += (size_t)snprintf(columns + n, sizeof columns - n, ", \"%s\"", p->name);
    for (size_t i = 0; i < NUMBERS; i++) {
        n += (size_t)snprintf(columns + n, sizeof columns - n, ", %s", numbers[i]);
        s += (size_t)snprintf(sets + s, sizeof sets - s, ", %s = excluded.%s", numbers[i],
                              numbers[i]);
    }
    for (size_t i = 0; i < *parameters + NUMBERS; i++)
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

static int prepare(struct merge *m)
{
    char *const run = run_insert(&m->parameters);
    const struct {
        sqlite3_stmt **to;
        const char *sql;
    } all[] = {
        { &m->run, run },
        { &m->epoch, "INSERT OR IGNORE INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" },
        { &m->layer, "INSERT OR IGNORE INTO layers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" },
        { &m->state, "INSERT OR IGNORE INTO diagnostics VALUES (?, ?, ?, ?"
#define X(NAME, name, type) ", ?"
          IL_DIAGNOSTICS(X)
#undef X
              ")" },
        { &m->environment, "INSERT INTO environments (facts) VALUES (?) ON CONFLICT (facts) DO "
                           "UPDATE SET facts = facts RETURNING environment" },
        { &m->journal, "INSERT INTO journals VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET "
                       "bytes = ?2" },
    };
    int ok = run != NULL;

    for (size_t i = 0; ok && i < sizeof all / sizeof *all; i++)
        ok = sqlite3_prepare_v2(m->db, all[i].sql, -1, all[i].to, NULL) == SQLITE_OK;
    free(run);
    return ok;
}

static void finish(struct merge *m)
{
    sqlite3_finalize(m->run);
    sqlite3_finalize(m->epoch);
    sqlite3_finalize(m->layer);
    sqlite3_finalize(m->state);
    sqlite3_finalize(m->environment);
    sqlite3_finalize(m->journal);
    sqlite3_close(m->db);
}

/* a value that is not bound, for want of memory, would be NULL: step() asks */
#define BIND(m, call) ((m)->unbound |= (call) != SQLITE_OK)

static void bind_json(struct merge *m, sqlite3_stmt *s, int at, const json_t *x)
{
    if (json_is_integer(x))
        BIND(m, sqlite3_bind_int64(s, at, json_integer_value(x)));
    else if (json_is_real(x))
        BIND(m, sqlite3_bind_double(s, at, json_real_value(x)));
    else if (json_is_string(x))
        BIND(m, sqlite3_bind_text(s, at, json_string_value(x), -1, SQLITE_TRANSIENT));
    else
        BIND(m, sqlite3_bind_null(s, at));
}

/* a parameter's normal form: a whole number that fits, a number, or text */
static void bind_parameter(struct merge *m, sqlite3_stmt *s, int at, const char *text)
{
    uint64_t whole;
    double real;

    if (il_read_whole(text, &whole) && whole <= INT64_MAX)
        BIND(m, sqlite3_bind_int64(s, at, (sqlite3_int64)whole));
    else if (!il_read_whole(text, &whole) && il_read_real(text, &real))
        BIND(m, sqlite3_bind_double(s, at, real));
    else
        BIND(m, sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT));
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
    const int code = m->unbound ? SQLITE_NOMEM : sqlite3_step(s);
    const il_status st = code == SQLITE_DONE         ? IL_OK
                         : code == SQLITE_CONSTRAINT ? refused(m, err)
                         : code == SQLITE_NOMEM      ? il_fail(err, IL_E_MEMORY, "out of memory")
                                                     : il_results_fail(m->db, err);

    m->unbound = 0;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return st;
}

/* what a run is: its id, place and parameters */
static il_status bind_run(struct merge *m, size_t number, size_t pack, const char *status,
                          const char *error, char id[17], il_error *err)
{
    const il_parameter *p;
    il_config *c = NULL;
    il_status st;

    IL_TRY(il_folder_id(m->f, number, id, err));
    IL_TRY(il_sweep_config(m->f->sweep, number, &c, err));
    BIND(m, sqlite3_bind_text(m->run, RUN_ID, id, -1, SQLITE_TRANSIENT));
    BIND(m, sqlite3_bind_int64(m->run, NUMBER, (sqlite3_int64)number));
    BIND(m, sqlite3_bind_int64(m->run, PACK, (sqlite3_int64)pack));
    BIND(m, sqlite3_bind_text(m->run, STATUS, status, -1, SQLITE_TRANSIENT));
    if (error)
        BIND(m, sqlite3_bind_text(m->run, ERROR, error, -1, SQLITE_TRANSIENT));
    for (size_t i = 0; (p = il_parameter_at(i)); i++)
        bind_parameter(m, m->run, FIRST_PARAMETER + (int)i, il_config_get(c, p->name));
out:
    il_config_free(c);
    return st;
}

static int column(const struct merge *m, int number)
{
    return FIRST_PARAMETER + (int)m->parameters + number;
}

static il_status add_epochs(struct merge *m, const char *id, const json_t *rows, il_error *err)
{
    il_status st = IL_OK;

    for (size_t e = 0; e < json_array_size(rows) && st == IL_OK; e++) {
        BIND(m, sqlite3_bind_text(m->epoch, 1, id, -1, SQLITE_STATIC));
        for (size_t i = 0; i < 8; i++)
            bind_json(m, m->epoch, 2 + (int)i, json_array_get(json_array_get(rows, e), i));
        st = step(m, m->epoch, err);
    }
    return st;
}

static il_status add_layers(struct merge *m, const char *id, const json_t *rows, il_error *err)
{
    il_status st = IL_OK;

    for (size_t l = 0; l < json_array_size(rows) && st == IL_OK; l++) {
        BIND(m, sqlite3_bind_text(m->layer, 1, id, -1, SQLITE_STATIC));
        BIND(m, sqlite3_bind_int64(m->layer, 2, (sqlite3_int64)l + 1));
        for (size_t i = 0; i < 7; i++)
            bind_json(m, m->layer, 3 + (int)i, json_array_get(json_array_get(rows, l), i));
        st = step(m, m->layer, err);
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

        BIND(m, sqlite3_bind_text(m->state, 1, id, -1, SQLITE_STATIC));
        bind_json(m, m->state, 2, json_array_get(row, 0));
        bind_json(m, m->state, 3, json_array_get(row, 1));
        BIND(m,
             sqlite3_bind_double(
                 m->state, 4, json_number_value(json_array_get(row, 0)) * (double)epochs / total));
        for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++)
            bind_json(m, m->state, 5 + (int)i, json_array_get(row, i + 2));
        st = step(m, m->state, err);
    }
    return st;
}

/* a run that failed beside others */
static il_status add_failed_run(struct merge *m, const struct il_group *g, size_t place,
                                il_error *err)
{
    char id[17];
    il_status st;

    IL_TRY(bind_run(m, m->f->plan->order[m->f->plan->pack[g->index].first + place], g->index,
                    "failed", json_string_value(json_object_get(g->run[place], "error")), id, err));
    bind_json(m, m->run, column(m, ATTEMPT), json_object_get(g->pack, "attempt"));
    BIND(m, sqlite3_bind_int64(m->run, column(m, ENVIRONMENT), m->env));
    st = step(m, m->run, err);
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
    for (int i = 0; i <= VALIDATION_ACCURACY; i++)
        bind_json(m, m->run, column(m, i), json_array_get(last, (size_t)from[i]));
    if (strcmp(status, "diverged") == 0) {
        bind_json(m, m->run, column(m, DIVERGED_EPOCH), json_array_get(diverged, 0));
        bind_json(m, m->run, column(m, DIVERGED_STEP), json_array_get(diverged, 1));
    }
    if (stuck) /* earlier writers did not say */
        BIND(m, sqlite3_bind_int(m->run, column(m, STUCK), json_is_true(stuck)));
    bind_json(m, m->run, column(m, ATTEMPT), json_object_get(pack, "attempt"));
    BIND(m, sqlite3_bind_double(m->run, column(m, SECONDS),
                                share * json_number_value(json_object_get(pack, "seconds"))));
    BIND(m, sqlite3_bind_double(
                m->run, column(m, EVALUATION_SECONDS),
                share * json_number_value(json_object_get(pack, "evaluation_seconds"))));
    BIND(m, sqlite3_bind_int64(m->run, column(m, ENVIRONMENT), m->env));
    IL_TRY(step(m, m->run, err));
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
        bind_json(m, m->run, column(m, ATTEMPT), json_object_get(g->pack, "attempt"));
        st = step(m, m->run, err);
    }
out:
    return st;
}

/* the first line of a journal: on what it ran */
static il_status begin_journal(struct merge *m, const json_t *head, il_error *err)
{
    json_t *const env = json_object_get(head, "environment");
    char *facts;
    il_status st = IL_OK;

    m->env = 0;
    if (!json_is_object(env) || json_object_size(env) == 0)
        return IL_OK;
    facts = il_json_text(env, JSON_COMPACT | JSON_SORT_KEYS);
    if (!facts)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    BIND(m, sqlite3_bind_text(m->environment, 1, facts, -1, SQLITE_STATIC));
    if (!m->unbound && sqlite3_step(m->environment) == SQLITE_ROW)
        m->env = sqlite3_column_int64(m->environment, 0);
    else
        st = m->unbound ? il_fail(err, IL_E_MEMORY, "out of memory") : il_results_fail(m->db, err);
    m->unbound = 0;
    sqlite3_reset(m->environment);
    free(facts);
    return st;
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
        BIND(m, sqlite3_bind_text(m->journal, 1, name, -1, SQLITE_STATIC));
        BIND(m, sqlite3_bind_int64(m->journal, 2, (sqlite3_int64)r.from));
        BIND(m, sqlite3_bind_int64(m->journal, 3, m->env_until));
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
