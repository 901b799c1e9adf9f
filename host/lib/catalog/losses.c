/* losses.c - the list of losses, and what each means to the loss kernel. */
#include "catalog.h"

enum { CROSS_ENTROPY, NLL, MSE };
enum { AUTO, RAW, CLIP, RENORM };
enum { MEAN, SUM, HALF };

const il_entry il_loss_rows[] = {
    [CROSS_ENTROPY] = { "cross_entropy",
                        "ce crossentropy categorical_crossentropy",
                        "-sum_k y_k log a_k, mean over the batch",
                        "Goodfellow et al. 2016, 6.2",
                        { { "log", AUTO, 0, 0, "auto|raw|clip|renorm",
                            "auto: from the logits where the output is softmax, else raw; raw: as "
                            "written, 0 log 0 is "
                            "NaN; clip: a cut to [eps, 1 - eps]; renorm: a / sum a, then cut, as "
                            "Keras does" },
                          { "eps", 1e-7, 1e-30, 0.1, NULL, "where clip and renorm cut" } } },
    [NLL] = { "nll",
              "negative_log_likelihood",
              "-sum_k y_k a_k, mean over the batch: for log_softmax",
              "",
              { { .name = NULL } } },
    [MSE] = { "mse",
              "mean_squared_error l2_loss",
              "sum_k (a_k - y_k)^2 / divisor, mean over the batch",
              "",
              { { "reduction", MEAN, 0, 0, "mean|sum|half",
                  "divisor: the number of classes (a mean over all elements), 1, or 2" } } },
    { .name = NULL }
};

il_status il_loss_of(const struct il_choice *c, unsigned classes, struct il_head *h,
                     double *divisor, il_error *err)
{
    static const uint32_t by_log[] = { IL_LOSS_CROSS_ENTROPY, IL_LOSS_CROSS_ENTROPY,
                                       IL_LOSS_CROSS_ENTROPY_CLIP, IL_LOSS_CROSS_ENTROPY_RENORM };

    *divisor = 1;
    if (c->index == CROSS_ENTROPY) {
        const int log = (int)c->value[0];

        h->code = log == AUTO && h->act.code == IL_ACT_SOFTMAX ? IL_LOSS_SOFTMAX_CROSS_ENTROPY
                                                               : by_log[log];
        h->eps = (float)c->value[1];
        if (h->act.code == IL_ACT_LOG_SOFTMAX)
            return il_fail(err, IL_E_USAGE,
                           "loss: the output log_softmax is a logarithm already; use "
                           "nll with it, or the output softmax");
    } else if (c->index == NLL) {
        h->code = IL_LOSS_NLL;
    } else {
        h->code = IL_LOSS_MSE;
        *divisor = c->value[0] == MEAN ? classes : c->value[0] == HALF ? 2 : 1;
    }
    h->gradient = (float)(1 / *divisor);
    return IL_OK;
}
