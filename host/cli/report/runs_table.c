/* runs_table.c - the runs as JSON for the page's own table: 10,000 of them are a megabyte or two. */
#include "runs_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/messages.h"

enum { DIGITS = 6 /* of results: results.sqlite has all of them */ };

/* ---- columns --------------------------------------------------------------------------------- */

static int is_parameter(const char *name)
{
    const il_parameter *p;

    for (size_t i = 0; (p = il_parameter_at(i)); i++)
        if (strcmp(p->name, name) == 0)
            return 1;
    return strcmp(name, "depth") == 0;
}

static struct run_column *column_of(struct run_columns *c, const char *name, int *failed)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->column[i].name, name) == 0)
            return &c->column[i];
    if (c->count == ROWS_COLUMNS)
        return NULL;
    c->column[c->count].name = strdup(name);
    c->column[c->count].parameter = is_parameter(name);
    *failed |= !c->column[c->count].name;
    return *failed ? NULL : &c->column[c->count++];
}

struct reading {
    struct run_columns *columns;
    size_t rows;
    int failed;
};

static int take_columns(void *arg, const struct row *row)
{
    struct reading *const r = arg;

    for (size_t i = 0; i < row->columns && !r->failed; i++) {
        struct run_column *const c = column_of(r->columns, row->name[i], &r->failed);
        const int none = row->value[i].kind == IL_VALUE_NULL;

        if (!c)
            continue;
        if (r->rows == 0 && !none)
            r->failed |= !(c->first = strdup(row->value[i].text));
        else if (none != !c->first || (!none && strcmp(c->first, row->value[i].text) != 0))
            c->varies = 1;
        c->any |= !none;
    }
    r->rows++;
    return r->failed;
}

il_status run_columns_open(struct run_columns *c, const struct compared *k, il_error *err)
{
    struct reading r = { .columns = c };
    il_status st;

    *c = (struct run_columns){ .count = 0 };
    st = rows_each(k, take_columns, &r, err);
    for (size_t i = 0; i < c->count; i++)
        c->column[i].digits = il_runs_digits(k->runs, c->column[i].name);
    return st == IL_OK && r.failed ? cli_no_memory(err) : st;
}

void run_columns_close(struct run_columns *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->column[i].name);
        free(c->column[i].first);
    }
}

void runs_in_common(struct html *h, const struct run_columns *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct run_column *const column = &c->column[i];
        char *shown;

        if (!column->parameter || column->varies || !column->first)
            continue;
        shown = il_config_shown(column->name, column->first);
        fputs("<tr><th scope=\"row\">", h->f);
        html_text(h, column->name);
        fputs("</th><td>", h->f);
        html_text(h, shown ? shown : column->first); /* out of memory: at length */
        free(shown);
        fputs("</td></tr>\n", h->f);
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* what a row begins with, what is of no use to a reader, and what is the same in all of them, are no columns */
static int is_shown(const struct run_column *c)
{
    static const char *const others[] = { "run_id", "pack",       "status",  "stuck",
                                          "error",  "attempt",    "seconds", "evaluation_seconds",
                                          "number", "environment" };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(c->name, others[i]) == 0)
            return 0;
    return c->any && (c->varies || !c->parameter);
}

struct writing {
    struct html *h;
    const struct run_columns *columns;
    const struct file_commands *commands;
    size_t groups, rows;
};

/* a value as people read it, as in the names of groups; numbers are JSON's as they are */
static void put_parameter(struct html *h, const struct run_column *c, const il_value *v)
{
    char *const shown = il_config_shown_in(c->name, v->text, c->digits);

    h->failed |= !shown;
    if (shown && v->kind == IL_VALUE_REAL)
        fputs(shown, h->f);
    else if (shown)
        html_json(h, shown);
    free(shown);
}

