/* runs.c - runs in memory: their texts, their columns, and which of them are kept. */
#include "runs.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/config.h"
#include "initlab/tables.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/word.h"

/* ---- texts, each once ------------------------------------------------------------------------ */

static char **slot_of(char **text, size_t room, const char *s)
{
    size_t at = (size_t)il_hash_text(IL_HASH_START, s) % room;

    while (text[at] && strcmp(text[at], s) != 0)
        at = (at + 1) % room;
    return &text[at];
}

static int grow(il_runs *r)
{
    const size_t room = r->text_room ? 2 * r->text_room : 1024;
    char **const more = calloc(room, sizeof *more);

    if (!more)
        return 0;
    for (size_t i = 0; i < r->text_room; i++)
        if (r->text[i])
            *slot_of(more, room, r->text[i]) = r->text[i];
    free(r->text);
    r->text = more;
    r->text_room = room;
    return 1;
}

const char *il_runs_text(il_runs *r, const char *s)
{
    char **at;

    if (r->texts + 1 > r->text_room / 2 && !grow(r))
        return NULL;
    at = slot_of(r->text, r->text_room, s);
    if (!*at) {
        *at = strdup(s);
        r->texts += *at != NULL;
    }
    return *at;
}

/* ---- columns --------------------------------------------------------------------------------- */

/* columns of runs that are no results, and by which one may group */
static const char *const OTHERS[] = { "run_id", "number", "pack",        "status",
                                      "stuck",  "depth",  "environment", "source" };

/* results of runs: their names, what axes call them, and whether each epoch has one */
static const struct {
    const char *name, *words;
    int of_epochs;
} METRICS[] = {
    { "test_accuracy", "test accuracy (share of samples)", 1 },
    { "test_cost", "test cost (mean over samples)", 1 },
    { "cost", "cost (mean over training samples)", 1 },
    { "train_accuracy", "training accuracy (share of samples)", 1 },
    { "validation_accuracy", "validation accuracy (share of samples)", 1 },
    { "validation_cost", "validation cost (mean over samples)", 1 },
    { "diverged_epoch", "divergence (epoch)", 0 },
    { "diverged_step", "divergence (step)", 0 },
    { "seconds", "training time (seconds)", 0 },
};
enum { METRICS_ALL = sizeof METRICS / sizeof *METRICS };

/* the place of a metric; METRICS_ALL: there is none of that name */
static size_t metric_named(const char *name)
{
    size_t m = 0;

    while (m < METRICS_ALL &&
           !il_same_word(METRICS[m].name, strlen(METRICS[m].name), name, strlen(name)))
        m++;
    return m;
}

const char *il_metric_words(const char *metric)
{
    const size_t m = metric_named(metric);

    return m < METRICS_ALL ? METRICS[m].words : metric;
}

size_t il_runs_column(const il_runs *r, const char *name, size_t n)
{
    for (size_t i = 0; i < r->columns; i++)
        if (il_same_word(r->column[i], strlen(r->column[i]), name, n))
            return i;
    return r->columns;
}

il_status il_runs_no_column(const il_runs *r, const char *name, size_t n, il_error *err)
{
    const char *all[IL_RUN_COLUMNS + 1] = { NULL }, *near;
    char word[64];

    snprintf(word, sizeof word, "%.*s", (int)(n < 60 ? n : 60), name);
    memcpy(all, r->column, r->columns * sizeof *all);
    near = il_nearest(word, all);
    return il_fail(err, IL_E_USAGE, "runs have no column '%s'%s%s%s", word,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int il_more_is_better(const char *metric)
{
    return !strstr(metric, "cost") && !strstr(metric, "seconds");
}

static il_status find_metric(const char *name, const char **out, il_error *err)
{
    const size_t m = metric_named(name);
    const char *all[METRICS_ALL + 1] = { NULL }, *near;

    if (m < METRICS_ALL) {
        *out = METRICS[m].name;
        return IL_OK;
    }
    for (size_t i = 0; i < METRICS_ALL; i++)
        all[i] = METRICS[i].name;
    near = il_nearest(name, all);
    return il_fail(err, IL_E_USAGE, "runs have no result '%s'%s%s%s", name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

il_status il_runs_select(il_runs *r, const char *select, il_error *err)
{
    return find_metric(select, &r->select, err);
}

il_status il_runs_new(il_runs **out, const char *metric, double target, il_error *err)
{
    il_runs *r = calloc(1, sizeof *r);
    const il_parameter *p;
    il_status st;

    *out = NULL;
    if (!r)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(find_metric(metric, &r->metric, err));
    r->more_is_better = il_more_is_better(r->metric);
    r->target = target;
    for (size_t i = 0; (p = il_parameter_at(i)) && r->columns < IL_RUN_COLUMNS; i++)
        r->column[r->columns++] = p->name;
    if (r->columns < IL_RUN_COLUMNS)
        r->column[r->columns++] = IL_DATA_COLUMN;
    r->parameters = r->columns;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS && r->columns < IL_RUN_COLUMNS; i++)
        r->column[r->columns++] = OTHERS[i];
    *out = r;
    r = NULL;
out:
    il_runs_free(r);
    return st;
}

void il_runs_free(il_runs *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->text_room; i++)
        free(r->text[i]);
    free(r->text);
    for (size_t i = 0; i < r->count; i++)
        free(r->run[i].curve);
    free(r->run);
    free(r);
}

il_status il_runs_keep_epochs(il_runs *r, il_error *err)
{
    char all[256] = "";

    if (METRICS[metric_named(r->metric)].of_epochs) {
        r->curves = 1;
        return IL_OK;
    }
    for (size_t i = 0; i < METRICS_ALL; i++)
        if (METRICS[i].of_epochs)
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", all[0] ? ", " : "",
                     METRICS[i].name);
    return il_fail(err, IL_E_USAGE, "epochs have no %s: they have %s", r->metric, all);
}

void il_run_forget(struct il_run_row *run)
{
    free(run->curve);
    run->curve = NULL;
}

size_t il_runs_count(const il_runs *r) { return r->count; }
size_t il_runs_repeated(const il_runs *r) { return r->repeated; }
size_t il_runs_differing(const il_runs *r) { return r->differing; }

const char *il_runs_id(const il_runs *r, size_t index)
{
    return r->run[index].value[il_runs_column(r, "run_id", 6)];
}

/* ---- where ----------------------------------------------------------------------------------- */

struct wanted {
    size_t column;
    char value[256];
};

/* the same text, or the same number */
static int is_value(const char *have, const char *want)
{
    char *end, *other;
    double a, b;

    if (strcmp(have, want) == 0)
        return 1;
    a = strtod(have, &end);
    b = strtod(want, &other);
    return have[0] && want[0] && !*end && !*other && a == b;
}

/* every column that is named has one of the values given for it */
static int is_wanted(const struct il_run_row *run, const struct wanted *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int any = 0;

        for (size_t k = 0; k < n; k++)
            any |= w[k].column == w[i].column && is_value(run->value[w[i].column], w[k].value);
        if (!any)
            return 0;
    }
    return 1;
}

