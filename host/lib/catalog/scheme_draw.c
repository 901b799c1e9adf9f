/* scheme_draw.c - what the functions of schemes are made of. */
#include "scheme_draw.h"

#include <math.h>
#include "gain.h"
#include "theory/truncated_normal.h"

il_status il_draw_constant(struct il_draw *out, double value)
{
    out->fill.law = IL_LAW_CONSTANT;
    out->fill.a = (float)value;
    return IL_OK;
}

il_status il_draw_uniform(struct il_draw *out, double bound)
{
    out->fill.law = IL_LAW_UNIFORM;
    out->fill.a = (float)-bound;
    out->fill.b = (float)bound;
    return IL_OK;
}

il_status il_draw_normal(struct il_draw *out, double std)
{
    out->fill.law = IL_LAW_NORMAL;
    out->fill.a = 0;
    out->fill.b = (float)std;
    return IL_OK;
}

il_status il_draw_between(struct il_draw *out, double mean, double std, double low, double high)
{
    il_truncated_normal_fill(&out->fill, low, high);
    out->fill.a = (float)mean;
    out->fill.b = (float)std;
    out->fill.low = (float)(mean + std * low);
    out->fill.high = (float)(mean + std * high);
    return IL_OK;
}

/* standard deviation of a normal number cut at +-2, to 20 digits */
static const double STD_WITHIN_2 = 0.87962566103423975041;

il_status il_draw_trunc_normal(struct il_draw *out, double std)
{
    return il_draw_between(out, 0, std / STD_WITHIN_2, -2, 2);
}

il_status il_draw_orthogonal(struct il_draw *out, double gain)
{
    il_draw_normal(out, 1);
    out->fill.after = IL_AFTER_ORTHOGONAL;
    out->fill.gain = (float)gain;
    return IL_OK;
}

il_status il_draw_spread(struct il_draw *out, unsigned distribution, double std)
{
    return distribution == IL_UNIFORM        ? il_draw_uniform(out, sqrt(3) * std)
           : distribution == IL_TRUNC_NORMAL ? il_draw_trunc_normal(out, std)
                                             : il_draw_normal(out, std);
}

double il_fan(unsigned mode, const struct il_tensor_place *at)
{
    const double n = at->fan_in, m = at->fan_out;

    return mode == IL_FAN_IN    ? n
           : mode == IL_FAN_OUT ? m
           : mode == IL_FAN_AVG ? (n + m) / 2
                                : sqrt(n * m);
}

il_status il_gain_at(double *gain, il_param_value value, const struct il_tensor_place *at,
                     il_error *err)
{
    *gain = il_gain(value, &at->hidden);
    if (isfinite(*gain))
        return IL_OK;
    return il_fail(err, IL_E_USAGE,
                   "gain=auto: softmax and log_softmax act on whole rows and have no gain; give a "
                   "number, or another activation");
}

il_status il_check_whole(const char *name, double value, il_error *err)
{
    return value == floor(value)
               ? IL_OK
               : il_fail(err, IL_E_USAGE, "%s must be a whole number, not %g", name, value);
}

il_status il_check_alternative(const char *name, double value, double untouched, const char *other,
                               il_error *err)
{
    return value == untouched
               ? IL_OK
               : il_fail(err, IL_E_USAGE, "%s and %s exclude each other; give one", name, other);
}

double il_rounded_down(double x)
{
    const double last = pow(10, floor(log10(x)) - 5); /* the sixth digit */

    return floor(x / last * (1 + 1e-12)) * last; /* .8 is not .799999 */
}
