/*
 * test_folder.c - a sweep's folder: journals torn anywhere, packs interrupted anywhere, shards, and
 * results that are the same whatever was committed twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sqlite3.h>
#include <unistd.h>
#include "initlab/initlab.h"
#include "core/crc32c.h"
#include "folder/folder_impl.h"
#include "place.h"
#include "support.h"

static const char SWEEP[] =
    "parameters:\n  layers: [\"in,out\", \"in,4,out\"]\n"
    "  init: [he_normal, zeros, \"normal:0:1e30\"]\n  batch: 4\n  epochs: 3\n"
    "  optimizer: [sgd, adam]\nseeds: 0..4\n";

/* 20 training and 9 test images of 2x3 pixels in 3 classes */
static il_dataset *dataset(void)
{
    static uint8_t images[20 * 6], labels[20];
    il_dataset *set = NULL;
    il_error err = { .text = "" };

    for (size_t i = 0; i < sizeof images; i++)
        images[i] = (uint8_t)(i * i * 7 % 251);
    for (size_t i = 0; i < sizeof labels; i++)
        labels[i] = (uint8_t)(i % 3);
    OK(il_dataset_from(&set, 2, 3, (il_samples){ 20, images, labels },
                       (il_samples){ 9, images, labels }, &err));
    return set;
}

/* Make a folder of SWEEP; a sweep that no folder takes stays its maker's. */
static il_status create(il_folder **out, const char *path, const il_folder_setup *setup,
                        il_error *why)
{
    il_sweep *s = NULL;
    il_error err = { .text = "" };
    il_status st;

    OK(il_sweep_parse(&s, "sweep.yaml", SWEEP, strlen(SWEEP), &err));
    st = il_folder_create(out, path, &s, setup, why);
    assert_true((st == IL_OK) == (s == NULL) && (st == IL_OK) == (*out != NULL));
    il_sweep_free(s);
    return st;
}

static il_folder *folder(const char *name, const il_dataset *set, size_t pack_size)
{
    const il_folder_setup setup = { "cpu", pack_size, 0, 0, "", set };
    il_error err = { .text = "" };
    il_folder *f = NULL;
    char path[256];

    OK(create(&f, at(name, path), &setup, &err));
    return f;
}

/* ---- journals -------------------------------------------------------------------------------- */

struct seen {
    size_t groups, lines;
    long last; /* number in the last line */
};

static il_status see(void *arg, struct il_journal_group *g, il_error *err)
{
    struct seen *const s = arg;
    json_t *const value = json_loads(g->line[g->lines - 1], 0, NULL);

    (void)err;
    assert_non_null(value);
    s->groups++;
    s->lines += g->lines;
    s->last = (long)json_integer_value(json_object_get(value, "n"));
    json_decref(value);
    return IL_OK;
}

/* il_journal_read of a file of the test's place; returns where it is damaged */
static off_t read_groups(const char *name, size_t *from, struct seen *s)
{
    const struct il_journal_reader reader = { see, s, 1000, 10000, 1 << 20 };
    struct il_journal_damage damage;
    il_error err = { .text = "" };

    OK(il_journal_read(&reader, place, name, from, &damage, &err));
    assert_int_equal(damage.byte == IL_UNDAMAGED, damage.what[0] == 0);
    return damage.byte;
}

static size_t slurp(const char *path, char *bytes, size_t room)
{
    FILE *const f = fopen(path, "rb");
    size_t n;

    assert_non_null(f);
    n = fread(bytes, 1, room, f);
    fclose(f);
    return n;
}

static void spill(const char *path, const char *bytes, size_t n)
{
    FILE *const f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* a committed group is read back, one that was not is not there */
static void one_group(void **state)
{
    struct il_journal j;
    struct seen s = { 0 };
    size_t from = 0;
    il_error err = { .text = "" };

    (void)state;
    OK(il_journal_create(&j, place, "one.jsonl", &err));
    OK(il_journal_add(&j, json_pack("{s:i}", "n", 7), &err));
    OK(il_journal_commit(&j, &err));
    OK(il_journal_add(&j, json_pack("{s:i}", "n", 8), &err));
    il_journal_close(&j);
    assert_int_equal(read_groups("one.jsonl", &from, &s), IL_UNDAMAGED);
    assert_int_equal(s.groups, 1);
    assert_int_equal(s.last, 7);
}

/* Groups of 1, 2 and 3 lines. */
static size_t three_groups(const char *name, size_t end[4])
{
    struct il_journal j;
    il_error err = { .text = "" };

    OK(il_journal_create(&j, place, name, &err));
    end[0] = 0;
    for (int g = 1; g <= 3; g++) {
        for (int i = 1; i <= g; i++)
            OK(il_journal_add(&j, json_pack("{s:i, s:s}", "n", 10 * g + i, "t", "a\nb"), &err));
        OK(il_journal_commit(&j, &err));
        end[g] = (size_t)j.size;
    }
    OK(il_journal_add(&j, json_pack("{}"), &err)); /* never committed */
    il_journal_close(&j);
    return end[3];
}

static void torn_journals(void **state)
{
    char path[256], bytes[2048], torn[2048];
    size_t end[4], n;
    off_t damage;
    il_error err = { .text = "" };
    struct il_journal j;

    (void)state;
    assert_int_equal(il_crc32c(0, "123456789", 9), 0xe3069283); /* RFC 3720 */
    n = three_groups("j.jsonl", end);
    assert_int_equal(slurp(at("j.jsonl", path), bytes, sizeof bytes), n);
    assert_int_equal(il_journal_create(&j, place, "j.jsonl", &err),
                     IL_E_CREATE); /* never written to again */
    il_journal_close(&j);
    for (size_t cut = 0; cut <= n; cut++) { /* cut anywhere: the whole groups before it */
        struct seen s = { 0 };
        size_t from = 0, groups = 0;

        while (groups < 3 && end[groups + 1] <= cut)
            groups++;
        spill(path, bytes, cut);
        damage = read_groups("j.jsonl", &from, &s);
        assert_int_equal(s.groups, groups);
        assert_int_equal(from, end[groups]);
        assert_int_equal(damage, IL_UNDAMAGED); /* a writer that was killed is none */
    }
    for (size_t bit = 0; bit < 8 * n; bit++) { /* any bit: all groups but its own */
        struct seen s = { 0 };
        size_t from = 0, hit = 0, lost;

        memcpy(torn, bytes, n);
        torn[bit / 8] = (char)(torn[bit / 8] ^ 1 << bit % 8);
        while (end[hit + 1] <= bit / 8)
            hit++;
        lost = bit / 8 + 1 == end[hit + 1] && hit < 2 ? 2 : 1; /* the end of two groups' line */
        spill(path, torn, n);
        damage = read_groups("j.jsonl", &from, &s);
        if (s.groups != 3 - lost || from != end[hit])
            fail_msg("bit %zu: %zu groups, not %zu", bit, s.groups, 3 - lost);
        assert_true(bit / 8 + 1 == n ? damage == IL_UNDAMAGED /* as torn */
                                     : damage >= (off_t)end[hit] && damage <= (off_t)bit / 8);
    }
    for (size_t line = 0; line < n; line = (size_t)(strchr(bytes + line, '\n') + 1 - bytes)) {
        const size_t next = (size_t)(strchr(bytes + line, '\n') + 1 - bytes);
        struct seen s = { 0 };
        size_t from = 0, hit = 0;

        while (end[hit + 1] <= line) /* a line that is missing: its group is, or looks torn */
            hit++;
        memcpy(torn, bytes, line);
        memcpy(torn + line, bytes + next, n - next);
        spill(path, torn, n - (next - line));
        damage = read_groups("j.jsonl", &from, &s);
        assert_int_equal(s.groups, 2);
        assert_int_equal(damage == IL_UNDAMAGED, hit == 0 || next == n);
    }
    spill(path, bytes, n);
    for (size_t g = 0; g < 3; g++) { /* from where an earlier reading ended */
        struct seen s = { 0 };
        size_t from = end[g];

        read_groups("j.jsonl", &from, &s);
        assert_int_equal(s.groups, 3 - g);
        assert_int_equal(s.last, 33);
    }
}

/* A commit that fails leaves the file as it was, and the next one is whole. */
static void failed_commit(void **state)
{
    struct rlimit limit;
    struct il_journal j;
    struct seen s = { 0 };
    size_t from = 0;
    off_t damage;
    il_error err = { .text = "" };

    (void)state;
    OK(il_journal_create(&j, place, "k.jsonl", &err));
    OK(il_journal_add(&j, json_pack("{s:i}", "n", 1), &err));
    OK(il_journal_commit(&j, &err));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){ (rlim_t)j.size + 7, limit.rlim_max }), 0);
    OK(il_journal_add(&j, json_pack("{s:i}", "n", 2), &err));
    assert_int_equal(il_journal_commit(&j, &err), IL_E_IO);
    assert_non_null(strstr(err.text, "k.jsonl"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    OK(il_journal_add(&j, json_pack("{s:i}", "n", 3), &err));
    OK(il_journal_commit(&j, &err));
    il_journal_close(&j);
    damage = read_groups("k.jsonl", &from, &s);
    assert_int_equal(damage, IL_UNDAMAGED);
    assert_int_equal(s.groups, 2);
    assert_int_equal(s.last, 3);
}

/* ---- folders --------------------------------------------------------------------------------- */

static void making_one(void **state)
{
    il_dataset *const set = dataset();
    il_folder_setup setup = { "cpu", 4, 0, 0, "", set };
    il_folder *f = folder("one", set, 4), *other = NULL;
    il_error err = { .text = "" };
    char path[256], id[17], again[17];

    (void)state;
    assert_string_equal(il_folder_kind(f), "cpu");
    assert_int_equal(il_folder_plan(f)->runs, 60);
    assert_int_equal(il_folder_plan(f)->packs, 16); /* 4 keys of 15 runs */
    OK(il_folder_id(f, 7, id, &err));
    OK(create(&other, at("one", path), &setup, &err)); /* the same */
    assert_string_equal(il_folder_path(other), path);
    il_folder_close(other);
    setup.pack_size = 5;
    assert_int_equal(create(&other, path, &setup, &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "another sweep"));
    assert_int_equal(create(&other, place, &setup, &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "not empty"));
    assert_int_equal(il_folder_open(&other, place, &err), IL_E_DATA);
    assert_null(other);
    il_folder_close(f);
    OK(il_folder_open(&f, at("one", path), &err));
    OK(il_folder_id(f, 7, again, &err));
    assert_string_equal(id, again);
    il_folder_close(f);
    at("one/sweep.yaml", path); /* somebody changed it */
    spill(path, "seeds: 0..2\n", 12);
    assert_int_equal(il_folder_open(&f, at("one", path), &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "sweep.yaml"));
    il_dataset_free(set);
}

/* Journals and sweep.json are UTF-8, names of folders may be anything. */
static void other_bytes(void **state)
{
    static const struct {
        const char *text, *want;
    } texts[] = { { "", "" },
                  { "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z",
                    "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z" },
                  { "a\xffz", "a?z" },
                  { "\xc3", "?" }, /* cut */
                  { "\xe2\x82", "??" },
                  { "\xc0\xaf", "??" },             /* longer than need be */
                  { "\xed\xa0\x80", "???" },        /* half of a pair */
                  { "\xf4\x90\x80\x80", "????" } }; /* beyond the last */
    il_dataset *const set = dataset();
    const il_folder_setup setup = { "cpu", 4, 0, 0, "/d\xff", set };
    il_folder *const f = folder("bytes", set, 4);
    il_folder *other = NULL;
    il_error err = { .text = "" };
    char path[256], text[32];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        strcpy(text, texts[i].text);
        il_utf8(text);
        assert_string_equal(text, texts[i].want);
    }
    OK(il_folder_fail(f, 0, IL_E_DATA, "cannot open '/\xff'", &err));
    OK(il_folder_scan(f, &err));
    assert_string_equal(il_folder_pack_at(f, 0)->error, "cannot open '/?'");
    assert_int_equal(create(&other, at("data", path), &setup, &err), IL_E_USAGE);
    assert_string_equal(err.text, "the dataset's folder '/d?' has a name that is not UTF-8, as "
                                  "sweep.json is: give it another");
    assert_int_equal(access(path, F_OK), -1);
    il_folder_close(f);
    il_dataset_free(set);
}

