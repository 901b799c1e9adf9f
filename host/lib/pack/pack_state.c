/*
 * pack_state.c - a pack's training on disk: a line with the sizes and the numbers, the note, what the host counts,
 * what the device holds, and a CRC-32C of all of it. Rates, the clock and the order's keys follow
 * from these.
 */
#include "pack_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/crc32c.h"
#include "core/file.h"
#include "core/inside.h"
#include "dense.h"
#include "initlab/numbers.h"

static const char FORMAT[] = "initlab pack state 3: %zu bytes of note, %zu of state, numbers %u\n";

/* a note has a row a run and epoch, of at most so many bytes, and little else */
enum { NOTE_ROW = 256, NOTE_REST = 1 << 16 };

/* what the host counts; diverged [runs] follows it */
struct counts {
    uint64_t epoch, step, runs;
};

/* one buffer of the device that is saved; NULL: the rule has none */
struct part {
    void *memory;
    size_t bytes;
};

static size_t parts(const struct il_pack *p) { return 1 + (size_t)p->layers * IL_DENSE_STATE; }

/* the sums first, then those of each layer */
static struct part part_of(const struct il_pack *p, size_t i)
{
    const struct il_dense *y;
    float *memory;

    if (i == 0)
        return (struct part){ p->sums, p->runs * sizeof *p->sums };
    y = &p->layer[(i - 1) / IL_DENSE_STATE];
    memory = il_dense_state(y, (i - 1) % IL_DENSE_STATE);
    return (struct part){ memory, memory ? il_dense_bytes(y) : 0 };
}

static size_t host_bytes(const struct il_pack *p)
{
    return sizeof(struct counts) + p->runs * sizeof *p->diverged;
}

static size_t total(const struct il_pack *p)
{
    size_t bytes = host_bytes(p);

    for (size_t i = 0; i < parts(p); i++)
        bytes += part_of(p, i).bytes;
    return bytes;
}

/* to a file that is open, and is closed whatever comes of it */
static il_status save(il_pack *p, struct il_file *f, const char *note, il_error *err)
{
    const struct counts counts = { p->epoch, p->step, p->runs };
    const size_t bytes = total(p), length = strlen(note);
    uint8_t *const state = malloc(bytes), *at = state;
    char head[128];
    uint32_t sum;
    il_status st = IL_OK;
    int e = 0;

    if (!state) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu bytes of a pack's state", bytes);
        goto out;
    }
    memcpy(at, &counts, sizeof counts);
    memcpy(at + sizeof counts, p->diverged, p->runs * sizeof *p->diverged);
    at += host_bytes(p);
    for (size_t i = 0; !e && i < parts(p); i++) {
        const struct part part = part_of(p, i);

        if (part.bytes > 0)
            e = p->device->seam->get(p->device, at, part.memory, part.bytes);
        at += part.bytes;
    }
    if (e) {
        st = il_device_fail(err, p->device, e, "read its state");
        goto out;
    }
    snprintf(head, sizeof head, FORMAT, length, bytes, (unsigned)IL_NUMBERS);
    sum = il_crc32c(0, head, strlen(head));
    sum = il_crc32c(sum, note, length);
    sum = il_crc32c(sum, state, bytes);
    il_file_put(f, head, strlen(head));
    il_file_put(f, note, length);
    il_file_put(f, state, bytes);
    il_file_put(f, &sum, sizeof sum);
    st = il_file_close(f, err);
out:
    il_file_abandon(f);
    free(state);
    return st;
}

il_status il_pack_save(il_pack *p, const char *path, const char *note, il_error *err)
{
    struct il_file f;
    const il_status st = il_file_open(&f, path, err);

    return st == IL_OK ? save(p, &f, note, err) : st;
}

il_status il_pack_save_inside(il_pack *p, const char *folder, const char *name, const char *note,
                              il_error *err)
{
    struct il_file f;
    const il_status st = il_file_open_inside(&f, folder, name, err);

    return st == IL_OK ? save(p, &f, note, err) : st;
}

/* the most that a state of the pack may be: its own bytes, its note and its head */
static size_t most(const struct il_pack *p)
{
    return total(p) + (size_t)p->runs * p->run[0].epochs * NOTE_ROW + NOTE_REST;
}

