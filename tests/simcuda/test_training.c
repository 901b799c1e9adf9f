/*
 * test_training.c - training on the CUDA plugin, as nvcc built it, beside the CPU device: real MNIST,
 * the whole library, the simulated runtime under the plugin (or a real GPU, where there is one).
 *
 * Initial weights and batches come from our kernels alone: equal in every bit. Costs go through the BLAS.
 * A product sums at most 793 terms of size at most 1 in another order, an error below 793 * 2^-24 = 5e-5
 * of a logit; a mean over 128 samples and a loss of slope at most 1 do not add to it, and 50 steps of
 * rate .1 pass it on with a factor near 1: 1e-4 of the cost is the bound. With the CPU device's own
 * BLAS under the simulated cuBLAS (TEST_SAME_BLAS=1) even costs and weights must be equal in every bit,
 * as long as the CPU takes the first layer through it too (INITLAB_INPUT=dense).
 */
#include <stdio.h>
#include <stdlib.h>

#include "initlab/initlab.h"
#include "pack/pack_impl.h"
#include "random.h"
#include "reference.h"
#include "support.h"

static il_dataset *mnist;
static il_device *devices[2]; /* cpu, cuda:0 */

/* Do both devices sum all products in one order? */
static int equal_bits(void)
{
    const char *const input = getenv("INITLAB_INPUT");

    return getenv("TEST_SAME_BLAS") && input && strcmp(input, "dense") == 0;
}

/* the first images of MNIST: what a step costs on simulated hardware allows no more */
static il_dataset *part_of_mnist(size_t train, size_t test)
{
    il_samples a = il_dataset_train(mnist), b = il_dataset_test(mnist);
    il_dataset *set = NULL;
    il_error err = { 0 };

    a.count = train;
    b.count = test;
    must(il_dataset_from(&set, 28, 28, a, b, &err), &err, "dataset");
    return set;
}

static il_pack *open_pack(il_device *d, const il_dataset *set, const struct setting *s)
{
    il_config *c = make_config(NULL, s);

    return pack_of(d, set, &c, 1);
}

/* both devices' weights of a layer, biases behind them; the caller frees */
static float *layer_weights(il_pack *p, size_t layer, size_t *n)
{
    size_t in, out;
    float *w;
    il_error err = { 0 };

    il_pack_shape(p, layer, &in, &out);
    *n = (in + 1) * out;
    w = malloc(*n * sizeof *w);
    assert_non_null(w);
    must(il_pack_get(p, 0, layer, w, w + in * out, &err), &err, "get");
    return w;
}

static double compare_weights(il_pack *const *p)
{
    double worst = 0;

    for (size_t l = 0; l < il_pack_layers(p[0]); l++) {
        size_t n;
        float *a = layer_weights(p[0], l, &n), *b = layer_weights(p[1], l, &n);

        for (size_t i = 0; i < n; i++) {
            const double d = fabs((double)a[i] - (double)b[i]);

            if (!(d <= worst))
                worst = d;
        }
        if (memcmp(a, b, n * sizeof *a) != 0 && worst == 0)
            worst = 1e-45; /* +0 and -0 */
        free(a);
        free(b);
    }
    return worst;
}

static void train_both(size_t samples, const struct setting *s, size_t epochs)
{
    il_dataset *set = part_of_mnist(samples, 500);
    const int same_order = equal_bits();
    il_pack *p[2];
    il_error err = { 0 };
    double weights;

    for (int k = 0; k < 2; k++)
        p[k] = open_pack(devices[k], set, s);
    assert_true(compare_weights(p) == 0);
    for (size_t e = 0; e < epochs; e++) {
        il_epoch out[2];

        for (int k = 0; k < 2; k++)
            must(il_pack_epoch(p[k], &out[k], NULL, NULL, &err), &err, "epoch");
        if (!(fabs(out[0].cost - out[1].cost) <= (same_order ? 0 : 1e-4 * (1 + out[0].cost))))
            fail_msg("epoch %zu: cost %.12g on the CPU, %.12g on CUDA", e + 1, out[0].cost,
                     out[1].cost);
        if (!(fabs(out[0].test_cost - out[1].test_cost) <=
              (same_order ? 0 : 1e-4 * (1 + out[0].test_cost))))
            fail_msg("epoch %zu: test cost %.12g on the CPU, %.12g on CUDA", e + 1,
                     out[0].test_cost, out[1].test_cost);
    }
    weights = compare_weights(p);
    print_message("weights differ by at most %g\n", weights);
    assert_true(weights <= (same_order ? 0 : 1e-4));
    for (int k = 0; k < 2; k++)
        il_pack_close(p[k]);
    il_dataset_free(set);
}

