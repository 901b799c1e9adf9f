/* cmd_sweep_show.c - initlab sweep show: the runs of a sweep, or all that is known of one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "sweep/sweep.h"

/* What the results have of a run; all of it text, "" where there is none. */
struct ended {
    char status[12], accuracy[24], cost[24];
    int stuck;
};

struct job {
    const struct cli *cli;
    il_folder *folder;
    const il_sweep *sweep;
    struct ended *ended; /* [runs] */
    size_t runs;
    const char *id; /* the one that is shown; NULL: all are */
    int rows;       /* of the table that is being printed */
    int *digits;    /* of numbers of what varies, where all are shown */
};

enum { WIDE = 80, NAME = 20 };

/* A name, and its value beside it: one that is longer than the line goes on below itself, behind a comma. */
static void put_named(const char *name, const char *value)
{
    const char *p = value;
    char shown[8];
    size_t at = 0; /* bytes on this line */

    printf("%-*s ", NAME, name);
    while (*p) {
        if (p > value && strchr(",;", p[-1]) && at + strcspn(p, ",;") >= WIDE - NAME) {
            printf("\n%*s ", NAME, "");
            at = 0;
        }
        p += cli_piece(p, shown);
        at += strlen(shown);
        fputs(shown, stdout);
    }
}

static void put_number(char *to, size_t size, const il_value *v, const char *format)
{
    if (v->kind == IL_VALUE_REAL || v->kind == IL_VALUE_WHOLE)
        snprintf(to, size, format, v->real);
}

static int take_run(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct job *const j = arg;
    struct ended e = { .status = "" };
    size_t number = j->runs;

    for (size_t i = 0; i < columns; i++)
        if (strcmp(name[i], "number") == 0 && value[i].whole >= 0)
            number = (size_t)value[i].whole;
        else if (strcmp(name[i], "status") == 0)
            snprintf(e.status, sizeof e.status, "%.11s", value[i].text);
        else if (strcmp(name[i], "stuck") == 0)
            e.stuck = value[i].kind == IL_VALUE_WHOLE && value[i].whole != 0;
        else if (strcmp(name[i], "test_accuracy") == 0)
            put_number(e.accuracy, sizeof e.accuracy, &value[i], "%.4f");
        else if (strcmp(name[i], "cost") == 0)
            put_number(e.cost, sizeof e.cost, &value[i], "%.6g");
    if (number < j->runs)
        j->ended[number] = e;
    return 0;
}

static const char *status_of(const struct ended *e)
{
    return !e->status[0] ? "to do" : e->stuck ? "stuck" : e->status;
}

/* ---- all ------------------------------------------------------------------------------------- */

/* "init=he_normal, seed=3": what varies in the sweep; as safe as cli_put makes it */
static void put_varied(const struct job *j, size_t run)
{
    for (size_t i = 0; i < il_sweep_varied(j->sweep); i++) {
        const il_varied v = il_sweep_value(j->sweep, run, i);
        char *const shown = il_config_shown_in(v.name, v.value, j->digits[i]);

        if (i)
            fputs(", ", stdout);
        cli_put(stdout, v.name);
        putchar('=');
        cli_put(stdout, shown ? shown : v.value); /* out of memory: at length */
        free(shown);
    }
}

/* in how few digits what varies can be told apart */
static il_status set_digits(struct job *j, il_error *err)
{
    const char **const value = calloc(j->runs + 1, sizeof *value);

    j->digits = calloc(il_sweep_varied(j->sweep) + 1, sizeof *j->digits);
    for (size_t k = 0; value && j->digits && k < il_sweep_varied(j->sweep); k++) {
        for (size_t i = 0; i < j->runs; i++)
            value[i] = il_sweep_value(j->sweep, i, k).value;
        j->digits[k] = il_config_digits(value, j->runs);
    }
    free(value);
    return value && j->digits ? IL_OK : cli_no_memory(err);
}

static il_status list_text(const struct job *j, il_error *err)
{
    printf("%s%8s  %-16s  %-8s  %13s  %12s  varied%s\n", j->cli->bold, "number", "id", "status",
           "test_accuracy", "cost", j->cli->plain);
    for (size_t i = 0; i < j->runs; i++) {
        const struct ended *const e = &j->ended[i];
        char id[17];
        const il_status st = il_folder_id(j->folder, i, id, err);

        if (st != IL_OK)
            return st;
        printf("%8zu  %-16s  %-8s  %13s  %12s  ", i, id, status_of(e),
               e->accuracy[0] ? e->accuracy : "-", e->cost[0] ? e->cost : "-");
        put_varied(j, i);
        putchar('\n');
    }
    return IL_OK;
}

static il_status list_json(const struct job *j, il_error *err)
{
    for (size_t i = 0; i < j->runs; i++) {
        const struct ended *const e = &j->ended[i];
        char id[17];
        const il_status st = il_folder_id(j->folder, i, id, err);
        json_t *const row = json_object(), *const varied = json_object();
        int ok = st == IL_OK && row && varied;

        for (size_t k = 0; ok && k < il_sweep_varied(j->sweep); k++) {
            const il_varied v = il_sweep_value(j->sweep, i, k);

            ok = json_object_set_new(varied, v.name, json_string(v.value)) == 0;
        }
        ok = ok && json_object_set_new(row, "number", json_integer((json_int_t)i)) == 0 &&
             json_object_set_new(row, "run_id", json_string(id)) == 0 &&
             json_object_set_new(row, "status", json_string(status_of(e))) == 0 &&
             json_object_set(row, "varied", varied) == 0;
        json_decref(varied);
        if (ok)
            cli_json_line(row);
        else
            json_decref(row);
        if (!ok)
            return st == IL_OK ? cli_no_memory(err) : st;
    }
    return IL_OK;
}

