/* results_of_files.c - runs that `train --out` left, as results in memory: who reads a sweep's reads these. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/run_id.h"
#include "core/json.h"
#include "core/number.h"
#include "file_runs.h"
#include "results_insert.h"

struct files {
    struct il_insert in;
    sqlite3_stmt *dataset; /* of each run: a sweep has one for all */
    il_file_tally *tally;
};

static il_status wrong(const struct il_read_run *run, const char *what, il_error *err)
{
    return il_fail(err, IL_E_DATA, "%.300s:%zu: %.300s", run->path, run->line, what);
}

/* ---- what a run was -------------------------------------------------------------------------- */

static il_status read_config(const struct il_read_run *run, il_config **out, il_error *err)
{
    json_t *const given = json_object_get(run->last, "config");
    il_config *c = NULL;
    char number[IL_NUMBER_TEXT];
    const char *name;
    json_t *value;
    il_error why = { .text = "" };
    il_status st;

    *out = NULL;
    if (!json_is_object(given))
        return wrong(run,
                     "the end of a run that does not say what it was: 'config' is missing (made by "
                     "an older initlab?)",
                     err);
    IL_TRY(il_config_new(&c, err));
    json_object_foreach(given, name, value)
    {
        const char *const text = il_parameter_text(value, number);

        st = text ? il_config_set(c, name, text, &why) : wrong(run, "a value of 'config'", &why);
        if (st != IL_OK) {
            st = st == IL_E_MEMORY ? il_fail(err, st, "out of memory") : wrong(run, why.text, err);
            goto out;
        }
    }
    *out = c;
    c = NULL;
out:
    il_config_free(c);
    return st;
}

static const char *sum_of(const void *files, const char *path)
{
    const char *const sum = json_string_value(json_object_get(files, path));

    return sum ? sum : "";
}

/* a whole number from low to high; 0: it is none */
static int is_whole(const json_t *x, size_t low, size_t high)
{
    return json_is_integer(x) && json_integer_value(x) >= (json_int_t)low &&
           json_integer_value(x) <= (json_int_t)high;
}

