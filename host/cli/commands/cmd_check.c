/* cmd_check.c - initlab check: is a sweep as good as it was? For CI: the exit code, and JUnit's XML. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "compare/columns.h"
#include "compare/text_table.h"
#include "sweep/sweep.h"

static const char *word_of(il_checked_as change)
{
    return change == IL_CHECKED_FELL   ? "FELL"
           : change == IL_CHECKED_GONE ? "GONE"
           : change == IL_CHECKED_NEW  ? "new"
                                       : "ok";
}

/* ---- for people ------------------------------------------------------------------------------ */

enum { COLUMNS = 8 };

static int fill_row(char **to, const il_check_list *list, const il_checked *g)
{
    static const char *const head[COLUMNS] = { "group",      "pairs",    "before", "now",
                                               "difference", "interval", "p",      "verdict" };
    const il_comparison like = { .metric = list->metric };
    char text[COLUMNS][CELL], low[CELL], high[CELL];

    for (size_t i = 0; i < COLUMNS; i++)
        snprintf(text[i], CELL, "%s", head[i]);
    if (g) {
        const il_interval *const i = &g->difference.interval;

        put_metric(&like, i->low, low);
        put_metric(&like, i->high, high);
        snprintf(text[1], CELL, "%zu", g->pairs);
        put_metric(&like, g->before, text[2]);
        put_metric(&like, g->now, text[3]);
        put_metric(&like, g->pairs ? g->difference.mean : NAN, text[4]);
        if (g->pairs && i->kind != IL_INTERVAL_NONE)
            snprintf(text[5], CELL, "[%.28s, %.28s]", low, high);
        else
            snprintf(text[5], CELL, "-");
        if (isnan(g->p))
            snprintf(text[6], CELL, "-");
        else
            snprintf(text[6], CELL, "%.2g", g->p);
        snprintf(text[7], CELL, "%s", word_of(g->change));
    }
    for (size_t i = 0; i < COLUMNS; i++)
        if (!(to[i] = cli_shown(g && i == 0 ? g->label : text[i])))
            return 0;
    return 1;
}

static il_status print_table(const struct cli *cli, const il_check_list *list, const char *format,
                             il_error *err)
{
    struct text_table t = { .rows = list->groups + 1, .columns = COLUMNS, .named = 1 };
    size_t few = 0;
    int ok;

    t.cell = calloc(t.rows * t.columns, sizeof *t.cell);
    ok = t.cell != NULL;
    for (size_t r = 0; ok && r < t.rows; r++) {
        ok = fill_row(&t.cell[r * t.columns], list, r ? &list->group[r - 1] : NULL);
        few += r && list->group[r - 1].few;
    }
    if (ok) {
        text_table_print(cli, &t, format);
        printf("\n%zu of %zu groups are worse by more than %g in mean %s, or gone\n", list->failed,
               list->groups, list->most, list->metric);
        for (size_t i = 0; i < list->changes; i++) {
            printf("changed: %s from ", list->changed[i].column);
            cli_put(stdout, list->changed[i].before);
            fputs(" to ", stdout);
            cli_put(stdout, list->changed[i].now);
            putchar('\n');
        }
        if (few)
            printf("%zu groups have too few pairs for a test: the mean alone decides\n", few);
    }
    text_table_free(&t);
    return ok ? IL_OK : cli_no_memory(err);
}

/* ---- for programs ---------------------------------------------------------------------------- */

static void put_xml(const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", stdout);
            break;
        case '<':
            fputs("&lt;", stdout);
            break;
        case '>':
            fputs("&gt;", stdout);
            break;
        case '"':
            fputs("&quot;", stdout);
            break;
        default:
            putchar(*text);
        }
}

static il_status print_junit(const il_check_list *list, il_error *err)
{
    printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"initlab check %s\" "
           "tests=\"%zu\" "
           "failures=\"%zu\">\n",
           list->metric, list->groups, list->failed);
    for (size_t i = 0; i < list->groups; i++) {
        const il_checked *const g = &list->group[i];
        char *const label = cli_shown(g->label);

        if (!label)
            return cli_no_memory(err);
        printf("<testcase classname=\"%s\" name=\"", list->metric);
        put_xml(label);
        free(label);
        if (g->change == IL_CHECKED_FELL)
            printf(
                "\"><failure message=\"%s was %.6g, is %.6g: worse by more than %g, %zu pairs, p = "
                "%.2g\"/></testcase>\n",
                list->metric, g->before, g->now, list->most, g->pairs, g->p);
        else if (g->change == IL_CHECKED_GONE)
            printf("\"><failure message=\"no run has %s now\"/></testcase>\n", list->metric);
        else
            puts("\"/>");
    }
    puts("</testsuite>");
    return IL_OK;
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static il_status print_json(const struct cli *cli, const il_check_list *list, il_error *err)
{
    json_t *const groups = json_array();
    json_t *all = NULL;
    int ok = groups != NULL;

    for (size_t i = 0; ok && i < list->groups; i++) {
        const il_checked *const g = &list->group[i];
        json_t *const row = json_pack(
            "{s:s, s:s, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:b}", "group", g->label, "verdict",
            word_of(g->change), "before", number(g->before), "now", number(g->now), "pairs",
            (json_int_t)g->pairs, "difference", number(g->pairs ? g->difference.mean : NAN),
            "difference_low", number(g->pairs ? g->difference.interval.low : NAN),
            "difference_high", number(g->pairs ? g->difference.interval.high : NAN), "p",
            number(g->p), "few", g->few);

        ok = row && json_array_append_new(groups, row) == 0;
    }
    if (ok)
        all = json_pack("{s:s, s:f, s:I, s:O}", "metric", list->metric, "max_drop", list->most,
                        "failed", (json_int_t)list->failed, "groups", groups);
    json_decref(groups);
    return all && cli_json(cli, all) == 0 ? IL_OK : cli_no_memory(err);
}

/* ---- the command ----------------------------------------------------------------------------- */

static il_status add(const struct cli *cli, il_runs *runs, const char *dir, const char *source,
                     il_error *err)
{
    il_folder *f = NULL;
    il_results *r = NULL;
    il_status st = il_folder_open(&f, dir, err);

    if (st == IL_OK)
        st = sweep_results(cli, f, &r, err);
    if (st == IL_OK)
        st = il_runs_add_from(runs, r, source, err);
    il_results_close(r);
    il_folder_close(f);
    return st;
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
        st = add(cli, runs, opt_get(o, "baseline"), "baseline", &err);
    if (st == IL_OK)
        st = add(cli, runs, o->operand[0], "now", &err);
    if (st == IL_OK)
        st = il_compare_check(&list, runs, most, &options, &err);
    if (st == IL_OK) {
        failed = list->failed;
        st = strcmp(format, "junit") == 0  ? print_junit(list, &err)
             : strcmp(format, "json") == 0 ? print_json(cli, list, &err)
                                           : print_table(cli, list, format, &err);
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
      .words = "text|md|json|junit",
      .help = "text, md (Markdown), json, or junit: XML for CI" },
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
            "A group of "
            "the baseline that has no result now fails, too.\n\nThe exit code is 1 where a group "
            "fails.",
    .examples = "initlab check results --baseline last-week --max-drop 0.005\n"
                "initlab check results --baseline last-week -o junit > check.xml",
    .rows = rows,
    .run = run
};
