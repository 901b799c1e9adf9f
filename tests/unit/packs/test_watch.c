/*
 * test_watch.c - what is seen of a pack in training, against the same in double from its weights; and training has the
 * same bits, watched or not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/initlab.h"
#include "random.h"
#include "support.h"

enum {
    SIDE = 6,
    PIXELS = SIDE * SIDE,
    CLASSES = 3,
    SAMPLES = 96,
    H1 = 12,
    H2 = 9,
    LAYERS = 3,
    RUNS = 3,
    WIDEST = PIXELS
};
static const unsigned WIDTH[] = { PIXELS, H1, H2, CLASSES };
static const uint64_t SEED = 1500;

static uint8_t images[SAMPLES * PIXELS], labels[SAMPLES];

/* dense: more of the bytes are not 0 than a list takes */
static il_dataset *make_set(int dense)
{
    il_dataset *set = NULL;
    il_error err = { 0 };

    for (unsigned i = 0; i < sizeof images; i++) {
        const struct il_words w = il_philox(SEED, i, 2);

        images[i] = !dense && w.v[1] % 4 ? 0 : (uint8_t)w.v[0];
    }
    for (unsigned i = 0; i < SAMPLES; i++)
        labels[i] = (uint8_t)(i % CLASSES);
    must(il_dataset_from(&set, SIDE, SIDE, (il_samples){ SAMPLES, images, labels },
                         (il_samples){ 16, images, labels }, &err),
         &err, "dataset");
    return set;
}

/* relu, units that are alike and dead ones, and saturated tanh */
static il_pack *open_pack(il_device *d, const il_dataset *set, const char *batch,
                          const char *optimizer, const il_watch *watch)
{
    const struct setting common[] = { { "layers", "36,12,9,3" }, { "batch", batch },
                                      { "epochs", "3" },         { "optimizer", optimizer },
                                      { "lr", "0.05" },          { NULL, NULL } };
    static const struct setting own[RUNS][3] = {
        { { "init", "he_normal" }, { "activation", "relu" }, { NULL, NULL } },
        { { "init", "h*=constant:-0.1" }, { "activation", "relu" }, { NULL, NULL } },
        { { "init", "normal:std=1.5" }, { "activation", "tanh" }, { NULL, NULL } },
    };
    il_config *c[RUNS];
    il_pack *p = NULL;
    il_error err = { 0 };

    for (size_t m = 0; m < RUNS; m++)
        c[m] = make_config(common, own[m]);
    must(il_pack_open_watched(&p, d, set, (const il_config *const *)c, RUNS, watch, &err), &err,
         "a pack");
    for (size_t m = 0; m < RUNS; m++)
        il_config_free(c[m]);
    return p;
}

static il_watch parsed(const char *text)
{
    il_watch w;
    il_error err = { 0 };

    must(il_watch_parse(&w, text, &err), &err, text);
    return w;
}

/* ---- the reference --------------------------------------------------------------------------- */

struct weights {
    float w[LAYERS][WIDEST * H1], b[LAYERS][H1];
};

static void get(il_pack *p, size_t run, struct weights *to)
{
    il_error err = { 0 };

    for (size_t l = 0; l < LAYERS; l++)
        must(il_pack_get(p, run, l, to->w[l], to->b[l], &err), &err, "get");
}

static double f(int tanhs, double z) { return tanhs ? tanh(z) : fmax(z, 0); }
static double df(int tanhs, double z) { return tanhs ? 1 - tanh(z) * tanh(z) : z > 0; }

/* what one network makes of all samples: activations, and the mean cost's gradient by weights and biases */
struct passes {
    double z[LAYERS][SAMPLES][H1], a[LAYERS][SAMPLES][WIDEST]; /* a[l]: what layer l takes */
    double norm[LAYERS];                                       /* of the gradient */
};

static void forward(const struct weights *w, int tanhs, struct passes *s)
{
    for (size_t l = 0; l < LAYERS; l++)
        for (size_t k = 0; k < SAMPLES; k++) {
            for (size_t i = 0; l == 0 && i < PIXELS; i++)
                s->a[0][k][i] = images[k * PIXELS + i] / 255.0;
            for (size_t j = 0; j < WIDTH[l + 1]; j++) {
                double sum = w->b[l][j];

                for (size_t i = 0; i < WIDTH[l]; i++)
                    sum += s->a[l][k][i] * w->w[l][i * WIDTH[l + 1] + j];
                s->z[l][k][j] = sum;
                if (l + 1 < LAYERS)
                    s->a[l + 1][k][j] = f(tanhs, sum);
            }
        }
}

