/* comparison_print.c - a comparison as text, Markdown, LaTeX, CSV, JSON or JSON lines. */
#include "comparison_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "answer.h"
#include "common/cli_error.h"
#include "columns.h"
#include "common/csv.h"
#include "text_table.h"

static size_t shown_of(const il_comparison *c)
{
    size_t n = 0;

    for (const struct shown_column *s = shown_columns; s->name; s++)
        n += !s->is_shown || s->is_shown(c);
    return n;
}

/* the head is row 0; g NULL: the head */
static int fill_row(struct text_table *t, size_t row, const il_comparison *c, const il_run_group *g)
{
    char **to = &t->cell[row * t->columns];
    char text[CELL];

    for (size_t i = 0; i < c->columns; i++) {
        group_column(c, i, text);
        if (!(*to++ = cli_shown(g ? g->shown[i] : text)))
            return 0;
    }
    if (c->columns == 0 && !(*to++ = strdup(g ? g->label : "")))
        return 0;
    for (const struct shown_column *s = shown_columns; s->name; s++) {
        if (s->is_shown && !s->is_shown(c))
            continue;
        if (g)
            s->put(c, g, text);
        else
            shown_head(s, c, text);
        if (!(*to++ = strdup(text)))
            return 0;
    }
    return 1;
}

static il_status make_table(struct text_table *t, const il_comparison *c, size_t groups,
                            il_error *err)
{
    t->named = c->columns ? c->columns : 1;
    t->columns = t->named + shown_of(c);
    t->rows = groups + 1;
    t->cell = calloc(t->rows * t->columns, sizeof *t->cell);
    if (!t->cell)
        return cli_no_memory(err);
    for (size_t r = 0; r < t->rows; r++)
        if (!fill_row(t, r, c, r ? &c->group[r - 1] : NULL))
            return cli_no_memory(err);
    return IL_OK;
}

/* ---- for people ------------------------------------------------------------------------------ */

static void print_notes(const il_comparison *c, const char *format, const char *const *notes,
                        size_t count)
{
    char text[ANSWER];

    for (size_t i = 0; i < count; i++)
        if (notes[i][0])
            text_table_note(format, notes[i]);
    for (size_t i = 0; answer_note(c, i, text); i++)
        if (text[0])
            text_table_note(format, text);
}

static il_status print_read(const struct cli *cli, const il_comparison *c, const char *format,
                            const char *const *notes, size_t count, il_error *err)
{
    struct text_table t = { NULL };
    char text[ANSWER];
    char *shown = NULL;
    il_status st = make_table(&t, c, c->groups, err);

    answer(c, text);
    if (st == IL_OK && !(shown = cli_shown(text)))
        st = cli_no_memory(err);
    if (st == IL_OK && strcmp(format, "md") == 0) {
        text_table_markdown(shown);
        puts("\n");
        text_table_print(cli, &t, format);
        puts("");
        print_notes(c, format, notes, count);
    } else if (st == IL_OK && strcmp(format, "tex") == 0) {
        text_table_note(format, text);
        text_table_print(cli, &t, format);
        print_notes(c, format, notes, count);
    } else if (st == IL_OK) {
        text_table_note("text", text);
        putchar('\n');
        text_table_print(cli, &t, format);
        puts("");
        print_notes(c, format, notes, count);
    }
    free(shown);
    text_table_free(&t);
    return st;
}

/* ---- budgets: groups by numbers of trials, 1, 2, 4, ... and all ------------------------------- */

static size_t trials_at(size_t column, size_t most)
{
    const size_t k = (size_t)1 << column;

    return k < most ? k : most;
}

static int fill_budgets(struct text_table *t, const il_comparison *c, const il_budget *b,
                        size_t most)
{
    char text[CELL];

    for (size_t r = 0; r < t->rows; r++)
        for (size_t i = 0; i < t->columns; i++) {
            const size_t k = i ? trials_at(i - 1, most) : 0;

            if (r == 0 && i == 0)
                snprintf(text, CELL, "expected %.40s", c->metric);
            else if (r == 0)
                snprintf(text, CELL, "best of %zu", k);
            else if (i)
                put_metric(c, k <= b[r - 1].trials ? b[r - 1].expected[k - 1] : NAN, text);
            t->cell[r * t->columns + i] = cli_shown(r && !i ? b[r - 1].label : text);
            if (!t->cell[r * t->columns + i])
                return 0;
        }
    return 1;
}

static il_status print_budgets(const struct cli *cli, const il_comparison *c, const char *format,
                               const il_budget *b, size_t n, il_error *err)
{
    struct text_table t = { .rows = n + 1, .columns = 2, .named = 1 };
    size_t most = 1;
    il_status st = IL_OK;

    for (size_t i = 0; i < n; i++)
        most = b[i].trials > most ? b[i].trials : most;
    while (trials_at(t.columns - 2, most) < most)
        t.columns++;
    t.cell = calloc(t.rows * t.columns, sizeof *t.cell);
    if (!t.cell || !fill_budgets(&t, c, b, most))
        st = cli_no_memory(err);
    puts("");
    if (st == IL_OK)
        text_table_print(cli, &t, format);
    text_table_free(&t);
    return st;
}

il_status comparison_print_short(const struct cli *cli, const il_comparison *c, size_t groups,
                                 const char *note, const char *more, il_error *err)
{
    struct text_table t = { NULL };
    char text[ANSWER];
    const il_status st = make_table(&t, c, groups < c->groups ? groups : c->groups, err);

    answer(c, text);
    if (st == IL_OK) {
        text_table_print(cli, &t, "text");
        if (groups < c->groups)
            printf("and %zu more\n", c->groups - groups);
        putchar('\n');
        text_table_note("text", text);
        if (note[0])
            text_table_note("text", note);
        text_table_note("text", more);
    }
    text_table_free(&t);
    return st;
}

