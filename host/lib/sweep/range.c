/* range.c - ranges of numbers as text: 0..29, 1..9+2, 1e-3..1*10. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "initlab/sweep.h"
#include "core/number.h"

static const size_t VALUES_MOST = 1 << 20;

/* the number that is text [n]; 0: it is none */
static int part(const char *text, size_t n, double *x)
{
    char word[IL_NUMBER_TEXT];

    if (n >= sizeof word)
        return 0;
    memcpy(word, text, n);
    word[n] = 0;
    return il_read_real(word, x);
}

/* the + or * before the step: the first that is no exponent's sign */
static const char *step_sign(const char *text)
{
    for (const char *p = text; (p = strpbrk(p, "+*")); p++)
        if (p > text && p[-1] != 'e' && p[-1] != 'E')
            return p;
    return NULL;
}

int il_range_read(il_range *r, const char *text)
{
    const char *const dots = strstr(text, ".."), *const last = dots ? dots + 2 : NULL;
    const char *const sign = last ? step_sign(last) : NULL;
    double values;

    if (!dots)
        return 0;
    *r = (il_range){ .step = 1, .factor = sign && *sign == '*' };
    if (!part(text, (size_t)(dots - text), &r->first) ||
        !part(last, sign ? (size_t)(sign - last) : strlen(last), &r->last) ||
        (sign && !part(sign + 1, strlen(sign + 1), &r->step)) || !(r->first <= r->last))
        return -1;
    if (r->factor ? !(r->step > 1 && r->first > 0) : !(r->step > 0))
        return -1;
    /* the last value counts although rounding may put it a little beyond */
    values = 1e-9 +
             (r->factor ? log(r->last / r->first) / log(r->step) : (r->last - r->first) / r->step);
    if (!(values < (double)VALUES_MOST))
        return -1;
    r->count = (size_t)values + 1;
    return 1;
}

void il_range_value(const il_range *r, size_t i, char text[32])
{
    const double x =
        r->factor ? r->first * pow(r->step, (double)i) : r->first + (double)i * r->step;

    snprintf(text, 32, "%.12g", x);
    text[strcspn(text, ",")] = strchr(text, ',') ? '.' : 0; /* a locale's */
}
