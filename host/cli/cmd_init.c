/* cmd_init.c - initlab init: draw a network's initial weights and save them, without training. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "network.h"

/* first and last of the widths; 0 where they are `in` and `out`: of the bundled dataset */
static void ends(const il_config *config, size_t *in, size_t *out)
{
    const char *const layers = il_config_get(config, "layers"), *const last = strrchr(layers, ',');

    *in = (size_t)strtoull(layers, NULL, 10);
    *out = last ? (size_t)strtoull(last + 1, NULL, 10) : 0;
}

/* a dataset of the network's shape and no content: nothing looks at it */
static il_status blank(struct network *n, size_t in, size_t out)
{
    uint8_t *const images = calloc(out, in), *const labels = calloc(out, 1);
    const il_samples samples = { .images = images, .labels = labels, .count = out };
    il_status st = IL_E_MEMORY;

    for (size_t i = 0; labels && i < out; i++)
        labels[i] = (uint8_t)i;
    if (images && labels)
        st = il_dataset_from(&n->set, 1, in, samples, samples, &n->err);
    else
        network_fail(n, st, "%s%s", il_status_text(st), "");
    free(labels);
    free(images);
    if (st == IL_OK)
        st = il_config_set(n->config, "batch", "1", &n->err);
    return st;
}

/* a dataset where it is given, looked at, or names a width; else a blank one */
static il_status open_set(struct network *n)
{
    size_t in, out;

    ends(n->config, &in, &out);
    if (in == 0 || out == 0 || opt_given(n->o, "data") || il_config_needs_data(n->config))
        return network_dataset(n);
    if (out > 256) /* labels are bytes */
        return network_fail(n, IL_E_USAGE, "--layers: the last of %s is more than 256 classes%s",
                            il_config_get(n->config, "layers"), "");
    return blank(n, in, out);
}

static void describe(const struct network *n)
{
    printf("%-6s %8s %8s %14s %14s %14s\n", "layer", "fan_in", "fan_out", "mean", "std", "norm");
    for (size_t l = 0; l < il_pack_layers(n->pack); l++) {
        size_t in, out;
        double sum = 0, square = 0;
        float *w;

        il_pack_shape(n->pack, l, &in, &out);
        w = malloc(in * out * sizeof *w);
        if (!w || il_pack_get(n->pack, 0, l, w, NULL, NULL) != IL_OK) {
            free(w);
            return;
        }
        for (size_t i = 0; i < in * out; i++) {
            sum += (double)w[i];
            square += (double)w[i] * (double)w[i];
        }
        printf("%-6zu %8zu %8zu %14.6g %14.6g %14.6g\n", l + 1, in, out, sum / (double)(in * out),
               __builtin_sqrt(square / (double)(in * out) -
                              sum / (double)(in * out) * (sum / (double)(in * out))),
               __builtin_sqrt(square));
        free(w);
    }
}

static int run(struct cli *cli, const struct options *o)
{
    struct network n = { .o = o };
    il_status st;

    if ((st = network_configure(&n)) != IL_OK ||
        (st = network_output(&n, "save", ".safetensors", ".npy")) != IL_OK ||
        (st = open_set(&n)) != IL_OK || (st = network_device(&n)) != IL_OK ||
        (st = network_pack(&n)) != IL_OK)
        goto out;
    if (opt_given(o, "save"))
        st = il_save_weights(n.pack, 0, opt_get(o, "save"), &n.err);
    if (st == IL_OK)
        describe(&n);
out:
    network_close(&n);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", n.err.text);
}

static const struct opt_row rows[] = {
    { .name = "save",
      .metavar = "FILE",
      .complete = COMPLETE_FILE,
      .help = "the weights, as FILE.safetensors, or FILE.npy: a file a tensor" },
    { .name = "data",
      .metavar = "DIR",
      .complete = COMPLETE_FOLDER,
      .help = "folder of a dataset, for schemes that look at data; else the bundled MNIST" },
    { .name = "device",
      .metavar = "DEVICE",
      .value = "auto",
      .help = "where to draw: cpu, cuda, cuda:N, or auto; the numbers are the same" },
    { .name = "" }
};

const struct command cmd_init = {
    .name = "init",
    .summary = "draw a network's initial weights and save them, without training",
    .text =
        "Print mean, standard deviation and norm of each layer's drawn weights, and save them. "
        "They are what a training with the same options begins with.\n\nUnless a scheme looks at "
        "data, widths may be any, the last at most 256.",
    .examples = "initlab init --layers 784,256,10 --init orthogonal --save w.safetensors\n"
                "initlab init --layers 100,50,2 --init 'h*=he_normal,out=zeros' --seed 7",
    .rows = rows,
    .parameters = 1,
    .run = run
};
