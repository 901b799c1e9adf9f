/* init_text.c - the text of the parameter `init`: schemes by layer and tensor. */
#include "init_text.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/number.h"
#include "path_text.h"

/* an item as it is read: which tensors, and the text of the scheme with all its parameters */
struct piece {
    char pattern[IL_INIT_PATTERN];
    int bias;
    char *scheme;
};

/*
 * the part before a '=' that is not a parameter's, or 0: 'h1=normal:std=2' has one, 'normal:std=2'
 * none
 */
static size_t key_length(const char *item)
{
    const size_t n = strcspn(item, "=:");

    return item[n] == '=' ? n : 0;
}

/* b, w, PATTERN, PATTERN.b, PATTERN.w */
static il_status read_key(struct piece *p, const char *key, size_t n, il_error *err)
{
    p->bias = n > 0 && key[n - 1] == 'b' && (n == 1 || key[n - 2] == '.');
    if (p->bias || (n > 0 && key[n - 1] == 'w' && (n == 1 || key[n - 2] == '.')))
        n -= n == 1 ? 1 : 2;
    if (n >= sizeof p->pattern)
        return il_fail_parameter(err, IL_E_USAGE, "init", "the pattern '%.40s...' is too long",
                                 key);
    memcpy(p->pattern, n ? key : "*", n ? n : 1);
    p->pattern[n ? n : 1] = 0;
    return IL_OK;
}

/*
 * Does KEY=... go on with the parameters of the item before it? b=SCHEME is for biases, also behind a
 * framework's scheme that has a parameter b, which is a number.
 */
static int continues(const struct piece *before, const char *item, size_t key)
{
    const char *const value = item + key + 1;
    char name[64], number[64];
    double ignored;

    if (key == 0 || key >= sizeof name)
        return 0;
    memcpy(name, item, key);
    name[key] = 0;
    snprintf(number, sizeof number, "%.*s", (int)strcspn(value, ":"), value);
    return il_choice_has_param(IL_SCHEMES, before->scheme, name) &&
           (strcmp(name, "b") != 0 || il_read_real(number, &ignored));
}

/* item follows the item before it in one text, with a zero byte between them */
static il_status read_piece(struct piece *pieces, size_t *count, char *item, il_error *err)
{
    const size_t key = key_length(item);
    struct piece *p;

    if (!*item)
        return il_fail_parameter(err, IL_E_USAGE, "init", "an item is empty");
    if (*count > 0 && continues(&pieces[*count - 1], item, key)) {
        item[-1] = ':';
        return IL_OK;
    }
    p = &pieces[(*count)++];
    p->scheme = item + key + (key > 0);
    return key ? read_key(p, item, key, err) : read_key(p, "w", 1, err);
}

/* how many items there can be: one more than commas, of which some are within an item */
static size_t most_items(const char *text)
{
    size_t n = 1;

    for (; *text; text++)
        n += *text == ',';
    return n;
}

static il_status read_items(struct il_init *out, const struct piece *pieces, size_t count,
                            il_error *err)
{
    il_error inner = { .text = "" };

    out->item = calloc(count, sizeof *out->item);
    if (!out->item)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    out->count = count;
    for (size_t i = 0; i < count; i++) {
        struct il_init_item *const to = &out->item[i];
        il_status st;

        memcpy(to->pattern, pieces[i].pattern, sizeof to->pattern);
        to->bias = pieces[i].bias;
        st = il_choice_parse(&to->scheme, IL_SCHEMES, pieces[i].scheme, &inner);
        if (st != IL_OK)
            return il_fail_around(err, il_fail_parameter(err, st, "init", "%s", inner.text),
                                  &inner);
    }
    return IL_OK;
}

/* Two items of the very same tensors are a slip: a list of schemes, where a network has one for each. */
static il_status check_twice(const struct il_init *init, il_error *err)
{
    for (size_t i = 1; i < init->count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct il_init_item *const a = &init->item[k], *const b = &init->item[i];

            if (a->bias == b->bias && strcmp(a->pattern, b->pattern) == 0)
                return il_fail_parameter(
                    err, IL_E_USAGE, "init",
                    "%s and %s are both for %s%s%s; one network takes one, several "
                    "to compare are for sweeps",
                    a->scheme.entry->name, b->scheme.entry->name,
                    a->bias ? "the biases" : "the weights",
                    strcmp(a->pattern, "*") == 0 ? "" : " of ",
                    strcmp(a->pattern, "*") == 0 ? "" : a->pattern);
        }
    return IL_OK;
}

il_status il_init_parse(struct il_init *out, const char *text, il_error *err)
{
    struct piece *const pieces = calloc(most_items(text), sizeof *pieces);
    char *const copy = strdup(text), *item = copy, *comma;
    il_status st = IL_OK;
    size_t count = 0;

    *out = (struct il_init){ 0 };
    if (!pieces || !copy) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    for (; item; item = comma ? comma + 1 : NULL) {
        const int in_path =
            count > 0 && il_choice_path_goes_on(IL_SCHEMES, pieces[count - 1].scheme, item);

        comma = item + il_choice_span(item, ",");
        comma = *comma ? comma : NULL;
        if (comma)
            *comma = 0;
        if (in_path)
            item[-1] = ',';
        else
            IL_TRY(read_piece(pieces, &count, item, err));
    }
    IL_TRY(read_items(out, pieces, count, err));
    st = check_twice(out, err);
out:
    if (st != IL_OK)
        il_init_free(out);
    free(copy);
    free(pieces);
    return st;
}

void il_init_free(struct il_init *init)
{
    free(init->item);
    *init = (struct il_init){ 0 };
}

enum { ITEM_TEXT = IL_CHOICE_TEXT + IL_INIT_PATTERN + sizeof ",.b=" };

/* returns the length */
static size_t item_text(const struct il_init_item *it, int first, char text[ITEM_TEXT])
{
    const int all = strcmp(it->pattern, "*") == 0;
    char scheme[IL_CHOICE_TEXT];

    il_choice_text(&it->scheme, scheme);
    return (size_t)snprintf(text, ITEM_TEXT, "%s%s%s%s%s", first ? "" : ",", all ? "" : it->pattern,
                            it->bias ? all ? "b" : ".b" : "", all && !it->bias ? "" : "=", scheme);
}

char *il_init_text(const struct il_init *init)
{
    char one[ITEM_TEXT], *text;
    size_t n = 0;

    for (size_t i = 0; i < init->count; i++)
        n += item_text(&init->item[i], i == 0, one);
    text = malloc(n + 1);
    n = 0;
    for (size_t i = 0; text && i < init->count; i++) {
        const size_t length = item_text(&init->item[i], i == 0, one);

        memcpy(text + n, one, length + 1);
        n += length;
    }
    return text;
}

const struct il_choice *il_init_find(const struct il_init *init, const char *name, int bias)
{
    for (size_t i = init->count; i > 0; i--)
        if (init->item[i - 1].bias == bias && fnmatch(init->item[i - 1].pattern, name, 0) == 0)
            return &init->item[i - 1].scheme;
    return NULL;
}
