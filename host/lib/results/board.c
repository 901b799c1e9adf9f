/*
 * board.c - names of runs by what varies, "he_normal lr=0.1 seed=3", and TensorBoard's HPARAMS: Values of a Summary whose
 * metadata (9) hold plugin_data (1) of a plugin_name (1) and a content (2), HParamsPluginData: an experiment (2), how a
 * session started (3) and ended (4). Values of parameters are google.protobuf.Value: number (2), string (3), list (6).
 */
#include "board.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/config.h"
#include "core/error.h"

enum { NAME_MOST = 200 /* bytes, of a file system's 255 */ };

/* ---- columns --------------------------------------------------------------------------------- */

static int is_number(const il_value *v)
{
    return v->kind == IL_VALUE_REAL || (v->kind == IL_VALUE_WHOLE && v->whole <= INT64_C(1) << 53 &&
                                        v->whole >= -(INT64_C(1) << 53));
}

static int is_parameter(const char *name)
{
    const il_parameter *p;
    size_t i = 0;

    while ((p = il_parameter_at(i)) && strcmp(p->name, name) != 0)
        i++;
    return p != NULL;
}

/* whose values say for themselves what they are */
static int is_scheme(const struct il_board_column *c) { return strcmp(c->name, "init") == 0; }

static int add_column(struct il_board *b, size_t at, const char *name)
{
    struct il_board_column *const c = &b->column[b->columns];

    *c = (struct il_board_column){ .at = at,
                                   .name = strdup(name),
                                   .is_seed =
                                       strcmp(name, "seed") == 0 || strcmp(name, "data_seed") == 0,
                                   .least = INFINITY,
                                   .most = -INFINITY };
    b->columns++;
    return c->name != NULL;
}

static int add_value(struct il_board_column *c, const il_value *v)
{
    c->is_text |= !is_number(v);
    c->least = v->real < c->least ? v->real : c->least;
    c->most = v->real > c->most ? v->real : c->most;
    for (size_t i = 0; i < c->values && i < IL_BOARD_VALUES; i++)
        if (strcmp(c->value[i], v->text) == 0)
            return 1;
    if (c->values < IL_BOARD_VALUES && !(c->value[c->values] = strdup(v->text)))
        return 0;
    c->values += c->values <= IL_BOARD_VALUES;
    return 1;
}

static int look(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct il_board *const b = arg;

    for (size_t i = 0; !b->counting && i < columns && b->columns < IL_BOARD_COLUMNS; i++)
        if (is_parameter(name[i]) && !add_column(b, i, name[i]))
            return b->failed = 1;
    b->counting = 1;
    for (size_t i = 0; i < b->columns; i++)
        if (!add_value(&b->column[i], &value[b->column[i].at]))
            return b->failed = 1;
    return 0;
}

static void free_column(struct il_board_column *c)
{
    for (size_t i = 0; i < c->values && i < IL_BOARD_VALUES; i++)
        free(c->value[i]);
    free(c->name);
}

/* leave out columns of one value; the scheme is what one looks for, and comes first */
static void keep_varying(struct il_board *b)
{
    size_t to = 0;

    for (size_t i = 0; i < b->columns; i++)
        if (b->column[i].values > 1)
            b->column[to++] = b->column[i];
        else
            free_column(&b->column[i]);
    b->columns = to;
    for (size_t i = 1; i < to; i++)
        if (is_scheme(&b->column[i])) {
            const struct il_board_column scheme = b->column[i];

            memmove(&b->column[1], &b->column[0], i * sizeof scheme);
            b->column[0] = scheme;
        }
}

/* ---- names ----------------------------------------------------------------------------------- */