/* Shards are a partition, and cost about the same. */
static void shards(void **state)
{
    il_dataset *const set = dataset();
    il_folder *const f = folder("shards", set, 2);
    const size_t packs = il_folder_plan(f)->packs;
    unsigned char mine[64], all[64];
    size_t order[64];
    il_error err = { .text = "" };

    (void)state;
    assert_in_range(packs, 8, 64);
    for (size_t n = 1; n <= packs + 2; n++) {
        double least = INFINITY, most = 0;

        memset(all, 0, sizeof all);
        for (size_t k = 1; k <= n; k++) {
            double cost = 0;

            OK(il_folder_shard(f, k, n, mine, &err));
            for (size_t p = 0; p < packs; p++) {
                all[p] = (unsigned char)(all[p] + mine[p]);
                cost += mine[p] ? il_folder_pack_at(f, p)->cost : 0;
            }
            least = fmin(least, cost);
            most = fmax(most, cost);
        }
        for (size_t p = 0; p < packs; p++)
            assert_int_equal(all[p], 1);
        if (n <= packs / 4) /* snake order: no further apart than the dearest pack */
            assert_true(most - least <=
                        il_folder_pack_at(f, 0)->cost + il_folder_pack_at(f, packs - 1)->cost);
    }
    assert_int_equal(il_folder_shard(f, 0, 2, mine, &err), IL_E_USAGE);
    assert_int_equal(il_folder_shard(f, 3, 2, mine, &err), IL_E_USAGE);
    OK(il_folder_by_cost(f, order, &err));
    for (size_t i = 1; i < packs; i++)
        assert_true(il_folder_pack_at(f, order[i - 1])->cost >=
                    il_folder_pack_at(f, order[i])->cost);
    il_folder_close(f);
    il_dataset_free(set);
}

/* ---- training -------------------------------------------------------------------------------- */

struct bench {
    il_dataset *set;
    il_device *device;
    const char *watch; /* il_watch_parse's; NULL: never */
};

static struct bench open_bench(void)
{
    struct bench b = { .set = dataset() };
    il_error err = { .text = "" };

    OK(il_device_open(&b.device, "cpu", 1, NULL, &err));
    return b;
}

static void close_bench(struct bench *b)
{
    il_device_close(b->device);
    il_dataset_free(b->set);
}

static int stop_after(void *arg, size_t epoch, size_t step, size_t steps)
{
    int *const left = arg;

    (void)epoch, (void)step, (void)steps;
    return (*left)-- == 0;
}

static il_worker *worker(const struct bench *b, il_folder *f)
{
    il_worker *w = NULL;
    il_watch watch;
    il_error err = { .text = "" };

    OK(il_worker_open(&w, f, b->set, b->device, &err));
    if (b->watch) {
        OK(il_watch_parse(&watch, b->watch, &err));
        il_worker_watch(w, &watch);
    }
    return w;
}

/* all packs; each is interrupted every `often` calls of the progress function (0: never) */
static void train_all(const struct bench *b, il_folder *f, int often)
{
    il_worker *w = NULL;
    il_error err = { .text = "" };
    il_trained t;

    for (size_t p = 0; p < il_folder_plan(f)->packs; p++)
        for (;;) {
            int left = often;
            il_status st;

            if (!w)
                w = worker(b, f);
            st = il_worker_train(w, p, 1, often ? stop_after : NULL, &left, &t, &err);
            if (st == IL_OK)
                break;
            if (st != IL_E_INTERRUPTED)
                fail_msg("%s", err.text);
            il_worker_close(w); /* another process would go on */
            w = NULL;
        }
    il_worker_close(w);
}

/* rows as text, but for what is a run's own */
struct text {
    char *text;
    size_t n;
    const char *but; /* a column that is left out, too; NULL: none */
};

static int keep_row(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct text *const t = arg;

    for (size_t i = 0; i < columns; i++) {
        char one[512];

        if (strstr(name[i], "seconds") || strcmp(name[i], "environment") == 0 ||
            (t->but && strcmp(name[i], t->but) == 0))
            continue;
        if (value[i].kind == IL_VALUE_REAL)
            snprintf(one, sizeof one, "%a|", value[i].real);
        else
            snprintf(one, sizeof one, "%s|", value[i].text);
        t->text = realloc(t->text, t->n + strlen(one) + 1);
        assert_non_null(t->text);
        strcpy(t->text + t->n, one);
        t->n += strlen(one);
    }
    return 0;
}

/* everything in the results, but for a column; to be freed */
static char *results_but(il_folder *f, const char *but)
{
    struct text t = { .but = but };
    il_results *r = NULL;
    il_error err = { .text = "" };

    OK(il_results_merge(f, &err));
    OK(il_results_open(&r, f, &err));
    OK(il_results_rows(r, IL_TABLE_RUNS, keep_row, &t, &err));
    OK(il_results_rows(r, IL_TABLE_EPOCHS, keep_row, &t, &err));
    OK(il_results_rows(r, IL_TABLE_LAYERS, keep_row, &t, &err));
    il_results_close(r);
    return t.text;
}

static char *results_of(il_folder *f) { return results_but(f, NULL); }

