/*
 * worker.c - trains packs of a sweep's folder, one after the other, and commits what came of each as
 * one group of its journal; of a pack that its device cannot hold, halves, a group each. Interrupted, it saves
 * what is in training with the epochs so far; whoever trains the pack next goes on there.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "group.h"
#include "core/json.h"
#include "core/clock.h"
#include "core/inside.h"
#include "initlab/statistics.h"
#include "initlab/version.h"
#include "pack/dense.h"
#include "pack/pack_impl.h"
#include "pack/pack_state.h"
#include "pack/pack_stats.h"
#include "pack/watch.h"
#include "planned.h"

static const double CHECKPOINT = 300;

struct il_worker {
    const struct il_folder *folder;
    const il_dataset *set;
    il_device *device;
    double stuck; /* il_stuck_accuracy of the dataset */
    struct il_journal journal;
    double checkpoint; /* seconds between two saved states of a pack; 0: none */
    il_watch watch;
    il_piece_fn *on_piece; /* the caller's */
    void *on_piece_arg;
};

/* one pack in training, or a piece of it */
struct training {
    const struct il_folder *folder;
    struct il_piece piece;
    const size_t *number; /* [runs]: in the sweep */
    struct il_planned of;
    il_epoch *last, *epoch;        /* [runs]; [epochs * runs]: those that are done */
    size_t done;                   /* epochs */
    struct il_spread *start, *end; /* [layers * runs] */
    double seconds, evaluation_seconds;
    double stuck;   /* the worker's, as is watch */
    il_watch watch; /* what is seen is the pack's (il_pack_seen) */

    il_progress_fn *progress; /* the caller's */
    void *arg;
    double checkpoint, saved; /* when the state was saved last, and at which step of which epoch */
    size_t saved_epoch, saved_step;
    int saves_state;             /* interrupted, it is saved in the folder */
    int stop_requested;          /* the caller wants an end */
    char name[64], begun_on[64]; /* the device's, and that of the state, where it is another */
};

/* ---- what a worker runs on ------------------------------------------------------------------- */

static json_t *environment(il_device *device)
{
    json_t *const all = json_object();
    const char *name, *value;
    il_device_info info;
    char host[64] = "";
    int bad = !all;

    for (unsigned i = 0; !bad && il_build_fact(i, &name, &value); i++)
        bad = json_object_set_new(all, name, json_string(value)) != 0;
    gethostname(host, sizeof host - 1);
    bad = bad || json_object_set_new(all, "host", json_string(host)) != 0;
    bad = bad || json_object_set_new(all, "device", json_string(il_device_id(device))) != 0;
    if (!bad && il_device_about(device, &info, NULL) == IL_OK)
        bad = json_object_set_new(all, "name", json_string(info.name)) != 0 ||
              json_object_set_new(all, "detail", json_string(info.detail)) != 0;
    if (!bad)
        return all;
    json_decref(all);
    return NULL;
}

il_status il_worker_open(il_worker **out, const il_folder *folder, const il_dataset *set,
                         il_device *device, il_error *err)
{
    const char *const id = il_device_id(device);
    il_status st;

    *out = NULL;
    IL_TRY(il_folder_check(folder, set, err));
    if (strncmp(id, folder->setup.kind, strlen(folder->setup.kind)) != 0)
        return il_fail(err, IL_E_USAGE, "'%s' was planned for %s, not for %s: bits would differ",
                       folder->path, folder->setup.kind, id);
    *out = calloc(1, sizeof **out);
    if (!*out)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    **out =
        (il_worker){ .folder = folder,
                     .set = set,
                     .device = device,
                     .stuck = il_stuck_accuracy(il_dataset_guess(set), il_dataset_test(set).count),
                     .journal = { .fd = -1 },
                     .checkpoint = CHECKPOINT };
    IL_TRY(il_device_keep(device, set, err)); /* once, for all packs */
    il_inside_tidy(folder->path, "state");    /* of what killed workers left */
    il_inside_tidy(folder->path, ".");
out:
    if (st != IL_OK) {
        il_worker_close(*out);
        *out = NULL;
    }
    return st;
}

