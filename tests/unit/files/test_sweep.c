/*
 * test_sweep.c - sweep files: which runs they have, in which order, and what is wrong with others.
 */
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "initlab/initlab.h"
#include "config/run.h"
#include "support.h"

static char path[] = "/tmp/test_sweep.XXXXXX";

static void write_file(const char *text)
{
    FILE *const f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
}

static il_sweep *load(const char *text)
{
    il_sweep *s = NULL;
    il_error err = { .text = "" };

    write_file(text);
    must(il_sweep_load(&s, path, &err), &err, path);
    return s;
}

/* a run's varied values, separated by spaces */
static const char *told(const il_sweep *s, size_t run, char text[256])
{
    size_t n = 0;

    text[0] = 0;
    for (size_t i = 0; i < il_sweep_varied(s); i++)
        n += (size_t)snprintf(text + n, 256 - n, "%s%s", i ? " " : "",
                              il_sweep_value(s, run, i).value);
    return text;
}

static void check_runs(const char *file, const char *const *want)
{
    il_sweep *const s = load(file);
    char text[256];
    size_t n = 0;

    while (want[n])
        n++;
    if (il_sweep_runs(s) != n)
        fail_msg("%zu runs, not %zu, of\n%s", il_sweep_runs(s), n, file);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(told(s, i, text), want[i]);
    il_sweep_free(s);
}

static void grids(void **state)
{
    (void)state;
    check_runs("parameters:\n  init: {values: [he_normal, xavier]}\n  epochs: 3\nseeds: 0..2\n",
               (const char *[]){ "he_normal 0", "he_normal 1", "he_normal 2", "glorot_uniform 0",
                                 "glorot_uniform 1", "glorot_uniform 2", NULL });
    check_runs("description: one run\nparameters:\n  lr: {value: 0.5}\n",
               (const char *[]){ "", NULL });
    check_runs("method: grid\nseeds: [5, 9]\nparameters:\n  lr: [0.1, 1]\n",
               (const char *[]){ "5 0.1", "5 1", "9 0.1", "9 1", NULL });
    check_runs("zip: [[layers, lr]]\nparameters:\n  layers: [\"in,out\", \"in,8,out\"]\n"
               "  activation: [relu, tanh]\n  lr: [0.1, 0.2]\n",
               (const char *[]){ "in,out relu 0.1", "in,out tanh 0.1", "in,8,out relu 0.2",
                                 "in,8,out tanh 0.2", NULL });
    check_runs("parameters:\n  init: [zeros, ones]\n  activation: [relu, tanh, sigmoid]\n"
               "exclude:\n  - {init: zeros, activation: relu}\n  - activation: logistic\n",
               (const char *[]){ "zeros tanh", "ones relu", "ones tanh", NULL });
    check_runs("parameters:\n  optimizer: [sgd, adam]\n  lr: [0.1, 0.01]\n"
               "when: {lr: {optimizer: adam}}\n",
               (const char *[]){ "sgd 0.1", "adam 0.1", "adam 0.01", NULL });
}

/* What `when` leaves at its default, a zip must not take the other values of along. */
static void zip_with_when(void **state)
{
    (void)state;
    check_runs("parameters:\n  optimizer: [sgd, adam]\n  weight_decay: [\"l2:0.01\", \"l2:0.1\"]\n"
               "  lr: [0.5, 0.25]\nzip: [[weight_decay, lr]]\n"
               "when: {weight_decay: {optimizer: adam}}\n",
               (const char *[]){ "sgd none 0.5", "sgd none 0.25", "adam l2:factor=0.01 0.5",
                                 "adam l2:factor=0.1 0.25", NULL });
    check_runs("parameters:\n  optimizer: [sgd, adam]\n  schedule: [constant, cosine]\n"
               "  weight_decay: [\"l2:0.01\", \"l2:0.1\"]\nzip: [[weight_decay, schedule]]\n"
               "when: {weight_decay: {optimizer: adam}, schedule: {optimizer: adam}}\n",
               (const char *[]){ "sgd constant none", "adam constant l2:factor=0.01",
                                 "adam cosine l2:factor=0.1", NULL });
}

/* A `when` looks at values that count: a parameter at its default by another `when` has that one. */
static void chained_when(void **state)
{
    static const char rest[] =
        "  weight_decay: [none, \"l2:0.01\"]\n  schedule: [constant, cosine]\n"
        "when: {weight_decay: {optimizer: adam}, optimizer: {schedule: constant}}\n";
    char file[512];

    (void)state;
    snprintf(file, sizeof file, "parameters:\n  optimizer: [sgd, adam]\n%s", rest);
    check_runs(file, (const char *[]){ "sgd none constant", "sgd none cosine", "adam none constant",
                                       "adam l2:factor=0.01 constant", NULL });
    check_runs("parameters: {optimizer: [sgd, adam], weight_decay: [\"l2:0.01\", \"l2:0.1\"]}\n"
               "when: {weight_decay: {optimizer: adam}}\n"
               "exclude: [{weight_decay: none}]\n", /* no value of the list, but there is one */
               (const char *[]){ "adam l2:factor=0.01", "adam l2:factor=0.1", NULL });
    snprintf(file, sizeof file, "parameters:\n  optimizer: [adam, sgd]\n%s", rest);
    check_runs(file, (const char *[]){ "adam none constant", "sgd none cosine",
                                       "adam l2:factor=0.01 constant", "sgd none constant", NULL });
}

