/*
 * test_inspect.c - signal statistics against networks in double, singular values against one-sided
 * Jacobi rotations, depth propagation against the theory's numbers, and the symmetry of constant
 * weights.
 *
 * Depth: the log of a random network's second moment walks by a variance of v / n a layer, v = 5 for
 * relu, where ||h'||^2 / ||h||^2 has variance 5 / n (E f^4 / (E f^2)^2 - 1), and drifts by half of it.
 * The mean over R networks is held to five standard deviations of that walk.
 */
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initlab/initlab.h"
#include "pack/pack_impl.h"
#include "theory/singular.h"
#include "random.h"
#include "reference.h"
#include "support.h"

enum { SIDE = 5, PIXELS = SIDE * SIDE, CLASSES = 3, TRAIN = 40, BATCH = 24 };
static const uint64_t SEED = 20261123;

static il_dataset *small_set(void)
{
    static uint8_t images[TRAIN * PIXELS], labels[TRAIN];
    const il_samples all = { TRAIN, images, labels };
    il_dataset *set = NULL;
    il_error err = { 0 };

    for (unsigned i = 0; i < sizeof images; i++)
        images[i] = (uint8_t)il_philox(SEED, i, 1).v[0];
    for (unsigned i = 0; i < TRAIN; i++)
        labels[i] = (uint8_t)(i % CLASSES);
    must(il_dataset_from(&set, SIDE, SIDE, all, all, &err), &err, "dataset");
    return set;
}

static il_dataset *mnist(void)
{
    il_dataset *set = NULL;
    il_error err = { 0 };

    must(il_dataset_open(&set, INITLAB_SOURCE_DIR "/data/mnist", &err), &err, "MNIST");
    return set;
}

/* a pack of runs with seeds 0, 1, ...; settings end in a NULL name */
static il_pack *open_pack(il_device *d, const il_dataset *set, const struct setting *s, size_t runs)
{
    il_config *c[16] = { NULL };

    assert_true(runs <= 16);
    for (size_t m = 0; m < runs; m++) {
        char seed[8];
        const struct setting own[] = { { "seed", seed }, { NULL, NULL } };

        snprintf(seed, sizeof seed, "%zu", m);
        c[m] = make_config(own, s);
    }
    return pack_of(d, set, c, runs);
}

/* ---- singular values ------------------------------------------------------------------------- */

/* those of a diagonal are its numbers without signs, falling */
static void test_diagonal(void **state)
{
    double a[4] = { 2, 0, 0, -3 }, got[2];

    (void)state;
    assert_int_equal(il_singular(a, 2, 2, got), 0);
    near(got[0], 3, 1e-15, "the larger");
    near(got[1], 2, 1e-15, "the smaller");
}

static double uniform(uint32_t i) { return il_philox(SEED, i, 2).v[0] / 4294967296.0 - .5; }

/* One-sided Jacobi (Hestenes): rotate pairs of columns until all are orthogonal; lengths, falling. */
static void jacobi_reference(double *a, size_t rows, size_t cols, double *values)
{
    for (int sweep = 0, moved = 1; moved && sweep < 60; sweep++) {
        moved = 0;
        for (size_t p = 0; p < cols; p++)
            for (size_t q = p + 1; q < cols; q++) {
                double pp = 0, qq = 0, pq = 0, t, c, s;

                for (size_t i = 0; i < rows; i++) {
                    pp += a[i * cols + p] * a[i * cols + p];
                    qq += a[i * cols + q] * a[i * cols + q];
                    pq += a[i * cols + p] * a[i * cols + q];
                }
                if (fabs(pq) <= 1e-15 * sqrt(pp * qq))
                    continue;
                moved = 1;
                t = (qq - pp) / (2 * pq);
                t = copysign(1, t) / (fabs(t) + sqrt(1 + t * t));
                c = 1 / sqrt(1 + t * t);
                s = c * t;
                for (size_t i = 0; i < rows; i++) {
                    const double x = a[i * cols + p], y = a[i * cols + q];

                    a[i * cols + p] = c * x - s * y;
                    a[i * cols + q] = s * x + c * y;
                }
            }
    }
    for (size_t j = 0; j < cols; j++) {
        double square = 0;
        size_t at = j;

        for (size_t i = 0; i < rows; i++)
            square += a[i * cols + j] * a[i * cols + j];
        for (; at > 0 && values[at - 1] < sqrt(square); at--)
            values[at] = values[at - 1];
        values[at] = sqrt(square);
    }
}