/* Can a run of this config have ended so? */
static il_status check(const struct il_read_run *run, const il_config *c, il_error *err)
{
    const size_t epochs = (size_t)il_config_value(c, IL_PARAMETER_EPOCHS)->whole;
    const char *const sum = json_string_value(json_object_get(run->last, "data_sum"));
    const size_t layers = il_config_widths(c) - 1;

    if (!sum || strlen(sum) > 64)
        return wrong(run, "the end of a run that does not say what it was: 'data_sum' is missing",
                     err);
    if (run->head.epochs != epochs || run->head.epoch[epochs - 1].epoch != epochs)
        return wrong(run, "the end of a run, and not all of its epochs are there", err);
    if (strcmp(run->head.status, "diverged") == 0 &&
        (!is_whole(json_object_get(run->last, "diverged_epoch"), 1, epochs) ||
         !is_whole(json_object_get(run->last, "diverged_step"), 1, SIZE_MAX / 2)))
        return wrong(run, "a run that diverged, and not when", err);
    for (size_t i = 0; i < run->states; i++)
        if (run->state[i].layer > layers)
            return wrong(run, "the end of a run with looks at more layers than it has", err);
    return IL_OK;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static il_status step(struct files *f, sqlite3_stmt *s, il_error *err)
{
    const int code = il_insert_step(&f->in, s);

    return code == SQLITE_DONE    ? IL_OK
           : code == SQLITE_NOMEM ? il_fail(err, IL_E_MEMORY, "out of memory")
                                  : il_results_fail(f->in.db, err);
}

static il_status add_epochs(struct files *f, const char *id, const il_file_run *run, il_error *err)
{
    il_status st = IL_OK;

    for (size_t i = 0; i < run->epochs && st == IL_OK; i++) {
        const il_epoch *const e = &run->epoch[i];
        const double number[] = { e->cost,
                                  e->lr,
                                  e->train_accuracy,
                                  e->test_cost,
                                  e->test_accuracy,
                                  e->validation_cost,
                                  e->validation_accuracy };

        IL_BIND(&f->in, sqlite3_bind_text(f->in.epoch, 1, id, -1, SQLITE_STATIC));
        IL_BIND(&f->in, sqlite3_bind_int64(f->in.epoch, 2, (sqlite3_int64)e->epoch));
        for (size_t k = 0; k < sizeof number / sizeof *number; k++)
            il_insert_real(&f->in, f->in.epoch, 3 + (int)k, number[k]);
        st = step(f, f->in.epoch, err);
    }
    return st;
}

/* a look's epoch, which may be a part of one, is of as many steps as the last look's */
static il_status add_states(struct files *f, const char *id, const struct il_read_run *run,
                            il_error *err)
{
    const size_t total = run->states ? run->state[run->states - 1].step : 0;
    il_status st = IL_OK;

    for (size_t i = 0; i < run->states && st == IL_OK; i++) {
        const il_layer_state *const s = &run->state[i];

        IL_BIND(&f->in, sqlite3_bind_text(f->in.state, 1, id, -1, SQLITE_STATIC));
        IL_BIND(&f->in, sqlite3_bind_int64(f->in.state, 2, (sqlite3_int64)s->step));
        IL_BIND(&f->in, sqlite3_bind_int64(f->in.state, 3, (sqlite3_int64)s->layer));
        IL_BIND(&f->in,
                sqlite3_bind_double(
                    f->in.state, 4,
                    total ? (double)s->step * (double)run->head.epochs / (double)total : 0));
        for (size_t k = 0; k < IL_DIAGNOSTIC_COUNT; k++)
            il_insert_real(&f->in, f->in.state, 5 + (int)k, s->value[k]);
        st = step(f, f->in.state, err);
    }
    return st;
}

/* what of the last object says on what it was trained */
static il_status add_environment(struct files *f, const json_t *last, sqlite3_int64 *number,
                                 il_error *err)
{
    json_t *const facts = json_object();
    int ok = facts != NULL;
    il_status st;

    for (const char *const *name = (const char *[]){ "version", "device", NULL }; *name; name++) {
        json_t *const fact = json_object_get(last, *name);

        ok = ok && (!json_is_string(fact) || json_object_set(facts, *name, fact) == 0);
    }
    st = ok ? il_insert_environment(&f->in, facts, number, err)
            : il_fail(err, IL_E_MEMORY, "out of memory");
    json_decref(facts);
    return st;
}

static il_status add_dataset(struct files *f, const json_t *last, il_error *err)
{
    const char *const data = json_string_value(json_object_get(last, "data"));
    const json_t *const files = json_object_get(last, "files");
    static const char *const how[] = { "folder", "device", "threads" };
    char *const text = json_is_object(files) ? il_json_text(files, JSON_COMPACT) : strdup("{}");
    il_status st;

    if (!text)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    il_insert_json(&f->in, f->dataset, 1, json_object_get(last, "data_sum"));
    IL_BIND(&f->in, sqlite3_bind_text(f->dataset, 2, data ? data : "", -1, SQLITE_STATIC));
    IL_BIND(&f->in, sqlite3_bind_text(f->dataset, 3, text, -1, SQLITE_STATIC));
    for (size_t i = 0; i < sizeof how / sizeof *how; i++)
        il_insert_json(&f->in, f->dataset, 4 + (int)i, json_object_get(last, how[i]));
    st = step(f, f->dataset, err);
    free(text);
    return st;
}

static void bind_numbers(struct files *f, const struct il_read_run *run)
{
    const il_epoch *const e = &run->head.epoch[run->head.epochs - 1];
    const json_t *const stuck = json_object_get(run->last, "stuck");
    sqlite3_stmt *const s = f->in.run;
    const double number[] = { e->cost,          e->train_accuracy,  e->test_cost,
                              e->test_accuracy, e->validation_cost, e->validation_accuracy };

    for (size_t k = 0; k < sizeof number / sizeof *number; k++)
        il_insert_real(&f->in, s, il_insert_number(&f->in, IL_RUN_COST + k), number[k]);
    il_insert_json(&f->in, s, il_insert_number(&f->in, IL_RUN_DIVERGED_EPOCH),
                   json_object_get(run->last, "diverged_epoch"));
    il_insert_json(&f->in, s, il_insert_number(&f->in, IL_RUN_DIVERGED_STEP),
                   json_object_get(run->last, "diverged_step"));
    il_insert_real(&f->in, s, il_insert_number(&f->in, IL_RUN_SECONDS),
                   json_number_value(json_object_get(run->last, "seconds")));
    IL_BIND(&f->in, sqlite3_bind_int(s, il_insert_number(&f->in, IL_RUN_ATTEMPT), 1));
    if (json_is_boolean(stuck))
        IL_BIND(&f->in,
                sqlite3_bind_int(s, il_insert_number(&f->in, IL_RUN_STUCK), json_is_true(stuck)));
}

static il_status add_run(struct files *f, const struct il_read_run *run, const il_config *c,
                         il_error *err)
{
    const json_t *const files = json_object_get(run->last, "files");
    sqlite3_int64 environment = 0;
    sqlite3_stmt *const s = f->in.run;
    char id[17];
    il_status st;

    il_run_id(c, json_string_value(json_object_get(run->last, "data_sum")), sum_of, files, id);
    IL_TRY(add_environment(f, run->last, &environment, err));
    IL_BIND(&f->in, sqlite3_bind_text(s, IL_RUN_ID, id, -1, SQLITE_STATIC));
    IL_BIND(&f->in, sqlite3_bind_int64(s, IL_RUN_NUMBER, (sqlite3_int64)f->tally->runs));
    IL_BIND(&f->in, sqlite3_bind_int64(s, IL_RUN_PACK, 0));
    IL_BIND(&f->in, sqlite3_bind_text(s, IL_RUN_STATUS, run->head.status, -1, SQLITE_TRANSIENT));
    il_insert_config(&f->in, c);
    bind_numbers(f, run);
    IL_BIND(&f->in,
            sqlite3_bind_int64(s, il_insert_number(&f->in, IL_RUN_ENVIRONMENT), environment));
    IL_TRY(step(f, s, err));
    if (sqlite3_changes(f->in.db) == 0) {
        f->tally->repeated++;
        goto out;
    }
    f->tally->runs++;
    IL_TRY(add_dataset(f, run->last, err));
    IL_TRY(add_epochs(f, id, &run->head, err));
    st = add_states(f, id, run, err);
out:
    return st;
}

static il_status add(void *arg, const struct il_read_run *run, il_error *err)
{
    struct files *const f = arg;
    const char *const status = run->head.status;
    il_config *c = NULL;
    il_status st = IL_OK;

    if (strcmp(status, "ok") != 0 && strcmp(status, "diverged") != 0) {
        f->tally->unfinished++;
        return strcmp(status, "unfinished") == 0 || strcmp(status, "interrupted") == 0
                   ? IL_OK
                   : wrong(run, "a status that no run has", err);
    }
    IL_TRY(read_config(run, &c, err));
    IL_TRY(check(run, c, err));
    st = add_run(f, run, c, err);
out:
    il_config_free(c);
    return st;
}

static const char datasets[] =
    "CREATE TEMP TABLE datasets (number INTEGER PRIMARY KEY, data_sum TEXT, data TEXT, files TEXT, "
    "folder, device, threads)";

il_status il_results_of_files(il_results **out, const char *const *path, size_t paths,
                              il_file_tally *tally, il_error *err)
{
    struct files f = { .tally = tally };
    sqlite3 *db = NULL;
    il_status st;

    *out = NULL;
    *tally = (il_file_tally){ 0 };
    IL_TRY(il_results_blank(&db, err));
    if (!il_insert_prepare(&f.in, db) ||
        sqlite3_exec(db, datasets, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db,
                           "INSERT INTO datasets (data_sum, data, files, folder, device, threads) "
                           "VALUES (?, ?, ?, ?, ?, ?)",
                           -1, &f.dataset, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
        st = il_results_fail(db, err);
        goto out;
    }
    IL_TRY(il_read_runs(path, paths, add, &f, err));
    if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        st = il_results_fail(db, err);
        goto out;
    }
    IL_TRY(il_results_own(out, db, err));
    db = NULL;
out:
    il_insert_free(&f.in);
    sqlite3_finalize(f.dataset);
    sqlite3_close(db);
    return st;
}
