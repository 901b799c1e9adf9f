/*
 * results_schema.c - the tables of results.sqlite. The columns of a run's parameters come from the
 * one list of parameters; ANY keeps numbers numbers and text text, as seeds go beyond 2^63.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "config/layers_text.h"
#include "core/inside.h"
#include "results_impl.h"

#define LAYERS(unfitted)                                                                           \
    "CREATE TABLE layers (run_id TEXT NOT NULL, layer INTEGER NOT NULL, fan_in INTEGER NOT NULL,"  \
    " fan_out INTEGER NOT NULL, start_mean REAL, start_std REAL, end_mean REAL, end_std "          \
    "REAL," unfitted " PRIMARY KEY (run_id, layer)) STRICT, WITHOUT ROWID;"

#define DIAGNOSTICS                                                                                \
    "CREATE TABLE diagnostics (run_id TEXT NOT NULL, step INTEGER NOT NULL, layer INTEGER NOT "    \
    "NULL,"                                                                                        \
    " epoch REAL NOT NULL" IL_DIAGNOSTICS(                                                         \
        COLUMN) ", PRIMARY KEY (run_id, step, layer)) STRICT, WITHOUT ROWID;"
#define COLUMN(NAME, name, type) ", " #name " " type
static const char diagnostics_of_4[] = DIAGNOSTICS;

/*
 * What each version added: 2 unfitted, 3 stuck, 4 diagnostics. A column at a table's end is added where it is, to the same
 * words as a new table has; renaming the table would change a user's own views of it.
 */
static const char layers_of_1[] = LAYERS(""), layers_of_2[] = LAYERS(" unfitted INTEGER,");
static const char *const upgrades[] = {
    [1] = "ALTER TABLE layers RENAME TO old;" LAYERS(
        " unfitted INTEGER,") "INSERT INTO layers SELECT *, NULL FROM old; DROP TABLE old;",
    [2] = "ALTER TABLE runs ADD COLUMN stuck INTEGER;",
    [3] = DIAGNOSTICS,
};

