/* cmd_sweep_plan.c - initlab sweep plan: which runs a sweep file has, and in which packs they would train. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "network.h"
#include "sweep.h"

static const double MEASURE = 0.3; /* seconds of training that a measurement takes */

struct plan {
    struct cli *cli;
    struct network net; /* its dataset and device */
    il_sweep *sweep;
    il_sweep_plan *plan;
    il_packing packing;
};

/* what is shown of a key: of its first pack, for all of its runs */
struct row {
    size_t packs, runs, largest;
    il_memory memory; /* of the largest pack */
    double seconds;   /* of all packs; < 0: not measured */
};

/* ---- one pack -------------------------------------------------------------------------------- */

static void free_configs(il_config **c, size_t n)
{
    for (size_t i = 0; c && i < n; i++)
        il_config_free(c[i]);
    free(c);
}

/* the configs of a pack; NULL after an error */
static il_config **configs(struct plan *t, const il_sweep_pack *pack)
{
    il_config **const c = calloc(pack->count, sizeof *c);

    for (size_t i = 0; c && i < pack->count; i++)
        if (il_sweep_config(t->sweep, t->plan->order[pack->first + i], &c[i], &t->net.err) !=
            IL_OK) {
            free_configs(c, pack->count);
            return NULL;
        }
    if (!c)
        network_fail(&t->net, IL_E_MEMORY, "%s%s", il_status_text(IL_E_MEMORY), "");
    return c;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* steps are timed from the first call on, which comes when the kernels are loaded */
struct stopwatch {
    double begin, end;
    size_t first, last;
};

static int on_progress(void *arg, size_t epoch, size_t step, size_t steps)
{
    struct stopwatch *const w = arg;

    (void)epoch, (void)steps;
    w->end = now();
    w->last = step;
    if (w->begin == 0) {
        w->begin = w->end;
        w->first = step;
    }
    return w->end - w->begin > MEASURE;
}

/* seconds that a pack would train and evaluate: some of its steps and one evaluation, extrapolated */
static il_status measure(struct plan *t, il_config **c, size_t runs, double *seconds)
{
    struct network *const n = &t->net;
    il_epoch *const epoch = calloc(runs, sizeof *epoch);
    struct stopwatch w = { 0 };
    il_pack *pack = NULL;
    double epochs, train;
    il_status st = epoch ? IL_OK : IL_E_MEMORY;

    if (st != IL_OK)
        return network_fail(n, st, "%s%s", il_status_text(st), "");
    st = il_pack_open(&pack, n->device, n->set, (const il_config *const *)c, runs, &n->err);
    if (st != IL_OK)
        goto out;
    epochs = (double)il_pack_epochs(pack);
    st = il_pack_epoch(pack, epoch, on_progress, &w, &n->err);
    train = epoch[0].seconds;
    if (st == IL_E_INTERRUPTED && w.last > w.first) {
        train = (w.end - w.begin) / (double)(w.last - w.first) * (double)il_pack_steps(pack);
        st = il_pack_evaluate(pack, epoch, &n->err);
    }
    *seconds = epochs * (train + epoch[0].evaluation_seconds);
out:
    il_pack_close(pack);
    free(epoch);
    return st;
}

/* ---- all ------------------------------------------------------------------------------------- */

/* fill the row of each key from its first pack, which is its largest */
static il_status rows_of(struct plan *t, struct row *row, int timed)
{
    struct network *const n = &t->net;
    il_status st = IL_OK;

    for (size_t p = 0; p < t->plan->packs && st == IL_OK; p++) {
        const il_sweep_pack *const pack = &t->plan->pack[p];
        struct row *const r = &row[pack->key];

        r->runs += pack->count;
        if (r->packs++ == 0) {
            il_config **const c = configs(t, pack);

            if (!c)
                return n->err.status;
            r->largest = pack->count;
            r->seconds = -1;
            st = il_pack_plan(&r->memory, n->device, n->set, (const il_config *const *)c,
                              pack->count, &n->err);
            if (st == IL_OK && timed)
                st = measure(t, c, pack->count, &r->seconds);
            free_configs(c, pack->count);
        }
    }
    return st;
}

static void print_table(const struct plan *t, const struct row *row)
{
    double total = 0;

    printf("%s%4s %7s %8s %8s %12s %12s%s\n", t->cli->bold, "key", "packs", "runs", "largest",
           "memory", "time", t->cli->plain);
    for (size_t k = 0; k < t->plan->keys; k++) {
        const double seconds = row[k].seconds * (double)row[k].runs / (double)row[k].largest;

        printf("%4zu %7zu %8zu %8zu %8.1f MiB ", k + 1, row[k].packs, row[k].runs, row[k].largest,
               (double)row[k].memory.total / 1048576);
        if (row[k].seconds < 0)
            printf("%12s\n", "-");
        else
            printf("%10.1f s\n", seconds);
        total += seconds;
    }
    printf("%zu runs in %zu packs of at most %zu on %s", t->plan->runs, t->plan->packs,
           t->packing.runs, il_device_id(t->net.device));
    if (row[0].seconds >= 0)
        printf(", about %.1f s", total);
    putchar('\n');
}

static int in_json(const struct plan *t, const struct row *row)
{
    json_t *const keys = json_array();

    for (size_t k = 0; k < t->plan->keys; k++)
        json_array_append_new(
            keys, json_pack("{s:I, s:I, s:I, s:I, s:o}", "packs", (json_int_t)row[k].packs, "runs",
                            (json_int_t)row[k].runs, "largest", (json_int_t)row[k].largest,
                            "memory", (json_int_t)row[k].memory.total, "seconds",
                            row[k].seconds < 0 ? json_null()
                                               : json_real(row[k].seconds * (double)row[k].runs /
                                                           (double)row[k].largest)));
    return cli_json(
        t->cli, json_pack("{s:I, s:I, s:I, s:s, s:o}", "runs", (json_int_t)t->plan->runs, "packs",
                          (json_int_t)t->plan->packs, "pack_size", (json_int_t)t->packing.runs,
                          "device", il_device_id(t->net.device), "keys", keys));
}

static il_status open_plan(struct plan *t, const struct options *o)
{
    struct network *const n = &t->net;
    il_status st;

    if (o->operands < 1)
        return network_fail(n, IL_E_USAGE, "no sweep file given%s%s",
                            " (see 'initlab help sweep plan')", "");
    if ((st = il_sweep_load(&t->sweep, o->operand[0], &n->err)) != IL_OK ||
        (st = network_dataset(n)) != IL_OK || (st = network_device(n)) != IL_OK)
        return st;
    t->packing.inputs = il_dataset_pixels(n->set);
    t->packing.classes = il_dataset_classes(n->set);
    st = sweep_packing(o, il_device_id(n->device), &t->packing.runs, &t->packing.weights, &n->err);
    if (st != IL_OK)
        return st;
    return il_sweep_plan_new(&t->plan, t->sweep, &t->packing, &n->err);
}

static int run(struct cli *cli, const struct options *o)
{
    struct plan t = { .cli = cli, .net = { .o = o } };
    struct row *row = NULL;
    il_status st = open_plan(&t, o);
    int code;

    if (st == IL_OK) {
        row = calloc(t.plan->keys, sizeof *row);
        st = row ? rows_of(&t, row, opt_given(o, "measure"))
                 : network_fail(&t.net, IL_E_MEMORY, "%s%s", il_status_text(IL_E_MEMORY), "");
    }
    if (st != IL_OK) {
        code = cli_fail(cli, st, "%s", t.net.err.text);
    } else if (opt_given(o, "json")) {
        code = in_json(&t, row);
    } else {
        print_table(&t, row);
        code = 0;
    }
    free(row);
    il_sweep_plan_free(t.plan);
    il_sweep_free(t.sweep);
    network_close(&t.net);
    return code;
}

static const struct opt_row rows[] = {
    { .name = "pack-size",
      .metavar = "N",
      .help =
          "runs of a pack at most; else 32 on the CPU, fewer of wide layers, and 256 on a GPU" },
    { .name = "measure", .help = "train some steps of each kind of pack, and estimate the time" },
    { .name = "data",
      .metavar = "DIR",
      .complete = COMPLETE_FOLDER,
      .help = "folder of a dataset; without it the bundled MNIST" },
    { .name = "device",
      .metavar = "DEVICE",
      .value = "auto",
      .help = "where to train: cpu, cuda, cuda:N, or auto" },
    { .name = "json", .help = "print an object" },
    { .name = "" }
};

const struct command cmd_sweep_plan = {
    .name = "sweep plan",
    .operands = "FILE",
    .max_operands = 1,
    .summary = "show which runs a sweep file has, and in which packs they would train",
    .text =
        "Read a sweep file, check every run against the dataset, and print its packs: runs that "
        "train together, as they share layers, batch, epochs, data and update rule. Memory is "
        "that of the largest pack on the device; with --measure the time is extrapolated from "
        "some steps and one evaluation of a pack of each kind. Nothing is kept.",
    .examples = "initlab sweep plan sweep.yaml\n"
                "initlab sweep plan sweep.yaml --pack-size 64 --measure --json",
    .rows = rows,
    .run = run
};
