/*
 * schemes.c - the list of initialisation schemes, and what each means for a layer.
 *
 * In the formulas n is fan_in, m fan_out, F the fan that `mode` names, g the gain; U(L) is uniform
 * in (-L, L), N(s) normal with standard deviation s, T(s) normal cut at two standard deviations and
 * widened so that s remains its standard deviation.
 */
#include <math.h>
#include "theory/truncated_normal.h"
#include "gain.h"
#include "theory/meanfield.h"
#include "scheme.h"
#include "catalog.h"

/* standard deviation of a normal number cut at +-2, to 20 digits */
static const double CUT2_STD = 0.87962566103423975041;

/*
 * How many standard deviations from the mean the nearer bound of a cut law may be: the kernel's
 * probabilities then begin near 2^-33, where its polynomials end.
 */
static const double NEARER_BOUND = 2.3;

/* the range of parameters that have none; a bound so far away is none */
#define FAR 1e30

typedef il_status scheme_fn(struct il_draw *out, const double *v, const struct il_tensor_place *at,
                            il_error *err);

/*
 * ---- laws ---------------------------------------------------------------------------------------
 */

static il_status constant_of(struct il_draw *out, double value)
{
    out->fill.law = IL_LAW_CONSTANT;
    out->fill.a = (float)value;
    return IL_OK;
}

static il_status uniform_of(struct il_draw *out, double bound)
{
    out->fill.law = IL_LAW_UNIFORM;
    out->fill.a = (float)-bound;
    out->fill.b = (float)bound;
    return IL_OK;
}

static il_status normal_of(struct il_draw *out, double std)
{
    out->fill.law = IL_LAW_NORMAL;
    out->fill.a = 0;
    out->fill.b = (float)std;
    return IL_OK;
}

/* sd before the cut; low and high in standard deviations */
static il_status cut_of(struct il_draw *out, double mean, double sd, double low, double high)
{
    il_truncated_normal_fill(&out->fill, low, high);
    out->fill.a = (float)mean;
    out->fill.b = (float)sd;
    out->fill.low = (float)(mean + sd * low);
    out->fill.high = (float)(mean + sd * high);
    return IL_OK;
}

static il_status trunc_of(struct il_draw *out, double std)
{
    return cut_of(out, 0, std / CUT2_STD, -2, 2);
}

static il_status orthogonal_of(struct il_draw *out, double gain)
{
    normal_of(out, 1);
    out->fill.after = IL_AFTER_ORTHOGONAL;
    out->fill.gain = (float)gain;
    return IL_OK;
}

enum { NORMAL, TRUNC_NORMAL, UNIFORM };
#define DISTRIBUTIONS "normal|trunc_normal|uniform"

static il_status spread(struct il_draw *out, double distribution, double std)
{
    return distribution == UNIFORM        ? uniform_of(out, sqrt(3) * std)
           : distribution == TRUNC_NORMAL ? trunc_of(out, std)
                                          : normal_of(out, std);
}

#define MODES "fan_in|fan_out|fan_avg|fan_geo_avg"

static double fan(double mode, const struct il_tensor_place *at)
{
    const double n = at->fan_in, m = at->fan_out;

    return mode == 0 ? n : mode == 1 ? m : mode == 2 ? (n + m) / 2 : sqrt(n * m);
}

/* a gain, or why there is none */
static il_status gain_of(double *gain, double value, const struct il_tensor_place *at,
                         il_error *err)
{
    *gain = il_gain(value, &at->hidden);
    if (isfinite(*gain))
        return IL_OK;
    return il_fail(err, IL_E_USAGE,
                   "gain=auto: softmax and log_softmax act on whole rows and have no gain; give a "
                   "number, or another activation");
}

/* a parameter that counts something */
static il_status whole(const char *name, double value, il_error *err)
{
    return value == floor(value)
               ? IL_OK
               : il_fail(err, IL_E_USAGE, "%s must be a whole number, not %g", name, value);
}

