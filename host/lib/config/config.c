/*
 * config.c - what one run is: every parameter's value, and its text in normal form, so that two configs
 * that mean the same read the same. Values are checked one by one here; run.c checks them together.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/number.h"
#include "device/seam.h"

/* kinds of parameters besides the lists, whose numbers stand for themselves */
enum { WHOLE_NUMBER = IL_LISTS, REAL_NUMBER, FLAG, LAYERS, INIT, MATH };

static const il_parameter parameters[IL_PARAMETERS] = {
#define X(id, kind, name, metavar, value, help, group, key)                                        \
    { name, metavar, value, help, group, key },
#include "parameters.def"
#undef X
};

/* numbers have bounds: whole ones may equal both, real ones are below high */
static const struct {
    int kind;
    double low, high;
} kinds[IL_PARAMETERS] = {
#define WHOLE(least, most) WHOLE_NUMBER, .low = least, .high = most
#define REAL(least, below) REAL_NUMBER, .low = least, .high = below
#define X(id, is, ...)     { .kind = is },
#include "parameters.def"
#undef X
#undef REAL
#undef WHOLE
};

/* A value that was read, shared by the copies of a config and never changed. */
struct reading {
    atomic_size_t users;
    char *text; /* normal form */
    union il_parameter_value value;
};

struct il_config {
    struct reading *reading[IL_PARAMETERS];
    struct reading *default_init;
};

const il_parameter *il_parameter_at(size_t index)
{
    return index < IL_PARAMETERS ? &parameters[index] : NULL;
}

/* ---- reading one value ----------------------------------------------------------------------- */

enum { BOUNDS = 2 * IL_NUMBER_TEXT + 32 };

/* what is valid, in words; every digit counts: one that is left out makes a bound another number */
static const char *bounds_text(enum il_parameter_id id, char text[BOUNDS])
{
    char from[IL_NUMBER_TEXT], to[IL_NUMBER_TEXT];
    const double low = kinds[id].low, high = kinds[id].high;

    il_write_real(low, from);
    il_write_real(high, to);
    if (kinds[id].kind == REAL_NUMBER)
        snprintf(text, BOUNDS, "from %s up to but not %s", from, to);
    else
        snprintf(text, BOUNDS, "from %s to %s", from, high < 1e19 ? to : "18446744073709551615");
    return text;
}

static il_status check_bounds(enum il_parameter_id id, double x, const char *text, il_error *err)
{
    const double low = kinds[id].low, high = kinds[id].high;
    char valid[BOUNDS];

    if (!(x >= low && (kinds[id].kind == WHOLE_NUMBER ? x <= high : x < high)))
        return il_fail_parameter(err, IL_E_USAGE, parameters[id].name,
                                 "%.60s is out of bounds: a number %s", text,
                                 bounds_text(id, valid));
    return IL_OK;
}

static il_status read_whole(struct reading *r, enum il_parameter_id id, const char *text,
                            il_error *err)
{
    const int digits = *text && strspn(text, "0123456789") == strlen(text);
    char normal[IL_NUMBER_TEXT], valid[BOUNDS];
    il_status st;

    if (!il_read_whole(text, &r->value.whole) && digits)
        return il_fail_parameter(err, IL_E_USAGE, parameters[id].name,
                                 "%.60s is no whole number below 2^64", text);
    if (!digits)
        return il_fail_parameter(err, IL_E_USAGE, parameters[id].name,
                                 "'%.60s' is not a whole number %s, in digits", text,
                                 bounds_text(id, valid));
    st = check_bounds(id, (double)r->value.whole, text, err);
    snprintf(normal, sizeof normal, "%llu", (unsigned long long)r->value.whole);
    r->text = strdup(normal);
    return st;
}

