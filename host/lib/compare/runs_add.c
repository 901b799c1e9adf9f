/* runs_add.c - the runs of sweeps, read into memory, each once. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "core/hash.h"
#include "contents.h"
#include "datasets.h"

static struct il_run_row *new_run(il_runs *r)
{
    if (r->count == r->room) {
        const size_t room = r->room ? 2 * r->room : 256;
        struct il_run_row *const more =
            room > SIZE_MAX / sizeof *more ? NULL : realloc(r->run, room * sizeof *more);

        if (!more)
            return NULL;
        r->run = more;
        r->room = room;
    }
    return &r->run[r->count];
}

static int take_run(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    il_runs *const r = arg;
    struct il_run_row *const run = new_run(r);
    const char *const none = il_runs_text(r, "");

    if (!run || !none)
        return r->failed = 1;
    *run = (struct il_run_row){ .metric = NAN,
                                .select = NAN,
                                .validation = NAN,
                                .area = NAN,
                                .reached = INFINITY,
                                .print = IL_HASH_START };
    for (size_t c = 0; c < r->columns; c++)
        run->value[c] = none;
    for (size_t i = 0; i < columns; i++) {
        const size_t at = il_runs_column(r, name[i], strlen(name[i]));

        if (at < r->columns && !(run->value[at] = il_runs_text(r, value[i].text)))
            return r->failed = 1;
        if (value[i].kind == IL_VALUE_REAL || value[i].kind == IL_VALUE_WHOLE) {
            if (strcmp(name[i], r->metric) == 0)
                run->metric = value[i].real;
            if (r->select && strcmp(name[i], r->select) == 0)
                run->select = value[i].real;
            if (strcmp(name[i], "validation_accuracy") == 0)
                run->validation = value[i].real;
        }
        if (il_is_own_result(name[i]))
            run->print = il_hash_text(run->print, value[i].text);
        if (strcmp(name[i], "status") == 0) {
            run->diverged = strcmp(value[i].text, "diverged") == 0;
            run->failed = strcmp(value[i].text, "failed") == 0;
        }
        if (strcmp(name[i], "stuck") == 0)
            run->stuck = value[i].kind == IL_VALUE_WHOLE && value[i].whole != 0;
    }
    run->init = run->value[il_runs_column(r, "init", 4)];
    run->files = run->content = none;
    run->value[il_runs_column(r, "source", 6)] = r->source;
    run->addition = r->additions;
    r->count++;
    return 0;
}

/* epochs of the runs that were added last, which come in their order */
struct curves {
    il_runs *runs;
    size_t at;
    double cost; /* of the epoch before; NaN: this is the first */
    size_t epochs, id;
    int finite;
};

static void end_curve(struct curves *c)
{
    if (c->epochs > 0 && !c->finite)
        c->runs->run[c->at].area = NAN;
}

/* one more value of a curve, whose room doubles. 0: out of memory */
static int add_value(struct il_run_row *run, double value)
{
    if ((run->epochs & (run->epochs - 1)) == 0) {
        const size_t room = run->epochs ? 2 * run->epochs : 4;
        double *const more =
            room > SIZE_MAX / sizeof *more ? NULL : realloc(run->curve, room * sizeof *more);

        if (!more)
            return 0;
        run->curve = more;
    }
    run->curve[run->epochs++] = value;
    return 1;
}

