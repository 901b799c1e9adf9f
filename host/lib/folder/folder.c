/*
 * folder.c - a sweep's folder: made once and never changed but by adding. sweep.json is written last,
 * so that a folder is one of a sweep, whole, or not at all.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "folder_impl.h"
#include "initlab/output.h"
#include "core/file.h"
#include "core/sha256.h"
#include "sweep/sweep_impl.h"
#include "config/run.h"
#include "pack/watch_when.h"

/*
 * Bytes: of a run's line without its rows, of a row (11 numbers of 24 digits), and what a line, a group and a
 * journal may have in any case, of first lines, failures and other sweeps. A journal may be joined of copies.
 */
enum { LINE = 4096, ROW = 320, COPIES = 64 };
enum { LINE_LEAST = 16 << 20, GROUP_LEAST = 64 << 20, FILE_LEAST = 1 << 30 };

/* ---- the plan -------------------------------------------------------------------------------- */

static size_t product(size_t a, size_t b)
{
    size_t c;

    return __builtin_mul_overflow(a, b, &c) ? SIZE_MAX : c;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* A pack's lines may be so long: what its runs' rows need. */
static void make_room(struct il_folder *f, const il_config *c, size_t runs)
{
    const size_t epochs = strtoul(il_config_get(c, "epochs"), NULL, 10);
    const size_t layers = il_config_widths(c) - 1;
    const size_t looks = product(epochs, il_run_steps(c, f->setup.samples));
    const size_t seen = product(looks < IL_WATCH_ROWS_MOST ? looks + 1 : looks, layers);
    const size_t rows =
        epochs + layers + 1 + (seen < IL_WATCH_ROWS_MOST ? seen : IL_WATCH_ROWS_MOST);
    const size_t line = larger(LINE, product(rows, ROW)), group = product(line, 2 * (runs + 2));

    f->most.line = larger(f->most.line, product(line, 2));
    f->most.group = larger(f->most.group, group);
    if (__builtin_add_overflow(f->most.file, product(group, COPIES), &f->most.file))
        f->most.file = SIZE_MAX;
}

static il_status cost_of(struct il_folder *f, const il_sweep_pack *pack, const il_packing *packing,
                         double *cost, il_error *err)
{
    il_config *c = NULL;
    il_status st;

    IL_TRY(il_sweep_config(f->sweep, f->plan->order[pack->first], &c, err));
    *cost = il_sweep_cost(c, pack->count, packing, f->setup.samples);
    make_room(f, c, pack->count);
out:
    il_config_free(c);
    return st;
}

/* A part's sum goes on from that of the part before, as do those of later ones from its own. */
static void begin_sum(const struct il_folder *f, size_t part, struct il_sha256 *sha)
{
    il_sha256_start(sha);
    if (part > 0)
        il_sha256_add(sha, f->sum[part - 1], sizeof f->sum[part - 1]);
}

static void end_sum(struct il_folder *f, size_t part, struct il_sha256 *sha)
{
    il_sha256_add(sha, f->setup.kind, strlen(f->setup.kind));
    il_sha256_hex(sha, f->sum[part]);
}

/* the sums of all parts, by the ids of their runs */
static il_status find_sums(struct il_folder *f, il_error *err)
{
    struct il_sha256 sha;
    char id[17];
    size_t p = 0;
    il_status st = IL_OK;

    for (size_t part = 0; part < il_sweep_parts(f->sweep); part++) {
        begin_sum(f, part, &sha);
        for (; p < f->plan->packs && f->plan->pack[p].part == part; p++) {
            const il_sweep_pack *const pack = &f->plan->pack[p];

            for (size_t i = 0; i < pack->count; i++) {
                IL_TRY(il_folder_id(f, f->plan->order[pack->first + i], id, err));
                il_sha256_add(&sha, id, sizeof id);
            }
            il_sha256_add(&sha, "\n", 1);
        }
        end_sum(f, part, &sha);
    }
out:
    return st;
}

il_status il_folder_make_plan(struct il_folder *f, il_error *err)
{
    const il_packing packing = { .runs = f->setup.pack_size,
                                 .weights = f->setup.pack_weights,
                                 .units = f->setup.pack_units,
                                 .inputs = f->setup.pixels,
                                 .classes = f->setup.classes,
                                 .samples = f->setup.samples,
                                 .limits = f->setup.limits };
    il_status st;

    IL_TRY(il_sweep_plan_new(&f->plan, f->sweep, &packing, err));
    f->pack = calloc(f->plan->packs, sizeof *f->pack);
    f->ended = calloc(f->plan->runs, sizeof *f->ended);
    f->sum = calloc(il_sweep_parts(f->sweep), sizeof *f->sum);
    if (!f->pack || !f->ended || !f->sum)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu packs", f->plan->packs);
    f->most.line = LINE_LEAST;
    f->most.group = GROUP_LEAST;
    f->most.file = FILE_LEAST;
    for (size_t p = 0; p < f->plan->packs; p++)
        IL_TRY(cost_of(f, &f->plan->pack[p], &packing, &f->pack[p].cost, err));
    st = find_sums(f, err);
out:
    return st;
}

const char *il_folder_sum(const struct il_folder *f)
{
    return f->sum[il_sweep_parts(f->sweep) - 1];
}

int il_folder_is_ours(const struct il_folder *f, const char *sum)
{
    for (size_t k = 0; sum && k < il_sweep_parts(f->sweep); k++)
        if (strcmp(sum, f->sum[k]) == 0)
            return 1;
    return 0;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Does the folder hold what is no part of a sweep's? One such name, or "". */
static void foreign(const char *path, char name[256])
{
    static const char *const ours[] = { ".", "..", "sweep.yaml", "sweep.json", "journal", "state" };
    DIR *const d = opendir(path);
    const struct dirent *e;

    name[0] = 0;
    while (d && (e = readdir(d))) {
        size_t i = 0;

        while (i < sizeof ours / sizeof *ours && strcmp(ours[i], e->d_name) != 0)
            i++;
        /* a killed creation may leave .sweep.yaml.tmp-PID; shards that start at once, locks */
        if (i == sizeof ours / sizeof *ours && strncmp(e->d_name, ".sweep.", 7) != 0 &&
            strncmp(e->d_name, "lock", 4) != 0)
            snprintf(name, 256, "%s", e->d_name);
    }
    if (d)
        closedir(d);
}

/* open what lies there, which must be this sweep */
static il_status open_same(il_folder **out, const struct il_folder *f, il_error *err)
{
    il_status st = il_folder_open(out, f->path, err);

    if (st == IL_OK && strcmp((*out)->sum[0], f->sum[0]) == 0) /* runs may be added since */
        st = il_sweep_check_files((*out)->sweep, NULL, err);
    else if (st == IL_OK)
        st = il_fail(err, IL_E_USAGE,
                     "'%s' holds another sweep, or the same for another device, pack size or "
                     "dataset; name a new folder, or add values to what is there with 'initlab "
                     "sweep extend'",
                     f->path);
    if (st != IL_OK) {
        il_folder_close(*out);
        *out = NULL;
    }
    return st;
}

/* all that a folder has of itself: the sweep's file, the parts, and at last sweep.json */
static il_status write_all(struct il_folder *f, il_error *err)
{
    char name[256];
    const char *text;
    size_t n;
    il_status st;

    foreign(f->path, name);
    if (name[0])
        return il_fail(err, IL_E_USAGE, "'%s' is no sweep's folder, and not empty: it has '%s'",
                       f->path, name);
    IL_TRY(il_make_folder(f->path, err));
    IL_TRY(il_folder_make_parts(f, err));
    text = il_sweep_text(f->sweep, &n);
    IL_TRY(il_folder_write_bytes(f, "sweep.yaml", text, n, err));
    st = il_folder_write_setup(f, err);
out:
    return st;
}

/*
 * The files of a sweep that is to be made, and the limits of its packs; where its folder is there, as they were then: the
 * plans are compared later.
 */
static il_status find_facts(struct il_folder *f, int there, il_error *err)
{
    il_packing packing;
    json_t *all = NULL;
    il_status st;

    il_packing_for(&packing, f->setup.kind, 0);
    f->setup.limits = packing.limits;
    if (!there)
        return il_sweep_sum_files(f->sweep, NULL, err);
    IL_TRY(il_folder_load_setup(f->path, &all, err));
    IL_TRY(il_folder_read_limits(f, f->path, all, err));
    st = il_folder_know_files(f, f->path, all, 0, err);
out:
    json_decref(all);
    return st;
}

il_status il_folder_create(il_folder **out, const char *dir, il_sweep **sweep,
                           const il_folder_setup *setup, il_error *err)
{
    struct il_folder *f = calloc(1, sizeof *f);
    char file[IL_PATH];
    il_status st;
    int there;

    *out = NULL;
    if (!f)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_folder_set_up(f, dir, setup->kind, setup->data, il_dataset_sum(setup->set), err));
    f->setup.pack_size = setup->pack_size;
    f->setup.pack_weights = setup->pack_weights;
    f->setup.pack_units = setup->pack_units;
    f->setup.pixels = il_dataset_pixels(setup->set);
    f->setup.classes = il_dataset_classes(setup->set);
    f->setup.samples = il_dataset_train(setup->set).count;
    f->sweep = *sweep;
    il_folder_file(f, "sweep.json", file, 0);
    there = access(file, F_OK) == 0;
    IL_TRY(find_facts(f, there, err));
    IL_TRY(il_folder_make_plan(f, err));
    if (there) {
        st = open_same(out, f, err);
    } else {
        st = write_all(f, err);
        *out = st == IL_OK ? f : NULL;
    }
out:
    if (st == IL_OK)
        *sweep = NULL;
    else
        f->sweep = NULL;
    if (*out != f)
        il_folder_close(f);
    return st;
}

/* ---- opening --------------------------------------------------------------------------------- */

il_status il_folder_open(il_folder **out, const char *dir, il_error *err)
{
    struct il_folder *f = calloc(1, sizeof *f);
    json_t *all = NULL;
    il_status st = IL_OK;

    *out = NULL;
    if (!f)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_folder_load_setup(dir, &all, err));
    IL_TRY(il_folder_read_setup(f, dir, all, err));
    IL_TRY(il_folder_load_sweep(f, dir, all, err));
    IL_TRY(il_folder_make_plan(f, err));
    st = il_folder_check_sums(f, dir, all, err);
    *out = st == IL_OK ? f : NULL;
out:
    if (!*out)
        il_folder_close(f);
    json_decref(all);
    return st;
}

