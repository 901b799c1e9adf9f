/*
 * step.c - one training step and one evaluation chunk of a pack, as calls of the device seam.
 *
 * Nothing here depends on the host, so a device may record a step once and replay it (design 4):
 * the clock, the rates and the sums lie in device memory. The order of the backward pass is fixed:
 * dA from the old weights, then their update, then the derivative of the activation.
 */
#include "step.h"

/* Run calls until one fails; needs a local `e`. */
#define STEP(call)                                                                                 \
    do {                                                                                           \
        if ((e = (call)) != 0)                                                                     \
            return e;                                                                              \
    } while (0)

/* the first layer for all runs at once, deeper ones run by run in column blocks */
int il_pack_forward_layer(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                          unsigned l)
{
    const struct il_seam *s = d->seam;
    const unsigned runs = (unsigned)p->runs;
    const struct il_pack_layer *const in = &p->layer[l ? l - 1 : 0], *const out = &p->layer[l];
    int e;

    if (l == 0) {
        STEP(s->input_gather(d, b));
        return s->input_forward(d, b, runs * out->layout.block, out->w, out->layout.ld, out->z,
                                out->layout.ld);
    }
    STEP(s->activate(d, in->a, in->z, p->act, runs, b->rows, in->layout.fan_out, in->layout.block,
                     in->layout.ld));
    return s->gemm_batched(d, 0, 0, b->rows, out->layout.units, out->layout.rows, 1.0f, in->a,
                           in->layout.ld, in->layout.block, out->w, out->layout.ld,
                           out->layout.block, 0.0f, out->z, out->layout.ld, out->layout.block,
                           runs);
}

int il_pack_forward(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                    unsigned layers)
{
    int e;

    for (unsigned l = 0; l < layers; l++)
        STEP(il_pack_forward_layer(d, p, b, l));
    return 0;
}

int il_pack_loss(struct il_device *d, const struct il_pack *p, const struct il_batch *b, float *dz,
                 struct il_sums *sums, const float *rate)
{
    const struct il_pack_layer *out = &p->layer[p->layers - 1];

    return d->seam->loss(d, dz, sums, out->z, b->label, p->head, rate, b->clock, (unsigned)p->runs,
                         b->rows, out->layout.fan_out, out->layout.block, out->layout.ld,
                         dz != NULL);
}

/* the update rule on one layer, from its gradient */
static int update(struct il_device *d, const struct il_pack *p, const struct il_pack_layer *y)
{
    const struct il_update *u = &p->run[0].update;
    const unsigned runs = (unsigned)p->runs, rows = y->layout.fan_in + 1;
    const unsigned decay_rows = u->decay == 0 ? 0 : u->decay_bias ? rows : rows - 1;

    if (u->adam)
        return d->seam->adam(d, y->w, y->s1, y->s2, y->g, p->rate, y->multiplier, p->correction,
                             p->clock, runs, rows, y->layout.fan_out, y->layout.block, y->layout.ld,
                             (float)u->beta1, (float)u->beta2, (float)u->eps, (float)u->decay,
                             u->decoupled, decay_rows);
    return d->seam->sgd(d, y->w, y->s1, y->g, p->rate, y->multiplier, p->clock, runs, rows,
                        y->layout.fan_out, y->layout.block, y->layout.ld, u->rule, (float)u->mu,
                        (float)u->decay, u->decoupled, decay_rows);
}

/*
 * Weights of layer l from dz. Fused: dz carries the rate, and W += -A' dz is the whole update. Else
 * the gradient goes to a buffer of its own and the rule's kernel follows.
 */
static int learn(struct il_device *d, const struct il_pack *p, unsigned l, const float *dz)
{
    const struct il_pack_layer *y = &p->layer[l];
    const float alpha = p->fused ? -1.0f : 1.0f, beta = p->fused ? 1.0f : 0.0f;
    float *const to = p->fused ? y->w : y->g;
    int e;

    if (l == 0) {
        STEP(d->seam->input_update(d, &p->batch, (unsigned)p->runs * y->layout.block, alpha, dz,
                                   y->layout.ld, beta, to, y->layout.ld));
    } else {
        const struct il_pack_layer *in = &p->layer[l - 1];

        STEP(d->seam->gemm_batched(d, 1, 0, y->layout.rows, y->layout.units, p->batch.rows, alpha,
                                   in->a, in->layout.ld, in->layout.block, dz, y->layout.ld,
                                   y->layout.block, beta, to, y->layout.ld, y->layout.block,
                                   (unsigned)p->runs));
    }
    return p->fused ? 0 : update(d, p, y);
}

static int to_previous(struct il_device *d, const struct il_pack *p, unsigned rows, unsigned l)
{
    const struct il_pack_layer *const y = &p->layer[l], *const in = &p->layer[l - 1];

    return d->seam->gemm_batched(d, 0, 1, rows, in->layout.units, y->layout.units, 1.0f,
                                 p->d[l % 2], y->layout.ld, y->layout.block, y->w, y->layout.ld,
                                 y->layout.block, 0.0f, p->d[(l - 1) % 2], in->layout.ld,
                                 in->layout.block, (unsigned)p->runs);
}

static int through_activation(struct il_device *d, const struct il_pack *p, unsigned rows,
                              unsigned l)
{
    const struct il_pack_layer *const y = &p->layer[l];

    return d->seam->activate_backward(d, p->d[l % 2], y->z, y->a, p->act, NULL, (unsigned)p->runs,
                                      rows, y->layout.fan_out, y->layout.block, y->layout.ld);
}

int il_pack_backward_layer(struct il_device *d, const struct il_pack *p, unsigned rows, unsigned l)
{
    int e;

    STEP(to_previous(d, p, rows, l));
    return through_activation(d, p, rows, l - 1);
}

int il_pack_train_step(struct il_device *d, void *pack)
{
    const struct il_pack *p = pack;
    const unsigned rows = p->batch.rows;
    int e;

    STEP(il_pack_forward(d, p, &p->batch, p->layers));
    STEP(il_pack_loss(d, p, &p->batch, p->d[(p->layers - 1) % 2], p->sums,
                      p->fused ? p->rate : NULL));
    for (unsigned l = p->layers - 1; l > 0; l--) {
        STEP(to_previous(d, p, rows, l));
        STEP(learn(d, p, l, p->d[l % 2]));
        STEP(through_activation(d, p, rows, l - 1));
    }
    return learn(d, p, 0, p->d[0]);
}

int il_pack_eval_step(struct il_device *d, void *evaluation)
{
    const struct il_evaluation *v = evaluation;
    int e;

    STEP(il_pack_forward(d, v->pack, &v->batch, v->pack->layers));
    return il_pack_loss(d, v->pack, &v->batch, NULL, v->pack->eval_sums, NULL);
}