/* of two parameters of which one takes the other's place, the first must be left as it is */
static il_status alternative(const char *name, double value, double untouched, const char *other,
                             il_error *err)
{
    return value == untouched
               ? IL_OK
               : il_fail(err, IL_E_USAGE, "%s and %s exclude each other; give one", name, other);
}

/*
 * ---- schemes ------------------------------------------------------------------------------------
 */

#define SCHEME(name)                                                                               \
    static il_status name(struct il_draw *out, const double *v, const struct il_tensor_place *at,  \
                          il_error *err)
#define UNUSED (void)v, (void)at, (void)err

SCHEME(zeros)
{
    UNUSED;
    return constant_of(out, 0);
}

SCHEME(ones)
{
    UNUSED;
    return constant_of(out, 1);
}

SCHEME(constant)
{
    UNUSED;
    return constant_of(out, v[0]);
}

SCHEME(uniform)
{
    UNUSED;
    if (!(v[0] <= v[1]))
        return il_fail(err, IL_E_USAGE, "uniform needs low <= high, not %g and %g", v[0], v[1]);
    if ((float)v[0] < (float)v[1] && nextafterf((float)v[0], INFINITY) == (float)v[1])
        return il_fail(err, IL_E_USAGE, "uniform: no float lies between %.9g and %.9g", v[0], v[1]);
    uniform_of(out, 0);
    out->fill.a = (float)v[0];
    out->fill.b = (float)v[1];
    return IL_OK;
}

SCHEME(normal)
{
    UNUSED;
    normal_of(out, v[1]);
    out->fill.a = (float)v[0];
    return IL_OK;
}

SCHEME(trunc_normal)
{
    const double mean = v[0], std = v[1];
    const double low = v[3] > -FAR ? v[3] : -INFINITY, high = v[4] < FAR ? v[4] : INFINITY;
    const double cut = v[2] > 0 ? v[2] : isinf(low) && isinf(high) ? 2 : INFINITY;
    const double from = fmax((low - mean) / std, -cut), to = fmin((high - mean) / std, cut);

    (void)at;
    if (!(low < high))
        return il_fail(err, IL_E_USAGE, "trunc_normal needs low < high, not %g and %g", low, high);
    if (!(from < to && from <= NEARER_BOUND && to >= -NEARER_BOUND))
        return il_fail(err, IL_E_USAGE,
                       "trunc_normal: low to high, %g to %g, must begin within cut and %g standard "
                       "deviations of the mean: mean is %g, std %g, cut %g",
                       low, high, NEARER_BOUND, mean, std, cut);
    cut_of(out, mean, std, from, to);
    out->fill.low = fmaxf(out->fill.low, (float)low); /* as they were given, to the bit */
    out->fill.high = fminf(out->fill.high, (float)high);
    return IL_OK;
}

SCHEME(variance_scaling)
{
    (void)err;
    return spread(out, v[2], sqrt(v[0] / fan(v[1], at)));
}

static il_status glorot(struct il_draw *out, const double *v, const struct il_tensor_place *at,
                        il_error *err, double distribution)
{
    double g;
    const il_status st = gain_of(&g, v[0], at, err);

    return st ? st : spread(out, distribution, g / sqrt(fan(2, at)));
}

SCHEME(glorot_uniform) { return glorot(out, v, at, err, UNIFORM); }
SCHEME(glorot_normal) { return glorot(out, v, at, err, NORMAL); }
SCHEME(glorot_trunc_normal) { return glorot(out, v, at, err, TRUNC_NORMAL); }

static il_status he(struct il_draw *out, const double *v, const struct il_tensor_place *at,
                    il_error *err, double distribution)
{
    double g;
    const il_status st = gain_of(&g, v[0], at, err);

    return st ? st : spread(out, distribution, g / sqrt(fan(v[1], at)));
}

SCHEME(he_uniform) { return he(out, v, at, err, UNIFORM); }
SCHEME(he_normal) { return he(out, v, at, err, NORMAL); }
SCHEME(he_trunc_normal) { return he(out, v, at, err, TRUNC_NORMAL); }

