/*
 * test_device.c - the CPU and strict devices slot by slot against plain loops in double, the
 * properties of the BLAS that training rests on, and devices by name. The ops have test_ops.c.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "device/seam.h"
#include "initlab/device.h"
#include "core/ftz.h"
#include "pack/pack_impl.h"

static const uint64_t SEED = 20261123;
static uint64_t drawn;

/* in [-1, 1): splitmix64 */
static float draw(void)
{
    uint64_t z = SEED + ++drawn * 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (float)((double)(z >> 40) / (1 << 23) - 1.0);
}
static float *floats(size_t n)
{
    float *const p = malloc(n * sizeof *p);

    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        p[i] = draw();
    return p;
}
static void *up(il_device *d, const void *host, size_t bytes)
{
    void *p = NULL;

    assert_int_equal(d->seam->alloc(d, &p, bytes), 0);
    assert_int_equal(d->seam->put(d, p, host, bytes), 0);
    return p;
}
static il_device *open_device(const char *name, int threads)
{
    il_device *d = NULL;
    il_error err = { 0 };

    if (il_device_open(&d, name, threads, NULL, &err) != IL_OK)
        fail_msg("%s: %s", name, err.text);
    return d;
}

struct shape {
    int ta, tb;
    unsigned m, n, k;
    float alpha, beta;
};

/*
 * Run one product, or `count` interleaved ones (column blocks of n), and return c as [rows,
 * count*n].
 */
static float *product(il_device *d, const struct shape *s, unsigned count, const float *a,
                      const float *b, const float *c0)
{
    const unsigned ra = s->ta ? s->k : s->m, ca = s->ta ? s->m : s->k, rb = s->tb ? s->n : s->k;
    const unsigned cb = s->tb ? s->k : s->n, lda = ca * count, ldb = cb * count, ldc = s->n * count;
    float *const da = up(d, a, 4u * (size_t)ra * lda), *const db = up(d, b, 4u * (size_t)rb * ldb);
    float *const dc = up(d, c0, 4u * (size_t)s->m * ldc), *const c = floats((size_t)s->m * ldc);

    if (count == 1)
        assert_int_equal(d->seam->gemm(d, s->ta, s->tb, s->m, s->n, s->k, s->alpha, da, lda, db,
                                       ldb, s->beta, dc, ldc),
                         0);
    else
        assert_int_equal(d->seam->gemm_batched(d, s->ta, s->tb, s->m, s->n, s->k, s->alpha, da, lda,
                                               ca, db, ldb, cb, s->beta, dc, ldc, s->n, count),
                         0);
    assert_int_equal(d->seam->get(d, c, dc, 4u * (size_t)s->m * ldc), 0);
    assert_int_equal(d->seam->free(d, da) | d->seam->free(d, db) | d->seam->free(d, dc), 0);
    return c;
}

/*
 * Tolerance: a sum of k products, alpha and beta added, in any order and with or without fma, is
 * within (k + 3) * 2^-23 of the sum of the terms' sizes (each operation adds at most half an ulp,
 * 2^-24).
 */
static void compare(const struct shape *s, unsigned count, const float *a, const float *b,
                    const float *c0, const float *c)
{
    const unsigned lda = (s->ta ? s->m : s->k) * count, ldb = (s->tb ? s->k : s->n) * count;
    const unsigned ldc = s->n * count, ca = lda / count, cb = ldb / count;

    for (unsigned q = 0; q < count; q++)
        for (unsigned i = 0; i < s->m; i++)
            for (unsigned j = 0; j < s->n; j++) {
                const size_t at = (size_t)i * ldc + q * s->n + j;
                const double old = s->beta != 0.0f ? (double)s->beta * c0[at] : 0.0;
                double sum = 0.0, size = 0.0;

                for (unsigned l = 0; l < s->k; l++) {
                    const double x =
                        a[(s->ta ? (size_t)l * lda + i : (size_t)i * lda + l) + q * ca];
                    const double y =
                        b[(s->tb ? (size_t)j * ldb + l : (size_t)l * ldb + j) + q * cb];

                    sum += x * y;
                    size += fabs(x * y);
                }
                sum = s->alpha * sum + old;
                size = fabs(s->alpha) * size + fabs(old);
                if (!(fabs(c[at] - sum) <= (s->k + 3) * size / (1 << 23)))
                    fail_msg("c[%u,%u] of %u: %.9g, not %.9g (seed %llu)", i, j, q, (double)c[at],
                             sum, (unsigned long long)SEED);
            }
}

