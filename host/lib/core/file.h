/*
 * file.h - a file that appears whole or not at all, and folders. Internal; il_write_file is the public
 * form.
 */
#ifndef HOST_LIB_CORE_FILE_H
#define HOST_LIB_CORE_FILE_H

#include <stddef.h>
#include <stdio.h>
#include "error.h"

struct il_file {
    char *path; /* what it will be; links followed, but inside a folder */
    char *temp; /* what it is until then, locked; NULL: path itself, no regular file */
    FILE *stream;
    int fd;     /* that it writes to */
    int error;  /* errno of the first write that failed */
    int inside; /* path's last part and temp are names in the folder that is open as `in` */
    int in;
};

/* All n bytes, whatever signals come: 0, or -1 and errno. */
int il_write_all(int fd, const void *bytes, size_t n);

/* Begin to write path. IL_E_CREATE, IL_E_IO (disk full): path and reason; *f is then closed. */
il_status il_file_open(struct il_file *f, const char *path, il_error *err);

/*
 * Begin to write folder/name (FILE or FOLDER/FILE), as inside.h has it: what stands there is replaced, be
 * it a link.
 */
il_status il_file_open_inside(struct il_file *f, const char *folder, const char *name,
                              il_error *err);

/* Add to the file. After a failure nothing more is written; il_file_close reports it. */
void il_file_put(struct il_file *f, const void *bytes, size_t n);
void il_file_print(struct il_file *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Bring the file to disk and under its name, or remove it and say why not. */
il_status il_file_close(struct il_file *f, il_error *err);

/* Give up, removing what was written; harmless after il_file_close. */
void il_file_abandon(struct il_file *f);

/* Make a folder, or find it there. IL_E_CREATE, IL_E_IO (disk full): path and reason. */
il_status il_make_folder(const char *path, il_error *err);

#endif
