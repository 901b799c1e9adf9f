/*
 * test_pieces.c - packs that their device cannot hold: which pieces they are halved to, what journals say of these, and that
 * each has the bits of the same runs trained alone together, wherever training stopped. And limits of packs in sweep.json.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "initlab/initlab.h"
#include "device/seam.h"
#include "folder/pieces.h"
#include "place.h"
#include "support.h"

enum { RUNS = 7, EPOCHS = 3, PIECES = 4 };

/* one pack of 7, whose last run diverges; weights are most of its memory, so that it grows with each run; nothing of it goes through the sparse loops, so bits may depend on the pack */
static const char SWEEP[] =
    "parameters:\n  layers: [\"in,400,400,out\"]\n  init: [he_normal]\n"
    "  lr: [0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 1e30]\n  activation: [softplus]\n"
    "  loss: [mse]\n  output: [linear]\n  batch: 4\n  epochs: 3\n";

/* of 7 where 2 fit: 4 and 3, of these 2 and 2, 2 and 1 */
static const struct {
    size_t first, runs;
} PIECE[PIECES] = { { 0, 2 }, { 2, 2 }, { 4, 2 }, { 6, 1 } };

/* ---- a bench --------------------------------------------------------------------------------- */

/* a CPU device that says that it has so much left; 0: it does not know */
static size_t room;
static const struct il_seam *cpu;

static int limited_about(struct il_device *d, struct il_about *out)
{
    const int e = cpu->about(d, out);

    out->memory_free = room;
    return e;
}

struct bench {
    struct il_seam seam;
    il_dataset *set;
    il_device *device;
};

/* 20 training and 9 test images of 2x3 pixels in 3 classes */
static void open_bench(struct bench *b)
{
    static uint8_t images[20 * 6], labels[20];
    il_error err = { .text = "" };

    for (size_t i = 0; i < sizeof images; i++)
        images[i] = (uint8_t)(1 + i * i * 7 % 251);
    for (size_t i = 0; i < sizeof labels; i++)
        labels[i] = (uint8_t)(i % 3);
    OK(il_dataset_from(&b->set, 2, 3, (il_samples){ 20, images, labels },
                       (il_samples){ 9, images, labels }, &err));
    OK(il_device_open(&b->device, "cpu", 1, NULL, &err));
    cpu = b->device->seam;
    b->seam = *cpu;
    b->seam.about = limited_about;
    b->device->seam = &b->seam;
    room = 0;
}

static void close_bench(struct bench *b)
{
    il_device_close(b->device);
    il_dataset_free(b->set);
}

static il_folder *folder_of(const char *name, const struct bench *b, const char *text,
                            const char *kind, size_t pack_size)
{
    const il_folder_setup setup = { kind, pack_size, 0, 0, "", b->set };
    il_error err = { .text = "" };
    il_sweep *s = NULL;
    il_folder *f = NULL;
    char path[256];

    OK(il_sweep_parse(&s, "sweep.yaml", text, strlen(text), &err));
    OK(il_folder_create(&f, at(name, path), &s, &setup, &err));
    return f;
}

static il_folder *folder(const char *name, const struct bench *b)
{
    return folder_of(name, b, SWEEP, "cpu", RUNS);
}

static void configs(const il_folder *f, size_t first, size_t runs, il_config **c)
{
    const size_t *const order = il_folder_plan(f)->order + first;
    il_error err = { .text = "" };

    for (size_t i = 0; i < runs; i++)
        OK(il_sweep_config(il_folder_sweep(f), order[i], &c[i], &err));
}

static void configs_free(il_config **c, size_t runs)
{
    for (size_t i = 0; i < runs; i++)
        il_config_free(c[i]);
}

/* From now on the device has memory for so many runs of the folder, beside the dataset that a worker keeps there. */
static void fit(struct bench *b, const il_folder *f, size_t runs)
{
    il_config *c[RUNS];
    il_error err = { .text = "" };
    il_memory m;

    configs(f, 0, runs, c);
    OK(il_device_keep(b->device, b->set, &err));
    OK(il_pack_bytes(&m, b->device, b->set, (const il_config *const *)c, runs, &err));
    OK(il_device_keep(b->device, NULL, &err));
    configs_free(c, runs);
    room = m.total;
}

/* ---- a worker, watched ----------------------------------------------------------------------- */

