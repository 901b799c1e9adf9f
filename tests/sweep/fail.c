/*
 * fail.c - an LD_PRELOAD library that makes the k-th call of a kind fail, once or from then on:
 *   FAIL_WHAT   malloc, write, fsync, rename, open, mkdir (each with its like: pwrite, fdatasync, openat, ...)
 *   FAIL_AT     k, from 1
 *   FAIL_ERRNO  errno of the failure, EIO unless given; 4 (EINTR) is what a signal does
 *   FAIL_SHORT  a write takes half of the bytes instead
 *   FAIL_FOREVER  the later ones fail, too
 *   FAIL_PATH   only calls about a path that has this in it: open, rename, mkdir
 *   FAIL_ROLE   worker: only in processes with that word on their command line; super: in the others
 *   FAIL_SKIP   a,b: allocations of libraries of these names do not fail: BLIS aborts on its own
 *   FAIL_COUNT  a file to which each process adds how many calls it made
 *   FAIL_TRAP   SIGTRAP at that call, for a debugger
 * Writes to stdin, stdout and stderr are left alone unless FAIL_STDOUT is set.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LIBRARIES = 64 };

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

static struct {
    const char *what, *path, *skip;
    long at, count;
    int error, half, forever, mine, out, trap;
    struct {
        uintptr_t begin, end;
    } library[LIBRARIES];
    int libraries;
} fail;

/* ---- when ------------------------------------------------------------------------------------ */

static int note_library(struct dl_phdr_info *info, size_t size, void *arg)
{
    char names[256], *rest = names;

    (void)size, (void)arg;
    if (!fail.skip || !info->dlpi_name || !info->dlpi_name[0])
        return 0;
    snprintf(names, sizeof names, "%s", fail.skip);
    for (char *name; (name = strsep(&rest, ","));)
        for (int i = 0; strstr(info->dlpi_name, name) && i < info->dlpi_phnum; i++)
            if (info->dlpi_phdr[i].p_type == PT_LOAD && fail.libraries < LIBRARIES) {
                const uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

                fail.library[fail.libraries].begin = begin;
                fail.library[fail.libraries++].end = begin + info->dlpi_phdr[i].p_memsz;
            }
    return 0;
}

/* is "worker" a word of the command line? */
static int is_worker(void)
{
    char words[4096];
    const long fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY);
    const long n = fd < 0 ? 0 : syscall(SYS_read, fd, words, sizeof words - 1);
    int found = 0;

    if (fd >= 0)
        syscall(SYS_close, fd);
    words[n > 0 ? n : 0] = 0;
    for (const char *word = words; word < words + n; word += strlen(word) + 1)
        found |= strcmp(word, "worker") == 0;
    return found;
}

__attribute__((constructor)) static void begin(void)
{
    const char *const at = getenv("FAIL_AT"), *const error = getenv("FAIL_ERRNO");
    const char *const role = getenv("FAIL_ROLE"), *const what = getenv("FAIL_WHAT");

    fail.skip = getenv("FAIL_SKIP");
    fail.path = getenv("FAIL_PATH");
    fail.error = error ? atoi(error) : EIO;
    fail.half = getenv("FAIL_SHORT") != NULL;
    fail.forever = getenv("FAIL_FOREVER") != NULL;
    fail.out = getenv("FAIL_STDOUT") != NULL;
    fail.trap = getenv("FAIL_TRAP") != NULL;
    fail.mine = !role || is_worker() == (strcmp(role, "worker") == 0);
    dl_iterate_phdr(note_library, NULL);
    fail.at = at ? atol(at) : 0;
    fail.what = at ? what : NULL; /* from here on calls count */
}

__attribute__((destructor)) static void end(void)
{
    const char *const path = getenv("FAIL_COUNT");
    char text[32];
    long fd;

    if (!path || !fail.mine)
        return;
    fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (fd < 0)
        return;
    syscall(SYS_write, fd, text, (size_t)snprintf(text, sizeof text, "%ld\n", fail.count));
    syscall(SYS_close, fd);
}

