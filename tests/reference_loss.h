/*
 * reference_loss.h - losses in double: what each of the kernel's codes costs, and what the rows of
 * losses.def and their parameters mean. A code or a row without a reference does not compile.
 */
#ifndef TESTS_REFERENCE_LOSS_H
#define TESTS_REFERENCE_LOSS_H

#include <math.h>
#include "initlab/tables.h"
#include "shared.h"

/* a switch over a list that leaves out a row is an error, whatever the options of the build */
#pragma GCC diagnostic error "-Wswitch"

/* ---- the kernel's codes ---------------------------------------------------------------------- */

/* does the loss take logarithms of the outputs? */
static inline int ref_takes_log(uint32_t code)
{
    switch ((enum il_loss_code)code) {
    case IL_LOSS_CROSS_ENTROPY:
    case IL_LOSS_CROSS_ENTROPY_CLIP:
    case IL_LOSS_CROSS_ENTROPY_RENORM:
        return 1;
    case IL_LOSS_SOFTMAX_CROSS_ENTROPY:
    case IL_LOSS_NLL:
    case IL_LOSS_MSE:
    case IL_LOSS_COUNT:
        break;
    }
    return 0;
}

/* what one class adds to the cost: a its output, y its target, sum all outputs */
static inline double ref_term(const struct il_head *h, double a, double y, double sum)
{
    const double eps = (double)h->eps;

    switch ((enum il_loss_code)h->code) {
    case IL_LOSS_SOFTMAX_CROSS_ENTROPY: /* a is the logarithm already */
    case IL_LOSS_NLL:
        return -y * a;
    case IL_LOSS_CROSS_ENTROPY:
        return -y * log(a);
    case IL_LOSS_CROSS_ENTROPY_CLIP:
        return -y * log(fmin(fmax(a, eps), 1 - eps));
    case IL_LOSS_CROSS_ENTROPY_RENORM:
        return -y * log(fmin(fmax(a / sum, eps), 1 - eps));
    case IL_LOSS_MSE:
        return (a - y) * (a - y);
    case IL_LOSS_COUNT:
        break;
    }
    return NAN;
}

/* ---- the rows -------------------------------------------------------------------------------- */

/* v: the choice's values, in the order of the row's parameters. Sets code and eps, the divisor. */
struct ref_loss {
    const char *numbers;
    void (*of)(const il_param_value *v, unsigned classes, struct il_head *h, double *divisor);
};

static inline void ref_of_cross_entropy(const il_param_value *v, unsigned classes,
                                        struct il_head *h, double *divisor)
{
    static const enum il_loss_code by_word[] = { IL_LOSS_CROSS_ENTROPY, IL_LOSS_CROSS_ENTROPY,
                                                 IL_LOSS_CROSS_ENTROPY_CLIP,
                                                 IL_LOSS_CROSS_ENTROPY_RENORM };

    (void)classes;
    h->code = v[0].word == 0 && h->act.code == IL_ACT_SOFTMAX ? IL_LOSS_SOFTMAX_CROSS_ENTROPY
                                                              : by_word[v[0].word];
    h->eps = (float)v[1].number;
    *divisor = 1;
}

static inline void ref_of_nll(const il_param_value *v, unsigned classes, struct il_head *h,
                              double *divisor)
{
    (void)v, (void)classes;
    h->code = IL_LOSS_NLL;
    *divisor = 1;
}

static inline void ref_of_mse(const il_param_value *v, unsigned classes, struct il_head *h,
                              double *divisor)
{
    const double by_word[] = { classes, 1, 2 };

    h->code = IL_LOSS_MSE;
    *divisor = by_word[v[0].word];
}

static const struct ref_loss ref_loss_cross_entropy = { "eps=1e-3", ref_of_cross_entropy };
static const struct ref_loss ref_loss_nll = { "", ref_of_nll };
static const struct ref_loss ref_loss_mse = { "", ref_of_mse };

#endif
