/* figure_spread.c - ranks across conditions, performance profiles, and who beats whom. */
#include "figure_spread.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "figure_words.h"

/* "Mean ranks by test accuracy over activation, depth" */
static void title_of(const struct to_draw *from, const char *what, const char *metric,
                     char text[WORDS])
{
    char name[WORDS];

    figure_metric(metric, name);
    snprintf(text, WORDS, "%s%.150s%s%.100s", what, name, from->across_by ? " over " : "",
             from->across_by ? from->across_by : "");
}

/* "n = 12 conditions (activation,depth); 2 more lack a run of a group"; and what is pooled */
static void note_conditions(const struct to_draw *from, size_t conditions, size_t left_out,
                            char note[NOTE])
{
    const il_across *const a = from->of->across;
    char text[WORDS], pooled[ANSWER] = "";

    if (a)
        answer_pooled(a->pooled, a->pooleds, "groups and conditions", pooled);
    figure_note(note, pooled);
    if (!a && from->of->comparison)
        figure_pooled_note(note, from->of->comparison);
    if (!from->across_by)
        return;
    snprintf(text, sizeof text, "n = %zu condition%s (%.150s)", conditions,
             conditions == 1 ? "" : "s", from->across_by);
    if (left_out)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "; %zu more lack%s a run of a group", left_out, left_out == 1 ? "s" : "");
    figure_note(note, text);
}

static void note_runs(size_t runs, size_t groups, char note[NOTE])
{
    char text[WORDS];

    snprintf(text, sizeof text, "n = %zu run%s of %zu group%s", runs, runs == 1 ? "" : "s", groups,
             groups == 1 ? "" : "s");
    figure_note(note, text);
}

/* ---- mean ranks ------------------------------------------------------------------------------ */

il_status draw_critical_difference(char **svg, size_t *n, const struct to_draw *from, il_error *err)
{
    const il_across *const a = from->of->across;
    il_rank *const group = calloc(a->groups + 1, sizeof *group);
    size_t(*const bar)[2] = calloc(a->cliques + 1, sizeof *bar);
    char title[WORDS], text[WORDS], note[NOTE] = "";
    const il_ranks figure = {
        title, "mean rank over conditions (1: the best)", note, group, a->groups, bar, a->cliques
    };
    il_status st = group && bar ? figure_few_groups(a->groups, err) : cli_no_memory(err);

    if (st != IL_OK)
        goto out;
    for (size_t i = 0; i < a->groups; i++)
        group[i] = (il_rank){ a->group[i].label, a->group[i].rank, a->group[i].style };
    for (size_t k = 0; k < a->cliques; k++) {
        bar[k][0] = a->clique[k].first;
        bar[k][1] = a->clique[k].last;
    }
    title_of(from, "Mean ranks by ", a->metric, title);
    note_runs(a->runs, a->groups, note);
    note_conditions(from, a->conditions, a->left_out, note);
    snprintf(text, sizeof text,
             "a bar joins groups that cannot be told apart: Wilcoxon's signed ranks of conditions, "
             "Holm over %zu pairs",
             a->groups * (a->groups - 1) / 2);
    figure_note(note, text);
    if (isfinite(a->friedman.chi2_p)) {
        snprintf(text, sizeof text, "Friedman's test of all groups: F = %.4g, p = %.2g",
                 a->friedman.f, a->friedman.f_p);
        figure_note(note, text);
    }
    st = il_figure_ranks(svg, n, &figure, from->terminal, err);
out:
    free(group);
    free(bar);
    return st;
}

/* ---- profiles -------------------------------------------------------------------------------- */

/*
 * The share is constant from one bound to the next and changes at it: two points a bound. Of `more is better`
 * it is what it was before the bound, and falls there; else it rises behind it. beyond: beyond the bounds, where
 * all is better that has a finite value.
 */
static void steps(const il_profiles *p, const double *share, double beyond, double *to)
{
    for (size_t k = 0; k < p->points; k++) {
        to[2 * k] = p->more_is_better ? k ? share[k - 1] : beyond : share[k];
        to[2 * k + 1] = p->more_is_better ? share[k] : k + 1 < p->points ? share[k + 1] : beyond;
    }
}

/*
 * Where shares change at one value alone, the step is drawn with what lies before and behind it: as wide on each side as
 * the axis of a single value is.
 */
static void put_sides(const il_profiles *p, double *x)
{
    const double at = p->bound[0], room = at != 0 ? fabs(at) / 10 : 1;
    double least, most;

    figure_limits(p->metric, &least, &most);
    x[0] = most > least ? fmax(at - room, least) : at - room;
    x[1] = x[2] = at;
    x[3] = most > least ? fmin(at + room, most) : at + room;
}