static void products_on(const char *name)
{
    il_device *const d = open_device(name, 1);

    for (int i = 0; i < 16; i++) {
        const struct shape s = { i & 1, i >> 1 & 1, 7, 12, 33, 0.5f, i & 4 ? 1.0f : 0.0f };
        const unsigned count = i & 8 ? 3 : 1;
        float *const a = floats(7 * 33 * count), *const b = floats(12 * 33 * count);
        float *const c0 = floats(7 * 12 * count);
        float *c;

        if (s.beta == 0.0f)
            for (unsigned j = 0; j < 7 * 12 * count; j++)
                c0[j] = NAN; /* beta = 0 overwrites */
        c = product(d, &s, count, a, b, c0);
        compare(&s, count, a, b, c0, c);
        free(a), free(b), free(c0), free(c);
    }
    il_device_close(d);
}
static void products(void **state)
{
    (void)state;
    products_on("cpu");
    products_on("strict");
}

/* What only BLIS promises (docs/schemes.md, "Units that begin equal"). */
static void blis_or_skip(void)
{
    il_device *const d = open_device("cpu", 1);
    il_device_info info = { 0 };

    assert_int_equal(il_device_about(d, &info, NULL), IL_OK);
    il_device_close(d);
    if (!strstr(info.detail, "BLIS")) {
        print_message("skipped: %s gives no such promise\n", info.detail);
        skip();
    }
}

/*
 * The products of a training step: forward, update, and dA = dz w'. Equal columns of op(b) must
 * stay equal.
 */
static void equal_columns(void **state)
{
    static const unsigned inner[] = { 264, 792 };
    unsigned long unequal = 0, tried = 0;

    (void)state;
    blis_or_skip();
    for (unsigned kind = 0; kind < 3; kind++)
        for (unsigned ki = 0; ki < 2; ki++)
            for (unsigned n = 4; n <= 104; n += n < 16 ? 1 : 8) {
                const unsigned k = inner[ki], batch = 64;
                const struct shape s = { kind == 1,
                                         kind == 2,
                                         kind == 1 ? k : batch,
                                         n,
                                         kind == 1 ? batch : k,
                                         kind == 1 ? -1.0f : 1.0f,
                                         kind == 1 ? 1.0f : 0.0f };

                for (unsigned count = 1; count <= 3; count += 2) {
                    const unsigned cb = s.tb ? s.k : s.n;
                    float *const a = floats((size_t)s.m * s.k * count);
                    float *const b = floats((size_t)s.n * s.k * count);
                    float *const c0 = floats((size_t)s.m * s.n * count), *base = NULL;

                    for (unsigned q = 0; q < count; q++) {
                        for (unsigned l = 0; l < s.k; l++)
                            for (unsigned j = 1; j < n; j++) {
                                if (s.tb)
                                    b[(size_t)j * cb * count + q * cb + l] = b[q * cb + l];
                                else
                                    b[(size_t)l * cb * count + q * cb + j] =
                                        b[(size_t)l * cb * count + q * cb];
                            }
                        for (unsigned i = 0; i < s.m; i++)
                            for (unsigned j = 1; j < n; j++)
                                c0[((size_t)i * count + q) * n + j] =
                                    c0[((size_t)i * count + q) * n];
                    }
                    /* two threads, which spin where cores are busy, for even, odd and large n */
                    for (int threads = 1; threads <= (count == 1 && n % 5 == 4 ? 2 : 1);
                         threads++) {
                        il_device *const d = open_device("cpu", threads);
                        float *const c = product(d, &s, count, a, b, c0);

                        for (size_t r = 0; r < (size_t)s.m * count; r++, tried++)
                            for (unsigned j = 1; j < n; j++)
                                if (memcmp(&c[r * n + j], &c[r * n], 4) != 0) {
                                    unequal++;
                                    break;
                                }
                        if (base) /* and the threads change no bit */
                            assert_memory_equal(c, base, 4u * (size_t)s.m * n * count);
                        if (base)
                            free(c);
                        else
                            base = c;
                        il_device_close(d);
                    }
                    free(a), free(b), free(c0), free(base);
                }
            }
    if (unequal)
        fail_msg("%lu of %lu rows have unequal columns (seed %llu)", unequal, tried,
                 (unsigned long long)SEED);
    assert_true(tried > 10000);
}

