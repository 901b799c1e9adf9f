/*
 * conditions.c - groups across conditions, as schemes over activations and depths: by their ranks within
 * each (Demsar 2006), with Wilcoxon's test of pairs in place of Nemenyi's (Benavoli 2016).
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "groups.h"

struct work {
    const il_runs *runs;
    struct il_groups groups, blocks;
    double *mean;  /* [blocks, groups]: of the metric, more is better; NaN: no run */
    size_t *count; /* the same */
    double *value; /* [kept, groups]: of conditions that have all groups */
    double *rank;  /* [groups] */
    double *x, *y; /* [kept] */
    size_t *order; /* [groups]: the best rank first */
    size_t *block; /* [kept]: which condition */
    size_t kept;
    double sign;
};

static void sum_cells(struct work *w)
{
    const size_t k = w->groups.groups;

    for (size_t i = 0; i < w->runs->count; i++)
        if (isfinite(w->runs->run[i].metric)) {
            const size_t cell = w->blocks.of[i] * k + w->groups.of[i];

            w->mean[cell] += w->sign * w->runs->run[i].metric;
            w->count[cell]++;
        }
    for (size_t b = 0; b < w->blocks.groups; b++) {
        int whole = 1;

        for (size_t g = 0; g < k; g++) {
            w->mean[b * k + g] /= (double)w->count[b * k + g];
            whole &= w->count[b * k + g] > 0;
        }
        if (whole) {
            memcpy(&w->value[w->kept * k], &w->mean[b * k], k * sizeof *w->value);
            w->block[w->kept++] = b;
        }
    }
}

static void sort_by_rank(struct work *w)
{
    for (size_t i = 0; i < w->groups.groups; i++) {
        size_t at = i;

        while (at > 0 && w->rank[w->order[at - 1]] > w->rank[i]) {
            w->order[at] = w->order[at - 1];
            at--;
        }
        w->order[at] = i;
    }
}

/* P(a > b) + P(a = b) / 2 over pairs of runs within a condition, averaged over conditions */
static double improvement_of(const struct work *w, size_t a, size_t b)
{
    double sum = 0;

    for (size_t c = 0; c < w->kept; c++) {
        double wins = 0, pairs = 0;

        for (size_t i = 0; i < w->runs->count; i++) {
            const double x = w->sign * w->runs->run[i].metric;

            if (w->blocks.of[i] != w->block[c] || w->groups.of[i] != a || !isfinite(x))
                continue;
            for (size_t k = 0; k < w->runs->count; k++) {
                const double y = w->sign * w->runs->run[k].metric;

                if (w->blocks.of[k] != w->block[c] || w->groups.of[k] != b || !isfinite(y))
                    continue;
                wins += x > y ? 1 : x == y ? 0.5 : 0;
                pairs++;
            }
        }
        sum += wins / pairs;
    }
    return sum / (double)w->kept;
}

/* p of all pairs, corrected together: p[i * groups + j] of the i-th and j-th best */
static il_status test_pairs(struct work *w, il_across *out, il_error *err)
{
    const size_t k = w->groups.groups;
    double *const p = malloc((k * k + 1) * sizeof *p);
    size_t m = 0;
    il_status st = IL_OK;

    if (!p)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
    for (size_t i = 0; i < k; i++)
        for (size_t j = i + 1; j < k; j++) {
            for (size_t c = 0; c < w->kept; c++) {
                w->x[c] = w->value[c * k + w->order[i]];
                w->y[c] = w->value[c * k + w->order[j]];
            }
            IL_TRY(il_wilcoxon(w->x, w->y, w->kept, &p[m++], err));
        }
    IL_TRY(il_holm(p, m, err));
    m = 0;
    for (size_t i = 0; i < k; i++) {
        out->p[i * k + i] = 1;
        for (size_t j = i + 1; j < k; j++, m++)
            out->p[i * k + j] = out->p[j * k + i] = p[m];
    }
out:
    free(p);
    return st;
}

static int told_apart(const il_across *a, size_t i, size_t j, double alpha)
{
    return a->p[i * a->groups + j] < alpha;
}

/* the last group, from i on in the order of ranks, up to which none is told apart from another */
static size_t together_from(const il_across *a, size_t i, double alpha)
{
    for (size_t last = i; last + 1 < a->groups; last++)
        for (size_t k = i; k <= last; k++)
            if (told_apart(a, k, last + 1, alpha))
                return last;
    return a->groups - 1;
}