static void put_single(const il_profiles *p, double share, double beyond, double *to)
{
    to[0] = to[1] = p->more_is_better ? beyond : share;
    to[2] = to[3] = p->more_is_better ? share : beyond;
}

static double *fill_lines(const il_profiles *p, il_line *line)
{
    const int single = p->points == 1;
    const size_t n = single ? 4 : 2 * p->points;
    double *const x = calloc((3 * p->groups + 1) * n + 1, sizeof *x);
    double *at = x + n;

    for (size_t k = 0; x && !single && k < n; k++)
        x[k] = p->bound[k / 2];
    if (x && single)
        put_sides(p, x);
    for (size_t i = 0; x && i < p->groups; i++, at += 3 * n) {
        const il_group_profile *const g = &p->group[i];

        /* beyond all bounds a band has an end only where all runs or none are better */
        const double end = g->finite > 0 && g->finite < 1 ? NAN : g->finite;

        if (single) {
            put_single(p, g->share[0], g->finite, at);
            put_single(p, g->low[0], end, at + n);
            put_single(p, g->high[0], end, at + 2 * n);
        } else {
            steps(p, g->share, g->finite, at);
            steps(p, g->low, end, at + n);
            steps(p, g->high, end, at + 2 * n);
        }
        line[i] = (il_line){ .label = g->label,
                             .x = x,
                             .y = at,
                             .low = p->groups > IL_FIGURE_NAMES ? NULL : at + n,
                             .high = at + 2 * n,
                             .count = n,
                             .style = g->style };
    }
    return x;
}

/* groups that keep their names where there are more than styles: the best and the worst */
enum { BEST = 5, WORST = 3 };

/*
 * Lines of one style cannot be told apart: of so many groups those between are grey, and the others have styles that
 * differ, their own where they can.
 */
static void make_some_grey(size_t groups, il_line *line)
{
    unsigned char taken[IL_FIGURE_STYLES] = { 0 };

    for (size_t i = 0; groups > IL_FIGURE_STYLES && i < groups; i++) {
        size_t *const style = &line[i].style;

        if (i >= BEST && i + WORST < groups) {
            line[i].faint = 1;
            continue;
        }
        while (taken[*style % IL_FIGURE_STYLES])
            ++*style;
        taken[*style % IL_FIGURE_STYLES] = 1;
    }
}

il_status draw_profile(char **svg, size_t *n, const struct to_draw *from, il_error *err)
{
    const il_compare_options options = { .by = from->of->by };
    il_profiles *p = NULL;
    il_line *line = NULL;
    double *x = NULL;
    char title[WORDS], x_label[WORDS], text[WORDS], drawn[WORDS_DRAWN], note[NOTE] = "";
    il_panel panel = { .least = 0, .most = 1, .y_scale = IL_SCALE_LINEAR };
    il_lines figure = { .title = title,
                        .x_label = x_label,
                        .x_scale = IL_SCALE_LINEAR,
                        .panel = &panel,
                        .panels = 1,
                        .note = note };
    il_status st = il_compare_profiles(&p, from->of->runs, from->across_by, &options, err);

    if (st == IL_OK)
        st = figure_few_groups(p->groups, err);
    if (st == IL_OK && p->points == 0)
        st = cli_error(err, IL_E_USAGE, "no run has a finite %s: there is no profile to draw",
                       p->metric);
    if (st != IL_OK)
        goto out;
    line = calloc(p->groups + 1, sizeof *line);
    x = line ? fill_lines(p, line) : NULL;
    if (!x) {
        st = cli_no_memory(err);
        goto out;
    }
    make_some_grey(p->groups, line);
    panel.y_label = p->more_is_better ? "share of runs above t" : "share of runs below t";
    panel.line = line;
    panel.lines = p->groups;
    if (p->bound[0] > 0 && p->bound[p->points - 1] > 50 * p->bound[0])
        figure.x_scale = IL_SCALE_LOG;
    title_of(from, "Performance profiles by ", p->metric, title);
    answer_drawn(p->drawn, from->across_by != NULL, drawn);
    snprintf(x_label, sizeof x_label, "t: %.200s%s", il_metric_words(p->metric),
             figure.x_scale == IL_SCALE_LOG ? ", log scale" : "");
    note_runs(p->runs, p->groups, note);
    note_conditions(from, p->conditions, p->left_out, note);
    figure_note(note, "line: share of a group's runs that is better than t; a run without a finite "
                      "value is worse than any");
    if (p->groups > IL_FIGURE_NAMES)
        snprintf(text, sizeof text, "bands are left out of more than %d groups", IL_FIGURE_NAMES);
    else
        snprintf(text, sizeof text, "%s: its %g %% interval at each t, %s",
                 p->drawn[IL_DRAWN_NOTHING] == p->groups ? "no band" : "band", 100 * p->level,
                 drawn);
    figure_note(note, text);
    snprintf(text, sizeof text,
             "by name: the best %d and the worst %d of %zu groups; grey: the other %zu", BEST,
             WORST, p->groups, p->groups > BEST + WORST ? p->groups - BEST - WORST : 0);
    if (p->groups > IL_FIGURE_STYLES)
        figure_note(note, text);
    st = il_figure_lines(svg, n, &figure, from->terminal, err);
out:
    free(x);
    free(line);
    il_profiles_free(p);
    return st;
}

