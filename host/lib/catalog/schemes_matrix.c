/* schemes_matrix.c - schemes of whole matrices: orthogonal, sparse, identity, mirrored, with columns of one norm. */
#include <math.h>
#include "scheme_draw.h"
#include "scheme_rows.h"

SCHEME(orthogonal)
{
    double g;
    const il_status st = il_gain_at(&g, v->gain, at, err);

    return st ? st : il_draw_orthogonal(out, g);
}

SCHEME(scaled_orthogonal)
{
    const double grow = sqrt((double)at->fan_out / at->fan_in);
    double g;
    const il_status st = il_gain_at(&g, v->gain, at, err);

    return st ? st : il_draw_orthogonal(out, g * (grow > 1 ? grow : 1));
}

/* `axis`, in the order of its words */
enum { AXIS_IN, AXIS_OUT };

SCHEME(sparse)
{
    const unsigned n = v->axis == AXIS_IN ? at->fan_in : at->fan_out;
    const double share = v->frac_zero.number, zeros = ceil(share * n);
    const int by_share = v->frac_zero.kind == IL_PARAM_NUMBER;
    il_status st = il_check_whole("sparse: k", v->k, err);

    if (st == IL_OK && by_share)
        st = il_check_alternative("sparse: k", v->k, IL_SPARSE_K, "frac_zero", err);
    if (st != IL_OK)
        return st;
    if (by_share && share < 1 && zeros == n)
        return il_fail(
            err, IL_E_USAGE,
            "sparse: frac_zero = %.15g leaves nothing of a unit's %u weights; up to %.6g "
            "leaves one (1 is for none)",
            share, n, il_rounded_down((n - 1.0) / n));
    il_draw_normal(out, v->std);
    out->fill.law = IL_LAW_SPARSE;
    out->fill.by_row = v->axis != AXIS_IN;
    if (by_share)
        out->fill.count = n - (unsigned)zeros;
    else
        out->fill.count = v->k < n ? (unsigned)v->k : n;
    return IL_OK;
}

SCHEME(identity)
{
    il_draw_constant(out, v->gain);
    out->fill.law = IL_LAW_IDENTITY;
    return IL_OK;
}

SCHEME(hadamard)
{
    il_draw_constant(out, 1);
    out->fill.law = at->fan_out <= at->fan_in ? IL_LAW_IDENTITY : IL_LAW_HADAMARD;
    if (at->fan_out > at->fan_in)
        out->fill.a = (float)exp2(-ceil(log2(at->fan_out)) / 2);
    return IL_OK;
}

static double nguyen_widrow_norm(const struct il_tensor_place *at)
{
    return 0.7 * pow(at->fan_out, 1.0 / at->fan_in);
}

SCHEME(nguyen_widrow)
{
    il_draw_uniform(out, 1);
    out->fill.after = IL_AFTER_COLUMN_NORM;
    out->fill.gain = (float)nguyen_widrow_norm(at);
    return IL_OK;
}

SCHEME_BIAS(nguyen_widrow) { return il_draw_uniform(out, nguyen_widrow_norm(at)); }

/* `base`, in the order of its words */
enum { BASE_ORTHOGONAL, BASE_NORMAL };

SCHEME(looks_linear)
{
    const int first = at->layer == 0, last = at->layer + 1 == at->layers;
    double g;
    il_status st;

    if ((!first && at->fan_in % 2) || (!last && at->fan_out % 2))
        return il_fail(err, IL_E_USAGE,
                       "looks_linear mirrors each hidden layer, so its width must be even, not %u",
                       !first && at->fan_in % 2 ? at->fan_in : at->fan_out);
    st = il_gain_at(&g, v->gain, at, err);
    if (st)
        return st;
    if (v->base == BASE_ORTHOGONAL)
        il_draw_orthogonal(out, g);
    else
        il_draw_normal(out, g / sqrt(first ? at->fan_in : at->fan_in / 2));
    out->fill.mirror = (first ? 0 : IL_MIRROR_ROWS) | (last ? 0 : IL_MIRROR_COLS);
    return IL_OK;
}