/* eigenvalues of the Gram matrix are right to a few n eps: values s to n eps s_max^2 / s */
static void test_singular_values(void **state)
{
    static const size_t shapes[][2] = { { 1, 1 },   { 7, 3 },   { 3, 7 },
                                        { 16, 16 }, { 50, 20 }, { 2, 64 } };
    double a[64 * 64], other[64 * 64], got[64], want[64];

    (void)state;
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        const size_t r = shapes[k][0], c = shapes[k][1], n = r < c ? r : c;

        for (size_t i = 0; i < r * c; i++)
            a[i] = uniform((uint32_t)(1000 * k + i));
        assert_int_equal(il_singular(a, r, c, got), 0);
        for (size_t i = 0; i < r; i++)
            for (size_t j = 0; j < c; j++)
                other[r >= c ? i * c + j : j * r + i] = a[i * c + j];
        jacobi_reference(other, r >= c ? r : c, n, want);
        for (size_t i = 0; i < n; i++)
            near(got[i], want[i], 64 * 2.3e-16 * want[0] * want[0] / want[i], "singular value");
    }
    for (size_t i = 0; i < 40; i++) /* rank 1, and far from 1: 3e150 in every place */
        a[i] = 3e150;
    assert_int_equal(il_singular(a, 8, 5, got), 0);
    near(got[0] / 3e150, sqrt(40), 1e-14, "of a constant matrix");
    for (size_t i = 1; i < 5; i++)
        assert_true(got[i] == 0);
    memset(a, 0, sizeof a);
    assert_int_equal(il_singular(a, 5, 5, got), 0);
    assert_true(got[0] == 0 && got[4] == 0);
    for (size_t i = 0; i < 5; i++)
        a[i * 5 + i] = (double)i - 2;
    assert_int_equal(il_singular(a, 5, 5, got), 0);
    near(got[0], 2, 1e-15, "diagonal");
    near(got[2], 1, 1e-15, "diagonal");
    assert_true(got[4] == 0);
    a[7] = NAN;
    assert_int_equal(il_singular(a, 5, 5, got), 0);
    assert_true(isnan(got[0]) && isnan(got[4]));
}

/* ---- a small network, number by number ------------------------------------------------------- */

enum { LAYERS = 3 };
static const int widths[LAYERS + 1] = { PIXELS, 7, 6, CLASSES };

static void read_net(il_pack *p, size_t run, struct ref_net *net)
{
    il_error err = { 0 };
    float w[PIXELS * 7], b[7];

    memset(net, 0, sizeof *net);
    net->layers = LAYERS;
    memcpy(net->width, widths, sizeof widths);
    net->hidden = p->run[run].hidden;
    net->head = p->run[run].head;
    net->divisor = p->run[run].divisor;
    for (int l = 0; l < LAYERS; l++) {
        must(il_pack_get(p, run, (size_t)l, w, b, &err), &err, "get");
        for (int i = 0; i < widths[l]; i++)
            for (int j = 0; j < widths[l + 1]; j++)
                net->w[l][i][j] = (double)w[i * widths[l + 1] + j];
        for (int j = 0; j < widths[l + 1]; j++)
            net->w[l][widths[l]][j] = (double)b[j];
    }
}

/*
 * Logits of inputs x with shift added to pre-activation (layer, unit), for differences; z of all
 * layers, if not NULL.
 */
