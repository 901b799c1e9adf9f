/* framework_values.c - the values behind a framework's name. */
#include "framework_values.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "core/number.h"
#include "core/word.h"

static const struct {
    const char *param, *values, *why;
} only[] = {
#define ONLY(parameter, values, why) { parameter, values, why },
#include "framework_names.def"
};

/* one word of il_framework_name.parameters, taken apart */
struct their_param {
    char name[24], ours[24];
    int none, unit; /* '!' and '~' */
};

/* the at-th; 0: there are not so many */
static int their_param(const struct il_framework_name *row, size_t at, struct their_param *out)
{
    const char *word = row->parameters;
    size_t all = strcspn(word, " "), key;

    for (; at > 0 && word[all]; at--) {
        word += all + 1;
        all = strcspn(word, " ");
    }
    if (at > 0 || all == 0)
        return 0;
    out->none = *word == '!';
    word += out->none;
    all -= (size_t)out->none;
    key = strcspn(word, "= ");
    snprintf(out->name, sizeof out->name, "%.*s", (int)key, word);
    out->unit = key < all && word[key + 1] == '~';
    if (key < all)
        snprintf(out->ours, sizeof out->ours, "%.*s", (int)(all - key - 1) - out->unit,
                 word + key + 1 + out->unit);
    else
        strcpy(out->ours, out->name);
    return 1;
}

int il_framework_param(const struct il_framework_name *row, const char *name, size_t n)
{
    struct their_param p;

    for (size_t k = 0; their_param(row, k, &p); k++)
        if (il_same_word(name, n, p.name, strlen(p.name)))
            return (int)k;
    return -1;
}

void il_framework_params(const struct il_framework_name *row, const char *names[IL_THEIRS + 1],
                         char text[128])
{
    struct their_param p;
    size_t n = 0, used = 0;

    for (; n < IL_THEIRS && their_param(row, n, &p); n++) {
        names[n] = text + used;
        used += (size_t)snprintf(text + used, 128 - used, "%s", p.name) + 1;
    }
    names[n] = NULL;
}

/* what stands for this parameter of ours, NULL: none, or not given */
static const char *given_as(const struct il_framework_values *values, const char *ours)
{
    struct their_param p;

    for (size_t k = 0; their_param(values->row, k, &p); k++)
        if (strcmp(p.ours, ours) == 0)
            return values->value[k];
    return NULL;
}

il_status il_framework_take(struct il_framework_values *values, const char *piece, int *taken,
                            il_error *err)
{
    const char *const equals = strchr(piece, '='), *const their = values->row->name;
    struct their_param p;
    size_t at = values->next;

    *taken = 0;
    if (equals) {
        const int found = il_framework_param(values->row, piece, (size_t)(equals - piece));

        if (found < 0)
            return IL_OK;
        at = (size_t)found;
    }
    if (at >= IL_THEIRS || !their_param(values->row, at, &p))
        return il_fail(err, IL_E_USAGE,
                       "%s takes %zu value%s without a name; '%.60s' is one too many", their, at,
                       at == 1 ? "" : "s", piece);
    if (values->value[at])
        return il_fail(err, IL_E_USAGE, "%s: %s is given twice", their, p.name);
    values->value[at] = equals ? equals + 1 : piece;
    values->next = at + 1;
    *taken = 1;
    return IL_OK;
}

/* a parameter without a choice here: its value must say what is so */
static il_status check_only(const char *their, const char *param, const char *value, il_error *err)
{
    const char *const dot = strrchr(value, '.'), *const word = dot ? dot + 1 : value;

    for (size_t i = 0; i < sizeof only / sizeof *only; i++) {
        const char *p = only[i].values;

        if (strcmp(only[i].param, param) != 0)
            continue;
        for (size_t n; *p; p += n + (p[n] == '|')) {
            n = strcspn(p, "|");
            if (strlen(word) == n && strncasecmp(word, p, n) == 0)
                return IL_OK;
        }
        return il_fail(err, IL_E_USAGE, "%s: %s cannot be '%.60s' here, only %s: %s", their, param,
                       value, only[i].values, only[i].why);
    }
    return IL_OK;
}

static il_status read_number(const char *their, const char *param, const char *text, double *out,
                             il_error *err)
{
    return il_read_real(text, out)
               ? IL_OK
               : il_fail(err, IL_E_USAGE, "%s: %s must be a number, not '%.60s'", their, param,
                         text);
}

/* leaky_relu's slope: beside another nonlinearity it counts for nothing, as it does there */
static il_status slope(const struct il_framework_values *values, const char *param,
                       const char *text, char *out, size_t size, il_error *err)
{
    const char *const word = given_as(values, "gain");
    il_status st;
    double ignored;

    st = read_number(values->row->name, param, text, &ignored, err);
    if (st != IL_OK)
        return st;
    if (word && strchr(word, ':') && strncasecmp(word, "leaky", 5) == 0)
        return il_fail(err, IL_E_USAGE, "%s: the slope is given twice, as %s=%s and in %s",
                       values->row->name, param, text, word);
    if (!word || il_same_word(word, strlen(word), "leaky_relu", 10))
        snprintf(out, size, "gain=leaky_relu:%s", text);
    return IL_OK;
}

il_status il_framework_as_ours(const struct il_framework_values *values, size_t at, char *out,
                               size_t size, il_error *err)
{
    const char *const text = values->value[at];
    struct their_param p;

    *out = 0;
    if (!text || !their_param(values->row, at, &p) || p.unit)
        return IL_OK;
    if (p.none)
        return check_only(values->row->name, p.name, text, err);
    if (strcmp(p.ours, "slope") == 0 && strcmp(p.name, "slope") != 0)
        return slope(values, p.name, text, out, size, err);
    if (strcmp(p.ours, "gain") == 0 && given_as(values, "slope") &&
        il_same_word(text, strlen(text), "leaky_relu", 10))
        return IL_OK; /* said with its slope */
    snprintf(out, size, "%s=%s", p.ours, text);
    return IL_OK;
}

il_status il_framework_blame(const struct il_framework_values *values, size_t at, il_status status,
                             const char *wrong, il_error *err)
{
    struct their_param p = { .name = "" };

    their_param(values->row, at, &p);
    return il_fail(err, status, "%s: %s=%.60s: %s", values->row->name, p.name, values->value[at],
                   wrong);
}

int il_framework_unit(const struct il_framework_values *values, const char *ours, double *unit,
                      int *given, il_status *st, il_error *err)
{
    static const struct {
        const char *ours;
        double value;
    } defaults[] = { { "low", -2 }, { "high", 2 }, { "scale", 3 } };
    struct their_param p;

    *st = IL_OK;
    for (size_t k = 0; their_param(values->row, k, &p); k++) {
        if (!p.unit || strcmp(p.ours, ours) != 0)
            continue;
        for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
            if (strcmp(defaults[i].ours, ours) == 0)
                *unit = defaults[i].value;
        *given = values->value[k] != NULL;
        if (*given)
            *st = read_number(values->row->name, p.name, values->value[k], unit, err);
        return 1;
    }
    return 0;
}
