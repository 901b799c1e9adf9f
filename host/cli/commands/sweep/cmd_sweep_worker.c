/*
 * cmd_sweep_worker.c - initlab sweep worker: what `sweep run` starts, one a device. It trains the packs
 * whose numbers come on stdin, "PACK ATTEMPT HALVED" a line (HALVED 1: journals have halves of it), and answers on
 * stdout, a JSON object a line:
 *   {"ready":true}                                  the device is open
 *   {"piece":2,"why":"..."}                         so many runs of the pack, which is halved, are begun
 *   {"share":0.25}                                  of the pack in training
 *   {"done":PACK,"runs":32,"failed":0,"failure":"","diverged":0,"best":0.9,"best_run":"...","begun_on":""}
 *   {"error":"text","status":3,"pack":PACK}         pack -1: before the first
 * The end of stdin ends it well; SIGTERM ends it with 75 after the pack's state is saved; a lost
 * device, a full disk and the like end it with their own code.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/clock.h"
#include "common/signals.h"
#include "sweep/sweep.h"

static const double PAUSE = 0.25; /* seconds between two shares */

struct work {
    const struct options *o;
    il_folder *folder;
    il_dataset *set;
    il_device *device;
    il_worker *worker;
    size_t epochs;          /* of the pack in training */
    size_t first, runs, of; /* of its runs: those in training begin there, and are so many */
    double last;
    il_status mute; /* why an answer was lost; the worker is to end */
    il_error err;
};

/*
 * Say a line whole. One that is lost would be waited for: the worker ends then, and its end makes the
 * supervisor ask the journals.
 */
static il_status answer(struct work *w, json_t *line)
{
    char *const text = cli_json_text(line, JSON_COMPACT);
    const size_t n = text ? strlen(text) : 0;

    json_decref(line);
    if (!text) {
        w->mute = IL_E_MEMORY;
        return w->mute;
    }
    text[n] = '\n';
    for (size_t done = 0; done <= n && w->mute == IL_OK;) {
        const ssize_t k = write(STDOUT_FILENO, text + done, n + 1 - done);

        if (k > 0)
            done += (size_t)k;
        else if (k == 0 || errno != EINTR)
            w->mute = IL_E_IO;
    }
    free(text);
    return w->mute;
}

static int on_progress(void *arg, size_t epoch, size_t step, size_t steps)
{
    struct work *const w = arg;
    const double t = seconds_now();

    if (t - w->last > PAUSE && steps && w->epochs) {
        const double done =
            ((double)(epoch - 1) + (double)step / (double)steps) / (double)w->epochs;
        json_t *const line = json_pack("{s:f}", "share",
                                       ((double)w->first + done * (double)w->runs) / (double)w->of);

        w->last = t;
        if (line) /* nobody waits for it */
            answer(w, line);
    }
    return signals_caught() != 0 || w->mute != IL_OK;
}

static void on_piece(void *arg, const il_piece_begun *piece)
{
    struct work *const w = arg;
    char why[sizeof w->err.text];

    w->first = piece->first;
    w->runs = piece->runs;
    snprintf(why, sizeof why, "%s", piece->why);
    il_utf8(why);
    answer(w, json_pack("{s:I, s:s}", "piece", (json_int_t)piece->runs, "why", why));
}

static il_status answer_error(struct work *w, il_status st, long long pack)
{
    il_utf8(w->err.text);
    answer(w, json_pack("{s:s, s:i, s:I}", "error", w->err.text, "status", (int)st, "pack",
                        (json_int_t)pack));
    return w->mute != IL_OK ? w->mute : st;
}

static size_t epochs_of(struct work *w, size_t pack)
{
    const il_sweep_plan *const plan = il_folder_plan(w->folder);
    il_config *c = NULL;
    size_t epochs = 0;

    if (il_sweep_config(il_folder_sweep(w->folder), plan->order[plan->pack[pack].first], &c,
                        NULL) == IL_OK)
        epochs = strtoul(il_config_get(c, "epochs"), NULL, 10);
    il_config_free(c);
    return epochs;
}

