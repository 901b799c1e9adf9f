/*
 * watch.c - looks at a pack in training. A look runs the network forward and back once more on a few samples, between two
 * steps: all that a step reads, but weights, state and clock, it makes anew, so training has the same bits.
 */
#include "watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/ftz.h"
#include "dense.h"
#include "pack_weights.h"
#include "step.h"
#include "theory/gaussian.h"
#include "theory/singular.h"
#include "watch_when.h"

static const double SATURATED = 0.01; /* of the largest slope */

/* what all samples so far made of one unit */
struct unit {
    double n, sum, spread;
    float least, most;
    double steep; /* samples for which it is not saturated */
};

struct il_watching {
    il_watch when;
    size_t look, looks; /* done; in all */
    size_t chunks;      /* batches of a look */
    size_t widest;      /* units of all runs, of the widest layer */

    struct il_moments *host_moments; /* [widest] */
    struct il_change *host_change;
    struct unit *unit;   /* [layers, widest] */
    uint64_t *digest;    /* [widest] */
    il_layer_state *row; /* [looks, layers, runs] */
};

static il_status no_memory(il_error *err)
{
    return il_fail(err, IL_E_MEMORY, "out of memory to watch a pack");
}

static size_t steps_done(const struct il_pack *p) { return p->epoch * p->run[0].steps + p->step; }

static size_t next_look(const struct il_pack *p)
{
    const struct il_watching *const w = p->watching;

    return w->look == w->looks
               ? SIZE_MAX
               : il_watch_look(&w->when, p->run[0].epochs, p->run[0].steps, w->look);
}

/* the row of this look */
static il_layer_state *row_of(const struct il_pack *p, unsigned l, size_t run)
{
    return &p->watching->row[(p->watching->look * p->layers + l) * p->runs + run];
}

/* ---- activations ----------------------------------------------------------------------------- */

static void begin_units(const struct il_pack *p)
{
    struct il_watching *const w = p->watching;

    for (size_t i = 0; i < p->layers * w->widest; i++)
        w->unit[i] = (struct unit){ .least = INFINITY, .most = -INFINITY };
}

/* n more samples, by Chan's formula; NaN stays */
static void add_samples(struct unit *u, const struct il_moments *m, double n)
{
    const double apart = u->n > 0 ? m->sum / n - u->sum / u->n : 0;

    u->spread += m->spread + apart * apart * u->n * n / (u->n + n);
    u->sum += m->sum;
    u->n += n;
    u->least = m->least < u->least || isnan(m->least) ? m->least : u->least;
    u->most = m->most > u->most || isnan(m->most) ? m->most : u->most;
}

/* a of hidden layer l is there: its columns, then those of its slopes */
static int see_activations(struct il_pack *p, unsigned l)
{
    struct il_watching *const w = p->watching;
    const struct il_seam *const s = p->device->seam;
    const struct il_dense *const y = &p->layer[l];
    const unsigned rows = p->batch.rows, ld = y->layout.ld,
                   columns = (unsigned)p->runs * y->layout.block;
    struct unit *const unit = &w->unit[l * w->widest];
    const size_t bytes = columns * sizeof *p->moments;
    float *const slopes = p->d[0]; /* free until the pass back */
    int e = s->moments(p->device, p->moments, y->a, rows, columns, ld, 0);

    if (!e)
        e = s->get(p->device, w->host_moments, p->moments, bytes);
    for (size_t j = 0; !e && j < columns; j++)
        add_samples(&unit[j], &w->host_moments[j], rows);
    if (!e)
        e = s->copy(p->device, slopes, p->ones, (size_t)rows * ld * sizeof *slopes);
    if (!e)
        e = s->activate_backward(p->device, slopes, y->z, y->a, p->act, p->ratio, (unsigned)p->runs,
                                 rows, y->layout.fan_out, y->layout.block, ld);
    if (!e)
        e = s->moments(p->device, p->moments, slopes, rows, columns, ld, 1.0f);
    if (!e)
        e = s->get(p->device, w->host_moments, p->moments, bytes);
    for (size_t j = 0; !e && j < columns; j++)
        unit[j].steep += w->host_moments[j].large;
    return e;
}

static int row_wise(const struct il_act *act)
{
    return act->code == IL_ACT_SOFTMAX || act->code == IL_ACT_LOG_SOFTMAX;
}

