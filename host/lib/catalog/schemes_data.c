/* schemes_data.c - schemes that are fitted to data, follow the signal or are read from a file. */
#include <math.h>
#include "scheme_draw.h"
#include "scheme_rows.h"

SCHEME(autoinit)
{
    out->variance = 1;
    if (at->incoming > 0)
        return il_draw_normal(out, 1 / sqrt(at->fan_in * at->incoming));
    if (at->layer == 0 && at->incoming == 0)
        return il_fail(err, IL_E_USAGE,
                       "autoinit: every pixel of the training images is 0, so nothing comes into "
                       "the first layer: it cannot be fitted to that dataset");
    if (at->layer == 0)
        return il_fail(err, IL_E_USAGE, "autoinit: its first layer needs a dataset");
    return il_fail(err, IL_E_USAGE,
                   "autoinit: what comes into layer %u cannot be told: the weights before it must "
                   "have a law of mean 0, not 0 themselves, from data or from a file, and the "
                   "activation must not be softmax or log_softmax",
                   at->layer + 1);
}

SCHEME(lsuv)
{
    const il_status st = il_check_whole("lsuv: tries", v->tries, err);

    if (st != IL_OK)
        return st;
    out->data = (struct il_data_init){
        .rule = IL_DATA_LSUV, .std = v->std, .tolerance = v->tol, .tries = (unsigned)v->tries
    };
    return il_draw_orthogonal(out, 1);
}

SCHEME(kraehenbuehl)
{
    out->data = (struct il_data_init){ .rule = IL_DATA_UNITS, .mean = v->mean };
    return il_draw_normal(out, 1 / sqrt(at->fan_in));
}

SCHEME(file) { return il_draw_constant(out, 0); }
