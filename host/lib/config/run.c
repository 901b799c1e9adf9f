/* run.c - a config against a dataset: widths, counts, codes and laws, checked together. */
#include "device/seam.h"
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "theory/gaussian.h"
#include "choices/init_text.h"
#include "core/number.h"
#include "catalog/catalog.h"

/* values of a config are in normal form, so that reading them cannot fail */
static double real(const il_config *c, const char *name)
{
    double value = NAN;

    il_read_real(il_config_get(c, name), &value);
    return value;
}

static uint64_t whole(const il_config *c, const char *name)
{
    uint64_t value = 0;

    il_read_whole(il_config_get(c, name), &value);
    return value;
}

static int flag(const il_config *c, const char *name)
{
    return !strcmp(il_config_get(c, name), "yes");
}

static il_status choice(struct il_choice *out, il_list list, const il_config *c, const char *name,
                        il_error *err)
{
    return il_choice_parse(out, list, il_config_get(c, name), err);
}

/* in and out stand for so many pixels and classes */
static void read_widths(struct il_run *run, const char *text, size_t pixels, size_t classes)
{
    unsigned n = 0;

    for (const char *p = text; *p; p += *p == ',') {
        const size_t length = strcspn(p, ",");
        char word[32];
        uint64_t width = 0;

        snprintf(word, sizeof word, "%.*s", (int)length, p);
        if (!il_read_whole(word, &width))
            width = strcmp(word, "in") == 0 ? pixels : classes;
        run->width[n++] = (unsigned)width;
        p += length;
    }
    run->layers = n - 1;
}

static il_status read_layers(struct il_run *run, const char *text, const il_dataset *set,
                             il_error *err)
{
    const size_t pixels = il_dataset_pixels(set), classes = il_dataset_classes(set);

    read_widths(run, text, pixels, classes);
    if (run->width[0] != pixels)
        return il_fail_parameter(err, IL_E_USAGE, "layers",
                                 "layers: the first is %u, but an image has %zu pixels",
                                 run->width[0], pixels);
    if (run->width[run->layers] != classes)
        return il_fail_parameter(err, IL_E_USAGE, "layers",
                                 "layers: the last is %u, but the dataset has %zu classes",
                                 run->width[run->layers], classes);
    return IL_OK;
}

static il_status read_split(struct il_run *run, const il_config *c, const il_dataset *set,
                            il_error *err)
{
    const size_t count = il_dataset_train(set).count;

    run->batch = (unsigned)whole(c, "batch");
    run->epochs = (unsigned)whole(c, "epochs");
    run->validation = (size_t)whole(c, "validation");
    run->data_seed = whole(c, "data_seed");
    run->math = il_math_of(il_config_get(c, "math"));
    run->eval_train = flag(c, "eval_train");
    if (run->validation >= count)
        return il_fail_parameter(err, IL_E_USAGE, "validation",
                                 "validation: %zu of %zu training samples leave none to train on",
                                 run->validation, count);
    run->first = run->validation;
    run->samples = count - run->validation;
    if (run->batch > run->samples)
        return il_fail_parameter(err, IL_E_USAGE, "batch",
                                 "batch: %u is more than the %zu training samples", run->batch,
                                 run->samples);
    run->steps = run->samples / run->batch;
    if (!flag(c, "drop_last") && run->samples % run->batch != 0)
        run->steps++;
    return IL_OK;
}

static il_status read_network(struct il_run *run, const il_config *c, il_error *err)
{
    struct il_choice hidden, output, loss;
    il_status st;

    IL_TRY(choice(&hidden, IL_ACTIVATIONS, c, "activation", err));
    IL_TRY(choice(&output, IL_ACTIVATIONS, c, "output", err));
    IL_TRY(choice(&loss, IL_LOSSES, c, "loss", err));
    run->hidden = il_activation_of(&hidden);
    run->head.act = il_activation_of(&output);
    run->head.smoothing = (float)real(c, "label_smoothing");
    st = il_fail_of(
        err, il_loss_of(&loss, run->width[run->layers], &run->head, &run->divisor, err), "loss");
out:
    return st;
}

static il_status read_update(struct il_run *run, const il_config *c, il_error *err)
{
    struct il_choice optimizer, decay;
    il_status st;

    IL_TRY(choice(&optimizer, IL_OPTIMIZERS, c, "optimizer", err));
    IL_TRY(choice(&decay, IL_DECAYS, c, "weight_decay", err));
    IL_TRY(choice(&run->schedule, IL_SCHEDULES, c, "schedule", err));
    run->lr = real(c, "lr");
    il_optimizer_of(&optimizer, &run->update);
    il_decay_of(&decay, &run->update);
out:
    return st;
}

/*
 * a tensor: of the item that names it, else the parameter's default; a bias of its weights' scheme
 */
static il_status read_draw(struct il_draw *draw, const struct il_init *init, const char *layer,
                           int bias, const struct il_tensor_place *at, il_error *err)
{
    const struct il_choice *found = il_init_find(init, layer, bias);
    struct il_choice fallback;
    il_status st = IL_OK;

    if (found)
        return il_scheme_of(found, at, bias, draw, err);
    found = bias ? il_init_find(init, layer, 0) : NULL;
    if (!found) {
        IL_TRY(il_choice_parse(&fallback, IL_SCHEMES, "uniform", err));
        found = &fallback;
    }
    st = bias ? il_scheme_bias_of(found, at, draw, err) : il_scheme_of(found, at, 0, draw, err);
out:
    return st;
}

