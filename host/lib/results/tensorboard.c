/*
 * tensorboard.c - event files: records "length, its masked CRC-32C, bytes, their masked CRC-32C" of
 * protocol buffers. An Event has wall_time (1, double), step (2, varint), and file_version (3, text)
 * or summary (5): a Summary of values (1), each with tag (1) and simple_value (2, float).
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "board.h"
#include "core/crc32c.h"
#include "core/file.h"
#include "folder/folder_impl.h"

struct writer {
    const char *to;
    const char *name; /* of each run's file */
    struct il_board board;
    size_t run; /* whose rows come; those of others are behind it */
    int open;   /* its file is */
    struct il_file file;
    double time;
    const char *metric[IL_BOARD_COLUMNS]; /* columns of epochs that have a number */
    size_t metrics;
    struct il_proto event, summary, value;
    il_status st;
    il_error *err;
};

/* ---- files ----------------------------------------------------------------------------------- */

static uint32_t masked(const void *bytes, size_t n)
{
    const uint32_t crc = il_crc32c(0, bytes, n);

    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

/* the event, which is empty then. Not 0: out of memory */
static int put_record(struct writer *w)
{
    const uint64_t length = w->event.n; /* little-endian, as all machines we build for */
    const uint32_t head = masked(&length, sizeof length), body = masked(w->event.bytes, w->event.n);

    if (w->event.failed) {
        w->st = il_fail(w->err, IL_E_MEMORY, "out of memory");
        return 1;
    }
    il_file_put(&w->file, &length, sizeof length);
    il_file_put(&w->file, &head, sizeof head);
    il_file_put(&w->file, w->event.bytes, w->event.n);
    il_file_put(&w->file, &body, sizeof body);
    il_proto_clear(&w->event);
    return 0;
}

static void begin_event(struct writer *w, uint64_t step)
{
    il_proto_clear(&w->event);
    il_proto_double(&w->event, 1, w->time);
    il_proto_whole(&w->event, 2, step);
}

/* the summary, which is empty then */
static int put_summary(struct writer *w, uint64_t step)
{
    begin_event(w, step);
    il_proto_message(&w->event, 5, &w->summary);
    return put_record(w);
}

static il_status end_file(struct writer *w)
{
    const il_status st = w->open ? il_file_close(&w->file, w->err) : IL_OK;

    w->open = 0;
    return st;
}

/* folder "": the board's own */
static il_status begin_file(struct writer *w, const char *folder)
{
    char path[IL_PATH];
    il_status st;

    if ((size_t)snprintf(path, sizeof path, "%s/%s%s%s", w->to, folder, folder[0] ? "/" : "",
                         w->name) >= sizeof path)
        return il_fail(w->err, IL_E_USAGE, "the folder's name is too long");
    *strrchr(path, '/') = 0;
    IL_TRY(il_make_folder(path, w->err));
    path[strlen(path)] = '/';
    IL_TRY(il_file_open(&w->file, path, w->err));
    w->open = 1;
    begin_event(w, 0);
    il_proto_text(&w->event, 3, "brain.Event:2");
    if (put_record(w))
        st = w->st;
out:
    return st;
}

/* the file of this run is open; 0: it is not */
static int turn_to(struct writer *w, const char *id)
{
    size_t to = w->run;

    while (to < w->board.runs && strcmp(w->board.run[to].id, id) != 0)
        to++;
    if (to == w->board.runs) { /* it came while we read */
        w->st = end_file(w);
        return 0;
    }
    if (to != w->run || !w->open) {
        w->st = end_file(w);
        w->run = to;
        if (w->st == IL_OK)
            w->st = begin_file(w, w->board.run[to].name);
    }
    return w->st == IL_OK;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void put_scalar(struct writer *w, const char *tag, double x)
{
    il_proto_text(&w->value, 1, tag);
    il_proto_float(&w->value, 2, (float)x);
    il_proto_message(&w->summary, 1, &w->value);
}

/* numbers from the first-th column on by their names, each behind `prefix`; the second column is the step */
static int put_numbers(struct writer *w, const char *prefix, size_t first, const char *const *name,
                       const il_value *value, size_t columns)
{
    char tag[80];

    if (!turn_to(w, value[0].text))
        return w->st != IL_OK;
    for (size_t i = first; i < columns; i++) {
        if (value[i].kind != IL_VALUE_REAL && value[i].kind != IL_VALUE_WHOLE)
            continue;
        snprintf(tag, sizeof tag, "%s%s", prefix, name[i]);
        put_scalar(w, tag, value[i].real);
    }
    return put_summary(w, (uint64_t)value[1].whole);
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

/* how a run began and ended, in one file */
static int put_session(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct writer *const w = arg;
    double seconds = 0;
    int ok = 0;

    if (!turn_to(w, value[0].text))
        return w->st != IL_OK;
    for (size_t i = 0; i < columns; i++)
        if (strcmp(name[i], "status") == 0)
            ok = strcmp(value[i].text, "ok") == 0;
        else if (strcmp(name[i], "seconds") == 0 && value[i].kind == IL_VALUE_REAL)
            seconds = value[i].real;
    il_board_start(&w->board, &w->board.run[w->run], value, w->time, &w->summary);
    if (put_summary(w, 0))
        return 1;
    il_board_end(ok, w->time + seconds, &w->summary);
    return put_summary(w, 0);
}

/* ---- all ------------------------------------------------------------------------------------- */

/* the numbers of the first run's last epoch: of runs of one sweep all have the same */
static int take_metrics(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    static const char *const known[] = { "test_accuracy", "validation_accuracy", "train_accuracy",
                                         "test_cost",     "validation_cost",     "cost" };
    struct writer *const w = arg;

    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        for (size_t i = 2; i < columns; i++) {
            size_t there = 0;

            while (there < w->metrics && w->metric[there] != known[k])
                there++;
            if (there == w->metrics && value[i].kind == IL_VALUE_REAL &&
                strcmp(name[i], known[k]) == 0)
                w->metric[w->metrics++] = known[k];
        }
    return 0;
}

static il_status put_experiment(struct writer *w, il_results *r)
{
    il_status st;

    IL_TRY(il_results_rows(r, IL_TABLE_EPOCHS, take_metrics, w, w->err));
    IL_TRY(begin_file(w, ""));
    il_board_experiment(&w->board, w->metric, w->metrics, &w->summary);
    st = put_summary(w, 0) ? w->st : end_file(w);
out:
    return st;
}

il_status il_results_tensorboard(il_results *r, const char *to, il_error *err)
{
    static const struct {
        il_table table;
        il_row_fn *put;
        const char *name;
    } part[] = { { IL_TABLE_RUNS, put_session, "events.out.tfevents.initlab.hparams" },
                 { IL_TABLE_EPOCHS, put_epoch, "events.out.tfevents.initlab" },
                 { IL_TABLE_DIAGNOSTICS, put_state, "events.out.tfevents.initlab.layers" } };
    struct writer w = { .to = to, .time = (double)time(NULL), .err = err };
    il_status st;

    IL_TRY(il_make_folder(to, err));
    IL_TRY(il_board_read(&w.board, r, err));
    w.name = part[0].name;
    IL_TRY(put_experiment(&w, r));
    for (size_t i = 0; i < sizeof part / sizeof *part && st == IL_OK; i++) {
        w.name = part[i].name;
        w.run = 0;
        IL_TRY(il_results_rows(r, part[i].table, part[i].put, &w, err));
        st = w.st == IL_OK ? end_file(&w) : w.st;
    }
out:
    if (st != IL_OK && w.open)
        il_file_abandon(&w.file);
    il_board_free(&w.board);
    il_proto_free(&w.event);
    il_proto_free(&w.summary);
    il_proto_free(&w.value);
    return st;
}
