/* by_condition.c - runs by condition: how they differ within, and groups of which no two runs are a pair. */
#include "by_condition.h"

#include <math.h>
#include <stdlib.h>
#include "core/error.h"

/* two groups' samples as statistics take them: by condition */
struct strata {
    double *value; /* of both */
    il_stratum *x, *y;
    size_t strata;
};

static int by_condition(const void *a, const void *b)
{
    const struct il_sample *const x = a, *const y = b;

    return x->condition != y->condition
               ? (x->condition > y->condition) - (x->condition < y->condition)
               : (x->value > y->value) - (x->value < y->value);
}

int il_samples_copies(struct il_sample *x, size_t n)
{
    size_t equal = 0, others = 0;

    qsort(x, n, sizeof *x, by_condition);
    for (size_t i = 1; i < n; i++)
        if (x[i].condition == x[i - 1].condition)
            (*(x[i].print == x[i - 1].print ? &equal : &others))++;
    return equal > 0 && others == 0;
}

static il_status allocate(struct strata *s, size_t n, size_t m, il_error *err)
{
    *s = (struct strata){ .value = calloc(n + m + 1, sizeof *s->value),
                          .x = calloc(n + m + 1, sizeof *s->x),
                          .y = calloc(n + m + 1, sizeof *s->y) };
    return s->value && s->x && s->y
               ? IL_OK
               : il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", n + m);
}

static void release(struct strata *s)
{
    free(s->value);
    free(s->x);
    free(s->y);
}

/* the values of the condition at x[*at], to *to, which moves behind them */
static il_stratum take(const struct il_sample *x, size_t n, size_t *at, double **to)
{
    const size_t condition = x[*at].condition;
    il_stratum s = { *to, 0 };

    for (; *at < n && x[*at].condition == condition; s.n++)
        *(*to)++ = x[(*at)++].value;
    return s;
}

il_status il_samples_interval(struct il_sample *x, size_t n, double level, uint64_t seed,
                              il_interval *out, il_error *err)
{
    struct strata s;
    il_status st = allocate(&s, n, 0, err);
    double *to = s.value;

    if (st != IL_OK)
        goto out;
    qsort(x, n, sizeof *x, by_condition);
    for (size_t at = 0; at < n; s.strata++)
        s.x[s.strata] = take(x, n, &at, &to);
    if (s.strata > 1 && il_strata_drawn(s.x, s.strata) == IL_DRAWN_RUNS)
        st = il_interval_within(s.x, s.strata, level, seed, out, err);
out:
    release(&s);
    return st;
}

/* runs of both groups under each condition that both have */
static void match(struct strata *s, const struct il_sample *x, size_t n, const struct il_sample *y,
                  size_t m)
{
    double *to = s->value;
    size_t i = 0, k = 0;

    while (i < n && k < m)
        if (x[i].condition < y[k].condition) {
            i++;
        } else if (x[i].condition > y[k].condition) {
            k++;
        } else {
            s->x[s->strata] = take(x, n, &i, &to);
            s->y[s->strata++] = take(y, m, &k, &to);
        }
}

/* the mean of each condition's runs */
static il_stratum means(const struct il_sample *x, size_t n, double *to)
{
    il_stratum s = { to, 0 };

    for (size_t at = 0; at < n; s.n++) {
        const size_t from = at;
        double sum = 0;

        for (; at < n && x[at].condition == x[from].condition; at++)
            sum += x[at].value;
        *to++ = sum / (double)(at - from);
    }
    return s;
}

static int one_dataset(const struct il_sample *x, size_t n, const char *data)
{
    for (size_t i = 0; i < n; i++)
        if (x[i].data != data)
            return 0;
    return 1;
}

il_status il_samples_unpaired(struct il_sample *x, size_t n, struct il_sample *y, size_t m,
                              double level, uint64_t seed, il_difference *out, il_unit *unit,
                              il_error *err)
{
    struct strata s;
    il_status st;

    *unit = IL_UNIT_NONE;
    *out = (il_difference){ .mean = NAN, .sd = NAN, .p = NAN, .welch_p = NAN, .effect = NAN };
    if (n == 0 || m == 0)
        return IL_OK;
    IL_TRY(allocate(&s, n, m, err));
    qsort(x, n, sizeof *x, by_condition);
    qsort(y, m, sizeof *y, by_condition);
    match(&s, x, n, y, m);
    if (s.strata) {
        *unit = IL_UNIT_RUNS;
    } else if (one_dataset(x, n, x[0].data) && one_dataset(y, m, x[0].data)) {
        s.x[0] = means(x, n, s.value);
        s.y[0] = means(y, m, s.value + n);
        s.strata = 1;
        *unit = IL_UNIT_SETTINGS;
    }
    if (s.strata)
        st = il_compare_strata(s.x, s.y, s.strata, level, seed, out, err);
out:
    release(&s);
    return st;
}

il_status il_samples_few_pairs(size_t n, size_t alone, size_t tests, double alpha,
                               const struct il_both *of, il_difference *out, il_unit *unit,
                               size_t *aside, il_error *err)
{
    il_difference d;
    il_unit of_d;
    il_status st;

    if (alone == 0 || n >= il_pairs_least(alpha, tests))
        return IL_OK;
    st = il_samples_unpaired(of->x, of->n, of->y, of->m, of->level, of->seed, &d, &of_d, err);
    if (st == IL_OK && of_d == IL_UNIT_RUNS && d.least_p * (double)tests < alpha) {
        *out = d;
        *unit = of_d;
        *aside = n;
    }
    return st;
}