static il_status read_real(struct reading *r, enum il_parameter_id id, const char *text,
                           il_error *err)
{
    char normal[IL_NUMBER_TEXT], *end;

    if (!il_read_real(text, &r->value.real) && (strtod(text, &end), end != text && !*end))
        return il_fail_parameter(err, IL_E_USAGE, parameters[id].name,
                                 "'%.60s' is not a finite number", text);
    if (!il_read_real(text, &r->value.real))
        return il_fail_parameter(err, IL_E_USAGE, parameters[id].name, "'%.60s' is not a number",
                                 text);
    r->value.real += 0.0; /* -0 is 0 */
    il_write_real(r->value.real, normal);
    r->text = strdup(normal);
    return check_bounds(id, r->value.real, text, err);
}

static il_status read_flag(struct reading *r, enum il_parameter_id id, const char *text,
                           il_error *err)
{
    static const char *const words[] = { "no", "yes", "false", "true", "0", "1", "off", "on" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0) {
            r->value.flag = i % 2;
            r->text = strdup(words[i % 2]);
            return IL_OK;
        }
    return il_fail_parameter(err, IL_E_USAGE, parameters[id].name, "'%.60s' is neither yes nor no",
                             text);
}

static il_status read_choice(struct reading *r, enum il_parameter_id id, const char *text,
                             il_error *err)
{
    il_error inner = { .text = "" };
    const il_status st = il_choice_parse(&r->value.choice, (il_list)kinds[id].kind, text, &inner);
    char normal[IL_CHOICE_TEXT];

    if (st != IL_OK)
        return il_fail_around(
            err, il_fail_parameter(err, st, parameters[id].name, "%s", inner.text), &inner);
    il_choice_text(&r->value.choice, normal);
    r->text = strdup(normal);
    return IL_OK;
}

static il_status read_math(struct reading *r, const char *text, il_error *err)
{
    static const char *const words[] = {
        [IL_MATH_FP32] = "fp32", [IL_MATH_TF32] = "tf32", [IL_MATH_BF16] = "bf16"
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0) {
            r->value.math = (int)i;
            r->text = strdup(text);
            return IL_OK;
        }
    return il_fail_parameter(err, IL_E_USAGE, "math", "'%.60s' is none of fp32, tf32, bf16", text);
}

/* No text without an error: memory ran out for it. */
static il_status read_value(struct reading *r, enum il_parameter_id id, const char *text,
                            il_error *err)
{
    il_status st;

    switch (kinds[id].kind) {
    case WHOLE_NUMBER:
        return read_whole(r, id, text, err);
    case REAL_NUMBER:
        return read_real(r, id, text, err);
    case FLAG:
        return read_flag(r, id, text, err);
    case LAYERS:
        st = il_layers_parse(&r->value.layers, text, err);
        r->text = st == IL_OK ? il_layers_text(&r->value.layers) : NULL;
        return st;
    case INIT:
        st = il_init_parse(&r->value.init, text, err);
        r->text = st == IL_OK ? il_init_text(&r->value.init) : NULL;
        return st;
    case MATH:
        return read_math(r, text, err);
    default:
        return read_choice(r, id, text, err);
    }
}

/* one more config has a value */
static struct reading *keep(struct reading *r)
{
    atomic_fetch_add(&r->users, 1);
    return r;
}

/* a config lets go of a value */
static void release(struct reading *r, enum il_parameter_id id)
{
    if (!r || atomic_fetch_sub(&r->users, 1) > 1)
        return;
    if (kinds[id].kind == LAYERS)
        il_layers_free(&r->value.layers);
    if (kinds[id].kind == INIT)
        il_init_free(&r->value.init);
    free(r->text);
    free(r);
}

static il_status reading_new(struct reading **out, enum il_parameter_id id, const char *text,
                             il_error *err)
{
    struct reading *r = calloc(1, sizeof *r);
    il_status st;

    *out = NULL;
    if (!r)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    atomic_init(&r->users, 1);
    IL_TRY(read_value(r, id, text, err));
    if (!r->text) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    *out = r;
    r = NULL;
out:
    release(r, id);
    return st;
}

