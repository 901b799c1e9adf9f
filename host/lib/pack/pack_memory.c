/*
 * pack_memory.c - the device memory of a pack: where it is kept, what is in it at first.
 */
#include "pack_memory.h"

#include <stdlib.h>
#include "calibrate.h"
#include "dense.h"
#include "draw.h"
#include "load_weights.h"
#include "memory_plan.h"

/* refused before anything is allocated if it does not fit */
static il_status check_room(struct il_pack *p, const il_dataset *set, il_error *err)
{
    const int watched = p->watched;
    il_memory need;
    size_t fits;
    il_status st;

    IL_TRY(il_plan(p, set, &need, err));
    fits = watched ? need.fits_watched : need.fits;
    if (fits < p->runs) {
        p->fits = fits;
        st = il_fail(
            err, IL_E_DEVICE,
            "%s: a pack of %zu %srun%s needs %.1f MiB and %.1f in reserve, %.1f MiB are free; "
            "%zu such runs fit",
            il_device_id(p->device), p->runs, watched ? "watched " : "", p->runs == 1 ? "" : "s",
            (double)(watched ? need.watched : need.total) / 1048576, (double)need.reserve / 1048576,
            (double)need.free / 1048576, fits);
    }
out:
    return st;
}

/* the lists from sample `first` on */
static struct il_lists lists_from(const struct il_lists *l, size_t first)
{
    struct il_lists from = *l;

    if (l->data) {
        from.at += first;
        from.part += first * IL_PARTS;
    }
    return from;
}

/* the parts of the dataset, as batches of the first layer */
static void point_batches(struct il_pack *p, const il_dataset *set)
{
    const struct il_run *run = &p->run[0];
    const size_t pixels = run->width[0], first = run->first;
    struct il_evaluation *v = p->eval;

    p->batch.x = p->x;
    p->batch.label = p->label;
    p->batch.images = p->data.train_images + first * pixels;
    p->batch.labels = p->data.train_labels + first;
    p->batch.lists = lists_from(&p->data.train_lists, first);
    p->batch.nonzero = p->nonzero;
    p->batch.clock = p->clock;
    for (int i = 0; i < IL_EVALS; i++) {
        v[i].pack = p;
        v[i].batch = p->batch;
        v[i].batch.rows = p->rows;
        v[i].batch.clock = p->eval_clock;
    }
    v[IL_EVAL_TRAIN].samples = run->samples;
    v[IL_EVAL_VALIDATION].samples = run->validation;
    v[IL_EVAL_VALIDATION].batch.images = p->data.train_images;
    v[IL_EVAL_VALIDATION].batch.labels = p->data.train_labels;
    v[IL_EVAL_VALIDATION].batch.lists = p->data.train_lists;
    v[IL_EVAL_TEST].samples = il_dataset_test(set).count;
    v[IL_EVAL_TEST].batch.images = p->data.test_images;
    v[IL_EVAL_TEST].batch.labels = p->data.test_labels;
    v[IL_EVAL_TEST].batch.lists = p->data.test_lists;
    for (unsigned l = 0; l < p->layers; l++)
        il_dense_share(&p->layer[l]);
}

il_status il_pack_allocate(struct il_pack *p, const il_dataset *set, il_error *err)
{
    struct il_allocations list = { .item = il_plan_room(p) };
    il_memory unused;
    il_status st;

    if (!list.item)
        return il_fail(err, IL_E_MEMORY, "out of memory for a pack");
    IL_TRY(check_room(p, set, err));
    /* nothing overflows: the room was checked */
    il_plan_allocations(p, set, &list, &unused, p->watched);
    IL_TRY(il_device_take(p->device, &list, &p->owned, err));
    point_batches(p, set);
out:
    free(list.item);
    return st;
}

/* one table of rows of the runs, put together on the host and uploaded */
static il_status upload_tables(struct il_pack *p, il_error *err)
{
    const struct il_seam *s = p->device->seam;
    struct il_act *act = malloc(p->runs * sizeof *act);
    struct il_head *head = malloc(p->runs * sizeof *head);
    il_status st = IL_OK;
    int e;

    if (!act || !head) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for a pack of %zu runs", p->runs);
        goto out;
    }
    for (size_t m = 0; m < p->runs; m++) {
        act[m] = p->run[m].hidden;
        head[m] = p->run[m].head;
    }
    e = s->put(p->device, p->act, act, p->runs * sizeof *act);
    if (!e)
        e = s->put(p->device, p->head, head, p->runs * sizeof *head);
    if (e)
        st = il_device_fail(err, p->device, e, "upload tables");
out:
    free(act);
    free(head);
    return st;
}

/* initial weights and biases of all runs, and the factors of their rates */
static il_status draw_weights(struct il_pack *p, il_error *err)
{
    struct il_fill *fill = malloc(2 * p->runs * sizeof *fill);
    float *multiplier = malloc(2 * p->runs * sizeof *multiplier);
    il_status st = IL_OK;
    int e = 0;

    if (!fill || !multiplier)
        e = IL_DRAW_MEMORY;
    for (unsigned l = 0; !e && l < p->layers; l++)
        e = il_dense_draw(p, l, fill, multiplier);
    if (e == IL_DRAW_MEMORY)
        st = il_fail(err, IL_E_MEMORY, "out of memory for a pack of %zu runs", p->runs);
    else if (e)
        st = il_device_fail(err, p->device, e, "draw initial weights");
    free(multiplier);
    free(fill);
    return st;
}

il_status il_pack_upload(struct il_pack *p, const il_dataset *set, const il_config *const *runs,
                         il_error *err)
{
    il_status st;

    if (!il_device_dataset_kept(p->device, set))
        IL_TRY(il_device_dataset_upload(p->device, &p->data, set, err));
    IL_TRY(upload_tables(p, err));
    IL_TRY(draw_weights(p, err));
    IL_TRY(il_pack_load(p, runs, err));
    IL_TRY(il_pack_calibrate(p, err));
out:
    return st;
}
