/*
 * ops_reference.h - every op of kernels/ops.def against a reference in double: check_NAME has the op's
 * own parameters, calls it by the table of the flavour being tested, and looks at all that it wrote
 * and at all that it should have left alone. An op without one does not compile.
 *
 * Arguments are those of host/selftest/operands.c, whose ranges the tolerances rest on. Where a case
 * draws something rare (NaN, infinite, subnormal, huge), what comes of it has no reference here:
 * flavours and devices must still agree about its bits.
 */
#ifndef TESTS_OPS_REFERENCE_H
#define TESTS_OPS_REFERENCE_H

#include <stdio.h>
#include "kernel.h"
#include "elementary.h"
#include "random.h"
#include "host_device.h"
#include "reference.h"
#include "support.h"

static const double EPS = 1.0 / (1 << 24); /* half an ulp of 1 */

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

/* A host device that checks: memory, and the ops that it calls. */
struct checked {
    struct host host;
    const struct ops *o;
};
static const struct ops *ops_of(const struct il_device *d)
{
    return ((const struct checked *)d)->o;
}

/* A matrix of runs: see ops.def. */
struct grid {
    unsigned runs, rows, cols, block, ld;
};
#define AT(g, i, m, j) ((size_t)(i) * (g)->ld + (size_t)(m) * (g)->block + (j))

/* NaN where NaN is wanted, and the very infinity */
static void alike(double got, double want, double tolerance, const char *what)
{
    if (isnan(want) || isinf(want)) {
        if (isnan(want) ? !isnan(got) : got != want)
            fail_msg("%s: %.9g, not %.9g", what, got, want);
    } else {
        near(got, want, tolerance, what);
    }
}

/* ---- what an op may write -------------------------------------------------------------------- */

/* keep a copy of all memory, for what the op should start from and for what it should leave alone */
static void snapshot(struct il_device *d)
{
    struct host *const h = (struct host *)d;

    for (unsigned i = 0; i < h->areas; i++) {
        h->area[i].before = malloc(h->area[i].bytes);
        assert_non_null(h->area[i].before);
        memcpy(h->area[i].before, h->area[i].data, h->area[i].bytes);
    }
}

/* what an allocation held */
static const void *before(struct il_device *d, const void *p)
{
    struct host *const h = (struct host *)d;

    for (unsigned i = 0; i < h->areas; i++)
        if (h->area[i].data == p)
            return h->area[i].before;
    fail_msg("no such allocation");
    return NULL;
}

static int is_canary(const uint8_t *p, size_t n)
{
    while (n > 0 && p[n - 1] == HOST_CANARY)
        n--;
    return n == 0;
}

/* no guard was touched, and no memory but what was to be written; forgets the snapshot */
static void settle(struct il_device *d, const char *op, const void *const *written, size_t count)
{
    struct host *const h = (struct host *)d;

    for (unsigned i = 0; i < h->areas; i++) {
        struct host_area *const a = &h->area[i];
        int may = 0;

        if (!is_canary(a->data - HOST_GUARD, HOST_GUARD) ||
            !is_canary(a->data + a->bytes, HOST_GUARD))
            fail_msg("%s of %s wrote outside its memory", op, ops_of(d)->flavour);
        for (size_t k = 0; k < count; k++)
            may |= written[k] == a->data;
        if (!may && memcmp(a->before, a->data, a->bytes) != 0)
            fail_msg("%s of %s changed what it should only read", op, ops_of(d)->flavour);
        free(a->before);
        a->before = NULL;
    }
}
#define SETTLE(d, op, ...)                                                                         \
    settle(d, op, (const void *const[]){ __VA_ARGS__ },                                            \
           sizeof((const void *const[]){ __VA_ARGS__ }) / sizeof(void *))

/*
 * Columns that belong to no run, and those of a run past its width, are as they were; zeroed: the
 * latter are 0, one: but for the first, the next layer's constant 1.
 */
