/*
 * test_random.c - the generator's words against known answers and against the real cuRAND, the
 * uniform and normal numbers made of them, and the order of samples.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <dlfcn.h>
#include <math.h>
#include <cmocka.h>
#include "kernel.h"
#include "elementary.h"
#include "random.h"

static void test_known_answers(void **state)
{
    FILE *f = fopen(INITLAB_SOURCE_DIR "/tests/golden/philox.txt", "r");
    char line[256];
    int cases = 0;

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        uint32_t c[4], k[2], r[4];
        struct il_words w;

        if (line[0] == '#')
            continue;
        assert_int_equal(sscanf(line, "%x %x %x %x %x %x %x %x %x %x", &c[0], &c[1], &c[2], &c[3],
                                &k[0], &k[1], &r[0], &r[1], &r[2], &r[3]),
                         10);
        w = il_philox((uint64_t)k[1] << 32 | k[0], (uint64_t)c[1] << 32 | c[0],
                      (uint64_t)c[3] << 32 | c[2]);
        assert_memory_equal(w.v, r, sizeof r);
        cases++;
    }
    fclose(f);
    assert_int_equal(cases, 4);
}

/*
 * The host generator of the real libcurand. Its flat position n is word n & 3 of quad n / 4, which
 * is counter quad / 65536 of subsequence quad % 65536. The prototypes are written out, since the
 * test must build where CUDA's headers are missing: enum curandRngType 161 is PHILOX4_32_10.
 */
struct curand {
    int (*create)(void **gen, int type);
    int (*seed)(void *gen, unsigned long long seed);
    int (*offset)(void *gen, unsigned long long offset);
    int (*generate)(void *gen, unsigned int *out, size_t n);
    int (*destroy)(void *gen);
};

static void *curand_open(struct curand *c)
{
    static const char *const names[] = { "libcurand.so.10", "libcurand.so",
                                         "/usr/local/cuda/lib64/libcurand.so.10",
                                         "/usr/local/cuda/lib/libcurand.so.10", NULL };
    static const char *const symbols[] = { "curandCreateGeneratorHost",
                                           "curandSetPseudoRandomGeneratorSeed",
                                           "curandSetGeneratorOffset", "curandGenerate",
                                           "curandDestroyGenerator" };
    const char *home = getenv("CUDA_HOME");
    void *lib = NULL, *p[5];
    char path[512];

    if (home && snprintf(path, sizeof path, "%s/lib64/libcurand.so.10", home) < (int)sizeof path)
        lib = dlopen(path, RTLD_NOW);
    for (int i = 0; !lib && names[i]; i++)
        lib = dlopen(names[i], RTLD_NOW);
    if (!lib)
        return NULL;
    for (int i = 0; i < 5; i++) {
        p[i] = dlsym(lib, symbols[i]);
        assert_non_null(p[i]);
    }
    _Static_assert(sizeof *c == sizeof p, "one pointer a symbol");
    memcpy(c, p, sizeof p);
    return lib;
}

static void test_real_curand(void **state)
{
    enum { N = 1 << 20 };
    static const uint64_t seeds[] = { 0, 1234, UINT64_C(0xfedcba9876543210) };
    static const uint64_t offsets[] = { 0, 4, UINT64_C(1) << 34 };
    struct curand c;
    void *lib = curand_open(&c), *gen;
    unsigned int *words;

    (void)state;
    if (!lib) {
        print_message("skipped: no libcurand.so.10 is installed\n");
        skip();
    }
    words = malloc(N * sizeof *words);
    assert_non_null(words);
    for (int s = 0; s < 3; s++)
        for (int o = 0; o < 3; o++) {
            size_t wrong = 0;

            assert_int_equal(c.create(&gen, 161), 0);
            assert_int_equal(c.seed(gen, seeds[s]), 0);
            assert_int_equal(c.offset(gen, offsets[o]), 0);
            assert_int_equal(c.generate(gen, words, N), 0);
            assert_int_equal(c.destroy(gen), 0);
            for (uint64_t i = 0; i < N; i++) {
                const uint64_t n = offsets[o] + i, quad = n / 4;

                wrong += il_philox(seeds[s], quad / 65536, quad % 65536).v[n % 4] != words[i];
            }
            assert_int_equal(wrong, 0);
        }
    free(words); /* the library stays: unloaded, its C++ runtime looks leaked */
}

