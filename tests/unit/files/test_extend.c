/*
 * test_extend.c - a sweep that is added to: which runs it has then and in which order, that no run, pack or share of
 * a shard moves, and what a folder that says otherwise comes to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "initlab/initlab.h"
#include "folder/folder_impl.h"
#include "place.h"
#include "support.h"

enum { RUNS_MOST = 4096 };

/* a sweep of texts, which end in NULL */
static il_status parse(il_sweep **out, const char *const *text, il_error *err)
{
    il_sweep_source source[8];
    size_t n = 0;

    for (; text[n]; n++)
        source[n] = (il_sweep_source){ "s.yaml", text[n], strlen(text[n]) };
    return il_sweep_parse_parts(out, source, n, err);
}

static il_sweep *load(const char *const *text)
{
    il_sweep *s = NULL;
    il_error err = { .text = "" };

    must(parse(&s, text, &err), &err, "parse");
    return s;
}

/* a run's varied values, separated by spaces */
static const char *told(const il_sweep *s, size_t run, char text[256])
{
    size_t n = 0;

    text[0] = 0;
    for (size_t i = 0; i < il_sweep_varied(s); i++)
        n += (size_t)snprintf(text + n, 256 - n, "%s%s", i ? " " : "",
                              il_sweep_value(s, run, i).value);
    return text;
}

