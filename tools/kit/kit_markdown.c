/* kit_markdown.c - a first hour as tables of Markdown: what ran, what was wrong, times beside estimates, peers. */
#include "kit.h"

#include <math.h>
#include <string.h>

static double number(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static const char *word(const json_t *o, const char *key)
{
    const char *const s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

/* text in a cell: no bar, and not without end */
static void cell(FILE *to, const char *s)
{
    for (size_t i = 0; s[i] && i < 160; i++)
        (void)fputc(s[i] == '|' || s[i] == '\n' ? '/' : s[i], to);
}

/* a number in so many digits that a reader wants; nothing where it was not measured */
static void quantity(FILE *to, double x)
{
    if (!isfinite(x) || x == 0)
        fprintf(to, "-");
    else
        fprintf(to, fabs(x) < 100 ? "%.3g" : "%.0f", x);
}

static const char *last_error(const json_t *part)
{
    const json_t *const lines = json_object_get(part, "errors");
    const size_t n = json_array_size(lines);

    return n ? json_string_value(json_array_get(lines, n - 1)) : "";
}

static void tell_parts(FILE *to, const json_t *parts)
{
    size_t i;
    json_t *part;

    fprintf(to, "| part | outcome | seconds | of | words |\n| --- | --- | --- | --- | --- |\n");
    json_array_foreach(parts, i, part)
    {
        const char *const words = word(part, "words");

        fprintf(to, "| %s | %s", word(part, "name"), word(part, "outcome"));
        if (strcmp(word(part, "outcome"), "failed") == 0)
            fprintf(to, " (%.0f)", number(part, "exit"));
        fprintf(to, " | %.0f | %.0f | ", number(part, "seconds"), number(part, "limit"));
        cell(to, *words || strcmp(word(part, "outcome"), "done") == 0 ? words : last_error(part));
        fprintf(to, " |\n");
    }
}

/* checks of the self-test that failed, or how many passed */
static void tell_checks(FILE *to, const json_t *parts)
{
    size_t i, passed = 0;
    json_t *check;

    fprintf(to, "\n## Self-test\n\n");
    json_array_foreach(kit_results(parts, "selftest"), i, check)
    {
        if (json_is_true(json_object_get(check, "good"))) {
            passed++;
        } else if (json_is_false(json_object_get(check, "good"))) {
            fprintf(to, "- FAIL %s: ", word(check, "name"));
            cell(to, word(check, "detail"));
            fprintf(to, "\n");
        }
    }
    fprintf(to, "- %zu checks passed\n", passed);
}

static void tell_comparison(FILE *to, const json_t *comparison)
{
    size_t i;
    json_t *row;

    fprintf(to, "\n## Beside the estimates\n\n");
    cell(to, word(comparison, "card"));
    fprintf(to, ", beside the estimates for %s%s. An error is measured / estimate - 1.\n\n",
            word(comparison, "as"),
            json_is_true(json_object_get(comparison, "known"))
                ? ""
                : ", since there are none for this card");
    fprintf(to, "| what | measured, us | estimate, us | error |\n| --- | --- | --- | --- |\n");
    json_array_foreach(json_object_get(comparison, "rows"), i, row)
    {
        fprintf(to, "| %s: ", word(row, "group"));
        cell(to, word(row, "what"));
        fprintf(to, " | ");
        quantity(to, number(row, "measured_us"));
        fprintf(to, " | ");
        quantity(to, number(row, "estimate_us"));
        if (json_object_get(row, "error"))
            fprintf(to, " | %+.0f %% |\n", 100 * number(row, "error"));
        else
            fprintf(to, " | - |\n");
    }
}

static void tell_steps_of(FILE *to, const json_t *rows)
{
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const double runs = number(row, "runs");

        if (!json_is_object(row))
            continue;
        if (json_object_get(row, "left_out")) {
            fprintf(to, "| %s | %.0f | - | - | - | - | - | ", word(row, "layers"), runs);
            cell(to, word(row, "left_out"));
            fprintf(to, " |\n");
            continue;
        }
        fprintf(to, "| %s | %.0f | ", word(row, "network"), runs);
        quantity(to, number(row, "us_a_step"));
        fprintf(to, " | ");
        quantity(to, number(row, "us_a_step") / runs);
        fprintf(to, " | ");
        quantity(to, number(row, "us_an_evaluation"));
        fprintf(to, " of %.0f | %.0f | %.2f | %.2f |\n", number(row, "tested"),
                number(row, "steps"), number(row, "planned") / 1048576,
                number(row, "beyond") / 1048576);
    }
}

static void tell_steps(FILE *to, const json_t *parts)
{
    fprintf(to, "\n## Steps, evaluations, memory\n\n"
                "What is used beyond the plan is what the reserve is for (docs/gpu.md): most at "
                "first, for kernels.\n\n"
                "| network | runs | us a step | us a model-step | us an evaluation | steps an "
                "epoch | planned, MiB | used "
                "beyond it, MiB |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    tell_steps_of(to, kit_results(parts, "steps_1"));
    tell_steps_of(to, kit_results(parts, "steps_3"));
    tell_steps_of(to, kit_results(parts, "steps_wide"));
}

/* a table of rows of one part: columns by key, "KEY" text or "#KEY" number */
static void table(FILE *to, const json_t *parts, const char *part, const char *title,
                  const char *const *keys)
{
    size_t i;
    json_t *row;

    if (json_array_size(kit_results(parts, part)) == 0)
        return;
    fprintf(to, "\n## %s\n\n|", title);
    for (size_t k = 0; keys[k]; k++)
        fprintf(to, " %s |", keys[k] + (*keys[k] == '#'));
    fprintf(to, "\n|");
    for (size_t k = 0; keys[k]; k++)
        fprintf(to, " --- |");
    fprintf(to, "\n");
    json_array_foreach(kit_results(parts, part), i, row)
    {
        if (!json_is_object(row))
            continue;
        fprintf(to, "|");
        for (size_t k = 0; keys[k]; k++) {
            fprintf(to, " ");
            if (*keys[k] == '#')
                fprintf(to, "%.6g", number(row, keys[k] + 1));
            else
                cell(to, word(row, keys[k]));
            fprintf(to, " |");
        }
        fprintf(to, "\n");
    }
}

/* the row of ours that a peer's job has; NULL: it was not measured */
static const json_t *ours(const json_t *parts, const json_t *peer)
{
    static const char *const names[] = { "steps_1", "steps_3", "steps_wide" };
    size_t i;
    json_t *row;

    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        json_array_foreach(kit_results(parts, names[n]), i,
                           row) if (strcmp(word(row, "network"), word(peer, "network")) == 0 &&
                                    number(row, "runs") == number(peer, "runs")) return row;
    return NULL;
}

static void tell_peers(FILE *to, const json_t *parts)
{
    static const char *const names[] = { "torch", "jax" };
    size_t i;
    json_t *row;

    fprintf(to, "\n## Peers\n\nThe cost is the first epoch's, where all of the dataset was trained "
                "on: both are of weights "
                "drawn by the same law.\n\n| framework | mode | network | runs | us a step | "
                "beside initlab's | cost | "
                "initlab's |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        json_array_foreach(kit_results(parts, names[n]), i, row)
        {
            const json_t *const own = ours(parts, row);

            if (!json_is_object(row))
                continue;
            fprintf(to, "| %s | %s | %s | %.0f | ", word(row, "framework"), word(row, "mode"),
                    word(row, "network"), number(row, "runs"));
            quantity(to, number(row, "us_a_step"));
            fprintf(to, " | ");
            quantity(to, own ? number(row, "us_a_step") / number(own, "us_a_step") : 0);
            fprintf(to, " | ");
            quantity(to, number(row, "cost_of_epoch_1"));
            fprintf(to, " | ");
            quantity(to, own && number(own, "samples") == number(row, "samples")
                             ? number(own, "cost_of_epoch_1")
                             : 0);
            fprintf(to, " |\n");
        }
}

/* the names of a step's kernels, one after another */
static void tell_nodes(FILE *to, const json_t *parts)
{
    size_t i, k;
    json_t *row, *kernel;

    fprintf(to, "\n## Nodes of steps and evaluations\n\n");
    json_array_foreach(kit_results(parts, "nodes"), i, row)
    {
        if (!json_is_object(row))
            continue;
        fprintf(to, "- %s times %.0f, %.0f nodes:", word(row, "layers"), number(row, "runs"),
                number(row, "nodes"));
        json_array_foreach(json_object_get(row, "kernels"), k, kernel)
        {
            fprintf(to, "%s `", k ? "," : "");
            cell(to, json_string_value(kernel));
            fprintf(to, "`");
        }
        fprintf(to, "\n");
    }
}

/* the first and the last lines that a part said, as they are */
static void tell_lines(FILE *to, const json_t *parts, const char *name, size_t first, size_t last)
{
    const json_t *const lines = kit_results(parts, name);
    const size_t n = json_array_size(lines);

    if (n == 0)
        return;
    fprintf(to, "\n## %s\n\n```text\n", name);
    for (size_t i = 0; i < n; i++) {
        const char *const line = json_string_value(json_array_get(lines, i));

        if (line && (i < first || i + last >= n) && !strstr(line, "```"))
            fprintf(to, "%.200s\n", line);
    }
    fprintf(to, "```\n");
}

void kit_markdown(FILE *to, const json_t *report)
{
    static const char *const costs[] = { "cost", "#us", NULL };
    static const char *const cublas[] = { "product", "arithmetic",       "#us",     "#gflop_per_s",
                                          "#words",  "#differ_of_whole", "#differ", NULL };
    static const char *const packs[] = { "pack", "network", "#runs", "#us_a_step", NULL };
    static const char *const recipe[] = { "#epoch", "#cost", "#test_accuracy", NULL };
    static const char *const tools[] = { "memcheck", "racecheck", "initcheck", "synccheck" };
    const json_t *const parts = json_object_get(report, "parts");

    fprintf(to, "# First hour of initlab %s (%s) on %s: ", word(report, "version"),
            word(report, "commit"), word(report, "device"));
    cell(to, word(json_object_get(report, "comparison"), "card"));
    fprintf(to, "\n\nWritten %s; %.0f minutes were given.\n\n", word(report, "written"),
            number(report, "minutes"));
    tell_parts(to, parts);
    tell_checks(to, parts);
    tell_comparison(to, json_object_get(report, "comparison"));
    tell_steps(to, parts);
    table(to, parts, "costs", "What next to nothing costs", costs);
    table(to, parts, "cublas", "cuBLAS's arithmetics; differ: words that are not as pedantic's",
          cublas);
    table(to, parts, "two_packs", "A pack alone, and two at once", packs);
    tell_peers(to, parts);
    table(to, parts, "recipe", "Recipe seed-zeros-softmax", recipe);
    tell_lines(to, parts, "sweep", 8, 2);
    tell_lines(to, parts, "driver", 2, 0);
    tell_lines(to, parts, "ncu", 8, 30);
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        tell_lines(to, parts, tools[i], 0, 3);
    tell_nodes(to, parts);
}
