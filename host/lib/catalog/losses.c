/* losses.c - what a choice of a loss means to the loss kernel. */
#include "catalog.h"

#define PARAMS_AS_MEMBERS
#include "params.def"
#define X(id, codes, how, others, maths, citation, params)                                         \
    struct id##_params {                                                                           \
        params                                                                                     \
    };
#include "losses.def"
#undef X

/* what a row's function fills; the code is the row's first and the divisor 1 until then */
struct loss {
    struct il_head *head;
    double divisor;
    unsigned classes;
};
typedef il_status loss_fn(const il_param_value *value, struct loss *out, il_error *err);

/* `log`, in the order of its words */
enum { LOG_AUTO, LOG_RAW, LOG_CLIP, LOG_RENORM };

static il_status cross_entropy(const struct cross_entropy_params *v, struct loss *out,
                               il_error *err)
{
    static const uint32_t by_log[] = { [LOG_AUTO] = IL_LOSS_CROSS_ENTROPY,
                                       [LOG_RAW] = IL_LOSS_CROSS_ENTROPY,
                                       [LOG_CLIP] = IL_LOSS_CROSS_ENTROPY_CLIP,
                                       [LOG_RENORM] = IL_LOSS_CROSS_ENTROPY_RENORM };
    struct il_head *const h = out->head;

    h->code = v->log == LOG_AUTO && h->act.code == IL_ACT_SOFTMAX ? IL_LOSS_SOFTMAX_CROSS_ENTROPY
                                                                  : by_log[v->log];
    h->eps = (float)v->eps;
    if (h->act.code == IL_ACT_LOG_SOFTMAX)
        return il_fail(err, IL_E_USAGE,
                       "loss: the output log_softmax is a logarithm already; use "
                       "nll with it, or the output softmax");
    return IL_OK;
}

/* `reduction`, in the order of its words */
enum { REDUCTION_MEAN, REDUCTION_SUM, REDUCTION_HALF };

static il_status mse(const struct mse_params *v, struct loss *out, il_error *err)
{
    (void)err;
    out->divisor = v->reduction == REDUCTION_MEAN   ? out->classes
                   : v->reduction == REDUCTION_HALF ? 2
                                                    : 1;
    return IL_OK;
}

/* the functions of rows that have one, from a choice's values */
#define PARAMS_AS_READS
#include "params.def"
#define FIXED(id, params)
#define OWN(id, params)                                                                            \
    static il_status id##_of(const il_param_value *value, struct loss *out, il_error *err)         \
    {                                                                                              \
        struct id##_params v;                                                                      \
        params;                                                                                    \
        return id(&v, out, err);                                                                   \
    }
#define X(id, codes, how, others, maths, citation, params) how(id, params)
#include "losses.def"
#undef X
#undef FIXED
#undef OWN

il_status il_loss_of(const struct il_choice *c, unsigned classes, struct il_head *head,
                     double *divisor, il_error *err)
{
    static const struct {
        uint32_t code;
        loss_fn *fn; /* NULL: the code is all */
    } rows[IL_LOSS_ROWS] = {
#define FIXED(id)              NULL
#define OWN(id)                id##_of
#define FIRST(code, ...)       code
#define CODES(...)             FIRST(__VA_ARGS__, 0)
#define X(id, codes, how, ...) { codes, how(id) },
#include "losses.def"
#undef X
    };
    struct loss loss = { head, 1, classes };
    il_status st = IL_OK;

    head->code = rows[c->index].code;
    if (rows[c->index].fn)
        st = rows[c->index].fn(c->value, &loss, err);
    *divisor = loss.divisor;
    head->gradient = (float)(1 / loss.divisor);
    return st;
}