/* what it began, and where it is to stop */
struct watcher {
    size_t begun, first[RUNS], runs[RUNS];
    char why[RUNS][200];
    size_t stop_in;  /* the piece of that number, from 1; 0: never */
    int stop_at, by; /* in that epoch; by: 0: told to, 1: killed */
};

static void on_piece(void *arg, const il_piece_begun *piece)
{
    struct watcher *const w = arg;

    assert_true(w->begun < RUNS);
    assert_int_equal(piece->of, RUNS);
    w->first[w->begun] = piece->first;
    w->runs[w->begun] = piece->runs;
    snprintf(w->why[w->begun++], 200, "%s", piece->why);
}

static int on_progress(void *arg, size_t epoch, size_t step, size_t steps)
{
    const struct watcher *const w = arg;

    (void)step, (void)steps;
    if (!w->stop_in || w->begun < w->stop_in || epoch < (size_t)w->stop_at)
        return 0;
    if (w->by)
        _exit(0);
    return 1;
}

static il_status train(const struct bench *b, const il_folder *f, struct watcher *see,
                       il_trained *t, il_error *err)
{
    il_worker *w = NULL;
    il_status st;

    st = il_worker_open(&w, f, b->set, b->device, err);
    if (st != IL_OK)
        fail_msg("%s", err->text);
    il_worker_on_piece(w, on_piece, see);
    see->begun = 0;
    st = il_worker_train(w, 0, il_folder_pack_at(f, 0)->attempts + 1, on_progress, see, t, err);
    il_worker_close(w);
    return st;
}

/* ---- what must come of it -------------------------------------------------------------------- */

/* costs and accuracies [epochs] of each run, as those of its piece trained as a pack of its own */
struct reference {
    double cost[RUNS][EPOCHS], accuracy[RUNS][EPOCHS];
};

static void train_reference(const struct bench *b, const il_folder *f, size_t first, size_t runs,
                            struct reference *ref)
{
    const size_t was = room;
    il_config *c[RUNS];
    il_epoch epoch[RUNS];
    il_pack *p = NULL;
    il_error err = { .text = "" };

    room = 0;
    configs(f, first, runs, c);
    OK(il_pack_open(&p, b->device, b->set, (const il_config *const *)c, runs, &err));
    for (size_t e = 0; e < EPOCHS; e++) {
        OK(il_pack_epoch(p, epoch, NULL, NULL, &err));
        for (size_t i = 0; i < runs; i++) {
            ref->cost[first + i][e] = epoch[i].cost;
            ref->accuracy[first + i][e] = epoch[i].test_accuracy;
        }
    }
    il_pack_close(p);
    configs_free(c, runs);
    room = was;
}

static void all_pieces(const struct bench *b, const il_folder *f, struct reference *ref)
{
    for (size_t i = 0; i < PIECES; i++)
        train_reference(b, f, PIECE[i].first, PIECE[i].runs, ref);
}

struct rows {
    const il_folder *f;
    const struct reference *ref;
    size_t seen;
};

static int same(const il_value *v, double x)
{
    return v->kind == IL_VALUE_NULL ? !isfinite(x) : v->real == x;
}

static int check_row(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct rows *const r = arg;
    il_error err = { .text = "" };
    size_t i = 0;
    char id[17];

    (void)columns;
    assert_string_equal(name[2], "cost");
    assert_string_equal(name[6], "test_accuracy");
    for (;; i++) {
        assert_true(i < RUNS);
        OK(il_folder_id(r->f, il_folder_plan(r->f)->order[i], id, &err));
        if (strcmp(id, value[0].text) == 0)
            break;
    }
    if (!same(&value[2], r->ref->cost[i][value[1].whole - 1]) ||
        !same(&value[6], r->ref->accuracy[i][value[1].whole - 1]))
        fail_msg("run %zu, epoch %d: cost %a, not %a", i, (int)value[1].whole, value[2].real,
                 r->ref->cost[i][value[1].whole - 1]);
    r->seen++;
    return 0;
}