/* two epochs of 25 steps, the last of a short batch: record once, replay over a new epoch */
static void softmax_regression(void **state)
{
    static const struct setting s[] = { { "init", "zeros" },
                                        { "validation", "200" },
                                        { "epochs", "2" },
                                        { "schedule", "seed" },
                                        { NULL, NULL } };

    (void)state;
    train_both(3350, s, 2);
}

/* as deep as papers train: 20 steps, all in one recorded step */
static void four_hundred_layers(void **state)
{
    static const struct setting s[] = { { "layers", "784-64x400-10" },
                                        { "init", "orthogonal" },
                                        { "activation", "tanh" },
                                        { "lr", "0.01" },
                                        { "batch", "8" },
                                        { "epochs", "1" },
                                        { NULL, NULL } };

    (void)state;
    train_both(160, s, 1);
}

static void deep_network(void **state)
{
    static const struct setting s[] = { { "layers", "784-32-16-10" },
                                        { "init", "uniform:-0.1:0.1" },
                                        { "activation", "tanh" },
                                        { "epochs", "2" },
                                        { "seed", "5" },
                                        { NULL, NULL } };

    (void)state;
    train_both(1250, s, 2);
}

static void adam_with_decay(void **state)
{
    static const struct setting s[] = {
        { "layers", "784-16-10" },   { "optimizer", "adam" }, { "weight_decay", "decoupled:0.01" },
        { "activation", "gelu" },    { "lr", "0.001" },       { "epochs", "2" },
        { "init", "normal:0:0.05" }, { NULL, NULL }
    };

    (void)state;
    train_both(700, s, 2);
}

/* GPUs before compute capability 8.0 refuse tf32 and bf16, as simcuda.limits tests */
static void need_tensor_cores(void)
{
    const struct il_seam *const s = devices[1]->seam;
    const int code = s->math(devices[1], IL_MATH_TF32);

    if (code) {
        print_message("skipped: %s\n", s->error(devices[1], code));
        skip();
    }
    assert_int_equal(s->math(devices[1], IL_MATH_FP32), 0);
}

/*
 * --math on the CUDA device: operands rounded to 11 or 8 significant bits put an error of 2^-11 or
 * 2^-8 on each, so of twice that on a product; some steps at this rate pass it on with a factor
 * near 1: 4 * 2^-11 and 4 * 2^-8 of the cost are the bounds. The weights must show it, bf16's more.
 * (Simulated: the look-alike rounds as tensor cores do.)
 */
