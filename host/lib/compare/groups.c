/* groups.c - runs by group. Texts are kept once (runs.h), so that equal values are equal pointers. */
#include "groups.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/config.h"
#include "core/error.h"
#include "core/hash.h"

int il_is_seed(const char *column)
{
    return strcmp(column, "seed") == 0 || strcmp(column, "data_seed") == 0;
}

/* Seeds are what pairs are by; and no test tells runs apart that were tested on other samples. */
static int is_of_pairs(const char *column)
{
    return il_is_seed(column) || strcmp(column, IL_DATA_COLUMN) == 0;
}

int il_groups_varies(const il_runs *r, size_t column)
{
    for (size_t i = 1; i < r->count; i++)
        if (r->run[i].value[column] != r->run[0].value[column])
            return 1;
    return 0;
}

static int is_by(const struct il_groups *g, size_t column)
{
    for (size_t i = 0; i < g->columns; i++)
        if (g->by[i] == column)
            return 1;
    return 0;
}

/* "init,depth" -> columns, each once */
static il_status read_by(struct il_groups *g, const il_runs *r, const char *by, il_error *err)
{
    for (const char *p = by;; p++) {
        const size_t n = strcspn(p, ","), column = il_runs_column(r, p, n);

        if (column == r->columns)
            return il_runs_no_column(r, p, n, err);
        if (!is_by(g, column))
            g->by[g->columns++] = column;
        p += n;
        if (!*p)
            return IL_OK;
    }
}

il_status il_compare_by(const char *by, il_error *err)
{
    struct il_groups g = { .columns = 0 };
    il_runs *none = NULL;
    il_status st = il_runs_new(&none, "test_accuracy", 0, err);

    if (st == IL_OK)
        st = read_by(&g, none, by, err);
    il_runs_free(none);
    return st;
}

/* groups by all that varies, but seeds */
static void choose_columns(struct il_groups *g, const il_runs *r)
{
    for (size_t c = 0; c < r->parameters; c++)
        if (!il_is_seed(r->column[c]) && !is_by(g, c) && il_groups_varies(r, c))
            g->by[g->columns++] = c;
    for (size_t i = 0; i < r->tuneds; i++) /* whether they differ or not */
        if (!is_by(g, r->tuned[i]))
            g->by[g->columns++] = r->tuned[i];
}

/* ---- numbers for equal tuples of values ------------------------------------------------------ */

struct tuples {
    const il_runs *runs;
    size_t column[IL_RUN_COLUMNS + 2], columns;
    size_t *slot; /* run + 1 of a tuple's first run, 0: none; [room] */
    size_t room;
};

static int same_tuple(const struct tuples *t, size_t a, size_t b)
{
    for (size_t i = 0; i < t->columns; i++)
        if (t->runs->run[a].value[t->column[i]] != t->runs->run[b].value[t->column[i]])
            return 0;
    return 1;
}

/* the first run that has this one's tuple */
static size_t first_of(struct tuples *t, size_t run)
{
    uint64_t h = IL_HASH_START;
    size_t at;

    for (size_t i = 0; i < t->columns; i++)
        h = il_hash_text(h, t->runs->run[run].value[t->column[i]]);
    for (at = (size_t)h % t->room; t->slot[at]; at = (at + 1) % t->room)
        if (same_tuple(t, t->slot[at] - 1, run))
            return t->slot[at] - 1;
    t->slot[at] = run + 1;
    return run;
}

/* number[run]: of its tuple, from 0 in the order of runs; first[number]: its first run, where wanted */
static int number_tuples(struct tuples *t, size_t *number, size_t *first, size_t *count)
{
    t->room = 2 * t->runs->count + 1;
    t->slot = calloc(t->room, sizeof *t->slot);
    if (!t->slot)
        return 0;
    *count = 0;
    for (size_t i = 0; i < t->runs->count; i++) {
        const size_t one = first_of(t, i);

        number[i] = one == i ? *count : number[one];
        if (one == i && first)
            first[*count] = i;
        *count += one == i;
    }
    free(t->slot);
    return 1;
}

