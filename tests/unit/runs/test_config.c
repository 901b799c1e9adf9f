/*
 * test_config.c - the lists, choices from text, configs, what they resolve to, and recipes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initlab/initlab.h"
#include "catalog/catalog.h"
#include "choices/choice.h"
#include "choices/init_text.h"
#include "config/config.h"
#include "config/run.h"
#include "random.h"
#include "support.h"

static il_dataset *set; /* 4 x 4 pixels, 3 classes, 60 training samples */

static int open_set(void **state)
{
    static uint8_t images[60 * 16], labels[60];
    const il_samples train = { 60, images, labels }, test = { 10, images, labels };
    il_error err = { 0 };

    (void)state;
    for (unsigned i = 0; i < 60; i++)
        labels[i] = (uint8_t)(i % 3);
    return il_dataset_from(&set, 4, 4, train, test, &err) != IL_OK;
}

static int free_set(void **state)
{
    (void)state;
    il_dataset_free(set);
    return 0;
}

static il_config *defaults(void) { return make_config(NULL, NULL); }

/* a value is taken in its normal form, or refused and left as it was */
static void one_value(void **state)
{
    il_config *c = defaults();
    il_error err = { .text = "" };

    (void)state;
    must(il_config_set(c, "lr", "5e-1", &err), &err, "lr");
    assert_string_equal(il_config_get(c, "lr"), "0.5");
    assert_int_equal(il_config_set(c, "lr", "fast", &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "'fast' is not a number"));
    assert_string_equal(il_config_get(c, "lr"), "0.5");
    il_config_free(c);
}

/* ---- lists ----------------------------------------------------------------------------------- */

static int words_of(const char *words)
{
    int n = 1;

    for (; *words; words++)
        n += *words == '|';
    return n;
}

/* names and aliases are unique, defaults are legal, and each row parses by each of its names */
static void lists_are_sane(void **state)
{
    (void)state;
    for (int list = 0; list < IL_LISTS; list++) {
        const il_entry *e;

        assert_non_null(il_list_name((il_list)list));
        for (size_t i = 0; (e = il_list_at((il_list)list, i)); i++) {
            char names[256], *save = NULL;

            assert_non_null(e->formula);
            assert_non_null(e->source);
            for (int k = 0; k < IL_MAX_PARAMS && e->param[k].name; k++) {
                const il_param *const p = &e->param[k];
                const il_param_value *const v = &p->value;

                assert_true(v->kind == p->kind || p->kind == IL_PARAM_NUMBER_OR_WORD);
                assert_int_equal(p->words != NULL,
                                 p->kind == IL_PARAM_WORD || p->kind == IL_PARAM_NUMBER_OR_WORD);
                if (v->kind == IL_PARAM_WORD)
                    assert_true(v->word < (unsigned)words_of(p->words));
                if (v->kind == IL_PARAM_NUMBER && !p->required)
                    assert_true(p->min <= v->number && v->number <= p->max);
                assert_true(p->help && *p->help);
            }
            snprintf(names, sizeof names, "%s %s", e->name, e->aliases);
            for (char *n = strtok_r(names, " ", &save); n; n = strtok_r(NULL, " ", &save)) {
                const il_entry *other;
                size_t hits = 0;

                for (size_t j = 0; (other = il_list_at((il_list)list, j)); j++) {
                    char all[256];

                    snprintf(all, sizeof all, " %s %s ", other->name, other->aliases);
                    {
                        char key[64];

                        snprintf(key, sizeof key, " %s ", n);
                        hits += strstr(all, key) != NULL;
                    }
                }
                if (hits != 1)
                    fail_msg("'%s' stands in %zu rows of %s", n, hits, il_list_name((il_list)list));
            }
        }
        assert_null(il_list_at((il_list)list, 1000));
    }
    assert_null(il_list_name(IL_LISTS));
    assert_null(il_list_at(IL_LISTS, 0));
}

