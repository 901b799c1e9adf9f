/*
 * scheme_law.c - the law of what the fill kernel draws, as numbers: mean, standard deviation and range
 * of an element, and what a layer of them does to a signal's variance.
 */
#include <math.h>
#include "theory/truncated_normal.h"
#include "scheme.h"

/*
 * Sum of Sylvester's Hadamard matrix over its first n rows and m columns. From the largest power of
 * two on its columns repeat, and where rows are past it too the signs turn; a whole block of that
 * size adds up to its first row.
 */
static double hadamard_sum(unsigned n, unsigned m)
{
    const unsigned few = n < m ? n : m, many = n < m ? m : n;
    unsigned block = 1;

    if (few == 0)
        return 0;
    while (block <= many / 2)
        block *= 2;
    return few <= block ? block + hadamard_sum(few, many - block)
                        : 3.0 * block - hadamard_sum(few - block, many - block);
}

static void of_truncated_normal(struct il_law_facts *x, const struct il_fill *f)
{
    const double a = (double)f->a, b = (double)f->b;

    if (b > 0) {
        const struct il_truncated_normal z =
            il_truncated_normal_moments(((double)f->low - a) / b, ((double)f->high - a) / b);

        x->mean = a + b * z.mean;
        x->std = b * z.std;
        x->low = (double)f->low;
        x->high = (double)f->high;
    }
}

static void of_hadamard(struct il_law_facts *x, double a, const struct il_tensor_place *at)
{
    const double n = at->fan_in, m = at->fan_out;
    /* of the elements that are +1, less those that are -1 */
    const double share = hadamard_sum(at->fan_in, at->fan_out) / (n * m);

    x->mean = a * share;
    x->std = fabs(a) * sqrt((1 - share) * (1 + share));
    x->low = n > 1 ? -a : a;
}

/* of what is drawn, before anything is done to the matrix */
static struct il_law_facts drawn(const struct il_fill *f, const struct il_tensor_place *at)
{
    static const char *const names[IL_LAW_COUNT] = {
#define X(ID, name) [IL_LAW_##ID] = name,
#include "laws.def"
#undef X
    };
    const double n = at->fan_in, m = at->fan_out, a = (double)f->a, b = (double)f->b;
    const double most = n > m ? n : m;
    struct il_law_facts x = { names[f->law], a, 0, a, a };

    switch ((enum il_law)f->law) {
    case IL_LAW_CONSTANT:
        break;
    case IL_LAW_UNIFORM:
        x.mean = (a + b) / 2;
        x.std = (b - a) / sqrt(12);
        x.high = b;
        break;
    case IL_LAW_NORMAL:
        x.std = b;
        x.low = b > 0 ? -INFINITY : a;
        x.high = b > 0 ? INFINITY : a;
        break;
    case IL_LAW_TRUNC_NORMAL:
        of_truncated_normal(&x, f);
        break;
    case IL_LAW_SPARSE:
        x.std = b * sqrt(f->count / (f->by_row ? m : n));
        x.low = -INFINITY;
        x.high = INFINITY;
        break;
    case IL_LAW_IDENTITY:
        x.mean = a / most;
        x.std = fabs(a) * sqrt(1 / most - 1 / (most * most));
        x.low = a < 0 ? a : 0;
        x.high = a > 0 ? a : 0;
        break;
    case IL_LAW_HADAMARD:
        of_hadamard(&x, a, at);
        break;
    case IL_LAW_COUNT:
        break;
    }
    return x;
}

struct il_law_facts il_law_facts(const struct il_fill *f, const struct il_tensor_place *at)
{
    const double gain = (double)f->gain;
    /* of the half that is drawn */
    const double rows = f->mirror & IL_MIRROR_ROWS ? at->fan_in / 2.0 : at->fan_in;
    const double cols = f->mirror & IL_MIRROR_COLS ? at->fan_out / 2.0 : at->fan_out;

    switch ((enum il_after)f->after) {
    case IL_AFTER_ORTHOGONAL:
        return (struct il_law_facts){ "orthogonal", 0, gain / sqrt(fmax(rows, cols)), -gain, gain };
    case IL_AFTER_COLUMN_NORM:
        return (struct il_law_facts){ "uniform, then norm", 0, gain / sqrt(at->fan_in), -gain,
                                      gain };
    case IL_AFTER_NOTHING:
        break;
    }
    return drawn(f, at);
}

void il_draw_variances(const struct il_draw *weight, const struct il_draw *bias, unsigned fan_in,
                       unsigned fan_out, double *sw2, double *sb2)
{
    const struct il_tensor_place at = { .fan_in = fan_in, .fan_out = fan_out };
    const struct il_law_facts w = il_law_facts(&weight->fill, &at);
    const struct il_law_facts b = il_law_facts(&bias->fill, &at);
    const int random = weight->fill.law < IL_LAW_IDENTITY;

    *sb2 = b.mean * b.mean + b.std * b.std;
    *sw2 = random && w.mean == 0 && !weight->from_file && !bias->from_file &&
                   weight->data.rule == IL_DATA_NONE
               ? fan_in * w.std * w.std
               : NAN;
}