/* ---- who beats whom -------------------------------------------------------------------------- */

enum { LABEL = 400 };

/* the byte behind so many letters of a text in UTF-8 */
static size_t behind(const char *s, size_t letters)
{
    size_t at = 0;

    while (s[at] && (letters > 0 || (s[at] & 0xc0) == 0x80))
        letters -= (s[at++] & 0xc0) != 0x80;
    return at;
}

/* a name of at most so many letters: both ends of one that is longer */
static void put_short(char *to, size_t room, const char *name, size_t letters)
{
    const size_t n = behind(name, SIZE_MAX), head = (letters - 1) / 2;
    size_t all = 0;

    for (size_t i = 0; i < n; i++)
        all += (name[i] & 0xc0) != 0x80;
    if (all <= letters)
        snprintf(to, room, "%s", name);
    else
        snprintf(to, room, "%.*s\u2026%s", (int)behind(name, head), name,
                 name + behind(name, all - (letters - 1 - head)));
}

/* "he_normal beats zeros", both with as much room */
static void fill_rows(const il_improvements *m, const il_terminal *terminal, il_forest_row *row,
                      char (*label)[LABEL])
{
    static const size_t PAPER = 36, LEAST = 6, BEATS = 7; /* letters */
    const size_t half = terminal ? terminal->columns / 2 : BEATS + 2 * PAPER;
    const size_t letters = half > BEATS + 2 * LEAST ? (half - BEATS) / 2 : LEAST;
    char first[LABEL / 2 - 8], second[LABEL / 2 - 8];

    for (size_t i = 0; i < m->pairs; i++) {
        const il_improved *const p = &m->pair[i];
        const int sure = p->interval.low > .5 || p->interval.high < .5;

        put_short(first, sizeof first, m->label[p->first], letters);
        put_short(second, sizeof second, m->label[p->second], letters);
        snprintf(label[i], LABEL, "%s beats %s", first, second);
        row[i] = (il_forest_row){ .label = label[i],
                                  .mean = p->p,
                                  .low = p->interval.low,
                                  .high = p->interval.high,
                                  .difference = NAN,
                                  .difference_low = NAN,
                                  .difference_high = NAN,
                                  .verdict = sure ? IL_VERDICT_REFERENCE : IL_VERDICT_SAME,
                                  .word = "" };
    }
}

il_status draw_improvement(char **svg, size_t *n, const struct to_draw *from, il_error *err)
{
    const il_compare_options options = { .by = from->of->by };
    il_improvements *m = NULL;
    il_forest_row *row = NULL;
    char(*label)[LABEL] = NULL;
    int none; /* has no pair an interval? */
    char title[WORDS], text[ANSWER], drawn[WORDS_DRAWN], note[NOTE] = "";
    il_forest figure = { .title = title,
                         .mean_label = "probability (share of pairs of runs)",
                         .difference_label = "",
                         .note = note,
                         .head = "pair",
                         .least = 0,
                         .most = 1,
                         .middle = .5 };
    il_status st = il_compare_improvements(&m, from->of->runs, from->across_by, &options, err);

    if (st != IL_OK)
        goto out;
    row = calloc(m->pairs + 1, sizeof *row);
    label = calloc(m->pairs + 1, sizeof *label);
    if (!row || !label) {
        st = cli_no_memory(err);
        goto out;
    }
    fill_rows(m, from->terminal, row, label);
    figure.row = row;
    figure.rows = m->pairs;
    title_of(from, "Probability of improvement in ", m->metric, title);
    none = m->drawn[IL_DRAWN_NOTHING] == m->pairs;
    answer_drawn(m->drawn, from->across_by != NULL, drawn);
    note_runs(m->runs, m->groups, note);
    note_conditions(from, m->conditions, m->left_out, note);
    snprintf(text, sizeof text,
             "marker: how often a run of the first group is better than one of the second%s, a tie "
             "by half; %s: its %g %% interval, of each pair alone, %s%s",
             from->across_by ? ", within a condition" : "", none ? "no line" : "line",
             100 * m->level, drawn, none ? "" : "; filled: the interval leaves out one half");
    figure_note(note, text);
    st = il_figure_forest(svg, n, &figure, from->terminal, err);
out:
    free(row);
    free(label);
    il_improvements_free(m);
    return st;
}
