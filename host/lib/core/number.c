/* number.c - numbers as text, the same in every locale. */
#include "number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/output.h"

/* strtod by the C locale, whatever the program has set */
static double c_strtod(const char *text, char **end)
{
    const locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    double value;

    if (c == (locale_t)0)
        return strtod(text, end);
    value = strtod_l(text, end, c);
    freelocale(c);
    return value;
}

/* no spaces, no hexadecimal, no inf, no nan */
static int is_plain(const char *text)
{
    return *text && strspn(text, "0123456789.eE+-") == strlen(text);
}

int il_read_real(const char *text, double *value)
{
    char *end;

    if (!is_plain(text))
        return 0;
    *value = c_strtod(text, &end);
    return end != text && !*end && isfinite(*value);
}

int il_read_wide(const char *text, long double *value)
{
    const locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    char *end = NULL;

    if (c == (locale_t)0 || !is_plain(text)) {
        if (c != (locale_t)0)
            freelocale(c);
        return 0;
    }
    *value = strtold_l(text, &end, c);
    freelocale(c);
    return end != text && !*end && isfinite(*value);
}

int il_read_whole(const char *text, uint64_t *value)
{
    char *end;

    if (!*text || strspn(text, "0123456789") != strlen(text))
        return 0;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno == 0 && !*end;
}

/* a locale's comma is a point */
static void put_point(char *text)
{
    char *const comma = strchr(text, ',');

    if (comma)
        *comma = '.';
}

void il_write_real(double value, char text[IL_NUMBER_TEXT])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, IL_NUMBER_TEXT, "%.*g", digits, value);
        put_point(text);
        if (c_strtod(text, NULL) == value)
            break;
    }
}

void il_write_wide(long double value, long double error, char text[IL_NUMBER_TEXT])
{
    long double back;

    for (int digits = 12; digits <= 17; digits++) {
        snprintf(text, IL_NUMBER_TEXT, "%.*Lg", digits, value);
        put_point(text);
        if (il_read_wide(text, &back) && fabsl(back - value) <= error)
            break;
    }
}

void il_number_text(double value, char text[32])
{
    _Static_assert(IL_NUMBER_TEXT == 32, "the size that output.h promises");
    il_write_real(value, text);
}

void il_write_whole(uint64_t value, char text[IL_NUMBER_TEXT])
{
    snprintf(text, IL_NUMBER_TEXT, "%llu", (unsigned long long)value);
}