static void forward(const struct ref_net *net, const double *x, int layer, int unit, double shift,
                    double z[LAYERS][REF_WIDTH])
{
    double in[REF_INPUT];

    memcpy(in, x, PIXELS * sizeof *in);
    for (int l = 0; l < LAYERS; l++) {
        for (int j = 0; j < widths[l + 1]; j++) {
            z[l][j] = net->w[l][widths[l]][j] + (l == layer && j == unit ? shift : 0);
            for (int i = 0; i < widths[l]; i++)
                z[l][j] += in[i] * net->w[l][i][j];
        }
        ref_activate(&net->hidden, widths[l + 1], z[l], in);
    }
}

static double slope(const struct il_act *act, double z)
{
    const double h = 1e-6;

    return (ref_f(act->code, z + h, (double)act->alpha) -
            ref_f(act->code, z - h, (double)act->alpha)) /
           (2 * h);
}

/* sums over samples and units of layer l: z, z^2, a, a^2, f'^2, dL/dz, its square; cosines apart */
struct sums {
    double n, z, zz, a, aa, ff, g, gg, zero, saturated;
};

static struct sums sum_layer(const struct ref_net *net, const il_dataset *set, int l)
{
    const il_samples train = il_dataset_train(set);
    const double h = 1e-5;
    struct sums s = { .n = BATCH * widths[l + 1] };
    double x[PIXELS], z[LAYERS][REF_WIDTH], up[LAYERS][REF_WIDTH], down[LAYERS][REF_WIDTH];
    double a[REF_WIDTH];

    for (size_t r = 0; r < BATCH; r++) {
        for (int i = 0; i < PIXELS; i++)
            x[i] = train.images[r * PIXELS + (size_t)i] / 255.0;
        forward(net, x, -1, 0, 0, z);
        ref_activate(&net->hidden, widths[l + 1], z[l], a);
        for (int j = 0; j < widths[l + 1]; j++) {
            const double f = slope(&net->hidden, z[l][j]);
            double g;

            forward(net, x, l, j, h, up);
            forward(net, x, l, j, -h, down);
            g = (ref_cost(&net->head, net->divisor, CLASSES, up[LAYERS - 1], train.labels[r]) -
                 ref_cost(&net->head, net->divisor, CLASSES, down[LAYERS - 1], train.labels[r])) /
                (2 * h);
            s.z += z[l][j];
            s.zz += z[l][j] * z[l][j];
            s.a += a[j];
            s.aa += a[j] * a[j];
            s.ff += f * f;
            s.zero += a[j] == 0;
            s.saturated += fabs(f) < .02;
            s.g += g;
            s.gg += g * g;
        }
    }
    return s;
}

static double cosines(const struct ref_net *net, const il_dataset *set, int l)
{
    const il_samples train = il_dataset_train(set);
    double z[BATCH][LAYERS][REF_WIDTH], x[PIXELS], sum = 0;

    for (size_t r = 0; r < BATCH; r++) {
        for (int i = 0; i < PIXELS; i++)
            x[i] = train.images[r * PIXELS + (size_t)i] / 255.0;
        forward(net, x, -1, 0, 0, z[r]);
    }
    for (int r = 0; r < BATCH; r++)
        for (int t = 0; t < r; t++) {
            double rr = 0, tt = 0, rt = 0;

            for (int j = 0; j < widths[l + 1]; j++) {
                rr += z[r][l][j] * z[r][l][j];
                tt += z[t][l][j] * z[t][l][j];
                rt += z[r][l][j] * z[t][l][j];
            }
            sum += rt / sqrt(rr * tt);
        }
    return sum / (BATCH * (BATCH - 1) / 2);
}

