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

/* why two groups are not compared */
static void not_compared(const il_comparison *c, const il_run_group *g, char *text, size_t size)
{
    const il_run_group *const reference = &c->group[c->reference];

    if (g->metric.n == 0 || reference->metric.n == 0)
        snprintf(text, size, "no run of %s has a %s: no test.",
                 reference->metric.n == 0 ? reference->label : g->label, c->metric);
    else
        snprintf(text, size, "%s is of another dataset: no test.", g->label);
}

/* why no difference can be told, and how many pairs or runs would tell it; "": nothing */
static void put_needed(const il_run_group *g, const char *units, char text[3 * CELL])
{
    const size_t most = g->difference.n > g->difference.m ? g->difference.n : g->difference.m;

    text[0] = 0;
    if (g->verdict == IL_VERDICT_FEW)
        snprintf(text, 3 * CELL, " (%s cannot show one)", units);
    if (g->pairs_needed > most || (g->pairs_needed && g->verdict == IL_VERDICT_FEW))
        snprintf(text + strlen(text), 3 * CELL - strlen(text), "; about %zu %s would",
                 g->pairs_needed,
                 g->unit == IL_UNIT_PAIRS      ? "seeds"
                 : g->unit == IL_UNIT_SETTINGS ? "settings of each"
                                               : "runs of each");
}

/* what is said of another group beside the reference */
static void beside(const il_comparison *c, const il_run_group *g, char *text, size_t size)
{
    const il_difference *const d = &g->difference;
    const int ahead = c->more_is_better ? d->mean > 0 : d->mean < 0;
    const char *const side = ahead ? "better" : "worse";
    const il_interval away = { ahead == c->more_is_better ? d->interval.low : -d->interval.high,
                               ahead == c->more_is_better ? d->interval.high : -d->interval.low,
                               d->interval.kind };
    char number[3 * CELL], units[CELL], why[3 * CELL];

    if (d->n == 0) {
        not_compared(c, g, text, size);
        return;
    }
    with_interval(c, fabs(d->mean), &away, number, sizeof number);
    put_units(d, g->unit, units);
    put_needed(g, units, why);
    if (g->verdict == IL_VERDICT_WORSE || g->verdict == IL_VERDICT_BETTER)
        snprintf(text, size, "%s is %s %s, p = %.2g, n = %s%s.", g->label, number, side, g->p,
                 units, g->unit == IL_UNIT_PAIRS ? "" : ", unpaired");
    else if (d->mean == 0 &&
             (g->unit == IL_UNIT_PAIRS ? !(d->sd > 0)
                                       : d->interval.kind == IL_INTERVAL_SAME ||
                                             (g->copies && c->group[c->reference].copies)))
        snprintf(text, size, "%s: equal in all of %s.", g->label, units);
    else if (isnan(g->p) && c->groups <= IL_COMPARE_GROUPS_MOST)
        snprintf(text, size, "%s is %s %s with n = %s; runs that are copies: no test was made.",
                 g->label, number, side, units);
    else if (isnan(g->p))
        snprintf(text, size, "%s is %s %s with n = %s; more than %d groups: no test was made.",
                 g->label, number, side, units, IL_COMPARE_GROUPS_MOST);
    else
        snprintf(text, size, "%s: no detectable difference (%s %s) with n = %s%s%s.", g->label,
                 number, side, units, g->unit == IL_UNIT_PAIRS ? "" : ", unpaired", why);
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
    return g->diverged == g->runs ? g->runs == 1 ? ", which diverged" : ", all of which diverged"
           : g->stuck == g->runs  ? g->runs == 1 ? ", which is stuck" : ", all of which are stuck"
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
    n = snprintf(text, ANSWER, "%s %s: %s %s, n = %zu%s%s.",
                 c->columns == 0 && first->runs == 1 ? "the only run" : first->label,
                 c->columns == 0  ? first->runs == 1 ? "has" : "have"
                 : c->groups == 1 ? "has"
                 : c->has_control
                     ? c->reference == 0 ? "is the control, and best" : "is the control"
                     : "is best",
                 c->metric, number, first->metric.n, lost, all_broke(first));
    if (c->groups > 1 && c->tested && n > 0 && n + 1 < ANSWER) {
        text[n] = ' ';
        beside(c, &c->group[other], text + n + 1, ANSWER - (size_t)n - 1);
    }
}