/* ---- for programs ---------------------------------------------------------------------------- */

static void print_csv(const il_comparison *c)
{
    char name[CELL];

    for (size_t i = 0; i < c->columns; i++) {
        group_column(c, i, name);
        printf("%s,", name);
    }
    fputs("metric", stdout);
    for (const struct word_column *w = word_columns; w->name; w++)
        printf(",%s", w->name);
    for (const struct number_column *n = number_columns; n->name; n++)
        printf(",%s", n->name);
    putchar('\n');
    for (size_t k = 0; k < c->groups; k++) {
        const il_run_group *const g = &c->group[k];

        for (size_t i = 0; i < c->columns; i++) {
            csv_text(stdout, g->value[i]);
            putchar(',');
        }
        fputs(c->metric, stdout);
        for (const struct word_column *w = word_columns; w->name; w++)
            printf(",%s", w->of(c, g));
        for (const struct number_column *n = number_columns; n->name; n++) {
            putchar(',');
            csv_number(stdout, n->of(c, g));
        }
        putchar('\n');
    }
}

static json_t *group_json(const il_comparison *c, const il_run_group *g)
{
    json_t *const object = json_object(), *const by = json_object();
    int failed = !object || !by;

    for (size_t i = 0; !failed && i < c->columns; i++)
        failed |= json_object_set_new(by, c->column[i], cli_json_utf8(g->value[i])) != 0;
    failed |= failed || json_object_set(object, "by", by) != 0 ||
              json_object_set_new(object, "metric", cli_json_utf8(c->metric)) != 0;
    for (const struct word_column *w = word_columns; !failed && w->name; w++)
        failed |= json_object_set_new(object, w->name, cli_json_utf8(w->of(c, g))) != 0;
    for (const struct number_column *n = number_columns; !failed && n->name; n++) {
        const double x = n->of(c, g);

        failed |= json_object_set_new(object, n->name,
                                      !isfinite(x) ? json_null()
                                      : n->whole   ? json_integer((json_int_t)x)
                                                   : json_real(x)) != 0;
    }
    json_decref(by);
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static il_status print_lines(const il_comparison *c, il_error *err)
{
    for (size_t i = 0; i < c->groups; i++)
        if (!cli_json_line(group_json(c, &c->group[i])))
            return cli_no_memory(err);
    return IL_OK;
}

static int add_texts(json_t *object, const char *name, const char *const *text, size_t n)
{
    json_t *const list = json_array();
    int ok = list != NULL;

    for (size_t i = 0; ok && i < n; i++)
        ok = !text[i][0] || json_array_append_new(list, cli_json_utf8(text[i])) == 0;
    ok = ok && json_object_set(object, name, list) == 0;
    json_decref(list);
    return ok;
}

static int add_budgets(json_t *object, const il_budget *b, size_t n)
{
    json_t *const all = json_object();
    int ok = all != NULL;

    for (size_t i = 0; ok && i < n; i++) {
        json_t *const list = json_array();

        ok = list && json_object_set_new(all, b[i].name, list) == 0;
        for (size_t k = 0; ok && k < b[i].trials; k++)
            ok = json_array_append_new(list, json_real(b[i].expected[k])) == 0;
    }
    ok = ok && json_object_set(object, "budgets", all) == 0;
    json_decref(all);
    return ok;
}

static il_status print_json(const struct cli *cli, const il_comparison *c, const char *const *notes,
                            size_t count, const il_budget *budgets, size_t budgeted, il_error *err)
{
    json_t *const all = json_object(), *const groups = json_array();
    char text[ANSWER];
    int ok = all && groups;

    answer(c, text);
    ok = ok && json_object_set_new(all, "answer", cli_json_utf8(text)) == 0 &&
         json_object_set_new(all, "metric", cli_json_utf8(c->metric)) == 0 &&
         json_object_set_new(all, "more_is_better", json_boolean(c->more_is_better)) == 0 &&
         json_object_set_new(all, "target", cli_json_number(c->target)) == 0 &&
         json_object_set_new(all, "level", json_real(c->level)) == 0 &&
         json_object_set_new(all, "alpha", json_real(c->alpha)) == 0 &&
         json_object_set_new(all, "comparisons", json_integer((json_int_t)c->comparisons)) == 0 &&
         add_texts(all, "by", c->column, c->columns) &&
         add_texts(all, "pooled", c->pooled, c->pooleds) && add_texts(all, "notes", notes, count);
    for (size_t i = 0; ok && i < c->groups; i++) {
        json_t *const g = group_json(c, &c->group[i]);

        ok = g && json_array_append_new(groups, g) == 0;
    }
    ok = ok && json_object_set(all, "groups", groups) == 0 &&
         (!budgeted || add_budgets(all, budgets, budgeted));
    json_decref(groups);
    if (ok && cli_json(cli, all) == 0)
        return IL_OK;
    if (!ok)
        json_decref(all);
    return cli_no_memory(err);
}

il_status comparison_print(const struct cli *cli, const il_comparison *c, const char *format,
                           const char *const *notes, size_t count, const il_budget *budgets,
                           size_t budgeted, il_error *err)
{
    il_status st;

    if (strcmp(format, "csv") == 0) {
        print_csv(c);
        return IL_OK;
    }
    if (strcmp(format, "jsonl") == 0)
        return print_lines(c, err);
    if (strcmp(format, "json") == 0)
        return print_json(cli, c, notes, count, budgets, budgeted, err);
    st = print_read(cli, c, format, notes, count, err);
    if (st == IL_OK && budgeted)
        st = print_budgets(cli, c, format, budgets, budgeted, err);
    return st;
}