/* Does a failure end the worker, or only its pack? */
static int ends(il_status st)
{
    return st != IL_OK && st != IL_E_USAGE && st != IL_E_DATA && st != IL_E_MEMORY;
}

static il_status train(struct work *w, size_t pack, unsigned attempt, int halved)
{
    il_trained t;
    il_status st = halved ? il_folder_scan(w->folder, &w->err) : IL_OK;

    w->epochs = epochs_of(w, pack);
    w->first = 0;
    w->runs = w->of = il_folder_plan(w->folder)->pack[pack].count;
    w->last = seconds_now();
    if (st == IL_OK)
        st = il_worker_train(w->worker, pack, attempt, on_progress, w, &t, &w->err);
    if (st == IL_OK)
        st = answer(w,
                    json_pack("{s:I, s:I, s:I, s:s, s:I, s:f, s:s, s:s}", "done", (json_int_t)pack,
                              "runs", (json_int_t)t.runs, "failed", (json_int_t)t.failed, "failure",
                              t.failure.text, "diverged", (json_int_t)t.diverged, "best", t.best,
                              "best_run", t.best < 0 ? "" : t.best_run, "begun_on", t.begun_on));
    else if (w->mute != IL_OK)
        st = w->mute; /* its pack was saved */
    else if (st != IL_E_INTERRUPTED)
        st = answer_error(w, st, (long long)pack);
    return st;
}

static il_status open_all(struct work *w)
{
    il_status st = sweep_folder(w->o, 0, &w->folder, &w->err);
    il_watch watch;

    if (st == IL_OK)
        st = sweep_dataset(w->o, w->folder, &w->set, &w->err);
    if (st == IL_OK)
        st = il_device_open(&w->device, opt_get(w->o, "device"), 1, NULL, &w->err);
    if (st == IL_OK)
        st = il_worker_open(&w->worker, w->folder, w->set, w->device, &w->err);
    if (st == IL_OK)
        il_worker_checkpoint(w->worker, strtod(opt_get(w->o, "checkpoint"), NULL));
    if (st == IL_OK)
        st = sweep_watch(w->o, &watch, &w->err);
    if (st == IL_OK) {
        il_worker_watch(w->worker, &watch);
        il_worker_on_piece(w->worker, on_piece, w);
    }
    return st;
}

static int run(struct cli *cli, const struct options *o)
{
    struct work w = { .o = o };
    char line[64];
    il_status st;

    (void)cli;
    signals_catch();
    st = open_all(&w);
    if (st != IL_OK)
        answer_error(&w, st, -1);
    else
        answer(&w, json_pack("{s:b}", "ready", 1));
    while (!ends(st) && w.mute == IL_OK && w.worker && !signals_caught() &&
           fgets(line, sizeof line, stdin)) {
        char *rest;
        const size_t pack = strtoul(line, &rest, 10);
        const unsigned attempt = (unsigned)strtoul(rest, &rest, 10);

        st = pack < il_folder_plan(w.folder)->packs
                 ? train(&w, pack, attempt, strtoul(rest, NULL, 10) != 0)
                 : IL_OK;
    }
    il_worker_close(w.worker);
    il_device_close(w.device);
    il_dataset_free(w.set);
    il_folder_close(w.folder);
    return il_status_exit(signals_caught() ? IL_E_INTERRUPTED : w.mute != IL_OK ? w.mute : st);
}

static const struct opt_row rows[] = {
    { .name = "device", .metavar = "DEVICE", .value = "cpu", .help = "where to train" },
    { .name = "data", .metavar = "DIR", .help = "folder of the dataset" },
    { .name = "diag", .metavar = "every=WHEN", .help = "how runs are watched" },
    { .name = "checkpoint", .metavar = "SECONDS", .value = "300", .help = "between saved states" },
    { .name = "" }
};

const struct command cmd_sweep_worker = {
    .name = "sweep worker",
    .operands = "DIR",
    .max_operands = 1,
    .summary = "train packs that stdin names",
    .text = "What 'initlab sweep run' starts, one process a device. Not for people.",
    .rows = rows,
    .hidden = 1,
    .run = run
};