/* Every epoch of every run is in the results, as the reference has it. */
static void check_results(il_folder *f, const struct reference *ref)
{
    struct rows rows = { .f = f, .ref = ref };
    il_results *r = NULL;
    il_error err = { .text = "" };
    il_tally t;

    OK(il_results_merge(f, &err));
    OK(il_results_open(&r, f, &err));
    OK(il_results_rows(r, IL_TABLE_EPOCHS, check_row, &rows, &err));
    OK(il_results_tally(r, &t, &err));
    il_results_close(r);
    assert_int_equal(rows.seen, RUNS * EPOCHS);
    assert_int_equal(t.ok, RUNS - 1);
    assert_int_equal(t.diverged, 1);
    assert_int_equal(t.failed, 0);
}

static void check_begun(const struct watcher *w, size_t from, size_t pieces)
{
    assert_int_equal(w->begun, pieces);
    for (size_t i = 0; i < pieces; i++) {
        assert_int_equal(w->first[i], PIECE[from + i].first);
        assert_int_equal(w->runs[i], PIECE[from + i].runs);
    }
}

/* The runs of each piece are trained again as that piece, to the same bits. */
static void check_again(const struct bench *b, const il_folder *f, const struct reference *ref)
{
    il_worker *w = NULL;
    il_again a;
    il_error err = { .text = "" };

    OK(il_worker_open(&w, f, b->set, b->device, &err));
    for (size_t k = 0; k < PIECES; k++)
        for (size_t i = 0; i < PIECE[k].runs; i++) {
            const size_t run = PIECE[k].first + i;

            OK(il_worker_again(w, il_folder_plan(f)->order[run], NULL, NULL, &a, &err));
            assert_int_equal(il_pack_runs(a.pack), PIECE[k].runs);
            assert_int_equal(a.run, i);
            for (size_t e = 0; e < EPOCHS; e++)
                assert_memory_equal(&a.epoch[e].cost, &ref->cost[run][e], sizeof(double));
            il_pack_close(a.pack);
            free(a.epoch);
        }
    il_worker_close(w);
}

/* ---- which pieces there are ------------------------------------------------------------------ */

/* Halves are next to each other, the first the larger; each is found by its place and size, and nothing else is. */
static void halves(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 40; n++) {
        il_sweep_pack pack = { .count = n };
        il_sweep_plan plan = { .packs = 1, .pack = &pack, .runs = n };
        const struct il_folder f = { .plan = &plan };
        unsigned char is[41][41] = { { 0 } }; /* [first][runs] */
        struct il_piece at_depth, found, half[2];

        for (size_t i = 0; i < n; i++)
            for (unsigned depth = 0; depth < 8; depth++) {
                at_depth = il_piece_of(&f, 0, i, depth);
                assert_true(at_depth.first <= i && i < at_depth.first + at_depth.runs);
                assert_true(at_depth.depth == depth || at_depth.runs == 1);
                assert_true(at_depth.runs >= n >> depth && at_depth.runs <= (n >> depth) + 1);
                is[at_depth.first][at_depth.runs] = 1;
                if (at_depth.runs < 2)
                    continue;
                il_piece_halve(&at_depth, half);
                assert_int_equal(half[0].first, at_depth.first);
                assert_int_equal(half[1].first, half[0].first + half[0].runs);
                assert_int_equal(half[0].runs + half[1].runs, at_depth.runs);
                assert_true(half[0].runs == half[1].runs || half[0].runs == half[1].runs + 1);
            }
        for (size_t first = 0; first <= n; first++)
            for (size_t runs = 0; runs <= n; runs++) {
                assert_int_equal(il_piece_find(&f, 0, first, runs, &found), is[first][runs]);
                if (is[first][runs])
                    assert_true(found.first == first && found.runs == runs);
            }
    }
}

/* ---- training -------------------------------------------------------------------------------- */