/* ---- the object ------------------------------------------------------------------------------ */

il_status il_config_new(il_config **out, il_error *err)
{
    il_status st = IL_OK;
    il_config *c = calloc(1, sizeof *c);

    *out = NULL;
    if (!c)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    for (size_t i = 0; i < IL_PARAMETERS; i++)
        IL_TRY(il_config_set(c, parameters[i].name, parameters[i].value, err));
    c->default_init = keep(c->reading[IL_PARAMETER_INIT]);
    *out = c;
    c = NULL;
out:
    il_config_free(c);
    return st;
}

il_status il_config_copy(il_config **out, const il_config *from, il_error *err)
{
    il_config *const c = *out = malloc(sizeof *c);

    if (!c)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    *c = *from;
    for (size_t i = 0; i < IL_PARAMETERS; i++)
        keep(c->reading[i]);
    keep(c->default_init);
    return IL_OK;
}

void il_config_free(il_config *c)
{
    for (size_t i = 0; c && i < IL_PARAMETERS; i++)
        release(c->reading[i], (enum il_parameter_id)i);
    if (c)
        release(c->default_init, IL_PARAMETER_INIT);
    free(c);
}

/* the parameter of this name, dashes and underscores alike; IL_PARAMETERS: none */
static size_t find(const char *name)
{
    for (size_t i = 0; i < IL_PARAMETERS; i++) {
        const char *a = name, *b = parameters[i].name;

        while (*a && (*a == '-' ? '_' : *a) == *b)
            a++, b++;
        if (!*a && !*b)
            return i;
    }
    return IL_PARAMETERS;
}

static il_status unknown(const char *name, il_error *err)
{
    const char *names[IL_PARAMETERS + 1] = { NULL }, *near;

    for (size_t k = 0; k < IL_PARAMETERS; k++)
        names[k] = parameters[k].name;
    near = il_nearest(name, names);
    return il_fail(err, IL_E_USAGE, "no parameter '%.60s'%s%s%s", name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

il_status il_config_set(il_config *c, const char *name, const char *value, il_error *err)
{
    const size_t i = find(name);
    struct reading *r;
    il_status st;

    if (i == IL_PARAMETERS)
        return unknown(name, err);
    if (c->reading[i] && strcmp(c->reading[i]->text, value) == 0)
        return IL_OK; /* as most parameters of a sweep's runs */
    st = reading_new(&r, (enum il_parameter_id)i, value, err);
    if (st == IL_OK) {
        release(c->reading[i], (enum il_parameter_id)i);
        c->reading[i] = r;
    }
    return st;
}

int il_parameter_number(const char *name)
{
    const size_t i = find(name);

    return i == IL_PARAMETERS              ? IL_NO_NUMBER
           : kinds[i].kind == WHOLE_NUMBER ? IL_WHOLE_NUMBER
           : kinds[i].kind == REAL_NUMBER  ? IL_REAL_NUMBER
                                           : IL_NO_NUMBER;
}

const char *il_config_get(const il_config *c, const char *name)
{
    const size_t i = find(name);

    return i < IL_PARAMETERS ? c->reading[i]->text : NULL;
}

char *il_config_shown(const char *name, const char *value)
{
    char *const text = strdup(value);

    if (text && find(name) == IL_PARAMETER_LAYERS)
        il_layers_short(value, text);
    return text;
}

const union il_parameter_value *il_config_value(const il_config *c, enum il_parameter_id id)
{
    return &c->reading[id]->value;
}

const struct il_choice *il_config_usual_scheme(const il_config *c)
{
    return &c->default_init->value.init.item[0].scheme;
}

size_t il_config_widths(const il_config *c)
{
    return il_config_value(c, IL_PARAMETER_LAYERS)->layers.count;
}

size_t il_config_width(const il_config *c, size_t index)
{
    return il_layers_width(&il_config_value(c, IL_PARAMETER_LAYERS)->layers, (unsigned)index, 0, 0);
}
