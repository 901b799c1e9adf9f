/* check.c - is any group worse than it was, by more than noise? */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "by_condition.h"
#include "statistics/samples.h"

/* what is at work; slots by key: the metric of the group's run then, of its run now; infinite: it has no result; NaN: there is no run */
struct job {
    const il_runs *runs;
    struct il_groups groups;
    size_t source;
    double *then, *now;                 /* [keys] */
    double *x, *y;                      /* [runs]: values of pairs, now and then */
    struct il_sample *of_now, *of_then; /* [runs]: with their conditions */
    size_t data;                        /* the dataset's column */
    il_check_list *out;
    const il_compare_options *options;
};

static double alpha_of(const il_compare_options *o) { return o->alpha > 0 ? o->alpha : 0.05; }

static int is_now(const struct job *j, size_t run)
{
    return strcmp(j->runs->run[run].value[j->source], "now") == 0;
}

static double mean_of(const struct il_sample *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i].value;
    return n ? sum / (double)n : NAN;
}

static struct il_sample sample_of(const struct job *j, size_t run, double value)
{
    return (struct il_sample){ j->groups.condition[run], j->runs->run[run].value[j->data], value,
                               j->runs->run[run].print };
}

/* what the pairs of the group's runs are: x[], y[] now and then; of_now[]: how they differ */
static void pairs_of(struct job *j, size_t group)
{
    size_t n = 0;

    for (size_t i = 0; i < j->runs->count; i++) {
        const size_t k = j->groups.key[i];

        if (j->groups.of[i] != group || !is_now(j, i) || !isfinite(j->then[k]) ||
            !isfinite(j->now[k]))
            continue;
        j->x[n] = j->now[k];
        j->y[n] = j->then[k];
        j->of_now[n++] = sample_of(j, i, j->now[k] - j->then[k]);
        j->now[k] = NAN; /* a run is in one pair */
    }
}

/* of_now[], of_then[]: the group's runs that have the metric, count[1] and count[0] of them; and how many came and went */
static void collect(struct job *j, size_t group, il_checked *out, size_t count[2])
{
    for (size_t k = 0; k < j->groups.keys; k++)
        j->then[k] = j->now[k] = NAN;
    for (size_t i = 0; i < j->runs->count; i++) {
        const double x = j->runs->run[i].metric;
        const int now = is_now(j, i);

        if (j->groups.of[i] != group)
            continue;
        (now ? j->now : j->then)[j->groups.key[i]] = isfinite(x) ? x : INFINITY;
        if (isfinite(x))
            (now ? j->of_now : j->of_then)[count[now]++] = sample_of(j, i, x);
    }
    out->change = count[0] && count[1] ? IL_CHECKED_OK
                  : count[0]           ? IL_CHECKED_GONE
                  : count[1]           ? IL_CHECKED_NEW
                                       : IL_CHECKED_NONE;
    for (size_t k = 0; k < j->groups.keys; k++) {
        out->pairs += isfinite(j->then[k]) && isfinite(j->now[k]);
        out->left_over += (isfinite(j->then[k]) && isnan(j->now[k])) ||
                          (isnan(j->then[k]) && isfinite(j->now[k]));
        out->lost += isfinite(j->then[k]) && isinf(j->now[k]);
        out->gained += isinf(j->then[k]) && isfinite(j->now[k]);
    }
}

/* the one value that a column has in all runs of a source; NULL: it varies, or there is no run */
static const char *only_value(const struct job *j, size_t column, int now)
{
    const char *value = NULL;

    for (size_t i = 0; i < j->runs->count; i++) {
        if (is_now(j, i) != now)
            continue;
        if (value && j->runs->run[i].value[column] != value)
            return NULL;
        value = j->runs->run[i].value[column];
    }
    return value;
}

/* What differs between then and now, and in neither of them, is what was changed: groups are not by it. */
static void set_aside(struct job *j, il_runs *runs)
{
    for (size_t c = 0; c < runs->parameters; c++) {
        const char *const then = only_value(j, c, 0), *const now = only_value(j, c, 1);
        il_changed *const to = &j->out->changed[j->out->changes];

        if (!then || !now || then == now)
            continue;
        *to = (il_changed){ runs->column[c], then, now };
        j->out->changes++;
        for (size_t i = 0; i < runs->count; i++)
            runs->run[i].value[c] = then;
    }
}

