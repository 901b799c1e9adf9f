/* compare_figure.c - a comparison as a figure. */
#include "compare_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "columns.h"
#include "common/cli_error.h"
#include "figure_budget.h"
#include "figure_curves.h"
#include "figure_grid.h"
#include "figure_layers.h"
#include "figure_spread.h"
#include "figure_words.h"

/* ---- intervals ------------------------------------------------------------------------------- */

static void fill_row(const il_comparison *c, const il_run_group *g, il_forest_row *row)
{
    const int is_reference = g == &c->group[c->reference];

    *row = (il_forest_row){ .label = g->label,
                            .n = g->metric.n,
                            .mean = g->metric.n ? g->metric.mean : NAN,
                            .low = NAN,
                            .high = NAN,
                            .difference = NAN,
                            .difference_low = NAN,
                            .difference_high = NAN,
                            .verdict = g->verdict,
                            .word = g->verdict == IL_VERDICT_NONE ? "-" : verdict_word(c, g) };
    if (g->metric.n && g->metric.interval.kind != IL_INTERVAL_NONE) {
        row->low = g->metric.interval.low;
        row->high = g->metric.interval.high;
    }
    if (g->difference.n && !is_reference) {
        row->difference = g->difference.mean;
        if (g->difference.interval.kind != IL_INTERVAL_NONE) {
            row->difference_low = g->difference.interval.low;
            row->difference_high = g->difference.interval.high;
        }
    }
}

static il_status draw_intervals(char **svg, size_t *n, const struct to_draw *from, il_error *err)
{
    const il_comparison *const c = from->of->comparison;
    il_forest_row *const row = calloc(c->groups + 1, sizeof *row);
    size_t *const count = calloc(c->groups + 1, sizeof *count);
    char title[WORDS], mean[WORDS], difference[WORDS], text[WORDS], interval[WORDS],
        note[NOTE] = "";
    il_forest figure = { .title = title,
                         .mean_label = mean,
                         .difference_label = difference,
                         .note = note,
                         .row = row,
                         .rows = c->groups };
    il_status st = row && count ? figure_few_groups(c->groups, err) : cli_no_memory(err);

    if (st != IL_OK)
        goto out;
    for (size_t i = 0; i < c->groups; i++) {
        fill_row(c, &c->group[i], &row[i]);
        count[i] = row[i].n;
    }
    figure_title(c, "", title);
    figure_limits(c->metric, &figure.least, &figure.most);
    snprintf(mean, sizeof mean, "%s", il_metric_words(c->metric));
    snprintf(difference, sizeof difference, "difference to the %s",
             c->has_control ? "control" : "best");
    figure_runs(count, c->groups, "group", text);
    figure_interval_words(c, "line", interval);
    snprintf(text + strlen(text), sizeof text - strlen(text), "; marker: mean; %.200s", interval);
    figure_note(note, text);
    figure_limits_note(note, c);
    figure_answer_note(note, c, NOTE_INTERVALS);
    figure_answer_note(note, c, NOTE_TESTS);
    figure_answer_note(note, c, NOTE_UNPAIRED);
    figure_lost_note(note, c, "mean, interval or difference");
    figure_answer_note(note, c, NOTE_POOLED);
    figure_answer_note(note, c, NOTE_LEFT_OVER);
    st = il_figure_forest(svg, n, &figure, from->terminal, err);
out:
    free(row);
    free(count);
    return st;
}

/* ---- the kinds ------------------------------------------------------------------------------- */

enum { WITHOUT, EITHER, WITH }; /* --across */

struct kind {
    const char *word;
    il_status (*draw)(char **svg, size_t *n, const struct to_draw *from, il_error *err);
    int across;
};

#define X(name, word, across, words) { word, draw_##name, across },
static const struct kind kinds[] = { COMPARISON_FIGURES(X, X) };
#undef X
enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct kind *kind_named(const char *word)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].word, word) == 0)
            return &kinds[i];
    return NULL;
}

int compare_figure_is(const char *kind) { return kind_named(kind) != NULL; }

int compare_figure_needs_budgets(const char *kind)
{
    return kind && kind_named(kind)->draw == draw_budget;
}

/* what --figure says, or the first kind that is without --across, or with it alone */
const char *compare_figure_kind(const struct options *o)
{
    size_t i = 0;

    if (opt_given(o, "figure"))
        return opt_get(o, "figure");
    while (opt_given(o, "across") && kinds[i].across != WITH)
        i++;
    return kinds[i].word;
}

static size_t columns_in(const char *by)
{
    size_t n = 1;

    for (const char *p = by; *p; p++)
        n += *p == ',';
    return n;
}

il_status compare_figure_check(const char *word, const struct options *o, il_error *err)
{
    const struct kind *const kind = kind_named(word);

    if (opt_given(o, "across") && kind->across == WITHOUT)
        return cli_error(err, IL_E_USAGE, "figure %s is not of --across", word);
    if (!opt_given(o, "across") && kind->across == WITH)
        return cli_error(err, IL_E_USAGE, "figure %s: --across COLUMNS names its conditions", word);
    if (kind->draw == draw_heatmap && (!opt_given(o, "by") || columns_in(opt_get(o, "by")) != 2))
        return cli_error(err, IL_E_USAGE, "figure heatmap: --by A,B names its two columns");
    if (kind->draw == draw_budget && !opt_given(o, "best-over"))
        return cli_error(err, IL_E_USAGE,
                         "figure budget: --best-over COLUMNS names what trials differ in");
    if (kind->draw != draw_layers && opt_given(o, "diagnostic"))
        return cli_error(err, IL_E_USAGE, "--diagnostic is of the figure layers, not of %s", word);
    return IL_OK;
}

il_status compare_figure_prepare(const char *kind, il_runs *runs, il_error *err)
{
    return kind_named(kind)->draw == draw_curves ? il_runs_keep_epochs(runs, err) : IL_OK;
}

il_status compare_figure_svg(const char *kind, char **svg, size_t *n, const struct to_draw *from,
                             il_error *err)
{
    return kind_named(kind)->draw(svg, n, from, err);
}

il_status compare_figure_draw(const char *kind, const struct figure *to, const struct to_draw *from,
                              il_error *err)
{
    char *svg = NULL;
    size_t n = 0;
    struct to_draw there = *from;
    il_status st;

    there.terminal = figure_terminal(to);
    st = compare_figure_svg(kind, &svg, &n, &there, err);
    if (st == IL_OK)
        st = figure_put(to, svg, n, err);
    free(svg);
    return st;
}
