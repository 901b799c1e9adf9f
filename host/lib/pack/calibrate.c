/*
 * calibrate.c - the data-dependent schemes: after the draw, each layer's weights are rescaled by
 * what its pre-activations are on one batch, the first `batch` samples of the training set in file
 * order, before the next layer is looked at. All runs of a pack go together.
 *
 *   lsuv          W *= std / (sd + 1e-8) until |sd - std| <= tol or `tries` are done; sd is over
 *                 all units and samples (Mishkin & Matas 2016)
 *   kraehenbuehl  unit by unit W_k /= sd_k, b_k so that its mean is `mean` (Kraehenbuehl et al. 2016,
 *                 within layers)
 *
 * Where what comes in is the same for every sample, or 0, there is no spread to fit, and of one that is
 * too small no float leads to the wanted: the layer, or the unit, is left as drawn, and counted in
 * p->unfitted.
 */
#include "calibrate.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include "dense.h"
#include "draw.h"
#include "step.h"

/* a spread below this share of the numbers is rounding of equal ones; below NOTHING it is none */
static const double ROUNDING = 1e-6, NOTHING = 1e-20;

/* what the columns of one layer are scaled and moved by */
struct change {
    float *scale, *shift, *bias; /* bias: as it is */
    struct il_moments *z;        /* moments of the pre-activations */
    unsigned rows;               /* samples they are over */
    int shifts, again;           /* some bias moves; another round is wanted */
};

/* Can a spread be fitted, of numbers of this root mean square? Not if either is no number. */
static int is_spread(double sd, double size) { return sd > ROUNDING * size && sd > NOTHING; }

/* Over all units and samples: sd of z, its size, and that of z less the bias: what the weights make. */
struct pooled {
    double sd, size, made;
};

static struct pooled pool(const struct change *c, size_t at, unsigned units)
{
    const double rows = c->rows, n = rows * units;
    double sum = 0, spread = 0, square = 0, made = 0, mean;

    for (unsigned j = 0; j < units; j++) {
        sum += c->z[at + j].sum;
        square += c->z[at + j].square;
    }
    mean = sum / n;
    for (unsigned j = 0; j < units; j++) {
        const double own = c->z[at + j].sum / rows, less = own - (double)c->bias[at + j];

        spread += c->z[at + j].spread + rows * (own - mean) * (own - mean);
        made += c->z[at + j].spread + rows * less * less;
    }
    return (struct pooled){ sqrt(spread / n), sqrt(square / n), sqrt(made / n) };
}

/* returns the units that are left as drawn */
static unsigned lsuv(struct change *c, const struct il_data_init *rule, size_t at, unsigned units,
                     unsigned round)
{
    const struct pooled z = pool(c, at, units);

    if (!isfinite(z.sd) || !is_spread(z.sd, z.size) || !is_spread(z.made, z.size) ||
        rule->std / z.sd > FLT_MAX) /* of weights of at most 1, as orthogonal ones are */
        return units;
    if (round >= rule->tries || fabs(z.sd - rule->std) <= rule->tolerance)
        return 0;
    for (unsigned j = 0; j < units; j++)
        c->scale[at + j] = (float)(rule->std / (z.sd + 1e-8));
    c->again = 1;
    return 0;
}

static unsigned per_unit(struct change *c, const struct il_data_init *rule, size_t at,
                         unsigned units, unsigned round)
{
    unsigned left = 0;

    if (round > 0)
        return 0;
    for (unsigned j = 0; j < units; j++) {
        const double rows = c->rows, mean = c->z[at + j].sum / rows;
        const double sd = sqrt(c->z[at + j].spread / rows);

        if (!isfinite(sd) || !is_spread(sd, sqrt(c->z[at + j].square / rows))) {
            left++;
            continue;
        }
        c->scale[at + j] = (float)(1 / sd);
        c->shift[at + j] = (float)(rule->mean - mean / sd);
        c->shifts = 1;
    }
    return left;
}

