/* ranks.c - groups across conditions, by their ranks: Friedman's test, Wilcoxon's (Demsar 2006). */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "distributions.h"
#include "samples.h"

struct place {
    double value;
    size_t at;
};

static int by_value(const void *a, const void *b)
{
    const struct place *const x = a, *const y = b;

    return (x->value > y->value) - (x->value < y->value);
}

/* Ranks of `order`'s values from 1, ties share; the sum of t^3 - t over ties. Sorts `order`. */
static double rank(struct place *order, size_t n, double *ranks)
{
    double ties = 0;

    qsort(order, n, sizeof *order, by_value);
    for (size_t i = 0, end; i < n; i = end) {
        const double first = (double)i + 1;
        double t;

        for (end = i + 1; end < n && order[end].value == order[i].value; end++)
            continue;
        t = (double)(end - i);
        ties += t * t * t - t;
        for (size_t k = i; k < end; k++)
            ranks[order[k].at] = first + (t - 1) / 2;
    }
    return ties;
}

/* chi-squared of the mean ranks of k groups under n conditions, and F of it */
static void friedman_of(const double *mean_rank, double n, double k, double ties, il_friedman *out)
{
    double sum = 0;

    for (size_t j = 0; j < (size_t)k; j++)
        sum += (mean_rank[j] - (k + 1) / 2) * (mean_rank[j] - (k + 1) / 2);
    out->chi2 = 12 * n * sum / (k * (k + 1)) / (1 - ties / (n * k * (k * k - 1)));
    out->chi2_p = il_chi2_beyond(out->chi2, k - 1);
    out->f = (n - 1) * out->chi2 / (n * (k - 1) - out->chi2);
    if (out->f < 0 || out->chi2 >= n * (k - 1) * (1 - 1e-14)) /* all conditions rank alike */
        out->f = INFINITY;
    out->f_p = il_f_beyond(out->f, k - 1, (k - 1) * (n - 1));
}

il_status il_friedman_test(const double *x, size_t n, size_t k, double *mean_rank, il_friedman *out,
                           il_error *err)
{
    struct place *order = NULL;
    double *ranks = NULL, ties = 0;
    il_status st;

    if (n < 2 || k < 2 || n > SIZE_MAX / k)
        return il_fail(err, IL_E_USAGE, "Friedman's test wants 2 groups and 2 conditions at least");
    IL_TRY(il_check_values(x, n * k, 0.5, err));
    order = calloc(k, sizeof *order);
    ranks = calloc(k, sizeof *ranks);
    if (!order || !ranks) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
        goto out;
    }
    memset(mean_rank, 0, k * sizeof *mean_rank);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < k; j++)
            order[j] = (struct place){ -x[i * k + j], j }; /* the largest is first */
        ties += rank(order, k, ranks);
        for (size_t j = 0; j < k; j++)
            mean_rank[j] += ranks[j] / (double)n;
    }
    friedman_of(mean_rank, (double)n, (double)k, ties, out);
out:
    free(order);
    free(ranks);
    return st;
}

/*
 * The two-sided share of all sign flips of n ranks (twice the ranks: whole, with ties) whose positive
 * sum is as far from its mean: counted by how many flips give each sum.
 */
static double exact_signed(const uint32_t *twice, size_t n, uint32_t positive, double *count)
{
    uint32_t total = 0, low;
    double share = 0;

    for (size_t i = 0; i < n; i++)
        total += twice[i];
    memset(count, 0, (total + 1) * sizeof *count);
    count[0] = 1;
    for (size_t i = 0, reach = 0; i < n; reach += twice[i++])
        for (size_t s = reach + 1; s-- > 0;) {
            const double half = count[s] / 2;

            count[s] = half;
            count[s + twice[i]] += half;
        }
    low = positive < total - positive ? positive : total - positive;
    for (uint32_t s = 0; s <= low; s++)
        share += count[s];
    return fmin(1, 2 * share);
}

/* the exact count's steps go from above, so that no sum is moved twice */
enum { EXACT_MOST = 50 };

static double normal_signed(double positive, double n, double ties)
{
    const double mean = n * (n + 1) / 4;
    const double variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48;

    return 2 * il_normal_below(-fabs(positive - mean) / sqrt(variance));
}

static il_status check_ranked(const double *x, size_t n, il_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return il_fail(err, IL_E_USAGE, "value %zu is not a number", i);
    return n ? IL_OK : il_fail(err, IL_E_USAGE, "statistics of no values");
}

il_status il_wilcoxon(const double *x, const double *y, size_t n, double *p, il_error *err)
{
    struct place *order = NULL;
    double *ranks = NULL, *count = NULL, positive = 0, ties;
    uint32_t twice[EXACT_MOST];
    size_t used = 0;
    il_status st;

    IL_TRY(check_ranked(x, n, err));
    IL_TRY(check_ranked(y, n, err));
    order = calloc(n, sizeof *order);
    ranks = calloc(n, sizeof *ranks);
    count = calloc(2 * (EXACT_MOST * (EXACT_MOST + 1) / 2) + 1, sizeof *count);
    if (!order || !ranks || !count) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu pairs", n);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i])
            order[used++] = (struct place){ fabs(x[i] - y[i]), i };
    ties = rank(order, used, ranks);
    for (size_t i = 0; i < n; i++)
        positive += x[i] > y[i] ? ranks[i] : 0;
    for (size_t i = 0; i < used && used <= EXACT_MOST; i++)
        twice[i] = (uint32_t)(2 * ranks[order[i].at]);
    *p = used == 0           ? 1
         : used > EXACT_MOST ? normal_signed(positive, (double)used, ties)
                             : exact_signed(twice, used, (uint32_t)(2 * positive), count);
out:
    free(order);
    free(ranks);
    free(count);
    return st;
}
