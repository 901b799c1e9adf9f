/*
 * test_sparse_input.c - the first layer from lists of non-zero bytes: against a reference in double,
 * and to the bit against chains of fmaf in the order that sparse_input.c promises; so alone and in any
 * pack, in every flavour of CPU; the choice between it and the dense way.
 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initlab/initlab.h"
#include "data/nonzero_lists.h"
#include "pack/pack_impl.h"
#include "random.h"
#include "support.h"

static const uint64_t SEED = 20261123;
static const char *const flavours[] = { "base", "v3", "v4" };

static float number(uint64_t i, uint64_t sub)
{
    return 2.0f * il_uniform(il_philox(SEED, i, sub).v[0]) - 1.0f;
}

static float *numbers(size_t n, uint64_t sub)
{
    float *const x = malloc((n ? n : 1) * sizeof *x);

    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = number(i, sub);
    return x;
}

/* every fifth byte, but image 1 has none and image 2 all */
static uint8_t *make_images(size_t n, size_t pixels)
{
    uint8_t *const images = malloc(n * pixels);

    assert_non_null(images);
    for (size_t i = 0; i < n * pixels; i++) {
        const struct il_words w = il_philox(SEED, i, 3);
        const size_t image = i / pixels;

        images[i] = image == 1 || (image != 2 && w.v[0] % 5) ? 0 : (uint8_t)(1 + w.v[1] % 255);
    }
    return images;
}

/* A device of this name and flavour; NULL: this CPU has no such kernels. */
static il_device *open_flavour(const char *name, const char *flavour)
{
    il_device *d = NULL;
    il_error err = { .text = "" };

    if (flavour)
        setenv("INITLAB_CPU", flavour, 1);
    if (il_device_open(&d, name, 1, NULL, &err) != IL_OK && !strstr(err.text, "no such kernels"))
        fail_msg("%s", err.text);
    unsetenv("INITLAB_CPU");
    return d;
}

/* ---- the seam's verbs ------------------------------------------------------------------------ */

struct shape {
    unsigned rows, pixels, samples, step, n;
    float alpha, beta;
};

/* a batch on a device, and every allocation of it */
struct on_device {
    il_device *d;
    struct il_batch b;
    void *owned[20];
    size_t count;
};

static void *up(struct on_device *o, const void *from, size_t bytes)
{
    void *p = NULL;

    assert_int_equal(o->d->seam->alloc(o->d, &p, bytes), 0);
    if (from)
        assert_int_equal(o->d->seam->put(o->d, p, from, bytes), 0);
    o->owned[o->count++] = p;
    return p;
}

static void upload_lists(struct on_device *o, const uint8_t *images, size_t n)
{
    struct il_nonzero_sizes size;
    const size_t pixels = o->b.pixels;
    uint32_t *const at = calloc(n, sizeof *at);
    uint16_t *const part = calloc(n * IL_PARTS, sizeof *part), *data;

    il_nonzero_lists_measure(&size, images, n, pixels);
    data = calloc(size.units + IL_LIST_SLACK, sizeof *data);
    assert_true(at && part && data && il_nonzero_lists_possible(&size, pixels));
    il_nonzero_lists_make(images, n, pixels, at, part, data);
    o->b.lists.at = up(o, at, n * sizeof *at);
    o->b.lists.part = up(o, part, n * IL_PARTS * sizeof *part);
    o->b.lists.data = up(o, data, (size.units + IL_LIST_SLACK) * sizeof *data);
    free(at), free(part), free(data);
}

