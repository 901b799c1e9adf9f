/* schemes_plain.c - schemes that do not look at the layer: constants, uniform and normal numbers. */
#include <math.h>
#include "scheme_draw.h"
#include "scheme_rows.h"

SCHEME(zeros) { return il_draw_constant(out, 0); }

SCHEME(ones) { return il_draw_constant(out, 1); }

SCHEME(constant) { return il_draw_constant(out, v->value); }

SCHEME(uniform)
{
    const float low = (float)v->low, high = (float)v->high;

    if (!(v->low <= v->high))
        return il_fail(err, IL_E_USAGE, "uniform needs low <= high, not %.15g and %.15g", v->low,
                       v->high);
    if (low < high && nextafterf(low, INFINITY) == high)
        return il_fail(err, IL_E_USAGE, "uniform: no float lies between %.15g and %.15g", v->low,
                       v->high);
    il_draw_uniform(out, 0);
    out->fill.a = low;
    out->fill.b = high;
    return IL_OK;
}

SCHEME(normal)
{
    il_draw_normal(out, v->std);
    out->fill.a = (float)v->mean;
    return IL_OK;
}

/*
 * How many standard deviations from the mean the nearer bound of a cut law may be: the kernel's
 * probabilities then begin near 2^-33, where its polynomials end.
 */
static const double NEARER_BOUND = 2.3;

SCHEME(trunc_normal)
{
    const double mean = v->mean, std = v->std;
    const double low = v->low > -IL_FAR ? v->low : -INFINITY;
    const double high = v->high < IL_FAR ? v->high : INFINITY;
    const double cut = v->cut.kind == IL_PARAM_NUMBER ? v->cut.number
                       : isinf(low) && isinf(high)    ? 2
                                                      : INFINITY;
    const double from = fmax((low - mean) / std, -cut), to = fmin((high - mean) / std, cut);

    if (!(low < high))
        return il_fail(err, IL_E_USAGE, "trunc_normal needs low < high, not %.15g and %.15g", low,
                       high);
    if (!(from < to && from <= NEARER_BOUND && to >= -NEARER_BOUND))
        return il_fail(err, IL_E_USAGE,
                       "trunc_normal: low to high, %g to %g, must begin within cut and %g standard "
                       "deviations of the mean: mean is %g, std %g, cut %g",
                       low, high, NEARER_BOUND, mean, std, cut);
    il_draw_between(out, mean, std, from, to);
    out->fill.low = fmaxf(out->fill.low, (float)low); /* as they were given, to the bit */
    out->fill.high = fminf(out->fill.high, (float)high);
    return IL_OK;
}
