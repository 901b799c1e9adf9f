/*
 * memory_plan.c - the device memory of a pack: how much it needs, and how many runs like these would fit.
 */
#include "memory_plan.h"

#include <stdlib.h>
#include <string.h>
#include "catalog/catalog.h"
#include "config/config.h"
#include "data/nonzero_lists.h"
#include "initlab/dataset.h"
#include "dense.h"

/* The most that want_batch, want_tables and want_watching add, and those of dZ. */
enum {
    BATCH_ALLOCATIONS = 8,
    TABLE_ALLOCATIONS = 9,
    GRADIENT_ALLOCATIONS = 2,
    WATCH_ALLOCATIONS = 4
};

/* More runs than any memory holds. */
static const size_t RUNS_MAX = (size_t)1 << 24;

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

int il_act_needs_z(uint32_t code)
{
    static const unsigned char needs[] = {
#define X(ID, name, aliases, alpha, z, ...) z,
#include "activations.def"
#undef X
    };

    return needs[code];
}

/*
 * Rows of a chunk of evaluation: those whose activations fit so many bytes, but no more than there are
 * samples, and at least a batch. Whole tiles of the loss, so that costs are summed up the same in chunks of any size.
 */
static unsigned chunk_rows(const struct il_pack *p, size_t bytes, size_t samples)
{
    size_t floats = p->batch.ld, rows;

    for (unsigned l = 0; l < p->layers; l++)
        floats += (size_t)2 * p->layer[l].layout.ld;
    rows = smaller(bytes / (floats * sizeof(float)) / IL_LANES, IL_LOSS_TILES(samples));
    return (unsigned)il_larger(rows, IL_LOSS_TILES(p->batch.rows)) * IL_LANES;
}

struct il_allocation *il_plan_room(const struct il_pack *p)
{
    const size_t most = IL_DATASET_ALLOCATIONS + BATCH_ALLOCATIONS + TABLE_ALLOCATIONS +
                        GRADIENT_ALLOCATIONS + WATCH_ALLOCATIONS +
                        (size_t)p->layers * IL_DENSE_ALLOCATIONS;

    return calloc(most, sizeof(struct il_allocation));
}

/* the most samples that are evaluated in a row */
static size_t most_evaluated(const struct il_pack *p, const il_dataset *set)
{
    return il_larger(il_dataset_test(set).count,
                     il_larger(p->run[0].samples, p->run[0].validation));
}

/* layers, batch and rows for p->runs runs, on a device or, NULL, of none; 0: a size would overflow */
static int lay_out(struct il_pack *p, struct il_device *d, size_t samples)
{
    for (unsigned l = 0; l < p->layers; l++)
        if (!il_dense_lay_out(p, l))
            return 0;
    p->batch.rows = p->run[0].batch;
    p->batch.pixels = p->run[0].width[0];
    p->batch.k = p->layer[0].layout.rows;
    p->batch.ld = (unsigned)il_round16(p->batch.k);
    p->rows = chunk_rows(p, d ? d->seam->chunk(d) : 0, samples);
    return 1;
}

/* Do batches of this dataset come as lists? Sets the entries of a batch. */
static int sparse(const struct il_pack *p, const il_dataset *set, size_t *batch, size_t *rows)
{
    const struct il_nonzero_sizes *const train = il_dataset_train_lists(set);
    const struct il_nonzero_sizes *const test = il_dataset_test_lists(set);
    const size_t most = il_larger(train->most, test->most);
    const size_t all = il_larger(train->entries, test->entries);

    /* no batch has a sample twice */
    *batch = smaller(p->batch.rows * most, train->entries);
    *rows = smaller(p->rows * most, all);
    return *rows <= UINT32_MAX && p->batch.rows <= UINT16_MAX &&
           il_device_dataset_sparse(p->device, set);
}

/* what a batch takes, the first layer's input: as lists of pixels if sparse, else as a matrix */
static void want_batch(struct il_pack *p, size_t taps, size_t entries, struct il_allocations *list,
                       size_t *part)
{
    const size_t pixels = p->batch.pixels, rows = p->rows;

    if (p->sparse) {
        IL_LIST_ALLOCATION(list, p->nonzero.begin, rows * IL_PARTS + 1, part);
        IL_LIST_ALLOCATION(list, p->nonzero.column, entries + IL_NONZERO_SLACK, part);
        IL_LIST_ALLOCATION(list, p->nonzero.value, entries + IL_NONZERO_SLACK, part);
        IL_LIST_ALLOCATION(list, p->nonzero.pixel, pixels + 2, part);
        IL_LIST_ALLOCATION(list, p->nonzero.row, taps, part);
        IL_LIST_ALLOCATION(list, p->nonzero.scaled, taps, part);
        IL_LIST_ALLOCATION(list, p->nonzero.panel,
                           IL_PANEL * il_larger(il_part_most(pixels), p->batch.rows), part);
    } else {
        IL_LIST_ALLOCATION(list, p->x, rows * p->batch.ld, part);
    }
    IL_LIST_ALLOCATION(list, p->label, rows, part);
}