/* the sweep's runs, a "|" between two parts */
static void check_runs(const char *const *texts, const char *const *want)
{
    il_sweep *const s = load(texts);
    size_t run = 0, part = 0;
    char text[256];

    for (size_t i = 0; want[i]; i++)
        if (strcmp(want[i], "|") == 0)
            assert_int_equal(il_sweep_part_end(s, part++), run);
        else
            assert_string_equal(told(s, run++, text), want[i]);
    assert_int_equal(il_sweep_runs(s), run);
    assert_int_equal(il_sweep_parts(s), part + 1);
    assert_int_equal(il_sweep_part_end(s, part), run);
    il_sweep_free(s);
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void numbers(void **state)
{
    (void)state;
    check_runs(LIST("parameters:\n  init: [zeros, ones]\nseeds: 0..1\n",
                    "parameters: {init: orthogonal}\nseeds: 1..2\n", "seeds: 9\n"),
               LIST("zeros 0", "zeros 1", "ones 0", "ones 1", "|", "zeros 2", "ones 2",
                    "orthogonal 0", "orthogonal 1", "orthogonal 2", "|", "zeros 9", "ones 9",
                    "orthogonal 9"));
    /* what was no axis keeps its value, beside which the new one comes */
    check_runs(LIST("parameters: {init: [zeros, ones], lr: 0.5}\n", "parameters: {lr: 0.25}\n",
                    "parameters: {batch: [128, 8]}\n"),
               LIST("zeros 0.5 128", "ones 0.5 128", "|", "zeros 0.25 128", "ones 0.25 128", "|",
                    "zeros 0.5 8", "zeros 0.25 8", "ones 0.5 8", "ones 0.25 8"));
    /* zipped values are added by pairs, and one of these that is there is passed over */
    check_runs(LIST("zip: [[layers, lr]]\nparameters:\n  layers: [\"in,out\", \"in,8,out\"]\n"
                    "  activation: [relu, tanh]\n  lr: [0.1, 0.2]\n",
                    "parameters: {lr: [0.2, 0.2], layers: [\"in,8,out\", \"in,out\"]}\n"),
               LIST("in,out relu 0.1", "in,out tanh 0.1", "in,8,out relu 0.2", "in,8,out tanh 0.2",
                    "|", "in,out relu 0.2", "in,out tanh 0.2"));
    /* the rules hold for what is new: a run of one's default alone is there already */
    check_runs(LIST("parameters:\n  optimizer: [sgd, adam]\n  lr: 0.5\n  init: [zeros, ones]\n"
                    "when: {lr: {optimizer: adam}}\nexclude: [{init: zeros, optimizer: adam}]\n",
                    "parameters: {lr: 0.25}\n", "parameters: {init: orthogonal}\n"),
               LIST("sgd 0.1 zeros", "sgd 0.1 ones", "adam 0.5 ones", "|", "adam 0.25 ones", "|",
                    "sgd 0.1 orthogonal", "adam 0.5 orthogonal", "adam 0.25 orthogonal"));
    /* nothing is new */
    check_runs(LIST("seeds: 0..1\n", "seeds: [1, 0]\nparameters: {epochs: 10}\n"),
               LIST("0", "1", "|"));
}

/* ---- the same runs as those of a sweep that has all of them at once -------------------------- */

static int by_text(const void *a, const void *b) { return memcmp(a, b, 17); }

static size_t ids(const il_sweep *s, char id[RUNS_MOST][17])
{
    il_error err = { .text = "" };

    assert_in_range(il_sweep_runs(s), 1, RUNS_MOST);
    for (size_t i = 0; i < il_sweep_runs(s); i++)
        must(il_sweep_id(s, i, "data", id[i], &err), &err, "id");
    return il_sweep_runs(s);
}

/* The runs of a, in any order, are those of b, and none of them is there twice. */
static void check_same(const il_sweep *a, const il_sweep *b)
{
    static char x[RUNS_MOST][17], y[RUNS_MOST][17];
    const size_t n = ids(a, x);

    assert_int_equal(n, ids(b, y));
    qsort(x, n, sizeof *x, by_text);
    qsort(y, n, sizeof *y, by_text);
    assert_memory_equal(x, y, n * sizeof *x);
    for (size_t i = 1; i < n; i++)
        assert_string_not_equal(x[i - 1], x[i]);
}

/* What an earlier state of the sweep has is at the beginning of it: runs, packs and their order. */
static void check_begins(const il_sweep *s, const il_sweep *before)
{
    static char x[RUNS_MOST][17], y[RUNS_MOST][17];
    const il_packing packing = { .runs = 5, .inputs = 16, .classes = 3 };
    il_sweep_plan *p = NULL, *q = NULL;
    il_error err = { .text = "" };
    const size_t n = ids(before, x);

    assert_true(ids(s, y) >= n);
    assert_memory_equal(x, y, n * sizeof *x);
    must(il_sweep_plan_new(&p, before, &packing, &err), &err, "plan");
    must(il_sweep_plan_new(&q, s, &packing, &err), &err, "plan");
    assert_memory_equal(p->order, q->order, n * sizeof *p->order);
    assert_memory_equal(p->pack, q->pack, p->packs * sizeof *p->pack);
    for (size_t k = 0; k < q->packs; k++) {
        const size_t end = il_sweep_part_end(s, q->pack[k].part);
        const size_t begin = q->pack[k].part ? il_sweep_part_end(s, q->pack[k].part - 1) : 0;

        for (size_t i = 0; i < q->pack[k].count; i++)
            assert_in_range(q->order[q->pack[k].first + i], begin, end - 1);
    }
    il_sweep_plan_free(p);
    il_sweep_plan_free(q);
}

/* axes of sweeps that are made at once and part by part: the default first, where the file may not have one */
static const struct {
    const char *name, *value[5];
} axes[] = { { "init", { "zeros", "he_normal", "orthogonal", "mup", "ones" } },
             { "activation", { "relu", "tanh", "sigmoid" } },
             { "optimizer", { "adam", "sgd" } },
             { "lr", { "0.1", "0.01", "0.5" } },
             { "batch", { "128", "8", "16" } },
             { "seed", { "0", "1", "2", "3" } } };
enum { AXES = sizeof axes / sizeof *axes, PARTS = 4 };

static unsigned long long state_of_random = 88172645463325252ull;

static unsigned pick(unsigned n)
{
    state_of_random ^= state_of_random << 13;
    state_of_random ^= state_of_random >> 7;
    state_of_random ^= state_of_random << 17;
    return (unsigned)(state_of_random >> 33) % n;
}

static const char rules[] = "when: {lr: {optimizer: adam}}\nexclude: [{init: zeros, activation: "
                            "relu}]\n";

/* "parameters:" with the values of the parts up to `part`, or of it alone; 0: there are none */
static int write_part(char text[1024], unsigned part[AXES][5], unsigned which, int all)
{
    size_t n = (size_t)snprintf(text, 1024, "parameters:\n"), values = 0;

    for (size_t a = 0; a < AXES; a++) {
        size_t of_it = 0;

        for (size_t v = 0; v < 5 && axes[a].value[v]; v++)
            if (part[a][v] == which || (all && part[a][v] < which)) {
                n += (size_t)snprintf(text + n, 1024 - n, of_it ? ", %s" : "  %s: [",
                                      of_it ? axes[a].value[v] : axes[a].name);
                if (of_it++ == 0)
                    n += (size_t)snprintf(text + n, 1024 - n, "%s", axes[a].value[v]);
            }
        if (of_it)
            n += (size_t)snprintf(text + n, 1024 - n, "]\n");
        values += of_it;
    }
    return values > 0;
}

static void one_round(void)
{
    static char text[PARTS][1024], whole[2048];
    const char *texts[PARTS + 1] = { text[0] };
    unsigned part[AXES][5] = { { 0 } };
    il_sweep *before = NULL, *all;
    size_t n = 1;

    for (size_t a = 0; a < AXES; a++)
        for (size_t v = 1; v < 5; v++)
            part[a][v] = a == 0 && v == 1 ? 0 : pick(PARTS); /* a run that is not excluded */
    write_part(text[0], part, 0, 0);
    strcat(text[0], rules);
    for (unsigned k = 1; k < PARTS; k++)
        if (write_part(text[n], part, k, 0)) {
            texts[n] = text[n];
            n++;
        }
    for (size_t k = 1; k <= n; k++) {
        const char *some[PARTS + 1] = { NULL };
        il_sweep *s;

        memcpy(some, texts, k * sizeof *some);
        s = load(some);
        if (before)
            check_begins(s, before);
        il_sweep_free(before);
        before = s;
    }
    write_part(whole, part, PARTS, 1);
    strcat(whole, rules);
    all = load(LIST(whole));
    check_same(before, all);
    il_sweep_free(before);
    il_sweep_free(all);
}

static void any_order_of_parts(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++)
        one_round();
}

