/* schemes_variance.c - schemes that scale a law by the layer's fans, and what frameworks' layers begin with. */
#include <math.h>
#include "scheme_draw.h"
#include "scheme_rows.h"

SCHEME(variance_scaling)
{
    return il_draw_spread(out, v->distribution, sqrt(v->scale / il_fan(v->mode, at)));
}

/* g / sqrt F with the gain that a parameter is for this layer */
static il_status fan_based(struct il_draw *out, il_param_value gain, unsigned mode,
                           unsigned distribution, const struct il_tensor_place *at, il_error *err)
{
    double g;
    const il_status st = il_gain_at(&g, gain, at, err);

    return st ? st : il_draw_spread(out, distribution, g / sqrt(il_fan(mode, at)));
}

SCHEME(glorot_uniform) { return fan_based(out, v->gain, IL_FAN_AVG, IL_UNIFORM, at, err); }
SCHEME(glorot_normal) { return fan_based(out, v->gain, IL_FAN_AVG, IL_NORMAL, at, err); }
SCHEME(glorot_trunc_normal)
{
    return fan_based(out, v->gain, IL_FAN_AVG, IL_TRUNC_NORMAL, at, err);
}

SCHEME(he_uniform) { return fan_based(out, v->gain, v->mode, IL_UNIFORM, at, err); }
SCHEME(he_normal) { return fan_based(out, v->gain, v->mode, IL_NORMAL, at, err); }
SCHEME(he_trunc_normal) { return fan_based(out, v->gain, v->mode, IL_TRUNC_NORMAL, at, err); }

SCHEME(lecun_uniform) { return fan_based(out, v->gain, IL_FAN_IN, IL_UNIFORM, at, err); }
SCHEME(lecun_normal) { return fan_based(out, v->gain, IL_FAN_IN, IL_NORMAL, at, err); }
SCHEME(lecun_trunc_normal) { return fan_based(out, v->gain, IL_FAN_IN, IL_TRUNC_NORMAL, at, err); }

SCHEME(glorot_standard) { return il_draw_uniform(out, 1 / sqrt(at->fan_in)); }

SCHEME(uniform_scaling) { return il_draw_uniform(out, v->factor * sqrt(3.0 / at->fan_in)); }

SCHEME(sigmoid_uniform)
{
    return il_draw_uniform(out, 4 * sqrt(6.0 / ((double)at->fan_in + at->fan_out)));
}

SCHEME(msra_prelu)
{
    return il_draw_normal(out, sqrt(2 / (1 + v->slope * v->slope) / il_fan(v->mode, at)));
}

SCHEME(torch) { return il_draw_uniform(out, 1 / sqrt(at->fan_in)); }

SCHEME(keras) { return il_draw_spread(out, IL_UNIFORM, 1 / sqrt(il_fan(IL_FAN_AVG, at))); }

SCHEME(flax) { return il_draw_trunc_normal(out, 1 / sqrt(at->fan_in)); }

SCHEME(haiku) { return il_draw_between(out, 0, 1 / sqrt(at->fan_in), -2, 2); }

SCHEME(tf1_legacy) { return il_draw_between(out, 0, sqrt(v->scale / il_fan(v->mode, at)), -2, 2); }