/* ---- one ------------------------------------------------------------------------------------- */

static int width_of(const char *name) { return strlen(name) > 13 ? (int)strlen(name) : 13; }

static int put_row(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct job *const j = arg;

    if (strcmp(value[0].text, j->id) != 0)
        return 0;
    for (size_t i = 1; j->rows == 0 && i < columns; i++)
        printf("%s%*s", i > 1 ? "  " : "", width_of(name[i]), name[i]);
    if (j->rows++ == 0)
        putchar('\n');
    for (size_t i = 1; i < columns; i++)
        if (value[i].kind == IL_VALUE_REAL)
            printf("%s%*.6g", i > 1 ? "  " : "", width_of(name[i]), value[i].real);
        else
            printf("%s%*s", i > 1 ? "  " : "", width_of(name[i]),
                   value[i].kind == IL_VALUE_WHOLE ? value[i].text : "-");
    putchar('\n');
    return 0;
}

/* what the row of runs has besides the parameters, which were shown */
static int put_result(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct job *const j = arg;

    if (strcmp(value[0].text, j->id) != 0)
        return 0;
    for (size_t i = 1; i < columns; i++) {
        const il_parameter *p;
        size_t k = 0;

        while ((p = il_parameter_at(k)) && strcmp(p->name, name[i]) != 0)
            k++;
        if (p || value[i].kind == IL_VALUE_NULL)
            continue;
        put_named(name[i], value[i].text);
        putchar('\n');
    }
    return 1;
}

static void put_parameters(const il_config *config)
{
    const il_parameter *p;

    for (size_t i = 0; (p = il_parameter_at(i)); i++) {
        const char *const value = il_config_get(config, p->name);
        char *const shown = il_config_shown(p->name, value);

        put_named(p->name, shown ? shown : value); /* out of memory: at length */
        puts(strcmp(value, p->value) == 0 ? "   (default)" : "");
        free(shown);
    }
}

static il_status show_one(struct job *j, il_results *r, size_t run, il_error *err)
{
    char word[CLI_COMMAND];
    il_config *config = NULL;
    il_status st = il_sweep_config(j->sweep, run, &config, err);

    if (st != IL_OK)
        return st;
    printf("%srun %s%s, number %zu: %s\n\n", j->cli->bold, j->id, j->cli->plain, run,
           status_of(&j->ended[run]));
    put_parameters(config);
    il_config_free(config);
    if (!j->ended[run].status[0])
        return IL_OK;
    puts("");
    st = il_results_rows(r, IL_TABLE_RUNS, put_result, j, err);
    puts("");
    if (st == IL_OK)
        st = il_results_rows(r, IL_TABLE_EPOCHS, put_row, j, err);
    j->rows = 0;
    puts("");
    if (st == IL_OK)
        st = il_results_rows(r, IL_TABLE_LAYERS, put_row, j, err);
    printf("\nagain, to the bit: initlab sweep rerun %s %s\n",
           cli_word(word, il_folder_path(j->folder)), j->id);
    return st;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int run(struct cli *cli, const struct options *o)
{
    struct job j = { .cli = cli };
    il_results *r = NULL;
    il_error err = { .text = "" };
    char id[17];
    size_t which = 0;
    il_status st = sweep_folder(o, 0, &j.folder, &err);

    if (st == IL_OK) {
        j.sweep = il_folder_sweep(j.folder);
        j.runs = il_sweep_runs(j.sweep);
        j.ended = calloc(j.runs, sizeof *j.ended);
        st = j.ended ? IL_OK : cli_no_memory(&err);
    }
    if (st == IL_OK && o->operands > 1) {
        st = sweep_find_run(j.folder, o->operand[1], &which, id, &err);
        j.id = id;
    }
    if (st == IL_OK)
        st = sweep_results(cli, j.folder, &r, &err);
    if (st == IL_OK)
        st = il_results_rows(r, IL_TABLE_RUNS, take_run, &j, &err);
    if (st == IL_OK && !j.id && !opt_given(o, "json"))
        st = set_digits(&j, &err);
    if (st == IL_OK)
        st = j.id                   ? show_one(&j, r, which, &err)
             : opt_given(o, "json") ? list_json(&j, &err)
                                    : list_text(&j, &err);
    il_results_close(r);
    free(j.ended);
    free(j.digits);
    il_folder_close(j.folder);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", err.text);
}

static const struct opt_row rows[] = {
    { .name = "json", .help = "of all runs, one JSON object a line" }, { .name = "" }
};

const struct command cmd_sweep_show = {
    .name = "sweep show",
    .operands = "DIR [RUN]",
    .max_operands = 2,
    .complete = COMPLETE_FOLDER,
    .summary = "list the runs of a sweep, or show all that is known of one",
    .text = "Print a line a run: its number in the sweep, its id, how it ended (or 'to do'), test "
            "accuracy, cost, "
            "and what varies. With RUN, an id or the first digits of one, print every parameter, "
            "the results, "
            "its epochs and layers, and the command that trains it again.",
    .examples = "initlab sweep show results\ninitlab sweep show results 7b67",
    .rows = rows,
    .run = run
};
