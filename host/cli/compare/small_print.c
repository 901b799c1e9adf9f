/* small_print.c - how the numbers of a comparison came about, in lines. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "answer.h"
#include "columns.h"

/* the place of the dataset's column among these; n: it is none of them */
static size_t column_data(const char *const *column, size_t n)
{
    size_t i = 0;

    while (i < n && strcmp(column[i], "data") != 0)
        i++;
    return i;
}

static int datasets_vary(const il_comparison *c)
{
    return column_data(c->column, c->columns) < c->columns ||
           column_data(c->pooled, c->pooleds) < c->pooleds;
}

static void note_intervals(const il_comparison *c, char *text)
{
    int student = 0, bootstrap = 0, within = 0;
    char by[3 * CELL];
    size_t n = 0;

    for (size_t i = 0; i < c->groups; i++) {
        student |= c->group[i].metric.interval.kind == IL_INTERVAL_STUDENT;
        bootstrap |= c->group[i].metric.interval.kind == IL_INTERVAL_BOOTSTRAP;
        within |= c->group[i].metric.interval.kind == IL_INTERVAL_WITHIN;
    }
    if (!student && !bootstrap && !within)
        return;
    by[0] = 0;
    if (student || within)
        n = (size_t)snprintf(by, sizeof by, "Student's t%s%s",
                             !within   ? ""
                             : student ? " (t), within settings (t within)"
                                       : " within settings",
                             bootstrap ? " below " : "");
    if (student && bootstrap)
        snprintf(by + n, sizeof by - n,
                 "%d runs, by BCa bootstrap (10,000 resamples) from there on", IL_BOOTSTRAP_FROM);
    else if (bootstrap)
        snprintf(by + n, sizeof by - n, "BCa bootstrap (10,000 resamples)");
    snprintf(text, ANSWER,
             "intervals: %g %% of the mean over the runs of a group, by %s; all runs %sshare "
             "one test set",
             100 * c->level, by, datasets_vary(c) ? "of a dataset " : "");
}

/* what an interval and a p say something of: seeds, and what they draw */
static void note_cover(const il_comparison *c, char *text)
{
    int any = 0;

    for (size_t i = 0; i < c->groups; i++)
        any |= c->group[i].metric.interval.kind > IL_INTERVAL_SAME || !isnan(c->group[i].p);
    if (!any || c->of_pack)
        return;
    if (c->orders == 1)
        snprintf(
            text, ANSWER,
            "they cover seeds of weights, in one order of samples (one data_seed); 'data_seed: "
            "seed' in a sweep's file varies both");
    else if (c->drawn > c->seeds && c->drawn > c->orders)
        snprintf(
            text, ANSWER,
            "seed and data_seed are crossed: n is of runs, of %zu seeds and %zu data_seeds, and "
            "runs that share one are not independent: intervals and p are too sure",
            c->seeds, c->orders);
    else
        snprintf(text, ANSWER, "they cover %s",
                 c->seeds == 1 ? "orders of samples, of one seed of weights"
                               : "seeds of weights and orders of samples together");
}

enum { TEST = 200 };

/* how p came about where groups are compared by pairs, or are not */
static void put_test(const il_comparison *c, int paired, char text[TEST])
{
    int exact = 0, sampled = 0;

    text[0] = 0;
    for (size_t i = 0; i < c->groups; i++) {
        const il_run_group *const g = &c->group[i];

        if (g->unit == IL_UNIT_NONE || isnan(g->p) || (g->unit == IL_UNIT_PAIRS) != paired)
            continue;
        exact |= g->difference.exact != 0;
        sampled |= g->difference.exact == 0;
    }
    if (paired && exact + sampled)
        snprintf(text, TEST, "%s sign flips of pairs of runs with the same seed and data_seed%s",
                 sampled && !exact ? "100,000 random" : "all",
                 sampled && exact ? ", 100,000 random ones of more than 12 pairs" : "");
    else if (exact + sampled)
        snprintf(text, TEST, "%s permutations of labels, unpaired",
                 !exact    ? "100,000 random"
                 : sampled ? "all or 100,000 random"
                           : "all");
}

/* "6 pairs, or 4 of each group": what p needs to get below alpha */
static void put_least(const il_comparison *c, int pairs, int unpaired, char text[2 * CELL])
{
    size_t n = 0;

    text[0] = 0;
    if (pairs)
        n = (size_t)snprintf(text, 2 * CELL, "%zu pairs", il_pairs_least(c->alpha, c->comparisons));
    if (unpaired)
        snprintf(text + n, 2 * CELL - n, "%s%zu of each group", pairs ? ", or " : "",
                 il_runs_least(c->alpha, c->comparisons));
}

