/*
 * inspect.c - signal propagation, measured on the device and summed up on the host in double,
 * beside mean-field theory.
 */
#include "initlab/inspect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/ftz.h"
#include "theory/gaussian.h"
#include "theory/meanfield.h"
#include "theory/singular.h"
#include "dense.h"
#include "pack_weights.h"
#include "step.h"

static const double SATURATED = 0.02;

/* ---- what the device computes ---------------------------------------------------------------- */

static il_status no_memory(il_error *err)
{
    return il_fail(err, IL_E_MEMORY, "out of memory to inspect a pack");
}

static il_status check_run(const struct il_pack *p, size_t run, il_error *err)
{
    return run < p->runs ? IL_OK
                         : il_fail(err, IL_E_USAGE, "no run %zu: the pack has %zu", run, p->runs);
}

/* the batch that is looked at: the first samples in file order */
static int first_batch(struct il_pack *p, struct il_batch *batch)
{
    const struct il_clock clock = { .steps = 1, .samples = (uint32_t)p->run[0].samples };

    *batch = p->batch;
    batch->clock = p->eval_clock;
    return p->device->seam->put(p->device, p->eval_clock, &clock, sizeof clock);
}

/* one run's columns of a device matrix [rows, ld]: to [rows, fan_out]; all is scratch, rows * ld */
static int fetch(struct il_pack *p, size_t run, const struct il_layer *layout, const float *from,
                 unsigned rows, float *all, float *to)
{
    const int e =
        p->device->seam->get(p->device, all, from, (size_t)rows * layout->ld * sizeof *all);

    for (size_t i = 0; !e && i < rows; i++)
        memcpy(to + i * layout->fan_out, all + i * layout->ld + run * layout->block,
               layout->fan_out * sizeof *to);
    return e;
}

/* Host copies of one run, [rows, fan_out] a layer: pre-activations and, if wanted, dL/dz. */
struct passes {
    unsigned layers, rows;
    float **z, **dz; /* [layers], one allocation */
};

static void passes_free(struct passes *s)
{
    for (unsigned l = 0; s->z && l < s->layers; l++) {
        free(s->z[l]);
        free(s->dz[l]);
    }
    free(s->z);
}

static int forward_and_back(struct il_pack *p, size_t run, int back, float *all, struct passes *s)
{
    const unsigned last = p->layers - 1;
    struct il_batch batch;
    int e = first_batch(p, &batch);

    for (unsigned l = 0; !e && l <= last; l++) {
        e = il_pack_forward_layer(p->device, p, &batch, l);
        if (!e)
            e = fetch(p, run, &p->layer[l].layout, p->layer[l].z, s->rows, all, s->z[l]);
    }
    if (e || !back)
        return e;
    e = il_pack_loss(p->device, p, &batch, p->d[last % 2], p->eval_sums, NULL);
    for (unsigned l = last;; l--) {
        if (!e)
            e = fetch(p, run, &p->layer[l].layout, p->d[l % 2], s->rows, all, s->dz[l]);
        if (e || l == 0)
            return e;
        e = il_pack_backward_layer(p->device, p, s->rows, l);
    }
}

/* passes_free frees what s holds, also after a failure */
static il_status run_passes(struct il_pack *p, size_t run, int back, struct passes *s,
                            il_error *err)
{
    il_status st = IL_OK;
    float *all = NULL;
    size_t widest = 0;
    int e;

    memset(s, 0, sizeof *s);
    IL_TRY(check_run(p, run, err));
    IL_TRY(il_device_math(p->device, p->run[0].math, err));
    s->rows = p->batch.rows;
    s->layers = p->layers;
    s->z = calloc(p->layers, 2 * sizeof *s->z);
    if (!s->z)
        return no_memory(err);
    s->dz = s->z + p->layers;
    for (unsigned l = 0; l < p->layers; l++) {
        const size_t n = (size_t)s->rows * p->layer[l].layout.fan_out;

        widest = widest > p->layer[l].layout.ld ? widest : p->layer[l].layout.ld;
        s->z[l] = malloc(n * sizeof **s->z);
        s->dz[l] = back ? malloc(n * sizeof **s->dz) : NULL;
        if (!s->z[l] || (back && !s->dz[l]))
            return no_memory(err);
    }
    all = malloc(s->rows * widest * sizeof *all);
    if (!all)
        return no_memory(err);
    e = forward_and_back(p, run, back, all, s);
    if (e)
        st = il_device_fail(err, p->device, e, "inspect the network");
out:
    free(all);
    return st;
}

