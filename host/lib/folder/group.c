/* group.c - a pack's lines against the plan: ids, numbers, and a row for each epoch and layer. */
#include "group.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/run.h"
#include "core/json.h"
#include "pieces.h"

/* ---- words ----------------------------------------------------------------------------------- */

static int wrong(struct il_journal_group *text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* 0, and the reason */
static int wrong(struct il_journal_group *text, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text->wrong, sizeof text->wrong, fmt, ap);
    va_end(ap);
    return 0;
}

/* A line's value; NULL and IL_OK: it is no JSON. */
static json_t *parse(const char *line, il_status *st)
{
    json_error_t why;
    json_t *const value = il_json(line, strlen(line), 0, &why, st);

    *st = *st == IL_E_DATA ? IL_OK : *st;
    return value;
}

/* ---- values ---------------------------------------------------------------------------------- */

static const json_t *at(const json_t *array, size_t i) { return json_array_get(array, i); }

static int is_value(const json_t *x) { return json_is_number(x) || json_is_null(x); }

/* null, or a number of these */
static int is_within(const json_t *x, double low, double high)
{
    return json_is_null(x) ||
           (json_is_number(x) && json_number_value(x) >= low && json_number_value(x) <= high);
}

/* a whole number of 0 or more */
static int is_whole(const json_t *x, size_t *out)
{
    if (!json_is_integer(x) || json_integer_value(x) < 0)
        return 0;
    *out = (size_t)json_integer_value(x);
    return 1;
}

static int is(const json_t *x, size_t want)
{
    size_t n;

    return is_whole(x, &n) && n == want;
}

int il_group_is_epoch(const json_t *row, size_t epoch)
{
    int good = json_array_size(row) == 8 && is(at(row, 0), epoch);

    for (size_t i = 1; good && i < 8; i++) /* 3, 5 and 7 are accuracies */
        good = i > 1 && i % 2 == 1 ? is_within(at(row, i), 0, 1) : is_value(at(row, i));
    return good;
}

int il_group_is_state(const json_t *row, size_t layer)
{
    size_t step, distinct;
    int good = json_array_size(row) == 2 + IL_DIAGNOSTIC_COUNT && is_whole(at(row, 0), &step) &&
               is(at(row, 1), layer);

    for (size_t i = 0; good && i < IL_DIAGNOSTIC_COUNT; i++)
        good = is_value(at(row, i + 2));
    return good && (json_is_null(at(row, IL_DIAGNOSTIC_DISTINCT_UNITS + 2)) ||
                    is_whole(at(row, IL_DIAGNOSTIC_DISTINCT_UNITS + 2), &distinct));
}

/* the seventh, how many units data could not fit, is of numbers 2 on */
static int is_layer(const json_t *row, size_t fan_in, size_t fan_out)
{
    const size_t n = json_array_size(row);
    size_t unfitted = 0;
    int good = (n == 6 || (n == 7 && is_whole(at(row, 6), &unfitted) && unfitted <= fan_out)) &&
               is(at(row, 0), fan_in) && is(at(row, 1), fan_out);

    for (size_t i = 2; good && i < 6; i++) /* 3 and 5 are standard deviations */
        good = i % 2 == 1 ? is_within(at(row, i), 0, INFINITY) : is_value(at(row, i));
    return good;
}

/* ---- runs ------------------------------------------------------------------------------------ */

/* what all runs of a pack share */
struct shape {
    size_t epochs, layers, pixels, classes;
    size_t steps; /* of an epoch */
    size_t samples;
    const il_config *config;
};

/* units of a layer, of which the dataset says the first and the last */
static size_t width(const struct shape *s, size_t i)
{
    const size_t n = il_config_width(s->config, i);

    return n ? n : i == 0 ? s->pixels : s->classes;
}

