/*
 * ops_hash.c - every op of ops.def, and the CPU's sparse first layer, on drawn input; prints one hash
 * each of all that it wrote.
 *
 * check_bits.sh builds it by several compilers, with several options and grids: every build must
 * print the same. All NaN count as one, since their payload depends on the order of a sum's
 * operands, which is the compiler's. The ops' arguments are the self-test's cases.
 */
#include <stdio.h>
#include <stdlib.h>
#include "kernel.h"
#include "elementary.h"
#include "random.h"
#include "host_device.h"
#include "sparse_input.h"

static uint64_t hash;

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

/* ---- ops ------------------------------------------------------------------------------------- */

/* what a case writes on these kernels, with rare numbers and without */
static void hash_case(const struct il_case *c)
{
    static const struct il_case_shape shape = { 131, 19, 3, 1 };
    static const struct il_seam seam = {
        HOST_MEMORY,
#define X(name, params, args, bytes, flops) .name = OP(name),
#include "ops.def"
#undef X
    };

    for (int plain = 0; plain < 2; plain++) {
        struct host d = host_open(&seam);
        struct il_trial t = il_trial_run(&d.head, c, &shape, 20261123, plain);

        if (t.code || t.words == 0)
            exit(1);
        for (size_t i = 0; i < t.words; i++)
            add_floats(&(const float){ as_float(t.record[i]) }, 1);
        free(t.record);
    }
}

/* ---- the sparse first layer ------------------------------------------------------------------ */

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
    for (const struct il_case *c = il_cases; c < il_cases + IL_OPS; c++) {
        hash = 0xcbf29ce484222325u;
        hash_case(c);
        printf("%s %016llx\n", c->name, (unsigned long long)hash);
    }
    hash = 0xcbf29ce484222325u;
    hash_sparse_input();
    printf("sparse_input %016llx\n", (unsigned long long)hash);
    return 0;
}