static void interruptions(void **state)
{
    struct bench b = open_bench();
    il_folder *const whole = folder("whole", b.set, 4), *const often = folder("often", b.set, 4);
    char *want, *got;
    il_error err = { .text = "" };
    il_tally tally;
    il_results *r = NULL;
    size_t diverged = 0;
    char path[256];

    (void)state;
    train_all(&b, whole, 0);
    want = results_of(whole);
    train_all(&b, often, 1); /* a step or an epoch at a time */
    got = results_of(often);
    assert_string_equal(want, got);
    assert_int_equal(rmdir(at("often/state", path)), 0); /* nothing is left in it */
    OK(il_results_open(&r, often, &err));
    OK(il_results_tally(r, &tally, &err));
    assert_int_equal(tally.ok + tally.diverged, 60);
    assert_true(tally.diverged >= 10);
    assert_int_equal(tally.failed, 0);
    il_results_close(r);
    OK(il_folder_scan(often, &err));
    for (size_t p = 0; p < il_folder_plan(often)->packs; p++) {
        const il_folder_pack *const pack = il_folder_pack_at(often, p);

        assert_int_equal(pack->status, IL_PACK_DONE);
        assert_true(pack->best >= 0 && pack->best <= 1);
        assert_non_null(strstr(got, pack->best_run));
        diverged += pack->diverged;
    }
    assert_int_equal(diverged, tally.diverged);
    free(want);
    free(got);
    il_folder_close(whole);
    il_folder_close(often);
    close_bench(&b);
}

/* The file of a saved state, as the last epoch finds it, and how often another took its place then. */
struct look {
    ino_t file;
    size_t renewed;
};

/* An epoch has 5 steps, fewer than lie between two calls: it is asked at its start alone. */
static int look_for_state(void *arg, size_t epoch, size_t step, size_t steps)
{
    struct look *const l = arg;
    struct stat info;
    char path[256];

    (void)step, (void)steps;
    if (epoch == 3 && stat(at("saved/state/0.state", path), &info) == 0) {
        l->renewed += l->file != 0 && l->file != info.st_ino;
        l->file = info.st_ino;
    }
    return 0;
}

/* Saved at every step and never asked to end: the same results; a successor begins there. */
static void checkpoints(void **state)
{
    struct bench b = open_bench();
    il_folder *const whole = folder("unsaved", b.set, 4), *const f = folder("saved", b.set, 4);
    char path[256], kept[256], command[600], *want, *got;
    il_error err = { .text = "" };
    il_worker *w = NULL;
    il_trained t;
    struct look look = { 0 };

    (void)state;
    train_all(&b, whole, 0);
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    il_worker_checkpoint(w, 1e-9);
    at("saved/state/0.state", path);
    for (size_t p = 0; p < il_folder_plan(f)->packs; p++)
        OK(il_worker_train(w, p, 1, look_for_state, &look, &t, &err));
    assert_true(look.renewed > 0);            /* in the last epoch, too */
    assert_int_equal(access(path, F_OK), -1); /* gone with the commit */
    il_worker_close(w);
    want = results_of(whole);
    got = results_of(f);
    assert_string_equal(want, got);
    free(got);
    /* killed after a checkpoint: what it left, and a journal without the pack */
    snprintf(command, sizeof command, "rm -rf '%s/saved/journal/'*", place);
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    assert_int_equal(il_worker_train(w, 0, 1, stop_after, &(int){ 2 }, &t, &err), IL_E_INTERRUPTED);
    il_worker_close(w);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(system(command), 0);
    assert_int_equal(unlink(at("saved/results.sqlite", kept)), 0);
    train_all(&b, f, 0);
    got = results_of(f);
    assert_string_equal(want, got);
    free(want);
    free(got);
    il_folder_close(f);
    il_folder_close(whole);
    close_bench(&b);
}

/* what was seen of all runs; to be freed */
static char *seen_of(il_folder *f)
{
    struct text t = { .n = 0 };
    il_results *r = NULL;
    il_error err = { .text = "" };

    OK(il_results_merge(f, &err));
    OK(il_results_open(&r, f, &err));
    OK(il_results_rows(r, IL_TABLE_DIAGNOSTICS, keep_row, &t, &err));
    il_results_close(r);
    return t.text ? t.text : strdup("");
}

/*
 * Watched runs have the results of others, to the bit; what was seen is the same, however often training was interrupted. A
 * pack that was not watched so from its start begins anew.
 */
static void watched(void **state)
{
    struct bench b = open_bench();
    il_folder *const plain = folder("plain", b.set, 4), *const whole = folder("whole", b.set, 4);
    il_folder *const often = folder("often", b.set, 4), *const late = folder("late", b.set, 4);
    char *want, *got, *seen;
    size_t rows = 0;
    il_error err = { .text = "" };
    il_worker *w;
    il_trained t;

    (void)state;
    train_all(&b, plain, 0);
    want = results_of(plain);
    got = seen_of(plain);
    assert_string_equal(got, "");
    free(got);
    b.watch =
        "every=step:2"; /* of 5 an epoch, 15 in all: 9 looks at 1 or 2 layers of 30 runs each */
    train_all(&b, whole, 0);
    seen = seen_of(whole);
    for (const char *p = seen; (p = strchr(p, '|')); p++)
        rows++;
    assert_int_equal(rows, (size_t)9 * 90 * (4 + IL_DIAGNOSTIC_COUNT));
    got = results_of(whole);
    assert_string_equal(want, got);
    free(got);
    train_all(&b, often, 1);
    got = seen_of(often);
    assert_string_equal(seen, got);
    free(got);
    for (int i = 0; i < 3; i++) { /* another way of watching, and none */
        b.watch = i == 0 ? "every=epoch" : i == 1 ? "every=step:3" : NULL;
        w = worker(&b, late);
        assert_int_equal(il_worker_train(w, (size_t)i, 1, stop_after, &(int){ 2 }, &t, &err),
                         IL_E_INTERRUPTED);
        il_worker_close(w);
    }
    b.watch = "every=step:2";
    train_all(&b, late, 0);
    got = seen_of(late);
    assert_string_equal(seen, got);
    free(got);
    got = results_of(late);
    assert_string_equal(want, got);
    free(got);
    free(seen);
    free(want);
    il_folder_close(plain);
    il_folder_close(whole);
    il_folder_close(often);
    il_folder_close(late);
    close_bench(&b);
}

/* What a folder has of a pack's state may be damaged, or another pack's: training starts over. */
static void damaged_states(void **state)
{
    struct bench b = open_bench();
    il_folder *const whole = folder("sound", b.set, 60), *const f = folder("damaged", b.set, 60);
    static char bytes[1 << 16], other[1 << 16];
    char path[256], *want, *got;
    il_error err = { .text = "" };
    il_worker *w = NULL;
    il_trained t;
    size_t n, m;

    (void)state;
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    for (size_t p = 0; p < 2; p++)
        assert_int_equal(il_worker_train(w, p, 1, stop_after, &(int){ 1 }, &t, &err),
                         IL_E_INTERRUPTED);
    n = slurp(at("damaged/state/0.state", path), bytes, sizeof bytes);
    m = slurp(at("damaged/state/1.state", path), other, sizeof other);
    assert_true(n > 100 && n < sizeof bytes && m > 100);
    for (size_t i = 0; i < n; i += 1 + n / 40) { /* a flipped byte, a cut */
        il_folder *const g = folder("damaged", b.set, 60);

        bytes[i] = (char)(bytes[i] ^ 0x20);
        spill(path, bytes, n);
        bytes[i] = (char)(bytes[i] ^ 0x20);
        spill(at("damaged/state/0.state", path), bytes, i);
        assert_int_equal(il_worker_train(w, 0, 1, stop_after, &(int){ 0 }, &t, &err),
                         IL_E_INTERRUPTED); /* it is read, refused, and saved anew */
        il_folder_close(g);
    }
    spill(at("damaged/state/0.state", path), other, m);
    il_worker_close(w);
    train_all(&b, f, 0);
    train_all(&b, whole, 0);
    want = results_of(whole);
    got = results_of(f);
    assert_string_equal(want, got);
    free(want);
    free(got);
    il_folder_close(f);
    il_folder_close(whole);
    close_bench(&b);
}

/* Committed twice, merged twice, failed before: once in the results. */
static void twice(void **state)
{
    struct bench b = open_bench();
    il_folder *const whole = folder("once", b.set, 7), *const f = folder("twice", b.set, 7);
    char *want, *got;
    il_error err = { .text = "" };
    il_worker *w = NULL;
    il_trained t;

    (void)state;
    train_all(&b, whole, 0);
    want = results_of(whole);
    OK(il_folder_fail(f, 1, IL_E_DEVICE, "the device was lost", &err));
    assert_int_equal(il_folder_pack_at(f, 1)->status, IL_PACK_FAILED);
    OK(il_folder_scan(f, &err));
    assert_int_equal(il_folder_pack_at(f, 1)->status, IL_PACK_FAILED);
    assert_int_equal(il_folder_pack_at(f, 1)->attempts, 1);
    assert_string_equal(il_folder_pack_at(f, 1)->error, "the device was lost");
    got = results_of(f);
    assert_non_null(strstr(got, "failed|the device was lost|"));
    free(got);
    train_all(&b, f, 0);
    train_all(&b, f, 0); /* all again, by another worker */
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    OK(il_worker_train(w, 1, 2, NULL, NULL, &t, &err)); /* what a retry would do */
    il_worker_close(w);
    OK(il_results_merge(f, &err));
    OK(il_folder_scan(f, &err));
    assert_int_equal(il_folder_pack_at(f, 1)->status, IL_PACK_DONE);
    got = results_of(f);
    assert_string_equal(want, got);
    free(got);
    free(want);
    il_folder_close(f);
    il_folder_close(whole);
    close_bench(&b);
}

