/* cmd_report.c - initlab report: a comparison of sweeps as one HTML file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/outputs.h"
#include "compare/compare_rows.h"
#include "report/page.h"
#include "sweep/follow.h"

/* the command line as it was, for a shell to read */
static il_status command_of(const struct options *o, il_text *command, il_error *err)
{
    char word[CLI_COMMAND];
    const il_status st = il_text_open(command, err);

    if (st != IL_OK)
        return st;
    fputs("initlab report", command->stream);
    for (int i = 0; i < o->operands; i++)
        fprintf(command->stream, " %s", cli_word(word, o->operand[i]));
    for (size_t i = 0; i < o->onces; i++) /* all of report's take a value */
        if (strcmp(o->once[i].row->name, "watch") != 0)
            fprintf(command->stream, " --%s %s", o->once[i].row->name,
                    cli_word(word, o->once[i].value));
    return il_text_close(command, err);
}

/* how far the folders are that are followed */
static void say_progress(const struct cli *cli, const struct compared *k, const char *to)
{
    for (size_t i = 0; i < k->sources; i++)
        if (k->note[i][0])
            cli_say(cli, "%s: %s", to, k->note[i]);
    if (!k->left)
        cli_say(cli, "%s: all runs have ended", to);
}

/* Read all, and write the page. *left: more runs are to come. */
static il_status make_page(const struct cli *cli, const struct options *o, int *left, il_error *err)
{
    const char *const to = opt_get(o, "out");
    struct compared k = { .runs = NULL };
    il_text page = { .bytes = NULL }, command = { .bytes = NULL };
    il_status st = compared_open(&k, cli, o, NULL, 1, err);

    if (st == IL_OK && !k.comparison)
        st = cli_error(err, IL_E_DATA, "no run of '%s' has ended yet", o->operand[0]);
    if (st == IL_OK)
        st = command_of(o, &command, err);
    if (st == IL_OK)
        st = report_page(&page, o, &k, command.bytes, err);
    if (st == IL_OK && strcmp(to, "-") == 0)
        fwrite(page.bytes, 1, page.length, stdout);
    else if (st == IL_OK)
        st = il_write_file(to, page.bytes, page.length, err);
    if (st == IL_OK && opt_given(o, "watch"))
        say_progress(cli, &k, to);
    *left = k.left;
    compared_close(&k);
    free(command.bytes);
    free(page.bytes);
    return st;
}

/* One page, or with --watch one each time that runs have ended; a group that is asked for may be yet to come. */
static il_status make_pages(const struct cli *cli, const struct options *o, struct follow *f,
                            int *code, il_error *err)
{
    il_error why = { .text = "" };
    int left = 1, told = 0;
    il_status st = IL_OK;

    *code = 0;
    while (st == IL_OK && left && *code == 0) {
        st = follow_mark(f, &why);
        if (st == IL_OK)
            st = make_page(cli, o, &left, &why);
        if (f->seconds && left && (st == IL_E_DATA || st == IL_E_USAGE)) {
            if (!told++)
                cli_say(cli, "%s: waiting for more runs", why.text);
            st = IL_OK;
        } else if (st != IL_OK) {
            *err = why;
        }
        if (f->seconds == 0)
            break;
        if (st == IL_OK && left)
            st = follow_wait(f, err);
        *code = left ? follow_stopped(f, cli) : 0;
    }
    return st;
}

static int run(struct cli *cli, const struct options *o)
{
    struct follow f = { .seconds = 0 };
    il_error err = { .text = "" };
    int code = 0;
    il_status st = output_check(o, "out", ".html", ".htm", &err);

    if (st == IL_OK && o->operands == 0)
        st = cli_error(&err, IL_E_USAGE, "no folder and no file given (see 'initlab help report')");
    if (st == IL_OK && opt_given(o, "watch") && strcmp(opt_get(o, "out"), "-") == 0)
        st = cli_error(&err, IL_E_USAGE, "--watch writes the page again and again: not to -");
    if (st == IL_OK)
        st = follow_open(&f, o, &err);
    if (st == IL_OK)
        st = make_pages(cli, o, &f, &code, &err);
    follow_close(&f);
    return st == IL_OK ? code : cli_fail(cli, st, "%s", err.text);
}

static const struct opt_row rows[] = { { .name = "out",
                                         .letter = 'o',
                                         .metavar = "FILE.html",
                                         .value = "report.html",
                                         .complete = COMPLETE_FILE,
                                         .help = "the file to write; - is standard output" },
                                       COMPARE_ROWS,
                                       ACROSS_ROW,
                                       FOLLOW_ROW("write the page anew when more runs have ended, "
                                                  "until all have"),
                                       { .name = "data",
                                         .metavar = "DIR",
                                         .complete = COMPLETE_FOLDER,
                                         .help =
                                             "folder of the dataset, where it has moved: theory "
                                             "of layers begins with its images" },
                                       { .name = "" } };

const struct command cmd_report = {
    .name = "report",
    .operands = "DIR|FILE.jsonl...",
    .max_operands = 1 << 20,
    .complete = COMPLETE_FOLDER,
    .summary = "the answer of a sweep as one page to show: ranking, figures, what went wrong, runs",
    .text = "Compare the runs of sweeps' folders and of files of 'train --out FILE.jsonl', as "
            "'compare' does, and write one HTML file that "
            "needs nothing else: the answer in a sentence, the ranking with its intervals, "
            "figures, what happened in layers beside theory (of runs with --diag), which runs "
            "diverged, are stuck or failed and why, a table of all runs to "
            "sort and to search with the command that trains each again, and how to repeat all of "
            "it.\n\n--across activation,depth adds a section on "
            "the ranks of groups within these conditions, as compare has it.\n\nThe page asks for "
            "nothing over a network, and what files say cannot become "
            "part of its code. The file appears whole or not at all.\n\n"
            "--watch follows sweeps that are being trained, on whatever machine: the page is "
            "written again "
            "each time that runs have ended, and in a browser it reloads itself, unless something "
            "in it was "
            "chosen. It ends when no run is left; a sweep that was stopped is waited for, and "
            "SIGINT or "
            "SIGTERM ends that, with the code 130 or 143.",
    .examples = "initlab report results\n"
                "initlab report results --by init --control glorot_uniform -o init.html\n"
                "initlab report results --by init --across activation,depth\n"
                "initlab report results --watch 10\n"
                "initlab report monday tuesday --where activation=tanh -o tanh.html",
    .rows = rows,
    .run = run
};
