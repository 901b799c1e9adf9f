/*
 * sweep_file.c - a sweep's YAML file. zip, exclude and when may stand before the parameters that they
 * name: what they say is kept, and looked up at the end.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/tables.h"
#include "number.h"
#include "sweep_impl.h"
#include "yaml_events.h"

enum { TEXT = 4096, SAID = 512, VALUES = 1 << 20 };

/* "zip: [[NAME, ...], ...]", "exclude: [{NAME: VALUE, ...}, ...]", "when: {NAME: {NAME: VALUE}}" */
enum kind { ZIP, EXCLUDE, WHEN };
struct said {
    enum kind kind;
    size_t item; /* which of the kind */
    char name[IL_SWEEP_NAME], value[IL_SWEEP_NAME * 4], subject[IL_SWEEP_NAME];
    yaml_mark_t at;
};

struct reader {
    struct il_sweep *s;
    struct il_yaml y;
    il_config *trial; /* what values are tried on */
    struct said *said;
    size_t saids, items[3];
};

static void underscores(char *name)
{
    for (; *name; name++)
        if (*name == '-')
            *name = '_';
}

/* ---- values ---------------------------------------------------------------------------------- */

/* the normal form of a parameter's value, to be freed; errors at the current event */
static il_status normal(struct reader *r, const char *name, const char *text, char **out)
{
    il_error inner = { .text = "" };
    il_status st = il_config_set(r->trial, name, text, &inner);

    *out = NULL;
    if (st == IL_E_USAGE)
        return il_yaml_complain(&r->y, inner.text, NULL);
    if (st == IL_OK)
        *out = strdup(il_config_get(r->trial, name));
    return *out ? IL_OK : il_fail(r->y.err, IL_E_MEMORY, "out of memory");
}

static il_status add_value(struct reader *r, struct il_axis *a, const char *text)
{
    il_status st;

    if ((a->count & (a->count + 1)) == 0) { /* room for 1, 3, 7, ... values */
        char **const more = realloc(a->value, 2 * (a->count + 1) * sizeof *more);

        if (!more)
            return il_fail(r->y.err, IL_E_MEMORY, "out of memory");
        a->value = more;
    }
    if (a->count == VALUES)
        return il_yaml_complain(&r->y, "too many values", NULL);
    st = normal(r, a->name, text, &a->value[a->count]);
    a->count += st == IL_OK;
    return st;
}

/* Is this parameter a number? Its default is one then. */
static int is_number(const struct reader *r, const char *name)
{
    double x;

    return il_read_real(il_config_get(r->s->base, name), &x);
}

/* a value, or all values of a range: 0..29, 1e-3..1*10 */
static il_status add_values(struct reader *r, struct il_axis *a, const char *text)
{
    il_range range;
    char one[32];
    il_status st = IL_OK;
    const int ranged = is_number(r, a->name) ? il_range_read(&range, text) : 0;

    if (ranged == 0)
        return add_value(r, a, text);
    if (ranged < 0)
        return il_yaml_complain(&r->y,
                                "a range is FIRST..LAST, FIRST..LAST+STEP or FIRST..LAST*FACTOR, "
                                "rising, of at most 1048576 values, not",
                                text);
    for (size_t i = 0; i < range.count && st == IL_OK; i++) {
        il_range_value(&range, i, one);
        st = add_value(r, a, one);
    }
    return st;
}

/* the current event is the sequence's start, or a scalar: one value */
static il_status read_values(struct reader *r, struct il_axis *a)
{
    char text[TEXT];
    il_status st;

    if (r->y.event.type == YAML_SCALAR_EVENT) {
        IL_TRY(il_yaml_scalar(&r->y, text, sizeof text, "expected a value"));
        return add_values(r, a, text);
    }
    if (r->y.event.type != YAML_SEQUENCE_START_EVENT)
        return il_yaml_complain(&r->y, "expected a list of values", NULL);
    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_SEQUENCE_END_EVENT)
            break;
        IL_TRY(il_yaml_scalar(&r->y, text, sizeof text, "expected a value"));
        IL_TRY(add_values(r, a, text));
    }
    if (a->count == 0)
        st = il_yaml_complain(&r->y, "no values for", a->name);
out:
    return st;
}

static il_status read_number(struct reader *r, double *x)
{
    char text[64];
    il_status st;

    IL_TRY(il_yaml_scalar(&r->y, text, sizeof text, "expected a number"));
    if (!il_read_real(text, x) || !isfinite(*x))
        st = il_yaml_complain(&r->y, "expected a number, not", text);
out:
    return st;
}

