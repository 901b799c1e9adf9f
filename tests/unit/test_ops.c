/*
 * test_ops.c - every op of kernels/ops.def, in every flavour that this CPU can run, against
 * references in double; and equal bits from all flavours.
 *
 * A case fills guarded matrices from a seed, runs its op, compares, and leaves what the op wrote in
 * a record; the records of two flavours must be equal bytes. An op without a case does not compile.
 * Padding and guards hold SENTINEL beforehand: it must be there still, or be zero where ops.def
 * says so.
 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel.h"
#include "elementary.h"
#include "theory/truncated_normal.h"
#include "random.h"
#include "reference.h"
#include "support.h"

static const uint64_t SEED = 20261123;
static const double EPS = 1.0 / (1 << 24); /* half an ulp of 1 */
#define SENTINEL (-7.25e30f)
enum { GUARD = 16, CLASSES_MOST = 40 };

/* The table of one flavour. */
struct ops {
    const char *flavour;
#define X(name, params, args, bytes, flops) int(*name) params;
#include "ops.def"
#undef X
};
static const struct ops base_ops = {
    "base",
#define X(name, params, args, bytes, flops) il_cpu_base_##name,
#include "ops.def"
#undef X
};
#if defined(__x86_64__)
#define X(name, params, args, bytes, flops)                                                        \
    int il_cpu_v3_##name params;                                                                   \
    int il_cpu_v4_##name params;
#include "ops.def"
#undef X
static const struct ops v3_ops = {
    "v3",
#define X(name, params, args, bytes, flops) il_cpu_v3_##name,
#include "ops.def"
#undef X
};
static const struct ops v4_ops = {
    "v4",
#define X(name, params, args, bytes, flops) il_cpu_v4_##name,
#include "ops.def"
#undef X
};
#endif

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

/* What a case has drawn so far, and what its op wrote. */
struct trial {
    const struct ops *o;
    unsigned rows, cols, runs, block, ld;
    uint64_t seed, drawn;
    uint8_t *record;
    size_t length;
};

static double draw(struct trial *t, double low, double high)
{
    return low + (high - low) * (double)il_uniform(il_philox(t->seed, t->drawn++, 0).v[0]);
}

static float *matrix(const struct trial *t, unsigned rows)
{
    const size_t n = (size_t)rows * t->ld + 2 * GUARD;
    float *p = malloc(n * sizeof *p);

    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        p[i] = SENTINEL;
    return p + GUARD;
}

static float *drawn(struct trial *t, unsigned rows, double low, double high)
{
    float *p = matrix(t, rows);

    for (unsigned i = 0; i < rows; i++)
        for (unsigned m = 0; m < t->runs; m++)
            for (unsigned j = 0; j < t->cols; j++)
                p[(size_t)i * t->ld + m * t->block + j] = (float)draw(t, low, high);
    return p;
}

static void keep(struct trial *t, const void *p, size_t bytes)
{
    t->record = realloc(t->record, t->length + bytes);
    assert_non_null(t->record);
    memcpy(t->record + t->length, p, bytes);
    t->length += bytes;
}

/* Record a matrix, check its guards and its padding, free it. zeroed: the op clears to block. */
static void finish(struct trial *t, float *p, unsigned rows, int zeroed, int constant_one)
{
    const size_t n = (size_t)rows * t->ld;

    for (size_t i = 0; i < GUARD; i++)
        if (p[n + i] != SENTINEL || p[-1 - (ptrdiff_t)i] != SENTINEL)
            fail_msg("%s wrote outside its matrix", t->o->flavour);
    for (size_t e = 0; e < n; e++) {
        const unsigned column = (unsigned)(e % t->ld), j = column % t->block;

        if (column < t->runs * t->block && j < t->cols)
            continue;
        const float want = column >= t->runs * t->block || !zeroed ? SENTINEL
                           : constant_one && j == t->cols          ? 1.0f
                                                                   : 0.0f;
        if (!(p[e] == want))
            fail_msg("%s: padding at row %zu column %u is %g, not %g", t->o->flavour, e / t->ld,
                     column, (double)p[e], (double)want);
    }
    keep(t, p, n * sizeof *p);
    free(p - GUARD);
}

#define AT(t, i, m, j) ((size_t)(i) * (t)->ld + (size_t)(m) * (t)->block + (j))

/* NaN where NaN is wanted, and the very infinity */
static void alike(double got, double want, double tolerance, const char *what)
{
    if (isnan(want) ? !isnan(got) : isinf(want) ? got != want : !(fabs(got - want) <= tolerance))
        fail_msg("%s: %.9g, not %.9g within %.2g", what, got, want, tolerance);
}

/* --- the cases, one an op --------------------------------------------------------------------- */

