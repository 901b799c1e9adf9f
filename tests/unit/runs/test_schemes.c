/*
 * test_schemes.c - every initialisation scheme: laws and gains against known numbers, drawn tensors
 * against their laws, exact schemes to the bit, and what the data-dependent ones leave behind.
 *
 * Statistics are held to five standard deviations of their own: of n draws of kurtosis k, the sample's
 * std has a relative one of sqrt((k - 1) / n) / 2, the mean one of std / sqrt n, the kurtosis
 * one of sqrt(24 / n) for a normal law and less for the others here. The Kolmogorov-Smirnov bound is that of alpha = 1e-3.
 * The seeds are fixed, so that nothing here fails by chance.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initlab/initlab.h"
#include "choices/choice.h"
#include "catalog/gain.h"
#include "theory/gaussian.h"
#include "theory/meanfield.h"
#include "theory/truncated_normal.h"
#include "catalog/catalog.h"
#include "choices/entry.h"
#include "choices/framework_names.h"
#include "choices/framework_values.h"
#include "choices/init_text.h"
#include "reference.h"
#include "support.h"

static const uint64_t SEED = 20261123;

static struct il_act activation(const char *name)
{
    struct il_choice c;

    assert_int_equal(il_choice_parse(&c, IL_ACTIVATIONS, name, NULL), IL_OK);
    return il_activation_of(&c);
}

/* ---- gains, moments, mean field ---------------------------------------------------------------- */

/* computed with mpmath, to seven digits */
static const struct {
    const char *act;
    double mean, square, variance, slope, moment, std, backward;
} gains[] = {
    { "linear", 0, 1, 1, 1, 1, 1, 1 },
    { "sigmoid", .5, .2933790, .0433790, .0448362, 1.8462285, 4.8013134, 4.7226461 },
    { "tanh", 0, .3942945, .3942945, .4644029, 1.5925374, 1.5925374, 1.4674136 },
    { "scaled_tanh", 0, .7504303, .7504303, .8039891, 1.1543695, 1.1543695, 1.1152569 },
    { "relu", .3989423, .5, .3408451, .5, 1.4142136, 1.7128586, 1.4142136 },
    { "leaky_relu", .3949529, .50005, .3440622, .50005, 1.4141429, 1.7048316, 1.4141429 },
    { "leaky_relu:0.2", .3191538, .52, .4181408, .52, 1.3867505, 1.5464601, 1.3867505 },
    { "elu", .1605206, .6449454, .6191786, .6681020, 1.2451983, 1.2708434, 1.2234286 },
    { "selu", 0, 1, 1, 1.0715750, 1, 1, .9660258 },
    { "softplus", .8060592, .9212459, .2715145, .2933790, 1.0418668, 1.9191260, 1.8462285 },
    { "softsign", 0, .1830140, .1830140, .2276713, 2.3375334, 2.3375334, 2.0957806 },
    { "silu", .2066210, .3557755, .3130833, .3794824, 1.6765325, 1.7871872, 1.6233203 },
    { "gelu", .2820948, .4252215, .3456440, .4558509, 1.5335304, 1.7009262, 1.4811144 },
    { "gelu_tanh", .2820386, .4251937, .3456479, .4558178, 1.5335805, 1.7009166, 1.4811681 },
    { "mish", .2404039, .4523422, .3945482, .4790838, 1.4868476, 1.5920254, 1.4447552 },
    { "hardtanh", 0, .5160586, .5160586, .6826895, 1.3920361, 1.3920361, 1.2102871 },
    { "hard_sigmoid", .5, .2776391, .0276391, .0277028, 1.8978404, 6.0150345, 6.0081158 },
    { "hard_swish", .1662167, .3315674, .3039394, .3585315, 1.7366572, 1.8138715, 1.6700764 },
    { "erf", 0, .4645591, .4645591, .5694100, 1.4671670, 1.4671670, 1.3252184 },
    { "sin", 0, .4323324, .4323324, .5676676, 1.5208666, 1.5208666, 1.3272506 },
};

static double gain_word(enum il_gain_word word, const struct il_act *act)
{
    return il_gain((il_param_value){ .kind = IL_PARAM_WORD, .word = word }, act);
}

static void test_gains(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof gains / sizeof *gains; i++) {
        const struct il_act act = activation(gains[i].act);
        const struct il_gaussian m = il_gaussian_moments(&act, 1);

        near(m.mean, gains[i].mean, 1e-6, gains[i].act);
        near(m.square, gains[i].square, 1e-6, gains[i].act);
        near(m.slope_square, gains[i].slope, 1e-6, gains[i].act);
        near(m.square - m.mean * m.mean, gains[i].variance, 1e-6, gains[i].act);
        near(gain_word(IL_GAIN_AUTO, &act), gains[i].moment, 1e-6, gains[i].act);
        near(gain_word(IL_GAIN_MOMENT, &act), gains[i].moment, 1e-6, gains[i].act);
        near(gain_word(IL_GAIN_STD, &act), gains[i].std, 1e-6, gains[i].act);
        near(gain_word(IL_GAIN_BACKWARD, &act), gains[i].backward, 1e-6, gains[i].act);
    }
    {
        const struct il_act relu = activation("relu"), softmax = activation("softmax");

        near(gain_word(IL_GAIN_LINEAR, &relu), 1, 0, "gain=linear");
        near(gain_word(IL_GAIN_SIGMOID, &relu), 1, 0, "gain=sigmoid");
        near(gain_word(IL_GAIN_TANH, &relu), 5.0 / 3, 0, "gain=tanh");
        near(gain_word(IL_GAIN_RELU, &relu), sqrt(2), 0, "gain=relu");
        near(gain_word(IL_GAIN_LEAKY_RELU, &relu), 1.4141428570, 1e-10, "gain=leaky_relu");
        near(gain_word(IL_GAIN_SELU, &relu), .75, 0, "gain=selu");
        near(il_gain((il_param_value){ .kind = IL_PARAM_NUMBER, .number = 1.25 }, &relu), 1.25, 0,
             "gain=1.25");
        assert_true(isnan(gain_word(IL_GAIN_AUTO, &softmax)));
    }
}

/*
 * Every activation against its reference: the moments as sums over the middles of small pieces, at
 * whose ends all kinks are. The slope is that of a central difference, good to 1e-10; the sums are
 * off by h^2/24 times second derivatives below 10: 2e-6 with h = 1/512; the functions are floats.
 */
static void test_moments(void **state)
{
    const double h = 1.0 / 512, d = 1e-5;

    (void)state;
    for (uint32_t code = 0; code < IL_ACT_COUNT; code++) {
        const struct il_act act = activation(il_list_at(IL_ACTIVATIONS, code)->name);
        const struct il_gaussian m = il_gaussian_moments(&act, 1);
        double mean = 0, square = 0, slope = 0;

        assert_int_equal(act.code, code);
        if (ref_row_wise(code))
            continue;
        for (double z = -12 + h / 2; z < 12; z += h) {
            const double alpha = (double)act.alpha, f = ref_f(code, z, alpha);
            const double df = (ref_f(code, z + d, alpha) - ref_f(code, z - d, alpha)) / (2 * d);
            const double p = h * exp(-z * z / 2) / sqrt(2 * M_PI);

            mean += p * f;
            square += p * f * f;
            slope += p * df * df;
        }
        near(m.mean, mean, 3e-6, "mean of an activation");
        near(m.square, square, 3e-6, "mean square of an activation");
        near(m.slope_square, slope, 3e-6, "mean square of an activation's slope");
    }
}

/* computed with mpmath */
static void test_mean_field(void **state)
{
    static const struct {
        const char *act;
        double q, sw2, sb2;
    } edge[] = { { "tanh", .25, 1.393962, .008125 },
                 { "tanh", .5, 1.687975, .038041 },
                 { "tanh", 1, 2.153303, .150965 },
                 { "tanh", 1.5, 2.532482, .314069 },
                 { "tanh", 2, 2.861162, .512265 },
                 { "erf", 1, 1.756204, .184140 },
                 { "relu", 1, 2, 0 },
                 { "relu", 7, 2, 0 } };
    static const struct {
        double sw2, q, chi;
    } off[] = { { 1.0, .193593, .759032 },
                { 1.3, .315316, .880164 },
                { 2.5, 1.063958, 1.133516 },
                { 4.0, 2.195494, 1.342402 } };
    const struct il_act tanh_act = activation("tanh"), gelu = activation("gelu");
    double q, sw2, sb2;

    (void)state;
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        const struct il_act act = activation(edge[i].act);

        il_meanfield_edge(&act, edge[i].q, &sw2, &sb2);
        near(sw2, edge[i].sw2, 2e-6, "sigma_w^2 at the edge");
        near(sb2, edge[i].sb2, 2e-6, "sigma_b^2 at the edge");
    }
    assert_true(il_meanfield_edge_from_bias(&tanh_act, .05, &q, &sw2));
    near(q, .570048, 2e-6, "q* from sigma_b");
    near(sw2, 1.760955, 2e-6, "sigma_w^2 from sigma_b");
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        const struct il_meanfield m = il_meanfield_solve(&tanh_act, off[i].sw2, .05, 1);

        near(m.q, off[i].q, 2e-6, "q*");
        near(m.chi1, off[i].chi, 2e-6, "chi1");
    }
    {
        const struct il_meanfield m = il_meanfield_solve(&tanh_act, 25.0 / 9, 0, 1);

        near(m.q, 1.178480, 2e-6, "q* of PyTorch's tanh gain");
        near(m.chi1, 1.209831, 2e-6, "chi1 of PyTorch's tanh gain");
    }
    assert_true(il_meanfield_solve(&gelu, 2, 0, 1).q == 0); /* He's gain lets deep gelu collapse */
    q = 1;
    for (int l = 0; l < 50; l++) {
        q = il_meanfield_next(&tanh_act, 1, 0, q);
        if (l == 9)
            near(q, .052200, 2e-6, "q_10 of LeCun's tanh");
    }
    near(q, .010219, 2e-6, "q_50 of LeCun's tanh");
}