static il_status read_law(struct reader *r, struct il_axis *a)
{
    static const char *const laws[] = { "uniform", "log_uniform_values", "int_uniform", NULL };
    size_t k;
    const il_status st = il_yaml_key(&r->y, laws, "a distribution is one of", &k);

    if (st == IL_OK)
        a->law = (enum il_sweep_law)(IL_SWEEP_UNIFORM + k);
    return st;
}

/* {value: X}, {values: [X, ...]}, {min: A, max: B, distribution: D} */
static il_status read_mapping(struct reader *r, struct il_axis *a)
{
    static const char *const keys[] = { "value", "values", "min", "max", "distribution", NULL };
    int seen[5] = { 0 };
    size_t k;
    il_status st;

    a->min = a->max = NAN;
    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_MAPPING_END_EVENT)
            break;
        IL_TRY(il_yaml_key(&r->y, keys, "a parameter has the keys", &k));
        if (seen[k]++)
            return il_yaml_complain(&r->y, "a second", keys[k]);
        IL_TRY(il_yaml_next(&r->y));
        IL_TRY(k < 2    ? read_values(r, a)
               : k == 2 ? read_number(r, &a->min)
               : k == 3 ? read_number(r, &a->max)
                        : read_law(r, a));
    }
    if (seen[0] + seen[1] > 1 || (a->count > 0 && seen[2] + seen[3] + seen[4] > 0))
        return il_yaml_complain(&r->y, "give value, or values, or min and max for", a->name);
    if (a->count > 0)
        return IL_OK;
    if (a->law == IL_SWEEP_LIST)
        a->law = IL_SWEEP_UNIFORM;
    if (!(a->min < a->max))
        return il_yaml_complain(&r->y, "needs values, or min below max:", a->name);
    if (a->law == IL_SWEEP_LOG_UNIFORM && a->min <= 0)
        st = il_yaml_complain(&r->y, "log_uniform_values needs min above 0:", a->name);
out:
    return st;
}

static il_status new_axis(struct reader *r, const char *name, struct il_axis **out)
{
    struct il_sweep *const s = r->s;
    char plain[IL_SWEEP_NAME];

    snprintf(plain, sizeof plain, "%s", name);
    underscores(plain);
    for (size_t i = 0; i < s->axes; i++)
        if (strcmp(s->axis[i].name, plain) == 0)
            return il_yaml_complain(&r->y, "a second", plain);
    if (s->axes == IL_SWEEP_AXES)
        return il_yaml_complain(&r->y, "too many parameters", NULL);
    *out = &s->axis[s->axes++];
    strcpy((*out)->name, plain);
    return IL_OK;
}

static il_status read_parameters(struct reader *r)
{
    char name[IL_SWEEP_NAME], *ignored = NULL;
    il_status st;

    IL_TRY(il_yaml_expect(&r->y, YAML_MAPPING_START_EVENT, "expected NAME: {values: [...]}"));
    for (;;) {
        struct il_axis *a;

        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_MAPPING_END_EVENT)
            break;
        IL_TRY(il_yaml_scalar(&r->y, name, sizeof name, "expected a parameter's name"));
        if (!il_config_get(r->s->base, name)) /* il_config_set finds the nearest */
            return normal(r, name, "", &ignored);
        IL_TRY(new_axis(r, name, &a));
        IL_TRY(il_yaml_next(&r->y));
        IL_TRY(r->y.event.type == YAML_MAPPING_START_EVENT ? read_mapping(r, a)
                                                           : read_values(r, a));
    }
out:
    free(ignored);
    return st;
}

/* 0..29, a list, or one number */
static il_status read_seeds(struct reader *r)
{
    struct il_axis *a;
    il_status st;

    IL_TRY(new_axis(r, "seed", &a));
    IL_TRY(il_yaml_next(&r->y));
    st = read_values(r, a);
out:
    return st;
}

/* ---- zip, exclude, when ---------------------------------------------------------------------- */

static il_status say(struct reader *r, enum kind kind, const char *subject)
{
    struct said *const x = &r->said[r->saids];
    il_status st;

    if (r->saids == SAID)
        return il_yaml_complain(&r->y, "too many terms", NULL);
    memset(x, 0, sizeof *x);
    x->kind = kind;
    x->item = r->items[kind];
    x->at = r->y.event.start_mark;
    snprintf(x->subject, sizeof x->subject, "%s", subject);
    IL_TRY(il_yaml_scalar(&r->y, x->name, sizeof x->name, "expected a parameter's name"));
    underscores(x->name);
    if (kind != ZIP) {
        IL_TRY(il_yaml_next(&r->y));
        IL_TRY(il_yaml_scalar(&r->y, x->value, sizeof x->value, "expected a value"));
    }
    r->saids++;
out:
    return st;
}