/* what the plan has for a batch of lists, and not a byte more: the strict device watches its ends */
static void begin_batch(struct on_device *o, il_device *d, const struct shape *s,
                        const uint8_t *images, const uint8_t *labels, const struct il_clock *clock)
{
    const size_t entries = (size_t)s->rows * s->pixels;
    const size_t part = il_part_most(s->pixels), most = part > s->rows ? part : s->rows;
    struct il_nonzero *const x = &o->b.nonzero;

    memset(o, 0, sizeof *o);
    o->d = d;
    o->b = (struct il_batch){ .rows = s->rows,
                              .pixels = s->pixels,
                              .k = (s->pixels + 8) / 8 * 8,
                              .ld = (s->pixels + 16) / 16 * 16 };
    upload_lists(o, images, s->samples);
    o->b.labels = up(o, labels, s->samples);
    o->b.label = up(o, NULL, s->rows);
    o->b.clock = up(o, clock, sizeof *clock);
    x->begin = up(o, NULL, (s->rows * IL_PARTS + 1) * sizeof *x->begin);
    x->column = up(o, NULL, (entries + IL_NONZERO_SLACK) * sizeof *x->column);
    x->value = up(o, NULL, (entries + IL_NONZERO_SLACK) * sizeof *x->value);
    x->pixel = up(o, NULL, (s->pixels + 2) * sizeof *x->pixel);
    x->row = up(o, NULL, entries * sizeof *x->row);
    x->scaled = up(o, NULL, entries * sizeof *x->scaled);
    x->panel = up(o, NULL, IL_PANEL * most * sizeof *x->panel);
}

static void end_batch(struct on_device *o)
{
    while (o->count > 0)
        assert_int_equal(o->d->seam->free(o->d, o->owned[--o->count]), 0);
}

/* one image of three pixels, by hand: 0 / 255 * 9 + 51 / 255 * .5 + 255 / 255 * .25, and a bias of 1 */
static void by_hand(void **state)
{
    static const uint8_t image[] = { 0, 51, 255 }, label[] = { 7 };
    static const float weights[8] = { 9, 0.5f, 0.25f, 1 };
    const struct shape s = { .rows = 1, .pixels = 3, .samples = 1, .n = 1 };
    const struct il_clock clock = { .steps = 1, .samples = 1 };
    il_device *const d = open_flavour("cpu", NULL);
    struct on_device o;
    float *w, *z, got;

    (void)state;
    begin_batch(&o, d, &s, image, label, &clock);
    w = up(&o, weights, sizeof weights);
    z = up(&o, NULL, sizeof *z);
    assert_int_equal(d->seam->input_gather(d, &o.b), 0);
    assert_int_equal(d->seam->input_forward(d, &o.b, 1, w, 1, z, 1), 0);
    assert_int_equal(d->seam->get(d, &got, z, sizeof got), 0);
    assert_true(fabs((double)got - 1.35) <= 0x1p-22); /* three roundings of numbers below 2 */
    end_batch(&o);
    il_device_close(d);
}

/* one case on the host: the batch's images in their order, operands, results and references */
struct trial {
    struct shape s;
    struct il_clock clock;
    uint8_t *images, *labels, *label;
    unsigned k, ld, live;
    const uint8_t **row;
    float *w, *dz, *z, *v; /* v: the updated weights */
};

static void trial_make(struct trial *t, const struct shape *s)
{
    memset(t, 0, sizeof *t);
    t->s = *s;
    t->k = (s->pixels + 8) / 8 * 8;
    t->ld = s->n + 3;
    t->images = make_images(s->samples, s->pixels);
    t->labels = malloc(s->samples);
    t->label = malloc(s->rows);
    t->row = calloc(s->rows, sizeof *t->row);
    t->w = numbers((size_t)t->k * t->ld, 4);
    t->dz = numbers((size_t)s->rows * t->ld, 5);
    t->z = malloc((size_t)s->rows * t->ld * sizeof(float));
    t->v = malloc((size_t)t->k * t->ld * sizeof(float));
    assert_true(t->labels && t->label && t->row && t->z && t->v);
    for (unsigned i = 0; i < s->samples; i++)
        t->labels[i] = (uint8_t)(i * 7);
    il_order_keys(&t->clock, 5, 1, s->samples);
    t->clock.next = s->step;
    t->clock.steps = (s->samples + s->rows - 1) / s->rows;
    for (unsigned r = 0; r < s->rows; r++) {
        const unsigned at = s->step * s->rows + r;

        if (s->step >= t->clock.steps || at >= s->samples)
            continue;
        t->live = r + 1;
        t->row[r] = t->images +
                    (size_t)s->pixels * il_order(at, s->samples, t->clock.half_bits, t->clock.key);
    }
}