static il_status lecun(struct il_draw *out, const double *v, const struct il_tensor_place *at,
                       il_error *err, double distribution)
{
    double g;
    const il_status st = gain_of(&g, v[0], at, err);

    return st ? st : spread(out, distribution, g / sqrt(fan(0, at)));
}

SCHEME(lecun_uniform) { return lecun(out, v, at, err, UNIFORM); }
SCHEME(lecun_normal) { return lecun(out, v, at, err, NORMAL); }
SCHEME(lecun_trunc_normal) { return lecun(out, v, at, err, TRUNC_NORMAL); }

SCHEME(glorot_standard)
{
    UNUSED;
    return uniform_of(out, 1 / sqrt(at->fan_in));
}

SCHEME(orthogonal)
{
    double g;
    const il_status st = gain_of(&g, v[0], at, err);

    return st ? st : orthogonal_of(out, g);
}

SCHEME(scaled_orthogonal)
{
    const double grow = sqrt((double)at->fan_out / at->fan_in);
    double g;
    const il_status st = gain_of(&g, v[0], at, err);

    return st ? st : orthogonal_of(out, g * (grow > 1 ? grow : 1));
}

enum { SPARSE_KEEPS = 15 }; /* Martens 2010 */

SCHEME(sparse)
{
    const unsigned n = v[1] == 0 ? at->fan_in : at->fan_out;
    const double zeros = ceil(v[3] * n);
    il_status st = whole("sparse: k", v[0], err);

    if (st == IL_OK && v[3] >= 0)
        st = alternative("sparse: k", v[0], SPARSE_KEEPS, "frac_zero", err);
    if (st != IL_OK)
        return st;
    if (v[3] < 1 && zeros == n)
        return il_fail(err, IL_E_USAGE,
                       "sparse: frac_zero = %g leaves nothing of a unit's %u weights; up to %.6g "
                       "leaves one (1 is for none)",
                       v[3], n, (n - 1.0) / n);
    normal_of(out, v[2]);
    out->fill.law = IL_LAW_SPARSE;
    out->fill.by_row = v[1] != 0;
    if (v[3] >= 0)
        out->fill.count = n - (unsigned)zeros;
    else
        out->fill.count = v[0] < n ? (unsigned)v[0] : n;
    return IL_OK;
}

SCHEME(identity)
{
    UNUSED;
    constant_of(out, v[0]);
    out->fill.law = IL_LAW_IDENTITY;
    return IL_OK;
}

SCHEME(hadamard)
{
    UNUSED;
    constant_of(out, 1);
    out->fill.law = at->fan_out <= at->fan_in ? IL_LAW_IDENTITY : IL_LAW_HADAMARD;
    if (at->fan_out > at->fan_in)
        out->fill.a = (float)exp2(-ceil(log2(at->fan_out)) / 2);
    return IL_OK;
}

SCHEME(uniform_scaling)
{
    UNUSED;
    return uniform_of(out, v[0] * sqrt(3.0 / at->fan_in));
}

SCHEME(sigmoid_uniform)
{
    UNUSED;
    return uniform_of(out, 4 * sqrt(6.0 / ((double)at->fan_in + at->fan_out)));
}

SCHEME(msra_prelu)
{
    (void)err;
    return normal_of(out, sqrt(2 / (1 + v[0] * v[0]) / fan(v[1], at)));
}

static double nguyen_widrow_norm(const struct il_tensor_place *at)
{
    return 0.7 * pow(at->fan_out, 1.0 / at->fan_in);
}

SCHEME(nguyen_widrow)
{
    UNUSED;
    uniform_of(out, 1);
    out->fill.after = IL_AFTER_COLUMN_NORM;
    out->fill.gain = (float)nguyen_widrow_norm(at);
    return IL_OK;
}

SCHEME(nguyen_widrow_bias)
{
    UNUSED;
    return uniform_of(out, nguyen_widrow_norm(at));
}

