/*
 * test_update.c - update rules over long trainings, in their extreme constants, against the books'
 * formulas in double. The loss is linear (nll of linear outputs), so that gradients are known without
 * the weights: what differs is the rule's own rounding.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "initlab/initlab.h"
#include "pack/dense.h"
#include "pack/pack_impl.h"
#include "random.h"

enum { SIDE = 5, PIXELS = SIDE * SIDE, ROWS = PIXELS + 1, CLASSES = 3, TRAIN = 50 };

static il_dataset *make_set(void)
{
    uint8_t images[TRAIN * PIXELS], labels[TRAIN];
    const il_samples train = { TRAIN, images, labels }, test = { CLASSES, images, labels };
    il_dataset *set = NULL;
    il_error err = { .text = "" };

    for (unsigned i = 0; i < sizeof images; i++)
        images[i] = (uint8_t)il_philox(4711, i, 1).v[0];
    for (unsigned i = 0; i < TRAIN; i++)
        labels[i] = (uint8_t)(i % CLASSES);
    if (il_dataset_from(&set, SIDE, SIDE, train, test, &err) != IL_OK)
        fail_msg("%s", err.text);
    return set;
}

static il_pack *open_pack(il_device *d, const il_dataset *set, const char *optimizer,
                          const char *decay, const char *init, unsigned batch)
{
    const char *const of[][2] = { { "output", "linear" },    { "loss", "nll" },
                                  { "init", init },          { "optimizer", optimizer },
                                  { "weight_decay", decay }, { "lr", "0.001" },
                                  { "epochs", "20000" } };
    il_config *c = NULL;
    il_pack *p = NULL;
    il_error err = { .text = "" };
    char text[16];
    il_status st;

    snprintf(text, sizeof text, "%u", batch);
    st = il_config_new(&c, &err);
    for (size_t i = 0; st == IL_OK && i < sizeof of / sizeof *of; i++)
        st = il_config_set(c, of[i][0], of[i][1], &err);
    if (st == IL_OK)
        st = il_config_set(c, "batch", text, &err);
    if (st == IL_OK)
        st = il_pack_open(&p, d, set, (const il_config *const *)&c, 1, &err);
    if (st != IL_OK)
        fail_msg("%s", err.text);
    il_config_free(c);
    return p;
}

/* what a training in double has, element by element */
struct state {
    double m[ROWS][CLASSES], v[ROWS][CLASSES];
    double t;
};

/* the gradient of one step: -y x', over the batch's samples in the order of the epoch */
static void gradient(double g[ROWS][CLASSES], const il_dataset *set, unsigned batch, size_t epoch,
                     unsigned step)
{
    const il_samples s = il_dataset_train(set);
    struct il_clock clock = { 0 };

    memset(g, 0, ROWS * sizeof *g);
    il_order_keys(&clock, 0, epoch, TRAIN);
    for (unsigned r = 0; r < batch; r++) {
        const uint32_t n = il_order(step * batch + r, TRAIN, clock.half_bits, clock.key);

        for (int i = 0; i < ROWS; i++)
            g[i][s.labels[n]] -= (i < PIXELS ? s.images[n * PIXELS + i] / 255.0 : 1) / batch;
    }
}

/* a number of the device's matrices */
static double at(il_pack *p, const float *matrix, int i, int j)
{
    const struct il_layer *const layout = &p->layer[0].layout;
    float x;

    assert_int_equal(
        p->device->seam->get(p->device, &x, matrix + il_layout_at(layout, 0, i, j), sizeof x), 0);
    return (double)x;
}

/* ---- plain SGD, by hand ------------------------------------------------------------------------ */

/* 17 of the 50 samples are of class 0, and the gradient of its bias is the mean of -1 over these */
static void one_step_of_a_bias(void **state)
{
    il_dataset *const set = make_set();
    il_device *d = NULL;
    il_error err = { .text = "" };
    il_epoch out;
    il_pack *p;

    (void)state;
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, &err), IL_OK);
    p = open_pack(d, set, "sgd", "none", "zeros", TRAIN);
    assert_int_equal(il_pack_epoch(p, &out, NULL, NULL, &err), IL_OK);
    assert_true(fabs(at(p, p->layer[0].w, PIXELS, 0) - 0.001 * 17 / 50) <= 1e-9);
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

/* ---- Adam ------------------------------------------------------------------------------------ */

struct betas {
    double beta1, beta2;
};

static void adam_step(struct state *s, double g[ROWS][CLASSES], const struct betas *b)
{
    s->t++;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < CLASSES; j++) {
            s->m[i][j] = b->beta1 * s->m[i][j] + (1 - b->beta1) * g[i][j];
            s->v[i][j] = b->beta2 * s->v[i][j] + (1 - b->beta2) * g[i][j] * g[i][j];
        }
}