static void choices(void **state)
{
    static const struct {
        il_list list;
        const char *text, *normal;
    } good[] = {
        { IL_ACTIVATIONS, "swish", "silu" },
        { IL_ACTIVATIONS, "leaky_relu", "leaky_relu" },
        { IL_ACTIVATIONS, "leaky-relu:0.2", "leaky_relu:alpha=0.2" },
        { IL_ACTIVATIONS, "leaky_relu:alpha=0.01", "leaky_relu" },
        { IL_OPTIMIZERS, "Momentum:0.5:torch", "momentum:mu=0.5:form=torch" },
        { IL_OPTIMIZERS, "adam:eps=1e-3:form=keras", "adam:eps=0.001:form=keras" },
        { IL_LOSSES, "ce:log=clip:eps=1e-10", "cross_entropy:log=clip:eps=1e-10" },
        { IL_DECAYS, "l2:1e-4:yes", "l2:factor=0.0001:bias=yes" },
        { IL_SCHEMES, "const:0.1", "constant:value=0.1" },
        { IL_SCHEMES, "uniform:high=1:low=-1", "uniform:low=-1:high=1" },
    };
    static const struct {
        il_list list;
        const char *text, *says;
    } bad[] = {
        { IL_ACTIVATIONS, "tahn", "did you mean 'tanh'" },
        { IL_ACTIVATIONS, "", "no activation named ''" },
        { IL_ACTIVATIONS, "tanh:3", "one too many" },
        { IL_ACTIVATIONS, "elu:alpha=-1", "from 0.001 to 1000, not -1" },
        { IL_ACTIVATIONS, "elu:alpha=nan", "must be a number" },
        { IL_ACTIVATIONS, "elu:alpha=1x", "must be a number" },
        { IL_ACTIVATIONS, "elu:1:alpha=2", "given twice" },
        { IL_ACTIVATIONS, "elu:beta=2", "no parameter 'beta'" },
        { IL_OPTIMIZERS, "momentum:form=tf", "keras|torch" },
        { IL_DECAYS, "l2", "must be given" },
        { IL_SCHEMES, "he_norml:::", "no scheme" },
        { IL_SCHEMES, "normal:std=-1", "from 0 to 1e+30" },
        { IL_OPTIMIZERS, "adam:beta2=1", "beta2 must be from 0 to 0.99999999, not 1" },
        { IL_OPTIMIZERS, "momentum:1", "mu must be from 0 to 0.999999, not 1" },
        { IL_SCHEMES, "uniform:low=", "must be a number" },
    };
    struct il_choice c;
    il_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char text[IL_CHOICE_TEXT], again[IL_CHOICE_TEXT];

        must(il_choice_parse(&c, good[i].list, good[i].text, &err), &err, good[i].text);
        il_choice_text(&c, text);
        assert_string_equal(text, good[i].normal);
        must(il_choice_parse(&c, good[i].list, text, &err), &err, text);
        il_choice_text(&c, again);
        assert_string_equal(text, again);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(il_choice_parse(&c, bad[i].list, bad[i].text, &err), IL_E_USAGE);
        if (!strstr(err.text, bad[i].says))
            fail_msg("'%s' gives \"%s\", which does not say \"%s\"", bad[i].text, err.text,
                     bad[i].says);
    }
}

/* ---- configs --------------------------------------------------------------------------------- */

