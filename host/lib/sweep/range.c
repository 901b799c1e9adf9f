/*
 * range.c - ranges of numbers as text: 0..29, 1..9+2, 1e-3..1*10.
 *
 * Whole numbers are counted in 64 bits, so that seeds of any size come out as they went in. Others
 * are decimals that mostly have no double: they are computed with more digits, and written with the
 * fewest that are right to a double's precision, counted once a step: 0.1..0.5+0.1 has 0.3, and two
 * steps of 3.1622776601683795 are 10.
 */
#include <float.h>
#include <math.h>
#include <string.h>
#include "initlab/sweep.h"
#include "core/number.h"

static const uint64_t VALUES_MOST = 1 << 20;

/* a number of the text */
struct part {
    long double real;
    uint64_t whole;
    int is_whole;
};

/* the number that is text [n]; 0: it is none */
static int read_part(const char *text, size_t n, struct part *p)
{
    char word[IL_NUMBER_TEXT];

    if (n >= sizeof word)
        return 0;
    memcpy(word, text, n);
    word[n] = 0;
    p->is_whole = il_read_whole(word, &p->whole);
    return il_read_wide(word, &p->real);
}

/* the + or * before the step: the first that is no exponent's sign */
static const char *step_sign(const char *text)
{
    for (const char *p = text; (p = strpbrk(p, "+*")); p++)
        if (p > text && p[-1] != 'e' && p[-1] != 'E')
            return p;
    return NULL;
}

/* how many values up to last, at most one more than VALUES_MOST */
static uint64_t count_whole(uint64_t first, uint64_t last, uint64_t step, int factor)
{
    uint64_t n = 1;

    if (!factor)
        return (last - first) / step < VALUES_MOST ? (last - first) / step + 1 : VALUES_MOST + 1;
    for (; first <= last / step; first *= step)
        n++;
    return n;
}

/* the same; the last value counts although rounding may put it a little beyond */
static uint64_t count_real(long double first, long double last, long double step, int factor)
{
    const long double n =
        1e-9L + (factor ? logl(last / first) / logl(step) : (last - first) / step);

    return n < (long double)VALUES_MOST ? (uint64_t)n + 1 : VALUES_MOST + 1;
}

int il_range_read(il_range *r, const char *text)
{
    const char *const dots = strstr(text, ".."), *const end = dots ? dots + 2 : NULL;
    const char *const sign = end ? step_sign(end) : NULL;
    struct part first, last, step = { 1, 1, 1 };
    uint64_t values;

    if (!dots)
        return 0;
    if (!read_part(text, (size_t)(dots - text), &first) ||
        !read_part(end, sign ? (size_t)(sign - end) : strlen(end), &last) ||
        (sign && !read_part(sign + 1, strlen(sign + 1), &step)))
        return -1;
    *r = (il_range){ .whole = first.is_whole && last.is_whole && step.is_whole,
                     .factor = sign && *sign == '*',
                     .whole_first = first.whole,
                     .whole_step = step.whole,
                     .first = first.real,
                     .step = step.real };
    if (r->whole ? first.whole > last.whole : !(first.real <= last.real))
        return -1;
    if (!sign && !r->whole) /* by 1, as nobody means 1e-3..1 */
        return -1;
    if (r->factor ? !(step.real > 1 && first.real > 0) : !(step.real > 0))
        return -1;
    values = r->whole ? count_whole(first.whole, last.whole, step.whole, r->factor)
                      : count_real(first.real, last.real, step.real, r->factor);
    r->count = (size_t)values;
    return values <= VALUES_MOST ? 1 : -1;
}

static uint64_t whole_value(const il_range *r, size_t i)
{
    uint64_t x = r->whole_first;

    if (!r->factor)
        return x + i * r->whole_step;
    for (; i > 0; i--)
        x *= r->whole_step;
    return x;
}

void il_range_value(const il_range *r, size_t i, char text[32])
{
    long double x;

    if (r->whole) {
        il_write_whole(whole_value(r, i), text);
        return;
    }
    x = r->factor ? r->first * powl(r->step, (long double)i) : r->first + (long double)i * r->step;
    if (!r->factor && fabsl(x) < 1e-12L * r->step) /* what rounding leaves where a sum is 0 */
        x = 0;
    il_write_wide(x, fabsl(x) * (DBL_EPSILON / 2) * (i > 0 ? (long double)i : 0.5L), text);
}