static void rounded_products(void **state)
{
    static const char *const modes[] = { "fp32", "tf32", "bf16" };
    il_dataset *set = part_of_mnist(1000, 100);
    double cost[3], apart[3];
    float *w[3];
    size_t n = 0;
    il_error err = { 0 };

    (void)state;
    need_tensor_cores();
    for (int k = 0; k < 3; k++) {
        const struct setting s[] = { { "layers", "784-32-10" },
                                     { "init", "he_normal" },
                                     { "epochs", "2" },
                                     { "math", modes[k] },
                                     { NULL, NULL } };
        il_pack *p = open_pack(devices[1], set, s);
        il_epoch out;

        for (int e = 0; e < 2; e++)
            must(il_pack_epoch(p, &out, NULL, NULL, &err), &err, "epoch");
        cost[k] = out.cost;
        w[k] = layer_weights(p, 0, &n);
        apart[k] = 0;
        for (size_t i = 0; i < n; i++)
            apart[k] += ((double)w[k][i] - (double)w[0][i]) * ((double)w[k][i] - (double)w[0][i]);
        il_pack_close(p);
    }
    print_message("cost in fp32 %.9g, tf32 %.9g, bf16 %.9g; weights apart by %.3g, %.3g\n", cost[0],
                  cost[1], cost[2], sqrt(apart[1]), sqrt(apart[2]));
    assert_true(fabs(cost[1] - cost[0]) <= 4 * 0x1p-11 * cost[0]);
    assert_true(fabs(cost[2] - cost[0]) <= 4 * 0x1p-8 * cost[0]);
    if (getenv("TEST_SAME_BLAS")) /* simulated: 64 times as much, if all were noise; cuBLAS may
                                     keep more bits than it must */
        assert_true(apart[1] > 0 && apart[2] > 4 * apart[1]);
    for (int k = 0; k < 3; k++)
        free(w[k]);
    il_dataset_free(set);
}

/* two packs of other arithmetic on one device do not disturb each other */
static void packs_keep_their_math(void **state)
{
    il_dataset *set = part_of_mnist(512, 100);
    double cost[4];
    il_error err = { 0 };

    (void)state;
    need_tensor_cores();
    for (int k = 0; k < 2; k++) {
        const struct setting fast[] = { { "math", "bf16" }, { "epochs", "2" }, { NULL, NULL } };
        const struct setting full[] = { { "math", "fp32" }, { "epochs", "2" }, { NULL, NULL } };
        il_pack *a = open_pack(devices[1], set, fast);
        il_pack *b = k ? open_pack(devices[1], set, full) : NULL;
        il_epoch out;

        for (int e = 0; e < 2; e++) {
            if (b)
                must(il_pack_epoch(b, &out, NULL, NULL, &err), &err, "epoch");
            must(il_pack_epoch(a, &out, NULL, NULL, &err), &err, "epoch");
            cost[2 * k + e] = out.cost + out.test_cost;
        }
        il_pack_close(b);
        il_pack_close(a);
    }
    assert_true(cost[0] == cost[2] && cost[1] == cost[3]);
    il_dataset_free(set);
}

/* the initial weights of every scheme; those fitted to data go through the BLAS */
static void every_scheme(void **state)
{
    const int same_order = equal_bits();
    il_dataset *set = part_of_mnist(200, 10);
    const il_entry *e;
    unsigned schemes = 0;

    (void)state;
    for (size_t i = 0; (e = il_list_at(IL_SCHEMES, i)); i++) {
        const struct setting s[] = {
            { "layers", "784-30-18-10" }, { "init", e->name }, { "batch", "100" }, { NULL, NULL }
        };
        const int fitted = is_fitted(e);
        il_pack *p[2];
        double worst;

        if (e->traits & IL_READS_FILE)
            continue;
        for (int k = 0; k < 2; k++)
            p[k] = open_pack(devices[k], set, s);
        worst = compare_weights(p);
        if (!(worst <= (fitted && !same_order ? 1e-3 : 0)))
            fail_msg("%s: weights differ by %g", e->name, worst);
        for (int k = 0; k < 2; k++)
            il_pack_close(p[k]);
        schemes++;
    }
    assert_true(schemes >= 40);
    il_dataset_free(set);
}

