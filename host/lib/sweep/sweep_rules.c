/*
 * sweep_rules.c - zip, exclude and when of a sweep's file. They may stand before the parameters that
 * they name: their terms are kept, and looked up at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/tables.h"
#include "core/word.h"
#include "sweep_reader.h"

static const char *const expected[] = { "expected a list of names, as [layers, lr]",
                                        "expected terms, as {init: zeros, lr: 1}",
                                        "expected terms, as {optimizer: adam}" };

static il_status too_many(struct il_sweep_reader *r, const yaml_mark_t *at)
{
    char what[96];

    snprintf(what, sizeof what,
             "too much: %d rules of %d terms each at most, in exclude as in when", IL_SWEEP_RULES,
             IL_SWEEP_TERMS);
    return il_yaml_complain_at(&r->y, at, what, NULL);
}

static il_status read_term(struct il_sweep_reader *r, enum il_rule_kind kind, const char *subject)
{
    struct il_rule_term *const x = &r->term[r->terms];
    il_status st;

    if (r->terms == IL_FILE_TERMS)
        return too_many(r, &r->y.event.start_mark);
    memset(x, 0, sizeof *x);
    x->kind = kind;
    x->item = r->items[kind];
    x->at = r->y.event.start_mark;
    snprintf(x->subject, sizeof x->subject, "%s", subject);
    IL_TRY(il_yaml_scalar(&r->y, x->name, sizeof x->name, "expected a parameter's name"));
    il_underscores(x->name);
    if (kind != IL_RULE_ZIP) {
        IL_TRY(il_yaml_next(&r->y));
        IL_TRY(il_yaml_text(&r->y, &x->value, "expected a value"));
    }
    r->terms++;
    return IL_OK;
out:
    free(x->value);
    return st;
}

/* the names of a zip, or the terms of a mapping, up to `end` */
static il_status read_terms(struct il_sweep_reader *r, enum il_rule_kind kind,
                            yaml_event_type_t end, const char *subject)
{
    const size_t before = r->terms;
    il_status st;

    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == end)
            break;
        IL_TRY(read_term(r, kind, subject));
    }
    if (r->terms == before) /* all of no terms hold everywhere: nobody means that */
        return il_yaml_complain(&r->y, expected[kind], NULL);
    r->items[kind]++;
out:
    return st;
}

il_status il_sweep_read_list(struct il_sweep_reader *r, enum il_rule_kind kind)
{
    const yaml_event_type_t begin =
        kind == IL_RULE_ZIP ? YAML_SEQUENCE_START_EVENT : YAML_MAPPING_START_EVENT;
    const yaml_event_type_t end =
        kind == IL_RULE_ZIP ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;
    il_status st;

    IL_TRY(il_yaml_expect(&r->y, YAML_SEQUENCE_START_EVENT, "expected a list"));
    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_SEQUENCE_END_EVENT)
            break;
        if (r->y.event.type != begin)
            return il_yaml_complain(&r->y, expected[kind], NULL);
        IL_TRY(read_terms(r, kind, end, ""));
    }
out:
    return st;
}

il_status il_sweep_read_when(struct il_sweep_reader *r)
{
    char subject[IL_SWEEP_NAME];
    il_status st;

    IL_TRY(il_yaml_expect(&r->y, YAML_MAPPING_START_EVENT, "expected NAME: {NAME: VALUE}"));
    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_MAPPING_END_EVENT)
            break;
        IL_TRY(il_yaml_scalar(&r->y, subject, sizeof subject, "expected a parameter's name"));
        il_underscores(subject);
        for (const struct il_rule_term *x = r->term; x < r->term + r->terms; x++)
            if (x->kind == IL_RULE_WHEN && strcmp(x->subject, subject) == 0)
                return il_yaml_complain(&r->y, "a second", subject);
        IL_TRY(il_yaml_expect(&r->y, YAML_MAPPING_START_EVENT, "expected {NAME: VALUE}"));
        IL_TRY(read_terms(r, IL_RULE_WHEN, YAML_MAPPING_END_EVENT, subject));
    }
out:
    return st;
}

/* the axis of a name that zip, exclude or when has */
static il_status axis_named(struct il_sweep_reader *r, const struct il_rule_term *x,
                            const char *name, unsigned *out)
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

/* what an earlier line of the same kind says of the same name; in a zip anywhere, else in one item */
static const struct il_rule_term *term_before(const struct il_sweep_reader *r,
                                              const struct il_rule_term *x)
{
    for (const struct il_rule_term *y = r->term; y < x; y++)
        if (y->kind == x->kind && (x->kind == IL_RULE_ZIP || y->item == x->item) &&
            strcmp(y->name, x->name) == 0)
            return y;
    return NULL;
}

static il_status resolve_zip(struct il_sweep_reader *r, const struct il_rule_term *x, unsigned axis)
{
    struct il_sweep *const s = r->s;
    struct il_axis *const a = &s->axis[axis];
    const struct il_rule_term *y = r->term;
    unsigned lead = 0;

    if (a->law != IL_SWEEP_LIST)
        return il_yaml_complain_at(&r->y, &x->at, "zip needs values, not min and max:", a->name);
    while (y->kind != IL_RULE_ZIP || y->item != x->item) /* the first of this zip leads */
        y++;
    if (axis_named(r, y, y->name, &lead) != IL_OK || s->axis[lead].count != a->count)
        return il_yaml_complain_at(&r->y, &x->at,
                                   "zipped parameters need as many values each; other than the "
                                   "first of them has",
                                   a->name);
    a->group = lead;
    return IL_OK;
}

