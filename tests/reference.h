/*
 * reference.h - networks in double, written from the formulas alone: no kernel, no layout, no BLAS.
 * Tests compare the library with it. One sample at a time; slow and plain on purpose.
 */
#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#include "shared.h"

enum { REF_LAYERS = 8, REF_WIDTH = 64, REF_INPUT = 800 };

/* elementwise activations by code; the row-wise ones are in ref_activate */
static inline double ref_f(uint32_t code, double z, double alpha)
{
    const double s = 1 / (1 + exp(-z)), softplus = fmax(z, 0) + log1p(exp(-fabs(z)));
    const double phi = 0.5 * erfc(-z / sqrt(2.0));
    const double lambda = 1.0507009873554805, a = 1.6732632423543772;

    switch (code) {
    case IL_ACT_LINEAR:
        return z;
    case IL_ACT_TANH:
        return tanh(z);
    case IL_ACT_RELU:
        return z > 0 ? z : 0;
    case IL_ACT_SIGMOID:
        return s;
    case IL_ACT_SCALED_TANH:
        return 1.7159 * tanh(2 * z / 3);
    case IL_ACT_RELU6:
        return fmin(fmax(z, 0), 6);
    case IL_ACT_LEAKY_RELU:
        return z >= 0 ? z : alpha * z;
    case IL_ACT_ELU:
        return z > 0 ? z : alpha * expm1(z);
    case IL_ACT_SELU:
        return lambda * (z > 0 ? z : a * expm1(z));
    case IL_ACT_CELU:
        return z > 0 ? z : alpha * expm1(z / alpha);
    case IL_ACT_SOFTPLUS:
        return softplus;
    case IL_ACT_SOFTSIGN:
        return z / (1 + fabs(z));
    case IL_ACT_GELU:
        return z * phi;
    case IL_ACT_GELU_TANH:
        return 0.5 * z * (1 + tanh(sqrt(2 / M_PI) * (z + 0.044715 * z * z * z)));
    case IL_ACT_SILU:
        return z * s;
    case IL_ACT_MISH:
        return z * tanh(softplus);
    case IL_ACT_HARDTANH:
        return fmin(fmax(z, -1), 1);
    case IL_ACT_HARD_SIGMOID:
        return fmin(fmax(z / 6 + 0.5, 0), 1);
    case IL_ACT_HARD_SWISH:
        return z * fmin(fmax(z / 6 + 0.5, 0), 1);
    case IL_ACT_ERF:
        return erf(z);
    case IL_ACT_SIN:
        return sin(z);
    case IL_ACT_ARCTAN:
        return atan(z);
    default:
        return NAN; /* an activation without a reference fails every check */
    }
}

static inline void ref_activate(const struct il_act *act, int n, const double *z, double *a)
{
    double top = z[0], sum = 0;

    if (act->code != IL_ACT_SOFTMAX && act->code != IL_ACT_LOG_SOFTMAX) {
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

/*
 * the cost of one sample, from its logits; divisor: classes for a mean over elements, 2 for a half
 */
static inline double ref_cost(const struct il_head *h, double divisor, int n, const double *z,
                              unsigned label)
{
    const struct il_act softmax = { .code = IL_ACT_SOFTMAX };
    const struct il_act log_softmax = { .code = IL_ACT_LOG_SOFTMAX };
    double a[REF_WIDTH], y[REF_WIDTH], sum = 0, cost = 0;
    const double eps = (double)h->eps;

    (void)softmax;
    ref_activate(h->code == IL_LOSS_SOFTMAX_CROSS_ENTROPY ? &log_softmax : &h->act, n, z, a);
    for (int k = 0; k < n; k++) {
        y[k] = (1 - (double)h->smoothing) * (k == (int)label) + (double)h->smoothing / n;
        sum += a[k];
    }
    for (int k = 0; k < n; k++)
        switch (h->code) {
        case IL_LOSS_SOFTMAX_CROSS_ENTROPY:
        case IL_LOSS_NLL:
            cost -= y[k] * a[k];
            break;
        case IL_LOSS_CROSS_ENTROPY:
            cost -= y[k] * log(a[k]);
            break;
        case IL_LOSS_CROSS_ENTROPY_CLIP:
            cost -= y[k] * log(fmin(fmax(a[k], eps), 1 - eps));
            break;
        case IL_LOSS_CROSS_ENTROPY_RENORM:
            cost -= y[k] * log(fmin(fmax(a[k] / sum, eps), 1 - eps));
            break;
        case IL_LOSS_MSE:
            cost += (a[k] - y[k]) * (a[k] - y[k]);
            break;
        default:
            return NAN;
        }
    return cost / divisor;
}

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