il_status il_groups_count(const il_runs *r, const size_t *column, size_t columns, size_t *count,
                          il_error *err)
{
    struct tuples t = { .runs = r, .columns = columns };
    size_t *const number = calloc(r->count + 1, sizeof *number);
    int ok = number != NULL;

    memcpy(t.column, column, columns * sizeof *column);
    ok = ok && number_tuples(&t, number, NULL, count);
    free(number);
    return ok ? IL_OK : il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", r->count);
}

/*
 * What varies within a group, but seeds and what runs are chosen by (`over`). A column that follows from those
 * that groups are by, as layers from depth, does not: it would keep runs of two groups from being a pair.
 */
static void find_pooled(struct il_groups *g, const il_runs *r, const struct il_groups *over)
{
    for (size_t c = 0; c < r->parameters; c++)
        for (size_t i = 0; i < r->count && !il_is_seed(r->column[c]) && !is_by(over, c); i++)
            if (r->run[i].value[c] != r->run[g->first[g->of[i]]].value[c]) {
                g->pooled[g->pooleds++] = c;
                break;
            }
}

/* take these columns out of those that groups are by */
static void leave_out(struct il_groups *g, const struct il_groups *over)
{
    size_t to = 0;

    for (size_t i = 0; i < g->columns; i++)
        if (!is_by(over, g->by[i]))
            g->by[to++] = g->by[i];
    g->columns = to;
}

il_status il_groups_tuned(il_runs *r, const char *over, il_error *err)
{
    struct il_groups g = { .columns = 0 };
    const il_status st = read_by(&g, r, over, err);

    memcpy(r->tuned, g.by, g.columns * sizeof *g.by);
    r->tuneds = st == IL_OK ? g.columns : 0;
    return st;
}

il_status il_groups_make(struct il_groups *g, const il_runs *r, const char *by, il_error *err)
{
    return il_groups_without(g, r, by, NULL, err);
}

il_status il_groups_without(struct il_groups *g, const il_runs *r, const char *by, const char *over,
                            il_error *err)
{
    const size_t n = r->count ? r->count : 1;
    struct tuples groups = { .runs = r }, pairs = { .runs = r }, conditions = { .runs = r };
    struct il_groups out = { .columns = 0 }; /* over, as columns */
    il_status st = IL_OK;

    memset(g, 0, sizeof *g);
    if (by)
        IL_TRY(read_by(g, r, by, err));
    else
        choose_columns(g, r);
    if (over)
        IL_TRY(read_by(&out, r, over, err));
    leave_out(g, &out);
    for (size_t i = 0; i < g->columns; i++)
        groups.column[groups.columns++] = g->by[i];
    for (size_t c = 0; c < r->parameters; c++)
        if (is_of_pairs(r->column[c]) && (!is_by(g, c) || !il_is_seed(r->column[c])))
            g->pair[g->pairs++] = c;
    g->of = calloc(n, sizeof *g->of);
    g->key = calloc(n, sizeof *g->key);
    g->condition = calloc(n, sizeof *g->condition);
    g->first = calloc(n, sizeof *g->first);
    if (!g->of || !g->key || !g->condition || !g->first ||
        !number_tuples(&groups, g->of, g->first, &g->groups)) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for groups of %zu runs", r->count);
        goto out;
    }
    for (size_t i = 0; i < g->columns; i++)
        g->digits[i] = il_runs_digits(r, r->column[g->by[i]]);
    find_pooled(g, r, &out);
    for (size_t i = 0; i < g->pooleds; i++)
        g->pair[g->pairs++] = g->pooled[i];
    memcpy(pairs.column, g->pair, g->pairs * sizeof *g->pair);
    pairs.columns = g->pairs;
    for (size_t i = 0; i < g->pairs; i++)
        if (!il_is_seed(r->column[g->pair[i]]))
            conditions.column[conditions.columns++] = g->pair[i];
    if (!number_tuples(&pairs, g->key, NULL, &g->keys) ||
        !number_tuples(&conditions, g->condition, NULL, &g->conditions))
        st = il_fail(err, IL_E_MEMORY, "out of memory for pairs of %zu runs", r->count);