/* mean of x^2 over the batch's inputs */
static il_status input_square(struct il_pack *p, double *square, il_error *err)
{
    const size_t n = (size_t)p->batch.rows * p->batch.pixels;
    uint8_t *const x = malloc(n);
    double sum = 0;
    int e;

    if (!x)
        return no_memory(err);
    e = p->device->seam->get(p->device, x, p->batch.images, n);
    for (size_t i = 0; !e && i < n; i++)
        sum += (double)x[i] * x[i];
    free(x);
    *square = sum / (255.0 * 255.0) / (double)n;
    return e ? il_device_fail(err, p->device, e, "read the images") : IL_OK;
}

/* ---- statistics ------------------------------------------------------------------------------ */

static void mean_variance(const float *x, size_t n, double *mean, double *variance)
{
    double sum = 0, square = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        square += (x[i] - *mean) * (x[i] - *mean);
    *variance = square / (double)n;
}

/* mean cosine of all pairs of rows: from the length of the sum of the unit vectors; total [n] */
static double mean_cosine(const float *z, size_t rows, size_t n, double *total)
{
    double length = 0;

    memset(total, 0, n * sizeof *total);
    for (size_t i = 0; i < rows; i++) {
        double square = 0;

        for (size_t j = 0; j < n; j++)
            square += (double)z[i * n + j] * z[i * n + j];
        for (size_t j = 0; j < n; j++)
            total[j] += z[i * n + j] / sqrt(square);
    }
    for (size_t j = 0; j < n; j++)
        length += total[j] * total[j];
    return rows < 2 ? NAN : (length - (double)rows) / ((double)rows * ((double)rows - 1));
}

/* what the activation makes of z; returns mean f'(z)^2 */
static double activations(const struct il_act *act, const float *z, size_t rows, size_t units,
                          il_signal *s)
{
    const double n = (double)rows * (double)units;
    double mean = 0, spread = 0, slopes = 0, seen = 0; /* by Welford's recurrence */
    size_t saturated = 0, zero = 0, dead = 0;

    for (size_t j = 0; j < units; j++) {
        int alive = 0;

        for (size_t i = 0; i < rows; i++) {
            const double a = il_activation(act, z[i * units + j]);
            const double slope = il_activation_slope(act, z[i * units + j]), before = mean;

            mean += (a - mean) / ++seen;
            spread += (a - before) * (a - mean);
            slopes += slope * slope;
            saturated += fabs(slope) < SATURATED;
            zero += a == 0;
            alive |= slope != 0;
        }
        dead += !alive;
    }
    s->a_mean = mean;
    s->a_variance = spread / n;
    s->saturated = (double)saturated / n;
    s->zero = (double)zero / n;
    s->dead = (double)dead / (double)units;
    return slopes / n;
}

static int row_wise(const struct il_act *act)
{
    return act->code == IL_ACT_SOFTMAX || act->code == IL_ACT_LOG_SOFTMAX;
}

static int compare_units(const void *a, const void *b, void *bytes)
{
    return memcmp(a, b, *(const size_t *)bytes);
}

/* Units that differ in weights or bias, of w [fan_in, fan_out]; mean of w^2 comes along. */
static il_status distinct_units(struct il_pack *p, size_t run, unsigned l, size_t *distinct,
                                double *square, il_error *err)
{
    const size_t in = p->layer[l].layout.fan_in, out = p->layer[l].layout.fan_out;
    size_t bytes = (in + 1) * sizeof(float);
    float *const w = malloc((in + 1) * out * sizeof *w), *const unit = malloc(out * bytes);
    il_status st = IL_OK;

    if (!w || !unit) {
        st = no_memory(err);
        goto out;
    }
    IL_TRY(il_pack_get(p, run, l, w, w + in * out, err));
    *square = 0;
    for (size_t i = 0; i < in * out; i++)
        *square += (double)w[i] * w[i];
    *square /= (double)in * (double)out;
    for (size_t j = 0; j < out; j++)
        for (size_t i = 0; i <= in; i++)
            unit[j * (in + 1) + i] = w[i * out + j];
    qsort_r(unit, out, bytes, compare_units, &bytes);
    *distinct = 1;
    for (size_t j = 1; j < out; j++)
        *distinct += memcmp(unit + j * (in + 1), unit + (j - 1) * (in + 1), bytes) != 0;
out:
    free(unit);
    free(w);
    return st;
}

