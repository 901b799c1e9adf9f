/* cmd_sweep_plan.c - initlab sweep plan: which runs a sweep has, in which packs they train, and how long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/clock.h"
#include "common/messages.h"
#include "sweep/check_files.h"
#include "sweep/create.h"
#include "sweep/sweep.h"
#include "sweep/sweep_rows.h"
#include "train/network.h"

static const double MEASURE = 0.3, GLANCE = 0.1; /* seconds of training that a measurement takes */
static const double GLANCE_COST = 2e9; /* multiply-adds at which a clock is first looked at, then */
enum { SLICE = 16 };                   /* steps between two looks */

struct plan {
    struct cli *cli;
    struct network net; /* its device */
    il_folder *folder;  /* what it is of: a folder, or a draft */
    struct sweep_draft draft;
    il_sweep_plan *drafted;
    const il_sweep *sweep;
    const il_sweep_plan *plan;
    il_packing packing;
    int measured; /* every key */
};

/* what is shown of a key: of its first pack, for all of its runs */
struct row {
    size_t packs, runs, largest, first; /* first: pack, of the largest */
    il_memory memory;                   /* of the largest pack */
    double cost, seconds;               /* of all packs */
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
        cli_no_memory(&t->net.err);
    return c;
}

/* steps are timed from the first call on, which comes when the kernels are loaded */
struct stopwatch {
    double limit, begin, end;
    size_t first, last;
};

static int on_progress(void *arg, size_t epoch, size_t step, size_t steps)
{
    struct stopwatch *const w = arg;

    (void)epoch, (void)steps;
    w->end = seconds_now();
    w->last = step;
    if (w->begin == 0) {
        w->begin = w->end;
        w->first = step;
    }
    return w->end - w->begin > w->limit;
}

