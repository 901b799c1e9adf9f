/*
 * bench_sparse.c - training steps with the first layer from lists of non-zero bytes, beside the same
 * steps with gather and sgemm, and beside the bare dense arithmetic at the machine's sgemm peak.
 *
 * Runs of LAYERS train in packs of PACK; an epoch of all packs (MNIST, 430 steps of 128 images,
 * evaluation left out) is timed by the packs themselves, both ways in turn, each time beside a square
 * product of 1024, whose best is the peak. Printed are medians and quartiles of microseconds a
 * model-step, and what a model-step's flops would take at the peak: 2 m n k of each product of the
 * dense step (forward, update, dA), bias rows included, and nothing else.
 *
 *   build/bench_sparse [-d] [LAYERS RUNS PACK [PAIRS]]    needs the repository's data/mnist
 *
 * Without arguments: 784-10 in packs of 1, 16, 32 and 256 runs in packs of 32, then 784-256-256-10.
 * -d: synthetic images of several densities instead, to see where the two ways meet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device/blas.h"
#include "initlab/initlab.h"
#include "random.h"
#include "timing.h"

enum { BATCH = 128, SQUARE = 1024, PACKS_MAX = 64, PAIRS_MAX = 101, SAMPLES = 13000 };
enum { SPARSE, DENSE, WAYS };
static const char *const way_name[WAYS] = { "sparse", "dense" };

/* packs of alike runs, which differ in their seed; failures are printed, and NULL */
static il_pack *open_pack(il_device *d, const il_dataset *set, const char *layers, size_t first,
                          size_t runs)
{
    il_config **const c = calloc(runs, sizeof(il_config *));
    il_error err = { .text = "out of memory" };
    il_pack *pack = NULL;
    int bad = !c;
    char seed[24];

    for (size_t m = 0; !bad && m < runs; m++) {
        snprintf(seed, sizeof seed, "%zu", first + m);
        bad = il_config_new(&c[m], &err) || il_config_set(c[m], "layers", layers, &err) ||
              il_config_set(c[m], "init", "glorot_uniform", &err) ||
              il_config_set(c[m], "lr", "0.05", &err) ||
              il_config_set(c[m], "epochs", "200", &err) || il_config_set(c[m], "seed", seed, &err);
    }
    if (bad || il_pack_open(&pack, d, set, (const il_config *const *)c, runs, &err) != IL_OK)
        fprintf(stderr, "bench_sparse: %s\n", err.text);
    for (size_t m = 0; c && m < runs; m++)
        il_config_free(c[m]);
    free(c);
    return pack;
}

/* products of a step that trains one run: forward, update, and dA of all layers but the first */
static double flops(const char *layers)
{
    double sum = 0;
    long in = strtol(layers, (char **)&layers, 10);

    for (int l = 0; *layers == '-'; l++) {
        const long out = strtol(layers + 1, (char **)&layers, 10);

        sum += 2.0 * BATCH * (double)out * (2.0 * (double)(in + 1) + (l ? (double)in : 0));
        in = out;
    }
    return sum;
}

/* flops a second of one square product */
static double peak(float *m)
{
    const double begin = il_seconds();

    il_blas_sgemm(1, 0, 0, SQUARE, SQUARE, SQUARE, 1.0f, m, SQUARE, m + SQUARE * SQUARE, SQUARE,
                  0.0f, m + 2 * SQUARE * SQUARE, SQUARE);
    return 2.0 * SQUARE * SQUARE * SQUARE / (il_seconds() - begin);
}

/* seconds of training of one epoch of all packs; < 0: failed */
static double epoch(il_pack *const *pack, size_t packs)
{
    static il_epoch out[4096];
    il_error err = { .text = "" };
    double sum = 0;

    for (size_t i = 0; i < packs; i++) {
        if (il_pack_epoch(pack[i], out, NULL, NULL, &err) != IL_OK) {
            fprintf(stderr, "bench_sparse: %s\n", err.text);
            return -1;
        }
        sum += out[0].seconds;
    }
    return sum;
}

struct bench {
    il_device *device[WAYS];
    float *square; /* three matrices */
};

