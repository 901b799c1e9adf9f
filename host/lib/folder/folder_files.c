/* folder_files.c - files of a sweep's folder: their paths, writing one whole, one for a lock, and those to be removed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/file.h"
#include "core/inside.h"
#include "folder_impl.h"
#include "initlab/output.h"

void il_folder_file(const struct il_folder *f, const char *fmt, char path[IL_PATH], size_t number)
{
    const int n = snprintf(path, IL_PATH, "%s/", f->path);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(path + n, IL_PATH - (size_t)n, fmt, number);
#pragma GCC diagnostic pop
}

il_status il_folder_make_parts(const struct il_folder *f, il_error *err)
{
    static const char *const parts[] = { "journal", "state" };
    il_status st = IL_OK;

    for (size_t i = 0; i < sizeof parts / sizeof *parts && st == IL_OK; i++)
        st = il_inside_make_folder(f->path, parts[i], err);
    return st;
}

il_status il_folder_write_bytes(const struct il_folder *f, const char *name, const char *bytes,
                                size_t n, il_error *err)
{
    struct il_file file;
    const il_status st = il_file_open_inside(&file, f->path, name, err);

    if (st != IL_OK)
        return st;
    il_file_put(&file, bytes, n);
    return il_file_close(&file, err);
}

il_status il_folder_write(const il_folder *f, const char *name, const char *text, il_error *err)
{
    return il_folder_write_bytes(f, name, text, strlen(text), err);
}

il_status il_folder_lock_file(const il_folder *f, const char *name, int *fd, il_error *err)
{
    int why;

    *fd = il_inside_open(f->path, name, O_RDWR | O_CREAT);
    if (*fd >= 0 && fcntl(*fd, F_SETFD, 0) == 0)
        return IL_OK;
    why = errno;
    return il_fail(err, il_is_full(why) ? IL_E_IO : IL_E_CREATE, "cannot create '%s/%s': %s",
                   f->path, name, il_inside_why(why));
}

void il_folder_tidy(const il_folder *f)
{
    const int fd = il_inside_folder(f->path, "state");
    DIR *const d = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *e;
    char name[64];
    size_t pack;

    if (!d && fd >= 0)
        close(fd);
    while (d && (e = readdir(d))) {
        pack = strtoul(e->d_name, NULL, 10);
        if (pack >= f->plan->packs || f->pack[pack].status != IL_PACK_DONE ||
            f->pack[pack].failed > 0)
            continue;
        snprintf(name, sizeof name, "%zu.state", pack);
        if (strcmp(e->d_name, name) == 0)
            unlinkat(fd, name, 0);
    }
    if (d)
        closedir(d);
}