/*
 * Wide laws, by mpmath at 30 digits: integrals of phi f^2 and phi f'^2 over pieces that end where
 * the argument of f is 1/4, 1/2, 1, ... 1000. sin in closed form: E cos^2 = (1 + e^-2q) / 2. The
 * functions are floats: 1e-6 of the moments, and sb2 is a difference of numbers of size q.
 */
static void test_wide_signals(void **state)
{
    static const struct {
        const char *act;
        double q, sw2, sb2;
    } edge[] = { { "tanh", 100, 18.82998469, 82.66630496 },
                 { "tanh", 1000, 59.45949355, 942.0401319 },
                 { "tanh", 10000, 188.0001517, 9813.499811 },
                 { "erf", 100, 15.72758597, 85.27158402 },
                 { "erf", 1000, 49.67915006, 951.3207666 },
                 { "erf", 10000, 157.0815962, 9843.918396 },
                 { "arctan", 100, 16.02988258, 71.33980624 },
                 { "arctan", 1000, 50.48706333, 890.7629399 },
                 { "arctan", 10000, 159.5848071, 9626.137456 },
                 { "gelu", 100, 1.978631319, 1.10507289 },
                 { "gelu", 1000, 1.99293644, 3.543585751 },
                 { "gelu", 10000, 1.997752656, 11.24046516 },
                 { "elu", 10000, 1.992053057, 38.75060883 },
                 { "silu", 10000, 1.996581342, 17.11947692 },
                 { "sin", 20, 2, 19 },
                 { "sin", 1000, 2, 999 },
                 { "sin", 10000, 2, 9999 } };
    static const struct {
        const char *act;
        double sigma_b, q, sw2;
    } from[] = { { "gelu", .1, .1834831931, 2.982799369 },
                 { "gelu", .5, 6.434102487, 1.959631023 } };
    double q, sw2, sb2;

    (void)state;
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        const struct il_act act = activation(edge[i].act);

        il_meanfield_edge(&act, edge[i].q, &sw2, &sb2);
        near(sw2 / edge[i].sw2, 1, 1e-6, edge[i].act);
        near(sb2, edge[i].sb2, 1e-6 * edge[i].q, edge[i].act);
    }
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        const struct il_act act = activation(from[i].act);

        assert_true(il_meanfield_edge_from_bias(&act, pow(from[i].sigma_b, 2), &q, &sw2));
        /* an error of 1e-6 q in sb2 moves q by that over d sb2 / dq, which is at least .1 here */
        near(q / from[i].q, 1, 1e-5, from[i].act);
        near(sw2 / from[i].sw2, 1, 1e-5, from[i].act);
    }
}

/*
 * Where q goes from 1, however slowly: by hand where it ends at 0 or nowhere (relu: q' = q + .09;
 * elu: q' - q is above .29 from 1 on; tanh: q' is near q - 2 q^2), else by mpmath. tanh with 1.01
 * is pulled back by .01 of its distance only, so the float functions' 1e-7 are 1e-5 there.
 */
static void test_limits(void **state)
{
    static const struct {
        const char *act;
        double sw2, sb2, q, chi1, tolerance;
    } want[] = { { "elu", 2, 0, INFINITY, 1, 0 },
                 { "relu", 2, .09, INFINITY, 1, 0 },
                 { "relu", 2.1, 0, INFINITY, 1.05, 0 },
                 { "relu", 1.9, 0, 0, .95, 0 },
                 { "relu", 2, 0, 1, 1, 0 },
                 { "linear", 1, 0, 1, 1, 0 },
                 { "tanh", 1, 0, 0, 1, 0 },
                 { "tanh", 1.01, 0, .005020635042, 1.000032628, 3e-5 },
                 { "tanh", 10000, 0, 9919.893352, 53.40577752, 2e-6 },
                 { "tanh", 2.153303, .150965, 1, 1, 2e-6 },
                 { "silu", 1.9, .5, 2.155872025, .8202341501, 2e-6 },
                 { "sin", 4, 0, 1.960345197, 2.039654803, 2e-6 },
                 { "tanh", 0, 0, 0, 0, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct il_act act = activation(want[i].act);
        const struct il_meanfield m = il_meanfield_solve(&act, want[i].sw2, want[i].sb2, 1);

        if (want[i].tolerance > 0)
            near(m.q / want[i].q, 1, want[i].tolerance, want[i].act);
        else
            assert_true(m.q == want[i].q);
        near(m.chi1, want[i].chi1, 2e-6 * fmax(1, want[i].chi1), want[i].act);
        assert_true(isinf(m.xi_grad) == (want[i].chi1 == 1));
    }
}

/* ---- laws -------------------------------------------------------------------------------------- */

/*
 * What frameworks' names draw without a parameter, by the signatures that they document: 0.8796 is
 * of a cut at two standard deviations that is not widened.
 */
static void test_frameworks_defaults(void **state)
{
    static const struct {
        const char *name;
        double mean, std, low, high;
    } want[] = {
        { "torch.uniform_", .5, .2886751346, 0, 1 },
        { "torch.normal_", 0, 1, -INFINITY, INFINITY },
        { "torch.trunc_normal_", 0, .8796256610, -2, 2 },
        { "torch.xavier_uniform_", 0, .0357142857, -.0618589574, .0618589574 },
        { "torch.xavier_normal_", 0, .0357142857, -INFINITY, INFINITY },
        { "torch.kaiming_uniform_", 0, .0505076272, -.0874817765, .0874817765 },
        { "torch.kaiming_normal_", 0, .0505076272, -INFINITY, INFINITY },
        { "torch.kaiming_normal_:nonlinearity=leaky_relu", 0, .0505076272, -INFINITY, INFINITY },
        { "torch.kaiming_normal_:nonlinearity=relu", 0, .0505076272, -INFINITY, INFINITY },
        { "torch.orthogonal_", 0, .0357142857, -1, 1 },
        { "torch.nn.Linear", 0, .0206196525, -.0357142857, .0357142857 },
        { "keras.RandomUniform", 0, .0288675135, -.05, .05 },
        { "keras.RandomNormal", 0, .05, -INFINITY, INFINITY },
        { "keras.TruncatedNormal", 0, .0439812831, -.1, .1 },
        { "keras.VarianceScaling", 0, .0357142857, -.0812033739, .0812033739 },
        { "keras.GlorotNormal", 0, .0357142857, -.0812033739, .0812033739 },
        { "keras.HeNormal", 0, .0505076272, -.1148389127, .1148389127 },
        { "keras.Orthogonal", 0, .0357142857, -1, 1 },
        { "jax.uniform", .005, .0028867513, 0, .01 },
        { "jax.normal", 0, .01, -INFINITY, INFINITY },
        { "jax.truncated_normal", 0, .0087962566, -.02, .02 },
        { "jax.he_normal", 0, .0505076272, -.1148389127, .1148389127 },
        { "jax.orthogonal", 0, .0357142857, -1, 1 },
        { "flax.Dense", 0, .0357142857, -.0812033739, .0812033739 },
        { "haiku.RandomUniform", .5, .2886751346, 0, 1 },
        { "haiku.RandomNormal", 0, 1, -INFINITY, INFINITY },
        { "haiku.TruncatedNormal", 0, .8796256610, -2, 2 },
        { "haiku.VarianceScaling", 0, .0357142857, -.0812033739, .0812033739 },
        { "haiku.UniformScaling", 0, .0357142857, -.0618589574, .0618589574 },
        { "sonnet.TruncatedNormal", 0, .8796256610, -2, 2 },
        { "sonnet.VarianceScaling", 0, .0357142857, -.0812033739, .0812033739 },
        { "tf1.random_uniform", .5, .2886751346, 0, 1 },
        { "tf1.truncated_normal", 0, .8796256610, -2, 2 },
        { "tf1.variance_scaling", 0, .0314152022, -.0714285714, .0714285714 },
        { "tf1.uniform_unit_scaling", 0, .0357142857, -.0618589574, .0618589574 },
        { "caffe.xavier", 0, .0357142857, -.0618589574, .0618589574 },
        { "caffe.msra", 0, .0505076272, -INFINITY, INFINITY },
        { "caffe.gaussian", 0, 1, -INFINITY, INFINITY },
        { "mxnet.Xavier", 0, .0357142857, -.0618589574, .0618589574 },
        { "mxnet.MSRAPrelu", 0, .0489995964, -INFINITY, INFINITY },
        { "mxnet.Orthogonal", 0, .0505, -1.414, 1.414 },
        { "timm.trunc_normal_", 0, .8796256610, -2, 2 },
        { "timm.trunc_normal_tf_", 0, .8796256610, -2, 2 },
        { "timm.variance_scaling_", 0, .0357142857, -INFINITY, INFINITY },
        { "timm.lecun_normal_", 0, .0357142857, -.0812033739, .0812033739 },
        { "dl4j.XAVIER_FAN_IN", 0, .0357142857, -INFINITY, INFINITY },
        { "tiny_dnn.lecun", 0, .0206196525, -.0357142857, .0357142857 },
    };
    const il_place square = { .fan_in = 784, .fan_out = 784 };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        il_tensor_law w;
        il_error err = { .text = "" };

        if (il_scheme_law(want[i].name, &square, &w, NULL, &err) != IL_OK)
            fail_msg("%s: %s", want[i].name, err.text);
        near(w.mean, want[i].mean, 1e-8, want[i].name);
        near(w.std, want[i].std, 3e-7 * want[i].std, want[i].name);
        if (isinf(want[i].low))
            assert_true(w.low == want[i].low && w.high == want[i].high);
        else {
            near(w.low, want[i].low, 3e-7 * fabs(want[i].low), want[i].name);
            near(w.high, want[i].high, 3e-7 * want[i].high, want[i].name);
        }
    }
    {
        const il_place thousand = { .fan_in = 1000, .fan_out = 10 };
        il_tensor_law w;

        assert_int_equal(il_scheme_law("torch.kaiming_normal_:nonlinearity=leaky_relu", &thousand,
                                       &w, NULL, NULL),
                         IL_OK);
        near(w.std, .04472136, 1e-8, "leaky_relu with a = 0");
    }
}