/* of one run's units of a hidden layer */
static void sum_up_units(const struct il_pack *p, unsigned l, size_t run)
{
    const struct il_layer *const layout = &p->layer[l].layout;
    const struct unit *const unit =
        &p->watching->unit[l * p->watching->widest + run * layout->block];
    double *const to = row_of(p, l, run)->value;
    double n = 0, sum = 0, spread = 0, steep = 0, dead = 0;
    int finite = 1;

    for (size_t j = 0; j < layout->fan_out; j++) {
        n += unit[j].n;
        sum += unit[j].sum;
        steep += unit[j].steep;
        dead += unit[j].least == unit[j].most;
        finite &= isfinite(unit[j].sum);
    }
    for (size_t j = 0; j < layout->fan_out; j++) {
        const double apart = unit[j].sum / unit[j].n - sum / n;

        spread += unit[j].spread + unit[j].n * apart * apart;
    }
    to[IL_DIAGNOSTIC_ACTIVATION_MEAN] = sum / n;
    to[IL_DIAGNOSTIC_ACTIVATION_VARIANCE] = spread / n;
    to[IL_DIAGNOSTIC_SATURATED] = finite && !row_wise(&p->run[run].hidden) ? 1 - steep / n : NAN;
    to[IL_DIAGNOSTIC_DEAD] = finite ? dead / layout->fan_out : NAN;
}

/* ---- weights --------------------------------------------------------------------------------- */

/* norms of one run's columns of x and of x - before, as they are in host_change */
static void norms(const struct il_pack *p, unsigned l, size_t run, double *norm, double *moved)
{
    const struct il_layer *const layout = &p->layer[l].layout;
    double squares[2] = { 0, 0 };

    for (size_t j = 0; j < layout->fan_out; j++) {
        const struct il_change *const c = &p->watching->host_change[run * layout->block + j];

        squares[0] += c->square;
        squares[1] += c->moved;
    }
    *norm = sqrt(squares[0]);
    *moved = sqrt(squares[1]);
}

static int see_change(struct il_pack *p, unsigned l, const float *x, const float *before)
{
    struct il_watching *const w = p->watching;
    const struct il_layer *const layout = &p->layer[l].layout;
    const unsigned columns = (unsigned)p->runs * layout->block;
    const int e = p->device->seam->change(p->device, p->change, x, before, layout->fan_in + 1,
                                          columns, layout->ld);

    return e ? e
             : p->device->seam->get(p->device, w->host_change, p->change,
                                    columns * sizeof *p->change);
}