static void trial_free(struct trial *t)
{
    free(t->images), free(t->labels), free(t->label), free(t->row);
    free(t->w), free(t->dz), free(t->z), free(t->v);
}

/* gather, forward and update on a device; z starts as NaN, and w too where beta is 0 */
static void trial_run(struct trial *t, il_device *d)
{
    const struct shape *const s = &t->s;
    const size_t zs = (size_t)s->rows * t->ld, ws = (size_t)t->k * t->ld;
    const struct il_seam *const seam = d->seam;
    struct il_clock clock;
    struct on_device o;
    float *w, *dz, *z;

    for (size_t i = 0; i < zs; i++)
        t->z[i] = NAN;
    for (size_t i = 0; i < ws; i++)
        t->v[i] = s->beta != 0.0f ? t->w[i] : NAN;
    begin_batch(&o, d, s, t->images, t->labels, &t->clock);
    w = up(&o, t->w, ws * sizeof *w);
    dz = up(&o, t->dz, zs * sizeof *dz);
    z = up(&o, t->z, zs * sizeof *z);
    assert_int_equal(seam->input_gather(d, &o.b), 0);
    assert_int_equal(seam->get(d, t->label, o.b.label, s->rows), 0);
    assert_int_equal(seam->get(d, &clock, o.b.clock, sizeof clock), 0);
    assert_int_equal(clock.now, s->step);
    assert_int_equal(seam->input_forward(d, &o.b, s->n, w, t->ld, z, t->ld), 0);
    assert_int_equal(seam->get(d, t->z, z, zs * sizeof *z), 0);
    assert_int_equal(seam->put(d, w, t->v, ws * sizeof *w), 0);
    assert_int_equal(seam->input_update(d, &o.b, s->n, s->alpha, dz, t->ld, s->beta, w, t->ld), 0);
    assert_int_equal(seam->get(d, t->v, w, ws * sizeof *w), 0);
    end_batch(&o);
}

/* x[r, j]; j = pixels is the constant */
static float input(const struct trial *t, unsigned r, unsigned j)
{
    return !t->row[r] || j > t->s.pixels ? 0.0f
           : j == t->s.pixels            ? 1.0f
                                         : (float)t->row[r][j] * (1.0f / 255.0f);
}

/*
 * A bound of the error of a chain: each of its `terms` operations rounds by at most half an ulp of
 * what is not larger than `size`, the sum of the sizes of its terms; x / 255 and alpha twice more.
 */
static double chain_error(unsigned terms, double size) { return (terms + 2) * size * 0x1p-23; }

/* One element: the promised chain to the bit, and near a sum in double. */
static void check(const struct trial *t, const char *what, unsigned i, unsigned c, float got,
                  float chain, double sum, double bound)
{
    if (memcmp(&got, &chain, sizeof got) != 0 || !(fabs(got - sum) <= bound))
        fail_msg("%s[%u,%u] of rows %u pixels %u step %u n %u alpha %g beta %g: %.9g, chain %.9g, "
                 "in double %.9g",
                 what, i, c, t->s.rows, t->s.pixels, t->s.step, t->s.n, (double)t->s.alpha,
                 (double)t->s.beta, (double)got, (double)chain, sum);
}

static void check_forward(const struct trial *t)
{
    for (unsigned r = 0; r < t->s.rows; r++) {
        assert_int_equal(t->label[r],
                         t->row[r] ? t->labels[(size_t)(t->row[r] - t->images) / t->s.pixels] : 0);
        for (unsigned c = 0; c < t->s.n; c++) {
            const float bias = t->row[r] ? t->w[(size_t)t->s.pixels * t->ld + c] : 0.0f;
            float chain = 0.0f;
            double sum = (double)bias, size = 0;

            for (unsigned j = 0; j < t->s.pixels; j++) {
                const float x = input(t, r, j), w = t->w[(size_t)j * t->ld + c];

                if (x != 0.0f)
                    chain = fmaf(x, w, chain);
                sum += (double)x * w;
                size += fabs((double)x * w);
            }
            check(t, "z", r, c, t->z[(size_t)r * t->ld + c], chain + bias, sum,
                  chain_error(t->s.pixels, size) + fabs(sum) * 0x1p-23);
        }
        for (unsigned c = t->s.n; c < t->ld; c++) /* what is not ours */
            assert_true(isnan(t->z[(size_t)r * t->ld + c]));
    }
}

