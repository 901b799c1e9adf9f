/*
 * ops_hash.c - every op of ops.def, and the CPU's sparse first layer, on drawn input; prints one hash
 * each of all that it wrote.
 *
 * check_bits.sh builds it by several compilers, with several options and grids: every build must
 * print the same. All NaN count as one, since their payload depends on the order of a sum's
 * operands, which is the compiler's. An op without a case does not compile.
 */
#include <stdio.h>
#include <stdlib.h>
#include "kernel.h"
#include "elementary.h"
#include "random.h"
#include "sparse_input.h"

enum { ROWS = 131, COLS = 19, RUNS = 3, BLOCK = 21, LD = 64, N = ROWS * LD, STEPS = 3 };

static uint64_t hash;
static struct il_device device;
static const struct il_clock now1 = { .now = 1, .steps = STEPS, .samples = 3 * ROWS - 5 };

static void add(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    while (n-- > 0)
        hash = (hash ^ *p++) * 0x100000001b3u;
}

static void add_floats(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float v = x[i] != x[i] ? IL_NAN : x[i];

        add(&v, sizeof v);
    }
}

/* n numbers, of which some are far out: every 41st is scaled to 1e-40 ... 1e38 */
static float *numbers(size_t n, uint64_t sub)
{
    float *x = malloc(n * sizeof *x);

    if (!x)
        exit(1);
    for (size_t i = 0; i < n; i++) {
        const struct il_words w = il_philox(20261123, i, sub);

        x[i] = 8.0f * il_uniform(w.v[0]) - 4.0f;
        if (i % 41 == 0)
            x[i] = as_float((w.v[1] & 0xff7fffffu) % 0xff000000u);
        x[i] = x[i] != x[i] ? 0.0f : x[i];
    }
    return x;
}

static void hash_fill(void)
{
    for (uint32_t law = 0; law < IL_LAW_COUNT; law++) {
        float *w = numbers(N, 1);
        struct il_fill f[RUNS];

        for (unsigned m = 0; m < RUNS; m++)
            f[m] = (struct il_fill){ .seed = 7 + m,
                                     .tensor = 9,
                                     .law = law,
                                     .a = 0.3f,
                                     .b = 0.7f,
                                     .low = -1.1f,
                                     .high = 1.7f,
                                     .first = { 0.02275013f, 0.02275013f },
                                     .step = { 2.2e-10f, 2.3e-10f },
                                     .above = (1u << 30) + m,
                                     .count = 3,
                                     .by_row = m % 2,
                                     .mirror = law < IL_LAW_SPARSE ? m : 0 };
        OP(fill)(&device, w, f, RUNS, ROWS, COLS, BLOCK, LD);
        add_floats(w, N);
        free(w);
    }
}

static void hash_orthogonal(void)
{
    float *w = numbers(N, 20), *work = numbers(RUNS * IL_ORTHOGONAL_WORK(ROWS, COLS), 21);
    struct il_fill f[RUNS];

    for (unsigned m = 0; m < RUNS; m++)
        f[m] = (struct il_fill){ .mirror = m, .after = IL_AFTER_ORTHOGONAL, .gain = 1.5f };
    OP(orthogonal)(&device, w, work, f, RUNS, ROWS, COLS, BLOCK, LD);
    OP(orthogonal)(&device, w, work, f, RUNS, COLS / 2, COLS, BLOCK, LD); /* a wide one */
    add_floats(w, N);
    free(work);
    free(w);
}

static void hash_moments(void)
{
    static struct il_moments out[LD];
    float *x = numbers(N, 22);

    OP(moments)(&device, out, x, ROWS, LD, LD, 0.5f);
    add(out, sizeof out);
    free(x);
}

static void hash_rescale(void)
{
    float *w = numbers(N, 23), *scale = numbers(LD, 24), *shift = numbers(LD, 25);

    OP(rescale)(&device, w, scale, shift, ROWS - 1, LD, LD);
    add_floats(w, N);
    free(shift);
    free(scale);
    free(w);
}

