/* layers_text.c - widths of all layers, read from text and written in their normal form. */
#include "layers_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/number.h"

/* WIDTH, WIDTHxN, in or out */
struct term {
    unsigned width;
    uint64_t times;
};

/* a whole number; one of more than 64 bits is read as the largest, which no bound lets pass */
static int read_count(const char *text, uint64_t *n)
{
    if (!*text || strspn(text, "0123456789") != strlen(text))
        return 0;
    if (!il_read_whole(text, n))
        *n = UINT64_MAX;
    return 1;
}

static il_status read_term(struct term *t, const char *word, il_error *err)
{
    const size_t n = strcspn(word, "x");
    char first[64];
    uint64_t width = 0;

    *t = (struct term){ strcmp(word, "in") == 0 ? IL_WIDTH_IN : IL_WIDTH_OUT, 1 };
    if (strcmp(word, "in") == 0 || strcmp(word, "out") == 0)
        return IL_OK;
    snprintf(first, sizeof first, "%.*s", (int)n, word);
    if (!read_count(first, &width) || width < 1 || width > IL_WIDTH_MOST)
        return il_fail_parameter(err, IL_E_USAGE, "layers",
                                 "'%s' is not a width from 1 to %d, nor WIDTHxN, in or out", word,
                                 IL_WIDTH_MOST);
    t->width = (unsigned)width;
    if (word[n] && (!read_count(word + n + 1, &t->times) || t->times < 1))
        return il_fail_parameter(
            err, IL_E_USAGE, "layers",
            "'%s': behind the x stands how many layers, a whole number from 1 on", word);
    return IL_OK;
}

/* Count the widths of a text, and keep them where there is room for them. */
static il_status read_terms(struct il_layers *out, const char *text, il_error *err)
{
    unsigned before = 0;

    out->count = 0;
    for (const char *p = text;; p++) {
        const size_t length = strcspn(p, ",-");
        struct term t;
        char word[64];
        il_status st;

        if (length >= sizeof word)
            return il_fail_parameter(err, IL_E_USAGE, "layers",
                                     "'%.30s...' is too long for a width, WIDTHxN, in or out", p);
        memcpy(word, p, length);
        word[length] = 0;
        st = read_term(&t, word, err);
        if (st != IL_OK)
            return st;
        if (t.width == IL_WIDTH_IN && before == IL_WIDTH_OUT)
            return il_fail_parameter(
                err, IL_E_USAGE, "layers",
                "'in' stands behind 'out', where a second network begins: each "
                "is a value of its own, given apart");
        if (*p && p > text && p[length] && p[length] != p[-1])
            return il_fail_parameter(err, IL_E_USAGE, "layers",
                                     "between widths stand commas or dashes, not both; of several "
                                     "networks each is a value of its own, given apart");
        before = t.width;
        if (t.times > IL_LAYERS_MOST + 1 - out->count)
            return il_fail_parameter(err, IL_E_USAGE, "layers",
                                     "with '%.*s' there are more than %d layers", (int)length, p,
                                     IL_LAYERS_MOST);
        for (unsigned i = 0; out->width && i < t.times; i++)
            out->width[out->count + i] = t.width;
        out->count += (unsigned)t.times;
        p += length;
        if (!*p)
            return IL_OK;
    }
}

il_status il_layers_parse(struct il_layers *out, const char *text, il_error *err)
{
    il_status st;

    *out = (struct il_layers){ 0 };
    IL_TRY(read_terms(out, text, err));
    if (out->count < 2) {
        st = il_fail_parameter(err, IL_E_USAGE, "layers",
                               "needs at least 2 widths, as 784,256,10, not '%.60s'", text);
        goto out;
    }
    out->width = calloc(out->count, sizeof *out->width);
    st = out->width ? read_terms(out, text, err)
                    : il_fail(err, IL_E_MEMORY, "out of memory for %u layers", out->count - 1);
out:
    if (st != IL_OK)
        il_layers_free(out);
    return st;
}

void il_layers_free(struct il_layers *layers)
{
    free(layers->width);
    *layers = (struct il_layers){ 0 };
}

char *il_layers_text(const struct il_layers *layers)
{
    enum { LONGEST = sizeof "16777216," - 1 };
    char *const text = malloc((size_t)layers->count * LONGEST + 1), *less;
    size_t n = 0;

    if (!text)
        return NULL;
    for (unsigned i = 0; i < layers->count; i++) {
        const unsigned width = layers->width[i];

        if (width == IL_WIDTH_IN || width == IL_WIDTH_OUT)
            n += (size_t)sprintf(text + n, width == IL_WIDTH_IN ? "in," : "out,");
        else
            n += (size_t)sprintf(text + n, "%u,", width);
    }
    text[n - 1] = 0;
    less = realloc(text, n);
    return less ? less : text;
}

void il_layers_short(const char *normal, char *text)
{
    *text = 0;
    while (*normal) {
        const size_t width = strcspn(normal, ",");
        size_t times = 1;

        while (*normal >= '0' && *normal <= '9' && normal[width] &&
               strncmp(normal, normal + width + 1, width) == 0 &&
               (!normal[2 * width + 1] || normal[2 * width + 1] == ',')) {
            times++;
            normal += width + 1;
        }
        text += sprintf(text, "%.*s", (int)width, normal);
        if (times > 1)
            text += sprintf(text, "x%zu", times);
        normal += width;
        if (*normal) {
            *text++ = *normal++;
            *text = 0;
        }
    }
}

unsigned il_layers_width(const struct il_layers *layers, unsigned index, size_t pixels,
                         size_t classes)
{
    const unsigned width = layers->width[index];

    return width == IL_WIDTH_IN    ? (unsigned)pixels
           : width == IL_WIDTH_OUT ? (unsigned)classes
                                   : width;
}