/* ---- random sweeps --------------------------------------------------------------------------- */

static void seeds_of_draws(void **state)
{
    static const char draws[] = "method: random\ncount: 6\nparameters:\n  lr: {min: 0.01, max: 1}\n"
                                "  init: [zeros, ones, orthogonal]\n";
    char text[512], file[512];
    il_sweep *a, *b;

    (void)state;
    snprintf(file, sizeof file, "%sseeds: 3..4\n", draws);
    a = load(LIST(file, "seeds: [9, 4]\n", "seeds: 0..1\n"));
    assert_int_equal(il_sweep_part_end(a, 0), 12);
    assert_int_equal(il_sweep_part_end(a, 1), 18);
    assert_int_equal(il_sweep_part_end(a, 2), 30);
    b = load(LIST(file));
    check_begins(a, b);
    il_sweep_free(b);
    snprintf(file, sizeof file, "%sseeds: [3, 4, 9, 0, 1]\n", draws);
    b = load(LIST(file));
    check_same(a, b);
    il_sweep_free(b);
    il_sweep_free(a);
    a = load(LIST(draws, "seeds: 5..6\n")); /* without seeds each draw had the default one */
    assert_int_equal(il_sweep_runs(a), 18);
    for (size_t i = 0; i < 18; i++) {
        const size_t draw = i < 6 ? i : (i - 6) / 2;
        const char *const seeds[] = { "5", "6" };

        snprintf(text, sizeof text, "%s", il_sweep_value(a, draw, 0).value);
        assert_string_equal(il_sweep_value(a, i, 0).value, text);
        assert_string_equal(il_sweep_value(a, i, 2).value, i < 6 ? "0" : seeds[i % 2]);
    }
    il_sweep_free(a);
    /* where a `when` takes from other seeds what was drawn, the draws are one run there */
    a = load(LIST("method: random\ncount: 2\nparameters: {lr: [0.5, 0.25]}\nseeds: 0\n"
                  "when: {lr: {seed: 0}}\n",
                  "seeds: 1..2\n"));
    assert_int_equal(il_sweep_runs(a), 4);
    b = load(LIST("method: random\ncount: 2\nparameters: {lr: [0.5, 0.25]}\nseeds: 0..2\n"
                  "when: {lr: {seed: 0}}\n"));
    check_same(a, b);
    il_sweep_free(b);
    il_sweep_free(a);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void wrong_additions(void **state)
{
    static const struct {
        const char *file, *addition, *words;
    } wrong[] = {
        { "seeds: 0\n", "method: grid\n", "s.yaml:1:1: what is added has the keys parameters" },
        { "seeds: 0\n", "exclude: [{seed: 1}]\n", "what is added has the keys" },
        { "seeds: 0\n", "parameters: {lr: {min: 1, max: 2}}\n", "min and max" },
        { "seeds: 0\n", "parameters: {lrs: 1}\n", "lr" },
        { "seeds: 0\n", "parameters: {threads: 2}\n", "each worker of a sweep has one thread" },
        { "seeds: 0\n", "parameters: {init: \"file:w.npy\"}\n", "a path from / on" },
        { "seeds: 0\n", "parameters: {seed: 1}\nseeds: 2\n", "a second 'seed'" },
        { "zip: [[lr, batch]]\nparameters: {lr: [1, 2], batch: [8, 9]}\n", "parameters: {lr: 3}\n",
          "s.yaml:1:14: lr is zipped with others in this sweep: what is "
          "added to it needs as many values of each; there are none of "
          "batch" },
        { "zip: [[lr, batch]]\nparameters: {lr: [1, 2], batch: [8, 9]}\n",
          "parameters: {lr: [3, 4], batch: 3}\n", "as many values of each" },
        { "method: random\ncount: 2\nparameters: {lr: {min: 1, max: 2}}\n",
          "parameters: {init: zeros}\n", "this sweep draws its runs at random" },
        { "method: random\ncount: 2\nparameters: {lr: {min: 1, max: 2}}\n", "parameters: {lr: 3}\n",
          "no values of 'lr'" },
        { "method: random\ncount: 2\nparameters: {seed: {min: 1, max: 9}}\n", "seeds: 3\n",
          "the seeds of this sweep were drawn" },
        { "method: random\ncount: 2\nparameters: {lr: [1, 2], seed: [1, 2]}\n"
          "zip: [[lr, seed]]\n",
          "parameters: {lr: 1}\nseeds: 3\n", "no values of 'lr'" },
        { "method: random\ncount: 2\nparameters: {lr: [1, 2], seed: [1, 2]}\n"
          "zip: [[lr, seed]]\n",
          "seeds: 3\n", "the seeds of this sweep were drawn" },
        { "seeds: 0..99999\n", "parameters: {lr: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\n",
          "there are more than 1000000 runs" },
        { "method: random\ncount: 100000\nparameters: {lr: {min: 1, max: 2}}\n", "seeds: 1..11\n",
          "with these seeds there are more than 1000000 runs" },
        { "seeds: 0\n", "seeds: 0..1048575\nparameters: {data_seed: 0..1048575, batch: 8}\n",
          "too many values" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        il_sweep *s = NULL;
        il_error err = { .text = "" };

        if (parse(&s, LIST(wrong[i].file, wrong[i].addition), &err) != IL_E_DATA ||
            !strstr(err.text, wrong[i].words))
            fail_msg("%s+ %s: %d, %s", wrong[i].file, wrong[i].addition, err.status, err.text);
        assert_null(s);
    }
}

/* A sweep takes a thousand parts, and old values again and again only so often. */
static void many_parts(void **state)
{
    il_sweep_source source[1001];
    char text[1001][32];
    il_error err = { .text = "" };
    il_sweep *s = NULL;

    (void)state;
    for (size_t k = 0; k < 1001; k++) {
        snprintf(text[k], sizeof text[k], "seeds: %zu\n", k);
        source[k] = (il_sweep_source){ NULL, text[k], strlen(text[k]) };
    }
    must(il_sweep_parse_parts(&s, source, 1000, &err), &err, "1000 parts");
    for (size_t k = 0; k < 1000; k++) {
        char seed[32], got[256];

        snprintf(seed, sizeof seed, "%zu", k);
        assert_int_equal(il_sweep_part_end(s, k), k + 1);
        assert_string_equal(told(s, k, got), seed);
    }
    il_sweep_free(s);
    assert_int_equal(il_sweep_parse_parts(&s, source, 1001, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "at most 1000 parts"));
    for (size_t k = 1; k < 5; k++)
        source[k] = (il_sweep_source){ NULL, "seeds: 0..799999\n", 17 };
    assert_int_equal(il_sweep_parse_parts(&s, source, 5, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "too many values"));
}

/* ---- folders --------------------------------------------------------------------------------- */

static const char SWEEP[] = "parameters:\n  layers: [\"in,out\", \"in,4,out\"]\n"
                            "  init: [he_normal, zeros]\n  batch: 4\n  epochs: 2\nseeds: 0..4\n";
static const char MORE[] = "parameters: {init: orthogonal, layers: \"in,9,out\"}\nseeds: 5..6\n";

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
    must(il_dataset_from(&set, 2, 3, (il_samples){ 20, images, labels },
                         (il_samples){ 9, images, labels }, &err),
         &err, "dataset");
    return set;
}

static il_status create_of(il_folder **out, const char *name, const char *file,
                           const il_dataset *set, il_error *err)
{
    const il_folder_setup setup = { "cpu", 4, 0, 0, "", set };
    il_sweep *s = NULL;
    char path[300];
    il_status st;

    snprintf(path, sizeof path, "%s/%s", place, name);
    must(il_sweep_parse(&s, "sweep.yaml", file, strlen(file), err), err, "sweep");
    st = il_folder_create(out, path, &s, &setup, err);
    il_sweep_free(s);
    return st;
}

static il_status create(il_folder **out, const char *name, const il_dataset *set, il_error *err)
{
    return create_of(out, name, SWEEP, set, err);
}

/* the folder with more runs, written and opened anew */
static il_folder *extend(il_folder *f, const char *text)
{
    il_folder *draft = NULL, *now = NULL;
    il_error err = { .text = "" };

    must(il_folder_extend(&draft, f, text, strlen(text), &err), &err, text);
    must(il_folder_keep(draft, &err), &err, text);
    must(il_folder_open(&now, f->path, &err), &err, text);
    assert_string_equal(il_folder_sum(now), il_folder_sum(draft));
    assert_true(il_folder_is_ours(now, il_folder_sum(f)));
    assert_false(il_folder_is_ours(f, il_folder_sum(now)));
    il_folder_close(draft);
    il_folder_close(f);
    return now;
}

static void train(const il_folder *f, const il_dataset *set, size_t begin, size_t end)
{
    il_device *const device = open_device("cpu");
    il_worker *w = NULL;
    il_error err = { .text = "" };
    il_trained t;

    must(il_worker_open(&w, f, set, device, &err), &err, "worker");
    for (size_t p = begin; p < end; p++)
        must(il_worker_train(w, p, 1, NULL, NULL, &t, &err), &err, "train");
    il_worker_close(w);
    il_device_close(device);
}

static size_t merged(il_folder *f)
{
    il_results *r = NULL;
    il_error err = { .text = "" };
    il_tally t = { 0 };

    must(il_results_merge(f, &err), &err, "merge");
    assert_null(il_folder_damage(f));
    must(il_results_open(&r, f, &err), &err, "results");
    must(il_results_tally(r, &t, &err), &err, "tally");
    il_results_close(r);
    return t.ok + t.diverged + t.failed;
}

/* What was trained before counts after; each part's journals bear its own sum, and all are one sweep's. */
static void trained_before_and_after(void **state)
{
    il_dataset *const set = dataset();
    unsigned char before[64], after[64];
    char path[IL_PATH];
    il_error err = { .text = "" };
    il_folder *f = NULL, *same = NULL;
    size_t packs, now;

    (void)state;
    must(create(&f, "trained", set, &err), &err, "create");
    packs = il_folder_plan(f)->packs;
    train(f, set, 0, packs - 1);
    assert_true(merged(f) > 0);
    must(il_folder_shard(f, 2, 3, before, &err), &err, "shard");
    f = extend(f, MORE);
    now = il_folder_plan(f)->packs;
    assert_true(now > packs);
    must(il_folder_shard(f, 2, 3, after, &err), &err, "shard");
    assert_memory_equal(before, after, packs);
    must(il_folder_scan(f, &err), &err, "scan");
    for (size_t p = 0; p < now; p++)
        assert_int_equal(il_folder_pack_at(f, p)->status,
                         p + 1 < packs ? IL_PACK_DONE : IL_PACK_TODO);
    train(f, set, packs - 1, now);
    f = extend(f, "parameters: {lr: 0.5}\n");
    assert_int_equal(il_sweep_parts(il_folder_sweep(f)), 3);
    assert_int_equal(merged(f), il_sweep_part_end(il_folder_sweep(f), 1));
    train(f, set, now, il_folder_plan(f)->packs);
    assert_int_equal(merged(f), il_folder_plan(f)->runs);
    il_folder_file(f, "results.sqlite", path, 0); /* and from the journals alone */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(merged(f), il_folder_plan(f)->runs);
    must(create(&same, "trained", set, &err), &err, "the same command again"); /* as it was made */
    assert_int_equal(il_folder_plan(same)->runs, il_folder_plan(f)->runs);
    il_folder_close(same);
    il_folder_close(f);
    il_dataset_free(set);
}

/* A state that was saved before is gone on with after: the pack has its number and its runs. */
struct stop {
    size_t epoch;
    int begun_at;
};

static int on_progress(void *arg, size_t epoch, size_t step, size_t steps)
{
    struct stop *const s = arg;

    (void)step, (void)steps;
    s->begun_at = s->begun_at ? s->begun_at : (int)epoch;
    return s->epoch && epoch == s->epoch;
}

static void state_of_before(void **state)
{
    il_dataset *const set = dataset();
    il_device *const device = open_device("cpu");
    struct stop stop = { 2, 0 }, go = { 0, 0 };
    il_error err = { .text = "" };
    il_folder *f = NULL;
    il_worker *w = NULL;
    il_trained t;

    (void)state;
    must(create(&f, "state", set, &err), &err, "create");
    must(il_worker_open(&w, f, set, device, &err), &err, "worker");
    assert_int_equal(il_worker_train(w, 1, 1, on_progress, &stop, &t, &err), IL_E_INTERRUPTED);
    il_worker_close(w);
    f = extend(f, MORE);
    must(il_worker_open(&w, f, set, device, &err), &err, "worker");
    must(il_worker_train(w, 1, 1, on_progress, &go, &t, &err), &err, "train");
    assert_int_equal(go.begun_at, 2);
    il_worker_close(w);
    il_folder_close(f);
    il_device_close(device);
    il_dataset_free(set);
}

/* The same runs added to another sweep make another sum: a journal of one is not the other's. */
static void chained_sums(void **state)
{
    il_dataset *const set = dataset();
    il_error err = { .text = "" };
    il_folder *a = NULL, *b = NULL;

    (void)state;
    must(create_of(&a, "a", "parameters: {batch: 4}\nseeds: 0\n", set, &err), &err, "create");
    must(create_of(&b, "b", "parameters: {batch: 4}\nseeds: 1\n", set, &err), &err, "create");
    a = extend(a, "seeds: 2\n");
    b = extend(b, "seeds: 2\n");
    for (size_t k = 0; k < 2; k++)
        assert_false(il_folder_is_ours(a, b->sum[k]));
    il_folder_close(a);
    il_folder_close(b);
    il_dataset_free(set);
}

/* A folder that others added to since is opened again, and only then. */
static void refreshed(void **state)
{
    il_dataset *const set = dataset();
    il_error err = { .text = "" };
    il_folder *f = NULL, *other = NULL, *was;

    (void)state;
    must(create(&f, "refreshed", set, &err), &err, "create");
    must(il_folder_open(&other, f->path, &err), &err, "open");
    was = f;
    must(il_folder_refresh(&f, &err), &err, "refresh");
    assert_ptr_equal(f, was);
    other = extend(other, MORE);
    must(il_folder_refresh(&f, &err), &err, "refresh");
    assert_string_equal(il_folder_sum(f), il_folder_sum(other));
    il_folder_close(other);
    must(il_folder_extend(&other, f, MORE, strlen(MORE), &err), &err, "nothing");
    assert_int_equal(il_folder_keep(other, &err), IL_E_USAGE);
    il_folder_close(other);
    il_folder_close(f);
    il_dataset_free(set);
}

/* ---- a sweep.json that says otherwise -------------------------------------------------------- */

enum damage {
    NO_PARTS,
    NO_LIST,
    ONE_PART,
    MANY_PARTS,
    NO_TEXT,
    NUMBER,
    BAD_TEXT,
    FIRST_SUM,
    LAST_SUM,
    PLAN,
    OTHER_VALUES,
    NOTHING_NEW,
    FORMAT,
    CHANGED,
    DAMAGES
};

static void damage(json_t *all, enum damage how)
{
    json_t *const parts = json_object_get(all, "parts"), *const last = json_array_get(parts, 1);
    json_t *const zeros = json_string("00000000000000000000000000000000"
                                      "00000000000000000000000000000000");

    if (how == NO_PARTS)
        json_object_del(all, "parts");
    else if (how == NO_LIST)
        json_object_set_new(all, "parts", json_integer(2));
    else if (how == ONE_PART)
        json_array_remove(parts, 1);
    else if (how == NO_TEXT)
        json_object_del(last, "add");
    else if (how == NUMBER)
        json_object_set_new(last, "add", json_integer(5));
    else if (how == BAD_TEXT)
        json_object_set_new(last, "add", json_string("seeds: x\n"));
    else if (how == FIRST_SUM)
        json_object_set(json_array_get(parts, 0), "plan", zeros);
    else if (how == LAST_SUM)
        json_object_set(last, "plan", zeros);
    else if (how == PLAN)
        json_object_set(all, "plan", zeros);
    else if (how == OTHER_VALUES)
        json_object_set_new(last, "add", json_string("seeds: 7..8\n"));
    else if (how == NOTHING_NEW)
        json_object_set_new(last, "add", json_string("seeds: 0\n"));
    else if (how == FORMAT)
        json_object_set_new(all, "format", json_integer(1));
    for (size_t i = 0; how == MANY_PARTS && i < 1000000;
         i++) /* small ones: a file of 64 MB is refused unread */
        json_array_append_new(parts, json_integer(1));
    if (how != CHANGED)
        json_object_del(all,
                        "sum"); /* as earlier versions wrote it, and who knows how to sum it may */
    else
        json_object_set_new(all, "samples", json_integer(7));
    json_decref(zeros);
}

static void hostile(void **state)
{
    static const char *const words[DAMAGES] = {
        [NO_PARTS] = "'parts' is no list of 2 to 1000",
        [NO_LIST] = "'parts' is no list of 2 to 1000",
        [ONE_PART] = "'parts' is no list of 2 to 1000",
        [MANY_PARTS] = "'parts' is no list of 2 to 1000",
        [NO_TEXT] = "part 2 has no text 'add'",
        [NUMBER] = "part 2 has no text 'add'",
        [BAD_TEXT] = "sweep.json, part 2:1:8: seed: ",
        [FIRST_SUM] = "part 1 of sweep.json is not what this version makes of it",
        [LAST_SUM] = "part 2 of sweep.json is not what",
        [PLAN] = "its plan is not what",
        [OTHER_VALUES] = "part 2 of sweep.json is not what",
        [NOTHING_NEW] = "part 2 of sweep.json is not what",
        [FORMAT] = "its plan is not what",
        [CHANGED] = "sweep.json was changed since initlab wrote it",
    };
    il_dataset *const set = dataset();
    il_error err = { .text = "" };
    il_folder *f = NULL, *bad = NULL;
    char path[IL_PATH];

    (void)state;
    must(create(&f, "hostile", set, &err), &err, "create");
    f = extend(f, MORE);
    il_folder_file(f, "sweep.json", path, 0);
    for (enum damage how = 0; how < DAMAGES; how++) {
        json_t *const all = json_load_file(path, 0, NULL), *const kept = json_deep_copy(all);

        damage(all, how);
        assert_int_equal(json_dump_file(all, path, 0), 0);
        if (il_folder_open(&bad, f->path, &err) != IL_E_DATA || !strstr(err.text, words[how]))
            fail_msg("%d: %d, %s", (int)how, err.status, err.text);
        assert_null(bad);
        assert_int_equal(json_dump_file(kept, path, 0), 0);
        json_decref(all);
        json_decref(kept);
    }
    must(il_folder_open(&bad, f->path, &err), &err, "as it was");
    il_folder_close(bad);
    il_folder_close(f);
    il_dataset_free(set);
}

/* A part that adds no run is none, though its sum is right. */
static void empty_part(void **state)
{
    il_dataset *const set = dataset();
    il_error err = { .text = "" };
    il_folder *f = NULL, *draft = NULL, *bad = NULL;

    (void)state;
    must(create(&f, "empty", set, &err), &err, "create");
    must(il_folder_extend(&draft, f, "seeds: 0\n", 9, &err), &err, "extend");
    must(il_folder_write_setup(draft, &err), &err, "write");
    assert_int_equal(il_folder_open(&bad, f->path, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "part 2 adds no run"));
    il_folder_close(draft);
    il_folder_close(f);
    il_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(any_order_of_parts),
        cmocka_unit_test(seeds_of_draws),
        cmocka_unit_test(wrong_additions),
        cmocka_unit_test(many_parts),
        cmocka_unit_test_setup_teardown(trained_before_and_after, enter, leave),
        cmocka_unit_test_setup_teardown(state_of_before, enter, leave),
        cmocka_unit_test_setup_teardown(chained_sums, enter, leave),
        cmocka_unit_test_setup_teardown(refreshed, enter, leave),
        cmocka_unit_test_setup_teardown(hostile, enter, leave),
        cmocka_unit_test_setup_teardown(empty_part, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