/* Does this call fail? */
static int hit(const char *what)
{
    long count;

    if (!fail.what || !fail.mine || strcmp(fail.what, what) != 0)
        return 0;
    count = __atomic_add_fetch(&fail.count, 1, __ATOMIC_RELAXED);
    if (count == fail.at && fail.trap)
        raise(SIGTRAP);
    return fail.forever ? count >= fail.at : count == fail.at;
}

static int hit_path(const char *what, const char *path)
{
    return (!fail.path || strstr(path, fail.path)) && hit(what);
}

static int failed(void)
{
    errno = fail.error;
    return -1;
}

/* ---- allocations ------------------------------------------------------------------------------ */

static int no_memory(const void *caller)
{
    for (int i = 0; i < fail.libraries; i++)
        if ((uintptr_t)caller >= fail.library[i].begin && (uintptr_t)caller < fail.library[i].end)
            return 0;
    if (!hit("malloc"))
        return 0;
    errno = ENOMEM;
    return 1;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t n) { return no_memory(CALLER) ? NULL : __libc_malloc(n); }

void *calloc(size_t n, size_t size) { return no_memory(CALLER) ? NULL : __libc_calloc(n, size); }

void *realloc(void *p, size_t n) { return no_memory(CALLER) ? NULL : __libc_realloc(p, n); }

void *aligned_alloc(size_t alignment, size_t n)
{
    return no_memory(CALLER) ? NULL : __libc_memalign(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    void *const p = no_memory(CALLER) ? NULL : __libc_memalign(alignment, n);

    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

/* ---- files ------------------------------------------------------------------------------------ */

/* the function that this library stands before */
#define REAL(name)                                                                                 \
    static __typeof__(name) *real;                                                                 \
    if (!real)                                                                                     \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

static int hit_write(int fd) { return (fd > STDERR_FILENO || fail.out) && hit("write"); }

ssize_t write(int fd, const void *bytes, size_t n)
{
    REAL(write);
    if (hit_write(fd) && !(fail.half && n > 1 && (n /= 2)))
        return failed();
    return real(fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    REAL(pwrite);
    if (hit_write(fd) && !(fail.half && n > 1 && (n /= 2)))
        return failed();
    return real(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    REAL(pwrite64);
    if (hit_write(fd) && !(fail.half && n > 1 && (n /= 2)))
        return failed();
    return real(fd, bytes, n, at);
}

int fsync(int fd)
{
    REAL(fsync);
    return hit("fsync") ? failed() : real(fd);
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    return hit("fsync") ? failed() : real(fd);
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    return hit_path("rename", to) ? failed() : real(from, to);
}

int renameat(int a, const char *from, int b, const char *to)
{
    REAL(renameat);
    return hit_path("rename", to) ? failed() : real(a, from, b, to);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    return hit_path("mkdir", path) ? failed() : real(path, mode);
}

int mkdirat(int fd, const char *path, mode_t mode)
{
    REAL(mkdirat);
    return hit_path("mkdir", path) ? failed() : real(fd, path, mode);
}

/* the mode is there where a file is made */
#define MODE                                                                                       \
    mode_t mode = 0;                                                                               \
    if (flags & O_CREAT) {                                                                         \
        va_list ap;                                                                                \
        va_start(ap, flags);                                                                       \
        mode = va_arg(ap, mode_t);                                                                 \
        va_end(ap);                                                                                \
    }

int open(const char *path, int flags, ...)
{
    REAL(open);
    MODE return hit_path("open", path) ? failed() : real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    REAL(open64);
    MODE return hit_path("open", path) ? failed() : real(path, flags, mode);
}

int openat(int fd, const char *path, int flags, ...)
{
    REAL(openat);
    MODE return hit_path("open", path) ? failed() : real(fd, path, flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    REAL(fopen);
    return hit_path("open", path) ? (failed(), NULL) : real(path, mode);
}
