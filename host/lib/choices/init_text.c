/* init_text.c - the text of the parameter `init`: schemes by layer and tensor. */
#include "init_text.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* an item as it is read: which tensors, and the text of the scheme with all its parameters */
struct piece {
    char pattern[IL_INIT_PATTERN];
    int bias;
    char scheme[512];
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
        return il_fail(err, IL_E_USAGE, "init: the pattern '%.40s...' is too long", key);
    memcpy(p->pattern, n ? key : "*", n ? n : 1);
    p->pattern[n ? n : 1] = 0;
    return IL_OK;
}

/* Does KEY=... go on with the parameters of the item before it? */
static int continues(const struct piece *before, const char *item, size_t key)
{
    const il_entry *const e = il_list_find(IL_SCHEMES, before->scheme);
    char name[64];

    if (!e || key == 0 || key >= sizeof name)
        return 0;
    memcpy(name, item, key);
    name[key] = 0;
    return il_entry_param(e, name) >= 0;
}

static il_status read_piece(struct piece *pieces, size_t *count, const char *item, il_error *err)
{
    const size_t key = key_length(item);
    struct piece *p;
    size_t used;
    int n;

    if (!*item)
        return il_fail(err, IL_E_USAGE, "init: an item is empty");
    if (*count > 0 && continues(&pieces[*count - 1], item, key)) {
        p = &pieces[*count - 1];
        used = strlen(p->scheme);
        n = snprintf(p->scheme + used, sizeof p->scheme - used, ":%s", item);
        return n < (int)(sizeof p->scheme - used)
                   ? IL_OK
                   : il_fail(err, IL_E_USAGE, "init: '%.60s...' is too long", p->scheme);
    }
    if (*count == IL_INIT_ITEMS)
        return il_fail(err, IL_E_USAGE, "init: more than %d items", IL_INIT_ITEMS);
    p = &pieces[(*count)++];
    n = snprintf(p->scheme, sizeof p->scheme, "%s", item + key + (key > 0));
    if (n >= (int)sizeof p->scheme)
        return il_fail(err, IL_E_USAGE, "init: '%.60s...' is too long", item);
    if (key == 0)
        return read_key(p, "w", 1, err);
    return read_key(p, item, key, err);
}

il_status il_init_parse(struct il_init *out, const char *text, il_error *err)
{
    struct piece *const pieces = calloc(IL_INIT_ITEMS, sizeof *pieces);
    char *const copy = strdup(text), *item = copy, *comma;
    il_status st = IL_OK;
    il_error inner = { .text = "" };
    size_t count = 0;

    if (!pieces || !copy) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    for (; item; item = comma ? comma + 1 : NULL) {
        comma = item + il_choice_span(item, ",");
        comma = *comma ? comma : NULL;
        if (comma)
            *comma = 0;
        IL_TRY(read_piece(pieces, &count, item, err));
    }
    memset(out, 0, sizeof *out);
    out->count = count;
    for (size_t i = 0; i < count; i++) {
        struct il_init_item *const to = &out->item[i];

        memcpy(to->pattern, pieces[i].pattern, sizeof to->pattern);
        to->bias = pieces[i].bias;
        st = il_choice_parse(&to->scheme, IL_SCHEMES, pieces[i].scheme, &inner);
        if (st != IL_OK) {
            st = il_fail(err, st, "init: %s", inner.text);
            goto out;
        }
    }
out:
    free(copy);
    free(pieces);
    return st;
}

void il_init_text(const struct il_init *init, char text[IL_INIT_TEXT])
{
    size_t n = 0;

    text[0] = 0;
    for (size_t i = 0; i < init->count; i++) {
        const struct il_init_item *const it = &init->item[i];
        const int all = strcmp(it->pattern, "*") == 0;
        char scheme[IL_CHOICE_TEXT];

        il_choice_text(&it->scheme, scheme);
        n += (size_t)snprintf(text + n, IL_INIT_TEXT - n, "%s%s%s%s%s", i ? "," : "",
                              all ? "" : it->pattern, it->bias ? all ? "b" : ".b" : "",
                              all && !it->bias ? "" : "=", scheme);
        if (n >= IL_INIT_TEXT)
            break;
    }
}

const struct il_choice *il_init_find(const struct il_init *init, const char *name, int bias)
{
    for (size_t i = init->count; i > 0; i--)
        if (init->item[i - 1].bias == bias && fnmatch(init->item[i - 1].pattern, name, 0) == 0)
            return &init->item[i - 1].scheme;
    return NULL;
}
