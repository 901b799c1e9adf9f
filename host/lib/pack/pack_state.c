/*
 * pack_state.c - a pack's training on disk: a line with the sizes, the note, what the host counts,
 * what the device holds, and a CRC-32C of all of it. Rates, the clock and the order's keys follow
 * from these.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/crc32c.h"
#include "core/file.h"
#include "dense.h"
#include "pack_impl.h"

static const char FORMAT[] = "initlab pack state 2: %zu bytes of note, %zu of state\n";

/* what the host counts; diverged [runs] follows it */
struct counts {
    uint64_t epoch, step, runs;
};

/* one buffer of the device that is saved; NULL: the rule has none */
struct part {
    void *at;
    size_t bytes;
};

enum { PARTS = 1 + 3 * IL_MAX_LAYERS };

static size_t parts_of(const struct il_pack *p, struct part part[PARTS])
{
    size_t n = 0;

    part[n++] = (struct part){ p->sums, p->runs * sizeof *p->sums };
    for (unsigned l = 0; l < p->layers; l++) {
        const struct il_dense *const y = &p->layer[l];
        float *const buffer[] = { y->w, y->s1, y->s2 };

        for (size_t i = 0; i < 3; i++)
            if (buffer[i])
                part[n++] = (struct part){ buffer[i],
                                           (size_t)y->layout.rows * y->layout.ld * sizeof *y->w };
    }
    return n;
}

static size_t host_bytes(const struct il_pack *p)
{
    return sizeof(struct counts) + p->runs * sizeof *p->diverged;
}

static size_t total(const struct il_pack *p, const struct part *part, size_t n)
{
    size_t bytes = host_bytes(p);

    for (size_t i = 0; i < n; i++)
        bytes += part[i].bytes;
    return bytes;
}

il_status il_pack_save(il_pack *p, const char *path, const char *note, il_error *err)
{
    const struct counts counts = { p->epoch, p->step, p->runs };
    struct part part[PARTS];
    const size_t n = parts_of(p, part), bytes = total(p, part, n), length = strlen(note);
    uint8_t *const state = malloc(bytes), *at = state;
    char head[128];
    struct il_file f = { 0 };
    uint32_t sum;
    il_status st = IL_OK;
    int e = 0;

    if (!state)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu bytes of a pack's state", bytes);
    memcpy(at, &counts, sizeof counts);
    memcpy(at + sizeof counts, p->diverged, p->runs * sizeof *p->diverged);
    at += host_bytes(p);
    for (size_t i = 0; !e && i < n; at += part[i++].bytes)
        e = p->device->seam->get(p->device, at, part[i].at, part[i].bytes);
    if (e) {
        st = il_device_fail(err, p->device, e, "read its state");
        goto out;
    }
    snprintf(head, sizeof head, FORMAT, length, bytes);
    sum = il_crc32c(0, head, strlen(head));
    sum = il_crc32c(sum, note, length);
    sum = il_crc32c(sum, state, bytes);
    IL_TRY(il_file_open(&f, path, err));
    il_file_put(&f, head, strlen(head));
    il_file_put(&f, note, length);
    il_file_put(&f, state, bytes);
    il_file_put(&f, &sum, sizeof sum);
    st = il_file_close(&f, err);
out:
    free(state);
    return st;
}

/* the whole file; IL_E_DATA where it is not one of ours, whole */
static il_status read_file(const char *path, char **out, size_t *size, size_t *head, size_t *note,
                           size_t *bytes, il_error *err)
{
    FILE *const f = fopen(path, "rb");
    char *text = NULL;
    long length = -1;
    uint32_t sum;
    int end = 0;
    il_status st = IL_OK;

    *out = NULL;
    if (!f)
        return il_fail(err, IL_E_DATA, "cannot open '%s': %s", path, strerror(errno));
    if (fseek(f, 0, SEEK_END) == 0)
        length = ftell(f);
    rewind(f);
    if (length > 0 && !(text = malloc((size_t)length + 1)))
        st = il_fail(err, IL_E_MEMORY, "out of memory for '%s'", path);
    else if (length <= 0 || fread(text, 1, (size_t)length, f) != (size_t)length)
        st = il_fail(err, IL_E_DATA, "cannot read '%s'", path);
    fclose(f);
    if (st != IL_OK)
        goto out;
    text[length] = 0;
    *size = (size_t)length;
    if (sscanf(text, "initlab pack state 2: %zu bytes of note, %zu of state%n", note, bytes,
               &end) != 2 ||
        end == 0 || *note > *size || *bytes > *size ||
        *size != (size_t)end + 1 + *note + *bytes + sizeof sum) {
        st = il_fail(err, IL_E_DATA, "%s: not the whole state of a pack", path);
        goto out;
    }
    *head = (size_t)end + 1;
    memcpy(&sum, text + *size - sizeof sum, sizeof sum);
    if (il_crc32c(0, text, *size - sizeof sum) != sum)
        st = il_fail(err, IL_E_DATA, "%s: damaged: its checksum is another", path);
out:
    if (st == IL_OK)
        *out = text;
    else
        free(text);
    return st;
}

il_status il_pack_restore(il_pack *p, const char *path, char **note, il_error *err)
{
    struct part part[PARTS];
    const size_t n = parts_of(p, part);
    struct counts counts;
    size_t size, head = 0, length = 0, bytes = 0;
    char *text = NULL;
    const char *at;
    il_status st;
    int e = 0;

    *note = NULL;
    IL_TRY(read_file(path, &text, &size, &head, &length, &bytes, err));
    at = text + head + length;
    if (bytes == total(p, part, n))
        memcpy(&counts, at, sizeof counts);
    if (bytes != total(p, part, n) || counts.runs != p->runs || counts.epoch > p->run[0].epochs ||
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
    for (size_t i = 0; !e && i < n; at += part[i++].bytes)
        e = p->device->seam->put(p->device, part[i].at, at, part[i].bytes);
    if (e) {
        free(*note);
        *note = NULL;
        st = il_device_fail(err, p->device, e, "restore its state");
    }
out:
    free(text);
    return st;
}
