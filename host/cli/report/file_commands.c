/* file_commands.c - the command that trains a run of a file again, from what its last object says. */
#include "file_commands.h"

#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/messages.h"

/* ---- what is no parameter -------------------------------------------------------------------- */

struct reading {
    struct file_commands *of;
    size_t room, at;
    int failed;
    char id[17]; /* of the run whose looks are being read; its number is at */
    char (*ids)[17];
};

static int take_id(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct reading *const r = arg;
    struct file_commands *const c = r->of;

    if (c->runs == r->room) {
        const size_t room = 2 * r->room + 64;
        struct file_run *const run = realloc(c->run, room * sizeof *run);
        char(*const ids)[17] = realloc(r->ids, room * sizeof *ids);

        c->run = run ? run : c->run;
        r->ids = ids ? ids : r->ids;
        if (!run || !ids)
            return r->failed = 1;
        r->room = room;
    }
    c->run[c->runs] = (struct file_run){ .data = NULL };
    r->ids[c->runs][0] = 0;
    for (size_t i = 0; i < columns; i++)
        if (strcmp(name[i], "run_id") == 0)
            snprintf(r->ids[c->runs], sizeof *r->ids, "%s", value[i].text);
    c->runs++;
    return 0;
}

static int keep(char **to, const char *text) { return (*to = strdup(text)) != NULL; }

static int take_place(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct reading *const r = arg;
    struct file_run *const run = &r->of->run[r->at];
    const char *folder = "", *data = "", *device = "";
    int ok = 1;

    if (r->at++ == r->of->runs)
        return 1;
    for (size_t i = 0; i < columns; i++)
        if (strcmp(name[i], "folder") == 0)
            folder = value[i].text;
        else if (strcmp(name[i], "data") == 0)
            data = value[i].text;
        else if (strcmp(name[i], "device") == 0)
            device = value[i].text;
        else if (strcmp(name[i], "threads") == 0 && value[i].kind == IL_VALUE_WHOLE &&
                 value[i].whole > 1)
            ok &= keep(&run->threads, value[i].text);
    if (!folder[0] && strcmp(data, "mnist") != 0) /* of before there was the key; that is bundled */
        folder = data;
    if (folder[0])
        ok &= keep(&run->data, folder);
    if (device[0]) /* its kind: another machine has other numbers */
        ok &= (run->device = strndup(device, strcspn(device, ":"))) != NULL;
    return r->failed = !ok;
}

/* looks come in the order of runs */
static int take_look(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct reading *const r = arg;
    const char *id = "";
    int64_t step = 0;
    double epoch = 0;

    for (size_t i = 0; i < columns; i++)
        if (strcmp(name[i], "run_id") == 0)
            id = value[i].text;
        else if (strcmp(name[i], "step") == 0)
            step = value[i].whole;
        else if (strcmp(name[i], "epoch") == 0)
            epoch = value[i].real;
    while (r->at < r->of->runs && strcmp(r->ids[r->at], id) != 0)
        r->at++;
    if (r->at < r->of->runs && step > 0 && r->of->run[r->at].look_step == 0) {
        r->of->run[r->at].look_step = (size_t)step;
        r->of->run[r->at].look_epoch = epoch;
    }
    return 0;
}

il_status file_commands_open(struct file_commands *c, const struct compared *k, il_error *err)
{
    struct reading r = { .of = c };
    il_status st = IL_OK;

    *c = (struct file_commands){ .run = NULL };
    while (c->source < k->sources && k->folder[c->source])
        c->source++;
    if (c->source == k->sources)
        return IL_OK;
    st = il_results_rows(k->results[c->source], IL_TABLE_RUNS, take_id, &r, err);
    if (st == IL_OK && !r.failed)
        st = il_results_rows(k->results[c->source], IL_TABLE_DATASETS, take_place, &r, err);
    r.at = 0;
    if (st == IL_OK && !r.failed)
        st = il_results_rows(k->results[c->source], IL_TABLE_DIAGNOSTICS, take_look, &r, err);
    free(r.ids);
    return st == IL_OK && r.failed ? cli_no_memory(err) : st;
}

void file_commands_close(struct file_commands *c)
{
    for (size_t i = 0; i < c->runs; i++) {
        free(c->run[i].data);
        free(c->run[i].device);
        free(c->run[i].threads);
    }
    free(c->run);
}

/* ---- a command ------------------------------------------------------------------------------- */

/* Is a word of it whole in CLI_COMMAND bytes? A quoted byte takes four, and a command's words some. */
static int fits(const char *value) { return strlen(value) < (CLI_COMMAND - 256) / 4; }

static void put_name(FILE *f, const char *name)
{
    fputs(" --", f);
    for (; *name; name++)
        fputc(*name == '_' ? '-' : *name, f);
}

/* --name VALUE; 0: it is too long */
static int put_option(FILE *f, const char *name, const char *value)
{
    char word[CLI_COMMAND];

    if (!value)
        return 1;
    put_name(f, name);
    fprintf(f, " %s", fits(value) ? cli_word(word, value) : "");
    return fits(value);
}

/* a parameter that is not at its default; the short form of layers is read as the long one */
static int put_parameter(FILE *f, const il_parameter *p, const char *value)
{
    char *shown;
    int ok;

    if (!value || strcmp(value, p->value) == 0)
        return 1;
    if (p->metavar[0] == 0) { /* a flag, whose default is no */
        put_name(f, p->name);
        return 1;
    }
    shown = il_config_shown(p->name, value);
    ok = shown && put_option(f, p->name, shown);
    free(shown);
    return ok;
}

void diag_put(FILE *f, size_t step, double epoch)
{
    if (step && epoch == 1)
        fputs(" --diag every=epoch", f);
    else if (step)
        fprintf(f, " --diag every=step:%zu", step);
}

int file_command_put(FILE *f, const struct file_commands *c, const struct row *row)
{
    const il_value *const number = row_value(row, "number");
    const il_parameter *p;
    const struct file_run *run;
    int ok = 1;

    if (!number || number->whole < 0 || (size_t)number->whole >= c->runs)
        return 0;
    run = &c->run[number->whole];
    fputs("initlab train", f);
    for (size_t i = 0; (p = il_parameter_at(i)); i++) {
        const il_value *const value = row_value(row, p->name);

        ok &= put_parameter(f, p, value && value->kind != IL_VALUE_NULL ? value->text : NULL);
    }
    ok &= put_option(f, "data", run->data) & put_option(f, "device", run->device) &
          put_option(f, "threads", run->threads);
    diag_put(f, run->look_step, run->look_epoch);
    fprintf(f, " --out %s.jsonl", row->id);
    return ok;
}