static void settings(void **state)
{
    static const struct {
        const char *name, *value, *normal;
    } good[] = {
        { "data-seed", "18446744073709551615", "18446744073709551615" },
        { "layers", "784-32-10", "784,32,10" },
        { "layers", "in,256,out", "in,256,out" },
        { "layers", "in-8x3-7x1-out", "in,8,8,8,7,out" },
        { "eval-train", "true", "yes" },
        { "lr", "1e-3", "0.001" },
        { "lr", "-0.0", "0" },
        { "init", "zeros", "zeros" },
        { "init", "h*=uniform:low=0,high=1,out=zeros,b=const:0.1",
          "h*=uniform:low=0:high=1,out=zeros,b=constant:value=0.1" },
        { "init", "ones,b=ones", "ones,b=ones" },
        { "init", "out.b=normal:std=2", "out.b=normal:std=2" },
        { "init", "h1.w=zeros", "h1=zeros" },
        { "weight_decay", "none", "none" },
    };
    static const struct {
        const char *name, *value, *says;
    } bad[] = {
        { "seed", "18446744073709551616", "whole number" },
        { "seed", "-1", "whole number" },
        { "seed", "1.5", "whole number" },
        { "batch", "0", "0 is out of bounds: a number from 1 to 16777216" },
        { "seed", "-1", "'-1' is not a whole number from 0 to 18446744073709551615, in digits" },
        { "batch", "1e2", "'1e2' is not a whole number from 1 to 16777216, in digits" },
        { "lr", "1e999", "'1e999' is not a finite number" },
        { "lr", "1e38", "from 0 up to but not 1e+38" },
        { "epochs", "", "whole number" },
        { "lr", "-0.1", "from 0 up to but not" },
        { "init", "he_normal,glorot_uniform",
          "he_normal and glorot_uniform are both for the weights" },
        { "init", "h1=zeros,h1=ones", "zeros and ones are both for the weights of h1" },
        { "init", "zeros,b=ones,b=zeros", "both for the biases" },
        { "lr", "inf", "'inf' is not a finite number" },
        { "lr", "0.1 ", "not a number" },
        { "label_smoothing", "1", "1 is out of bounds: a number from 0 up to but not 1" },
        { "layers", "784", "at least 2" },
        { "layers", "784,0,10", "not a width" },
        { "layers", "784,8x0,10", "'8x0': behind the x stands" },
        { "layers", "784,inx2,10", "not a width" },
        { "layers", "784,,10", "not a width" },
        { "layers", "784,x,10", "not a width" },
        { "eval_train", "maybe", "yes nor no" },
        { "math", "fp64", "tf32" },
        { "activation", "relo", "activation: no activation named 'relo'; did you mean 'relu'" },
        { "init", "h*=", "init: no scheme" },
        { "init", "zeros,", "item is empty" },
        { "init", "orthogonl", "init: no scheme named" },
        { "weight_decay", "0.1", "no decay named" },
        { "leer", "1", "did you mean 'lr'" },
        { "nonsense_that_is_long", "1", "no parameter" },
    };
    il_config *c = defaults();
    il_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        must(il_config_set(c, good[i].name, good[i].value, &err), &err, good[i].value);
        assert_string_equal(il_config_get(c, good[i].name), good[i].normal);
        must(il_config_set(c, good[i].name, good[i].normal, &err), &err, good[i].normal);
        assert_string_equal(il_config_get(c, good[i].name), good[i].normal);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *before = il_config_get(c, bad[i].name);
        char keep[256];

        snprintf(keep, sizeof keep, "%s", before ? before : "");
        assert_int_equal(il_config_set(c, bad[i].name, bad[i].value, &err), IL_E_USAGE);
        if (!strstr(err.text, bad[i].says))
            fail_msg("%s = '%s' gives \"%s\", which does not say \"%s\"", bad[i].name, bad[i].value,
                     err.text, bad[i].says);
        assert_string_equal(err.parameter, before ? bad[i].name : "");
        assert_int_equal(err.words, before ? strlen(bad[i].name) + 2 : 0);
        assert_int_equal(err.helps, strstr(err.text, "(see 'initlab help ") != NULL);
        if (before)
            assert_string_equal(il_config_get(c, bad[i].name), keep);
    }
    must(il_config_set(c, "init", "constant:-0", &err), &err,
         "-0"); /* what a text says is its value */
    assert_string_equal(il_config_get(c, "init"), "constant");
    assert_false(
        signbit(il_config_value(c, IL_PARAMETER_INIT)->init.item[0].scheme.value[0].number));
    assert_int_equal(il_config_set(c, "data-seed", "x", &err), IL_E_USAGE);
    assert_string_equal(err.parameter, "data_seed"); /* as in files, however it was spelled */
    il_config_free(c);
    il_config_free(NULL);
}

