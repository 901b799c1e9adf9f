/* pack.c - the public calls of a pack: open, train an epoch, evaluate. */
#include "pack_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/clock.h"
#include "catalog/catalog.h"
#include "core/ftz.h"
#include "dense.h"
#include "pack_memory.h"
#include "memory_plan.h"
#include "random.h"
#include "step.h"
#include "watch.h"

/* steps between two calls of the progress function */
enum { SLICE = 16 };

/* ---- open and close -------------------------------------------------------------------------- */

/* host memory, resolved runs and layouts */
static il_status prepare(struct il_pack *p, const il_dataset *set, const il_config *const *runs,
                         il_error *err)
{
    il_status st = IL_OK;
    const char *key;

    for (size_t m = 0; m < p->runs; m++) {
        IL_TRY(il_run_resolve(&p->run[m], runs[m], set, err));
        key = il_run_conflict(&p->run[0], &p->run[m]);
        if (key)
            return il_fail(err, IL_E_USAGE, "runs 1 and %zu cannot share a pack: they differ in %s",
                           m + 1, key);
    }
    p->layers = p->run[0].layers;
    p->fused = il_dense_is_fused(&p->run[0]);
    p->layer = calloc(p->layers, sizeof *p->layer);
    p->host_rate = calloc(p->runs, p->run[0].steps * sizeof *p->host_rate);
    p->host_adam = calloc(p->run[0].steps, sizeof *p->host_adam);
    p->host_sums = calloc(p->runs, sizeof *p->host_sums);
    p->diverged = calloc(p->runs, sizeof *p->diverged);
    p->unfitted = calloc(p->runs, p->layers * sizeof *p->unfitted);
    if (!p->layer || !p->unfitted || !p->host_rate || !p->host_adam || !p->host_sums ||
        !p->diverged)
        return il_fail(err, IL_E_MEMORY, "out of memory for a pack of %zu runs", p->runs);
    for (size_t m = 0; m < p->runs; m++)
        p->keeps_z |= il_act_needs_z(p->run[m].hidden.code);
out:
    return st;
}

/* a pack of resolved runs, with nothing on the device yet; on failure *out is to be closed too */
static il_status begin(struct il_pack **out, il_device *device, const il_dataset *set,
                       const il_config *const *runs, size_t count, il_error *err)
{
    struct il_pack *p;

    if (!device || !set || !runs || count == 0)
        return il_fail(err, IL_E_USAGE, "a pack needs a device, a dataset and at least one run");
    p = *out = calloc(1, sizeof *p);
    if (p)
        p->run = calloc(count, sizeof *p->run);
    if (!p || !p->run)
        return il_fail(err, IL_E_MEMORY, "out of memory for a pack of %zu runs", count);
    p->device = device;
    p->runs = count;
    p->fits = SIZE_MAX;
    return prepare(p, set, runs, err);
}

il_status il_pack_open_or_fit(il_pack **out, il_device *device, const il_dataset *set,
                              const il_config *const *runs, size_t count, const il_watch *watch,
                              size_t *fits, il_error *err)
{
    const uint64_t ftz = il_ftz_on();
    il_pack *p = NULL;
    il_status st;

    *out = NULL;
    IL_TRY(begin(&p, device, set, runs, count, err));
    IL_TRY(il_device_math(p->device, p->run[0].math, err));
    IL_TRY(il_watch_open(p, watch, err));
    IL_TRY(il_pack_allocate(p, set, err));
    IL_TRY(il_pack_upload(p, set, runs, err));
    IL_TRY(il_watch_start(p, err));
out:
    *fits = p ? p->fits : SIZE_MAX;
    if (st == IL_OK)
        *out = p;
    else
        il_pack_close(p);
    il_ftz_restore(ftz);
    return st;
}

il_status il_pack_open_watched(il_pack **out, il_device *device, const il_dataset *set,
                               const il_config *const *runs, size_t count, const il_watch *watch,
                               il_error *err)
{
    size_t fits;

    return il_pack_open_or_fit(out, device, set, runs, count, watch, &fits, err);
}

il_status il_pack_open(il_pack **out, il_device *device, const il_dataset *set,
                       const il_config *const *runs, size_t count, il_error *err)
{
    return il_pack_open_watched(out, device, set, runs, count, &(il_watch){ 0 }, err);
}

