/*
 * test_ops.c - every op of kernels/ops.def, in every flavour that this CPU can run, against
 * references in double (tests/ops_reference.h); and equal bits from all flavours.
 *
 * The arguments are the self-test's cases: once with ordinary numbers and all combinations of
 * activations and losses, once with rare numbers among them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "ops_reference.h"

static const uint64_t SEED = 20261123;

static size_t flavours(const struct ops *out[3])
{
    size_t n = 0;

    out[n++] = &base_ops;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        out[n++] = &v3_ops;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        out[n++] = &v4_ops;
#endif
    return n;
}

/* ---- every op -------------------------------------------------------------------------------- */

static struct il_trial run_flavour(const struct ops *o, const struct il_case *c,
                                   const struct il_case_shape *s, uint64_t seed, int plain)
{
    struct checked d = { host_open(&checked_seam), o };
    const struct il_trial t = il_trial_run(&d.host.head, c, s, seed, plain);

    assert_int_equal(t.code, 0);
    assert_true(t.words > 0);
    return t;
}

static void run_case(const struct il_case *c, unsigned rows, unsigned cols, unsigned runs,
                     uint64_t seed, int plain)
{
    const struct il_case_shape shape = { rows, cols, runs, 1 };
    const struct ops *flavour[3];
    const size_t count = flavours(flavour);
    struct il_trial first = run_flavour(flavour[0], c, &shape, seed, plain);

    for (size_t f = 1; f < count; f++) {
        struct il_trial t = run_flavour(flavour[f], c, &shape, seed, plain);

        if (t.words != first.words || il_trial_difference(&t, &first, 0) != t.words)
            fail_msg("%s: %s and %s differ at %u x %u, %u runs", c->name, flavour[0]->flavour,
                     flavour[f]->flavour, rows, cols, runs);
        free(t.record);
    }
    free(first.record);
}

/* Sizes that fit nothing: 1x1, 7x3, more rows than lanes, more classes than a chunk. */
static const struct {
    unsigned rows, cols, runs;
} shapes[] = {
    { 1, 1, 1 },  { 7, 3, 1 },  { 7, 3, 3 },   { 5, 10, 5 },  { 131, 10, 1 },
    { 9, 17, 3 }, { 3, 37, 1 }, { 2, 300, 1 }, { 129, 5, 3 },
};

static void test_every_op(void **state)
{
    (void)state;
    print_message("test_ops: seed %llu\n", (unsigned long long)SEED);
    for (size_t c = 0; c < IL_OPS; c++)
        for (int plain = 0; plain < 2; plain++) {
            for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
                run_case(&il_cases[c], shapes[s].rows, shapes[s].cols, shapes[s].runs, SEED + s,
                         plain);
            for (unsigned i = 0; i < 4; i++) { /* and some at random */
                const struct il_words w = il_philox(SEED, i, 99);

                run_case(&il_cases[c], 1 + w.v[0] % 40, 1 + w.v[1] % 30, 1 + w.v[2] % 5,
                         SEED + 100 + i, plain);
            }
        }
}

/* ---- exact demands on the loss --------------------------------------------------------------- */

/* One row of logits, one run. */
static struct il_sums one_row_of(const struct ops *o, const float *z, float *dz, unsigned classes,
                                 uint8_t label, uint32_t act, uint32_t code, unsigned step,
                                 uint32_t diverged)
{
    const struct il_head head = { { act, 1.0f }, code, 1.0f, 0.0f, 1e-7f, 1.0f };
    struct il_clock clock = { .now = step, .steps = 9, .samples = 9 };
    struct il_sums sums = { 0, 0, diverged };
    struct il_device d = { 0 };

    o->loss(&d, dz, &sums, NULL, z, &label, &head, NULL, &clock, 1, 1, classes, classes, classes, 1);
    return sums;
}

/* of a run that was well until now */
static struct il_sums one_row(const struct ops *o, const float *z, float *dz, unsigned classes,
                              uint8_t label, uint32_t act, uint32_t code, unsigned step)
{
    return one_row_of(o, z, dz, classes, label, act, code, step, IL_NEVER);
}