/* ---- theory ---------------------------------------------------------------------------------- */

static const struct il_meanfield no_limit = { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };

/* What the theory says of many layers like this: an unstable point counts, too, if it was asked for. */
static void expect_limit(il_signal *s, const struct il_meanfield *m, const struct il_draw *weight)
{
    const int asked = isnan(m->source) && weight->keeps_slope > 1 + IL_MEANFIELD_NOISE;

    s->theory.q_star = m->q;
    s->theory.slope = m->slope;
    s->theory.unstable_q = asked ? weight->keeps : m->source;
    s->theory.unstable_slope = asked ? weight->keeps_slope : m->source_slope;
    s->theory.chi1 = m->chi1;
    s->theory.xi_grad = m->xi_grad;
    s->theory.c_star = m->c_star;
    s->theory.xi_c = m->xi_c;
}

/* Fill the theory of all layers, from the inputs' mean square. */
static void expect(const struct il_pack *p, size_t run, double inputs, il_signal *layer)
{
    const struct il_act *const act = &p->run[run].hidden;
    struct il_meanfield limit = no_limit;
    double before[2] = { NAN, NAN };

    for (unsigned l = 0; l < p->layers; l++) {
        il_signal *const s = &layer[l];
        double sw2, sb2, start;

        il_draw_variances(&p->run[run].draw[l].weight, &p->run[run].draw[l].bias,
                          p->layer[l].layout.fan_in, p->layer[l].layout.fan_out, &sw2, &sb2);
        s->theory.q = l == 0          ? sw2 * inputs + sb2
                      : row_wise(act) ? NAN
                                      : il_meanfield_next(act, sw2, sb2, layer[l - 1].theory.q);
        start = isnan(s->theory.q) ? s->q : s->theory.q;
        if (row_wise(act) || isnan(sw2) || isnan(start))
            limit = no_limit;
        else if (sw2 != before[0] || sb2 != before[1]) /* most layers are as the one before */
            limit = il_meanfield_solve(act, sw2, sb2, start);
        before[0] = sw2;
        before[1] = sb2;
        expect_limit(s, &limit, &p->run[run].draw[l].weight);
    }
}

/* ---- the public calls ------------------------------------------------------------------------ */

static il_status measure(struct il_pack *p, size_t run, const struct passes *passes,
                         il_signal *layer, il_error *err)
{
    const struct il_act *const act = &p->run[run].hidden;
    double slopes = NAN; /* mean f'(z)^2 of the layer before */
    il_status st = IL_OK;

    for (unsigned l = 0; l < p->layers; l++) {
        const struct il_layer *const layout = &p->layer[l].layout;
        const size_t n = (size_t)passes->rows * layout->fan_out;
        il_signal *const s = &layer[l];
        double *const total = malloc(layout->fan_out * sizeof *total), square = 0;

        if (!total)
            return no_memory(err);
        *s = (il_signal){ .fan_in = layout->fan_in,
                          .fan_out = layout->fan_out,
                          .a_mean = NAN,
                          .a_variance = NAN,
                          .saturated = NAN,
                          .zero = NAN,
                          .dead = NAN,
                          .chi1 = NAN };
        mean_variance(passes->z[l], n, &s->z_mean, &s->z_variance);
        s->q = s->z_variance + s->z_mean * s->z_mean;
        s->c = mean_cosine(passes->z[l], passes->rows, layout->fan_out, total);
        free(total);
        mean_variance(passes->dz[l], n, &s->gradient_mean, &s->gradient_variance);
        IL_TRY(distinct_units(p, run, l, &s->distinct, &square, err));
        if (l > 0)
            layer[l - 1].chi1 = layout->fan_in * square * slopes;
        if (l + 1 < p->layers && !row_wise(act))
            slopes = activations(act, passes->z[l], passes->rows, layout->fan_out, s);
        /* the loss is a mean over the batch; gradients are told of one sample */
        s->gradient_mean *= passes->rows;
        s->gradient_variance *= (double)passes->rows * passes->rows;
    }
out:
    return st;
}