/* Does a `when` leave this parameter at its default? */
static int has_when(const struct il_sweep_reader *r, const char *name)
{
    for (const struct il_rule_term *x = r->term; x < r->term + r->terms; x++)
        if (x->kind == IL_RULE_WHEN && strcmp(x->subject, name) == 0)
            return 1;
    return 0;
}

/* A value that a parameter never has is a slip: the term would hold nowhere. */
static il_status check_value(struct il_sweep_reader *r, const struct il_rule_term *x,
                             const struct il_axis *a, const char *value)
{
    const char *const other = il_config_get(r->s->base, a->name);
    char what[384];
    size_t n;

    if (a->law != IL_SWEEP_LIST || (has_when(r, a->name) && strcmp(value, other) == 0))
        return IL_OK;
    n = (size_t)snprintf(what, sizeof what, "%s has in this sweep the values", a->name);
    for (size_t k = 0; k < a->count; k++) {
        if (strcmp(value, a->value[k]) == 0)
            return IL_OK;
        if (n < 250)
            n += (size_t)snprintf(what + n, sizeof what - n, "%s %.60s", k ? "," : "", a->value[k]);
    }
    snprintf(what + n, sizeof what - n, "%s, not", n < 250 ? "" : ", ...");
    return il_yaml_complain_at(&r->y, &x->at, what, value);
}

static il_status resolve_term(struct il_sweep_reader *r, const struct il_rule_term *x,
                              unsigned axis)
{
    struct il_sweep *const s = r->s;
    struct il_terms *const list = x->kind == IL_RULE_EXCLUDE ? s->exclude : s->when;
    size_t *const count = x->kind == IL_RULE_EXCLUDE ? &s->excludes : &s->whens;
    struct il_terms *const rule = &list[x->item];
    il_status st;

    if (x->item >= IL_SWEEP_RULES || rule->terms == IL_SWEEP_TERMS)
        return too_many(r, &x->at);
    *count = x->item + 1;
    if (x->kind == IL_RULE_WHEN)
        IL_TRY(axis_named(r, x, x->subject, &rule->axis));
    rule->term[rule->terms].axis = axis;
    r->y.event.start_mark = x->at; /* where normal complains */
    IL_TRY(il_sweep_normal(r, x->name, x->value, &rule->term[rule->terms].value));
    st = check_value(r, x, &s->axis[axis], rule->term[rule->terms++].value);
out:
    return st;
}

/* a `when` from the n-th on whose axis is in the terms of another, NULL if there is none */
static const struct il_terms *cause(const struct il_sweep *s, size_t n, const struct il_terms *of)
{
    for (size_t i = n; i < s->whens; i++)
        for (size_t t = 0; t < of->terms; t++)
            if (of->term[t].axis == s->when[i].axis)
                return &s->when[i];
    return NULL;
}

/* Put each `when` behind those that its terms depend on, so that one pass finds what counts. */
static il_status order_whens(struct il_sweep_reader *r)
{
    struct il_sweep *const s = r->s;

    for (size_t n = 0; n < s->whens; n++) {
        size_t first = n;
        struct il_terms swap;

        while (first < s->whens && cause(s, n, &s->when[first]))
            first++;
        if (first == s->whens) { /* each has a cause, and so that of the last is in a circle */
            const struct il_terms *in = &s->when[n];
            const struct il_rule_term *x = r->term;

            for (size_t i = n; i < s->whens; i++)
                in = cause(s, n, in);
            while (x->kind != IL_RULE_WHEN || strcmp(x->subject, s->axis[in->axis].name) != 0)
                x++;
            return il_yaml_complain_at(
                &r->y, &x->at, "a when must not depend on itself, as does that of", x->subject);
        }
        swap = s->when[n];
        s->when[n] = s->when[first];
        s->when[first] = swap;
    }
    return IL_OK;
}

il_status il_sweep_resolve_rules(struct il_sweep_reader *r)
{
    struct il_sweep *const s = r->s;
    il_status st = IL_OK;
    unsigned axis;

    for (size_t i = 0; i < s->axes; i++)
        s->axis[i].group = (unsigned)i;
    for (const struct il_rule_term *x = r->term; x < r->term + r->terms; x++) {
        if (term_before(r, x))
            return il_yaml_complain_at(
                &r->y, &x->at, x->kind == IL_RULE_ZIP ? "in a zip already:" : "a second", x->name);
        IL_TRY(axis_named(r, x, x->name, &axis));
        IL_TRY(x->kind == IL_RULE_ZIP ? resolve_zip(r, x, axis) : resolve_term(r, x, axis));
    }
    if (!s->random)
        for (size_t i = 0; i < s->axes; i++)
            if (s->axis[i].law != IL_SWEEP_LIST)
                return il_sweep_complain(s->path, s->axis[i].at,
                                         "min and max need 'method: random' in the file", r->y.err);
    st = order_whens(r);
out:
    return st;
}