/* A pack of which 2 of 7 fit is trained in four pieces, which is told, journaled, merged, and repeated. */
static void pieces(void **state)
{
    struct bench b;
    struct watcher see = { 0 };
    struct reference ref;
    il_error err = { .text = "" };
    il_trained t;
    il_broken broken;
    il_folder *f;

    (void)state;
    open_bench(&b);
    f = folder("pieces", &b);
    all_pieces(&b, f, &ref);
    fit(&b, f, 2);
    OK(train(&b, f, &see, &t, &err));
    check_begun(&see, 0, PIECES);
    assert_non_null(strstr(see.why[0], "a pack of 7 runs needs "));
    assert_non_null(strstr(see.why[0], "; 2 such runs fit"));
    assert_int_equal(t.runs, RUNS);
    assert_int_equal(t.diverged, 1);
    assert_int_equal(t.failed, 0);
    assert_true(t.best >= 0);
    check_results(f, &ref);
    OK(il_folder_scan(f, &err));
    assert_null(il_folder_damage(f));
    assert_int_equal(il_folder_pack_at(f, 0)->status, IL_PACK_DONE);
    assert_int_equal(il_folder_pack_at(f, 0)->trained, RUNS);
    assert_int_equal(il_folder_pack_at(f, 0)->diverged, 1);
    assert_int_equal(il_folder_pack_at(f, 0)->attempts, 1);
    assert_true(il_folder_pack_at(f, 0)->halved);
    assert_true(il_folder_pack_at(f, 0)->best == t.best);
    assert_string_equal(il_folder_pack_at(f, 0)->best_run, t.best_run);
    check_again(&b, f, &ref);
    room = 0; /* a larger device repeats the pieces all the same, and has nothing left to train */
    check_again(&b, f, &ref);
    OK(il_folder_broken(f, il_folder_plan(f)->order[6], b.set, b.device, NULL, NULL, &broken,
                        &err));
    assert_true(broken.kind != IL_BROKEN_NOTHING && broken.step > 0);
    OK(train(&b, f, &see, &t, &err));
    assert_int_equal(see.begun, 0);
    assert_int_equal(t.runs, 0);
    il_folder_close(f);
    close_bench(&b);
}

/* What fits is not halved, and its group has no word of pieces; one run that does not fit is refused as ever. */
static void whole_or_none(void **state)
{
    struct bench b;
    struct watcher see = { 0 };
    il_error err = { .text = "" };
    il_trained t;
    il_folder *f;

    (void)state;
    open_bench(&b);
    f = folder("whole", &b);
    fit(&b, f, 1);
    room--;
    assert_int_equal(train(&b, f, &see, &t, &err), IL_E_DEVICE);
    assert_non_null(strstr(err.text, "a pack of 7 runs needs "));
    assert_non_null(strstr(err.text, "; 0 such runs fit"));
    assert_int_equal(see.begun, 0);
    OK(il_folder_scan(f, &err));
    assert_int_equal(il_folder_pack_at(f, 0)->status, IL_PACK_TODO);
    assert_int_equal(il_folder_pack_at(f, 0)->attempts, 0);
    fit(&b, f, RUNS);
    OK(train(&b, f, &see, &t, &err));
    assert_int_equal(see.begun, 0);
    OK(il_folder_scan(f, &err));
    assert_int_equal(il_folder_pack_at(f, 0)->status, IL_PACK_DONE);
    assert_false(il_folder_pack_at(f, 0)->halved);
    il_folder_close(f);
    close_bench(&b);
}

/* Memory may grow and shrink: what is there stays as it is, and the rest is as large as fits. */
static void other_devices(void **state)
{
    struct bench b;
    struct watcher see = { .stop_in = 3, .stop_at = 1 };
    struct reference ref;
    il_error err = { .text = "" };
    il_trained t;
    il_folder *f;

    (void)state;
    open_bench(&b);
    f = folder("other", &b);
    fit(&b, f, 2);
    assert_int_equal(train(&b, f, &see, &t, &err), IL_E_INTERRUPTED);
    check_begun(&see, 0, 3);
    OK(il_folder_scan(f, &err));
    assert_int_equal(il_folder_pack_at(f, 0)->status, IL_PACK_TODO);
    assert_int_equal(il_folder_pack_at(f, 0)->attempts, 0); /* it has not ended */
    assert_int_equal(il_folder_pack_at(f, 0)->trained, 4);
    room = 0;
    see.stop_in = 0;
    OK(train(&b, f, &see, &t, &err));
    assert_int_equal(see.begun, 1); /* the half of 3, which nobody halved */
    assert_int_equal(see.first[0], 4);
    assert_int_equal(see.runs[0], 3);
    assert_string_equal(see.why[0], "");
    assert_int_equal(t.runs, 3);
    train_reference(&b, f, 0, 2, &ref);
    train_reference(&b, f, 2, 2, &ref);
    train_reference(&b, f, 4, 3, &ref);
    check_results(f, &ref);
    il_folder_close(f);
    close_bench(&b);
}

