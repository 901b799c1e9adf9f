/*
 * journal.h - a file of JSON lines that is only added to, a group of lines at a time: a group is read
 * back whole or not at all, whenever the writer was killed and whatever was damaged since. Internal; docs/formats.md has the format.
 */
#ifndef HOST_LIB_FOLDER_JOURNAL_H
#define HOST_LIB_FOLDER_JOURNAL_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/error.h"

struct il_journal {
    char *path;
    int fd; /* -1: closed, or lost after an error that could not be taken back */
    off_t size;
    char *text; /* the group so far; its last line begins at `last` */
    size_t length, room, last;
};

/* A new file; one that is there already is never written to. IL_E_CREATE, IL_E_IO. */
il_status il_journal_create(struct il_journal *j, const char *path, il_error *err);

/* Add a line to the group; takes the value over, NULL is "out of memory". */
il_status il_journal_add(struct il_journal *j, json_t *line, il_error *err);

/*
 * Write the group and bring it to the disk. IL_E_IO (disk full): nothing of it is in the file.
 */
il_status il_journal_commit(struct il_journal *j, il_error *err);

/* Close; groups that are not committed are lost. Legal on a journal of zeros. */
void il_journal_close(struct il_journal *j);

/* What a reader does with a group: lines of JSON, which end in 0. */
typedef il_status il_journal_group_fn(void *arg, char *const *line, size_t lines, il_error *err);

enum { IL_UNDAMAGED = -1 };

/*
 * Read all whole groups from the byte *from on, which becomes where they end. A torn last group, as a
 * killed writer leaves it, is silent. What else is not whole is left out with its group, *damage becomes
 * the byte where that begins (else IL_UNDAMAGED), and *from stays before it: groups behind it are
 * handed on, by this reading and by each later one. IL_E_DATA: the file cannot be opened; else what
 * the function returned.
 */
il_status il_journal_read(const char *path, size_t *from, il_journal_group_fn *each, void *arg,
                          off_t *damage, il_error *err);

#endif
