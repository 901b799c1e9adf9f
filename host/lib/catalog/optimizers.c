/* optimizers.c - what choices of an optimiser and a weight decay mean to the update kernels. */
#include "catalog.h"

#define PARAMS_AS_MEMBERS
#include "params.def"
#define X(id, others, maths, citation, params)                                                     \
    struct id##_params {                                                                           \
        params                                                                                     \
    };
#include "optimizers.def"
#include "decays.def"
#undef X

typedef void update_fn(const il_param_value *value, struct il_update *u);

/* `form`, in the order of its words */
enum { FORM_KERAS, FORM_TORCH };

/* ---- optimisers ------------------------------------------------------------------------------ */

static void sgd(const struct sgd_params *v, struct il_update *u)
{
    (void)v;
    u->rule = IL_RULE_SGD;
}

static void momentum(const struct momentum_params *v, struct il_update *u)
{
    u->mu = v->mu;
    u->rule = v->form == FORM_KERAS ? IL_RULE_MOMENTUM_KERAS : IL_RULE_MOMENTUM_TORCH;
}

static void nesterov(const struct nesterov_params *v, struct il_update *u)
{
    u->mu = v->mu;
    u->rule = v->form == FORM_KERAS ? IL_RULE_NESTEROV_KERAS : IL_RULE_NESTEROV_TORCH;
}

static void adam(const struct adam_params *v, struct il_update *u)
{
    u->adam = 1;
    u->beta1 = v->beta1;
    u->beta2 = v->beta2;
    u->keras = v->form == FORM_KERAS;
    u->eps = v->eps > 0 ? v->eps : u->keras ? 1e-7 : 1e-8;
}

/* ---- weight decays --------------------------------------------------------------------------- */

static void none(const struct none_params *v, struct il_update *u)
{
    (void)v;
    u->decay = 0;
}

static void l2(const struct l2_params *v, struct il_update *u)
{
    u->decay = v->factor;
    u->decay_bias = v->bias != 0;
}

static void decoupled(const struct decoupled_params *v, struct il_update *u)
{
    u->decay = v->factor;
    u->decay_bias = v->bias != 0;
    u->decoupled = 1;
}

/* ---- by row ---------------------------------------------------------------------------------- */

#define PARAMS_AS_READS
#include "params.def"
#define X(id, others, maths, citation, params)                                                     \
    static void id##_of(const il_param_value *value, struct il_update *u)                          \
    {                                                                                              \
        struct id##_params v;                                                                      \
        params;                                                                                    \
        id(&v, u);                                                                                 \
    }
#include "optimizers.def"
#include "decays.def"
#undef X

void il_optimizer_of(const struct il_choice *c, struct il_update *u)
{
    static update_fn *const functions[IL_OPTIMIZER_ROWS] = {
#define X(id, ...) id##_of,
#include "optimizers.def"
#undef X
    };

    u->adam = 0;
    u->rule = IL_RULE_SGD;
    functions[c->index](c->value, u);
}

void il_decay_of(const struct il_choice *c, struct il_update *u)
{
    static update_fn *const functions[IL_DECAY_ROWS] = {
#define X(id, ...) id##_of,
#include "decays.def"
#undef X
    };

    u->decoupled = u->decay_bias = 0;
    functions[c->index](c->value, u);
}