/* Killed, or told to stop, in any epoch of any piece: those that are committed stay, and all have the same bits. */
static void stopped(void **state)
{
    struct bench b;
    struct reference ref;
    il_error err = { .text = "" };
    char name[32], path[256];

    (void)state;
    open_bench(&b);
    for (int by = 0; by < 2; by++)
        for (size_t piece = 1; piece <= PIECES; piece++)
            for (int epoch = 1; epoch <= EPOCHS; epoch++) {
                struct watcher see = { .stop_in = piece, .stop_at = epoch, .by = by };
                il_folder *f;
                il_trained t;
                int status;

                snprintf(name, sizeof name, "stop%d-%zu-%d", by, piece, epoch);
                f = folder(name, &b);
                all_pieces(&b, f, &ref);
                fit(&b, f, 2);
                if (by && fork() == 0) {
                    train(&b, f, &see, &t, &err);
                    _exit(1);
                } else if (by) {
                    assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
                } else {
                    assert_int_equal(train(&b, f, &see, &t, &err), IL_E_INTERRUPTED);
                    snprintf(path, sizeof path, "%s/%s/state/0.state", place, name);
                    assert_int_equal(access(path, F_OK), 0);
                }
                OK(il_folder_scan(f, &err));
                assert_int_equal(il_folder_pack_at(f, 0)->trained, PIECE[piece - 1].first);
                assert_int_equal(il_folder_pack_at(f, 0)->halved, piece > 1);
                see.stop_in = 0;
                OK(train(&b, f, &see, &t, &err));
                check_begun(&see, piece - 1, PIECES - (piece - 1));
                check_results(f, &ref);
                OK(il_folder_scan(f, &err));
                assert_int_equal(il_folder_pack_at(f, 0)->status, IL_PACK_DONE);
                check_again(&b, f, &ref);
                il_folder_close(f);
            }
    close_bench(&b);
}

/* The state of one half is not taken for that of the other, which has the same shape. */
static void state_of_another(void **state)
{
    struct bench b;
    struct watcher see = { .stop_in = 1, .stop_at = 2 };
    struct reference ref;
    il_error err = { .text = "" };
    il_trained t;
    char old[256], kept[256];
    il_folder *f;

    (void)state;
    open_bench(&b);
    f = folder("state", &b);
    all_pieces(&b, f, &ref);
    fit(&b, f, 2);
    assert_int_equal(train(&b, f, &see, &t, &err), IL_E_INTERRUPTED);
    assert_int_equal(rename(at("state/state/0.state", old), at("kept", kept)), 0);
    see.stop_in = 2;
    see.stop_at = 1;
    assert_int_equal(train(&b, f, &see, &t, &err), IL_E_INTERRUPTED);
    assert_int_equal(rename(kept, old),
                     0); /* as a worker leaves it that is killed before it removes it */
    OK(il_folder_scan(f, &err));
    assert_int_equal(il_folder_pack_at(f, 0)->trained, 2);
    see.stop_in = 0;
    OK(train(&b, f, &see, &t, &err));
    check_begun(&see, 1, 3);
    check_results(f, &ref);
    il_folder_close(f);
    close_bench(&b);
}

/* A pack that fails for good behind its first half keeps that, and a retry trains the rest alone. */
static void failed_between(void **state)
{
    struct bench b;
    struct watcher see = { .stop_in = 3, .stop_at = 1 };
    struct reference ref;
    il_error err = { .text = "" };
    il_trained t;
    il_folder *f;

    (void)state;
    open_bench(&b);
    f = folder("failed", &b);
    all_pieces(&b, f, &ref);
    fit(&b, f, 2);
    assert_int_equal(train(&b, f, &see, &t, &err), IL_E_INTERRUPTED);
    OK(il_folder_scan(f, &err));
    OK(il_folder_fail(f, 0, IL_E_MEMORY, "out of memory", &err));
    for (int read = 0; read < 2; read++) { /* as it was told, and as the journals tell it */
        const il_folder_pack *const p = il_folder_pack_at(f, 0);

        assert_int_equal(p->status, IL_PACK_DONE);
        assert_int_equal(p->trained, 4);
        assert_int_equal(p->failed, 3);
        assert_int_equal(p->attempts, 1);
        assert_string_equal(p->error, "out of memory");
        OK(il_folder_scan(f, &err));
    }
    see.stop_in = 0;
    OK(train(&b, f, &see, &t, &err));
    assert_int_equal(see.first[0], 4);
    assert_int_equal(t.runs, 3);
    check_results(f, &ref);
    OK(il_folder_scan(f, &err));
    assert_int_equal(il_folder_pack_at(f, 0)->failed, 0);
    assert_int_equal(il_folder_pack_at(f, 0)->attempts, 2);
    il_folder_close(f);
    close_bench(&b);
}