static void hash_gather(void)
{
    enum { SAMPLES = 3 * ROWS - 5, PIXELS = 59 };
    static uint8_t images[SAMPLES * PIXELS], labels[SAMPLES], label[ROWS];
    float *x = numbers(N, 2);
    struct il_clock clock = { .steps = STEPS };

    for (size_t i = 0; i < sizeof images; i++)
        images[i] = (uint8_t)(i * 37 >> 3);
    for (size_t i = 0; i < sizeof labels; i++)
        labels[i] = (uint8_t)i;
    il_order_keys(&clock, 5, 2, SAMPLES);
    for (clock.next = 0; clock.next <= STEPS; clock.next++) {
        OP(gather)(&device, x, label, images, labels, &clock, ROWS, PIXELS, LD);
        add_floats(x, N);
        add(label, sizeof label);
        add(&clock, sizeof clock);
    }
    free(x);
}

static void hash_activate(void)
{
    for (uint32_t code = 0; code < IL_ACT_COUNT; code++) {
        float *z = numbers(N, 3);
        const struct il_act act[RUNS] = { { code, 0.25f }, { code, 1.0f }, { code, 1.5f } };

        OP(activate)(&device, z, z, act, RUNS, ROWS, COLS, BLOCK, LD);
        add_floats(z, N);
        free(z);
    }
}

static void hash_activate_backward(void)
{
    const float ratio[RUNS] = { 1.0f, 0.3f, 3.0f };

    for (uint32_t code = 0; code < IL_ACT_COUNT; code++) {
        float *z = numbers(N, 4), *a = numbers(N, 5), *dz = numbers(N, 6);
        const struct il_act act[RUNS] = { { code, 0.25f }, { code, 1.0f }, { code, 1.5f } };

        OP(activate)(&device, a, z, act, RUNS, ROWS, COLS, BLOCK, LD);
        OP(activate_backward)(&device, dz, z, a, act, ratio, RUNS, ROWS, COLS, BLOCK, LD);
        add_floats(dz, N);
        free(z);
        free(a);
        free(dz);
    }
}

static void hash_loss(void)
{
    const float rate[RUNS * STEPS] = { .1f, .2f, .3f, .4f, .5f, .6f, .7f, .8f, .9f };
    uint8_t label[ROWS];

    for (unsigned r = 0; r < ROWS; r++)
        label[r] = (uint8_t)(r * 7 % COLS);
    for (uint32_t act = 0; act < IL_ACT_COUNT; act++)
        for (uint32_t code = 0; code < IL_LOSS_COUNT; code++) {
            float *z = numbers(N, 7), *dz = numbers(N, 8);
            struct il_clock clock = now1;
            struct il_sums sums[RUNS] = { { 1, 2, IL_NEVER }, { 3, 4, 5 }, { 6, 7, IL_NEVER } };
            const struct il_head head[RUNS] = { { { act, 0.5f }, code, 0.0f, 1e-7f, 1.0f },
                                                { { act, 1.0f }, code, 0.1f, 1e-2f, 0.1f },
                                                { { act, 1.5f }, code, 0.0f, 1e-7f, 0.5f } };

            clock.now = code % STEPS;
            OP(loss)
            (&device, dz, sums, z, label, head, rate, &clock, RUNS, ROWS, COLS, BLOCK, LD, 1);
            add_floats(dz, N);
            for (unsigned m = 0; m < RUNS; m++) {
                const float cost = (float)sums[m].cost;

                add_floats(&cost, 1);
                if (cost == cost)
                    add(&sums[m].cost, sizeof sums[m].cost);
                add(&sums[m].correct, 2 * sizeof sums[m].correct);
            }
            add(&clock, sizeof clock);
            free(z);
            free(dz);
        }
}

static void hash_sgd(void)
{
    const float rate[RUNS * STEPS] = { .1f, .2f, .3f, .4f, .5f, .6f, .7f, .8f, .9f };
    const float multiplier[2 * RUNS] = { 1.0f, 0.5f, 2.0f, 0.25f, 1.5f, 3.0f };

    for (unsigned rule = 0; rule < IL_RULE_COUNT; rule++)
        for (int decoupled = 0; decoupled < 2; decoupled++) {
            float *w = numbers(N, 9), *v = numbers(N, 10), *g = numbers(N, 11);

            OP(sgd)
            (&device, w, v, g, rate, multiplier, &now1, RUNS, ROWS, COLS, BLOCK, LD, rule, 0.9f,
             0.01f, decoupled, ROWS - 1);
            add_floats(w, N);
            add_floats(v, N);
            free(w);
            free(v);
            free(g);
        }
}

