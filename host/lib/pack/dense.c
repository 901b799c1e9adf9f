/* dense.c - a dense layer of all runs of a pack. */
#include "dense.h"

#include "draw.h"
#include "pack_impl.h"

/* ---- shape and memory ------------------------------------------------------------------------ */

int il_dense_is_fused(const struct il_run *run)
{
    return !run->update.adam && run->update.rule == IL_RULE_SGD && run->update.decay == 0 &&
           !run->parametrised && run->batch <= IL_FUSED_BATCH;
}

int il_dense_lay_out(struct il_pack *p, unsigned l)
{
    return il_layout(&p->layer[l].layout, l, p->layers, p->run[0].width, p->runs);
}

void il_dense_allocations(struct il_pack *p, unsigned l, struct il_allocations *list,
                          il_memory *parts, int watched)
{
    const struct il_run *const run = &p->run[0];
    const int state = run->update.adam ? 2 : run->update.rule == IL_RULE_SGD ? 0 : 1;
    struct il_dense *const y = &p->layer[l];
    const size_t weights = (size_t)y->layout.rows * y->layout.ld;
    const size_t units = (size_t)p->rows * y->layout.ld;

    IL_LIST_ALLOCATION(list, y->w, weights, &parts->weights);
    IL_LIST_ALLOCATION(list, y->z, units, &parts->activations);
    IL_LIST_ALLOCATION(list, y->a, l + 1 < p->layers && p->keeps_z ? units : 0,
                       &parts->activations);
    IL_LIST_ALLOCATION(list, y->g, p->fused ? 0 : weights, &parts->optimizer);
    IL_LIST_ALLOCATION(list, y->s1, state > 0 ? weights : 0, &parts->optimizer);
    IL_LIST_ALLOCATION(list, y->s2, state > 1 ? weights : 0, &parts->optimizer);
    IL_LIST_ALLOCATION(list, y->multiplier, run->parametrised ? 2 * p->runs : 0, &parts->tables);
    IL_LIST_ALLOCATION(list, y->start, watched ? weights : 0, &parts->watching);
    IL_LIST_ALLOCATION(list, y->before, watched ? weights : 0, &parts->watching);
}

void il_dense_share(struct il_dense *y)
{
    if (!y->a)
        y->a = y->z;
}

size_t il_dense_bytes(const struct il_dense *y)
{
    return (size_t)y->layout.rows * y->layout.ld * sizeof *y->w;
}

float *il_dense_state(const struct il_dense *y, unsigned i)
{
    return i == 0 ? y->w : i == 1 ? y->s1 : y->s2;
}

/* ---- initial weights ------------------------------------------------------------------------- */

size_t il_dense_drawing(const struct il_pack *p, unsigned l, size_t given)
{
    const struct il_layer *const layout = &p->layer[l].layout;
    const size_t cols = p->runs * layout->block, table = p->runs * sizeof(struct il_fill);
    const size_t moments = cols * sizeof(struct il_moments), scales = cols * sizeof(float);
    size_t most = table;

    for (size_t m = 0; m < given; m++) {
        const struct il_draw *const w = &p->run[m].draw[l].weight;

        if (w->fill.after == IL_AFTER_ORTHOGONAL)
            most = il_larger(most, table + il_draw_work(layout, (unsigned)p->runs));
        if (w->fill.after == IL_AFTER_COLUMN_NORM)
            most = il_larger(most, table + il_larger(moments, scales));
        if (w->data.rule != IL_DATA_NONE)
            most = il_larger(most, il_larger(moments, 2 * scales));
    }
    return most;
}

int il_dense_draw(const struct il_pack *p, unsigned l, struct il_fill *fill, float *multiplier)
{
    const struct il_dense *const y = &p->layer[l];
    int e;

    for (size_t m = 0; m < p->runs; m++) {
        fill[m] = p->run[m].draw[l].weight.fill;
        fill[p->runs + m] = p->run[m].draw[l].bias.fill;
        multiplier[2 * m] = (float)p->run[m].draw[l].weight.rate;
        multiplier[2 * m + 1] = (float)p->run[m].draw[l].bias.rate;
    }
    e = il_draw_layer(p->device, &y->layout, (unsigned)p->runs, y->w, fill, fill + p->runs);
    if (!e && y->multiplier)
        e = p->device->seam->put(p->device, y->multiplier, multiplier,
                                 2 * p->runs * sizeof *multiplier);
    return e;
}

/* ---- forward --------------------------------------------------------------------------------- */