il_status il_pack_plan(il_memory *out, il_device *device, const il_dataset *set,
                       const il_config *const *runs, size_t count, il_error *err)
{
    struct il_pack *p = NULL;
    il_status st;

    memset(out, 0, sizeof *out);
    IL_TRY(begin(&p, device, set, runs, count, err));
    IL_TRY(il_device_math(p->device, p->run[0].math, err));
    IL_TRY(il_plan(p, set, out, err));
out:
    il_pack_close(p);
    return st;
}

il_status il_pack_bytes(il_memory *out, il_device *device, const il_dataset *set,
                        const il_config *const *runs, size_t count, il_error *err)
{
    struct il_pack *p = NULL;
    il_status st;

    memset(out, 0, sizeof *out);
    IL_TRY(begin(&p, device, set, runs, count, err));
    IL_TRY(il_plan_bytes(p, set, out, err));
out:
    il_pack_close(p);
    return st;
}

void il_pack_close(il_pack *p)
{
    if (!p)
        return;
    if (p->device) {
        p->device->seam->record_free(p->device, p->record);
        for (int i = 0; i < IL_EVALS; i++)
            p->device->seam->record_free(p->device, p->eval[i].record);
        il_watch_close(p);
        il_device_release(p->device, &p->owned);
    }
    free(p->unfitted);
    free(p->diverged);
    free(p->host_sums);
    free(p->host_adam);
    free(p->host_rate);
    free(p->layer);
    for (size_t m = 0; p->run && m < p->runs; m++)
        il_run_free(&p->run[m]);
    free(p->run);
    free(p);
}

/* ---- an epoch -------------------------------------------------------------------------------- */

/*
 * Adam's constants for the steps of this epoch, for adam.cu. The share of a mean after t steps with
 * r = 1 - beta is r / (1 - (1 - r)^t). Keras's epsilon stands beside the root before its correction:
 * divided by that, it is as torch's.
 */
static int upload_adam(struct il_pack *p)
{
    const struct il_update *u = &p->run[0].update;
    const size_t steps = p->run[0].steps;

    for (size_t s = 0; s < steps; s++) {
        const double t = (double)(p->epoch * steps + s + 1);
        const double mean = -expm1(t * log(u->beta1)), square = -expm1(t * log(u->beta2));

        p->host_adam[s] = (struct il_adam_step){
            .mean = (float)((1 - u->beta1) / mean),
            .square = (float)((1 - u->beta2) / square),
            .eps = (float)(u->keras ? u->eps / sqrt(square) : u->eps),
        };
    }
    return p->device->seam->put(p->device, p->adam, p->host_adam, steps * sizeof *p->host_adam);
}

/* The rates of this epoch, from 1, which the host may work out while the device is busy. */
static void work_out_rates(struct il_pack *p, size_t epoch)
{
    const size_t steps = p->run[0].steps, total = steps * p->run[0].epochs;

    for (size_t m = 0; m < p->runs && p->rates_of != epoch; m++)
        for (size_t i = 0; i < steps; i++)
            p->host_rate[m * steps + i] = (float)il_rate(&p->run[m].schedule, p->run[m].lr,
                                                         (epoch - 1) * steps + i, steps, total);
    p->rates_of = epoch;
}

/*
 * What a recorded step reads and the host decides: rates, Adam's constants, the order, and, unless an
 * interrupted epoch goes on, empty sums.
 */
static il_status begin_epoch(struct il_pack *p, il_error *err)
{
    const struct il_seam *s = p->device->seam;
    const struct il_run *run = &p->run[0];
    const size_t steps = run->steps;
    struct il_clock clock = { .next = (uint32_t)p->step, .steps = (uint32_t)steps };
    int e;

    il_order_keys(&clock, run->data_seed, p->epoch, (uint32_t)run->samples);
    work_out_rates(p, p->epoch + 1);
    for (size_t m = 0; m < p->runs; m++)
        p->host_sums[m] = (struct il_sums){ .diverged = IL_NEVER };
    e = s->put(p->device, p->rate, p->host_rate, p->runs * steps * sizeof *p->host_rate);
    if (!e && p->step == 0)
        e = s->put(p->device, p->sums, p->host_sums, p->runs * sizeof *p->host_sums);
    if (!e)
        e = s->put(p->device, p->clock, &clock, sizeof clock);
    if (!e && run->update.adam)
        e = upload_adam(p);
    return e ? il_device_fail(err, p->device, e, "begin an epoch") : IL_OK;
}