/* pre-activations of layer l of all runs, as moments, and its biases; returns the device's code */
static int look(struct il_pack *p, unsigned l, const struct il_batch *batch, struct change *c)
{
    const struct il_layer *const layout = &p->layer[l].layout;
    const unsigned cols = (unsigned)p->runs * layout->block;
    int e = il_pack_forward(p->device, p, batch, l + 1);

    if (!e)
        e = il_draw_moments(p->device, c->z, p->layer[l].z, batch->rows, cols, layout->ld, 0);
    if (!e)
        e = p->device->seam->get(p->device, c->bias,
                                 p->layer[l].w + (size_t)layout->fan_in * layout->ld,
                                 cols * sizeof *c->bias);
    return e;
}

/* one round on layer l of all runs; returns the device's code */
static int round_of(struct il_pack *p, unsigned l, unsigned round, const struct il_batch *batch,
                    struct change *c)
{
    const struct il_layer *const layout = &p->layer[l].layout;
    const unsigned cols = (unsigned)p->runs * layout->block;
    const int e = look(p, l, batch, c);

    if (e)
        return e;
    c->again = c->shifts = 0;
    for (unsigned j = 0; j < cols; j++) {
        c->scale[j] = 1;
        c->shift[j] = 0;
    }
    for (size_t m = 0; m < p->runs; m++) {
        const struct il_data_init *const rule = &p->run[m].draw[l].weight.data;
        unsigned left = 0;

        if (rule->rule == IL_DATA_LSUV)
            left = lsuv(c, rule, m * layout->block, layout->fan_out, round);
        else if (rule->rule == IL_DATA_UNITS)
            left = per_unit(c, rule, m * layout->block, layout->fan_out, round);
        if (round == 0)
            p->unfitted[l * p->runs + m] = left;
    }
    if (!c->again && !c->shifts)
        return 0;
    return il_draw_rescale(p->device, layout, p->layer[l].w, c->scale, c->shifts ? c->shift : NULL,
                           cols);
}

static int wanted(const struct il_pack *p, unsigned l)
{
    for (size_t m = 0; m < p->runs; m++)
        if (p->run[m].draw[l].weight.data.rule != IL_DATA_NONE)
            return 1;
    return 0;
}

static int layer(struct il_pack *p, unsigned l, const struct il_batch *batch)
{
    const size_t cols = p->runs * p->layer[l].layout.block;
    struct change c = { .scale = malloc(cols * sizeof *c.scale),
                        .shift = malloc(cols * sizeof *c.shift),
                        .bias = malloc(cols * sizeof *c.bias),
                        .z = malloc(cols * sizeof *c.z),
                        .rows = batch->rows };
    int e = c.scale && c.shift && c.bias && c.z ? 0 : IL_DRAW_MEMORY;

    for (unsigned round = 0; !e && (round == 0 || c.again); round++)
        e = round_of(p, l, round, batch, &c);
    free(c.z);
    free(c.bias);
    free(c.shift);
    free(c.scale);
    return e;
}

il_status il_pack_calibrate(struct il_pack *p, il_error *err)
{
    const struct il_clock clock = { .steps = 1, .samples = (uint32_t)p->run[0].samples };
    struct il_batch batch = p->batch;
    unsigned any = 0;
    int e;

    for (unsigned l = 0; l < p->layers; l++)
        any |= (unsigned)wanted(p, l);
    if (!any)
        return IL_OK;
    batch.clock = p->eval_clock;
    e = p->device->seam->put(p->device, p->eval_clock, &clock, sizeof clock);
    for (unsigned l = 0; !e && l < p->layers; l++)
        if (wanted(p, l))
            e = layer(p, l, &batch);
    if (e == IL_DRAW_MEMORY)
        return il_fail(err, IL_E_MEMORY, "out of memory for a pack of %zu runs", p->runs);
    return e ? il_device_fail(err, p->device, e, "fit the initial weights to the data") : IL_OK;
}
