/*
 * reference.h - what the kernels should compute, in double, and networks of it, written from the
 * formulas alone: no kernel, no layout, no BLAS. Tests compare the library with it. One sample at a
 * time; slow and plain on purpose.
 *
 * Activations and update rules have their references here, losses in reference_loss.h, laws and ops in
 * ops_reference.h; a row without one does not compile. What the rows of the library's own lists mean is in
 * reference_catalog.h.
 */
#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#include "reference_loss.h"
#include "shared.h"

/* a switch over a list that leaves out a row is an error, whatever the options of the build */
#pragma GCC diagnostic error "-Wswitch"

enum { REF_LAYERS = 8, REF_WIDTH = 64, REF_INPUT = 800 };

/* ---- activations ----------------------------------------------------------------------------- */

static inline double ref_sigmoid(double z)
{
    return z > 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));
}
static inline double ref_softplus(double z) { return fmax(z, 0) + log1p(exp(-fabs(z))); }

#define REF_ACTIVATION(ID, value)                                                                  \
    static inline double ref_f_##ID(double z, double alpha)                                        \
    {                                                                                              \
        (void)alpha;                                                                               \
        return value;                                                                              \
    }
REF_ACTIVATION(LINEAR, z)
REF_ACTIVATION(TANH, tanh(z))
REF_ACTIVATION(RELU, fmax(z, 0))
REF_ACTIVATION(SIGMOID, ref_sigmoid(z))
REF_ACTIVATION(SOFTMAX, z) /* of whole rows: see ref_activate */
REF_ACTIVATION(LOG_SOFTMAX, z)
REF_ACTIVATION(SCALED_TANH, 1.7159 * tanh(2 * z / 3))
REF_ACTIVATION(RELU6, fmin(fmax(z, 0), 6))
REF_ACTIVATION(LEAKY_RELU, z > 0 ? z : alpha * z)
REF_ACTIVATION(ELU, z > 0 ? z : alpha * expm1(z))
REF_ACTIVATION(SELU, 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * expm1(z)))
REF_ACTIVATION(CELU, z > 0 ? z : alpha * expm1(z / alpha))
REF_ACTIVATION(SOFTPLUS, ref_softplus(z))
REF_ACTIVATION(SOFTSIGN, z / (1 + fabs(z)))
REF_ACTIVATION(GELU, 0.5 * z * erfc(-z / sqrt(2)))
REF_ACTIVATION(GELU_TANH, 0.5 * z * (1 + tanh(sqrt(2 / M_PI) * (z + 0.044715 * z * z * z))))
REF_ACTIVATION(SILU, ref_sigmoid(z) * z)
REF_ACTIVATION(MISH, tanh(ref_softplus(z)) * z)
REF_ACTIVATION(HARDTANH, fmin(fmax(z, -1), 1))
REF_ACTIVATION(HARD_SIGMOID, fmin(fmax(z + 3, 0), 6) / 6)
REF_ACTIVATION(HARD_SWISH, fmin(fmax(z + 3, 0), 6) * z / 6)
REF_ACTIVATION(ERF, erf(z))
REF_ACTIVATION(SIN, sin(z))
REF_ACTIVATION(ARCTAN, atan(z))

/* an elementwise activation by its code */
static inline double ref_f(uint32_t code, double z, double alpha)
{
    static double (*const f[IL_ACT_COUNT])(double z, double alpha) = {
#define X(ID, ...) ref_f_##ID,
#include "activations.def"
#undef X
    };

    return f[code](z, alpha);
}

/* does it see a whole row? */
static inline int ref_row_wise(uint32_t code)
{
    return code == IL_ACT_SOFTMAX || code == IL_ACT_LOG_SOFTMAX;
}

static inline void ref_activate(const struct il_act *act, int n, const double *z, double *a)
{
    double top = z[0], sum = 0;

    if (!ref_row_wise(act->code)) {
        for (int j = 0; j < n; j++)
            a[j] = ref_f(act->code, z[j], (double)act->alpha);
        return;
    }
    for (int j = 1; j < n; j++)
        top = fmax(top, z[j]);
    for (int j = 0; j < n; j++)
        sum += exp(z[j] - top);
    for (int j = 0; j < n; j++)
        a[j] = act->code == IL_ACT_SOFTMAX ? exp(z[j] - top) / sum : z[j] - top - log(sum);
}