/* the journal of a folder that has one: its path below the test's place, and its bytes */
static size_t read_journal(const char *folder, char path[256], char *bytes, size_t room)
{
    char name[200];
    const struct dirent *e;
    DIR *d;

    snprintf(name, sizeof name, "%.60s/journal", folder);
    d = opendir(at(name, path));
    assert_non_null(d);
    do
        e = readdir(d);
    while (e && !strstr(e->d_name, ".jsonl"));
    assert_non_null(e);
    snprintf(name, sizeof name, "%.60s/journal/%.120s", folder, e->d_name);
    closedir(d);
    return slurp(at(name, path), bytes, room);
}

static size_t packs_done(il_folder *f)
{
    size_t n = 0;

    for (size_t p = 0; p < il_folder_plan(f)->packs; p++)
        n += il_folder_pack_at(f, p)->status == IL_PACK_DONE;
    return n;
}

/* A damaged byte costs its pack alone, is told, and trained again; whether the head or a pack is hit. */
static void damaged_journals(void **state)
{
    static char bytes[1 << 20];
    struct bench b = open_bench();
    il_folder *const whole = folder("sound", b.set, 4);
    char path[256], *want, *got;
    il_error err = { .text = "" };
    size_t n;

    (void)state;
    train_all(&b, whole, 0);
    want = results_of(whole);
    n = read_journal("sound", path, bytes, sizeof bytes);
    assert_true(n < sizeof bytes);
    for (size_t hit = 10; hit < n; hit += n / 5) {
        char name[32], file[64], kept[256];
        const il_damage *d;
        il_folder *f;
        il_tally tally;
        il_results *r = NULL;

        snprintf(name, sizeof name, "hit%zu", hit);
        f = folder(name, b.set, 4);
        bytes[hit] ^= 0x20;
        snprintf(file, sizeof file, "%s/journal/x.jsonl", name);
        spill(at(file, kept), bytes, n);
        bytes[hit] ^= 0x20;
        OK(il_folder_scan(f, &err));
        assert_int_equal(packs_done(f), il_folder_plan(f)->packs - 1);
        d = il_folder_damage(f);
        assert_non_null(d);
        assert_string_equal(d->journal, "x.jsonl");
        assert_true(d->byte <= hit && hit - d->byte < 2000);
        assert_null(il_folder_damage(f)); /* once */
        OK(il_results_merge(f, &err));
        OK(il_results_open(&r, f, &err));
        OK(il_results_tally(r, &tally, &err));
        il_results_close(r);
        assert_in_range(tally.ok + tally.diverged, 56, 57);
        train_all(&b, f, 0);
        got = results_of(f);
        assert_string_equal(want, got);
        free(got);
        il_folder_close(f);
        f = folder(name, b.set, 4); /* whoever merges next is told as well */
        OK(il_results_merge(f, &err));
        assert_non_null(il_folder_damage(f));
        il_folder_close(f);
    }
    free(want);
    il_folder_close(whole);
    close_bench(&b);
}

/* ---- groups that are whole, and wrong -------------------------------------------------------- */

/* make the sums of all lines right */
static void seal(char *bytes, size_t n)
{
    uint32_t sum = 0;

    for (char *p = bytes, *end; (end = memchr(p, '\n', n - (size_t)(p - bytes))); p = end + 1) {
        char digits[9];

        sum = il_crc32c(sum, p + 9, (size_t)(end - p) - 9);
        snprintf(digits, sizeof digits, "%08x", sum);
        memcpy(p, digits, 8);
        if (p[9] == '.')
            sum = 0;
    }
}

/* the bytes with the k-th `old` (from 0) replaced, sealed; returns how many there are */
static size_t edit(char *to, const char *bytes, size_t n, const char *old, size_t k,
                   const char *new)
{
    const char *at = bytes;
    size_t before;

    for (;; at++) {
        at = memmem(at, n - (size_t)(at - bytes), old, strlen(old));
        assert_non_null(at);
        if (k-- == 0)
            break;
    }
    before = (size_t)(at - bytes);
    memcpy(to, bytes, before);
    memcpy(to + before, new, strlen(new));
    memcpy(to + before + strlen(new), at + strlen(old), n - before - strlen(old));
    n = n - strlen(old) + strlen(new);
    seal(to, n);
    return n;
}

/* a folder of SWEEP whose one journal has these bytes */
static il_folder *with_journal(const char *name, const il_dataset *set, const char *bytes, size_t n)
{
    char file[64], path[256];
    il_folder *const f = folder(name, set, 4);

    snprintf(file, sizeof file, "%.40s/journal/x.jsonl", name);
    spill(at(file, path), bytes, n);
    return f;
}

/* The rows of a pack that are not what its config leads to: named, left out, trained again. */
static void wrong_groups(void **state)
{
    /* what is replaced: the k-th of it */
    static const struct {
        const char *old;
        size_t k;
        const char *new, *what;
    } edits[] = {
        { "\"every=epoch\"", 0, "\"every=step:5000\"",
          "4 rows of diagnostics, not 2 looks at 1 layers" },
        { "\"every=epoch\"", 1, "\"every=step:0\"", "nobody watches so" },
        { "\"watch\":", 2, "\"watches\":", "nobody watches so" },
        { "\"diagnostics\":[[", 3, "\"diagnostic\":[[", "0 rows of diagnostics, not 4 looks" },
        { "\"diagnostics\":[[0,1,", 4, "\"diagnostics\":[[0,2,",
          "no diagnostics of layer 1 after step 0" },
        { "\"diagnostics\":[[0,1,", 5, "\"diagnostics\":[[1,1,",
          "no diagnostics of layer 1 after step 0" },
        { "\"diagnostics\":[[0,1,", 6, "\"diagnostics\":[[0,1,1,",
          "no diagnostics of layer 1 after step 0" },
        { "\"diagnostics\":[[0,1,null,", 7, "\"diagnostics\":[[0,1,\"\",",
          "no diagnostics of layer 1 after step 0" },
        { "[2,", 3, "[3,", "no row of epoch 2" },
        { "\"epochs\":[[1,", 5, "\"epochs\":[[1,0,0,0,0,0,0,0],[1,", "4 epochs, not 3" },
        { "\"layers\":[[", 2, "\"layers\":[[6,3,0,0,0,0],[", "2 layers, not 1" },
        { "\"layers\":[[6,", 4, "\"layers\":[[7,", "by sweep.json it is 6 x 3" },
        { "\"layers\":[[6,3,", 4, "\"layers\":[[6,3,\"\",", "no row of layer 1" },
        { "\"layers\":[", 1, "\"layer\":[", "0 layers, not 1" },
        { "\"number\":", 3, "\"number\":1", "is another than the plan's" },
        { "{\"run\":\"", 7, "{\"run\":\"0", "is another than the plan's" },
        { "\"stuck\":", 0, "\"stuck\":1,\"x\":", "it cannot be stuck so" },
        { "\"diverged\":[1,1],\"stuck\":false", 0, "\"diverged\":[1,1],\"stuck\":true",
          "it cannot be stuck so" },
        { "\"status\":\"ok\"", 1, "\"status\":\"failed\"", "no status that it can have" },
        { "\"pack\":1,", 0, "\"pack\":99,", "pack 99 is not in the plan, which has 16" },
        { "\"pack\":1,", 0, "\"pack\":-1,", "pack -1 is not in the plan, which has 16" },
        { "\"pack\":1,", 0, "\"pack\":2,", "is another than the plan's" },
        { "\"pack\":1,", 0, "\"pack\":\"1\",", "is no pack's" },
        { "\"attempt\":1", 1, "\"attempt\":0", "no attempt" },
        { "\"status\":\"done\"", 2, "\"status\":\"made\"", "neither done nor failed" },
        { "\"runs\":4", 1, "\"runs\":0", "is not that of its runs" },
        { "\"best_run\":\"", 1, "\"best_run\":\"\\u001b", "is not that of its runs" },
        { ",\"best\":", 1, ",\"best\"", "is no pack's" },
        { "{\"run\":", 1, "{\"run\"", "is another than the plan's" },
    };
    static char bytes[1 << 20], other[1 << 20];
    struct bench b = open_bench();
    il_folder *const whole = folder("right", b.set, 4);
    char path[256], name[32], file[64], *want, *got;
    il_error err = { .text = "" };
    size_t n, m;

    (void)state;
    b.watch = "every=epoch";
    train_all(&b, whole, 0);
    want = results_of(whole);
    n = read_journal("right", path, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        const il_damage *d;
        il_folder *f;

        snprintf(name, sizeof name, "wrong%zu", i);
        m = edit(other, bytes, n, edits[i].old, edits[i].k, edits[i].new);
        f = with_journal(name, b.set, other, m);
        OK(il_folder_scan(f, &err));
        if (packs_done(f) != 15)
            fail_msg("%s: %zu packs are done", edits[i].new, packs_done(f));
        d = il_folder_damage(f);
        assert_non_null(d);
        if (!strstr(d->what, edits[i].what))
            fail_msg("%s: %s", edits[i].new, d->what);
        assert_true(d->byte < m && (d->byte == 0 || other[d->byte - 1] == '\n'));
        assert_null(il_folder_damage(f));
        OK(il_results_merge(f, &err));
        train_all(&b, f, 0);
        got = results_of(f);
        assert_string_equal(want, got);
        free(got);
        il_folder_close(f);
        snprintf(file, sizeof file, "%s/journal/x.jsonl", name);
        assert_int_equal(access(at(file, path), F_OK), 0); /* nothing is removed */
    }
    free(want);
    il_folder_close(whole);
    close_bench(&b);
}