il_status il_inspect(il_pack *p, size_t run, il_signal *layer, il_error *err)
{
    const uint64_t ftz = il_ftz_on();
    struct passes passes;
    double inputs = 0;
    il_status st;

    IL_TRY(run_passes(p, run, 1, &passes, err));
    IL_TRY(input_square(p, &inputs, err));
    il_ftz_restore(ftz); /* statistics keep what is small */
    IL_TRY(measure(p, run, &passes, layer, err));
    expect(p, run, inputs, layer);
out:
    il_ftz_restore(ftz);
    passes_free(&passes);
    return st;
}

il_status il_inspect_activations(il_pack *p, size_t run, size_t layer, float *values, il_error *err)
{
    const uint64_t ftz = il_ftz_on();
    struct passes passes = { 0 };
    size_t n;
    il_status st;

    IL_TRY(check_run(p, run, err));
    if (layer + 1 >= p->layers || row_wise(&p->run[run].hidden)) {
        st = il_fail(err, IL_E_USAGE, "no activations of layer %zu: %s", layer,
                     layer + 1 < p->layers ? "they are row-wise" : "it is not hidden");
        goto out;
    }
    IL_TRY(run_passes(p, run, 0, &passes, err));
    il_ftz_restore(ftz);
    n = (size_t)passes.rows * p->layer[layer].layout.fan_out;
    for (size_t i = 0; i < n; i++)
        values[i] = (float)il_activation(&p->run[run].hidden, (double)passes.z[layer][i]);
out:
    il_ftz_restore(ftz);
    passes_free(&passes);
    return st;
}

il_status il_inspect_activation_law(const il_pack *p, size_t run, double q, size_t bins, double low,
                                    double high, double *density, il_error *err)
{
    const il_status st = check_run(p, run, err);

    if (st != IL_OK)
        return st;
    if (!(q > 0) || isinf(q) || !(low < high) || row_wise(&p->run[run].hidden))
        for (size_t i = 0; i < bins; i++)
            density[i] = NAN;
    else
        il_gaussian_histogram(&p->run[run].hidden, sqrt(q), bins, low, high, density);
    return IL_OK;
}

/* a layer's weights in double, to be freed by the caller; NULL after an error */
static double *weights(struct il_pack *p, size_t run, size_t layer, il_status *st, il_error *err)
{
    const struct il_layer *layout;
    float *matrix;
    double *w;
    size_t bytes;

    *st = il_pack_fetch(p, run, layer, &matrix, &bytes, err);
    if (*st != IL_OK)
        return NULL;
    layout = &p->layer[layer].layout;
    w = malloc((size_t)layout->fan_in * layout->fan_out * sizeof *w);
    if (!w)
        *st = no_memory(err);
    for (size_t i = 0; w && i < layout->fan_in; i++)
        for (size_t j = 0; j < layout->fan_out; j++)
            w[i * layout->fan_out + j] = (double)matrix[il_layout_at(layout, run, i, j)];
    free(matrix);
    return w;
}

il_status il_inspect_weights(il_pack *p, size_t run, size_t layer, double *values, il_error *err)
{
    il_status st;
    double *const w = weights(p, run, layer, &st, err);

    if (w) {
        const struct il_layer *const layout = &p->layer[layer].layout;

        st = il_singular(w, layout->fan_in, layout->fan_out, values) == 0 ? IL_OK : no_memory(err);
    }
    free(w);
    return st;
}

/* the draw of a layer's weights, and where they are */
static il_status draw_of(const struct il_pack *p, size_t run, size_t layer,
                         const struct il_draw **draw, struct il_tensor_place *at, il_error *err)
{
    const il_status st = check_run(p, run, err);

    if (st != IL_OK)
        return st;
    if (layer >= p->layers)
        return il_fail(err, IL_E_USAGE, "no layer %zu: the network has %u", layer, p->layers);
    *draw = &p->run[run].draw[layer].weight;
    *at = (struct il_tensor_place){ .fan_in = p->layer[layer].layout.fan_in,
                                    .fan_out = p->layer[layer].layout.fan_out };
    return IL_OK;
}

