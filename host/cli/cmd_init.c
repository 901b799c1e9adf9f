/* cmd_init.c - initlab init: draw a network's initial weights and save them, without training. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

/* what the command holds; all NULL at first */
struct init {
    il_config *config;
    il_dataset *set;
    il_device *device;
    il_pack *pack;
    il_error err;
};

static il_status fail(struct init *t, il_status status, const char *text)
{
    t->err.status = status;
    snprintf(t->err.text, sizeof t->err.text, "%s", text);
    return status;
}

/* Set a parameter from its option; an error names the option as it is spelled here. */
static il_status configure(struct init *t, const struct options *o)
{
    il_status st = il_config_new(&t->config, &t->err);

    for (size_t i = 0; i < o->rows && st == IL_OK; i++)
        if (o->row[i].parameter && o->row[i].given)
            st = il_config_set(t->config, o->row[i].parameter, o->row[i].given, &t->err);
    return st;
}

/* first and last of the widths; 0 where they are `in` and `out`: of the bundled dataset */
static void ends(const il_config *config, size_t *in, size_t *out)
{
    const char *const layers = il_config_get(config, "layers"), *const last = strrchr(layers, ',');

    *in = (size_t)strtoull(layers, NULL, 10);
    *out = last ? (size_t)strtoull(last + 1, NULL, 10) : 0;
}

/* a dataset of the network's shape and no content: nothing looks at it */
static il_status blank(struct init *t, size_t in, size_t out)
{
    uint8_t *const images = calloc(out, in), *const labels = calloc(out, 1);
    const il_samples samples = { .images = images, .labels = labels, .count = out };
    il_status st = IL_E_MEMORY;

    for (size_t i = 0; labels && i < out; i++)
        labels[i] = (uint8_t)i;
    if (images && labels)
        st = il_dataset_from(&t->set, 1, in, samples, samples, &t->err);
    else
        fail(t, st, il_status_text(st));
    free(labels);
    free(images);
    if (st == IL_OK)
        st = il_config_set(t->config, "batch", "1", &t->err);
    return st;
}

/* the dataset given, else the bundled one where it is looked at or names a width, else a blank one */
static il_status open_set(struct init *t, const struct options *o)
{
    char folder[4096];
    size_t in, out;

    ends(t->config, &in, &out);
    if (opt_given(o, "data"))
        return il_dataset_open(&t->set, opt_get(o, "data"), &t->err);
    if (in != 0 && out != 0 && !il_config_needs_data(t->config))
        return blank(t, in, out);
    if (!place_dataset(folder, sizeof folder))
        return fail(t, IL_E_DATA, "the bundled MNIST is nowhere; name a folder with --data");
    return il_dataset_open(&t->set, folder, &t->err);
}

static void describe(const struct init *t)
{
    printf("%-6s %8s %8s %14s %14s %14s\n", "layer", "fan_in", "fan_out", "mean", "std", "norm");
    for (size_t l = 0; l < il_pack_layers(t->pack); l++) {
        size_t in, out;
        double sum = 0, square = 0;
        float *w;

        il_pack_shape(t->pack, l, &in, &out);
        w = malloc(in * out * sizeof *w);
        if (!w || il_pack_get(t->pack, 0, l, w, NULL, NULL) != IL_OK) {
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
    struct init t = { .err = { .text = "" } };
    char why[256];
    il_status st;

    if ((st = configure(&t, o)) != IL_OK || (st = open_set(&t, o)) != IL_OK ||
        (st = il_device_open(&t.device, opt_get(o, "device"), 1, why, &t.err)) != IL_OK ||
        (st = il_pack_open(&t.pack, t.device, t.set, (const il_config *const *)&t.config, 1,
                           &t.err)) != IL_OK)
        goto out;
    if (opt_given(o, "save"))
        st = il_save_weights(t.pack, 0, opt_get(o, "save"), &t.err);
    if (st == IL_OK)
        describe(&t);
out:
    il_pack_close(t.pack);
    il_device_close(t.device);
    il_dataset_free(t.set);
    il_config_free(t.config);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", t.err.text);
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
    .text = "Print mean, standard deviation and norm of each layer's drawn weights, and save them. "
            "They are what a training with the same options begins with.\n\nWidths may be any, "
            "unless a scheme looks at data.",
    .examples = "initlab init --layers 784,256,10 --init orthogonal --save w.safetensors\n"
                "initlab init --layers 100,50,2 --init 'h*=he_normal,out=zeros' --seed 7",
    .rows = rows,
    .parameters = 1,
    .run = run
};
