/*
 * results_guard.c - results.sqlite as a file of a stranger's: SQLite with its defences on and limits that
 * our rows keep, an end to what it may compute, and tables that are compared with ours, word for word,
 * before a statement uses them.
 */
#include "results_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/inside.h"
#include "core/utf8.h"

/*
 * Steps of SQLite's machine between two looks, and what a connection may take: some, and so many for each
 * byte of the file. Folding, counting and ranking take 1 to 5 a byte, as a row's columns have a byte each;
 * a tree of pages that leads to one page again and again has no end.
 */
enum { STEPS = 1 << 20, STEPS_FREE = 1 << 27, STEPS_A_BYTE = 100 };

/* The longest text of ours is a sweep's file, of 1 MiB at most. */
enum { LENGTH_MOST = 4 << 20, SQL_MOST = 1 << 16, COLUMNS_MOST = 128 };

static uint64_t bytes_of(const char *path)
{
    struct stat info;

    return path && path[0] && stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

/* not 0 ends the statement, with SQLITE_INTERRUPT */
static int on_steps(void *arg)
{
    struct il_guard *const g = arg;
    const char *const file = sqlite3_db_filename(g->db, "main");

    g->steps += STEPS;
    return g->steps > STEPS_FREE &&
           (g->steps - STEPS_FREE) / STEPS_A_BYTE >
               bytes_of(file) + (file && file[0] ? bytes_of(sqlite3_filename_wal(file)) : 0);
}

/*
 * Not TRUSTED_SCHEMA, off: SQLite 3.40 counts our own ->> among what it forbids. With no view, no trigger and
 * tables compared first, nothing of a stranger's schema is ever computed.
 */
int il_guard(struct il_guard *g, sqlite3 *db)
{
    static const struct {
        int what, on;
    } set[] = { { SQLITE_DBCONFIG_DEFENSIVE, 1 },
                { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
                { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
                { SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
                { SQLITE_DBCONFIG_ENABLE_FKEY, 0 } };
    static const struct {
        int what, most;
    } limit[] = {
        { SQLITE_LIMIT_LENGTH, LENGTH_MOST },  { SQLITE_LIMIT_SQL_LENGTH, SQL_MOST },
        { SQLITE_LIMIT_COLUMN, COLUMNS_MOST }, { SQLITE_LIMIT_EXPR_DEPTH, 100 },
        { SQLITE_LIMIT_COMPOUND_SELECT, 4 },   { SQLITE_LIMIT_VDBE_OP, 25000 },
        { SQLITE_LIMIT_FUNCTION_ARG, 16 },     { SQLITE_LIMIT_ATTACHED, 0 },
        { SQLITE_LIMIT_TRIGGER_DEPTH, 0 },     { SQLITE_LIMIT_VARIABLE_NUMBER, COLUMNS_MOST },
        { SQLITE_LIMIT_WORKER_THREADS, 0 }
    };

    *g = (struct il_guard){ .db = db };
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        if (sqlite3_db_config(db, set[i].what, set[i].on, NULL) != SQLITE_OK)
            return 0;
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++)
        sqlite3_limit(db, limit[i].what, limit[i].most);
    sqlite3_progress_handler(db, STEPS, on_steps, g);
    return sqlite3_exec(db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL) == SQLITE_OK;
}

/* ---- files ----------------------------------------------------------------------------------- */

/*
 * By its name alone, as closing a descriptor of it would drop SQLite's locks. SQLite follows no link in a
 * file's own place either, but would wait for a pipe's other end.
 */
il_status il_guard_files(const char *folder, il_error *err)
{
    static const char *const name[] = { "results.sqlite", "results.sqlite-wal",
                                        "results.sqlite-shm", "results.sqlite-journal" };
    struct stat info;

    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        const char *last;
        const int in = il_inside_parent(folder, name[i], &last);
        const int there = in >= 0 && fstatat(in, last, &info, AT_SYMLINK_NOFOLLOW) == 0;

        if (in >= 0)
            close(in);
        if (there && !S_ISREG(info.st_mode))
            return il_fail(err, IL_E_DATA, "%s/%s: %s: %s", folder, name[i],
                           il_inside_why(S_ISLNK(info.st_mode)   ? ELOOP
                                         : S_ISDIR(info.st_mode) ? EISDIR
                                                                 : ENOTSUP),
                           IL_GUARD_REMEDY);
    }
    return IL_OK;
}

/* ---- tables ---------------------------------------------------------------------------------- */

enum { TYPE, NAME, TABLE, SQL, FIELDS };

/* a row's text, "" for NULL; NULL: out of memory */
static const char *field(sqlite3_stmt *s, int i)
{
    return sqlite3_column_type(s, i) == SQLITE_NULL ? "" : (const char *)sqlite3_column_text(s, i);
}

/* 1 or 0; -1: out of memory */
static int is_same(sqlite3_stmt *a, sqlite3_stmt *b)
{
    for (int i = 0; i < FIELDS; i++) {
        const char *const x = field(a, i), *const y = field(b, i);

        if (!x || !y)
            return -1;
        if (sqlite3_column_bytes(a, i) != sqlite3_column_bytes(b, i) || strcmp(x, y) != 0)
            return 0;
    }
    return 1;
}

/* Is it on, or of the name of, a table of ours? -1: out of memory. */
static int is_about_ours(sqlite3 *ours, sqlite3_stmt *theirs)
{
    static const int which[] = { TABLE, NAME };

    for (int i = 0; i < 2; i++) {
        const char *const name = field(theirs, which[i]);
        const int code = name ? sqlite3_table_column_metadata(ours, "main", name, NULL, NULL, NULL,
                                                              NULL, NULL, NULL)
                              : SQLITE_NOMEM;

        if (code != SQLITE_ERROR) /* there is no such table */
            return code == SQLITE_OK ? 1 : -1;
    }
    return 0;
}

/* SQLITE_MISMATCH, and the name */
static int differs(sqlite3_stmt *s, char wrong[64])
{
    const char *const name = field(s, NAME);

    snprintf(wrong, 64, "%s", name ? name : "");
    return name ? SQLITE_MISMATCH : SQLITE_NOMEM;
}

/* Both lists are in one order. What is neither ours nor about ours, as a user's own view, is left alone. */
static int next_of_theirs(sqlite3 *ours, sqlite3_stmt *mine, sqlite3_stmt *theirs, char wrong[64])
{
    const int more = sqlite3_step(mine);
    int code, about;

    if (more != SQLITE_ROW && more != SQLITE_DONE)
        return more;
    while ((code = sqlite3_step(theirs)) == SQLITE_ROW) {
        about = more == SQLITE_ROW ? is_same(mine, theirs) : 0;
        if (about == 1)
            return SQLITE_ROW;
        about = about < 0 ? about : is_about_ours(ours, theirs);
        if (about)
            return about > 0 ? differs(theirs, wrong) : SQLITE_NOMEM;
    }
    return code == SQLITE_DONE && more == SQLITE_ROW ? differs(mine, wrong) : code;
}

int il_guard_tables(sqlite3 *db, sqlite3 *ours, char wrong[64])
{
    static const char list[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name, "
                               "type, tbl_name";
    sqlite3_stmt *mine = NULL, *theirs = NULL;
    int code = sqlite3_prepare_v2(ours, list, -1, &mine, NULL);

    wrong[0] = 0;
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db, list, -1, &theirs, NULL);
    if (code == SQLITE_OK)
        do
            code = next_of_theirs(ours, mine, theirs, wrong);
        while (code == SQLITE_ROW);
    sqlite3_finalize(mine);
    sqlite3_finalize(theirs);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* ---- values ---------------------------------------------------------------------------------- */

static int is_text(const char *text, int bytes)
{
    size_t n;

    if (!text || bytes < 0 || strlen(text) != (size_t)bytes)
        return 0;
    for (; *text; text += n) {
        n = il_utf8_character(text);
        if (n == 0)
            return 0;
    }
    return 1;
}

int il_guard_value(sqlite3_stmt *s, int i)
{
    const char *const name = sqlite3_column_name(s, i), *const type = sqlite3_column_decltype(s, i);
    const int kind = sqlite3_column_type(s, i);
    const int is_id = name && (strcmp(name, "run_id") == 0 || strcmp(name, "best_run") == 0);
    const char *text;

    if (kind == SQLITE_BLOB || (is_id && kind != SQLITE_TEXT))
        return 0;
    if (type && kind != SQLITE_NULL && strcasecmp(type, "ANY") != 0 &&
        (strcasecmp(type, "TEXT") == 0) != (kind == SQLITE_TEXT))
        return 0;
    if (type && strcasecmp(type, "INTEGER") == 0 && kind == SQLITE_FLOAT)
        return 0;
    if (kind != SQLITE_TEXT)
        return 1;
    text = (const char *)sqlite3_column_text(s, i);
    if (!text)
        return 1; /* out of memory, which who takes the text finds */
    return is_text(text, sqlite3_column_bytes(s, i)) &&
           (!is_id || (strspn(text, "0123456789abcdef") == 16 && text[16] == 0));
}
