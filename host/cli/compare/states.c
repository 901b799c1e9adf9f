/* states.c - the table diagnostics, summed up by group, step and layer. */
#include "states.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "rows.h"

enum { MOST = 1500000 /* rows in memory, some 75 MB */, FIRST = 4 /* column of the numbers */ };

struct member {
    char id[17];
    size_t folder, group;
    int diverged;
};

/* one row of the table, as it is kept */
struct seen {
    uint32_t group, layer;
    uint64_t step;
    float epoch, value[IL_DIAGNOSTIC_COUNT];
};

struct reading {
    struct member *member; /* [members], by id and folder */
    size_t members, room;
    struct seen *seen;                              /* [count] */
    size_t count, seen_room, folder, groups, *kept; /* kept [groups]: rows */
    const struct member *run;                       /* whose rows are being read */
    size_t ends_before, end_room;                   /* ends of runs before it */
    struct states *to;
    int skip, skipped, failed;
};

/* ---- whose rows there are -------------------------------------------------------------------- */

static int take_member(void *arg, const struct row *row)
{
    struct reading *const r = arg;
    struct member *const m = &r->member[r->members];

    if (r->members == r->room || row->group >= r->groups)
        return 0;
    snprintf(m->id, sizeof m->id, "%.16s", row->id);
    m->folder = row->folder;
    m->group = row->group;
    m->diverged = row->end == RUN_DIVERGED;
    r->members++;
    return 0;
}

static int by_id(const void *a, const void *b)
{
    const struct member *const x = a, *const y = b;
    const int order = strcmp(x->id, y->id);

    return order ? order : (x->folder > y->folder) - (x->folder < y->folder);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Another run's rows begin: is it one of ours, and is there room for more of its group? */
static void begin_run(struct reading *r, const char *id)
{
    struct member key = { .folder = r->folder };

    snprintf(key.id, sizeof key.id, "%.16s", id);
    r->run = bsearch(&key, r->member, r->members, sizeof key, by_id);
    r->skip = r->run && r->kept[r->run->group] >= MOST / r->groups;
    r->skipped |= r->skip;
    r->ends_before = r->to->ends;
    if (r->run && !r->skip) {
        r->to->runs[r->run->group]++;
        r->to->diverged[r->run->group] += (size_t)r->run->diverged;
    }
}

static int grow(struct reading *r)
{
    const size_t room = r->seen_room ? 2 * r->seen_room : 1024;
    struct seen *const more = realloc(r->seen, room * sizeof *more);

    if (!more)
        return 0;
    r->seen = more;
    r->seen_room = room;
    return 1;
}

/* The end of the run's layer, a new one if need be. NULL: out of memory */
static struct state_end *end_of(struct reading *r, size_t layer)
{
    struct states *const s = r->to;
    size_t i = r->ends_before;

    while (i < s->ends && s->end[i].layer != layer)
        i++;
    if (i == r->end_room) {
        const size_t room = r->end_room ? 2 * r->end_room : 64;
        struct state_end *const more = realloc(s->end, room * sizeof *more);

        if (!more)
            return NULL;
        s->end = more;
        r->end_room = room;
    }
    if (i == s->ends) {
        s->end[s->ends++] = (struct state_end){ .group = r->run->group, .layer = layer };
        for (size_t q = 0; q < IL_DIAGNOSTIC_COUNT; q++)
            s->end[i].epoch[q] = s->end[i].value[q] = NAN;
    }
    return &s->end[i];
}

/* a run's looks come in their order: what is finite now is the last so far. 0: out of memory */
static int move_end(struct reading *r, const struct seen *s)
{
    struct state_end *const end = end_of(r, s->layer);

    for (size_t q = 0; end && q < IL_DIAGNOSTIC_COUNT; q++)
        if (isfinite(s->value[q])) {
            end->epoch[q] = s->epoch;
            end->value[q] = s->value[q];
        }
    return end != NULL;
}

static int take(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct reading *const r = arg;
    struct seen *s;

    (void)name;
    if (columns < FIRST + IL_DIAGNOSTIC_COUNT)
        return 0;
    if (!r->run || strcmp(r->run->id, value[0].text) != 0)
        begin_run(r, value[0].text);
    if (!r->run || r->skip || value[1].whole < 0 || value[2].whole < 1 ||
        value[2].whole > UINT32_MAX)
        return 0;
    if (r->count == r->seen_room && !grow(r)) {
        r->failed = 1;
        return 1;
    }
    s = &r->seen[r->count++];
    *s = (struct seen){ .group = (uint32_t)r->run->group,
                        .layer = (uint32_t)value[2].whole,
                        .step = (uint64_t)value[1].whole,
                        .epoch = (float)value[3].real };
    for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++)
        s->value[i] = value[FIRST + i].kind == IL_VALUE_NULL ? NAN : (float)value[FIRST + i].real;
    r->kept[s->group]++;
    r->failed |= r->run->diverged && !move_end(r, s);
    return r->failed;
}

static il_status read_rows(struct reading *r, const struct compared *k, il_error *err)
{
    il_status st;

    r->groups = k->comparison->groups;
    r->room = il_runs_count(k->runs);
    r->member = calloc(r->room + 1, sizeof *r->member);
    r->kept = calloc(r->groups + 1, sizeof *r->kept);
    r->to->runs = calloc(r->groups + 1, sizeof *r->to->runs);
    r->to->diverged = calloc(r->groups + 1, sizeof *r->to->diverged);
    if (!r->member || !r->kept || !r->to->runs || !r->to->diverged)
        return cli_no_memory(err);
    st = rows_each(k, take_member, r, err);
    qsort(r->member, r->members, sizeof *r->member, by_id);
    for (; st == IL_OK && r->folder < k->sources; r->folder++) {
        r->run = NULL;
        st = il_results_rows(k->results[r->folder], IL_TABLE_DIAGNOSTICS, take, r, err);
    }
    return st == IL_OK && r->failed ? cli_no_memory(err) : st;
}