SCHEME(mean_field)
{
    UNUSED;
    return normal_of(out, v[0] / sqrt(at->fan_in));
}

SCHEME(mean_field_bias)
{
    UNUSED;
    return normal_of(out, v[1]);
}

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
                       "activation; sigma_b may be at most %g",
                       IL_MEANFIELD_MOST, sigma_b, sqrt(most));
    return il_fail(err, IL_E_USAGE,
                   "edge_of_chaos: this activation has no q* up to %g with chi1 = 1",
                   IL_MEANFIELD_MOST);
}

static const double EDGE_Q = 1; /* where neither q nor sigma_b is given */

/* sigma_w^2 and sigma_b^2 of the edge, from q* or from sigma_b */
static il_status edge(const double *v, const struct il_tensor_place *at, double *sw2, double *sb2,
                      il_error *err)
{
    double q = v[0];

    if (v[1] >= 0) {
        const il_status st = alternative("edge_of_chaos: q", q, EDGE_Q, "sigma_b", err);

        if (st != IL_OK)
            return st;
        *sb2 = v[1] * v[1];
        return il_meanfield_edge_from_bias(&at->hidden, *sb2, &q, sw2)
                   ? IL_OK
                   : no_edge(v[1], &at->hidden, err);
    }
    il_meanfield_edge(&at->hidden, q, sw2, sb2);
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
    const il_status st = edge(v, at, &sw2, &sb2, err);

    return st ? st : normal_of(out, sqrt(sw2 / at->fan_in));
}

SCHEME(edge_of_chaos_bias)
{
    double sw2 = 0, sb2 = 0;
    const il_status st = edge(v, at, &sw2, &sb2, err);

    return st ? st : normal_of(out, sqrt(sb2));
}

SCHEME(random_walk)
{
    const double n = at->fan_in;

    (void)v;
    if (at->hidden.code == IL_ACT_RELU)
        return normal_of(out, M_SQRT2 * exp(1.2 / (fmax(n, 6) - 2.4)) / sqrt(n));
    if (at->hidden.code == IL_ACT_LINEAR)
        return normal_of(out, exp(0.5 / n) / sqrt(n));
    return il_fail(err, IL_E_USAGE,
                   "random_walk: the formula is known for the activations relu and linear only");
}

SCHEME(looks_linear)
{
    const int first = at->layer == 0, last = at->layer + 1 == at->layers;
    double g;
    il_status st;

    if ((!first && at->fan_in % 2) || (!last && at->fan_out % 2))
        return il_fail(err, IL_E_USAGE,
                       "looks_linear mirrors each hidden layer, so its width must be even, not %u",
                       !first && at->fan_in % 2 ? at->fan_in : at->fan_out);
    st = gain_of(&g, v[0], at, err);
    if (st)
        return st;
    if (v[1] == 0)
        orthogonal_of(out, g);
    else
        normal_of(out, g / sqrt(first ? at->fan_in : at->fan_in / 2));
    out->fill.mirror = (first ? 0 : IL_MIRROR_ROWS) | (last ? 0 : IL_MIRROR_COLS);
    return IL_OK;
}

/* how the rates of a layer of another width than `base` differ (Yang et al. 2022, table 3) */
static double mup_rate(const double *v, const struct il_tensor_place *at, int bias)
{
    const int first = at->layer == 0, last = at->layer + 1 == at->layers;
    const double in = at->fan_in / v[0], out = at->fan_out / v[0];

    if (at->layers == 1)
        return 1; /* no width to scale with */
    if (bias)
        return last || at->adam ? 1 : out;
    if (first)
        return at->adam ? 1 : out;
    return last || at->adam ? 1 / in : 1;
}

