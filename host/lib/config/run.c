/* run.c - a config against a dataset: widths, counts, codes and laws, checked together. */
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/weights.h"
#include "config.h"
#include "theory/gaussian.h"
#include "catalog/catalog.h"

static const struct il_choice *choice(const il_config *c, enum il_parameter_id id)
{
    return &il_config_value(c, id)->choice;
}

static il_status read_layers(struct il_run *run, const il_config *c, const il_dataset *set,
                             il_error *err)
{
    const struct il_layers *const layers = &il_config_value(c, IL_PARAMETER_LAYERS)->layers;
    const size_t pixels = il_dataset_pixels(set), classes = il_dataset_classes(set);

    run->layers = layers->count - 1;
    run->width = calloc(layers->count, sizeof *run->width);
    run->draw = calloc(run->layers, sizeof *run->draw);
    if (!run->width || !run->draw)
        return il_fail(err, IL_E_MEMORY, "out of memory for %u layers", run->layers);
    for (unsigned i = 0; i < layers->count; i++)
        run->width[i] = il_layers_width(layers, i, pixels, classes);
    if (run->width[0] != pixels)
        return il_fail_parameter(err, IL_E_USAGE, "layers",
                                 "the first is %u, but an image has %zu pixels", run->width[0],
                                 pixels);
    if (run->width[run->layers] != classes)
        return il_fail_parameter(err, IL_E_USAGE, "layers",
                                 "the last is %u, but the dataset has %zu classes",
                                 run->width[run->layers], classes);
    return IL_OK;
}

size_t il_run_steps(const il_config *c, size_t samples)
{
    const size_t batch = (size_t)il_config_value(c, IL_PARAMETER_BATCH)->whole;
    const size_t held_out = (size_t)il_config_value(c, IL_PARAMETER_VALIDATION)->whole;
    const size_t left = held_out < samples ? samples - held_out : 0;

    return left / batch + (!il_config_value(c, IL_PARAMETER_DROP_LAST)->flag && left % batch != 0);
}

static il_status read_split(struct il_run *run, const il_config *c, const il_dataset *set,
                            il_error *err)
{
    const size_t count = il_dataset_train(set).count;

    run->batch = (unsigned)il_config_value(c, IL_PARAMETER_BATCH)->whole;
    run->epochs = (unsigned)il_config_value(c, IL_PARAMETER_EPOCHS)->whole;
    run->validation = (size_t)il_config_value(c, IL_PARAMETER_VALIDATION)->whole;
    run->data_seed = il_config_value(c, IL_PARAMETER_DATA_SEED)->whole;
    run->math = il_config_value(c, IL_PARAMETER_MATH)->math;
    run->eval_train = il_config_value(c, IL_PARAMETER_EVAL_TRAIN)->flag;
    if (run->validation >= count)
        return il_fail_parameter(err, IL_E_USAGE, "validation",
                                 "%zu of %zu training samples leave none to train on",
                                 run->validation, count);
    run->first = run->validation;
    run->samples = count - run->validation;
    if (run->batch > run->samples)
        return il_fail_parameter(err, IL_E_USAGE, "batch",
                                 "%u is more than the %zu training samples", run->batch,
                                 run->samples);
    run->steps = il_run_steps(c, count);
    return IL_OK;
}

static il_status read_network(struct il_run *run, const il_config *c, il_error *err)
{
    const double smoothing = il_config_value(c, IL_PARAMETER_LABEL_SMOOTHING)->real;

    run->hidden = il_activation_of(choice(c, IL_PARAMETER_ACTIVATION));
    run->head.act = il_activation_of(choice(c, IL_PARAMETER_OUTPUT));
    run->head.hot = (float)(1 - smoothing);
    run->head.cold = (float)(smoothing / run->width[run->layers]);
    return il_fail_of(err,
                      il_loss_of(choice(c, IL_PARAMETER_LOSS), run->width[run->layers], &run->head,
                                 &run->divisor, err),
                      "loss");
}

static void read_update(struct il_run *run, const il_config *c)
{
    run->schedule = *choice(c, IL_PARAMETER_SCHEDULE);
    run->lr = il_config_value(c, IL_PARAMETER_LR)->real;
    il_optimizer_of(choice(c, IL_PARAMETER_OPTIMIZER), &run->update);
    il_decay_of(choice(c, IL_PARAMETER_WEIGHT_DECAY), &run->update);
}

/*
 * a tensor: of the item that names it, else of the fallback; a bias of its weights' scheme
 */
static il_status read_draw(struct il_draw *draw, const struct il_init *init,
                           const struct il_choice *fallback, const char *layer, int bias,
                           const struct il_tensor_place *at, il_error *err)
{
    const struct il_choice *found = il_init_find(init, layer, bias);

    if (found)
        return il_scheme_of(found, at, bias, draw, err);
    found = bias ? il_init_find(init, layer, 0) : NULL;
    if (!found)
        found = fallback;
    return bias ? il_scheme_bias_of(found, at, draw, err) : il_scheme_of(found, at, 0, draw, err);
}

