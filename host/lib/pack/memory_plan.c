/*
 * memory_plan.c - the device memory of a pack: how much it needs, and how many runs like these would fit.
 */
#include "memory_plan.h"

#include <stdlib.h>
#include <string.h>
#include "draw.h"
#include "core/error.h"
#include "device_dataset.h"
#include "data/nonzero_lists.h"

/*
 * Evaluation goes over chunks of as many rows as fit these bytes with all their activations: about
 * a core's second-level cache. The same on every device, so that the products have the same shapes.
 */
enum { EVAL_BYTES = 1 << 20, EVAL_ROWS_MAX = 4096 };

/* More runs than any memory holds. */
static const size_t RUNS_MAX = (size_t)1 << 24;

int il_act_needs_z(uint32_t code)
{
    static const unsigned char needs[] = {
#define X(ID, name, aliases, alpha, z, ...) z,
#include "activations.def"
#undef X
    };

    return needs[code];
}

/* rows of the activation buffers: a batch, or a chunk of evaluation */
static unsigned buffer_rows(const struct il_pack *p, size_t x_ld)
{
    size_t floats = x_ld, rows;

    for (unsigned l = 0; l < p->layers; l++)
        floats += (size_t)2 * p->layer[l].layout.ld;
    rows = EVAL_BYTES / (floats * sizeof(float)) / 16 * 16;
    rows = rows < 16 ? 16 : rows > EVAL_ROWS_MAX ? EVAL_ROWS_MAX : rows;
    return (unsigned)(rows < p->batch.rows ? p->batch.rows : rows);
}

/* layers, batch and rows for p->runs runs; 0: a size would overflow */
static int lay_out(struct il_pack *p)
{
    struct il_layer at[IL_MAX_LAYERS];

    if (!il_layout(at, p->layers, p->run[0].width, p->runs))
        return 0;
    for (unsigned l = 0; l < p->layers; l++)
        p->layer[l].layout = at[l];
    p->batch.rows = p->run[0].batch;
    p->batch.pixels = p->run[0].width[0];
    p->batch.k = p->layer[0].layout.rows;
    p->batch.ld = (unsigned)il_round16(p->batch.k);
    p->rows = buffer_rows(p, p->batch.ld);
    return 1;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }
static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Do batches of this dataset come as lists? Sets the entries of a batch. */
static int sparse(const struct il_pack *p, const il_dataset *set, size_t *batch, size_t *rows)
{
    const struct il_list_sizes *const train = il_dataset_train_lists(set);
    const struct il_list_sizes *const test = il_dataset_test_lists(set);
    const size_t most = larger(train->most, test->most);
    const size_t all = larger(train->entries, test->entries);

    /* no batch has a sample twice */
    *batch = smaller(p->batch.rows * most, train->entries);
    *rows = smaller(p->rows * most, all);
    return *rows <= UINT32_MAX && p->batch.rows <= UINT16_MAX && il_data_sparse(p->device, set);
}

size_t il_plan_allocations(struct il_pack *p, const il_dataset *set, struct il_allocation *w,
                           il_memory *parts)
{
    const struct il_run *run = &p->run[0];
    const size_t pixels = run->width[0], runs = p->runs, steps = run->steps;
    const struct il_pack *const kept = il_data_kept(p->device, set);
    const int state = run->update.adam ? 2 : run->update.rule == IL_RULE_SGD ? 0 : 1;
    size_t n = 0, widest = 0, rows, taps, entries;

    if (!lay_out(p))
        return 0;
    rows = p->rows;
    p->sparse = sparse(p, set, &taps, &entries) && (!kept || kept->sparse);
#define WANT(field, elements, kind)                                                                \
    do {                                                                                           \
        if ((elements) > 0)                                                                        \
            w[n++] = (struct il_allocation){ &(field), (elements), sizeof *(field),                \
                                             parts ? &parts->kind : NULL };                        \
    } while (0)
    if (kept)
        il_data_share(p, kept);
    else
        n = il_data_allocations(p, set, w, parts);
    if (p->sparse) {
        WANT(p->nonzero.begin, rows * IL_PARTS + 1, activations);
        WANT(p->nonzero.column, entries + IL_NONZERO_SLACK, activations);
        WANT(p->nonzero.value, entries + IL_NONZERO_SLACK, activations);
        WANT(p->nonzero.pixel, pixels + 2, activations);
        WANT(p->nonzero.row, taps, activations);
        WANT(p->nonzero.scaled, taps, activations);
        WANT(p->nonzero.panel, IL_PANEL * larger(il_part_most(pixels), p->batch.rows), activations);
    }
    WANT(p->x, p->sparse ? 0 : rows * p->batch.ld, activations);
    WANT(p->label, rows, activations);
    WANT(p->rate, runs * steps, tables);
    WANT(p->correction, run->update.adam ? 2 * steps : 0, tables);
    WANT(p->act, runs, tables);
    WANT(p->head, runs, tables);
    WANT(p->sums, runs, tables);
    WANT(p->eval_sums, runs, tables);
    WANT(p->clock, (size_t)1, tables);
    WANT(p->eval_clock, (size_t)1, tables);
    for (unsigned l = 0; l < p->layers; l++) {
        struct il_pack_layer *y = &p->layer[l];
        const size_t weights = (size_t)y->layout.rows * y->layout.ld;

        WANT(y->w, weights, weights);
        WANT(y->z, rows * y->layout.ld, activations);
        WANT(y->a, l + 1 < p->layers && p->keeps_z ? rows * y->layout.ld : 0, activations);
        WANT(y->g, p->fused ? 0 : weights, optimizer);
        WANT(y->s1, state > 0 ? weights : 0, optimizer);
        WANT(y->s2, state > 1 ? weights : 0, optimizer);
        WANT(y->multiplier, run->parametrised ? 2 * runs : 0, tables);
        widest = widest < y->layout.ld ? y->layout.ld : widest;
    }
    WANT(p->d[0], (size_t)p->batch.rows * widest, activations);
    WANT(p->d[1], p->layers > 1 ? (size_t)p->batch.rows * widest : 0, activations);
#undef WANT
    return n;
}

