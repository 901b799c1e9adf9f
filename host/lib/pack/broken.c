/*
 * broken.c - find the step at which a run's numbers stop being finite, and the first of them: one step at a time, with
 * the weights before it kept; then the passes of that step once more, looked at number by number.
 */
#include "broken.h"

#include <math.h>
#include <stdlib.h>
#include "core/ftz.h"
#include "dense.h"
#include "random.h"
#include "step.h"

enum { STEPS = 16 /* between two calls of the progress function */ };

struct search {
    struct il_pack *p;
    size_t run;
    struct il_change *host; /* [widest] */
    struct il_sums *sums;   /* [runs] */
    unsigned weights;       /* the first layer, from 1, whose weights are not finite; 0: none */
};

/* ---- is it finite? --------------------------------------------------------------------------- */

/* the run's columns of a matrix of layer l; squares of floats in double do not overflow */
static int is_finite(struct search *s, unsigned l, const float *x, unsigned rows, int *finite)
{
    const struct il_layer *const y = &s->p->layer[l].layout;
    const struct il_seam *const seam = s->p->device->seam;
    int e = seam->change(s->p->device, s->p->change, x + s->run * y->block, NULL, rows, y->fan_out,
                         y->ld);

    *finite = 1;
    if (!e)
        e = seam->get(s->p->device, s->host, s->p->change, y->fan_out * sizeof *s->host);
    for (size_t j = 0; !e && j < y->fan_out; j++)
        *finite &= isfinite(s->host[j].square);
    return e;
}

/* all weights and biases: sets s->weights */
static int see_weights(struct search *s)
{
    int e = 0, finite = 1;

    s->weights = 0;
    for (unsigned l = 0; !e && finite && l < s->p->layers; l++) {
        e = is_finite(s, l, s->p->layer[l].w, s->p->layer[l].layout.fan_in + 1, &finite);
        s->weights = finite ? 0 : l + 1;
    }
    return e;
}

/* ---- the step that broke it ------------------------------------------------------------------ */

/* Look at a matrix of layer l, unless something was found. */
static int look(struct search *s, il_broken *out, il_broken_kind kind, unsigned l, const float *x,
                unsigned rows)
{
    int finite = 1;
    const int e = out->kind == IL_BROKEN_NOTHING ? is_finite(s, l, x, rows, &finite) : 0;

    if (!e && !finite) {
        out->kind = kind;
        out->layer = l + 1;
    }
    return e;
}

static int forward(struct search *s, const struct il_batch *b, il_broken *out)
{
    struct il_pack *const p = s->p;
    int e = 0;

    for (unsigned l = 0; !e && l < p->layers; l++) {
        e = il_pack_forward_layer(p->device, p, b, l);
        if (!e && l > 0) /* what came in; z of the layer before may have had the same place */
            e = look(s, out, IL_BROKEN_ACTIVATIONS, l - 1, p->layer[l - 1].a, b->rows);
        if (!e)
            e = look(s, out, IL_BROKEN_PREACTIVATIONS, l, p->layer[l].z, b->rows);
    }
    return e;
}

static int cost(struct search *s, const struct il_batch *b, il_broken *out)
{
    struct il_pack *const p = s->p;
    const struct il_seam *const seam = p->device->seam;
    const size_t bytes = p->runs * sizeof *s->sums;
    int e = seam->zero(p->device, p->eval_sums, bytes);

    if (!e)
        e = il_pack_loss(p->device, p, b, p->d[(p->layers - 1) % 2], p->eval_sums,
                         p->fused ? p->rate : NULL);
    if (!e)
        e = seam->get(p->device, s->sums, p->eval_sums, bytes);
    if (!e && out->kind == IL_BROKEN_NOTHING && !isfinite(s->sums[s->run].cost)) {
        out->kind = IL_BROKEN_COST;
        out->layer = p->layers;
    }
    return e;
}

static int backward(struct search *s, const struct il_batch *b, il_broken *out)
{
    struct il_pack *const p = s->p;
    int e = 0;

    for (unsigned l = p->layers - 1; !e; l--) {
        e = look(s, out, IL_BROKEN_SIGNAL_BACK, l, p->d[l % 2], b->rows);
        if (!e)
            e = il_dense_gradient(p->device, p, b, l, 1.0f, 0.0f, p->layer[l].before);
        if (!e)
            e = look(s, out, IL_BROKEN_GRADIENT, l, p->layer[l].before,
                     p->layer[l].layout.fan_in + 1);
        if (e || l == 0)
            break;
        e = il_pack_backward_layer(p->device, p, b->rows, l);
    }
    return e;
}