/*
 * The law of an element of the weights, by hand from the formulas: a scheme without one does not
 * compile. low = high = 0: as the law has it, all numbers or, where std is 0, the mean alone. bias:
 * the std of its bias, whose mean is 0. Of the second layer of three, relu.
 */
struct law {
    const char *parameters;
    size_t in, out;
    double mean, std, low, high, bias;
};
#define RANGE(a, b) .low = (a), .high = (b)
#define BOUND(b)    RANGE(-(b), b)
#define LAW(id)     static const struct law law_##id[]

LAW(zeros) = {
    { "", 784, 10, .mean = 0 },
};
LAW(ones) = {
    { "", 784, 10, .mean = 1 },
};
LAW(constant) = {
    { "", 784, 10, .mean = 0 },
    { "value=2", 784, 10, .mean = 2 },
};
LAW(uniform) = {
    { "", 784, 10, .std = .0288675135, BOUND(.05) },
    { "low=1:high=3", 784, 10, .mean = 2, .std = .577350269, RANGE(1, 3) },
};
LAW(normal) = {
    { "", 784, 10, .std = .05 },
    { "mean=1:std=2", 784, 10, .mean = 1, .std = 2 },
};
/* scipy.stats.truncnorm */
LAW(trunc_normal) = {
    { "", 784, 10, .std = .05 * .87962566103423978, BOUND(.1) },
    { "mean=0:std=1:low=-1:high=3", 784, 10, .mean = .2827861107, .std = .7849469634,
      RANGE(-1, 3) },
    { "mean=0:std=1:low=1", 784, 10, .mean = 1.5251352762, .std = .4462036145, RANGE(1, INFINITY) },
    { "mean=0.5:std=0.25:high=0.25", 784, 10, .mean = .1187161810, .std = .1115509036,
      RANGE(-INFINITY, .25) },
    { "mean=0:std=1:cut=2:low=-1:high=3", 784, 10, .mean = .2296371791, .std = .7209455869,
      RANGE(-1, 2) },
    { "mean=0.5:std=0:low=0:high=1", 784, 10, .mean = .5, .std = 0, RANGE(.5, .5) },
};
LAW(variance_scaling) = {
    { "", 784, 10, .std = .0357142857, BOUND(.0812033739) },
    { "mode=fan_geo_avg:distribution=normal", 784, 10, .std = .1062725213 },
};
LAW(glorot_uniform) = {
    { "", 784, 10, .std = .0501885613, BOUND(.0869291382) },
    { "", 784, 256, .std = .0438529010, BOUND(.0759554525) },
    { "", 256, 10, .std = .0867109970, BOUND(.1501878516) },
};
LAW(glorot_normal) = {
    { "", 784, 10, .std = .0501885613 },
    { "", 784, 256, .std = .0438529010 },
};
LAW(glorot_trunc_normal) = {
    { "", 784, 10, .std = .0501885613, BOUND(.1141134543) },
};
LAW(he_uniform) = {
    { "", 784, 10, .std = .0505076272, BOUND(.0874817765) },
    { "", 256, 10, .std = .0883883476, BOUND(.1530931089) },
};
LAW(he_normal) = {
    { "", 784, 10, .std = .0505076272 },
};
LAW(he_trunc_normal) = {
    { "", 784, 10, .std = .0505076272, BOUND(.1148389127) },
};
LAW(lecun_uniform) = {
    { "", 784, 10, .std = .0357142857, BOUND(.0618589574) },
};
LAW(lecun_normal) = {
    { "", 784, 10, .std = .0357142857 },
};
LAW(lecun_trunc_normal) = {
    { "", 784, 10, .std = .0357142857, BOUND(.0812033739) },
};
LAW(glorot_standard) = {
    { "", 784, 10, .std = .0206196525, BOUND(.0357142857) },
};
LAW(orthogonal) = {
    { "", 784, 256, .std = 1.0 / 28, BOUND(1) },
};
LAW(scaled_orthogonal) = {
    { "", 256, 784, .std = 1.75 / 28, BOUND(1.75) },
};
LAW(sparse) = {
    { "", 784, 10, .std = .138320834 },
    { "k=3:axis=out:std=2", 784, 10, .std = 1.09544512 },
};
LAW(identity) = {
    { "", 784, 10, .mean = 1.0 / 784, .std = .0356915015, RANGE(0, 1) },
    { "gain=2", 784, 10, .mean = 2.0 / 784, .std = .0713830030, RANGE(0, 2) },
};
LAW(hadamard) = {
    { "", 784, 10, .mean = 1.0 / 784, .std = .0356915015, RANGE(0, 1) },
    { "", 1, 4, .mean = .5 },
    { "", 2, 4, .mean = .25, .std = .433012702, BOUND(.5) },
};
LAW(uniform_scaling) = {
    { "factor=1.43", 784, 10, .std = 1.43 / 28, BOUND(1.43 * .0618589574) },
};
LAW(sigmoid_uniform) = {
    { "", 784, 10, .std = 4 * .0501885613, BOUND(4 * .0869291382) },
};
LAW(msra_prelu) = {
    { "", 784, 10, .std = .0688581388 },
};
LAW(nguyen_widrow) = {
    { "", 784, 10, .std = .0250735322, BOUND(.702058902), .bias = .405333896 },
};
LAW(mean_field) = {
    { "sigma_w=1.5:sigma_b=0.2", 784, 10, .std = 1.5 / 28, .bias = .2 },
};
LAW(edge_of_chaos) = {
    { "", 784, 10, .std = .0505076272 },
};
LAW(random_walk) = {
    { "", 784, 10, .std = .0505852318 },
};
LAW(looks_linear) = {
    { "", 784, 256, .std = .0505076272, BOUND(1) },
    { "base=normal", 784, 256, .std = .0505076272 },
};
LAW(mup) = {
    { "base=64", 256, 256, .std = .0883883476 },
};
LAW(ntk) = {
    { "", 784, 10, .std = .0505076272, .bias = .1 },
};
LAW(autoinit) = {
    { "", 784, 10, .std = .0505076272 },
};
LAW(lsuv) = {
    { "", 784, 256, .std = 1.0 / 28, BOUND(1) },
};
LAW(kraehenbuehl) = {
    { "", 784, 10, .std = .0357142857 },
};
LAW(torch) = {
    { "", 784, 10, .std = .0206196525, BOUND(.0357142857), .bias = .0206196525 },
};
LAW(keras) = {
    { "", 784, 10, .std = .0501885613, BOUND(.0869291382) },
};
LAW(flax) = {
    { "", 784, 10, .std = .0357142857, BOUND(.0812033739) },
};
LAW(haiku) = {
    { "", 784, 10, .std = .0314152022, BOUND(.0714285714) },
};
LAW(tf1_legacy) = {
    { "", 784, 10, .std = .0444278049, BOUND(.1010152545) },
};
LAW(file) = {
    { "path=x.npy", 784, 10, .mean = NAN, .std = NAN, .bias = NAN },
};

static const struct {
    const struct law *law;
    size_t count;
} laws[] = {
#define X(id, ...) { law_##id, sizeof law_##id / sizeof *law_##id },
#include "catalog/schemes.def"
#undef X
};

static void same(double got, double want, double tolerance, const char *what)
{
    if (isnan(want) || isinf(want))
        assert_true(isnan(want) ? isnan(got) : got == want);
    else
        near(got, want, tolerance, what);
}

/* numbers of nine digits; the law's own are floats */
static void check_law(const char *scheme, const struct law *want)
{
    const il_place at = { .fan_in = want->in, .fan_out = want->out, .layer = 1, .layers = 3 };
    const int ends = want->low != 0 || want->high != 0;
    const double slack = 2e-7 * fmax(want->std, fabs(want->mean));
    char text[IL_CHOICE_TEXT];
    il_tensor_law w, b;
    il_error err = { .text = "" };

    snprintf(text, sizeof text, "%s%s%s", scheme, *want->parameters ? ":" : "", want->parameters);
    must(il_scheme_law(text, &at, &w, &b, &err), &err, text);
    same(w.mean, want->mean, slack, text);
    same(w.std, want->std, slack, text);
    same(w.low,
         ends             ? want->low
         : want->std == 0 ? want->mean
                          : -INFINITY,
         2e-7 * fabs(want->low), text);
    same(w.high,
         ends             ? want->high
         : want->std == 0 ? want->mean
                          : INFINITY,
         2e-7 * fabs(want->high), text);
    same(b.mean, isnan(want->bias) ? NAN : 0, 0, text);
    same(b.std, want->bias, 2e-7 * want->bias, text);
}