double il_run_input_square(const struct il_run *run, const il_dataset *set, size_t samples)
{
    const size_t pixels = run->width[0], n = samples * pixels;
    const uint8_t *const x = il_dataset_train(set).images + run->first * pixels;
    uint64_t sum = 0; /* below 2^64 for up to 2^47 bytes */

    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)x[i] * x[i];
    return (double)sum / (255.0 * 255.0) / (double)n;
}

size_t il_run_looked_at(const struct il_run *run)
{
    enum { LOOKED_AT = 128 };
    const size_t most = run->samples / run->batch;
    const size_t batches = run->batch < LOOKED_AT ? LOOKED_AT / run->batch : 1;

    return run->batch * (batches < most ? batches : most);
}

/* Has some scheme this trait? */
static int any_scheme(const struct il_init *init, enum il_trait trait)
{
    for (size_t i = 0; i < init->count; i++)
        if (init->item[i].scheme.entry->traits & trait)
            return 1;
    return 0;
}

void il_layer_name(unsigned layer, unsigned layers, char name[16])
{
    snprintf(name, 16, layer + 1 < layers ? "h%u" : "out", layer + 1);
}

static int fits_some(const struct il_init *one, unsigned layers)
{
    char name[16];

    for (unsigned l = 0; l < layers; l++) {
        il_layer_name(l, layers, name);
        if (il_init_find(one, name, one->item->bias))
            return 1;
    }
    return 0;
}

/* every item must fit some layer, or it is a slip */
static il_status check_patterns(const struct il_init *init, unsigned layers, il_error *err)
{
    char first[16], last[16]; /* of the hidden ones */

    il_layer_name(0, layers, first);
    il_layer_name(layers > 1 ? layers - 2 : 0, layers, last);
    for (size_t i = 0; i < init->count; i++) {
        const struct il_init one = { .count = 1, .item = &init->item[i] };

        if (!fits_some(&one, layers))
            return il_fail_parameter(err, IL_E_USAGE, "init",
                                     "'%s' fits no layer; the layers are %s%s%s", one.item->pattern,
                                     first,
                                     layers > 2   ? " to "
                                     : layers > 1 ? " and out"
                                                  : "",
                                     layers > 2 ? last : "");
    }
    return IL_OK;
}

/* Mean square of what leaves layer l, by mean-field theory; NaN where that does not say. */
static double outgoing(const struct il_run *run, unsigned l, double incoming)
{
    const struct il_draw *const w = &run->draw[l].weight, *const b = &run->draw[l].bias;
    double sw2, sb2, q;

    il_draw_variances(w, b, run->width[l], run->width[l + 1], &sw2, &sb2);
    q = (w->variance > 0 ? w->variance : sw2 * incoming) + sb2;
    return isfinite(q) && q > 0 ? il_gaussian_moments(&run->hidden, sqrt(q)).square : NAN;
}

/* the weights and the bias of one layer */
static il_status read_layer_draw(struct il_layer_draw *draw, const il_config *c,
                                 const struct il_tensor_place *at, il_error *err)
{
    const struct il_choice *const fallback = il_config_usual_scheme(c);
    const struct il_init *const init = &il_config_value(c, IL_PARAMETER_INIT)->init;
    struct il_draw *const tensor[2] = { &draw->weight, &draw->bias };
    il_status st = IL_OK;
    char name[16];

    il_layer_name(at->layer, at->layers, name);
    for (int bias = 0; bias < 2; bias++) {
        tensor[bias]->fill.seed = il_config_value(c, IL_PARAMETER_SEED)->whole;
        tensor[bias]->fill.tensor = il_tensor_of(at->layer, bias);
        IL_TRY(read_draw(tensor[bias], init, fallback, name, bias, at, err));
    }
out:
    return st;
}

static il_status read_init(struct il_run *run, const il_config *c, const il_dataset *set,
                           il_error *err)
{
    const struct il_init *const init = &il_config_value(c, IL_PARAMETER_INIT)->init;
    const int follow = set && any_scheme(init, IL_FOLLOWS_SIGNAL);
    double incoming = NAN; /* mean square of what comes into a layer, where a scheme asks */
    il_status st;

    IL_TRY(check_patterns(init, run->layers, err));
    if (follow)
        incoming = il_run_input_square(run, set, run->samples);
    for (unsigned l = 0; l < run->layers; l++) {
        const struct il_tensor_place at = { .fan_in = run->width[l],
                                            .fan_out = run->width[l + 1],
                                            .layer = l,
                                            .layers = run->layers,
                                            .hidden = run->hidden,
                                            .adam = run->update.adam,
                                            .incoming = incoming };

        IL_TRY(read_layer_draw(&run->draw[l], c, &at, err));
        run->parametrised |= run->draw[l].weight.parametrised | run->draw[l].bias.parametrised;
        if (follow)
            incoming = outgoing(run, l, incoming);
    }
out:
    return il_fail_of(err, st, "init");
}