/* the z >= 0 with P(normal > z) = p */
static double probit_tail(double p)
{
    double low = 0, high = 40;

    for (int i = 0; i < 100; i++) {
        const double middle = (low + high) / 2;

        if (erfc(middle / sqrt(2)) / 2 > p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/*
 * z >= 0 has the first words, its share of the mass between low and high, counted in pairs; either
 * side's words are the middles of equal parts of its probabilities, from its bound to the mean
 */
static double cut_normal(uint32_t word, double low, double high)
{
    const double far[2] = { erfc(fmax(high, 0) / sqrt(2)) / 2, erfc(fmax(-low, 0) / sqrt(2)) / 2 };
    const double near[2] = { erfc(fmax(low, 0) / sqrt(2)) / 2, erfc(fmax(-high, 0) / sqrt(2)) / 2 };
    const double mass[2] = { near[0] - far[0], near[1] - far[1] };
    const double first = 2 * rint(0x1p31 * mass[0] / (mass[0] + mass[1]));
    const int side = word >= first;
    const double k = side ? word - first : word, n = side ? 0x1p32 - first : first;
    const double z = probit_tail(far[side] + mass[side] * (k + 0.5) / n);

    return side ? -z : z;
}

/* element e of a drawn tensor, from the definitions in fill.cu; rows x cols is the drawn part */
static double filled(const struct il_fill *f, unsigned e, unsigned rows, unsigned cols)
{
    const uint32_t word = il_philox(f->seed, e / 4, f->tensor).v[e % 4];
    const double a = (double)f->a, b = (double)f->b;
    const unsigned i = e / cols, j = e % cols;

    (void)rows;
    switch ((enum il_law)f->law) {
    case IL_LAW_UNIFORM:
        return a + (b - a) * (double)il_uniform(word);
    case IL_LAW_TRUNC_NORMAL:
        return a + b * cut_normal(word, ((double)f->low - a) / b, ((double)f->high - a) / b);
    case IL_LAW_NORMAL:
    case IL_LAW_SPARSE:
        return a + b * (double)il_normal(word);
    case IL_LAW_IDENTITY:
        return i == j ? a : 0;
    case IL_LAW_HADAMARD:
        return __builtin_popcount(i & j) % 2 ? -a : a;
    case IL_LAW_CONSTANT:
        return a;
    case IL_LAW_COUNT:
        break;
    }
    return NAN;
}

static struct il_fill some_fill(struct trial *t, unsigned m)
{
    struct il_fill f = { .seed = t->seed + m, .tensor = ((uint64_t)1 << 32) + m, .gain = 1 };

    f.a = (float)draw(t, -2, 0);
    f.b = (float)draw(t, 1, 2);
    f.low = (float)draw(t, -5, 1); /* in z so far; 0 may lie outside */
    f.high = (float)(fmax((double)f.low, -1) + draw(t, 0.3, 5));
    il_truncated_normal_fill(&f, (double)f.low, (double)f.high);
    f.law = (uint32_t)(t->seed + m) % IL_LAW_COUNT;
    f.low = f.a + f.b * f.low;
    f.high = f.a + f.b * f.high;
    f.by_row = m % 2;
    f.count = (uint32_t)draw(t, 0, 1.2 * (f.by_row ? t->cols : t->rows));
    if (f.law < IL_LAW_SPARSE && draw(t, 0, 1) < 0.5)
        f.mirror = (t->rows % 2 ? 0 : IL_MIRROR_ROWS) | (t->cols % 2 ? 0 : IL_MIRROR_COLS);
    return f;
}

/* exactly `count` elements of each unit are kept */
static void check_sparse(const struct trial *t, const float *w, unsigned m, const struct il_fill *f)
{
    const unsigned units = f->by_row ? t->rows : t->cols, n = f->by_row ? t->cols : t->rows;

    for (unsigned u = 0; u < units; u++) {
        unsigned kept = 0;

        for (unsigned e = 0; e < n; e++)
            kept += w[f->by_row ? AT(t, u, m, e) : AT(t, e, m, u)] != 0.0f;
        assert_int_equal(kept, f->count < n ? f->count : n);
    }
}

static void case_fill(struct trial *t)
{
    float *w = matrix(t, t->rows);
    struct il_fill f[8];
    struct il_device d = { 0 };

    for (unsigned m = 0; m < t->runs; m++)
        f[m] = some_fill(t, m);
    assert_int_equal(t->o->fill(&d, w, f, t->runs, t->rows, t->cols, t->block, t->ld), 0);
    for (unsigned m = 0; m < t->runs; m++) {
        const unsigned rows = f[m].mirror & IL_MIRROR_ROWS ? t->rows / 2 : t->rows;
        const unsigned cols = f[m].mirror & IL_MIRROR_COLS ? t->cols / 2 : t->cols;
        const int exact = f[m].law == IL_LAW_CONSTANT || f[m].law >= IL_LAW_IDENTITY;

        for (unsigned i = 0; i < t->rows; i++)
            for (unsigned j = 0; j < t->cols; j++) {
                const int odd = (i >= rows) != (j >= cols);
                const double got = (double)w[AT(t, i, m, j)];
                const double want = filled(&f[m], i % rows * cols + j % cols, rows, cols);

                if (f[m].law == IL_LAW_SPARSE && got == 0)
                    continue;
                /* three roundings of numbers below 4 + |b z| < 16; the cut normal's z < 5 has an
                 * error of 4 ulp, and as much from the roundings of p and of the bounds: 3 * 8 * 4 */
                near(odd ? -got : got, want,
                     exact                             ? 0
                     : f[m].law == IL_LAW_TRUNC_NORMAL ? (3 * 16 + 96) * EPS
                                                       : 3 * 16 * EPS,
                     "fill");
                if (f[m].law == IL_LAW_TRUNC_NORMAL)
                    assert_true((odd ? -got : got) >= (double)f[m].low &&
                                (odd ? -got : got) <= (double)f[m].high);
            }
        if (f[m].law == IL_LAW_SPARSE)
            check_sparse(t, w, m, &f[m]);
    }
    finish(t, w, t->rows, 0, 0);
}

/*
 * Q is right if its columns are orthonormal and R = Q' A is upper triangular with a positive
 * diagonal: that decomposition is unique. Tolerance: `small` reflections, each a sum of `tall`
 * products and a handful of roundings on columns of norm 1: small * (tall + 20) * 2^-24; for R
 * times the norm of A's columns, below sqrt(tall) * 5.
 */
static void check_orthogonal(const struct trial *t, const float *w, const float *before, unsigned m,
                             const struct il_fill *f, unsigned rows, unsigned cols)
{
    const int wide = rows < cols;
    const unsigned tall = wide ? cols : rows, small = wide ? rows : cols;
    const double slack = small * (tall + 20.0) * EPS, gain = (double)f->gain;

#define ELEMENT(a, k, l) ((double)(a)[wide ? AT(t, l, m, k) : AT(t, k, m, l)])
    for (unsigned x = 0; x < small; x++)
        for (unsigned y = 0; y < small; y++) {
            double qq = 0, qa = 0;

            for (unsigned k = 0; k < tall; k++) {
                qq += ELEMENT(w, k, x) * ELEMENT(w, k, y);
                qa += ELEMENT(w, k, x) * ELEMENT(before, k, y);
            }
            near(qq, x == y ? gain * gain : 0, slack * gain * gain, "Q'Q");
            if (x > y)
                near(qa, 0, slack * gain * 5 * sqrt(tall), "R below its diagonal");
            if (x == y)
                assert_true(qa > 0);
        }
#undef ELEMENT
}

static void case_orthogonal(struct trial *t)
{
    float *w = matrix(t, t->rows), *before = matrix(t, t->rows);
    float *work = malloc(t->runs * IL_ORTHOGONAL_WORK(t->rows, t->cols) * sizeof *work);
    const size_t bytes = (size_t)t->rows * t->ld * sizeof *w;
    struct il_device d = { 0 };
    struct il_fill f[8];

    assert_non_null(work);
    for (unsigned m = 0; m < t->runs; m++) {
        f[m] = (struct il_fill){ .seed = t->seed + m, .law = IL_LAW_NORMAL, .b = 1, .gain = 1.5f };
        f[m].after = m % 4 == 3 ? IL_AFTER_NOTHING : IL_AFTER_ORTHOGONAL;
        if (m % 2)
            f[m].mirror = (t->rows % 2 ? 0 : IL_MIRROR_ROWS) | (t->cols % 2 ? 0 : IL_MIRROR_COLS);
    }
    assert_int_equal(t->o->fill(&d, w, f, t->runs, t->rows, t->cols, t->block, t->ld), 0);
    memcpy(before, w, bytes);
    assert_int_equal(t->o->orthogonal(&d, w, work, f, t->runs, t->rows, t->cols, t->block, t->ld),
                     0);
    for (unsigned m = 0; m < t->runs; m++) {
        const unsigned rows = f[m].mirror & IL_MIRROR_ROWS ? t->rows / 2 : t->rows;
        const unsigned cols = f[m].mirror & IL_MIRROR_COLS ? t->cols / 2 : t->cols;

        if (f[m].after == IL_AFTER_ORTHOGONAL)
            check_orthogonal(t, w, before, m, &f[m], rows, cols);
        for (unsigned i = 0; i < t->rows; i++)
            for (unsigned j = 0; j < t->cols; j++) {
                const float same = w[AT(t, i % rows, m, j % cols)], got = w[AT(t, i, m, j)];

                assert_true(got == ((i >= rows) != (j >= cols) ? -same : same));
                assert_true(f[m].after != IL_AFTER_NOTHING || got == before[AT(t, i, m, j)]);
            }
    }
    finish(t, w, t->rows, 0, 0);
    free(before - GUARD);
    free(work);
}

static void case_moments(struct trial *t)
{
    float *x = drawn(t, t->rows, -2, 2);
    struct il_moments *out = malloc(t->ld * sizeof *out);
    struct il_device d = { 0 };
    const unsigned cols = t->runs * t->block;

    assert_non_null(out);
    x[AT(t, t->rows / 2, 0, 0)] = 0.0f;
    assert_int_equal(t->o->moments(&d, out, x, t->rows, cols, t->ld, 1.0f), 0);
    for (unsigned m = 0; m < t->runs; m++)
        for (unsigned j = 0; j < t->cols; j++) {
            const struct il_moments *const got = &out[m * t->block + j];
            double sum = 0, square = 0, least = INFINITY, most = -INFINITY;
            unsigned zeros = 0, large = 0;

            for (unsigned i = 0; i < t->rows; i++) {
                const double v = (double)x[AT(t, i, m, j)];

                sum += v;
                square += v * v;
                least = v < least ? v : least;
                most = v > most ? v : most;
                zeros += v == 0;
                large += fabs(v) > 1;
            }
            /* the same sums of the same numbers in the same order: nothing may differ */
            assert_true(got->sum == sum && got->square == square);
            assert_true((double)got->least == least && (double)got->most == most);
            assert_true(got->zeros == zeros && got->large == large);
        }
    keep(t, out, cols * sizeof *out);
    free(out);
    finish(t, x, t->rows, 0, 0);
}

static void case_rescale(struct trial *t)
{
    struct il_device d = { 0 };

    for (int shifts = 0; shifts < 2; shifts++) {
        float *w = drawn(t, t->rows, -2, 2), *was = matrix(t, t->rows);
        float *scale = drawn(t, 1, 0.5, 2), *shift = drawn(t, 1, -1, 1);

        memcpy(was, w, (size_t)t->rows * t->ld * sizeof *w);
        /* padding holds a number that no scale leaves alone, so only one run's columns are given */
        assert_int_equal(
            t->o->rescale(&d, w, scale, shifts ? shift : NULL, t->rows - 1, t->cols, t->ld), 0);
        for (unsigned i = 0; i < t->rows; i++)
            for (unsigned j = 0; j < t->ld; j++) {
                const size_t e = (size_t)i * t->ld + j;
                const double x = (double)was[e], y = x * (double)scale[j];
                const int bias = i + 1 == t->rows;

                if (j >= t->cols || (bias && !shifts))
                    assert_true(w[e] == was[e]);
                else
                    near((double)w[e], bias ? y + (double)shift[j] : y, 8 * EPS, "rescale");
            }
        finish(t, w, t->rows, 0, 0);
        free(was - GUARD);
        free(scale - GUARD);
        free(shift - GUARD);
    }
}

/* Steps: a whole batch, the last and short one, and one past the end; pixels = cols, samples 2.5
 * batches. */
static void case_gather(struct trial *t)
{
    const unsigned samples = t->rows * 5 / 2 + 1, pixels = t->cols;
    struct il_clock clock = { .steps = (samples + t->rows - 1) / t->rows };
    uint8_t *images = malloc((size_t)samples * pixels), *labels = malloc(samples);
    uint8_t *seen = calloc(samples, 1), *label = malloc(t->rows);
    struct il_device d = { 0 };
    unsigned all = 0;

    assert_true(images && labels && seen && label);
    for (size_t i = 0; i < (size_t)samples * pixels; i++)
        images[i] = (uint8_t)draw(t, 0, 256);
    for (unsigned i = 0; i < samples; i++)
        labels[i] = (uint8_t)draw(t, 1, 250);
    il_order_keys(&clock, t->seed, 1, samples);
    t->runs = 1;
    t->block = t->ld; /* the row is cleared up to ld */
    for (unsigned step = 0; step <= clock.steps; step++) {
        float *x = matrix(t, t->rows);
        unsigned live = 0;

        clock.next = step;
        clock.now = 77;
        assert_int_equal(t->o->gather(&d, x, label, images, labels, &clock, t->rows, pixels, t->ld),
                         0);
        assert_int_equal(clock.now, step);
        for (unsigned r = 0; r < t->rows; r++) {
            const size_t at = (size_t)step * t->rows + r;
            const uint32_t s =
                at < samples ? il_order((uint32_t)at, samples, clock.half_bits, clock.key) : 0;

            live += at < samples;
            if (at < samples)
                seen[s]++;
            assert_int_equal(label[r], at < samples ? labels[s] : 0);
            for (unsigned j = 0; j < t->ld; j++) /* one rounding of the quotient, one of 1/255 */
                near((double)x[AT(t, r, 0, j)],
                     at >= samples ? 0
                     : j < pixels  ? images[(size_t)s * pixels + j] / 255.0
                                   : j == pixels,
                     2 * EPS, "pixel");
        }
        if (step == clock.steps)
            assert_int_equal(live, 0);
        keep(t, x, (size_t)t->rows * t->ld * sizeof *x);
        if (live == t->rows)
            finish(t, x, t->rows, 1, 1);
        else
            free(x - GUARD);
    }
    for (unsigned i = 0; i < samples; i++)
        all += seen[i] == 1;
    assert_int_equal(all, samples); /* each sample once in an epoch */
    free(images);
    free(labels);
    free(seen);
    free(label);
}

/* Every activation in turn, one a run, so that all are seen whatever the number of runs. */
static void case_activate(struct trial *t)
{
    struct il_device d = { 0 };

    for (uint32_t first = 0; first < IL_ACT_COUNT; first += t->runs) {
        float *z = drawn(t, t->rows, -5, 5), *a = matrix(t, t->rows);
        struct il_act act[8];

        for (unsigned m = 0; m < t->runs; m++) {
            act[m].code = (first + m) % IL_ACT_COUNT;
            act[m].alpha = (float)draw(t, 0.1, 1.5);
        }
        assert_int_equal(t->o->activate(&d, a, z, act, t->runs, t->rows, t->cols, t->block, t->ld),
                         0);
        for (unsigned m = 0; m < t->runs; m++)
            for (unsigned r = 0; r < t->rows; r++) {
                double in[REF_INPUT], want[REF_INPUT];

                for (unsigned j = 0; j < t->cols; j++)
                    in[j] = (double)z[AT(t, r, m, j)];
                ref_activate(&act[m], (int)t->cols, in, want);
                /* a few ulp of each function, of intermediates up to 1 + |z|^2/4 < 8; a row's sum
                 * rounds once a term, of which a tree adds cols / LANES in a row and 7 levels */
                for (unsigned j = 0; j < t->cols; j++)
                    near((double)a[AT(t, r, m, j)], want[j], 64 * EPS * (1 + fabs(want[j])), "a");
            }
        assert_int_equal(t->o->activate(&d, z, z, act, t->runs, t->rows, t->cols, t->block, t->ld),
                         0);
        for (unsigned r = 0; r < t->rows; r++) /* in place: the same bits */
            if (memcmp(z + (size_t)r * t->ld, a + (size_t)r * t->ld,
                       t->runs * t->block * sizeof *a))
                fail_msg("%s: activate in place differs in row %u", t->o->flavour, r);
        finish(t, a, t->rows, 1, 1);
        free(z - GUARD);
    }
}

/* d(sum_j g_j f(z)_j)/dz_k by central differences; *kink: halving h changes it */
static double slope_of(const struct il_act *act, int n, double *z, const double *g, int k,
                       int *kink)
{
    double slope[2];

    for (int half = 0; half < 2; half++) {
        const double h = half ? 5e-6 : 1e-5, keep_z = z[k];
        double up[REF_INPUT], down[REF_INPUT], sum = 0;

        z[k] = keep_z + h;
        ref_activate(act, n, z, up);
        z[k] = keep_z - h;
        ref_activate(act, n, z, down);
        z[k] = keep_z;
        for (int j = ref_row_wise(act->code) ? 0 : k; j < (ref_row_wise(act->code) ? n : k + 1);
             j++)
            sum += g[j] * (up[j] - down[j]);
        slope[half] = sum / (2 * h);
    }
    *kink = fabs(slope[0] - slope[1]) > 1e-6;
    return slope[1];
}

static void case_activate_backward(struct trial *t)
{
    struct il_device d = { 0 };

    for (uint32_t first = 0; first < IL_ACT_COUNT; first += t->runs) {
        float *z = drawn(t, t->rows, -4, 4), *a = matrix(t, t->rows),
              *dz = drawn(t, t->rows, -1, 1);
        float *da = malloc((size_t)t->rows * t->ld * sizeof *da), ratio[8];
        struct il_act act[8];
        const int with_ratio = first % 2 == 0;

        assert_non_null(da);
        memcpy(da, dz, (size_t)t->rows * t->ld * sizeof *da);
        for (unsigned m = 0; m < t->runs; m++) {
            act[m].code = (first + m) % IL_ACT_COUNT;
            act[m].alpha = (float)draw(t, 0.1, 1.5);
            ratio[m] = (float)draw(t, 0.5, 2);
        }
        t->o->activate(&d, a, z, act, t->runs, t->rows, t->cols, t->block, t->ld);
        assert_int_equal(t->o->activate_backward(&d, dz, z, a, act, with_ratio ? ratio : NULL,
                                                 t->runs, t->rows, t->cols, t->block, t->ld),
                         0);
        for (unsigned m = 0; m < t->runs; m++)
            for (unsigned r = 0; r < t->rows; r++) {
                double in[REF_INPUT], g[REF_INPUT];

                for (unsigned j = 0; j < t->cols; j++) {
                    in[j] = (double)z[AT(t, r, m, j)];
                    g[j] = (double)da[AT(t, r, m, j)];
                }
                for (unsigned j = 0; j < t->cols; j++) {
                    int kink;
                    const double want = slope_of(&act[m], (int)t->cols, in, g, (int)j, &kink) *
                                        (with_ratio ? (double)ratio[m] : 1);

                    /* as for a; log_softmax sums cols terms below 1; differences are good to 1e-8
                     */
                    if (!kink)
                        near((double)dz[AT(t, r, m, j)], want, (128 + 2 * t->cols) * EPS + 2e-8,
                             "dz");
                }
            }
        finish(t, dz, t->rows, 1, 0);
        free(z - GUARD);
        free(a - GUARD);
        free(da);
    }
}

/*
 * Losses that are defined for an activation's outputs: logarithms want them positive, or clipped.
 * Logits are drawn from -3 to 3.
 */
static int suits(uint32_t act, uint32_t code)
{
    return !ref_takes_log(code) || code == IL_LOSS_CROSS_ENTROPY_CLIP ||
           ref_positive(&(const struct il_act){ act, 1.0f }, 3);
}

static unsigned best_of(const struct il_head *h, int n, const double *z)
{
    double a[REF_WIDTH];
    unsigned best = 0;

    if (h->code == IL_LOSS_SOFTMAX_CROSS_ENTROPY || ref_row_wise(h->act.code))
        memcpy(a, z, (size_t)n * sizeof *a);
    else
        ref_activate(&h->act, n, z, a);
    for (int k = 1; k < n; k++)
        if ((float)a[k] > (float)a[best])
            best = (unsigned)k;
    return best;
}

/* One row of one run against the reference: cost is returned, the gradient is compared. */
static double check_row(const struct trial *t, const struct il_head *h, const float *z,
                        const float *dz, unsigned label, double scale)
{
    const int n = (int)t->cols;
    double in[REF_WIDTH] = { 0 }, cost;

    for (int k = 0; k < n; k++)
        in[k] = (double)z[k];
    cost = ref_cost(h, 1, n, in, label);
    for (int k = 0; k < n; k++) {
        double slope[2];

        for (int half = 0; half < 2; half++) {
            const double step = half ? 5e-6 : 1e-5, keep_z = in[k];

            in[k] = keep_z + step;
            slope[half] = ref_cost(h, 1, n, in, label);
            in[k] = keep_z - step;
            slope[half] -= ref_cost(h, 1, n, in, label);
            in[k] = keep_z;
            slope[half] /= 2 * step;
        }
        /* outputs to 16 ulp, 1/a up to 1/eps = 20 or e^3, sums of n terms; differences to 1e-8 of
         * it */
        if (fabs(slope[0] - slope[1]) <= 1e-6 * (1 + fabs(slope[1])))
            near((double)dz[k], slope[1] * scale,
                 fabs(scale) * (20 * (n + 64) * EPS * (1 + fabs(slope[1])) + 1e-7), "dL/dz");
    }
    return cost;
}

static void loss_of(struct trial *t, uint32_t act, uint32_t code, unsigned step, int with_rate)
{
    const unsigned samples = 2 * t->rows - t->rows / 2, steps = 2;
    const unsigned live = step >= steps ? 0 : step ? samples - t->rows : t->rows;
    struct il_clock clock = { .now = step, .next = 99, .steps = steps, .samples = samples };
    struct il_head head[8];
    struct il_sums sums[8], before[8];
    float *z = drawn(t, t->rows, -3, 3), *dz = matrix(t, t->rows), rate[16];
    uint8_t *label = malloc(t->rows);
    struct il_device d = { 0 };

    assert_non_null(label);
    for (unsigned r = 0; r < t->rows; r++)
        label[r] = (uint8_t)draw(t, 0, t->cols - 0.001);
    for (unsigned m = 0; m < t->runs; m++) {
        const struct il_head h = {
            { act, (float)draw(t, 0.1, 1) }, code, m % 2 ? 0.1f : 0.0f, 0.05f, m % 3 ? 1.0f : 0.5f
        };
        const struct il_sums s = { draw(t, 0, 9), m, IL_NEVER };

        head[m] = h;
        sums[m] = before[m] = s;
        rate[2 * m] = (float)draw(t, 0.5, 1);
        rate[2 * m + 1] = (float)draw(t, 0.5, 1);
    }
    assert_int_equal(t->o->loss(&d, NULL, sums, z, label, head, NULL, &clock, t->runs, t->rows,
                                t->cols, t->block, t->ld, 0),
                     0);
    keep(t, sums,
         t->runs * sizeof *sums); /* the sums do not depend on the gradient's being asked */
    memcpy(sums, before, t->runs * sizeof *sums);
    assert_int_equal(t->o->loss(&d, dz, sums, z, label, head, with_rate ? rate : NULL, &clock,
                                t->runs, t->rows, t->cols, t->block, t->ld, 1),
                     0);
    assert_memory_equal(t->record + t->length - t->runs * sizeof *sums, sums,
                        t->runs * sizeof *sums);
    assert_int_equal(clock.next, step + 1);
    for (unsigned m = 0; m < t->runs; m++) {
        double cost = before[m].cost;
        uint32_t correct = before[m].correct;
        const double scale =
            live ? (double)head[m].gradient * (with_rate ? (double)rate[2 * m + step] : 1) / live
                 : 0;

        for (unsigned r = 0; r < t->rows; r++) {
            double in[REF_WIDTH];

            for (unsigned k = 0; k < t->cols; k++)
                in[k] = (double)z[AT(t, r, m, k)];
            if (r < live) {
                cost += check_row(t, &head[m], z + AT(t, r, m, 0), dz + AT(t, r, m, 0), label[r],
                                  scale);
                correct += best_of(&head[m], (int)t->cols, in) == label[r];
            } else {
                for (unsigned k = 0; k < t->cols; k++)
                    assert_true(dz[AT(t, r, m, k)] == 0.0f);
            }
        }
        /* each term to 16 ulp, 20-fold by the logarithm, a sum of cols below cols * 10 */
        alike(sums[m].cost, cost, t->rows * t->cols * (t->cols + 320.0) * EPS, "cost");
        assert_int_equal(sums[m].correct, correct);
        assert_int_equal(sums[m].diverged, IL_NEVER);
    }
    keep(t, sums, t->runs * sizeof *sums);
    finish(t, dz, t->rows, 1, 0);
    free(z - GUARD);
    free(label);
}

static void case_loss(struct trial *t)
{
    if (t->cols > CLASSES_MOST)
        return;
    for (uint32_t act = 0; act < IL_ACT_COUNT; act++)
        for (uint32_t code = 0; code < IL_LOSS_COUNT; code++)
            if (suits(act, code))
                loss_of(t, act, code, (act + code) % 3, act % 2 == 0);
}

static void case_sgd(struct trial *t)
{
    struct il_device d = { 0 };

    for (unsigned pick = 0; pick < 4 * (IL_RULE_COUNT + 1); pick++) {
        const unsigned which = pick % (IL_RULE_COUNT + 1), rule = which % IL_RULE_COUNT;
        const unsigned step = which == IL_RULE_COUNT ? 2 : which % 2, steps = 2;
        const int decoupled = pick / (IL_RULE_COUNT + 1) % 2;
        const int multiplied = pick / (2 * (IL_RULE_COUNT + 1));
        const float mu = 0.9f, decay = 0.03f;
        const struct il_clock clock = { .now = step, .steps = steps };
        float *w = drawn(t, t->rows, -2, 2), *v = drawn(t, t->rows, -2, 2),
              *g = drawn(t, t->rows, -2, 2);
        const size_t bytes = (size_t)t->rows * t->ld * sizeof *w;
        float *w0 = malloc(bytes), *v0 = malloc(bytes), rate[16], multiplier[16];

        assert_true(w0 && v0);
        memcpy(w0, w, bytes);
        memcpy(v0, v, bytes);
        for (unsigned i = 0; i < 2 * t->runs; i++) {
            rate[i] = (float)draw(t, 0.05, 0.5);
            multiplier[i] = (float)draw(t, 0.5, 2);
        }
        assert_int_equal(t->o->sgd(&d, w, rule == IL_RULE_SGD ? NULL : v, g, rate,
                                   multiplied ? multiplier : NULL, &clock, t->runs, t->rows,
                                   t->cols, t->block, t->ld, rule, mu, decay, decoupled,
                                   t->rows - 1),
                         0);
        if (step >= steps) {
            assert_memory_equal(w, w0, bytes);
            assert_memory_equal(v, v0, bytes);
        }
        for (unsigned m = 0; m < t->runs && step < steps; m++)
            for (unsigned i = 0; i < t->rows; i++)
                for (unsigned j = 0; j < t->cols; j++) {
                    const size_t e = AT(t, i, m, j);
                    const double own = (double)multiplier[2 * m + (i + 1 == t->rows)];
                    const double lr = (double)rate[2 * m + step] * (multiplied ? own : 1);
                    const double lambda = i + 1 < t->rows ? (double)decay : 0, old = (double)w0[e];
                    struct ref_weight x = { .w = old, .m = (double)v0[e] };

                    ref_rule(rule, (double)mu, (double)g[e] + (decoupled ? 0 : lambda * old), lr,
                             &x);
                    /* at most 8 roundings of numbers below 8 */
                    near((double)w[e], x.w - (decoupled ? lr * lambda * old : 0), 64 * EPS, "w");
                    near((double)v[e], x.m, 64 * EPS, "v");
                }
        finish(t, w, t->rows, 0, 0);
        finish(t, v, t->rows, 0, 0);
        free(g - GUARD);
        free(w0);
        free(v0);
    }
}

static void case_adam(struct trial *t)
{
    struct il_device d = { 0 };

    for (unsigned pick = 0; pick < 12; pick++) {
        const unsigned step = pick / 2 % 3, steps = 2;
        const int decoupled = pick % 2, multiplied = pick / 6;
        const float b1 = 0.9f, b2 = 0.99f, eps = 1e-3f, decay = 0.03f;
        const float correction[] = { 10.0f, 10.0f, 5.3f, 7.1f };
        const struct il_clock clock = { .now = step, .steps = steps };
        float *w = drawn(t, t->rows, -2, 2), *m1 = drawn(t, t->rows, -1, 1);
        float *v = drawn(t, t->rows, 0.01, 1), *g = drawn(t, t->rows, -1, 1);
        const size_t bytes = (size_t)t->rows * t->ld * sizeof *w;
        float *w0 = malloc(bytes), *m0 = malloc(bytes), *v0 = malloc(bytes);
        float rate[16], multiplier[16];

        assert_true(w0 && m0 && v0);
        memcpy(w0, w, bytes);
        memcpy(m0, m1, bytes);
        memcpy(v0, v, bytes);
        for (unsigned i = 0; i < 2 * t->runs; i++) {
            rate[i] = (float)draw(t, 0.05, 0.5);
            multiplier[i] = (float)draw(t, 0.5, 2);
        }
        assert_int_equal(t->o->adam(&d, w, m1, v, g, rate, multiplied ? multiplier : NULL,
                                    correction, &clock, t->runs, t->rows, t->cols, t->block, t->ld,
                                    b1, b2, eps, decay, decoupled, t->rows - 1),
                         0);
        if (step >= steps)
            assert_memory_equal(w, w0, bytes);
        for (unsigned m = 0; m < t->runs && step < steps; m++)
            for (unsigned i = 0; i < t->rows; i++)
                for (unsigned j = 0; j < t->cols; j++) {
                    const size_t e = AT(t, i, m, j);
                    const double own = (double)multiplier[2 * m + (i + 1 == t->rows)];
                    const double lr = (double)rate[2 * m + step] * (multiplied ? own : 1);
                    const double old = (double)w0[e];
                    const double lambda = i + 1 < t->rows ? (double)decay : 0;
                    const double s = (double)g[e] + (decoupled ? 0 : lambda * old);
                    const double mean = (double)b1 * (double)m0[e] + (1 - (double)b1) * s;
                    const double square = (double)b2 * (double)v0[e] + (1 - (double)b2) * s * s;
                    const double change =
                        lr * (double)correction[2 * step] * mean /
                        (sqrt(square) * (double)correction[2 * step + 1] + (double)eps);
                    const double from = decoupled ? old - lr * lambda * old : old;

                    /* states: 4 roundings below 2; the change: 12 of itself, and 2^-24 / (sqrt(.01)
                     * * 7) of mean's; its size is below 10 * 2 / .7 */
                    near((double)m1[e], mean, 8 * EPS, "m");
                    near((double)v[e], square, 8 * EPS, "v");
                    near((double)w[e], from - change, (12 * fabs(change) + 64) * EPS, "w");
                }
        finish(t, w, t->rows, 0, 0);
        finish(t, m1, t->rows, 0, 0);
        finish(t, v, t->rows, 0, 0);
        free(g - GUARD);
        free(w0);
        free(m0);
        free(v0);
    }
}

static const struct {
    const char *name;
    void (*run)(struct trial *t);
} cases[] = {
#define X(name, params, args, bytes, flops) { #name, case_##name },
#include "ops.def"
#undef X
};

/* Sizes that fit nothing: 1x1, 7x3, more rows than lanes, more classes than a chunk. */
static const struct {
    unsigned rows, cols, runs;
} shapes[] = {
    { 1, 1, 1 },  { 7, 3, 1 },  { 7, 3, 3 },   { 5, 10, 5 },  { 131, 10, 1 },
    { 9, 17, 3 }, { 3, 37, 1 }, { 2, 300, 1 }, { 129, 5, 3 },
};

static void run_case(size_t c, unsigned rows, unsigned cols, unsigned runs, uint64_t seed)
{
    const struct ops *flavour[3];
    const size_t count = flavours(flavour);
    struct trial first = { 0 };

    for (size_t f = 0; f < count; f++) {
        struct trial t = { flavour[f], rows, cols, runs, cols + 1 + cols % 3, 0, seed, 0, NULL, 0 };

        t.ld = (runs * t.block + 15) / 16 * 16;
        cases[c].run(&t);
        if (f == 0) {
            first = t;
            continue;
        }
        if (t.length != first.length || (t.length && memcmp(t.record, first.record, t.length)))
            fail_msg("%s: %s and %s differ at %u x %u, %u runs", cases[c].name, first.o->flavour,
                     t.o->flavour, rows, cols, runs);
        free(t.record);
    }
    free(first.record);
}

static void test_every_op(void **state)
{
    (void)state;
    print_message("test_ops: seed %llu\n", (unsigned long long)SEED);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
            run_case(c, shapes[s].rows, shapes[s].cols, shapes[s].runs, SEED + s);
        for (unsigned i = 0; i < 4; i++) { /* and some at random */
            const struct il_words w = il_philox(SEED, i, 99);

            run_case(c, 1 + w.v[0] % 40, 1 + w.v[1] % 30, 1 + w.v[2] % 5, SEED + 100 + i);
        }
    }
}

/* --- exact demands on the loss ---------------------------------------------------------------- */

/* One row of logits, one run. */
static struct il_sums one_row(const struct ops *o, const float *z, float *dz, unsigned classes,
                              uint8_t label, uint32_t act, uint32_t code, unsigned step)
{
    const struct il_head head = { { act, 1.0f }, code, 0.0f, 1e-7f, 1.0f };
    struct il_clock clock = { .now = step, .steps = 9, .samples = 9 };
    struct il_sums sums = { 0, 0, IL_NEVER };
    struct il_device d = { 0 };

    o->loss(&d, dz, &sums, z, &label, &head, NULL, &clock, 1, 1, classes, classes, classes, 1);
    return sums;
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
        for (uint32_t code = 0; code <= IL_LOSS_MSE; code += IL_LOSS_MSE) {
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
                         i ? IL_RULE_MOMENTUM_TORCH : IL_RULE_MOMENTUM_KERAS, 0.9f, 0, 0, 0);
        }
        near((double)w, want[i], 8 * EPS, "theta 2");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_op),
        cmocka_unit_test(test_ones_with_tanh_stand_still),
        cmocka_unit_test(test_raw_cross_entropy_of_zeros_is_nan),
        cmocka_unit_test(test_nan_predicts_nothing_and_ties_go_to_the_first),
        cmocka_unit_test(test_momentum_forms_differ_when_the_rate_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
