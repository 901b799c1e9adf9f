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
    double *score;  /* [all.groups]: mean of what is chosen by; NaN: not of every run */
    double *metric; /* [all.groups]: mean */
    size_t *runs;   /* [all.groups] */
    size_t *best;   /* [groups.groups]: a setting + 1; 0: none */
    size_t *other;  /* [groups.groups]: the one that another choice gives */
};

static void free_settings(struct settings *s)
{
    il_groups_free(&s->groups);
    il_groups_free(&s->all);
    free(s->score);
    free(s->metric);
    free(s->runs);
    free(s->best);
    free(s->other);
}

static il_status make_settings(struct settings *s, il_error *err)
{
    const size_t settings = s->all.groups + 1, groups = s->groups.groups + 1;

    s->score = calloc(settings, sizeof *s->score);
    s->metric = calloc(settings, sizeof *s->metric);
    s->runs = calloc(settings, sizeof *s->runs);
    s->best = calloc(groups, sizeof *s->best);
    s->other = calloc(groups, sizeof *s->other);
    return s->score && s->metric && s->runs && s->best && s->other
               ? IL_OK
               : il_fail(err, IL_E_MEMORY, "out of memory for %zu settings", s->all.groups);
}

/* "by,over", or NULL where groups are by all that varies: then settings are, too */
static char *with_over(const char *by, const char *over)
{
    char *both = NULL;

    if (by && asprintf(&both, "%s,%s", by, over) < 0)
        return NULL;
    return both;
}