/* maximal ranges of ranks, as a critical-difference diagram joins them by a line */
static void join(il_across *a, double alpha)
{
    size_t reach = 0;

    for (size_t i = 0; i < a->groups; i++) {
        const size_t last = together_from(a, i, alpha);

        if (i == 0 || last > reach) {
            a->clique[a->cliques].first = i;
            a->clique[a->cliques++].last = last;
            reach = last;
        }
    }
}

static il_status fill(struct work *w, il_across *out, il_error *err)
{
    const size_t k = w->groups.groups;

    for (size_t i = 0; i < k; i++) {
        il_ranked *const to = &out->group[i];
        double sum = 0;

        for (size_t c = 0; c < w->kept; c++)
            sum += w->sign * w->value[c * k + w->order[i]];
        to->label = il_groups_label(&w->groups, w->runs, w->groups.first[w->order[i]]);
        to->rank = w->rank[w->order[i]];
        to->mean = sum / (double)w->kept;
        to->improvement = i ? improvement_of(w, w->order[0], w->order[i]) : NAN;
        if (!to->label)
            return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
    }
    return IL_OK;
}

static il_status allocate(struct work *w, il_across *out, il_error *err)
{
    const size_t k = w->groups.groups, b = w->blocks.groups;

    if (k > 2000 || b > SIZE_MAX / 16 / (k + 1))
        return il_fail(err, IL_E_USAGE, "too many groups (%zu) to rank", k);
    w->mean = calloc(b * k + 1, sizeof *w->mean);
    w->count = calloc(b * k + 1, sizeof *w->count);
    w->value = calloc(b * k + 1, sizeof *w->value);
    w->rank = calloc(k + 1, sizeof *w->rank);
    w->order = calloc(k + 1, sizeof *w->order);
    w->block = calloc(b + 1, sizeof *w->block);
    w->x = calloc(b + 1, sizeof *w->x);
    w->y = calloc(b + 1, sizeof *w->y);
    out->group = calloc(k + 1, sizeof *out->group);
    out->p = calloc(k * k + 1, sizeof *out->p);
    out->clique = calloc(k + 1, sizeof *out->clique);
    return w->mean && w->count && w->value && w->rank && w->order && w->block && w->x && w->y &&
                   out->group && out->p && out->clique
               ? IL_OK
               : il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
}

static void free_work(struct work *w)
{
    il_groups_free(&w->groups);
    il_groups_free(&w->blocks);
    free(w->mean);
    free(w->count);
    free(w->value);
    free(w->rank);
    free(w->order);
    free(w->block);
    free(w->x);
    free(w->y);
}

il_status il_compare_across(il_across **out, const il_runs *runs, const char *across,
                            const il_compare_options *options, il_error *err)
{
    struct work w = { .runs = runs, .sign = runs->more_is_better ? 1 : -1 };
    il_across *a = calloc(1, sizeof *a);
    il_status st;

    *out = NULL;
    if (!a)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_groups_without(&w.groups, runs, options->by, across, err));
    IL_TRY(il_groups_make(&w.blocks, runs, across, err));
    IL_TRY(allocate(&w, a, err));
    sum_cells(&w);
    a->metric = runs->metric;
    a->groups = w.groups.groups;
    a->conditions = w.kept;
    a->left_out = w.blocks.groups - w.kept;
    if (a->groups < 2 || a->conditions < 2) {
        st =
            il_fail(err, IL_E_USAGE,
                    "%zu groups under %zu conditions that have a run of each: ranks want 2 of both",
                    a->groups, a->conditions);
        goto out;
    }
    IL_TRY(il_friedman_test(w.value, w.kept, a->groups, w.rank, &a->friedman, err));
    sort_by_rank(&w);
    IL_TRY(test_pairs(&w, a, err));
    join(a, options->alpha > 0 ? options->alpha : 0.05);
    IL_TRY(fill(&w, a, err));
    *out = a;
    a = NULL;
out:
    free_work(&w);
    il_across_free(a);
    return st;
}

void il_across_free(il_across *a)
{
    if (!a)
        return;
    for (size_t i = 0; a->group && i < a->groups; i++)
        free(a->group[i].label);
    free(a->group);
    free(a->p);
    free(a->clique);
    free(a);
}