/* The passes of that step again; the pack is good for nothing else afterwards. */
static int repeat(struct search *s, il_broken *out)
{
    struct il_pack *const p = s->p;
    const struct il_run *const run = &p->run[0];
    struct il_clock clock = { .next = (uint32_t)(out->step - 1), .steps = (uint32_t)run->steps };
    struct il_batch batch = p->batch;
    int e = 0;

    for (unsigned l = 0; !e && l < p->layers; l++)
        e = p->device->seam->copy(p->device, p->layer[l].w, p->layer[l].before,
                                  il_dense_bytes(&p->layer[l]));
    batch.clock = p->eval_clock;
    il_order_keys(&clock, run->data_seed, out->epoch - 1, (uint32_t)run->samples);
    if (!e)
        e = p->device->seam->put(p->device, p->eval_clock, &clock, sizeof clock);
    if (!e)
        e = forward(s, &batch, out);
    if (!e)
        e = cost(s, &batch, out);
    if (!e)
        e = backward(s, &batch, out);
    if (!e && out->kind == IL_BROKEN_NOTHING) { /* all was finite: the step itself was too long */
        out->kind = IL_BROKEN_WEIGHTS;
        out->layer = s->weights;
    }
    return e;
}

/* ---- the search ------------------------------------------------------------------------------ */

/* a step; *broke: a weight or the cost is not finite after it */
static il_status one_step(struct search *s, int *broke, il_error *err)
{
    struct il_pack *const p = s->p;
    il_status st;
    int e = 0;

    for (unsigned l = 0; !e && l < p->layers; l++)
        e = p->device->seam->copy(p->device, p->layer[l].before, p->layer[l].w,
                                  il_dense_bytes(&p->layer[l]));
    if (e)
        return il_device_fail(err, p->device, e, "keep weights");
    st = il_pack_one_step(p, err);
    if (st != IL_OK)
        return st;
    e = p->device->seam->get(p->device, s->sums, p->sums, p->runs * sizeof *s->sums);
    if (!e)
        e = see_weights(s);
    *broke = s->weights || s->sums[s->run].diverged != IL_NEVER;
    return e ? il_device_fail(err, p->device, e, "look at weights") : IL_OK;
}

static il_status search(struct search *s, il_progress_fn *progress, void *arg, il_broken *out,
                        il_error *err)
{
    struct il_pack *const p = s->p;
    const size_t steps = p->run[0].steps;
    int broke = 0, e = see_weights(s);
    il_status st = IL_OK;

    if (e)
        return il_device_fail(err, p->device, e, "look at weights");
    if (s->weights) {
        *out = (il_broken){ .kind = IL_BROKEN_DRAWN, .layer = s->weights };
        return IL_OK;
    }
    while (p->epoch < p->run[0].epochs) {
        out->epoch = p->epoch + 1;
        out->step = p->step + 1;
        if (progress && p->step % STEPS == 0 && progress(arg, out->epoch, p->step, steps))
            return il_fail(err, IL_E_INTERRUPTED, "interrupted in epoch %zu", out->epoch);
        st = one_step(s, &broke, err);
        if (st != IL_OK)
            return st;
        if (broke) {
            e = repeat(s, out);
            return e ? il_device_fail(err, p->device, e, "repeat a step") : IL_OK;
        }
    }
    *out = (il_broken){ .kind = IL_BROKEN_NOTHING };
    return IL_OK;
}

/* host memory; the device's is that of a watched pack, in whose `before` are the weights before the last step */
static il_status prepare(struct search *s, il_error *err)
{
    const struct il_pack *const p = s->p;
    size_t widest = 0;

    for (unsigned l = 0; l < p->layers; l++)
        widest = il_larger(widest, p->layer[l].layout.fan_out);
    s->host = calloc(widest, sizeof *s->host);
    s->sums = calloc(p->runs, sizeof *s->sums);
    return s->host && s->sums ? IL_OK
                              : il_fail(err, IL_E_MEMORY, "out of memory to look at a pack");
}

il_status il_pack_broken(il_pack *p, size_t run, il_progress_fn *progress, void *arg,
                         il_broken *out, il_error *err)
{
    const uint64_t ftz = il_ftz_on();
    struct search s = { .p = p, .run = run };
    il_status st;

    *out = (il_broken){ .kind = IL_BROKEN_NOTHING };
    IL_TRY(il_device_math(p->device, p->run[0].math, err));
    IL_TRY(prepare(&s, err));
    st = search(&s, progress, arg, out, err);
out:
    free(s.sums);
    free(s.host);
    il_ftz_restore(ftz);
    return st;
}
