/*
 * journal.c - lines "CRC-32C, mark, JSON": the mark is '+' before more of the group and '.' in its
 * last line, the sum is of mark and JSON, and goes on from the sum of the group's line before. So a
 * line tells whether it is a group's first, and behind a damaged one a reader finds the next group. A
 * killed writer leaves a group without its last line, which no reader takes; nothing is ever written
 * behind it.
 */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/crc32c.h"

enum { HEAD = 10 }; /* 8 digits, a space, the mark */

static il_status lost(const struct il_journal *j, int why, il_error *err)
{
    return il_fail(err, IL_E_IO, "cannot write to '%s': %s", j->path, strerror(why));
}

/* A new file's name is on the disk when its folder is. */
static int sync_folder(const char *path)
{
    char *const folder = strdup(path);
    char *const slash = folder ? strrchr(folder, '/') : NULL;
    int fd, e = -1;

    if (slash)
        *slash = 0;
    fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        e = fsync(fd);
        close(fd);
    }
    free(folder);
    return e;
}

il_status il_journal_create(struct il_journal *j, const char *path, il_error *err)
{
    *j = (struct il_journal){ .fd = -1, .path = strdup(path) };
    if (!j->path)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    j->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (j->fd < 0 || sync_folder(path) != 0)
        return il_fail(err, errno == ENOSPC || errno == EDQUOT ? IL_E_IO : IL_E_CREATE,
                       "cannot create '%s': %s", path, strerror(errno));
    return IL_OK;
}

/* room for n more bytes and a 0 */
static int reserve(struct il_journal *j, size_t n)
{
    size_t room = j->room ? j->room : 4096;
    char *more;

    while (room <= j->length + n)
        room *= 2;
    if (room == j->room)
        return 1;
    more = realloc(j->text, room);
    if (!more)
        return 0;
    j->text = more;
    j->room = room;
    return 1;
}

il_status il_journal_add(struct il_journal *j, json_t *line, il_error *err)
{
    char *const text = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    const size_t n = text ? strlen(text) : 0;
    const int fits = text && reserve(j, HEAD + n + 1);

    if (fits) {
        j->last = j->length;
        j->length += (size_t)sprintf(j->text + j->length, "00000000 +%s\n", text);
    }
    free(text);
    json_decref(line);
    return fits ? IL_OK : il_fail(err, IL_E_MEMORY, "out of memory");
}

/* the sum of a line (n bytes, without its end) behind one of the sum `before` (0: none), and as it is written */
static uint32_t sum_of(uint32_t before, const char *line, size_t n, char digits[9])
{
    const uint32_t sum = il_crc32c(before, line + HEAD - 1, n - HEAD + 1);

    snprintf(digits, 9, "%08" PRIx32, sum);
    return sum;
}

/* fill in the marks and sums of the group's lines */
static void seal(struct il_journal *j)
{
    uint32_t sum = 0;

    for (size_t at = 0; at < j->length;) {
        char *const line = j->text + at, *const end = memchr(line, '\n', j->length - at);
        char digits[9];

        if (at == j->last)
            line[HEAD - 1] = '.';
        sum = sum_of(sum, line, (size_t)(end - line), digits);
        memcpy(line, digits, 8);
        at = (size_t)(end + 1 - j->text);
    }
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t k = write(fd, bytes, n);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -1;
        bytes += k;
        n -= (size_t)k;
    }
    return 0;
}

il_status il_journal_commit(struct il_journal *j, il_error *err)
{
    const off_t size = (off_t)j->length;
    int why;

    if (j->fd < 0)
        return lost(j, EBADF, err);
    if (size == 0)
        return IL_OK;
    seal(j);
    why = write_all(j->fd, j->text, j->length) != 0 || fdatasync(j->fd) != 0 ? errno : 0;
    j->length = j->last = 0;
    if (why == 0) {
        j->size += size;
        return IL_OK;
    }
    if (ftruncate(j->fd, j->size) != 0 || lseek(j->fd, j->size, SEEK_SET) != j->size) {
        close(j->fd); /* what is torn stays at the file's end */
        j->fd = -1;
    }
    return lost(j, why, err);
}

void il_journal_close(struct il_journal *j)
{
    if (j->path && j->fd >= 0)
        close(j->fd);
    free(j->text);
    free(j->path);
    *j = (struct il_journal){ .fd = -1 };
}

/* ---- reading --------------------------------------------------------------------------------- */

/* the lines of one group, one behind the other */
struct group {
    char *text;
    size_t length, room, *start, lines, starts;
    uint32_t sum; /* of the last one; 0: none */
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

static il_status hand_on(struct group *g, il_journal_group_fn *each, void *arg, il_error *err)
{
    char **const line = malloc(g->lines * sizeof *line);
    il_status st;

    if (!line)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    for (size_t i = 0; i < g->lines; i++)
        line[i] = g->text + g->start[i];
    st = each(arg, line, g->lines, err);
    free(line);
    g->lines = g->length = 0;
    g->sum = 0;
    return st;
}

/* Is this line (n bytes, with its end) whole, and the one behind a line of the sum *sum? Then that is its own. */
static int follows(const char *line, size_t n, uint32_t *sum)
{
    char digits[9];
    uint32_t own;

    if (!(n > HEAD && line[n - 1] == '\n' && line[8] == ' ' && (line[9] == '+' || line[9] == '.') &&
          !memchr(line, 0, n)))
        return 0;
    own = sum_of(*sum, line, n - 1, digits);
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
    g->sum = 0;
    g->lines = g->length = 0;
    return follows(line, n, &g->sum);
}

il_status il_journal_read(const char *path, size_t *from, il_journal_group_fn *each, void *arg,
                          off_t *damage, il_error *err)
{
    FILE *const f = fopen(path, "r");
    struct group g = { 0 };
    char *line = NULL;
    size_t room = 0, at = *from;
    ssize_t n;
    il_status st = IL_OK;

    *damage = IL_UNDAMAGED;
    if (!f || fseeko(f, (off_t)at, SEEK_SET) != 0) {
        st = il_fail(err, IL_E_DATA, "cannot read '%s': %s", path, strerror(errno));
        goto out;
    }
    for (; (n = getline(&line, &room, f)) > 0; at += (size_t)n) {
        int lost;

        if (line[n - 1] != '\n') /* torn: it is the last */
            break;
        if (take(&g, line, (size_t)n, &lost) && !keep(&g, line + HEAD, (size_t)n - HEAD - 1)) {
            st = il_fail(err, IL_E_MEMORY, "out of memory");
            goto out;
        }
        if (lost && *damage == IL_UNDAMAGED)
            *damage = (off_t)at;
        if (g.lines > 0 && line[HEAD - 1] == '.') {
            IL_TRY(hand_on(&g, each, arg, err));
            if (*damage == IL_UNDAMAGED)
                *from = at + (size_t)n;
        }
    }
    if (n < 0 && !feof(f))
        st = il_fail(err, IL_E_DATA, "cannot read '%s': %s", path, strerror(errno));
out:
    if (f)
        fclose(f);
    free(line);
    free(g.text);
    free(g.start);
    return st;
}