/* A layer's row; where only sweep.json's numbers of the dataset speak against it, either may be the wrong one. */
static int check_layer(struct il_journal_group *text, const json_t *row, const struct shape *s,
                       size_t pack, size_t place, size_t l)
{
    const size_t in = width(s, l), out = width(s, l + 1);
    size_t got_in, got_out;

    if (is_layer(row, in, out))
        return 1;
    if (is_whole(at(row, 0), &got_in) && is_whole(at(row, 1), &got_out) &&
        is_layer(row, got_in, got_out) && (got_in == in || !il_config_width(s->config, l)) &&
        (got_out == out || !il_config_width(s->config, l + 1)))
        return wrong(text,
                     "run %zu of pack %zu: layer %zu is %zu x %zu, by sweep.json it is %zu x %zu",
                     place, pack, l + 1, got_in, got_out, in, out);
    return wrong(text, "run %zu of pack %zu: no row of layer %zu", place, pack, l + 1);
}

static int check_rows(struct il_journal_group *text, const json_t *run, const struct shape *s,
                      size_t pack, size_t place)
{
    const json_t *const epochs = json_object_get(run, "epochs");
    const json_t *const layers = json_object_get(run, "layers");

    if (json_array_size(epochs) != s->epochs)
        return wrong(text, "run %zu of pack %zu: %zu epochs, not %zu", place, pack,
                     json_array_size(epochs), s->epochs);
    if (json_array_size(layers) != s->layers)
        return wrong(text, "run %zu of pack %zu: %zu layers, not %zu", place, pack,
                     json_array_size(layers), s->layers);
    for (size_t e = 0; e < s->epochs; e++)
        if (!il_group_is_epoch(at(epochs, e), e + 1))
            return wrong(text, "run %zu of pack %zu: no row of epoch %zu", place, pack, e + 1);
    for (size_t l = 0; l < s->layers; l++)
        if (!check_layer(text, at(layers, l), s, pack, place, l))
            return 0;
    return 1;
}

/* what was seen of it, where it was watched: a row for each look and layer */
static int check_states(struct il_journal_group *text, const json_t *run, const struct shape *s,
                        size_t pack, size_t place)
{
    const json_t *const watch = json_object_get(run, "watch");
    const json_t *const rows = json_object_get(run, "diagnostics");
    il_watch w = { 0 };
    size_t looks;

    if (!watch && !rows)
        return 1;
    if (!json_is_string(watch) || il_watch_parse(&w, json_string_value(watch), NULL) != IL_OK)
        return wrong(text, "run %zu of pack %zu: nobody watches so", place, pack);
    looks = il_watch_looks(&w, s->epochs, s->steps);
    if (looks > IL_WATCH_ROWS_MOST / s->layers || json_array_size(rows) != looks * s->layers)
        return wrong(text,
                     "run %zu of pack %zu: %zu rows of diagnostics, not %zu looks at %zu layers "
                     "(sweep.json: %zu samples)",
                     place, pack, json_array_size(rows), looks, s->layers, s->samples);
    for (size_t i = 0; i < looks * s->layers; i++)
        if (!il_group_is_state(at(rows, i), i % s->layers + 1) ||
            !is(at(at(rows, i), 0), il_watch_look(&w, s->epochs, s->steps, i / s->layers)))
            return wrong(text,
                         "run %zu of pack %zu: no diagnostics of layer %zu after step %zu "
                         "(sweep.json: %zu samples)",
                         place, pack, i % s->layers + 1,
                         il_watch_look(&w, s->epochs, s->steps, i / s->layers), s->samples);
    return 1;
}

/* what the runs of a group came to */
struct ends {
    size_t diverged, failed;
};

/* a run's line, of that id, which becomes "" where the run failed: it has no rows then */
static int check_run(struct il_journal_group *text, const struct il_group *g, size_t place,
                     const struct il_folder *f, const struct shape *s, char id[17],
                     struct ends *ends)
{
    const json_t *const run = g->run[place], *const when = json_object_get(run, "diverged");
    const json_t *const stuck = json_object_get(run, "stuck"); /* earlier writers did not say */
    const char *const name = json_string_value(json_object_get(run, "run"));
    const char *const status = json_string_value(json_object_get(run, "status"));
    const size_t number = f->plan->order[f->plan->pack[g->index].first + g->first + place];
    size_t epoch, step;