void il_folder_close(il_folder *f)
{
    if (!f)
        return;
    for (size_t p = 0; f->pack && p < f->plan->packs; p++)
        free(f->pack[p].error);
    free(f->pack);
    free(f->ended);
    il_sweep_plan_free(f->plan);
    il_sweep_free(f->sweep);
    free(f->setup.kind);
    free(f->setup.data);
    free(f->setup.data_sum);
    free(f->sum);
    il_journal_close(&f->journal);
    free(f->damage);
    free(f);
}

const char *il_folder_path(const il_folder *f) { return f->path; }
const char *il_folder_kind(const il_folder *f) { return f->setup.kind; }
const char *il_folder_data(const il_folder *f) { return f->setup.data; }
size_t il_folder_pack_size(const il_folder *f) { return f->setup.pack_size; }
size_t il_folder_pack_weights(const il_folder *f) { return f->setup.pack_weights; }
size_t il_folder_pack_units(const il_folder *f) { return f->setup.pack_units; }
const il_sweep *il_folder_sweep(const il_folder *f) { return f->sweep; }
const il_sweep_plan *il_folder_plan(const il_folder *f) { return f->plan; }
const il_folder_pack *il_folder_pack_at(const il_folder *f, size_t pack) { return &f->pack[pack]; }

il_status il_folder_id(const il_folder *f, size_t run, char id[17], il_error *err)
{
    return il_sweep_id(f->sweep, run, f->setup.data_sum, id, err);
}