static void configs_and_ids(void **state)
{
    il_sweep *const s = load("parameters:\n  init: [xavier_uniform, he_normal]\n  batch: 64\n"
                             "  layers: \"in-8x2-out\"\nseeds: 0..1\n");
    il_sweep *const same = load("seeds: [1]\nparameters: {batch: 64, init: he_normal, "
                                "layers: \"in,8,8,out\"}\n");
    il_config *c = NULL;
    il_error err = { .text = "" };
    char id[4][17], other[17];

    (void)state;
    assert_int_equal(il_sweep_config(s, 3, &c, &err), IL_OK);
    assert_string_equal(il_config_get(c, "init"), "he_normal");
    assert_string_equal(il_config_get(c, "seed"), "1");
    assert_string_equal(il_config_get(c, "batch"), "64");
    assert_string_equal(il_config_get(c, "layers"), "in,8,8,out");
    il_config_free(c);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(il_sweep_id(s, i, "sum", id[i], &err), IL_OK);
        assert_int_equal(strlen(id[i]), 16);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(id[i], id[k]);
    }
    assert_int_equal(il_sweep_id(same, 0, "sum", other, &err), IL_OK);
    assert_string_equal(other, id[3]); /* of the config, not of how it was written */
    assert_int_equal(il_sweep_config(s, 4, &c, &err), IL_E_USAGE);
    il_sweep_free(s);
    il_sweep_free(same);
}

static void random_search(void **state)
{
    static const char file[] = "method: random\ncount: 400\nseed: 7\nparameters:\n"
                               "  lr: {min: 0.001, max: 1, distribution: log_uniform_values}\n"
                               "  batch: {min: 8, max: 11, distribution: int_uniform}\n"
                               "  init: [he_normal, lecun_normal]\n"
                               "exclude: [{init: he_normal, batch: 8}]\n";
    il_sweep *const a = load(file), *const b = load(file);
    size_t batches[12] = { 0 }, he = 0;
    double logs = 0;
    char x[256], y[256];

    (void)state;
    assert_int_equal(il_sweep_runs(a), 400);
    for (size_t i = 0; i < 400; i++) {
        const double lr = strtod(il_sweep_value(a, i, 0).value, NULL);
        const unsigned long batch = strtoul(il_sweep_value(a, i, 1).value, NULL, 10);

        assert_string_equal(told(a, i, x), told(b, i, y));
        assert_true(lr >= 0.001 && lr <= 1 && batch >= 8 && batch <= 11);
        logs += log10(lr) / 400;
        batches[batch]++;
        he += strcmp(il_sweep_value(a, i, 2).value, "he_normal") == 0;
        assert_false(batch == 8 && strcmp(il_sweep_value(a, i, 2).value, "he_normal") == 0);
    }
    /* uniform over 3 decades: mean -1.5, 5 sigma of 3 / sqrt(12 * 400); 3 of 7 kept pairs have he */
    assert_true(fabs(logs + 1.5) < 5 * 3 / sqrt(12.0 * 400));
    assert_true(fabs((double)he - 400 * 3.0 / 7) < 5 * sqrt(400 * 3.0 / 7 * 4 / 7));
    for (size_t i = 9; i < 12; i++)
        assert_true(fabs((double)batches[i] - 400 * 2.0 / 7) < 5 * sqrt(400 * 2.0 / 7 * 5 / 7));
    il_sweep_free(a);
    il_sweep_free(b);
}

/* a whole number is drawn as one; all that can be are found, however unlikely */
static void few_draws(void **state)
{
    il_sweep *const s =
        load("method: random\ncount: 12\nparameters: {epochs: {min: 0.5, max: 3.5},\n"
             "  optimizer: [sgd, adam], lr: [1, 2]}\n");
    size_t seen[4] = { 0 };

    (void)state;
    assert_int_equal(il_sweep_runs(s), 12);
    for (size_t i = 0; i < 12; i++)
        seen[strtoul(il_sweep_value(s, i, 0).value, NULL, 10) & 3]++;
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(seen[i], 4);
    il_sweep_free(s);
}

