/* scheme_density.c - the law of drawn weights as curves: of an element's density, of singular values. */
#include <math.h>
#include "core/log_gamma.h"
#include "theory/marchenko_pastur.h"
#include "scheme.h"

static double normal(double w, double mean, double std)
{
    const double z = (w - mean) / std;

    return exp(-z * z / 2) / (std * sqrt(2 * M_PI));
}

/* the bounds are the float range that is drawn, a and b the normal law's before it was cut */
static double truncated_normal(double w, const struct il_fill *f)
{
    const double a = (double)f->a, b = (double)f->b, low = (double)f->low, high = (double)f->high;
    const double inside = (erf((high - a) / b / M_SQRT2) - erf((low - a) / b / M_SQRT2)) / 2;

    return w >= low && w <= high && inside > 0 ? normal(w, a, b) / inside : 0;
}

/*
 * A row, or a column, of an orthogonal matrix is a uniform direction in `side` dimensions; so is an
 * element's density of (1 - (w / gain)^2)^((side - 3) / 2) on its range.
 */
static double of_direction(double w, double gain, double side)
{
    const double t = w / gain, in = (1 - t) * (1 + t);

    if (side < 2 || !(in > 0))
        return side < 2 ? NAN : 0;
    return exp(il_log_gamma(side / 2) - il_log_gamma((side - 1) / 2) + (side - 3) / 2 * log(in)) /
           (sqrt(M_PI) * fabs(gain));
}

/* fitted to data or read from a file: what was drawn is not what is there */
static int is_drawn(const struct il_draw *d)
{
    return !d->from_file && d->data.rule == IL_DATA_NONE;
}

double il_draw_density(const struct il_draw *draw, const struct il_tensor_place *at, double w)
{
    const struct il_fill *const f = &draw->fill;
    const struct il_law_facts law = il_law_facts(f, at);

    if (!is_drawn(draw) || !(law.std > 0))
        return NAN;
    if (f->after == IL_AFTER_ORTHOGONAL)
        return of_direction(w, (double)f->gain, rint(pow((double)f->gain / law.std, 2)));
    if (f->after != IL_AFTER_NOTHING)
        return NAN;
    switch ((enum il_law)f->law) {
    case IL_LAW_UNIFORM:
        return w >= law.low && w <= law.high ? 1 / (law.high - law.low) : 0;
    case IL_LAW_NORMAL:
        return normal(w, law.mean, law.std);
    case IL_LAW_TRUNC_NORMAL:
        return truncated_normal(w, f);
    case IL_LAW_CONSTANT:
    case IL_LAW_SPARSE:
    case IL_LAW_IDENTITY:
    case IL_LAW_HADAMARD:
    case IL_LAW_COUNT:
        break; /* values that have a probability of their own */
    }
    return NAN;
}

/* the one singular value that such a matrix has; NaN: it has several */
static double only_value(const struct il_fill *f)
{
    if (f->after == IL_AFTER_ORTHOGONAL)
        return fabs((double)f->gain);
    return f->after == IL_AFTER_NOTHING && f->law == IL_LAW_IDENTITY ? fabs((double)f->a) : NAN;
}

void il_draw_spectrum(const struct il_draw *draw, const struct il_tensor_place *at, size_t points,
                      double *share, double *value)
{
    const struct il_fill *const f = &draw->fill;
    const struct il_law_facts law = il_law_facts(f, at);
    const int own = is_drawn(draw) && !f->mirror; /* a mirrored half follows the other */
    const int independent = f->after == IL_AFTER_NOTHING && f->law >= IL_LAW_UNIFORM &&
                            f->law <= IL_LAW_TRUNC_NORMAL && law.mean == 0 && law.std > 0;

    for (size_t k = 0; k < points; k++) {
        share[k] = (double)k / (double)(points - 1);
        value[k] = own ? only_value(f) : NAN;
    }
    if (own && independent)
        il_marchenko_pastur_curve(at->fan_in, at->fan_out, law.std, points, share, value);
}
