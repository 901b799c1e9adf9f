/* file.c - files are written beside their target, brought to disk, renamed: whole or not at all. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "initlab/output.h"
#include "inside.h"

enum { TRIES = 100 };

/* write(2), until all is written: a signal is no failure */
static ssize_t put_all(void *cookie, const char *bytes, size_t n)
{
    return il_write_all((int)(intptr_t)cookie, bytes, n) == 0 ? (ssize_t)n : 0; /* 0: failed */
}

static int put_end(void *cookie) { return close((int)(intptr_t)cookie); }

/* a stream to the descriptor, which it takes over; 0: out of memory */
static int open_stream(struct il_file *f, int fd)
{
    f->fd = fd;
    f->stream = fopencookie((void *)(intptr_t)fd, "w",
                            (cookie_io_functions_t){ .write = put_all, .close = put_end });
    return f->stream != NULL;
}

int il_write_all(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;

    for (ssize_t k; n > 0; at += k, n -= (size_t)k) {
        do
            k = write(fd, at, n);
        while (k < 0 && errno == EINTR);
        if (k == 0)
            errno = EIO;
        if (k <= 0)
            return -1;
    }
    return 0;
}

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
        if (asprintf(&f->temp, "%.*s.%s.tmp-%ld%s", f->inside ? 0 : folder, f->path,
                     f->path + folder, (long)getpid(), count) < 0) {
            f->temp = NULL;
            return -1;
        }
        fd = openat(f->in, f->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd >= 0)
            flock(fd, LOCK_EX | LOCK_NB); /* for il_inside_tidy; without locks, nothing is tidied */
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static void clear(struct il_file *f)
{
    if (f->inside && f->in >= 0)
        close(f->in);
    free(f->path);
    free(f->temp);
    *f = (struct il_file){ 0 };
}

static il_status cannot_create(const char *path, int why, const char *words, il_error *err)
{
    return il_fail(err,
                   why == ENOMEM                   ? IL_E_MEMORY
                   : il_is_full(why) || why == EIO ? IL_E_IO
                                                   : IL_E_CREATE,
                   "cannot create '%s': %s", path, words);
}

il_status il_file_open(struct il_file *f, const char *path, il_error *err)
{
    struct stat info;
    int fd = -1, why;

    *f = (struct il_file){ .path = realpath(path, NULL), .in = AT_FDCWD };
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
    if (fd >= 0 && open_stream(f, fd))
        return IL_OK;
fail:
    why = errno;
    if (fd >= 0) {
        close(fd);
        if (f->temp)
            unlink(f->temp);
    }
    clear(f);
    return cannot_create(path, why, strerror(why), err);
}

il_status il_file_open_inside(struct il_file *f, const char *folder, const char *name,
                              il_error *err)
{
    const char *last;
    int fd = -1, why;

    *f = (struct il_file){ .inside = 1, .in = il_inside_parent(folder, name, &last) };
    if (f->in < 0)
        goto fail;
    if (asprintf(&f->path, "%s/%s", folder, name) < 0) {
        f->path = NULL;
        errno = ENOMEM;
        goto fail;
    }
    fd = make_temp(f);
    if (fd >= 0 && open_stream(f, fd))
        return IL_OK;
fail:
    why = errno;
    if (fd >= 0) {
        close(fd);
        unlinkat(f->in, f->temp, 0);
    }
    clear(f);
    {
        char path[4096];

        snprintf(path, sizeof path, "%s/%s", folder, name);
        return cannot_create(path, why, il_inside_why(why), err);
    }
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

/* what it is to be, in the folder that is open */
static const char *name_of(const struct il_file *f)
{
    return f->inside ? strrchr(f->path, '/') + 1 : f->path;
}

il_status il_file_close(struct il_file *f, il_error *err)
{
    il_status st = IL_OK;

    errno = EIO;
    if (!f->error && fflush(f->stream) != 0)
        f->error = errno;
    if (!f->error && f->temp && fsync(f->fd) != 0)
        f->error = errno;
    if (fclose(f->stream) != 0 && !f->error)
        f->error = errno;
    f->stream = NULL;
    if (f->error)
        st = il_fail(err, IL_E_IO, "cannot write to '%s': %s", f->path, strerror(f->error));
    else if (f->temp && renameat(f->in, f->temp, f->in, name_of(f)) != 0)
        st = cannot_create(f->path, errno, strerror(errno), err);
    if (st != IL_OK && f->temp)
        unlinkat(f->in, f->temp, 0);
    clear(f);
    return st;
}

void il_file_abandon(struct il_file *f)
{
    if (f->stream)
        fclose(f->stream);
    if (f->temp)
        unlinkat(f->in, f->temp, 0);
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
    return cannot_create(path, errno, strerror(errno), err);
}