/* Values of a range as text: whole numbers of any size exact, others the double next to the decimal. */
static void ranges(void **state)
{
    static const struct {
        const char *text, *value[6];
    } want[] = {
        { "0..3", { "0", "1", "2", "3" } },
        { "999999999998..1000000000001",
          { "999999999998", "999999999999", "1000000000000", "1000000000001" } },
        { "20240101120000..20240101120002",
          { "20240101120000", "20240101120001", "20240101120002" } },
        { "9007199254740993..9007199254740995",
          { "9007199254740993", "9007199254740994", "9007199254740995" } },
        { "18446744073709551613..18446744073709551615+2",
          { "18446744073709551613", "18446744073709551615" } },
        { "18446744073709551615..18446744073709551615", { "18446744073709551615" } },
        { "1..18446744073709551615*10000000000", { "1", "10000000000" } },
        { "3000000000..18446744073709551615*3000000000", { "3000000000", "9000000000000000000" } },
        { "1..9+4", { "1", "5", "9" } },
        { "1e-3..1*10", { "0.001", "0.01", "0.1", "1" } },
        { "0.1..0.5+0.1", { "0.1", "0.2", "0.3", "0.4", "0.5" } },
        { "-0.2..0.2+0.1", { "-0.2", "-0.1", "0", "0.1", "0.2" } },
        { "0.1234567890123..0.3234567890123+0.1",
          { "0.1234567890123", "0.2234567890123", "0.3234567890123" } },
        { "0.12345678901234567..1*3", { "0.12345678901234567", "0.370370367037037" } },
        { "1..1.3*1.1", { "1", "1.1", "1.21" } },
        { "1..10*3.1622776601683795", { "1", "3.1622776601683795", "10" } },
        { "5..7.5+2.5", { "5", "7.5" } },
    };
    static const char *const none[] = { "3..1",
                                        "1..",
                                        "..3",
                                        "0..10*2",
                                        "1..3*1",
                                        "1..3+0",
                                        "0..1048576",
                                        "0..18446744073709551615",
                                        "18446744073709551615..18446744073709551614",
                                        "0..1e-7*x",
                                        "0..1+1e-7",
                                        "1e-3..1",
                                        "0.5..3.5",
                                        "a..b" };
    il_range r;
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        size_t n = 0;

        if (il_range_read(&r, want[i].text) != 1)
            fail_msg("%s is no range", want[i].text);
        while (n < 6 && want[i].value[n])
            n++;
        assert_int_equal(r.count, n);
        for (size_t k = 0; k < n; k++) {
            il_range_value(&r, k, text);
            assert_string_equal(text, want[i].value[k]);
        }
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (il_range_read(&r, none[i]) != -1)
            fail_msg("%s is a range", none[i]);
    assert_int_equal(il_range_read(&r, "17"), 0);
    assert_int_equal(il_range_read(&r, "0..1048575"), 1);
    assert_int_equal(r.count, 1048576);
}

/* Whole numbers are drawn within their bounds where doubles have gaps, and up to 2^64 - 1. */
static void whole_draws(void **state)
{
    static const struct {
        const char *min, *max;
        uint64_t least, most;
    } laws[] = { { "9007199254740993", "9007199254740995", 9007199254740993, 9007199254740995 },
                 { "9007199254740990", "9007199254740992", 9007199254740990, 9007199254740992 },
                 { "18446744073709551613", "18446744073709551615", UINT64_MAX - 2, UINT64_MAX },
                 { "0.5", "3", 1, 3 } };
    char file[256];
    il_sweep *s;
    uint64_t most = 0, least = UINT64_MAX, low_bits = 0, before = 0;

    (void)state;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        unsigned seen = 0;

        snprintf(file, sizeof file,
                 "method: random\ncount: 3\nseed: 18446744073709551615\n"
                 "parameters: {data_seed: {min: %s, max: %s}}\n",
                 laws[i].min, laws[i].max);
        s = load(file);
        assert_int_equal(il_sweep_runs(s), 3); /* three different ones, and so all there are */
        for (size_t k = 0; k < 3; k++) {
            const uint64_t x = strtoull(il_sweep_value(s, k, 0).value, NULL, 10);

            assert_true(x >= laws[i].least && x <= laws[i].most);
            seen |= 1u << (x - laws[i].least);
        }
        assert_int_equal(seen, 7);
        il_sweep_free(s);
    }
    s = load("method: random\ncount: 1000\n"
             "parameters: {seed: {min: 0, max: 18446744073709551615}}\n");
    for (size_t k = 0; k < 1000; k++) {
        const uint64_t x = strtoull(il_sweep_value(s, k, 0).value, NULL, 10);

        most = x > most ? x : most;
        least = x < least ? x : least;
        low_bits |= k ? (x ^ before) & 0xffff : 0;
        before = x;
    }
    /* of 1000 uniform ones: the ends lie within 2 % of the range but once in e^20 times */
    assert_true(least < UINT64_MAX / 50 && most > UINT64_MAX / 50 * 49);
    assert_int_equal(low_bits, 0xffff); /* and every bit is drawn */
    il_sweep_free(s);
}

/* The file is refused with these words behind its path; the place that they begin with is in fields, too. */
static void check_mistake(const char *file, const char *says)
{
    il_sweep *s = NULL;
    il_error err = { .text = "" }, bare = { .text = "" };
    char place[128];

    write_file(file);
    if (il_sweep_load(&s, path, &err) == IL_OK || s)
        fail_msg("accepted:\n%s", file);
    assert_int_equal(err.status, IL_E_DATA);
    if (!strstr(err.text, says))
        fail_msg("'%s' does not say '%s'", err.text, says);
    snprintf(place, sizeof place, "%s:%zu:%zu: ", path, err.line, err.column);
    if (strncmp(err.text, place, strlen(place)) != 0)
        fail_msg("'%s' does not begin with '%s'", err.text, place);
    assert_int_equal(il_sweep_parse(&s, NULL, file, strlen(file), &bare), IL_E_DATA);
    assert_string_equal(bare.text, err.text + strlen(place));
    assert_string_equal(bare.parameter, err.parameter);
    assert_true(bare.line == err.line && bare.column == err.column);
}

/* Each draw of a random sweep gets every seed, as long as seeds are not drawn with something else. */
static void seeds_of_draws(void **state)
{
    il_sweep *s = load("method: random\ncount: 4\nseeds: 5..7\n"
                       "parameters: {lr: {min: 0.1, max: 1}}\nexclude: [{seed: 7, lr: 0.1}]\n");

    (void)state;
    assert_int_equal(il_sweep_runs(s), 12);
    assert_int_equal(il_sweep_varied(s), 2);
    for (size_t r = 0; r < 12; r++)
        for (size_t i = 0; i < 2; i++) {
            const il_varied v = il_sweep_value(s, r, i), first = il_sweep_value(s, r / 3 * 3, i);

            if (strcmp(v.name, "seed") == 0)
                assert_int_equal(strtol(v.value, NULL, 10), 5 + r % 3);
            else
                assert_string_equal(v.value, first.value);
        }
    il_sweep_free(s);
    s = load("method: random\ncount: 2\nseeds: [1, 2]\nparameters: {lr: [0.1, 0.2]}\n"
             "zip: [[seed, lr]]\n");
    assert_int_equal(il_sweep_runs(s), 2);
    il_sweep_free(s);
}