static void test_laws(void **state)
{
    const il_entry *e;

    (void)state;
    for (size_t i = 0; (e = il_list_at(IL_SCHEMES, i)); i++)
        for (size_t k = 0; k < laws[i].count; k++)
            check_law(e->name, &laws[i].law[k]);
}

/* the same by what frameworks call it; PyTorch's bounds are absolute: 100 sigma cut nothing */
static void test_their_laws(void **state)
{
    static const struct {
        const char *scheme;
        struct law law;
    } want[] = {
        { "torch.trunc_normal_", { "std=0.02", 784, 10, .std = .02, BOUND(2) } },
        { "torch.trunc_normal_", { "", 784, 10, .std = .87962566103, BOUND(2) } },
        { "timm.vit", { "", 784, 10, .std = .02, BOUND(2) } },
        { "torch.kaiming_uniform_",
          { "gain=0.57735026918962576", 784, 10, .std = .0206196525, BOUND(.0357142857) } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        check_law(want[i].scheme, &want[i].law);
}

/* muP's factors of the rate: Yang et al. 2022, table 3 */
static void test_mup_rates(void **state)
{
    static const struct {
        unsigned layer;
        const char *optimizer;
        double weight, bias, std;
    } want[] = { { 0, "sgd", 4, 4, M_SQRT2 / 28 },    { 1, "sgd", 1, 4, M_SQRT2 / 16 },
                 { 2, "sgd", .25, 1, M_SQRT2 / 32 },  { 0, "adam", 1, 1, M_SQRT2 / 28 },
                 { 1, "adam", .25, 1, M_SQRT2 / 16 }, { 2, "adam", .25, 1, M_SQRT2 / 32 } };
    static const size_t width[] = { 784, 256, 256, 10 };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const il_place at = { .fan_in = width[want[i].layer],
                              .fan_out = width[want[i].layer + 1],
                              .layer = want[i].layer,
                              .layers = 3,
                              .optimizer = want[i].optimizer };
        il_tensor_law w, b;

        assert_int_equal(il_scheme_law("mup:base=64", &at, &w, &b, NULL), IL_OK);
        near(w.rate, want[i].weight, 1e-12, "muP's rate");
        near(b.rate, want[i].bias, 1e-12, "muP's rate of biases");
        near(w.std, want[i].std, 1e-8, "muP's std");
    }
}

/*
 * THEIRS=OURS or one word for both, each a parameter of the row; !THEIRS, which takes one value alone;
 * and a slope
 */
static void check_their_parameters(const struct il_framework_name *row, const il_entry *e)
{
    char list[128], text[128], *save = NULL;
    struct il_choice c;
    size_t n = 0;

    snprintf(list, sizeof list, "%s", row->parameters);
    for (char *word = strtok_r(list, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *ours = strchr(word, '=') ? strchr(word, '=') + 1 : word;

        n++;
        if (*word == '!') {
            snprintf(text, sizeof text, "%s:%s=@", row->name, word + 1);
            assert_int_equal(il_choice_parse(&c, IL_SCHEMES, text, NULL), IL_E_USAGE);
            continue;
        }
        ours += *ours == '~';
        if (il_entry_param(e, ours) < 0 && strcmp(ours, "slope") != 0)
            fail_msg("%s: %s has no parameter '%s'", row->name, e->name, ours);
    }
    assert_true(n <= IL_THEIRS);
}

/* every framework's name is a scheme, and no name of ours is taken */
static void test_their_names(void **state)
{
    const struct il_framework_name *differ[2];
    const char *ours, *theirs;
    struct il_choice a, b;

    (void)state;
    for (size_t i = 0; (theirs = il_scheme_alias(i, &ours)); i++) {
        il_error err = { .text = "" };

        if (il_choice_parse(&a, IL_SCHEMES, theirs, &err) != IL_OK ||
            il_choice_parse(&b, IL_SCHEMES, ours, &err) != IL_OK)
            fail_msg("%s: %s", theirs, err.text);
        assert_true(a.entry == b.entry && !memcmp(a.value, b.value, sizeof a.value));
        assert_null(il_entry_named(IL_SCHEMES, theirs, strlen(theirs)));
        assert_non_null(strchr(theirs, '.'));
        check_their_parameters(il_framework_name_find(theirs, strlen(theirs), differ), a.entry);
    }
}

/* as frameworks spell names, parameters and words; by hand from their documents */
static void test_their_spelling(void **state)
{
    static const struct {
        const char *theirs, *ours;
    } want[] = {
        { "HeNormal", "he_trunc_normal" },
        { "GlorotNormal", "glorot_trunc_normal" },
        { "LecunNormal", "lecun_trunc_normal" },
        { "GlorotUniform", "glorot_uniform" },
        { "Zeros", "zeros" },
        { "normal_", "normal:std=1" },
        { "uniform_", "uniform:low=0:high=1" },
        { "sparse_", "sparse:axis=out:std=0.01:frac_zero=0.9" },
        { "zeros_", "zeros" },
        { "lecun_normal_", "lecun_trunc_normal" },
        { "XAVIER_FAN_IN", "lecun_normal" },
        { "he_normal", "he_normal" }, /* of no framework alone, nor are these */
        { "He-Normal", "he_normal" },
        { "torch.nn.init.xavier_uniform_", "glorot_uniform" },
        { "nn.init.normal_:0:0.02", "normal:std=0.02" },
        { "nn.Linear", "torch" },
        { "keras.initializers.GlorotUniform", "glorot_uniform" },
        { "tf.keras.initializers.HeNormal", "he_trunc_normal" },
        { "keras.he_normal", "he_trunc_normal" },
        { "keras.layers.Dense", "keras" },
        { "jax.nn.initializers.he_normal", "he_trunc_normal" },
        { "flax.linen.Dense", "flax" },
        { "flax.nnx.Linear", "flax" },
        { "nnx.Linear", "flax" },
        { "flax.nnx.initializers.normal", "normal:std=0.01" },
        { "hk.Linear", "haiku" },
        { "hk.initializers.TruncatedNormal", "trunc_normal:std=1" },
        { "snt.Linear", "haiku" },
        { "snt.initializers.RandomUniform", "uniform:low=0:high=1" },
        { "timm.layers.trunc_normal_tf_:std=0.02", "trunc_normal:std=0.02" },
        { "torch.trunc_normal_:0:0.02:-1:3", "trunc_normal:std=0.02:low=-1:high=3" },
        { "torch.uniform_:a=-1", "uniform:low=-1:high=1" },
        { "torch.sparse_:0.5", "sparse:axis=out:std=0.01:frac_zero=0.5" },
        { "torch.kaiming_uniform_:a=0.5:mode=fan_out",
          "he_uniform:gain=1.2649110640673518:mode=fan_out" },
        { "torch.kaiming_uniform_:0.5:fan_out", "he_uniform:gain=1.2649110640673518:mode=fan_out" },
        { "torch.kaiming_normal_:nonlinearity=selu", "he_normal:gain=selu" },
        /* its own a, which is 0; calculate_gain's, as of other names, is .01 */
        { "torch.kaiming_normal_:nonlinearity=leaky_relu", "he_normal" },
        { "nn.init.kaiming_uniform_:nonlinearity=leaky_relu:mode=fan_out",
          "he_uniform:mode=fan_out" },
        { "torch.xavier_normal_:gain=leaky_relu", "glorot_normal:gain=leaky_relu" },
        { "he_normal:gain=leaky_relu", "he_normal:gain=leaky_relu" },
        { "torch.xavier_normal_:gain=leaky_relu:0.5", "glorot_normal:gain=1.2649110640673518" },
        { "he_normal:leaky_relu:0.5:fan_out", "he_normal:gain=1.2649110640673518:mode=fan_out" },
        { "torch.xavier_normal_:conv2d", "glorot_normal:gain=linear" },
        { "glorot_normal:gain=identity", "glorot_normal:gain=linear" },
        /* read together: the slope counts beside leaky_relu alone (calculate_gain) */
        { "torch.kaiming_normal_:a=0:mode=fan_out:nonlinearity=relu",
          "he_normal:gain=relu:mode=fan_out" },
        { "torch.kaiming_normal_:nonlinearity=leaky_relu:mode=fan_out:a=0.5",
          "he_normal:gain=1.2649110640673518:mode=fan_out" },
        { "torch.kaiming_normal_:0.5:fan_out:leaky_relu",
          "he_normal:gain=1.2649110640673518:mode=fan_out" },
        { "torch.kaiming_uniform_:0.5:fan_in:tanh", "he_uniform:gain=tanh" },
        { "torch.kaiming_uniform_:a=0.5:generator=None", "he_uniform:gain=1.2649110640673518" },
        { "torch.kaiming_uniform_:nonlinearity=leaky_relu:0.5",
          "he_uniform:gain=1.2649110640673518" },
        { "torch.kaiming_uniform_:mode=fan_out:gain=2", "he_uniform:gain=2:mode=fan_out" },
        /* bounds in standard deviations from the mean; absolute ones of PyTorch and timm */
        { "jax.truncated_normal:lower=-2:upper=2", "trunc_normal:std=0.01" },
        { "jax.truncated_normal:stddev=0.5:lower=-1:upper=1", "trunc_normal:std=0.5:cut=1" },
        { "jax.truncated_normal:0.5:float32:-1:3", "trunc_normal:std=0.5:low=-0.5:high=1.5" },
        { "jax.truncated_normal:upper=4:stddev=0.5", "trunc_normal:std=0.5:low=-1:high=2" },
        { "haiku.TruncatedNormal:2:1:-1:0.5", "trunc_normal:mean=1:std=2:low=-1:high=2" },
        { "timm.trunc_normal_tf_:1:2:-1:0.5", "trunc_normal:mean=1:std=2:low=-1:high=2" },
        { "timm.trunc_normal_tf_:b=0.5:a=-1:std=2:mean=1",
          "trunc_normal:mean=1:std=2:low=-1:high=2" },
        { "timm.trunc_normal_:1:2:-1:0.5", "trunc_normal:mean=1:std=2:low=-1:high=0.5" },
        { "jax.truncated_normal:lower=-1e9:upper=1e9", "trunc_normal:std=0.01:cut=1000000" },
        { "jax.truncated_normal:1:lower=-1e40:upper=1", "trunc_normal:std=1:high=1" },
        { "jax.truncated_normal:cut=3", "trunc_normal:std=0.01:cut=3" },
        /* what has no choice here, said as it is */
        { "jax.variance_scaling:2:fan_out:normal:-2:-1:():jnp.float32",
          "variance_scaling:scale=2:mode=fan_out:distribution=normal" },
        { "jax.glorot_uniform:0:1", "glorot_uniform" },
        { "keras.HeNormal:None", "he_trunc_normal" },
        { "keras.HeNormal:gain=2", "he_trunc_normal:gain=2" },
        { "tf1.variance_scaling:2:fan_avg:normal", "tf1_legacy:mode=fan_avg" },
        { "tf.compat.v1.truncated_normal_initializer:0:0.1", "trunc_normal:std=0.1" },
        { "tf.zeros_initializer", "zeros" },
        { "flax.linen.initializers.zeros_init", "zeros" },
        { "nnx.initializers.ones_init", "ones" },
        /* scale^2 = magnitude / factor is a uniform law's bound, a gaussian's variance */
        { "mxnet.Xavier", "variance_scaling:mode=fan_avg:distribution=uniform" },
        { "mxnet.Xavier:gaussian:in:2", "variance_scaling:scale=2:distribution=normal" },
        { "mx.init.Xavier:factor_type=out:magnitude=6",
          "variance_scaling:scale=2:mode=fan_out:distribution=uniform" },
        { "mxnet.Xavier:rnd_type=gaussian",
          "variance_scaling:scale=3:mode=fan_avg:distribution=normal" },
        { "mxnet.MSRAPrelu:in:0.1", "msra_prelu:slope=0.1:mode=fan_in" },
        { "mxnet.Orthogonal:scale=2:rand_type=normal", "orthogonal:gain=2" },
        { "caffe.msra:variance_norm=AVERAGE", "he_normal:mode=fan_avg" },
        { "keras.RandomNormal:stddev=0.1", "normal:std=0.1" },
        { "keras.RandomUniform:-1:1", "uniform:low=-1:high=1" },
        { "keras.VarianceScaling:distribution=normal", "variance_scaling" },
        { "keras.VarianceScaling:2:fan_avg:untruncated_normal",
          "variance_scaling:scale=2:mode=fan_avg:distribution=normal" },
        { "jax.variance_scaling:1:fan_in:normal", "variance_scaling:distribution=normal" },
        { "jax.variance_scaling:1:fan_in:truncated_normal", "variance_scaling" },
        { "jax.uniform:scale=2", "uniform:low=0:high=2" },
        { "haiku.RandomNormal:2:1", "normal:mean=1:std=2" },
        { "haiku.UniformScaling:scale=1.5", "uniform_scaling:factor=1.5" },
        { "timm.variance_scaling_", "variance_scaling:distribution=normal" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        char text[IL_CHOICE_TEXT];
        il_error err = { .text = "" };
        struct il_choice c;

        must(il_choice_parse(&c, IL_SCHEMES, want[i].theirs, &err), &err, want[i].theirs);
        il_choice_text(&c, text);
        assert_string_equal(text, want[i].ours);
        assert_true(il_list_find(IL_SCHEMES, want[i].theirs) == c.entry);
    }
}

/*
 * Random paths: what can be read comes back from its normal form as it was, alone and as one of several
 * items of a text.
 */
static void test_paths_come_back(void **state)
{
    static const char letters[] = "ab,:=\\./", *const endings[] = { ".npy", ".safetensors" };
    uint64_t seed = 20260;
    size_t read = 0;

    (void)state;
    for (int n = 0; n < 20000; n++) {
        char text[64] = "file:", whole[128], first[IL_CHOICE_TEXT], again[IL_CHOICE_TEXT], *items;
        struct il_choice c, d;
        struct il_init init;
        il_error err = { .text = "" };
        size_t at = strlen(text);

        for (unsigned k = 0; k < 4 + n % 9u; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            text[at++] = letters[seed >> 33 & 7];
        }
        snprintf(text + at, sizeof text - at, "%s%s", endings[n % 2],
                 n % 3 ? "" : ":transpose=yes");
        if (il_choice_parse(&c, IL_SCHEMES, text, NULL) != IL_OK)
            continue;
        read++;
        il_choice_text(&c, first);
        must(il_choice_parse(&d, IL_SCHEMES, first, &err), &err, first);
        il_choice_text(&d, again);
        assert_string_equal(first, again);
        assert_string_equal(il_choice_word(&c, "path"), il_choice_word(&d, "path"));
        snprintf(whole, sizeof whole, "h1=%s,out=zeros", text);
        must(il_init_parse(&init, whole, &err), &err, whole);
        assert_int_equal(init.count, 2);
        assert_string_equal(il_choice_word(&init.item[0].scheme, "path"),
                            il_choice_word(&c, "path"));
        items = il_init_text(&init);
        il_init_free(&init);
        must(il_init_parse(&init, items, &err), &err, items);
        assert_string_equal(il_choice_word(&init.item[0].scheme, "path"),
                            il_choice_word(&c, "path"));
        il_init_free(&init);
        free(items);
    }
    assert_true(read > 10000);
}

static void test_spelling(void **state)
{
    static const struct {
        const char *text, *normal; /* normal NULL: an error with `says` in it */
        const char *says;
    } want[] = {
        { "he_normal:gain=auto", "he_normal:gain=auto", NULL },
        { "he_normal:gain=auto:std", "he_normal:gain=auto:std", NULL },
        { "he_normal:gain=auto:std:mode=fan_out", "he_normal:gain=auto:std:mode=fan_out", NULL },
        { "he_normal:auto:backward:fan_avg", "he_normal:gain=auto:backward:mode=fan_avg", NULL },
        { "he_normal:gain=relu", "he_normal:gain=relu", NULL },
        { "he_normal:gain=1.5", "he_normal:gain=1.5", NULL },
        { "Xavier-Uniform", "glorot_uniform", NULL },
        { "sparse:frac_zero=0.9", "sparse:frac_zero=0.9", NULL },
        { "file:a/b.npy", "file:path=a/b.npy", NULL },
        { "file:a\\,b\\:c.npy:yes", "file:path=a\\,b\\:c.npy:transpose=yes", NULL },
        { "file:name=x:path=a,b.npy", "file:path=a\\,b.npy:name=x", NULL },
        { "file:w.bin", NULL, "path must end in .npy or .safetensors, not 'w.bin'" },
        { "file:path=a/.npy", NULL, "path must end in .npy" },
        /* a path as it is written, up to its ending */
        { "file:lr=0.1/w.npy", "file:path=lr=0.1/w.npy", NULL },
        { "file:/a:b/c=d:e.safetensors:yes", "file:path=/a\\:b/c=d\\:e.safetensors:transpose=yes",
          NULL },
        { "file:path=a:b,c.npy:transpose=yes", "file:path=a\\:b\\,c.npy:transpose=yes", NULL },
        { "file:a.npy:b.npy", NULL, "transpose must be one of no|yes" },
        { "file:a.npy.d/b:c.npy", "file:path=a.npy.d/b\\:c.npy", NULL },
        { "file:a\\b.npy", "file:path=a\\\\b.npy", NULL },
        { "file:nmae=x", NULL, "did you mean 'name'" },
        { "file:w.npy:nmae=x", NULL, "did you mean 'name'" },
        { "he_nromal", NULL, "did you mean 'he_normal'" },
        { "RandomNormal", NULL, "is keras.RandomNormal (normal) and haiku.RandomNormal" },
        { "Linear", NULL, "is torch.nn.Linear (torch) and flax.nnx.Linear (flax)" },
        { "torch.nn.init.xavir_uniform_", NULL, "did you mean 'torch.xavier_uniform_'" },
        { "torch.kaiming_normal_:a=x", NULL, "torch.kaiming_normal_: a must be a number" },
        { "torch.kaiming_normal_:a=x:nonlinearity=relu", NULL, "a must be a number, not 'x'" },
        { "torch.kaiming_normal_:a=1:gain=2", NULL, "gain is given twice" },
        { "torch.kaiming_normal_:1:a=2", NULL, "torch.kaiming_normal_: a is given twice" },
        { "torch.kaiming_normal_:a=1:nonlinearity=leaky_relu:0.2", NULL, "slope is given twice" },
        { "torch.dirac_", NULL, "for kernels of convolutions, of 3 to 5 dimensions" },
        { "nn.init.dirac_", NULL, "for kernels of convolutions" },
        { "dirac_", NULL, "for kernels of convolutions" },
        { "jax.delta_orthogonal", NULL, "for kernels of convolutions" },
        { "tf.random_normal_initializer", NULL, "name the one you mean" },
        { "torch.eye_:3", NULL, "takes 0 values without a name" },
        { "torch.normal_:0:1:None:2", NULL, "takes 3 values without a name" },
        { "keras.HeNormal:42", NULL, "seed cannot be '42' here, only None" },
        { "jax.glorot_uniform:-1:-2", NULL, "weights are [fan_in, fan_out]" },
        { "jax.truncated_normal:0.02:float16", NULL, "floats of 32 bits" },
        { "jax.truncated_normal:lower=1:upper=1", NULL, "below the upper" },
        { "jax.truncated_normal:lower=-1e-5:upper=1e-5", NULL,
          "at least 0.001 standard deviations" },
        { "jax.truncated_normal:lower=-inf", NULL, "lower must be a number" },
        { "jax.truncated_normal:lower=x", NULL, "lower must be a number" },
        { "jax.truncated_normal:upper=nan", NULL, "upper must be a number" },
        { "jax.truncated_normal:lower=-1:low=0", NULL, "low is given twice" },
        { "mxnet.Xavier:magnitude=-1", NULL, "between 0 and" },
        { "mxnet.Xavier:magnitude=2:scale=2", NULL, "scale is given twice" },
        { "tf1.variance_scaling:1:fan_in:uniform", NULL, "later ones are keras.VarianceScaling's" },
        { "VarianceScaling:distribution=normal", NULL, "name the one you mean" },
        /* hints are of the same framework, in its units */
        { "keras.RandomNormal:stdev=1", NULL, "did you mean 'stddev'" },
        { "jax.truncated_normal:lowr=-2", NULL, "did you mean 'lower'" },
        { "trunc_normal:lower=-2", NULL, "'low' (lower bound, not in standard deviations" },
        { "torch.he_normal_", NULL, "did you mean 'torch.kaiming_normal_'" },
        { "nn.init.truncated_normal_", NULL, "did you mean 'torch.trunc_normal_'" },
        { "keras.normal", NULL, "did you mean 'keras.RandomNormal'" },
        { "torch.lecun_normal_", NULL, "'lecun_normal' without a framework is ours" },
        { "torch.kaiming_norml_", NULL, "did you mean 'torch.kaiming_normal_'" },
        { "he_normal:gain=-1", NULL, "from 0 to" },
        { "he_normal:gain=automatic", NULL, "a number or one of auto|" },
        { "he_normal:gian=2", NULL, "did you mean 'gain'" },
        { "sparse:axis=side", NULL, "one of in|out" },
        { "torch.kaiming_normal_:0:fan_in:gelu", NULL,
          "torch.kaiming_normal_: nonlinearity=gelu: " },
        { "file", NULL, "path must be given" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        char text[IL_CHOICE_TEXT];
        il_error err = { .text = "" };
        struct il_choice c;
        const il_status st = il_choice_parse(&c, IL_SCHEMES, want[i].text, &err);

        if (!want[i].normal) {
            assert_int_equal(st, IL_E_USAGE);
            if (!strstr(err.text, want[i].says))
                fail_msg("%s gives \"%s\", without \"%s\"", want[i].text, err.text, want[i].says);
            continue;
        }
        must(st, &err, want[i].text);
        il_choice_text(&c, text);
        assert_string_equal(text, want[i].normal);
    }
}

/* ---- drawn tensors ----------------------------------------------------------------------------- */

static float *filled(const char *device, const char *scheme, const il_place *at, uint64_t seed,
                     float *bias)
{
    float *w = malloc(at->fan_in * at->fan_out * sizeof *w);
    il_error err = { .text = "" };
    il_device *d = open_device(device);

    assert_non_null(w);
    must(il_fill(d, scheme, at, seed, w, bias, &err), &err, scheme);
    il_device_close(d);
    return w;
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static double normal_below(double z) { return erfc(-z / M_SQRT2) / 2; }

typedef double distribution(const void *law, double x); /* P(element <= x) */

/* the Kolmogorov-Smirnov distance of n numbers from a law; sorts them */
static double distance(float *w, size_t n, distribution *below, const void *law)
{
    double most = 0;

    qsort(w, n, sizeof *w, by_size);
    for (size_t i = 0; i < n; i++) {
        const double p = below(law, (double)w[i]);

        most = fmax(most,
                    fmax(fabs(p - (double)i / (double)n), fabs(p - (double)(i + 1) / (double)n)));
    }
    return most;
}

static double below(const void *of, double x)
{
    const il_tensor_law *const law = of;
    const double z = x - law->mean, inside = .95449973610364158;

    if (!strcmp(law->name, "uniform"))
        return (x - law->low) / (law->high - law->low);
    if (!strcmp(law->name, "normal"))
        return normal_below(z / law->std);
    return .5 + (normal_below(2 * z / law->high) - .5) / inside; /* cut at +-2: high is 2 sd */
}

static void check_sample(const char *scheme, size_t in, size_t out, double kurtosis)
{
    const il_place at = { .fan_in = in, .fan_out = out };
    const size_t n = in * out;
    float *const w = filled("cpu", scheme, &at, SEED, NULL);
    double mean = 0, two = 0, four = 0;
    il_tensor_law law;
    char what[64];

    assert_int_equal(il_scheme_law(scheme, &at, &law, NULL, NULL), IL_OK);
    snprintf(what, sizeof what, "%s %zu x %zu", scheme, in, out);
    for (size_t i = 0; i < n; i++) {
        const double x = (double)w[i] - law.mean;

        assert_true((double)w[i] >= law.low && (double)w[i] <= law.high);
        mean += x / (double)n;
        two += x * x / (double)n;
        four += x * x * x * x / (double)n;
    }
    near(mean, 0, 5 * law.std / sqrt((double)n), what);
    near(sqrt(two) / law.std, 1, 5 * sqrt((kurtosis - 1) / (double)n) / 2, what);
    near(four / two / two, kurtosis, 5 * sqrt(24 / (double)n), what);
    near(distance(w, n, below, &law), 0, 1.9495 / sqrt((double)n), what);
    free(w);
}

struct cut {
    double mean, std, low, high;
};

static double below_cut(const void *of, double x)
{
    const struct cut *const c = of;
    const double low = normal_below((c->low - c->mean) / c->std);
    const double high = normal_below((c->high - c->mean) / c->std);

    return (normal_below((x - c->mean) / c->std) - low) / (high - low);
}

/* bounds of our own: on both sides of the mean or on one, near it or far; none is passed */
static void test_bounds(void **state)
{
    static const struct cut cuts[] = { { 0, .02, -2, 2 },     { 0, 1, -1, 3 },
                                       { 0, 1, 1, 4 },        { .5, .25, -3, .25 },
                                       { 0, 1, 2.3, 8 },      { 1, 2, -3.6, -3.5 },
                                       { 0, 1, -1e-3, 3e-3 }, { 3, .5, 3, INFINITY } };
    const il_place at = { .fan_in = 500, .fan_out = 400 };
    const size_t n = 500 * 400;

    (void)state;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        const struct cut *const c = &cuts[i];
        char text[128];
        float *w;

        snprintf(text, sizeof text, "trunc_normal:%g:%g:low=%g", c->mean, c->std, c->low);
        if (isfinite(c->high))
            snprintf(text + strlen(text), sizeof text - strlen(text), ":high=%g", c->high);
        w = filled("cpu", text, &at, SEED, NULL);
        near(distance(w, n, below_cut, c), 0, 1.9495 / sqrt((double)n), text);
        assert_true(w[0] >= (float)c->low && w[n - 1] <= (float)c->high);
        free(w);
    }
}

/* those that are fitted to data or read from a file are drawn by packs alone */
static int alone(const il_entry *e) { return !is_fitted(e) && !(e->traits & IL_READS_FILE); }

/* is this one of the two places that some scheme has a reason to refuse? */
static int refused(const char *scheme, const il_place *at)
{
    return (!strcmp(scheme, "looks_linear") && (at->fan_in % 2 || at->fan_out % 2)) ||
           (!strcmp(scheme, "autoinit") && at->layer == 0);
}

static double kurtosis_of(const char *law)
{
    if (!strcmp(law, "normal"))
        return 3;
    if (!strcmp(law, "uniform"))
        return 1.8;
    return !strcmp(law, "truncated normal") ? 2.3655367 : NAN; /* cut at two */
}

/* every scheme whose law is one of the three */
static void test_samples(void **state)
{
    static const size_t size[][2] = { { 784, 10 }, { 784, 256 } };
    const il_entry *e;
    unsigned seen = 0;

    (void)state;
    for (size_t s = 0; s < 2; s++) {
        const il_place at = { .fan_in = size[s][0], .fan_out = size[s][1] };

        for (size_t i = 0; (e = il_list_at(IL_SCHEMES, i)); i++) {
            il_tensor_law law;

            if (!alone(e) || refused(e->name, &at))
                continue;
            assert_int_equal(il_scheme_law(e->name, &at, &law, NULL, NULL), IL_OK);
            if (isnan(kurtosis_of(law.name)))
                continue;
            check_sample(e->name, at.fan_in, at.fan_out, kurtosis_of(law.name));
            seen++;
        }
        check_sample("variance_scaling:2:fan_avg:normal", at.fan_in, at.fan_out, 3);
    }
    assert_true(seen >= 2 * 20);
}

/*
 * The stated mean and std of a scheme are those of its elements, over some seeds: mean and mean
 * square of count draws that are independent but for mirroring (each half counts once) and norms
 * (which narrow their spread). A square's own variance is at most that of sparse numbers, 3 / share - 1.
 */
static void check_stated(const char *scheme, const il_place *at)
{
    enum { SEEDS = 40 };
    const size_t n = at->fan_in * at->fan_out;
    double mean = 0, square = 0, count = (double)n * SEEDS / 4, share = 1;
    il_tensor_law law;
    char what[128];

    assert_int_equal(il_scheme_law(scheme, at, &law, NULL, NULL), IL_OK);
    snprintf(what, sizeof what, "%s, layer %u, %zu x %zu", scheme, at->layer, at->fan_in,
             at->fan_out);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        float *const w = filled("cpu", scheme, at, seed, NULL);
        size_t zero = 0;

        for (size_t i = 0; i < n; i++) {
            mean += (double)w[i] / (double)n / SEEDS;
            square += (double)w[i] * (double)w[i] / (double)n / SEEDS;
            zero += w[i] == 0.0f;
        }
        share = (double)(n - zero) / (double)n;
        free(w);
    }
    if (!strcmp(law.name, "constant") || !strcmp(law.name, "identity") ||
        !strcmp(law.name, "hadamard")) { /* nothing random: to the rounding of a float */
        near(mean, law.mean, 1e-6, what);
        near(sqrt(square), sqrt(law.std * law.std + law.mean * law.mean), 1e-6, what);
        return;
    }
    near(mean, law.mean, 5 * law.std / sqrt(count), what);
    near(sqrt(square) / law.std, 1, 5 * sqrt((3 / share - 1) / count) / 2, what);
}

static void test_stated_laws(void **state)
{
    static const size_t size[][2] = { { 38, 22 }, { 22, 38 }, { 24, 24 }, { 4, 16 },
                                      { 6, 12 },  { 2, 6 },   { 7, 3 },   { 1, 1 } };
    const il_entry *e;

    (void)state;
    for (size_t i = 0; (e = il_list_at(IL_SCHEMES, i)); i++)
        for (size_t s = 0; alone(e) && s < sizeof size / sizeof *size; s++)
            for (unsigned layer = 0; layer < 3; layer++) {
                const il_place at = {
                    .fan_in = size[s][0], .fan_out = size[s][1], .layer = layer, .layers = 3
                };

                if (!refused(e->name, &at))
                    check_stated(e->name, &at);
            }
}

/* largest |Q'Q - gain^2 I| over the smaller side, in double */
static double departure(const float *w, size_t in, size_t out, double gain)
{
    const size_t tall = in > out ? in : out, small = in > out ? out : in;
    double most = 0;

    for (size_t x = 0; x < small; x++)
        for (size_t y = x; y < small; y++) {
            double dot = 0;

            for (size_t k = 0; k < tall; k++)
                dot += (double)(in >= out ? w[k * out + x] : w[x * out + k]) *
                       (double)(in >= out ? w[k * out + y] : w[y * out + k]);
            most = fmax(most, fabs(dot - (x == y ? gain * gain : 0)));
        }
    return most;
}

static void test_orthogonal(void **state)
{
    static const size_t size[][2] = { { 1024, 1024 }, { 784, 256 }, { 256, 784 }, { 7, 3 },
                                      { 3, 7 },       { 1, 1 },     { 1, 9 } };
    unsigned positive = 0, positive1 = 0;
    double variance = 0;
    il_device *d = NULL;
    enum { DRAWS = 2000 };

    (void)state;
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        const il_place at = { .fan_in = size[i][0], .fan_out = size[i][1] };
        float *const w = filled("cpu", "orthogonal", &at, SEED, NULL);

        near(departure(w, size[i][0], size[i][1], 1), 0, 1e-5, "Q'Q - I");
        free(w);
    }
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, NULL), IL_OK);
    for (uint64_t s = 0; s < DRAWS; s++) { /* Haar: no sign is preferred, not even of 1 x 1 */
        const il_place eight = { .fan_in = 8, .fan_out = 8 }, one = { .fan_in = 1, .fan_out = 1 };
        float q[64], one_q;

        assert_int_equal(il_fill(d, "orthogonal", &eight, s, q, NULL, NULL), IL_OK);
        assert_int_equal(il_fill(d, "orthogonal", &one, s, &one_q, NULL, NULL), IL_OK);
        positive += q[0] > 0;
        positive1 += one_q > 0;
        assert_true(fabsf(one_q) == 1.0f);
        variance += (double)(q[0] * q[0]) / DRAWS;
    }
    il_device_close(d);
    near(positive / (double)DRAWS, .5, 5 * .5 / sqrt(DRAWS), "P(Q[0, 0] > 0)");
    near(positive1 / (double)DRAWS, .5, 5 * .5 / sqrt(DRAWS), "P(1 x 1 > 0)");
    /* q[0]^2 is Beta(1/2, 7/2): variance 2 * 7 / (64 * 10) */
    near(variance, 1.0 / 8, 5 * sqrt(14.0 / 640 / DRAWS), "element variance");
}