/* floats of size 1 summed over at most 32 terms and three layers: 1e-5; differences in double: 1e-6 */
static void compare_layers(const struct ref_net *net, const il_dataset *set, const il_signal *got)
{
    const double tol = 2e-5;

    for (int l = 0; l < LAYERS; l++) {
        const struct sums s = sum_layer(net, set, l);
        const double n = s.n, mean = s.z / n, g = s.g / n;
        double ww = 0;

        assert_int_equal(got[l].fan_in, widths[l]);
        assert_int_equal(got[l].fan_out, widths[l + 1]);
        near(got[l].z_mean, mean, tol, "mean of z");
        near(got[l].z_variance, s.zz / n - mean * mean, tol, "variance of z");
        near(got[l].q, s.zz / n, tol, "q");
        near(got[l].c, cosines(net, set, l), tol, "c");
        near(got[l].gradient_mean, g, tol, "mean gradient");
        near(got[l].gradient_variance, s.gg / n - g * g, tol, "gradient variance");
        if (l + 1 == LAYERS) {
            assert_true(isnan(got[l].a_mean) && isnan(got[l].chi1) && isnan(got[l].dead));
            continue;
        }
        for (int i = 0; i < widths[l + 1]; i++)
            for (int j = 0; j < widths[l + 2]; j++)
                ww += net->w[l + 1][i][j] * net->w[l + 1][i][j];
        near(got[l].a_mean, s.a / n, tol, "mean of a");
        near(got[l].a_variance, s.aa / n - s.a / n * (s.a / n), tol, "variance of a");
        near(got[l].saturated, s.saturated / n, 0, "saturated");
        near(got[l].zero, s.zero / n, 0, "zero");
        near(got[l].chi1, ww / widths[l + 2] * s.ff / n, 1e-4, "chi1");
    }
}

/* the k-th singular values' means over the first samples, by differences of the logits */
static void compare_jacobian(il_pack *p, size_t run, const struct ref_net *net,
                             const il_dataset *set)
{
    enum { SAMPLES = 5 };
    const il_samples train = il_dataset_train(set);
    const double h = 1e-5;
    double got[CLASSES], want[CLASSES] = { 0 }, one[CLASSES], j[PIXELS * CLASSES], x[PIXELS];
    double up[LAYERS][REF_WIDTH], down[LAYERS][REF_WIDTH];
    il_error err = { 0 };

    for (size_t r = 0; r < SAMPLES; r++) {
        for (int i = 0; i < PIXELS; i++)
            x[i] = train.images[r * PIXELS + (size_t)i] / 255.0;
        for (int i = 0; i < PIXELS; i++) {
            const double keep = x[i];

            x[i] = keep + h;
            forward(net, x, -1, 0, 0, up);
            x[i] = keep - h;
            forward(net, x, -1, 0, 0, down);
            x[i] = keep;
            for (int k = 0; k < CLASSES; k++)
                j[i * CLASSES + k] = (up[LAYERS - 1][k] - down[LAYERS - 1][k]) / (2 * h);
        }
        jacobi_reference(j, PIXELS, CLASSES, one);
        for (int k = 0; k < CLASSES; k++)
            want[k] += one[k] / SAMPLES;
    }
    must(il_inspect_jacobian(p, run, SAMPLES, got, &err), &err, "jacobian");
    for (int k = 0; k < CLASSES; k++)
        near(got[k], want[k], 2e-5, "singular value of the Jacobian");
    assert_int_equal(il_inspect_jacobian(p, run, BATCH + 1, got, &err), IL_E_USAGE);
    assert_int_equal(il_inspect_jacobian(p, run, 0, got, &err), IL_E_USAGE);
}

/* every kind of device; runs that differ, so that the right columns must be found */
static void test_against_reference(void **state)
{
    static const char *const acts[] = { "tanh", "gelu", "sigmoid", "softplus", "silu", "elu" };
    il_dataset *const set = small_set();
    static struct ref_net net;

    (void)state;
    for (size_t k = 0; k < sizeof acts / sizeof *acts; k++) {
        il_device *const d = open_device(k % 2 ? "strict" : "cpu");
        const struct setting s[] = { { "layers", "in,7,6,out" },
                                     { "activation", acts[k] },
                                     { "init", "normal:std=0.4,b=normal:std=0.2" },
                                     { "loss", k % 3 ? "cross_entropy" : "mse" },
                                     { "batch", "24" },
                                     { NULL, NULL } };
        il_pack *const p = open_pack(d, set, s, 3);
        il_signal got[LAYERS];
        il_error err = { 0 };

        for (size_t m = 0; m < 3; m++) {
            must(il_inspect(p, m, got, &err), &err, acts[k]);
            read_net(p, m, &net);
            compare_layers(&net, set, got);
            compare_jacobian(p, m, &net, set);
            assert_int_equal(got[0].distinct, 7);
        }
        assert_int_equal(il_inspect(p, 3, got, &err), IL_E_USAGE);
        il_pack_close(p);
        il_device_close(d);
    }
    il_dataset_free(set);
}

