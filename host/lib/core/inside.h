/*
 * inside.h - files of a folder that others may write to as well, as a sweep's on a shared disk. The folder
 * itself is the user's, who may reach it by links; below it only regular files are opened, by no link, and
 * no pipe is waited for. Internal.
 */
#ifndef HOST_LIB_CORE_INSIDE_H
#define HOST_LIB_CORE_INSIDE_H

#include <stddef.h>
#include <stdio.h>
#include "error.h"

/* Open a regular file, by links or not; never waits, as for a pipe's writer. -1 and errno. */
int il_open_regular(const char *path, int flags);

/* The stream of such a file, to read; NULL and errno. */
FILE *il_open_stream(const char *path);

/* What an errno of these means. */
const char *il_open_why(int error);

/*
 * Open folder/name, where name is FILE or FOLDER/FILE: a regular file, by no link below the folder. -1 and
 * errno, of which il_inside_why has the words.
 */
int il_inside_open(const char *folder, const char *name, int flags);

/* The folder that holds folder/name, by no link, and the last part of name; il_inside_open's errno. */
int il_inside_parent(const char *folder, const char *name, const char **last);

/* A folder in it, to be listed; "." is itself. */
int il_inside_folder(const char *folder, const char *name);

/* The same of what follows, inside a folder. */
const char *il_inside_why(int error);

/* No room for more: of the disk, its inodes, a quota, a limit of the file's size. */
int il_is_full(int error);

/* A whole file, and a 0 behind it, of at most so many bytes; free frees. IL_E_DATA: path and reason. */
il_status il_inside_read(const char *folder, const char *name, size_t most, char **text, size_t *n,
                         il_error *err);

/* Make a folder in it, or find it there. IL_E_CREATE, IL_E_IO (disk full): path and reason. */
il_status il_inside_make_folder(const char *folder, const char *name, il_error *err);

/* Remove a file of it, if it is there. */
void il_inside_remove(const char *folder, const char *name);

/* Remove what killed writers left in folder/name: temporary files (core/file.h) that nobody holds locked. */
void il_inside_tidy(const char *folder, const char *name);

#endif