static void zeros_a_row(const float *w, size_t rows, size_t cols, unsigned expected)
{
    for (size_t i = 0; i < rows; i++) {
        unsigned zeros = 0;

        for (size_t j = 0; j < cols; j++)
            zeros += w[i * cols + j] == 0.0f;
        assert_int_equal(zeros, expected);
    }
}

static void test_exact_schemes(void **state)
{
    const il_place zero = { .fan_in = 784, .fan_out = 1024 }, tall = { .fan_in = 9, .fan_out = 5 };
    const il_place one = { .fan_in = 1, .fan_out = 4 };
    const il_place sparse = { .fan_in = 50, .fan_out = 30 };
    float *w = filled("cpu", "hadamard", &zero, SEED, NULL), bias[40];
    il_tensor_law law;

    (void)state;
    assert_int_equal(il_scheme_law("hadamard", &one, &law, NULL, NULL), IL_OK);
    assert_true(law.low == .5 && law.high == .5 && law.mean == .5 && law.std == 0);
    for (size_t i = 0; i < 784; i++)
        for (size_t j = 0; j < 1024; j++)
            assert_true(w[i * 1024 + j] ==
                        (__builtin_popcount((unsigned)(i & j)) % 2 ? -1.0f / 32 : 1.0f / 32));
    free(w);
    for (int k = 0; k < 2; k++) { /* ZerO is the identity where it fits */
        w = filled("cpu", k ? "identity" : "hadamard", &tall, SEED, NULL);
        for (size_t i = 0; i < 9; i++)
            for (size_t j = 0; j < 5; j++)
                assert_true(w[i * 5 + j] == (i == j ? 1.0f : 0.0f));
        free(w);
    }
    w = filled("cpu", "torch.sparse_", &sparse, SEED,
               bias); /* ceil(.9 * 30) zeros out of each input */
    zeros_a_row(w, 50, 30, 27);
    free(w);
    w = filled("cpu", "sparse:axis=out:frac_zero=0.85", &sparse, SEED, bias); /* ceil(25.5) */
    zeros_a_row(w, 50, 30, 26);
    free(w);
    w = filled("cpu", "sparse", &sparse, SEED, bias);
    for (size_t j = 0; j < 30; j++) {
        unsigned other = 0;

        for (size_t i = 0; i < 50; i++)
            other += w[i * 30 + j] != 0.0f;
        assert_int_equal(other, 15);
        assert_true(bias[j] == 0.0f);
    }
    free(w);
    w = filled("cpu", "nguyen_widrow", &sparse, SEED, bias);
    for (size_t j = 0; j < 30; j++) {
        const double beta = .7 * pow(30, 1.0 / 50);
        double norm = 0;

        for (size_t i = 0; i < 50; i++)
            norm += (double)w[i * 30 + j] * (double)w[i * 30 + j];
        near(sqrt(norm), beta, 4e-7 * beta, "nguyen_widrow's norm"); /* 50 roundings, and 2 more */
        assert_true(fabs((double)bias[j]) < beta);
    }
    free(w);
}