/* The step without its rate: m^ / (sqrt(v^) + 1e-8). Its mean error, and its largest, over all weights. */
static void adam_error(il_pack *p, const struct state *s, const struct betas *b, double *mean,
                       double *most)
{
    const double c1 = -expm1(s->t * log(b->beta1)), c2 = -expm1(s->t * log(b->beta2));

    *mean = *most = 0;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < CLASSES; j++) {
            const double want = s->m[i][j] / c1 / (sqrt(s->v[i][j] / c2) + 1e-8);
            const double got =
                at(p, p->layer[0].s1, i, j) / (sqrt(at(p, p->layer[0].s2, i, j)) + 1e-8);

            *mean += (got - want) / (ROWS * CLASSES);
            if (!(fabs(got - want) <= *most))
                *most = fabs(got - want);
        }
}

/*
 * Steps 1 (or the first epoch's last), 100 and 20,000. A constant gradient stays itself in both means:
 * within 1e-6. One that changes: 1e-6 in the mean over all weights; a single weight's mean of squares
 * is a float that rounds in each step by 2^-24, 20,000 of which add up as a random walk, damped by
 * beta2, to sqrt(20000 / 3) * 2^-24 * .6 = 3e-6, half of it in the root: 4 of that.
 */
static void adam_in_double(void **state)
{
    static const struct {
        struct betas beta;
        int constant; /* the gradient is, too: the batch is the whole set */
    } cases[] = {
        { { 0.9, 0.9 }, 0 },           { { 0.9, 0.99 }, 0 },    { { 0.9, 0.999 }, 1 },
        { { 0.9, 0.9999 }, 0 },        { { 0.9, 0.99999 }, 0 }, { { 0.9, 0.999999 }, 1 },
        { { 0.9, 0.99999999 }, 0 },    { { 0.3, 0.2 }, 0 },     { { 0, 0.999 }, 0 },
        { { 0.999999, 0.999999 }, 0 },
    };
    il_dataset *const set = make_set();
    il_device *d = NULL;
    il_error err = { .text = "" };

    (void)state;
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, &err), IL_OK);
    for (size_t k = 0; k < 2 * sizeof cases / sizeof *cases; k++) {
        const int constant = k % 2;
        const struct betas *const b = &cases[k / 2].beta;
        const unsigned batch = constant ? TRAIN : TRAIN / 5, steps = TRAIN / batch;
        const double single = constant ? 1e-6 : 6e-6;
        struct state s = { .t = 0 };
        il_epoch out;
        char text[80];
        il_pack *p;

        if (constant && !cases[k / 2].constant)
            continue;
        snprintf(text, sizeof text, "adam:%.8f:%.8f", b->beta1, b->beta2);
        p = open_pack(d, set, text, "none", "zeros", batch);
        for (size_t epoch = 0; epoch < 20000 / steps; epoch++) {
            double mean, most;

            for (unsigned step = 0; step < steps; step++) {
                double g[ROWS][CLASSES];

                gradient(g, set, batch, epoch, step);
                adam_step(&s, g, b);
            }
            assert_int_equal(il_pack_epoch(p, &out, NULL, NULL, &err), IL_OK);
            if (epoch != 0 && s.t != 100 && s.t != 20000)
                continue;
            adam_error(p, &s, b, &mean, &most);
            if (!(fabs(mean) <= 1e-6 && most <= single))
                fail_msg(
                    "%s, batch %u, after %g steps: a step is off by %.3g in the mean, by %.3g at "
                    "most",
                    text, batch, s.t, mean, most);
            if (s.t == 1) /* a weight of 0 moves by the rate */
                assert_true(fabs(fabs(at(p, p->layer[0].w, 0, 0)) - 0.001) <= 1e-9);
        }
        il_pack_close(p);
    }
    il_device_close(d);
    il_dataset_free(set);
}

/* Keras's epsilon, beside the root before its correction, is large in the first steps */
static void adam_of_keras(void **state)
{
    il_dataset *const set = make_set();
    il_device *d = NULL;
    il_error err = { .text = "" };
    double g[ROWS][CLASSES];
    il_epoch out;
    il_pack *p;

    (void)state;
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, &err), IL_OK);
    p = open_pack(d, set, "adam:0.9:0.99999999:eps=1e-5:form=keras", "none", "zeros", TRAIN);
    gradient(g, set, TRAIN, 0, 0);
    for (int t = 1; t <= 10; t++) {
        const double v = -expm1(t * log(0.99999999)) * g[2][1] * g[2][1];
        const double step = sqrt(-expm1(t * log(0.99999999))) * g[2][1] / (sqrt(v) + 1e-5);
        const double before = at(p, p->layer[0].w, 2, 1);

        assert_int_equal(il_pack_epoch(p, &out, NULL, NULL, &err), IL_OK);
        assert_true(fabs(at(p, p->layer[0].w, 2, 1) - before + 0.001 * step) <= 1e-8);
    }
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

/* ---- the others ------------------------------------------------------------------------------ */

