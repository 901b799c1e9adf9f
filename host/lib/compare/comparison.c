/* comparison.c - what is said of each group, and of its difference to the best one or the control. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/config.h"
#include "core/error.h"
#include "by_condition.h"
#include "statistics/samples.h"

/* A comparison with what it owns. */
struct owned {
    il_comparison head; /* first: a comparison is cast to this */
    const char *column[IL_RUN_COLUMNS], *pooled[IL_RUN_COLUMNS], *alike[IL_RUN_COLUMNS];
    const char **value;   /* [groups, columns] */
    char **shown;         /* [groups, columns] */
    char **label, **name; /* [groups] */
    /* runs of the group that was k-th before they were sorted: member[start[k]] ... member[start[k + 1] - 1] */
    size_t *start, *member;
    struct il_standing *order; /* [groups]: which one is i-th now */
};

/* what is at work while a comparison is made */
struct job {
    const il_runs *runs;
    const il_compare_options *options;
    struct il_groups groups;
    size_t *start, *member; /* of out, as is their meaning */
    double *slot;           /* [keys]: the metric of a group's run with this key; NaN: none */
    double *x, *y;          /* [runs]: values */
    struct il_sample *of_x, *of_y; /* [runs]: the same, where they have conditions */
    size_t data;                   /* the dataset's column */
    unsigned char *met;    /* [keys]: was a run with this key compared with another group's? */
    unsigned char *copies; /* [groups]: are its runs copies of each other? */
    unsigned char *here;   /* [conditions]: has a group a run with this one? */
    struct owned *out;
};

/* ---- groups ---------------------------------------------------------------------------------- */

static int set_members(struct job *j)
{
    const struct il_groups *const g = &j->groups;
    size_t *const next = calloc(g->groups + 1, sizeof *next);

    if (!next)
        return 0;
    for (size_t i = 0; i < j->runs->count; i++)
        j->start[g->of[i] + 1]++;
    for (size_t k = 0; k < g->groups; k++)
        j->start[k + 1] += j->start[k];
    memcpy(next, j->start, g->groups * sizeof *next);
    for (size_t i = 0; i < j->runs->count; i++)
        j->member[next[g->of[i]]++] = i;
    free(next);
    return 1;
}

/*
 * Epochs to the target. What never reached it is the last in the median, and counts in the mean with all its epochs:
 * the mean up to the budget.
 */
static void sum_up_reached(struct job *j, size_t k, il_run_group *out)
{
    size_t n = 0;
    const size_t epochs = il_runs_column(j->runs, "epochs", 6);
    double sum = 0;

    for (size_t i = j->start[k]; i < j->start[k + 1] && !isnan(j->runs->target); i++) {
        const struct il_run_row *const run = &j->runs->run[j->member[i]];

        if (run->failed) /* of which nothing is known */
            continue;
        j->x[n++] = run->reached;
        out->reached += isfinite(run->reached);
        sum += isfinite(run->reached) ? run->reached : strtod(run->value[epochs], NULL);
    }
    if (n == 0)
        return;
    il_sort_values(j->x, n);
    out->reached_median = isinf(j->x[n / 2]) ? INFINITY : (j->x[(n - 1) / 2] + j->x[n / 2]) / 2;
    out->reached_mean = sum / (double)n;
    if (!out->copies)
        out->reached_interval = il_wilson(out->reached, n, j->out->head.level);
}

static struct il_sample sample_of(const struct job *j, size_t run, double value)
{
    return (struct il_sample){ j->groups.condition[run], j->runs->run[run].value[j->data], value,
                               j->runs->run[run].print };
}

/* the interval of n values, whose samples are in of_x, by how they differ within conditions where that can be told */
static il_status set_interval(struct job *j, size_t n, il_interval *out, il_error *err)
{
    const il_interval before = *out;
    il_status st;

    if (j->groups.conditions < 2)
        return IL_OK;
    st = il_samples_interval(j->of_x, n, j->out->head.level, j->options->seed, out, err);
    j->out->head.within |= st == IL_OK && out->kind != before.kind;
    return st;
}