/*
 * The ends of a uniform law stay out where its sum rounds to them: floats near 1000 are 2^-14 apart,
 * so that one number in 2^14 would be an end. Everything between occurs, the two next to the ends too.
 */
static void test_open_interval(void **state)
{
    static const struct {
        const char *scheme;
        float low, high;
    } want[] = { { "uniform:1000:1001", 1000, 1001 },
                 { "uniform:-1001:-1000", -1001, -1000 },
                 { "uniform:0:1", 0, 1 },
                 { "uniform:-1000:1", -1000, 1 },
                 { "uniform:16777214:16777216", 16777214, 16777216 } };
    const il_place at = { .fan_in = 784, .fan_out = 256 };

    (void)state;
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
        float *const w = filled("cpu", want[k].scheme, &at, SEED, NULL);
        float least = w[0], most = w[0];

        for (size_t i = 0; i < at.fan_in * at.fan_out; i++) {
            least = fminf(least, w[i]);
            most = fmaxf(most, w[i]);
        }
        if (!(least > want[k].low && most < want[k].high))
            fail_msg("%s: %.9g to %.9g", want[k].scheme, (double)least, (double)most);
        if (k < 2) {
            assert_true(least == nextafterf(want[k].low, INFINITY));
            assert_true(most == nextafterf(want[k].high, -INFINITY));
        }
        free(w);
    }
}