/* by all runs: none are alike */
static il_status differ_unpaired(struct job *j, il_checked *out, const struct il_both *all,
                                 il_error *err)
{
    const size_t n = all->n, m = all->m;
    const il_status st = il_samples_unpaired(all->x, n, all->y, m, all->level, all->seed,
                                             &out->difference, &out->unit, err);

    out->before = mean_of(j->of_then, m);
    out->now = mean_of(j->of_now, n);
    out->left_over = out->unit == IL_UNIT_RUNS ? n + m - out->difference.n - out->difference.m : 0;
    if (n && m && out->unit == IL_UNIT_NONE)
        out->change = IL_CHECKED_ELSEWHERE;
    return st;
}

/* by pairs; by all runs where there are none, or too few to show anything */
static il_status differ(struct job *j, size_t group, il_checked *out, const size_t count[2],
                        il_error *err)
{
    const double level = j->options->level > 0 ? j->options->level : 0.95;
    const struct il_both all = {
        j->of_now, j->of_then, count[1], count[0], level, j->options->seed
    };
    il_status st;

    if (out->pairs == 0)
        return differ_unpaired(j, out, &all, err);
    out->unit = IL_UNIT_PAIRS;
    st = il_samples_few_pairs(out->pairs, out->copies ? 0 : out->left_over, j->groups.groups,
                              alpha_of(j->options), &all, &out->difference, &out->unit,
                              &out->set_aside, err);
    if (st != IL_OK)
        return st;
    if (out->unit == IL_UNIT_RUNS) {
        out->pairs = 0;
        return differ_unpaired(j, out, &all, err);
    }
    pairs_of(j, group);
    out->before = il_mean_of(j->y, out->pairs);
    out->now = il_mean_of(j->x, out->pairs);
    st = il_compare_paired(j->x, j->y, out->pairs, level, j->options->seed, &out->difference, err);
    return st == IL_OK && out->difference.sd > 0
               ? il_samples_interval(j->of_now, out->pairs, level, j->options->seed,
                                     &out->difference.interval, err)
               : st;
}

static il_status hold(struct job *j, size_t group, il_checked *out, il_error *err)
{
    size_t count[2] = { 0, 0 };
    il_status st;

    out->p = NAN;
    collect(j, group, out, count);
    out->copies = il_samples_copies(j->of_now, count[1]) + il_samples_copies(j->of_then, count[0]);
    st = differ(j, group, out, count, err);
    if (j->runs->of_pack || (out->copies == 2 && out->unit != IL_UNIT_SETTINGS) ||
        (out->copies && out->unit == IL_UNIT_RUNS)) {
        out->difference.p = NAN;
        out->difference.interval = (il_interval){ NAN, NAN, IL_INTERVAL_NONE };
    }
    return st == IL_OK ? il_groups_names(&j->groups, j->runs, j->groups.first[group], &out->label,
                                         &out->name, err)
                       : st;
}

/* worse by more than the limit; and, where enough pairs could tell, by more than chance */
static void judge(il_check_list *list, il_checked *g, int more_is_better, size_t tests)
{
    const double worse = more_is_better ? -g->difference.mean : g->difference.mean;

    g->few = g->difference.n &&
             (isnan(g->difference.p) || g->difference.least_p * (double)tests >= list->alpha);
    if (g->difference.n && worse > list->most && (g->few || g->p < list->alpha))
        g->change = IL_CHECKED_FELL;
    else if (g->change == IL_CHECKED_OK && g->lost > g->gained)
        g->change = IL_CHECKED_LOST;
    list->failed += g->change == IL_CHECKED_FELL || g->change == IL_CHECKED_LOST ||
                    g->change == IL_CHECKED_GONE || g->change == IL_CHECKED_ELSEWHERE;
}

