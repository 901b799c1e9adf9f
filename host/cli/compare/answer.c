/* answer.c - a comparison in sentences. */
#include "answer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "columns.h"

/* "0.9597 [0.9588, 0.9605]" */
static void with_interval(const il_comparison *c, double x, const il_interval *i, char *text,
                          size_t size)
{
    char mean[CELL], low[CELL], high[CELL];

    put_metric(c, x, mean);
    put_metric(c, i->low, low);
    put_metric(c, i->high, high);
    if (i->kind == IL_INTERVAL_NONE)
        snprintf(text, size, "%s", mean);
    else
        snprintf(text, size, "%.40s [%.40s, %.40s]", mean, low, high);
}

/* the place of the dataset's column among these; n: it is none of them */
static size_t column_data(const char *const *column, size_t n)
{
    size_t i = 0;

    while (i < n && strcmp(column[i], "data") != 0)
        i++;
    return i;
}

/* "seed, data_seed and lr": what runs of a pair have to agree in */
static void alike_in(const il_comparison *c, char text[CELL * 4])
{
    size_t n = 0;

    snprintf(text, CELL * 4, "seed");
    for (size_t i = 0; i < c->alikes && n < CELL * 4; i++)
        n += (size_t)snprintf(text + n, CELL * 4 - n, "%s%.40s",
                              i == 0              ? ""
                              : i + 1 < c->alikes ? ", "
                                                  : " and ",
                              c->alike[i]);
}

/* why two groups have no pairs */
static void no_pairs(const il_comparison *c, const il_run_group *g, const il_run_group *reference,
                     char *text, size_t size)
{
    const size_t data = column_data(c->column, c->columns);
    const int all = g->metric.n == g->runs && reference->metric.n == reference->runs;
    char alike[CELL * 4];

    if (data < c->columns && strcmp(g->value[data], reference->value[data]) != 0) {
        snprintf(text, size, "%s is of another dataset: no test.", g->label);
        return;
    }
    if (g->metric.n == 0) {
        snprintf(text, size, "no run of %s has a %s: no test.", g->label, c->metric);
        return;
    }
    alike_in(c, alike);
    snprintf(text, size, "no two runs of %s and %s%s%s are alike in %s: no test.", g->label,
             reference->label, all ? "" : " that have a ", all ? "" : c->metric, alike);
}

/* what is said of another group beside the reference */
static void beside(const il_comparison *c, const il_run_group *g, const il_run_group *reference,
                   char *text, size_t size)
{
    const il_difference *const d = &g->difference;
    const int ahead = c->more_is_better ? d->mean > 0 : d->mean < 0;
    const double by = fabs(d->mean);
    const il_interval away = { ahead == c->more_is_better ? d->interval.low : -d->interval.high,
                               ahead == c->more_is_better ? d->interval.high : -d->interval.low,
                               d->interval.kind };
    const size_t least = il_pairs_least(c->alpha, c->comparisons);
    char number[3 * CELL], why[3 * CELL] = "";

    with_interval(c, by, &away, number, sizeof number);
    if (d->n == 0) {
        no_pairs(c, g, reference, text, size);
        return;
    }
    if (g->verdict == IL_VERDICT_WORSE || g->verdict == IL_VERDICT_BETTER) {
        snprintf(text, size, "%s is %s %s, p = %.2g, n = %zu pairs.", g->label, number,
                 ahead ? "better" : "worse", g->p, d->n);
        return;
    }
    if (d->mean == 0 && !(d->sd > 0)) {
        snprintf(text, size, "%s: equal in all of %zu pair%s.", g->label, d->n,
                 d->n > 1 ? "s" : "");
        return;
    }
    if (isnan(g->p)) {
        snprintf(text, size, "%s is %s %s with n = %zu; more than %d groups: no test was made.",
                 g->label, number, ahead ? "better" : "worse", d->n, IL_COMPARE_GROUPS_MOST);
        return;
    }
    if (d->n < least)
        snprintf(why, sizeof why, " (%zu pair%s cannot show one)", d->n, d->n > 1 ? "s" : "");
    if (g->pairs_needed > d->n)
        snprintf(why + strlen(why), sizeof why - strlen(why), "; about %zu seeds would",
                 g->pairs_needed);
    snprintf(text, size, "%s: no detectable difference (%s %s) with n = %zu%s.", g->label, number,
             ahead ? "better" : "worse", d->n, why);
}