static void hash_adam(void)
{
    const float multiplier[2 * RUNS] = { 1.0f, 0.5f, 2.0f, 0.25f, 1.5f, 3.0f };
    const float rate[RUNS * STEPS] = { .1f, .2f, .3f, .4f, .5f, .6f, .7f, .8f, .9f };
    const float correction[2 * STEPS] = { 10, 30, 5, 20, 3, 15 };

    for (int decoupled = 0; decoupled < 2; decoupled++) {
        float *w = numbers(N, 12), *m = numbers(N, 13), *v = numbers(N, 14), *g = numbers(N, 15);

        OP(adam)
        (&device, w, m, v, g, rate, multiplier, correction, &now1, RUNS, ROWS, COLS, BLOCK, LD,
         0.9f, 0.999f, 1e-8f, 0.01f, decoupled, ROWS - 1);
        add_floats(w, N);
        add_floats(m, N);
        add_floats(v, N);
        free(w);
        free(m);
        free(v);
        free(g);
    }
}

/* lists of SAMPLES images with every fourth or so byte not 0, image 5 with none and 6 with all */
static struct il_lists drawn_lists(unsigned samples, unsigned pixels)
{
    uint32_t *const at = calloc(samples, sizeof *at);
    uint16_t *const part = calloc(samples * IL_PARTS, sizeof *part);
    uint16_t *const data = calloc(2 * samples * pixels + IL_LIST_SLACK, sizeof *data), *list = data;

    if (!at || !part || !data)
        exit(1);
    for (unsigned i = 0; i < samples; i++) {
        uint8_t byte[256];
        unsigned n = 0;

        for (unsigned j = 0; j < pixels; j++) {
            const struct il_words w = il_philox(20261123, i * pixels + j, 30);

            if (i != 5 && (i == 6 || w.v[0] % 4 == 0)) {
                list[n] = (uint16_t)j;
                byte[n++] = (uint8_t)(w.v[1] | 1);
                for (unsigned p = 0; p < IL_PARTS; p++)
                    part[i * IL_PARTS + p] += j < il_part_end(p, pixels);
            }
        }
        at[i] = (uint32_t)(list - data);
        memcpy(list + n, byte, n);
        list += n + (n + 1) / 2;
    }
    return (struct il_lists){ at, part, data };
}

static void hash_sparse_input(void)
{
    enum { BATCH = 37, PIXELS = 61, SAMPLES = 2 * BATCH + 9, K = 64, MOST = 333 };
    static uint32_t begin[BATCH * IL_PARTS + 1], pixel[PIXELS + 2];
    static uint16_t column[BATCH * PIXELS + IL_NONZERO_SLACK];
    static float value[BATCH * PIXELS + IL_NONZERO_SLACK];
    static _Alignas(64) float panel[IL_PANEL * BATCH];
    static uint16_t row[BATCH * PIXELS];
    static float scaled[BATCH * PIXELS];
    static uint8_t labels[SAMPLES], label[BATCH];
    struct il_clock clock = { .steps = 3 };
    const struct il_batch b = { .label = label,
                                .labels = labels,
                                .clock = &clock,
                                .rows = BATCH,
                                .pixels = PIXELS,
                                .k = K,
                                .lists = drawn_lists(SAMPLES, PIXELS),
                                .nonzero = { begin, column, value, pixel, row, scaled, panel } };

    il_order_keys(&clock, 5, 2, SAMPLES);
    for (unsigned n = 1; n <= MOST; n += n < 70 ? 1 : 41) { /* 70: a panel and some */
        float *w = numbers(K * MOST, 31), *dz = numbers(BATCH * MOST, 32),
              *z = numbers(BATCH * MOST, 33);

        for (clock.next = 0; clock.next < 3; clock.next++) {
            OP(sparse_input).gather(&b);
            OP(sparse_input).forward(&b, n, w, MOST, z, MOST);
            OP(sparse_input).update(&b, n, -0.3f, dz, MOST, n % 3 ? 1.0f : 0.5f, w, MOST);
            add(label, sizeof label);
            add_floats(z, BATCH * MOST);
            add_floats(w, K * MOST);
        }
        free(w), free(dz), free(z);
    }
}

int main(void)
{
#define X(name, params, args, bytes, flops)                                                        \
    hash = 0xcbf29ce484222325u;                                                                    \
    hash_##name();                                                                                 \
    printf(#name " %016llx\n", (unsigned long long)hash);
#include "ops.def"
#undef X
    hash = 0xcbf29ce484222325u;
    hash_sparse_input();
    printf("sparse_input %016llx\n", (unsigned long long)hash);
    return 0;
}
