/* spread.c - how groups' runs are spread, over conditions: performance profiles, and who beats whom (Agarwal 2021). */
#include <math.h>
#include <stdlib.h>
#include "blocks.h"
#include "core/error.h"
#include "statistics/samples.h"

static il_status no_condition(const struct il_blocks *b, il_error *err)
{
    return il_fail(err, IL_E_USAGE,
                   b->left_out == 1 ? "a group has no run with the metric"
                                    : "none of %zu conditions has a run of each group",
                   b->left_out);
}

static size_t runs_in(const struct il_blocks *b)
{
    size_t n = 0;

    for (size_t g = 0; g < b->groups.groups; g++)
        n += il_blocks_runs(b, g);
    return n;
}

static double level_of(const il_compare_options *o) { return o->level > 0 ? o->level : 0.95; }

/* ---- profiles -------------------------------------------------------------------------------- */

/* each value of a run once, or so many of them, evenly by their order */
static il_status choose_bounds(il_profiles *p, const struct il_blocks *b, il_error *err)
{
    double *const all = calloc(b->values + 1, sizeof *all);
    size_t n = 0, distinct = 0;

    p->bound = calloc(IL_PROFILE_POINTS, sizeof *p->bound);
    if (!all || !p->bound) {
        free(all);
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", b->values);
    }
    for (size_t s = 0; s < b->groups.groups * b->kept; s++)
        for (size_t i = 0; i < b->stratum[s].n; i++)
            if (isfinite(b->stratum[s].x[i]))
                all[n++] = b->stratum[s].x[i];
    il_sort_values(all, n);
    for (size_t i = 0; i < n; i++)
        if (distinct == 0 || all[i] != all[distinct - 1])
            all[distinct++] = all[i];
    p->points = distinct < IL_PROFILE_POINTS ? distinct : IL_PROFILE_POINTS;
    for (size_t k = 0; k < p->points; k++)
        p->bound[k] = all[distinct <= p->points ? k : k * (distinct - 1) / (p->points - 1)];
    free(all);
    return IL_OK;
}

static il_status fill_profile(il_profiles *p, const struct il_blocks *b, const il_runs *runs,
                              size_t at, uint64_t seed, il_error *err)
{
    const size_t group = b->order[at];
    il_group_profile *const to = &p->group[at];
    const il_status st =
        il_groups_names(&b->groups, runs, b->groups.first[group], &to->label, &to->name, err);

    if (st != IL_OK)
        return st;
    to->style = b->style[group];
    for (size_t c = 0; c < b->kept; c++)
        to->finite += (1 - b->lost[c * b->groups.groups + group]) / (double)b->kept;
    p->drawn[il_strata_drawn(&b->stratum[group * b->kept], b->kept)]++;
    to->share = calloc(p->points + 1, sizeof *to->share);
    to->low = calloc(p->points + 1, sizeof *to->low);
    to->high = calloc(p->points + 1, sizeof *to->high);
    if (!to->share || !to->low || !to->high)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", p->groups);
    return il_profile(&b->stratum[group * b->kept], b->kept, p->bound, p->points, p->level, seed,
                      to->share, to->low, to->high, err);
}

/* less is better: values were negative, and fell */
static void turn_around(il_profiles *p)
{
    for (size_t i = 0, k = p->points; i < k--; i++) {
        const double low = p->bound[i];

        p->bound[i] = -p->bound[k];
        p->bound[k] = -low;
        for (size_t g = 0; i < k && g < p->groups; g++) {
            double *const part[] = { p->group[g].share, p->group[g].low, p->group[g].high };

            for (size_t j = 0; j < 3; j++) {
                const double first = part[j][i];

                part[j][i] = part[j][k];
                part[j][k] = first;
            }
        }
    }
}

