/*
 * test_pack.c - packs as a whole: training against a reference in double, packs of many against
 * packs of one, padding, divergence, devices that check.
 */
#include <stdio.h>
#include <stdlib.h>

#include "initlab/initlab.h"
#include "pack/dense.h"
#include "catalog/catalog.h"
#include "pack/pack_impl.h"
#include "random.h"
#include "reference_catalog.h"

enum { SIDE = 5, PIXELS = SIDE * SIDE, CLASSES = 3, TRAIN = 50, TEST = 37 };
static const uint64_t SEED = 4711;

static il_dataset *make_set(void)
{
    uint8_t images[TRAIN * PIXELS], labels[TRAIN];
    il_dataset *set = NULL;
    il_error err = { 0 };

    for (unsigned i = 0; i < sizeof images; i++) {
        const struct il_words w = il_philox(SEED, i, 1);

        images[i] = w.v[1] % 3 ? 0 : (uint8_t)w.v[0];
    }
    for (unsigned i = 0; i < TRAIN; i++)
        labels[i] = (uint8_t)(i < CLASSES ? i : il_philox(SEED, i, 2).v[0] % CLASSES);
    {
        const il_samples train = { TRAIN, images, labels }, test = { TEST, images, labels };

        must(il_dataset_from(&set, SIDE, SIDE, train, test, &err), &err, "dataset");
    }
    return set;
}

static const struct setting runs3[][6] = {
    { { "activation", "tanh" }, { "seed", "1" }, { "lr", "0.5" }, { "init", "uniform:-0.5:0.5" } },
    { { "activation", "gelu" },
      { "seed", "2" },
      { "lr", "0.1" },
      { "loss", "mse" },
      { "init", "normal:std=0.3,b=const:0.1" } },
    { { "activation", "relu" },
      { "seed", "3" },
      { "lr", "0.05" },
      { "schedule", "cosine" },
      { "init", "uniform:-0.3:0.3" } },
};
enum { RUNS = 3 };

static il_pack *open_runs(il_device *d, const il_dataset *set, const struct setting *common,
                          size_t first, size_t count)
{
    il_config *c[RUNS];

    for (size_t m = 0; m < count; m++)
        c[m] = make_config(common, runs3[first + m]);
    return pack_of(d, set, c, count);
}

static void train(il_pack *p, size_t epochs, il_epoch *last)
{
    il_epoch out[RUNS];
    il_error err = { 0 };

    for (size_t e = 0; e < epochs; e++)
        must(il_pack_epoch(p, out, NULL, NULL, &err), &err, "epoch");
    memcpy(last, out, il_pack_runs(p) * sizeof *last);
}

/* all weights of a run, layer after layer, weights then biases; the caller frees */
static float *all_weights(il_pack *p, size_t run, size_t *count)
{
    float *w;
    il_error err = { 0 };
    size_t in, out, n = 0;

    for (size_t l = 0; l < il_pack_layers(p); l++) {
        il_pack_shape(p, l, &in, &out);
        n += (in + 1) * out;
    }
    w = calloc(n, sizeof *w);
    assert_non_null(w);
    *count = n;
    for (size_t l = 0, at = 0; l < il_pack_layers(p); l++) {
        il_pack_shape(p, l, &in, &out);
        must(il_pack_get(p, run, l, w + at, w + at + in * out, &err), &err, "get");
        at += (in + 1) * out;
    }
    return w;
}

static double worst(const float *a, const float *b, size_t n)
{
    double w = 0;

    for (size_t i = 0; i < n; i++) {
        const double d = fabs((double)a[i] - (double)b[i]);

        if (!(d <= w)) /* NaN too */
            w = d;
    }
    return w;
}

