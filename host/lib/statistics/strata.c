/* strata.c - results of several conditions: how often one group is ahead, and what share of runs passes a bound (Agarwal 2021). */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "samples.h"

/* a value, and of which group it is */
struct mark {
    double value;
    size_t at; /* x: below n; y: n and on */
};

static int by_value(const void *a, const void *b)
{
    const struct mark *const x = a, *const y = b;

    return (x->value > y->value) - (x->value < y->value);
}

static il_status check(const il_stratum *s, size_t strata, size_t *total, il_error *err)
{
    *total = 0;
    for (size_t i = 0; i < strata; i++) {
        for (size_t k = 0; k < s[i].n; k++)
            if (isnan(s[i].x[k]))
                return il_fail(err, IL_E_USAGE, "value %zu is not a number", k);
        if (s[i].n == 0 || s[i].n > SIZE_MAX / 64 - *total)
            return il_fail(err, IL_E_USAGE, "a condition without a value");
        *total += s[i].n;
    }
    return strata ? IL_OK : il_fail(err, IL_E_USAGE, "no values");
}

il_drawn il_strata_drawn(const il_stratum *x, size_t strata)
{
    size_t total = 0, most = 0;

    for (size_t s = 0; s < strata; s++) {
        total += x[s].n;
        most = x[s].n > most ? x[s].n : most;
    }
    return most > 1 ? total < IL_INTERVAL_LEAST ? IL_DRAWN_NOTHING : IL_DRAWN_RUNS
           : strata < IL_INTERVAL_LEAST ? IL_DRAWN_NOTHING
                                        : IL_DRAWN_CONDITIONS;
}

/* how often runs and conditions count */
struct counts {
    il_drawn drawn; /* what is drawn again */
    struct il_stream stream;
    double *run;       /* [runs of a condition] */
    double *condition; /* [strata] */
};

/* each of n counted as often as it is drawn, or once each: s NULL */
static void draw(struct il_stream *s, double *times, size_t n)
{
    for (size_t i = 0; i < n; i++)
        times[i] = s ? 0 : 1;
    for (size_t i = 0; s && i < n; i++)
        times[il_stream_below(s, n)]++;
}

static void draw_runs(struct counts *c, size_t at, size_t n)
{
    draw(c->drawn == IL_DRAWN_RUNS ? &c->stream : NULL, c->run + at, n);
}

static void draw_conditions(struct counts *c, size_t strata)
{
    draw(c->drawn == IL_DRAWN_CONDITIONS ? &c->stream : NULL, c->condition, strata);
}

/* an interval of sorted means; one that all agree on is the value itself */
static il_interval interval_of(double *means, size_t n, double level)
{
    il_sort_values(means, n);
    return (il_interval){ il_percentile(means, n, (1 - level) / 2),
                          il_percentile(means, n, (1 + level) / 2),
                          means[0] == means[n - 1] ? IL_INTERVAL_SAME : IL_INTERVAL_PERCENTILE };
}

/* ---- improvement ----------------------------------------------------------------------------- */

/* P(x > y) + P(x = y) / 2 of marks in order, each counted times[at] */
static double ahead(const struct mark *mark, size_t n, size_t m, const double *times)
{
    double below = 0, sum = 0;

    for (size_t i = 0, end; i < n + m; i = end) {
        double x = 0, y = 0;

        for (end = i; end < n + m && mark[end].value == mark[i].value; end++)
            *(mark[end].at < n ? &x : &y) += times[mark[end].at];
        sum += x * (below + y / 2);
        below += y;
    }
    return sum / ((double)n * (double)m);
}

static double mean_ahead(const il_stratum *x, const il_stratum *y, size_t strata,
                         const struct mark *mark, struct counts *c)
{
    double sum = 0;

    draw_conditions(c, strata);
    for (size_t s = 0; s < strata; mark += x[s].n + y[s].n, s++) {
        draw_runs(c, 0, x[s].n);
        draw_runs(c, x[s].n, y[s].n);
        sum += c->condition[s] * ahead(mark, x[s].n, y[s].n, c->run);
    }
    return sum / (double)strata;
}

static void sort_marks(const il_stratum *x, const il_stratum *y, size_t strata, struct mark *mark)
{
    for (size_t s = 0; s < strata; mark += x[s].n + y[s].n, s++) {
        for (size_t i = 0; i < x[s].n; i++)
            mark[i] = (struct mark){ x[s].x[i], i };
        for (size_t i = 0; i < y[s].n; i++)
            mark[x[s].n + i] = (struct mark){ y[s].x[i], x[s].n + i };
        qsort(mark, x[s].n + y[s].n, sizeof *mark, by_value);
    }
}