/* the names of a zip, or the terms of a mapping, up to `end` */
static il_status say_all(struct reader *r, enum kind kind, yaml_event_type_t end,
                         const char *subject)
{
    il_status st;

    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == end)
            break;
        IL_TRY(say(r, kind, subject));
    }
    r->items[kind]++;
out:
    return st;
}

static il_status read_list(struct reader *r, enum kind kind)
{
    const yaml_event_type_t begin =
        kind == ZIP ? YAML_SEQUENCE_START_EVENT : YAML_MAPPING_START_EVENT;
    const yaml_event_type_t end = kind == ZIP ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;
    il_status st;

    IL_TRY(il_yaml_expect(&r->y, YAML_SEQUENCE_START_EVENT, "expected a list"));
    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_SEQUENCE_END_EVENT)
            break;
        if (r->y.event.type != begin)
            return il_yaml_complain(&r->y,
                                    kind == ZIP ? "expected a list of names, as [layers, lr]"
                                                : "expected terms, as {init: zeros, lr: 1}",
                                    NULL);
        IL_TRY(say_all(r, kind, end, ""));
    }
out:
    return st;
}

static il_status read_when(struct reader *r)
{
    char subject[IL_SWEEP_NAME];
    il_status st;

    IL_TRY(il_yaml_expect(&r->y, YAML_MAPPING_START_EVENT, "expected NAME: {NAME: VALUE}"));
    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_MAPPING_END_EVENT)
            break;
        IL_TRY(il_yaml_scalar(&r->y, subject, sizeof subject, "expected a parameter's name"));
        underscores(subject);
        IL_TRY(il_yaml_expect(&r->y, YAML_MAPPING_START_EVENT, "expected {NAME: VALUE}"));
        IL_TRY(say_all(r, WHEN, YAML_MAPPING_END_EVENT, subject));
    }
out:
    return st;
}

/* the axis of a name that zip, exclude or when has */
static il_status axis_named(struct reader *r, const struct said *x, const char *name, unsigned *out)
{
    const char *names[IL_SWEEP_AXES + 1] = { NULL }, *near;
    char what[128];

    for (size_t i = 0; i < r->s->axes; i++) {
        names[i] = r->s->axis[i].name;
        if (strcmp(names[i], name) == 0) {
            *out = (unsigned)i;
            return IL_OK;
        }
    }
    near = il_nearest(name, names);
    snprintf(what, sizeof what, "%s%s%s", "no such parameter in this sweep",
             near ? "; did you mean " : "", near ? near : "");
    return il_yaml_complain_at(&r->y, &x->at, near ? strcat(what, " for") : strcat(what, ":"),
                               name);
}

static il_status settle_zip(struct reader *r, const struct said *x, unsigned axis)
{
    struct il_sweep *const s = r->s;
    struct il_axis *const a = &s->axis[axis];

    if (a->law != IL_SWEEP_LIST || a->group != axis)
        return il_yaml_complain_at(&r->y, &x->at,
                                   a->law == IL_SWEEP_LIST ? "zipped twice:"
                                                           : "zip needs values, not min and max:",
                                   a->name);
    for (const struct said *y = r->said; y < x; y++)
        if (y->kind == ZIP && y->item == x->item) { /* the first of this zip leads */
            unsigned lead = 0;

            if (axis_named(r, y, y->name, &lead) != IL_OK || s->axis[lead].count != a->count)
                return il_yaml_complain_at(&r->y, &x->at,
                                           "zipped parameters need as many values each; other than "
                                           "the first of them has",
                                           a->name);
            a->group = lead;
            break;
        }
    return IL_OK;
}

static il_status settle_term(struct reader *r, const struct said *x, unsigned axis)
{
    struct il_sweep *const s = r->s;
    struct il_terms *const list = x->kind == EXCLUDE ? s->exclude : s->when;
    size_t *const count = x->kind == EXCLUDE ? &s->excludes : &s->whens;
    struct il_terms *const rule = &list[x->item];
    il_status st;

    if (x->item >= IL_SWEEP_RULES || rule->terms == IL_SWEEP_TERMS)
        return il_yaml_complain_at(&r->y, &x->at, "too many terms", NULL);
    *count = x->item + 1;
    if (x->kind == WHEN)
        IL_TRY(axis_named(r, x, x->subject, &rule->axis));
    rule->term[rule->terms].axis = axis;
    r->y.event.start_mark = x->at; /* where normal complains */
    IL_TRY(normal(r, x->name, x->value, &rule->term[rule->terms].value));
    rule->terms++;
out:
    return st;
}