/* A pack's lines as a failed allocation may leave them are not committed, nor what stands beside them. */
static void short_commits(void **state)
{
    static const char *const drops[] = { "", "epochs", "layers", "status", "number" };
    static char bytes[1 << 20];
    struct bench b = open_bench();
    il_folder *const f = folder("short", b.set, 60);
    char path[256];
    il_error err = { .text = "" };
    size_t n;

    (void)state;
    train_all(&b, f, 0);
    n = read_journal("short", path, bytes, sizeof bytes - 1);
    bytes[n] = 0;
    for (size_t i = 0; i < sizeof drops / sizeof *drops; i++) {
        struct il_journal j = { .fd = -1 };
        char name[32];
        size_t lines = 0;

        snprintf(name, sizeof name, "journal/%zu.jsonl", i);
        OK(il_journal_create(&j, f->path, name, &err));
        for (const char *line = bytes; lines < 17; line = strchr(line, '\n') + 1, lines++) {
            json_t *const value = json_loads(line + 10, JSON_DISABLE_EOF_CHECK, NULL);

            if (lines == 5 && i > 0)
                assert_int_equal(json_object_del(value, drops[i]), 0);
            OK(il_journal_add(&j, value, &err));
        }
        assert_int_equal(il_folder_commit(f, &j, &err), i == 0 ? IL_OK : IL_E_MEMORY);
        assert_int_equal(j.size > 0, i == 0);
        snprintf(name, sizeof name, "short/journal/%zu.jsonl", i);
        assert_int_equal(access(at(name, path), F_OK) == 0, i == 0);
        il_journal_close(&j);
    }
    il_folder_close(f);
    close_bench(&b);
}

/* Journals joined into one, of this sweep and of another, copied and renamed. */
static void joined_journals(void **state)
{
    static char bytes[1 << 20];
    struct bench b = open_bench();
    il_folder *const whole = folder("apart", b.set, 4), *const foreign =
                                                            folder("foreign", b.set, 5);
    char path[256], command[900], *want, *got;
    il_error err = { .text = "" };
    il_folder *f;
    il_worker *w = NULL;
    il_trained t;
    size_t n;

    (void)state;
    for (size_t p = 0; p < il_folder_plan(whole)->packs; p++) { /* a journal each */
        OK(il_worker_open(&w, whole, b.set, b.device, &err));
        OK(il_worker_train(w, p, 1, NULL, NULL, &t, &err));
        il_worker_close(w);
    }
    train_all(&b, foreign, 0);
    want = results_of(whole);
    snprintf(command, sizeof command,
             "cd '%s' && cat foreign/journal/*.jsonl apart/journal/*.jsonl "
             "foreign/journal/*.jsonl > all && mkdir -p one two && cp all one/a && cp all two/a",
             place);
    assert_int_equal(system(command), 0);
    n = slurp(at("all", path), bytes, sizeof bytes);
    f = with_journal("joined", b.set, bytes, n);
    OK(il_folder_scan(f, &err));
    assert_int_equal(packs_done(f), 16);
    got = results_of(f);
    assert_string_equal(want, got);
    free(got);
    snprintf(command, sizeof command,
             "cd '%s/joined/journal' && cp x.jsonl y.jsonl && mv x.jsonl z.jsonl", place);
    assert_int_equal(system(command), 0);
    got = results_of(f);
    assert_string_equal(want, got);
    free(got);
    assert_int_equal(unlink(at("joined/results.sqlite", path)), 0);
    got = results_of(f);
    assert_string_equal(want, got);
    free(got);
    assert_null(il_folder_damage(f));
    free(want);
    il_folder_close(f);
    il_folder_close(foreign);
    il_folder_close(whole);
    close_bench(&b);
}

/* What lies among the journals and is none stops nobody, and is named; nothing waits for it. */
static void no_journals(void **state)
{
    static const struct {
        const char *make, *what;
    } things[] = { { "mkfifo a.jsonl", "no regular file" },
                   { "mkdir a.jsonl", "Is a directory" },
                   { "ln -s /dev/zero a.jsonl", "a link" },
                   { "ln -s x.jsonl a.jsonl", "a link" },
                   { "ln -s nowhere a.jsonl", "a link" },
                   { "truncate -s 1T a.jsonl", "larger than all journals" },
                   { "truncate -s 64M a.jsonl", "too long for any" } };
    static char bytes[1 << 20];
    struct bench b = open_bench();
    il_folder *const whole = folder("plain", b.set, 4);
    char path[256], command[600], *want, *got;
    il_error err = { .text = "" };
    size_t n;

    (void)state;
    train_all(&b, whole, 0);
    want = results_of(whole);
    n = read_journal("plain", path, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        char name[32];
        const il_damage *d;
        il_folder *f;

        snprintf(name, sizeof name, "thing%zu", i);
        f = with_journal(name, b.set, bytes, n);
        snprintf(command, sizeof command, "cd '%s/%s/journal' && %s", place, name, things[i].make);
        assert_int_equal(system(command), 0);
        OK(il_folder_scan(f, &err));
        assert_int_equal(packs_done(f), 16);
        got = results_of(f);
        assert_string_equal(want, got);
        free(got);
        d = il_folder_damage(f);
        assert_non_null(d);
        assert_string_equal(d->journal, "a.jsonl");
        assert_int_equal(d->byte, 0);
        if (!strstr(d->what, things[i].what))
            fail_msg("%s: %s", things[i].make, d->what);
        assert_null(il_folder_damage(f));
        il_folder_close(f);
    }
    free(want);
    il_folder_close(whole);
    close_bench(&b);
}

/* Who plants links and pipes in a folder neither reaches another file by it nor stops the sweep for ever. */
static void planted_links(void **state)
{
    static const struct {
        const char *make;
        il_status open, train;
    } plants[] = { { "ln -s ../victim state/0.state", IL_OK, IL_OK },
                   { "mkfifo state/0.state", IL_OK, IL_OK },
                   { "truncate -s 1T state/0.state", IL_OK, IL_OK },
                   { "rmdir state && mkdir ../away && ln -s ../away state", IL_OK, IL_E_CREATE },
                   { "rmdir journal && ln -s ../away journal", IL_OK, IL_E_CREATE },
                   { "mv sweep.json ../s && ln -s ../s sweep.json", IL_E_DATA, IL_OK },
                   { "rm sweep.json && mkfifo sweep.json", IL_E_DATA, IL_OK },
                   { "rm sweep.yaml && mkfifo sweep.yaml", IL_E_DATA, IL_OK },
                   { "truncate -s 1T sweep.yaml", IL_E_DATA, IL_OK } };
    struct bench b = open_bench();
    char path[256], text[16], command[600];
    il_error err = { .text = "" };

    (void)state;
    spill(at("victim", path), "victim", 6);
    for (size_t i = 0; i < sizeof plants / sizeof *plants; i++) {
        char name[32];
        il_folder *f;
        il_worker *w = NULL;
        il_trained t;

        snprintf(name, sizeof name, "plant%zu", i);
        il_folder_close(folder(name, b.set, 4));
        snprintf(command, sizeof command, "cd '%s/%s' && %s", place, name, plants[i].make);
        assert_int_equal(system(command), 0);
        assert_int_equal(il_folder_open(&f, at(name, path), &err), plants[i].open);
        if (plants[i].open != IL_OK)
            continue;
        OK(il_worker_open(&w, f, b.set, b.device, &err));
        il_worker_checkpoint(w, 1e-9); /* it is saved, too */
        if (il_worker_train(w, 0, 1, NULL, NULL, &t, &err) != plants[i].train)
            fail_msg("%s: %s", plants[i].make, err.text);
        if (plants[i].train != IL_OK)
            assert_non_null(strstr(err.text, "a link"));
        OK(il_folder_write(f, "submit.sbatch", "#!/bin/sh\n", &err));
        il_worker_close(w);
        il_folder_close(f);
    }
    assert_int_equal(slurp(at("victim", path), text, sizeof text), 6);
    assert_memory_equal(text, "victim", 6);
    snprintf(command, sizeof command, "test -z \"$(ls '%s/away')\"", place);
    assert_int_equal(system(command), 0);
    close_bench(&b);
}