/* the first layer for all runs at once, deeper ones run by run in column blocks */
int il_dense_forward(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                     unsigned l)
{
    const struct il_seam *s = d->seam;
    const unsigned runs = (unsigned)p->runs;
    const struct il_dense *const in = &p->layer[l ? l - 1 : 0], *const out = &p->layer[l];
    int e;

    if (l == 0) {
        e = s->input_gather(d, b);
        return e ? e
                 : s->input_forward(d, b, runs * out->layout.block, out->w, out->layout.ld, out->z,
                                    out->layout.ld);
    }
    return s->gemm_batched(d, 0, 0, b->rows, out->layout.units, out->layout.rows, 1.0f, in->a,
                           in->layout.ld, in->layout.block, out->w, out->layout.ld,
                           out->layout.block, 0.0f, out->z, out->layout.ld, out->layout.block,
                           runs);
}

int il_dense_activate(struct il_device *d, const struct il_pack *p, unsigned rows, unsigned l)
{
    const struct il_dense *const y = &p->layer[l];

    return d->seam->activate(d, y->a, y->z, p->act, (unsigned)p->runs, rows, y->layout.fan_out,
                             y->layout.block, y->layout.ld);
}

/* ---- backward -------------------------------------------------------------------------------- */

int il_dense_backward(struct il_device *d, const struct il_pack *p, unsigned rows, unsigned l)
{
    const struct il_dense *const y = &p->layer[l], *const in = &p->layer[l - 1];

    return d->seam->gemm_batched(d, 0, 1, rows, in->layout.units, y->layout.units, 1.0f,
                                 p->d[l % 2], y->layout.ld, y->layout.block, y->w, y->layout.ld,
                                 y->layout.block, 0.0f, p->d[(l - 1) % 2], in->layout.ld,
                                 in->layout.block, (unsigned)p->runs);
}

int il_dense_activate_backward(struct il_device *d, const struct il_pack *p, unsigned rows,
                               unsigned l)
{
    const struct il_dense *const y = &p->layer[l];

    return d->seam->activate_backward(d, p->d[l % 2], y->z, y->a, p->act, NULL, (unsigned)p->runs,
                                      rows, y->layout.fan_out, y->layout.block, y->layout.ld);
}

/* ---- update ---------------------------------------------------------------------------------- */

int il_dense_gradient(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                      unsigned l, float alpha, float beta, float *to)
{
    const struct il_dense *const y = &p->layer[l], *const in = &p->layer[l ? l - 1 : 0];
    const float *const dz = p->d[l % 2];

    if (l == 0)
        return d->seam->input_update(d, b, (unsigned)p->runs * y->layout.block, alpha, dz,
                                     y->layout.ld, beta, to, y->layout.ld);
    return d->seam->gemm_batched(d, 1, 0, y->layout.rows, y->layout.units, b->rows, alpha, in->a,
                                 in->layout.ld, in->layout.block, dz, y->layout.ld, y->layout.block,
                                 beta, to, y->layout.ld, y->layout.block, (unsigned)p->runs);
}

/* the update rule, from the gradient */
static int rule(struct il_device *d, const struct il_pack *p, const struct il_dense *y)
{
    const struct il_update *u = &p->run[0].update;
    const unsigned runs = (unsigned)p->runs, rows = y->layout.fan_in + 1;
    const unsigned decay_rows = u->decay == 0 ? 0 : u->decay_bias ? rows : rows - 1;

    if (u->adam)
        return d->seam->adam(d, y->w, y->s1, y->s2, y->g, p->rate, y->multiplier, p->adam, p->clock,
                             runs, rows, y->layout.fan_out, y->layout.block, y->layout.ld,
                             (float)u->decay, u->decoupled, decay_rows);
    return d->seam->sgd(d, y->w, y->s1, y->g, p->rate, y->multiplier, p->clock, runs, rows,
                        y->layout.fan_out, y->layout.block, y->layout.ld, u->rule,
                        (float)(1 - u->mu), (float)u->decay, u->decoupled, decay_rows);
}

/*
 * Fused: dZ carries the rate, and W += -input' dZ is the whole update. Else the gradient goes to a
 * buffer of its own and the rule's kernel follows.
 */
int il_dense_update(struct il_device *d, const struct il_pack *p, unsigned l)
{
    const struct il_dense *const y = &p->layer[l];
    int e;

    if (p->fused)
        return il_dense_gradient(d, p, &p->batch, l, -1.0f, 1.0f, y->w);
    e = il_dense_gradient(d, p, &p->batch, l, 1.0f, 0.0f, y->g);
    return e ? e : rule(d, p, y);
}