static void backward(const struct weights *w, int tanhs, struct passes *s)
{
    static double g[LAYERS][WIDEST + 1][H1];

    memset(g, 0, sizeof g);
    for (size_t k = 0; k < SAMPLES; k++) {
        double dz[H1], sum = 0;

        for (size_t j = 0; j < CLASSES; j++)
            sum += exp(s->z[LAYERS - 1][k][j]);
        for (size_t j = 0; j < CLASSES; j++)
            dz[j] = (exp(s->z[LAYERS - 1][k][j]) / sum - (labels[k] == j)) / SAMPLES;
        for (size_t l = LAYERS; l-- > 0;) {
            double before[WIDEST] = { 0 };

            for (size_t j = 0; j < WIDTH[l + 1]; j++) {
                for (size_t i = 0; i < WIDTH[l]; i++) {
                    g[l][i][j] += s->a[l][k][i] * dz[j];
                    before[i] += w->w[l][i * WIDTH[l + 1] + j] * dz[j];
                }
                g[l][WIDTH[l]][j] += dz[j];
            }
            for (size_t i = 0; l > 0 && i < WIDTH[l]; i++)
                dz[i] = before[i] * df(tanhs, s->z[l - 1][k][i]);
        }
    }
    for (size_t l = 0; l < LAYERS; l++) {
        s->norm[l] = 0;
        for (size_t i = 0; i <= WIDTH[l]; i++)
            for (size_t j = 0; j < WIDTH[l + 1]; j++)
                s->norm[l] += g[l][i][j] * g[l][i][j];
        s->norm[l] = sqrt(s->norm[l]);
    }
}

/* sum of squares of weights and biases of a layer, less those of another; other NULL: nothing */
static double squares(const struct weights *w, const struct weights *other, size_t l)
{
    double sum = 0;

    for (size_t k = 0; k < (size_t)WIDTH[l] * WIDTH[l + 1]; k++)
        sum += pow((double)w->w[l][k] - (other ? (double)other->w[l][k] : 0), 2);
    for (size_t j = 0; j < WIDTH[l + 1]; j++)
        sum += pow((double)w->b[l][j] - (other ? (double)other->b[l][j] : 0), 2);
    return sum;
}

static size_t distinct(const struct weights *w, size_t l)
{
    size_t n = 0;

    for (size_t j = 0; j < WIDTH[l + 1]; j++) {
        int seen = 0;

        for (size_t k = 0; k < j && !seen; k++) {
            seen = w->b[l][j] == w->b[l][k];
            for (size_t i = 0; i < WIDTH[l]; i++)
                seen = seen && w->w[l][i * WIDTH[l + 1] + j] == w->w[l][i * WIDTH[l + 1] + k];
        }
        n += !seen;
    }
    return n;
}

/*
 * Activations are floats of sums of up to 37 products: 1e-5 of their size. A share may be off by a sample whose slope lies at
 * the edge. Gradients are sums of such over samples, some cancelling: 1e-4, and a few
 * ulps of 1 where all cancel. Norms of weights are exact but for the roots.
 */
static void check_activations(const struct passes *s, int tanhs, const il_layer_state *row,
                              size_t l)
{
    const double n = SAMPLES * (double)WIDTH[l + 1];
    double sum = 0, square = 0, saturated = 0, dead = 0;

    for (size_t j = 0; j < WIDTH[l + 1]; j++) {
        int same = 1;

        for (size_t k = 0; k < SAMPLES; k++) {
            sum += s->a[l + 1][k][j];
            saturated += fabs(df(tanhs, s->z[l][k][j])) < .01;
            same &= s->a[l + 1][k][j] == s->a[l + 1][0][j];
        }
        dead += same;
    }
    for (size_t j = 0; j < WIDTH[l + 1]; j++)
        for (size_t k = 0; k < SAMPLES; k++)
            square += pow(s->a[l + 1][k][j] - sum / n, 2);
    near(row->value[IL_DIAGNOSTIC_ACTIVATION_MEAN], sum / n, 1e-5 * (1 + fabs(sum / n)), "mean");
    near(row->value[IL_DIAGNOSTIC_ACTIVATION_VARIANCE], square / n, 1e-4 * (1e-6 + square / n),
         "variance");
    near(row->value[IL_DIAGNOSTIC_SATURATED], saturated / n, 1.5 / n, "saturated");
    near(row->value[IL_DIAGNOSTIC_DEAD], dead / WIDTH[l + 1], 0, "dead");
}