    if (!name || strcmp(name, id) != 0 || !is(json_object_get(run, "number"), number))
        return wrong(text, "run %zu of pack %zu is another than the plan's", place, g->index);
    if (status && strcmp(status, "failed") == 0 && json_is_string(json_object_get(run, "error"))) {
        ends->failed++;
        id[0] = 0;
        return 1;
    }
    if (json_array_size(when) != 2 || !is_whole(at(when, 0), &epoch) ||
        !is_whole(at(when, 1), &step) || epoch > s->epochs || !status ||
        strcmp(status, epoch ? "diverged" : "ok") != 0)
        return wrong(text, "run %zu of pack %zu: no status that it can have", place, g->index);
    if (stuck && (!json_is_boolean(stuck) || (epoch && json_is_true(stuck))))
        return wrong(text, "run %zu of pack %zu: it cannot be stuck so", place, g->index);
    ends->diverged += epoch > 0;
    return check_rows(text, run, s, g->index, place) && check_states(text, run, s, g->index, place);
}

/* ---- packs ----------------------------------------------------------------------------------- */

/* the last line of a pack that is done, whose best run is none of ids [runs] unless it is "" */
static int check_pack(struct il_journal_group *text, const struct il_group *g, char (*id)[17],
                      const struct ends *ends)
{
    const json_t *const failed = json_object_get(g->pack, "failed"); /* 0 where it is not there */
    const char *const best = json_string_value(json_object_get(g->pack, "best_run"));
    int known = best && !best[0];

    for (size_t i = 0; best && !known && i < g->runs; i++)
        known = strcmp(best, id[i]) == 0; /* not one that failed: best is not "" */
    if (!known || !json_is_number(json_object_get(g->pack, "best")) ||
        !json_is_number(json_object_get(g->pack, "seconds")) ||
        !json_is_number(json_object_get(g->pack, "evaluation_seconds")) ||
        !is(json_object_get(g->pack, "runs"), g->runs) ||
        !is(json_object_get(g->pack, "diverged"), ends->diverged) ||
        !(failed ? is(failed, ends->failed) : ends->failed == 0))
        return wrong(text, "the last line of pack %zu is not that of its runs", g->index);
    return 1;
}

/* which runs of its pack a group is of: all, unless it says that the pack was halved */
static int check_piece(struct il_journal_group *text, const struct il_folder *f, struct il_group *g)
{
    const json_t *const first = json_object_get(g->pack, "first");
    const json_t *const left = json_object_get(g->pack, "left");
    const size_t all = f->plan->pack[g->index].count;
    struct il_piece piece;

    if (!first && !left)
        return g->runs == all ||
               wrong(text, "%zu runs of pack %zu, not %zu", g->runs, g->index, all);
    if (!is_whole(first, &g->first) || !is_whole(left, &g->left) || g->runs >= all ||
        !il_piece_find(f, g->index, g->first, g->runs, &piece) || g->left > all - g->runs)
        return wrong(text, "%zu runs of pack %zu that it is not halved to", g->runs, g->index);
    g->depth = piece.depth;
    return 1;
}

static il_status check_done(const struct il_folder *f, struct il_group *g,
                            struct il_journal_group *text, il_error *err)
{
    const il_sweep_pack *const pack = &f->plan->pack[g->index];
    struct shape s = { .pixels = f->setup.pixels,
                       .classes = f->setup.classes,
                       .samples = f->setup.samples };
    char(*const id)[17] = calloc(g->runs + 1, sizeof *id);
    il_config *c = NULL;
    struct ends ends = { 0 };
    il_status st = IL_OK;

    if (!id)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    if (!check_piece(text, f, g))
        goto out;
    IL_TRY(il_sweep_config(f->sweep, f->plan->order[pack->first], &c, err));
    s.config = c;
    s.epochs = strtoul(il_config_get(c, "epochs"), NULL, 10);
    s.layers = il_config_widths(c) - 1;
    s.steps = il_run_steps(c, f->setup.samples);
    for (size_t i = 0; i < g->runs; i++) {
        IL_TRY(il_folder_id(f, f->plan->order[pack->first + g->first + i], id[i], err));
        if (!check_run(text, g, i, f, &s, id[i], &ends))
            goto out;
    }
    check_pack(text, g, id, &ends);
out:
    il_config_free(c);
    free(id);
    return st;
}