/* ---- sums ------------------------------------------------------------------------------------ */

static int by_place(const void *a, const void *b)
{
    const struct seen *const x = a, *const y = b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return (x->layer > y->layer) - (x->layer < y->layer);
}

/* rows [n] are of one place; x [n] is scratch */
static void sum_up(struct state *out, const struct seen *row, size_t n, double *x)
{
    *out = (struct state){ .group = row->group,
                           .step = row->step,
                           .layer = row->layer,
                           .epoch = (double)row->epoch,
                           .runs = n };
    for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++) {
        double quartile[3] = { NAN, NAN, NAN };
        size_t finite = 0;

        for (size_t k = 0; k < n; k++)
            if (isfinite(row[k].value[i]))
                x[finite++] = (double)row[k].value[i];
        if (2 * finite >= n)
            il_quartiles(x, finite, quartile);
        out->low[i] = quartile[0];
        out->median[i] = quartile[1];
        out->high[i] = quartile[2];
    }
}

static il_status sum_up_all(struct states *s, struct reading *r, il_error *err)
{
    double *const x = calloc(r->members + 1, sizeof *x);
    size_t places = 0, end;

    qsort(r->seen, r->count, sizeof *r->seen, by_place);
    for (size_t i = 0; i < r->count; i++)
        places += i == 0 || by_place(&r->seen[i - 1], &r->seen[i]) != 0;
    s->state = calloc(places + 1, sizeof *s->state);
    if (!x || !s->state) {
        free(x);
        return cli_no_memory(err);
    }
    for (size_t i = 0; i < r->count; i = end) {
        for (end = i + 1; end < r->count && by_place(&r->seen[i], &r->seen[end]) == 0;)
            end++;
        sum_up(&s->state[s->count++], &r->seen[i], end - i, x);
    }
    free(x);
    return IL_OK;
}

/* ---- for the section ------------------------------------------------------------------------- */

il_status states_read(struct states *s, const struct compared *k, il_error *err)
{
    struct reading r = { .to = s };
    il_status st;

    *s = (struct states){ .state = NULL };
    st = read_rows(&r, k, err);
    if (st == IL_OK && r.count)
        st = sum_up_all(s, &r, err);
    s->some_runs = r.skipped;
    free(r.member);
    free(r.kept);
    free(r.seen);
    return st;
}

void states_free(struct states *s)
{
    free(s->state);
    free(s->end);
    free(s->runs);
    free(s->diverged);
}

size_t states_ends(const struct states *s, size_t group, size_t layer, size_t quantity, double *x,
                   double *y)
{
    size_t n = 0;

    for (size_t i = 0; i < s->ends; i++)
        if (s->end[i].group == group && s->end[i].layer == layer &&
            isfinite(s->end[i].epoch[quantity])) {
            x[n] = (double)s->end[i].epoch[quantity];
            y[n++] = (double)s->end[i].value[quantity];
        }
    return n;
}

const struct state *states_of(const struct states *s, size_t group, size_t *count)
{
    size_t from = 0, to;

    while (from < s->count && s->state[from].group < group)
        from++;
    for (to = from; to < s->count && s->state[to].group == group;)
        to++;
    *count = to - from;
    return s->state + from;
}

/* ---- words ----------------------------------------------------------------------------------- */

static const struct {
    const char *words;
    il_scale scale;
    int hidden; /* of hidden layers alone */
} quantities[IL_DIAGNOSTIC_COUNT] = {
    [IL_DIAGNOSTIC_ACTIVATION_MEAN] = { "mean of activations", IL_SCALE_LINEAR, 1 },
    [IL_DIAGNOSTIC_ACTIVATION_VARIANCE] = { "variance of activations", IL_SCALE_LOG, 1 },
    [IL_DIAGNOSTIC_SATURATED] = { "saturated (share of activations)", IL_SCALE_LINEAR, 1 },
    [IL_DIAGNOSTIC_DEAD] = { "dead (share of units)", IL_SCALE_LINEAR, 1 },
    [IL_DIAGNOSTIC_GRADIENT_NORM] = { "norm of the gradient", IL_SCALE_LOG, 0 },
    [IL_DIAGNOSTIC_UPDATE_RATIO] = { "update-to-weight ratio", IL_SCALE_LOG, 0 },
    [IL_DIAGNOSTIC_DISTANCE] = { "distance from the start", IL_SCALE_AUTO, 0 },
    [IL_DIAGNOSTIC_DISTINCT_UNITS] = { "distinct units", IL_SCALE_AUTO, 0 },
    [IL_DIAGNOSTIC_EFFECTIVE_RANK] = { "effective rank", IL_SCALE_AUTO, 0 },
};

const char *state_words(size_t quantity)
{
    return quantity < IL_DIAGNOSTIC_COUNT ? quantities[quantity].words : NULL;
}

il_scale state_scale(size_t quantity) { return quantities[quantity].scale; }

size_t state_layers_with(size_t quantity, size_t layers)
{
    return layers - (quantities[quantity].hidden && layers > 0);
}

size_t state_layer(size_t line, size_t lines, size_t layers)
{
    return lines < 2 ? 1 : 1 + line * (layers - 1) / (lines - 1);
}