/* one look at one run; before NULL: there was no step */
static void check_look(il_pack *p, size_t run, const struct weights *w, const struct weights *start,
                       const struct weights *before, const il_layer_state *rows, size_t step,
                       int ends)
{
    static struct passes s;
    const int tanhs = run == 2;
    double values[WIDEST];
    il_error err = { 0 };

    forward(w, tanhs, &s);
    backward(w, tanhs, &s);
    for (size_t l = 0; l < LAYERS; l++) {
        const il_layer_state *const row = &rows[l * RUNS + run];
        const size_t least = WIDTH[l] < WIDTH[l + 1] ? WIDTH[l] : WIDTH[l + 1];
        double sum = 0, entropy = 0;

        assert_int_equal(row->step, step);
        assert_int_equal(row->layer, l + 1);
        if (l + 1 < LAYERS)
            check_activations(&s, tanhs, row, l);
        else
            for (size_t i = 0; i <= IL_DIAGNOSTIC_DEAD; i++)
                assert_true(isnan(row->value[i]));
        near(row->value[IL_DIAGNOSTIC_GRADIENT_NORM], s.norm[l], 1e-4 * s.norm[l] + 5e-7,
             "gradient");
        near(row->value[IL_DIAGNOSTIC_DISTANCE], sqrt(squares(w, start, l)), 1e-12, "distance");
        assert_true(row->value[IL_DIAGNOSTIC_DISTINCT_UNITS] == (double)distinct(w, l));
        if (before)
            near(row->value[IL_DIAGNOSTIC_UPDATE_RATIO],
                 sqrt(squares(w, before, l) / squares(w, NULL, l)), 1e-12, "update ratio");
        else
            assert_int_equal(isnan(row->value[IL_DIAGNOSTIC_UPDATE_RATIO]), step == 0);
        if (!ends) {
            assert_true(isnan(row->value[IL_DIAGNOSTIC_EFFECTIVE_RANK]));
            continue;
        }
        if (!p)
            continue;
        must(il_inspect_weights(p, run, l, values, &err), &err, "singular values");
        for (size_t i = 0; i < least; i++)
            sum += values[i];
        for (size_t i = 0; i < least; i++)
            entropy -= values[i] > 0 ? values[i] / sum * log(values[i] / sum) : 0;
        near(row->value[IL_DIAGNOSTIC_EFFECTIVE_RANK], exp(entropy), 1e-9 * exp(entropy), "rank");
    }
}

/* ---- tests ----------------------------------------------------------------------------------- */

/* An epoch is a step: the weights before and after each are known. */
static void test_every_look(void **state)
{
    static struct weights start[RUNS], before[RUNS], now;
    const il_watch every = parsed("every=epoch");
    const il_layer_state *rows;
    il_device *const d = open_device("cpu");
    il_epoch e[RUNS];
    il_error err = { 0 };

    (void)state;
    for (int dense = 0; dense < 2; dense++) {
        il_dataset *const set = make_set(dense);
        il_pack *const p = open_pack(d, set, "96", "sgd", &every);

        assert_string_equal(il_pack_input(p), dense ? "dense" : "sparse");
        for (size_t look = 0; look <= 3; look++) {
            if (look > 0)
                must(il_pack_epoch(p, e, NULL, NULL, &err), &err, "epoch");
            assert_int_equal(il_pack_seen(p, &rows), look + 1);
            for (size_t m = 0; m < RUNS; m++) {
                get(p, m, &now);
                if (look == 0)
                    start[m] = now;
                check_look(p, m, &now, &start[m], look ? &before[m] : NULL,
                           rows + look * LAYERS * RUNS, look, look == 0 || look == 3);
                before[m] = now;
            }
        }
        /* what these networks were chosen for is there */
        assert_true(rows[1].value[IL_DIAGNOSTIC_DEAD] == 1);
        assert_true(rows[1].value[IL_DIAGNOSTIC_DISTINCT_UNITS] == 1);
        assert_true(rows[2].value[IL_DIAGNOSTIC_SATURATED] > .2);
        assert_true(rows[2].value[IL_DIAGNOSTIC_SATURATED] < 1);
        assert_true(rows[0].value[IL_DIAGNOSTIC_DISTINCT_UNITS] == H1);
        il_pack_close(p);
        il_dataset_free(set);
    }
    il_device_close(d);
}