static il_status correct(il_check_list *list, int more_is_better, il_error *err)
{
    double *const p = malloc((list->groups + 1) * sizeof *p);
    size_t m = 0;
    il_status st;

    if (!p)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", list->groups);
    for (size_t i = 0; i < list->groups; i++)
        if (list->group[i].difference.n && !isnan(list->group[i].difference.p))
            p[m++] = list->group[i].difference.p;
    st = il_holm(p, m, err);
    for (size_t i = 0, k = 0; st == IL_OK && i < list->groups; i++) {
        if (list->group[i].difference.n && !isnan(list->group[i].difference.p))
            list->group[i].p = p[k++];
        judge(list, &list->group[i], more_is_better, m);
    }
    free(p);
    return st;
}

/* that there is anything to hold runs against */
static il_status check_baseline(const struct job *j, il_error *err)
{
    for (size_t i = 0; i < j->runs->count; i++)
        if (!is_now(j, i) && isfinite(j->runs->run[i].metric))
            return IL_OK;
    return il_fail(err, IL_E_DATA, "no run of the baseline has %s: there is nothing to check",
                   j->runs->metric);
}

/* a cost by another loss is another measure, and so is what was told of other samples */
static il_status check_measure(const struct job *j, il_error *err)
{
    for (size_t i = 0; i < j->out->changes; i++)
        if (strcmp(j->out->changed[i].column, IL_DATA_COLUMN) == 0)
            return il_fail(err, IL_E_USAGE,
                           "the baseline was trained on the dataset '%.100s', this on '%.100s': "
                           "results on different samples are not held against each other",
                           j->out->changed[i].before, j->out->changed[i].now);
    for (size_t i = 0; i < j->out->changes && il_is_cost(j->runs->metric); i++)
        if (il_defines_cost(j->out->changed[i].column))
            return il_fail(
                err, IL_E_USAGE,
                "%s: %s was '%.100s' and is '%.100s', and costs of different definitions "
                "cannot be compared: --metric test_accuracy can",
                j->runs->metric, j->out->changed[i].column, j->out->changed[i].before,
                j->out->changed[i].now);
    return IL_OK;
}

il_status il_compare_check(il_check_list **out, il_runs *runs, double most,
                           const il_compare_options *options, il_error *err)
{
    struct job j = { .runs = runs,
                     .options = options,
                     .source = il_runs_column(runs, "source", 6),
                     .data = il_runs_column(runs, IL_DATA_COLUMN, strlen(IL_DATA_COLUMN)),
                     .out = calloc(1, sizeof *j.out) };
    il_status st;

    *out = NULL;
    if (!j.out)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(check_baseline(&j, err));
    set_aside(&j, runs);
    IL_TRY(check_measure(&j, err));
    IL_TRY(il_groups_make(&j.groups, runs, options->by, err));
    j.then = calloc(j.groups.keys + 1, sizeof *j.then);
    j.now = calloc(j.groups.keys + 1, sizeof *j.now);
    j.x = calloc(runs->count + 1, sizeof *j.x);
    j.y = calloc(runs->count + 1, sizeof *j.y);
    j.of_now = calloc(runs->count + 1, sizeof *j.of_now);
    j.of_then = calloc(runs->count + 1, sizeof *j.of_then);
    j.out->group = calloc(j.groups.groups + 1, sizeof *j.out->group);
    if (!j.then || !j.now || !j.x || !j.y || !j.of_now || !j.of_then || !j.out->group) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", runs->count);
        goto out;
    }
    j.out->metric = runs->metric;
    j.out->of_pack = runs->of_pack;
    j.out->most = most;
    j.out->alpha = alpha_of(options);
    for (; j.out->groups < j.groups.groups; j.out->groups++)
        IL_TRY(hold(&j, j.out->groups, &j.out->group[j.out->groups], err));
    IL_TRY(correct(j.out, runs->more_is_better, err));
    *out = j.out;
    j.out = NULL;
out:
    il_groups_free(&j.groups);
    free(j.then);
    free(j.now);
    free(j.x);
    free(j.y);
    free(j.of_now);
    free(j.of_then);
    il_check_list_free(j.out);
    return st;
}

void il_check_list_free(il_check_list *list)
{
    if (!list)
        return;
    for (size_t i = 0; list->group && i <= list->groups; i++) {
        free(list->group[i].label);
        free(list->group[i].name);
    }
    free(list->group);
    free(list);
}