/* an inspected training has the same bits as one left alone, and dead units are found */
static void test_inspection_changes_nothing(void **state)
{
    static const struct setting s[] = { { "layers", "in,7,6,out" }, { "batch", "24" },
                                        { "optimizer", "adam" },    { "lr", "0.01" },
                                        { "init", "he_normal" },    { NULL, NULL } };
    il_dataset *const set = small_set();
    il_device *const d = open_device("strict");
    il_pack *const a = open_pack(d, set, s, 2), *const b = open_pack(d, set, s, 2);
    il_error err = { 0 };
    il_epoch out[2], other[2];
    il_signal got[LAYERS];
    float w[2][PIXELS * 7], bias[7];
    double values[7];

    (void)state;
    for (int e = 0; e < 3; e++) {
        must(il_inspect(a, 1, got, &err), &err, "inspect");
        must(il_inspect_weights(a, 0, 0, values, &err), &err, "weights");
        must(il_pack_epoch(a, out, NULL, NULL, &err), &err, "epoch");
        must(il_pack_epoch(b, other, NULL, NULL, &err), &err, "epoch");
        assert_true(out[1].cost == other[1].cost);
    }
    must(il_pack_get(a, 1, 0, w[0], NULL, &err), &err, "get");
    must(il_pack_get(b, 1, 0, w[1], NULL, &err), &err, "get");
    assert_memory_equal(w[0], w[1], sizeof w[0]);
    assert_int_equal(il_inspect_weights(a, 0, LAYERS, values, &err), IL_E_USAGE);

    for (int j = 0; j < 7; j++) /* five of seven relus never fire, two of those are twins */
        bias[j] = j < 5 ? -1e3f : 1e3f;
    must(il_pack_get(a, 0, 0, w[0], NULL, &err), &err, "get");
    for (int i = 0; i < PIXELS; i++)
        w[0][i * 7 + 3] = w[0][i * 7 + 4];
    must(il_pack_set(a, 0, 0, w[0], bias, &err), &err, "set");
    must(il_inspect(a, 0, got, &err), &err, "inspect");
    near(got[0].dead, 5.0 / 7, 1e-15, "dead");
    near(got[0].zero, 5.0 / 7, 1e-15, "zero");
    near(got[0].saturated, 5.0 / 7, 1e-15, "saturated");
    assert_int_equal(got[0].distinct, 6);
    il_pack_close(a);
    il_pack_close(b);
    il_device_close(d);
    il_dataset_free(set);
}

/* ---- depth ----------------------------------------------------------------------------------- */

enum { DEPTH = 50, WIDTH = 256, NETS = 4 };

struct walk {
    double q, gradient; /* mean log ratio of the last hidden layer to the first */
    double late;        /* the same of q from layer 40 on */
    il_signal first[NETS], last[NETS];
};

static struct walk walk(const il_dataset *set, il_device *d, const char *act, const char *init)
{
    const struct setting s[] = { { "layers", "in,256x50,out" },
                                 { "activation", act },
                                 { "init", init },
                                 { "batch", "32" },
                                 { NULL, NULL } };
    il_pack *const p = open_pack(d, set, s, NETS);
    il_signal layer[DEPTH + 1];
    struct walk w = { .q = 0 };
    il_error err = { 0 };

    for (size_t m = 0; m < NETS; m++) {
        must(il_inspect(p, m, layer, &err), &err, init);
        w.first[m] = layer[0];
        w.last[m] = layer[DEPTH - 1];
        w.q += log(layer[DEPTH - 1].q / layer[0].q) / NETS;
        w.late += log(layer[DEPTH - 1].q / layer[39].q) / NETS;
        w.gradient += log(layer[0].gradient_variance / layer[DEPTH - 1].gradient_variance) / NETS;
    }
    il_pack_close(p);
    return w;
}

