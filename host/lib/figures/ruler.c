/* ruler.c - linear and log axes. */
#include "ruler.h"

#include <math.h>
#include <string.h>

enum { NAME = 13 }; /* pixels of an axis's name */

int il_is_drawn(double y) { return fabs(y) <= 1e300; }

/* ---- ranges and ticks ------------------------------------------------------------------------ */

/* The step is 1, 2 or 5 times a power of ten, for about `target` ticks. */
static void choose_step(struct il_ruler *a, double lo, double hi, int target)
{
    const double raw = (hi - lo) / target;
    double base;

    a->exponent = (int)floor(log10(raw));
    base = raw / pow(10, a->exponent) - 1e-9;
    a->mantissa = base <= 1 ? 1 : base <= 2 ? 2 : base <= 5 ? 5 : 1;
    a->exponent += base > 5;
}

static double linear_tick(const struct il_ruler *a, int64_t i)
{
    const double n = (double)(i * a->mantissa);

    return a->exponent < 0 ? n / pow(10, -a->exponent) : n * pow(10, a->exponent);
}

void il_ruler_linear(struct il_ruler *a, double lo, double hi, int target, int whole, int round)
{
    const double size = fmax(fabs(lo), fabs(hi));
    double step;

    a->log = a->zero = 0;
    if (hi - lo <= 1e-9 * size || hi - lo < 1e-290) { /* constant, but for rounding */
        const double room = whole ? .5 : size < 1e-280 ? 1 : size / 10;

        lo -= room, hi += room;
    }
    choose_step(a, lo, hi, target);
    if (whole && a->exponent < 0)
        a->mantissa = 1, a->exponent = 0;
    step = linear_tick(a, 1);
    a->first = (int64_t)(round ? floor(lo / step + 1e-6) : ceil(lo / step - 1e-6));
    a->last = (int64_t)(round ? ceil(hi / step - 1e-6) : floor(hi / step + 1e-6));
    a->lo = round ? linear_tick(a, a->first) : lo;
    a->hi = round ? linear_tick(a, a->last) : hi;
}

static const int THREE[] = { 1, 2, 5 };
/* tenths: of an axis that ends before there would be three ticks of one digit */
static const int FINE[] = { 10, 11, 12, 13, 14, 15, 16, 18, 20, 25,
                            30, 35, 40, 45, 50, 60, 70, 80, 90 };
enum { FINES = sizeof FINE / sizeof *FINE };

/* whole part and rest of i / per, downwards */
static int64_t power_of(const struct il_ruler *a, int64_t i)
{
    return i >= 0 ? i / a->per : -((-i + a->per - 1) / a->per);
}

static int mantissa_of(const struct il_ruler *a, int64_t i)
{
    const int rest = (int)(i - power_of(a, i) * a->per);

    return a->per == 3 ? THREE[rest] : a->per == FINES ? FINE[rest] : rest + 1;
}

/* what mantissas are to be divided by, as a power of ten */
static int digits_behind(const struct il_ruler *a) { return a->per == FINES; }

/* the logarithm of a tick */
static double log_tick(const struct il_ruler *a, int64_t i)
{
    return (double)(power_of(a, i) * a->each) + log10(mantissa_of(a, i)) - digits_behind(a);
}

static int64_t next_tick(const struct il_ruler *a, double at, int up)
{
    int64_t i = (int64_t)floor(at / a->each) * a->per;

    while (log_tick(a, i) < at - 1e-9)
        i++;
    while (log_tick(a, i) > at + 1e-9)
        i--;
    return up && log_tick(a, i) < at - 1e-9 ? i + 1 : i;
}

void il_ruler_log(struct il_ruler *a, double lo, double hi, int zero, int round)
{
    double low = log10(lo), high = log10(hi);

    a->log = 1;
    a->zero = zero;
    if (high - low < .05)
        low -= .3, high += .3;
    a->per = high - low > 2.5 ? 1 : high - low > .7 ? 3 : high - low > .4 ? 9 : FINES;
    a->each = a->per > 1 ? 1 : (int)fmax(1, ceil((high - low) / 8));
    a->first = next_tick(a, low, !round);
    a->last = next_tick(a, high, round);
    a->lo = round ? log_tick(a, a->first) : low;
    a->hi = round ? log_tick(a, a->last) : high;
    if (zero)
        a->lo = (round ? a->lo : low) - fmax(.12 * (a->hi - a->lo), .1);
}

/* ---- places ---------------------------------------------------------------------------------- */

static double place(const struct il_ruler *a, double value)
{
    const double v = fmin(fmax(value, a->lo), a->hi);

    return a->from + (a->to - a->from) * ((v - a->lo) / (a->hi - a->lo));
}

double il_ruler_at(const struct il_ruler *a, double value)
{
    return place(a, !a->log ? value : value > 0 ? log10(value) : a->lo);
}

double il_ruler_beyond(const struct il_ruler *a, double value)
{
    const double v = !a->log ? value : value > 0 ? log10(value) : a->lo;

    return a->from + (a->to - a->from) * ((v - a->lo) / (a->hi - a->lo));
}

double il_ruler_tick(const struct il_ruler *a, int64_t i)
{
    return place(a, a->log ? log_tick(a, i) : linear_tick(a, i));
}

