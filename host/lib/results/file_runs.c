/*
 * file_runs.c - what `train --out FILE.jsonl` left, read back: a line is an epoch, a look at a layer, or the end of a
 * run. Files may be anybody's: a line is of 16 MiB at most, and numbers are looked at.
 */
#include "file_runs.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "core/error.h"
#include "core/number.h"

/* The longest line has a run's whole config: a million widths at most. */
enum { LINE_MOST = 1 << 24 };

struct reading {
    struct il_read_run run; /* so far */
    il_epoch *epoch;        /* that run.head.epoch is, too */
    il_layer_state *state;
    size_t epoch_room, state_room;
    char *text; /* a line, in room bytes */
    size_t room;
    size_t line, found; /* lines and runs of the file so far */
    il_read_run_fn *each;
    void *arg;
};

static il_status wrong(const struct reading *r, const char *what, il_error *err)
{
    return il_fail(err, IL_E_DATA, "%.300s:%zu: %.200s", r->run.path, r->line, what);
}

const char *il_parameter_text(const json_t *x, char number[IL_NUMBER_TEXT])
{
    if (json_is_boolean(x))
        return json_is_true(x) ? "yes" : "no";
    if (json_is_real(x))
        il_write_real(json_real_value(x), number);
    else if (json_is_integer(x))
        snprintf(number, IL_NUMBER_TEXT, "%lld", (long long)json_integer_value(x));
    else
        return json_string_value(x);
    return number;
}

/* ---- runs ------------------------------------------------------------------------------------ */

/* Tell the run that was read, if there is any, and begin another. */
static il_status end_run(struct reading *r, const char *status, const json_t *last, il_error *err)
{
#define X(name) char name##_text[IL_NUMBER_TEXT];
    IL_COST_PARAMETERS(X)
#undef X
    const json_t *const config = json_object_get(last, "config");
    il_file_run *const h = &r->run.head;
    il_status st = IL_OK;

    h->stuck = json_is_true(json_object_get(last, "stuck"));
#define X(name) h->name = il_parameter_text(json_object_get(config, #name), name##_text);
    IL_COST_PARAMETERS(X)
#undef X
    if (last || h->epochs || r->run.states) {
        h->number = ++r->found;
        h->status = status;
        h->epoch = r->epoch;
        r->run.state = r->state;
        r->run.last = last;
        r->run.line = r->line;
        st = r->each(r->arg, &r->run, err);
    }
    h->epochs = 0;
    h->test_accuracy = NAN;
    r->run.states = 0;
    return st;
}

/* room for one more of n things; 0: out of memory */
static int grow(void **all, size_t *room, size_t n, size_t size)
{
    const size_t more = *room ? 2 * *room : 16;
    void *bigger;

    if (n < *room)
        return 1;
    bigger = more > SIZE_MAX / size ? NULL : realloc(*all, more * size);
    if (!bigger)
        return 0;
    *all = bigger;
    *room = more;
    return 1;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* a number, or NaN where it is null or left out; an accuracy is from 0 to 1. 0: it is neither */
static int number(const json_t *line, const char *name, double *to)
{
    const json_t *const x = json_object_get(line, name);
    const size_t n = strlen(name);

    *to = json_is_number(x) ? json_number_value(x) : NAN;
    if (x && !json_is_null(x) && !json_is_number(x))
        return 0;
    return n < 8 || strcmp(name + n - 8, "accuracy") != 0 || isnan(*to) || (*to >= 0 && *to <= 1);
}

static il_status take_epoch(struct reading *r, size_t epoch, const json_t *line, il_error *err)
{
    il_epoch e = { .epoch = epoch };
    il_file_run *const h = &r->run.head;
    il_status st = IL_OK;
    int good = 1;

#define X(name, validation) good &= number(line, #name, &e.name);
    IL_EPOCH_NUMBERS(X)
#undef X
    if (!good)
        return wrong(r, "an epoch with numbers that no run has", err);
    if (h->epochs && epoch <= r->epoch[h->epochs - 1].epoch)
        st = end_run(r, "unfinished", NULL, err); /* it was killed, and another begins */
    if (st != IL_OK)
        return st;
    if (!grow((void **)&r->epoch, &r->epoch_room, h->epochs, sizeof e))
        return il_fail(err, IL_E_MEMORY, "out of memory");
    r->epoch[h->epochs++] = e;
    h->test_accuracy = e.test_accuracy;
    return IL_OK;
}

/* of --diag */
static il_status take_state(struct reading *r, const json_t *line, il_error *err)
{
    const json_t *const step = json_object_get(line, "step"), *const layer =
                                                                  json_object_get(line, "layer");
    const size_t n = r->run.states;
    il_layer_state s = { .step = (size_t)json_integer_value(step),
                         .layer = (size_t)json_integer_value(layer) };
    int good = json_is_integer(step) && json_integer_value(step) >= 0 && json_is_integer(layer) &&
               json_integer_value(layer) > 0;
    il_status st = IL_OK;

    for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++)
        good &= number(line, il_diagnostic_name(i), &s.value[i]);
    good &= !json_is_real(json_object_get(line, il_diagnostic_name(IL_DIAGNOSTIC_DISTINCT_UNITS)));
    if (!good)
        return wrong(r, "a look at a layer with numbers that none has", err);
    if (n ? s.step < r->state[n - 1].step : s.step == 0 && r->run.head.epochs)
        st = end_run(r, "unfinished", NULL, err);
    if (st != IL_OK)
        return st;
    if (!grow((void **)&r->state, &r->state_room, r->run.states, sizeof s))
        return il_fail(err, IL_E_MEMORY, "out of memory");
    r->state[r->run.states++] = s;
    return IL_OK;
}