/*
 * A fused update: the sum over the batch is added to the weights once, as a whole. Each sum, of terms
 * of one sign, is near half an ulp of c, 2^-8; added in parts none of it would arrive, or another
 * multiple of an ulp.
 */
static void added_once(void **state)
{
    enum { M = 40, N = 30, K = IL_FUSED_BATCH };
    const struct shape s = { 1, 0, M, N, K, -1.0f, 1.0f };
    float *const a = floats(2 * M * K), *const b = floats(2 * N * K), *const c0 = floats(2 * M * N);
    il_device *const d = open_device("cpu", 1);
    size_t moved = 0;

    (void)state;
    for (size_t i = 0; i < 2 * M * K; i++)
        a[i] = fabsf(a[i]);
    for (size_t i = 0; i < 2 * N * K; i++)
        b[i] = -fabsf(b[i]) / (64 * K);
    for (size_t i = 0; i < 2 * M * N; i++)
        c0[i] = 65536 + 1024 * c0[i];
    for (unsigned count = 1; count <= 2; count++) {
        float *const c = product(d, &s, count, a, b, c0);

        for (unsigned q = 0; q < count; q++)
            for (unsigned i = 0; i < M; i++)
                for (unsigned j = 0; j < N; j++) {
                    const size_t at = (size_t)(i * count + q) * N + j;
                    double sum = 0;

                    for (unsigned l = 0; l < K; l++)
                        sum -= (double)a[(l * count + q) * M + i] * b[(l * count + q) * N + j];
                    /* half an ulp, and the error of the sum itself */
                    if (!(fabs(c[at] - (c0[at] + sum)) <= 0x1p-8 + K * sum * 0x1p-24))
                        fail_msg("%u, %u: %.9g, not %.9g", i, j, (double)c[at], c0[at] + sum);
                    moved += c[at] != c0[at];
                }
        free(c);
    }
    assert_true(moved > 3 * M * N / 4 && moved < 3 * M * N);
    free(a), free(b), free(c0);
    il_device_close(d);
}

/*
 * Flush to zero must hold in the threads that the BLAS starts: a product big enough to be shared
 * out.
 */
static void subnormals_flushed(void **state)
{
    enum { N = 256 };
    const struct shape s = { 0, 0, N, N, N, 1.0f, 0.0f };
    float *const a = floats(N * N), *const b = floats(N * N), *const zero = floats(N * N);
    il_device *const d = open_device("cpu", 2);
    uint64_t old;
    float *c;

    (void)state;
    blis_or_skip();
    for (size_t i = 0; i < N * N; i++)
        a[i] = 1e-40f, b[i] = 1.0f;
    c = product(d, &s, 1, a, b, zero);
    assert_true(c[0] > 0.0f); /* else this test could not fail */
    free(c);
    old = il_ftz_on();
    c = product(d, &s, 1, a, b, zero);
    il_ftz_restore(old);
    for (size_t i = 0; i < N * N; i++)
        if (memcmp(&c[i], &(float){ 0.0f }, 4) != 0)
            fail_msg("element %zu was not flushed", i);
    free(a), free(b), free(zero), free(c);
    il_device_close(d);
}

static int count_step(il_device *d, void *arg)
{
    float *const *const p = arg; /* c += a b, all 1 x 1: counts by one */

    return d->seam->gemm(d, 0, 0, 1, 1, 1, 1.0f, p[0], 1, p[0], 1, 1.0f, p[1], 1);
}
static void memory_and_records(const char *name)
{
    il_device *const d = open_device(name, 1);
    const float one = 1.0f;
    float *p[2] = { up(d, &one, 4), NULL }, got = -1.0f;
    struct il_record *r = NULL;
    void *v;

    assert_int_equal(d->seam->alloc(d, &v, 4), 0);
    assert_int_equal((uintptr_t)v % 64, 0);
    p[1] = v;
    assert_int_equal(d->seam->zero(d, p[1], 4), 0);
    assert_int_equal(d->seam->record(d, count_step, p, &r), 0);
    assert_int_equal(d->seam->get(d, &got, p[1], 4), 0);
    assert_true(got == 1.0f); /* record runs the step once, for real */
    assert_int_equal(d->seam->replay(d, r, 5), 0);
    assert_int_equal(d->seam->wait(d), 0);
    assert_int_equal(d->seam->get(d, &got, p[1], 4), 0);
    assert_true(got == 6.0f);
    d->seam->record_free(d, r);
    d->seam->record_free(d, NULL);
    assert_int_not_equal(d->seam->alloc(d, &v, SIZE_MAX - 3), 0);
    assert_null(v);
    assert_int_equal(d->seam->free(d, p[0]) | d->seam->free(d, p[1]) | d->seam->free(d, NULL), 0);
    assert_int_equal(il_strict_live(d), 0);
    il_device_close(d);
}
static void memory(void **state)
{
    (void)state;
    memory_and_records("cpu");
    memory_and_records("strict");
}

