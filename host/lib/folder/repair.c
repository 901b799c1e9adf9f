/*
 * repair.c - move journals aside that are not right. What is right in one is copied to a new journal first:
 * killed in between, both are there, and what is there twice counts once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/file.h"
#include "core/inside.h"
#include "group.h"

enum { TRIES = 1000, PIECE = 1 << 16 };

/* the groups of a journal that count, as the bytes that they are */
struct sound {
    struct span {
        size_t at, end;
    } * span; /* [spans] */
    size_t spans, room, groups;
};

static il_status keep(void *arg, const struct il_group *g, il_error *err)
{
    struct sound *const s = arg;
    struct span *more;

    s->groups += g->pack != NULL;
    if (s->spans > 0 && s->span[s->spans - 1].end == g->at) {
        s->span[s->spans - 1].end = g->end;
        return IL_OK;
    }
    if (s->spans == s->room) {
        more = realloc(s->span, (s->room = 2 * s->room + 16) * sizeof *more);
        if (!more)
            return il_fail(err, IL_E_MEMORY, "out of memory");
        s->span = more;
    }
    s->span[s->spans++] = (struct span){ g->at, g->end };
    return IL_OK;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* rename in journal/, never over what is there: 0, or -1 and errno */
static int rename_to_new(const struct il_folder *f, const char *from, const char *to)
{
    const int fd = il_inside_folder(f->path, "journal");
    int e = -1, why;

    if (fd < 0)
        return -1;
    e = renameat2(fd, from, fd, to, RENAME_NOREPLACE);
    if (e != 0 && errno == EINVAL) /* a file system that cannot, as old ones */
        e = faccessat(fd, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? (errno = EEXIST, -1)
                                                              : renameat(fd, from, fd, to);
    why = errno;
    if (e == 0)
        fsync(fd);
    close(fd);
    errno = why;
    return e;
}

/* NAME with another ending in place of .jsonl, numbered from the second try on */
static void ending(char to[300], const char *name, const char *end, int try)
{
    const int stem = (int)strlen(name) - 6;

    if (try == 0)
        snprintf(to, 300, "%.*s%s", stem < 200 ? stem : 200, name, end);
    else
        snprintf(to, 300, "%.*s-%d%s", stem < 200 ? stem : 200, name, try, end);
}

/* ---- one journal ----------------------------------------------------------------------------- */

static il_status copy_span(struct il_file *to, int from, struct span s, const char *name,
                           il_error *err)
{
    char piece[PIECE];

    while (s.at < s.end) {
        const size_t want = s.end - s.at < sizeof piece ? s.end - s.at : sizeof piece;
        const ssize_t n = pread(from, piece, want, (off_t)s.at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return il_fail(err, IL_E_IO, "cannot read '%s': %s", name,
                           n < 0 ? strerror(errno) : "it becomes shorter");
        il_file_put(to, piece, (size_t)n);
        s.at += (size_t)n;
    }
    return IL_OK;
}

/* a name for a new journal */
static il_status new_name(const struct il_folder *f, const char *name, char kept[300],
                          il_error *err)
{
    char file[320];

    for (int try = 0; try < TRIES; try++) {
        int fd;

        ending(kept, name, ".repaired.jsonl", try);
        snprintf(file, sizeof file, "journal/%s", kept);
        fd = il_inside_open(f->path, file, O_RDONLY);
        if (fd < 0 && errno == ENOENT)
            return IL_OK;
        if (fd >= 0)
            close(fd);
    }
    return il_fail(err, IL_E_CREATE, "cannot create '%s/journal/%s'", f->path, kept);
}

/* what is right, as a journal of its own */
static il_status copy_sound(const struct il_folder *f, const char *name, const struct sound *s,
                            il_repair *r, il_error *err)
{
    char from[300], to_name[320];
    struct il_file to = { 0 };
    int fd;
    il_status st;

    snprintf(from, sizeof from, "journal/%s", name);
    fd = il_inside_open(f->path, from, O_RDONLY);
    if (fd < 0)
        return il_fail(err, IL_E_IO, "cannot read '%s/%s': %s", f->path, from,
                       il_inside_why(errno));
    IL_TRY(new_name(f, name, r->kept, err));
    snprintf(to_name, sizeof to_name, "journal/%s", r->kept);
    IL_TRY(il_file_open_inside(&to, f->path, to_name, err));
    for (size_t i = 0; i < s->spans; i++)
        IL_TRY(copy_span(&to, fd, s->span[i], name, err));
    st = il_file_close(&to, err);
out:
    il_file_abandon(&to);
    close(fd);
    return st;
}

/* May it be moved? Not a file that only cannot be read by us: it may be right. */
static int may_move(const struct il_folder *f, const char *name, il_repair *r)
{
    char file[300];
    int fd;

    snprintf(file, sizeof file, "journal/%s", name);
    fd = il_inside_open(f->path, file, O_RDONLY);
    if (fd >= 0)
        close(fd);
    else if (errno == EACCES || errno == EPERM || errno == EIO)
        snprintf(r->why, sizeof r->why, "%s", strerror(errno));
    return !r->why[0];
}

static il_status repair_one(struct il_folder *f, const char *name, il_repair *r, il_error *err)
{
    struct il_folder_reading reading = { 0 };
    const size_t before = f->damages;
    struct sound s = { 0 };
    int e = -1;
    il_status st;

    *r = (il_repair){ .aside = "" };
    snprintf(r->journal, sizeof r->journal, "%s", name);
    IL_TRY(il_folder_read(f, name, &reading, keep, &s, err));
    if (f->damages == before) /* nothing is wrong */
        goto out;
    if (!may_move(f, name, r))
        goto out;
    if (s.groups > 0)
        IL_TRY(copy_sound(f, name, &s, r, err));
    r->groups = s.groups;
    for (int try = 0; e != 0 && try < TRIES; try++) {
        ending(r->aside, name, ".damaged", try);
        e = rename_to_new(f, name, r->aside);
        if (e != 0 && errno != EEXIST)
            break;
    }
    if (e != 0)
        st = il_fail(err, il_is_full(errno) ? IL_E_IO : IL_E_CREATE,
                     "cannot move '%s/journal/%s' aside: %s", f->path, name, strerror(errno));
out:
    free(s.span);
    return st;
}

il_status il_folder_repair(il_folder *f, il_repair_fn *each, void *arg, il_error *err)
{
    char **names = NULL;
    size_t n = 0;
    il_status st;

    il_inside_tidy(f->path, "journal");
    f->damages = f->told = 0; /* each is found anew */
    IL_TRY(il_folder_journals(f, &names, &n, err));
    for (size_t i = 0; i < n; i++) {
        il_repair r;

        IL_TRY(repair_one(f, names[i], &r, err));
        if (each && (r.aside[0] || r.why[0]))
            each(arg, &r);
    }
    f->damages = f->told = 0;
out:
    il_folder_free_names(names, n);
    return st;
}
