/* unpaired.c - two groups whose runs have no partners: how far apart, how sure, by chance how often. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "distributions.h"
#include "samples.h"

/*
 * The runs of both groups under one condition. Labels are permuted by choosing as many as the smaller group has: what
 * is left is as far away.
 */
struct labels {
    double *v; /* [all]: the smaller group's first */
    size_t n, all;
    double middle;  /* the sum of n of them on average */
    double factor;  /* (sum - middle) times this: its part in the difference */
    size_t *chosen; /* [n] */
};

struct permuting {
    struct labels *label; /* [strata] */
    size_t strata;
    double observed;
    size_t far, count;
};

/* in how many ways labels can be permuted, as far as `most` + 1 */
static double ways(const struct permuting *p, double most)
{
    double c = 1;

    for (size_t s = 0; s < p->strata && c <= most; s++)
        for (size_t i = 1; i <= p->label[s].n && c <= most; i++)
            c = c * (double)(p->label[s].all - p->label[s].n + i) / (double)i;
    return c;
}

/* the next choice of n out of all, in order; 0: there is none */
static int choose_next(const struct labels *l)
{
    size_t i = l->n;

    while (i > 0 && l->chosen[i - 1] == l->all - l->n + i - 1)
        i--;
    if (i == 0)
        return 0;
    l->chosen[i - 1]++;
    for (; i < l->n; i++)
        l->chosen[i] = l->chosen[i - 1] + 1;
    return 1;
}

/* every choice under the conditions from `at` on: at most 16 of them, as each has two ways and all IL_FLIPS at most */
static void try_all(struct permuting *p, size_t at, double difference)
{
    const struct labels *const l = &p->label[at];

    if (at == p->strata) {
        p->far += fabs(difference) >= p->observed;
        p->count++;
        return;
    }
    for (size_t i = 0; i < l->n; i++)
        l->chosen[i] = i;
    do {
        double sum = 0;

        for (size_t i = 0; i < l->n; i++)
            sum += l->v[l->chosen[i]];
        try_all(p, at + 1, difference + l->factor * (sum - l->middle));
    } while (choose_next(l));
}

/* IL_FLIPS of them at random: n of all, by Fisher and Yates */
static void try_some(struct permuting *p, uint64_t seed)
{
    struct il_stream stream = il_stream_of(seed, IL_DRAW_LABEL);

    for (int k = 0; k < IL_FLIPS; k++) {
        double difference = 0;

        for (size_t s = 0; s < p->strata; s++) {
            const struct labels *const l = &p->label[s];
            double sum = 0;

            for (size_t i = 0; i < l->n; i++) {
                const size_t j = i + il_stream_below(&stream, l->all - i);
                const double keep = l->v[i];

                l->v[i] = l->v[j];
                l->v[j] = keep;
                sum += l->v[i];
            }
            difference += l->factor * (sum - l->middle);
        }
        p->far += fabs(difference) >= p->observed;
    }
}

/* both groups under a condition of this weight; adds to what is observed, and to what rounding may be of it */
static void set_labels(struct labels *l, const il_stratum *x, const il_stratum *y, double weight,
                       double *difference, double *slack)
{
    const il_stratum *const small = x->n < y->n ? x : y, *const large = x->n < y->n ? y : x;

    l->n = small->n;
    l->all = small->n + large->n;
    memcpy(l->v, small->x, small->n * sizeof *l->v);
    memcpy(l->v + small->n, large->x, large->n * sizeof *l->v);
    l->middle = il_mean_of(l->v, l->all) * (double)l->n;
    l->factor =
        (small == x ? weight : -weight) * (double)l->all / ((double)l->n * (double)(l->all - l->n));
    *difference += l->factor * (il_mean_of(small->x, small->n) * (double)l->n - l->middle);
    *slack += fabs(l->factor) * il_slack(l->v, l->all);
}

