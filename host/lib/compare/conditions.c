/*
 * conditions.c - groups across conditions, as schemes over activations and depths: by their ranks within
 * each (Demsar 2006), with Wilcoxon's test of pairs in place of Nemenyi's (Benavoli 2016).
 */
#include <math.h>
#include <stdlib.h>
#include "core/error.h"
#include "blocks.h"

struct work {
    const il_runs *runs;
    struct il_blocks blocks;
    double *rank;  /* [groups] */
    double *x, *y; /* [kept] */
    size_t *order; /* [groups]: the best rank first */
    double sign;
};

static void sort_by_rank(struct work *w)
{
    for (size_t i = 0; i < w->blocks.groups.groups; i++) {
        size_t at = i;

        while (at > 0 && w->rank[w->order[at - 1]] > w->rank[i]) {
            w->order[at] = w->order[at - 1];
            at--;
        }
        w->order[at] = i;
    }
}

/* p of all pairs, corrected together: p[i * groups + j] of the i-th and j-th best */
static il_status test_pairs(struct work *w, il_across *out, il_error *err)
{
    const size_t k = w->blocks.groups.groups;
    double *const p = malloc((k * k + 1) * sizeof *p);
    size_t m = 0;
    il_status st = IL_OK;

    if (!p)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
    for (size_t i = 0; i < k; i++)
        for (size_t j = i + 1; j < k; j++) {
            for (size_t c = 0; c < w->blocks.kept; c++) {
                w->x[c] = w->blocks.mean[c * k + w->order[i]];
                w->y[c] = w->blocks.mean[c * k + w->order[j]];
            }
            IL_TRY(il_wilcoxon(w->x, w->y, w->blocks.kept, &p[m++], err));
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

static il_status fill(struct work *w, il_across *out, const il_compare_options *o, il_error *err)
{
    const struct il_blocks *const b = &w->blocks;
    const double level = o->level > 0 ? o->level : 0.95;
    il_status st = IL_OK;

    for (size_t i = 0; i < b->groups.groups && st == IL_OK; i++) {
        il_ranked *const to = &out->group[i];
        const size_t group = w->order[i];
        double sum = 0;

        for (size_t c = 0; c < b->kept; c++)
            sum += w->sign * b->mean[c * b->groups.groups + group];
        IL_TRY(il_groups_names(&b->groups, w->runs, b->groups.first[group], &to->label, &to->name,
                               err));
        to->style = b->style[group];
        to->rank = w->rank[group];
        to->mean = sum / (double)b->kept;
        to->improvement = NAN;
        to->improvement_interval = (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
        if (i)
            st = il_improvement(&b->stratum[w->order[0] * b->kept], &b->stratum[group * b->kept],
                                b->kept, level, o->seed, &to->improvement,
                                &to->improvement_interval, err);
    }
out:
    return st;
}

static il_status allocate(struct work *w, il_across *out, il_error *err)
{
    const size_t k = w->blocks.groups.groups, b = w->blocks.kept;

    w->rank = calloc(k + 1, sizeof *w->rank);
    w->order = calloc(k + 1, sizeof *w->order);
    w->x = calloc(b + 1, sizeof *w->x);
    w->y = calloc(b + 1, sizeof *w->y);
    out->group = calloc(k + 1, sizeof *out->group);
    out->p = calloc(k * k + 1, sizeof *out->p);
    out->clique = calloc(k + 1, sizeof *out->clique);
    out->pooled = calloc(IL_RUN_COLUMNS, sizeof *out->pooled);
    return w->rank && w->order && w->x && w->y && out->group && out->p && out->clique && out->pooled
               ? IL_OK
               : il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
}

il_status il_compare_across(il_across **out, const il_runs *runs, const char *across,
                            const il_compare_options *options, il_error *err)
{
    struct work w = { .runs = runs, .sign = runs->more_is_better ? 1 : -1 };
    il_across *a = calloc(1, sizeof *a);
    size_t pooled[IL_RUN_COLUMNS];
    il_status st;

    *out = NULL;
    if (!a)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_blocks_make(&w.blocks, runs, options->by, across, err));
    IL_TRY(allocate(&w, a, err));
    a->metric = runs->metric;
    a->groups = w.blocks.groups.groups;
    a->conditions = w.blocks.kept;
    a->left_out = w.blocks.left_out;
    if (a->groups < 2 || a->conditions < 2) {
        st =
            il_fail(err, IL_E_USAGE,
                    "%zu groups under %zu conditions that have a run of each: ranks want 2 of both",
                    a->groups, a->conditions);
        goto out;
    }
    IL_TRY(il_groups_pooled(runs, options->by, across, pooled, &a->pooleds, err));
    for (size_t i = 0; i < a->pooleds; i++)
        a->pooled[i] = runs->column[pooled[i]];
    IL_TRY(il_friedman_test(w.blocks.mean, w.blocks.kept, a->groups, w.rank, &a->friedman, err));
    sort_by_rank(&w);
    IL_TRY(test_pairs(&w, a, err));
    join(a, options->alpha > 0 ? options->alpha : 0.05);
    IL_TRY(fill(&w, a, options, err));
    *out = a;
    a = NULL;
out:
    il_blocks_free(&w.blocks);
    free(w.rank);
    free(w.order);
    free(w.x);
    free(w.y);
    il_across_free(a);
    return st;
}

void il_across_free(il_across *a)
{
    if (!a)
        return;
    for (size_t i = 0; a->group && i < a->groups; i++) {
        free(a->group[i].label);
        free(a->group[i].name);
    }
    free(a->group);
    free(a->p);
    free(a->clique);
    free(a->pooled);
    free(a);
}
