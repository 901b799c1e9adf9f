/* results_impl.h - SQLite, and the schema that writer and reader share. */
#ifndef HOST_LIB_RESULTS_IMPL_H
#define HOST_LIB_RESULTS_IMPL_H

#include <sqlite3.h>
#include "error.h"
#include "folder_impl.h"

/* PRAGMA user_version and application_id ("ilab") of results.sqlite */
enum { IL_RESULTS_VERSION = 1, IL_RESULTS_ID = 0x696c6162 };

/* IL_E_IO with SQLite's words, or IL_E_CREATE where the file cannot be had */
il_status il_results_fail(sqlite3 *db, const char *what, il_error *err);

/* Open the file; IL_E_DATA: of another version. create: make it and its tables if need be. */
il_status il_results_connect(sqlite3 **db, const struct il_folder *f, int create, il_error *err);

#endif