/* IL_E_USAGE: a seed is what a setting is tried with */
static il_status check_over(const il_runs *r, const char *over, il_error *err)
{
    for (const char *p = over; *p; p += strcspn(p, ","), p += *p == ',') {
        const size_t column = il_runs_column(r, p, strcspn(p, ","));

        if (column < r->columns && il_is_seed(r->column[column]))
            return il_fail(err, IL_E_USAGE,
                           "the best %s is luck, and no setting: choose over parameters, as lr",
                           r->column[column]);
    }
    return IL_OK;
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

static double select_of(const struct il_run_row *run) { return run->select; }
static double metric_of(const struct il_run_row *run) { return run->metric; }
static double validation_of(const struct il_run_row *run) { return run->validation; }

/* score[]: means over the runs of each setting; *s's runs are counted anew */
static void score_settings(struct settings *s, const il_runs *r,
                           double (*of)(const struct il_run_row *), double *score)
{
    memset(score, 0, s->all.groups * sizeof *score);
    memset(s->runs, 0, s->all.groups * sizeof *s->runs);
    for (size_t i = 0; i < r->count; i++) {
        score[s->all.of[i]] += of(&r->run[i]);
        s->runs[s->all.of[i]]++;
    }
    for (size_t k = 0; k < s->all.groups; k++)
        score[k] /= (double)s->runs[k];
}

/* best[]: of each group the setting of the best score + 1 */
static void choose(const struct settings *s, const double *score, int more_is_better, size_t *best)
{
    for (size_t k = 0; k < s->all.groups; k++) {
        size_t *const to = &best[s->groups.of[s->all.first[k]]];

        if (isfinite(score[k]) &&
            (!*to || (more_is_better ? score[k] > score[*to - 1] : score[k] < score[*to - 1])))
            *to = k + 1;
    }
}

static int is_of(const char *result, const char *samples)
{
    return strncmp(result, samples, strlen(samples)) == 0;
}

/* by how much results chosen on test samples look better than those chosen on validation samples */
static void find_gain(struct settings *s, const il_runs *r, il_tuned *out)
{
    const int on_test = is_of(r->select, "test_");
    double sum = 0;

    if (!is_of(r->metric, "test_") || (!on_test && !is_of(r->select, "validation_")))
        return;
    score_settings(s, r, metric_of, s->metric);
    score_settings(s, r, on_test ? validation_of : metric_of, s->score);
    choose(s, s->score, on_test || r->more_is_better, s->other);
    for (size_t g = 0; g < s->groups.groups; g++) {
        const size_t test = on_test ? s->best[g] : s->other[g];
        const size_t validation = on_test ? s->other[g] : s->best[g];
        double gain;

        if (!test || !validation)
            continue;
        gain = r->more_is_better ? s->metric[test - 1] - s->metric[validation - 1]
                                 : s->metric[validation - 1] - s->metric[test - 1];
        if (!isfinite(gain))
            continue;
        sum += gain;
        out->gain_most = out->groups++ && out->gain_most > gain ? out->gain_most : gain;
    }
    if (out->groups)
        out->gain = sum / (double)out->groups;
}

/* How many settings and groups cannot be chosen; IL_E_USAGE: no group can. */
static il_status check_best(const struct settings *s, const il_runs *r, il_tuned *out,
                            il_error *err)
{
    char *label, *name;
    size_t g = 0;
    il_status st;

    for (size_t k = 0; k < s->all.groups; k++)
        out->lost += !isfinite(s->score[k]);
    for (size_t k = s->groups.groups; k-- > 0;)
        if (!s->best[k]) {
            out->unchosen++;
            g = k;
        }
    if (out->unchosen == 0)
        return IL_OK;
    st = il_groups_names(&s->groups, r, s->groups.first[g], &label, &name, err);
    if (st == IL_OK)
        snprintf(out->named, sizeof out->named, "%s", label);
    if (st == IL_OK && out->unchosen == s->groups.groups)
        st = il_fail(
            err, IL_E_USAGE, "%s has no setting all of whose runs have %s%s", label, r->select,
            is_of(r->select, "validation_") ? ": train with --validation N to hold out samples"
                                            : "");
    free(label);
    free(name);
    return st;
}

/* A group that cannot be chosen for keeps its first setting, without a result. */
static void keep_last(struct settings *s, il_runs *r)
{
    for (size_t i = 0; i < r->count; i++) {
        const size_t g = s->groups.of[i], setting = s->all.of[i];

        if (!s->best[g] && setting == s->all.of[s->groups.first[g]])
            r->run[i].metric = NAN;
    }
    for (size_t g = 0; g < s->groups.groups; g++)
        if (!s->best[g])
            s->best[g] = s->all.of[s->groups.first[g]] + 1;
}

il_status il_runs_best_over(il_runs *r, const char *by, const char *over, il_tuned *tuned,
                            il_error *err)
{
    char *const both = with_over(by, over);
    struct settings s = { .score = NULL };
    size_t to = 0;
    il_status st;

    *tuned = (il_tuned){ .metric = r->metric, .select = r->select, .gain = NAN, .gain_most = NAN };
    if (by && !both) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    if (!r->select) {
        st = il_fail(err, IL_E_USAGE, "nothing to choose settings by");
        goto out;
    }
    IL_TRY(check_over(r, over, err));
    IL_TRY(il_groups_without(&s.groups, r, by, over, err));
    IL_TRY(check_select(&s.groups, r, err));
    IL_TRY(il_groups_make(&s.all, r, both, err));
    IL_TRY(make_settings(&s, err));
    score_settings(&s, r, select_of, s.score);
    choose(&s, s.score, il_more_is_better(r->select), s.best);
    IL_TRY(check_best(&s, r, tuned, err));
    find_gain(&s, r, tuned);
    keep_last(&s, r);
    for (size_t i = 0; i < r->count; i++) {
        if (s.best[s.groups.of[i]] == s.all.of[i] + 1)
            r->run[to++] = r->run[i];
        else
            il_run_forget(&r->run[i]);
    }
    r->count = to;
    tuned->settings = s.all.groups;
    IL_TRY(il_groups_tuned(r, over, err));
out:
    free_settings(&s);
    free(both);
    return st;
}

/* ---- budgets --------------------------------------------------------------------------------- */

struct trial {
    double select, metric;
};

/* from the worst to the best; equal ones by the metric, so that sums do not depend on the order of runs */
static int by_select(const void *a, const void *b)
{
    const struct trial *const x = a, *const y = b;

    if (x->select != y->select)
        return x->select < y->select ? -1 : 1;
    return (x->metric > y->metric) - (x->metric < y->metric);
}

/* Of trials that are equal in what is chosen by any may be chosen: each has their mean metric. */
static void share_ties(struct trial *t, size_t n)
{
    for (size_t from = 0, to; from < n; from = to) {
        double sum = 0;

        for (to = from; to < n && t[to].select == t[from].select; to++)
            sum += t[to].metric;
        for (size_t i = from; i < to; i++)
            t[i].metric = sum / (double)(to - from);
    }
}

/* A run without a finite number to be chosen by, as the cost of one that diverged, is the last to be chosen. */
static struct trial trial_of(const struct il_run_row *run, double sign)
{
    return (struct trial){ isfinite(run->select) ? sign * run->select : -INFINITY, run->metric };
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
    IL_TRY(check_over(r, over, err));
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

            if (g.of[i] == k && !run->failed && isfinite(run->metric) &&
                (isfinite(run->select) || run->diverged))
                t[b[k].trials++] = trial_of(run, sign);
        }
        qsort(t, b[k].trials, sizeof *t, by_select);
        share_ties(t, b[k].trials);
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