/* are its outputs positive wherever -reach < z < reach? */
static inline int ref_positive(const struct il_act *act, double reach)
{
    if (ref_row_wise(act->code))
        return act->code == IL_ACT_SOFTMAX;
    for (int i = 1; i < 1000; i++)
        if (!(ref_f(act->code, reach * (i / 500.0 - 1), (double)act->alpha) > 0))
            return 0;
    return 1;
}

/* ---- losses ---------------------------------------------------------------------------------- */

/*
 * the cost of one sample, from its logits; divisor: classes for a mean over elements, 2 for a half
 */
static inline double ref_cost(const struct il_head *h, double divisor, int n, const double *z,
                              unsigned label)
{
    const struct il_act log_softmax = { .code = IL_ACT_LOG_SOFTMAX };
    double a[REF_WIDTH], sum = 0, cost = 0;

    ref_activate(h->code == IL_LOSS_SOFTMAX_CROSS_ENTROPY ? &log_softmax : &h->act, n, z, a);
    for (int k = 0; k < n; k++)
        sum += a[k];
    for (int k = 0; k < n; k++)
        cost += ref_term(h, a[k], (double)h->hot * (k == (int)label) + (double)h->cold, sum);
    return cost / divisor;
}

/* ---- update rules ---------------------------------------------------------------------------- */

/* a weight, and what a rule remembers of it: a velocity or a mean, a square */
struct ref_weight {
    double w, m, v;
};

static inline void ref_rule(enum il_rule rule, double mu, double g, double lr, struct ref_weight *x)
{
    switch (rule) {
    case IL_RULE_SGD:
        x->w -= lr * g;
        return;
    case IL_RULE_MOMENTUM_KERAS:
        x->m = mu * x->m - lr * g;
        x->w += x->m;
        return;
    case IL_RULE_MOMENTUM_TORCH:
        x->m = mu * x->m + g;
        x->w -= lr * x->m;
        return;
    case IL_RULE_NESTEROV_KERAS:
        x->m = mu * x->m - lr * g;
        x->w += mu * x->m - lr * g;
        return;
    case IL_RULE_NESTEROV_TORCH:
        x->m = mu * x->m + g;
        x->w -= lr * (g + mu * x->m);
        return;
    case IL_RULE_COUNT:
        break;
    }
    x->w = NAN;
}

/* ---- networks -------------------------------------------------------------------------------- */

/* A network in double: w[l][i][j], the bias in row width[l]. */
struct ref_net {
    int layers, width[REF_LAYERS + 1];
    struct il_act hidden;
    struct il_head head;
    double divisor;
    double w[REF_LAYERS][REF_INPUT + 1][REF_WIDTH];
};

static inline void ref_forward(const struct ref_net *net, const uint8_t *image, double *logits)
{
    double in[REF_INPUT], z[REF_INPUT];

    for (int i = 0; i < net->width[0]; i++)
        in[i] = image[i] / 255.0;
    for (int l = 0; l < net->layers; l++) {
        for (int j = 0; j < net->width[l + 1]; j++) {
            z[j] = net->w[l][net->width[l]][j];
            for (int i = 0; i < net->width[l]; i++)
                z[j] += in[i] * net->w[l][i][j];
        }
        if (l + 1 < net->layers)
            ref_activate(&net->hidden, net->width[l + 1], z, in);
    }
    memcpy(logits, z, (size_t)net->width[net->layers] * sizeof *z);
}

/* mean cost of some samples of a dataset */
static inline double ref_mean_cost(const struct ref_net *net, const uint8_t *images,
                                   const uint8_t *labels, const uint32_t *sample, int count)
{
    double z[REF_WIDTH], sum = 0;

    for (int r = 0; r < count; r++) {
        ref_forward(net, images + (size_t)sample[r] * (size_t)net->width[0], z);
        sum += ref_cost(&net->head, net->divisor, net->width[net->layers], z, labels[sample[r]]);
    }
    return sum / count;
}

/* dcost/dw by central differences, h small against the weights and large against rounding */
static inline double ref_slope(struct ref_net *net, double *w, double h, const uint8_t *images,
                               const uint8_t *labels, const uint32_t *sample, int count)
{
    const double keep = *w;
    double up, down;

    *w = keep + h;
    up = ref_mean_cost(net, images, labels, sample, count);
    *w = keep - h;
    down = ref_mean_cost(net, images, labels, sample, count);
    *w = keep;
    return (up - down) / (2 * h);
}

#endif
