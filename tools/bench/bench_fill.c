/*
 * bench_fill.c - drawing initial weights beside one pass of writing the same bytes.
 *
 * 1,000 layers of 784 x 256 in one pack (811 MB), he_normal, filled by one launch of the fill op as a
 * pack of runs has it, and one for the biases; beside it memset of the same memory. Pairs of the two
 * are interleaved; printed are medians, quartiles and each pair's ratio.
 *
 *   build/bench_fill [PAIRS] [SCHEME]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/initlab.h"
#include "choices/choice.h"
#include "pack/draw.h"
#include "timing.h"

enum { FAN_IN = 784, FAN_OUT = 256, PACK = 1000 };

/* the draws of one pack: weights, then biases, each tensor of a seed of its own */
static int draws(const char *scheme, struct il_fill *fill, il_error *err)
{
    const struct il_tensor_place at = { .fan_in = FAN_IN, .fan_out = FAN_OUT, .layers = 1 };
    struct il_choice choice;
    struct il_draw draw = { .rate = 1 };

    if (il_choice_parse(&choice, IL_SCHEMES, scheme, err) != IL_OK)
        return 0;
    for (unsigned m = 0; m < PACK; m++) {
        if (il_scheme_of(&choice, &at, 0, &draw, err) != IL_OK)
            return 0;
        fill[m] = draw.fill;
        fill[m].seed = m;
        if (il_scheme_bias_of(&choice, &at, &draw, err) != IL_OK)
            return 0;
        fill[PACK + m] = draw.fill;
        fill[PACK + m].seed = m;
    }
    return 1;
}

int main(int argc, char **argv)
{
    const size_t pairs = argc > 1 ? strtoul(argv[1], NULL, 10) : 11;
    const char *const scheme = argc > 2 ? argv[2] : "he_normal";
    const unsigned width[2] = { FAN_IN, FAN_OUT };
    double *const fills = calloc(3 * pairs, sizeof *fills), *const writes = fills + pairs;
    double *const ratios = writes + pairs;
    static struct il_fill fill[2 * PACK];
    struct il_layer layer;
    il_device *device = NULL;
    il_error err = { .text = "" };
    void *memory = NULL;
    size_t bytes;

    if (!fills || !il_layout(&layer, 0, 1, width, PACK) || !draws(scheme, fill, &err) ||
        il_device_open(&device, "cpu", 1, NULL, &err) != IL_OK) {
        fprintf(stderr, "bench_fill: %s\n", err.text);
        return 1;
    }
    bytes = (size_t)layer.rows * layer.ld * sizeof(float);
    memory = aligned_alloc(64, bytes);
    if (!memory)
        return 1;
    for (size_t i = 0; i <= pairs; i++) { /* the first warms up */
        const size_t at = i ? i - 1 : 0;
        double t = il_seconds();

        if (il_draw_layer(device, &layer, PACK, memory, fill, fill + PACK) != 0)
            return 1;
        fills[at] = il_seconds() - t;
        t = il_seconds();
        memset(memory, (int)i, bytes);
        __asm__ volatile("" ::"r"(memory) : "memory");
        writes[at] = il_seconds() - t;
        ratios[at] = fills[at] / writes[at];
    }
    printf("%s, %d tensors of %d x %d, %.1f MiB\n", scheme, PACK, FAN_IN, FAN_OUT,
           (double)bytes / 1048576);
    line("fill", fills, pairs, "s");
    line("memset", writes, pairs, "s");
    line("ratio", ratios, pairs, "");
    free(memory);
    il_device_close(device);
    free(fills);
    return 0;
}
