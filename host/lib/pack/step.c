/*
 * step.c - one training step and one evaluation chunk of a pack: the network's, over its layers.
 *
 * Nothing here depends on the host, so a device may record a step once and replay it (design 4):
 * the clock, the rates and the sums lie in device memory. The order of the backward pass is fixed:
 * dA from the old weights, then their update, then the derivative of the activation.
 */
#include "step.h"

#include "dense.h"

/* Run calls until one fails; needs a local `e`. */
#define STEP(call)                                                                                 \
    do {                                                                                           \
        if ((e = (call)) != 0)                                                                     \
            return e;                                                                              \
    } while (0)

int il_pack_forward_layer(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                          unsigned l)
{
    int e;

    if (l > 0)
        STEP(il_dense_activate(d, p, b->rows, l - 1));
    return il_dense_forward(d, p, b, l);
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
    const struct il_dense *out = &p->layer[p->layers - 1];
    const unsigned runs = (unsigned)p->runs;
    int e;

    STEP(d->seam->loss(d, dz, sums, p->part, out->z, b->label, p->head, rate, b->clock, runs,
                       b->rows, out->layout.fan_out, out->layout.block, out->layout.ld,
                       dz != NULL));
    return b->rows > IL_LANES ? d->seam->add_sums(d, sums, p->part, runs, b->rows) : 0;
}

int il_pack_backward_layer(struct il_device *d, const struct il_pack *p, unsigned rows, unsigned l)
{
    int e;

    STEP(il_dense_backward(d, p, rows, l));
    return il_dense_activate_backward(d, p, rows, l - 1);
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
        STEP(il_dense_backward(d, p, rows, l));
        STEP(il_dense_update(d, p, l));
        STEP(il_dense_activate_backward(d, p, rows, l - 1));
    }
    return il_dense_update(d, p, 0);
}

int il_pack_eval_step(struct il_device *d, void *evaluation)
{
    const struct il_evaluation *v = evaluation;
    int e;

    STEP(il_pack_forward(d, v->pack, &v->batch, v->pack->layers));
    return il_pack_loss(d, v->pack, &v->batch, NULL, v->pack->eval_sums, NULL);
}
