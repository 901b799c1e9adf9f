/*
 * cmd_compare.c - initlab compare: runs that `train --out FILE.jsonl` left, as one table and one
 * figure. A file without its last object (a run that still trains, or was killed) is shown as far as
 * it goes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli_error.h"
#include "outputs.h"
#include "sweep/ranking.h"
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

static int compare_sweep(const struct cli *cli, const struct options *o)
{
    il_folder *f = NULL;
    il_error err = { .text = "" };
    il_status st = sweep_folder(o, 0, &f, &err);

    if (st == IL_OK && opt_given(o, "plot"))
        st = cli_error(&err, IL_E_USAGE, "--plot is for files of 'train --out'");
    if (st == IL_OK)
        st = sweep_ranking(cli, f, opt_get(o, "by"), &err);
    il_folder_close(f);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", err.text);
}

/* one of several operands that is a sweep's folder; NULL: none is */
static const char *sweep_among(const struct options *o)
{
    for (int i = 0; i < o->operands; i++)
        if (sweep_is_folder(o->operand[i]))
            return o->operand[i];
    return NULL;
}

static int run(struct cli *cli, const struct options *o)
{
    struct run_files f = { .runs = 0 };
    struct figure figure;
    il_error err = { .text = "" };
    il_status st = output_check(o, "plot", ".svg", ".svg", &err);

    if (st == IL_OK && o->operands == 1 && sweep_among(o))
        return compare_sweep(cli, o);
    if (st == IL_OK && o->operands == 0)
        st = cli_error(&err, IL_E_USAGE, "no file given (see 'initlab help compare')");
    if (st == IL_OK && sweep_among(o))
        st = cli_error(&err, IL_E_USAGE,
                       "'%.300s' is a sweep's folder: one of them, or files of 'train --out "
                       "FILE.jsonl'",
                       sweep_among(o));
    if (st == IL_OK)
        st = figure_open(&figure, o, &err);
    if (st == IL_OK)
        st = run_files_read(&f, o->operand, (size_t)o->operands, &err);
    if (st == IL_OK)
        st = run_files_name(&f, &err);
    if (st == IL_OK) {
        qsort(f.run, f.runs, sizeof *f.run, better);
        table(cli, f.run, f.runs);
        st = plot(&figure, &f, &err);
    }
    run_files_free(&f);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", err.text);
}

static const struct opt_row rows[] = {
    { .name = "plot",
      .metavar = "FILE.svg",
      .complete = COMPLETE_FILE,
      .help = "draw the loss of all runs over the epochs; - is standard "
              "output, and the table goes to standard error" },
    { .name = "by",
      .metavar = "COLUMNS",
      .value = "init",
      .help = "what a sweep's ranking groups runs by, as "
              "init,depth" },
    { .name = "" }
};

const struct command cmd_compare = {
    .name = "compare",
    .operands = "FILE.jsonl... | DIR",
    .max_operands = 1 << 20,
    .summary = "compare runs that train left with --out, or rank those of a sweep",
    .text =
        "Print one line a run, the best test accuracy first, and draw the losses of all of "
        "them in one figure. A file may hold several runs, and - is standard input. A run is "
        "called "
        "by its file, with as much of the path as tells it from others, and :2 where it is the "
        "second of its file.\n\nA run that did not finish is shown as far as it came; a cost "
        "that was not finite is shown as -.\n\nOf a sweep's folder, rank groups of its runs by "
        "mean "
        "test accuracy: n, mean, standard deviation, best, and how many diverged or failed. A run "
        "that diverged counts with the accuracy that it had. Where runs are left, a line under the "
        "table says how many are done.",
    .examples = "initlab compare a/run.jsonl b/run.jsonl --plot - > losses.svg\n"
                "initlab compare zeros.jsonl ones.jsonl normal.jsonl --plot losses.svg\n"
                "initlab compare results --by init,activation",
    .rows = rows,
    .run = run
};