static const char before[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE journals (name TEXT PRIMARY KEY, bytes INTEGER NOT NULL,"
    " environment INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE environments (environment INTEGER PRIMARY KEY, facts TEXT NOT NULL UNIQUE"
#define FACT(name) ", \"" name "\" TEXT GENERATED ALWAYS AS (facts ->> '" name "') VIRTUAL"
    FACT("version") FACT("commit") FACT("compiler") FACT("build") FACT("blas") FACT("kernels")
        FACT("host") FACT("device") FACT("name") FACT("detail")
#undef FACT
            ") STRICT;"
            "CREATE TABLE runs (run_id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE,"
            " pack INTEGER NOT NULL, status TEXT NOT NULL CHECK (status IN ('ok', 'diverged', "
            "'failed')),"
            " error TEXT";
static const char after[] =
    ", depth INTEGER GENERATED ALWAYS AS " IL_LAYERS_SQL_HIDDEN " VIRTUAL"
    ", cost REAL, train_accuracy REAL, test_cost REAL, test_accuracy REAL,"
    " validation_cost REAL, validation_accuracy REAL,"
    " diverged_epoch INTEGER, diverged_step INTEGER, attempt INTEGER NOT NULL,"
    " seconds REAL, evaluation_seconds REAL, environment INTEGER";
static const char stuck_of_3[] = ", stuck INTEGER";
static const char rest[] =
    ") STRICT;"
    "CREATE TABLE epochs (run_id TEXT NOT NULL, epoch INTEGER NOT NULL, cost REAL, lr REAL,"
    " train_accuracy REAL, test_cost REAL, test_accuracy REAL, validation_cost REAL,"
    " validation_accuracy REAL, PRIMARY KEY (run_id, epoch)) STRICT, WITHOUT ROWID;";

il_status il_results_fail(sqlite3 *db, il_error *err)
{
    /* a call that failed and left no code had no memory for one */
    const int code = db && sqlite3_errcode(db) ? sqlite3_errcode(db) : SQLITE_NOMEM;
    const char *const file = db ? sqlite3_db_filename(db, "main") : NULL;
    /* an error of SQL: the tables are not those that our statements are for */
    const int bad = code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR ||
                    code == SQLITE_TOOBIG || code == SQLITE_INTERRUPT;

    return il_fail(err,
                   code == SQLITE_NOMEM                                 ? IL_E_MEMORY
                   : db && il_is_full(sqlite3_system_errno(db))         ? IL_E_IO
                   : code == SQLITE_CANTOPEN || code == SQLITE_READONLY ? IL_E_CREATE
                   : bad                                                ? IL_E_DATA
                                                                        : IL_E_IO,
                   "%s: %s%s%s", file && file[0] ? file : "results.sqlite",
                   code == SQLITE_NOMEM       ? "out of memory"
                   : code == SQLITE_INTERRUPT ? "there is no end to what is in it"
                                              : sqlite3_errmsg(db),
                   bad ? ": " : "", bad ? IL_GUARD_REMEDY : "");
}

/* the statements that make all tables of a version; to be freed */
static char *schema(int version)
{
    char columns[4096];
    const il_parameter *p;
    size_t n = 0;
    char *all = NULL;

    for (size_t i = 0; (p = il_parameter_at(i)) && n < sizeof columns; i++)
        n += (size_t)snprintf(columns + n, sizeof columns - n, ", \"%s\" ANY", p->name);
    if (n >= sizeof columns ||
        asprintf(&all, "%s%s%s%s%s%s%sPRAGMA user_version = %d;PRAGMA application_id = %d;", before,
                 columns, after, version < 3 ? "" : stuck_of_3, rest,
                 version == 1 ? layers_of_1 : layers_of_2, version < 4 ? "" : diagnostics_of_4,
                 version, IL_RESULTS_ID) < 0)
        return NULL;
    return all;
}

/* the number that a statement gives; 0: SQLite's error */
static int ask(sqlite3 *db, const char *sql, int *value)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &s, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int(s, 0);
    sqlite3_finalize(s); /* whose code stays the connection's */
    return code == SQLITE_ROW;
}

int il_results_version(sqlite3 *db)
{
    int version;

    return ask(db, "PRAGMA user_version", &version) ? version : -1;
}

/* which sweep this is, for who has the file alone */
static il_status describe(sqlite3 *db, const struct il_folder *f, il_error *err)
{
    char size[32], *text = NULL;
    sqlite3_stmt *s = NULL;
    size_t n = 0;
    /* a folder that has no such file is a sweep's all the same */
    il_status st = il_inside_read(f->path, "sweep.yaml", IL_SWEEP_MOST, &text, &n, err);
    const char *const pair[][2] = { { "sweep", text ? text : "" },
                                    { "plan", il_folder_sum(f) },
                                    { "device", f->setup.kind },
                                    { "pack_size", size },
                                    { "data_sum", f->setup.data_sum } };
    int ok = st != IL_E_MEMORY;

    if (!ok)
        return st;
    snprintf(size, sizeof size, "%zu", f->setup.pack_size);
    ok = sqlite3_prepare_v2(db, "INSERT INTO meta VALUES (?1, ?2)", -1, &s, NULL) == SQLITE_OK;
    for (size_t i = 0; ok && i < sizeof pair / sizeof *pair; i++) {
        ok = sqlite3_bind_text(s, 1, pair[i][0], -1, SQLITE_STATIC) == SQLITE_OK &&
             sqlite3_bind_text(s, 2, pair[i][1], -1, SQLITE_STATIC) == SQLITE_OK &&
             sqlite3_step(s) == SQLITE_DONE;
        sqlite3_reset(s);
    }
    st = ok ? IL_OK : il_results_fail(db, err);
    sqlite3_finalize(s);
    free(text);
    return st;
}

/* 0: SQLite's error */
static int ask_empty(sqlite3 *db, int *empty)
{
    int version, id, tables;

    if (!ask(db, "PRAGMA user_version", &version) || !ask(db, "PRAGMA application_id", &id) ||
        !ask(db, "SELECT count(*) FROM sqlite_schema", &tables))
        return 0;
    *empty = version == 0 && id == 0 && tables == 0;
    return 1;
}

static int exec(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Make the tables of an empty file, unless another process was faster. */
static il_status make_tables(sqlite3 *db, const struct il_folder *f, il_error *err)
{
    char *const all = schema(IL_RESULTS_VERSION);
    int empty = 0;
    il_status st = IL_OK;

    if (!all)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    if (!exec(db, "BEGIN IMMEDIATE") || !ask_empty(db, &empty) || (empty && !exec(db, all)))
        st = il_results_fail(db, err);
    else if (empty)
        st = describe(db, f, err);
    if (st == IL_OK && !exec(db, "COMMIT"))
        st = il_results_fail(db, err);
    if (st != IL_OK)
        exec(db, "ROLLBACK");
    free(all);
    return st;
}

static il_status blank(sqlite3 **db, int version, il_error *err)
{
    char *const all = schema(version);
    il_status st = IL_OK;

    *db = NULL;
    if (!all)
        st = il_fail(err, IL_E_MEMORY, "out of memory");
    else if (sqlite3_open(":memory:", db) != SQLITE_OK || !exec(*db, all))
        st = il_results_fail(*db, err);
    free(all);
    return st;
}

il_status il_results_blank(sqlite3 **db, il_error *err)
{
    return blank(db, IL_RESULTS_VERSION, err);
}

/* ---- whatever else lies there is left as it is ----------------------------------------------- */

/* Is it this sweep's, by its plan, or by what that was before runs were added? */
static il_status check_plan(sqlite3 *db, const char *path, const struct il_folder *f, il_error *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = 'plan'", -1, &s, NULL);
    const char *text = NULL;
    il_status st = IL_OK;

    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        text = (const char *)sqlite3_column_text(s, 0);
        if (!text && sqlite3_column_type(s, 0) == SQLITE_TEXT)
            code = SQLITE_NOMEM;
    }
    if (code == SQLITE_NOMEM)
        st = il_fail(err, IL_E_MEMORY, "out of memory");
    else if (code != SQLITE_ROW && code != SQLITE_DONE)
        st = il_results_fail(db, err);
    else if (!il_folder_is_ours(f, text))
        st = il_fail(err, IL_E_DATA, "%s: results of another sweep: %s", path, IL_GUARD_REMEDY);
    sqlite3_finalize(s);
    return st;
}

static il_status check_tables(sqlite3 *db, int version, const char *path, il_error *err)
{
    sqlite3 *ours = NULL;
    char wrong[64];
    il_status st;
    int code;

    IL_TRY(blank(&ours, version, err));
    code = il_guard_tables(db, ours, wrong);
    if (code == SQLITE_MISMATCH)
        st = il_fail(err, IL_E_DATA, "%s: '%s' is not as initlab makes its tables: %s", path, wrong,
                     IL_GUARD_REMEDY);
    else if (code == SQLITE_NOMEM)
        st = il_fail(err, IL_E_MEMORY, "out of memory");
    else if (code != SQLITE_OK)
        st = il_results_fail(db, err);
out:
    sqlite3_close(ours);
    return st;
}

/* in one transaction, as another process may bring the tables to another version */
static il_status check(sqlite3 *db, const char *path, const struct il_folder *f, il_error *err)
{
    int version, id;

    if (!ask(db, "PRAGMA user_version", &version) || !ask(db, "PRAGMA application_id", &id))
        return il_results_fail(db, err);
    if (id != IL_RESULTS_ID)
        return il_fail(err, IL_E_DATA, "%s: not the results of a sweep: %s", path, IL_GUARD_REMEDY);
    if (version < 1 || version > IL_RESULTS_VERSION)
        return il_fail(err, IL_E_DATA, "%s: results of version %d, not %d: %s", path, version,
                       IL_RESULTS_VERSION, IL_GUARD_REMEDY);
    {
        const il_status st = check_tables(db, version, path, err);

        return st == IL_OK ? check_plan(db, path, f, err) : st;
    }
}

/* Bring an earlier version's tables to this one's, unless another process was faster. */
static il_status upgrade(sqlite3 *db, il_error *err)
{
    char set[48];
    il_status st = IL_OK;
    int version = 0, ok;

    if (ask(db, "PRAGMA user_version", &version) && version == IL_RESULTS_VERSION)
        return IL_OK;
    ok = exec(db, "BEGIN IMMEDIATE") && ask(db, "PRAGMA user_version", &version) && version >= 1;
    for (; ok && version < IL_RESULTS_VERSION; version++)
        ok = exec(db, upgrades[version]);
    snprintf(set, sizeof set, "PRAGMA user_version = %d", IL_RESULTS_VERSION);
    if (!ok || !exec(db, set) || !exec(db, "COMMIT")) {
        st = il_results_fail(db, err);
        exec(db, "ROLLBACK");
    }
    return st;
}

static il_status open_file(sqlite3 **db, struct il_guard *guard, const char *name, int flags,
                           const char *path, const struct il_folder *f, il_error *err)
{
    const int create = flags & SQLITE_OPEN_CREATE;
    int empty = 0;
    il_status st = IL_OK;

    if (sqlite3_open_v2(name, db, flags | SQLITE_OPEN_NOFOLLOW, NULL) != SQLITE_OK ||
        !il_guard(guard, *db)) {
        st = il_results_fail(*db, err);
        if (st == IL_E_CREATE && sqlite3_system_errno(*db)) /* it has no name yet */
            st =
                il_fail(err, st, "cannot open '%s': %s", path, strerror(sqlite3_system_errno(*db)));
        goto out;
    }
    sqlite3_busy_timeout(*db, 60000);
    if (create && !ask_empty(*db, &empty)) {
        st = il_results_fail(*db, err);
        goto out;
    }
    if (empty)
        IL_TRY(make_tables(*db, f, err));
    if (!exec(*db, "BEGIN")) {
        st = il_results_fail(*db, err);
        goto out;
    }
    IL_TRY(check(*db, path, f, err));
    if (!exec(*db, "COMMIT")) {
        st = il_results_fail(*db, err);
        goto out;
    }
    if (create)
        IL_TRY(upgrade(*db, err));
    if (create) /* it stays so; who cannot have it now, as others are at work, does without */
        exec(*db, "PRAGMA journal_mode = WAL");
out:
    if (st != IL_OK) {
        sqlite3_close(*db);
        *db = NULL;
    }
    return st;
}

/* the file's name as a URI that takes it for one that nobody writes */
static char *immutable(const char *path)
{
    char *const uri = malloc(3 * strlen(path) + sizeof "file:?immutable=1"), *p = uri;

    if (!uri)
        return NULL;
    p += sprintf(p, "file:");
    for (; *path; path++)
        p += sprintf(p, strchr("?#%", *path) ? "%%%02x" : "%c", (unsigned char)*path);
    strcpy(p, "?immutable=1");
    return uri;
}

/* A folder that cannot be written has results, too: SQLite would make files beside them. */
static il_status open_read_only(sqlite3 **db, struct il_guard *guard, const char *path,
                                const struct il_folder *f, il_error *err)
{
    char log[IL_PATH + 4], *uri;
    struct stat info;
    il_status st;

    snprintf(log, sizeof log, "%s-wal", path);
    if (stat(path, &info) != 0 || (stat(log, &info) == 0 && info.st_size > 0))
        return IL_E_CREATE; /* there are none, or not all of them are in the file */
    uri = immutable(path);
    if (!uri)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    st = open_file(db, guard, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path, f, err);
    free(uri);
    return st;
}

/* The file's path; links to the folder are the user's, and resolved, as SQLite is to follow none. */
static il_status place_of(const struct il_folder *f, char path[IL_PATH], il_error *err)
{
    char *const folder = realpath(f->path, NULL);
    il_status st = IL_OK;

    if (!folder)
        return il_fail(err, il_or_memory(errno, IL_E_CREATE), "%s: %s", f->path, strerror(errno));
    if ((size_t)snprintf(path, IL_PATH, "%s/results.sqlite", folder) >= IL_PATH)
        st = il_fail(err, IL_E_USAGE, "%s: the folder's name is too long", f->path);
    free(folder);
    return st;
}

il_status il_results_connect(sqlite3 **db, struct il_guard *guard, const struct il_folder *f,
                             int create, il_error *err)
{
    const int flags = create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    char path[IL_PATH];
    il_status st;

    *db = NULL;
    IL_TRY(place_of(f, path, err));
    IL_TRY(il_guard_files(f->path, err));
    st = open_file(db, guard, path, flags, path, f, err);
    if (st == IL_E_CREATE && !create)
        st = open_read_only(db, guard, path, f, err);
out:
    return st;
}