/* p, by labels permuted within each condition; v and chosen are room for as many as there are runs */
static il_status permute_labels(const il_stratum *x, const il_stratum *y, size_t strata, double *v,
                                il_difference *out, uint64_t seed, il_error *err)
{
    struct permuting p = { .label = calloc(strata + 1, sizeof *p.label), .strata = strata };
    size_t *const chosen = calloc(out->n + out->m, sizeof *chosen);
    double difference = 0, slack = 0, count;
    size_t at = 0;
    int alike = 1; /* choosing what is left is as far away, so that the least p is twice as large */
    il_status st = IL_OK;

    if (!p.label || !chosen) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", out->n + out->m);
        goto out;
    }
    for (size_t s = 0; s < strata; at += x[s].n + y[s].n, s++) {
        p.label[s].v = v + at;
        p.label[s].chosen = chosen + at;
        set_labels(&p.label[s], &x[s], &y[s], (double)(x[s].n + y[s].n) / (double)(out->n + out->m),
                   &difference, &slack);
        alike &= x[s].n == y[s].n;
    }
    p.observed = fabs(difference) - slack;
    count = ways(&p, IL_FLIPS);
    out->exact = count <= IL_FLIPS;
    out->least_p = out->exact ? (alike ? 2 : 1) / count : 1.0 / (IL_FLIPS + 1);
    if (out->exact)
        try_all(&p, 0, 0);
    else
        try_some(&p, seed);
    out->p = out->exact ? (double)p.far / (double)p.count : (double)(p.far + 1) / (IL_FLIPS + 1);
out:
    free(p.label);
    free(chosen);
    return st;
}

/* Welch's t, its degrees of freedom by Satterthwaite: p and interval; NaN where a variance is unknown */
static void welch(il_difference *out, const struct il_parts *parts, double level)
{
    double df;
    const double error = il_parts_error(parts, &df);
    const double half = -il_student_quantile((1 - level) / 2, df) * error;

    out->interval = (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
    out->welch_p = NAN;
    if (error == 0) { /* no spread in any */
        out->welch_p = out->mean == 0 ? 1 : 0;
        out->interval = (il_interval){ out->mean, out->mean, IL_INTERVAL_SAME };
    } else if (isfinite(df)) {
        out->welch_p = il_student_two_sided(out->mean / error, df);
        out->interval = (il_interval){ out->mean - half, out->mean + half, IL_INTERVAL_WELCH };
    }
}

/* mean, interval, effect, and how often x is ahead; both is room */
static void sum_up(const il_stratum *x, const il_stratum *y, size_t strata, double level,
                   double *both, il_difference *out)
{
    struct il_parts parts = { 0 };
    double largest = 0, sd;
    int lone = 0;

    for (size_t s = 0; s < strata; s++) {
        const double weight = (double)(x[s].n + y[s].n) / (double)(out->n + out->m);

        out->mean += weight * (il_mean_of(x[s].x, x[s].n) - il_mean_of(y[s].x, y[s].n));
        il_parts_add(&parts, x[s].x, x[s].n, weight);
        il_parts_add(&parts, y[s].x, y[s].n, weight);
        lone |= x[s].n == 1 || y[s].n == 1;
        memcpy(both, x[s].x, x[s].n * sizeof *both);
        memcpy(both + x[s].n, y[s].x, y[s].n * sizeof *both);
        for (size_t i = 0; i < x[s].n + y[s].n; i++)
            largest = fmax(largest, fabs(both[i]));
        out->improvement +=
            weight * il_improvement_of(both, x[s].n, both + x[s].n, y[s].n); /* sorts each */
    }
    sd = sqrt(parts.spread / parts.free);
    out->effect = sd > IL_ROUNDING * largest ? out->mean / sd : NAN;
    if (strata == 1 && lone) /* nothing is known of the spread of one of the two */
        parts = (struct il_parts){ .single = 1 };
    welch(out, &parts, level);
}

il_status il_compare_strata(const il_stratum *x, const il_stratum *y, size_t strata, double level,
                            uint64_t seed, il_difference *out, il_error *err)
{
    double *both = NULL;
    il_status st = strata ? IL_OK : il_fail(err, IL_E_USAGE, "statistics of no values");

    *out = (il_difference){ .sd = NAN };
    for (size_t s = 0; s < strata && st == IL_OK; s++) {
        st = il_check_values(x[s].x, x[s].n, level, err);
        if (st == IL_OK)
            st = il_check_values(y[s].x, y[s].n, level, err);
        out->n += x[s].n;
        out->m += y[s].n;
    }
    if (st != IL_OK)
        return st;
    both = calloc(out->n + out->m, sizeof *both);
    if (!both)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu and %zu runs", out->n, out->m);
    sum_up(x, y, strata, level, both, out);
    st = permute_labels(x, y, strata, both, out, seed, err);
    free(both);
    return st;
}

il_status il_compare_unpaired(const double *x, size_t n, const double *y, size_t m, double level,
                              uint64_t seed, il_difference *out, il_error *err)
{
    const il_stratum of_x = { x, n }, of_y = { y, m };

    return il_compare_strata(&of_x, &of_y, 1, level, seed, out, err);
}
