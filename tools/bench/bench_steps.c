/*
 * bench_steps.c - whole training steps and evaluations of packs, as training has them, on any device: how long
 * they take, what they cost in memory beside the plan, and what drawing the weights takes.
 *
 *   build/bench_steps [-i SCHEME] [-s SECONDS] DEVICE DATA LAYERS RUNS...    a line of JSON for each RUNS
 *
 * DATA is a folder of a dataset (data/mnist). A pack of RUNS alike trains FEW steps an epoch; then, where an
 * epoch of the whole dataset is expected to take less than SECONDS (1), one of all. The first epoch records the
 * step and gives the cost, the others, as many as SECONDS allow, are timed by the pack itself. A pack that the
 * device has no room for is told, and is no failure. What is used beyond the plan is mostly kernels, which are
 * loaded when first used: the first RUNS shows it.
 */
#include <math.h>
#include <string.h>
#include "device/seam.h"
#include "initlab/initlab.h"
#include "json_line.h"
#include "timing.h"

enum { BATCH = 128, FEW = 8, EPOCHS_MOST = 7, RUNS_MOST = 1 << 16 };

struct bench {
    il_device *device;
    const il_dataset *whole;
    il_dataset *few; /* FEW steps of it */
    const char *layers, *init;
    double seconds;
    il_error err;
};

/* What one pack came to. */
struct result {
    char network[64]; /* 784-256-10 */
    size_t steps, samples, tested, used;
    double beyond; /* bytes used beyond the plan, the most */
    il_memory plan;
    double open, us[EPOCHS_MOST], evaluation[EPOCHS_MOST], cost;
    size_t epochs;
};

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static il_status take_few(struct bench *b)
{
    il_samples train = il_dataset_train(b->whole), test = il_dataset_test(b->whole);
    const size_t rows = il_dataset_rows(b->whole);

    train.count = smaller(train.count, (size_t)FEW * BATCH);
    test.count = smaller(test.count, (size_t)FEW * BATCH);
    return il_dataset_from(&b->few, rows, il_dataset_pixels(b->whole) / rows, train, test, &b->err);
}

static void free_configs(il_config **c, size_t runs)
{
    for (size_t m = 0; c && m < runs; m++)
        il_config_free(c[m]);
    free(c);
}

/* Runs that differ in their seed; NULL, and words: none. */
static il_config **configs(struct bench *b, size_t runs)
{
    il_config **const c = calloc(runs, sizeof *c);
    char seed[24];

    if (!c)
        snprintf(b->err.text, sizeof b->err.text, "out of memory");
    for (size_t m = 0; c && m < runs; m++) {
        snprintf(seed, sizeof seed, "%zu", m);
        if (il_config_new(&c[m], &b->err) || il_config_set(c[m], "layers", b->layers, &b->err) ||
            il_config_set(c[m], "init", b->init, &b->err) ||
            il_config_set(c[m], "lr", "0.1", &b->err) ||
            il_config_set(c[m], "epochs", "100", &b->err) ||
            il_config_set(c[m], "seed", seed, &b->err)) {
            free_configs(c, runs);
            return NULL;
        }
    }
    return c;
}

static void name_network(const il_pack *pack, char *text, size_t size)
{
    size_t in, out, at = 0;

    for (size_t l = 0; l < il_pack_layers(pack) && at < size; l++) {
        il_pack_shape(pack, l, &in, &out);
        if (l == 0)
            at = (size_t)snprintf(text, size, "%zu", in);
        if (at < size)
            at += (size_t)snprintf(text + at, size - at, "-%zu", out);
    }
}

/* epochs until they fill b->seconds; the first is not timed */
static il_status train(struct bench *b, il_pack *pack, struct result *r)
{
    const size_t runs = il_pack_runs(pack);
    il_epoch *const out = calloc(runs, sizeof *out);
    const double begin = il_seconds();
    il_status st = out ? il_pack_epoch(pack, out, NULL, NULL, &b->err) : IL_E_MEMORY;

    r->cost = st == IL_OK ? out[0].cost : NAN;
    for (r->epochs = 0; st == IL_OK && r->epochs < EPOCHS_MOST; r->epochs++) {
        if (r->epochs > 0 && il_seconds() - begin > b->seconds)
            break;
        st = il_pack_epoch(pack, out, NULL, NULL, &b->err);
        r->us[r->epochs] = 1e6 * out[0].seconds / (double)r->steps;
        r->evaluation[r->epochs] = 1e6 * out[0].evaluation_seconds;
    }
    free(out);
    return st;
}

static size_t memory_free(struct bench *b)
{
    il_device_info about = { 0 };

    return il_device_about(b->device, &about, &b->err) == IL_OK ? about.memory_free : 0;
}