/* All steps of the epoch; the first one of the training is recorded. */
static il_status run_steps(struct il_pack *p, il_progress_fn *progress, void *arg, il_error *err)
{
    const struct il_seam *s = p->device->seam;
    const size_t steps = p->run[0].steps;
    il_status st = IL_OK;
    int e = 0;

    if (!p->record) {
        if (p->watching)
            il_watch_before(p, 1, &e);
        if (!e)
            e = s->record(p->device, il_pack_train_step, p, &p->record);
        p->step++;
    }
    if (!e && p->watching)
        IL_TRY(il_watch_after(p, err));
    while (!e && p->step < steps) {
        size_t n = steps - p->step < SLICE ? steps - p->step : SLICE;

        if (progress && progress(arg, p->epoch + 1, p->step, steps))
            return il_fail(err, IL_E_INTERRUPTED, "interrupted in epoch %zu at step %zu of %zu",
                           p->epoch + 1, p->step, steps);
        if (p->watching)
            n = il_watch_before(p, n, &e);
        if (!e)
            e = s->replay(p->device, p->record, (unsigned)n);
        p->step += n;
        if (!e && p->watching)
            IL_TRY(il_watch_after(p, err));
    }
    if (!e && p->epoch + 1 < p->run[0].epochs)
        work_out_rates(p, p->epoch + 2);
    if (!e)
        e = s->wait(p->device);
    if (!e)
        p->step = 0;
    else
        st = il_device_fail(err, p->device, e, "train");
out:
    return st;
}

il_status il_pack_one_step(struct il_pack *p, il_error *err)
{
    const struct il_seam *const s = p->device->seam;
    il_status st = IL_OK;
    int e;

    if (p->step == 0)
        IL_TRY(begin_epoch(p, err));
    e = p->record ? s->replay(p->device, p->record, 1)
                  : s->record(p->device, il_pack_train_step, p, &p->record);
    if (e)
        st = il_device_fail(err, p->device, e, "train");
    if (++p->step == p->run[0].steps) {
        p->step = 0;
        p->epoch++;
    }
out:
    return st;
}

/* Sums of one evaluation into host_sums, over all its samples in file order. */
static il_status evaluate(struct il_pack *p, struct il_evaluation *v, il_error *err)
{
    const struct il_seam *s = p->device->seam;
    const size_t chunks = (v->samples + v->batch.rows - 1) / v->batch.rows;
    const struct il_clock clock = { .steps = (uint32_t)chunks, .samples = (uint32_t)v->samples };
    size_t done = 0;
    int e;

    for (size_t m = 0; m < p->runs; m++)
        p->host_sums[m] = (struct il_sums){ .diverged = IL_NEVER };
    e = s->put(p->device, p->eval_sums, p->host_sums, p->runs * sizeof *p->host_sums);
    if (!e)
        e = s->put(p->device, p->eval_clock, &clock, sizeof clock);
    if (!e && !v->record) {
        e = s->record(p->device, il_pack_eval_step, v, &v->record);
        done = 1;
    }
    if (!e)
        e = s->replay(p->device, v->record, (unsigned)(chunks - done));
    if (!e)
        e = s->get(p->device, p->host_sums, p->eval_sums, p->runs * sizeof *p->host_sums);
    return e ? il_device_fail(err, p->device, e, "evaluate") : IL_OK;
}

/* mean cost and share of hits from sums over n samples */
static void means(const struct il_pack *p, size_t m, size_t n, double *cost, double *accuracy)
{
    if (cost)
        *cost = p->host_sums[m].cost / ((double)n * p->run[m].divisor);
    *accuracy = (double)p->host_sums[m].correct / (double)n;
}

static il_status evaluate_all(struct il_pack *p, il_epoch *out, int train, il_error *err)
{
    const struct il_run *run = &p->run[0];
    il_status st = IL_OK;

    for (size_t m = 0; m < p->runs; m++)
        out[m].validation_cost = out[m].validation_accuracy = NAN;
    IL_TRY(evaluate(p, &p->eval[IL_EVAL_TEST], err));
    for (size_t m = 0; m < p->runs; m++)
        means(p, m, p->eval[IL_EVAL_TEST].samples, &out[m].test_cost, &out[m].test_accuracy);
    if (run->validation > 0) {
        IL_TRY(evaluate(p, &p->eval[IL_EVAL_VALIDATION], err));
        for (size_t m = 0; m < p->runs; m++)
            means(p, m, run->validation, &out[m].validation_cost, &out[m].validation_accuracy);
    }
    if (train) {
        IL_TRY(evaluate(p, &p->eval[IL_EVAL_TRAIN], err));
        for (size_t m = 0; m < p->runs; m++)
            if (p->run[m].eval_train)
                means(p, m, run->samples, NULL, &out[m].train_accuracy);
    }
out:
    return st;
}

