/*
 * optimizers.c - the lists of optimisers and weight decays, and what each means to the update
 * kernels.
 */
#include "catalog.h"

#include <math.h>

enum { SGD, MOMENTUM, NESTEROV, ADAM };
enum { KERAS, TORCH };
enum { NONE, L2, DECOUPLED };

#define FORMS "keras|torch"
#define MU                                                                                         \
    {                                                                                              \
        "mu", 0.9, 0, 0.999999, NULL, "share of the last velocity that is kept"                    \
    }

const il_entry il_optimizer_rows[] = {
    [SGD] = { "sgd",
              "gradient_descent",
              "w -= lr g",
              "Robbins & Monro 1951",
              { { .name = NULL } } },
    [MOMENTUM] = { "momentum",
                   "",
                   "keras: v = mu v - lr g, w += v; torch: v = mu v + g, w -= lr v",
                   "Polyak 1964",
                   { MU, { "form", KERAS, 0, 0, FORMS, "they differ where lr changes" } } },
    [NESTEROV] = { "nesterov",
                   "nag",
                   "v as in momentum; keras: w += mu v - lr g; torch: w -= lr (g + mu v)",
                   "Nesterov 1983; Sutskever et al. 2013",
                   { MU, { "form", KERAS, 0, 0, FORMS, "they differ where lr changes" } } },
    [ADAM] = { "adam",
               "",
               "m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2; torch: w -= lr m^ / (sqrt v^ + eps) "
               "with "
               "m^ = m/(1-b1^t), v^ = v/(1-b2^t); keras: w -= lr sqrt(1-b2^t)/(1-b1^t) m / (sqrt v "
               "+ eps)",
               "Kingma & Ba 2015",
               { { "beta1", 0.9, 0, 0.999999, NULL, "decay of the mean" },
                 { "beta2", 0.999, 0, 0.99999999, NULL, "decay of the square" },
                 { "eps", 0, 0, 1, NULL, "0: 1e-8 in torch's form, 1e-7 in Keras's" },
                 { "form", TORCH, 0, 0, FORMS, "where eps stands" } } },
    { .name = NULL }
};

void il_optimizer_of(const struct il_choice *c, struct il_update *u)
{
    const unsigned keras = c->index != ADAM && c->value[1] == KERAS;

    u->adam = c->index == ADAM;
    u->rule = IL_RULE_SGD;
    if (c->index == ADAM) {
        u->beta1 = c->value[0];
        u->beta2 = c->value[1];
        u->keras = c->value[3] == KERAS;
        u->eps = c->value[2] > 0 ? c->value[2] : u->keras ? 1e-7 : 1e-8;
    } else if (c->index != SGD) {
        u->mu = c->value[0];
        u->rule = c->index == MOMENTUM ? keras ? IL_RULE_MOMENTUM_KERAS : IL_RULE_MOMENTUM_TORCH
                  : keras              ? IL_RULE_NESTEROV_KERAS
                                       : IL_RULE_NESTEROV_TORCH;
    }
}

#define BIAS                                                                                       \
    {                                                                                              \
        "bias", 0, 0, 0, IL_NO_YES, "decay the biases too, as PyTorch does"                        \
    }
#define FACTOR                                                                                     \
    {                                                                                              \
        "factor", NAN, 0, 1e6, NULL, "lambda"                                                      \
    }

const il_entry il_decay_rows[] = {
    [NONE] = { "none", "0 no", "weights do not decay", "", { { .name = NULL } } },
    [L2] = { "l2",
             "",
             "g += lambda w: the gradient of lambda/2 ||w||^2; the reported cost is without it",
             "Krogh & Hertz 1991",
             { FACTOR, BIAS } },
    [DECOUPLED] = { "decoupled",
                    "adamw sgdw",
                    "w -= lr lambda w, beside the optimiser's own step",
                    "Loshchilov & Hutter 2019",
                    { FACTOR, BIAS } },
    { .name = NULL }
};

void il_decay_of(const struct il_choice *c, struct il_update *u)
{
    u->decay = c->index == NONE ? 0 : c->value[0];
    u->decoupled = c->index == DECOUPLED;
    u->decay_bias = c->index != NONE && c->value[1] != 0;
}