/* A walk of some layers that grows by rate each, with v / n of variance: see the file's head. */
static void check_walk(double got, double rate, double v, int layers, const char *what)
{
    const double variance = v / WIDTH * layers;

    near(got, layers * log(rate) - variance / 2, 5 * sqrt(variance / NETS), what);
}

static void test_depth_of_relu(void **state)
{
    static const struct {
        const char *init;
        double rate;
    } schemes[] = {
        { "he_normal", 1 },       { "he_uniform", 1 },    { "glorot_normal", .5 },
        { "glorot_uniform", .5 }, { "lecun_normal", .5 }, { "torch,b=zeros", 1.0 / 6 }
    };
    il_dataset *const set = mnist();
    il_device *const d = open_device("cpu");

    (void)state;
    for (size_t k = 0; k < sizeof schemes / sizeof *schemes; k++) {
        const struct walk w = walk(set, d, "relu", schemes[k].init);

        check_walk(w.q, schemes[k].rate, 5, DEPTH - 1, schemes[k].init);
        for (size_t m = 0; m < NETS; m++) {
            const il_signal *const s = &w.last[m];

            near(s->theory.q / (w.first[m].theory.q * pow(schemes[k].rate, DEPTH - 1)), 1, 1e-4,
                 "theory of q"); /* f is a float: 1e-6 a layer */
            near(s->theory.chi1, schemes[k].rate, 1e-5, "theory of chi1");
            assert_int_equal(s->distinct, WIDTH);
        }
        /* dz of square layers grows by chi1 going down, with the noise of f'^2 and w^2: (4 - 1)/n */
        check_walk(w.gradient, schemes[k].rate, 3, DEPTH - 1, "gradients");
    }
    il_device_close(d);
    il_dataset_free(set);
}

/* E tanh(sqrt(q) z)^2 by the trapezoidal rule, which converges faster than any power of its step */
static double tanh_square(double q)
{
    double sum = 0;

    for (int i = -16 * 12; i <= 16 * 12; i++) {
        const double z = i / 16.0, f = tanh(sqrt(q) * z);

        sum += f * f * exp(-z * z / 2) / 16;
    }
    return sum / sqrt(2 * M_PI);
}

/*
 * Measured q of the last layer, and the theory's, against the map q' = sw2 E tanh^2 iterated here.
 * Each layer adds noise of variance v / n, v <= 2, to log q, of which later layers leave a part:
 * `noisy` is the sum of the parts' squares. With sw2 = 1, q is about 1 / (2 l), a deviation of layer
 * l shrinks to l / L of itself, and the squares sum to L / 3 = 18, L = 54 since q begins near 1 / 10.
 */
static void check_tanh(const il_dataset *set, il_device *d, const char *init, double sw2,
                       double noisy)
{
    const struct walk w = walk(set, d, "tanh", init);
    double q = w.first[0].theory.q, mean = 0;

    for (int l = 1; l < DEPTH; l++)
        q = sw2 * tanh_square(q);
    for (size_t m = 0; m < NETS; m++)
        mean += log(w.last[m].q / q) / NETS;
    near(w.last[0].theory.q / q, 1, 1e-5, "theory of q"); /* f is a float: 1e-7 a layer */
    near(mean, 0, 5 * sqrt(2 * noisy / WIDTH / NETS), init);
}

/*
 * tanh at the edge of chaos keeps q near q*: the walk is pulled back, so 5 sigma of a whole walk with
 * tanh's v <= 2 is a loose bound on q, and the gradient's walk (chi1 = 1; v = 3 at most) is the test.
 */
