/* check.c - is any group worse than it was, by more than noise? */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "groups.h"

/* what is at work; slots by key: the metric of the group's run then, of its run now; NaN: none */
struct job {
    const il_runs *runs;
    struct il_groups groups;
    size_t source;
    double *then, *now; /* [keys] */
    double *x, *y;      /* [runs]: pairs, now and then */
    il_check_list *out;
    const il_compare_options *options;
};

static int is_now(const struct job *j, size_t run)
{
    return strcmp(j->runs->run[run].value[j->source], "now") == 0;
}

/* the means of all runs then and now, and the pairs: how many */
static size_t collect(struct job *j, size_t group, il_checked *out)
{
    double sum[2] = { 0, 0 };
    size_t count[2] = { 0, 0 }, n = 0;

    for (size_t k = 0; k < j->groups.keys; k++)
        j->then[k] = j->now[k] = NAN;
    for (size_t i = 0; i < j->runs->count; i++) {
        const double x = j->runs->run[i].metric;
        const int now = is_now(j, i);

        if (j->groups.of[i] != group || !isfinite(x))
            continue;
        (now ? j->now : j->then)[j->groups.key[i]] = x;
        sum[now] += x;
        count[now]++;
    }
    for (size_t k = 0; k < j->groups.keys; k++)
        if (isfinite(j->then[k]) && isfinite(j->now[k])) {
            j->x[n] = j->now[k];
            j->y[n++] = j->then[k];
        }
    out->before = count[0] ? sum[0] / (double)count[0] : NAN;
    out->now = count[1] ? sum[1] / (double)count[1] : NAN;
    out->change = !count[1] ? IL_CHECKED_GONE : !count[0] ? IL_CHECKED_NEW : IL_CHECKED_OK;
    return n;
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

static il_status hold(struct job *j, size_t group, il_checked *out, il_error *err)
{
    il_status st = IL_OK;

    out->p = NAN;
    out->pairs = collect(j, group, out);
    if (out->pairs) {
        double sum[2] = { 0, 0 };

        st = il_compare_paired(j->x, j->y, out->pairs,
                               j->options->level > 0 ? j->options->level : 0.95, j->options->seed,
                               &out->difference, err);
        for (size_t i = 0; i < out->pairs; i++) {
            sum[0] += j->y[i];
            sum[1] += j->x[i];
        }
        out->before = sum[0] / (double)out->pairs;
        out->now = sum[1] / (double)out->pairs;
    }
    out->label = il_groups_label(&j->groups, j->runs, j->groups.first[group]);
    return st != IL_OK  ? st
           : out->label ? IL_OK
                        : il_fail(err, IL_E_MEMORY, "out of memory for a group");
}

/* worse by more than the limit; and, where enough pairs could tell, by more than chance */
static void judge(il_check_list *list, il_checked *g, int more_is_better, size_t least)
{
    const double worse = more_is_better ? -g->difference.mean : g->difference.mean;

    g->few = g->pairs > 0 && g->pairs < least;
    if (g->pairs && worse > list->most && (g->few || g->p < list->alpha))
        g->change = IL_CHECKED_FELL;
    list->failed += g->change == IL_CHECKED_FELL || g->change == IL_CHECKED_GONE;
}

static il_status correct(il_check_list *list, int more_is_better, il_error *err)
{
    double *const p = malloc((list->groups + 1) * sizeof *p);
    size_t m = 0;
    il_status st;

    if (!p)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", list->groups);
    for (size_t i = 0; i < list->groups; i++)
        if (list->group[i].pairs)
            p[m++] = list->group[i].difference.p;
    st = il_holm(p, m, err);
    for (size_t i = 0, k = 0; st == IL_OK && i < list->groups; i++) {
        if (list->group[i].pairs)
            list->group[i].p = p[k++];
        judge(list, &list->group[i], more_is_better, il_pairs_least(list->alpha, m ? m : 1));
    }
    free(p);
    return st;
}

il_status il_compare_check(il_check_list **out, il_runs *runs, double most,
                           const il_compare_options *options, il_error *err)
{
    struct job j = { .runs = runs,
                     .options = options,
                     .source = il_runs_column(runs, "source", 6),
                     .out = calloc(1, sizeof *j.out) };
    il_status st;

    *out = NULL;
    if (!j.out)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    set_aside(&j, runs);
    IL_TRY(il_groups_make(&j.groups, runs, options->by, err));
    j.then = calloc(j.groups.keys + 1, sizeof *j.then);
    j.now = calloc(j.groups.keys + 1, sizeof *j.now);
    j.x = calloc(j.groups.keys + 1, sizeof *j.x);
    j.y = calloc(j.groups.keys + 1, sizeof *j.y);
    j.out->group = calloc(j.groups.groups + 1, sizeof *j.out->group);
    if (!j.then || !j.now || !j.x || !j.y || !j.out->group) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", runs->count);
        goto out;
    }
    j.out->metric = runs->metric;
    j.out->most = most;
    j.out->alpha = options->alpha > 0 ? options->alpha : 0.05;
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
    il_check_list_free(j.out);
    return st;
}

void il_check_list_free(il_check_list *list)
{
    if (!list)
        return;
    for (size_t i = 0; list->group && i <= list->groups; i++)
        free(list->group[i].label);
    free(list->group);
    free(list);
}