/* A link is replaced by what is written in its place, and its target stays. */
static void written_in_place_of_links(void **state)
{
    il_dataset *const set = dataset();
    il_folder *const f = folder("here", set, 4);
    char path[256], target[256], text[16];
    il_error err = { .text = "" };
    struct stat info;

    (void)state;
    spill(at("target", target), "target", 6);
    assert_int_equal(symlink(target, at("here/submit.sbatch", path)), 0);
    OK(il_folder_write(f, "submit.sbatch", "new", &err));
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISREG(info.st_mode));
    assert_int_equal(slurp(target, text, sizeof text), 6);
    il_folder_close(f);
    il_dataset_free(set);
}

/* Temporary files of killed writers go; those of writers at work stay. */
static void left_behind(void **state)
{
    struct bench b = open_bench();
    il_folder *const f = folder("left", b.set, 4);
    il_worker *w = NULL;
    il_error err = { .text = "" };
    char path[256], held[256];
    int fd;

    (void)state;
    spill(at("left/state/.3.state.tmp-17", path), "x", 1);
    fd = open(at("left/state/.4.state.tmp-17-1", held), O_RDWR | O_CREAT, 0666);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(held, F_OK), 0);
    close(fd);
    il_worker_close(w);
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    assert_int_equal(access(held, F_OK), -1);
    il_worker_close(w);
    il_folder_close(f);
    close_bench(&b);
}

/* ---- results --------------------------------------------------------------------------------- */

/* What lies in the place of the results and is not theirs is named, with what to do, and left alone. */
static void other_results(void **state)
{
    static const char no_database[] = "no database, but long enough to be taken for one by who "
                                      "reads a head of 100 bytes, or so it is hoped";
    static const char *const foreign[] = { "CREATE TABLE notes (text TEXT)",
                                           "PRAGMA application_id = 7", "PRAGMA user_version = 5" };
    struct bench b = open_bench();
    il_folder *const f = folder("ours", b.set, 4), *const other = folder("theirs", b.set, 5);
    il_error err = { .text = "" };
    static char before[1 << 16], after[1 << 16];
    char path[256], theirs[256], command[600];
    il_results *r = NULL;
    sqlite3 *db;

    (void)state;
    train_all(&b, f, 0);
    train_all(&b, other, 0);
    at("ours/results.sqlite", path);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        size_t n;

        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, foreign[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        n = slurp(path, before, sizeof before);
        assert_int_equal(il_results_merge(f, &err), IL_E_DATA);
        assert_non_null(strstr(err.text, "ours/results.sqlite: "));
        assert_non_null(strstr(err.text, "move it away"));
        assert_int_equal(il_results_open(&r, f, &err), IL_E_DATA);
        assert_int_equal(slurp(path, after, sizeof after), n);
        assert_memory_equal(before, after, n);
        assert_int_equal(unlink(path), 0);
    }
    OK(il_results_merge(other, &err));
    snprintf(command, sizeof command, "cp '%s' '%s'", at("theirs/results.sqlite", theirs), path);
    assert_int_equal(system(command), 0);
    assert_int_equal(il_results_merge(f, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "another sweep"));
    spill(path, no_database, sizeof no_database - 1);
    assert_int_equal(il_results_merge(f, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "move it away"));
    assert_int_equal(unlink(path), 0);
    OK(il_results_merge(f, &err));
    il_folder_close(f);
    il_folder_close(other);
    close_bench(&b);
}

/* ---- numbers ---------------------------------------------------------------------------------- */

/* a copy of a journal whose head says these numbers, or with 0 none */
struct renumbered {
    struct il_journal to;
    int numbers;
};

static il_status copy_group(void *arg, struct il_journal_group *g, il_error *err)
{
    struct renumbered *const r = arg;

    for (size_t i = 0; i < g->lines; i++) {
        json_t *const value = json_loads(g->line[i], 0, NULL);

        if (json_object_get(value, "journal")) {
            assert_int_equal(json_integer_value(json_object_get(value, "numbers")), IL_NUMBERS);
            json_object_del(value, "numbers");
            if (r->numbers)
                json_object_set_new(value, "numbers", json_integer(r->numbers));
        }
        assert_int_equal(il_journal_add(&r->to, value, err), IL_OK);
    }
    return il_journal_commit(&r->to, err);
}

static size_t journals_of(const char *folder)
{
    char name[200], path[256];
    const struct dirent *e;
    size_t n = 0;
    DIR *d;

    snprintf(name, sizeof name, "%s/journal", folder);
    d = opendir(at(name, path));
    assert_non_null(d);
    while ((e = readdir(d)))
        n += strstr(e->d_name, ".jsonl") != NULL;
    closedir(d);
    return n;
}

/* a folder with the journal of another, renumbered */
static il_folder *renumber(const char *name, const char *from, const il_dataset *set, int numbers)
{
    static char bytes[1 << 20];
    struct renumbered r = { .numbers = numbers };
    const struct il_journal_reader reader = { copy_group, &r, 1 << 20, 10000, 1 << 24 };
    struct il_journal_damage damage;
    il_folder *const f = folder(name, set, 7);
    char source[256], there[256], here[256];
    il_error err = { .text = "" };
    size_t begin = 0;

    read_journal(from, source, bytes, sizeof bytes);
    OK(il_journal_create(&r.to, at(name, here), "journal/a.jsonl", &err));
    at(from, there);
    OK(il_journal_read(&reader, there, source + strlen(there) + 1, &begin, &damage, &err));
    il_journal_close(&r.to);
    return f;
}

/* What other numbers made is read, ranked and exported; nothing is trained or recorded beside it. */
static void other_numbers(void **state)
{
    static const struct {
        int said;
        unsigned is;
    } cases[] = {
        { 0, 1 }, { 1, 1 }, { IL_NUMBERS + 1, IL_NUMBERS + 1 }, { IL_NUMBERS, IL_NUMBERS }
    };
    struct bench b = open_bench();
    il_folder *const first = folder("first", b.set, 7);
    il_error err = { .text = "" };
    il_worker *w = NULL;
    il_trained t;

    (void)state;
    OK(il_worker_open(&w, first, b.set, b.device, &err));
    OK(il_worker_train(w, 1, 1, NULL, NULL, &t, &err));
    il_worker_close(w);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const int ours = cases[k].is == IL_NUMBERS;
        char name[16], said[32];
        il_results *r = NULL;
        il_tally tally;
        il_folder *f;

        snprintf(name, sizeof name, "numbers%zu", k);
        snprintf(said, sizeof said, "has numbers %u,", cases[k].is);
        f = renumber(name, "first", b.set, cases[k].said);
        assert_int_equal(il_folder_numbers(f), IL_NUMBERS); /* nothing is known yet */
        OK(il_folder_scan(f, &err));
        assert_int_equal(packs_done(f), 1);
        assert_int_equal(il_folder_numbers(f), cases[k].is);
        assert_int_equal(il_folder_goes_on(f, &err), ours ? IL_OK : IL_E_DATA);
        assert_true(ours || strstr(err.text, said));
        OK(il_worker_open(&w, f, b.set, b.device, &err)); /* as for rerun */
        assert_int_equal(il_worker_train(w, 0, 1, NULL, NULL, &t, &err),
                         ours ? IL_OK : IL_E_CREATE);
        assert_int_equal(il_folder_fail(f, 2, IL_E_MEMORY, "out of memory", &err),
                         ours ? IL_OK : IL_E_CREATE);
        il_worker_close(w);
        assert_int_equal(journals_of(name), ours ? 3 : 1);
        OK(il_results_merge(f, &err));
        OK(il_results_open(&r, f, &err));
        OK(il_results_tally(r, &tally, &err));
        assert_int_equal(tally.ok + tally.diverged, ours ? 14 : 7);
        il_results_close(r);
        il_folder_close(f);
    }
    il_folder_close(first);
    close_bench(&b);
}

/* Each change of the numbers has its line in the program and in the documents. */
static void changes_are_told(void **state)
{
    static char text[1 << 16];
    const size_t n = slurp(INITLAB_SOURCE_DIR "/docs/numerics.md", text, sizeof text - 1);

    (void)state;
    text[n] = 0;
    assert_null(il_numbers_change(0));
    assert_null(il_numbers_change(IL_NUMBERS + 1));
    for (unsigned i = 2; i <= IL_NUMBERS; i++) {
        char row[16];

        snprintf(row, sizeof row, "\n| %u | ", i);
        assert_non_null(il_numbers_change(i));
        assert_non_null(strstr(text, row));
    }
}