static void resolving(void **state)
{
    static const struct {
        const char *name, *value, *says;
    } bad[] = {
        { "layers", "17,3", "17, but an image has 16 pixels" },
        { "layers", "16,4", "4, but the dataset has 3 classes" },
        { "batch", "61", "61 is more than the 60" },
        { "validation", "60", "leave none" },
        { "init", "h7=zeros", "'h7' fits no layer" },
        { "init", "uniform:1:0", "low <= high" },
        { "output", "log_softmax", "nll" },
    };
    struct il_run one, *const run = &one;
    il_config *c = defaults();
    il_error err = { 0 };

    (void)state;
    must(il_config_set(c, "batch", "16", &err), &err, "batch");
    must(il_config_check(c, set, &err), &err, "defaults");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        il_config *other = NULL;

        must(il_config_copy(&other, c, &err), &err, "copy");
        must(il_config_set(other, bad[i].name, bad[i].value, &err), &err, bad[i].value);
        assert_int_equal(il_config_check(other, set, &err), IL_E_USAGE);
        if (!strstr(err.text, bad[i].says))
            fail_msg("%s = %s gives \"%s\"", bad[i].name, bad[i].value, err.text);
        assert_string_equal(err.parameter,
                            strcmp(bad[i].name, "output") == 0 ? "loss" : bad[i].name);
        il_config_free(other);
    }
    must(il_config_set(c, "layers", "in,7,5,out", &err), &err, "layers");
    must(il_config_set(c, "init", "normal,h2=ones,out=const:2,b=const:3,h1.b=const:4", &err), &err,
         "init");
    must(il_config_set(c, "validation", "10", &err), &err, "validation");
    must(il_config_set(c, "seed", "18446744073709551615", &err), &err, "seed");
    must(il_config_set(c, "loss", "mse", &err), &err, "loss");
    must(il_run_resolve(run, c, set, &err), &err, "resolve");
    assert_int_equal(run->layers, 3);
    assert_int_equal(run->first, 10);
    assert_int_equal(run->samples, 50);
    assert_int_equal(run->steps, 4);
    assert_true(run->divisor == 3 && run->head.gradient == 1.0f / 3);
    assert_int_equal(run->draw[0].weight.fill.law, IL_LAW_NORMAL);
    assert_true(run->draw[0].weight.fill.seed == UINT64_MAX);
    assert_true(run->draw[0].bias.fill.a == 4 && run->draw[1].bias.fill.a == 3 &&
                run->draw[2].bias.fill.a == 3);
    assert_true(run->draw[1].weight.fill.a == 1 && run->draw[2].weight.fill.a == 2);
    for (unsigned l = 0; l < 3; l++) { /* no two tensors share random numbers */
        assert_true(run->draw[l].weight.fill.tensor ==
                    ((uint64_t)IL_PURPOSE_WEIGHTS << 32 | 2 * l));
        assert_true(run->draw[l].bias.fill.tensor ==
                    ((uint64_t)IL_PURPOSE_WEIGHTS << 32 | (2 * l + 1)));
    }
    il_run_free(run);
    must(il_config_set(c, "drop_last", "yes", &err), &err, "drop_last");
    must(il_run_resolve(run, c, set, &err), &err, "resolve");
    assert_int_equal(run->steps, 3);
    il_config_free(c);
    il_run_free(run);
    il_run_free(run);
}

/* ---- schedules ------------------------------------------------------------------------------- */