/* seconds that a pack would train and evaluate: some of its steps and one evaluation, extrapolated */
static il_status measure(struct plan *t, il_config **c, size_t runs, double limit, double *seconds)
{
    struct network *const n = &t->net;
    il_epoch *const epoch = calloc(runs, sizeof *epoch);
    struct stopwatch w = { .limit = limit };
    il_pack *pack = NULL;
    double epochs, train;
    il_status st = epoch ? IL_OK : IL_E_MEMORY;

    if (st != IL_OK)
        return cli_no_memory(&n->err);
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

/* measure() of a pack that may be more than the device can hold: of a half then, as it would be trained */
static il_status measure_whole(struct plan *t, il_config **c, size_t runs, double *seconds)
{
    struct network *const n = &t->net;
    size_t some = runs;
    il_memory need;
    il_status st =
        il_pack_plan(&need, n->device, n->set, (const il_config *const *)c, runs, &n->err);

    while (st == IL_OK && some > need.fits && some > 1)
        some -= some / 2;
    if (st == IL_OK)
        st = measure(t, c, some, MEASURE, seconds);
    *seconds *= (double)runs / (double)some;
    return st;
}

/* ---- all ------------------------------------------------------------------------------------- */

static double cost(const struct plan *t, const il_config *c, size_t runs)
{
    return il_sweep_cost(c, runs, &t->packing, il_dataset_train(t->net.set).count);
}

/* fill the row of each key, by its largest pack: of the first, where nothing was added to the sweep */
static il_status rows_of(struct plan *t, struct row *row, int timed)
{
    struct network *const n = &t->net;
    il_status st = IL_OK;

    for (size_t p = 0; p < t->plan->packs; p++) {
        struct row *const r = &row[t->plan->pack[p].key];

        r->runs += t->plan->pack[p].count;
        r->packs++;
        if (t->plan->pack[p].count > r->largest) {
            r->largest = t->plan->pack[p].count;
            r->first = p;
        }
    }
    for (size_t k = 0; k < t->plan->keys && st == IL_OK; k++) {
        struct row *const r = &row[k];
        const il_sweep_pack *const pack = &t->plan->pack[r->first];
        il_config **const c = configs(t, pack);

        if (!c)
            return n->err.status;
        r->cost = cost(t, c[0], r->largest) * (double)r->runs / (double)r->largest;
        st = il_pack_bytes(&r->memory, n->device, n->set, (const il_config *const *)c, pack->count,
                           &n->err);
        if (st == IL_OK && timed)
            st = measure_whole(t, c, pack->count, &r->seconds);
        r->seconds *= (double)r->runs / (double)r->largest;
        free_configs(c, pack->count);
    }
    t->measured = timed;
    return st;
}

/*
 * All keys' seconds at the rate of the dearest, most of the time of most sweeps: of as many of its runs as
 * a short look takes.
 */
static il_status estimate(struct plan *t, struct row *row)
{
    const il_sweep_pack *pack;
    il_config **c;
    double slice, seconds = 0, whole;
    size_t dearest = 0, runs;
    il_status st;

    for (size_t k = 1; k < t->plan->keys; k++)
        if (row[k].cost > row[dearest].cost)
            dearest = k;
    pack = &t->plan->pack[row[dearest].first];
    c = configs(t, pack);
    if (!c)
        return t->net.err.status;
    slice =
        SLICE * strtod(il_config_get(c[0], "batch"), NULL) /
        (strtod(il_config_get(c[0], "epochs"), NULL) * (double)il_dataset_train(t->net.set).count) *
        cost(t, c[0], 1);
    runs = GLANCE_COST < slice ? 1 : (size_t)(GLANCE_COST / slice);
    runs = runs < pack->count ? runs : pack->count;
    whole = cost(t, c[0], runs);
    st = measure(t, c, runs, GLANCE, &seconds);
    for (size_t k = 0; k < t->plan->keys; k++)
        row[k].seconds = row[k].cost * seconds / whole;
    free_configs(c, pack->count);
    return st;
}

static double total(const struct plan *t, const struct row *row)
{
    double seconds = 0;

    for (size_t k = 0; k < t->plan->keys; k++)
        seconds += row[k].seconds;
    return seconds;
}

static void print_table(const struct plan *t, const struct row *row)
{
    printf("%s%4s %7s %8s %8s %12s %12s %12s%s\n", t->cli->bold, "key", "packs", "runs", "largest",
           "memory", "with --diag", "time", t->cli->plain);
    for (size_t k = 0; k < t->plan->keys; k++)
        printf("%4zu %7zu %8zu %8zu %8.1f MiB %8.1f MiB %10.1f s\n", k + 1, row[k].packs,
               row[k].runs, row[k].largest, (double)row[k].memory.total / 1048576,
               (double)row[k].memory.watched / 1048576, row[k].seconds);
    printf("%zu runs in %zu packs of at most %zu on %s; one worker takes about %.1f s, %s\n",
           t->plan->runs, t->plan->packs, t->packing.runs, il_device_id(t->net.device),
           total(t, row), t->measured ? "measured" : "estimated");
}

static int in_json(const struct plan *t, const struct row *row)
{
    json_t *keys = json_array();

    for (size_t k = 0; k < t->plan->keys; k++)
        cli_json_add(
            &keys, json_pack("{s:I, s:I, s:I, s:I, s:I, s:f}", "packs", (json_int_t)row[k].packs,
                             "runs", (json_int_t)row[k].runs, "largest", (json_int_t)row[k].largest,
                             "memory", (json_int_t)row[k].memory.total, "memory_watched",
                             (json_int_t)row[k].memory.watched, "seconds", row[k].seconds));
    return cli_json(
        t->cli, json_pack("{s:I, s:I, s:I, s:s, s:f, s:b, s:o}", "runs", (json_int_t)t->plan->runs,
                          "packs", (json_int_t)t->plan->packs, "pack_size",
                          (json_int_t)t->packing.runs, "device", il_device_id(t->net.device),
                          "seconds", total(t, row), "measured", t->measured, "keys", keys));
}

static il_status open_device(struct plan *t)
{
    struct network *const n = &t->net;
    const char *const kind = t->folder ? il_folder_kind(t->folder) : "";
    const char *const given = opt_get(n->o, "device");
    const int any = strcmp(given, "auto") == 0;

    if (kind[0] && !any && strncmp(given, kind, strlen(kind)) != 0)
        return cli_error(&n->err, IL_E_USAGE, "--device: the sweep was planned for %s, not for %s",
                         kind, given);
    return il_device_open(&n->device, any && kind[0] ? kind : given, 1, n->why, &n->err);
}

/* what plans need to know of the dataset */
static void describe_set(struct plan *t)
{
    t->packing.inputs = il_dataset_pixels(t->net.set);
    t->packing.classes = il_dataset_classes(t->net.set);
    t->packing.samples = il_dataset_train(t->net.set).count;
}

static il_status open_folder(struct plan *t, const struct options *o)
{
    struct network *const n = &t->net;
    il_dataset *set = NULL;
    il_status st = sweep_open(o, NULL, &t->folder, &n->err);

    if (st == IL_OK)
        st = sweep_dataset(o, t->folder, &set, &n->err);
    if (st != IL_OK) {
        il_dataset_free(set); /* another than the folder's */
        return st;
    }
    n->set = set;
    describe_set(t);
    t->sweep = il_folder_sweep(t->folder);
    t->plan = il_folder_plan(t->folder);
    t->packing.runs = il_folder_pack_size(t->folder);
    return open_device(t);
}

static il_status open_draft(struct plan *t, const struct options *o)
{
    struct network *const n = &t->net;
    il_status st = sweep_draft_open(&t->draft, o, &n->err);

    if (st != IL_OK)
        return st;
    n->set = t->draft.set; /* network_close frees it */
    t->draft.set = NULL;
    st = open_device(t);
    if (st == IL_OK)
        st = sweep_packing(o, il_device_id(n->device), &t->packing, &n->err);
    if (st != IL_OK)
        return st;
    describe_set(t);
    t->sweep = t->draft.sweep;
    st = il_sweep_plan_new(&t->drafted, t->sweep, &t->packing, &n->err);
    t->plan = t->drafted;
    return st;
}

static int run(struct cli *cli, const struct options *o)
{
    struct plan t = { .cli = cli, .net = { .o = o } };
    struct row *row = NULL;
    il_status st = sweep_continues(o) ? open_folder(&t, o) : open_draft(&t, o);
    int code;

    if (st == IL_OK)
        st = sweep_check_files(t.sweep, t.folder, t.net.set, &t.net.err);
    if (st == IL_OK) {
        sweep_tell(cli, o, t.sweep);
        row = calloc(t.plan->keys, sizeof *row);
        st = row ? rows_of(&t, row, opt_given(o, "measure")) : cli_no_memory(&t.net.err);
    }
    if (st == IL_OK && !t.measured)
        st = estimate(&t, row);
    if (st != IL_OK) {
        code = cli_fail(cli, st, "%s", t.net.err.text);
    } else if (opt_given(o, "json")) {
        code = in_json(&t, row);
    } else {
        print_table(&t, row);
        code = 0;
    }
    free(row);
    il_sweep_plan_free(t.drafted);
    sweep_draft_close(&t.draft);
    il_folder_close(t.folder);
    network_close(&t.net);
    return code;
}

static const struct opt_row rows[] = {
    SWEEP_DRAFT_ROWS,
    { .name = "measure",
      .help = "train some steps of each kind of pack, and so tell the time better" },
    { .name = "device",
      .metavar = "DEVICE",
      .value = "auto",
      .help = "where to train: cpu, cuda, cuda:N, or auto" },
    { .name = "json", .help = "print an object" },
    { .name = "" }
};

const struct command cmd_sweep_plan = {
    .name = "sweep plan",
    .operands = "[FILE | NAME | DIR]",
    .max_operands = 1,
    .summary = "show which runs a sweep has, in which packs they train, and how long",
    .text = "Take what 'sweep run' takes: a sweep file (- is standard input), the NAME of an "
            "installed one "
            "('initlab help sweeps'), options of runs, or a sweep's folder; check every run "
            "against the "
            "dataset, with the files of weights that it begins with, and print its packs: runs "
            "that train "
            "together, as they "
            "share layers, batch, epochs, data and update rule. How large packs are goes by the "
            "kind of device and --pack-size, and by no machine. Memory is that of the largest pack "
            "on the device, and what it is where --diag watches it; a pack that is more than the "
            "device can hold is trained in halves. The time is one worker's, "
            "estimated from a moment's training of the "
            "kind of pack that costs most; with --measure from one of each kind. Nothing is kept.",
    .examples = "initlab sweep plan sweep.yaml\n"
                "initlab sweep plan schemes\n"
                "initlab sweep plan --init he_normal,zeros --depth 1..10 --seeds 0..29\n"
                "initlab sweep plan sweep.yaml --pack-size 64 --measure --json",
    .rows = rows,
    .parameters = PARAMETERS_LISTS,
    .run = run
};
