/*
 * journal_read.c - read a journal's groups, whatever was done to the file since: a line is taken only
 * behind the one that its sum goes on from, so behind a damaged one the next group is found.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/inside.h"
#include "journal.h"
#include "journal_line.h"

enum { PIECE = 1 << 16 };

/* ---- lines ----------------------------------------------------------------------------------- */

/* a file, of which no more than one line is held */
struct lines {
    int fd, why; /* why: errno of a reading that failed */
    char *text;
    size_t begin, end, room, most;
};

enum { ENDED, A_LINE, TOO_LONG, FAILED, NO_MEMORY };

/* more of the file behind what is there; 0: there is none, or it cannot be had */
static int fill(struct lines *l)
{
    ssize_t n;

    if (l->begin > 0) {
        memmove(l->text, l->text + l->begin, l->end - l->begin);
        l->end -= l->begin;
        l->begin = 0;
    }
    if (l->end == l->room) {
        const size_t room = l->room ? 2 * l->room : PIECE;
        char *const more = realloc(l->text, room);

        if (!more) {
            l->why = ENOMEM;
            return 0;
        }
        l->text = more;
        l->room = room;
    }
    do
        n = read(l->fd, l->text + l->end, l->room - l->end);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        l->why = errno;
    l->end += n > 0 ? (size_t)n : 0;
    return n > 0;
}

/*
 * The next line with its end, n bytes. One that is too long for any is handed on in pieces, which are no
 * lines; what stands behind the last end is none, as a killed writer leaves it.
 */