out:
    return st;
}

il_status il_groups_pooled(const il_runs *r, const char *by, const char *across, size_t *pooled,
                           size_t *pooleds, il_error *err)
{
    char *both = NULL;
    struct il_groups g;
    il_status st;

    if (by && across && asprintf(&both, "%s,%s", by, across) < 0)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    st = il_groups_make(&g, r, both ? both : by, err);
    memcpy(pooled, g.pooled, sizeof g.pooled);
    *pooleds = g.pooleds;
    il_groups_free(&g);
    free(both);
    return st;
}

/* values of a run's group as one text; NULL: out of memory */
static char *join(const struct il_groups *g, const il_runs *r, size_t run, int for_people)
{
    char *text = strdup(g->columns ? "" : "all runs");

    for (size_t i = 0; text && i < g->columns; i++) {
        const char *const column = r->column[g->by[i]];
        const char *const value = r->run[run].value[g->by[i]];
        char *const shown =
            for_people ? il_config_shown_in(column, value, g->digits[i]) : strdup(value);
        char *more = NULL;
        const int n = !shown ? -1
                      : g->columns == 1
                          ? asprintf(&more, "%s", shown[0] ? shown : "-")
                          : asprintf(&more, "%s%s%s=%s", text, i ? ", " : "", column, shown);

        free(shown);
        free(text);
        text = n < 0 ? NULL : more;
    }
    return text;
}

il_status il_groups_names(const struct il_groups *g, const il_runs *r, size_t run, char **label,
                          char **name, il_error *err)
{
    *label = join(g, r, run, 1);
    *name = join(g, r, run, 0);
    return *label && *name ? IL_OK : il_fail(err, IL_E_MEMORY, "out of memory for a group");
}

/* what qsort_r is told of groups */
struct sorted {
    const struct il_groups *groups;
    const il_runs *runs;
};

static int by_values(const void *a, const void *b, void *context)
{
    const struct sorted *const s = context;
    const struct il_groups *const g = s->groups;
    const char *const *const x = s->runs->run[g->first[*(const size_t *)a]].value;
    const char *const *const y = s->runs->run[g->first[*(const size_t *)b]].value;

    for (size_t i = 0; i < g->columns; i++) {
        const int order = strcmp(x[g->by[i]], y[g->by[i]]);

        if (order)
            return order;
    }
    return 0;
}

il_status il_groups_styles(const struct il_groups *g, const il_runs *runs, size_t *style,
                           il_error *err)
{
    struct sorted how = { g, runs };
    size_t *const order = calloc(g->groups + 1, sizeof *order);

    if (!order)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", g->groups);
    for (size_t i = 0; i < g->groups; i++)
        order[i] = i;
    qsort_r(order, g->groups, sizeof *order, by_values, &how);
    for (size_t i = 0; i < g->groups; i++)
        style[order[i]] = i;
    free(order);
    return IL_OK;
}

void il_groups_free(struct il_groups *g)
{
    free(g->of);
    free(g->key);
    free(g->condition);
    free(g->first);
}

int il_standing_order(const void *a, const void *b)
{
    const struct il_standing *const x = a, *const y = b;

    if (x->lost != y->lost)
        return (x->lost > y->lost) - (x->lost < y->lost);
    if (isnan(x->score) || isnan(y->score))
        return isnan(x->score) != isnan(y->score) ? isnan(x->score) - isnan(y->score)
                                                  : (x->group > y->group) - (x->group < y->group);
    return x->score != y->score ? (x->score < y->score) - (x->score > y->score)
                                : (x->group > y->group) - (x->group < y->group);
}
