/*
 * cmd_compare.c - initlab compare: groups of runs, of sweeps' folders and of files that `train --out FILE.jsonl` left;
 * with --runs the files' runs beside each other, one that still trains, or was killed, as far as it goes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "compare/compare_figure.h"
#include "compare/compare_rows.h"
#include "compare/compare_sweeps.h"
#include "compare/comparison_print.h"
#include "common/outputs.h"
#include "sweep/sweep.h"
#include "train/run_names.h"

/* after so many epochs; NaN: there is none */
static double cost_at(const struct seen_run *s, size_t epoch)
{
    return epoch > 0 && epoch <= s->epochs ? s->cost[epoch - 1] : NAN;
}

/* columns of a terminal that a name takes */
static int width(const char *name) { return (int)cli_put(NULL, name); }

/* best accuracy first, then lowest cost; unknown numbers last */
static int better(const void *a, const void *b)
{
    const struct seen_run *const s = a, *const t = b;
    const double x = isnan(s->accuracy) ? -1 : s->accuracy;
    const double y = isnan(t->accuracy) ? -1 : t->accuracy;
    const double c = cost_at(s, s->epochs), d = cost_at(t, t->epochs);

    if (x != y)
        return x < y ? 1 : -1;
    if (isnan(c) || isnan(d))
        return isnan(c) - isnan(d);
    return (c > d) - (c < d);
}

static void cell(double x, int decimals)
{
    if (isnan(x))
        printf("  %12s", "-");
    else
        printf("  %12.*f", decimals, x);
}

static void table(const struct cli *cli, const struct seen_run *s, size_t n)
{
    int wide = 3;

    for (size_t i = 0; i < n; i++)
        if (width(s[i].name) > wide)
            wide = width(s[i].name);
    printf("%s%-*s  %6s  %12s  %12s  %13s  status%s\n", cli->bold, wide, "run", "epochs",
           "first cost", "last cost", "test_accuracy", cli->plain);
    for (size_t i = 0; i < n; i++) {
        printf("%*s  %6zu", (int)cli_put(stdout, s[i].name) - wide, "", s[i].epochs);
        cell(cost_at(&s[i], 1), 6);
        cell(cost_at(&s[i], s[i].epochs), 6);
        putchar(' ');
        cell(s[i].accuracy, 4);
        fputs("  ", stdout);
        cli_put(stdout, s[i].status);
        putchar('\n');
    }
}

static il_status plot(const struct figure *figure, const struct run_files *f, il_error *err)
{
    il_curve *const curve = calloc(f->runs, sizeof *curve);
    il_status st;

    if (!curve)
        return cli_no_memory(err);
    for (size_t i = 0; i < f->runs; i++)
        curve[i] = (il_curve){ f->run[i].name, f->run[i].cost, f->run[i].epochs };
    st = figure_draw(figure, "Training Loss", "Epoch #", "Loss", curve, f->runs, err);
    free(curve);
    return st;
}

/* One axis has costs of one definition, as in comparisons of groups (measures.c of host/lib/compare). */
static il_status check_measure(const struct run_files *f, const struct options *o, il_error *err)
{
    if (!f->differ || (!opt_given(o, "plot") && !opt_given(o, "term")))
        return IL_OK;
    return cli_error(err, IL_E_USAGE,
                     "--%s: the runs differ in %s, and costs of different definitions cannot be "
                     "compared: name files of one",
                     opt_given(o, "plot") ? "plot" : "term", f->differ);
}

/* options that are of one view are an error beside the other */
static il_status check_options(const struct options *o, il_error *err)
{
    static const char *const of_groups[] = { "by",      "where",  "metric", "target",
                                             "control", "format", "figure", "best-over",
                                             "select",  "budget", "across", "diagnostic" };

    if (o->operands == 0)
        return cli_error(err, IL_E_USAGE,
                         "no folder and no file given (see 'initlab help compare')");
    for (int i = 0; opt_given(o, "runs") && i < o->operands; i++)
        if (sweep_is_folder(o->operand[i]))
            return cli_error(err, IL_E_USAGE,
                             "--runs is for files of 'train --out': 'initlab sweep show' lists the "
                             "runs of a folder");
    if (!opt_given(o, "runs") && opt_given(o, "figure") && !opt_given(o, "plot") &&
        !opt_given(o, "term"))
        return cli_error(err, IL_E_USAGE, "--figure %s: --plot says where it goes, or --term",
                         opt_get(o, "figure"));
    if (opt_given(o, "term") && strcmp(opt_get(o, "format"), "text") != 0)
        return cli_error(err, IL_E_USAGE, "--term is beside the table as text, not -o %s",
                         opt_get(o, "format"));
    for (size_t i = 0; opt_given(o, "runs") && i < sizeof of_groups / sizeof *of_groups; i++)
        if (opt_given(o, of_groups[i]))
            return cli_error(err, IL_E_USAGE, "--%s is of groups: not with --runs", of_groups[i]);
    return IL_OK;
}