il_status il_run_resolve(struct il_run *out, const il_config *config, const il_dataset *set,
                         il_error *err)
{
    il_status st;

    memset(out, 0, sizeof *out);
    IL_TRY(read_layers(out, config, set, err));
    IL_TRY(read_split(out, config, set, err));
    IL_TRY(read_network(out, config, err));
    read_update(out, config);
    st = read_init(out, config, set, err);
out:
    if (st != IL_OK)
        il_run_free(out);
    return st;
}

il_status il_run_initial(struct il_initial_layer *out, const il_config *config, size_t layer,
                         il_error *err)
{
    const struct il_layers *const layers = &il_config_value(config, IL_PARAMETER_LAYERS)->layers;
    struct il_update update = { 0 };
    struct il_tensor_place at;
    il_status st;

    memset(out, 0, sizeof *out);
    out->layers = layers->count - 1;
    if (layer >= out->layers)
        return il_fail(err, IL_E_USAGE, "there is no layer %zu among %u (the first is 0)", layer,
                       out->layers);
    memcpy(out->width, layers->width + layer, sizeof out->width);
    if (out->width[0] > IL_WIDTH_MOST || out->width[1] > IL_WIDTH_MOST)
        return il_fail_parameter(err, IL_E_USAGE, "layers",
                                 "in and out of '%.200s' are a dataset's, and there is "
                                 "none; give numbers",
                                 il_config_get(config, "layers"));
    il_optimizer_of(choice(config, IL_PARAMETER_OPTIMIZER), &update);
    at = (struct il_tensor_place){ .fan_in = out->width[0],
                                   .fan_out = out->width[1],
                                   .layer = (unsigned)layer,
                                   .layers = out->layers,
                                   .hidden =
                                       il_activation_of(choice(config, IL_PARAMETER_ACTIVATION)),
                                   .adam = update.adam,
                                   .incoming = NAN };
    IL_TRY(check_patterns(&il_config_value(config, IL_PARAMETER_INIT)->init, out->layers, err));
    st = read_layer_draw(&out->draw, config, &at, err);
out:
    return il_fail_of(err, st, "init");
}

void il_run_free(struct il_run *run)
{
    free(run->width);
    free(run->draw);
    memset(run, 0, sizeof *run);
}

int il_config_needs_data(const il_config *config)
{
    const struct il_init *const init = &il_config_value(config, IL_PARAMETER_INIT)->init;

    return any_scheme(init, IL_LOOKS_AT_DATA);
}

const char *il_config_file(const il_config *config, size_t index)
{
    const struct il_init *const init = &il_config_value(config, IL_PARAMETER_INIT)->init;

    for (size_t i = 0; i < init->count; i++)
        if (init->item[i].scheme.entry->traits & IL_READS_FILE && index-- == 0)
            return il_choice_word(&init->item[i].scheme, "path");
    return NULL;
}

il_status il_config_file_sum(const il_config *config, size_t index, const char **path, char sum[65],
                             il_error *err)
{
    *path = il_config_file(config, index);
    return *path ? il_weights_sum(*path, sum, err) : IL_OK;
}

il_status il_config_check(const il_config *config, const il_dataset *set, il_error *err)
{
    struct il_run run;
    const il_status st = il_run_resolve(&run, config, set, err);

    il_run_free(&run);
    return st;
}

const char *il_run_conflict(const struct il_run *a, const struct il_run *b)
{
    const struct il_update *u = &a->update, *v = &b->update;

    if (a->layers != b->layers ||
        memcmp(a->width, b->width, (a->layers + 1) * sizeof *a->width) != 0)
        return "layers";
    if (a->batch != b->batch)
        return "batch";
    if (a->epochs != b->epochs)
        return "epochs";
    if (a->validation != b->validation)
        return "validation";
    if (a->steps != b->steps)
        return "drop_last";
    if (a->data_seed != b->data_seed)
        return "data_seed";
    if (a->math != b->math)
        return "math";
    if (u->adam != v->adam || u->rule != v->rule || u->mu != v->mu || u->beta1 != v->beta1 ||
        u->beta2 != v->beta2 || u->eps != v->eps || u->keras != v->keras)
        return "optimizer";
    if (u->decay != v->decay || u->decoupled != v->decoupled || u->decay_bias != v->decay_bias)
        return "weight_decay";
    if (a->parametrised != b->parametrised)
        return "init (mup and ntk have rates of their own)";
    return NULL;
}