/* what drawing one layer holds beside the pack: see draw.c and calibrate.c */
static size_t drawing(const struct il_pack *p, unsigned l, size_t given)
{
    const struct il_layer *const layout = &p->layer[l].layout;
    const size_t cols = p->runs * layout->block, table = p->runs * sizeof(struct il_fill);
    const size_t moments = cols * sizeof(struct il_moments), scales = cols * sizeof(float);
    size_t most = table;

    for (size_t m = 0; m < given; m++) {
        const struct il_draw *const w = &p->run[m].draw[l].weight;

        if (w->fill.after == IL_AFTER_ORTHOGONAL)
            most = larger(most, table + il_draw_work(layout, (unsigned)p->runs));
        if (w->fill.after == IL_AFTER_COLUMN_NORM)
            most = larger(most, table + larger(moments, scales));
        if (w->data.rule != IL_DATA_NONE)
            most = larger(most, larger(moments, 2 * scales));
    }
    return most;
}

/* sums for p->runs runs, the first `given` of which are known; 0: they overflow */
static int sum(struct il_pack *p, const il_dataset *set, struct il_allocation *w, size_t given,
               il_memory *out)
{
    size_t n, bytes;

    memset(out, 0, sizeof *out);
    n = il_plan_allocations(p, set, w, out);
    for (size_t i = 0; i < n; i++)
        if (__builtin_mul_overflow(w[i].count, w[i].size, &bytes) ||
            __builtin_add_overflow(*w[i].part, bytes, w[i].part) ||
            __builtin_add_overflow(out->total, bytes, &out->total))
            return 0;
    for (unsigned l = 0; l < p->layers; l++)
        out->drawing = larger(out->drawing, drawing(p, l, given));
    return n > 0 && !__builtin_add_overflow(out->total, out->drawing, &out->total);
}

/* the most runs like these that fit: bisection over their number */
static size_t most_runs(struct il_pack *p, const il_dataset *set, struct il_allocation *w,
                        size_t given, size_t room)
{
    size_t low = 0, high = RUNS_MAX;
    il_memory m;

    while (low + 1 < high) {
        const size_t middle = low + (high - low) / 2;

        p->runs = middle;
        if (sum(p, set, w, given < middle ? given : middle, &m) && m.total <= room)
            low = middle;
        else
            high = middle;
    }
    return low;
}

il_status il_plan(struct il_pack *p, const il_dataset *set, il_memory *out, il_error *err)
{
    struct il_allocation *const w = malloc(IL_ALLOCATIONS * sizeof *w);
    struct il_about about = { .memory_free = 0 };
    const size_t runs = p->runs;
    il_memory ignored;
    il_status st = IL_OK;
    int e;

    if (!w)
        return il_fail(err, IL_E_MEMORY, "out of memory for a pack");
    if (!sum(p, set, w, runs, out)) {
        st = il_fail(err, IL_E_USAGE, "a pack of %zu such runs is too large for any device", runs);
        goto out;
    }
    e = p->device->seam->about(p->device, &about);
    if (e) {
        st = il_pack_fail(err, p, e, "ask for its memory");
        goto out;
    }
    out->reserve = about.reserve;
    out->free = about.memory_free;
    out->held = about.held + il_data_held(p->device, set);
    out->fits = about.memory_free == 0 ? SIZE_MAX
                : about.memory_free < about.reserve
                    ? 0
                    : most_runs(p, set, w, runs, about.memory_free - about.reserve);
out:
    p->runs = runs;
    (void)sum(p, set, w, runs, &ignored); /* the layout for these runs again */
    free(w);
    return st;
}