/* a mirrored relu network is linear: with x = [V, -V] and y = [V; -V], y relu(x v) = V' V v */
static void test_looks_linear(void **state)
{
    const il_place first = { .fan_in = 6, .fan_out = 8, .layer = 0, .layers = 3 };
    const il_place inner = { .fan_in = 8, .fan_out = 10, .layer = 1, .layers = 3 };
    const il_place last = { .fan_in = 10, .fan_out = 3, .layer = 2, .layers = 3 };
    const il_place odd = { .fan_in = 6, .fan_out = 7, .layer = 0, .layers = 2 };
    float *const a = filled("cpu", "looks_linear", &first, SEED, NULL);
    float *const b = filled("cpu", "looks_linear", &inner, SEED, NULL);
    float *const c = filled("cpu", "looks_linear", &last, SEED, NULL);
    il_error err = { .text = "" };
    double x[3][6], y[3][3];

    (void)state;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 6; i++)
            x[k][i] = k < 2 ? sin(10 * k + 3 * i) : 2 * x[0][i] - 3 * x[1][i];
    for (int k = 0; k < 3; k++) {
        double h[8] = { 0 }, g[10] = { 0 };

        memset(y[k], 0, sizeof y[k]);
        for (int j = 0; j < 8; j++)
            for (int i = 0; i < 6; i++)
                h[j] += x[k][i] * (double)a[i * 8 + j];
        for (int j = 0; j < 10; j++)
            for (int i = 0; i < 8; i++)
                g[j] += fmax(h[i], 0) * (double)b[i * 10 + j];
        for (int j = 0; j < 3; j++)
            for (int i = 0; i < 10; i++)
                y[k][j] += fmax(g[i], 0) * (double)c[i * 3 + j];
    }
    for (int j = 0; j < 3; j++)
        near(y[2][j], 2 * y[0][j] - 3 * y[1][j], 1e-12, "a mirrored network");
    assert_int_equal(il_scheme_law("looks_linear", &odd, NULL, NULL, &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "must be even, not 7"));
    free(c);
    free(b);
    free(a);
}

