/* cmd_init.c - initlab init: draw a network's initial weights and save them, without training. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/messages.h"
#include "common/outputs.h"
#include "train/network.h"

/* what was drawn: layer l has width[l] inputs and width[l + 1] units */
struct drawn {
    size_t layers, *width;
    float **weights, **bias;
};

static void drawn_free(struct drawn *d)
{
    for (size_t l = 0; l < d->layers; l++) {
        free(d->weights ? d->weights[l] : NULL);
        free(d->bias ? d->bias[l] : NULL);
    }
    free(d->bias);
    free(d->weights);
    free(d->width);
}

/* the widths, and memory for the rest; 0: out of memory */
static int drawn_open(struct drawn *d, const struct network *n)
{
    d->layers = il_config_widths(n->config) - 1;
    d->width = calloc(d->layers + 1, sizeof *d->width);
    d->weights = calloc(d->layers, sizeof *d->weights);
    d->bias = calloc(d->layers, sizeof *d->bias);
    if (!d->width || !d->weights || !d->bias)
        return 0;
    for (size_t l = 0; l <= d->layers; l++)
        d->width[l] = il_config_width(n->config, l); /* in and out: 0, until the pack says */
    for (size_t l = 0; n->pack && l < d->layers; l++)
        il_pack_shape(n->pack, l, &d->width[l], &d->width[l + 1]);
    for (size_t l = 0; l < d->layers; l++) {
        d->weights[l] = calloc(d->width[l], d->width[l + 1] * sizeof **d->weights);
        d->bias[l] = calloc(d->width[l + 1], sizeof **d->bias);
        if (!d->weights[l] || !d->bias[l])
            return 0;
    }
    return 1;
}

/* Is there a dataset to open: given, looked at, or named by a width? */
static int needs_set(const struct network *n)
{
    for (size_t l = 0; l < il_config_widths(n->config); l++)
        if (il_config_width(n->config, l) == 0)
            return 1;
    return opt_given(n->o, "data") || il_config_needs_data(n->config);
}

/* The default batch, which some schemes look at, may be larger than the dataset. */
static il_status fit_batch(const struct cli *cli, struct network *n)
{
    const size_t batch = strtoul(il_config_get(n->config, "batch"), NULL, 10);
    const size_t count = n->set ? il_dataset_train(n->set).count : 0;
    const size_t held_out = strtoul(il_config_get(n->config, "validation"), NULL, 10);
    const size_t most = held_out < count ? count - held_out : count;
    char text[32];

    if (!n->set || batch <= most || opt_given(n->o, "batch"))
        return IL_OK;
    cli_say(cli, "--batch: there are fewer training samples than %zu: all %zu are looked at", batch,
            most);
    snprintf(text, sizeof text, "%zu", most);
    return il_config_set(n->config, "batch", text, &n->err);
}

static il_status draw(struct network *n, struct drawn *d)
{
    il_status st = IL_OK;

    if (!drawn_open(d, n))
        return cli_no_memory(&n->err);
    for (size_t l = 0; st == IL_OK && l < d->layers; l++)
        st = n->pack ? il_pack_get(n->pack, 0, l, d->weights[l], d->bias[l], &n->err)
                     : il_fill_layer(n->device, n->config, l, d->weights[l], d->bias[l], &n->err);
    return st;
}

static void describe(const struct drawn *d)
{
    printf("%-6s %8s %8s %14s %14s %14s\n", "layer", "fan_in", "fan_out", "mean", "std", "norm");
    for (size_t l = 0; l < d->layers; l++) {
        const size_t n = d->width[l] * d->width[l + 1];
        double sum = 0, spread = 0, square = 0, mean;

        for (size_t i = 0; i < n; i++)
            sum += (double)d->weights[l][i];
        mean = sum / (double)n; /* of n equal floats it is that one, exactly */
        for (size_t i = 0; i < n; i++) {
            const double x = (double)d->weights[l][i];

            spread += (x - mean) * (x - mean);
            square += x * x;
        }
        printf("%-6zu %8zu %8zu %14.6g %14.6g %14.6g\n", l + 1, d->width[l], d->width[l + 1], mean,
               sqrt(spread / (double)n), sqrt(square));
    }
}

static int run(struct cli *cli, const struct options *o)
{
    struct network n = { .o = o };
    struct drawn d = { 0 };
    il_status st;

    if ((st = network_configure(&n)) != IL_OK ||
        (st = output_check(o, "save", ".safetensors", ".npy", &n.err)) != IL_OK ||
        (needs_set(&n) && (st = network_dataset(&n)) != IL_OK) ||
        (st = fit_batch(cli, &n)) != IL_OK || (st = network_device(&n)) != IL_OK ||
        (n.set && (st = network_pack(&n, &(il_watch){ 0 })) != IL_OK) ||
        (st = draw(&n, &d)) != IL_OK)
        goto out;
    network_say_unfitted(cli, &n);
    if (opt_given(o, "save"))
        st = il_save_layers(opt_get(o, "save"), d.layers, d.width, d.weights, d.bias, &n.err);
    if (st == IL_OK)
        describe(&d);
out:
    drawn_free(&d);
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
        "data, widths may be any.",
    .examples = "initlab init --layers 784,256,10 --init orthogonal --save w.safetensors\n"
                "initlab init --layers 100,50,2 --init 'h*=he_normal,out=zeros' --seed 7",
    .rows = rows,
    .parameters = PARAMETERS_ONCE,
    .run = run
};