struct il_number il_ruler_label(const struct il_ruler *a, int64_t i)
{
    double largest;

    if (a->log) {
        const int64_t power = power_of(a, i) * a->each;

        return il_decimal(mantissa_of(a, i), (int)power - digits_behind(a),
                          power < -4 || power > 5);
    }
    largest = fmax(fabs(linear_tick(a, a->first)), fabs(linear_tick(a, a->last)));
    return il_decimal(i * a->mantissa, a->exponent, a->exponent < -5 || largest >= 1e7);
}

double il_ruler_width(const struct il_ruler *a)
{
    double widest = 0;

    for (int64_t i = a->first; i <= a->last; i++)
        widest = fmax(widest, il_text_width(il_ruler_label(a, i).text, IL_TEXT));
    return widest;
}

/* ---- drawn ----------------------------------------------------------------------------------- */

static const char GRID[] = "<g stroke=\"#e3e3e3\" stroke-width=\"1\" fill=\"none\">\n";
static const char FRAME[] = "</g>\n<g stroke=\"#555\" stroke-width=\"1\" fill=\"none\">\n";

/* A name may be longer than its axis, but by little: so far the page goes. */
static double room_of(const struct il_ruler *a) { return fabs(a->to - a->from) + 2 * 36; }

int il_ruler_has_room(const struct il_ruler *a, const char *name)
{
    return il_text_width(name, NAME) <= room_of(a);
}

static void put_name(struct il_file *f, const struct il_ruler *a, const char *name)
{
    il_file_print(f, " font-size=\"%d\" fill=\"#222\" text-anchor=\"middle\">", NAME);
    il_put_fitting(f, name, NAME, room_of(a));
    il_file_print(f, "</text>\n");
}

void il_ruler_across(struct il_file *f, const struct il_ruler *a, double top, double y,
                     const char *name)
{
    double free_from = 0; /* pixels: to the right of the last label */

    il_file_print(f, "%s", GRID);
    for (int64_t i = a->first; i <= a->last; i++)
        il_file_print(f, "<path d=\"M%s %sV%s\"/>\n", il_px(il_ruler_tick(a, i)).text,
                      il_px(top).text, il_px(y).text);
    il_file_print(f, "%s<path d=\"M%s %sH%s\"/>\n", FRAME, il_px(a->from).text, il_px(y).text,
                  il_px(a->to).text);
    for (int64_t i = a->first; i <= a->last; i++)
        il_file_print(f, "<path d=\"M%s %sv5\"/>\n", il_px(il_ruler_tick(a, i)).text,
                      il_px(y).text);
    il_file_print(f, "</g>\n<g font-size=\"%d\" fill=\"#333\" text-anchor=\"middle\">\n", IL_TEXT);
    for (int64_t i = a->first; i <= a->last; i++) {
        const struct il_number label = il_ruler_label(a, i);
        const double x = il_ruler_tick(a, i), half = il_text_width(label.text, IL_TEXT) / 2;

        if (x - half < free_from) /* one upon another would be no number at all */
            continue;
        free_from = x + half + 2;
        il_file_print(f, "<text x=\"%s\" y=\"%s\">%s</text>\n", il_px(x).text, il_px(y + 20).text,
                      label.text);
    }
    il_file_print(f, "</g>\n");
    if (!name)
        return;
    il_file_print(f, "<text x=\"%s\" y=\"%s\"", il_px((a->from + a->to) / 2).text,
                  il_px(y + 44).text);
    put_name(f, a, name);
}

void il_ruler_up(struct il_file *f, const struct il_ruler *a, double x, double right,
                 const char *name)
{
    il_file_print(f, "%s", GRID);
    for (int64_t i = a->first; i <= a->last; i++)
        il_file_print(f, "<path d=\"M%s %sH%s\"/>\n", il_px(x).text,
                      il_px(il_ruler_tick(a, i)).text, il_px(right).text);
    il_file_print(f, "%s<path d=\"M%s %sV%s\"/>\n", FRAME, il_px(x).text, il_px(a->to).text,
                  il_px(a->from).text);
    for (int64_t i = a->first; i <= a->last; i++)
        il_file_print(f, "<path d=\"M%s %sh-5\"/>\n", il_px(x).text,
                      il_px(il_ruler_tick(a, i)).text);
    if (a->zero)
        il_file_print(f, "<path d=\"M%s %sh-5\"/>\n", il_px(x).text, il_px(a->from).text);
    il_file_print(f, "</g>\n<g font-size=\"%d\" fill=\"#333\" text-anchor=\"end\">\n", IL_TEXT);
    for (int64_t i = a->first; i <= a->last; i++)
        il_file_print(f, "<text x=\"%s\" y=\"%s\">%s</text>\n", il_px(x - 9).text,
                      il_px(il_ruler_tick(a, i) + 4).text, il_ruler_label(a, i).text);
    if (a->zero)
        il_file_print(f, "<text x=\"%s\" y=\"%s\">0</text>\n", il_px(x - 9).text,
                      il_px(a->from + 4).text);
    il_file_print(f, "</g>\n");
    if (!name)
        return;
    il_file_print(f, "<text transform=\"translate(22 %s) rotate(-90)\"",
                  il_px((a->from + a->to) / 2).text);
    put_name(f, a, name);
}