/* what a pack's last line says of it, done or not */
static int check_last(const struct il_folder *f, struct il_group *g, struct il_journal_group *text)
{
    const json_t *const pack = json_object_get(g->pack, "pack");
    const json_t *const attempt = json_object_get(g->pack, "attempt");
    const char *const status = json_string_value(json_object_get(g->pack, "status"));
    size_t n;

    if (!json_is_integer(pack) || !status)
        return wrong(text, "the last line of its group is no pack's");
    if (!is_whole(pack, &g->index) || g->index >= f->plan->packs)
        return wrong(text, "pack %lld is not in the plan, which has %zu",
                     (long long)json_integer_value(pack), f->plan->packs);
    if (!is_whole(attempt, &n) || n < 1 || n > INT_MAX)
        return wrong(text, "pack %zu has no attempt", g->index);
    g->failed = strcmp(status, "failed") == 0;
    if (!g->failed && strcmp(status, "done") != 0)
        return wrong(text, "pack %zu is neither done nor failed", g->index);
    if (g->failed && (g->runs > 0 || !json_is_string(json_object_get(g->pack, "error"))))
        return wrong(text, "the failure of pack %zu is not one line with its error", g->index);
    return 1;
}

/* A journal's first line says which numbers it has, from 1, or none. */
static int check_head(struct il_journal_group *text, const json_t *head)
{
    const json_t *const numbers = json_object_get(head, "numbers");
    size_t n;

    return !numbers || (is_whole(numbers, &n) && n > 0 && n < INT_MAX) ||
           wrong(text, "its head has numbers that there cannot be");
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* the lines behind the first, whose value is taken over where it is a run's or the pack's */
static il_status parse_lines(struct il_group *g, const struct il_journal_group *text, json_t *first,
                             il_error *err)
{
    const size_t begin = g->head != NULL;
    il_status st = IL_OK;

    g->run = calloc(text->lines, sizeof *g->run);
    if (!g->run) {
        json_decref(first);
        return il_fail(err, IL_E_MEMORY, "out of memory");
    }
    for (size_t i = begin; i < text->lines && st == IL_OK; i++) {
        json_t *const value = i == 0 ? first : parse(text->line[i], &st);

        if (i + 1 == text->lines)
            g->pack = value;
        else
            g->run[g->runs++] = value;
    }
    return st == IL_OK ? st : il_fail(err, st, "out of memory");
}

int il_group_failed(const struct il_group *g, size_t place)
{
    return strcmp(json_string_value(json_object_get(g->run[place], "status")), "failed") == 0;
}

il_status il_group_read(struct il_group *g, const struct il_folder *f,
                        struct il_journal_group *text, struct il_group_owner *owner, il_error *err)
{
    il_status st;
    json_t *first = parse(text->line[0], &st);

    *g = (struct il_group){ .at = text->at, .end = text->end, .whole = text->whole };
    if (st != IL_OK)
        return il_fail(err, st, "out of memory");
    if (text->lost)
        *owner = (struct il_group_owner){ IL_OWNER_UNKNOWN, 1 };
    if (json_object_get(first, "journal")) {
        g->head = first;
        first = NULL;
        *owner = (struct il_group_owner){ il_folder_owner(f, g->head), 0 };
    }
    if (owner->owner == IL_OWNER_OTHER) {
        json_decref(first);
        return IL_OK;
    }
    IL_TRY(parse_lines(g, text, first, err));
    if (g->head && owner->owner == IL_OWNER_US && !check_head(text, g->head)) {
        json_decref(g->head); /* what it says is not noted */
        g->head = NULL;
        return IL_OK;
    }
    if (g->head && text->lines == 1) {
        g->counts = 1;
        return IL_OK;
    }
    if (check_last(f, g, text) && !g->failed)
        IL_TRY(check_done(f, g, text, err));
    /* a failure names no run: it counts where its journal is known to be ours */
    g->counts = !text->wrong[0] && (owner->owner == IL_OWNER_US || !g->failed);
    if (owner->owner == IL_OWNER_UNKNOWN && owner->lost)
        text->wrong[0] = 0;
out:
    return st;
}

void il_group_free(struct il_group *g)
{
    for (size_t i = 0; g->run && i < g->runs; i++)
        json_decref(g->run[i]);
    free(g->run);
    json_decref(g->pack);
    json_decref(g->head);
}