/* letters, digits and what no file system minds; the rest is -, as is a dot in front */
static char *name_of(const struct il_board *b, const il_value *value, const char *id, int seeds)
{
    char *all = strdup("");

    for (size_t i = 0; all && i < b->columns && strlen(all) < NAME_MOST; i++) {
        const struct il_board_column *const c = &b->column[i];
        const int bare = is_scheme(c);
        char *more = NULL;

        if (c->is_seed && !seeds)
            continue;
        if (asprintf(&more, "%s%s%s%s%.*s", all, all[0] ? " " : "", bare ? "" : c->name,
                     bare ? "" : "=", NAME_MOST, value[c->at].text) < 0)
            more = NULL;
        free(all);
        all = more;
    }
    if (all && !all[0]) {
        free(all);
        all = strdup(seeds ? id : "all");
    }
    for (char *p = all; all && *p; p++)
        if (p - all == NAME_MOST)
            *p-- = 0;
        else if (!isalnum((unsigned char)*p) && (p == all || !strchr("._=,+- ", *p)))
            *p = '-';
    return all;
}

static int take(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct il_board *const b = arg;
    struct il_board_run *r;

    (void)name, (void)columns;
    if (b->runs == b->room) {
        const size_t room = 2 * b->room + 64;
        struct il_board_run *const more = realloc(b->run, room * sizeof *more);

        if (!more)
            return b->failed = 1;
        b->run = more;
        b->room = room;
    }
    r = &b->run[b->runs++];
    snprintf(r->id, sizeof r->id, "%s", value[0].text);
    r->name = name_of(b, value, r->id, 1);
    r->group = name_of(b, value, r->id, 0);
    return b->failed = !r->name || !r->group;
}

static int by_name(const void *x, const void *y)
{
    const struct il_board_run *const a = *(struct il_board_run *const *)x,
                                     *const b = *(struct il_board_run *const *)y;

    return strcmp(a->name, b->name);
}

/* names that others have, too, get the run's id; 0: out of memory */
static int tell_apart(struct il_board *b)
{
    struct il_board_run **const order = malloc((b->runs + 1) * sizeof *order);
    unsigned char *const alike = calloc(b->runs + 1, 1);
    int ok = order && alike;

    for (size_t i = 0; ok && i < b->runs; i++)
        order[i] = &b->run[i];
    if (ok)
        qsort(order, b->runs, sizeof *order, by_name);
    for (size_t i = 1; ok && i < b->runs; i++)
        if (by_name(&order[i - 1], &order[i]) == 0)
            alike[i - 1] = alike[i] = 1;
    for (size_t i = 0; ok && i < b->runs; i++) {
        char *more = NULL;

        if (!alike[i])
            continue;
        ok = asprintf(&more, "%s %s", order[i]->name, order[i]->id) >= 0;
        if (ok) {
            free(order[i]->name);
            order[i]->name = more;
        }
    }
    free(alike);
    free(order);
    return ok;
}

il_status il_board_read(struct il_board *b, il_results *r, il_error *err)
{
    il_status st;

    *b = (struct il_board){ .run = NULL };
    IL_TRY(il_results_rows(r, IL_TABLE_RUNS, look, b, err));
    if (!b->failed) {
        keep_varying(b);
        IL_TRY(il_results_rows(r, IL_TABLE_RUNS, take, b, err));
    }
    if (b->failed || !tell_apart(b))
        st = il_fail(err, IL_E_MEMORY, "out of memory for the names of %zu runs", b->runs);
out:
    return st;
}

void il_board_free(struct il_board *b)
{
    for (size_t i = 0; i < b->columns; i++)
        free_column(&b->column[i]);
    for (size_t i = 0; i < b->runs; i++) {
        free(b->run[i].name);
        free(b->run[i].group);
    }
    free(b->run);
    *b = (struct il_board){ .run = NULL };
}

/* ---- HPARAMS --------------------------------------------------------------------------------- */

/* A Value of a tag, whose plugin_data are one field of HParamsPluginData; TensorBoard wants a tensor: empty floats. */
static void put_plugin(struct il_proto *summary, const char *tag, unsigned field,
                       struct il_proto *content)
{
    struct il_proto data = { 0 }, inner = { 0 }, value = { 0 };