static double rate_at(const char *schedule, size_t step, size_t steps, size_t total, int announced)
{
    struct il_choice choice;
    il_error err = { 0 };

    must(il_choice_parse(&choice, IL_SCHEDULES, schedule, &err), &err, schedule);
    return announced ? il_rate_announced(&choice, 0.1, step / steps, steps, total)
                     : il_rate(&choice, 0.1, step, steps, total);
}

/*
 * The numbers of reference tables, and what frameworks compute by their documented formulas: a
 * schedule without one does not compile. lr is 0.1.
 */
struct pin {
    const char *parameters;
    size_t step, steps, total;
    int announced;
    double want;
};

static const struct pin pin_constant[] = {
    { "", 77, 10, 100, 0, 0.1 },
};
static const struct pin pin_seed[] = {
    { "", 0, 430, 4300, 1, 0.1 },
    { "", 430, 430, 4300, 1, 0.0999 },
    { "", 9 * 430, 430, 4300, 1, 0.0991035916 },
    { "", 9 * 430 + 7, 430, 4300, 0, 0.0999 },
};
static const struct pin pin_exponential[] = {
    { "", 9 * 430 + 429, 430, 4300, 0, 0.0991035916 },
    { "rate=0.999:unit=step", 4690, 469, 4690, 0, 9.165e-4 },
    { "rate=0.96:every=100:unit=step", 250, 10, 1000, 0, 0.1 * 0.96 * 0.96 },
    { "rate=0.96:every=100:unit=step:staircase=no", 250, 10, 1000, 0, 0.0902979899 },
};
static const struct pin pin_inverse_time[] = {
    { "", 9 * 469, 469, 4690, 0, 0.0991080278 },
};
static const struct pin pin_natural_exp[] = {
    { "", 9 * 469, 469, 4690, 0, 0.0991040379 },
};
static const struct pin pin_keras_decay[] = {
    { "", 4690, 469, 4690, 0, 0.0175746924 },
    { "", 4290, 429, 4290, 0, 0.0189035917 },
};
static const struct pin pin_step[] = {
    { "gamma=0.5:every=2", 39, 10, 100, 0, 0.05 },
    { "gamma=0.5:every=2", 40, 10, 100, 0, 0.025 },
};
static const struct pin pin_multistep[] = {
    { "at=3:at2=5", 29, 10, 100, 0, 0.1 },
    { "at=3:at2=5", 30, 10, 100, 0, 0.01 },
    { "at=3:at2=5", 50, 10, 100, 0, 0.001 },
};
static const struct pin pin_piecewise[] = {
    { "at=10:factor=0.5:at2=20:factor2=0.1", 10, 5, 100, 0, 0.1 },
    { "at=10:factor=0.5:at2=20:factor2=0.1", 11, 5, 100, 0, 0.05 },
    { "at=10:factor=0.5:at2=20:factor2=0.1", 21, 5, 100, 0, 0.01 },
};
static const struct pin pin_polynomial[] = {
    { "end=0.1", 50, 10, 100, 0, 0.055 },
    { "end=0:power=2:over=10", 5, 10, 100, 0, 0.025 },
    { "end=0:power=2:over=10", 15, 10, 100, 0, 0 },
    { "end=0:power=1:over=10:cycle=yes", 15, 10, 100, 0, 0.025 },
};
static const struct pin pin_cosine[] = {
    { "", 0, 10, 100, 0, 0.1 },
    { "", 50, 10, 100, 0, 0.05 },
    { "end=0.1:warmup=10", 0, 10, 110, 0, 0.01 },
    { "end=0.1:warmup=10", 10, 10, 110, 0, 0.1 },
    { "end=0.1:warmup=10", 60, 10, 110, 0, 0.055 },
};
static const struct pin pin_warmup[] = {
    { "over=4", 1, 10, 100, 0, 0.05 },
    { "over=4", 50, 10, 100, 0, 0.1 },
};
static const struct pin pin_one_cycle[] = {
    { "", 0, 10, 100, 0, 0.004 },
    { "", 29, 10, 100, 0, 0.1 },
    { "", 99, 10, 100, 0, 4e-7 },
};
static const struct pin pin_rsqrt[] = {
    { "warmup=4", 0, 10, 100, 0, 0.025 },
    { "warmup=4", 3, 10, 100, 0, 0.1 },
    { "warmup=4", 15, 10, 100, 0, 0.05 },
};

