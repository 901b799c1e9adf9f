/* where.c - which runs are kept: "init=he_normal,lr=0.1". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/config.h"
#include "core/error.h"
#include "runs.h"

/* A value as it was given, without its backslashes, and as a run's config would have it; each is one of the runs' texts. */
struct wanted {
    size_t column;
    int is_init;
    const char *value, *plain, *normal;
};

/* the same text, or the same number; an init also without what is said of its files */
static int is_value(const struct il_run_row *run, const struct wanted *w)
{
    const char *const want = w->value;
    const char *const have = w->is_init && (run->init == w->plain || run->init == w->normal)
                                 ? w->plain
                                 : run->value[w->column];
    char *end, *other;
    double a, b;

    if (have == want || have == w->plain || have == w->normal)
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
            any |= w[k].column == w[i].column && is_value(run, &w[k]);
        if (!any)
            return 0;
    }
    return 1;
}

/*
 * Values may have commas of their own (layers), so one ends at the comma before the next "column=", unless a backslash
 * keeps it.
 */
static size_t value_length(const il_runs *r, const char *p)
{
    size_t n = 0;

    for (;;) {
        size_t name;

        while (p[n] && p[n] != ',')
            n += p[n] == '\\' && p[n + 1] ? 2 : 1;
        if (!p[n])
            return n;
        name = strcspn(p + n + 1, "=,");
        if (p[n + 1 + name] == '=' && il_runs_column(r, p + n + 1, name) < r->columns)
            return n;
        n++;
    }
}

/* a parameter's value in its normal form, as in,64x2,out is in,64,64,out; what is none stays as it is */
static il_status normal_of(il_runs *r, size_t column, const char *value, const char **normal,
                           il_error *err)
{
    il_config *c = NULL;
    il_status st;

    *normal = value;
    if (strcmp(r->column[column], IL_DATA_COLUMN) == 0 || column >= r->parameters)
        return IL_OK;
    IL_TRY(il_config_new(&c, err));
    st = il_config_set(c, r->column[column], value, err);
    if (st == IL_OK)
        *normal = il_runs_text(r, il_config_get(c, r->column[column]));
    else if (st !=
             IL_E_MEMORY) /* no value of any run, then: who looks for it says which there are */
        st = IL_OK;
out:
    il_config_free(c);
    return st;
}

/* n bytes; *plain: without backslashes before commas and backslashes */
static il_status read_value(il_runs *r, struct wanted *w, const char *text, size_t n, il_error *err)
{
    char *const value = strndup(text, n), *const plain = strndup(text, n);
    size_t to = 0;
    il_status st = IL_OK;

    if (value && plain) {
        for (size_t i = 0; i < n; i++) {
            i += text[i] == '\\' && i + 1 < n && strchr(",\\", text[i + 1]);
            plain[to++] = text[i];
        }
        plain[to] = 0;
        w->value = il_runs_text(r, value);
        w->plain = il_runs_text(r, plain);
    }
    if (w->value && w->plain)
        st = normal_of(r, w->column, w->plain, &w->normal, err);
    if (st == IL_OK && (!w->value || !w->plain || !w->normal))
        st = il_fail(err, IL_E_MEMORY, "out of memory");
    free(value);
    free(plain);
    return st;
}

static il_status read_where(il_runs *r, const char *where, struct wanted *w, size_t *n,
                            il_error *err)
{
    const char *p = where;
    il_status st = IL_OK;

    do {
        const size_t name = strcspn(p, "="), column = il_runs_column(r, p, name);
        size_t length;

        if (!p[name])
            return il_fail(err, IL_E_USAGE, "'%.200s' is not COLUMN=VALUE", p);
        if (column == r->columns)
            return il_runs_no_column(r, p, name, err);
        if (*n == IL_RUN_COLUMNS)
            return il_fail(err, IL_E_USAGE, "more than %d conditions", IL_RUN_COLUMNS);
        p += name + 1;
        length = value_length(r, p);
        w[*n] =
            (struct wanted){ .column = column, .is_init = column == il_runs_column(r, "init", 4) };
        st = read_value(r, &w[(*n)++], p, length, err);
        p += length + (p[length] == ',');
    } while (st == IL_OK && *p);
    return st;
}

/* what the column has, for the message: the first few values, none of them cut */
static void values_of(const il_runs *r, size_t column, char *text, size_t size)
{
    enum { MOST = 5 };
    const char *seen[MOST];
    size_t n = 0, at = 0;

    text[0] = 0;
    for (size_t i = 0; i < r->count; i++) {
        const char *const v = r->run[i].value[column];
        size_t k = 0;

        while (k < n && seen[k] != v)
            k++;
        if (k < n)
            continue;
        if (n == MOST || at + strlen(v) + sizeof ",  and more" > size) {
            snprintf(text + at, size - at, "%s", n ? " and more" : "longer ones");
            return;
        }
        seen[n++] = v;
        at += (size_t)snprintf(text + at, size - at, "%s%s", n > 1 ? ", " : "", v);
    }
}

/* no run has what is asked for; where conditions before it hold, too, that may be why */
static il_status none_has(const il_runs *r, const struct wanted *w, il_error *err)
{
    const char *const column = r->column[w->column];
    char values[160];

    values_of(r, w->column, values, sizeof values);
    return r->narrowed[w->column]
               ? il_fail(err, IL_E_USAGE,
                         "no run has %s %.100s and what was asked of %s before, which left %s; "
                         "%s=A,%s=B in one condition takes either",
                         column, w->value, column, values, column, column)
               : il_fail(err, IL_E_USAGE, "no run has %s %.100s: they have %s", column, w->value,
                         values);
}

il_status il_runs_where(il_runs *r, const char *where, il_error *err)
{
    struct wanted w[IL_RUN_COLUMNS];
    size_t n = 0, to = 0;
    int any_left = 0;
    il_status st;

    IL_TRY(read_where(r, where, w, &n, err));
    for (size_t k = 0; k < n; k++) {
        size_t any = 0;

        for (size_t i = 0; i < r->count; i++)
            any += (size_t)is_value(&r->run[i], &w[k]);
        if (!any && r->count) {
            st = none_has(r, &w[k], err);
            goto out;
        }
    }
    for (size_t i = 0; i < r->count; i++)
        any_left |= is_wanted(&r->run[i], w, n);
    if (!any_left && r->count) {
        st = il_fail(err, IL_E_USAGE, "no run has all of '%.200s'", where);
        goto out;
    }
    for (size_t i = 0; i < r->count; i++) {
        if (is_wanted(&r->run[i], w, n))
            r->run[to++] = r->run[i];
        else
            il_run_forget(&r->run[i]);
    }
    r->count = to;
    for (size_t k = 0; k < n; k++)
        r->narrowed[w[k].column] = 1;
out:
    return st;
}