SCHEME(mup)
{
    const int last = at->layers > 1 && at->layer + 1 == at->layers;
    double g;
    const il_status st = gain_of(&g, v[1], at, err);

    if (st)
        return st;
    out->parametrised = 1;
    out->rate = mup_rate(v, at, 0);
    if (last && v[2] != 0)
        return constant_of(out, 0);
    return normal_of(out, g / sqrt(at->fan_in) * (last ? sqrt(v[0] / at->fan_in) : 1));
}

SCHEME(mup_bias)
{
    (void)err;
    out->parametrised = 1;
    out->rate = mup_rate(v, at, 1);
    return constant_of(out, 0);
}

/* W = sigma_w / sqrt(n) w with w trained: a step in w is sigma_w^2 / n as large in W */
SCHEME(ntk)
{
    const double factor = v[0] / sqrt(at->fan_in);

    (void)err;
    out->parametrised = 1;
    out->rate = at->adam ? factor : factor * factor;
    return normal_of(out, factor);
}

SCHEME(ntk_bias)
{
    (void)err;
    out->parametrised = 1;
    out->rate = at->adam ? v[1] : v[1] * v[1];
    return normal_of(out, v[1]);
}

SCHEME(autoinit)
{
    (void)v;
    out->variance = 1;
    if (at->incoming > 0)
        return normal_of(out, 1 / sqrt(at->fan_in * at->incoming));
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
    const il_status st = whole("lsuv: tries", v[2], err);

    (void)at;
    if (st != IL_OK)
        return st;
    out->data = (struct il_data_init){
        .rule = IL_DATA_LSUV, .std = v[0], .tolerance = v[1], .tries = (unsigned)v[2]
    };
    return orthogonal_of(out, 1);
}

SCHEME(kraehenbuehl)
{
    UNUSED;
    out->data = (struct il_data_init){ .rule = IL_DATA_UNITS, .mean = v[0] };
    return normal_of(out, 1 / sqrt(at->fan_in));
}

SCHEME(torch)
{
    UNUSED;
    return uniform_of(out, 1 / sqrt(at->fan_in));
}

SCHEME(keras)
{
    UNUSED;
    return spread(out, UNIFORM, 1 / sqrt(fan(2, at)));
}

SCHEME(flax)
{
    UNUSED;
    return trunc_of(out, 1 / sqrt(at->fan_in));
}

SCHEME(haiku)
{
    UNUSED;
    return cut_of(out, 0, 1 / sqrt(at->fan_in), -2, 2);
}

SCHEME(tf1_legacy)
{
    (void)err;
    return cut_of(out, 0, sqrt(v[0] / fan(v[1], at)), -2, 2);
}

SCHEME(file)
{
    UNUSED;
    out->from_file = 1;
    return constant_of(out, 0);
}

/*
 * ---- the list
 * ------------------------------------------------------------------------------------
 */

#define NO_PARAM                                                                                   \
    {                                                                                              \
        .name = NULL                                                                               \
    }
#define REAL(name, value, help)                                                                    \
    {                                                                                              \
        name, value, -FAR, FAR, NULL, help                                                         \
    }
#define POSITIVE(name, value, help)                                                                \
    {                                                                                              \
        name, value, 0, FAR, NULL, help                                                            \
    }
#define WORDS(name, value, words, help)                                                            \
    {                                                                                              \
        name, value, 0, 0, words, help                                                             \
    }
#define GAIN(value)                                                                                \
    {                                                                                              \
        "gain", value, 0, 1e30, IL_GAIN_WORDS, "factor of the standard deviation"                  \
    }
#define MODE(value) WORDS("mode", value, MODES, "the fan to divide by")

