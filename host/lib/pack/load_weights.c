/* load_weights.c - initial weights of the scheme `file`: read on the host, written over the drawn ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "load_weights.h"
#include "dense.h"
#include "pack_impl.h"
#include "config/config.h"
#include "core/word.h"
#include "formats/weights.h"

static int is_file(const struct il_choice *c) { return c && c->entry->traits & IL_READS_FILE; }

static const char *path_of(const struct il_choice *c) { return il_choice_word(c, "path"); }

static int holds_names(const char *path) { return il_ends_in(path, ".safetensors"); }

/* what the file calls a layer's weights or bias: by `name`, which may be the tensor's own */
static void name_tensor(char out[IL_TENSOR_NAME], const struct il_choice *c, unsigned layer,
                        int bias)
{
    const char *const name = il_choice_word(c, "name"), *const kind = bias ? "bias" : "weight";

    if (!*name)
        snprintf(out, IL_TENSOR_NAME, "layer%u.%s", layer + 1, kind);
    else if (il_weights_has(path_of(c), name))
        snprintf(out, IL_TENSOR_NAME, "%s", name);
    else
        snprintf(out, IL_TENSOR_NAME, "%s.%s", name, kind);
}

/* Does the file of a layer's weights have its bias, too? */
static int brings_bias(const struct il_choice *c, unsigned layer)
{
    char name[IL_TENSOR_NAME];

    if (!is_file(c) || !holds_names(path_of(c)) ||
        il_weights_has(path_of(c), il_choice_word(c, "name")))
        return 0;
    name_tensor(name, c, layer, 1);
    return il_weights_has(path_of(c), name);
}

/* weights or bias of one layer */
static il_status load_tensor(const struct il_choice *c, unsigned layer, int bias, size_t in,
                             size_t out, float *data, il_error *err)
{
    struct il_tensor t = { .dims = bias ? 1 : 2, .size = { bias ? out : in, out }, .data = data };

    if (*il_choice_word(c, "name") && !holds_names(path_of(c)))
        return il_fail_parameter(err, IL_E_USAGE, "init",
                                 "file: name is for .safetensors files; '%s' has one tensor",
                                 path_of(c));
    name_tensor(t.name, c, layer, bias);
    return il_weights_read(path_of(c), &t, (int)il_choice_value(c, "transpose").word, err);
}

il_status il_load_layer(const struct il_init *init, unsigned layer, unsigned layers, size_t in,
                        size_t out, float *weights, float *bias, int got[2], il_error *err)
{
    const struct il_choice *of_weights, *of_bias;
    il_status st = IL_OK;
    char name[16];

    il_layer_name(layer, layers, name);
    of_weights = il_init_find(init, name, 0);
    of_bias = il_init_find(init, name, 1);
    if (!of_bias && brings_bias(of_weights, layer))
        of_bias = of_weights;
    got[0] = is_file(of_weights);
    got[1] = is_file(of_bias);
    if (got[0])
        IL_TRY(load_tensor(of_weights, layer, 0, in, out, weights, err));
    if (got[1])
        IL_TRY(load_tensor(of_bias, layer, 1, in, out, bias, err));
out:
    return st;
}

/* what is done with a layer that files filled: run is the taker's own number */
typedef il_status take_fn(il_pack *p, size_t run, size_t layer, const float *weights,
                          const float *bias, il_error *err);

/* read what files have of a run's layers; take may be NULL */
static il_status load_run(il_pack *p, size_t number, const struct il_run *run,
                          const struct il_init *init, take_fn *take, il_error *err)
{
    float *weights = NULL, *bias = NULL;
    il_status st = IL_OK;

    for (unsigned l = 0; l < run->layers; l++) {
        const size_t in = run->width[l], out = run->width[l + 1];
        int got[2];

        if (!run->draw[l].weight.from_file && !run->draw[l].bias.from_file)
            continue;
        free(weights);
        free(bias);
        weights = malloc(in * out * sizeof *weights);
        bias = malloc(out * sizeof *bias);
        if (!weights || !bias) {
            st = il_fail(err, IL_E_MEMORY, "out of memory for layer %u", l + 1);
            goto out;
        }
        IL_TRY(il_load_layer(init, l, run->layers, in, out, weights, bias, got, err));
        if (take && (got[0] || got[1]))
            IL_TRY(take(p, number, l, got[0] ? weights : NULL, got[1] ? bias : NULL, err));
    }
out:
    free(weights);
    free(bias);
    return st;
}

il_status il_pack_load(il_pack *p, const il_config *const *runs, il_error *err)
{
    il_status st = IL_OK;

    for (size_t m = 0; st == IL_OK && m < p->runs; m++)
        st = load_run(p, m, &p->run[m], &il_config_value(runs[m], IL_PARAMETER_INIT)->init,
                      il_pack_set, err);
    return st;
}

int il_reads_files(const il_config *config)
{
    const struct il_init *const init = &il_config_value(config, IL_PARAMETER_INIT)->init;

    for (size_t i = 0; i < init->count; i++)
        if (is_file(&init->item[i].scheme))
            return 1;
    return 0;
}

il_status il_check_files(const il_config *config, const il_dataset *set, il_error *err)
{
    struct il_run run = { 0 };
    il_status st;

    IL_TRY(il_run_resolve(&run, config, set, err));
    st = load_run(NULL, 0, &run, &il_config_value(config, IL_PARAMETER_INIT)->init, NULL, err);
out:
    il_run_free(&run);
    return st;
}