    il_proto_message(&data, field, content);
    il_proto_text(&inner, 1, "hparams");
    il_proto_message(&inner, 2, &data);
    il_proto_message(&data, 1, &inner); /* SummaryMetadata */
    il_proto_text(&value, 1, tag);
    il_proto_message(&value, 9, &data);
    il_proto_whole(&inner, 1,
                   1); /* float, of shape [0]: its one dimension is a message without fields */
    il_proto_message(&data, 2, &(struct il_proto){ 0 });
    il_proto_message(&inner, 2, &data);
    il_proto_message(&value, 8, &inner);
    il_proto_message(summary, 1, &value);
    il_proto_free(&data);
    il_proto_free(&inner);
    il_proto_free(&value);
}

static void put_value(struct il_proto *to, const struct il_board_column *c, const char *text)
{
    if (c->is_text)
        il_proto_text(to, 3, text);
    else
        il_proto_double(to, 2, strtod(text, NULL));
}

/* what values a filter offers: each, or from the least to the most */
static void put_domain(struct il_proto *info, const struct il_board_column *c)
{
    struct il_proto list = { 0 }, value = { 0 };

    for (size_t i = 0; c->values <= IL_BOARD_VALUES && i < c->values; i++) {
        put_value(&value, c, c->value[i]);
        il_proto_message(&list, 1, &value);
    }
    if (c->values <= IL_BOARD_VALUES) {
        il_proto_message(info, 5, &list);
    } else if (!c->is_text) {
        il_proto_double(&list, 1, c->least);
        il_proto_double(&list, 2, c->most);
        il_proto_message(info, 6, &list);
    }
    il_proto_free(&list);
    il_proto_free(&value);
}

void il_board_experiment(const struct il_board *b, const char *const *metric, size_t metrics,
                         struct il_proto *summary)
{
    enum { TEXT = 1, FLOAT64 = 3 };
    struct il_proto experiment = { 0 }, info = { 0 }, name = { 0 };

    for (size_t i = 0; i < b->columns; i++)
        if (!b->column[i].is_seed) {
            il_proto_text(&info, 1, b->column[i].name);
            il_proto_whole(&info, 4, b->column[i].is_text ? TEXT : FLOAT64);
            put_domain(&info, &b->column[i]);
            il_proto_message(&experiment, 4, &info);
        }
    for (size_t i = 0; i < metrics; i++) {
        il_proto_text(&name, 2, metric[i]);
        il_proto_message(&info, 1, &name);
        il_proto_message(&experiment, 5, &info);
    }
    put_plugin(summary, "_hparams_/experiment", 2, &experiment);
    il_proto_free(&experiment);
    il_proto_free(&info);
    il_proto_free(&name);
}

void il_board_start(const struct il_board *b, const struct il_board_run *run, const il_value *row,
                    double time, struct il_proto *summary)
{
    struct il_proto start = { 0 }, entry = { 0 }, value = { 0 };

    for (size_t i = 0; i < b->columns; i++)
        if (!b->column[i].is_seed) {
            put_value(&value, &b->column[i], row[b->column[i].at].text);
            il_proto_text(&entry, 1, b->column[i].name);
            il_proto_message(&entry, 2, &value);
            il_proto_message(&start, 1, &entry);
        }
    il_proto_text(&start, 4, run->group);
    il_proto_double(&start, 5, time);
    put_plugin(summary, "_hparams_/session_start_info", 3, &start);
    il_proto_free(&start);
    il_proto_free(&entry);
    il_proto_free(&value);
}

void il_board_end(int ok, double time, struct il_proto *summary)
{
    enum { SUCCESS = 1, FAILURE = 2 };
    struct il_proto end = { 0 };

    il_proto_whole(&end, 1, ok ? SUCCESS : FAILURE);
    il_proto_double(&end, 2, time);
    put_plugin(summary, "_hparams_/session_end_info", 4, &end);
    il_proto_free(&end);
}
