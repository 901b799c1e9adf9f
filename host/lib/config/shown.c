/* shown.c - values with long numbers in as few digits as tell them apart: a random rate has 17. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/config.h"

enum { DIGITS_ALL = 17 /* of any double */ };

#define DECIMAL "0123456789"

/* how long the number with a point is that a text begins with: "0.25", "1.5e-05"; 0: there is none */
static size_t number_at(const char *s)
{
    size_t n = strspn(s, DECIMAL), more;

    if (n == 0 || s[n] != '.')
        return 0;
    n++;
    n += strspn(s + n, DECIMAL);
    if (s[n] == 'e' || s[n] == 'E') {
        const size_t sign = s[n + 1] == '-' || s[n + 1] == '+';

        more = strspn(s + n + 1 + sign, DECIMAL);
        n += more ? 1 + sign + more : 0;
    }
    return n;
}

/* may a number stand before, or behind, this letter of a value? Names of files have points and digits, too */
static int is_edge(char c) { return c == 0 || strchr("=:,;+-*() ", c) != NULL; }

/* a value with its numbers in so many digits, as long at most; NULL: out of memory */
static char *shortened(const char *value, int digits)
{
    char *const text = strdup(value), *to = text;
    const char *s = value;

    if (!text || strstr(value, "file:"))
        return text;
    while (*s) {
        const size_t n = s == value || is_edge(s[-1]) ? number_at(s) : 0;
        char number[32];
        int shorter;

        if (n && is_edge(s[n])) {
            shorter = snprintf(number, sizeof number, "%.*g", digits, strtod(s, NULL));
            if (shorter > 0 && (size_t)shorter < n) {
                memcpy(to, number, (size_t)shorter);
                to += shorter;
                s += n;
                continue;
            }
        }
        *to++ = *s++;
    }
    *to = 0;
    return text;
}

char *il_config_shown_in(const char *name, const char *value, int digits)
{
    char *const shown = il_config_shown(name, value);
    char *const text = shown && digits < DIGITS_ALL ? shortened(shown, digits) : NULL;

    if (!text)
        return shown;
    free(shown);
    return text;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* are n texts that differ still apart in so many digits? -1: out of memory */
static int are_apart(const char *const *value, size_t n, int digits)
{
    char **const text = calloc(n + 1, sizeof *text);
    int apart = text ? 1 : -1;

    for (size_t i = 0; i < n && apart == 1; i++)
        if (!(text[i] = shortened(value[i], digits)))
            apart = -1;
    if (apart == 1)
        qsort(text, n, sizeof *text, by_text);
    for (size_t i = 1; i < n && apart == 1; i++)
        apart = strcmp(text[i - 1], text[i]) != 0;
    for (size_t i = 0; text && i < n; i++)
        free(text[i]);
    free(text);
    return apart;
}

int il_config_digits(const char **value, size_t n)
{
    size_t distinct = 0, points = 0;
    int digits = IL_DIGITS_LEAST;

    for (size_t i = 0; i < n; i++)
        points += strchr(value[i], '.') != NULL;
    if (points == 0)
        return digits;
    qsort(value, n, sizeof *value, by_text);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(value[i], value[distinct - 1]) != 0)
            value[distinct++] = value[i];
    while (digits < DIGITS_ALL) {
        const int apart = are_apart(value, distinct, digits);

        if (apart)
            return apart > 0 ? digits : DIGITS_ALL;
        digits++;
    }
    return digits;
}