static void note_tests(const il_comparison *c, char *text)
{
    char paired[TEST], unpaired[TEST], least[2 * CELL];

    put_test(c, 1, paired);
    put_test(c, 0, unpaired);
    put_least(c, paired[0] != 0, unpaired[0] != 0, least);
    if (c->comparisons && !paired[0] && !unpaired[0]) /* the best has nothing to be compared with */
        return;
    if (c->comparisons)
        snprintf(text, ANSWER,
                 "p: %s%s%s, after Holm over %zu comparison%s; below %g takes %s at least", paired,
                 paired[0] && unpaired[0] ? "; " : "", unpaired, c->comparisons,
                 c->comparisons > 1 ? "s" : "", c->alpha, least);
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

/* groups that share no seeds, or no settings, with the reference: how they are compared */
static void note_unpaired(const il_comparison *c, char *text)
{
    size_t count[] = { [IL_UNIT_RUNS] = 0, [IL_UNIT_SETTINGS] = 0 }, few = 0;
    char alike[CELL * 4];
    int n = 0;

    for (size_t i = 0; i < c->groups; i++)
        if (c->group[i].set_aside)
            few++;
        else if (c->group[i].unit == IL_UNIT_RUNS || c->group[i].unit == IL_UNIT_SETTINGS)
            count[c->group[i].unit]++;
    alike_in(c, alike);
    if (count[IL_UNIT_RUNS])
        n = snprintf(text, ANSWER,
                     "unpaired: %zu group%s no run that is alike in %s to one of the %s: runs are "
                     "held against runs%s, with Welch's interval, labels permuted and Cohen's d",
                     count[IL_UNIT_RUNS], count[IL_UNIT_RUNS] > 1 ? "s have" : " has", alike,
                     c->has_control ? "control" : "best", c->pooleds ? " within settings" : "");
    if (count[IL_UNIT_SETTINGS] && n < ANSWER)
        n += snprintf(
            text + n, ANSWER - (size_t)n,
            "%s%zu group%s no values of what is pooled with the %s: means of settings are held "
            "against each other, which takes settings to be drawn at random",
            n ? "; " : "unpaired: ", count[IL_UNIT_SETTINGS],
            count[IL_UNIT_SETTINGS] > 1 ? "s share" : " shares",
            c->has_control ? "control" : "best");
    if (few && n < ANSWER)
        snprintf(text + n, ANSWER - (size_t)n,
                 "%s%zu group%s too few pairs with the %s to show anything, and runs that are not "
                 "alike in %s: all runs are held against all, labels permuted",
                 n ? "; " : "unpaired: ", few, few > 1 ? "s have" : " has",
                 c->has_control ? "control" : "best", alike);
}

/* "10 runs of zeros": seeds that change nothing */
static void note_copies(const il_comparison *c, char *text)
{
    size_t named = 0;
    int n = 0;

    for (size_t i = 0; i < c->groups && n < ANSWER; i++)
        if (c->group[i].copies)
            n += snprintf(text + n, ANSWER - (size_t)n, "%s%zu runs of %.60s",
                          named++ ? ", " : "copies: ", c->group[i].metric.n, c->group[i].label);
    if (named && n < ANSWER)
        snprintf(text + n, ANSWER - (size_t)n,
                 "%s equal to the bit in all results%s: the seed changes nothing in them, so that "
                 "they are no sample: no interval, and p of pairs alone, in which the other "
                 "group's runs differ",
                 named > 1 ? ": each group's are" : " are", c->pooleds ? " within settings" : "");
}

/* effects that have no value */
static void note_effect(const il_comparison *c, char *text)
{
    size_t n = 0;

    for (size_t i = 0; i < c->groups; i++)
        n += c->group[i].unit == IL_UNIT_PAIRS && c->group[i].difference.n > 1 &&
             c->group[i].difference.mean != 0 && isnan(c->group[i].difference.effect);
    if (n)
        snprintf(
            text, ANSWER,
            "no d_z of %zu group%s: the differences of all pairs are equal, as far as rounding "
            "lets that be told, and have no spread to be held against",
            n, n > 1 ? "s" : "");
}

void answer_pooled(const char *const *pooled, size_t count, const char *within, char text[ANSWER])
{
    int n = count ? snprintf(text, ANSWER, "pooled within %s:", within) : 0;

    for (size_t i = 0; i < count && n > 0 && n < ANSWER; i++)
        n += snprintf(text + n, ANSWER - (size_t)n, "%s %s", i ? "," : "", pooled[i]);
}

static void note_target(const il_comparison *c, char *text)
{
    size_t failed = 0;
    int n = 0;

    for (size_t i = 0; i < c->groups; i++)
        failed += c->group[i].failed;
    if (!isnan(c->target))
        n = snprintf(
            text, ANSWER,
            "to target: how many of a group's runs reached a test accuracy of %g, and in how many "
            "epochs the median run; interval: %g %% of that share; mean epochs: up to the budget, "
            "as a run that never reached it, and any that diverged or is stuck, counts with all "
            "its epochs",
            c->target, 100 * c->level);
    if (n && n < ANSWER && failed)
        snprintf(text + n, ANSWER - (size_t)n, "; %zu run%s that failed %s left out", failed,
                 failed > 1 ? "s" : "", failed > 1 ? "are" : "is");
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
    size_t n;

    answer_pooled(c->pooled, c->pooleds, "groups", text);
    n = strlen(text);
    if (n && c->within)
        snprintf(text + n, ANSWER - n,
                 "; intervals are of how runs differ within each setting of these, not from one "
                 "setting to the next");
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
        [NOTE_INTERVALS] = note_intervals, [NOTE_COVER] = note_cover,
        [NOTE_TESTS] = note_tests,         [NOTE_TARGET] = note_target,
        [NOTE_LOST] = note_lost,           [NOTE_POOLED] = note_pooled,
        [NOTE_DATA] = note_data,           [NOTE_LEFT_OVER] = note_left_over,
        [NOTE_AREA] = note_area,           [NOTE_COPIES] = note_copies,
        [NOTE_UNPAIRED] = note_unpaired,   [NOTE_EFFECT] = note_effect
    };

    text[0] = 0;
    if (index >= sizeof notes / sizeof *notes)
        return 0;
    notes[index](c, text);
    return 1;
}