/* a pack of the first pack's runs */
static il_pack *first_pack(const struct bench *b, const il_folder *f)
{
    const il_sweep_plan *const plan = il_folder_plan(f);
    il_config *c[64] = { NULL };
    il_pack *p = NULL;
    il_error err = { .text = "" };

    assert_true(plan->pack[0].count <= 64);
    for (size_t i = 0; i < plan->pack[0].count; i++)
        OK(il_sweep_config(il_folder_sweep(f), plan->order[plan->pack[0].first + i], &c[i], &err));
    OK(il_pack_open(&p, b->device, b->set, (const il_config *const *)c, plan->pack[0].count, &err));
    for (size_t i = 0; i < plan->pack[0].count; i++)
        il_config_free(c[i]);
    return p;
}

static void states_of_other_numbers(void **state)
{
    static char bytes[1 << 16];
    struct bench b = open_bench();
    il_folder *const f = folder("state", b.set, 7);
    char path[256], *note = NULL, *at_numbers;
    il_error err = { .text = "" };
    il_worker *w = NULL;
    il_trained t;
    uint32_t sum;
    il_pack *p;
    size_t n;

    (void)state;
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    assert_int_equal(il_worker_train(w, 0, 1, stop_after, &(int){ 0 }, &t, &err), IL_E_INTERRUPTED);
    il_worker_close(w);
    p = first_pack(&b, f);
    OK(il_pack_restore(p, at("state/state/0.state", path), &note, &err));
    free(note);
    n = slurp(path, bytes, sizeof bytes);
    at_numbers = strstr(bytes, "numbers ");
    assert_non_null(at_numbers);
    at_numbers[8]--;
    sum = il_crc32c(0, bytes, n - sizeof sum);
    memcpy(bytes + n - sizeof sum, &sum, sizeof sum);
    spill(path, bytes, n);
    assert_int_equal(il_pack_restore(p, path, &note, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "of an initlab with numbers"));
    assert_null(note);
    il_pack_close(p);
    il_folder_close(f);
    close_bench(&b);
}