/* a run learns its 50 images: the second epoch's cost is below the first's */
static void costs_fall(void **state)
{
    il_dataset *set = make_set();
    il_device *d = open_device("cpu");
    il_config *c = make_config(NULL, (const struct setting[]){ { "batch", "10" }, { NULL, NULL } });
    il_pack *p = pack_of(d, set, &c, 1);
    il_epoch first, second;

    (void)state;
    train(p, 1, &first);
    train(p, 1, &second);
    assert_true(second.cost < first.cost);
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

/* ---- against a reference in double ----------------------------------------------------------- */

/*
 * the gradient in double of one sample is by differences too slow for whole trainings:
 * backpropagation
 */
struct ref_state {
    double m[REF_LAYERS][REF_INPUT + 1][REF_WIDTH], v[REF_LAYERS][REF_INPUT + 1][REF_WIDTH];
};

/* an optimiser and a decay as spelled, and what they mean */
struct rule {
    struct il_choice optimizer, decay;
    const struct ref_optimizer *step;
    const struct ref_decay *fade;
};

static double slope_of(const struct il_act *act, double z)
{
    const double h = 1e-6;

    return (ref_f(act->code, z + h, (double)act->alpha) -
            ref_f(act->code, z - h, (double)act->alpha)) /
           (2 * h);
}

/* g += gradient of one sample's cost; softmax cross-entropy or mse on softmax outputs */
static double backward(const struct ref_net *net, const uint8_t *image, unsigned label,
                       double g[REF_LAYERS][REF_INPUT + 1][REF_WIDTH])
{
    const int last = net->layers - 1, n = net->width[net->layers];
    double a[REF_LAYERS + 1][REF_INPUT], z[REF_LAYERS][REF_INPUT], dz[REF_INPUT], da[REF_INPUT];
    const struct il_act softmax = { .code = IL_ACT_SOFTMAX };

    for (int i = 0; i < net->width[0]; i++)
        a[0][i] = image[i] / 255.0;
    for (int l = 0; l < net->layers; l++) {
        for (int j = 0; j < net->width[l + 1]; j++) {
            z[l][j] = net->w[l][net->width[l]][j];
            for (int i = 0; i < net->width[l]; i++)
                z[l][j] += a[l][i] * net->w[l][i][j];
        }
        ref_activate(l < last ? &net->hidden : &softmax, net->width[l + 1], z[l], a[l + 1]);
    }
    for (int k = 0; k < n; k++) {
        double dot = 0;

        for (int j = 0; j < n; j++)
            dot += 2 * (a[net->layers][j] - (j == (int)label)) * a[net->layers][j];
        dz[k] = net->head.code == IL_LOSS_MSE
                    ? a[net->layers][k] * (2 * (a[net->layers][k] - (k == (int)label)) - dot) /
                          net->divisor
                    : a[net->layers][k] - (k == (int)label);
    }
    for (int l = last; l >= 0; l--) {
        for (int i = 0; i <= net->width[l]; i++) {
            da[i] = 0;
            for (int j = 0; j < net->width[l + 1]; j++) {
                g[l][i][j] += (i < net->width[l] ? a[l][i] : 1) * dz[j];
                da[i] += dz[j] * net->w[l][i][j];
            }
        }
        for (int i = 0; l > 0 && i < net->width[l]; i++)
            dz[i] = da[i] * slope_of(&net->hidden, z[l - 1][i]);
    }
    return ref_cost(&net->head, net->divisor, n, z[last], label);
}

static void ref_update(double *w, double *m, double *v, double g, double lr, double t,
                       const struct rule *r, int bias)
{
    struct ref_weight x = { *w, *m, *v };
    double gradient, weight;

    r->fade->of(r->decay.value, bias, &gradient, &weight);
    r->step->step(r->optimizer.value, g + gradient * *w, lr, t, &x);
    *w = x.w - lr * weight * *w;
    *m = x.m;
    *v = x.v;
}

/*
 * train one run in double, from the pack's own initial weights; returns the last epoch's mean cost
 */
static double ref_train(struct ref_net *net, const struct il_run *run, const il_dataset *set,
                        const struct rule *rule, unsigned epochs)
{
    static struct ref_state state;
    static double g[REF_LAYERS][REF_INPUT + 1][REF_WIDTH];
    const il_samples s = il_dataset_train(set);
    double cost = 0, t = 0;

    memset(&state, 0, sizeof state);
    for (unsigned e = 0; e < epochs; e++) {
        struct il_clock clock = { 0 };

        il_order_keys(&clock, run->data_seed, e, (uint32_t)run->samples);
        cost = 0;
        for (size_t step = 0; step < run->steps; step++) {
            const size_t at = step * run->batch;
            const size_t live = run->samples - at < run->batch ? run->samples - at : run->batch;
            const double lr = il_rate(&run->schedule, run->lr, e * run->steps + step, run->steps,
                                      epochs * run->steps);

            memset(g, 0, sizeof g);
            for (size_t r = 0; r < live; r++) {
                const uint32_t n = il_order((uint32_t)(at + r), (uint32_t)run->samples,
                                            clock.half_bits, clock.key);

                cost += backward(net, s.images + ((size_t)n + run->first) * PIXELS,
                                 s.labels[n + run->first], g);
            }
            t++;
            for (int l = 0; l < net->layers; l++)
                for (int i = 0; i <= net->width[l]; i++)
                    for (int j = 0; j < net->width[l + 1]; j++)
                        ref_update(&net->w[l][i][j], &state.m[l][i][j], &state.v[l][i][j],
                                   g[l][i][j] / (double)live, lr, t, rule, i == net->width[l]);
        }
    }
    return cost / (double)run->samples;
}

static void start_reference(il_pack *p, size_t m, struct ref_net *net)
{
    const struct il_run *run = &p->run[m];
    size_t n, at = 0;
    float *w = all_weights(p, m, &n);

    memset(net, 0, sizeof *net);
    net->layers = (int)run->layers;
    for (unsigned l = 0; l <= run->layers; l++)
        net->width[l] = (int)run->width[l];
    net->hidden = run->hidden;
    net->head = run->head;
    net->divisor = run->divisor;
    for (unsigned l = 0; l < run->layers; l++)
        for (unsigned i = 0; i <= run->width[l]; i++)
            for (unsigned j = 0; j < run->width[l + 1]; j++)
                net->w[l][i][j] = (double)w[at++];
    free(w);
}

/*
 * A rule in a pack of three different runs, two epochs of four steps, the last of two samples.
 * Tolerance: eight updates, each from products of at most 26 terms: weights of size 1 move by at most
 * 1 a step with a relative error of some hundred times 2^-24, and earlier errors pass through slopes
 * of at most 2: 8 * 300 * 2^-24 = 1.5e-4. Adam divides by |g|, which turns the error of a small
 * gradient into one of the step itself: ten times as much.
 */
static void check_rule(il_device *d, const il_dataset *set, const char *optimizer,
                       const char *decay, const struct rule *rule, int deep)
{
    const struct setting common[] = { { "batch", "16" },
                                      { "epochs", "2" },
                                      { "layers", deep ? "25-8-6-3" : "25-3" },
                                      { "optimizer", optimizer },
                                      { "weight_decay", decay },
                                      { NULL, NULL } };
    static struct ref_net net[RUNS];
    il_pack *p = open_runs(d, set, common, 0, RUNS);
    const double tolerance = (p->run[0].update.adam ? 10 : 1) * 8 * 300 / (double)(1 << 24);
    il_epoch last[RUNS];

    for (size_t m = 0; m < RUNS; m++)
        start_reference(p, m, &net[m]);
    train(p, 2, last);
    for (size_t m = 0; m < RUNS; m++) {
        const double cost = ref_train(&net[m], &p->run[m], set, rule, 2);
        size_t n, at = 0;
        float *w = all_weights(p, m, &n);

        if (!(fabs(last[m].cost - cost) <= tolerance))
            fail_msg("%s, %s, run %zu: cost %.9g, not %.9g", optimizer, decay, m, last[m].cost,
                     cost);
        for (int l = 0; l < net[m].layers; l++)
            for (int i = 0; i <= net[m].width[l]; i++)
                for (int j = 0; j < net[m].width[l + 1]; j++, at++)
                    if (!(fabs((double)w[at] - net[m].w[l][i][j]) <= tolerance))
                        fail_msg("%s, %s, %s, run %zu, layer %d [%d,%d]: %.9g, not %.9g", optimizer,
                                 decay, deep ? "deep" : "one layer", m, l, i, j, (double)w[at],
                                 net[m].w[l][i][j]);
        free(w);
    }
    il_pack_close(p);
}

/* one spelling of an optimiser, with every spelling of every decay */
static void with_decays(il_device *d, const il_dataset *set, const char *optimizer,
                        const struct ref_optimizer *step)
{
    struct rule rule = { .optimizer = choice_of(IL_OPTIMIZERS, optimizer), .step = step };
    const il_entry *e;
    char text[IL_CHOICE_TEXT];

    for (size_t i = 0; (e = il_list_at(IL_DECAYS, i)); i++)
        for (size_t k = 0; ref_spelling(e, ref_decays[i]->numbers, k, text, sizeof text); k++) {
            rule.fade = ref_decays[i];
            rule.decay = choice_of(IL_DECAYS, text);
            for (int deep = 0; deep < 2; deep++)
                check_rule(d, set, optimizer, text, &rule, deep);
        }
}

/* every spelling of every optimiser, with numbers of the tests' and with its defaults */
static void against_reference(void **state)
{
    il_dataset *set = make_set();
    il_device *d = open_device("cpu");
    const il_entry *e;
    char text[IL_CHOICE_TEXT];

    (void)state;
    for (size_t i = 0; (e = il_list_at(IL_OPTIMIZERS, i)); i++)
        for (int given = 0; given < 2; given++) {
            const char *const numbers = given ? ref_optimizers[i]->numbers : "";

            for (size_t k = 0; ref_spelling(e, numbers, k, text, sizeof text); k++)
                with_decays(d, set, text, ref_optimizers[i]);
        }
    il_device_close(d);
    il_dataset_free(set);
}

/* ---- packs and their runs -------------------------------------------------------------------- */

static const struct setting deep[] = {
    { "batch", "16" }, { "epochs", "3" }, { "layers", "25-9-6-3" }, { NULL, NULL }
};
static const struct setting shallow[] = {
    { "batch", "16" }, { "epochs", "3" }, { "layers", "25-3" }, { NULL, NULL }
};

/*
 * A pack of three equals three packs of one. The products have other shapes and may sum in another
 * order: 12 steps, each rounding sums of 26 terms anew, weights below 1: 12 * 26 * 2^-24 = 2e-5,
 * and slopes that double it a few times: 1e-4. Initial weights must be equal in every bit, and one
 * layer's trained ones too: a third of the bytes are not 0, so they are summed in one order.
 */
static void many_equal_one(void **state)
{
    il_dataset *set = make_set();
    il_device *d = open_device("cpu");

    (void)state;
    for (int k = 0; k < 2; k++) {
        il_epoch last[RUNS], alone;
        il_pack *p = open_runs(d, set, k ? deep : shallow, 0, RUNS);
        float *w0[RUNS], *w1[RUNS];
        size_t n;

        for (size_t m = 0; m < RUNS; m++)
            w0[m] = all_weights(p, m, &n);
        train(p, 3, last);
        for (size_t m = 0; m < RUNS; m++)
            w1[m] = all_weights(p, m, &n);
        il_pack_close(p);
        for (size_t m = 0; m < RUNS; m++) {
            float *w;

            p = open_runs(d, set, k ? deep : shallow, m, 1);
            w = all_weights(p, 0, &n);
            assert_memory_equal(w, w0[m], n * sizeof *w);
            free(w);
            train(p, 3, &alone);
            w = all_weights(p, 0, &n);
            if (!k)
                assert_memory_equal(w, w1[m], n * sizeof *w);
            if (!(worst(w, w1[m], n) <= 1e-4))
                fail_msg("run %zu alone and in a pack: weights %g apart", m, worst(w, w1[m], n));
            if (!(fabs(alone.cost - last[m].cost) <= 1e-5))
                fail_msg("run %zu alone and in a pack: costs %g apart", m,
                         alone.cost - last[m].cost);
            free(w);
            il_pack_close(p);
            free(w0[m]);
            free(w1[m]);
        }
    }
    il_device_close(d);
    il_dataset_free(set);
}

/* after training, all that is padding in weights is still zero, and the constant's column too */
static void padding_stays_zero(void **state)
{
    il_dataset *set = make_set();
    il_device *d = open_device("cpu");
    il_epoch last[RUNS];

    (void)state;
    for (int k = 0; k < 2; k++) {
        il_pack *p = open_runs(d, set, k ? deep : shallow, 0, RUNS);

        train(p, 3, last);
        for (unsigned l = 0; l < p->layers; l++) {
            const struct il_layer *layout = &p->layer[l].layout;

            for (unsigned i = 0; i < layout->rows; i++)
                for (unsigned c = 0; c < layout->ld; c++) {
                    const int real = i <= layout->fan_in && c < RUNS * layout->block &&
                                     c % layout->block < layout->fan_out;

                    if (!real && p->layer[l].w[(size_t)i * layout->ld + c] != 0)
                        fail_msg("layer %u: padding [%u,%u] is not zero", l, i, c);
                }
        }
        il_pack_close(p);
    }
    il_device_close(d);
    il_dataset_free(set);
}

/*
 * a run that diverges is reported with its first step, and its neighbours do not change in any bit
 */
static void divergence_stays_at_home(void **state)
{
    static const struct setting bad[] = { { "lr", "1e30" },  { "activation", "linear" },
                                          { "loss", "mse" }, { "output", "linear" },
                                          { "seed", "9" },   { NULL, NULL } };
    il_dataset *set = make_set();
    il_device *d = open_device("cpu");
    float *w[2][RUNS];
    size_t n = 0;

    (void)state;
    for (int k = 0; k < 2; k++) {
        il_config *c[RUNS];
        il_epoch last[RUNS];
        il_pack *p = NULL;
        il_error err = { 0 };

        c[0] = make_config(deep, runs3[0]);
        c[1] = make_config(deep, k ? bad : runs3[1]);
        c[2] = make_config(deep, runs3[2]);
        must(il_pack_open(&p, d, set, (const il_config *const *)c, RUNS, &err), &err, "open");
        train(p, 3, last);
        for (size_t m = 0; m < RUNS; m++) {
            w[k][m] = all_weights(p, m, &n);
            il_config_free(c[m]);
        }
        assert_int_equal(last[1].diverged, k);
        if (k) {
            assert_int_equal(last[1].diverged_epoch, 1);
            assert_true(last[1].diverged_step >= 2 && last[1].diverged_step <= 4);
            assert_false(isfinite(last[1].cost));
        }
        assert_false(last[0].diverged || last[2].diverged);
        il_pack_close(p);
    }
    assert_memory_equal(w[0][0], w[1][0], n * sizeof(float));
    assert_memory_equal(w[0][2], w[1][2], n * sizeof(float));
    for (int k = 0; k < 2; k++)
        for (size_t m = 0; m < RUNS; m++)
            free(w[k][m]);
    il_device_close(d);
    il_dataset_free(set);
}

/* runs that may not share a pack are refused, and the option is named */
static void conflicts(void **state)
{
    static const struct setting other[][2] = { { { "batch", "8" } },
                                               { { "epochs", "1" } },
                                               { { "layers", "25-8-3" } },
                                               { { "data_seed", "1" } },
                                               { { "optimizer", "adam" } },
                                               { { "validation", "5" } },
                                               { { "weight_decay", "l2:0.1" } } };
    il_dataset *set = make_set();
    il_device *d = open_device("cpu");

    (void)state;
    for (size_t k = 0; k < sizeof other / sizeof *other; k++) {
        il_config *c[2] = { make_config(shallow, NULL), make_config(shallow, other[k]) };
        il_pack *p = NULL;
        il_error err = { 0 };

        assert_int_equal(il_pack_open(&p, d, set, (const il_config *const *)c, 2, &err),
                         IL_E_USAGE);
        assert_null(p);
        if (!strstr(err.text, other[k][0].name))
            fail_msg("\"%s\" does not name %s", err.text, other[k][0].name);
        il_config_free(c[0]);
        il_config_free(c[1]);
    }
    il_device_close(d);
    il_dataset_free(set);
}

/* ---- devices --------------------------------------------------------------------------------- */

/* the strict device sees no misuse, and computes the same bits as the CPU device */
static void strict_is_clean(void **state)
{
    il_dataset *set = make_set();
    float *w[2][RUNS];
    size_t n = 0;

    (void)state;
    for (int adam = 0; adam < 2; adam++) {
        struct setting common[6] = { { "batch", "16" },
                                     { "epochs", "3" },
                                     { "layers", "25-9-6-3" },
                                     { "optimizer", adam ? "adam" : "sgd" },
                                     { "validation", "7" } };

        for (int k = 0; k < 2; k++) {
            il_device *d = open_device(k ? "strict" : "cpu");
            il_pack *p = open_runs(d, set, common, 0, RUNS);
            il_epoch last[RUNS];

            train(p, 3, last);
            for (size_t m = 0; m < RUNS; m++)
                w[k][m] = all_weights(p, m, &n);
            il_pack_close(p);
            il_device_close(d);
        }
        for (size_t m = 0; m < RUNS; m++) {
            assert_memory_equal(w[0][m], w[1][m], n * sizeof(float));
            free(w[0][m]);
            free(w[1][m]);
        }
    }
    il_dataset_free(set);
}

static uint64_t calls_of(const il_device *d, const char *name)
{
    il_profile_row row;

    for (size_t i = 0; il_device_profile(d, i, &row); i++)
        if (!strcmp(row.name, name))
            return row.calls;
    return 0;
}

/*
 * softmax regression: 4 launches a training step, 3 an evaluation chunk, whatever the number of
 * runs
 */
static void launches(void **state)
{
    const uint64_t steps = 4 * 3, chunks = 3; /* 3 epochs of 4; 37 test images are one chunk */
    il_dataset *set = make_set();

    (void)state;
    for (size_t runs = 1; runs <= RUNS; runs += 2) {
        il_device *d = NULL;
        il_epoch last[RUNS];
        il_error err = { 0 };
        il_pack *p;

        must(il_device_open_profiled(&d, "cpu", 1, NULL, &err), &err, "profiled");
        p = open_runs(d, set, shallow, 0, runs);
        train(p, 3, last);
        assert_int_equal(calls_of(d, "loss"), steps + chunks);
        assert_int_equal(calls_of(d, "input_gather") + calls_of(d, "input_forward") +
                             calls_of(d, "input_update") + calls_of(d, "loss"),
                         4 * steps + 3 * chunks);
        assert_int_equal(
            calls_of(d, "gemm") + calls_of(d, "gemm_batched") + calls_of(d, "activate"), 0);
        il_pack_close(p);
        il_device_close(d);
    }
    il_dataset_free(set);
}

/* options that only look: --eval-train changes the accuracy's meaning, and no bit of the weights */
static void eval_train_changes_no_bit(void **state)
{
    static const struct setting yes[] = { { "eval_train", "yes" },
                                          { "validation", "0" },
                                          { NULL, NULL } };
    il_dataset *set = make_set();
    il_device *d = open_device("cpu");
    float *w[2];
    size_t n = 0;

    (void)state;
    for (int k = 0; k < 2; k++) {
        il_config *c = make_config(shallow, k ? yes : NULL);
        il_epoch out;
        il_error err = { 0 };
        il_pack *p = NULL;

        must(il_pack_open(&p, d, set, (const il_config *const *)&c, 1, &err), &err, "open");
        train(p, 3, &out);
        w[k] = all_weights(p, 0, &n);
        if (k) { /* the test set is the head of the training set */
            il_epoch again;

            must(il_pack_evaluate(p, &again, &err), &err, "evaluate");
            assert_true(again.test_accuracy == out.test_accuracy);
            assert_true(again.test_cost == out.test_cost);
        }
        il_pack_close(p);
        il_config_free(c);
    }
    assert_memory_equal(w[0], w[1], n * sizeof(float));
    free(w[0]);
    free(w[1]);
    il_device_close(d);
    il_dataset_free(set);
}

/* il_pack_set then il_pack_get give back every bit, and touch no other run */
static void set_and_get(void **state)
{
    il_dataset *set = make_set();
    il_device *d = open_device("strict");
    il_pack *p = open_runs(d, set, deep, 0, RUNS);
    float *before = NULL, *after = NULL, w[9 * 6], b[6], w2[9 * 6], b2[6];
    size_t n;
    il_error err = { 0 };

    (void)state;
    before = all_weights(p, 2, &n);
    for (unsigned i = 0; i < 54; i++)
        w[i] = (float)i;
    for (unsigned i = 0; i < 6; i++)
        b[i] = -(float)i;
    must(il_pack_set(p, 1, 1, w, b, &err), &err, "set");
    must(il_pack_get(p, 1, 1, w2, b2, &err), &err, "get");
    assert_memory_equal(w, w2, sizeof w);
    assert_memory_equal(b, b2, sizeof b);
    after = all_weights(p, 2, &n);
    assert_memory_equal(before, after, n * sizeof *before);
    assert_int_equal(il_pack_get(p, 3, 0, w, NULL, &err), IL_E_USAGE);
    assert_int_equal(il_pack_get(p, 0, 3, w, NULL, &err), IL_E_USAGE);
    free(before);
    free(after);
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

/* A dataset that stays on the device changes no bit; the strict device sees that nothing touches it. */
static void kept_dataset(void **state)
{
    static const char *const names[] = { "cpu", "strict" };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        il_dataset *set = make_set();
        float *w[2];
        size_t n = 0;

        for (int keep = 0; keep < 2; keep++) {
            il_device *d = open_device(names[i]);
            il_pack *first, *second;
            il_epoch out[RUNS];
            il_error err = { 0 };

            if (keep)
                must(il_device_keep(d, set, &err), &err, "keep");
            first = open_runs(d, set, deep, 0, RUNS); /* two packs share it, one after another */
            train(first, 2, out);
            il_pack_close(first);
            second = open_runs(d, set, deep, 0, RUNS);
            train(second, 2, out);
            w[keep] = all_weights(second, 0, &n);
            il_pack_close(second);
            if (keep && i == 1) {
                assert_true(il_strict_live(d) > 0);
                must(il_device_keep(d, NULL, &err), &err, "let go");
                assert_int_equal(il_strict_live(d), 0);
            }
            il_device_close(d);
        }
        assert_memory_equal(w[0], w[1], n * sizeof(float));
        free(w[0]);
        free(w[1]);
        il_dataset_free(set);
    }
}

/*
 * A batch that is too large for lists takes the images whole, also where the kept dataset has lists:
 * no bit changes.
 */
static void too_large_for_kept_lists(void **state)
{
    enum { MANY = UINT16_MAX + 2 };
    static const struct setting large[] = {
        { "batch", "65536" }, { "epochs", "1" }, { "layers", "25-3" }, { NULL, NULL }
    };
    uint8_t *const images = calloc(MANY, PIXELS), *const labels = calloc(MANY, 1);
    il_dataset *set = NULL;
    il_device *d = open_device("cpu");
    float *w[2];
    size_t n = 0;
    il_error err = { 0 };

    (void)state;
    assert_true(images && labels);
    for (size_t i = 0; i < (size_t)MANY * PIXELS; i += 7)
        images[i] = (uint8_t)i;
    for (size_t i = 0; i < MANY; i++)
        labels[i] = (uint8_t)(i % CLASSES);
    {
        const il_samples train = { MANY, images, labels }, test = { TEST, images, labels };

        must(il_dataset_from(&set, SIDE, SIDE, train, test, &err), &err, "dataset");
    }
    for (int keep = 0; keep < 2; keep++) {
        il_pack *p;
        il_epoch out;

        must(il_device_keep(d, keep ? set : NULL, &err), &err, "keep");
        p = open_runs(d, set, large, 0, 1);
        assert_string_equal(il_pack_input(p), "dense");
        train(p, 1, &out);
        w[keep] = all_weights(p, 0, &n);
        il_pack_close(p);
    }
    assert_memory_equal(w[0], w[1], n * sizeof(float));
    free(w[0]);
    free(w[1]);
    il_device_close(d);
    il_dataset_free(set);
    free(labels);
    free(images);
}

static int stop_at_once(void *arg, size_t epoch, size_t step, size_t steps)
{
    (void)epoch, (void)step, (void)steps;
    return ++*(int *)arg > 0;
}

static void interruption(void **state)
{
    il_dataset *set = make_set();
    il_device *d = open_device("cpu");
    il_pack *p = open_runs(d, set, shallow, 0, 1);
    il_epoch out;
    il_error err = { 0 };
    int calls = 0;

    (void)state;
    assert_int_equal(il_pack_epoch(p, &out, stop_at_once, &calls, &err), IL_E_INTERRUPTED);
    assert_int_equal(calls, 1);
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_fall),         cmocka_unit_test(against_reference),
        cmocka_unit_test(many_equal_one),     cmocka_unit_test(padding_stays_zero),
        cmocka_unit_test(conflicts),          cmocka_unit_test(divergence_stays_at_home),
        cmocka_unit_test(strict_is_clean),    cmocka_unit_test(eval_train_changes_no_bit),
        cmocka_unit_test(launches),           cmocka_unit_test(set_and_get),
        cmocka_unit_test(interruption),       cmocka_unit_test(kept_dataset),
        cmocka_unit_test(too_large_for_kept_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
