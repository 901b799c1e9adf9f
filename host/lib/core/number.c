/* number.c - numbers as text, the same in every locale. */
#include "number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int il_read_real(const char *text, double *value)
{
    char *end;

    if (!*text || strspn(text, "0123456789.eE+-") != strlen(text))
        return 0; /* no spaces, no hexadecimal, no inf, no nan */
    *value = c_strtod(text, &end);
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

void il_write_real(double value, char text[IL_NUMBER_TEXT])
{
    char *comma;
    double back;

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, IL_NUMBER_TEXT, "%.*g", digits, value);
        comma = strchr(text, ',');
        if (comma)
            *comma = '.';
        back = c_strtod(text, NULL);
        if (back == value)
            break;
    }
}
