/* schemes_wide.c - schemes that theories of wide networks ask for: mean field, random walks, muP, NTK. */
#include <math.h>
#include "theory/meanfield.h"
#include "scheme_draw.h"
#include "scheme_rows.h"

SCHEME(mean_field) { return il_draw_normal(out, v->sigma_w / sqrt(at->fan_in)); }

SCHEME_BIAS(mean_field) { return il_draw_normal(out, v->sigma_b); }

/* chi1 = 1 with a sigma_b is beyond this activation: say which would do */
static il_status no_edge(double sigma_b, const struct il_act *hidden, il_error *err)
{
    double sw2, most;

    il_meanfield_edge(hidden, IL_MEANFIELD_MOST, &sw2, &most);
    if (most == 0)
        return il_fail(err, IL_E_USAGE,
                       "edge_of_chaos: this activation has chi1 = 1 with sigma_b = 0 only, not %g",
                       sigma_b);
    if (most > 0)
        return il_fail(err, IL_E_USAGE,
                       "edge_of_chaos: no q* up to %g has chi1 = 1 with sigma_b = %g for this "
                       "activation; sigma_b may be at most %.6g",
                       IL_MEANFIELD_MOST, sigma_b, il_rounded_down(sqrt(most)));
    return il_fail(err, IL_E_USAGE,
                   "edge_of_chaos: this activation has no q* up to %g with chi1 = 1",
                   IL_MEANFIELD_MOST);
}

/* sigma_w^2 and sigma_b^2 of the edge, from q* or from sigma_b; out learns what is kept */
static il_status edge(struct il_draw *out, const struct il_edge_of_chaos_params *v,
                      const struct il_tensor_place *at, double *sw2, double *sb2, il_error *err)
{
    const int stable = v->q.kind == IL_PARAM_WORD;
    double q = stable ? IL_EDGE_Q : v->q.number;

    if (v->sigma_b.kind == IL_PARAM_NUMBER) {
        const double sigma_b = v->sigma_b.number;
        const il_status st =
            il_check_alternative("edge_of_chaos: q", stable ? NAN : q, IL_EDGE_Q, "sigma_b", err);

        if (st != IL_OK)
            return st;
        *sb2 = sigma_b * sigma_b;
        if (!il_meanfield_edge_from_bias(&at->hidden, *sb2, &q, sw2))
            return no_edge(sigma_b, &at->hidden, err);
    } else {
        if (stable && !il_meanfield_stable_edge(&at->hidden, IL_EDGE_Q, &q))
            return il_fail(err, IL_E_USAGE,
                           "edge_of_chaos: this activation has no q from %g to %g with chi1 = 1 "
                           "that it does not leave",
                           (double)IL_EDGE_Q, IL_MEANFIELD_MOST);
        il_meanfield_edge(&at->hidden, q, sw2, sb2);
    }
    out->keeps = q;
    out->keeps_slope = il_meanfield_slope(&at->hidden, *sw2, q);
    if (*sb2 >= 0)
        return IL_OK;
    return il_fail(err, IL_E_USAGE,
                   "edge_of_chaos: with q = %g this activation would need sigma_b^2 = %.4g to have "
                   "chi1 = 1; try another q, or sigma_b=...",
                   q, *sb2);
}

SCHEME(edge_of_chaos)
{
    double sw2 = 0, sb2 = 0;
    const il_status st = edge(out, v, at, &sw2, &sb2, err);

    return st ? st : il_draw_normal(out, sqrt(sw2 / at->fan_in));
}

SCHEME_BIAS(edge_of_chaos)
{
    double sw2 = 0, sb2 = 0;
    const il_status st = edge(out, v, at, &sw2, &sb2, err);

    return st ? st : il_draw_normal(out, sqrt(sb2));
}

SCHEME(random_walk)
{
    const double n = at->fan_in;

    if (at->hidden.code == IL_ACT_RELU)
        return il_draw_normal(out, M_SQRT2 * exp(1.2 / (fmax(n, 6) - 2.4)) / sqrt(n));
    if (at->hidden.code == IL_ACT_LINEAR)
        return il_draw_normal(out, exp(0.5 / n) / sqrt(n));
    return il_fail(err, IL_E_USAGE,
                   "random_walk: the formula is known for the activations relu and linear only");
}

/* how the rates of a layer of another width than `base` differ (Yang et al. 2022, table 3) */
static double mup_rate(const struct il_mup_params *v, const struct il_tensor_place *at, int bias)
{
    const int first = at->layer == 0, last = at->layer + 1 == at->layers;
    const double in = at->fan_in / v->base, out = at->fan_out / v->base;

    if (at->layers == 1)
        return 1; /* no width to scale with */
    if (bias)
        return last || at->adam ? 1 : out;
    if (first)
        return at->adam ? 1 : out;
    return last || at->adam ? 1 / in : 1;
}

/* `readout`, in the order of its words */
enum { READOUT_MUP, READOUT_ZERO };

SCHEME(mup)
{
    const int last = at->layers > 1 && at->layer + 1 == at->layers;
    double g;
    const il_status st = il_gain_at(&g, v->gain, at, err);

    if (st)
        return st;
    out->rate = mup_rate(v, at, 0);
    if (last && v->readout == READOUT_ZERO)
        return il_draw_constant(out, 0);
    return il_draw_normal(out, g / sqrt(at->fan_in) * (last ? sqrt(v->base / at->fan_in) : 1));
}

SCHEME_BIAS(mup)
{
    out->rate = mup_rate(v, at, 1);
    return il_draw_constant(out, 0);
}

/* W = sigma_w / sqrt(n) w with w trained: a step in w is sigma_w^2 / n as large in W */
SCHEME(ntk)
{
    const double factor = v->sigma_w / sqrt(at->fan_in);

    out->rate = at->adam ? factor : factor * factor;
    return il_draw_normal(out, factor);
}

SCHEME_BIAS(ntk)
{
    out->rate = at->adam ? v->sigma_b : v->sigma_b * v->sigma_b;
    return il_draw_normal(out, v->sigma_b);
}