/* What the steps left: costs, accuracy so far, the first step that was not finite. */
static il_status end_epoch(struct il_pack *p, il_epoch *out, il_error *err)
{
    const struct il_run *run = &p->run[0];
    const size_t steps = run->steps, total = steps * run->epochs;
    const size_t seen = steps * run->batch < run->samples ? steps * run->batch : run->samples;
    int e = p->device->seam->get(p->device, p->host_sums, p->sums, p->runs * sizeof *p->host_sums);

    if (e)
        return il_device_fail(err, p->device, e, "read the costs");
    for (size_t m = 0; m < p->runs; m++) {
        if (p->host_sums[m].diverged != IL_NEVER && p->diverged[m][0] == 0) {
            p->diverged[m][0] = p->epoch + 1;
            p->diverged[m][1] = (size_t)p->host_sums[m].diverged + 1;
        }
        out[m] = (il_epoch){ .epoch = p->epoch + 1,
                             .lr = il_rate_announced(&p->run[m].schedule, p->run[m].lr, p->epoch,
                                                     steps, total),
                             .diverged = p->diverged[m][0] != 0,
                             .diverged_epoch = p->diverged[m][0],
                             .diverged_step = p->diverged[m][1] };
        means(p, m, seen, &out[m].cost, &out[m].train_accuracy);
    }
    return IL_OK;
}

il_status il_pack_epoch(il_pack *p, il_epoch *out, il_progress_fn *progress, void *arg,
                        il_error *err)
{
    const uint64_t ftz = il_ftz_on();
    il_status st = IL_OK;
    double begin, trained, done;
    int train = 0;

    begin = il_seconds();
    IL_TRY(il_device_math(p->device, p->run[0].math, err));
    IL_TRY(begin_epoch(p, err));
    IL_TRY(run_steps(p, progress, arg, err));
    IL_TRY(end_epoch(p, out, err));
    trained = il_seconds();
    for (size_t m = 0; m < p->runs; m++)
        train |= p->run[m].eval_train;
    IL_TRY(evaluate_all(p, out, train, err));
    done = il_seconds();
    for (size_t m = 0; m < p->runs; m++) {
        out[m].seconds = trained - begin;
        out[m].evaluation_seconds = done - trained;
    }
    p->epoch++;
out:
    il_ftz_restore(ftz);
    return st;
}

il_status il_pack_evaluate(il_pack *p, il_epoch *out, il_error *err)
{
    const uint64_t ftz = il_ftz_on();
    const double begin = il_seconds();
    il_status st;

    for (size_t m = 0; m < p->runs; m++)
        out[m] = (il_epoch){ .epoch = p->epoch,
                             .cost = NAN,
                             .lr = NAN,
                             .train_accuracy = NAN,
                             .diverged = p->diverged[m][0] != 0,
                             .diverged_epoch = p->diverged[m][0],
                             .diverged_step = p->diverged[m][1] };
    st = il_device_math(p->device, p->run[0].math, err);
    if (st == IL_OK)
        st = evaluate_all(p, out, 0, err);
    for (size_t m = 0; m < p->runs; m++)
        out[m].evaluation_seconds = il_seconds() - begin;
    il_ftz_restore(ftz);
    return st;
}

/* ---- sizes ----------------------------------------------------------------------------------- */

const char *il_pack_input(const il_pack *p) { return p->sparse ? "sparse" : "dense"; }
size_t il_pack_runs(const il_pack *p) { return p->runs; }
size_t il_pack_layers(const il_pack *p) { return p->layers; }
size_t il_pack_epochs(const il_pack *p) { return p->run[0].epochs; }
size_t il_pack_steps(const il_pack *p) { return p->run[0].steps; }
size_t il_pack_unfitted(const il_pack *p, size_t run, size_t layer)
{
    return p->unfitted[layer * p->runs + run];
}

void il_pack_shape(const il_pack *p, size_t layer, size_t *fan_in, size_t *fan_out)
{
    *fan_in = p->layer[layer].layout.fan_in;
    *fan_out = p->layer[layer].layout.fan_out;
}