/* W&B's own keys are passed over, and told of. */
static void passed_over(void **state)
{
    il_sweep *s = load("program: train.py\nmetric: {name: loss, goal: [a, {b: c}]}\nproject: p\n"
                       "command: [python, {x: y}]\nparameters: {lr: {distribution: categorical, "
                       "values: [0.1, 0.2]},\n"
                       "  batch: {value: 8, distribution: constant}}\n");

    (void)state;
    assert_int_equal(il_sweep_runs(s), 2);
    assert_string_equal(il_sweep_passed_over(s, 0), "metric");
    assert_string_equal(il_sweep_passed_over(s, 1), "program");
    assert_string_equal(il_sweep_passed_over(s, 3), "project");
    assert_null(il_sweep_passed_over(s, 4));
    il_sweep_free(s);
}

static void mistakes(void **state)
{
    static const char *const wrong[][2] = {
        { "", ":1:1: the file is empty" },
        { "runs: 3\n", ":1:1: a sweep has the keys" },
        { "parametrs:\n  lr: 1\n", "did you mean parameters" },
        { "parameters:\n  innit: zeros\n", ":2:3: no parameter 'innit'; did you mean 'init'" },
        { "parameters:\n  init: [zeros, he_nromal]\n", ":2:17: " },
        { "parameters:\n  init: [zeros, he_nromal]\n", "did you mean 'he_normal'" },
        { "parameters:\n  lr: [0.1, -1]\n", ":2:13: lr: " },
        { "parameters:\n  lr: []\n", "no values for 'lr'" },
        { "parameters:\n  lr: 1\n  lr: 2\n", ":3:3: a second 'lr'" },
        { "parameters:\n  lr: {min: 1, max: 2}\n", ":2:3: min and max need 'method: random'" },
        { "method: random\nparameters:\n  lr: 1\n", "needs count" },
        { "count: 3\nparameters:\n  lr: 1\n", "count is for method: random" },
        { "method: byes\n", ":1:9: a method is one of grid, random, not 'byes'" },
        { "method: bayes\n", ":1:9: no run here waits for the results of others" },
        { "method: random\ncount: 3\nparameters: {lr: {distribution: log_uniform, min: -9, max: "
          "-2}}\n",
          ":3:33: W&B's log_uniform takes the logarithms of its bounds: write log_uniform_values" },
        { "method: random\ncount: 3\nparameters: {lr: {distribution: q_uniform, min: 1, max: 2}}\n",
          ":3:33: W&B's laws by steps (q_) and of inverses (inv_) are not here: write values" },
        { "method: random\ncount: 3\nparameters: {lr: {distribution: inv_log_uniform, min: 1, max: "
          "2}}\n",
          "not 'inv_log_uniform'" },
        { "method: random\ncount: 3\nparameters: {lr: {distribution: categorical, min: 1, max: "
          "2}}\n",
          "constant takes a value, and categorical values: 'lr'" },
        { "parameters: {lr: 0.1:0.3}\n", ":1:18: a range is FIRST..LAST of whole numbers" },
        { "parameters: {lr: 1e-3-1e-1}\n", "not '1e-3-1e-1'" },
        { "parameters: {batch: 16 - 64}\n", "a range is FIRST..LAST" },
        { "seeds: 1-10\n", ":1:8: a range is FIRST..LAST" },
        { "parameters: {layers: \"in,3,out,in,4,out\"}\n", "where a second network begins" },
        { "early_terminate: {type: hyperband}\nparameters: {lr: 1}\n",
          ":1:1: runs of a pack are trained together" },
        { "run_cap: 5\nparameters: {lr: 1}\n", ":1:1: the number of random runs is count" },
        { "parameters: {lr: 1e-3..1}\n", ":1:18: a range is FIRST..LAST of whole numbers" },
        { "method: random\ncount: 2\nparameters:\n  lr: {min: 2, max: 1}\n", "min below max" },
        { "method: random\ncount: 2\nparameters:\n  lr: {min: 0, max: 1, distribution: "
          "log_uniform_values}\n",
          "min above 0" },
        { "method: random\ncount: 2\nparameters:\n  lr: {min: 1, max: 2, distribution: normal}\n",
          "a distribution is one of uniform" },
        { "seeds: 3..1\n", "FIRST..LAST" },
        { "seeds: x\n", "seed: " },
        { "parameters: {lr: &a 1, batch: *a}\n", "anchors and tags are not allowed" },
        { "parameters: {lr: [[1]]}\n", "expected a value" },
        { "zip: [[lr, batch]]\nparameters: {lr: [1, 2], batch: [8]}\n",
          ":1:12: zipped parameters" },
        { "zip: [[activation, data_seed], [lr, activation]]\nparameters: {activation: [relu, "
          "tanh],\n"
          "  lr: [1, 2], data_seed: [1, 2]}\n",
          ":1:37: in a zip already: 'activation'" },
        { "zip: [[lr, lr]]\nparameters: {lr: [1, 2]}\n", ":1:12: in a zip already: 'lr'" },
        { "zip: [[lr, bach]]\nparameters: {lr: [1, 2], batch: [8, 9]}\n",
          ":1:12: no such parameter in this sweep; did you mean batch" },
        { "parameters: {lr: 1}\nexclude: [{lr: 1}]\n", ":2:1: exclude leaves no run" },
        { "exclude: [{lr: fast}]\nparameters: {lr: 1}\n", ":1:12: lr: " },
        { "when: {momentum: {lr: 1}}\nparameters: {lr: 1}\n", "no such parameter" },
        { "when: {lr: {lr: 1}}\nparameters: {lr: [1, 2]}\n",
          ":1:13: a when must not depend on itself" },
        { "when: {batch: {lr: 1}, lr: {seed: 1}, seed: {lr: 2}}\nseeds: [1, 2]\n"
          "parameters: {lr: [1, 2], batch: [8, 9]}\n",
          ":1:29: a when must not depend on itself, as does that of 'lr'" },
        { "parameters:\n  init: [zeros, \"h*=load:/a/w.npy,out=load:w.npy\"]\n",
          ":2:17: init: a sweep goes on from any folder, so file: takes a path from / on, not "
          "'w.npy'" },
        { "parameters: {threads: 2, lr: 1}\n", ":1:14: each worker of a sweep has one thread, and "
                                               "there are more workers where there are "
                                               "more cores: leave out 'threads'" },
        { "exclude: [{}, {lr: 1}]\nparameters: {lr: [1, 2]}\n", ":1:12: expected terms" },
        { "when: {lr: {}}\nparameters: {lr: [1, 2]}\n", ":1:13: expected terms" },
#define EIGHT(x) x x x x x x x x
        { "exclude: [" EIGHT(EIGHT("{lr: 1}, ")) "{lr: 1}]\nparameters: {lr: [1, 2]}\n",
          ": too much: 64 rules of 8 terms each at most" },
#undef EIGHT
        { "zip: [[]]\nparameters: {lr: [1, 2]}\n", ":1:8: expected a list of names" },
        { "exclude: [{lr: 1, lr: 2}]\nparameters: {lr: [1, 2]}\n", ":1:19: a second 'lr'" },
        { "when: {lr: {batch: 8}, lr: {batch: 9}}\nparameters: {lr: [1, 2], batch: [8, 9]}\n",
          ":1:24: a second 'lr'" },
        { "exclude: [{lr: 7}]\nparameters: {lr: [1, 2.50]}\n",
          ":1:12: lr has in this sweep the values 1, 2.5, not '7'" },
        { "when: {batch: {lr: 0.1}}\nparameters: {lr: [1, 2], batch: [8, 9]}\n",
          ":1:16: lr has in this sweep the values 1, 2, not '0.1'" },
        { "parameters:\n\tlr: 1\n", ":2:1: " },
        { "parameters: {lr: 1}\n---\nparameters: {lr: 1}\n", "one document" },
        { "seeds: 0..99999\nparameters: {data_seed: [1,2,3,4,5,6,7,8,9,10,11]}\n",
          ":2:14: with the values of 'data_seed' there are more than 1000000 runs: divide them" },
        { "method: random\ncount: 100001\nseeds: 0..9\nparameters: {lr: {min: 1, max: 2}}\n",
          "with these seeds there are more than 1000000 runs: divide them" },
        { "method: random\ncount: 1000001\nparameters: {lr: {min: 1, max: 2}}\n", ":2:8: " },
        { "method: random\ncount: 2\nparameters: {epochs: {min: 0, max: 5}}\n",
          ":3:28: epochs: 0" },
        { "method: random\ncount: 2\nparameters:\n  epochs: {min: 1, max: 5, distribution: "
          "uniform}\n",
          ":4:42: a whole number's distribution is int_uniform" },
        { "method: random\ncount: 2\nparameters: {epochs: {min: 1.2, max: 1.8}}\n",
          ":3:28: no whole number" },
        { "method: random\ncount: 2\nparameters: {lr: {min: -1, max: 5}}\n", ":3:24: lr: -1" },
        { "method: random\ncount: 2\nparameters: {seed: {min: -1, max: 5}}\n",
          ":3:26: seed: '-1'" },
        { "method: random\ncount: 2\nparameters: {seed: {min: 1, max: 18446744073709551616}}\n",
          ":3:34: seed: 18446744073709551616 is no whole number below 2^64" },
        { "method: random\ncount: 2\nparameters: {seed: {min: 18446744073709551615, max: "
          "18446744073709551615}}\n",
          "min below max" },
        { "method: random\ncount: 2\nseed: 18446744073709551616\n",
          ":3:7: expected a whole number up to 18446744073709551615" },
        { "method: random\ncount: 2\nparameters: {lr: {max: 1e39, min: 1}}\n", ":3:24: lr: 1e+39" },
        { "method: random\ncount: 2\nparameters: {init: {min: 1, max: 2}}\n",
          ":3:26: no number, and so needs values: 'init'" },
        { "parameters: {batch: \"8\xff\"}\n", ":1:23: " },
        { "parameters:\n  lr: 1 # \xc3\xa4 \xff\n", ":2:13: " },
        { "method: random\ncount: 9\nparameters: {lr: [1, 2], batch: {min: 1, max: 4}}\n",
          ":2:1: of the 9 runs asked for, only 8 different ones can be" },
        { "method: random\ncount: 1000000\nparameters: {lr: {min: 1, max: 2}, batch: [8, 9]}\n"
          "exclude: [{batch: 8}, {batch: 9}]\n",
          ":2:1: of the 1000000 runs asked for, 0 were found: then 1001 draws" },
        { "method: random\ncount: 3\nparameters: {optimizer: [sgd, adam], batch: [8, 9]}\n"
          "when: {batch: {optimizer: adam}}\nexclude: [{batch: 8}]\n",
          ":2:1: of the 3 runs asked for, 2 were found: then 1021 draws" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        check_mistake(wrong[i][0], wrong[i][1]);
    {
        il_sweep *s = NULL;
        il_error err = { .text = "" };

        assert_int_equal(il_sweep_load(&s, "/nowhere/sweep.yaml", &err), IL_E_DATA);
        assert_non_null(strstr(err.text, "/nowhere/sweep.yaml"));
    }
}

/* a run that a dataset does not fit is named, and the place of what is wrong with it */
static void runs_and_dataset(void **state)
{
    static const struct {
        const char *file, *says, *parameter;
        size_t line;
    } wrong[] = {
        { "seeds: 0..1\nparameters:\n  batch: [8, 41]\n  lr: 1\n",
          ":3:3: run 1 (seed=0, batch=41): batch: 41 is more", "batch", 3 },
        { "parameters: {batch: 8, init: [zeros, random_walk], activation: tanh}\n",
          ":1:24: run 1 (init=random_walk): random_walk: ", "init", 1 },
        { "seeds: 0\n", ": run 0: batch: 128 is more", "batch", 0 }, /* the default */
    };
    static uint8_t images[40 * 4], labels[40];
    const il_samples all = { 40, images, labels };
    il_dataset *set = NULL;
    il_error err = { .text = "" };

    (void)state;
    for (int i = 0; i < 40; i++)
        labels[i] = (uint8_t)(i % 3);
    assert_int_equal(il_dataset_from(&set, 2, 2, all, all, &err), IL_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        il_sweep *const s = load(wrong[i].file);

        assert_int_equal(il_sweep_check(s, set, &err), IL_E_DATA);
        if (strncmp(err.text, path, strlen(path)) != 0 || !strstr(err.text, wrong[i].says))
            fail_msg("'%s' does not say '%s'", err.text, wrong[i].says);
        assert_string_equal(err.parameter, wrong[i].parameter);
        assert_int_equal(err.line, wrong[i].line);
        il_sweep_free(s);
    }
    il_dataset_free(set);
}

/* a large grid is held as one number a run */
static void twenty_thousand_runs(void **state)
{
    il_sweep *const s = load("parameters:\n  init: [he_normal, he_uniform, lecun_normal, zeros]\n"
                             "  lr: [0.1, 0.2, 0.3, 0.4, 0.5]\nseeds: 0..999\n");
    char text[256];

    (void)state;
    assert_int_equal(il_sweep_runs(s), 20000);
    assert_string_equal(told(s, 19999, text), "zeros 0.5 999");
    assert_string_equal(told(s, 5000, text), "he_uniform 0.1 0");
    il_sweep_free(s);
}

/* runs are dealt by pack key: every run once, keys apart, sizes full but for the last of a key */
static void packs(void **state)
{
    il_sweep *const s = load("parameters:\n  layers: [\"in,out\", \"in,8,out\"]\n"
                             "  init: [he_normal, mup, zeros]\n  lr: [0.1, 1]\nseeds: 0..9\n");
    il_sweep_plan *plan = NULL, *again = NULL;
    il_error err = { .text = "" };
    size_t seen[120] = { 0 }, full = 0;

    (void)state;
    assert_int_equal(il_sweep_runs(s), 120);
    assert_int_equal(il_sweep_plan_new(&plan, s, &(il_packing){ 0 }, &err), IL_E_USAGE);
    assert_int_equal(il_sweep_plan_new(&plan, s, &(il_packing){ .runs = 16 }, &err), IL_OK);
    assert_int_equal(il_sweep_plan_new(&again, s, &(il_packing){ .runs = 16 }, &err), IL_OK);
    assert_int_equal(plan->runs, 120);
    assert_int_equal(plan->keys, 4);   /* two shapes, and mup apart from the others */
    assert_int_equal(plan->packs, 10); /* 40 in 3, 20 in 2, twice */
    for (size_t p = 0; p < plan->packs; p++) {
        const il_sweep_pack *const k = &plan->pack[p];
        const size_t lead = plan->order[k->first];

        assert_true(k->count >= 1 && k->count <= 16);
        full += k->count == 16;
        assert_memory_equal(k, &again->pack[p], sizeof *k);
        for (size_t i = 0; i < k->count; i++) {
            const size_t run = plan->order[k->first + i];

            seen[run]++;
            assert_string_equal(il_sweep_value(s, run, 0).value, il_sweep_value(s, lead, 0).value);
            assert_int_equal(strcmp(il_sweep_value(s, run, 1).value, "mup") == 0,
                             strcmp(il_sweep_value(s, lead, 1).value, "mup") == 0);
        }
    }
    assert_int_equal(full, 6);
    for (size_t i = 0; i < 120; i++)
        assert_int_equal(seen[i], 1);
    il_sweep_plan_free(plan);
    il_sweep_plan_free(again);
    il_sweep_free(s);
}

/* Wide networks train fewer at a time: by their weights, but one at least. */
static void packs_by_width(void **state)
{
    il_sweep *const s =
        load("parameters:\n  layers: [\"in,out\", \"in,256x2,out\", \"in,4000,out\"]\n"
             "seeds: 0..63\n");
    const il_packing how = { .runs = 32, .weights = 5 << 18, .inputs = 784, .classes = 10 };
    const size_t most[] = { 32, 4, 1 }; /* of 7,850, 269,322 and 3,180,010 weights */
    il_sweep_plan *plan = NULL;
    il_error err = { .text = "" };

    (void)state;
    assert_int_equal(il_sweep_plan_new(&plan, s, &how, &err), IL_OK);
    assert_int_equal(plan->packs, 2 + 16 + 64);
    for (size_t p = 0; p < plan->packs; p++)
        assert_int_equal(plan->pack[p].count, most[plan->pack[p].key]);
    il_sweep_plan_free(plan);
    il_sweep_free(s);
}

/* bytes of weights and state of so many runs like the sweep's first, as a device would hold them */
static size_t state_of(const il_sweep *s, size_t runs, il_device *device, const il_dataset *set)
{
    const il_config **const same = calloc(runs, sizeof *same);
    il_config *c = NULL;
    il_error err = { .text = "" };
    il_memory m;

    assert_non_null(same);
    assert_int_equal(il_sweep_config(s, 0, &c, &err), IL_OK);
    for (size_t i = 0; i < runs; i++)
        same[i] = c;
    if (il_pack_bytes(&m, device, set, same, runs, &err) != IL_OK)
        fail_msg("%s", err.text);
    il_config_free(c);
    free(same);
    return m.weights + m.optimizer;
}

/* runs of the first pack of a sweep of one key and 400 seeds, within limits */
static size_t within(const char *layers, const char *more, il_pack_limits limits, size_t samples,
                     il_sweep **out)
{
    const il_packing how = {
        .runs = 300, .inputs = 6, .classes = 3, .samples = samples, .limits = limits
    };
    il_sweep_plan *plan = NULL;
    il_error err = { .text = "" };
    char text[300];
    size_t count;

    snprintf(text, sizeof text, "parameters:\n  layers: [\"%s\"]\n%sseeds: 0..399\n", layers, more);
    *out = load(text);
    assert_int_equal(il_sweep_plan_new(&plan, *out, &how, &err), IL_OK);
    for (size_t p = 0; p + 1 < plan->packs; p++)
        assert_int_equal(plan->pack[p].count, plan->pack[0].count);
    count = plan->pack[0].count;
    il_sweep_plan_free(plan);
    return count;
}

/* Limits of bytes: as many runs as a device's own plan has within them, and not one more; whatever the rule keeps. */
static void packs_within_bytes(void **state)
{
    static const char *const rules[] = {
        "  batch: 20\n",
        "  batch: 20\n  optimizer: momentum\n",
        "  batch: 20\n  optimizer: adam\n",
        "  batch: 20\n  weight_decay: \"l2:0.1\"\n",
        "  batch: 20\n  init: mup\n",
        "  batch: 300\n",
    };
    static uint8_t images[400 * 6], labels[400];
    const il_samples all = { 400, images, labels };
    const size_t limit = 100000;
    il_device *device = NULL;
    il_dataset *set = NULL;
    il_error err = { .text = "" };

    (void)state;
    for (int i = 0; i < 400; i++)
        labels[i] = (uint8_t)(i % 3);
    assert_int_equal(il_dataset_from(&set, 2, 3, all, all, &err), IL_OK);
    assert_int_equal(il_device_open(&device, "cpu", 1, NULL, &err), IL_OK);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        il_sweep *s = NULL;
        const size_t most =
            within("in,9,out", rules[i], (il_pack_limits){ .bytes = limit }, 400, &s);

        assert_true(most > 1 && most < 300);
        assert_true(state_of(s, most, device, set) <= limit);
        assert_true(state_of(s, most + 1, device, set) > limit);
        il_sweep_free(s);
        assert_int_equal(within("in,9,out", rules[i], (il_pack_limits){ .bytes = 1 }, 400, &s), 1);
        il_sweep_free(s);
    }
    il_device_close(device);
    il_dataset_free(set);
}

/* Limits of columns and of elements, by sizes worked out by hand from layout.h. */
static void packs_within_sizes(void **state)
{
    static const struct {
        const char *layers, *more;
        il_pack_limits limits;
        size_t samples, most;
    } all[] = {
        { "in,out", "  batch: 20\n", { 0 }, 400, 300 },
        /* one layer: 3 columns a run; else 9 and a constant up to a multiple of 8: 16 */
        { "in,out", "  batch: 20\n", { .columns = 100 }, 400, 33 },
        { "in,9,out", "  batch: 20\n", { .columns = 100 }, 400, 6 },
        { "in,9,out", "  batch: 20\n", { .columns = 1 }, 400, 1 },
        /* batch 5000, 40 tiles of the loss: z is [5120, 3 runs up to 16]: 33 runs have 112 columns, 37 too, 38 have 128 */
        { "in,out", "  batch: 5000\n", { .elements = 5120 * 112 }, 6000, 37 },
        { "in,out", "  batch: 5000\n", { .elements = 5120 * 112 - 1 }, 6000, 32 },
        /* rates [runs, steps]: 1,000,000 steps; z has 128 rows of 3 columns a run */
        { "in,out", "  batch: 1\n", { .elements = 7999999 }, 1000000, 7 },
        /* 2^31 - 1, as on every device: 60,000 rows of 300 runs of 9,000 units would be 1.6e11 */
        { "in,9000,out", "  batch: 60000\n", { .elements = INT32_MAX }, 60000, 3 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        il_sweep *s = NULL;
        const size_t most = within(all[i].layers, all[i].more, all[i].limits, all[i].samples, &s);

        if (most != all[i].most)
            fail_msg("row %zu: %zu runs, not %zu", i, most, all[i].most);
        il_sweep_free(s);
    }
}

/* What suits a kind of device; a device's name is of its kind; a number of runs alone leaves out the weights. */
static void packings(void **state)
{
    il_packing cpu, cuda, one, none;

    (void)state;
    il_packing_for(&cpu, "cpu", 0);
    il_packing_for(&cuda, "cuda", 0);
    il_packing_for(&one, "cuda:1", 7);
    il_packing_for(&none, "cud", 0);
    assert_int_equal(cpu.runs, 32);
    assert_int_equal(cpu.weights, 5 << 18);
    assert_int_equal(cpu.units, 0);
    assert_true(cuda.runs >= 3379);
    assert_int_equal(cuda.weights, 0);
    assert_int_equal(cuda.units, 33792);
    assert_int_equal(one.units, 0);
    assert_int_equal(one.runs, 7);
    assert_memory_equal(&one.limits, &cuda.limits, sizeof one.limits);
    assert_true(cpu.limits.elements < (size_t)1 << 31 && cuda.limits.elements < (size_t)1 << 31);
    assert_int_equal(none.limits.columns + none.limits.bytes + none.limits.elements, 0);
    il_packing_for(&cpu, "cpu", 33);
    assert_int_equal(cpu.runs, 33);
    assert_int_equal(cpu.weights, 0);
}

/* a parameter is in the key exactly where two runs that differ in it cannot share a pack */
static void keys_are_conflicts(void **state)
{
    static const char *const other[][2] = {
        { "layers", "in,9,out" },
        { "activation", "tanh" },
        { "output", "linear" },
        { "loss", "mse" },
        { "init", "zeros" },
        { "optimizer", "adam" },
        { "lr", "0.5" },
        { "schedule", "cosine" },
        { "weight_decay", "l2:0.1" },
        { "label_smoothing", ".1" },
        { "batch", "7" },
        { "epochs", "3" },
        { "seed", "9" },
        { "math", "tf32" },
        { "validation", "5" },
        { "drop_last", "yes" },
        { "data_seed", "3" },
        { "eval_train", "yes" },
    };
    static uint8_t images[40 * 4], labels[40];
    const il_samples all = { 40, images, labels };
    il_dataset *set = NULL;
    const il_parameter *p;
    il_error err = { .text = "" };

    (void)state;
    for (int i = 0; i < 40; i++)
        labels[i] = (uint8_t)(i % 3);
    assert_int_equal(il_dataset_from(&set, 2, 2, all, all, &err), IL_OK);
    for (size_t i = 0; (p = il_parameter_at(i)); i++) {
        il_config *c[2];
        struct il_run run[2];

        assert_string_equal(p->name, other[i][0]);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(il_config_new(&c[k], &err), IL_OK);
            assert_int_equal(il_config_set(c[k], "batch", "16", &err), IL_OK);
            if (k && il_config_set(c[k], p->name, other[i][1], &err) != IL_OK)
                fail_msg("%s", err.text);
            if (il_run_resolve(&run[k], c[k], set, &err) != IL_OK)
                fail_msg("%s", err.text);
            il_config_free(c[k]);
        }
        if ((il_run_conflict(&run[0], &run[1]) != NULL) != p->in_key)
            fail_msg("%s is %sin the key", p->name, p->in_key ? "" : "not ");
        il_run_free(&run[0]);
        il_run_free(&run[1]);
    }
    il_dataset_free(set);
}

/* the example of docs/formats.md is one: 3 schemes x 2 zipped, less one, x (sgd, adam x 2) x 30 */
static void documented_example(void **state)
{
    FILE *const f = fopen(INITLAB_SOURCE_DIR "/docs/formats.md", "r");
    static char text[1 << 16];
    char *begin, *end;
    il_sweep *s;

    (void)state;
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    begin = strstr(text, "```yaml\ndescription: which scheme");
    assert_non_null(begin);
    begin += strlen("```yaml\n");
    end = strstr(begin, "```");
    assert_non_null(end);
    *end = 0;
    s = load(begin);
    assert_int_equal(il_sweep_runs(s), 5 * 3 * 30);
    il_sweep_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grids),
        cmocka_unit_test(zip_with_when),
        cmocka_unit_test(chained_when),
        cmocka_unit_test(configs_and_ids),
        cmocka_unit_test(random_search),
        cmocka_unit_test(few_draws),
        cmocka_unit_test(ranges),
        cmocka_unit_test(whole_draws),
        cmocka_unit_test(seeds_of_draws),
        cmocka_unit_test(passed_over),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(runs_and_dataset),
        cmocka_unit_test(twenty_thousand_runs),
        cmocka_unit_test(documented_example),
        cmocka_unit_test(packs),
        cmocka_unit_test(packs_by_width),
        cmocka_unit_test(packs_within_bytes),
        cmocka_unit_test(packs_within_sizes),
        cmocka_unit_test(packings),
        cmocka_unit_test(keys_are_conflicts),
    };
    const int fd = mkstemp(path);
    int failed;

    if (fd < 0)
        return 1;
    close(fd);
    failed = cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
    unlink(path);
    return failed;
}