il_status il_folder_check(const il_folder *f, const il_dataset *set, il_error *err)
{
    const size_t pixels = il_dataset_pixels(set), classes = il_dataset_classes(set);
    const size_t samples = il_dataset_train(set).count;

    if (strcmp(il_dataset_sum(set), f->setup.data_sum) != 0)
        return il_fail(err, IL_E_DATA,
                       "'%s' was made for another dataset: its sum begins with %.16s, not %.16s",
                       f->path, f->setup.data_sum, il_dataset_sum(set));
    if (pixels != f->setup.pixels || classes != f->setup.classes || samples != f->setup.samples)
        return il_fail(err, IL_E_DATA,
                       "%s/sweep.json was changed: its dataset has %zu pixels, %zu classes and %zu "
                       "samples, not %zu, %zu and %zu",
                       f->path, pixels, classes, samples, f->setup.pixels, f->setup.classes,
                       f->setup.samples);
    return il_sweep_check_files(f->sweep, NULL, err);
}

il_status il_folder_check_known(const il_folder *f, const il_config *c, il_error *err)
{
    return il_sweep_check_known(f->sweep, c, err);
}

/* ---- shares and orders ----------------------------------------------------------------------- */

/* what qsort compares: a cost, and a place that decides between equal ones */
struct ranked {
    double cost;
    size_t pack;
};