void il_worker_checkpoint(il_worker *w, double seconds) { w->checkpoint = seconds; }

void il_worker_watch(il_worker *w, const il_watch *watch) { w->watch = *watch; }

void il_worker_on_piece(il_worker *w, il_piece_fn *each, void *arg)
{
    w->on_piece = each;
    w->on_piece_arg = arg;
}

void il_worker_close(il_worker *w)
{
    if (!w)
        return;
    il_device_keep(w->device, NULL, NULL);
    il_journal_close(&w->journal);
    free(w);
}

/* ---- a pack's state on disk ------------------------------------------------------------------ */

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *epoch_row(const il_epoch *e)
{
    return json_pack("[I, o, o, o, o, o, o, o]", (json_int_t)e->epoch, number(e->cost),
                     number(e->lr), number(e->train_accuracy), number(e->test_cost),
                     number(e->test_accuracy), number(e->validation_cost),
                     number(e->validation_accuracy));
}

static double real(const json_t *row, size_t i)
{
    const json_t *const x = json_array_get(row, i);

    return json_is_number(x) ? json_number_value(x) : NAN;
}

static il_epoch row_epoch(const json_t *row)
{
    return (il_epoch){ .epoch = (size_t)json_integer_value(json_array_get(row, 0)),
                       .cost = real(row, 1),
                       .lr = real(row, 2),
                       .train_accuracy = real(row, 3),
                       .test_cost = real(row, 4),
                       .test_accuracy = real(row, 5),
                       .validation_cost = real(row, 6),
                       .validation_accuracy = real(row, 7) };
}

static json_t *state_row(const il_layer_state *s)
{
    json_t *const row = json_pack("[I, I]", (json_int_t)s->step, (json_int_t)s->layer);
    int bad = row == NULL;

    for (size_t i = 0; !bad && i < IL_DIAGNOSTIC_COUNT; i++)
        bad = json_array_append_new(row, i == IL_DIAGNOSTIC_DISTINCT_UNITS && isfinite(s->value[i])
                                             ? json_integer((json_int_t)s->value[i])
                                             : number(s->value[i]));
    if (!bad)
        return row;
    json_decref(row);
    return NULL;
}

/* what was seen of some runs of the pack, look by look and layer by layer */
static json_t *states_of(const struct training *t, size_t run, size_t runs)
{
    const il_layer_state *state;
    const size_t rows = il_pack_seen(t->of.pack, &state) * t->of.pack->layers;
    json_t *const all = json_array();

    for (size_t i = 0; all && i < rows; i++)
        for (size_t m = run; m < run + runs; m++)
            if (json_array_append_new(all, state_row(&state[i * t->piece.runs + m])) != 0) {
                json_decref(all);
                return NULL;
            }
    return all;
}

/* the places of runs that are left out: there the state is of others; NULL: out of memory */
static json_t *left_out(const struct training *t)
{
    json_t *const places = json_array();

    for (size_t i = 0; places && i < t->of.runs; i++)
        if (t->of.why[i] && json_array_append_new(places, json_integer((json_int_t)i)) != 0) {
            json_decref(places);
            return NULL;
        }
    return places;
}