static void test_depth_of_tanh(void **state)
{
    il_dataset *const set = mnist();
    il_device *const d = open_device("cpu");
    struct walk w = walk(set, d, "tanh", "edge_of_chaos:q=0.25");

    (void)state;
    near(w.last[0].theory.q, .25, 1e-4, "q after 50 layers");
    near(w.last[0].theory.chi1, 1, 1e-5, "chi1 at the edge");
    assert_true(w.last[0].theory.xi_grad > 1e4);
    for (size_t m = 0; m < NETS; m++)
        near(log(w.last[m].q / .25), 0, 5 * sqrt(10.0 / WIDTH),
             "q at the edge"); /* of ~10 layers */
    check_walk(w.gradient, 1, 3, DEPTH - 1, "gradients at the edge");

    /* near q* of he a deviation of log q shrinks to .55 of itself a layer: 1.4 layers; 10 are ample */
    check_tanh(set, d, "he_normal", 2, 10);
    check_tanh(set, d, "lecun_normal", 1, 18);
    check_tanh(set, d, "glorot_normal", 1, 18);
    w = walk(set, d, "tanh", "lecun_normal");
    assert_true(w.last[0].theory.q_star == 0 && isinf(w.last[0].theory.xi_grad));
    il_device_close(d);
    il_dataset_free(set);
}

/* sqrt 2 is no gain for gelu: near 0 it is z / 2, and every layer halves q (linear there: v = 2) */
static void test_gelu_collapses(void **state)
{
    il_dataset *const set = mnist();
    il_device *const d = open_device("cpu");
    const struct walk w = walk(set, d, "gelu", "he_normal");

    (void)state;
    check_walk(w.late, .5, 2, 10, "gelu with sqrt 2, layers 40 to 50");
    for (size_t m = 0; m < NETS; m++) {
        assert_true(w.last[m].q < 1e-8 * w.first[m].q);
        assert_true(w.last[m].theory.q_star == 0);
        near(w.last[m].theory.chi1, .5, 1e-6, "chi1 at 0");
    }
    il_device_close(d);
    il_dataset_free(set);
}

/* ---- symmetry -------------------------------------------------------------------------------- */

/* equal columns come from equal columns (design 4): units that begin equal stay equal, to the bit */
static void test_constant_weights_keep_one_unit(void **state)
{
    static const struct setting s[] = { { "layers", "in,24,17,out" },
                                        { "activation", "tanh" },
                                        { "init", "const:0.02,b=const:0.1" },
                                        { "lr", "0.1" },
                                        { "epochs", "5" },
                                        { NULL, NULL } };
    il_dataset *const set = mnist();
    il_device *const d = open_device("cpu");
    il_pack *const p = open_pack(d, set, s, 3);
    double values[24];
    il_signal layer[3];
    il_device_info info = { 0 };
    il_error err = { 0 };
    il_epoch out[3];

    (void)state;
    must(il_device_about(d, &info, &err), &err, "about");
    if (!strstr(info.detail, "BLIS")) { /* docs/schemes.md, "Units that begin equal" */
        print_message("skipped: %s does not keep equal columns equal\n", info.detail);
        il_pack_close(p);
        il_device_close(d);
        il_dataset_free(set);
        skip();
    }
    for (int e = 0; e < 5; e++) {
        must(il_pack_epoch(p, out, NULL, NULL, &err), &err, "epoch");
        assert_true(isfinite(out[2].cost));
        for (size_t m = 0; m < 3; m++) {
            must(il_inspect(p, m, layer, &err), &err, "inspect");
            assert_int_equal(layer[0].distinct, 1);
            assert_int_equal(layer[1].distinct, 1);
        }
    }
    assert_int_equal(layer[2].distinct, 10);
    must(il_inspect_weights(p, 0, 1, values, &err), &err, "weights");
    assert_true(values[0] > 0 && values[1] == 0);
    near(out[0].train_accuracy, .2, .15, "what one unit a layer can tell apart");
    il_pack_close(p);
    il_device_close(d);
    il_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diagonal),
        cmocka_unit_test(test_singular_values),
        cmocka_unit_test(test_against_reference),
        cmocka_unit_test(test_inspection_changes_nothing),
        cmocka_unit_test(test_depth_of_relu),
        cmocka_unit_test(test_depth_of_tanh),
        cmocka_unit_test(test_gelu_collapses),
        cmocka_unit_test(test_constant_weights_keep_one_unit),
    };

    return cmocka_run_group_tests_name("inspect", tests, NULL, NULL);
}
