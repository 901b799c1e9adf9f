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

/* A new file, folder/name (core/inside.h); one that is there already is never written to. IL_E_CREATE, IL_E_IO. */
il_status il_journal_create(struct il_journal *j, const char *folder, const char *name,
                            il_error *err);

/* Add a line to the group; takes the value over, NULL is "out of memory". */
il_status il_journal_add(struct il_journal *j, json_t *line, il_error *err);

/*
 * Write the group and bring it to the disk. IL_E_IO (disk full): nothing of it is in the file.
 */
il_status il_journal_commit(struct il_journal *j, il_error *err);

/* Forget the group's lines so far. */
void il_journal_drop(struct il_journal *j);

/* Close; groups that are not committed are lost. Legal on a journal of zeros. */
void il_journal_close(struct il_journal *j);

/* A group: lines of JSON, which end in 0. */
struct il_journal_group {
    char *const *line;
    size_t lines;
    size_t at, end;  /* the bytes [at, end) of the file */
    int whole;       /* all before it is as it was written */
    int lost;        /* lines just before it are not */
    char wrong[120]; /* what the reader below finds wrong with it; "": nothing */
};

/*
 * What is done with a group. It may set `wrong`, where the lines are whole and do not say what they should:
 * the group counts as damaged then.
 */
typedef il_status il_journal_group_fn(void *arg, struct il_journal_group *group, il_error *err);

/* Hand the group so far to a function, before it is written. IL_E_MEMORY, or what that returned. */
il_status il_journal_look(struct il_journal *j, il_journal_group_fn *each, void *arg,
                          il_error *err);

/* Who reads: what is longer than anything that is written is damage, whatever it holds. */
struct il_journal_reader {
    il_journal_group_fn *each;
    void *arg;
    size_t line_most, group_most, file_most; /* bytes */
};

enum { IL_UNDAMAGED = -1 };

/* The first place that is not as it was written, and what is wrong there. */
struct il_journal_damage {
    off_t byte; /* IL_UNDAMAGED: there is none */
    int unread; /* the file cannot be opened */
    char what[120];
};

/*
 * Read all whole groups from the byte *from on, which becomes where they end. A torn last group, as a
 * killed writer leaves it, is silent. What else is not whole is left out with its group and is damage, as
 * is a file that cannot be read or is no regular one; *from stays before it: groups behind it are handed
 * on, by this reading and by each later one. A file that is gone is empty. IL_E_MEMORY; else what the
 * function returned.
 */
il_status il_journal_read(const struct il_journal_reader *r, const char *folder, const char *name,
                          size_t *from, struct il_journal_damage *damage, il_error *err);

#endif