static void none_has_it(const il_comparison *c, char text[ANSWER])
{
    size_t runs = 0, diverged = 0, failed = 0;

    for (size_t i = 0; i < c->groups; i++) {
        runs += c->group[i].runs;
        diverged += c->group[i].diverged;
        failed += c->group[i].failed;
    }
    snprintf(text, ANSWER, "none of %zu run%s has a %s: %zu diverged, %zu failed.", runs,
             runs == 1 ? "" : "s", c->metric, diverged, failed);
}

/* the best of those that learned nothing is good at nothing */
static const char *all_broke(const il_run_group *g)
{
    return g->diverged == g->runs              ? ", all of which diverged"
           : g->stuck == g->runs               ? ", all of which are stuck"
           : g->stuck + g->diverged == g->runs ? ", all of which diverged or are stuck"
                                               : "";
}

void answer(const il_comparison *c, char text[ANSWER])
{
    const il_run_group *const first = c->reference < c->groups ? &c->group[c->reference] : NULL;
    const size_t other = c->reference == 0 ? 1 : 0;
    char number[3 * CELL], lost[CELL] = "";
    int n;

    if (!first) {
        none_has_it(c, text);
        return;
    }
    with_interval(c, first->metric.mean, &first->metric.interval, number, sizeof number);
    if (first->lost)
        snprintf(lost, sizeof lost, " (%zu more have none)", first->lost);
    n = snprintf(text, ANSWER, "%s %s: %s %s, n = %zu%s%s.", first->label,
                 c->columns == 0  ? "have"
                 : c->groups == 1 ? "has"
                 : c->has_control
                     ? c->reference == 0 ? "is the control, and best" : "is the control"
                     : "is best",
                 c->metric, number, first->metric.n, lost, all_broke(first));
    if (c->groups > 1 && c->tested && n > 0 && n + 1 < ANSWER) {
        text[n] = ' ';
        beside(c, &c->group[other], first, text + n + 1, ANSWER - (size_t)n - 1);
    }
}

static int datasets_vary(const il_comparison *c)
{
    return column_data(c->column, c->columns) < c->columns ||
           column_data(c->pooled, c->pooleds) < c->pooleds;
}

/* ---- the small print ------------------------------------------------------------------------- */

static void note_intervals(const il_comparison *c, char *text)
{
    int student = 0, bootstrap = 0;
    char by[2 * CELL] = "Student's t";

    for (size_t i = 0; i < c->groups; i++) {
        student |= c->group[i].metric.interval.kind == IL_INTERVAL_STUDENT;
        bootstrap |= c->group[i].metric.interval.kind == IL_INTERVAL_BOOTSTRAP;
    }
    if (student && bootstrap)
        snprintf(by, sizeof by,
                 "Student's t below %d runs, by BCa bootstrap (10,000 resamples) from there on",
                 IL_BOOTSTRAP_FROM);
    else if (bootstrap)
        snprintf(by, sizeof by, "BCa bootstrap (10,000 resamples)");
    if (student || bootstrap)
        snprintf(text, ANSWER,
                 "intervals: %g %% of the mean over the runs of a group, by %s; all runs %sshare "
                 "one test set",
                 100 * c->level, by, datasets_vary(c) ? "of a dataset " : "");
}

static void note_tests(const il_comparison *c, char *text)
{
    int exact = 0, sampled = 0;

    for (size_t i = 0; i < c->groups; i++) {
        exact |= strcmp(p_word(&c->group[i].difference), "exact") == 0;
        sampled |= strcmp(p_word(&c->group[i].difference), "sampled") == 0;
    }
    if (c->comparisons)
        snprintf(text, ANSWER,
                 "p: %s sign flips of pairs of runs with the same seed and data_seed%s, after Holm "
                 "over %zu "
                 "comparison%s; below %g takes %zu pairs at least",
                 sampled && !exact ? "100,000 random" : "all",
                 sampled && exact ? ", 100,000 random ones of more than 12 pairs" : "",
                 c->comparisons, c->comparisons > 1 ? "s" : "", c->alpha,
                 il_pairs_least(c->alpha, c->comparisons));
    else if (c->of_pack)
        snprintf(text, ANSWER,
                 "no p and no intervals: runs of a pack share their %s, so that they are no sample",
                 c->metric);
    else if (c->groups > IL_COMPARE_GROUPS_MOST)
        snprintf(text, ANSWER,
                 "more than %d groups: no p, which all pairs would have to share; --control or "
                 "--where leaves fewer",
                 IL_COMPARE_GROUPS_MOST);
}