/* A look of several batches is over all their samples; every rule of update; looks that fall between epochs. */
static void test_bits(void **state)
{
    static const struct {
        const char *every;
        size_t looks, at[4];
    } cases[] = { { "every=epoch", 4, { 0, 3, 6, 9 } },
                  { "every=step:1", 10, { 0, 1, 2, 3 } },
                  { "every=step:4", 4, { 0, 4, 8, 9 } },
                  { "every=step:1000", 2, { 0, 9 } } };
    static const char *const optimizers[] = { "sgd", "momentum", "adam" };
    static struct weights start, plain, watched;
    il_device *const d = open_device("cpu");
    il_dataset *const set = make_set(0);
    const il_layer_state *rows;
    il_epoch e[2][RUNS];
    il_error err = { 0 };

    (void)state;
    for (size_t o = 0; o < 3; o++)
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            const il_watch never = { 0 }, every = parsed(cases[k].every);
            il_pack *const p[2] = { open_pack(d, set, "32", optimizers[o], &never),
                                    open_pack(d, set, "32", optimizers[o], &every) };

            get(p[0], 0, &start);
            for (size_t n = 0; n < 3; n++) {
                for (size_t i = 0; i < 2; i++)
                    must(il_pack_epoch(p[i], e[i], NULL, NULL, &err), &err, "epoch");
                for (size_t m = 0; m < RUNS; m++) {
                    e[0][m].seconds = e[1][m].seconds = 0;
                    e[0][m].evaluation_seconds = e[1][m].evaluation_seconds = 0;
                }
                assert_memory_equal(e[0], e[1], sizeof e[0]);
            }
            for (size_t m = RUNS; m-- > 0;) {
                get(p[0], m, &plain);
                get(p[1], m, &watched);
                assert_memory_equal(&plain, &watched, sizeof plain);
            }
            assert_int_equal(il_pack_seen(p[1], &rows), cases[k].looks);
            for (size_t i = 0; i < cases[k].looks && i < 4; i++)
                assert_int_equal(rows[i * LAYERS * RUNS].step, cases[k].at[i]);
            check_look(p[1], 0, &watched, &start, NULL, rows + (cases[k].looks - 1) * LAYERS * RUNS,
                       9, 1);
            check_look(NULL, 0, &start, &start, NULL, rows, 0, 1);
            il_pack_close(p[0]);
            il_pack_close(p[1]);
        }
    il_dataset_free(set);
    il_device_close(d);
}

static void test_words(void **state)
{
    static const char *const bad[] = { "",
                                       "epoch",
                                       "every=",
                                       "every=step",
                                       "every=step:",
                                       "every=step:0",
                                       "every=step:-1",
                                       "every=step:1.5",
                                       "every=step:1x",
                                       "every=epoch:2",
                                       "every=step:99999999999999999999" };
    static const char *const good[] = { "every=epoch", "every=step:1",
                                        "every=step:18446744073709551615" };
    il_error err = { 0 };
    char text[40];
    il_watch w;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(il_watch_parse(&w, bad[i], &err), IL_E_USAGE);
        assert_non_null(strstr(err.text, "neither every=epoch nor every=step:N"));
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        w = parsed(good[i]);
        il_watch_text(&w, text);
        assert_string_equal(text, good[i]);
    }
    assert_int_equal(il_watch_looks(&w, 3, 5), 2);
    assert_int_equal(il_watch_look(&w, 3, 5, 1), 15);
    w = parsed("every=step:5");
    assert_int_equal(il_watch_looks(&w, 3, 5), 4);
    w = (il_watch){ 0 };
    assert_int_equal(il_watch_looks(&w, 3, 5), 0);
}

/* What no array should hold is refused before there is one. */
static void test_too_often(void **state)
{
    static const struct setting much[] = {
        { "layers", "36,2,2,3" }, { "batch", "1" }, { "epochs", "1000" }, { NULL, NULL }
    };
    const il_watch every = parsed("every=step:1");
    il_device *const d = open_device("cpu");
    il_dataset *const set = make_set(0);
    il_config *c = make_config(much, NULL);
    il_pack *p = NULL;
    il_error err = { 0 };

    (void)state;
    assert_int_equal(
        il_pack_open_watched(&p, d, set, (const il_config *const *)&c, 1, &every, &err),
        IL_E_USAGE);
    assert_non_null(strstr(err.text, "96001 looks at 3 layers"));
    il_config_free(c);
    il_dataset_free(set);
    il_device_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_look),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_too_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