/* all of an open file, which has at most so many bytes */
static il_status read_bytes(int fd, const char *path, size_t at_most, char **text, size_t *length,
                            il_error *err)
{
    struct stat info;
    ssize_t n = 0;

    if (fd < 0 || fstat(fd, &info) != 0)
        return il_fail(err, IL_E_DATA, "cannot open '%s': %s", path, il_inside_why(errno));
    *length = (size_t)info.st_size;
    if (*length > at_most)
        return il_fail(err, IL_E_DATA, "%s: more bytes than the pack's state has", path);
    *text = malloc(*length + 1);
    if (!*text)
        return il_fail(err, IL_E_MEMORY, "out of memory for '%s'", path);
    for (size_t have = 0; have < *length; have += (size_t)n) {
        do
            n = read(fd, *text + have, *length - have);
        while (n < 0 && errno == EINTR);
        if (n <= 0)
            return il_fail(err, IL_E_DATA, "cannot read '%s'", path);
    }
    return IL_OK;
}

/* the whole file, which is closed; IL_E_DATA where it is not one of ours, whole */
static il_status read_file(int fd, const char *path, size_t at_most, char **out, size_t *size,
                           size_t *head, size_t *note, size_t *bytes, il_error *err)
{
    char *text = NULL;
    size_t length = 0;
    unsigned numbers = 0;
    uint32_t sum;
    int end = 0;
    il_status st = IL_OK;

    *out = NULL;
    IL_TRY(read_bytes(fd, path, at_most, &text, &length, err));
    text[length] = 0;
    *size = length;
    if (sscanf(text, "initlab pack state 3: %zu bytes of note, %zu of state, numbers %u%n", note,
               bytes, &numbers, &end) != 3 ||
        end == 0 || *note > *size || *bytes > *size ||
        *size != (size_t)end + 1 + *note + *bytes + sizeof sum) {
        st = il_fail(err, IL_E_DATA, "%s: not the whole state of a pack", path);
        goto out;
    }
    if (numbers != IL_NUMBERS) {
        st = il_fail(err, IL_E_DATA, "%s: of an initlab with numbers %u, not %d", path, numbers,
                     IL_NUMBERS);
        goto out;
    }
    *head = (size_t)end + 1;
    memcpy(&sum, text + *size - sizeof sum, sizeof sum);
    if (il_crc32c(0, text, *size - sizeof sum) != sum)
        st = il_fail(err, IL_E_DATA, "%s: damaged: its checksum is another", path);
out:
    if (fd >= 0)
        close(fd);
    if (st == IL_OK)
        *out = text;
    else
        free(text);
    return st;
}

static il_status restore(il_pack *p, int fd, const char *path, char **note, il_error *err)
{
    struct counts counts;
    size_t size, head = 0, length = 0, bytes = 0;
    char *text = NULL;
    const char *at;
    il_status st;
    int e = 0;

    *note = NULL;
    IL_TRY(read_file(fd, path, most(p), &text, &size, &head, &length, &bytes, err));
    at = text + head + length;
    if (bytes == total(p))
        memcpy(&counts, at, sizeof counts);
    if (bytes != total(p) || counts.runs != p->runs || counts.epoch > p->run[0].epochs ||
        counts.step >= p->run[0].steps) {
        st = il_fail(err, IL_E_DATA, "%s: the state of another pack", path);
        goto out;
    }
    *note = strndup(text + head, length);
    if (!*note) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    p->epoch = counts.epoch;
    p->step = counts.step;
    memcpy(p->diverged, at + sizeof counts, p->runs * sizeof *p->diverged);
    at += host_bytes(p);
    for (size_t i = 0; !e && i < parts(p); i++) {
        const struct part part = part_of(p, i);

        if (part.bytes > 0)
            e = p->device->seam->put(p->device, part.memory, at, part.bytes);
        at += part.bytes;
    }
    if (e) {
        free(*note);
        *note = NULL;
        st = il_device_fail(err, p->device, e, "restore its state");
    }
out:
    free(text);
    return st;
}

il_status il_pack_restore(il_pack *p, const char *path, char **note, il_error *err)
{
    return restore(p, il_open_regular(path, O_RDONLY), path, note, err);
}

il_status il_pack_restore_inside(il_pack *p, const char *folder, const char *name, char **note,
                                 il_error *err)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return restore(p, il_inside_open(folder, name, O_RDONLY), path, note, err);
}