static void test_uniform(void **state)
{
    double sum = 0;

    (void)state;
    assert_true(il_uniform(0) == 0x1p-24f);
    assert_true(il_uniform(0x1ff) == 0x1p-24f); /* the low nine bits do not count */
    assert_true(il_uniform(0x200) == 0x3p-24f);
    assert_true(il_uniform(0xffffffffu) == 1.0f - 0x1p-24f);
    /* exact for every value that there is; the sum of all 2^23 is 2^22, exactly, in double */
    for (uint32_t k = 0; k < 1u << 23; k++) {
        const float u = il_uniform(k << 9 | (k & 0x1ff));

        if ((double)u != (k + 0.5) * 0x1p-23)
            fail_msg("word %u: %a", k, (double)u);
        sum += u;
    }
    assert_true(sum == 0x1p22);
}

/*
 * Moments of n normals. Their estimates' variances are (E x^2j - (E x^j)^2) / n: with the normal's
 * moments 1, 3, 15, 105 the standard errors of the first four are sqrt(1, 2, 15, 96) / sqrt n. The
 * bound is 5 of them: a correct generator fails one of the four in 400000 seeds, and the seed is
 * fixed.
 */
static void test_normal_moments(void **state)
{
    enum { QUADS = 1 << 20 };
    const uint64_t seed = 20261123;
    const double want[4] = { 0, 1, 0, 3 }, spread[4] = { 1, 2, 15, 96 }, n = 4.0 * QUADS;
    double sum[4] = { 0, 0, 0, 0 }, pairs = 0;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint64_t q = 0; q < QUADS; q++) {
        const struct il_words w = il_philox(seed, q, 1);

        for (int i = 0; i < 4; i++) {
            const double x = il_normal(w.v[i]);

            sum[0] += x;
            sum[1] += x * x;
            sum[2] += x * x * x;
            sum[3] += x * x * x * x;
            pairs += x * (double)il_normal(w.v[(i + 1) % 4]);
        }
    }
    for (int j = 0; j < 4; j++) {
        const double off = fabs(sum[j] / n - want[j]), bound = 5 * sqrt(spread[j] / n);

        if (!(off < bound))
            fail_msg("moment %d is off by %g, bound %g", j + 1, off, bound);
    }
    /* neighbours: each product has mean 0 and variance 1, and no two of them correlate */
    assert_true(fabs(pairs / n) < 5 / sqrt(n));
}

/*
 * The normal is monotone in p = (k + .5) / 2^32, odd in the sign bit, and its extremes are the
 * exact quantiles: z(2^-33) = 6.3379578 to 4 ulp, and, where p rounds to .5, 0.
 */
static void test_normal_shape(void **state)
{
    float last = INFINITY;

    (void)state;
    assert_true(fabs((double)il_normal(0) - 6.33795775) < 4 * 0x1p-21);
    assert_true(il_normal(0x7fffffffu) == 0.0f);
    for (uint32_t k = 0; k < 0x7fff0000u; k += 65537) {
        const float x = il_normal(k);
        const double p = (k + 0.5) * 0x1p-32;

        assert_true(x >= 0 && il_normal(k | 0x80000000u) == -x);
        /* the step in p is above 2^-16 of it: far above the function's error of a few ulp */
        if (!(x < last))
            fail_msg("not falling at word %u: %a then %a", k, (double)last, (double)x);
        /* P(normal > x) = p: dp/p = -x phi(x)/p dx/x is at most 42 times 4 ulp, 4 * 2^-23; p's own
           rounding is far below one such error */
        assert_true(fabs(0.5 * erfc((double)x / sqrt(2)) - p) < 43 * 0x1p-21 * p);
        last = x;
    }
}

/* Check that an order of n samples is a bijection; seen has room for n bytes. */
static int is_bijection(const struct il_clock *c, unsigned char *seen)
{
    memset(seen, 0, c->samples);
    for (uint32_t at = 0; at < c->samples; at++) {
        const uint32_t s = il_order(at, c->samples, c->half_bits, c->key);

        if (s >= c->samples || seen[s]++)
            return 0;
    }
    return 1;
}