/* The old weight, as the bias, rounds the result once and no term: its size is not in the chain's error. */
static void check_update(const struct trial *t)
{
    const float alpha = t->s.alpha, beta = t->s.beta;

    for (unsigned j = 0; j < t->k; j++) {
        for (unsigned c = 0; c < t->s.n; c++) {
            const float old = beta != 0.0f ? t->w[(size_t)j * t->ld + c] : 0.0f;
            float chain = 0.0f;
            double sum = (double)beta * old, size = 0;

            for (unsigned r = 0; r < t->live; r++) {
                const float x = input(t, r, j), g = t->dz[(size_t)r * t->ld + c];

                if (x != 0.0f)
                    chain = fmaf(alpha * x, g, chain);
                sum += (double)alpha * x * g;
                size += fabs((double)alpha * x * g);
            }
            if (beta != 0.0f)
                chain = fmaf(beta, old, chain);
            check(t, "w", j, c, t->v[(size_t)j * t->ld + c], chain, sum,
                  chain_error(t->live, size) + fabs(sum) * 0x1p-23);
        }
        for (unsigned c = t->s.n; c < t->ld; c++)
            assert_true(beta != 0.0f ? t->v[(size_t)j * t->ld + c] == t->w[(size_t)j * t->ld + c]
                                     : isnan(t->v[(size_t)j * t->ld + c]));
    }
}

static void products(void **state)
{
    static const unsigned columns[] = { 1, 5, 10, 15, 16, 17, 30, 32, 33, 64, 65, 100, 160, 323 };
    static const float factors[][2] = { { -1, 1 }, { 1, 0 }, { 0.3f, 0.7f }, { -0.3f, 1 } };
    static const struct shape sizes[] = {
        { .rows = 7, .pixels = 784, .samples = 7 }, /* has an image of zeros, and one of none */
        { .rows = 16, .pixels = 61, .samples = 37, .step = 2 }, /* short: 5 rows are live */
        { .rows = 16, .pixels = 61, .samples = 37, .step = 3 }, /* past the end */
        { .rows = 300, .pixels = 9, .samples = 400 },
        { .rows = 5, .pixels = 1, .samples = 5 },
        { .rows = 1, .pixels = 25, .samples = 3 },
    };
    unsigned tried = 0;

    (void)state;
    for (size_t f = 0; f < 3; f++)
        for (int strict = 0; strict < 2; strict++) {
            il_device *const d = open_flavour(strict ? "strict" : "cpu", flavours[f]);

            for (size_t k = 0; d && k < sizeof sizes / sizeof *sizes; k++)
                for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
                    struct shape s = sizes[k];
                    struct trial t;

                    s.n = columns[c];
                    s.alpha = factors[(c + k) % 4][0];
                    s.beta = factors[(c + k) % 4][1];
                    trial_make(&t, &s);
                    trial_run(&t, d);
                    check_forward(&t);
                    check_update(&t);
                    trial_free(&t);
                    tried++;
                }
            il_device_close(d);
        }
    assert_true(tried >= 2 * 6 * 14);
}

/*
 * Terms below half an ulp of the weight, or of the bias, move it by their sum, in both ways of the
 * update's loop.
 */
static void large_weights(void **state)
{
    static const unsigned columns[] = { 10, 100 };

    (void)state;
    for (int c = 0; c < 2; c++) {
        const struct shape s = { 256, 61, 300, 0, columns[c], -0.004f, 1 };
        il_device *const d = open_device("cpu");
        size_t moved = 0;
        struct trial t;

        trial_make(&t, &s);
        for (size_t i = 0; i < (size_t)t.k * t.ld; i++)
            t.w[i] *= i < (size_t)s.pixels * t.ld ? 0x1p16f : 0x1p30f; /* weights; biases */
        for (size_t i = 0; i < (size_t)s.rows * t.ld; i++)
            t.dz[i] = fabsf(t.dz[i]);
        trial_run(&t, d);
        check_forward(&t);
        check_update(&t);
        for (size_t i = 0; i < (size_t)s.pixels * t.ld; i++)
            moved += t.v[i] != t.w[i];
        assert_true(moved > (size_t)s.pixels * s.n * 9 / 10);
        trial_free(&t);
        il_device_close(d);
    }
}

