/*
 * tensorboard.c - event files: records "length, its masked CRC-32C, bytes, their masked CRC-32C" of
 * protocol buffers. An Event has wall_time (1, double), step (2, varint), and file_version (3, text)
 * or summary (5): a Summary of values (1), each with tag (1) and simple_value (2, float).
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/crc32c.h"
#include "core/file.h"
#include "folder/folder_impl.h"
#include "initlab/results.h"

enum { EVENT = 512 };

struct writer {
    const char *to;
    const char *name; /* of each run's file */
    char run[32];     /* whose file is open; "": none */
    struct il_file file;
    double time;
    il_status st;
    il_error *err;
};

struct bytes {
    uint8_t b[EVENT];
    size_t n;
    int full; /* something did not fit, as names of columns of ours do */
};

static void put(struct bytes *to, const void *from, size_t n)
{
    if (n > sizeof to->b - to->n) {
        to->full = 1;
        return;
    }
    memcpy(to->b + to->n, from, n);
    to->n += n;
}

static void put_varint(struct bytes *to, uint64_t x)
{
    uint8_t byte;

    for (; x > 127; x >>= 7) {
        byte = (uint8_t)(x | 128);
        put(to, &byte, 1);
    }
    byte = (uint8_t)x;
    put(to, &byte, 1);
}

/* a field of bytes */
static void put_field(struct bytes *to, unsigned field, const void *from, size_t n)
{
    put_varint(to, field << 3 | 2);
    put_varint(to, n);
    put(to, from, n);
}

static uint32_t masked(const void *bytes, size_t n)
{
    const uint32_t crc = il_crc32c(0, bytes, n);

    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static void put_record(struct il_file *f, const struct bytes *event)
{
    const uint64_t length = event->n; /* little-endian, as all machines we build for */
    const uint32_t head = masked(&length, sizeof length), body = masked(event->b, event->n);

    il_file_put(f, &length, sizeof length);
    il_file_put(f, &head, sizeof head);
    il_file_put(f, event->b, event->n);
    il_file_put(f, &body, sizeof body);
}

static void begin_event(const struct writer *w, struct bytes *event, uint64_t step)
{
    event->n = 0;
    event->full = 0;
    put_varint(event, 1 << 3 | 1);
    put(event, &w->time, sizeof w->time);
    put_varint(event, 2 << 3);
    put_varint(event, step);
}

static void put_scalar(struct bytes *summary, const char *tag, double x)
{
    struct bytes value = { .n = 0 };
    const float simple = (float)x;

    put_field(&value, 1, tag, strlen(tag));
    put_varint(&value, 2 << 3 | 5);
    put(&value, &simple, sizeof simple);
    put_field(summary, 1, value.b, value.n);
    summary->full |= value.full;
}

static il_status end_file(struct writer *w)
{
    const il_status st = w->run[0] ? il_file_close(&w->file, w->err) : IL_OK;

    w->run[0] = 0;
    return st;
}

static il_status begin_file(struct writer *w, const char *run)
{
    static const char version[] = "brain.Event:2";
    char path[IL_PATH];
    struct bytes event;
    il_status st;

    if ((size_t)snprintf(path, sizeof path, "%s/%s/%s", w->to, run, w->name) >= sizeof path)
        return il_fail(w->err, IL_E_USAGE, "the folder's name is too long");
    *strrchr(path, '/') = 0;
    IL_TRY(il_make_folder(path, w->err));
    path[strlen(path)] = '/';
    IL_TRY(il_file_open(&w->file, path, w->err));
    snprintf(w->run, sizeof w->run, "%s", run);
    begin_event(w, &event, 0);
    put_field(&event, 3, version, sizeof version - 1);
    put_record(&w->file, &event);
out:
    return st;
}

/* the file of this run is open; 0: it is not */
static int turn_to(struct writer *w, const char *run)
{
    if (strcmp(w->run, run) != 0) {
        w->st = end_file(w);
        if (w->st == IL_OK)
            w->st = begin_file(w, run);
    }
    return w->st == IL_OK;
}

/* numbers from the first-th column on by their names, each behind `prefix`; the second column is the step */
static int put_numbers(struct writer *w, const char *prefix, size_t first, const char *const *name,
                       const il_value *value, size_t columns)
{
    struct bytes event, summary = { .n = 0 };
    char tag[80];

    if (!turn_to(w, value[0].text))
        return 1;
    for (size_t i = first; i < columns; i++) {
        if (value[i].kind != IL_VALUE_REAL && value[i].kind != IL_VALUE_WHOLE)
            continue;
        snprintf(tag, sizeof tag, "%s%s", prefix, name[i]);
        put_scalar(&summary, tag, value[i].real);
    }
    begin_event(w, &event, (uint64_t)value[1].whole);
    put_field(&event, 5, summary.b, summary.n);
    if (summary.full || event.full) {
        w->st = il_fail(w->err, IL_E_DATA, "the names of columns are too long");
        return 1;
    }
    put_record(&w->file, &event);
    return 0;
}

/* columns: run_id, epoch, then numbers by their names */
static int put_epoch(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    return put_numbers(arg, "", 2, name, value, columns);
}

/* columns: run_id, step, layer, epoch, then numbers by their names */
static int put_state(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    char prefix[40];

    snprintf(prefix, sizeof prefix, "layer%lld/", (long long)value[2].whole);
    return put_numbers(arg, prefix, 4, name, value, columns);
}

il_status il_results_tensorboard(il_results *r, const char *to, il_error *err)
{
    static const struct {
        il_table table;
        il_row_fn *put;
        const char *name;
    } part[] = { { IL_TABLE_EPOCHS, put_epoch, "events.out.tfevents.initlab" },
                 { IL_TABLE_DIAGNOSTICS, put_state, "events.out.tfevents.initlab.layers" } };
    struct writer w = { .to = to, .time = (double)time(NULL), .err = err };
    il_status st;

    IL_TRY(il_make_folder(to, err));
    for (size_t i = 0; i < 2 && st == IL_OK; i++) {
        w.name = part[i].name;
        IL_TRY(il_results_rows(r, part[i].table, part[i].put, &w, err));
        st = w.st == IL_OK ? end_file(&w) : w.st;
    }
out:
    if (st != IL_OK && w.run[0])
        il_file_abandon(&w.file);
    return st;
}