static void test_ones_with_tanh_stand_still(void **state)
{
    const struct ops *flavour[3];
    float z[10], dz[10];

    (void)state;
    for (int k = 0; k < 10; k++)
        z[k] = 9.2f; /* any saturated sum: tanh is 1 there, and 1 - a a is 0 */
    for (size_t f = flavours(flavour); f-- > 0;) {
        const struct il_sums s = one_row(flavour[f], z, dz, 10, 3, IL_ACT_TANH, IL_LOSS_MSE, 0);

        assert_true(s.cost == 9.0);
        assert_int_equal(s.correct, 0); /* all equal: class 0 */
        for (int k = 0; k < 10; k++)
            assert_true(dz[k] == 0.0f);
    }
}

static void test_raw_cross_entropy_of_zeros_is_nan(void **state)
{
    const struct ops *flavour[3];
    const float z[3] = { 0, 0, 0 };
    float dz[3];

    (void)state;
    for (size_t f = flavours(flavour); f-- > 0;) {
        struct il_sums s = one_row(flavour[f], z, dz, 3, 0, IL_ACT_TANH, IL_LOSS_CROSS_ENTROPY, 4);

        assert_true(isnan(s.cost));
        assert_int_equal(s.diverged, 4);
        s = one_row_of(flavour[f], z, dz, 3, 0, IL_ACT_TANH, IL_LOSS_CROSS_ENTROPY, 4, 2);
        assert_int_equal(s.diverged, 2); /* the first step that did */
        s = one_row(flavour[f], z, dz, 3, 0, IL_ACT_SIGMOID, IL_LOSS_CROSS_ENTROPY, 4);
        near(s.cost, 0.69314718, 4 * EPS, "ln 2");
        assert_int_equal(s.diverged, IL_NEVER);
        s = one_row(flavour[f], z, dz, 3, 0, IL_ACT_LINEAR, IL_LOSS_CROSS_ENTROPY_CLIP, 4);
        near(s.cost, 16.118096, 4e-6, "-log 1e-7");
        assert_true(dz[0] == 0.0f);
    }
}

static void test_nan_predicts_nothing_and_ties_go_to_the_first(void **state)
{
    const struct ops *flavour[3];
    const float nan_row[3] = { 1, NAN, 0 }, tie[3] = { 1, 2, 2 }, inf[3] = { 1, INFINITY, 0 };
    float dz[3];

    (void)state;
    for (size_t f = flavours(flavour); f-- > 0;)
        for (uint32_t code = 0; code < IL_LOSS_COUNT; code++) {
            for (uint8_t y = 0; y < 3; y++) {
                struct il_sums s = one_row(flavour[f], nan_row, dz, 3, y, IL_ACT_LINEAR, code, 1);

                assert_int_equal(s.correct, 0);
                assert_true(isnan(s.cost));
                assert_int_equal(s.diverged, 1);
                s = one_row(flavour[f], tie, dz, 3, y, IL_ACT_SOFTMAX, code, 1);
                assert_int_equal(s.correct, y == 1);
                s = one_row(flavour[f], inf, dz, 3, y, IL_ACT_SOFTMAX, code, 2);
                assert_int_equal(s.correct, 0); /* inf - inf: no softmax */
                assert_int_equal(s.diverged, 2);
            }
        }
}

/* g = 1 twice, mu .9, lr .1 then .01: the two momenta part */
static void test_momentum_forms_differ_when_the_rate_changes(void **state)
{
    const float g = 1, rate[2] = { 0.1f, 0.01f };
    const double want[2] = { -0.200, -0.119 };
    struct il_device d = { 0 };

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        float w = 0, v = 0;

        for (unsigned step = 0; step < 2; step++) {
            const struct il_clock clock = { .now = step, .steps = 2 };

            base_ops.sgd(&d, &w, &v, &g, rate, NULL, &clock, 1, 1, 1, 1, 1,
                         i ? IL_RULE_MOMENTUM_TORCH : IL_RULE_MOMENTUM_KERAS, 0.1f, 0, 0, 0);
        }
        near((double)w, want[i], 8 * EPS, "theta 2");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ones_with_tanh_stand_still),
        cmocka_unit_test(test_every_op),
        cmocka_unit_test(test_raw_cross_entropy_of_zeros_is_nan),
        cmocka_unit_test(test_nan_predicts_nothing_and_ties_go_to_the_first),
        cmocka_unit_test(test_momentum_forms_differ_when_the_rate_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
