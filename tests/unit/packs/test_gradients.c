/*
 * test_gradients.c - the gradient of every activation x loss x depth, as the training step computes
 * it, against central differences of a network in double (tests/reference.h), and its cost against
 * that network's.
 *
 * Tolerance: the float forward and backward passes are at most 2 * 4 products of at most 16 terms,
 * each rounding by 2^-24, and activations of a few ulp whose conditioning is below 8 for |z| < 4: a
 * relative error of a few hundred times 2^-24 of the largest gradient of the layer, taken as 1000 *
 * 2^-24 = 6e-5. Central differences with h = 1e-5 add h^2 and 1e-16/h: below 1e-9. Where halving h
 * changes the slope a kink is near, and that element proves nothing; there may be few of those.
 */
#include <stdio.h>
#include <stdlib.h>

#include "initlab/initlab.h"
#include "pack/dense.h"
#include "catalog/catalog.h"
#include "pack/pack_impl.h"
#include "random.h"
#include "reference_catalog.h"

enum { PIXELS = 9, CLASSES = 4, SAMPLES = 12, BATCH = 12 };
static const double TOLERANCE = 1000.0 / (1 << 24);
static const uint64_t SEED = 20261123;

static il_dataset *make_set(void)
{
    uint8_t images[SAMPLES * PIXELS], labels[SAMPLES];
    il_dataset *set = NULL;
    il_error err = { 0 };

    for (unsigned i = 0; i < sizeof images; i++)
        images[i] = (uint8_t)il_philox(SEED, i, 0).v[0];
    for (unsigned i = 0; i < SAMPLES; i++)
        labels[i] = (uint8_t)(i % CLASSES);
    {
        const il_samples part = { SAMPLES, images, labels };

        must(il_dataset_from(&set, 3, 3, part, part, &err), &err, "dataset");
    }
    return set;
}

/* One network, and what its loss means in double. */
struct network {
    const char *layers, *activation, *output, *loss, *smoothing;
    const struct ref_loss *reference;
};

/* A pack of one that keeps its gradient: momentum, so that the update is not the product itself. */
static il_pack *open_pack(il_device *d, const il_dataset *set, const struct network *n)
{
    const struct setting s[] = {
        { "layers", n->layers },
        { "activation", n->activation },
        { "output", n->output },
        { "loss", n->loss },
        { "label_smoothing", n->smoothing },
        { "optimizer", "momentum" },
        { "lr", "0.5" },
        { "init", "uniform:-0.6:0.6,b=uniform:0.05:0.4" },
        { "batch", "12" },
        { "epochs", "1" },
        { "seed", "7" },
        { NULL, NULL },
    };
    il_config *config = make_config(s, NULL);

    return pack_of(d, set, &config, 1);
}

/* the pack's weights, and the network's head by the tests' own reading of it */
static void to_reference(const struct il_pack *p, const struct network *n, struct ref_net *net)
{
    const struct il_choice loss = choice_of(IL_LOSSES, n->loss);

    memset(net, 0, sizeof *net);
    net->layers = (int)p->layers;
    for (unsigned l = 0; l <= p->layers; l++)
        net->width[l] = (int)p->run[0].width[l];
    net->hidden = p->run[0].hidden;
    net->head.act = p->run[0].head.act;
    net->head.hot = 1 - strtof(n->smoothing, NULL);
    net->head.cold = strtof(n->smoothing, NULL) / CLASSES;
    n->reference->of(loss.value, CLASSES, &net->head, &net->divisor);
    for (unsigned l = 0; l < p->layers; l++)
        for (unsigned i = 0; i <= p->layer[l].layout.fan_in; i++)
            for (unsigned j = 0; j < p->layer[l].layout.fan_out; j++)
                net->w[l][i][j] = (double)p->layer[l].w[il_layout_at(&p->layer[l].layout, 0, i, j)];
}

struct tally {
    unsigned checked, kinks;
};

/*
 * compare one layer's gradient buffer, which on the CPU device can be read, with slopes in double
 */
static void check_layer(const struct il_pack *p, unsigned l, struct ref_net *net,
                        const il_dataset *set, const char *what, struct tally *tally)
{
    const struct il_layer *layout = &p->layer[l].layout;
    const il_samples s = il_dataset_train(set);
    double want[REF_INPUT + 1][REF_WIDTH], scale = 1e-3;
    uint32_t all[SAMPLES];

    for (uint32_t r = 0; r < SAMPLES; r++)
        all[r] = r;
    for (unsigned i = 0; i <= layout->fan_in; i++)
        for (unsigned j = 0; j < layout->fan_out; j++) {
            double *const w = &net->w[l][i][j];
            const double fine = ref_slope(net, w, 1e-5, s.images, s.labels, all, SAMPLES);
            const double finer = ref_slope(net, w, 5e-6, s.images, s.labels, all, SAMPLES);
            const int kink = !(fabs(fine - finer) <= 1e-7 * (1 + fabs(fine)));

            tally->kinks += (unsigned)kink;
            want[i][j] = kink ? NAN : fine;
            if (!kink)
                scale = fmax(scale, fabs(fine));
        }
    for (unsigned i = 0; i <= layout->fan_in; i++)
        for (unsigned j = 0; j < layout->fan_out; j++) {
            const double got = (double)p->layer[l].g[il_layout_at(layout, 0, i, j)];

            if (isnan(want[i][j]))
                continue;
            tally->checked++;
            if (!(fabs(got - want[i][j]) <= TOLERANCE * scale))
                fail_msg("%s, layer %u [%u,%u]: gradient %.9g, not %.9g (largest %.3g, seed %llu)",
                         what, l, i, j, got, want[i][j], scale, (unsigned long long)SEED);
        }
}