static int by_digest(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static double distinct(const struct il_pack *p, unsigned l, size_t run)
{
    const struct il_watching *const w = p->watching;
    const struct il_layer *const layout = &p->layer[l].layout;
    size_t n = 1;

    for (size_t j = 0; j < layout->fan_out; j++)
        memcpy(&w->digest[j], w->host_change[run * layout->block + j].digest, sizeof *w->digest);
    qsort(w->digest, layout->fan_out, sizeof *w->digest, by_digest);
    for (size_t j = 1; j < layout->fan_out; j++)
        n += w->digest[j] != w->digest[j - 1];
    return (double)n;
}

static int see_weights(struct il_pack *p, unsigned l)
{
    const struct il_watching *const w = p->watching;
    double norm, moved;
    int e;

    if (w->look > 0) {
        e = see_change(p, l, p->layer[l].w, p->layer[l].before);
        for (size_t m = 0; !e && m < p->runs; m++) {
            norms(p, l, m, &norm, &moved);
            row_of(p, l, m)->value[IL_DIAGNOSTIC_UPDATE_RATIO] = moved / norm;
        }
        if (e)
            return e;
    }
    e = see_change(p, l, p->layer[l].w, p->layer[l].start);
    for (size_t m = 0; !e && m < p->runs; m++) {
        norms(p, l, m, &norm, &moved);
        row_of(p, l, m)->value[IL_DIAGNOSTIC_DISTANCE] = moved;
        row_of(p, l, m)->value[IL_DIAGNOSTIC_DISTINCT_UNITS] =
            isfinite(norm) ? distinct(p, l, m) : (double)NAN; /* NaN is equal to nothing */
    }
    return e;
}

/* the gradient of the look's samples lies in `before` */
static int see_gradient(struct il_pack *p, unsigned l)
{
    const int e = see_change(p, l, p->layer[l].before, NULL);
    double norm, moved;

    for (size_t m = 0; !e && m < p->runs; m++) {
        norms(p, l, m, &norm, &moved);
        row_of(p, l, m)->value[IL_DIAGNOSTIC_GRADIENT_NORM] = norm;
    }
    return e;
}

/* exp of the entropy of shares; NaN where there are none */
static double rank_of(const double *values, size_t n)
{
    double sum = 0, entropy = 0;

    for (size_t i = 0; i < n; i++)
        sum += values[i];
    for (size_t i = 0; i < n; i++)
        if (values[i] > 0)
            entropy -= values[i] / sum * log(values[i] / sum);
    return sum > 0 ? exp(entropy) : NAN;
}

static il_status see_ranks(struct il_pack *p, unsigned l, il_error *err)
{
    const struct il_layer *const layout = &p->layer[l].layout;
    const size_t in = layout->fan_in, out = layout->fan_out, least = in < out ? in : out;
    double *const w = malloc(in * out * sizeof *w), *const values = malloc(least * sizeof *values);
    float *matrix = NULL;
    size_t bytes;
    il_status st = IL_OK;

    if (!w || !values) {
        st = no_memory(err);
        goto out;
    }
    IL_TRY(il_pack_fetch(p, 0, l, &matrix, &bytes, err));
    for (size_t m = 0; m < p->runs; m++) {
        for (size_t i = 0; i < in; i++)
            for (size_t j = 0; j < out; j++)
                w[i * out + j] = (double)matrix[il_layout_at(layout, m, i, j)];
        if (il_singular(w, in, out, values) != 0) {
            st = no_memory(err);
            goto out;
        }
        row_of(p, l, m)->value[IL_DIAGNOSTIC_EFFECTIVE_RANK] = rank_of(values, least);
    }
out:
    free(matrix);
    free(values);
    free(w);
    return st;
}

/* ---- a look ---------------------------------------------------------------------------------- */

/* one batch of it, forward and back; gradients are means over all */
static int see_batch(struct il_pack *p, const struct il_batch *b, size_t chunk)
{
    const unsigned last = p->layers - 1;
    const float share = (float)(1 / (double)p->watching->chunks);
    int e = 0;

    for (unsigned l = 0; !e && l <= last; l++) {
        e = il_pack_forward_layer(p->device, p, b, l);
        if (!e && l > 0)
            e = see_activations(p, l - 1);
    }
    if (!e)
        e = il_pack_loss(p->device, p, b, p->d[last % 2], p->eval_sums, NULL);
    for (unsigned l = last; !e; l--) {
        e = il_dense_gradient(p->device, p, b, l, share, chunk ? 1.0f : 0.0f, p->layer[l].before);
        if (e || l == 0)
            break;
        e = il_pack_backward_layer(p->device, p, b->rows, l);
    }
    return e;
}

static int see(struct il_pack *p)
{
    const struct il_clock clock = { .steps = (uint32_t)p->watching->chunks,
                                    .samples = (uint32_t)p->run[0].samples };
    struct il_batch batch = p->batch;
    int e = 0;

    batch.clock = p->eval_clock;
    for (unsigned l = 0; !e && l < p->layers; l++)
        e = see_weights(p, l); /* before gradients take the place of what the weights were */
    if (!e)
        e = p->device->seam->put(p->device, p->eval_clock, &clock, sizeof clock);
    begin_units(p);
    for (size_t c = 0; !e && c < p->watching->chunks; c++)
        e = see_batch(p, &batch, c);
    for (unsigned l = 0; !e && l < p->layers; l++)
        e = see_gradient(p, l);
    return e;
}

static il_status look(struct il_pack *p, il_error *err)
{
    struct il_watching *const w = p->watching;
    int e;

    for (unsigned l = 0; l < p->layers; l++)
        for (size_t m = 0; m < p->runs; m++) {
            il_layer_state *const row = row_of(p, l, m);

            row->step = steps_done(p);
            row->layer = l + 1;
            for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++)
                row->value[i] = NAN;
        }
    e = see(p);
    if (e)
        return il_device_fail(err, p->device, e, "watch the network");
    for (unsigned l = 0; l + 1 < p->layers; l++)
        for (size_t m = 0; m < p->runs; m++)
            sum_up_units(p, l, m);
    for (unsigned l = 0; (w->look == 0 || w->look + 1 == w->looks) && l < p->layers; l++) {
        const il_status st = see_ranks(p, l, err);

        if (st != IL_OK)
            return st;
    }
    w->look++;
    return IL_OK;
}

size_t il_watch_before(struct il_pack *p, size_t n, int *e)
{
    const size_t left = next_look(p) - steps_done(p);

    *e = 0;
    for (unsigned l = 0; left == 1 && !*e && l < p->layers; l++)
        *e = p->device->seam->copy(p->device, p->layer[l].before, p->layer[l].w,
                                   il_dense_bytes(&p->layer[l]));
    return left == 1 ? 1 : n < left ? n : left - 1;
}

