/* results_guard.h - what stands between a results.sqlite of a stranger's and the program. */
#ifndef HOST_LIB_RESULTS_RESULTS_GUARD_H
#define HOST_LIB_RESULTS_RESULTS_GUARD_H

#include <sqlite3.h>
#include <stdint.h>
#include "core/error.h"

#define IL_GUARD_REMEDY "move it away, and 'initlab sweep merge' makes it again from the journals"

/* What a connection has computed so far; it lives as long as the connection. */
struct il_guard {
    sqlite3 *db;
    uint64_t steps;
};

/* Turn SQLite's defences on, for a connection that has done nothing yet. 0: SQLite's words. */
int il_guard(struct il_guard *g, sqlite3 *db);

/* IL_E_DATA where results.sqlite, or what SQLite keeps beside it, is there and no regular file. */
il_status il_guard_files(const char *folder, il_error *err);

/*
 * Are the tables of db those of ours, with nothing of anybody's on them? SQLITE_OK; SQLITE_MISMATCH: not,
 * and the first name that differs; else SQLite's code of db.
 */
int il_guard_tables(sqlite3 *db, sqlite3 *ours, char wrong[64]);

/* Is a value of a row of its column's type, its text UTF-8 to the end, its run's id 16 hexadecimal digits? */
int il_guard_value(sqlite3_stmt *s, int i);

#endif
