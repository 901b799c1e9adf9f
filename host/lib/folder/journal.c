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
#include "core/json.h"
#include "core/file.h"
#include "core/inside.h"
#include "journal_line.h"

static il_status lost(const struct il_journal *j, int why, il_error *err)
{
    return il_fail(err, IL_E_IO, "cannot write to '%s': %s", j->path, strerror(why));
}

/* A new file's name is on the disk when its folder is. */
static int sync_folder(const char *folder, const char *name)
{
    const char *last;
    const int fd = il_inside_parent(folder, name, &last);
    int e = -1;

    if (fd >= 0) {
        e = fsync(fd);
        close(fd);
    }
    return e;
}

il_status il_journal_create(struct il_journal *j, const char *folder, const char *name,
                            il_error *err)
{
    int why;

    *j = (struct il_journal){ .fd = -1 };
    if (asprintf(&j->path, "%s/%s", folder, name) < 0) {
        j->path = NULL;
        return il_fail(err, IL_E_MEMORY, "out of memory");
    }
    j->fd = il_inside_open(folder, name, O_WRONLY | O_CREAT | O_EXCL);
    if (j->fd >= 0 && sync_folder(folder, name) == 0)
        return IL_OK;
    why = errno;
    il_fail(err, il_is_full(why) ? IL_E_IO : IL_E_CREATE, "cannot create '%s': %s", j->path,
            il_inside_why(why));
    if (j->fd >= 0)
        il_inside_remove(folder, name);
    il_journal_close(j);
    errno = why;
    return il_is_full(why) ? IL_E_IO : IL_E_CREATE;
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
    char *const text = il_json_text(line, JSON_COMPACT | JSON_REAL_PRECISION(17));
    const size_t n = text ? strlen(text) : 0;
    const int fits = text && reserve(j, IL_LINE_HEAD + n + 1);

    if (fits) {
        j->last = j->length;
        j->length += (size_t)sprintf(j->text + j->length, "00000000 +%s\n", text);
    }
    free(text);
    json_decref(line);
    return fits ? IL_OK : il_fail(err, IL_E_MEMORY, "out of memory");
}

/* fill in the marks and sums of the group's lines */
static void seal(struct il_journal *j)
{
    uint32_t sum = 0;

    for (size_t at = 0; at < j->length;) {
        char *const line = j->text + at, *const end = memchr(line, '\n', j->length - at);
        char digits[9];

        if (at == j->last)
            line[IL_LINE_HEAD - 1] = '.';
        sum = il_line_sum(sum, line, (size_t)(end - line), digits);
        memcpy(line, digits, 8);
        at = (size_t)(end + 1 - j->text);
    }
}

il_status il_journal_look(struct il_journal *j, il_journal_group_fn *each, void *arg, il_error *err)
{
    char **line = NULL;
    size_t lines = 0, room = 0;
    il_status st = IL_OK;

    for (size_t at = 0; at < j->length; lines++) {
        char *const end = memchr(j->text + at, '\n', j->length - at);

        if (lines == room) {
            char **const more = realloc(line, (room = 2 * room + 16) * sizeof *more);

            if (!more) {
                st = il_fail(err, IL_E_MEMORY, "out of memory");
                break;
            }
            line = more;
        }
        line[lines] = j->text + at + IL_LINE_HEAD;
        *end = 0; /* while it is looked at */
        at = (size_t)(end + 1 - j->text);
    }
    if (st == IL_OK)
        st = each(arg, &(struct il_journal_group){ .line = line, .lines = lines }, err);
    for (size_t i = 0; i < lines; i++)
        line[i][strlen(line[i])] = '\n';
    free(line);
    return st;
}

void il_journal_drop(struct il_journal *j) { j->length = j->last = 0; }

il_status il_journal_commit(struct il_journal *j, il_error *err)
{
    const off_t size = (off_t)j->length;
    int why;

    if (j->fd < 0)
        return lost(j, EBADF, err);
    if (size == 0)
        return IL_OK;
    seal(j);
    why = il_write_all(j->fd, j->text, j->length) != 0 || fdatasync(j->fd) != 0 ? errno : 0;
    il_journal_drop(j);
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