static void check_padding(struct il_device *d, const char *op, const float *p, const struct grid *g,
                          int zeroed, int one)
{
    const float *const was = before(d, p);

    for (size_t e = 0; e < (size_t)g->rows * g->ld; e++) {
        const unsigned column = (unsigned)(e % g->ld), j = column % g->block;
        const int in_run = column < g->runs * g->block;
        const float cleared = one && j == g->cols ? 1.0f : 0.0f;

        if (in_run && j < g->cols)
            continue;
        if (in_run && zeroed ? !(p[e] == cleared) : memcmp(&p[e], &was[e], sizeof *p) != 0)
            fail_msg("%s of %s: padding at row %zu column %u is %g", op, ops_of(d)->flavour,
                     e / g->ld, column, (double)p[e]);
    }
}

/* is a number within the range that a tolerance was derived for? */
static int ordinary(float x, double most) { return fabs((double)x) <= most; }

/* ---- initial weights ------------------------------------------------------------------------- */

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

/* element e of a drawn tensor of so many columns, from the definitions in fill.cu */
static double filled(const struct il_fill *f, unsigned e, unsigned cols)
{
    const uint32_t word = il_philox(f->seed, e / 4, f->tensor).v[e % 4];
    const double a = (double)f->a, b = (double)f->b;
    const unsigned i = e / cols, j = e % cols;

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

/* exactly `count` elements of each unit are kept */
static void check_sparse(const struct grid *g, const float *w, unsigned m, const struct il_fill *f)
{
    const unsigned units = f->by_row ? g->rows : g->cols, n = f->by_row ? g->cols : g->rows;

    for (unsigned u = 0; u < units; u++) {
        unsigned kept = 0;

        for (unsigned e = 0; e < n; e++)
            kept += w[f->by_row ? AT(g, u, m, e) : AT(g, e, m, u)] != 0.0f;
        assert_int_equal(kept, f->count < n ? f->count : n);
    }
}

/* the part of a run's matrix that is drawn; the rest mirrors it */
static unsigned drawn_rows(const struct il_fill *f, const struct grid *g)
{
    return f->mirror & IL_MIRROR_ROWS ? g->rows / 2 : g->rows;
}
static unsigned drawn_cols(const struct il_fill *f, const struct grid *g)
{
    return f->mirror & IL_MIRROR_COLS ? g->cols / 2 : g->cols;
}

static void check_filled(const struct grid *g, const float *w, unsigned m, const struct il_fill *f)
{
    const unsigned rows = drawn_rows(f, g), cols = drawn_cols(f, g);
    const int exact = f->law == IL_LAW_CONSTANT || f->law >= IL_LAW_IDENTITY;
    const int cut = f->law == IL_LAW_TRUNC_NORMAL;
    /* three roundings of numbers below 4 + |b z| < 16; the cut normal's z < 5 has an error of 4 ulp,
     * and as much from the roundings of p and of the bounds: 3 * 8 * 4 */
    const double tolerance = exact ? 0 : cut ? (3 * 16 + 96) * EPS : 3 * 16 * EPS;

    for (unsigned i = 0; i < g->rows; i++)
        for (unsigned j = 0; j < g->cols; j++) {
            const int odd = (i >= rows) != (j >= cols);
            const double is = (double)w[AT(g, i, m, j)], got = odd ? -is : is;

            if (f->law == IL_LAW_SPARSE && got == 0)
                continue;
            near(got, filled(f, i % rows * cols + j % cols, cols), tolerance, "fill");
            assert_true(!cut || (got >= (double)f->low && got <= (double)f->high));
        }
    if (f->law == IL_LAW_SPARSE)
        check_sparse(g, w, m, f);
}

static int check_fill(struct il_device *d, float *w, const struct il_fill *fill, unsigned runs,
                      unsigned rows, unsigned cols, unsigned block, unsigned ld)
{
    const struct grid g = { runs, rows, cols, block, ld };

    snapshot(d);
    assert_int_equal(ops_of(d)->fill(d, w, fill, runs, rows, cols, block, ld), 0);
    for (unsigned m = 0; m < runs; m++)
        check_filled(&g, w, m, &fill[m]);
    check_padding(d, "fill", w, &g, 0, 0);
    SETTLE(d, "fill", w);
    return 0;
}

/*
 * Q is right if its columns are orthonormal and R = Q' A is upper triangular with a positive
 * diagonal: that decomposition is unique. Tolerance: `small` reflections, each a sum of `tall`
 * products and a handful of roundings on columns of norm 1: small * (tall + 20) * 2^-24; for R
 * times the norm of A's columns, below sqrt(tall) * 5.
 */
static void check_q(const struct grid *g, const float *w, const float *was, unsigned m,
                    const struct il_fill *f)
{
    const unsigned rows = drawn_rows(f, g), cols = drawn_cols(f, g);
    const int wide = rows < cols;
    const unsigned tall = wide ? cols : rows, small = wide ? rows : cols;
    const double slack = small * (tall + 20.0) * EPS, gain = (double)f->gain;

#define ELEMENT(a, k, l) ((double)(a)[wide ? AT(g, l, m, k) : AT(g, k, m, l)])
    for (unsigned x = 0; x < small; x++)
        for (unsigned y = 0; y < small; y++) {
            double qq = 0, qa = 0;

            for (unsigned k = 0; k < tall; k++) {
                qq += ELEMENT(w, k, x) * ELEMENT(w, k, y);
                qa += ELEMENT(w, k, x) * ELEMENT(was, k, y);
            }
            near(qq, x == y ? gain * gain : 0, slack * gain * gain, "Q'Q");
            if (x > y)
                near(qa, 0, slack * gain * 5 * sqrt(tall), "R below its diagonal");
            if (x == y)
                assert_true(qa > 0);
        }
#undef ELEMENT
    for (unsigned i = 0; i < g->rows; i++)
        for (unsigned j = 0; j < g->cols; j++) {
            const float same = w[AT(g, i % rows, m, j % cols)];

            assert_true(w[AT(g, i, m, j)] == ((i >= rows) != (j >= cols) ? -same : same));
        }
}

static int check_orthogonal(struct il_device *d, float *w, float *work, const struct il_fill *fill,
                            unsigned runs, unsigned rows, unsigned cols, unsigned block,
                            unsigned ld)
{
    const struct grid g = { runs, rows, cols, block, ld };
    const float *was;

    snapshot(d);
    was = before(d, w);
    assert_int_equal(ops_of(d)->orthogonal(d, w, work, fill, runs, rows, cols, block, ld), 0);
    for (unsigned m = 0; m < runs; m++) {
        if (fill[m].after == IL_AFTER_ORTHOGONAL) {
            check_q(&g, w, was, m, &fill[m]);
            continue;
        }
        for (unsigned i = 0; i < rows; i++)
            assert_memory_equal(&w[AT(&g, i, m, 0)], &was[AT(&g, i, m, 0)], cols * sizeof *w);
    }
    check_padding(d, "orthogonal", w, &g, 0, 0);
    SETTLE(d, "orthogonal", w, work);
    return 0;
}

/* the same sums of the same numbers in the same order: nothing may differ */
static int check_moments(struct il_device *d, struct il_moments *out, const float *x, unsigned rows,
                         unsigned cols, unsigned ld, float edge)
{
    snapshot(d);
    assert_int_equal(ops_of(d)->moments(d, out, x, rows, cols, ld, edge), 0);
    for (unsigned j = 0; j < cols; j++) {
        double sum = 0, square = 0, spread = 0, least = INFINITY, most = -INFINITY;
        unsigned zeros = 0, large = 0;
        int nan = 0;

        for (unsigned i = 0; i < rows; i++) {
            const double v = (double)x[(size_t)i * ld + j];

            sum += v;
            square += v * v;
            least = v < least ? v : least;
            most = v > most ? v : most;
            zeros += v == 0;
            large += fabs(v) > (double)edge;
            nan |= isnan(v);
        }
        for (unsigned i = 0; i < rows; i++) {
            const double v = (double)x[(size_t)i * ld + j] - sum / rows;

            spread += v * v;
        }
        /* the same sums of the same numbers in the same order: nothing may differ */
        alike(out[j].sum, sum, 0, "sum");
        alike(out[j].spread, spread, 0, "spread");
        alike(out[j].square, square, 0, "sum of squares");
        alike((double)out[j].least, nan ? NAN : least, 0, "least");
        alike((double)out[j].most, nan ? NAN : most, 0, "most");
        assert_int_equal(out[j].zeros, zeros);
        assert_int_equal(out[j].large, large);
    }
    SETTLE(d, "moments", out);
    return 0;
}

/*
 * The same sums of the same numbers in the same order: nothing may differ. Digests are equal where all bits are: each
 * column is compared with one before it, and a column with the same but for one bit of one element.
 */
static int check_change(struct il_device *d, struct il_change *changes, const float *x,
                        const float *before, unsigned rows, unsigned cols, unsigned ld)
{
    struct il_change one = { .square = 0 }, other = one;
    float *const copy = malloc(rows * sizeof *copy);

    assert_non_null(copy);
    snapshot(d);
    assert_int_equal(ops_of(d)->change(d, changes, x, before, rows, cols, ld), 0);
    for (unsigned j = 0; j < cols; j++) {
        double square = 0, moved = 0;
        int same = j > 0;

        for (unsigned i = 0; i < rows; i++) {
            const double v = (double)x[(size_t)i * ld + j];
            const double step = before ? v - (double)before[(size_t)i * ld + j] : 0;

            square += v * v;
            moved += step * step;
            copy[i] = x[(size_t)i * ld + j];
            same = same && memcmp(&x[(size_t)i * ld + j], &x[(size_t)i * ld + j - 1], 4) == 0;
        }
        alike(changes[j].square, square, 0, "sum of squares");
        alike(changes[j].moved, moved, 0, "sum of squares of changes");
        if (j > 0)
            assert_int_equal(memcmp(changes[j].digest, changes[j - 1].digest, 8) == 0, same);
        assert_int_equal(ops_of(d)->change(d, &one, copy, NULL, rows, 1, 1), 0);
        assert_memory_equal(one.digest, changes[j].digest, 8);
        copy[j % rows] = as_float(as_uint(copy[j % rows]) ^ 1u << j % 32);
        assert_int_equal(ops_of(d)->change(d, &other, copy, NULL, rows, 1, 1), 0);
        assert_true(one.digest[0] != other.digest[0] || one.digest[1] != other.digest[1]);
    }
    free(copy);
    SETTLE(d, "change", changes);
    return 0;
}

/* the bias is the row after `rows` */
static int check_rescale(struct il_device *d, float *w, const float *scale, const float *shift,
                         unsigned rows, unsigned cols, unsigned ld)
{
    const struct grid g = { 1, rows + 1, cols, cols, ld };
    const float *was;

    snapshot(d);
    was = before(d, w);
    assert_int_equal(ops_of(d)->rescale(d, w, scale, shift, rows, cols, ld), 0);
    for (unsigned i = 0; i <= rows; i++)
        for (unsigned j = 0; j < cols; j++) {
            const size_t e = AT(&g, i, 0, j);
            const double y = (double)was[e] * (double)scale[j];

            if (i == rows && !shift)
                assert_memory_equal(&w[e], &was[e], sizeof *w);
            else if (ordinary(was[e], 2))
                near((double)w[e], i == rows ? y + (double)shift[j] : y, 8 * EPS, "rescale");
        }
    check_padding(d, "rescale", w, &g, 0, 0);
    SETTLE(d, "rescale", w);
    return 0;
}

/* ---- a batch --------------------------------------------------------------------------------- */

static int check_gather(struct il_device *d, float *x, uint8_t *label, const uint8_t *images,
                        const uint8_t *labels, struct il_clock *clock, unsigned rows,
                        unsigned pixels, unsigned ld)
{
    const uint32_t step = clock->next, samples = clock->samples;

    snapshot(d);
    assert_int_equal(ops_of(d)->gather(d, x, label, images, labels, clock, rows, pixels, ld), 0);
    assert_int_equal(clock->now, step);
    for (unsigned r = 0; r < rows; r++) {
        const uint32_t at = step * rows + r;
        const int live = at < samples;
        const uint32_t s = live ? il_order(at, samples, clock->half_bits, clock->key) : 0;

        assert_int_equal(label[r], live ? labels[s] : 0);
        for (unsigned j = 0; j < ld; j++) /* one rounding of the quotient, one of 1/255 */
            near((double)x[(size_t)r * ld + j],
                 !live        ? 0
                 : j < pixels ? images[(size_t)s * pixels + j] / 255.0
                              : j == pixels,
                 2 * EPS, "pixel");
    }
    SETTLE(d, "gather", x, label, clock);
    return 0;
}

/* ---- activations ----------------------------------------------------------------------------- */

static int ordinary_row(const float *z, unsigned n, double most)
{
    while (n > 0 && ordinary(z[n - 1], most))
        n--;
    return n == 0;
}

/* a row of one run, in double */
static void to_double(const float *z, unsigned n, double *to)
{
    for (unsigned j = 0; j < n; j++)
        to[j] = (double)z[j];
}

/*
 * A few ulp of each function, of intermediates up to 1 + |z|^2/4 < 8; a row's sum rounds once a
 * term, of which a tree adds cols / LANES in a row and 7 levels.
 */
static void check_outputs(const struct grid *g, const float *z, const float *a,
                          const struct il_act *act)
{
    for (unsigned m = 0; m < g->runs; m++)
        for (unsigned r = 0; r < g->rows; r++) {
            const float *const row = z + AT(g, r, m, 0);
            double in[REF_INPUT], want[REF_INPUT];

            to_double(row, g->cols, in);
            if (ref_row_wise(act[m].code) && !ordinary_row(row, g->cols, 5))
                continue;
            ref_activate(&act[m], (int)g->cols, in, want);
            for (unsigned j = 0; j < g->cols; j++)
                if (ordinary(row[j], 5))
                    near((double)a[AT(g, r, m, j)], want[j], 64 * EPS * (1 + fabs(want[j])), "a");
        }
}

static int check_activate(struct il_device *d, float *a, const float *z, const struct il_act *act,
                          unsigned runs, unsigned rows, unsigned width, unsigned block, unsigned ld)
{
    const struct grid g = { runs, rows, width, block, ld };
    const size_t n = (size_t)rows * ld;
    float *const apart =
        malloc(n * sizeof *apart); /* in place where the call is not, and the other way */

    assert_non_null(apart);
    snapshot(d);
    memcpy(apart, before(d, a == z ? a : z), n * sizeof *apart);
    if (a == z) {
        float *const from = malloc(n * sizeof *from);

        assert_non_null(from);
        memcpy(from, apart, n * sizeof *from);
        assert_int_equal(ops_of(d)->activate(d, apart, from, act, runs, rows, width, block, ld), 0);
        free(from);
    } else {
        assert_int_equal(ops_of(d)->activate(d, apart, apart, act, runs, rows, width, block, ld),
                         0);
    }
    assert_int_equal(ops_of(d)->activate(d, a, z, act, runs, rows, width, block, ld), 0);
    check_outputs(&g, before(d, z), a, act);
    for (unsigned r = 0; r < rows; r++)
        if (memcmp(a + (size_t)r * ld, apart + (size_t)r * ld, runs * block * sizeof *a) != 0)
            fail_msg("%s: activate in place differs in row %u", ops_of(d)->flavour, r);
    check_padding(d, "activate", a, &g, 1, 1);
    SETTLE(d, "activate", a);
    free(apart);
    return 0;
}

/* d(sum_j g_j f(z)_j)/dz_k by central differences; *kink: halving h changes it */
static double slope_of(const struct il_act *act, int n, double *z, const double *g, int k,
                       int *kink)
{
    const int all = ref_row_wise(act->code);
    double slope[2];

    for (int half = 0; half < 2; half++) {
        const double h = half ? 5e-6 : 1e-5, keep_z = z[k];
        double up[REF_INPUT], down[REF_INPUT], sum = 0;

        z[k] = keep_z + h;
        ref_activate(act, n, z, up);
        z[k] = keep_z - h;
        ref_activate(act, n, z, down);
        z[k] = keep_z;
        for (int j = all ? 0 : k; j < (all ? n : k + 1); j++)
            sum += g[j] * (up[j] - down[j]);
        slope[half] = sum / (2 * h);
    }
    *kink = fabs(slope[0] - slope[1]) > 1e-6;
    return slope[1];
}

/* as for a; log_softmax sums cols terms below 1; differences are good to 1e-8 */
static void check_slopes(const struct grid *g, const float *z, const float *da, const float *dz,
                         const struct il_act *act, double ratio, unsigned m, unsigned r)
{
    double in[REF_INPUT], back[REF_INPUT];

    if (!ordinary_row(z + AT(g, r, m, 0), g->cols, 4))
        return;
    to_double(z + AT(g, r, m, 0), g->cols, in);
    to_double(da + AT(g, r, m, 0), g->cols, back);
    for (unsigned j = 0; j < g->cols; j++) {
        int kink;
        const double want = slope_of(act, (int)g->cols, in, back, (int)j, &kink) * ratio;

        if (!kink && fabs(in[j]) > 1e-4) /* at 0 itself halving h sees no kink */
            near((double)dz[AT(g, r, m, j)], want, (128 + 2 * g->cols) * EPS + 2e-8, "dz");
    }
}

static int check_activate_backward(struct il_device *d, float *dz, const float *z, const float *a,
                                   const struct il_act *act, const float *ratio, unsigned runs,
                                   unsigned rows, unsigned width, unsigned block, unsigned ld)
{
    const struct grid g = { runs, rows, width, block, ld };

    snapshot(d);
    assert_int_equal(
        ops_of(d)->activate_backward(d, dz, z, a, act, ratio, runs, rows, width, block, ld), 0);
    for (unsigned m = 0; m < runs; m++)
        for (unsigned r = 0; r < rows; r++)
            check_slopes(&g, z, before(d, dz), dz, &act[m], ratio ? (double)ratio[m] : 1, m, r);
    check_padding(d, "activate_backward", dz, &g, 1, 0);
    SETTLE(d, "activate_backward", dz);
    return 0;
}

/* ---- losses ---------------------------------------------------------------------------------- */

/*
 * Losses that are defined for an activation's outputs: logarithms want them positive, or clipped.
 * Logits are drawn from -3 to 3.
 */
static int suits(const struct il_head *h)
{
    return !ref_takes_log(h->code) || h->code == IL_LOSS_CROSS_ENTROPY_CLIP ||
           ref_positive(&h->act, 3);
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

/* one row's gradient by central differences of its cost */
static void check_gradient(const struct il_head *h, int n, double *in, const float *dz,
                           unsigned label, double scale)
{
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
}

/* a call of the op, as the checks below need it */
struct loss_call {
    struct grid g;
    const float *z, *dz; /* dz NULL: no gradient was asked for */
    const uint8_t *label;
    const struct il_head *head;
    const float *rate;
    unsigned step, steps, live;
};

/* rows [first, first + LANES) of run m: what they add to the sums that were, and their gradients */
static void check_tile(const struct loss_call *c, unsigned m, unsigned first, struct il_sums was,
                       const struct il_sums *sums)
{
    const struct grid *const g = &c->g;
    const struct il_head *const h = &c->head[m];
    const double rate = c->rate && c->live ? (double)c->rate[c->steps * m + c->step] : 1;
    const double scale = c->live ? (double)h->gradient * rate / c->live : 0;

    for (unsigned r = first; r < g->rows && r < first + LANES; r++) {
        double in[REF_WIDTH] = { 0 };

        to_double(c->z + AT(g, r, m, 0), g->cols, in);
        if (r >= c->live) {
            for (unsigned k = 0; c->dz && k < g->cols; k++)
                assert_true(c->dz[AT(g, r, m, k)] == 0.0f);
            continue;
        }
        was.cost += ref_cost(h, 1, (int)g->cols, in, c->label[r]);
        was.correct += best_of(h, (int)g->cols, in) == c->label[r];
        if (c->dz)
            check_gradient(h, (int)g->cols, in, c->dz + AT(g, r, m, 0), c->label[r], scale);
    }
    /* each term to 16 ulp, 20-fold by the logarithm, a sum of cols below cols * 10 */
    near(sums->cost, was.cost, g->rows * g->cols * (g->cols + 320.0) * EPS, "cost");
    assert_int_equal(sums->correct, was.correct);
    assert_int_equal(sums->diverged, IL_NEVER);
}

/* does the reference say something of these logits? */
static int has_reference(const struct loss_call *c, unsigned m)
{
    if (c->g.cols > REF_WIDTH || !suits(&c->head[m]) || c->head[m].eps < 0.01f)
        return 0;
    for (unsigned r = 0; r < c->g.rows; r++)
        if (!ordinary_row(c->z + AT(&c->g, r, m, 0), c->g.cols, 3))
            return 0;
    return 1;
}

static int check_loss(struct il_device *d, float *dz, struct il_sums *sums, struct il_sums *part,
                      const float *z, const uint8_t *label, const struct il_head *head,
                      const float *rate, struct il_clock *clock, unsigned runs, unsigned rows,
                      unsigned classes, unsigned block, unsigned ld, int gradient)
{
    const unsigned step = clock->now, begin = step * rows;
    const unsigned left = clock->samples > begin ? clock->samples - begin : 0;
    const struct loss_call c = { { runs, rows, classes, block, ld },
                                 z,
                                 gradient ? dz : NULL,
                                 label,
                                 head,
                                 rate,
                                 step,
                                 clock->steps,
                                 step >= clock->steps ? 0
                                 : left < rows        ? left
                                                      : rows };
    const unsigned tiles = IL_LOSS_TILES(rows);
    const struct il_sums *was, nothing = { 0, 0, IL_NEVER };
    struct il_sums alone[8], part_alone[8 * 8];
    struct il_clock now = *clock;

    snapshot(d);
    was = before(d, sums);
    assert_true(runs <= 8 && tiles <= 8);
    memcpy(alone, was, runs * sizeof *alone);
    memcpy(part_alone, part, runs * tiles * sizeof *part);
    assert_int_equal(ops_of(d)->loss(d, NULL, alone, part_alone, z, label, head, NULL, &now, runs,
                                     rows, classes, block, ld, 0),
                     0);
    assert_int_equal(ops_of(d)->loss(d, dz, sums, part, z, label, head, rate, clock, runs, rows,
                                     classes, block, ld, gradient),
                     0);
    assert_memory_equal(alone, sums, runs * sizeof *sums); /* whether or not a gradient is asked */
    assert_memory_equal(part_alone, part, runs * tiles * sizeof *part);
    assert_memory_equal(tiles == 1 ? before(d, part) : was, tiles == 1 ? part : sums,
                        runs * sizeof *sums); /* the one that is not written */
    assert_int_equal(clock->next, step + 1);
    for (unsigned i = 0; i < runs * tiles; i++)
        if (has_reference(&c, i % runs))
            check_tile(&c, i % runs, i / runs * LANES, tiles == 1 ? was[i] : nothing,
                       tiles == 1 ? &sums[i] : &part[i]);
    if (gradient)
        check_padding(d, "loss", dz, &c.g, 1, 0);
    SETTLE(d, "loss", dz, sums, part, clock);
    return 0;
}

/* one after the other, in double: the same bits */
static int check_add_sums(struct il_device *d, struct il_sums *sums, const struct il_sums *part,
                          unsigned runs, unsigned rows)
{
    const struct il_sums *was;

    snapshot(d);
    was = before(d, sums);
    assert_int_equal(ops_of(d)->add_sums(d, sums, part, runs, rows), 0);
    for (unsigned m = 0; m < runs; m++) {
        struct il_sums want = was[m];

        for (unsigned t = 0; t * LANES < rows; t++) {
            const struct il_sums *const more = &part[t * runs + m];

            want.cost += more->cost;
            want.correct += more->correct;
            want.diverged = want.diverged != IL_NEVER ? want.diverged : more->diverged;
        }
        assert_memory_equal(&want, &sums[m], sizeof want);
    }
    SETTLE(d, "add_sums", sums);
    return 0;
}

/* ---- update rules ---------------------------------------------------------------------------- */

/* what an update does to one element, in double: its rate and its decay */
struct element {
    double lr, lambda;
    size_t e;
};

static struct element element_of(const struct grid *g, unsigned m, unsigned i, unsigned j,
                                 const struct il_clock *clock, const float *rate,
                                 const float *multiplier, float decay, unsigned decay_rows)
{
    const double own = multiplier ? (double)multiplier[2 * m + (i + 1 == g->rows)] : 1;

    return (struct element){ (double)rate[clock->steps * m + clock->now] * own,
                             i < decay_rows ? (double)decay : 0, AT(g, i, m, j) };
}

#define FOR_ELEMENTS(g, m, i, j)                                                                   \
    for (unsigned m = 0; m < (g)->runs; m++)                                                       \
        for (unsigned i = 0; i < (g)->rows; i++)                                                   \
            for (unsigned j = 0; j < (g)->cols; j++)

/* at most 8 roundings of numbers below 8 */
static int check_sgd(struct il_device *d, float *w, float *v, const float *g, const float *rate,
                     const float *multiplier, const struct il_clock *clock, unsigned runs,
                     unsigned rows, unsigned cols, unsigned block, unsigned ld, unsigned rule,
                     float rest, float decay, int decoupled, unsigned decay_rows)
{
    const struct grid grid = { runs, rows, cols, block, ld };
    const float *w0, *v0;

    snapshot(d);
    w0 = before(d, w);
    v0 = v ? before(d, v) : NULL;
    assert_int_equal(ops_of(d)->sgd(d, w, v, g, rate, multiplier, clock, runs, rows, cols, block,
                                    ld, rule, rest, decay, decoupled, decay_rows),
                     0);
    if (clock->now >= clock->steps) {
        SETTLE(d, "sgd past the end", NULL);
        return 0;
    }
    FOR_ELEMENTS(&grid, m, i, j)
    {
        const struct element x =
            element_of(&grid, m, i, j, clock, rate, multiplier, decay, decay_rows);
        const double old = (double)w0[x.e], slope = (double)g[x.e];
        struct ref_weight to = { .w = old, .m = v ? (double)v0[x.e] : 0 };

        if (!ordinary(g[x.e], 2))
            continue;
        ref_rule((enum il_rule)rule, 1 - (double)rest, slope + (decoupled ? 0 : x.lambda * old),
                 x.lr, &to);
        near((double)w[x.e], to.w - (decoupled ? x.lr * x.lambda * old : 0), 64 * EPS, "w");
        if (v)
            near((double)v[x.e], to.m, 64 * EPS, "v");
    }
    check_padding(d, "sgd", w, &grid, 0, 0);
    if (v)
        check_padding(d, "sgd", v, &grid, 0, 0);
    SETTLE(d, "sgd", w, v);
    return 0;
}

/*
 * States: 4 roundings below 2; the change: 12 of itself, and 2 * 2^-24 of mean's through a factor of
 * at most 1 / sqrt(.0099).
 */
static int check_adam(struct il_device *d, float *w, float *m1, float *v, const float *g,
                      const float *rate, const float *multiplier, const struct il_adam_step *table,
                      const struct il_clock *clock, unsigned runs, unsigned rows, unsigned cols,
                      unsigned block, unsigned ld, float decay, int decoupled, unsigned decay_rows)
{
    const struct grid grid = { runs, rows, cols, block, ld };
    const float *w0, *m0, *v0;

    snapshot(d);
    w0 = before(d, w);
    m0 = before(d, m1);
    v0 = before(d, v);
    assert_int_equal(ops_of(d)->adam(d, w, m1, v, g, rate, multiplier, table, clock, runs, rows,
                                     cols, block, ld, decay, decoupled, decay_rows),
                     0);
    if (clock->now >= clock->steps) {
        SETTLE(d, "adam past the end", NULL);
        return 0;
    }
    FOR_ELEMENTS(&grid, m, i, j)
    {
        const struct element x =
            element_of(&grid, m, i, j, clock, rate, multiplier, decay, decay_rows);
        const struct il_adam_step *const step = &table[clock->now];
        const double a = (double)step->mean, b = (double)step->square;
        const double old = (double)w0[x.e], s = (double)g[x.e] + (decoupled ? 0 : x.lambda * old);
        const double mean = (1 - a) * (double)m0[x.e] + a * s;
        const double square = (1 - b) * (double)v0[x.e] + b * s * s;
        const double change = x.lr * mean / (sqrt(square) + (double)step->eps);
        const double from = decoupled ? old - x.lr * x.lambda * old : old;

        if (!ordinary(g[x.e], 1))
            continue;
        near((double)m1[x.e], mean, 8 * EPS, "m");
        near((double)v[x.e], square, 8 * EPS, "v");
        near((double)w[x.e], from - change, (12 * fabs(change) + 64) * EPS, "w");
    }
    check_padding(d, "adam", w, &grid, 0, 0);
    check_padding(d, "adam", m1, &grid, 0, 0);
    check_padding(d, "adam", v, &grid, 0, 0);
    SETTLE(d, "adam", w, m1, v);
    return 0;
}

/* ---- the device ------------------------------------------------------------------------------ */

static const struct il_seam checked_seam = {
    HOST_MEMORY,
#define X(name, params, args, bytes, flops) .name = check_##name,
#include "ops.def"
#undef X
};

#endif