/* ---- hostile journals ------------------------------------------------------------------------ */

/* the lines of a journal, and a change to the last line of its second group of runs */
struct forged {
    const struct il_folder *from;
    struct il_journal to;
    const char *key;
    json_t *value; /* NULL: the key is taken out */
    size_t group;
};

static il_status forge(void *arg, struct il_journal_group *g, il_error *err)
{
    struct forged *const x = arg;
    il_status st = IL_OK;

    for (size_t i = 0; i < g->lines && st == IL_OK; i++) {
        json_t *const line = json_loads(g->line[i], 0, NULL);

        assert_non_null(line);
        if (x->key && x->group == 1 && i + 1 == g->lines) {
            if (x->value)
                json_object_set(line, x->key, x->value);
            else
                json_object_del(line, x->key);
        }
        st = il_journal_add(&x->to, line, err);
    }
    x->group++;
    return st == IL_OK ? il_journal_commit(&x->to, err) : st;
}

/* one that says of its pieces what cannot be: that group is left out, the others count */
static void forged(void **state)
{
    static const struct {
        const char *key, *value; /* JSON; NULL: as it is, or without the key */
        size_t trained;
    } change[] = {
        { NULL, NULL, RUNS },  { "first", NULL, 5 },    { "left", NULL, 5 },
        { "first", "1", 5 },   { "first", "3", 5 },     { "first", "0", 5 },
        { "first", "-2", 5 },  { "first", "\"2\"", 5 }, { "first", "2.0", 5 },
        { "first", "9", 5 },   { "left", "6", 5 },      { "left", "-1", 5 },
        { "left", "[3]", 5 },  { "first", "1e300", 5 }, { "first", "9223372036854775807", 5 },
        { "left", "0", RUNS }, { "left", "5", RUNS },   { "runs", "3", 5 },
    };
    struct bench b;
    struct watcher see = { 0 };
    il_error err = { .text = "" };
    il_trained t;
    char **names = NULL, file[300], path[256];
    size_t n = 0;
    il_folder *f;

    (void)state;
    open_bench(&b);
    f = folder("true", &b);
    fit(&b, f, 2);
    OK(train(&b, f, &see, &t, &err));
    OK(il_folder_journals(f, &names, &n, &err));
    assert_int_equal(n, 1);
    snprintf(file, sizeof file, "journal/%s", names[0]);
    for (size_t i = 0; i < sizeof change / sizeof *change; i++) {
        struct forged x = { .from = f, .key = change[i].key };
        const struct il_journal_reader reader = { forge, &x, 1 << 20, 1 << 20, 1 << 30 };
        struct il_journal_damage damage;
        size_t from = 0;
        il_folder *lie;
        char name[32];

        if (change[i].value)
            x.value = json_loads(change[i].value, JSON_DECODE_ANY, NULL);
        snprintf(name, sizeof name, "lie%zu", i);
        lie = folder(name, &b);
        OK(il_journal_create(&x.to, at(name, path), "journal/lie.jsonl", &err));
        OK(il_journal_read(&reader, at("true", path), file, &from, &damage, &err));
        assert_int_equal(x.group, PIECES);
        il_journal_close(&x.to);
        json_decref(x.value);
        OK(il_folder_scan(lie, &err));
        if (il_folder_pack_at(lie, 0)->trained != change[i].trained)
            fail_msg("change %zu: %zu runs are trained", i, il_folder_pack_at(lie, 0)->trained);
        assert_int_equal(il_folder_damage(lie) != NULL, change[i].trained != RUNS);
        OK(il_results_merge(lie, &err));
        il_folder_close(lie);
    }
    il_folder_free_names(names, n);
    il_folder_close(f);
    close_bench(&b);
}

static void count_kept(void *arg, const il_repair *r) { *(size_t *)arg += r->groups; }