/* The input slots on a batch in file order: x as gathered, z and w against loops. */
static void input_on(const char *name)
{
    enum { ROWS = 4, PIXELS = 9, K = 16, LD = 16, N = 5 };
    il_device *const d = open_device(name, 1);
    uint8_t images[ROWS * PIXELS], labels[ROWS] = { 3, 1, 2, 0 }, label[ROWS];
    const struct il_clock clock = { .now = 7, .next = 0, .steps = 1, .samples = ROWS };
    float x[ROWS * LD], *const w = floats(K * N), *const dz = floats(ROWS * N),
                               *const z = floats(ROWS * N);
    struct il_batch b = { .rows = ROWS, .pixels = PIXELS, .k = K, .ld = LD };
    const struct shape forward = { 0, 0, ROWS, N, K, 1.0f, 0.0f },
                       update = { 1, 0, K, N, ROWS, -0.5f, 1.0f };
    float *dw, *dd, *dzz, *const got = floats(K * N);

    for (int i = 0; i < ROWS * PIXELS; i++)
        images[i] = (uint8_t)(i * 7);
    b.x = up(d, w, sizeof x); /* w has K * N >= ROWS * LD floats of rubbish */
    b.label = up(d, labels, ROWS);
    b.images = up(d, images, sizeof images);
    b.labels = up(d, labels, ROWS);
    b.clock = up(d, &clock, sizeof clock);
    dw = up(d, w, 4 * K * N), dd = up(d, dz, 4 * ROWS * N), dzz = up(d, z, 4 * ROWS * N);
    assert_int_equal(d->seam->input_gather(d, &b), 0);
    assert_int_equal(d->seam->get(d, x, b.x, sizeof x) | d->seam->get(d, label, b.label, ROWS), 0);
    assert_memory_equal(label, labels, ROWS);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < LD; j++) {
            const double want = j < PIXELS ? images[i * PIXELS + j] / 255.0 : j == PIXELS;

            /* one rounding of 1/255, one of the product: at most 2^-23 of a number below 1 */
            assert_true(fabs(x[i * LD + j] - want) <= 1.0 / (1 << 23));
        }
    assert_int_equal(d->seam->input_forward(d, &b, N, dw, N, dzz, N), 0);
    assert_int_equal(d->seam->get(d, got, dzz, 4 * ROWS * N), 0);
    compare(&forward, 1, x, w, z, got);
    assert_int_equal(d->seam->input_update(d, &b, N, -0.5f, dd, N, 1.0f, dw, N), 0);
    assert_int_equal(d->seam->get(d, got, dw, 4 * K * N), 0);
    compare(&update, 1, x, dz, w, got);
    d->seam->free(d, b.x), d->seam->free(d, b.label), d->seam->free(d, (void *)(uintptr_t)b.images);
    d->seam->free(d, (void *)(uintptr_t)b.labels), d->seam->free(d, b.clock);
    d->seam->free(d, dw), d->seam->free(d, dd), d->seam->free(d, dzz);
    assert_int_equal(il_strict_live(d), 0);
    free(w), free(dz), free(z), free(got);
    il_device_close(d);
}
static void input(void **state)
{
    (void)state;
    input_on("cpu");
    input_on("strict");
}