/* a statement on the results of "earlier" */
static void change_earlier(const char *sql)
{
    char path[256];
    sqlite3 *db;

    assert_int_equal(sqlite3_open(at("earlier/results.sqlite", path), &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

/*
 * Results as earlier versions had them: read as they are, brought to this version by who writes. What a
 * version did not know is then unknown; a user's own view goes on.
 */
static void earlier_results(void **state)
{
    static const char *const back[] = {
        "DROP TABLE diagnostics; PRAGMA user_version = 3",
        "ALTER TABLE runs DROP COLUMN stuck; PRAGMA user_version = 2",
        "ALTER TABLE layers DROP COLUMN unfitted; PRAGMA user_version = 1"
    };
    struct bench b = open_bench();
    il_folder *const f = folder("earlier", b.set, 7);
    char *want, *got;
    il_error err = { .text = "" };
    il_results *r = NULL;

    (void)state;
    train_all(&b, f, 0);
    OK(il_results_merge(f, &err));
    change_earlier("UPDATE runs SET stuck = NULL; CREATE VIEW mine AS SELECT number FROM runs");
    want = results_of(f);
    for (size_t versions = 1; versions <= sizeof back / sizeof *back; versions++) {
        for (size_t i = 0; i < versions; i++)
            change_earlier(back[i]);
        OK(il_results_open(&r, f, &err));
        il_results_close(r);
        OK(il_results_merge(f, &err));
        change_earlier("SELECT * FROM mine; UPDATE layers SET unfitted = 0 WHERE unfitted IS NULL");
        got = results_of(f);
        assert_string_equal(want, got);
        free(got);
    }
    free(want);
    il_folder_close(f);
    close_bench(&b);
}

/* Rows that somebody deleted come back with the next merge. */
static void deleted_rows(void **state)
{
    static const char *const deletions[] = { "DELETE FROM runs WHERE number % 2",
                                             "DELETE FROM epochs WHERE epoch = 2",
                                             "DELETE FROM layers",
                                             "DELETE FROM runs; DELETE FROM epochs" };
    struct bench b = open_bench();
    il_folder *const f = folder("rows", b.set, 4);
    char path[256], *want, *got;
    sqlite3 *db;

    (void)state;
    train_all(&b, f, 0);
    want = results_of(f);
    for (size_t i = 0; i < sizeof deletions / sizeof *deletions; i++) {
        assert_int_equal(sqlite3_open(at("rows/results.sqlite", path), &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, deletions[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        got = results_of(f);
        assert_string_equal(want, got);
        free(got);
    }
    free(want);
    il_folder_close(f);
    close_bench(&b);
}

/* Whoever comes first makes the tables, the others use them. */
static void merged_at_once(void **state)
{
    struct bench b = open_bench();
    il_folder *const f = folder("many", b.set, 4);
    il_error err = { .text = "" };
    char path[256];

    (void)state;
    train_all(&b, f, 0);
    for (int round = 0; round < 5; round++) {
        int failed = 0, code;

        for (int i = 0; i < 4; i++)
            if (fork() == 0) {
                code = il_results_merge(f, &err) != IL_OK;
                if (code)
                    fprintf(stderr, "%s\n", err.text);
                _exit(code);
            }
        while (wait(&code) > 0)
            failed += code != 0;
        assert_int_equal(failed, 0);
        assert_int_equal(unlink(at("many/results.sqlite", path)), 0);
    }
    il_folder_close(f);
    close_bench(&b);
}

static void ranking(void **state)
{
    struct bench b = open_bench();
    il_folder *const f = folder("rank", b.set, 32);
    il_compare_options options = { .by = "init" };
    il_results *r = NULL;
    il_runs *runs = NULL;
    il_comparison *c = NULL;
    il_error err = { .text = "" };

    (void)state;
    assert_int_equal(il_results_open(&r, f, &err), IL_E_CREATE);
    train_all(&b, f, 0);
    OK(il_results_merge(f, &err));
    OK(il_results_open(&r, f, &err));
    OK(il_runs_new(&runs, "test_accuracy", 0.5, &err));
    OK(il_runs_add(runs, r, &err));
    OK(il_compare(&c, runs, &options, &err));
    assert_int_equal(c->groups, 3);
    for (size_t i = 0; i < c->groups; i++)
        assert_int_equal(c->group[i].runs, 20);
    il_comparison_free(c);
    options.by = "inti";
    assert_int_equal(il_compare(&c, runs, &options, &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "'init'"));
    il_runs_free(runs);
    il_results_close(r);
    il_folder_close(f);
    close_bench(&b);
}

/* The same run again has the same bits. */
static void again(void **state)
{
    struct bench b = open_bench();
    il_folder *const f = folder("again", b.set, 4);
    il_worker *w = NULL;
    il_again first, second;
    il_error err = { .text = "" };

    (void)state;
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    OK(il_worker_again(w, 33, NULL, NULL, &first, &err));
    OK(il_worker_again(w, 33, NULL, NULL, &second, &err));
    for (size_t e = 0; e < il_pack_epochs(first.pack); e++)
        assert_memory_equal(&first.epoch[e].cost, &second.epoch[e].cost, sizeof(double));
    il_pack_close(first.pack);
    il_pack_close(second.pack);
    free(first.epoch);
    free(second.epoch);
    assert_int_equal(il_worker_again(w, 60, NULL, NULL, &second, &err), IL_E_USAGE);
    il_worker_close(w);
    il_folder_close(f);
    close_bench(&b);
}

/* ---- runs that cannot be trained -------------------------------------------------------------- */

static void write_file(void)
{
    static float w[6 * 4], v[4 * 3], b[4], c[3];
    float *const weights[] = { w, v }, *const bias[] = { b, c };
    const size_t widths[] = { 6, 4, 3 };
    il_error err = { .text = "" };
    char path[256];

    for (size_t i = 0; i < 24; i++)
        w[i] = (float)i / 32 - .3f;
    OK(il_save_layers(at("w.safetensors", path), 2, widths, weights, bias, &err));
}

static void remove_file(void)
{
    char path[256];

    assert_int_equal(unlink(at("w.safetensors", path)), 0);
}

/* 6 runs of one pack, or 3 packs of 2, of which runs 2 and 3 begin with a file, w.safetensors, which goes when it is made */
static il_folder *with_file(const char *name, const il_dataset *set, size_t pack_size)
{
    static const char sweep[] = "parameters:\n  layers: \"in,4,out\"\n"
                                "  init: [he_normal, \"h1=file:path=%s/w.safetensors\", zeros]\n"
                                "  batch: 4\n  epochs: 3\nseeds: 0..1\n";
    const il_folder_setup setup = { "cpu", pack_size, 0, 0, "", set };
    char text[512], path[256];
    il_error err = { .text = "" };
    il_sweep *s = NULL;
    il_folder *f = NULL;

    snprintf(text, sizeof text, sweep, place);
    OK(il_sweep_parse(&s, "sweep.yaml", text, strlen(text), &err));
    write_file();
    OK(il_folder_create(&f, at(name, path), &s, &setup, &err));
    remove_file();
    return f;
}

/* one attempt at a pack; how many of its runs failed */
static size_t attempt(const struct bench *b, il_folder *f, size_t pack, unsigned number)
{
    il_worker *w = NULL;
    il_trained t;
    il_error err = { .text = "" };

    OK(il_worker_open(&w, f, b->set, b->device, &err));
    OK(il_worker_train(w, pack, number, NULL, NULL, &t, &err));
    il_worker_close(w);
    assert_int_equal(t.failed > 0, t.failure.status == IL_E_DATA);
    return t.failed;
}

static size_t count_of(const char *text, const char *word)
{
    size_t n = 0;

    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

/* Runs whose file is gone fail alone; what the others come to, and they after a retry, is as if it had been there. */
static void left_out(void **state)
{
    struct bench b = open_bench();
    il_folder *const whole = with_file("whole", b.set, 6), *const f = with_file("part", b.set, 6);
    char *want, *got;
    il_error err = { .text = "" };
    il_worker *w = NULL;
    il_again again;
    const il_folder_pack *const p = il_folder_pack_at(f, 0);

    (void)state;
    write_file();
    assert_int_equal(attempt(&b, whole, 0, 1), 0);
    want = results_but(whole, "attempt");
    remove_file();
    train_all(&b, f, 1); /* killed at each step */
    OK(il_folder_scan(f, &err));
    assert_int_equal(p->status, IL_PACK_DONE);
    assert_int_equal(p->failed, 2);
    assert_non_null(strstr(p->error, "w.safetensors"));
    got = results_but(f, "attempt");
    assert_int_equal(count_of(got, "|failed|"), 2);
    for (size_t e = 0; e < 4; e++) { /* rows of the runs that are trained are rows of all */
        char id[17];
        const size_t run = e < 2 ? e : e + 2;
        const char *mine, *theirs;

        OK(il_folder_id(f, run, id, &err));
        mine = strstr(got, id);
        theirs = strstr(want, id);
        assert_non_null(mine);
        assert_memory_equal(mine, theirs, (size_t)(strstr(mine, "|ok|") - mine) + 100);
    }
    free(got);
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    assert_int_equal(il_worker_again(w, 2, NULL, NULL, &again, &err), IL_E_DATA);
    OK(il_worker_again(w, 0, NULL, NULL, &again, &err));
    il_pack_close(again.pack);
    free(again.epoch);
    il_worker_close(w);
    write_file();
    assert_int_equal(attempt(&b, f, 0, 2), 0);
    remove_file();
    assert_int_equal(attempt(&b, f, 0, 3), 2); /* what is trained stays so */
    OK(il_folder_scan(f, &err));
    assert_int_equal(p->failed, 0);
    assert_null(p->error);
    got = results_but(f, "attempt");
    assert_string_equal(want, got);
    free(got);
    free(want);
    il_folder_close(whole);
    il_folder_close(f);
    close_bench(&b);
}

/* A state of the pack that was saved with other runs left out is not gone on with; nor are all lost where all fail. */
static void left_out_and_back(void **state)
{
    struct bench b = open_bench();
    il_folder *const whole = with_file("whole", b.set, 6), *const f = with_file("part", b.set, 6);
    il_folder *const pairs = with_file("pairs", b.set, 2);
    char *want, *got, path[256];
    il_error err = { .text = "" };
    il_worker *w = NULL;
    il_trained t;
    int left = 2;

    (void)state;
    write_file();
    assert_int_equal(attempt(&b, whole, 0, 1), 0);
    want = results_of(whole);
    remove_file();
    OK(il_worker_open(&w, f, b.set, b.device, &err));
    assert_int_equal(il_worker_train(w, 0, 1, stop_after, &left, &t, &err), IL_E_INTERRUPTED);
    assert_int_equal(access(at("part/state/0.state", path), F_OK), 0);
    il_worker_close(w);
    write_file();
    assert_int_equal(attempt(&b, f, 0, 1), 0);
    got = results_of(f);
    assert_string_equal(want, got);
    free(got);
    free(want);
    remove_file();
    assert_int_equal(attempt(&b, pairs, 1, 1), 2);
    OK(il_folder_scan(pairs, &err));
    assert_int_equal(il_folder_pack_at(pairs, 1)->status, IL_PACK_FAILED);
    assert_int_equal(il_folder_pack_at(pairs, 1)->failed, 2);
    assert_true(il_folder_pack_at(pairs, 1)->best < 0);
    got = results_of(pairs);
    assert_int_equal(count_of(got, "|failed|"), 2);
    free(got);
    il_folder_close(whole);
    il_folder_close(f);
    il_folder_close(pairs);
    close_bench(&b);
}

/* Of a group with failures, too, all is held against the plan. */
static void wrong_failures(void **state)
{
    static const char *const edits[][2] = {
        { "\"failed\":2", "\"failed\":1" },
        { "\"failed\":2,", "" },
        { "\"status\":\"failed\"", "\"status\":\"ok\"" },
        { "\"status\":\"ok\"", "\"status\":\"failed\"" },
        { "\"error\":\"", "\"words\":\"" },
        { "\"number\":2", "\"number\":1" },
        { "\"runs\":6", "\"runs\":4" },
    };
    static char bytes[1 << 16], other[1 << 16];
    struct bench b = open_bench();
    il_folder *const right = with_file("right", b.set, 6);
    il_error err = { .text = "" };
    char path[256], name[64], file[128];
    size_t n;

    (void)state;
    assert_int_equal(attempt(&b, right, 0, 1), 2);
    n = read_journal("right", path, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        il_folder *f;
        size_t m;

        snprintf(name, sizeof name, "wrong%zu", i);
        f = with_file(name, b.set, 6);
        m = edit(other, bytes, n, edits[i][0], 0, edits[i][1]);
        snprintf(file, sizeof file, "%s/journal/x.jsonl", name);
        spill(at(file, path), other, m);
        OK(il_folder_scan(f, &err));
        if (il_folder_pack_at(f, 0)->status != IL_PACK_TODO || !il_folder_damage(f))
            fail_msg("%s for %s is taken", edits[i][1], edits[i][0]);
        OK(il_results_merge(f, &err));
        il_folder_close(f);
    }
    il_folder_close(right);
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_group, enter, leave),
        cmocka_unit_test_setup_teardown(torn_journals, enter, leave),
        cmocka_unit_test_setup_teardown(failed_commit, enter, leave),
        cmocka_unit_test_setup_teardown(making_one, enter, leave),
        cmocka_unit_test_setup_teardown(other_bytes, enter, leave),
        cmocka_unit_test_setup_teardown(shards, enter, leave),
        cmocka_unit_test_setup_teardown(interruptions, enter, leave),
        cmocka_unit_test_setup_teardown(checkpoints, enter, leave),
        cmocka_unit_test_setup_teardown(watched, enter, leave),
        cmocka_unit_test_setup_teardown(damaged_states, enter, leave),
        cmocka_unit_test_setup_teardown(twice, enter, leave),
        cmocka_unit_test_setup_teardown(damaged_journals, enter, leave),
        cmocka_unit_test_setup_teardown(wrong_groups, enter, leave),
        cmocka_unit_test_setup_teardown(short_commits, enter, leave),
        cmocka_unit_test_setup_teardown(joined_journals, enter, leave),
        cmocka_unit_test_setup_teardown(no_journals, enter, leave),
        cmocka_unit_test_setup_teardown(planted_links, enter, leave),
        cmocka_unit_test_setup_teardown(written_in_place_of_links, enter, leave),
        cmocka_unit_test_setup_teardown(left_behind, enter, leave),
        cmocka_unit_test_setup_teardown(other_results, enter, leave),
        cmocka_unit_test_setup_teardown(other_numbers, enter, leave),
        cmocka_unit_test_setup_teardown(states_of_other_numbers, enter, leave),
        cmocka_unit_test_setup_teardown(earlier_results, enter, leave),
        cmocka_unit_test(changes_are_told),
        cmocka_unit_test_setup_teardown(deleted_rows, enter, leave),
        cmocka_unit_test_setup_teardown(merged_at_once, enter, leave),
        cmocka_unit_test_setup_teardown(ranking, enter, leave),
        cmocka_unit_test_setup_teardown(again, enter, leave),
        cmocka_unit_test_setup_teardown(left_out, enter, leave),
        cmocka_unit_test_setup_teardown(left_out_and_back, enter, leave),
        cmocka_unit_test_setup_teardown(wrong_failures, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
