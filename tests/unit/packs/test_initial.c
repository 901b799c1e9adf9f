/*
 * test_initial.c - what a pack begins with: the very numbers of il_fill, layers fitted to data as
 * their schemes promise, and rates scaled as muP wants them.
 */
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initlab/initlab.h"
#include "support.h"

enum { MOST_RUNS = 64 };
static il_dataset *mnist;

/* a pack of one run for each of inits, which end in NULL; settings end in a NULL name */
static il_pack *open_pack(il_device *d, const il_dataset *set, const struct setting *s,
                          const char *const *inits)
{
    il_config *c[MOST_RUNS] = { NULL };
    size_t runs = 0;

    for (; inits[runs]; runs++) {
        const struct setting init[] = { { "init", inits[runs] }, { NULL, NULL } };

        assert_true(runs < MOST_RUNS);
        c[runs] = make_config(init, s);
    }
    return pack_of(d, set, c, runs);
}

/* the first images and labels of MNIST */
static il_dataset *part(size_t count)
{
    il_samples all = il_dataset_train(mnist);
    il_dataset *set = NULL;
    il_error err = { 0 };

    all.count = count;
    must(il_dataset_from(&set, 28, 28, all, all, &err), &err, "dataset");
    return set;
}

/* ---- il_fill --------------------------------------------------------------------------------- */

/* every run of a pack of inits has il_fill's numbers in every layer */
static void check_pack(il_device *d, const il_dataset *set, const char *const *inits)
{
    static const struct setting s[] = {
        { "layers", "784,30,18,10" }, { "batch", "50" }, { "seed", "77" }, { NULL, NULL }
    };
    static float want[784 * 30], got[784 * 30];
    float want_bias[30], got_bias[30];
    il_pack *const p = open_pack(d, set, s, inits);
    il_error err = { 0 };

    for (size_t m = 0; inits[m]; m++)
        for (unsigned l = 0; l < 3; l++) {
            il_place at = { .layer = l, .layers = 3 };

            if (l == 0 && !strcmp(inits[m], "autoinit"))
                continue; /* from the dataset, which il_fill has not */
            il_pack_shape(p, l, &at.fan_in, &at.fan_out);
            must(il_fill(d, inits[m], &at, 77, want, want_bias, &err), &err, inits[m]);
            must(il_pack_get(p, m, l, got, got_bias, &err), &err, "get");
            if (memcmp(got, want, at.fan_in * at.fan_out * sizeof *got) != 0 ||
                memcmp(got_bias, want_bias, at.fan_out * sizeof *got_bias) != 0)
                fail_msg("%s, layer %u: other numbers in a pack", inits[m], l);
        }
    il_pack_close(p);
}

/* all schemes at once, but for those from data and files; those with rates of their own apart */
static void test_fill_is_what_a_pack_begins_with(void **state)
{
    const char *scaled[MOST_RUNS + 1] = { NULL };
    const char *inits[MOST_RUNS + 1] = { "orthogonal:gain=auto", "mean_field:1.5:0.3",
                                         "uniform:1000:1001" };
    il_dataset *const set = part(50);
    il_device *const d = open_device("cpu");
    size_t n = 3, rates = 0;
    const il_entry *e;

    (void)state;
    for (size_t i = 0; (e = il_list_at(IL_SCHEMES, i)); i++) {
        assert_true(n < MOST_RUNS);
        if (is_fitted(e) || e->traits & IL_READS_FILE)
            continue;
        if (e->traits & IL_SCALES_RATES)
            scaled[rates++] = e->name;
        else
            inits[n++] = e->name;
    }
    assert_true(n > 30 && rates > 1);
    check_pack(d, set, inits);
    check_pack(d, set, scaled);
    il_device_close(d);
    il_dataset_free(set);
}

/* ---- following the signal ---------------------------------------------------------------------- */

/*
 * autoinit after other schemes: by the theory, from the very inputs that autoinit was told of, every
 * layer has variance 1; a measured one walks by 5 / n a layer, and q of h1 is above 50.
 */