il_status il_compare_profiles(il_profiles **out, const il_runs *runs, const char *across,
                              const il_compare_options *options, il_error *err)
{
    struct il_blocks b = { .kept = 0 };
    il_profiles *p = calloc(1, sizeof *p);
    il_status st;

    *out = NULL;
    if (!p)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_blocks_make(&b, runs, options->by, across, err));
    if (b.kept == 0) {
        st = no_condition(&b, err);
        goto out;
    }
    p->metric = runs->metric;
    p->more_is_better = runs->more_is_better;
    p->conditions = b.kept;
    p->left_out = b.left_out;
    p->level = level_of(options);
    IL_TRY(choose_bounds(p, &b, err));
    p->group = calloc(b.groups.groups + 1, sizeof *p->group);
    if (!p->group) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", b.groups.groups);
        goto out;
    }
    p->groups = b.groups.groups;
    p->runs = runs_in(&b);
    for (size_t i = 0; i < p->groups; i++)
        IL_TRY(fill_profile(p, &b, runs, i, options->seed, err));
    if (!p->more_is_better)
        turn_around(p);
    *out = p;
    p = NULL;
out:
    il_blocks_free(&b);
    il_profiles_free(p);
    return st;
}

void il_profiles_free(il_profiles *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->groups; i++) {
        free(p->group[i].label);
        free(p->group[i].name);
        free(p->group[i].share);
        free(p->group[i].low);
        free(p->group[i].high);
    }
    free(p->group);
    free(p->bound);
    free(p);
}

/* ---- improvements ---------------------------------------------------------------------------- */

static il_status fill_pairs(il_improvements *m, const struct il_blocks *b, const il_runs *runs,
                            uint64_t seed, il_error *err)
{
    const size_t k = b->groups.groups;
    il_status st = IL_OK;

    m->label = calloc(k, sizeof *m->label);
    m->name = calloc(k, sizeof *m->name);
    m->pair = calloc(k * (k - 1) / 2, sizeof *m->pair);
    if (!m->label || !m->name || !m->pair)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
    m->groups = k;
    for (size_t i = 0; i < k && st == IL_OK; i++) {
        st = il_groups_names(&b->groups, runs, b->groups.first[b->order[i]], &m->label[i],
                             &m->name[i], err);
        for (size_t j = i + 1; j < k && st == IL_OK; j++) {
            il_improved *const pair = &m->pair[m->pairs++];
            const il_drawn x = il_strata_drawn(&b->stratum[b->order[i] * b->kept], b->kept);
            const il_drawn y = il_strata_drawn(&b->stratum[b->order[j] * b->kept], b->kept);

            m->drawn[x < y ? x : y]++;
            pair->first = i;
            pair->second = j;
            st = il_improvement(&b->stratum[b->order[i] * b->kept],
                                &b->stratum[b->order[j] * b->kept], b->kept, m->level, seed,
                                &pair->p, &pair->interval, err);
        }
    }
    return st;
}

il_status il_compare_improvements(il_improvements **out, const il_runs *runs, const char *across,
                                  const il_compare_options *options, il_error *err)
{
    struct il_blocks b = { .kept = 0 };
    il_improvements *m = calloc(1, sizeof *m);
    il_status st;

    *out = NULL;
    if (!m)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_blocks_make(&b, runs, options->by, across, err));
    if (b.kept == 0) {
        st = no_condition(&b, err);
        goto out;
    }
    if (b.groups.groups < 2 || b.groups.groups > IL_IMPROVEMENT_GROUPS_MOST) {
        st = il_fail(err, IL_E_USAGE,
                     "pairs of %zu group%s are not compared: 2 to %d groups, by --where or --by",
                     b.groups.groups, b.groups.groups == 1 ? "" : "s", IL_IMPROVEMENT_GROUPS_MOST);
        goto out;
    }
    m->metric = runs->metric;
    m->conditions = b.kept;
    m->left_out = b.left_out;
    m->level = level_of(options);
    m->runs = runs_in(&b);
    IL_TRY(fill_pairs(m, &b, runs, options->seed, err));
    *out = m;
    m = NULL;
out:
    il_blocks_free(&b);
    il_improvements_free(m);
    return st;
}

void il_improvements_free(il_improvements *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->groups; i++) {
        free(m->label[i]);
        free(m->name[i]);
    }
    free(m->label);
    free(m->name);
    free(m->pair);
    free(m);
}
