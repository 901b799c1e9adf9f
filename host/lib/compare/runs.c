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

/* results of runs: their names, what axes call them, whether each epoch has one, and whether a pack has one for all */
static const struct {
    const char *name, *words;
    int of_epochs, of_pack;
} METRICS[] = {
    { "test_accuracy", "test accuracy (share of samples)", 1, 0 },
    { "test_cost", "test cost (mean over samples)", 1, 0 },
    { "cost", "cost (mean over training samples)", 1, 0 },
    { "train_accuracy", "training accuracy (share of samples)", 1, 0 },
    { "validation_accuracy", "validation accuracy (share of samples)", 1, 0 },
    { "validation_cost", "validation cost (mean over samples)", 1, 0 },
    { "diverged_epoch", "divergence (epoch)", 0, 0 },
    { "diverged_step", "divergence (step)", 0, 0 },
    { "seconds", "training time (seconds)", 0, 1 },
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

int il_is_own_result(const char *column)
{
    const size_t m = metric_named(column);

    return m < METRICS_ALL && !METRICS[m].of_pack;
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

int il_run_is_lost(const il_runs *r, const struct il_run_row *run)
{
    const size_t validation = il_runs_column(r, "validation", 10);

    return r->of_epochs && !run->failed && !isfinite(run->metric) &&
           (strncmp(r->metric, "validation_", 11) != 0 || strtod(run->value[validation], NULL) > 0);
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
    const il_status st = find_metric(select, &r->select, err);

    if (st != IL_OK || METRICS[metric_named(r->select)].of_epochs)
        return st;
    return il_fail(err, IL_E_USAGE, "settings are chosen by an accuracy or a cost, not by %s",
                   select);
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
    r->of_epochs = METRICS[metric_named(metric)].of_epochs;
    r->of_pack = METRICS[metric_named(metric)].of_pack;
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

    if (r->of_epochs) {
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

size_t il_runs_addition(const il_runs *r, size_t index) { return r->run[index].addition; }

const char *il_runs_id(const il_runs *r, size_t index)
{
    return r->run[index].value[il_runs_column(r, "run_id", 6)];
}

static int by_place(const void *a, const void *b)
{
    const uintptr_t x = (uintptr_t)(*(const char *const *)a);
    const uintptr_t y = (uintptr_t)(*(const char *const *)b);

    return (x > y) - (x < y);
}

/* A value is one text in all runs: each once is what its digits depend on. */
int il_runs_digits(const il_runs *r, const char *name)
{
    const size_t column = il_runs_column(r, name, strlen(name));
    const char **const value = calloc(r->count + 1, sizeof *value);
    size_t n = 0;
    int digits = 17;

    for (size_t i = 0; value && column < r->columns && i < r->count; i++)
        value[i] = r->run[i].value[column];
    if (value && column < r->columns) {
        qsort(value, r->count, sizeof *value, by_place);
        for (size_t i = 0; i < r->count; i++)
            if (i == 0 || value[i] != value[n - 1])
                value[n++] = value[i];
        digits = il_config_digits(value, n);
    }
    free(value);
    return digits;
}
