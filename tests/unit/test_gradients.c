/*
 * test_gradients.c - the gradient of every activation x loss x depth, as the training step computes
 * it, against central differences of a network in double (tests/reference.h).
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
#include "pack/pack_impl.h"
#include "random.h"
#include "reference.h"
#include "support.h"

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

/* A pack of one that keeps its gradient: momentum, so that the update is not the product itself. */
static il_pack *open_pack(il_device *d, const il_dataset *set, const char *layers,
                          const char *activation, const char *output, const char *loss,
                          const char *smoothing)
{
    const struct setting s[] = {
        { "layers", layers },
        { "activation", activation },
        { "output", output },
        { "loss", loss },
        { "label_smoothing", smoothing },
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

static void to_reference(const struct il_pack *p, struct ref_net *net)
{
    memset(net, 0, sizeof *net);
    net->layers = (int)p->layers;
    for (unsigned l = 0; l <= p->layers; l++)
        net->width[l] = (int)p->run[0].width[l];
    net->hidden = p->run[0].hidden;
    net->head = p->run[0].head;
    net->divisor = p->run[0].divisor;
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

static void check_network(il_device *d, const il_dataset *set, const char *layers,
                          const char *activation, const char *output, const char *loss,
                          const char *smoothing, struct tally *tally)
{
    static struct ref_net net;
    char what[256];
    il_pack *p = open_pack(d, set, layers, activation, output, loss, smoothing);
    il_epoch epoch;
    il_error err = { 0 };

    snprintf(what, sizeof what, "%s %s -> %s, %s, smoothing %s", layers, activation, output, loss,
             smoothing);
    to_reference(p, &net);
    must(il_pack_epoch(p, &epoch, NULL, NULL, &err), &err, what);
    for (unsigned l = 0; l < p->layers; l++)
        check_layer(p, l, &net, set, what, tally);
    il_pack_close(p);
}

/* losses that are defined for an output whose values may be negative, and those that are not */
static const char *const any_loss[] = { "mse", "mse:reduction=sum", "mse:reduction=half", "nll" };
static const char *const log_loss[] = { "cross_entropy:log=raw", "cross_entropy:log=clip:eps=1e-3",
                                        "cross_entropy:log=renorm:eps=1e-3" };

static int positive_output(const char *name)
{
    return !strcmp(name, "sigmoid") || !strcmp(name, "softmax") || !strcmp(name, "softplus");
}

/* every activation at the output of one layer, with every loss that it can have */
static void outputs(void **state)
{
    il_dataset *set = make_set();
    struct tally tally = { 0, 0 };
    const il_entry *a;
    il_device *d = open_device("cpu");

    (void)state;
    for (size_t i = 0; (a = il_list_at(IL_ACTIVATIONS, i)); i++) {
        for (size_t k = 0; k < sizeof any_loss / sizeof *any_loss; k++)
            check_network(d, set, "9-4", "linear", a->name, any_loss[k], "0.1", &tally);
        for (size_t k = 0; positive_output(a->name) && k < sizeof log_loss / sizeof *log_loss; k++)
            check_network(d, set, "9-4", "linear", a->name, log_loss[k], "0.2", &tally);
    }
    check_network(d, set, "9-4", "linear", "softmax", "cross_entropy", "0", &tally);
    check_network(d, set, "9-4", "linear", "softmax", "cross_entropy", "0.1", &tally);
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
            check_network(d, set, depth[k], a->name, "softmax", "cross_entropy", "0", &tally);
            check_network(d, set, depth[k], a->name, "tanh", "mse", "0", &tally);
        }
    il_device_close(d);
    il_dataset_free(set);
    assert_true(tally.checked > 5000);
    assert_true(tally.kinks * 20 < tally.checked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs),
        cmocka_unit_test(hidden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