static il_status take_end(struct reading *r, const char *status, const json_t *line, il_error *err)
{
    double accuracy;

    if (!number(line, "test_accuracy", &accuracy))
        return wrong(r, "the end of a run with an accuracy that none has", err);
    if (!isnan(accuracy))
        r->run.head.test_accuracy = accuracy;
    return end_run(r, status, line, err);
}

static il_status take(struct reading *r, size_t n, il_error *err)
{
    json_error_t why;
    il_status st;
    json_t *const line = il_json(r->text, n, JSON_REJECT_DUPLICATES, &why, &st);
    const char *const status = json_string_value(json_object_get(line, "status"));
    const json_int_t epoch = json_integer_value(json_object_get(line, "epoch"));

    if (!line && st == IL_E_MEMORY)
        st = il_fail(err, st, "out of memory");
    else if (!json_is_object(line))
        st =
            il_fail(err, IL_E_DATA, "%.300s:%zu: not an object of 'train --out FILE.jsonl': %.100s",
                    r->run.path, r->line, line ? "another kind of JSON" : why.text);
    else if (status)
        st = take_end(r, status, line, err);
    else if (json_object_get(line, "layer"))
        st = take_state(r, line, err);
    else if (epoch > 0)
        st = take_epoch(r, (size_t)epoch, line, err);
    else
        st = wrong(r, "neither an epoch nor the end of a run of 'train --out FILE.jsonl'", err);
    json_decref(line);
    return st;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* The next line, as getline has it, but of LINE_MOST bytes at most: *n is more where it is longer. 0: there is none. */
static int next_line(struct reading *r, FILE *from, size_t *n)
{
    int c = 0;

    for (*n = 0; c != '\n' && *n <= LINE_MOST && (c = getc_unlocked(from)) != EOF;
         r->text[*n] = 0) {
        if (*n + 2 > r->room) {
            char *const more = realloc(r->text, 2 * r->room + 256);

            if (!more)
                return 0;
            r->text = more;
            r->room = 2 * r->room + 256;
        }
        r->text[(*n)++] = (char)c;
    }
    return *n > 0 && !ferror(from);
}

static il_status read_lines(struct reading *r, FILE *from, il_error *err)
{
    const char *const path = r->run.path;
    size_t n;
    il_status st = IL_OK;

    errno = 0;
    while (st == IL_OK && next_line(r, from, &n)) {
        r->line++;
        st = n > LINE_MOST ? il_fail(err, IL_E_DATA,
                                     "%.300s:%zu: a line of more than %d bytes is none of 'train "
                                     "--out FILE.jsonl'",
                                     path, r->line, LINE_MOST)
                           : take(r, n, err);
        errno = 0;
    }
    if (st == IL_OK && !feof(from))
        st = il_fail(err, il_or_memory(errno, IL_E_DATA), "cannot read '%.300s': %s", path,
                     strerror(errno ? errno : EIO));
    if (st == IL_OK)
        st = end_run(r, "unfinished", NULL, err);
    if (st == IL_OK && !r->found)
        st = il_fail(err, IL_E_DATA, "%.300s: no epoch in it (made by 'train --out'?)", path);
    return st;
}

static il_status read_file(struct reading *r, il_error *err)
{
    const char *const path = r->run.path;
    FILE *const from = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    struct stat info;
    il_status st;

    if (!from)
        return il_fail(err, il_or_memory(errno, IL_E_DATA), "cannot open '%.300s': %s", path,
                       strerror(errno));
    if (fstat(fileno(from), &info) == 0 && S_ISDIR(info.st_mode))
        st = il_fail(err, IL_E_DATA,
                     "'%.300s' is a folder, and not a sweep's: it has no "
                     "sweep.json",
                     path);
    else
        st = read_lines(r, from, err);
    if (from != stdin)
        fclose(from);
    return st;
}

il_status il_read_runs(const char *const *path, size_t paths, il_read_run_fn *each, void *arg,
                       il_error *err)
{
    struct reading r = { .each = each, .arg = arg };
    size_t from_stdin = 0;
    il_status st = IL_OK;

    for (size_t i = 0; i < paths; i++)
        from_stdin += strcmp(path[i], "-") == 0;
    if (from_stdin > 1)
        return il_fail(err, IL_E_USAGE, "- is standard input, which can be read once");
    for (size_t i = 0; i < paths && st == IL_OK; i++) {
        r.run =
            (struct il_read_run){ .path = path[i], .head = { .file = i, .test_accuracy = NAN } };
        r.line = r.found = 0;
        st = read_file(&r, err);
    }
    free(r.epoch);
    free(r.state);
    free(r.text);
    return st;
}

struct plain {
    il_file_run_fn *each;
    void *arg;
};

static il_status tell_plain(void *arg, const struct il_read_run *run, il_error *err)
{
    const struct plain *const p = arg;

    return p->each(p->arg, &run->head, err);
}

il_status il_file_runs(const char *const *path, size_t paths, il_file_run_fn *each, void *arg,
                       il_error *err)
{
    struct plain p = { each, arg };

    return il_read_runs(path, paths, tell_plain, &p, err);
}