static int run(struct cli *cli, const struct options *o)
{
    struct run_files f = { .runs = 0 };
    struct figure figure;
    il_error err = { .text = "" };
    il_status st = figure_check(o, "plot", &err);

    if (st == IL_OK)
        st = check_options(o, &err);
    if (st == IL_OK && !opt_given(o, "runs")) {
        st = compare_sweeps(cli, o, &err);
        return st == IL_OK ? 0 : cli_fail(cli, st, "%s", err.text);
    }
    if (st == IL_OK)
        st = figure_open(&figure, opt_get(o, "plot"), &err);
    if (st == IL_OK)
        st = run_files_read(&f, o->operand, (size_t)o->operands, &err);
    if (st == IL_OK)
        st = check_measure(&f, o, &err);
    if (st == IL_OK)
        st = run_files_name(&f, &err);
    if (st == IL_OK) {
        qsort(f.run, f.runs, sizeof *f.run, better);
        table(cli, f.run, f.runs);
        st = plot(&figure, &f, &err);
        figure = figure_on_terminal(cli);
        if (st == IL_OK && opt_given(o, "term"))
            st = plot(&figure, &f, &err);
    }
    run_files_free(&f);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", err.text);
}

static const struct opt_row rows[] = {
    { .name = "plot",
      .metavar = "FILE.svg",
      .complete = COMPLETE_FILE,
      .help =
          "draw a figure, .svg, .png or .pdf; - is SVG to standard output, and the table goes to "
          "standard error. With --runs it is the loss of all runs over the epochs" },
    { .name = "runs",
      .help = "a line for each run of files, in place of groups, as far as it came" },
    COMPARE_ROWS,
    { .name = "budget",
      .group = "Sweeps",
      .help = "also print what the best of 1, 2, 4, ... trials would give, each run a trial" },
    TERM_ROW(NULL),
    ACROSS_ROW,
    DIAGNOSTIC_ROW,
    { .name = "figure",
      .metavar = "KIND",
      .value = "intervals",
      .words = FIGURE_WORDS,
      .group = "Sweeps",
      .help = "what --plot draws: " FIGURE_HELP },
    { .name = "format",
      .letter = 'o',
      .metavar = "FORMAT",
      .value = "text",
      .words = COMPARISON_FORMATS,
      .group = "Sweeps",
      .help = "text, csv, json, jsonl, md (Markdown) or tex (a LaTeX table)" },
    { .name = "" }
};

const struct command cmd_compare = {
    .name = "compare",
    .operands = "DIR|FILE.jsonl...",
    .max_operands = 1 << 20,
    .complete = COMPLETE_FOLDER,
    .summary = "which scheme is best, by how much, and how sure is it?",
    .text =
        "Compare groups of runs, the best first: number, mean with its 95 % "
        "interval, median, interquartile mean, worst and best, area under the loss curve, how many "
        "diverged and failed; with --target the share of runs that reached it, with Wilson's "
        "interval, "
        "and the epochs it took, of the median run and, up to the budget, in the mean; then each "
        "group's difference to the best one, by pairs of runs with "
        "the same seed and data_seed, its interval, p and effect size (mean difference over its "
        "standard deviation). p is by sign flips of the pairs, corrected (Holm) for all pairs of "
        "groups, as the data chose the best one; --control names a group beforehand. Groups that "
        "share no seeds are compared unpaired, which a line says: Welch's interval, p by permuted "
        "labels, Cohen's d. A sentence "
        "above says what comes of it: the group below the best is worse, or cannot be told from "
        "it, "
        "and how many seeds would tell. Where groups pool settings, intervals are of how runs "
        "differ "
        "within each.\n\nA run that diverged counts with the accuracy that it "
        "had, and never reached a target. A cost that is not finite is in no mean; in the median, "
        "as in "
        "curves, it is the worst. Where runs are "
        "left to be trained, a line under the table (of csv and jsonl: on standard error) says how "
        "many "
        "are done.\n\n"
        "--best-over lr chooses a learning rate for each group by --select, on validation samples, "
        "and "
        "compares the groups at their chosen rates on the metric. --budget adds what that choice "
        "is "
        "worth with fewer trials.\n\n"
        "--across activation,depth takes these columns for conditions: groups are ranked within "
        "each, and "
        "compared by Friedman's test of their mean ranks, then pair by pair by Wilcoxon's (Holm); "
        "groups "
        "with a letter in common cannot be told apart.\n\n"
        "Runs are those of sweeps' folders and of files of 'train --out FILE.jsonl', in any "
        "mixture; a file may hold several, and - is standard input. One that is there twice, as in "
        "two folders, counts once. Of a file's runs those that ended count.\n\n"
        "With --runs, print one line a run of files, the best test accuracy first, and draw the "
        "losses of all of them in one figure. A run is called by its file, with as much of the "
        "path "
        "as tells it from others, and :2 where it is the second of its file. A run that did not "
        "finish is shown as far as it came; a cost that was not finite is shown as -; one that "
        "ended "
        "and was no better than a guess as stuck. Costs of different losses are not drawn "
        "together.",
    .examples = "initlab compare results\n"
                "initlab compare results --where activation=tanh --by init --target 0.95\n"
                "initlab compare results --by init --across activation\n"
                "initlab compare rates --best-over lr --budget\n"
                "initlab compare monday tuesday --metric validation_accuracy -o md\n"
                "initlab compare results --plot best.svg\n"
                "initlab compare results --metric cost --plot losses.pdf --figure curves\n"
                "initlab compare he-*.jsonl glorot-*.jsonl results --by init\n"
                "initlab compare zeros.jsonl ones.jsonl --runs --plot losses.svg",
    .rows = rows,
    .run = run
};