void answer_pooled(const char *const *pooled, size_t count, const char *within, char text[ANSWER])
{
    int n = count ? snprintf(text, ANSWER, "pooled within %s:", within) : 0;

    for (size_t i = 0; i < count && n > 0 && n < ANSWER; i++)
        n += snprintf(text + n, ANSWER - (size_t)n, "%s %s", i ? "," : "", pooled[i]);
}

static void note_target(const il_comparison *c, char *text)
{
    if (!isnan(c->target))
        snprintf(
            text, ANSWER,
            "to target: how many of a group's runs reached a test accuracy of %g, and in how many "
            "epochs the median run; interval: %g %% of that share; mean epochs: up to the budget, "
            "as a run that never reached it, and any that diverged or is stuck, counts with all "
            "its epochs",
            c->target, 100 * c->level);
}

/* runs that diverged have no cost; what the numbers make of that */
static void note_lost(const il_comparison *c, char *text)
{
    size_t lost = 0, runs = 0;

    for (size_t i = 0; i < c->groups; i++) {
        lost += c->group[i].lost;
        runs += c->group[i].runs;
    }
    if (lost)
        snprintf(
            text, ANSWER,
            "%zu of %zu runs have no finite %s, as those that diverged: they are in no mean, "
            "interval or difference, and the worst in median, iqm, worst and best (-: infinite)",
            lost, runs, c->metric);
}

void answer_drawn(const size_t *drawn, int across, char text[WORDS_DRAWN])
{
    const char *const within = across ? " within each condition" : "";

    if (drawn[IL_DRAWN_RUNS] && drawn[IL_DRAWN_CONDITIONS])
        snprintf(text, WORDS_DRAWN,
                 "runs drawn again %d times%s; conditions, where a group has one run in each",
                 IL_STRATA_RESAMPLES, within);
    else if (drawn[IL_DRAWN_CONDITIONS])
        snprintf(text, WORDS_DRAWN,
                 "conditions drawn again %d times, as each has one run of a group",
                 IL_STRATA_RESAMPLES);
    else if (drawn[IL_DRAWN_RUNS])
        snprintf(text, WORDS_DRAWN, "runs drawn again %d times%s", IL_STRATA_RESAMPLES, within);
    else
        snprintf(text, WORDS_DRAWN, "which takes 3 %s at least", across ? "conditions" : "runs");
}

static void note_pooled(const il_comparison *c, char *text)
{
    answer_pooled(c->pooled, c->pooleds, "groups", text);
}

static void note_data(const il_comparison *c, char *text)
{
    if (column_data(c->column, c->columns) < c->columns && c->groups > 1)
        snprintf(text, ANSWER,
                 "groups of different datasets are not tested against each other: --where "
                 "data=NAME takes one of "
                 "them, --across data ranks over all");
}

static void note_left_over(const il_comparison *c, char *text)
{
    size_t runs = 0;

    for (size_t i = 0; i < c->groups; i++)
        runs += c->group[i].left_over;
    if (runs)
        snprintf(text, ANSWER, "%zu run%s without a partner: in the means, not in the differences",
                 runs, runs > 1 ? "s" : "");
}

static void note_area(const il_comparison *c, char *text)
{
    if (c->losses)
        snprintf(text, ANSWER,
                 "no area under the loss curve: the runs differ in %.40s, and costs of different "
                 "definitions cannot be compared",
                 c->losses);
}

int answer_note(const il_comparison *c, size_t index, char text[ANSWER])
{
    static void (*const notes[])(const il_comparison *, char *) = {
        [NOTE_INTERVALS] = note_intervals, [NOTE_TESTS] = note_tests,   [NOTE_TARGET] = note_target,
        [NOTE_LOST] = note_lost,           [NOTE_POOLED] = note_pooled, [NOTE_DATA] = note_data,
        [NOTE_LEFT_OVER] = note_left_over, [NOTE_AREA] = note_area
    };

    text[0] = 0;
    if (index >= sizeof notes / sizeof *notes)
        return 0;
    notes[index](c, text);
    return 1;
}