/* X(function, of the bias that comes with it, name, aliases, formula, source, parameters) */
#define SCHEMES(X)                                                                                 \
    X(zeros, NULL, "zeros", "zero", "0", "", NO_PARAM)                                             \
    X(ones, NULL, "ones", "one", "1", "", NO_PARAM)                                                \
    X(constant, NULL, "constant", "const fill", "value", "", REAL("value", 0, "every element"))    \
    X(uniform, NULL, "uniform", "random_uniform", "U(low, high), the ends left out", "",           \
      REAL("low", -0.05, "lower bound"), REAL("high", 0.05, "upper bound"))                        \
    X(normal, NULL, "normal", "gaussian random_normal", "mean + N(std)", "",                       \
      REAL("mean", 0, "mean"), POSITIVE("std", 0.05, "standard deviation"))                        \
    X(trunc_normal, NULL, "trunc_normal", "truncated_normal",                                      \
      "mean + std z, |z| <= cut, low <= it <= high", "", REAL("mean", 0, "mean"),                  \
      POSITIVE("std", 0.05, "standard deviation before the cut"),                                  \
      { "cut", -1, 1e-3, 1e6, "auto",                                                              \
        "where z is cut, in standard deviations; auto: at 2, or nowhere if low or high is "        \
        "given" },                                                                                 \
      REAL("low", -FAR, "lower bound; -1e30: none"), REAL("high", FAR, "upper bound; 1e30: none")) \
    X(variance_scaling, NULL, "variance_scaling", "", "variance scale / F", "Keras",               \
      POSITIVE("scale", 1, "variance times F"), MODE(0),                                           \
      WORDS("distribution", 1, DISTRIBUTIONS, "its shape"))                                        \
    X(glorot_uniform, NULL, "glorot_uniform", "xavier_uniform xavier glorot",                      \
      "U(g sqrt(6 / (n + m)))", "Glorot & Bengio 2010", GAIN(1))                                   \
    X(glorot_normal, NULL, "glorot_normal", "xavier_normal", "N(g sqrt(2 / (n + m)))",             \
      "Glorot & Bengio 2010", GAIN(1))                                                             \
    X(glorot_trunc_normal, NULL, "glorot_trunc_normal", "xavier_trunc_normal",                     \
      "T(g sqrt(2 / (n + m)))", "Glorot & Bengio 2010", GAIN(1))                                   \
    X(he_uniform, NULL, "he_uniform", "kaiming_uniform", "U(g sqrt(3 / F))", "He et al. 2015",     \
      GAIN(M_SQRT2), MODE(0))                                                                      \
    X(he_normal, NULL, "he_normal", "kaiming_normal kaiming he msra", "N(g / sqrt F)",             \
      "He et al. 2015", GAIN(M_SQRT2), MODE(0))                                                    \
    X(he_trunc_normal, NULL, "he_trunc_normal", "kaiming_trunc_normal", "T(g / sqrt F)",           \
      "He et al. 2015", GAIN(M_SQRT2), MODE(0))                                                    \
    X(lecun_uniform, NULL, "lecun_uniform", "lecun_1998 efficient_backprop", "U(g sqrt(3 / n))",   \
      "LeCun et al. 1998, with scaled_tanh", GAIN(1))                                              \
    X(lecun_normal, NULL, "lecun_normal", "lecun", "N(g / sqrt n)",                                \
      "LeCun et al. 1998; Klambauer et al. 2017 for selu", GAIN(1))                                \
    X(lecun_trunc_normal, NULL, "lecun_trunc_normal", "", "T(g / sqrt n)",                         \
      "LeCun et al. 1998; Klambauer et al. 2017 for selu", GAIN(1))                                \
    X(glorot_standard, NULL, "glorot_standard", "", "U(1 / sqrt n)",                               \
      "the baseline of Glorot & Bengio 2010", NO_PARAM)                                            \
    X(orthogonal, NULL, "orthogonal", "orthonormal saxe", "g Q, Q uniform over orthogonal",        \
      "Saxe et al. 2014; Mezzadri 2007", GAIN(1))                                                  \
    X(scaled_orthogonal, NULL, "scaled_orthogonal", "suo", "g max(sqrt(m / n), 1) Q",              \
      "Martens et al. 2021", GAIN(1))                                                              \
    X(sparse, NULL, "sparse", "", "N(std) in k elements of each unit, else 0", "Martens 2010",     \
      { "k", SPARSE_KEEPS, 0, 1e9, NULL, "elements of a unit that are not 0" },                    \
      WORDS("axis", 0, "in|out", "a unit's incoming or outgoing weights"),                         \
      POSITIVE("std", 1, "standard deviation of the others"),                                      \
      { "frac_zero", -1, 0, 1, "unset", "instead of k: zeros are ceil(frac_zero * fan)" })         \
    X(identity, NULL, "identity", "eye", "g where row = column, else 0", "",                       \
      REAL("gain", 1, "the diagonal"))                                                             \
    X(hadamard, NULL, "hadamard", "zero_init zerO_hadamard",                                       \
      "m <= n: identity; else 2^(-ceil(log2 m) / 2) H", "Zhao et al. 2022 (ZerO)", NO_PARAM)       \
    X(uniform_scaling, NULL, "uniform_scaling", "uniform_unit_scaling", "U(factor sqrt(3 / n))",   \
      "Sussillo & Abbott 2014; TensorFlow 1", POSITIVE("factor", 1, "1.43 for relu, 1.15 tanh"))   \
    X(sigmoid_uniform, NULL, "sigmoid_uniform", "", "U(4 sqrt(6 / (n + m)))",                      \
      "Glorot & Bengio 2010; DL4J", NO_PARAM)                                                      \
    X(msra_prelu, NULL, "msra_prelu", "", "N(sqrt(2 / (1 + slope^2) / F))", "He et al. 2015",      \
      REAL("slope", 0.25, "of the leaky side"), MODE(2))                                           \
    X(nguyen_widrow, nguyen_widrow_bias, "nguyen_widrow", "",                                      \
      "each unit's norm 0.7 m^(1/n), its bias U of that", "Nguyen & Widrow 1990", NO_PARAM)        \
    X(mean_field, mean_field_bias, "mean_field", "", "N(sigma_w / sqrt n), bias N(sigma_b)",       \
      "Poole et al. 2016", POSITIVE("sigma_w", 1, "of the weights"),                               \
      POSITIVE("sigma_b", 0, "of the biases"))                                                     \
    X(edge_of_chaos, edge_of_chaos_bias, "edge_of_chaos", "eoc critical",                          \
      "mean_field with chi1 = 1 at the fixed point q", "Schoenholz et al. 2017",                   \
      { "q", EDGE_Q, 1e-6, IL_MEANFIELD_MOST, NULL, "second moment that the layers keep" },        \
      { "sigma_b", -1, 0, 1e3, "from_q", "of the biases, instead of q" })                          \
    X(random_walk, NULL, "random_walk", "",                                                        \
      "relu: N(sqrt2 e^(1.2 / (max(n, 6) - 2.4)) / sqrt n); linear: N(e^(1 / 2n) / sqrt n)",       \
      "Sussillo & Abbott 2014", NO_PARAM)                                                          \
    X(looks_linear, NULL, "looks_linear", "mirrored", "[[V, -V], [-V, V]]",                        \
      "Balduzzi et al. 2017", GAIN(1), WORDS("base", 0, "orthogonal|normal", "what V is"))         \
    X(mup, mup_bias, "mup", "maximal_update", "N(g / sqrt n), output N(g sqrt(base) / n), rates",  \
      "Yang et al. 2022", { "base", 128, 1, 1e6, NULL, "width whose rates stay as given" },        \
      GAIN(M_SQRT2), WORDS("readout", 0, "mup|zero", "how the output layer begins"))               \
    X(ntk, ntk_bias, "ntk", "", "N(sigma_w / sqrt n), rate times sigma_w^2 / n",                   \
      "Jacot et al. 2018", POSITIVE("sigma_w", M_SQRT2, "of the weights"),                         \
      POSITIVE("sigma_b", 0.1, "of the biases"))                                                   \
    X(autoinit, NULL, "autoinit", "", "N(1 / sqrt(n (mu^2 + var))) of what comes in",              \
      "Bingham & Miikkulainen 2021", NO_PARAM)                                                     \
    X(lsuv, NULL, "lsuv", "", "orthogonal, then each layer's outputs to std, from data",           \
      "Mishkin & Matas 2016", POSITIVE("std", 1, "wanted of the pre-activations"),                 \
      POSITIVE("tol", 0.1, "how near it must come"),                                               \
      { "tries", 10, 1, 100, NULL, "at most so many rescalings" })                                 \
    X(kraehenbuehl, NULL, "kraehenbuehl", "krahenbuhl magic_init",                                 \
      "N(1 / sqrt n), then each unit's outputs to mean and 1, from data",                          \
      "Kraehenbuehl et al. 2016", REAL("mean", 0, "wanted of the pre-activations"))                \
    X(torch, torch, "torch", "pytorch", "U(1 / sqrt n), bias too", "torch.nn.Linear", NO_PARAM)    \
    X(keras, NULL, "keras", "tf2", "U(sqrt(6 / (n + m)))", "Keras Dense", NO_PARAM)                \
    X(flax, NULL, "flax", "", "T(1 / sqrt n)", "Flax Dense", NO_PARAM)                             \
    X(haiku, NULL, "haiku", "sonnet", "N(1 / sqrt n) cut at two, not widened",                     \
      "Haiku and Sonnet Linear", NO_PARAM)                                                         \
    X(tf1_legacy, NULL, "tf1_legacy", "", "N(sqrt(scale / F)) cut at two, not widened",            \
      "TensorFlow 1 VarianceScaling", POSITIVE("scale", 2, "variance times F"), MODE(0))           \
    X(file, file, "file", "load", "from a .npy or .safetensors file", "",                          \
      { "path", NAN, 0, 0, "", "the file" },                                                       \
      WORDS("transpose", 0, IL_NO_YES, "the file has [fan_out, fan_in]"),                          \
      { "name", 0, 0, 0, "",                                                                       \
        "in a .safetensors file: of the tensor, or before .weight and .bias" })