static void check_network(il_device *d, const il_dataset *set, const struct network *n,
                          struct tally *tally)
{
    static struct ref_net net;
    const il_samples s = il_dataset_train(set);
    char what[256];
    il_pack *p = open_pack(d, set, n);
    il_epoch epoch;
    il_error err = { 0 };
    uint32_t all[SAMPLES];
    double cost;

    snprintf(what, sizeof what, "%s %s -> %s, %s, smoothing %s", n->layers, n->activation,
             n->output, n->loss, n->smoothing);
    for (uint32_t r = 0; r < SAMPLES; r++)
        all[r] = r;
    to_reference(p, n, &net);
    cost = ref_mean_cost(&net, s.images, s.labels, all, SAMPLES);
    must(il_pack_epoch(p, &epoch, NULL, NULL, &err), &err, what);
    near(epoch.cost, cost, TOLERANCE * fmax(1, fabs(cost)), what);
    for (unsigned l = 0; l < p->layers; l++)
        check_layer(p, l, &net, set, what, tally);
    il_pack_close(p);
}

static void one_layer(void **state)
{
    const struct network n = { "9-4",           "linear", "softmax",
                               "cross_entropy", "0",      &ref_loss_cross_entropy };
    il_dataset *set = make_set();
    il_device *d = open_device("cpu");
    struct tally tally = { 0, 0 };

    (void)state;
    check_network(d, set, &n, &tally);
    assert_int_equal(tally.checked, (9 + 1) * 4);
    il_device_close(d);
    il_dataset_free(set);
}

/* is the loss defined for this output? logarithms want positive numbers; |z| is below 9 * .6 + .4 */
static int suits(const struct network *n)
{
    const struct il_choice output = choice_of(IL_ACTIVATIONS, n->output);
    const struct il_choice loss = choice_of(IL_LOSSES, n->loss);
    struct il_head head = { .act = il_activation_of(&output) };
    double divisor;

    n->reference->of(loss.value, CLASSES, &head, &divisor);
    return !ref_takes_log(head.code) || ref_positive(&head.act, 6);
}

/* every spelling of every loss behind one output */
static void losses_of(il_device *d, const il_dataset *set, const char *output, struct tally *tally)
{
    const il_entry *loss;
    char text[IL_CHOICE_TEXT];

    for (size_t i = 0; (loss = il_list_at(IL_LOSSES, i)); i++)
        for (size_t k = 0; ref_spelling(loss, ref_losses[i]->numbers, k, text, sizeof text); k++)
            for (int smooth = 0; smooth < 2; smooth++) {
                const struct network n = {
                    "9-4", "linear", output, text, smooth ? "0.2" : "0", ref_losses[i]
                };

                if (suits(&n))
                    check_network(d, set, &n, tally);
            }
}

/* every activation at the output of one layer, with every loss that it can have */
static void outputs(void **state)
{
    il_dataset *set = make_set();
    struct tally tally = { 0, 0 };
    const il_entry *a;
    il_device *d = open_device("cpu");

    (void)state;
    for (size_t i = 0; (a = il_list_at(IL_ACTIVATIONS, i)); i++)
        losses_of(d, set, a->name, &tally);
    il_device_close(d);
    il_dataset_free(set);
    assert_true(tally.checked > 1000);
    assert_true(tally.kinks * 20 < tally.checked);
}

/* every activation in one, two and three hidden layers */
static void hidden(void **state)
{
    static const char *const depth[] = { "9-6-4", "9-6-5-4", "9-7-6-5-4" };
    il_dataset *set = make_set();
    struct tally tally = { 0, 0 };
    const il_entry *a;
    il_device *d = open_device("cpu");

    (void)state;
    for (size_t i = 0; (a = il_list_at(IL_ACTIVATIONS, i)); i++)
        for (size_t k = 0; k < sizeof depth / sizeof *depth; k++) {
            const struct network two[] = {
                { depth[k], a->name, "softmax", "cross_entropy", "0", &ref_loss_cross_entropy },
                { depth[k], a->name, "tanh", "mse", "0", &ref_loss_mse },
            };

            check_network(d, set, &two[0], &tally);
            check_network(d, set, &two[1], &tally);
        }
    il_device_close(d);
    il_dataset_free(set);
    assert_true(tally.checked > 5000);
    assert_true(tally.kinks * 20 < tally.checked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_layer),
        cmocka_unit_test(outputs),
        cmocka_unit_test(hidden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
