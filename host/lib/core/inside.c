/* inside.c - open files below a folder by descriptors of folders, so that no link can lead out of it. */
#include "inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME = 256 };

static void close_quietly(int fd)
{
    const int why = errno;

    close(fd);
    errno = why;
}

/* the descriptor, if it is of a regular file */
static int if_regular(int fd)
{
    struct stat info;

    if (fd < 0 || (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)))
        return fd;
    errno = S_ISDIR(info.st_mode) ? EISDIR : ENOTSUP;
    close_quietly(fd);
    return -1;
}

int il_open_regular(const char *path, int flags)
{
    return if_regular(open(path, flags | O_NONBLOCK | O_CLOEXEC));
}

FILE *il_open_stream(const char *path)
{
    const int fd = il_open_regular(path, O_RDONLY);
    FILE *const f = fd >= 0 ? fdopen(fd, "rb") : NULL;

    if (fd >= 0 && !f)
        close_quietly(fd);
    return f;
}

const char *il_open_why(int error)
{
    return error == ENOTSUP || error == ENXIO /* a pipe that nobody reads */
               ? "it is no regular file"
               : strerror(error);
}

/* A folder by its name in one that is open; a link is none, and said to be a link. */
static int open_folder(int in, const char *name, int flags)
{
    struct stat info;
    const int fd = openat(in, name, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 && errno == ENOTDIR)
        errno = fstatat(in, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode)
                    ? ELOOP
                    : ENOTDIR;
    return fd;
}

int il_inside_parent(const char *folder, const char *name, const char **last)
{
    const char *const slash = strchr(name, '/');
    char part[NAME];
    int in, fd;

    *last = name;
    in = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (in < 0 || !slash)
        return in;
    *last = slash + 1;
    if (slash - name >= NAME || strchr(*last, '/')) {
        errno = EINVAL;
        fd = -1;
    } else {
        memcpy(part, name, (size_t)(slash - name));
        part[slash - name] = 0;
        fd = open_folder(in, part, O_RDONLY);
    }
    close_quietly(in);
    return fd;
}

int il_inside_open(const char *folder, const char *name, int flags)
{
    const char *last;
    const int in = il_inside_parent(folder, name, &last);
    int fd;

    if (in < 0)
        return -1;
    fd = if_regular(openat(in, last, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
    close_quietly(in);
    return fd;
}

int il_inside_folder(const char *folder, const char *name)
{
    const char *last;
    const int in = il_inside_parent(folder, name, &last);
    int fd;

    if (in < 0)
        return -1;
    fd = open_folder(in, last, O_RDONLY);
    close_quietly(in);
    return fd;
}

const char *il_inside_why(int error)
{
    return error == ELOOP ? "it is a link, and none is followed inside a sweep's folder"
                          : il_open_why(error);
}

int il_is_full(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

/* all n bytes; errno is 0 where there are fewer */
static int read_all(int fd, char *to, size_t n)
{
    errno = 0;
    for (ssize_t k; n > 0; to += k, n -= (size_t)k) {
        do
            k = read(fd, to, n);
        while (k < 0 && errno == EINTR);
        if (k <= 0)
            return 0;
    }
    return 1;
}

il_status il_inside_read(const char *folder, const char *name, size_t most, char **text, size_t *n,
                         il_error *err)
{
    const int fd = il_inside_open(folder, name, O_RDONLY);
    struct stat info;
    il_status st = IL_OK;

    *text = NULL;
    if (fd < 0 || fstat(fd, &info) != 0) {
        st = il_fail(err, il_or_memory(errno, IL_E_DATA), "cannot read '%s/%s': %s", folder, name,
                     il_inside_why(errno));
        goto out;
    }
    *n = (size_t)info.st_size;
    if (*n > most) {
        st = il_fail(err, IL_E_DATA, "%s/%s: %zu bytes are too much for what it is", folder, name,
                     *n);
        goto out;
    }
    *text = malloc(*n + 1);
    if (!*text) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for '%s/%s'", folder, name);
        goto out;
    }
    if (!read_all(fd, *text, *n)) {
        st = il_fail(err, IL_E_DATA, "cannot read '%s/%s': %s", folder, name,
                     errno ? strerror(errno) : "it becomes shorter");
        free(*text);
        *text = NULL;
        goto out;
    }
    (*text)[*n] = 0;
out:
    if (fd >= 0)
        close(fd);
    return st;
}

il_status il_inside_make_folder(const char *folder, const char *name, il_error *err)
{
    int in = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), made = -1, why;

    if (in >= 0 && (mkdirat(in, name, 0777) == 0 || errno == EEXIST))
        made = open_folder(in, name, O_RDONLY);
    why = errno;
    if (made >= 0)
        close(made);
    if (in >= 0)
        close(in);
    return made >= 0 ? IL_OK
                     : il_fail(err, il_is_full(why) ? IL_E_IO : IL_E_CREATE,
                               "cannot create '%s/%s': %s", folder, name, il_inside_why(why));
}

void il_inside_remove(const char *folder, const char *name)
{
    const char *last;
    const int in = il_inside_parent(folder, name, &last);

    if (in < 0)
        return;
    unlinkat(in, last, 0);
    close(in);
}

/* .NAME.tmp-PID, which its writer holds locked: where there are no locks, it stays */
static void remove_stale(int in, const char *name)
{
    const char *const mark = strstr(name, ".tmp-");
    int fd;

    if (name[0] != '.' || !mark || mark[5] < '0' || mark[5] > '9')
        return;
    fd = if_regular(openat(in, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(in, name, 0);
    close(fd);
}

void il_inside_tidy(const char *folder, const char *name)
{
    const int fd = il_inside_folder(folder, name);
    DIR *const d = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *e;

    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((e = readdir(d)))
        remove_stale(fd, e->d_name);
    closedir(d);
}