static const struct {
    const struct pin *pin;
    size_t count;
} pins[] = {
#define X(id, ...) { pin_##id, sizeof pin_##id / sizeof *pin_##id },
#include "catalog/schedules.def"
#undef X
};

static void schedules(void **state)
{
    const il_entry *e;

    (void)state;
    for (size_t i = 0; (e = il_list_at(IL_SCHEDULES, i)); i++)
        for (size_t k = 0; k < pins[i].count; k++) {
            const struct pin *const p = &pins[i].pin[k];
            /* as many digits as are known */
            const double tolerance = p->want == 9.165e-4 ? 5e-8 : 1e-9;
            char text[IL_CHOICE_TEXT];

            snprintf(text, sizeof text, "%s%s%s", e->name, *p->parameters ? ":" : "",
                     p->parameters);
            near(rate_at(text, p->step, p->steps, p->total, p->announced), p->want, tolerance,
                 text);
        }
}

/* ---- recipes --------------------------------------------------------------------------------- */

static il_status load_text(il_config *c, const char *text, size_t n, il_error *err)
{
    char path[] = "/tmp/initlab-recipe-XXXXXX";
    const int fd = mkstemp(path);
    il_status st;

    assert_true(fd >= 0 && write(fd, text, n) == (ssize_t)n);
    close(fd);
    st = il_config_load(c, path, err);
    unlink(path);
    return st;
}

static void recipes(void **state)
{
    static const char *const names[] = { "seed-ones-tanh-mse",  "seed-zeros-softmax",
                                         "seed-zeros-tanh-mse", "seed-zeros-tanh",
                                         "seed-zeros-relu",     "seed-zeros-sigmoid" };
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "", "empty" },
        { "[1, 2]", ":1:1: expected 'description:'" },
        { "parametres: {}\n", "did you mean parameters" },
        { "parameters:\n  leer: 0.1\n", ":2:3: no parameter 'leer'; did you mean 'lr'" },
        { "parameters:\n  lr: fast\n", ":2:3: lr: 'fast' is not a number" },
        { "parameters:\n  lr: 0.1\n  lr: 0.2\n", ":3:3: a second 'lr'" },
        { "parameters:\n  data-seed: 1\n  data_seed: 2\n", "a second 'data_seed'" },
        { "parameters:\n  lr: [0.1, 0.2]\n", "lists are for sweeps" },
        { "parameters:\n  lr: {values: 0.1}\n", "takes 'value', not 'values'" },
        { "parameters:\n  lr: &a 0.1\n", "anchors and tags" },
        { "parameters:\n  lr: !!float 0.1\n", "anchors and tags" },
        { "parameters: *a\n", "" },
        { "parameters:\n  lr: 0.1\n - x\n", "" },
        { "--- {}\n--- {}\n", "one document" },
        { "description: a\ndescription: b\n", "a second 'description'" },
    };
    il_config *c = defaults();
    il_error err = { 0 };
    char text[4096], deep[1 << 14];
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[512];
        il_config *r = defaults();

        snprintf(path, sizeof path, "%s/data/recipes/%s.yaml", INITLAB_SOURCE_DIR, names[i]);
        must(il_config_load(r, path, &err), &err, path);
        must(il_config_describe(path, text, sizeof text, &err), &err, path);
        assert_true(strlen(text) > 20);
        assert_string_equal(il_config_get(r, "validation"), "5000");
        assert_string_equal(il_config_get(r, "schedule"), "seed");
        il_config_free(r);
    }
    must(load_text(c, "parameters: {lr: {value: 0.5}, epochs: 3}", 41, &err), &err, "flow");
    assert_string_equal(il_config_get(c, "lr"), "0.5");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(load_text(c, bad[i].text, strlen(bad[i].text), &err), IL_E_DATA);
        if (!strstr(err.text, bad[i].says))
            fail_msg("\"%s\" gives \"%s\"", bad[i].text, err.text);
        assert_string_equal(il_config_get(c, "lr"), "0.5"); /* unchanged on failure */
        assert_string_equal(il_config_get(c, "epochs"), "3");
    }
    assert_int_equal(il_config_load(c, "/nonexistent/recipe.yaml", &err), IL_E_DATA);
    n = (size_t)sprintf(deep, "parameters:\n  layers: in");
    while (n < sizeof deep - 16)
        n += (size_t)sprintf(deep + n, ",256");
    n += (size_t)sprintf(deep + n, ",out\n");
    must(load_text(c, deep, n, &err), &err, "a long text");
    assert_int_equal(strlen(il_config_get(c, "layers")), n - strlen("parameters:\n  layers: \n"));
    il_config_free(c);
}