static int by_cost(const void *a, const void *b)
{
    const struct ranked *const x = a, *const y = b;

    if (x->cost != y->cost)
        return x->cost < y->cost ? 1 : -1;
    return (x->pack > y->pack) - (x->pack < y->pack);
}

il_status il_folder_by_cost(const il_folder *f, size_t *order, il_error *err)
{
    const size_t n = f->plan->packs;
    struct ranked *const r = malloc(n * sizeof *r);

    if (!r)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu packs", n);
    for (size_t p = 0; p < n; p++)
        r[p] = (struct ranked){ f->pack[p].cost, p };
    qsort(r, n, sizeof *r, by_cost);
    for (size_t p = 0; p < n; p++)
        order[p] = r[p].pack;
    free(r);
    return IL_OK;
}

il_status il_folder_shard(const il_folder *f, size_t k, size_t n, unsigned char *mine,
                          il_error *err)
{
    const size_t packs = f->plan->packs;
    size_t *const order = malloc(packs * sizeof *order);
    size_t *const dealt = calloc(il_sweep_parts(f->sweep), sizeof *dealt); /* of each part */
    il_status st;

    if (!order || !dealt) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu packs", packs);
        goto out;
    }
    if (n < 1 || k < 1 || k > n) {
        st = il_fail(err, IL_E_USAGE, "there is no shard %zu of %zu: they count from 1", k, n);
        goto out;
    }
    IL_TRY(il_folder_by_cost(f, order, err));
    for (size_t i = 0; i < packs; i++) {
        const size_t of_part = dealt[f->plan->pack[order[i]].part]++;
        const size_t round = of_part / n, place = of_part % n;

        mine[order[i]] = (round % 2 ? n - 1 - place : place) == k - 1;
    }
out:
    free(dealt);
    free(order);
    return st;
}

il_status il_folder_check_watch(const il_folder *f, const il_watch *watch, il_error *err)
{
    il_status st = IL_OK;

    for (size_t p = 0; p < f->plan->packs && st == IL_OK; p++) {
        il_config *c = NULL;
        size_t looks, layers;

        st = il_sweep_config(f->sweep, f->plan->order[f->plan->pack[p].first], &c, err);
        if (st != IL_OK)
            break;
        layers = il_config_widths(c) - 1;
        looks = il_watch_looks(watch, strtoul(il_config_get(c, "epochs"), NULL, 10),
                               il_run_steps(c, f->setup.samples));
        if (looks > IL_WATCH_ROWS_MOST / layers)
            st = il_watch_too_often(looks, layers, err);
        il_config_free(c);
    }
    return st;
}