static void names(void **state)
{
    static const char *const wrong[] = { "gpu",     "",           "cuda:", "cuda:x",
                                         "cuda:-1", "cuda:99999", "cudaa", "CPU" };
    il_device *d;
    il_error err;
    char why[256];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(il_device_open(&d, wrong[i], 1, NULL, &err), IL_E_USAGE);
        assert_null(d);
        assert_non_null(strstr(err.text, "cuda:N"));
    }
    assert_int_equal(il_device_open(&d, "cpu", 0, NULL, &err), IL_E_USAGE);
    setenv("INITLAB_PLUGIN", "/nowhere/plugin.so", 1);
    assert_int_equal(il_device_open(&d, "cuda:0", 1, NULL, &err), IL_E_DEVICE);
    assert_null(d);
    assert_non_null(strstr(err.text, "/nowhere/plugin.so"));
    assert_int_equal(il_device_open(&d, "auto", 1, why, &err), IL_OK);
    assert_string_equal(il_device_id(d), "cpu");
    assert_non_null(strstr(why, "/nowhere/plugin.so"));
    il_device_close(d);
    unsetenv("INITLAB_PLUGIN");
    setenv("INITLAB_CPU", "v9", 1);
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, &err), IL_E_DEVICE);
    assert_non_null(strstr(err.text, "v9"));
    setenv("INITLAB_CPU", "base", 1);
    d = open_device("cpu", 1);
    il_device_info info;
    assert_int_equal(il_device_about(d, &info, NULL), IL_OK);
    assert_non_null(strstr(info.detail, "base kernels"));
    assert_true(info.memory >= info.memory_free && info.memory_free > 0 && info.name[0]);
    il_device_close(d);
    unsetenv("INITLAB_CPU");
    il_device_close(NULL);
}

static void list(void **state)
{
    il_device_info info;
    size_t n = 0;

    (void)state;
    assert_true(il_device_list(0, &info) && info.usable);
    assert_string_equal(info.id, "cpu");
    while (il_device_list(n, &info)) {
        assert_true(info.id[0]);
        assert_true(info.usable ? info.name[0] != 0 : info.why_not[0] != 0);
        n++;
    }
    assert_true(n >= 2); /* a row for cuda too, usable or not */
}

static void profile(void **state)
{
    const float one = 1.0f;
    il_device *d;
    il_profile_row row;
    struct il_record *r;
    float *p[2];

    (void)state;
    assert_int_equal(il_device_open_profiled(&d, "cpu", 1, NULL, NULL), IL_OK);
    assert_string_equal(il_device_id(d), "cpu");
    assert_false(il_device_profile(d, 0, &row));
    p[0] = up(d, &one, 4);
    p[1] = up(d, &one, 4);
    assert_int_equal(d->seam->record(d, count_step, p, &r) | d->seam->replay(d, r, 4), 0);
    static const struct {
        const char *name;
        uint64_t calls, bytes, flops;
    } want[] = { { "alloc", 2, 0, 0 }, { "put", 2, 8, 0 }, { "gemm", 5, 5 * 4 * 4, 5 * 2 } };
    for (size_t i = 0; i < 3; i++) {
        assert_true(il_device_profile(d, i, &row));
        assert_string_equal(row.name, want[i].name);
        assert_int_equal(row.calls, want[i].calls);
        assert_int_equal(row.bytes, want[i].bytes);
        assert_int_equal(row.flops, want[i].flops);
        assert_true(row.seconds > 0 && row.seconds < 60);
    }
    assert_false(il_device_profile(d, 3, &row));
    d->seam->record_free(d, r);
    d->seam->free(d, p[0]), d->seam->free(d, p[1]);
    il_device_close(d);
}

/* A slot that a table leaves out would be NULL, and nothing but a call of it would tell. */
static void check_slots(const struct il_device *d)
{
    const unsigned char *const table = (const unsigned char *)d->seam;

    for (size_t at = offsetof(struct il_seam, kind); at < sizeof *d->seam; at += sizeof(void *)) {
        void *slot;

        memcpy(&slot, table + at, sizeof slot);
        if (!slot)
            fail_msg("%s: the slot at byte %zu is NULL", d->seam->kind, at);
    }
}

static void slots(void **state)
{
    il_device *d;

    (void)state;
    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, NULL), IL_OK);
    check_slots(d);
    il_device_close(d);
    assert_int_equal(il_device_open(&d, "strict", 1, NULL, NULL), IL_OK);
    check_slots(d);
    il_device_close(d);
    assert_int_equal(il_device_open_profiled(&d, "cpu", 1, NULL, NULL), IL_OK);
    check_slots(d);
    il_device_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots),
        cmocka_unit_test(products),
        cmocka_unit_test(equal_columns),
        cmocka_unit_test(added_once),
        cmocka_unit_test(subnormals_flushed),
        cmocka_unit_test(memory),
        cmocka_unit_test(input),
        cmocka_unit_test(names),
        cmocka_unit_test(list),
        cmocka_unit_test(profile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