/*
 * a recipe with a byte changed is refused or read, and never more than that; also under a sanitizer
 */
static void broken_recipes(void **state)
{
    static const char good[] =
        "description: >-\n  text\nparameters:\n  layers: in,8,out\n  init: ones,b=ones\n"
        "  lr: {value: 0.1}\n  schedule: seed\n";
    const uint64_t seed = 20261123;
    il_config *c = defaults();

    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        char text[sizeof good];
        il_error err = { 0 };
        const struct il_words w = il_philox(seed, i, 9);

        memcpy(text, good, sizeof good);
        text[w.v[0] % (sizeof good - 1)] = (char)w.v[1];
        if (w.v[2] & 1)
            text[w.v[3] % (sizeof good - 1)] = (char)(w.v[2] >> 8);
        if (load_text(c, text, sizeof good - 1, &err) != IL_OK &&
            (err.status != IL_E_DATA || !*err.text))
            fail_msg("case %u of seed %llu: status %d, \"%s\"", i, (unsigned long long)seed,
                     (int)err.status, err.text);
    }
    il_config_free(c);
}

/* text made of random words of the grammar: what is taken has a normal form that reads as itself */
static void normal_forms(void **state)
{
    static const char *const word[] = { "h*",      "out",   "b",      "w",     "=",   ":",   ",",
                                        ".",       "zeros", "normal", "const", "0.1", "std", "-1",
                                        "uniform", "low",   "high",   "1e-3",  "h1" };
    const uint64_t seed = 7;
    il_config *c = defaults();
    unsigned taken = 0;

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        char text[256] = "", normal[4096];
        il_error err = { 0 };
        const unsigned n = 1 + il_philox(seed, i, 0).v[0] % 9;

        for (unsigned k = 0; k < n; k++)
            strcat(text, word[il_philox(seed, i, 1 + k).v[1] % (sizeof word / sizeof *word)]);
        if (il_config_set(c, "init", text, &err) != IL_OK)
            continue;
        taken++;
        snprintf(normal, sizeof normal, "%s", il_config_get(c, "init"));
        if (il_config_set(c, "init", normal, &err) != IL_OK ||
            strcmp(normal, il_config_get(c, "init")) != 0)
            fail_msg("case %u of seed %llu: '%s' -> '%s' -> '%s' %s", i, (unsigned long long)seed,
                     text, normal, il_config_get(c, "init"), err.text);
    }
    assert_true(taken > 100);
    il_config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value),    cmocka_unit_test(lists_are_sane),
        cmocka_unit_test(choices),      cmocka_unit_test(settings),
        cmocka_unit_test(resolving),    cmocka_unit_test(schedules),
        cmocka_unit_test(recipes),      cmocka_unit_test(broken_recipes),
        cmocka_unit_test(normal_forms),
    };

    return cmocka_run_group_tests(tests, open_set, free_set);
}
