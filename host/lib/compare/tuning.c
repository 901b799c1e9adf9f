/* tuning.c - each group with its own best setting, and what more trials would have given. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "groups.h"

/* ---- the best setting ------------------------------------------------------------------------ */

/* settings: groups by `by` and `over` together */
struct settings {
    struct il_groups groups, all;
    double *score; /* [all.groups]: mean of select, more is better; NaN: not of every run */
    size_t *runs;  /* [all.groups] */
    size_t *best;  /* [groups.groups]: a setting + 1; 0: none */
};

static void free_settings(struct settings *s)
{
    il_groups_free(&s->groups);
    il_groups_free(&s->all);
    free(s->score);
    free(s->runs);
    free(s->best);
}

/* "by,over", or NULL where groups are by all that varies: then settings are, too */
static char *with_over(const char *by, const char *over)
{
    char *both = NULL;

    if (by && asprintf(&both, "%s,%s", by, over) < 0)
        return NULL;
    return both;
}

/* costs of different losses say nothing of which is best */
static il_status check_select(const struct il_groups *g, const il_runs *r, il_error *err)
{
    const char *const column = il_is_cost(r->select) ? il_groups_losses(g, r) : NULL;

    return column ? il_fail(err, IL_E_USAGE,
                            "settings of one group differ in %s: no %s can choose between them; "
                            "validation_accuracy can",
                            column, r->select)
                  : IL_OK;
}

static void score_settings(struct settings *s, const il_runs *r)
{
    const double sign = il_more_is_better(r->select) ? 1 : -1;

    for (size_t i = 0; i < r->count; i++) {
        s->score[s->all.of[i]] += sign * r->run[i].select;
        s->runs[s->all.of[i]]++;
    }
    for (size_t k = 0; k < s->all.groups; k++) {
        size_t *const best = &s->best[s->groups.of[s->all.first[k]]];

        s->score[k] /= (double)s->runs[k];
        if (isfinite(s->score[k]) && (!*best || s->score[k] > s->score[*best - 1]))
            *best = k + 1;
    }
}

il_status il_runs_best_over(il_runs *r, const char *by, const char *over, size_t *settings,
                            il_error *err)
{
    char *const both = with_over(by, over);
    struct settings s = { .score = NULL };
    size_t to = 0;
    il_status st;

    if (by && !both) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    if (!r->select) {
        st = il_fail(err, IL_E_USAGE, "nothing to choose settings by");
        goto out;
    }
    IL_TRY(il_groups_without(&s.groups, r, by, over, err));
    IL_TRY(check_select(&s.groups, r, err));
    IL_TRY(il_groups_make(&s.all, r, both, err));
    s.score = calloc(s.all.groups + 1, sizeof *s.score);
    s.runs = calloc(s.all.groups + 1, sizeof *s.runs);
    s.best = calloc(s.groups.groups + 1, sizeof *s.best);
    if (!s.score || !s.runs || !s.best) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu settings", s.all.groups);
        goto out;
    }
    score_settings(&s, r);
    for (size_t g = 0; g < s.groups.groups; g++)
        if (!s.best[g]) {
            char *label, *name;

            st = il_groups_names(&s.groups, r, s.groups.first[g], &label, &name, err);
            if (st == IL_OK)
                st = il_fail(err, IL_E_USAGE, "%s has no setting all of whose runs have %s%s",
                             label, r->select,
                             strncmp(r->select, "validation_", 11) == 0
                                 ? ": train with --validation N to hold out samples"
                                 : "");
            free(label);
            free(name);
            goto out;
        }
    for (size_t i = 0; i < r->count; i++) {
        if (s.best[s.groups.of[i]] == s.all.of[i] + 1)
            r->run[to++] = r->run[i];
        else
            il_run_forget(&r->run[i]);
    }
    r->count = to;
    *settings = s.all.groups;
    IL_TRY(il_groups_tuned(r, over, err));
out:
    free_settings(&s);
    free(both);
    return st;
}

/* ---- budgets --------------------------------------------------------------------------------- */

struct trial {
    double select, metric;
    size_t run;
};

/* from the worst to the best; the order of runs decides between equal ones */
static int by_select(const void *a, const void *b)
{
    const struct trial *const x = a, *const y = b;

    if (x->select != y->select)
        return x->select < y->select ? -1 : 1;
    return (x->run > y->run) - (x->run < y->run);
}

static il_status expect(il_budget *b, const struct trial *t, il_error *err)
{
    double *const weight = calloc(b->trials + 1, sizeof *weight);

    b->expected = calloc(b->trials + 1, sizeof *b->expected);
    if (!weight || !b->expected) {
        free(weight);
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu trials", b->trials);
    }
    for (size_t k = 1; k <= b->trials; k++) {
        il_best_of_weights(b->trials, k, weight);
        for (size_t i = 0; i < b->trials; i++)
            b->expected[k - 1] += weight[i] * t[i].metric;
    }
    free(weight);
    return IL_OK;
}

il_status il_runs_budgets(const il_runs *r, const char *by, const char *over, il_budget **out,
                          size_t *count, il_error *err)
{
    struct trial *const t = calloc(r->count + 1, sizeof *t);
    struct il_groups g = { .columns = 0 };
    il_budget *b = NULL;
    double sign;
    il_status st;

    *out = NULL;
    *count = 0;
    if (!r->select || !t) {
        st = t ? il_fail(err, IL_E_USAGE, "nothing to choose trials by")
               : il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", r->count);
        goto out;
    }
    sign = il_more_is_better(r->select) ? 1 : -1;
    IL_TRY(il_groups_without(&g, r, by, over, err));
    IL_TRY(check_select(&g, r, err));
    b = calloc(g.groups + 1, sizeof *b);
    if (!b) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", g.groups);
        goto out;
    }
    for (size_t k = 0; k < g.groups; k++, ++*count) {
        for (size_t i = 0; i < r->count; i++) {
            const struct il_run_row *const run = &r->run[i];

            if (g.of[i] == k && isfinite(run->select) && isfinite(run->metric))
                t[b[k].trials++] = (struct trial){ sign * run->select, run->metric, i };
        }
        qsort(t, b[k].trials, sizeof *t, by_select);
        IL_TRY(expect(&b[k], t, err));
        IL_TRY(il_groups_names(&g, r, g.first[k], &b[k].label, &b[k].name, err));
    }
    *out = b;
    b = NULL;
out:
    if (b)
        il_budgets_free(b, g.groups);
    il_groups_free(&g);
    free(t);
    return st;
}

void il_budgets_free(il_budget *b, size_t count)
{
    for (size_t i = 0; b && i < count; i++) {
        free(b[i].label);
        free(b[i].name);
        free(b[i].expected);
    }
    free(b);
}