/* look up what zip, exclude and when name, and number the groups */
static il_status settle(struct reader *r)
{
    struct il_sweep *const s = r->s;
    il_status st = IL_OK;
    unsigned axis;

    for (size_t i = 0; i < s->axes; i++)
        s->axis[i].group = (unsigned)i;
    for (const struct said *x = r->said; x < r->said + r->saids; x++) {
        IL_TRY(axis_named(r, x, x->name, &axis));
        IL_TRY(x->kind == ZIP ? settle_zip(r, x, axis) : settle_term(r, x, axis));
    }
    if (!s->random)
        for (size_t i = 0; i < s->axes; i++)
            if (s->axis[i].law != IL_SWEEP_LIST)
                return il_fail(r->y.err, IL_E_DATA,
                               "%s: %s has min and max, so the file needs 'method: random'",
                               r->y.path, s->axis[i].name);
out:
    return st;
}

/* ---- the document ---------------------------------------------------------------------------- */

static il_status read_whole(struct reader *r, uint64_t *out, uint64_t least)
{
    char text[64];
    il_status st;

    IL_TRY(il_yaml_next(&r->y));
    IL_TRY(il_yaml_scalar(&r->y, text, sizeof text, "expected a whole number"));
    if (!il_read_whole(text, out) || *out < least || *out > 10000000)
        st = il_yaml_complain(&r->y, "expected a whole number up to 10000000, not", text);
out:
    return st;
}

static il_status read_method(struct reader *r)
{
    static const char *const methods[] = { "grid", "random", NULL };
    size_t k;
    il_status st;

    IL_TRY(il_yaml_next(&r->y));
    IL_TRY(il_yaml_key(&r->y, methods, "a method is one of", &k));
    r->s->random = k == 1;
out:
    return st;
}

static il_status read_text(struct reader *r)
{
    char text[TEXT];
    il_status st;

    IL_TRY(il_yaml_next(&r->y));
    st = il_yaml_scalar(&r->y, text, sizeof text, "expected a text");
out:
    return st;
}

static il_status read_document(struct reader *r)
{
    static const char *const keys[] = { "description", "method", "count",   "seed", "parameters",
                                        "seeds",       "zip",    "exclude", "when", NULL };
    int seen[9] = { 0 };
    uint64_t n;
    size_t k;
    il_status st;

    IL_TRY(il_yaml_expect(&r->y, YAML_MAPPING_START_EVENT, "expected 'parameters:'"));
    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_MAPPING_END_EVENT)
            break;
        IL_TRY(il_yaml_key(&r->y, keys, "a sweep has the keys", &k));
        if (seen[k]++)
            return il_yaml_complain(&r->y, "a second", keys[k]);
        switch (k) {
        case 0:
            IL_TRY(read_text(r));
            break;
        case 1:
            IL_TRY(read_method(r));
            break;
        case 2:
            IL_TRY(read_whole(r, &n, 1));
            r->s->count = (size_t)n;
            break;
        case 3:
            IL_TRY(read_whole(r, &r->s->seed, 0));
            break;
        case 4:
            IL_TRY(read_parameters(r));
            break;
        case 5:
            IL_TRY(read_seeds(r));
            break;
        case 6:
            IL_TRY(read_list(r, ZIP));
            break;
        case 7:
            IL_TRY(read_list(r, EXCLUDE));
            break;
        default:
            IL_TRY(read_when(r));
        }
    }
    if (r->s->random != (seen[2] != 0))
        return il_yaml_complain(&r->y,
                                r->s->random ? "method: random needs count, the number of runs"
                                             : "count is for method: random",
                                NULL);
    IL_TRY(il_yaml_end(&r->y));
    st = settle(r);
out:
    return st;
}

il_status il_sweep_read(il_sweep *s, const char *path, const char *text, size_t n, il_error *err)
{
    struct reader *const r = calloc(1, sizeof *r);
    il_status st;

    if (!r)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    r->s = s;
    r->said = calloc(SAID, sizeof *r->said);
    if (!r->said) {
        free(r);
        return il_fail(err, IL_E_MEMORY, "out of memory");
    }
    IL_TRY(il_config_copy(&r->trial, s->base, err));
    IL_TRY(il_yaml_open_text(&r->y, path, text, n, err));
    st = read_document(r);
out:
    il_yaml_close(&r->y);
    il_config_free(r->trial);
    free(r->said);
    free(r);
    return st;
}
