/*
 * test_depth.c - a network of 401 layers, as papers train them: no array has fewer places than the
 * network has layers. It trains, is saved and goes on to the same bits, and is inspected.
 */
#include <stdio.h>
#include <stdlib.h>

#include <math.h>
#include <string.h>
#include <unistd.h>
#include "initlab/initlab.h"
#include "random.h"
#include "support.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, CLASSES = 10, SAMPLES = 80, LAYERS = 401 };
static const uint64_t SEED = 400;

/* images of few bytes that are not 0 */
static il_dataset *make_set(void)
{
    static uint8_t images[SAMPLES * PIXELS], labels[SAMPLES];
    il_dataset *set = NULL;
    il_error err = { 0 };

    for (unsigned i = 0; i < sizeof images; i++) {
        const struct il_words w = il_philox(SEED, i, 1);

        images[i] = w.v[1] % 5 ? 0 : (uint8_t)w.v[0];
    }
    for (unsigned i = 0; i < SAMPLES; i++)
        labels[i] = (uint8_t)(i % CLASSES);
    {
        const il_samples train = { SAMPLES, images, labels }, test = { 16, images, labels };

        must(il_dataset_from(&set, SIDE, SIDE, train, test, &err), &err, "dataset");
    }
    return set;
}

/* two epochs of ten steps */
static il_pack *open_deep(il_device *d, const il_dataset *set)
{
    static const char *const settings[][2] = {
        { "layers", "784,64x400,10" },
        { "init", "orthogonal" },
        { "activation", "tanh" },
        { "optimizer", "momentum" },
        { "lr", "0.001" },
        { "batch", "8" },
        { "epochs", "2" },
    };
    il_config *c = NULL;
    il_pack *p = NULL;
    il_error err = { 0 };

    must(il_config_new(&c, &err), &err, "config");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        must(il_config_set(c, settings[i][0], settings[i][1], &err), &err, settings[i][0]);
    must(il_pack_open(&p, d, set, (const il_config *const *)&c, 1, &err), &err, "open");
    il_config_free(c);
    assert_int_equal(il_pack_layers(p), LAYERS);
    return p;
}

static il_device *open_cpu(void)
{
    il_device *d = NULL;
    il_error err = { 0 };

    must(il_device_open(&d, "cpu", 1, NULL, &err), &err, "cpu");
    return d;
}

/* a layer in the middle, and the last one */
static void some_weights(il_pack *p, float middle[64 * 64], float last[64 * CLASSES])
{
    il_error err = { 0 };

    must(il_pack_get(p, 0, 200, middle, NULL, &err), &err, "get");
    must(il_pack_get(p, 0, LAYERS - 1, last, NULL, &err), &err, "get");
}

static void trains(void **state)
{
    il_dataset *set = make_set();
    il_device *d = open_cpu();
    il_pack *p = open_deep(d, set);
    il_error err = { 0 };

    (void)state;
    for (size_t e = 0; e < 2; e++) {
        il_epoch out;

        must(il_pack_epoch(p, &out, NULL, NULL, &err), &err, "epoch");
        assert_true(isfinite(out.cost) && isfinite(out.test_cost));
        assert_false(out.diverged);
    }
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

static void is_saved(void **state)
{
    il_dataset *set = make_set();
    il_device *d = open_cpu();
    il_pack *p = open_deep(d, set), *again = open_deep(d, set);
    float middle[2][64 * 64], last[2][64 * CLASSES];
    char path[64], *note = NULL;
    il_epoch out;
    il_error err = { 0 };

    (void)state;
    snprintf(path, sizeof path, "/tmp/initlab-depth-%ld.state", (long)getpid());
    must(il_pack_epoch(p, &out, NULL, NULL, &err), &err, "epoch");
    must(il_pack_save(p, path, "a note", &err), &err, "save");
    must(il_pack_restore(again, path, &note, &err), &err, "restore");
    assert_string_equal(note, "a note");
    must(il_pack_epoch(p, &out, NULL, NULL, &err), &err, "epoch");
    must(il_pack_epoch(again, &out, NULL, NULL, &err), &err, "epoch");
    some_weights(p, middle[0], last[0]);
    some_weights(again, middle[1], last[1]);
    assert_memory_equal(middle[0], middle[1], sizeof *middle);
    assert_memory_equal(last[0], last[1], sizeof *last);
    unlink(path);
    free(note);
    il_pack_close(again);
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

/* An orthogonal layer's singular values are 1 at any depth, and its units all differ. */
static void is_inspected(void **state)
{
    il_dataset *set = make_set();
    il_device *d = open_cpu();
    il_pack *p = open_deep(d, set);
    il_signal *const layer = calloc(LAYERS, sizeof *layer);
    double jacobian[CLASSES], values[64];
    il_error err = { 0 };

    (void)state;
    assert_non_null(layer);
    must(il_inspect(p, 0, layer, &err), &err, "inspect");
    for (size_t l = 0; l < LAYERS; l++) {
        assert_int_equal(layer[l].distinct, l + 1 < LAYERS ? 64 : CLASSES);
        assert_true(isfinite(layer[l].q) && isfinite(layer[l].gradient_variance));
    }
    must(il_inspect_weights(p, 0, 200, values, &err), &err, "weights");
    for (size_t k = 0; k < 64; k++)
        assert_true(fabs(values[k] - 1) < 1e-5);
    must(il_inspect_jacobian(p, 0, 1, jacobian, &err), &err, "jacobian");
    assert_true(isfinite(jacobian[0]) && jacobian[0] > 0);
    free(layer);
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trains),
        cmocka_unit_test(is_saved),
        cmocka_unit_test(is_inspected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