il_status il_watch_after(struct il_pack *p, il_error *err)
{
    return next_look(p) == steps_done(p) ? look(p, err) : IL_OK;
}

il_status il_watch_restore(struct il_pack *p, const il_layer_state *rows, size_t looks,
                           il_error *err)
{
    struct il_watching *const w = p->watching;

    w->look = 0;
    while (w->look < w->looks && next_look(p) <= steps_done(p))
        w->look++;
    if (w->look != looks)
        return il_fail(err, IL_E_DATA, "%zu looks, not %zu", looks, w->look);
    memcpy(w->row, rows, looks * p->layers * p->runs * sizeof *rows);
    return IL_OK;
}

size_t il_pack_seen(const il_pack *p, const il_layer_state **out)
{
    *out = p->watching ? p->watching->row : NULL;
    return p->watching ? p->watching->look : 0;
}

/* ---- open and close -------------------------------------------------------------------------- */

/* the steepest that it gets, kinks aside: between -12 and 12, where all of them have bent */
static double steepest(const struct il_act *act)
{
    double most = 0;

    for (double z = -12; z <= 12; z += 1. / 128)
        most = fmax(most, fabs(il_activation_slope(act, z)));
    return most;
}

il_status il_watch_open(struct il_pack *p, const il_watch *when, il_error *err)
{
    const struct il_run *const run = &p->run[0];
    const size_t looks = when ? il_watch_looks(when, run->epochs, run->steps) : 0;
    struct il_watching *w;

    p->watched = !when || looks > 0;
    if (looks == 0)
        return IL_OK;
    if (looks > IL_WATCH_ROWS_MOST / p->layers)
        return il_watch_too_often(looks, p->layers, err);
    w = p->watching = calloc(1, sizeof *p->watching);
    if (!w)
        return no_memory(err);
    w->when = *when;
    w->looks = looks;
    w->chunks = il_run_looked_at(run) / run->batch;
    return IL_OK;
}

/* host memory, for layers that are laid out */
static il_status prepare(struct il_pack *p, il_error *err)
{
    struct il_watching *const w = p->watching;

    for (unsigned l = 0; l < p->layers; l++)
        w->widest = il_larger(w->widest, p->layer[l].layout.ld);
    w->host_moments = calloc(w->widest, sizeof *w->host_moments);
    w->host_change = calloc(w->widest, sizeof *w->host_change);
    w->unit = calloc(w->widest, p->layers * sizeof *w->unit);
    w->digest = calloc(w->widest, sizeof *w->digest);
    w->row = calloc(w->looks, p->layers * p->runs * sizeof *w->row);
    return w->host_moments && w->host_change && w->unit && w->digest && w->row ? IL_OK
                                                                               : no_memory(err);
}

/* what does not change from look to look, and the weights as they are now */
static il_status fill(struct il_pack *p, il_error *err)
{
    const struct il_seam *const s = p->device->seam;
    const size_t ones = p->batch.rows * p->watching->widest;
    float *const host = malloc(il_larger(ones, p->runs) * sizeof *host);
    int e;

    if (!host)
        return no_memory(err);
    for (size_t i = 0; i < ones; i++)
        host[i] = 1;
    e = s->put(p->device, p->ones, host, ones * sizeof *host);
    for (size_t m = 0; m < p->runs; m++)
        host[m] = (float)(1 / (SATURATED * steepest(&p->run[m].hidden)));
    if (!e)
        e = s->put(p->device, p->ratio, host, p->runs * sizeof *host);
    for (unsigned l = 0; !e && l < p->layers; l++)
        e = s->copy(p->device, p->layer[l].start, p->layer[l].w, il_dense_bytes(&p->layer[l]));
    free(host);
    return e ? il_device_fail(err, p->device, e, "watch the network") : IL_OK;
}

il_status il_watch_start(struct il_pack *p, il_error *err)
{
    il_status st = IL_OK;

    if (!p->watching)
        return IL_OK;
    IL_TRY(prepare(p, err));
    IL_TRY(fill(p, err));
    IL_TRY(look(p, err));
out:
    return st;
}

void il_watch_close(struct il_pack *p)
{
    struct il_watching *const w = p->watching;

    if (!w)
        return;
    free(w->row);
    free(w->digest);
    free(w->unit);
    free(w->host_change);
    free(w->host_moments);
    free(w);
    p->watching = NULL;
}