/* mean square of the inputs that the run trains on */
static double input_square(const struct il_run *run, const il_dataset *set)
{
    const size_t pixels = run->width[0], n = run->samples * pixels;
    const uint8_t *const x = il_dataset_train(set).images + run->first * pixels;
    uint64_t sum = 0; /* below 2^64 for up to 2^47 bytes */

    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)x[i] * x[i];
    return (double)sum / (255.0 * 255.0) / (double)n;
}

/* Has some scheme this trait? */
static int any_scheme(const struct il_init *init, enum il_trait trait)
{
    for (size_t i = 0; i < init->count; i++)
        if (init->item[i].scheme.entry->traits & trait)
            return 1;
    return 0;
}

int il_math_of(const char *word)
{
    return strcmp(word, "fp32") == 0   ? IL_MATH_FP32
           : strcmp(word, "tf32") == 0 ? IL_MATH_TF32
           : strcmp(word, "bf16") == 0 ? IL_MATH_BF16
                                       : -1;
}

void il_layer_name(unsigned layer, unsigned layers, char name[16])
{
    snprintf(name, 16, layer + 1 < layers ? "h%u" : "out", layer + 1);
}

/* every item must fit some layer, or it is a slip */
static il_status check_patterns(const struct il_init *init, char names[][16], unsigned layers,
                                il_error *err)
{
    for (size_t i = 0; i < init->count; i++) {
        struct il_init one = { .count = 1 };
        int used = 0;

        one.item[0] = init->item[i];
        for (unsigned l = 0; l < layers; l++)
            used |= il_init_find(&one, names[l], one.item[0].bias) != NULL;
        if (!used)
            return il_fail_parameter(err, IL_E_USAGE, "init",
                                     "init: '%s' fits no layer; the layers are %s%s%s",
                                     init->item[i].pattern, layers > 1 ? names[0] : "out",
                                     layers > 2   ? " to "
                                     : layers > 1 ? " and out"
                                                  : "",
                                     layers > 2 ? names[layers - 2] : "");
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

/* set NULL: there is none */
static il_status read_init(struct il_run *run, const il_config *c, const il_dataset *set,
                           il_error *err)
{
    double incoming = NAN; /* mean square of what comes into a layer, where a scheme asks */
    int follow;
    const uint64_t seed = whole(c, "seed");
    struct il_init *const init = malloc(sizeof *init);
    char names[IL_MAX_LAYERS][16];
    il_status st = IL_OK;

    if (!init)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_init_parse(init, il_config_get(c, "init"), err));
    for (unsigned l = 0; l < run->layers; l++)
        il_layer_name(l, run->layers, names[l]);
    IL_TRY(check_patterns(init, names, run->layers, err));
    follow = set && any_scheme(init, IL_FOLLOWS_SIGNAL);
    if (follow)
        incoming = input_square(run, set);
    for (unsigned l = 0; l < run->layers; l++) {
        const struct il_tensor_place at = { .fan_in = run->width[l],
                                            .fan_out = run->width[l + 1],
                                            .layer = l,
                                            .layers = run->layers,
                                            .hidden = run->hidden,
                                            .adam = run->update.adam,
                                            .incoming = incoming };

        for (int bias = 0; bias < 2; bias++) {
            struct il_draw *const draw = bias ? &run->draw[l].bias : &run->draw[l].weight;

            draw->fill.seed = seed;
            draw->fill.tensor = il_tensor_of(l, bias);
            IL_TRY(read_draw(draw, init, names[l], bias, &at, err));
            run->parametrised |= draw->parametrised;
        }
        if (follow)
            incoming = outgoing(run, l, incoming);
    }
out:
    free(init);
    return st;
}

il_status il_run_resolve(struct il_run *out, const il_config *config, const il_dataset *set,
                         il_error *err)
{
    il_status st;

    memset(out, 0, sizeof *out);
    IL_TRY(read_layers(out, il_config_get(config, "layers"), set, err));
    IL_TRY(read_split(out, config, set, err));
    IL_TRY(read_network(out, config, err));
    IL_TRY(read_update(out, config, err));
    st = il_fail_of(err, read_init(out, config, set, err), "init");
out:
    return st;
}

il_status il_run_initial(struct il_run *out, const il_config *config, il_error *err)
{
    const char *const layers = il_config_get(config, "layers");
    struct il_choice hidden;
    il_status st;

    memset(out, 0, sizeof *out);
    read_widths(out, layers, 0, 0);
    for (unsigned l = 0; l <= out->layers; l++)
        if (out->width[l] == 0)
            return il_fail_parameter(
                err, IL_E_USAGE, "layers",
                "layers: in and out of '%s' are a dataset's, and there is none; give "
                "numbers",
                layers);
    IL_TRY(choice(&hidden, IL_ACTIVATIONS, config, "activation", err));
    out->hidden = il_activation_of(&hidden);
    IL_TRY(read_update(out, config, err));
    st = il_fail_of(err, read_init(out, config, NULL, err), "init");
out:
    return st;
}

int il_config_needs_data(const il_config *config)
{
    struct il_init *const init = malloc(sizeof *init);
    const int read = init && il_init_parse(init, il_config_get(config, "init"), NULL) == IL_OK;
    const int needs = read && any_scheme(init, IL_LOOKS_AT_DATA);

    free(init);
    return needs;
}

il_status il_config_check(const il_config *config, const il_dataset *set, il_error *err)
{
    struct il_run *const run = malloc(sizeof *run);
    const il_status st =
        run ? il_run_resolve(run, config, set, err) : il_fail(err, IL_E_MEMORY, "out of memory");

    free(run);
    return st;
}

const char *il_run_conflict(const struct il_run *a, const struct il_run *b)
{
    const struct il_update *u = &a->update, *v = &b->update;

    if (a->layers != b->layers || memcmp(a->width, b->width, sizeof a->width) != 0)
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