static void test_autoinit_follows_other_schemes(void **state)
{
    static const struct setting s[] = { { "layers", "in,256,256,256,out" },
                                        { "batch", "50" },
                                        { "activation", "relu" },
                                        { NULL, NULL } };
    static const char *const inits[] = { "h1=normal:std=1,h2=autoinit,h3=autoinit,out=autoinit",
                                         "h1=torch,h2=sparse,h3=autoinit,out=autoinit", "autoinit",
                                         NULL };
    static const char *const unknown[] = { "h1=const:0.1,h2=autoinit",   "h1=lsuv,h2=autoinit",
                                           "h1=zeros,h2=autoinit",       "h1=identity,h2=autoinit",
                                           "h1=uniform:0:1,h2=autoinit", NULL };
    il_dataset *const set = part(50);
    il_device *const d = open_device("cpu");
    il_pack *const p = open_pack(d, set, s, inits);
    il_config *c = NULL;
    il_signal layer[4];
    il_error err = { 0 };

    (void)state;
    for (size_t m = 0; m < 3; m++) {
        must(il_inspect(p, m, layer, &err), &err, "inspect");
        for (size_t l = m == 2 ? 0 : m + 1; l < 4; l++) {
            near(layer[l].theory.q, 1, 1e-5, inits[m]);
            near(log(layer[l].q), 0, 5 * sqrt(4 * 5 / 256.0), inits[m]);
        }
    }
    must(il_inspect(p, 0, layer, &err), &err, "inspect");
    assert_true(layer[0].q > 50);
    for (size_t i = 0; unknown[i]; i++) {
        must(il_config_new(&c, &err), &err, "config");
        must(il_config_set(c, "layers", "in,256,256,out", &err), &err, "layers");
        must(il_config_set(c, "batch", "50", &err), &err, "batch");
        must(il_config_set(c, "init", unknown[i], &err), &err, unknown[i]);
        assert_int_equal(il_config_check(c, set, &err), IL_E_USAGE);
        assert_non_null(strstr(err.text, "what comes into layer 2"));
        il_config_free(c);
    }
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

/* the same, from a config and without the dataset; widths that no dataset has are drawn too */
static void test_fill_layer_is_what_a_pack_begins_with(void **state)
{
    static const struct setting s[] = { { "layers", "784,30,18,10" },
                                        { "batch", "50" },
                                        { "seed", "77" },
                                        { "activation", "tanh" },
                                        { NULL, NULL } };
    static const char *const inits[] = {
        "h*=he_normal:gain=auto,h2=orthogonal,out=zeros,b=normal:0:0.1,out.b=const:2", NULL
    };
    static float want[784 * 30], got[784 * 30];
    float want_bias[30], got_bias[30];
    il_dataset *const set = part(50);
    il_device *const d = open_device("cpu");
    il_pack *const p = open_pack(d, set, s, inits);
    il_config *config = NULL;
    il_error err = { 0 };

    (void)state;
    must(il_config_new(&config, &err), &err, "config");
    for (size_t i = 0; s[i].name; i++)
        must(il_config_set(config, s[i].name, s[i].value, &err), &err, s[i].name);
    must(il_config_set(config, "init", inits[0], &err), &err, "init");
    for (unsigned l = 0; l < 3; l++) {
        size_t in, out;

        il_pack_shape(p, l, &in, &out);
        must(il_fill_layer(d, config, l, want, want_bias, &err), &err, "fill");
        must(il_pack_get(p, 0, l, got, got_bias, &err), &err, "get");
        assert_memory_equal(got, want, in * out * sizeof *got);
        assert_memory_equal(got_bias, want_bias, out * sizeof *got_bias);
    }
    assert_int_equal(il_fill_layer(d, config, 3, want, want_bias, &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "no layer 3 among 3"));
    must(il_config_set(config, "layers", "5,7,20,1", &err), &err, "layers");
    must(il_fill_layer(d, config, 2, want, want_bias, &err), &err, "one unit");
    assert_true(want[19] == 0 && want_bias[0] == 2);
    must(il_config_set(config, "layers", "2,7,20,1000", &err), &err, "layers");
    must(il_fill_layer(d, config, 2, want, got, &err), &err, "1000 units");
    assert_true(want[19999] == 0 && got[999] == 2);
    must(il_config_set(config, "layers", "in,7,20,10", &err), &err, "layers");
    must(il_fill_layer(d, config, 1, want, want_bias, &err), &err, "between numbers");
    assert_int_equal(il_fill_layer(d, config, 0, want, want_bias, &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "give numbers"));
    must(il_config_set(config, "layers", "5,20,10", &err), &err, "layers");
    must(il_config_set(config, "init", "lsuv", &err), &err, "init");
    assert_int_equal(il_fill_layer(d, config, 1, want, want_bias, &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "fitted to data"));
    il_config_free(config);
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

/* ---- fitted to data -------------------------------------------------------------------------- */

static void test_lsuv(void **state)
{
    static const struct setting s[] = { { "layers", "in,64,48,32,out" },
                                        { "batch", "200" },
                                        { "activation", "gelu" },
                                        { NULL, NULL } };
    static const char *const inits[] = { "lsuv", "he_normal", "lsuv:std=2:tol=0.01", NULL };
    il_device *const d = open_device("strict");
    il_pack *const p = open_pack(d, mnist, s, inits);
    il_signal layer[4];
    il_error err = { 0 };

    (void)state;
    for (size_t m = 0; m < 3; m += 2) {
        const double std = m ? 2 : 1, tolerance = m ? .01 : .1;

        must(il_inspect(p, m, layer, &err), &err, "inspect");
        for (size_t l = 0; l < 4; l++) {
            double values[64];
            const size_t n =
                layer[l].fan_in < layer[l].fan_out ? layer[l].fan_in : layer[l].fan_out;

            near(sqrt(layer[l].z_variance), std, tolerance * (1 + 1e-5), "std of z after LSUV");
            must(il_inspect_weights(p, m, l, values, &err), &err, "weights");
            near(values[n - 1] / values[0], 1, 1e-5, "LSUV scales an orthogonal matrix");
        }
    }
    il_pack_close(p);
    il_device_close(d);
}

/* mean and standard deviation of each unit's pre-activations over x [rows, in], in double */
static void check_units(const double *x, size_t rows, const il_signal *at, const float *w,
                        const float *b, double *z)
{
    for (size_t j = 0; j < at->fan_out; j++) {
        double mean = 0, square = 0;

        for (size_t r = 0; r < rows; r++) {
            double sum = (double)b[j];

            for (size_t i = 0; i < at->fan_in; i++)
                sum += x[r * at->fan_in + i] * (double)w[i * at->fan_out + j];
            z[r * at->fan_out + j] = sum;
            mean += sum / (double)rows;
            square += sum * sum / (double)rows;
        }
        /* sums of up to 784 floats of size 1: 784 2^-24 = 5e-5 */
        near(mean, .5, 1e-4, "mean of a unit");
        near(sqrt(square - mean * mean), 1, 1e-4, "std of a unit");
    }
}

static void test_kraehenbuehl(void **state)
{
    enum { ROWS = 150 };
    static const struct setting s[] = {
        { "layers", "in,40,30,out" }, { "batch", "150" }, { "activation", "tanh" }, { NULL, NULL }
    };
    static const char *const inits[] = { "he_normal", "kraehenbuehl:mean=0.5", NULL };
    const il_samples train = il_dataset_train(mnist);
    static float w[784 * 40], b[40];
    double *x = malloc(ROWS * 784 * sizeof *x), *z = malloc(ROWS * 784 * sizeof *z);
    il_device *const d = open_device("strict");
    il_pack *const p = open_pack(d, mnist, s, inits);
    il_signal layer[3];
    il_error err = { 0 };

    (void)state;
    assert_true(x && z);
    for (size_t i = 0; i < ROWS * 784; i++)
        x[i] = train.images[i] / 255.0;
    must(il_inspect(p, 1, layer, &err), &err, "inspect");
    for (size_t l = 0; l < 3; l++) {
        must(il_pack_get(p, 1, l, w, b, &err), &err, "get");
        check_units(x, ROWS, &layer[l], w, b, z);
        for (size_t i = 0; i < ROWS * layer[l].fan_out; i++)
            x[i] = tanh(z[i]);
    }
    must(il_inspect(p, 0, layer, &err), &err, "inspect");
    assert_true(fabs(layer[0].z_mean - .5) > .1); /* its neighbour in the pack is left alone */
    il_pack_close(p);
    il_device_close(d);
    free(z);
    free(x);
}

/* layers that a scheme left as drawn: equal to the bit to what `drawn` draws; returns how many */
static size_t check_unfitted(il_pack *fitted, il_pack *drawn)
{
    static float w[784], v[784], b[10], c[10];
    il_error err = { 0 };
    size_t left = 0;

    for (size_t m = 0; m < il_pack_runs(fitted); m++)
        for (size_t l = 0; l < il_pack_layers(fitted); l++) {
            size_t in, out;

            il_pack_shape(fitted, l, &in, &out);
            must(il_pack_get(fitted, m, l, w, b, &err), &err, "get");
            must(il_pack_get(drawn, m, l, v, c, &err), &err, "get");
            for (size_t i = 0; i < in * out; i++)
                assert_true(isfinite(w[i]));
            if (il_pack_unfitted(fitted, m, l) == 0)
                continue;
            assert_int_equal(il_pack_unfitted(fitted, m, l), out);
            assert_memory_equal(w, v, in * out * sizeof *w);
            assert_memory_equal(b, c, out * sizeof *b);
            left++;
        }
    return left;
}

/*
 * Nothing to fit: inputs that are 0, as behind a dead unit, also where biases spread; inputs that are
 * the same for every sample. Of ten seeds about half kill h1's one unit for lsuv.
 */
static void test_dead_layers(void **state)
{
    enum { SEEDS = 10 };
    static const struct {
        const char *layers, *activation, *init, *drawn;
        size_t least;
    } cases[] = {
        { "in,1,1,out", "relu", "lsuv", "orthogonal", 2 },
        { "in,1,1,out", "relu", "h1=const:-1,h2=lsuv,out=zeros,b=uniform:-1:1",
          "h1=const:-1,h2=orthogonal,out=zeros,b=uniform:-1:1", SEEDS },
        { "in,1,1,out", "tanh", "h1=const:1,h2=lsuv,out=zeros",
          "h1=const:1,h2=orthogonal,out=zeros", SEEDS },
        { "in,1,1,out", "relu", "h1=const:-1,h2=kraehenbuehl,out=zeros",
          "h1=const:-1,h2=normal:std=1,out=zeros", SEEDS },
        { "in,1,1,out", "tanh", "h1=const:1,h2=kraehenbuehl,out=zeros",
          "h1=const:1,h2=normal:std=1,out=zeros", SEEDS },
    };
    il_device *const d = open_device("cpu");

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        size_t left = 0;

        for (int seed = 0; seed < SEEDS; seed++) {
            char text[8];
            const struct setting s[] = { { "layers", cases[k].layers },
                                         { "batch", "64" },
                                         { "activation", cases[k].activation },
                                         { "seed", text },
                                         { NULL, NULL } };
            const char *const inits[] = { cases[k].init, NULL };
            const char *const others[] = { cases[k].drawn, NULL };
            il_pack *fitted, *drawn;

            snprintf(text, sizeof text, "%d", seed);
            fitted = open_pack(d, mnist, s, inits);
            drawn = open_pack(d, mnist, s, others);
            left += check_unfitted(fitted, drawn);
            il_pack_close(drawn);
            il_pack_close(fitted);
        }
        if (left < cases[k].least)
            fail_msg("%s: %zu layers are left as drawn", cases[k].init, left);
    }
    il_device_close(d);
}

/* ---- parametrisations ------------------------------------------------------------------------ */

/* the change of one step, of a layer's weights and bias */
static void step(il_device *d, const il_dataset *set, const struct setting *s, const char *init,
                 float *const start[3], double *const change[3])
{
    const char *const inits[] = { init, NULL };
    il_pack *const p = open_pack(d, set, s, inits);
    il_error err = { 0 };
    il_epoch out;

    for (size_t l = 0; l < 3; l++) {
        size_t in, n;

        il_pack_shape(p, l, &in, &n);
        must(il_pack_set(p, 0, l, start[l], start[l] + in * n, &err), &err, "set");
    }
    must(il_pack_epoch(p, &out, NULL, NULL, &err), &err, "epoch");
    for (size_t l = 0; l < 3; l++) {
        size_t in, n;
        float *w;

        il_pack_shape(p, l, &in, &n);
        w = malloc((in + 1) * n * sizeof *w);
        assert_non_null(w);
        must(il_pack_get(p, 0, l, w, w + in * n, &err), &err, "get");
        for (size_t i = 0; i < (in + 1) * n; i++)
            change[l][i] = (double)w[i] - (double)start[l][i];
        free(w);
    }
    il_pack_close(p);
}

/*
 * From the same weights, a step with muP or NTK is a plain one times the layer's factor. A change is
 * the difference of two floats below 1: each has 2^-24 of error, against changes above 1e-3.
 */
static void test_rates(void **state)
{
    static const char *const inits[] = { "mup", "ntk" };
    static const char *const optimizers[] = { "sgd", "adam", "momentum" };
    static const size_t width[] = { 784, 32, 16, 10 };
    il_dataset *const set = part(64);
    il_device *const d = open_device("cpu");
    il_error err = { 0 };
    float *start[3];
    double *plain[3], *scaled[3];

    (void)state;
    for (size_t l = 0; l < 3; l++) {
        const size_t n = (width[l] + 1) * width[l + 1];
        const il_place at = { .fan_in = width[l], .fan_out = width[l + 1] };

        start[l] = calloc(n, sizeof **start);
        plain[l] = calloc(n, sizeof **plain);
        scaled[l] = calloc(n, sizeof **scaled);
        assert_true(start[l] && plain[l] && scaled[l]);
        must(il_fill(d, "he_normal", &at, l, start[l], NULL, &err), &err, "fill");
    }
    for (size_t k = 0; k < 6; k++) {
        const struct setting s[] = {
            { "layers", "784,32,16,10" },       { "batch", "64" },
            { "optimizer", optimizers[k / 2] }, { "lr", k / 2 == 1 ? "0.05" : "1" },
            { "activation", "tanh" },           { NULL, NULL }
        };
        unsigned other_rates = 0;

        step(d, set, s, "he_normal", start, plain);
        step(d, set, s, inits[k % 2], start, scaled);
        for (unsigned l = 0; l < 3; l++) {
            const il_place at = { .fan_in = width[l],
                                  .fan_out = width[l + 1],
                                  .layer = l,
                                  .layers = 3,
                                  .activation = "tanh",
                                  .optimizer = optimizers[k / 2] };
            const size_t n = width[l] * width[l + 1];
            il_tensor_law law[2];
            size_t seen = 0;

            must(il_scheme_law(inits[k % 2], &at, &law[0], &law[1], &err), &err, "law");
            for (size_t i = 0; i < n + width[l + 1]; i++)
                if (fabs(plain[l][i]) > 1e-3) {
                    const double rate = law[i >= n].rate;

                    near(scaled[l][i], rate * plain[l][i],
                         2e-7 * (1 + rate) + 1e-5 * rate * fabs(plain[l][i]), inits[k % 2]);
                    seen++;
                    other_rates += rate != 1;
                }
            assert_true(seen > 20);
        }
        assert_true(other_rates > 0);
    }
    for (size_t l = 0; l < 3; l++) {
        free(start[l]);
        free(plain[l]);
        free(scaled[l]);
    }
    il_device_close(d);
    il_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fill_is_what_a_pack_begins_with),
        cmocka_unit_test(test_autoinit_follows_other_schemes),
        cmocka_unit_test(test_fill_layer_is_what_a_pack_begins_with),
        cmocka_unit_test(test_lsuv),
        cmocka_unit_test(test_kraehenbuehl),
        cmocka_unit_test(test_dead_layers),
        cmocka_unit_test(test_rates),
    };
    il_error err = { 0 };
    int failed;

    if (il_dataset_open(&mnist, INITLAB_SOURCE_DIR "/data/mnist", &err) != IL_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    failed = cmocka_run_group_tests_name("initial", tests, NULL, NULL);
    il_dataset_free(mnist);
    return failed;
}