/*
 * A velocity of mu near 1 after 20,000 steps, beside the largest of them: each step rounds it by up to
 * 2^-24, 20,000 of which add up at random to sqrt(20000) * 2^-24 * .6 = 5e-6; 4 of that. mu as a float
 * would be off by 1.3 % of 1 - mu, the velocity by 1.3e-4.
 */
static void long_momentum(void **state)
{
    static const char *const forms[] = { "momentum:mu=0.999999:form=torch",
                                         "nesterov:mu=0.999999:form=keras",
                                         "momentum:mu=0.25:form=keras" };
    static const double mu[] = { 0.999999, 0.999999, 0.25 };
    il_dataset *const set = make_set();
    il_device *d = NULL;
    il_error err = { .text = "" };

    (void)state;
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, &err), IL_OK);
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        const unsigned batch = TRAIN / 5;
        il_pack *const p = open_pack(d, set, forms[k], "none", "zeros", batch);
        const double lr = strstr(forms[k], "keras") ? -0.001 : 1;
        double v[ROWS][CLASSES] = { { 0 } }, most = 0;
        il_epoch out;

        for (size_t step = 0; step < 20000; step++) {
            double g[ROWS][CLASSES];

            gradient(g, set, batch, step / 5, step % 5);
            for (int i = 0; i < ROWS; i++)
                for (int j = 0; j < CLASSES; j++)
                    v[i][j] = mu[k] * v[i][j] + lr * g[i][j];
            if (step % 5 == 4)
                assert_int_equal(il_pack_epoch(p, &out, NULL, NULL, &err), IL_OK);
        }
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < CLASSES; j++)
                most = fmax(most, fabs(v[i][j]));
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < CLASSES; j++) {
                const double got = at(p, p->layer[0].s1, i, j);

                if (!(fabs(got - v[i][j]) <= 2e-5 * most))
                    fail_msg("%s: a velocity of %.9g, not %.9g", forms[k], got, v[i][j]);
            }
        il_pack_close(p);
    }
    il_device_close(d);
    il_dataset_free(set);
}

/*
 * A weight of 4 and a step and a decay that are each below half an ulp of it, 2.4e-7, and together
 * above: .001 * g is some 1.7e-4 * .001, the decay .001 * 4e-5 * 4 = 1.6e-7.
 */
static void decay_and_step_together(void **state)
{
    static const char *const rules[] = { "sgd", "momentum:0:form=torch", "momentum:0:form=keras",
                                         "nesterov:0:form=torch", "nesterov:0:form=keras" };
    il_dataset *const set = make_set();
    il_device *d = NULL;
    il_error err = { .text = "" };

    (void)state;
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, &err), IL_OK);
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        il_pack *const p = open_pack(d, set, rules[k], "decoupled:4e-5", "const:-4", TRAIN);
        double g[ROWS][CLASSES];
        il_epoch out;
        int together = 0;

        gradient(g, set, TRAIN, 0, 0);
        assert_int_equal(il_pack_epoch(p, &out, NULL, NULL, &err), IL_OK);
        for (int i = 0; i < PIXELS; i++)
            for (int j = 0; j < CLASSES; j++) {
                const double step = -0.001 * g[i][j], decay = 0.001 * 4e-5 * 4;
                const double got = at(p, p->layer[0].w, i, j);

                /* half of what floats from 2 to 4 lie apart, where it moves to */
                if (!(fabs(got - (-4 + step + decay)) <= 0x1p-23 + 1e-10))
                    fail_msg("%s: %.9g, not %.9g", rules[k], got, -4 + step + decay);
                together += got != -4;
            }
        assert_true(together > 0);
        il_pack_close(p);
    }
    il_device_close(d);
    il_dataset_free(set);
}

/* what is left of the label's own class after smoothing by nearly 1 is no difference of floats */
static void smoothed_targets(void **state)
{
    il_dataset *const set = make_set();
    struct il_run run;
    il_config *c = NULL;
    il_error err = { .text = "" };

    (void)state;
    if (il_config_new(&c, &err) || il_config_set(c, "label_smoothing", "0.999999", &err) ||
        il_config_set(c, "batch", "10", &err) || il_run_resolve(&run, c, set, &err))
        fail_msg("%s", err.text);
    assert_true(fabs(run.head.hot / 1e-6 - 1) <= 1e-7);
    assert_true(fabs(run.head.cold * CLASSES / 0.999999 - 1) <= 1e-7);
    il_run_free(&run);
    il_config_free(c);
    il_dataset_free(set);
}

int main(void)
{
    setenv("INITLAB_INPUT", "sparse",
           1); /* products of this size cost a BLAS more than the loops */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_step_of_a_bias),      cmocka_unit_test(adam_in_double),
        cmocka_unit_test(adam_of_keras),           cmocka_unit_test(long_momentum),
        cmocka_unit_test(decay_and_step_together), cmocka_unit_test(smoothed_targets),
    };

    return cmocka_run_group_tests_name("update", tests, NULL, NULL);
}
