/* file.c - files are written beside their target, brought to disk, renamed: whole or not at all. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "initlab/output.h"

enum { TRIES = 100 };

/*
 * Make the temporary file; its descriptor, or -1 and errno. Two writers of one target never share
 * it, and one that a killed process of the same number left (in containers all are 7) is stepped
 * over.
 */
static int make_temp(struct il_file *f)
{
    const char *slash = strrchr(f->path, '/');
    const int folder = slash ? (int)(slash + 1 - f->path) : 0;

    for (int i = 0; i < TRIES; i++) {
        char count[16] = "";
        int fd;

        if (i > 0)
            snprintf(count, sizeof count, "-%d", i);
        free(f->temp);
        if (asprintf(&f->temp, "%.*s.%s.tmp-%ld%s", folder, f->path, f->path + folder,
                     (long)getpid(), count) < 0) {
            f->temp = NULL;
            return -1;
        }
        fd = open(f->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static int is_full(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EIO || error == EFBIG;
}

static void clear(struct il_file *f)
{
    free(f->path);
    free(f->temp);
    *f = (struct il_file){ 0 };
}

il_status il_file_open(struct il_file *f, const char *path, il_error *err)
{
    struct stat info;
    int fd = -1, why;

    *f = (struct il_file){ .path = realpath(path, NULL) };
    if (!f->path)
        f->path = strdup(path);
    errno = path[0] ? ENOMEM : ENOENT;
    if (!f->path || !path[0])
        goto fail;
    if (stat(f->path, &info) != 0 || S_ISREG(info.st_mode)) {
        fd = make_temp(f);
    } else {
        fd = open(f->path, O_WRONLY | O_CLOEXEC); /* a folder fails here, rightly */
    }
    if (fd >= 0)
        f->stream = fdopen(fd, "w");
    if (f->stream)
        return IL_OK;
fail:
    why = errno;
    if (fd >= 0) {
        close(fd);
        if (f->temp)
            unlink(f->temp);
    }
    clear(f);
    return il_fail(err, is_full(why) ? IL_E_IO : IL_E_CREATE, "cannot create '%s': %s", path,
                   strerror(why));
}

void il_file_put(struct il_file *f, const void *bytes, size_t n)
{
    errno = EIO;
    if (!f->error && n > 0 && fwrite(bytes, 1, n, f->stream) != n)
        f->error = errno;
}

void il_file_print(struct il_file *f, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    errno = EIO;
    if (!f->error && vfprintf(f->stream, fmt, ap) < 0)
        f->error = errno;
    va_end(ap);
}

il_status il_file_close(struct il_file *f, il_error *err)
{
    il_status st = IL_OK;

    errno = EIO;
    if (!f->error && fflush(f->stream) != 0)
        f->error = errno;
    if (!f->error && f->temp && fsync(fileno(f->stream)) != 0)
        f->error = errno;
    if (fclose(f->stream) != 0 && !f->error)
        f->error = errno;
    f->stream = NULL;
    if (f->error)
        st = il_fail(err, IL_E_IO, "cannot write to '%s': %s", f->path, strerror(f->error));
    else if (f->temp && rename(f->temp, f->path) != 0)
        st = il_fail(err, IL_E_CREATE, "cannot create '%s': %s", f->path, strerror(errno));
    if (st != IL_OK && f->temp)
        unlink(f->temp);
    clear(f);
    return st;
}

void il_file_abandon(struct il_file *f)
{
    if (f->stream)
        fclose(f->stream);
    if (f->temp)
        unlink(f->temp);
    clear(f);
}

il_status il_write_file(const char *path, const void *bytes, size_t n, il_error *err)
{
    struct il_file f;
    const il_status st = il_file_open(&f, path, err);

    if (st != IL_OK)
        return st;
    il_file_put(&f, bytes, n);
    return il_file_close(&f, err);
}

il_status il_make_folder(const char *path, il_error *err)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return IL_OK;
    return il_fail(err, errno == ENOSPC || errno == EDQUOT ? IL_E_IO : IL_E_CREATE,
                   "cannot create '%s': %s", path, strerror(errno));
}