/* units that begin equal stay equal to the bit, through five epochs of MNIST */
static void constant_weights_keep_one_unit(void **state)
{
    static const struct setting s[] = { { "layers", "784-12-9-10" },
                                        { "init", "const:0.02,b=const:0.1" },
                                        { "activation", "tanh" },
                                        { "lr", "0.1" },
                                        { "batch", "500" },
                                        { "epochs", "5" },
                                        { NULL, NULL } };
    il_pack *const p = open_pack(devices[1], mnist, s);
    il_signal layer[3];
    il_error err = { 0 };
    il_epoch out;

    (void)state;
    for (int e = 0; e < 5; e++) {
        must(il_pack_epoch(p, &out, NULL, NULL, &err), &err, "epoch");
        must(il_inspect(p, 0, layer, &err), &err, "inspect");
        assert_int_equal(layer[0].distinct, 1);
        assert_int_equal(layer[1].distinct, 1);
    }
    assert_int_equal(layer[2].distinct, 10);
    assert_true(out.cost < 2.302585); /* it did learn, as much as one unit a layer can */
    il_pack_close(p);
}

/* the batches of 50 steps in two epochs, as the gather op leaves them */
static void sample_order(void **state)
{
    enum { ROWS = 128, PIXELS = 784, LD = 800, SAMPLES = 3150, STEPS = 25 };
    static float x[2][ROWS * LD];
    uint8_t label[2][ROWS];
    const il_samples s = il_dataset_train(mnist);
    void *memory[2][5];
    const size_t bytes[5] = { sizeof x[0], sizeof label[0], (size_t)SAMPLES * PIXELS, SAMPLES,
                              sizeof(struct il_clock) };

    (void)state;
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 5; i++)
            assert_int_equal(devices[k]->seam->alloc(devices[k], &memory[k][i], bytes[i]), 0);
        assert_int_equal(devices[k]->seam->put(devices[k], memory[k][2], s.images, bytes[2]), 0);
        assert_int_equal(devices[k]->seam->put(devices[k], memory[k][3], s.labels, bytes[3]), 0);
    }
    for (uint32_t step = 0; step < 2 * STEPS; step++) {
        struct il_clock clock = { .steps = STEPS, .next = step % STEPS };

        il_order_keys(&clock, 3, step / STEPS, SAMPLES);
        for (int k = 0; k < 2; k++) {
            struct il_device *d = devices[k];
            void **m = memory[k];

            assert_int_equal(d->seam->put(d, m[4], &clock, sizeof clock), 0);
            assert_int_equal(d->seam->gather(d, m[0], m[1], m[2], m[3], m[4], ROWS, PIXELS, LD), 0);
            assert_int_equal(d->seam->get(d, x[k], m[0], sizeof x[k]), 0);
            assert_int_equal(d->seam->get(d, label[k], m[1], sizeof label[k]), 0);
        }
        assert_memory_equal(x[0], x[1], sizeof x[0]);
        assert_memory_equal(label[0], label[1], sizeof label[0]);
    }
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < 5; i++)
            assert_int_equal(devices[k]->seam->free(devices[k], memory[k][i]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(softmax_regression),
        cmocka_unit_test(deep_network),
        cmocka_unit_test(four_hundred_layers),
        cmocka_unit_test(adam_with_decay),
        cmocka_unit_test(sample_order),
        cmocka_unit_test(every_scheme),
        cmocka_unit_test(rounded_products),
        cmocka_unit_test(packs_keep_their_math),
        cmocka_unit_test(constant_weights_keep_one_unit),
    };
    const char *const data = getenv("INITLAB_DATA"); /* where the sources are not: tools/gpu-kit */
    char folder[4096];
    il_error err = { 0 };
    int failed;

    snprintf(folder, sizeof folder, "%s/mnist", data ? data : INITLAB_SOURCE_DIR "/data");
    if (il_device_open(&devices[1], "cuda:0", 1, NULL, &err) != IL_OK) {
        fprintf(stderr, "no CUDA device: %s\n", err.text);
        return getenv("INITLAB_REQUIRE_CUDA") ? 1 : 77;
    }
    if (il_device_open(&devices[0], "cpu", 1, NULL, &err) != IL_OK ||
        il_dataset_open(&mnist, folder, &err) != IL_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    il_dataset_free(mnist);
    il_device_close(devices[0]);
    il_device_close(devices[1]);
    return failed;
}