/* The epochs so far, by which plan, and how long they took: the note beside a pack's state. */
static char *write_note(const struct training *t)
{
    json_t *const rows = json_array();
    json_t *all = NULL;
    char *text = NULL, watch[40];
    int whole = rows != NULL;

    il_watch_text(&t->watch, watch);
    for (size_t i = 0; whole && i < t->done * t->piece.runs; i++)
        whole = json_array_append_new(rows, epoch_row(&t->epoch[i])) == 0;
    if (whole)
        all =
            json_pack("{s:s, s:I, s:I, s:s, s:o, s:f, s:f, s:O, s:s, s:o}", "plan",
                      il_folder_sum(t->folder), "pack", (json_int_t)t->piece.pack, "first",
                      (json_int_t)t->piece.first, "device", t->name, "left_out", left_out(t),
                      "seconds", t->seconds, "evaluation_seconds", t->evaluation_seconds, "epochs",
                      rows, "watch", watch, "diagnostics", states_of(t, 0, t->piece.runs));
    if (all)
        text = il_json_text(all, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(all);
    json_decref(rows);
    return text;
}

/* 0: the pack was not watched so, or there is no memory */
static int restore_states(struct training *t, const json_t *note)
{
    const json_t *const rows = json_object_get(note, "diagnostics");
    const char *const was = json_string_value(json_object_get(note, "watch"));
    const size_t n = json_array_size(rows), of_a_look = t->of.pack->layers * t->piece.runs;
    il_layer_state *state;
    char watch[40];
    int good;

    il_watch_text(&t->watch, watch);
    if (!watch[0])
        return 1;
    if (!was || strcmp(was, watch) != 0 || n % of_a_look != 0)
        return 0;
    state = calloc(n + 1, sizeof *state);
    good = state != NULL;
    for (size_t i = 0; good && i < n; i++) {
        const json_t *const row = json_array_get(rows, i);

        good = il_group_is_state(row, i / t->piece.runs % t->of.pack->layers + 1);
        state[i].step = (size_t)json_integer_value(json_array_get(row, 0));
        state[i].layer = (size_t)json_integer_value(json_array_get(row, 1));
        for (size_t k = 0; k < IL_DIAGNOSTIC_COUNT; k++)
            state[i].value[k] = real(row, k + 2);
    }
    good = good && il_watch_restore(t->of.pack, state, n / of_a_look, NULL) == IL_OK;
    free(state);
    return good;
}

/* 0: the note is of something else */
static int read_note(struct training *t, const char *text)
{
    json_error_t why;
    il_status st;
    json_t *const all = il_json(text, strlen(text), 0, &why, &st);
    const json_t *const rows = json_object_get(all, "epochs");
    const char *const plan = json_string_value(json_object_get(all, "plan"));
    const char *const device = json_string_value(json_object_get(all, "device"));
    const size_t n = json_array_size(rows);
    json_t *const here = left_out(t), *const there = json_object_get(all, "left_out");
    int ours = il_folder_is_ours(t->folder, plan) &&
               (size_t)json_integer_value(json_object_get(all, "pack")) == t->piece.pack &&
               (size_t)json_integer_value(json_object_get(all, "first")) == t->piece.first &&
               n == t->of.pack->epoch * t->piece.runs &&
               (there ? json_equal(here, there) : t->of.left_out == 0);

    for (size_t i = 0; ours && i < n; i++) {
        ours = il_group_is_epoch(json_array_get(rows, i), i / t->piece.runs + 1);
        t->epoch[i] = row_epoch(json_array_get(rows, i));
    }
    if (ours) {
        t->done = t->of.pack->epoch;
        if (device && strcmp(device, t->name) != 0)
            snprintf(t->begun_on, sizeof t->begun_on, "%s", device);
        t->seconds = json_number_value(json_object_get(all, "seconds"));
        t->evaluation_seconds = json_number_value(json_object_get(all, "evaluation_seconds"));
    }
    if (ours && !restore_states(t, all)) {
        t->done = 0;
        t->begun_on[0] = 0;
        t->seconds = t->evaluation_seconds = 0;
        ours = 0;
    }
    json_decref(here);
    json_decref(all);
    return ours;
}

/* of the pack's state, in the folder */
static const char *state_name(const struct training *t, char name[64])
{
    snprintf(name, 64, "state/%zu.state", t->piece.pack);
    return name;
}

static il_status save(struct training *t, il_error *err)
{
    char name[64], *const note = write_note(t);
    il_status st;

    if (!note)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    st = il_pack_save_inside(t->of.pack, t->folder->path, state_name(t, name), note, err);
    free(note);
    return st;
}

/* ---- one pack -------------------------------------------------------------------------------- */

static void end_training(struct training *t)
{
    il_planned_close(&t->of);
    free(t->last);
    free(t->epoch);
    free(t->start);
    free(t->end);
}

static il_status begin_training(struct training *t, il_worker *w, const struct il_piece *piece,
                                il_error *err)
{
    il_device_info about;
    il_status st;

    *t = (struct training){ .folder = w->folder,
                            .piece = *piece,
                            .number = w->folder->plan->order +
                                      w->folder->plan->pack[piece->pack].first + piece->first,
                            .stuck = w->stuck,
                            .watch = w->watch };
    if (il_device_about(w->device, &about, NULL) == IL_OK) {
        memcpy(t->name, about.name, sizeof t->name);
        il_utf8(t->name);
    }
    IL_TRY(il_planned_open(&t->of, w->folder, piece, w->device, w->set, &t->watch, err));
    if (!t->of.pack)
        return IL_OK;
    t->last = calloc(t->piece.runs, sizeof *t->last);
    t->epoch = calloc(t->piece.runs, il_pack_epochs(t->of.pack) * sizeof *t->epoch);
    t->start = calloc(t->piece.runs, t->of.pack->layers * sizeof *t->start);
    t->end = calloc(t->piece.runs, t->of.pack->layers * sizeof *t->end);
    if (!t->last || !t->epoch || !t->start || !t->end)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", t->piece.runs);
    st = il_pack_spreads(t->of.pack, t->start, err);
out:
    return st;
}

/* Go on where somebody was interrupted. A state that cannot be read only costs its time. */
static il_status resume(struct training *t, il_worker *w, il_error *err)
{
    char name[64], *note = NULL;
    il_status st;

    st = il_pack_restore_inside(t->of.pack, t->folder->path, state_name(t, name), &note, err);
    if (st == IL_E_DEVICE) /* the pack is neither as it was nor as it is to be */
        return st;
    if (st == IL_OK && !read_note(t, note)) {
        il_planned_close(&t->of); /* it is another pack's now */
        st = il_planned_open(&t->of, w->folder, &t->piece, w->device, w->set, &t->watch, err);
    } else {
        st = IL_OK;
    }
    free(note);
    return st;
}

/* The caller wants an end, or the state is to be saved. */
static int on_progress(void *arg, size_t epoch, size_t step, size_t steps)
{
    struct training *const t = arg;
    const int moved = t->of.pack->epoch != t->saved_epoch || t->of.pack->step != t->saved_step;

    t->stop_requested = t->progress && t->progress(t->arg, epoch, step, steps) != 0;
    if (!t->stop_requested && (!t->saves_state || t->checkpoint == 0 || !moved ||
                               il_seconds() - t->saved < t->checkpoint))
        return 0;
    t->saved_epoch = t->of.pack->epoch; /* training moves on before it is saved again */
    t->saved_step = t->of.pack->step;
    return 1;
}

/* One epoch; IL_E_INTERRUPTED only where the caller wants it, the state is saved then. */
static il_status one_epoch(struct training *t, il_error *err)
{
    il_status st = IL_E_INTERRUPTED, saved;

    t->stop_requested = t->progress && t->done > 0 &&
                        t->progress(t->arg, t->done + 1, 0, il_pack_steps(t->of.pack)) != 0;
    while (st == IL_E_INTERRUPTED) {
        if (!t->stop_requested)
            st = il_pack_epoch(t->of.pack, t->last, on_progress, t, err);
        if (st != IL_E_INTERRUPTED)
            break;
        if (!t->saves_state)
            return st;
        saved = save(t, err);
        if (saved != IL_OK)
            return saved;
        t->saved = il_seconds();
        if (t->stop_requested)
            return il_fail(err, st, "interrupted in epoch %zu", t->done + 1);
    }
    return st;
}

static il_status train(struct training *t, il_error *err)
{
    const size_t epochs = il_pack_epochs(t->of.pack), runs = t->piece.runs;
    il_status st;

    t->saved = il_seconds();
    while (t->done < epochs) {
        st = one_epoch(t, err);
        if (st != IL_OK)
            return st;
        memcpy(t->epoch + t->done++ * runs, t->last, runs * sizeof *t->last);
        t->seconds += t->last[0].seconds;
        t->evaluation_seconds += t->last[0].evaluation_seconds;
    }
    return il_pack_spreads(t->of.pack, t->end, err);
}

/* ---- committing ------------------------------------------------------------------------------ */

static json_t *epochs_of(const struct training *t, size_t run)
{
    json_t *const rows = json_array();

    for (size_t e = 0; rows && e < t->done; e++)
        if (json_array_append_new(rows, epoch_row(&t->epoch[e * t->piece.runs + run])) != 0) {
            json_decref(rows);
            return NULL;
        }
    return rows;
}

/* [fan_in, fan_out, mean and std of the weights at first, the same in the end, unfitted], layer by layer */
static json_t *layers_of(const struct training *t, size_t run)
{
    json_t *const rows = json_array();

    for (unsigned l = 0; rows && l < t->of.pack->layers; l++) {
        const struct il_layer *const layout = &t->of.pack->layer[l].layout;
        const struct il_spread *const start = &t->start[l * t->piece.runs + run];
        const struct il_spread *const end = &t->end[l * t->piece.runs + run];

        json_t *const row = json_pack("[I, I, o, o, o, o, I]", (json_int_t)layout->fan_in,
                                      (json_int_t)layout->fan_out, number(start->mean),
                                      number(start->std), number(end->mean), number(end->std),
                                      (json_int_t)il_pack_unfitted(t->of.pack, run, l));

        if (json_array_append_new(rows, row) != 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}

/* it did not diverge, and is where it began: at guessing */
static int is_stuck(const struct training *t, size_t run)
{
    il_stuck s = { .accuracy = t->stuck };

    for (size_t e = 0; e < t->done; e++)
        il_stuck_epoch(&s, t->epoch[e * t->piece.runs + run].test_accuracy);
    return !t->of.pack->diverged[run][0] && il_is_stuck(&s);
}

static json_t *run_line(const struct training *t, size_t run, const char *id)
{
    const size_t *diverged;
    char watch[40];
    json_t *line;

    if (t->of.why[run])
        return json_pack("{s:s, s:I, s:s, s:i, s:s}", "run", id, "number",
                         (json_int_t)t->number[run], "status", "failed", "code",
                         il_status_exit(t->of.why[run]->status), "error", t->of.why[run]->text);
    diverged = t->of.pack->diverged[run];
    line = json_pack("{s:s, s:I, s:s, s:[I, I], s:b, s:o, s:o}", "run", id, "number",
                     (json_int_t)t->number[run], "status", diverged[0] ? "diverged" : "ok",
                     "diverged", (json_int_t)diverged[0], (json_int_t)diverged[1], "stuck",
                     is_stuck(t, run), "epochs", epochs_of(t, run), "layers", layers_of(t, run));
    il_watch_text(&t->watch, watch);
    if (line && watch[0] &&
        (json_object_set_new(line, "watch", json_string(watch)) != 0 ||
         json_object_set_new(line, "diagnostics", states_of(t, run, 1)) != 0)) {
        json_decref(line);
        return NULL;
    }
    return line;
}

/* what a run came to, into the sum of them all */
static void sum_up(const struct training *t, size_t run, const char id[17], il_trained *out)
{
    const double accuracy =
        t->of.why[run] ? -1 : t->epoch[(t->done - 1) * t->piece.runs + run].test_accuracy;

    if (t->of.why[run] && out->failed++ == 0)
        out->failure = *t->of.why[run];
    if (!t->of.why[run])
        out->diverged += t->of.pack->diverged[run][0] != 0;
    if (accuracy > out->best) {
        out->best = accuracy;
        memcpy(out->best_run, id, 17);
    }
}

/* left: how many runs of the pack this attempt has still to train, where this is a piece of it */
static json_t *pack_line(const struct training *t, unsigned attempt, size_t left,
                         const il_trained *sum)
{
    json_t *const line = json_pack(
        "{s:I, s:s, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:s}", "pack", (json_int_t)t->piece.pack,
        "status", "done", "attempt", (json_int_t)attempt, "runs", (json_int_t)sum->runs, "failed",
        (json_int_t)sum->failed, "diverged", (json_int_t)sum->diverged, "seconds", t->seconds,
        "evaluation_seconds", t->evaluation_seconds, "best", sum->best, "best_run", sum->best_run);

    if (line && t->piece.depth > 0 &&
        (json_object_set_new(line, "first", json_integer((json_int_t)t->piece.first)) != 0 ||
         json_object_set_new(line, "left", json_integer((json_int_t)left)) != 0)) {
        json_decref(line);
        return NULL;
    }
    return line;
}

/* *out: what came of these runs */
static il_status commit(struct training *t, il_worker *w, unsigned attempt, size_t left,
                        il_trained *out, il_error *err)
{
    char id[17];
    il_status st = IL_OK;

    *out = (il_trained){ .runs = t->piece.runs,
                         .best = -1,
                         .seconds = t->seconds,
                         .evaluation_seconds = t->evaluation_seconds };
    memcpy(out->begun_on, t->begun_on, sizeof out->begun_on);
    if (!w->journal.path)
        IL_TRY(il_folder_journal(w->folder, &w->journal, environment(w->device), err));
    for (size_t i = 0; i < out->runs; i++) {
        IL_TRY(il_folder_id(w->folder, t->number[i], id, err));
        IL_TRY(il_journal_add(&w->journal, run_line(t, i, id), err));
        sum_up(t, i, id, out);
    }
    IL_TRY(il_journal_add(&w->journal, pack_line(t, attempt, left, out), err));
    st = il_folder_commit(w->folder, &w->journal, err);
out:
    if (st != IL_OK)
        il_folder_drop(w->folder, &w->journal);
    return st;
}

/* ---- a pack, or its pieces ------------------------------------------------------------------- */

/* one pack, as its pieces go by */
struct job {
    il_worker *worker;
    unsigned attempt;
    size_t left;  /* of its runs: those that are to be trained */
    il_error why; /* what the device said first of what it cannot hold */
    il_progress_fn *progress;
    void *arg;
    il_trained *out; /* of the pieces so far */
};

/* what came of a piece, to that of those before */
static void add_up(il_trained *all, const il_trained *one)
{
    if (all->failed == 0)
        all->failure = one->failure;
    if (one->best > all->best) {
        all->best = one->best;
        memcpy(all->best_run, one->best_run, sizeof all->best_run);
    }
    if (one->begun_on[0])
        memcpy(all->begun_on, one->begun_on, sizeof all->begun_on);
    all->runs += one->runs;
    all->diverged += one->diverged;
    all->failed += one->failed;
    all->seconds += one->seconds;
    all->evaluation_seconds += one->evaluation_seconds;
}

static void tell_of(const struct job *j, const struct il_piece *piece)
{
    const il_worker *const w = j->worker;
    const size_t of = w->folder->plan->pack[piece->pack].count;

    if (w->on_piece && piece->depth > 0)
        w->on_piece(w->on_piece_arg, &(il_piece_begun){ .pack = piece->pack,
                                                        .first = piece->first,
                                                        .runs = piece->runs,
                                                        .of = of,
                                                        .why = j->why.text });
}

/* *fits: so many of its runs, where the device cannot hold all; else SIZE_MAX */
static il_status train_piece(struct job *j, const struct il_piece *piece, size_t *fits,
                             il_error *err)
{
    il_worker *const w = j->worker;
    const size_t left = j->left - il_piece_left(w->folder, piece);
    struct training t;
    il_trained one;
    char name[64];
    il_status st = begin_training(&t, w, piece, err);

    *fits = t.of.fits;
    if (st != IL_OK)
        goto out;
    tell_of(j, piece);
    if (t.of.pack)
        IL_TRY(resume(&t, w, err));
    t.progress = j->progress;
    t.arg = j->arg;
    t.checkpoint = w->checkpoint;
    t.saves_state = 1;
    if (t.of.pack)
        IL_TRY(train(&t, err));
    IL_TRY(commit(&t, w, j->attempt, left, &one, err));
    il_inside_remove(w->folder->path, state_name(&t, name));
    j->left = left;
    add_up(j->out, &one);
out:
    end_training(&t);
    return st;
}

/*
 * What of a piece is left to be trained: whole, unless journals have smaller ones of it, or the device cannot hold it
 * and can hold one of its runs.
 */
static il_status train_left(struct job *j, const struct il_piece *piece, il_error *err)
{
    const struct il_folder *const f = j->worker->folder;
    struct il_piece half[2];
    il_status st = IL_OK;

    if (il_piece_left(f, piece) == 0)
        return IL_OK;
    if (piece->runs == 1 || !il_piece_was_halved(f, piece)) {
        il_error why = { .text = "" };
        size_t fits;

        st = train_piece(j, piece, &fits, &why);
        if (st == IL_OK || fits == 0 || fits >= piece->runs) {
            if (st != IL_OK && err)
                *err = why;
            return st;
        }
        if (!j->why.text[0])
            j->why = why;
    }
    il_piece_halve(piece, half);
    IL_TRY(train_left(j, &half[0], err));
    st = train_left(j, &half[1], err);
out:
    return st;
}

il_status il_worker_train(il_worker *w, size_t pack, unsigned attempt, il_progress_fn *progress,
                          void *arg, il_trained *out, il_error *err)
{
    const struct il_piece whole = il_piece_whole(w->folder, pack);
    struct job j = { .worker = w,
                     .attempt = attempt,
                     .left = il_piece_left(w->folder, &whole),
                     .progress = progress,
                     .arg = arg,
                     .out = out };
    il_status st;

    *out = (il_trained){ .best = -1 };
    IL_TRY(il_folder_may_add(w->folder, err));
    IL_TRY(il_folder_make_parts(w->folder, err));
    st = train_left(&j, &whole, err);
out:
    return st;
}

il_status il_worker_again(il_worker *w, size_t run, il_progress_fn *progress, void *arg,
                          il_again *out, il_error *err)
{
    struct training t = { 0 };
    struct il_piece piece;
    il_status st;

    *out = (il_again){ 0 };
    st = il_planned_find(w->folder, run, &piece, &out->run, err);
    if (st != IL_OK)
        return st;
    IL_TRY(begin_training(&t, w, &piece, err));
    if (t.of.why[out->run]) {
        st = il_fail(err, t.of.why[out->run]->status, "the run cannot be trained: %.400s",
                     t.of.why[out->run]->text);
        goto out;
    }
    t.progress = progress;
    t.arg = arg;
    IL_TRY(train(&t, err));
    out->epoch = calloc(t.done, sizeof *out->epoch);
    if (!out->epoch) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    for (size_t e = 0; e < t.done; e++)
        out->epoch[e] = t.epoch[e * t.piece.runs + out->run];
    out->pack = t.of.pack;
    t.of.pack = NULL;
out:
    end_training(&t);
    return st;
}
