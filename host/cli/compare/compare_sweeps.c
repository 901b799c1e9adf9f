/* compare_sweeps.c - sweeps' folders and files of single runs, read, grouped and shown. */
#include "compare_sweeps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "answer.h"
#include "columns.h"
#include "common/cli_error.h"
#include "across_print.h"
#include "comparison_print.h"
#include "sweep/sweep.h"

enum { SHORT = 20 /* groups that sweep run shows */ };

#define FILES "files of train" /* what they are called as a source */

/* Is the column `source` asked for? Then a run that two folders have is one of each. */
static int by_source(const struct options *o)
{
    static const char *const option[] = { "by", "across", "where" };
    const size_t n = strlen("source");

    for (size_t i = 0; i < o->onces; i++)
        for (size_t k = 0; k < sizeof option / sizeof *option; k++)
            for (const char *p = o->once[i].value;
                 p && strcmp(o->once[i].row->name, option[k]) == 0;
                 p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
                if (strncmp(p, "source", n) == 0 && (p[n] == 0 || strchr(",=", p[n])))
                    return 1;
    return 0;
}

/* Add a folder's runs; done: what is left of it, "" if nothing. */
static il_status add_folder(const struct cli *cli, il_runs *runs, il_folder *f, il_results **r,
                            const char *source, char done[SWEEP_DONE], il_error *err)
{
    il_status st = sweep_results(cli, f, r, err);

    if (st == IL_OK)
        st = sweep_done(f, *r, done, err);
    return st == IL_OK ? il_runs_add_from(runs, *r, source, err) : st;
}

/* lines of small print: one a source, then these */
enum { LINE_SELECTION, LINE_REPEATED, LINE_KINDS, LINE_TUNED, LINE_CHOSEN, LINES };

static char *line_of_source(struct compared *k, size_t index) { return k->lines + index * ANSWER; }

static char *line_of(struct compared *k, size_t what)
{
    return k->lines + (k->notes - LINES + what) * ANSWER;
}

static il_status allocate(struct compared *k, size_t operands, il_error *err)
{
    k->notes = operands + LINES;
    k->lines = calloc(k->notes, ANSWER);
    k->note = calloc(k->notes, sizeof *k->note);
    k->folder = calloc(operands + 1, sizeof *k->folder);
    k->results = calloc(operands + 1, sizeof *k->results);
    if (!k->lines || !k->note || !k->folder || !k->results)
        return cli_no_memory(err);
    for (size_t i = 0; i < k->notes; i++)
        k->note[i] = line_of_source(k, i);
    return IL_OK;
}

static il_status read_folder(struct compared *k, const struct cli *cli, const struct options *o,
                             int operand, il_error *err)
{
    const size_t n = k->sources++;
    char done[SWEEP_DONE] = "";
    il_status st = sweep_folder(o, operand, &k->folder[n], err);

    if (st == IL_OK)
        st = add_folder(cli, k->runs, k->folder[n], &k->results[n],
                        by_source(o) ? o->operand[operand] : "", done, err);
    k->left |= done[0] != 0;
    if (done[0] && o->operands > 1)
        snprintf(line_of_source(k, n), ANSWER, "%.200s: %s", o->operand[operand], done);
    else
        snprintf(line_of_source(k, n), ANSWER, "%s", done);
    return st;
}

static il_status read_files(struct compared *k, const struct options *o, const char *const *path,
                            size_t paths, il_error *err)
{
    const size_t n = k->sources++;
    il_file_tally t;
    il_status st = il_results_of_files(&k->results[n], path, paths, &t, err);

    if (st == IL_OK)
        st = il_runs_add_from(k->runs, k->results[n], by_source(o) ? FILES : "", err);
    if (st == IL_OK && t.unfinished)
        snprintf(line_of_source(k, n), ANSWER,
                 "left out: %zu run%s of files that had not ended; 'initlab compare --runs' "
                 "shows how far they came",
                 t.unfinished, t.unfinished > 1 ? "s" : "");
    k->repeated = t.repeated;
    return st;
}

static il_status read_operands(struct compared *k, const struct cli *cli, const struct options *o,
                               il_error *err)
{
    const char **const path = calloc((size_t)o->operands + 1, sizeof *path);
    size_t paths = 0;
    il_status st = path ? IL_OK : cli_no_memory(err);

    for (int i = 0; i < o->operands && st == IL_OK; i++)
        if (sweep_is_folder(o->operand[i]))
            st = read_folder(k, cli, o, i, err);
        else
            path[paths++] = o->operand[i];
    if (st == IL_OK && paths)
        st = read_files(k, o, path, paths, err);
    free(path);
    k->repeated += il_runs_repeated(k->runs);
    return st;
}

const char *compared_source(const struct compared *k, size_t source)
{
    return k->folder[source] ? il_folder_path(k->folder[source]) : FILES;
}

/* Choosing the best group and telling its accuracy on the same samples is optimistic. */
static void note_selection(const il_comparison *c, char *line)
{
    int validation = 0;

    for (size_t i = 0; i < c->groups; i++)
        validation |= isfinite(c->group[i].validation);
    if (c->groups > 1 && strncmp(c->metric, "test_", 5) == 0)
        snprintf(line, ANSWER,
                 "ranked on test samples%s: what is chosen by this table looks better than it is%s",
                 validation ? "" : ", as no run held samples back for validation (--validation N)",
                 validation ? "; --metric validation_accuracy ranks by samples held back" : "");
}

static void note_repeated(const struct compared *k, char *line)
{
    const size_t differing = il_runs_differing(k->runs);
    int n = 0;

    if (k->repeated)
        n = snprintf(line, ANSWER, "%zu run%s there more than once: each counts once", k->repeated,
                     k->repeated > 1 ? "s are" : " is");
    if (differing)
        snprintf(line + n, ANSWER - (size_t)n,
                 "; %zu with another result the second time: what is named first counts",
                 differing);
}

/* Folders whose runs are not the same to the bit, though they have the same ids. */
static il_status note_kinds(const struct compared *k, char *line, il_error *err)
{
    const il_folder *first = NULL;
    int differ = 0, n = 0;

    for (size_t i = 0; i < k->sources; i++) {
        il_status st;

        if (!k->folder[i] || k->sources == 1)
            continue;
        st = il_folder_scan(k->folder[i], err);
        if (st != IL_OK)
            return st;
        first = first ? first : k->folder[i];
        differ |= il_folder_numbers(k->folder[i]) != il_folder_numbers(first) ||
                  strcmp(il_folder_kind(k->folder[i]), il_folder_kind(first)) != 0;
    }
    for (size_t i = 0; differ && i < k->sources && n < ANSWER; i++)
        if (k->folder[i])
            n += snprintf(line + n, ANSWER - (size_t)n, "%s%.100s has numbers %u of %s",
                          n ? ", " : "", il_folder_path(k->folder[i]),
                          il_folder_numbers(k->folder[i]), il_folder_kind(k->folder[i]));
    if (differ && n < ANSWER)
        snprintf(line + n, ANSWER - (size_t)n,
                 ": a run of one is not that of another to the bit (docs/numerics.md)");
    return IL_OK;
}

static il_status read_target(const struct options *o, double *target, il_error *err)
{
    char *end;

    *target = NAN;
    if (!opt_given(o, "target"))
        return IL_OK;
    *target = strtod(opt_get(o, "target"), &end);
    return *end || !(*target > 0 && *target <= 1)
               ? cli_error(err, IL_E_USAGE, "--target: an accuracy above 0, up to 1")
               : IL_OK;
}

/* has the format rows alone, and no place for what is said of them? */
static int is_bare(const char *format)
{
    return strcmp(format, "csv") == 0 || strcmp(format, "jsonl") == 0;
}

/* the options that say what is read */
static il_status open_runs(il_runs **runs, const struct options *o, const char *kind, il_error *err)
{
    const char *const by = opt_given(o, "by") ? opt_get(o, "by") : NULL;
    double target;
    il_status st = read_target(o, &target, err);

    if (st == IL_OK && kind)
        st = compare_figure_check(kind, o, err);
    if (st == IL_OK && by)
        st = il_compare_by(by, err);
    if (st == IL_OK && opt_given(o, "best-over"))
        st = il_compare_by(opt_get(o, "best-over"), err);
    if (st == IL_OK && opt_given(o, "across"))
        st = il_compare_by(opt_get(o, "across"), err);
    if (st == IL_OK && opt_given(o, "across") && opt_given(o, "control"))
        st = cli_error(err, IL_E_USAGE, "--across ranks all groups: it has no --control");
    if (st == IL_OK && (opt_given(o, "budget") || opt_given(o, "select")) &&
        !opt_given(o, "best-over"))
        st = cli_error(err, IL_E_USAGE, "--select and --budget go with --best-over");
    if (st == IL_OK && opt_given(o, "across") && (opt_given(o, "target") || opt_given(o, "budget")))
        st = cli_error(err, IL_E_USAGE, "--across has no --%s: without it groups have",
                       opt_given(o, "target") ? "target" : "budget");
    if (st == IL_OK && opt_given(o, "budget") && is_bare(opt_get(o, "format")))
        st = cli_error(err, IL_E_USAGE,
                       "-o %s has no place for --budget: -o json has it, and text, md, tex",
                       opt_get(o, "format"));
    if (st == IL_OK)
        st = il_runs_new(runs, opt_get(o, "metric"), target, err);
    return st == IL_OK && opt_given(o, "best-over")
               ? il_runs_select(*runs, opt_get(o, "select"), err)
               : st;
}

/* What choosing on test samples does to results on them, and by how much where validation samples tell. */
static void note_chosen(const il_tuned *t, char *line)
{
    const il_comparison c = { .metric = t->metric };
    const int on_test = strncmp(t->select, "test_", 5) == 0;
    char mean[CELL], most[CELL];
    int n = 0;

    if (strncmp(t->metric, "validation_", 11) == 0 && strncmp(t->select, "validation_", 11) == 0)
        snprintf(line, ANSWER,
                 "chosen and told on validation samples: each group looks better than it is");
    if (strncmp(t->metric, "test_", 5) != 0)
        return;
    if (on_test)
        n = snprintf(line, ANSWER,
                     "chosen and told on test samples: each group looks better than it is");
    if (!t->groups)
        return;
    put_metric(&c, t->gain, mean);
    put_metric(&c, t->gain_most, most);
    if (on_test)
        snprintf(line + n, ANSWER - (size_t)n,
                 "; by validation_accuracy %s would be %s worse (mean of %zu group%s; %s at most)",
                 t->metric, mean, t->groups, t->groups > 1 ? "s" : "", most);
    else
        snprintf(line, ANSWER,
                 "chosen on test samples %s would look %s better (mean of %zu group%s; %s at most)",
                 t->metric, mean, t->groups, t->groups > 1 ? "s" : "", most);
}

/* --best-over: choose, and say so. *by becomes what groups are by then; to be freed. */
static il_status tune(il_runs *runs, const struct options *o, char **by, char *line, char *chosen,
                      il_error *err)
{
    const char *const over = opt_get(o, "best-over");
    il_tuned tuned;
    il_status st;
    int n;

    if (!opt_given(o, "best-over"))
        return IL_OK;
    st = il_runs_best_over(runs, *by, over, &tuned, err);
    if (st != IL_OK)
        return st;
    n = snprintf(line, ANSWER,
                 "each group with its best %.100s of %zu setting%s in all, by mean %.100s", over,
                 tuned.settings, tuned.settings == 1 ? "" : "s", tuned.select);
    if (tuned.lost)
        n += snprintf(line + n, ANSWER - (size_t)n,
                      "; %zu setting%s with a run that has no %.40s could not be chosen",
                      tuned.lost, tuned.lost == 1 ? "" : "s", tuned.select);
    if (tuned.unchosen)
        snprintf(line + n, ANSWER - (size_t)n,
                 ": %.100s has no other, and stands last without a result%s", tuned.named,
                 tuned.unchosen > 1 ? ", as do more" : "");
    note_chosen(&tuned, chosen);
    if (*by) {
        char *both = NULL;

        if (asprintf(&both, "%s,%s", *by, over) < 0)
            return cli_no_memory(err);
        free(*by);
        *by = both;
    }
    return IL_OK;
}

/* before runs are left out; to be printed, or drawn, as on each page of what was chosen */
static il_status read_budgets(struct compared *k, const struct options *o, const char *kind,
                              int page, il_error *err)
{
    if (!opt_given(o, "best-over") ||
        !(page || opt_given(o, "budget") || compare_figure_needs_budgets(kind)))
        return IL_OK;
    k->select = opt_get(o, "select");
    return il_runs_budgets(k->runs, k->by, opt_get(o, "best-over"), &k->budget, &k->budgets, err);
}

il_status compared_open(struct compared *k, const struct cli *cli, const struct options *o,
                        const char *kind, int page, il_error *err)
{
    il_compare_options options = { .control =
                                       opt_given(o, "control") ? opt_get(o, "control") : NULL };
    il_status st;

    *k = (struct compared){ .by = opt_given(o, "by") ? strdup(opt_get(o, "by")) : NULL };
    st = opt_given(o, "by") && !k->by ? cli_no_memory(err) : open_runs(&k->runs, o, kind, err);
    if (st == IL_OK && kind)
        st = compare_figure_prepare(kind, k->runs, err);
    if (st == IL_OK && page)
        k->epochs = il_runs_keep_epochs(k->runs, err) == IL_OK;
    if (st == IL_OK)
        st = allocate(k, (size_t)o->operands, err);
    if (st == IL_OK)
        st = read_operands(k, cli, o, err);
    for (size_t i = 0; st == IL_OK && i < o->onces; i++)
        if (strcmp(o->once[i].row->name, "where") == 0)
            st = il_runs_where(k->runs, o->once[i].value, err);
    if (st != IL_OK || il_runs_count(k->runs) == 0)
        return st;
    st = il_runs_one_measure(k->runs, err);
    if (st == IL_OK)
        st = read_budgets(k, o, kind, page, err);
    if (st == IL_OK)
        st = tune(k->runs, o, &k->by, line_of(k, LINE_TUNED), line_of(k, LINE_CHOSEN), err);
    options.by = k->by;
    if (st == IL_OK && opt_given(o, "across"))
        st = il_compare_across(&k->across, k->runs, opt_get(o, "across"), &options, err);
    if (st == IL_OK && (page || !k->across))
        st = il_compare(&k->comparison, k->runs, &options, err);
    if (st == IL_OK && k->comparison && !opt_given(o, "best-over"))
        note_selection(k->comparison, line_of(k, LINE_SELECTION));
    note_repeated(k, line_of(k, LINE_REPEATED));
    return st == IL_OK ? note_kinds(k, line_of(k, LINE_KINDS), err) : st;
}

struct to_draw compared_to_draw(const struct compared *k, const struct options *o)
{
    return (struct to_draw){ .of = k,
                             .across_by = opt_given(o, "across") ? opt_get(o, "across") : NULL,
                             .diagnostic = opt_get(o, "diagnostic") };
}

void compared_close(struct compared *k)
{
    il_across_free(k->across);
    il_comparison_free(k->comparison);
    il_budgets_free(k->budget, k->budgets);
    il_runs_free(k->runs);
    for (size_t i = 0; i < k->sources; i++) {
        il_results_close(k->results[i]);
        il_folder_close(k->folder[i]);
    }
    free(k->folder);
    free(k->results);
    free(k->note);
    free(k->lines);
    free(k->by);
}

/* Said, and to a program that reads JSON: no groups. */
static il_status say_none(const struct cli *cli, const struct options *o, il_error *err)
{
    int code = 0;

    cli_say(cli, "no run of '%s' has ended yet%s", o->operand[0],
            sweep_is_folder(o->operand[0]) ? "" : "; --runs shows how far it came");
    if (strcmp(opt_get(o, "format"), "json") == 0)
        code = cli_json(cli, json_pack("{s:s, s:s, s:[]}", "answer", "no run has ended yet",
                                       "metric", opt_get(o, "metric"), "groups"));
    return code == 0 ? IL_OK : cli_no_memory(err);
}

/* what JSON has beside ranks: other formats have no place for it */
static il_status print_across(const struct cli *cli, const struct compared *k,
                              const struct options *o, il_error *err)
{
    const il_compare_options options = { .by = k->by };
    const char *const across = opt_get(o, "across"), *const format = opt_get(o, "format");
    struct spread spread = { NULL, NULL };
    il_status st = IL_OK;

    if (strcmp(format, "json") == 0)
        st = il_compare_profiles(&spread.profiles, k->runs, across, &options, err);
    if (st == IL_OK && spread.profiles && k->across->groups <= IL_IMPROVEMENT_GROUPS_MOST)
        st = il_compare_improvements(&spread.improvements, k->runs, across, &options, err);
    if (st == IL_OK)
        st = across_print(cli, k->across, across, &spread, format, k->note, k->notes, err);
    il_profiles_free(spread.profiles);
    il_improvements_free(spread.improvements);
    return st;
}

il_status compare_sweeps(const struct cli *cli, const struct options *o, il_error *err)
{
    const char *const format = opt_get(o, "format");
    const int bare = is_bare(format);
    const char *const kind =
        opt_given(o, "plot") || opt_given(o, "term") ? compare_figure_kind(o) : NULL;
    const struct figure shown = figure_on_terminal(cli);
    static const size_t told[] = { LINE_SELECTION, LINE_REPEATED, LINE_KINDS, LINE_TUNED,
                                   LINE_CHOSEN };
    char pooled[ANSWER] = "";
    struct figure figure;
    struct compared k = { .runs = NULL };
    struct to_draw from;
    il_status st = figure_open(&figure, opt_get(o, "plot"), err);

    if (st == IL_OK)
        st = compared_open(&k, cli, o, kind, 0, err);
    if (st == IL_OK && !k.across && !k.comparison) {
        st = say_none(cli, o, err);
        goto out;
    }
    from = compared_to_draw(&k, o);
    if (st == IL_OK && opt_given(o, "plot"))
        st = compare_figure_draw(kind, &figure, &from, err);
    for (size_t i = 0; st == IL_OK && bare && i < k.sources; i++) /* which have no place for it */
        if (k.note[i][0])
            cli_say(cli, "%s", k.note[i]);
    for (size_t i = 0; st == IL_OK && bare && i < sizeof told / sizeof *told; i++)
        if (line_of(&k, told[i])[0])
            cli_say(cli, "%s", line_of(&k, told[i]));
    if (st == IL_OK && bare && k.comparison)
        answer_pooled(k.comparison->pooled, k.comparison->pooleds, "groups", pooled);
    if (pooled[0])
        cli_say(cli, "%s", pooled);
    if (st == IL_OK && k.across)
        st = print_across(cli, &k, o, err);
    else if (st == IL_OK)
        st = comparison_print(cli, k.comparison, format, k.note, k.notes, k.budget,
                              opt_given(o, "budget") ? k.budgets : 0, err);
    if (st == IL_OK && opt_given(o, "term")) {
        putchar('\n');
        st = compare_figure_draw(kind, &shown, &from, err);
    }
out:
    compared_close(&k);
    return st;
}

il_status compare_shortly(const struct cli *cli, il_folder *folder, const char *by, il_error *err)
{
    const il_compare_options options = { .by = by && by[0] ? by : NULL, .no_tests = 1 };
    char done[SWEEP_DONE] = "", word[CLI_COMMAND], more[CLI_COMMAND + ANSWER],
         selection[ANSWER] = "";
    il_results *results = NULL;
    il_runs *runs = NULL;
    il_comparison *c = NULL;
    il_status st = il_runs_new(&runs, "test_accuracy", NAN, err);

    if (st == IL_OK)
        st = add_folder(cli, runs, folder, &results, "", done, err);
    if (st == IL_OK && il_runs_count(runs) == 0) {
        cli_say(cli, "no run of '%s' has ended yet", il_folder_path(folder));
        goto out;
    }
    if (st == IL_OK)
        st = il_compare(&c, runs, &options, err);
    if (st != IL_OK)
        goto out;
    snprintf(more, sizeof more, "%s%sinitlab compare %s says how sure that is, and more", done,
             done[0] ? "; " : "", cli_word(word, il_folder_path(folder)));
    note_selection(c, selection);
    st = comparison_print_short(cli, c, SHORT, selection, more, err);
out:
    il_comparison_free(c);
    il_runs_free(runs);
    il_results_close(results);
    return st;
}
