/* cmd_check.c - initlab check: is a sweep as good as it was? For CI: the exit code, and JUnit's XML. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "common/cli_error.h"
#include "compare/check_print.h"

/* Add a folder's runs; done: what is left of it, "" if nothing. */
static il_status add(const struct cli *cli, il_runs *runs, const char *dir, const char *source,
                     char done[SWEEP_DONE], il_error *err)
{
    il_folder *f = NULL;
    il_results *r = NULL;
    il_status st = il_folder_open(&f, dir, err);

    if (st == IL_OK)
        st = sweep_results(cli, f, &r, err);
    if (st == IL_OK)
        st = sweep_done(f, r, done, err);
    if (st == IL_OK)
        st = il_runs_add_from(runs, r, source, err);
    il_results_close(r);
    il_folder_close(f);
    return st;
}

static int is_same(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static il_status read_limit(const struct options *o, double *most, il_error *err)
{
    char *end;

    if (!opt_given(o, "max-drop")) {
        *most = 0.005;
        return strstr(opt_get(o, "metric"), "accuracy")
                   ? IL_OK
                   : cli_error(err, IL_E_USAGE, "--max-drop: by how much may %s be worse?",
                               opt_get(o, "metric"));
    }
    *most = strtod(opt_get(o, "max-drop"), &end);
    return *end || end == opt_get(o, "max-drop") || !(*most >= 0 && isfinite(*most))
               ? cli_error(err, IL_E_USAGE, "--max-drop: a number from 0 up")
               : IL_OK;
}

static int run(struct cli *cli, const struct options *o)
{
    const il_compare_options options = { .by = opt_given(o, "by") ? opt_get(o, "by") : NULL };
    const char *const format = opt_get(o, "format");
    struct check_from from = { .same = 0 };
    il_runs *runs = NULL;
    il_check_list *list = NULL;
    il_error err = { .text = "" };
    double most;
    size_t failed = 0;
    il_status st = read_limit(o, &most, &err);

    if (st == IL_OK && (o->operands != 1 || !opt_given(o, "baseline")))
        st = cli_error(&err, IL_E_USAGE, "name a sweep's folder, and --baseline with another");
    if (st == IL_OK && options.by)
        st = il_compare_by(options.by, &err);
    if (st == IL_OK)
        st = il_runs_new(&runs, opt_get(o, "metric"), NAN, &err);
    if (st == IL_OK)
        st = add(cli, runs, opt_get(o, "baseline"), "baseline", from.before, &err);
    if (st == IL_OK)
        st = add(cli, runs, o->operand[0], "now", from.now, &err);
    if (st == IL_OK)
        st = il_compare_check(&list, runs, most, &options, &err);
    if (st == IL_OK) {
        failed = list->failed;
        from.same = is_same(opt_get(o, "baseline"), o->operand[0]);
        if (strcmp(format, "junit") == 0)
            check_print_junit(list, &from);
        else
            st = strcmp(format, "json") == 0 ? check_print_json(cli, list, &from, &err)
                                             : check_print_table(cli, list, &from, format, &err);
    }
    il_check_list_free(list);
    il_runs_free(runs);
    return st == IL_OK ? failed > 0 : cli_fail(cli, st, "%s", err.text);
}

static const struct opt_row rows[] = {
    { .name = "baseline",
      .metavar = "DIR",
      .complete = COMPLETE_FOLDER,
      .help = "the sweep's folder to hold this one against" },
    { .name = "metric",
      .metavar = "COLUMN",
      .value = "test_accuracy",
      .help = "the result to compare by" },
    { .name = "max-drop",
      .metavar = "NUMBER",
      .help = "by how much a group's mean may be worse; of accuracies 0.005 unless given" },
    { .name = "by",
      .metavar = "COLUMNS",
      .help =
          "what groups are by, as init,depth; else by every parameter that varies but the seeds" },
    { .name = "format",
      .letter = 'o',
      .metavar = "FORMAT",
      .value = "text",
      .words = CHECK_FORMATS,
      .help = "text, md (Markdown), tex (a LaTeX table), json, or junit: XML for CI" },
    { .name = "" }
};

const struct command cmd_check = {
    .name = "check",
    .operands = "DIR",
    .max_operands = 1,
    .complete = COMPLETE_FOLDER,
    .summary = "is a sweep as good as another, run before? for CI",
    .text = "Hold each group of a sweep's runs against the same group of --baseline, by pairs of "
            "runs with "
            "equal parameters and seeds. A group fails if its mean is worse by more than "
            "--max-drop and the "
            "difference is more than noise: sign flips of the pairs, p below 0.05 after Holm over "
            "all groups. "
            "Of so few pairs that no p could be below, the mean alone decides, and a line says so. "
            "Where the "
            "seeds are others, so that there are no pairs, runs then are held against runs "
            "now, unpaired, as compare does. "
            "A group of the baseline that has no result now fails, too, and so does one of whose "
            "runs more "
            "lost their result than got one, as those that diverge their cost. A group that is new "
            "cannot fail.\n\n"
            "The exit code is 0 where no group failed, 1 where one did; where nothing could be "
            "checked it is "
            "2 for options that are wrong, 65 for a folder that is no sweep's or whose runs have "
            "no such "
            "result, 74 if the output cannot be written.",
    .examples = "initlab check results --baseline last-week --max-drop 0.005\n"
                "initlab check results --baseline last-week -o junit > check.xml",
    .rows = rows,
    .run = run
};