/* equal columns of w and dz give equal columns of the products */
static void equal_columns(void **state)
{
    (void)state;
    for (unsigned n = 2; n <= 130; n += 7) {
        const struct shape s = { 33, 200, 40, 0, n, -1, 1 };
        il_device *const d = open_flavour("cpu", NULL);
        struct trial t;

        trial_make(&t, &s);
        for (size_t i = 0; i < t.k; i++)
            for (unsigned c = 1; c < n; c++)
                t.w[i * t.ld + c] = t.w[i * t.ld];
        for (size_t r = 0; r < s.rows; r++)
            for (unsigned c = 1; c < n; c++)
                t.dz[r * t.ld + c] = t.dz[r * t.ld];
        trial_run(&t, d);
        for (size_t r = 0; r < s.rows; r++)
            for (unsigned c = 1; c < n; c++)
                assert_memory_equal(&t.z[r * t.ld + c], &t.z[r * t.ld], sizeof(float));
        for (size_t i = 0; i < t.k; i++)
            for (unsigned c = 1; c < n; c++)
                assert_memory_equal(&t.v[i * t.ld + c], &t.v[i * t.ld], sizeof(float));
        trial_free(&t);
        il_device_close(d);
    }
}

/* a zero byte passes an infinite weight by, any other does not; dz past the end may be NaN */
static void infinities(void **state)
{
    const struct shape s = { 16, 61, 37, 2, 20, -1, 1 };
    il_device *const d = open_flavour("cpu", NULL);
    struct trial t;

    (void)state;
    trial_make(&t, &s);
    t.w[7 * t.ld + 3] = INFINITY;
    for (size_t r = t.live; r < s.rows; r++)
        t.dz[r * t.ld + 4] = NAN;
    trial_run(&t, d);
    for (unsigned r = 0; r < t.live; r++)
        assert_int_equal(isfinite(t.z[(size_t)r * t.ld + 3]), t.row[r][7] == 0);
    for (size_t i = 0; i < t.k; i++)
        assert_true(isfinite(t.v[i * t.ld + 4]));
    trial_free(&t);
    il_device_close(d);
}

/* lists give the images back, whatever is in them */
static void lists(void **state)
{
    static const size_t pixels[] = { 1, 2, 7, 8, 9, 64, 784, 1021 };

    (void)state;
    for (size_t k = 0; k < sizeof pixels / sizeof *pixels; k++) {
        enum { N = 40 };
        const size_t p = pixels[k];
        uint8_t *const images = make_images(N, p), *const back = calloc(N, p);
        uint32_t at[N];
        uint16_t part[N][IL_PARTS], *data;
        struct il_nonzero_sizes size;
        size_t entries = 0, most = 0;

        il_nonzero_lists_measure(&size, images, N, p);
        data = malloc((size.units + IL_LIST_SLACK) * sizeof *data);
        assert_true(images && back && data);
        il_nonzero_lists_make(images, N, p, at, part[0], data);
        for (size_t i = 0; i < N; i++) {
            const unsigned count = part[i][IL_PARTS - 1];
            const uint16_t *const list = data + at[i];
            const uint8_t *const bytes = (const uint8_t *)(list + count);

            for (unsigned e = 0; e < count; e++) {
                for (unsigned q = 0; q < IL_PARTS; q++)
                    assert_int_equal(list[e] < p * (q + 1) / IL_PARTS, e < part[i][q]);
                back[i * p + list[e]] = bytes[e];
            }
            entries += count;
            most = most > count ? most : count;
            assert_true(at[i] + count + (count + 1) / 2 == (i + 1 < N ? at[i + 1] : size.units));
        }
        assert_memory_equal(images, back, N * p);
        assert_int_equal(entries, size.entries);
        assert_int_equal(most, size.most);
        assert_int_equal(most, p); /* image 2 */
        free(images), free(back), free(data);
    }
    assert_true(
        il_nonzero_lists_possible(&(struct il_nonzero_sizes){ .units = UINT32_MAX }, 65535));
    assert_false(il_nonzero_lists_possible(&(struct il_nonzero_sizes){ .units = 1ull << 32 }, 784));
    assert_false(il_nonzero_lists_possible(&(struct il_nonzero_sizes){ 0 }, 65536));
}