/*
 * Values may have commas of their own (layers), so one ends at the comma before the next "column=".
 */
static size_t value_length(const il_runs *r, const char *p)
{
    size_t n = 0;

    for (;;) {
        size_t name;

        n += strcspn(p + n, ",");
        if (!p[n])
            return n;
        name = strcspn(p + n + 1, "=,");
        if (p[n + 1 + name] == '=' && il_runs_column(r, p + n + 1, name) < r->columns)
            return n;
        n++;
    }
}

static il_status read_where(const il_runs *r, const char *where, struct wanted *w, size_t *n,
                            il_error *err)
{
    for (const char *p = where; *p;) {
        const size_t name = strcspn(p, "="), column = il_runs_column(r, p, name);
        size_t length;

        if (!p[name])
            return il_fail(err, IL_E_USAGE, "'%s' is not COLUMN=VALUE", p);
        if (column == r->columns)
            return il_runs_no_column(r, p, name, err);
        if (*n == IL_RUN_COLUMNS)
            return il_fail(err, IL_E_USAGE, "more than %d conditions", IL_RUN_COLUMNS);
        p += name + 1;
        length = value_length(r, p);
        w[*n].column = column;
        snprintf(w[*n].value, sizeof w[*n].value, "%.*s", (int)(length < 255 ? length : 255), p);
        ++*n;
        p += length + (p[length] == ',');
    }
    return IL_OK;
}

/* what the column has, for the message: the first few values */
static void values_of(const il_runs *r, size_t column, char *text, size_t size)
{
    const char *seen[5];
    size_t n = 0, at = 0;

    text[0] = 0;
    for (size_t i = 0; i < r->count && n < 5; i++) {
        const char *const v = r->run[i].value[column];
        size_t k = 0;

        while (k < n && seen[k] != v)
            k++;
        if (k < n)
            continue;
        seen[n++] = v;
        if (at < size)
            at += (size_t)snprintf(text + at, size - at, "%s%s", n > 1 ? ", " : "", v);
    }
}

il_status il_runs_where(il_runs *r, const char *where, il_error *err)
{
    struct wanted w[IL_RUN_COLUMNS];
    size_t n = 0, to = 0;
    int any_left = 0;
    char values[160];
    il_status st;

    IL_TRY(read_where(r, where, w, &n, err));
    for (size_t k = 0; k < n; k++) {
        size_t any = 0;

        for (size_t i = 0; i < r->count; i++)
            any += (size_t)is_value(r->run[i].value[w[k].column], w[k].value);
        values_of(r, w[k].column, values, sizeof values);
        if (!any && r->count) {
            st = il_fail(err, IL_E_USAGE, "no run has %s %s: they have %s", r->column[w[k].column],
                         w[k].value, values);
            goto out;
        }
    }
    for (size_t i = 0; i < r->count; i++)
        any_left |= is_wanted(&r->run[i], w, n);
    if (!any_left && r->count) {
        st = il_fail(err, IL_E_USAGE, "no run has all of '%s'", where);
        goto out;
    }
    for (size_t i = 0; i < r->count; i++) {
        if (is_wanted(&r->run[i], w, n))
            r->run[to++] = r->run[i];
        else
            il_run_forget(&r->run[i]);
    }
    r->count = to;
out:
    return st;
}
