/*
 * epoch_vs_sgemm.c - an epoch of seed-zeros-softmax beside the same arithmetic as bare products.
 *
 * An epoch's training (430 steps of 128 images, evaluation left out) is timed by the pack itself; the
 * bare products are, for each step, cblas_sgemm of X [128 x 785] W [785 x 10] and of X' dZ, row-major
 * with the leading dimensions that the pack has, on one thread, over other rows of X each time, as
 * training has it. Pairs are interleaved; printed are medians, quartiles and the ratio of each pair.
 *
 *   build/epoch_vs_sgemm [PAIRS]      needs the repository's data/mnist
 */
#include <stdio.h>
#include <stdlib.h>
#include "device/blas.h"
#include "initlab/initlab.h"
#include "timing.h"

enum { BATCH = 128, PIXELS = 784, CLASSES = 10, K = 785, LDX = 800, LDW = 16, ROWS = 55000 };

/* all the rows of X, as floats with the constant 1, so that no gather is timed */
static float *rows_of(const il_dataset *set)
{
    const uint8_t *const images = il_dataset_train(set).images;
    float *const x = calloc((size_t)ROWS * LDX, sizeof *x);

    for (size_t i = 0; x && i < ROWS; i++) {
        for (size_t j = 0; j < PIXELS; j++)
            x[i * LDX + j] = (float)images[i * PIXELS + j] / 255.0f;
        x[i * LDX + PIXELS] = 1.0f;
    }
    return x;
}

static double bare(const float *x, float *w, float *z, size_t steps)
{
    const double begin = il_seconds();

    for (size_t s = 0; s < steps; s++) {
        const float *const rows = x + s * BATCH % (ROWS - BATCH) * LDX;

        il_blas_sgemm(1, 0, 0, BATCH, CLASSES, K, 1.0f, rows, LDX, w, LDW, 0.0f, z, LDW);
        il_blas_sgemm(1, 1, 0, K, CLASSES, BATCH, -1e-6f, rows, LDX, z, LDW, 1.0f, w, LDW);
    }
    return il_seconds() - begin;
}

int main(int argc, char **argv)
{
    const size_t pairs = argc > 1 ? (size_t)atoi(argv[1]) : 21;
    static float w[K * LDW], z[BATCH * LDW];
    double *const ours = calloc(pairs, sizeof *ours), *const theirs = calloc(pairs, sizeof *theirs);
    double *const ratio = calloc(pairs, sizeof *ratio);
    il_error err = { .text = "" };
    il_device *device = NULL;
    il_dataset *set = NULL;
    il_config *config = NULL;
    il_pack *pack = NULL;
    il_epoch epoch;
    float *x = NULL;
    int code = 1;

    if (!ours || !theirs || !ratio || pairs < 1)
        goto out;
    if (il_device_open(&device, "cpu", 1, NULL, &err) != IL_OK ||
        il_dataset_open(&set, INITLAB_SOURCE_DIR "/data/mnist", &err) != IL_OK ||
        il_config_new(&config, &err) != IL_OK ||
        il_config_load(config, INITLAB_SOURCE_DIR "/data/recipes/seed-zeros-softmax.yaml", &err) !=
            IL_OK ||
        il_pack_open(&pack, device, set, (const il_config *const *)&config, 1, &err) != IL_OK)
        goto out;
    x = rows_of(set);
    if (!x)
        goto out;
    for (size_t i = 0; i < pairs + 1; i++) { /* the first pair warms up */
        if (il_pack_epoch(pack, &epoch, NULL, NULL, &err) != IL_OK)
            goto out;
        const double products = bare(x, w, z, il_pack_steps(pack));

        if (i > 0) {
            ours[i - 1] = epoch.seconds * 1e6 / (double)il_pack_steps(pack);
            theirs[i - 1] = products * 1e6 / (double)il_pack_steps(pack);
            ratio[i - 1] = epoch.seconds / products;
        }
    }
    printf("%zu pairs of an epoch of %zu steps, one thread\n", pairs, il_pack_steps(pack));
    line("initlab, a step", ours, pairs, "us");
    line("bare products, a step", theirs, pairs, "us");
    line("ratio", ratio, pairs, "");
    code = 0;
out:
    if (code)
        fprintf(stderr, "epoch_vs_sgemm: %s\n", err.text[0] ? err.text : "out of memory");
    free(x);
    il_pack_close(pack);
    il_config_free(config);
    il_dataset_free(set);
    il_device_close(device);
    free(ratio);
    free(theirs);
    free(ours);
    return code;
}
