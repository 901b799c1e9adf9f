/*
 * config.c - what one run is, as text: every parameter in its normal form, so that two configs that
 * mean the same read the same. Values are checked one by one here; run.c checks them together.
 */
#include "initlab/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "choices/choice.h"
#include "choices/init_text.h"
#include "core/number.h"
#include "run.h"

/* kinds of parameters besides the lists, whose numbers stand for themselves */
enum { WHOLE = IL_LISTS, REAL, FLAG, LAYERS, INIT, MATH };

enum id {
#define X(id, ...) ID_##id,
#include "parameters.def"
#undef X
    PARAMETERS
};

static const il_parameter parameters[PARAMETERS] = {
#define X(id, kind, name, metavar, value, help, group, key)                                        \
    { name, metavar, value, help, group, key },
#include "parameters.def"
#undef X
};

static const int kinds[PARAMETERS] = {
#define X(id, kind, ...) kind,
#include "parameters.def"
#undef X
};

struct il_config {
    char *value[PARAMETERS]; /* normal form */
};

const il_parameter *il_parameter_at(size_t index)
{
    return index < PARAMETERS ? &parameters[index] : NULL;
}

/* ---- normal forms ---------------------------------------------------------------------------- */

/* bounds of numbers; REAL ones may equal low, and are below high */
static void bounds(enum id id, double *low, double *high)
{
    *low = id == ID_BATCH || id == ID_EPOCHS ? 1 : 0;
    *high = id == ID_LR                ? 1e38
            : id == ID_LABEL_SMOOTHING ? 1
            : id == ID_BATCH           ? 1 << 24
            : id == ID_EPOCHS          ? 1e6
            : id == ID_VALIDATION      ? 2147483647
                                       : 18446744073709551615.0;
}

static il_status normal_number(enum id id, const char *text, char out[IL_INIT_TEXT], il_error *err)
{
    const int whole = kinds[id] == WHOLE;
    double low, high, real = 0;
    uint64_t n = 0;

    bounds(id, &low, &high);
    if (whole && *text && strspn(text, "0123456789") == strlen(text) && !il_read_whole(text, &n))
        return il_fail(err, IL_E_USAGE, "%s: %.60s is no whole number below 2^64",
                       parameters[id].name, text);
    if (whole ? !il_read_whole(text, &n) : !il_read_real(text, &real))
        return il_fail(err, IL_E_USAGE, "%s: '%.60s' is not a %s", parameters[id].name, text,
                       whole ? "whole number" : "number");
    if (whole)
        real = (double)n;
    if (!(real >= low && (whole ? real <= high : real < high)))
        return il_fail(err, IL_E_USAGE, "%s: %.60s is not between %.15g and %.15g",
                       parameters[id].name, text, low, high);
    if (whole)
        snprintf(out, IL_INIT_TEXT, "%llu", (unsigned long long)n);
    else
        il_write_real(real, out);
    return IL_OK;
}

static il_status normal_flag(enum id id, const char *text, char *out, il_error *err)
{
    static const char *const words[] = { "no", "yes", "false", "true", "0", "1", "off", "on" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0) {
            strcpy(out, i % 2 ? "yes" : "no");
            return IL_OK;
        }
    return il_fail(err, IL_E_USAGE, "%s: '%.60s' is neither yes nor no", parameters[id].name, text);
}

/* A width, in or out; *times is N where the word is WIDTHxN, which cuts it to WIDTH. 0: none. */
static int read_width(char *word, uint64_t *times)
{
    char *const by = strchr(word, 'x');
    uint64_t width;

    *times = 1;
    if (strcmp(word, "in") == 0 || strcmp(word, "out") == 0)
        return 1;
    if (by && !(il_read_whole(by + 1, times) && *times >= 1 && *times <= IL_MAX_LAYERS))
        return 0;
    if (by)
        *by = 0;
    return il_read_whole(word, &width) && width >= 1 && width <= 1 << 24;
}

/*
 * Widths separated by commas or dashes, 256x3 for 256,256,256; in and out stay words until the
 * dataset is known.
 */
static il_status normal_layers(const char *text, char out[IL_INIT_TEXT], il_error *err)
{
    size_t count = 0, n = 0;

    for (const char *p = text;; p++) {
        const size_t length = strcspn(p, ",-");
        char word[32], whole[32];
        uint64_t times;

        if (length >= sizeof word)
            return il_fail(err, IL_E_USAGE, "layers: '%.30s...' is not a width", p);
        memcpy(word, p, length);
        word[length] = 0;
        strcpy(whole, word);
        if (!read_width(word, &times))
            return il_fail(err, IL_E_USAGE,
                           "layers: '%s' is not a width from 1 to %d, nor WIDTHxN, in or out",
                           whole, 1 << 24);
        for (; times > 0 && count < IL_MAX_LAYERS + 2; times--, count++)
            n += (size_t)snprintf(out + n, IL_INIT_TEXT - n, "%s%s", count ? "," : "", word);
        p += length;
        if (!*p || count > IL_MAX_LAYERS + 1)
            break;
    }
    if (count < 2 || count > IL_MAX_LAYERS + 1)
        return il_fail(err, IL_E_USAGE, "layers: needs 2 to %d widths, as 784,256,10, not '%.60s'",
                       IL_MAX_LAYERS + 1, text);
    return IL_OK;
}

