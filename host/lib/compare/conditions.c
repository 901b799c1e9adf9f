/*
 * conditions.c - groups across conditions, as schemes over activations and depths: by their ranks within
 * each (Demsar 2006), with Wilcoxon's test of pairs in place of Nemenyi's (Benavoli 2016). A run without a
 * finite result is worse than any that has one: the share of them comes before the mean of the others.
 */
#include <math.h>
#include <stdlib.h>
#include "core/error.h"
#include "blocks.h"

struct work {
    const il_runs *runs;
    struct il_blocks blocks;
    double *place;        /* [kept * groups]: minus a group's place in a condition, ties share */
    double *rank;         /* [groups] */
    double *ahead, *zero; /* [kept] */
    size_t *order;        /* [groups]: the best rank first */
    double sign;
};

/* score, a place for each group, is room */
static void place_groups(struct work *w, struct il_standing *score)
{
    const struct il_blocks *const b = &w->blocks;
    const size_t k = b->groups.groups;

    for (size_t c = 0; c < b->kept; c++) {
        size_t first = 0;

        for (size_t g = 0; g < k; g++)
            score[g] = (struct il_standing){ b->lost[c * k + g], b->mean[c * k + g], g };
        qsort(score, k, sizeof *score, il_standing_order);
        for (size_t i = 0; i < k; i++) {
            if (score[i].lost != score[first].lost ||
                (score[i].score != score[first].score && !isnan(score[i].score)))
                first = i;
            w->place[c * k + score[i].group] = -(double)first;
        }
    }
}

/* how far group i is ahead of j in a condition: infinitely where it lost a smaller share of its runs */
static double ahead_by(const struct il_blocks *b, size_t c, size_t i, size_t j)
{
    const double *const lost = &b->lost[c * b->groups.groups];
    const double *const mean = &b->mean[c * b->groups.groups];

    if (lost[i] != lost[j])
        return lost[i] < lost[j] ? INFINITY : -INFINITY;
    return isnan(mean[i]) || mean[i] == mean[j] ? 0 : mean[i] - mean[j];
}

/* groups whose ranks tie stay in the order of blocks */
static void sort_by_rank(struct work *w)
{
    for (size_t i = 0; i < w->blocks.groups.groups; i++) {
        const size_t group = w->blocks.order[i];
        size_t at = i;

        while (at > 0 && w->rank[w->order[at - 1]] > w->rank[group] + 1e-9) {
            w->order[at] = w->order[at - 1];
            at--;
        }
        w->order[at] = group;
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
            for (size_t c = 0; c < w->blocks.kept; c++)
                w->ahead[c] = ahead_by(&w->blocks, c, w->order[i], w->order[j]);
            IL_TRY(il_wilcoxon(w->ahead, w->zero, w->blocks.kept, &p[m++], err));
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
    const il_drawn best = il_strata_drawn(&b->stratum[w->order[0] * b->kept], b->kept);
    il_status st = IL_OK;

    for (size_t i = 0; i < b->groups.groups && st == IL_OK; i++) {
        il_ranked *const to = &out->group[i];
        const size_t group = w->order[i];
        const il_drawn drawn = il_strata_drawn(&b->stratum[group * b->kept], b->kept);

        IL_TRY(il_groups_names(&b->groups, w->runs, b->groups.first[group], &to->label, &to->name,
                               err));
        to->style = b->style[group];
        to->rank = w->rank[group];
        to->mean = w->sign * il_blocks_mean(b, group);
        to->lost = il_blocks_lost(b, group);
        out->lost += to->lost;
        out->runs += il_blocks_runs(b, group);
        to->improvement = NAN;
        to->improvement_interval = (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
        if (i)
            out->drawn[drawn < best ? drawn : best]++;
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
    w->place = calloc(k * b + 1, sizeof *w->place);
    w->ahead = calloc(b + 1, sizeof *w->ahead);
    w->zero = calloc(b + 1, sizeof *w->zero);
    out->group = calloc(k + 1, sizeof *out->group);
    out->p = calloc(k * k + 1, sizeof *out->p);
    out->clique = calloc(k + 1, sizeof *out->clique);
    out->pooled = calloc(IL_RUN_COLUMNS, sizeof *out->pooled);
    return w->rank && w->order && w->place && w->ahead && w->zero && out->group && out->p &&
                   out->clique && out->pooled
               ? IL_OK
               : il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
}

il_status il_compare_across(il_across **out, const il_runs *runs, const char *across,
                            const il_compare_options *options, il_error *err)
{
    struct work w = { .runs = runs, .sign = runs->more_is_better ? 1 : -1 };
    il_across *a = calloc(1, sizeof *a);
    size_t pooled[IL_RUN_COLUMNS];
    struct il_standing *score = NULL;
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
        st = il_fail(err, IL_E_USAGE,
                     "ranks want 2 groups at least under 2 conditions at least: there %s %zu "
                     "group%s, and %zu condition%s with a run of each",
                     a->groups == 1 ? "is" : "are", a->groups, a->groups == 1 ? "" : "s",
                     a->conditions, a->conditions == 1 ? "" : "s");
        goto out;
    }
    IL_TRY(il_groups_pooled(runs, options->by, across, pooled, &a->pooleds, err));
    for (size_t i = 0; i < a->pooleds; i++)
        a->pooled[i] = runs->column[pooled[i]];
    score = calloc(a->groups, sizeof *score);
    if (!score) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", a->groups);
        goto out;
    }
    place_groups(&w, score);
    IL_TRY(il_friedman_test(w.place, w.blocks.kept, a->groups, w.rank, &a->friedman, err));
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
    free(score);
    free(w.place);
    free(w.ahead);
    free(w.zero);
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