const il_entry il_scheme_rows[] = {
#define X(function, bias, text, others, maths, citation, ...)                                      \
    { text, others, maths, citation, { __VA_ARGS__ } },
    SCHEMES(X)
#undef X
        { .name = NULL }
};

static struct il_draw nothing_drawn(void)
{
    return (struct il_draw){ .fill = { .law = IL_LAW_CONSTANT, .gain = 1 }, .rate = 1 };
}

/* run a scheme's function over a draw that is all defaults; seed and tensor survive it */
static il_status run_scheme(scheme_fn *fn, const struct il_choice *c,
                            const struct il_tensor_place *at, struct il_draw *out, il_error *err)
{
    const uint64_t seed = out->fill.seed, tensor = out->fill.tensor;
    il_status st = IL_OK;

    *out = nothing_drawn();
    out->fill.seed = seed;
    out->fill.tensor = tensor;
    if (fn)
        st = fn(out, c->value, at, err);
    return st;
}

il_status il_scheme_of(const struct il_choice *c, const struct il_tensor_place *at, int bias,
                       struct il_draw *out, il_error *err)
{
    static scheme_fn *const functions[] = {
#define X(function, ...) function,
        SCHEMES(X)
#undef X
    };
    il_status st = run_scheme(functions[c->index], c, at, out, err);

    if (st == IL_OK && bias &&
        (out->fill.after != IL_AFTER_NOTHING || out->fill.mirror || out->data.rule ||
         out->fill.law >= IL_LAW_SPARSE || out->parametrised))
        st = il_fail(err, IL_E_USAGE,
                     "init: %s makes matrices, not biases; name it for the weights, and its biases "
                     "come along",
                     c->entry->name);
    return st;
}

il_status il_scheme_bias_of(const struct il_choice *c, const struct il_tensor_place *at,
                            struct il_draw *out, il_error *err)
{
    static scheme_fn *const functions[] = {
#define X(function, bias, ...) bias,
        SCHEMES(X)
#undef X
    };

    return run_scheme(functions[c->index], c, at, out, err);
}