static il_status measure(struct bench *b, const il_dataset *set, size_t runs, struct result *r)
{
    il_config **const c = configs(b, runs);
    const il_config *const *const all = (const il_config *const *)c;
    const size_t before = memory_free(b);
    il_pack *pack = NULL;
    il_status st = c ? il_pack_plan(&r->plan, b->device, set, all, runs, &b->err) : IL_E_USAGE;
    const double begin = il_seconds();

    if (st == IL_OK)
        st = il_pack_open(&pack, b->device, set, all, runs, &b->err);
    if (st == IL_OK) {
        r->open = il_seconds() - begin;
        r->steps = il_pack_steps(pack);
        r->samples = il_dataset_train(set).count;
        r->tested = il_dataset_test(set).count;
        name_network(pack, r->network, sizeof r->network);
        st = train(b, pack, r);
    }
    if (st == IL_OK) {
        const size_t after = memory_free(b);

        r->used = before > after ? before - after : 0;
        r->beyond = fmax(r->beyond, (double)r->used - (double)r->plan.total);
    }
    il_pack_close(pack);
    free_configs(c, runs);
    return st;
}

static void say_result(const struct bench *b, size_t runs, struct result *r)
{
    const size_t n = r->epochs;
    json_t *o = json_object();
    int bad = !o;

    qsort(r->us, n, sizeof *r->us, by_size);
    qsort(r->evaluation, n, sizeof *r->evaluation, by_size);
    bad |= json_object_set_new(o, "network", json_string(r->network));
    bad |= json_object_set_new(o, "init", json_string(b->init));
    bad |= json_object_set_new(o, "runs", json_integer((json_int_t)runs));
    bad |= json_object_set_new(o, "us_a_step", json_real(r->us[n / 2]));
    bad |= json_object_set_new(o, "quartiles", json_pack("[f,f]", r->us[n / 4], r->us[3 * n / 4]));
    bad |= json_object_set_new(o, "epochs", json_integer((json_int_t)n));
    bad |= json_object_set_new(o, "steps", json_integer((json_int_t)r->steps));
    bad |= json_object_set_new(o, "samples", json_integer((json_int_t)r->samples));
    bad |= json_object_set_new(o, "us_an_evaluation", json_real(r->evaluation[n / 2]));
    bad |= json_object_set_new(o, "tested", json_integer((json_int_t)r->tested));
    bad |= json_object_set_new(o, "seconds_to_open", json_real(r->open));
    bad |= json_object_set_new(o, "planned", json_integer((json_int_t)r->plan.total));
    bad |= json_object_set_new(o, "used", json_integer((json_int_t)r->used));
    bad |= json_object_set_new(o, "beyond", json_integer((json_int_t)r->beyond));
    bad |= json_object_set_new(o, "reserve", json_integer((json_int_t)r->plan.reserve));
    if (isfinite(r->cost))
        bad |= json_object_set_new(o, "cost_of_epoch_1", json_real(r->cost));
    if (bad) {
        json_decref(o);
        o = NULL;
    }
    (void)json_line(o, stdout);
}

/* 0, or an exit code */
static int bench(struct bench *b, size_t runs)
{
    struct result r = { .cost = NAN, .beyond = -INFINITY };
    il_status st = measure(b, b->few, runs, &r);
    const double steps = ceil((double)il_dataset_train(b->whole).count / BATCH);

    if (st == IL_OK && r.us[0] * 1e-6 * steps < b->seconds && (double)r.steps < steps)
        st = measure(b, b->whole, runs, &r);
    if (st == IL_OK) {
        say_result(b, runs, &r);
        return 0;
    }
    if (r.plan.total > 0 && r.plan.fits < runs) { /* a fact, not a failure */
        (void)json_line(json_pack("{s:s, s:I, s:s}", "layers", b->layers, "runs", (json_int_t)runs,
                                  "left_out", b->err.text),
                        stdout);
        return 0;
    }
    fprintf(stderr, "bench_steps: %s, %zu runs: %s\n", b->layers, runs, b->err.text);
    return il_status_exit(st);
}

static int usage(void)
{
    fprintf(stderr, "usage: bench_steps [-i SCHEME] [-s SECONDS] DEVICE DATA LAYERS RUNS...\n");
    return il_status_exit(IL_E_USAGE);
}

int main(int argc, char **argv)
{
    struct bench b = { .init = "glorot_uniform", .seconds = 1, .err = { .text = "" } };
    il_dataset *whole = NULL;
    int code = 0, at = 1;

    for (; at + 1 < argc && argv[at][0] == '-'; at += 2)
        if (strcmp(argv[at], "-i") == 0)
            b.init = argv[at + 1];
        else if (strcmp(argv[at], "-s") == 0)
            b.seconds = strtod(argv[at + 1], NULL);
        else
            return usage();
    if (argc < at + 4)
        return usage();
    b.layers = argv[at + 2];
    if (il_device_open(&b.device, argv[at], 1, NULL, &b.err) != IL_OK ||
        il_dataset_open(&whole, argv[at + 1], &b.err) != IL_OK) {
        fprintf(stderr, "bench_steps: %s\n", b.err.text);
        code = il_status_exit(IL_E_DEVICE);
        goto out;
    }
    b.whole = whole;
    if (take_few(&b) != IL_OK) {
        fprintf(stderr, "bench_steps: %s\n", b.err.text);
        code = il_status_exit(IL_E_MEMORY);
    }
    for (int i = at + 3; i < argc && !code; i++) {
        const size_t runs = strtoul(argv[i], NULL, 10);

        code = runs == 0 || runs > RUNS_MOST ? usage() : bench(&b, runs);
    }
out:
    il_device_close(b.device);
    il_dataset_free(b.few);
    il_dataset_free(whole);
    return code;
}