/* One piece is damaged: a repair keeps the others, and it alone is trained again. */
static void repaired(void **state)
{
    struct bench b;
    struct watcher see = { 0 };
    struct reference ref;
    il_error err = { .text = "" };
    il_trained t;
    char **names = NULL, path[700];
    size_t n = 0, kept = 0;
    FILE *file;
    il_folder *f;

    (void)state;
    open_bench(&b);
    f = folder("repaired", &b);
    all_pieces(&b, f, &ref);
    fit(&b, f, 2);
    OK(train(&b, f, &see, &t, &err));
    OK(il_folder_journals(f, &names, &n, &err));
    snprintf(path, sizeof path, "%s/repaired/journal/%s", place, names[0]);
    il_folder_free_names(names, n);
    file = fopen(path, "r+");
    assert_non_null(file);
    for (int line = 0;
         line < 5;) /* behind the head, two runs and their pack: a run of the second piece */
        line += fgetc(file) == '\n';
    assert_int_equal(fseek(file, 40, SEEK_CUR), 0);
    assert_int_equal(fputc('#', file), '#');
    assert_int_equal(fclose(file), 0);
    OK(il_folder_scan(f, &err));
    assert_non_null(il_folder_damage(f));
    assert_int_equal(il_folder_pack_at(f, 0)->trained, 5);
    OK(il_folder_repair(f, count_kept, &kept, &err));
    assert_int_equal(kept, 3);
    OK(il_folder_scan(f, &err));
    assert_null(il_folder_damage(f));
    assert_int_equal(il_folder_pack_at(f, 0)->status, IL_PACK_TODO);
    OK(train(&b, f, &see, &t, &err));
    check_begun(&see, 1, 1);
    check_results(f, &ref);
    il_folder_close(f);
    close_bench(&b);
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* 8 runs of 200,008 columns: 5 of them are within the 2^20 of a kind of device */
static const char WIDE[] =
    "parameters:\n  layers: [\"in,200000,out\"]\n  batch: 4\n  epochs: 1\nseeds: 0..7\n";

/* make the folder over as a version without limits would have made it */
static void without_limits(il_folder *f)
{
    il_error err = { .text = "" };

    il_sweep_plan_free(f->plan);
    free(f->pack);
    free(f->ended);
    free(f->sum);
    f->setup.limits = (il_pack_limits){ 0 };
    OK(il_folder_make_plan(f, &err));
    OK(il_folder_write_setup(f, &err));
}

/* A kind's limits are the folder's from when it is made; a folder without any stays so, whatever is done with it. */
static void limits(void **state)
{
    static const char more[] = "seeds: 8..13\n";
    struct bench b;
    il_folder *f, *larger = NULL;
    il_error err = { .text = "" };
    char path[256];

    (void)state;
    open_bench(&b);
    f = folder_of("wide", &b, WIDE, "cuda", 8);
    assert_int_equal(il_folder_plan(f)->packs, 2);
    assert_int_equal(il_folder_plan(f)->pack[0].count, 5);
    OK(il_folder_extend(&larger, f, more, strlen(more), &err));
    assert_int_equal(il_folder_plan(larger)->packs, 4);
    assert_int_equal(il_folder_plan(larger)->pack[2].count, 5);
    il_folder_close(larger);
    without_limits(f);
    assert_int_equal(il_folder_plan(f)->packs, 1);
    il_folder_close(f);
    OK(il_folder_open(&f, at("wide", path), &err));
    assert_int_equal(il_folder_plan(f)->packs, 1);
    OK(il_folder_extend(&larger, f, more, strlen(more), &err));
    OK(il_folder_keep(larger, &err));
    assert_int_equal(il_folder_plan(larger)->packs, 2);
    assert_int_equal(larger->setup.limits.columns, 0);
    il_folder_close(larger);
    il_folder_close(f);
    f = folder_of("wide", &b, WIDE, "cuda", 8); /* the command that made it goes on with it */
    assert_int_equal(il_folder_plan(f)->packs, 2);
    assert_int_equal(il_folder_plan(f)->pack[0].count, 8);
    il_folder_close(f);
    close_bench(&b);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves),  IN_FOLDER(pieces),  IN_FOLDER(whole_or_none),
        IN_FOLDER(other_devices),  IN_FOLDER(stopped), IN_FOLDER(state_of_another),
        IN_FOLDER(failed_between), IN_FOLDER(forged),  IN_FOLDER(repaired),
        IN_FOLDER(limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
