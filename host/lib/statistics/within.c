/* within.c - several conditions in one group: how runs differ within each of them, and not from one to the next. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "distributions.h"
#include "samples.h"

void il_parts_add(struct il_parts *c, const double *x, size_t n, double weight)
{
    const double spread = n > 1 ? il_spread_of(x, n, il_mean_of(x, n)) : 0;
    const double variance = n > 1 ? weight * weight * spread / (double)(n - 1) / (double)n : 0;

    if (n == 1)
        c->single += weight * weight;
    if (n < 2)
        return;
    c->variance += variance;
    c->fourth += variance * variance / (double)(n - 1);
    c->spread += spread;
    c->free += (double)(n - 1);
}

double il_parts_error(const struct il_parts *c, double *df)
{
    const double borrowed = c->single > 0 ? c->single * c->spread / c->free : 0;
    const double variance = c->variance + borrowed;
    const double fourth = c->fourth + (c->single > 0 ? borrowed * borrowed / c->free : 0);

    *df = variance * variance / fourth;
    return sqrt(variance);
}

il_status il_interval_within(const il_stratum *x, size_t strata, double level, uint64_t seed,
                             il_interval *out, il_error *err)
{
    struct il_parts parts = { 0 };
    double *all = NULL, mean, error, df, half;
    size_t total = 0;
    il_status st = strata ? IL_OK : il_fail(err, IL_E_USAGE, "statistics of no values");

    for (size_t s = 0; s < strata && st == IL_OK; s++) {
        st = il_check_values(x[s].x, x[s].n, level, err);
        total += x[s].n;
    }
    if (st != IL_OK)
        return st;
    all = calloc(total, sizeof *all);
    if (!all)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", total);
    for (size_t s = 0, at = 0; s < strata; at += x[s].n, s++) {
        memcpy(all + at, x[s].x, x[s].n * sizeof *all);
        il_parts_add(&parts, x[s].x, x[s].n, (double)x[s].n / (double)total);
    }
    if (strata == 1 || il_strata_drawn(x, strata) != IL_DRAWN_RUNS) {
        st = il_mean_interval(all, total, level, seed, out, err);
        goto out;
    }
    mean = il_mean_of(all, total);
    error = il_parts_error(&parts, &df);
    half = error > 0 ? -il_student_quantile((1 - level) / 2, df) * error : 0;
    *out = (il_interval){ mean - half, mean + half,
                          error > 0 ? IL_INTERVAL_WITHIN : IL_INTERVAL_SAME };
out:
    free(all);
    return st;
}
