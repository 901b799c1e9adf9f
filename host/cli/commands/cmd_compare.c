/*
 * cmd_compare.c - initlab compare: runs that `train --out FILE.jsonl` left, as one table and one
 * figure. A file without its last object (a run that still trains, or was killed) is shown as far as
 * it goes.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "common/cli_error.h"
#include "sweep/ranking.h"
#include "sweep/sweep.h"

struct seen {
    char name[48];   /* the file's, without folder and .jsonl */
    char status[16]; /* ok, diverged, ...; "unfinished" without a last object */
    double *cost;    /* [epochs]; NaN where it was not finite */
    size_t epochs;
    double accuracy; /* on the test set; NaN: unknown */
    const char *path;
};

static double number(const json_t *object, const char *key)
{
    const json_t *const value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* one line of the file; returns 0 when out of memory */
static int take(struct seen *s, const json_t *line)
{
    const char *const status = json_string_value(json_object_get(line, "status"));
    double *more;

    if (status) {
        snprintf(s->status, sizeof s->status, "%s", status);
        if (!isnan(number(line, "test_accuracy")))
            s->accuracy = number(line, "test_accuracy");
        return 1;
    }
    more = realloc(s->cost, (s->epochs + 1) * sizeof *more);
    if (!more)
        return 0;
    s->cost = more;
    s->cost[s->epochs++] = number(line, "cost");
    s->accuracy = number(line, "test_accuracy");
    return 1;
}

static void name_of(struct seen *s, const char *path)
{
    const char *const slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *const dot = strrchr(base, '.');

    snprintf(s->name, sizeof s->name, "%.*s", dot ? (int)(dot - base) : (int)strlen(base), base);
    s->path = path;
}

static int is_folder(FILE *f)
{
    struct stat info;

    return fstat(fileno(f), &info) == 0 && S_ISDIR(info.st_mode);
}

static int read_file(const struct cli *cli, struct seen *s, const char *path)
{
    FILE *const f = fopen(path, "r");
    char *text = NULL;
    size_t size = 0, count = 0;
    int code = 0;

    name_of(s, path);
    snprintf(s->status, sizeof s->status, "unfinished");
    s->accuracy = NAN;
    if (!f)
        return cli_fail(cli, IL_E_DATA, "cannot open '%s': %s", path, strerror(errno));
    if (is_folder(f)) {
        fclose(f);
        return cli_fail(cli, sweep_is_folder(path) ? IL_E_USAGE : IL_E_DATA,
                        sweep_is_folder(path)
                            ? "'%s' is a sweep's folder: one of them, or files of "
                              "'train --out FILE.jsonl'"
                            : "'%s' is a folder, and not a sweep's: it has no sweep.json",
                        path);
    }
    while (code == 0 && getline(&text, &size, f) >= 0) {
        json_error_t why;
        json_t *const line = json_loads(text, JSON_REJECT_DUPLICATES, &why);

        count++;
        if (!json_is_object(line))
            code = cli_fail(cli, IL_E_DATA, "%s:%zu: not an object of 'train --out FILE.jsonl': %s",
                            path, count, line ? "another kind of JSON" : why.text);
        else if (!take(s, line))
            code = cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
        json_decref(line);
    }
    if (code == 0 && s->epochs == 0)
        code = cli_fail(cli, IL_E_DATA, "%s: no epoch in it (made by 'train --out'?)", path);
    free(text);
    fclose(f);
    return code;
}

/* best accuracy first, then lowest cost; unknown numbers last */
static int better(const void *a, const void *b)
{
    const struct seen *const s = a, *const t = b;
    const double x = isnan(s->accuracy) ? -1 : s->accuracy;
    const double y = isnan(t->accuracy) ? -1 : t->accuracy;
    const double c = s->cost[s->epochs - 1], d = t->cost[t->epochs - 1];

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

static void table(const struct cli *cli, const struct seen *s, size_t n)
{
    int wide = 3;

    for (size_t i = 0; i < n; i++)
        if ((int)strlen(s[i].name) > wide)
            wide = (int)strlen(s[i].name);
    printf("%s%-*s  %6s  %12s  %12s  %13s  status%s\n", cli->bold, wide, "run", "epochs",
           "first cost", "last cost", "test_accuracy", cli->plain);
    for (size_t i = 0; i < n; i++) {
        printf("%-*s  %6zu", wide, s[i].name, s[i].epochs);
        cell(s[i].cost[0], 6);
        cell(s[i].cost[s[i].epochs - 1], 6);
        putchar(' ');
        cell(s[i].accuracy, 4);
        printf("  %s\n", s[i].status);
    }
}

static int plot(const struct cli *cli, const char *path, const struct seen *s, size_t n)
{
    il_curve *const curve = calloc(n, sizeof *curve);
    il_error err = { .text = "" };
    il_status st = IL_E_MEMORY;

    for (size_t i = 0; curve && i < n; i++)
        curve[i] = (il_curve){ .label = s[i].name, .y = s[i].cost, .count = s[i].epochs };
    if (curve)
        st = il_plot_svg(path, "Training Loss", "Epoch #", "Loss", curve, n, &err);
    free(curve);
    if (st == IL_OK)
        return 0;
    return cli_fail(cli, st, "%s", err.text[0] ? err.text : il_status_text(st));
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

static int run(struct cli *cli, const struct options *o)
{
    const size_t n = (size_t)o->operands;
    struct seen *const s = calloc(n ? n : 1, sizeof *s);
    int code = 0;

    if (n == 1 && sweep_is_folder(o->operand[0])) {
        free(s);
        return compare_sweep(cli, o);
    }
    if (n == 0)
        code = cli_fail(cli, IL_E_USAGE, "no file given (see 'initlab help compare')");
    else if (!s)
        code = cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    for (size_t i = 0; code == 0 && i < n; i++)
        code = read_file(cli, &s[i], o->operand[i]);
    if (code == 0) {
        qsort(s, n, sizeof *s, better);
        table(cli, s, n);
        if (opt_given(o, "plot"))
            code = plot(cli, opt_get(o, "plot"), s, n);
    }
    for (size_t i = 0; s && i < n; i++)
        free(s[i].cost);
    free(s);
    return code;
}

static const struct opt_row rows[] = { { .name = "plot",
                                         .metavar = "FILE.svg",
                                         .complete = COMPLETE_FILE,
                                         .help = "draw the loss of all runs over the epochs" },
                                       { .name = "by",
                                         .metavar = "COLUMNS",
                                         .value = "init",
                                         .help = "what a sweep's ranking groups runs by, as "
                                                 "init,depth" },
                                       { .name = "" } };

const struct command cmd_compare = {
    .name = "compare",
    .operands = "FILE.jsonl... | DIR",
    .max_operands = 1 << 20,
    .summary = "compare runs that train left with --out, or rank those of a sweep",
    .text =
        "Print one line a run, the best test accuracy first, and draw the losses of all of "
        "them in one figure.\n\nA run that did not finish is shown as far as it came; a cost "
        "that was not finite is shown as -.\n\nOf a sweep's folder, rank groups of its runs by "
        "mean "
        "test accuracy: n, mean, standard deviation, best, and how many diverged or failed. A run "
        "that diverged counts with the accuracy that it had.",
    .examples = "initlab compare zeros.jsonl ones.jsonl normal.jsonl --plot losses.svg\n"
                "initlab compare results --by init,activation",
    .rows = rows,
    .run = run
};