static void want_tables(struct il_pack *p, struct il_allocations *list, size_t *part)
{
    const size_t runs = p->runs, steps = p->run[0].steps;

    IL_LIST_ALLOCATION(list, p->rate, runs * steps, part);
    IL_LIST_ALLOCATION(list, p->adam, p->run[0].update.adam ? steps : 0, part);
    IL_LIST_ALLOCATION(list, p->act, runs, part);
    IL_LIST_ALLOCATION(list, p->head, runs, part);
    IL_LIST_ALLOCATION(list, p->sums, runs, part);
    IL_LIST_ALLOCATION(list, p->eval_sums, runs, part);
    IL_LIST_ALLOCATION(list, p->part, p->rows > IL_LANES ? runs * IL_LOSS_TILES(p->rows) : 0, part);
    IL_LIST_ALLOCATION(list, p->clock, 1, part);
    IL_LIST_ALLOCATION(list, p->eval_clock, 1, part);
}

/* the dataset: the one that the device keeps, or the pack's own */
static void want_dataset(struct il_pack *p, const il_dataset *set,
                         const struct il_device_dataset *kept, struct il_allocations *list,
                         size_t *part)
{
    if (kept)
        p->data = *kept;
    p->data.sparse = p->sparse;
    if (!kept)
        il_device_dataset_allocations(&p->data, set, list, part);
    else if (!p->sparse)
        p->data.train_lists = p->data.test_lists = (struct il_lists){ 0 };
}

/* what watch.c has beside each layer's */
static void want_watching(struct il_pack *p, size_t widest, struct il_allocations *list,
                          size_t *part)
{
    IL_LIST_ALLOCATION(list, p->ones, p->batch.rows * widest, part);
    IL_LIST_ALLOCATION(list, p->ratio, p->runs, part);
    IL_LIST_ALLOCATION(list, p->moments, widest, part);
    IL_LIST_ALLOCATION(list, p->change, widest, part);
}

int il_plan_allocations(struct il_pack *p, const il_dataset *set, struct il_allocations *list,
                        il_memory *parts, int watched)
{
    const struct il_device_dataset *const kept = il_device_dataset_kept(p->device, set);
    size_t widest = 0, taps, entries;

    list->count = 0;
    if (!lay_out(p, p->device, most_evaluated(p, set)))
        return 0;
    p->sparse = sparse(p, set, &taps, &entries) && (!kept || kept->sparse);
    want_dataset(p, set, kept, list, &parts->dataset);
    want_batch(p, taps, entries, list, &parts->activations);
    want_tables(p, list, &parts->tables);
    for (unsigned l = 0; l < p->layers; l++) {
        il_dense_allocations(p, l, list, parts, watched);
        widest = il_larger(widest, p->layer[l].layout.ld);
    }
    IL_LIST_ALLOCATION(list, p->d[0], p->batch.rows * widest, &parts->activations);
    IL_LIST_ALLOCATION(list, p->d[1], p->layers > 1 ? p->batch.rows * widest : 0,
                       &parts->activations);
    if (watched)
        want_watching(p, widest, list, &parts->watching);
    return 1;
}

/* sums for p->runs runs, the first `given` of which are known; 0: they overflow */
static int sum(struct il_pack *p, const il_dataset *set, struct il_allocations *list, size_t given,
               il_memory *out)
{
    size_t bytes;

    memset(out, 0, sizeof *out);
    if (!il_plan_allocations(p, set, list, out, 1))
        return 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct il_allocation *const w = &list->item[i];

        if (__builtin_mul_overflow(w->count, w->size, &bytes) ||
            __builtin_add_overflow(*w->part, bytes, w->part) ||
            __builtin_add_overflow(out->watched, bytes, &out->watched))
            return 0;
    }
    for (unsigned l = 0; l < p->layers; l++)
        out->drawing = il_larger(out->drawing, il_dense_drawing(p, l, given));
    if (__builtin_add_overflow(out->watched, out->drawing, &out->watched))
        return 0;
    out->total = out->watched - out->watching;
    return 1;
}