static il_status normal_choice(enum id id, const char *text, char *out, il_error *err)
{
    struct il_choice choice;
    il_error inner = { .text = "" };
    const il_status st = il_choice_parse(&choice, (il_list)kinds[id], text, &inner);

    if (st != IL_OK)
        return il_fail(err, st, "%s: %s", parameters[id].name, inner.text);
    il_choice_text(&choice, out);
    return IL_OK;
}

static il_status normal_init(const char *text, char out[IL_INIT_TEXT], il_error *err)
{
    struct il_init *const init = malloc(sizeof *init);
    il_status st;

    if (!init)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    st = il_init_parse(init, text, err);
    if (st == IL_OK)
        il_init_text(init, out);
    free(init);
    return st;
}

static il_status normal(enum id id, const char *text, char out[IL_INIT_TEXT], il_error *err)
{
    switch (kinds[id]) {
    case WHOLE:
    case REAL:
        return normal_number(id, text, out, err);
    case FLAG:
        return normal_flag(id, text, out, err);
    case LAYERS:
        return normal_layers(text, out, err);
    case INIT:
        return normal_init(text, out, err);
    case MATH:
        if (il_math_of(text) < 0)
            return il_fail(err, IL_E_USAGE, "math: '%.60s' is none of fp32, tf32, bf16", text);
        strcpy(out, text);
        return IL_OK;
    default:
        return normal_choice(id, text, out, err);
    }
}

/* ---- the object ------------------------------------------------------------------------------ */

il_status il_config_new(il_config **out, il_error *err)
{
    il_status st = IL_OK;
    il_config *c = calloc(1, sizeof *c);

    *out = NULL;
    if (!c)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    for (size_t i = 0; i < PARAMETERS; i++)
        IL_TRY(il_config_set(c, parameters[i].name, parameters[i].value, err));
    *out = c;
    c = NULL;
out:
    il_config_free(c);
    return st;
}

il_status il_config_copy(il_config **out, const il_config *from, il_error *err)
{
    il_config *c = calloc(1, sizeof *c);

    *out = NULL;
    for (size_t i = 0; c && i < PARAMETERS; i++) {
        c->value[i] = strdup(from->value[i]);
        if (!c->value[i]) {
            il_config_free(c);
            c = NULL;
        }
    }
    *out = c;
    return c ? IL_OK : il_fail(err, IL_E_MEMORY, "out of memory");
}

void il_config_free(il_config *c)
{
    for (size_t i = 0; c && i < PARAMETERS; i++)
        free(c->value[i]);
    free(c);
}

/* the parameter of this name, dashes and underscores alike; PARAMETERS: none */
static size_t find(const char *name)
{
    for (size_t i = 0; i < PARAMETERS; i++) {
        const char *a = name, *b = parameters[i].name;

        while (*a && (*a == '-' ? '_' : *a) == *b)
            a++, b++;
        if (!*a && !*b)
            return i;
    }
    return PARAMETERS;
}

il_status il_config_set(il_config *c, const char *name, const char *value, il_error *err)
{
    const size_t i = find(name);
    char text[IL_INIT_TEXT];
    const char *names[PARAMETERS + 1] = { NULL }, *near;
    il_status st;
    char *copy;

    if (i == PARAMETERS) {
        for (size_t k = 0; k < PARAMETERS; k++)
            names[k] = parameters[k].name;
        near = il_nearest(name, names);
        return il_fail(err, IL_E_USAGE, "no parameter '%.60s'%s%s%s", name,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    st = il_fail_of(err, normal((enum id)i, value, text, err), parameters[i].name);
    if (st != IL_OK)
        return st;
    copy = strdup(text);
    if (!copy)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    free(c->value[i]);
    c->value[i] = copy;
    return IL_OK;
}

int il_parameter_number(const char *name)
{
    const size_t i = find(name);

    return i == PARAMETERS || (kinds[i] != WHOLE && kinds[i] != REAL) ? IL_NO_NUMBER
           : kinds[i] == WHOLE                                        ? IL_WHOLE_NUMBER
                                                                      : IL_REAL_NUMBER;
}

const char *il_config_get(const il_config *c, const char *name)
{
    const size_t i = find(name);

    return i < PARAMETERS ? c->value[i] : NULL;
}
