/*
 * training.c - whole trainings of a self-test: on both devices, and on the device again. The data
 * are made up: ten patterns, sparse as MNIST's images are, with noise.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/pack.h"
#include "core/clock.h"
#include "core/error.h"
#include "random.h"
#include "parts.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, CLASSES = 10, TRAIN = 1000, TEST = 200, EPOCHS = 2 };

static const struct {
    const char *name, *layers, *activation, *optimizer, *lr;
} nets[] = {
    { "784-10, sgd", "784,10", "relu", "sgd", "0.1" },
    { "784-64-32-10, sgd", "784,64,32,10", "tanh", "sgd", "0.1" },
    { "784-64-10, adam", "784,64,10", "gelu", "adam", "0.001" },
};

/* NULL: out of memory */
static il_dataset *patterns(uint64_t seed, il_error *err)
{
    uint8_t *const images = malloc((size_t)(TRAIN + TEST) * (PIXELS + 1));
    uint8_t *const labels = images ? images + (size_t)(TRAIN + TEST) * PIXELS : NULL;
    il_dataset *set = NULL;

    if (!images) {
        il_fail(err, IL_E_MEMORY, "out of memory for a self-test");
        return NULL;
    }
    for (uint32_t i = 0; i < TRAIN + TEST; i++) {
        labels[i] = (uint8_t)(i % CLASSES);
        for (uint32_t j = 0; j < PIXELS; j++) {
            const uint32_t ink = il_philox(seed, labels[i] * PIXELS + j, 4).v[0];
            const uint32_t noise = il_philox(seed, (uint64_t)i * PIXELS + j, 5).v[0];

            images[(size_t)i * PIXELS + j] =
                (uint8_t)(ink % 5 == 0 && noise % 4 ? 64 + noise % 192 : 0);
        }
    }
    {
        const il_samples train = { TRAIN, images, labels };
        const il_samples test = { TEST, images + (size_t)TRAIN * PIXELS, labels + TRAIN };

        (void)il_dataset_from(&set, SIDE, SIDE, train, test, err);
    }
    free(images);
    return set;
}

/* one training: the weights before and after, and the epochs' costs */
struct result {
    float *first, *last; /* all layers, one after another */
    size_t count;
    double cost[EPOCHS], test_cost[EPOCHS];
};

static il_status read_all(il_pack *pack, float *to, il_error *err)
{
    il_status st = IL_OK;

    for (size_t l = 0; st == IL_OK && l < il_pack_layers(pack); l++) {
        size_t in, out;

        il_pack_shape(pack, l, &in, &out);
        st = il_pack_get(pack, 0, l, to, to + in * out, err);
        to += (in + 1) * out;
    }
    return st;
}

static il_status configure(il_config **config, size_t net, uint64_t seed, il_error *err)
{
    char text[24];
    const struct {
        const char *name, *value;
    } s[] = { { "layers", nets[net].layers },
              { "activation", nets[net].activation },
              { "optimizer", nets[net].optimizer },
              { "lr", nets[net].lr },
              { "init", "glorot_uniform" },
              { "batch", "96" },
              { "epochs", "2" },
              { "seed", text } };
    il_status st = il_config_new(config, err);

    snprintf(text, sizeof text, "%llu", (unsigned long long)(seed & 0xffffffu));
    for (size_t i = 0; st == IL_OK && i < sizeof s / sizeof *s; i++)
        st = il_config_set(*config, s[i].name, s[i].value, err);
    return st;
}

static il_status train(il_device *d, const il_dataset *set, size_t net, uint64_t seed,
                       struct result *r, il_error *err)
{
    il_config *config = NULL;
    il_pack *pack = NULL;
    il_epoch epoch;
    il_status st;

    memset(r, 0, sizeof *r);
    IL_TRY(configure(&config, net, seed, err));
    IL_TRY(il_pack_open(&pack, d, set, (const il_config *const *)&config, 1, err));
    for (size_t l = 0; l < il_pack_layers(pack); l++) {
        size_t in, out;

        il_pack_shape(pack, l, &in, &out);
        r->count += (in + 1) * out;
    }
    r->first = malloc(r->count * sizeof *r->first);
    r->last = malloc(r->count * sizeof *r->last);
    if (!r->first || !r->last) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for a self-test");
        goto out;
    }
    IL_TRY(read_all(pack, r->first, err));
    for (size_t e = 0; e < EPOCHS; e++) {
        IL_TRY(il_pack_epoch(pack, &epoch, NULL, NULL, err));
        r->cost[e] = epoch.cost;
        r->test_cost[e] = epoch.test_cost;
    }
    IL_TRY(read_all(pack, r->last, err));
out:
    il_pack_close(pack);
    il_config_free(config);
    return st;
}

static void result_free(struct result *r)
{
    free(r->first);
    free(r->last);
}

/* largest relative difference of the costs; NaN stays */
static double costs_apart(const struct result *a, const struct result *b)
{
    double worst = 0;

    for (size_t e = 0; e < EPOCHS; e++) {
        const double train_apart = fabs(a->cost[e] - b->cost[e]) / (1 + fabs(a->cost[e]));
        const double test_apart =
            fabs(a->test_cost[e] - b->test_cost[e]) / (1 + fabs(a->test_cost[e]));

        worst = train_apart <= worst ? worst : train_apart;
        worst = test_apart <= worst ? worst : test_apart;
    }
    return worst;
}

/*
 * A product sums at most 785 terms below 1 in another order: an error below 785 * 2^-24 = 5e-5 of a
 * logit. The mean over a batch and a loss of slope 1 do not add to it, and 22 steps of these rates
 * pass it on with a factor near 1: 1e-4 of the cost is the bound.
 */
static void compare(struct il_selftest *t, size_t net, const struct result *cpu,
                    const struct result *device, const struct result *again)
{
    const double apart = costs_apart(cpu, device);
    char name[64];
    il_check check = { .name = name, .share = NAN };
    const int begins = memcmp(cpu->first, device->first, cpu->count * sizeof *cpu->first) == 0;

    snprintf(name, sizeof name, "training %s", nets[net].name);
    check.good = begins && apart <= 1e-4;
    il_selftest_say(t, &check, "initial weights %s, costs within %.2g of the CPU's",
                    begins ? "equal in every bit" : "differ", apart);
    t->begin = il_seconds();
    snprintf(name, sizeof name, "again %s", nets[net].name);
    check.good = memcmp(device->last, again->last, device->count * sizeof *device->last) == 0 &&
                 memcmp(device->cost, again->cost, sizeof device->cost) == 0;
    il_selftest_say(t, &check, "%s",
                    check.good ? "trained weights equal in every bit"
                               : "two trainings alike end with other weights");
}

il_status il_selftest_training(struct il_selftest *t)
{
    il_dataset *const set = patterns(t->seed, t->err);
    il_status st = set ? IL_OK : IL_E_MEMORY;

    for (size_t net = 0; st == IL_OK && net < sizeof nets / sizeof *nets; net++) {
        struct result cpu = { 0 }, device = { 0 }, again = { 0 };

        t->begin = il_seconds();
        st = train(t->cpu, set, net, t->seed, &cpu, t->err);
        if (st == IL_OK)
            st = train(t->device, set, net, t->seed, &device, t->err);
        if (st == IL_OK)
            st = train(t->device, set, net, t->seed, &again, t->err);
        if (st == IL_OK)
            compare(t, net, &cpu, &device, &again);
        result_free(&cpu);
        result_free(&device);
        result_free(&again);
    }
    il_dataset_free(set);
    return st;
}
