/*
 * reference_catalog.h - what the rows of the library's lists mean, in double: optimisers and
 * decays (losses: reference_loss.h). A row without a reference does not compile.
 *
 * `numbers` of a reference is what a test gives the row's numbers: none of them a default, all of
 * them large enough to be seen.
 */
#ifndef TESTS_REFERENCE_CATALOG_H
#define TESTS_REFERENCE_CATALOG_H

#include <stdio.h>
#include <string.h>
#include "choices/choice.h"
#include "reference.h"
#include "support.h"

/* ---- optimisers ------------------------------------------------------------------------------ */

/* One update, t the step from 1. */
struct ref_optimizer {
    const char *numbers;
    void (*step)(const il_param_value *v, double g, double lr, double t, struct ref_weight *x);
};

static inline void ref_step_sgd(const il_param_value *v, double g, double lr, double t,
                                struct ref_weight *x)
{
    (void)v, (void)t;
    ref_rule(IL_RULE_SGD, 0, g, lr, x);
}

static inline void ref_step_momentum(const il_param_value *v, double g, double lr, double t,
                                     struct ref_weight *x)
{
    (void)t;
    ref_rule(v[1].word == 0 ? IL_RULE_MOMENTUM_KERAS : IL_RULE_MOMENTUM_TORCH, v[0].number, g, lr,
             x);
}

static inline void ref_step_nesterov(const il_param_value *v, double g, double lr, double t,
                                     struct ref_weight *x)
{
    (void)t;
    ref_rule(v[1].word == 0 ? IL_RULE_NESTEROV_KERAS : IL_RULE_NESTEROV_TORCH, v[0].number, g, lr,
             x);
}

/* Kingma & Ba's algorithm 1, and Keras's, which is the end of their section 2 */
static inline void ref_step_adam(const il_param_value *v, double g, double lr, double t,
                                 struct ref_weight *x)
{
    const double b1 = v[0].number, b2 = v[1].number;
    const int keras = v[3].word == 0;
    const double eps = v[2].number > 0 ? v[2].number : keras ? 1e-7 : 1e-8;

    x->m = b1 * x->m + (1 - b1) * g;
    x->v = b2 * x->v + (1 - b2) * g * g;
    if (keras)
        x->w -= lr * sqrt(1 - pow(b2, t)) / (1 - pow(b1, t)) * x->m / (sqrt(x->v) + eps);
    else
        x->w -= lr * (x->m / (1 - pow(b1, t))) / (sqrt(x->v / (1 - pow(b2, t))) + eps);
}

static const struct ref_optimizer ref_optimizer_sgd = { "", ref_step_sgd };
static const struct ref_optimizer ref_optimizer_momentum = { "mu=0.8", ref_step_momentum };
static const struct ref_optimizer ref_optimizer_nesterov = { "mu=0.8", ref_step_nesterov };
static const struct ref_optimizer ref_optimizer_adam = { "beta1=0.8:beta2=0.98:eps=1e-3",
                                                         ref_step_adam };

/* ---- decays ---------------------------------------------------------------------------------- */

/* Of a weight: what share of it is added to its gradient, and what share of lr w is taken from it. */
struct ref_decay {
    const char *numbers;
    void (*of)(const il_param_value *v, int bias, double *gradient, double *weight);
};

static inline void ref_of_none(const il_param_value *v, int bias, double *gradient, double *weight)
{
    (void)v, (void)bias;
    *gradient = *weight = 0;
}

static inline void ref_of_l2(const il_param_value *v, int bias, double *gradient, double *weight)
{
    *gradient = bias && v[1].word == 0 ? 0 : v[0].number;
    *weight = 0;
}

static inline void ref_of_decoupled(const il_param_value *v, int bias, double *gradient,
                                    double *weight)
{
    *gradient = 0;
    *weight = bias && v[1].word == 0 ? 0 : v[0].number;
}

static const struct ref_decay ref_decay_none = { "", ref_of_none };
static const struct ref_decay ref_decay_l2 = { "factor=0.02", ref_of_l2 };
static const struct ref_decay ref_decay_decoupled = { "factor=0.05", ref_of_decoupled };

/* ---- the lists, in their order ---------------------------------------------------------------- */

static const struct ref_loss *const ref_losses[] = {
#define X(id, ...) &ref_loss_##id,
#include "losses.def"
#undef X
};
static const struct ref_optimizer *const ref_optimizers[] = {
#define X(id, ...) &ref_optimizer_##id,
#include "catalog/optimizers.def"
#undef X
};
static const struct ref_decay *const ref_decays[] = {
#define X(id, ...) &ref_decay_##id,
#include "catalog/decays.def"
#undef X
};

/* ---- choices --------------------------------------------------------------------------------- */

/*
 * The k-th spelling of a row: every combination of the words of its parameters in turn, and its
 * numbers as given ("": defaults). 0: there is no k-th. text holds IL_CHOICE_TEXT.
 */
static inline int ref_spelling(const il_entry *e, const char *numbers, size_t k, char *text,
                               size_t size)
{
    size_t n = (size_t)snprintf(text, size, "%s", e->name);

    for (const il_param *p = e->param; p < e->param + IL_MAX_PARAMS && p->name; p++) {
        char words[256], *word, *save = NULL;
        size_t count = 1;

        if (p->kind != IL_PARAM_WORD)
            continue;
        for (const char *c = p->words; *c; c++)
            count += *c == '|';
        snprintf(words, sizeof words, "%s", p->words);
        word = strtok_r(words, "|", &save);
        for (size_t i = k % count; i > 0; i--)
            word = strtok_r(NULL, "|", &save);
        n += (size_t)snprintf(text + n, size - n, ":%s=%s", p->name, word);
        k /= count;
    }
    snprintf(text + n, size - n, "%s%s", *numbers ? ":" : "", numbers);
    return k == 0;
}

static inline struct il_choice choice_of(il_list list, const char *text)
{
    struct il_choice c;
    il_error err = { .text = "" };

    must(il_choice_parse(&c, list, text, &err), &err, text);
    return c;
}

#endif