il_status il_inspect_spectrum(const il_pack *p, size_t run, size_t layer, size_t points,
                              double *share, double *value, il_error *err)
{
    const struct il_draw *draw = NULL;
    struct il_tensor_place at;
    const il_status st = draw_of(p, run, layer, &draw, &at, err);

    if (st == IL_OK && points < 2)
        return il_fail(err, IL_E_USAGE, "points must be at least 2, not %zu", points);
    if (st == IL_OK)
        il_draw_spectrum(draw, &at, points, share, value);
    return st;
}

il_status il_inspect_density(const il_pack *p, size_t run, size_t layer, size_t points,
                             const double *weight, double *density, il_error *err)
{
    const struct il_draw *draw = NULL;
    struct il_tensor_place at;
    const il_status st = draw_of(p, run, layer, &draw, &at, err);

    for (size_t k = 0; k < points && st == IL_OK; k++)
        density[k] = il_draw_density(draw, &at, weight[k]);
    return st;
}

/*
 * One sample's Jacobian, [classes, pixels]: from the output's weights down, j = (j diag f'(z_l))
 * W_l'. j and next hold classes times the widest layer.
 */
static void jacobian(const struct il_pack *p, const struct il_act *act, double *const *w,
                     const struct passes *passes, size_t sample, double *j, double *next)
{
    const size_t classes = p->layer[p->layers - 1].layout.fan_out;

    for (unsigned l = p->layers; l-- > 0;) {
        const size_t in = p->layer[l].layout.fan_in, out = p->layer[l].layout.fan_out;
        const float *const z = passes->z[l] + sample * out;
        const int top = l + 1 == p->layers;

        for (size_t k = 0; k < classes; k++) {
            for (size_t u = 0; u < out; u++)
                j[k * out + u] = top ? k == u : j[k * out + u] * il_activation_slope(act, z[u]);
            for (size_t i = 0; i < in; i++) {
                double sum = 0;

                for (size_t u = 0; u < out; u++)
                    sum += j[k * out + u] * w[l][i * out + u];
                next[k * in + i] = sum;
            }
        }
        memcpy(j, next, classes * in * sizeof *j);
    }
}

il_status il_inspect_jacobian(il_pack *p, size_t run, size_t samples, double *values, il_error *err)
{
    const size_t pixels = p->layer[0].layout.fan_in,
                 classes = p->layer[p->layers - 1].layout.fan_out;
    const size_t n = pixels < classes ? pixels : classes;
    double **const w = calloc(p->layers, sizeof *w), *scratch = NULL, *one;
    size_t widest = pixels;
    struct passes passes = { 0 };
    il_status st;

    if (!w)
        return no_memory(err);

    IL_TRY(run_passes(p, run, 0, &passes, err));
    if (samples == 0 || samples > passes.rows) {
        st = il_fail(err, IL_E_USAGE, "samples must be 1 to the batch's %u, not %zu", passes.rows,
                     samples);
        goto out;
    }
    for (unsigned l = 0; l < p->layers; l++) {
        widest = widest > p->layer[l].layout.fan_out ? widest : p->layer[l].layout.fan_out;
        w[l] = weights(p, run, l, &st, err);
        if (!w[l])
            goto out;
    }
    scratch = malloc((2 * classes * widest + n) * sizeof *scratch);
    if (!scratch) {
        st = no_memory(err);
        goto out;
    }
    one = scratch + 2 * classes * widest;
    memset(values, 0, n * sizeof *values);
    for (size_t i = 0; i < samples; i++) {
        jacobian(p, &p->run[run].hidden, w, &passes, i, scratch, scratch + classes * widest);
        if (il_singular(scratch, classes, pixels, one) != 0) {
            st = no_memory(err);
            goto out;
        }
        for (size_t k = 0; k < n; k++)
            values[k] += one[k] / (double)samples;
    }
    if (p->layers > 1 && row_wise(&p->run[run].hidden))
        for (size_t k = 0; k < n; k++)
            values[k] = NAN;
out:
    free(scratch);
    for (unsigned l = 0; l < p->layers; l++)
        free(w[l]);
    free(w);
    passes_free(&passes);
    return st;
}
