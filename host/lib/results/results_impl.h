/* results_impl.h - SQLite, and the schema that writer and reader share. */
#ifndef HOST_LIB_RESULTS_RESULTS_IMPL_H
#define HOST_LIB_RESULTS_RESULTS_IMPL_H

#include <sqlite3.h>
#include "core/error.h"
#include "folder/folder_impl.h"
#include "initlab/results.h"
#include "results_guard.h"

/* PRAGMA user_version and application_id ("ilab") of results.sqlite */
enum { IL_RESULTS_VERSION = 4, IL_RESULTS_ID = 0x696c6162 };

/* the first version that has the table of diagnostics */
enum { IL_RESULTS_DIAGNOSTICS = 4 };

/* user_version; < 0: it cannot be read */
int il_results_version(sqlite3 *db);

/*
 * The file and SQLite's words: IL_E_CREATE where the file cannot be had or written, IL_E_DATA and what
 * to do where it is damaged, else IL_E_IO.
 */
il_status il_results_fail(sqlite3 *db, il_error *err);

/*
 * Open the file. create: make it and its tables if need be. IL_E_DATA: what lies there is not this
 * sweep's results; nothing of it is changed. guard lives as long as db.
 */
il_status il_results_connect(sqlite3 **db, struct il_guard *guard, const struct il_folder *f,
                             int create, il_error *err);

/* Results of a database, which they close; on failure it stays the caller's. */
il_status il_results_own(il_results **out, sqlite3 *db, il_error *err);

/* The tables alone, in memory. */
il_status il_results_blank(sqlite3 **db, il_error *err);

#endif