static void test_order_is_a_bijection(void **state)
{
    static const uint32_t large[] = { 4095,  4096,  4097,  50000, 55000,
                                      60000, 65535, 65536, 65537, 1000003 };
    unsigned char *seen = malloc(1000003);
    struct il_clock c = { 0 };

    (void)state;
    assert_non_null(seen);
    for (uint32_t n = 1; n <= 300; n++)
        for (uint64_t epoch = 0; epoch < 8; epoch++) {
            il_order_keys(&c, 7, epoch, n);
            assert_int_equal(c.samples, n);
            assert_true((uint64_t)1 << 2 * c.half_bits >= n);
            assert_true(is_bijection(&c, seen));
        }
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        il_order_keys(&c, UINT64_MAX, i, large[i]);
        assert_true(is_bijection(&c, seen));
    }
    free(seen);
    il_order_keys(&c, 0, 0, UINT32_MAX); /* the largest domain: both halves of 16 bits */
    assert_int_equal(c.half_bits, 16);
    assert_true(il_order(UINT32_MAX - 1, UINT32_MAX, 16, c.key) < UINT32_MAX);
}

static void test_order_of_the_file(void **state)
{
    const uint32_t key[IL_ORDER_ROUNDS] = { 1, 2, 3, 4, 5, 6 };

    (void)state;
    for (uint32_t at = 0; at < 1000; at++)
        assert_int_equal(il_order(at, 1000, 0, key), at);
}

/* How many of n places hold the same sample in both orders. */
static uint32_t in_common(const struct il_clock *a, const struct il_clock *b)
{
    uint32_t same = 0;

    for (uint32_t at = 0; at < a->samples; at++)
        same += il_order(at, a->samples, a->half_bits, a->key) ==
                il_order(at, b->samples, b->half_bits, b->key);
    return same;
}

/*
 * Two random orders agree in Poisson(1) places: 15 or more happens in 3e-13 of cases. Equal keys
 * must agree everywhere, neighbouring seeds and epochs nowhere more often than chance.
 */
static void test_orders_differ(void **state)
{
    struct il_clock a = { 0 }, b = { 0 };

    (void)state;
    for (uint64_t seed = 0; seed < 8; seed++)
        for (uint64_t epoch = 0; epoch < 8; epoch++) {
            il_order_keys(&a, seed, epoch, 55000);
            il_order_keys(&b, seed, epoch, 55000);
            assert_int_equal(in_common(&a, &b), 55000);
            il_order_keys(&b, seed, epoch + 1, 55000);
            assert_true(in_common(&a, &b) < 15);
            il_order_keys(&b, seed + 1, epoch, 55000);
            assert_true(in_common(&a, &b) < 15);
        }
}

/*
 * Over epochs, the place p gets every sample equally often: chi-squared with 9 degrees of freedom
 * over 10 samples and 20000 epochs, mean 9 and variance 18. 60 happens by chance in 1.4e-9 of
 * cases.
 */
static void test_order_is_uniform(void **state)
{
    enum { N = 10, EPOCHS = 20000 };
    uint32_t count[N][N] = { { 0 } };

    (void)state;
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
        struct il_clock c = { 0 };

        il_order_keys(&c, 3, epoch, N);
        for (uint32_t at = 0; at < N; at++)
            count[at][il_order(at, N, c.half_bits, c.key)]++;
    }
    for (int at = 0; at < N; at++) {
        double chi = 0;

        for (int s = 0; s < N; s++) {
            const double off = count[at][s] - (double)EPOCHS / N;

            chi += off * off / ((double)EPOCHS / N);
        }
        if (!(chi < 60))
            fail_msg("place %d: chi-squared %.1f", at, chi);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),     cmocka_unit_test(test_real_curand),
        cmocka_unit_test(test_uniform),           cmocka_unit_test(test_normal_moments),
        cmocka_unit_test(test_normal_shape),      cmocka_unit_test(test_order_is_a_bijection),
        cmocka_unit_test(test_order_of_the_file), cmocka_unit_test(test_orders_differ),
        cmocka_unit_test(test_order_is_uniform),
    };

    (void)blockIdx; /* kernel.h's words for a launch, of which there is none here */
    (void)gridDim;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