static il_status sum_up(struct job *j, size_t k, il_run_group *out, il_error *err)
{
    const size_t id = il_runs_column(j->runs, "run_id", 6);
    const int more = j->out->head.more_is_better;
    size_t n = 0, areas = 0, validations = 0;
    double area = 0, validation = 0, best = NAN;

    *out = (il_run_group){ .metric = { .mean = NAN, .sd = NAN },
                           .reached_interval = { NAN, NAN, IL_INTERVAL_NONE },
                           .reached_median = NAN,
                           .reached_mean = NAN,
                           .p = NAN,
                           .verdict = IL_VERDICT_NONE,
                           .best_run = "" };
    for (size_t i = j->start[k]; i < j->start[k + 1]; i++) {
        const struct il_run_row *const run = &j->runs->run[j->member[i]];

        out->runs++;
        out->diverged += (size_t)run->diverged;
        out->stuck += (size_t)run->stuck;
        out->failed += (size_t)run->failed;
        out->lost += (size_t)il_run_is_lost(j->runs, run);
        if (isfinite(run->metric)) {
            j->of_x[n] = sample_of(j, j->member[i], run->metric);
            j->x[n++] = run->metric;
            if (isnan(best) || (more ? run->metric > best : run->metric < best)) {
                best = run->metric;
                out->best_run = run->value[id];
            }
        }
        if (isfinite(run->validation)) {
            validation += run->validation;
            validations++;
        }
        if (isfinite(run->area)) {
            area += run->area;
            areas++;
        }
    }
    out->area = areas && !j->out->head.losses ? area / (double)areas : NAN;
    out->validation = validations ? validation / (double)validations : NAN;
    if (n > 0) {
        il_status st =
            il_summarize(j->x, n, j->out->head.level, j->options->seed, &out->metric, err);

        if (st == IL_OK)
            st = set_interval(j, n, &out->metric.interval, err);
        if (st != IL_OK)
            return st;
        for (size_t i = 0; i < out->lost; i++)
            j->x[n + i] = more ? -INFINITY : INFINITY;
        out->copies = j->copies[k] = (unsigned char)il_samples_copies(j->of_x, n);
        if (j->runs->of_pack || out->copies)
            out->metric.interval = (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
        il_sort_values(j->x, n + out->lost);
        il_order_summary(j->x, n + out->lost, &out->metric);
    }
    sum_up_reached(j, k, out);
    return IL_OK;
}

/* ---- differences ----------------------------------------------------------------------------- */

/*
 * x[], y[]: pairs of runs of groups a and b that have the metric; returns how many. *alone: runs that have it, and are alike to
 * none of the other group.
 */
static size_t pairs_of(struct job *j, size_t a, size_t b, size_t *alone)
{
    const struct il_groups *const g = &j->groups;
    size_t n = 0;

    *alone = 0;
    for (size_t i = j->start[b]; i < j->start[b + 1]; i++) {
        const double x = j->runs->run[j->member[i]].metric;

        j->slot[g->key[j->member[i]]] = isfinite(x) ? x : INFINITY;
    }
    for (size_t i = j->start[a]; i < j->start[a + 1]; i++) {
        double *const partner = &j->slot[g->key[j->member[i]]];
        const int has = isfinite(j->runs->run[j->member[i]].metric);

        *alone += has && isnan(*partner);
        if (has && isfinite(*partner)) {
            j->x[n] = j->runs->run[j->member[i]].metric;
            j->of_x[n] = sample_of(j, j->member[i], j->x[n] - *partner);
            j->y[n++] = *partner;
            j->met[g->key[j->member[i]]] = 1;
        }
        *partner = NAN; /* a run is in one pair */
    }
    for (size_t i = j->start[b]; i < j->start[b + 1]; i++) {
        *alone += isfinite(j->slot[g->key[j->member[i]]]) != 0;
        j->slot[g->key[j->member[i]]] = NAN;
    }
    return n;
}

/* of[]: the runs of a group that have the metric; returns how many */
static size_t samples_of(const struct job *j, size_t group, struct il_sample *of)
{
    size_t n = 0;

    for (size_t i = j->start[group]; i < j->start[group + 1]; i++)
        if (isfinite(j->runs->run[j->member[i]].metric))
            of[n++] = sample_of(j, j->member[i], j->runs->run[j->member[i]].metric);
    return n;
}

/* in how many comparisons p is corrected for, at most */
static size_t tests_of(const struct job *j)
{
    const size_t k = j->out->head.groups;

    return j->options->control || k > IL_COMPARE_GROUPS_MOST ? k - 1 : k * (k - 1) / 2;
}

/* Copies are one run: no sample of how runs differ, unless by pairs that of the other group is. */
static void without_copies(const struct job *j, size_t a, size_t b, il_run_group *g)
{
    const int copies = j->copies[a] + j->copies[b];

    if (copies == 0 || (copies == 1 && g->unit == IL_UNIT_PAIRS) || g->unit == IL_UNIT_SETTINGS)
        return;
    g->difference.p = NAN;
    g->difference.interval = (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
}

/* by pairs; by all runs where there are none, or too few to show anything */
static il_status differ(struct job *j, size_t a, size_t b, il_run_group *out, il_error *err)
{
    const double level = j->out->head.level;
    size_t alone;
    const size_t n = pairs_of(j, a, b, &alone);
    struct il_both all = { j->of_x, j->of_y, 0, 0, level, j->options->seed };
    il_difference *const d = &out->difference;
    il_status st;

    out->unit = IL_UNIT_PAIRS;
    out->set_aside = 0;
    if (n == 0) {
        st = il_samples_unpaired(j->of_x, samples_of(j, a, j->of_x), j->of_y,
                                 samples_of(j, b, j->of_y), level, j->options->seed, d, &out->unit,
                                 err);
        without_copies(j, a, b, out);
        return st;
    }
    st = il_compare_paired(j->x, j->y, n, level, j->options->seed, d, err);
    if (st == IL_OK && d->sd > 0)
        st = set_interval(j, n, &d->interval, err);
    without_copies(j, a, b, out);
    if (st != IL_OK || alone == 0 || j->copies[a] || j->copies[b])
        return st;
    all.n = samples_of(j, a, j->of_x);
    all.m = samples_of(j, b, j->of_y);
    return il_samples_few_pairs(n, alone, tests_of(j), j->out->head.alpha, &all, d, &out->unit,
                                &out->set_aside, err);
}

/*
 * p of every pair, corrected together; those with the reference go to their groups. order[i]: the
 * group that is the i-th best.
 */
static il_status correct_all(struct job *j, const struct il_standing *order, il_error *err)
{
    il_comparison *const c = &j->out->head;
    const size_t k = c->groups;
    double *const p = malloc(k * k * sizeof *p);
    size_t *const at = calloc(k, sizeof *at); /* from 1: where a group's p is */
    size_t m = 0;
    il_status st = IL_OK;

    if (!p || !at) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
        goto out;
    }
    for (size_t a = 0; a < k; a++)
        for (size_t b = a + 1; b < k; b++) {
            il_run_group two;

            if (a == c->reference || b == c->reference)
                two = c->group[a == c->reference ? b : a];
            else
                IL_TRY(differ(j, order[a].group, order[b].group, &two, err));
            if (!isnan(two.difference.p))
                p[m++] = two.difference.p;
            if ((a == c->reference || b == c->reference) && !isnan(two.difference.p))
                at[a == c->reference ? b : a] = m;
        }
    IL_TRY(il_holm(p, m, err));
    c->comparisons = m;
    for (size_t i = 0; i < k; i++)
        if (at[i])
            c->group[i].p = p[at[i] - 1];
out:
    free(p);
    free(at);
    return st;
}

/* was it compared with the reference? */
static int is_tested(const il_comparison *c, size_t group)
{
    return group != c->reference && !isnan(c->group[group].difference.p);
}

static il_status correct_control(il_comparison *c, il_error *err)
{
    double *const p = malloc(c->groups * sizeof *p);
    size_t m = 0;
    il_status st;

    if (!p)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", c->groups);
    for (size_t i = 0; i < c->groups; i++)
        if (is_tested(c, i))
            p[m++] = c->group[i].difference.p;
    st = il_holm(p, m, err);
    c->comparisons = m;
    m = 0;
    for (size_t i = 0; i < c->groups; i++)
        if (is_tested(c, i))
            c->group[i].p = p[m++];
    free(p);
    return st;
}

static void judge(il_comparison *c)
{
    const double tests = c->comparisons ? (double)c->comparisons : 1;

    for (size_t i = 0; i < c->groups; i++) {
        il_run_group *const g = &c->group[i];
        const double ahead = c->more_is_better ? g->difference.mean : -g->difference.mean;

        if (i == c->reference) {
            g->verdict = IL_VERDICT_REFERENCE;
            continue;
        }
        if (c->comparisons && !isnan(g->p))
            g->pairs_needed = g->unit == IL_UNIT_PAIRS
                                  ? il_pairs_needed(g->difference.mean, g->difference.sd, c->alpha,
                                                    c->comparisons)
                                  : il_runs_needed(g->difference.effect, c->alpha, c->comparisons);
        g->verdict = isnan(g->p)                                 ? IL_VERDICT_NONE
                     : g->difference.least_p * tests >= c->alpha ? IL_VERDICT_FEW
                     : g->p >= c->alpha                          ? IL_VERDICT_SAME
                     : ahead > 0                                 ? IL_VERDICT_BETTER
                                                                 : IL_VERDICT_WORSE;
    }
}

/* how many runs of a group are not in its comparison with the reference, whose own that are in it are met */
static void meet(struct job *j, size_t group, size_t reference, il_run_group *g)
{
    const struct il_groups *const of = &j->groups;

    g->left_over = g->metric.n - (g->unit == IL_UNIT_SETTINGS ? g->metric.n : g->difference.n);
    if (g->unit != IL_UNIT_RUNS && g->unit != IL_UNIT_SETTINGS) /* pairs_of has met them */
        return;
    memset(j->here, g->unit == IL_UNIT_SETTINGS, of->conditions);
    for (size_t i = j->start[group]; i < j->start[group + 1]; i++)
        j->here[of->condition[j->member[i]]] |= isfinite(j->runs->run[j->member[i]].metric) != 0;
    for (size_t i = j->start[reference]; i < j->start[reference + 1]; i++)
        j->met[of->key[j->member[i]]] |= j->here[of->condition[j->member[i]]];
}

/* runs of the reference that are compared with no other group */
static void leave_over(const struct job *j, size_t k, il_run_group *reference)
{
    reference->left_over = 0;
    for (size_t i = j->start[k]; i < j->start[k + 1] && j->out->head.groups > 1; i++)
        reference->left_over +=
            isfinite(j->runs->run[j->member[i]].metric) && !j->met[j->groups.key[j->member[i]]];
}

static il_status compare_groups(struct job *j, const struct il_standing *order, il_error *err)
{
    il_comparison *const c = &j->out->head;
    il_status st = IL_OK;

    if (c->reference == c->groups || j->options->no_tests)
        return IL_OK;
    if (c->of_pack) {
        c->group[c->reference].verdict = IL_VERDICT_REFERENCE;
        return IL_OK;
    }
    c->tested = 1;
    for (size_t i = 0; i < c->groups; i++) {
        il_run_group *const g = &c->group[i];

        if (i == c->reference)
            continue;
        IL_TRY(differ(j, order[i].group, order[c->reference].group, g, err));
        meet(j, order[i].group, order[c->reference].group, g);
    }
    leave_over(j, order[c->reference].group, &c->group[c->reference]);
    if (j->options->control)
        IL_TRY(correct_control(c, err));
    else if (c->groups > 1 && c->groups <= IL_COMPARE_GROUPS_MOST)
        IL_TRY(correct_all(j, order, err));
    judge(c);
out:
    return st;
}

/* ---- all ------------------------------------------------------------------------------------- */

/* the control by its label or name, or by the one value of one column; groups: none was asked for */
static il_status find_reference(struct job *j, il_error *err)
{
    il_comparison *const c = &j->out->head;

    c->reference = c->groups && c->group[0].metric.n ? 0 : c->groups;
    c->has_control = j->options->control != NULL;
    if (!j->options->control)
        return IL_OK;
    for (size_t i = 0; i < c->groups; i++)
        if (strcmp(c->group[i].label, j->options->control) == 0 ||
            strcmp(c->group[i].name, j->options->control) == 0) {
            c->reference = i;
            return IL_OK;
        }
    return il_fail(err, IL_E_USAGE, "no group is called '%s': the best one is '%s'",
                   j->options->control, c->groups ? c->group[0].label : "");
}

static il_status set_values(struct job *j, size_t group, size_t run, il_error *err)
{
    const struct il_groups *const g = &j->groups;

    for (size_t k = 0; k < g->columns; k++) {
        const char *const value = j->runs->run[run].value[g->by[k]];
        const size_t at = group * g->columns + k;

        j->out->value[at] = value;
        j->out->shown[at] = value[0]
                                ? il_config_shown_in(j->runs->column[g->by[k]], value, g->digits[k])
                                : strdup("-");
        if (!j->out->shown[at])
            return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", g->groups);
    }
    return IL_OK;
}

static il_status fill_groups(struct job *j, struct il_standing *order, il_error *err)
{
    struct owned *const out = j->out;
    il_comparison *const c = &out->head;
    const struct il_groups *const g = &j->groups;
    size_t *const style = calloc(c->groups + 1, sizeof *style);
    il_status st = style ? il_groups_styles(g, j->runs, style, err)
                         : il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", c->groups);

    if (st != IL_OK)
        goto out;
    for (size_t k = 0; k < c->groups; k++) {
        IL_TRY(sum_up(j, k, &c->group[k], err));
        order[k].score = c->more_is_better ? c->group[k].metric.mean : -c->group[k].metric.mean;
        order[k].lost = c->group[k].lost ? (double)c->group[k].lost /
                                               (double)(c->group[k].runs - c->group[k].failed)
                                         : 0;
        order[k].group = k;
    }
    qsort(order, c->groups, sizeof *order, il_standing_order);
    for (size_t i = 0; i < c->groups; i++) { /* again, in that order */
        const size_t run = g->first[order[i].group];

        IL_TRY(sum_up(j, order[i].group, &c->group[i], err));
        IL_TRY(il_groups_names(&j->groups, j->runs, run, &out->label[i], &out->name[i], err));
        IL_TRY(set_values(j, i, run, err));
        c->group[i].label = out->label[i];
        c->group[i].name = out->name[i];
        c->group[i].style = style[order[i].group];
        c->group[i].value = &out->value[i * g->columns];
        c->group[i].shown = &out->shown[i * g->columns];
    }
out:
    free(style);
    return st;
}

static il_status allocate(struct job *j, struct il_standing **order, il_error *err)
{
    struct owned *const out = j->out;
    const size_t runs = j->runs->count + 1, groups = j->groups.groups + 1;

    out->label = calloc(groups, sizeof *out->label);
    out->name = calloc(groups, sizeof *out->name);
    out->value = calloc(groups * (j->groups.columns + 1), sizeof *out->value);
    out->shown = calloc(groups * (j->groups.columns + 1), sizeof *out->shown);
    out->head.group = calloc(groups, sizeof *out->head.group);
    *order = out->order = calloc(groups, sizeof *out->order);
    j->start = out->start = calloc(groups + 1, sizeof *out->start);
    j->member = out->member = calloc(runs, sizeof *out->member);
    j->x = calloc(runs, sizeof *j->x);
    j->y = calloc(runs, sizeof *j->y);
    j->slot = calloc(j->groups.keys + 1, sizeof *j->slot);
    j->met = calloc(j->groups.keys + 1, sizeof *j->met);
    j->copies = calloc(groups, sizeof *j->copies);
    j->here = calloc(j->groups.conditions + 1, sizeof *j->here);
    j->of_x = calloc(runs, sizeof *j->of_x);
    j->of_y = calloc(runs, sizeof *j->of_y);
    j->data = il_runs_column(j->runs, IL_DATA_COLUMN, strlen(IL_DATA_COLUMN));
    if (!out->label || !out->name || !out->value || !out->shown || !out->head.group || !*order ||
        !j->start || !j->member || !j->x || !j->y || !j->slot || !j->met || !j->copies ||
        !j->here || !j->of_x || !j->of_y || !set_members(j))
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", j->runs->count);
    for (size_t k = 0; k <= j->groups.keys; k++)
        j->slot[k] = NAN;
    return IL_OK;
}

static void set_head(struct job *j)
{
    il_comparison *const c = &j->out->head;
    const struct il_groups *const g = &j->groups;

    c->metric = j->runs->metric;
    c->more_is_better = j->runs->more_is_better;
    c->target = j->runs->target;
    c->of_pack = j->runs->of_pack;
    c->losses = il_runs_losses(j->runs);
    c->level = j->options->level > 0 ? j->options->level : 0.95;
    c->alpha = j->options->alpha > 0 ? j->options->alpha : 0.05;
    c->groups = g->groups;
    c->columns = g->columns;
    c->pooleds = g->pooleds;
    c->column = j->out->column;
    c->pooled = j->out->pooled;
    c->alike = j->out->alike;
    for (size_t i = 0; i < g->columns; i++)
        j->out->column[i] = j->runs->column[g->by[i]];
    for (size_t i = 0; i < g->pooleds; i++)
        j->out->pooled[i] = j->runs->column[g->pooled[i]];
    for (size_t i = 0; i < g->pairs; i++)
        if (il_groups_varies(j->runs, g->pair[i]))
            j->out->alike[c->alikes++] = j->runs->column[g->pair[i]];
}

static il_status count_seeds(struct job *j, il_error *err)
{
    il_comparison *const c = &j->out->head;
    const size_t column[] = { il_runs_column(j->runs, "seed", 4),
                              il_runs_column(j->runs, "data_seed", 9) };
    il_status st = il_groups_count(j->runs, &column[0], 1, &c->seeds, err);

    if (st == IL_OK)
        st = il_groups_count(j->runs, &column[1], 1, &c->orders, err);
    return st == IL_OK ? il_groups_count(j->runs, column, 2, &c->drawn, err) : st;
}

il_status il_compare(il_comparison **out, const il_runs *runs, const il_compare_options *options,
                     il_error *err)
{
    struct job j = { .runs = runs, .options = options, .out = calloc(1, sizeof *j.out) };
    struct il_standing *order = NULL;
    il_status st;

    *out = NULL;
    if (!j.out)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_groups_make(&j.groups, runs, options->by, err));
    set_head(&j);
    IL_TRY(count_seeds(&j, err));
    IL_TRY(allocate(&j, &order, err));
    IL_TRY(fill_groups(&j, order, err));
    IL_TRY(find_reference(&j, err));
    IL_TRY(compare_groups(&j, order, err));
    *out = &j.out->head;
    j.out = NULL;
out:
    il_groups_free(&j.groups);
    free(j.x);
    free(j.y);
    free(j.slot);
    free(j.met);
    free(j.copies);
    free(j.here);
    free(j.of_x);
    free(j.of_y);
    if (j.out)
        il_comparison_free(&j.out->head);
    return st;
}

void il_comparison_free(il_comparison *c)
{
    struct owned *const o = (struct owned *)c;

    if (!o)
        return;
    for (size_t i = 0; o->label && i < c->groups; i++)
        free(o->label[i]);
    for (size_t i = 0; o->name && i < c->groups; i++)
        free(o->name[i]);
    for (size_t i = 0; o->shown && i < c->groups * c->columns; i++)
        free(o->shown[i]);
    free(o->label);
    free(o->name);
    free(o->shown);
    free(o->value);
    free(o->start);
    free(o->member);
    free(o->order);
    free(c->group);
    free(o);
}

size_t il_comparison_runs(const il_comparison *c, size_t group, const size_t **run)
{
    const struct owned *const o = (const struct owned *)c;
    const size_t k = o->order[group].group;

    *run = &o->member[o->start[k]];
    return o->start[k + 1] - o->start[k];
}