static void check_flavours(const char *scheme, const size_t size[2])
{
    static const char *const flavour[] = { "base", "v3", "v4", NULL };
    const il_place at = { .fan_in = size[0], .fan_out = size[1], .layer = 1, .layers = 3 };
    float bias[22], other_bias[22];
    float *w;

    if (refused(scheme, &at))
        return;
    w = filled("cpu", scheme, &at, SEED, bias);
    for (size_t f = 0; f < 4; f++) {
        il_device *d = NULL;
        float *other;

        if (flavour[f])
            setenv("INITLAB_CPU", flavour[f], 1);
        if (il_device_open(&d, "cpu", 1, NULL, NULL) == IL_OK) { /* else this CPU has it not */
            il_device_close(d);
            other = filled(flavour[f] ? "cpu" : "strict", scheme, &at, SEED, other_bias);
            if (memcmp(w, other, size[0] * size[1] * sizeof *w) != 0)
                fail_msg("%s: other weights from flavour %s", scheme, flavour[f]);
            assert_memory_equal(bias, other_bias, size[1] * sizeof *bias);
            free(other);
        }
        unsetenv("INITLAB_CPU");
    }
    free(w);
}

/* the same bits from every flavour of the CPU and from the strict device */
static void test_equal_bits(void **state)
{
    static const size_t size[][2] = { { 38, 22 }, { 7, 3 }, { 1, 1 } };
    static const char *const others[] = { "mean_field:1:1", "trunc_normal:cut=3",
                                          "trunc_normal:0:1:low=-1:high=3", "sparse:axis=out",
                                          "uniform:1000:1001" };
    const il_entry *e;

    (void)state;
    for (size_t s = 0; s < sizeof size / sizeof *size; s++) {
        for (size_t i = 0; (e = il_list_at(IL_SCHEMES, i)); i++)
            if (alone(e))
                check_flavours(e->name, size[s]);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            check_flavours(others[i], size[s]);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        const char *scheme, *activation, *says;
        size_t in, out;
    } want[] = { { "he_normal", "relu", "at least 1, not 0", 0, 10 },
                 { "he_normal", "relu", "at least 1", 10, 0 },
                 { "uniform:2:1", "relu", "low <= high", 5, 5 },
                 { "sparse:k=2.7", "relu", "k must be a whole number, not 2.7", 5, 5 },
                 { "sparse:k=3:frac_zero=0.5", "relu", "k and frac_zero exclude", 5, 5 },
                 { "sparse:frac_zero=0.95", "relu", "up to 0.9 leaves one", 10, 10 },
                 { "sparse:frac_zero=0.95", "relu", "up to 0.666666 leaves one", 3, 3 },
                 { "sparse:frac_zero=0.85", "relu", "up to 0.8 leaves one", 5, 5 },
                 { "uniform:0.1234568:0.1234567", "relu", "not 0.1234568 and 0.1234567", 5, 5 },
                 { "torch.sparse_", "relu", "nothing of a unit's 9 weights", 20, 9 },
                 { "lsuv:tries=2.5", "relu", "tries must be a whole number, not 2.5", 5, 5 },
                 { "edge_of_chaos:q=2:sigma_b=0.1", "tanh", "q and sigma_b exclude", 5, 5 },
                 { "uniform:16777215:16777216", "relu", "no float lies between", 5, 5 },
                 { "edge_of_chaos:sigma_b=0.3", "relu", "sigma_b = 0 only, not 0.3", 5, 5 },
                 { "edge_of_chaos:sigma_b=5", "gelu", "sigma_b may be at most 3.352", 5, 5 },
                 { "edge_of_chaos:sigma_b=0", "softplus", "has no q* up to 10000", 5, 5 },
                 { "trunc_normal:low=1:high=1", "relu", "low < high, not 1 and 1", 5, 5 },
                 { "trunc_normal:0:1:low=3", "relu", "3 to inf, must begin within", 5, 5 },
                 { "trunc_normal:0:1:cut=1:low=1.5", "relu", "cut 1", 5, 5 },
                 { "random_walk", "tanh", "relu and linear only", 5, 5 },
                 { "he_normal:gain=auto", "softmax", "whole rows", 5, 5 },
                 { "lsuv", "relu", "needs data", 5, 5 },
                 { "autoinit", "relu", "needs a dataset", 5, 5 },
                 { "file:x.npy", "relu", "needs a file", 5, 5 } };
    il_device *d = NULL;
    float w[100];

    (void)state;
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, NULL), IL_OK);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const il_place at = { .fan_in = want[i].in,
                              .fan_out = want[i].out,
                              .activation = want[i].activation };
        il_error err = { .text = "" };

        assert_int_equal(il_fill(d, want[i].scheme, &at, 0, w, NULL, &err), IL_E_USAGE);
        if (!strstr(err.text, want[i].says))
            fail_msg("%s gives \"%s\", without \"%s\"", want[i].scheme, err.text, want[i].says);
    }
    il_device_close(d);
}

/*
 * A cut normal law's mean and deviation to 1e-9 of the deviation. Of tails: the continued fraction of
 * Mills's ratio h, to 50 digits, and sqrt(1 + z h - h^2); of narrow ranges: the uniform law, from which
 * they differ by a share of width^2.
 */
static void test_cut_facts(void **state)
{
    static const struct {
        double low, high, mean, std;
    } want[] = {
        { 0, INFINITY, 0.79788456080286536, 0.60281027174890883 },
        { 3, INFINITY, 3.2830986549304365, 0.26562979272903128 },
        { -INFINITY, -5, -5.1865039671258421, 0.18082155462530518 },
        { 8, INFINITY, 8.1213681122361127, 0.11968660511243900 },
        { 30, INFINITY, 30.033259667433677, 0.033223056931746829 },
        { 1, 1.00001, 1.00000499999167, 2.88675134596702e-6 },
        { -1e-7, 1e-7, 0, 5.7735026918962576e-8 },
        { 2.5, 2.5, 2.5, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct il_truncated_normal x = il_truncated_normal_moments(want[i].low, want[i].high);

        near(x.std, want[i].std, 1e-8 * want[i].std, "std of a cut normal");
        near(x.mean, want[i].mean, 1e-8 * want[i].std + 1e-15 * fabs(want[i].mean),
             "mean of a cut normal");
    }
    for (double a = -4; a < 4; a += 0.1) { /* the two ways meet */
        const struct il_truncated_normal x = il_truncated_normal_moments(a, a + 0.78),
                                         y = il_truncated_normal_moments(a, a + 0.79);

        assert_true(x.std < y.std && y.std < x.std + 0.01 && x.mean < y.mean);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gains),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_cut_facts),
        cmocka_unit_test(test_mean_field),
        cmocka_unit_test(test_wide_signals),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_frameworks_defaults),
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_their_laws),
        cmocka_unit_test(test_mup_rates),
        cmocka_unit_test(test_their_names),
        cmocka_unit_test(test_paths_come_back),
        cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_stated_laws),
        cmocka_unit_test(test_orthogonal),
        cmocka_unit_test(test_exact_schemes),
        cmocka_unit_test(test_open_interval),
        cmocka_unit_test(test_looks_linear),
        cmocka_unit_test(test_equal_bits),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_their_spelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