/* the most runs like these that fit, watched or not: bisection over their number */
static size_t most_runs(struct il_pack *p, const il_dataset *set, struct il_allocations *list,
                        size_t given, size_t room, int watched)
{
    size_t low = 0, high = RUNS_MAX;
    il_memory m;

    while (low + 1 < high) {
        const size_t middle = low + (high - low) / 2;

        p->runs = middle;
        if (sum(p, set, list, given < middle ? given : middle, &m) &&
            (watched ? m.watched : m.total) <= room)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* ---- limits, of no machine ------------------------------------------------------------------- */

/* a pack of which nothing is known but its key; its layers' and widths' memory is the caller's */
static void of_key(struct il_pack *p, const struct il_plan_key *key, struct il_run *run)
{
    const struct il_layers *const layers =
        &il_config_value(key->config, IL_PARAMETER_LAYERS)->layers;

    run->layers = p->layers = layers->count - 1;
    for (unsigned l = 0; l < layers->count; l++)
        run->width[l] = il_layers_width(layers, l, key->inputs, key->classes);
    run->batch = (unsigned)il_config_value(key->config, IL_PARAMETER_BATCH)->whole;
    run->steps = key->steps;
    run->parametrised = key->own_rates;
    il_optimizer_of(&il_config_value(key->config, IL_PARAMETER_OPTIMIZER)->choice, &run->update);
    il_decay_of(&il_config_value(key->config, IL_PARAMETER_WEIGHT_DECAY)->choice, &run->update);
    p->run = run;
    p->fused = il_dense_is_fused(run);
}

/* Is a pack of p->runs runs within the limits? Data come as a matrix: lists are smaller. */
static int is_within(struct il_pack *p, struct il_allocations *list, const il_pack_limits *limits)
{
    size_t columns = 0, most = 0, bytes = 0;
    il_memory parts = { 0 };

    list->count = 0;
    if (!lay_out(p, NULL, 0))
        return 0;
    want_batch(p, 0, 0, list, &parts.activations);
    want_tables(p, list, &parts.tables);
    for (unsigned l = 0; l < p->layers; l++) {
        il_dense_allocations(p, l, list, &parts, 0);
        columns = il_larger(columns, p->runs * p->layer[l].layout.block);
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct il_allocation *const w = &list->item[i];

        most = il_larger(most, w->count);
        if ((w->part == &parts.weights || w->part == &parts.optimizer) &&
            __builtin_add_overflow(bytes, w->count * w->size, &bytes))
            return 0;
    }
    return (!limits->columns || columns <= limits->columns) &&
           (!limits->bytes || bytes <= limits->bytes) &&
           (!limits->elements || most <= limits->elements);
}

il_status il_plan_most(const struct il_plan_key *key, const il_pack_limits *limits, size_t at_most,
                       size_t *most, il_error *err)
{
    const unsigned widths = il_config_value(key->config, IL_PARAMETER_LAYERS)->layers.count;
    struct il_run run = { .width = calloc(widths, sizeof *run.width) };
    struct il_pack p = { .layer = calloc(widths, sizeof *p.layer) };
    struct il_allocations list = { .item = NULL };
    size_t low = 1, high = at_most;
    il_status st = IL_OK;

    if (run.width && p.layer) {
        of_key(&p, key, &run);
        list.item = il_plan_room(&p);
    }
    if (!list.item)
        st = il_fail(err, IL_E_MEMORY, "out of memory for a pack");
    while (st == IL_OK && low < high) {
        p.runs = high - (high - low) / 2;
        if (is_within(&p, &list, limits))
            low = p.runs;
        else
            high = p.runs - 1;
    }
    if (st == IL_OK)
        *most = low;
    free(list.item);
    free(p.layer);
    free(run.width);
    return st;
}

/* ---- a pack's memory ------------------------------------------------------------------------- */

static il_status too_large(size_t runs, il_error *err)
{
    return il_fail(err, IL_E_USAGE, "a pack of %zu such runs is too large for any device", runs);
}

il_status il_plan_bytes(struct il_pack *p, const il_dataset *set, il_memory *out, il_error *err)
{
    struct il_allocations list = { .item = il_plan_room(p) };
    il_status st = IL_OK;

    if (!list.item)
        st = il_fail(err, IL_E_MEMORY, "out of memory for a pack");
    else if (!sum(p, set, &list, p->runs, out))
        st = too_large(p->runs, err);
    free(list.item);
    return st;
}

il_status il_plan(struct il_pack *p, const il_dataset *set, il_memory *out, il_error *err)
{
    struct il_allocations list = { .item = il_plan_room(p) };
    struct il_about about = { .memory_free = 0 };
    const size_t runs = p->runs;
    size_t room;
    il_memory ignored;
    il_status st = IL_OK;
    int e;

    if (!list.item)
        return il_fail(err, IL_E_MEMORY, "out of memory for a pack");
    if (!sum(p, set, &list, runs, out)) {
        st = too_large(runs, err);
        goto out;
    }
    e = p->device->seam->about(p->device, &about);
    if (e) {
        st = il_device_fail(err, p->device, e, "ask for its memory");
        goto out;
    }
    out->reserve = about.reserve;
    out->free = about.memory_free;
    out->held = about.held + il_device_dataset_held(p->device, set);
    room = about.memory_free < about.reserve ? 0 : about.memory_free - about.reserve;
    out->fits = out->fits_watched = SIZE_MAX;
    if (about.memory_free > 0) {
        out->fits = most_runs(p, set, &list, runs, room, 0);
        out->fits_watched = most_runs(p, set, &list, runs, room, 1);
    }
out:
    p->runs = runs;
    (void)sum(p, set, &list, runs, &ignored); /* the layout for these runs again */
    free(list.item);
    return st;
}