/* ---- packs ----------------------------------------------------------------------------------- */

/* images of which about this share of the bytes is not 0 */
static il_dataset *make_set(double density)
{
    enum { TRAIN = 290, TEST = 50, SIDE = 28 };
    uint8_t *const images = malloc((size_t)TRAIN * SIDE * SIDE), labels[TRAIN];
    il_dataset *set = NULL;
    il_error err = { .text = "" };

    assert_non_null(images);
    for (size_t i = 0; i < (size_t)TRAIN * SIDE * SIDE; i++) {
        const struct il_words w = il_philox(SEED, i, 9);

        images[i] = il_uniform(w.v[0]) < density ? (uint8_t)(1 + w.v[1] % 255) : 0;
    }
    for (unsigned i = 0; i < TRAIN; i++)
        labels[i] = (uint8_t)(i % 10);
    {
        const il_samples train = { TRAIN, images, labels }, test = { TEST, images, labels };

        must(il_dataset_from(&set, SIDE, SIDE, train, test, &err), &err, "dataset");
    }
    free(images);
    return set;
}

/* runs with seeds 1 to count: 64 samples a batch, the last of 34; 3 epochs */
static il_pack *open_pack(il_device *d, const il_dataset *set, const char *layers, const char *init,
                          size_t count)
{
    il_config *c[32] = { NULL };

    for (size_t m = 0; m < count; m++) {
        char seed[24], rate[24];
        const struct setting s[] = { { "layers", layers },   { "init", init },  { "seed", seed },
                                     { "lr", rate },         { "batch", "64" }, { "epochs", "3" },
                                     { "validation", "30" }, { NULL, NULL } };

        snprintf(seed, sizeof seed, "%zu", m + 1);
        snprintf(rate, sizeof rate, "%g", 0.1 / (double)(m + 1));
        c[m] = make_config(s, NULL);
    }
    return pack_of(d, set, c, count);
}

struct outcome {
    float w[785 * 10];
    il_epoch e;
};

/* the runs of one pack, trained; run m in to[m] */
static void train(il_device *d, const il_dataset *set, size_t count, struct outcome *to)
{
    il_pack *const p = open_pack(d, set, "784-10", "he_normal", count);
    il_epoch out[32];
    il_error err = { .text = "" };

    for (int e = 0; e < 3; e++)
        assert_int_equal(il_pack_epoch(p, out, NULL, NULL, &err), IL_OK);
    for (size_t m = 0; m < count; m++) {
        assert_int_equal(il_pack_get(p, m, 0, to[m].w, to[m].w + 7840, &err), IL_OK);
        to[m].e = out[m];
    }
    il_pack_close(p);
}

/* a one-layer run: the same bits in packs of 1, 3, 16 and 32, in every flavour of CPU */
static void alone_and_in_packs(void **state)
{
    static const size_t sizes[] = { 1, 3, 16, 32 };
    struct outcome *const first = malloc(32 * sizeof *first), *const o = malloc(32 * sizeof *o);
    il_dataset *const set = make_set(0.2);
    int tried = 0;

    (void)state;
    assert_true(first && o);
    {
        il_device *const d = open_flavour("cpu", NULL);

        train(d, set, 32, first);
        il_device_close(d);
    }
    assert_true(memcmp(first[0].w, first[1].w, sizeof first->w) != 0);
    for (size_t f = 0; f < 3; f++) {
        il_device *const d = open_flavour("cpu", flavours[f]);

        for (size_t k = 0; d && k < 4; k++, tried++) {
            train(d, set, sizes[k], o);
            for (size_t m = 0; m < sizes[k]; m++) {
                assert_memory_equal(o[m].w, first[m].w, sizeof o->w);
                assert_true(o[m].e.cost == first[m].e.cost);
                assert_true(o[m].e.test_cost == first[m].e.test_cost);
                assert_true(o[m].e.validation_cost == first[m].e.validation_cost);
            }
        }
        il_device_close(d);
    }
    assert_true(tried >= 4);
    il_dataset_free(set);
    free(first), free(o);
}