static void put_value(struct html *h, const struct run_column *c, const il_value *v)
{
    if (!v || v->kind == IL_VALUE_NULL)
        fputs("null", h->f);
    else if (c->parameter &&
             (v->kind == IL_VALUE_TEXT || (v->kind == IL_VALUE_REAL && isfinite(v->real))))
        put_parameter(h, c, v);
    else if (v->kind == IL_VALUE_REAL)
        html_number(h, v->real, DIGITS);
    else if (v->kind == IL_VALUE_WHOLE && v->whole < (INT64_C(1) << 53) &&
             v->whole > -(INT64_C(1) << 53))
        fputs(v->text, h->f);
    else /* JavaScript's numbers do not hold it */
        html_json(h, v->text);
}

static int put_row(void *arg, const struct row *row)
{
    struct writing *const w = arg;
    FILE *const f = w->h->f;

    fputs(w->rows++ ? ",\n[" : "\n[", f);
    html_json(w->h, row->id);
    fprintf(f, ",%zu,%d,%d", row->folder, row->group < w->groups ? (int)row->group : -1,
            (int)row->end);
    for (size_t i = 0; i < w->columns->count; i++) {
        const struct run_column *const c = &w->columns->column[i];

        if (!is_shown(c))
            continue;
        fputc(',', f);
        put_value(w->h, c, row_value(row, c->name));
    }
    fputc(']', f);
    return w->h->failed;
}

static void put_heads(struct html *h, const struct run_columns *c, const struct compared *k)
{
    char word[CLI_COMMAND], *command;
    const char *comma = "";

    fputs("{\"rerun\":[", h->f);
    for (size_t i = 0; i < k->sources; i++, comma = ",") {
        fputs(comma, h->f);
        if (!k->folder[i]) {
            fputs("null", h->f);
            continue;
        }
        if (asprintf(&command, "initlab sweep rerun %s ",
                     cli_word(word, il_folder_path(k->folder[i]))) < 0) {
            h->failed = 1;
            return;
        }
        html_json(h, command);
        free(command);
    }
    fputs("],\n\"groups\":[", h->f);
    for (size_t i = 0; i < k->comparison->groups; i++) {
        fputs(i ? "," : "", h->f);
        html_json(h, k->comparison->group[i].label);
    }
    fputs("],\n\"ends\":[", h->f);
    for (size_t i = 0; i < RUN_ENDS; i++)
        fprintf(h->f, "%s\"%s\"", i ? "," : "", run_end_word[i]);
    fputs("],\n\"columns\":[", h->f);
    comma = "";
    for (size_t i = 0; i < c->count; i++)
        if (is_shown(&c->column[i])) {
            fputs(comma, h->f);
            html_json(h, c->column[i].name);
            comma = ",";
        }
    fputs("],\n\"rows\":[", h->f);
}

/* of a run of a file; that of another is told by its folder */
static int put_command(void *arg, const struct row *row)
{
    struct writing *const w = arg;
    il_text command;
    int ok;

    if (row->folder != w->commands->source)
        return 0;
    if (il_text_open(&command, NULL) != IL_OK)
        return w->h->failed = 1;
    ok = file_command_put(command.stream, w->commands, row);
    w->h->failed |= il_text_close(&command, NULL) != IL_OK;
    if (ok && !w->h->failed) {
        fputs(w->rows++ ? ",\n" : "\n", w->h->f);
        html_json(w->h, row->id);
        fputc(':', w->h->f);
        html_json(w->h, command.bytes);
    }
    free(command.bytes);
    return w->h->failed;
}

il_status runs_table(struct html *h, const struct run_columns *c, const struct compared *k,
                     const struct file_commands *commands, il_error *err)
{
    struct writing w = {
        .h = h, .columns = c, .commands = commands, .groups = k->comparison->groups
    };
    il_status st;

    fputs("<script type=\"application/json\" id=\"data\">", h->f);
    put_heads(h, c, k);
    st = rows_each(k, put_row, &w, err);
    fputs("],\n\"train\":{", h->f);
    w.rows = 0;
    if (st == IL_OK)
        st = rows_each(k, put_command, &w, err);
    fputs("}}</script>\n", h->f);
    return st == IL_OK && h->failed ? cli_no_memory(err) : st;
}