static int next_line(struct lines *l, char **line, size_t *n)
{
    size_t seen = 0;
    char *end;

    while (!(end = l->end - l->begin > seen
                       ? memchr(l->text + l->begin + seen, '\n', l->end - l->begin - seen)
                       : NULL)) {
        seen = l->end - l->begin;
        if (seen > l->most) {
            *n = seen;
            l->begin = l->end;
            return TOO_LONG;
        }
        if (!fill(l))
            return l->why == 0 ? ENDED : l->why == ENOMEM ? NO_MEMORY : FAILED;
    }
    *line = l->text + l->begin;
    *n = (size_t)(end + 1 - *line);
    l->begin += *n;
    return A_LINE;
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* the lines of one group, one behind the other */
struct group {
    char *text;
    size_t length, room, *start, lines, starts;
    size_t at;    /* where it begins */
    uint32_t sum; /* of the last one; 0: none */
    int lost;     /* something before it is not whole */
};

static int keep(struct group *g, const char *json, size_t n)
{
    if (g->length + n + 1 > g->room) {
        const size_t room = 2 * (g->length + n + 1);
        char *const more = realloc(g->text, room);

        if (!more)
            return 0;
        g->text = more;
        g->room = room;
    }
    if (g->lines == g->starts) {
        const size_t starts = g->starts ? 2 * g->starts : 64;
        size_t *const more = realloc(g->start, starts * sizeof *more);

        if (!more)
            return 0;
        g->start = more;
        g->starts = starts;
    }
    g->start[g->lines++] = g->length;
    memcpy(g->text + g->length, json, n);
    g->text[g->length + n] = 0;
    g->length += n + 1;
    return 1;
}

static void forget(struct group *g)
{
    g->lines = g->length = 0;
    g->sum = 0;
}

/* Is this line (n bytes, with its end) whole, and the one behind a line of the sum *sum? Then that is its own. */
static int follows(const char *line, size_t n, uint32_t *sum)
{
    char digits[9];
    uint32_t own;

    if (!(n > IL_LINE_HEAD && line[n - 1] == '\n' && line[8] == ' ' &&
          (line[9] == '+' || line[9] == '.') && !memchr(line, 0, n)))
        return 0;
    own = il_line_sum(*sum, line, n - 1, digits);
    if (memcmp(digits, line, 8) != 0)
        return 0;
    *sum = own;
    return 1;
}

/* Take a line into the group: 1, or 0 if it is no part of any; *lost: one that was begun is not whole. */
static int take(struct group *g, const char *line, size_t n, int *lost)
{
    *lost = 0;
    if (follows(line, n, &g->sum))
        return 1;
    *lost = 1;
    forget(g);
    return follows(line, n, &g->sum);
}

/* what one reading is about */
struct reading {
    const struct il_journal_reader *r;
    struct lines lines;
    struct group group;
    size_t at; /* of the line */
    struct il_journal_damage *damage;
};

static void damaged(struct reading *a, size_t at, const char *what)
{
    a->group.lost = 1;
    if (a->damage->byte != IL_UNDAMAGED)
        return;
    a->damage->byte = (off_t)at;
    snprintf(a->damage->what, sizeof a->damage->what, "%s", what);
}

static il_status hand_on(struct reading *a, size_t end, size_t *from, il_error *err)
{
    struct group *const g = &a->group;
    char **const line = malloc(g->lines * sizeof *line);
    struct il_journal_group whole = {
        line, g->lines, g->at, end, a->damage->byte == IL_UNDAMAGED, g->lost, ""
    };
    il_status st;

    if (!line)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    for (size_t i = 0; i < g->lines; i++)
        line[i] = g->text + g->start[i];
    g->lost = 0;
    st = a->r->each(a->r->arg, &whole, err);
    free(line);
    forget(g);
    if (whole.wrong[0])
        damaged(a, g->at, whole.wrong);
    if (st == IL_OK && a->damage->byte == IL_UNDAMAGED)
        *from = end;
    return st;
}

static il_status one_line(struct reading *a, const char *line, size_t n, size_t *from,
                          il_error *err)
{
    struct group *const g = &a->group;
    int lost, taken = take(g, line, n, &lost);

    if (lost)
        damaged(a, a->at, "its checksum is another");
    if (taken && n > a->r->group_most - g->length) {
        damaged(a, g->at, "a group that is too long for any");
        forget(g);
        taken = 0;
    }
    if (taken && g->lines == 0)
        g->at = a->at;
    if (taken && !keep(g, line + IL_LINE_HEAD, n - IL_LINE_HEAD - 1))
        return il_fail(err, IL_E_MEMORY, "out of memory");
    return g->lines > 0 && line[IL_LINE_HEAD - 1] == '.' ? hand_on(a, a->at + n, from, err) : IL_OK;
}

static il_status all_lines(struct reading *a, size_t *from, il_error *err)
{
    char *line = NULL;
    size_t n = 0;
    il_status st = IL_OK;

    for (;; a->at += n)
        switch (next_line(&a->lines, &line, &n)) {
        case A_LINE:
            st = one_line(a, line, n, from, err);
            if (st != IL_OK)
                return st;
            break;
        case TOO_LONG:
            damaged(a, a->at, "a line that is too long for any");
            forget(&a->group);
            break;
        case NO_MEMORY:
            return il_fail(err, IL_E_MEMORY, "out of memory");
        case FAILED:
            damaged(a, a->at, strerror(a->lines.why));
            return IL_OK;
        default:
            return IL_OK;
        }
}

il_status il_journal_read(const struct il_journal_reader *r, const char *folder, const char *name,
                          size_t *from, struct il_journal_damage *damage, il_error *err)
{
    struct reading a = { .r = r, .at = *from, .damage = damage };
    struct stat info;
    il_status st = IL_OK;

    *damage = (struct il_journal_damage){ .byte = IL_UNDAMAGED };
    a.lines.most = r->line_most;
    a.lines.fd = il_inside_open(folder, name, O_RDONLY);
    if (a.lines.fd < 0 && errno == ENOENT)
        goto out; /* gone since it was listed: moved aside */
    if (a.lines.fd < 0 || fstat(a.lines.fd, &info) != 0) {
        if (errno == ENOMEM)
            st = il_fail(err, IL_E_MEMORY, "out of memory");
        else
            damaged(&a, 0, il_inside_why(errno));
        damage->unread = 1;
        goto out;
    }
    if ((size_t)info.st_size > r->file_most) {
        damaged(&a, 0, "larger than all journals of this sweep could be");
        goto out;
    }
    if (*from > (size_t)info.st_size) /* another file than the one that was read so far */
        *from = a.at = 0;
    if (lseek(a.lines.fd, (off_t)*from, SEEK_SET) < 0)
        damaged(&a, 0, strerror(errno));
    else
        st = all_lines(&a, from, err);
out:
    if (a.lines.fd >= 0)
        close(a.lines.fd);
    free(a.lines.text);
    free(a.group.text);
    free(a.group.start);
    return st;
}