/* the way a pack takes on a device that is opened under INITLAB_INPUT=asked */
static const char *way(const il_dataset *set, const char *asked)
{
    const char *found;
    il_device *d;
    il_pack *p;

    if (asked)
        setenv("INITLAB_INPUT", asked, 1);
    d = open_flavour("cpu", NULL);
    unsetenv("INITLAB_INPUT");
    p = open_pack(d, set, "784-10", "zeros", 1);
    found = il_pack_input(p);
    assert_int_equal(strcmp(found, "sparse") == 0, p->x == NULL);
    il_pack_close(p);
    il_device_close(d);
    return found;
}

/* sparse up to four bytes of ten, unless it is asked for otherwise */
static void choice(void **state)
{
    il_dataset *const thin = make_set(0.39), *const thick = make_set(0.41);
    il_device *d;
    il_error err = { .text = "" };

    (void)state;
    assert_string_equal(way(thin, NULL), "sparse");
    assert_string_equal(way(thick, NULL), "dense");
    assert_string_equal(way(thin, ""), "sparse");
    assert_string_equal(way(thin, "dense"), "dense");
    assert_string_equal(way(thick, "sparse"), "sparse");
    setenv("INITLAB_INPUT", "thin", 1);
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, &err), IL_E_DEVICE);
    assert_non_null(strstr(err.text, "dense or sparse"));
    unsetenv("INITLAB_INPUT");
    il_dataset_free(thin);
    il_dataset_free(thick);
}

/*
 * Both ways of a whole training, deep, with weights fitted to the data, and what inspect sees of it,
 * on the strict device. 15 steps, sums of at most 785 terms in another order, weights below 1 and
 * slopes that double an error a few times: 15 * 785 * 2^-24 = 7e-4 of what is compared.
 */
static void as_dense(void **state)
{
    il_dataset *const set = make_set(0.2);
    static float w[2][785 * 20];
    il_signal layer[2][2];
    il_epoch out[2][2];

    (void)state;
    for (int k = 0; k < 2; k++) {
        il_device *d;
        il_pack *p;
        il_error err = { .text = "" };

        setenv("INITLAB_INPUT", k ? "dense" : "sparse", 1);
        d = open_flavour("strict", NULL);
        unsetenv("INITLAB_INPUT");
        p = open_pack(d, set, "784-20-10", "lsuv", 2);
        assert_int_equal(il_inspect(p, 1, layer[k], &err), IL_OK);
        for (int e = 0; e < 3; e++)
            assert_int_equal(il_pack_epoch(p, out[k], NULL, NULL, &err), IL_OK);
        assert_int_equal(il_pack_get(p, 1, 0, w[k], w[k] + 784 * 20, &err), IL_OK);
        il_pack_close(p);
        il_device_close(d);
    }
    for (size_t i = 0; i < 785 * 20; i++)
        assert_true(fabsf(w[0][i] - w[1][i]) <= 7e-4f);
    for (int m = 0; m < 2; m++) {
        assert_true(fabs(out[0][m].cost - out[1][m].cost) <= 7e-4 * out[1][m].cost);
        assert_true(fabs(out[0][m].test_cost - out[1][m].test_cost) <= 7e-4 * out[1][m].test_cost);
    }
    for (int l = 0; l < 2; l++)
        assert_true(fabs(layer[0][l].z_variance - layer[1][l].z_variance) <=
                    7e-4 * layer[1][l].z_variance);
    il_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(products),
        cmocka_unit_test(large_weights),
        cmocka_unit_test(equal_columns),
        cmocka_unit_test(infinities),
        cmocka_unit_test(lists),
        cmocka_unit_test(alone_and_in_packs),
        cmocka_unit_test(choice),
        cmocka_unit_test(as_dense),
    };

    return cmocka_run_group_tests_name("sparse_input", tests, NULL, NULL);
}