static int measure(struct bench *b, const il_dataset *set, const char *layers, size_t runs,
                   size_t size, size_t pairs)
{
    il_pack *pack[WAYS][PACKS_MAX] = { { NULL } };
    const size_t packs = runs / size;
    double time[WAYS][PAIRS_MAX], ratio[PAIRS_MAX], best = 0, steps = 1;
    int ok = 1;

    for (int w = 0; ok && w < WAYS; w++)
        for (size_t i = 0; ok && i < packs; i++)
            ok = (pack[w][i] = open_pack(b->device[w], set, layers, 1 + i * size, size)) != NULL;
    if (ok)
        steps = (double)il_pack_steps(pack[0][0]) * (double)runs;
    for (size_t i = 0; ok && i <= pairs; i++) { /* the first warms up */
        for (int w = 0; w < WAYS; w++) {
            const double flop = peak(b->square), t = epoch(pack[w], packs);

            best = flop > best ? flop : best;
            time[w][i ? i - 1 : 0] = 1e6 * t / steps;
            ok &= t >= 0;
        }
        ratio[i ? i - 1 : 0] = time[DENSE][i ? i - 1 : 0] / time[SPARSE][i ? i - 1 : 0];
    }
    for (int w = 0; w < WAYS; w++)
        for (size_t i = 0; i < packs; i++)
            il_pack_close(pack[w][i]);
    if (!ok)
        return 0;
    printf("%s, %zu run%s in packs of %zu, microseconds a model-step\n", layers, runs,
           runs == 1 ? "" : "s", size);
    for (int w = 0; w < WAYS; w++)
        line(way_name[w], time[w], pairs, "us");
    line("dense / sparse", ratio, pairs, "");
    printf("%-28s %9.4g us  (%.4g Mflop at %.4g GFLOP/s): %.3g times sparse\n",
           "dense arithmetic at peak", 1e6 * flops(layers) / best, flops(layers) * 1e-6,
           best * 1e-9, 1e6 * flops(layers) / best / time[SPARSE][pairs / 2]);
    return 1;
}

/* images of random bytes, of which this share is not 0 */
static il_dataset *random_set(double density)
{
    enum { PIXELS = 784 };
    uint8_t *const images = malloc((size_t)SAMPLES * PIXELS), *const labels = malloc(SAMPLES);
    il_dataset *set = NULL;
    il_error err = { .text = "out of memory" };

    for (size_t i = 0; images && i < (size_t)SAMPLES * PIXELS; i++) {
        const struct il_words w = il_philox(1, i, 0);

        images[i] = il_uniform(w.v[0]) < density ? (uint8_t)(1 + w.v[1] % 255) : 0;
    }
    for (size_t i = 0; labels && i < SAMPLES; i++)
        labels[i] = (uint8_t)(i % 10);
    if (images && labels) {
        const il_samples train = { SAMPLES, images, labels }, test = { 100, images, labels };

        (void)il_dataset_from(&set, 28, 28, train, test, &err);
    }
    if (!set)
        fprintf(stderr, "bench_sparse: %s\n", err.text);
    free(labels);
    free(images);
    return set;
}

static int densities(struct bench *b)
{
    static const size_t size[] = { 1, 32 };
    int ok = 1;

    for (int percent = 10; ok && percent <= 100; percent += 15) {
        il_dataset *const set = random_set(percent * 0.01);

        printf("density %d %%\n", percent);
        for (int i = 0; ok && i < 2; i++)
            ok = set && measure(b, set, "784-10", size[i], size[i], 11);
        ok = ok && measure(b, set, "784-256-10", 4, 4, 3);
        il_dataset_free(set);
    }
    return ok;
}

static int standard(struct bench *b, const il_dataset *set)
{
    return measure(b, set, "784-10", 1, 1, 11) && measure(b, set, "784-10", 16, 16, 11) &&
           measure(b, set, "784-10", 32, 32, 11) && measure(b, set, "784-10", 256, 32, 3) &&
           measure(b, set, "784-256-256-10", 1, 1, 5) &&
           measure(b, set, "784-256-256-10", 64, 4, 3);
}

int main(int argc, char **argv)
{
    struct bench b = { .square = calloc((size_t)3 * SQUARE * SQUARE, sizeof(float)) };
    il_dataset *set = NULL;
    il_error err = { .text = "out of memory" };
    int ok = b.square != NULL;

    for (int w = 0; ok && w < WAYS; w++) {
        setenv("INITLAB_INPUT", way_name[w], 1);
        ok = il_device_open(&b.device[w], "cpu", 1, NULL, &err) == IL_OK;
    }
    ok = ok && il_dataset_open(&set, INITLAB_SOURCE_DIR "/data/mnist", &err) == IL_OK;
    if (!ok)
        fprintf(stderr, "bench_sparse: %s\n", err.text);
    if (ok && argc > 1 && strcmp(argv[1], "-d") == 0) {
        ok = densities(&b);
    } else if (ok && argc > 3) {
        const size_t runs = strtoul(argv[2], NULL, 10), size = strtoul(argv[3], NULL, 10);
        const size_t pairs = argc > 4 ? strtoul(argv[4], NULL, 10) : 5;

        ok = size > 0 && size <= 4096 && runs % size == 0 && runs / size <= PACKS_MAX &&
             pairs > 0 && pairs <= PAIRS_MAX && measure(&b, set, argv[1], runs, size, pairs);
    } else if (ok) {
        ok = standard(&b, set);
    }
    il_dataset_free(set);
    for (int w = 0; w < WAYS; w++)
        il_device_close(b.device[w]);
    free(b.square);
    return !ok;
}