il_status il_improvement(const il_stratum *x, const il_stratum *y, size_t strata, double level,
                         uint64_t seed, double *p, il_interval *interval, il_error *err)
{
    struct counts c = { IL_DRAWN_NOTHING, il_stream_of(seed, IL_DRAW_RESAMPLE), NULL, NULL };
    const il_drawn of_x = il_strata_drawn(x, strata), of_y = il_strata_drawn(y, strata);
    struct mark *mark = NULL;
    double *means = NULL;
    size_t n, m;
    il_status st;

    IL_TRY(check(x, strata, &n, err));
    IL_TRY(check(y, strata, &m, err));
    mark = calloc(n + m, sizeof *mark);
    c.run = calloc(n + m, sizeof *c.run);
    c.condition = calloc(strata, sizeof *c.condition);
    means = calloc(IL_STRATA_RESAMPLES, sizeof *means);
    if (!mark || !c.run || !c.condition || !means) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", n + m);
        goto out;
    }
    sort_marks(x, y, strata, mark);
    *p = mean_ahead(x, y, strata, mark, &c);
    *interval = (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
    c.drawn = of_x < of_y ? of_x : of_y;
    if (c.drawn == IL_DRAWN_NOTHING)
        goto out;
    for (size_t b = 0; b < IL_STRATA_RESAMPLES; b++)
        means[b] = mean_ahead(x, y, strata, mark, &c);
    *interval = interval_of(means, IL_STRATA_RESAMPLES, level);
out:
    free(mark);
    free(c.run);
    free(c.condition);
    free(means);
    return st;
}

/* ---- profile --------------------------------------------------------------------------------- */

/* share [points] of runs above each bound, the mean over conditions; bounds rise, values are sorted */
static void shares(const il_stratum *x, size_t strata, const double *sorted, const double *bound,
                   size_t points, struct counts *c, double *share)
{
    memset(share, 0, points * sizeof *share);
    draw_conditions(c, strata);
    for (size_t s = 0; s < strata; sorted += x[s].n, s++) {
        double above = (double)x[s].n;
        size_t i = 0;

        draw_runs(c, 0, x[s].n);
        for (size_t k = 0; k < points; k++) {
            for (; i < x[s].n && sorted[i] <= bound[k]; i++)
                above -= c->run[i];
            share[k] += c->condition[s] * above / (double)x[s].n / (double)strata;
        }
    }
}

il_status il_profile(const il_stratum *x, size_t strata, const double *bound, size_t points,
                     double level, uint64_t seed, double *share, double *low, double *high,
                     il_error *err)
{
    struct counts c = { IL_DRAWN_NOTHING, il_stream_of(seed, IL_DRAW_RESAMPLE), NULL, NULL };
    double *sorted = NULL, *drawn = NULL, *means = NULL;
    size_t n;
    il_status st;

    IL_TRY(check(x, strata, &n, err));
    sorted = calloc(n, sizeof *sorted);
    c.run = calloc(n, sizeof *c.run);
    c.condition = calloc(strata, sizeof *c.condition);
    drawn = points < SIZE_MAX / IL_STRATA_RESAMPLES
                ? calloc(points * IL_STRATA_RESAMPLES + 1, sizeof *drawn)
                : NULL;
    means = calloc(IL_STRATA_RESAMPLES, sizeof *means);
    if (!sorted || !c.run || !c.condition || !drawn || !means) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", n);
        goto out;
    }
    n = 0;
    for (size_t s = 0; s < strata; n += x[s].n, s++) {
        memcpy(sorted + n, x[s].x, x[s].n * sizeof *sorted);
        il_sort_values(sorted + n, x[s].n);
    }
    shares(x, strata, sorted, bound, points, &c, share);
    c.drawn = il_strata_drawn(x, strata);
    for (size_t b = 0; b < IL_STRATA_RESAMPLES; b++)
        shares(x, strata, sorted, bound, points, &c, drawn + b * points);
    for (size_t k = 0; k < points; k++) {
        il_interval band;

        for (size_t b = 0; b < IL_STRATA_RESAMPLES; b++)
            means[b] = drawn[b * points + k];
        band = interval_of(means, IL_STRATA_RESAMPLES, level);
        low[k] = c.drawn == IL_DRAWN_NOTHING ? NAN : band.low;
        high[k] = c.drawn == IL_DRAWN_NOTHING ? NAN : band.high;
    }
out:
    free(sorted);
    free(c.run);
    free(c.condition);
    free(drawn);
    free(means);
    return st;
}
