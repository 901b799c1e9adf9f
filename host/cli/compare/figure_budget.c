/* figure_budget.c - what choosing among more trials gives (Dodge 2019): the curve that --budget prints some points of. */
#include "figure_budget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "figure_words.h"

/* a line's colour: its place among all by its label, so that it is the same whatever is best */
static size_t style_of(const struct compared *k, size_t group)
{
    size_t n = 0;

    for (size_t i = 0; i < k->budgets; i++)
        n += strcmp(k->budget[i].label, k->budget[group].label) < 0;
    return n;
}

/* count: trials of each group */
static void fill_lines(const struct compared *k, il_line *line, size_t *count)
{
    for (size_t i = 0; i < k->budgets; i++) {
        line[i] = (il_line){ .label = k->budgets > 1 ? k->budget[i].label : NULL,
                             .y = k->budget[i].expected,
                             .count = k->budget[i].trials,
                             .style = style_of(k, i),
                             .markers = 1 };
        count[i] = k->budget[i].trials;
    }
}

static void write_note(const struct compared *k, const size_t *count, char note[NOTE])
{
    char metric[WORDS], text[WORDS];

    figure_runs(count, k->budgets, "group", text);
    snprintf(text + strlen(text), sizeof text - strlen(text), ", each a trial");
    figure_note(note, text);
    figure_metric(k->comparison->metric, metric);
    snprintf(
        text, sizeof text,
        "marker: expected %.80s of the trial with the best %.80s among k that are drawn from a "
        "group's without replacement, each set of k as likely as another",
        metric, k->select);
    figure_note(note, text);
}

il_status draw_budget(char **svg, size_t *n, const struct to_draw *from, il_error *err)
{
    const struct compared *const k = from->of;
    il_line *const line = calloc(k->budgets + 1, sizeof *line);
    size_t *const count = calloc(k->budgets + 1, sizeof *count);
    char metric[WORDS], title[WORDS], y_label[WORDS], note[NOTE] = "";
    il_panel panel = { .y_label = y_label, .line = line, .lines = k->budgets };
    il_lines figure = { .title = title,
                        .x_label = "k, trials to choose from",
                        .panel = &panel,
                        .panels = 1,
                        .titled = from->page,
                        .note = note };
    il_status st = line && count ? figure_few_groups(k->budgets, err) : cli_no_memory(err);

    if (st != IL_OK)
        goto out;
    fill_lines(k, line, count);
    figure_metric(k->comparison->metric, metric);
    figure_limits(k->comparison->metric, &panel.least, &panel.most);
    snprintf(title, sizeof title, "Expected %.200s of the best of k trials", metric);
    snprintf(y_label, sizeof y_label, "expected %.200s", il_metric_words(k->comparison->metric));
    write_note(k, count, note);
    st = il_figure_lines(svg, n, &figure, from->terminal, err);
out:
    free(line);
    free(count);
    return st;
}
