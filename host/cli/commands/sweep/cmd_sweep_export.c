/* cmd_sweep_export.c - initlab sweep export: results as CSV, JSON lines or TensorBoard's events. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/csv.h"
#include "common/outputs.h"
#include "sweep/sweep.h"

struct sink {
    FILE *f;
    int csv;
};

static int put_head(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    const struct sink *const s = arg;

    (void)value;
    for (size_t i = 0; i < columns; i++)
        fprintf(s->f, "%s%s", i ? "," : "", name[i]);
    fputc('\n', s->f);
    return 0;
}

static void put_csv(struct sink *s, const il_value *value, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        if (i)
            fputc(',', s->f);
        if (value[i].kind == IL_VALUE_REAL)
            csv_number(s->f, value[i].real);
        else if (value[i].kind == IL_VALUE_WHOLE)
            fputs(value[i].text, s->f);
        else
            csv_text(s->f, value[i].text);
    }
    fputc('\n', s->f);
}

static void put_jsonl(struct sink *s, const char *const *name, const il_value *value,
                      size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        json_t *const text = value[i].kind == IL_VALUE_TEXT ? json_string(value[i].text) : NULL;

        fprintf(s->f, "%s\"%s\":", i ? "," : "{", name[i]);
        if (text)
            json_dumpf(text, s->f, JSON_ENCODE_ANY);
        else if (value[i].kind == IL_VALUE_REAL && isfinite(value[i].real))
            csv_number(s->f, value[i].real);
        else
            fputs(value[i].kind == IL_VALUE_WHOLE ? value[i].text : "null", s->f);
        json_decref(text);
    }
    fputs("}\n", s->f);
}

static int put_row(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct sink *const s = arg;

    if (s->csv)
        put_csv(s, value, columns);
    else
        put_jsonl(s, name, value, columns);
    return ferror(s->f);
}

/* rows to --to, which appears whole or not at all, or to stdout */
static il_status put_rows(const struct options *o, il_results *r, il_error *err)
{
    const char *const given = opt_get(o, "to"), *const to = strcmp(given, "-") ? given : "";
    const il_table table = opt_given(o, "epochs")        ? IL_TABLE_EPOCHS
                           : opt_given(o, "layers")      ? IL_TABLE_LAYERS
                           : opt_given(o, "diagnostics") ? IL_TABLE_DIAGNOSTICS
                                                         : IL_TABLE_RUNS;
    struct sink s = { .f = stdout, .csv = strcmp(opt_get(o, "format"), "csv") == 0 };
    il_text text = { .bytes = NULL };
    il_status st = to[0] ? il_text_open(&text, err) : IL_OK;

    if (st != IL_OK)
        return st;
    if (to[0])
        s.f = text.stream;
    if (s.csv)
        st = il_results_columns(r, table, put_head, &s, err);
    if (st == IL_OK)
        st = il_results_rows(r, table, put_row, &s, err);
    if (to[0]) {
        const il_status closed = il_text_close(&text, st == IL_OK ? err : NULL);

        if (st == IL_OK)
            st = closed;
        if (st == IL_OK)
            st = il_write_file(to, text.bytes, text.length, err);
        free(text.bytes);
    }
    return st;
}

static int run(struct cli *cli, const struct options *o)
{
    const char *const format = opt_get(o, "format");
    const char *const ending = strcmp(format, "csv") == 0 ? ".csv" : ".jsonl";
    const int board = strcmp(format, "tensorboard") == 0;
    char done[SWEEP_DONE];
    il_folder *f = NULL;
    il_results *r = NULL;
    il_error err = { .text = "" };
    il_status st;

    if (opt_given(o, "epochs") + opt_given(o, "layers") + opt_given(o, "diagnostics") > 1)
        return cli_fail(cli, IL_E_USAGE,
                        "--epochs, --layers or --diagnostics: one table at a time");
    if (board && (!opt_given(o, "to") || strcmp(opt_get(o, "to"), "-") == 0))
        return cli_fail(cli, IL_E_USAGE, "--to: name the folder that TensorBoard will read");
    st = board ? IL_OK : output_check(o, "to", ending, ending, &err);
    if (st == IL_OK)
        st = sweep_folder(o, 0, &f, &err);
    if (st == IL_OK)
        st = sweep_results(cli, f, &r, &err);
    if (st == IL_OK)
        st = sweep_done(f, r, done, &err);
    if (st == IL_OK && done[0])
        cli_say(cli, "%s", done);
    if (st == IL_OK)
        st = board ? il_results_tensorboard(r, opt_get(o, "to"), &err) : put_rows(o, r, &err);
    il_results_close(r);
    il_folder_close(f);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", err.text);
}

static const struct opt_row rows[] = {
    { .name = "format",
      .letter = 'o',
      .metavar = "FORMAT",
      .value = "csv",
      .words = "csv|jsonl|tensorboard",
      .help = "csv, jsonl, or tensorboard: a folder a run, and its HPARAMS" },
    { .name = "to",
      .metavar = "PATH",
      .complete = COMPLETE_FILE,
      .help = "FILE.csv, FILE.jsonl or TensorBoard's folder; else, and with -, standard output" },
    { .name = "epochs", .help = "a row for each epoch of each run" },
    { .name = "diagnostics",
      .help = "a row for each look at each layer of each run that was trained with --diag" },
    { .name = "layers", .help = "a row for each layer of each run: its weights at first and last" },
    { .name = "" }
};

const struct command cmd_sweep_export = {
    .name = "sweep export",
    .operands = "DIR",
    .max_operands = 1,
    .summary = "print results as CSV, JSON lines or TensorBoard events",
    .text =
        "Print a row for each run of the sweep in DIR that has ended: its id, parameters, status, "
        "and the numbers of its last epoch; an empty field, or null, is what was not a finite "
        "number. Where runs are left, a line on standard error says how many are done. Columns are "
        "those of the tables of results.sqlite.",
    .examples = "initlab sweep export results > runs.csv\n"
                "initlab sweep export results --epochs -o jsonl --to epochs.jsonl\n"
                "initlab sweep export results -o tensorboard --to board",
    .rows = rows,
    .run = run
};
