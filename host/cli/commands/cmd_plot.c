/* cmd_plot.c - initlab plot: a comparison of sweeps as one figure, without its table. */
#include <unistd.h>
#include "common/cli_error.h"
#include "common/outputs.h"
#include "compare/compare_rows.h"
#include "compare/compare_sweeps.h"

/* The last operand is the kind. */
static il_status take_kind(struct options *o, const char **kind, il_error *err)
{
    const char *const word = o->operands ? o->operand[o->operands - 1] : "";

    if (!compare_figure_is(word))
        return cli_error(err, IL_E_USAGE, "%s%.200s%s: %s (see 'initlab help plot')",
                         word[0] ? "'" : "no figure named", word,
                         word[0] ? "' is no figure; the last word is one of" : "", FIGURE_WORDS);
    *kind = word;
    if (--o->operands == 0)
        return cli_error(err, IL_E_USAGE,
                         "no folder and no file given before %s (see 'initlab help plot')", word);
    return IL_OK;
}

static int run(struct cli *cli, const struct options *options)
{
    struct options o = *options;
    const struct figure shown = figure_on_terminal(cli);
    const int bare = !opt_given(options, "out"); /* SVG is not for eyes */
    const int show = opt_given(options, "term") || (bare && isatty(STDOUT_FILENO));
    struct compared k = { .runs = NULL };
    struct figure figure;
    struct to_draw from;
    const char *kind = NULL;
    il_error err = { .text = "" };
    il_status st = figure_check(&o, "out", &err);

    if (st == IL_OK)
        st = take_kind(&o, &kind, &err);
    if (st == IL_OK)
        st = figure_open(&figure, bare && show ? "" : opt_get(&o, "out"), &err);
    if (st == IL_OK)
        st = compared_open(&k, cli, &o, kind, 0, &err);
    if (st == IL_OK && !k.comparison && !k.across)
        st = cli_error(&err, IL_E_DATA, "no run of '%s' has ended yet", o.operand[0]);
    from = compared_to_draw(&k, &o);
    if (st == IL_OK && figure.path)
        st = compare_figure_draw(kind, &figure, &from, &err);
    if (st == IL_OK && show)
        st = compare_figure_draw(kind, &shown, &from, &err);
    compared_close(&k);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", err.text);
}

static const struct opt_row rows[] = { { .name = "out",
                                         .letter = 'o',
                                         .metavar = "FILE.svg",
                                         .value = "-",
                                         .complete = COMPLETE_FILE,
                                         .help =
                                             "where it goes: .svg, .png or .pdf; - is SVG to "
                                             "standard output, where that is a terminal --term" },
                                       COMPARE_ROWS,
                                       TERM_ROW(NULL),
                                       ACROSS_ROW,
                                       DIAGNOSTIC_ROW,
                                       { .name = "" } };

const struct command cmd_plot = {
    .name = "plot",
    .operands = "DIR|FILE.jsonl... KIND",
    .max_operands = 1 << 20,
    .words = FIGURE_WORDS,
    .complete = COMPLETE_FOLDER,
    .summary = "one figure of sweeps: curves, intervals, heat maps, ranks, ...",
    .text = "Read and compare the runs of sweeps' folders and of files of 'train --out FILE.jsonl' "
            "as 'compare' does, by "
            "the same options, and draw one figure of them. KIND, the last word, is what it "
            "shows: " FIGURE_HELP ".\n\n"
            "Every figure says how many runs are behind it, the metric, and what its bands and "
            "intervals are. 'compare ... "
            "--plot FILE --figure KIND' draws the same beside its table, and 'report' several of "
            "them on a page.",
    .examples =
        "initlab plot results curves > curves.svg\n"
        "initlab plot results intervals --where activation=tanh -o tanh.pdf\n"
        "initlab plot results heatmap --by init,activation -o map.png\n"
        "initlab plot monday tuesday rates --metric validation_accuracy -o rates.svg\n"
        "initlab plot results critical-difference --by init --across activation,depth -o ranks.svg",
    .rows = rows,
    .run = run
};
