/*
 * test_threads.c - the library from several threads at once, each with a device of its own and one dataset
 * for all: every thread gets what one alone gets, to the bit. Under ThreadSanitizer (tools/test) it shows
 * that nothing is shared that should not be.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "initlab/initlab.h"
#include "random.h"
#include "support.h"

enum { SIDE = 6, PIXELS = SIDE * SIDE, CLASSES = 3, SAMPLES = 48, LAYERS = 3, THREADS = 4 };
static const uint64_t SEED = 815;

/* what one thread is to do, and what came out */
struct work {
    const il_dataset *set;
    const char *device, *init, *activation, *optimizer;
    il_status st;
    il_error err;
    struct {
        il_epoch epoch;
        il_signal signal[LAYERS];
        double values[8];
        il_summary summary;
        char wrong[sizeof((il_error *)0)->text], word[64];
    } got;
};

static const struct work kinds[THREADS] = {
    { .device = "cpu", .init = "he_normal", .activation = "relu", .optimizer = "sgd" },
    { .device = "strict", .init = "orthogonal", .activation = "tanh", .optimizer = "momentum" },
    { .device = "cpu", .init = "lsuv", .activation = "gelu", .optimizer = "adam" },
    { .device = "cpu", .init = "torch.xavier_uniform_:gain=0.5", .activation = "sigmoid" },
};

static il_status set_all(il_config *c, const struct work *w, il_error *err)
{
    const struct setting settings[] = { { "layers", "in,8,8,out" },
                                        { "init", w->init },
                                        { "activation", w->activation },
                                        { "optimizer", w->optimizer ? w->optimizer : "sgd" },
                                        { "batch", "8" },
                                        { "epochs", "2" },
                                        { "seed", "3" } };
    il_status st = IL_OK;

    for (size_t i = 0; i < sizeof settings / sizeof *settings && st == IL_OK; i++)
        st = il_config_set(c, settings[i].name, settings[i].value, err);
    return st;
}

/* A training and what may be asked beside it; a wrong value, too, for its words. */
static void *run(void *arg)
{
    struct work *const w = arg;
    il_config *config = NULL;
    il_device *device = NULL;
    il_pack *pack = NULL;
    il_error wrong = { .text = "" };
    double costs[12];

    memset(&w->got, 0, sizeof w->got);
    if ((w->st = il_config_new(&config, &w->err)) != IL_OK ||
        (w->st = set_all(config, w, &w->err)) != IL_OK ||
        (w->st = il_device_open(&device, w->device, 1, NULL, &w->err)) != IL_OK ||
        (w->st = il_pack_open(&pack, device, w->set, (const il_config *const *)&config, 1,
                              &w->err)) != IL_OK ||
        (w->st = il_inspect(pack, 0, w->got.signal, &w->err)) != IL_OK ||
        (w->st = il_inspect_weights(pack, 0, 1, w->got.values, &w->err)) != IL_OK)
        goto out;
    for (size_t e = 0; e < il_pack_epochs(pack); e++)
        if ((w->st = il_pack_epoch(pack, &w->got.epoch, NULL, NULL, &w->err)) != IL_OK)
            goto out;
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++)
        costs[i] = w->got.epoch.cost * (double)(i % 5 + 1);
    if ((w->st = il_summarize(costs, sizeof costs / sizeof *costs, .95, SEED, &w->got.summary,
                              &w->err)) != IL_OK)
        goto out;
    if (il_config_set(config, "init", "he_normol", &wrong) == IL_OK)
        w->st = IL_E_USAGE;
    memcpy(w->got.wrong, wrong.text, sizeof w->got.wrong);
    snprintf(w->got.word, sizeof w->got.word, "%s", il_device_id(device));
out:
    il_pack_close(pack);
    il_device_close(device);
    il_config_free(config);
    return NULL;
}

static il_dataset *make_set(void)
{
    uint8_t images[SAMPLES * PIXELS], labels[SAMPLES];
    il_dataset *set = NULL;
    il_error err = { .text = "" };

    for (unsigned i = 0; i < sizeof images; i++) {
        const struct il_words word = il_philox(SEED, i, 1);

        images[i] = word.v[1] % 3 ? 0 : (uint8_t)word.v[0];
    }
    for (unsigned i = 0; i < SAMPLES; i++)
        labels[i] = (uint8_t)(i % CLASSES);
    {
        const il_samples all = { SAMPLES, images, labels };

        must(il_dataset_from(&set, SIDE, SIDE, all, all, &err), &err, "a dataset");
    }
    return set;
}

/* No number here is padding or a time: bytes may be compared, and equal NaN are equal. */
static void same(const struct work *a, const struct work *b)
{
    const il_epoch *const x = &a->got.epoch, *const y = &b->got.epoch;

    if (a->st != IL_OK || b->st != IL_OK)
        fail_msg("%s: %s%s", a->init, a->err.text, b->err.text);
    if (!(x->cost == y->cost && x->test_cost == y->test_cost &&
          x->test_accuracy == y->test_accuracy))
        fail_msg("%s: cost %.9g and %.9g", a->init, x->cost, y->cost);
    assert_memory_equal(a->got.signal, b->got.signal, sizeof a->got.signal);
    assert_memory_equal(a->got.values, b->got.values, sizeof a->got.values);
    assert_true(a->got.summary.interval.low == b->got.summary.interval.low);
    assert_true(a->got.summary.interval.low < a->got.summary.mean);
    assert_string_equal(a->got.wrong, b->got.wrong);
    assert_non_null(strstr(a->got.wrong, "he_normal"));
    assert_string_equal(a->got.word, a->device);
}

static void each_as_alone(void **state)
{
    il_dataset *const set = make_set();
    struct work alone[THREADS], together[THREADS];
    pthread_t thread[THREADS];

    (void)state;
    for (size_t t = 0; t < THREADS; t++) {
        together[t] = kinds[t];
        together[t].set = set;
        assert_int_equal(pthread_create(&thread[t], NULL, run, &together[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++)
        assert_int_equal(pthread_join(thread[t], NULL), 0);
    for (size_t t = 0; t < THREADS; t++) { /* after it: what is set up once is not yet then */
        alone[t] = kinds[t];
        alone[t].set = set;
        run(&alone[t]);
        same(&alone[t], &together[t]);
    }
    il_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_as_alone) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