static int take_epoch(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct curves *const c = arg;
    il_runs *const r = c->runs;
    double cost = NAN, accuracy = NAN, epoch = NAN, metric = NAN;
    const char *id = "";
    struct il_run_row *run;

    for (size_t i = 0; i < columns; i++) {
        const int number = value[i].kind == IL_VALUE_REAL || value[i].kind == IL_VALUE_WHOLE;

        if (strcmp(name[i], "run_id") == 0)
            id = value[i].text;
        if (number && strcmp(name[i], r->metric) == 0)
            metric = value[i].real;
        if (number && strcmp(name[i], "cost") == 0)
            cost = value[i].real;
        else if (number && strcmp(name[i], "test_accuracy") == 0)
            accuracy = value[i].real;
        else if (number && strcmp(name[i], "epoch") == 0)
            epoch = value[i].real;
    }
    while (c->at < r->count && strcmp(r->run[c->at].value[c->id], id) != 0) {
        end_curve(c);
        c->at++;
        c->epochs = 0;
        c->finite = 1;
    }
    if (c->at == r->count)
        return 0;
    run = &r->run[c->at];
    c->finite &= isfinite(cost);
    /* the trapezoid between two epochs; one epoch alone has no area */
    if (c->epochs > 0)
        run->area = (isnan(run->area) ? 0 : run->area) + (c->cost + cost) / 2;
    c->cost = cost;
    c->epochs++;
    if (accuracy >= r->target && isinf(run->reached) && !run->diverged && !run->stuck)
        run->reached = epoch;
    if (r->curves && !add_value(run, metric))
        return r->failed = 1;
    if (isfinite(cost))
        run->finite = c->epochs;
    return 0;
}

/* a run that was there before */
struct before {
    const char *id;
    size_t at;
};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct before *)a)->id, ((const struct before *)b)->id);
}

/* One that is there already is left out; but a result is more than that there was none. */
static void repeat(il_runs *r, struct il_run_row *first, struct il_run_row *again)
{
    r->repeated++;
    if (first->failed && !again->failed) {
        il_run_forget(first);
        *first = *again;
        return;
    }
    r->differing += !again->failed && first->metric != again->metric &&
                    !(isnan(first->metric) && isnan(again->metric));
    il_run_forget(again);
}

/* leave out runs, from `first` on, that are among the ones before */
static int drop_repeated(il_runs *r, size_t first, size_t id)
{
    struct before *const before = first ? malloc(first * sizeof *before) : NULL;
    const size_t source = il_runs_column(r, "source", 6);
    size_t to = first, n = 0;

    if (first && !before)
        return 0;
    for (size_t i = 0; i < first; i++)
        if (r->run[i].value[source] == r->source)
            before[n++] = (struct before){ r->run[i].value[id], i };
    if (n)
        qsort(before, n, sizeof *before, by_id);
    for (size_t i = first; i < r->count; i++) {
        const struct before key = { r->run[i].value[id], i };
        const struct before *const was = n ? bsearch(&key, before, n, sizeof *before, by_id) : NULL;

        if (was)
            repeat(r, &r->run[was->at], &r->run[i]);
        else
            r->run[to++] = r->run[i];
    }
    r->count = to;
    free(before);
    return 1;
}

il_status il_runs_add(il_runs *r, il_results *results, il_error *err)
{
    return il_runs_add_from(r, results, "", err);
}

il_status il_runs_add_from(il_runs *r, il_results *results, const char *source, il_error *err)
{
    const size_t first = r->count, id = il_runs_column(r, "run_id", 6);
    struct curves c = { .runs = r, .at = first, .id = id, .finite = 1 };
    il_status st;

    r->failed = 0;
    r->source = il_runs_text(r, source);
    if (!r->source) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    IL_TRY(il_results_rows(results, IL_TABLE_RUNS, take_run, r, err));
    if (!r->failed)
        IL_TRY(il_datasets_of(r, first, results, err));
    if (!r->failed)
        IL_TRY(il_contents_of(r, first, err));
    if (!r->failed) {
        IL_TRY(il_results_rows(results, IL_TABLE_EPOCHS, take_epoch, &c, err));
        if (c.at < r->count)
            end_curve(&c);
    }
    if (r->failed || !drop_repeated(r, first, id))
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", r->count);
out:
    r->additions++;
    if (st != IL_OK)
        for (; r->count > first; r->count--)
            il_run_forget(&r->run[r->count - 1]);
    return st;
}
