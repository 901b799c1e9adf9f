/*
 * canvas.c - a page of SVG. Numbers are printed as integers with a point put in: no locale, no rounding of
 * the C library's.
 */
#include "canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/utf8.h"

/* ---- numbers --------------------------------------------------------------------------------- */

struct il_number il_decimal(int64_t n, int exponent, int scientific)
{
    struct il_number r;
    char digits[24];
    const char *sign = n < 0 ? "-" : "";
    int length, whole;

    if (n == 0)
        return (struct il_number){ "0" };
    if (scientific)
        for (; n % 10 == 0; n /= 10)
            exponent++;
    length = snprintf(digits, sizeof digits, "%0*lld",
                      !scientific && exponent < 0 ? 1 - exponent : 1, (long long)(n < 0 ? -n : n));
    whole = length + exponent; /* digits before the point */
    if (scientific)
        snprintf(r.text, sizeof r.text, "%s%c%s%se%d", sign, digits[0], length > 1 ? "." : "",
                 digits + 1, whole - 1);
    else if (exponent < 0)
        snprintf(r.text, sizeof r.text, "%s%.*s.%s", sign, whole, digits, digits + whole);
    else
        snprintf(r.text, sizeof r.text, "%s%s%.*s", sign, digits, exponent, "000000000");
    return r;
}

struct il_number il_px(double x) { return il_decimal(llround(x * 100), -2, 0); }

struct il_number il_digits(double x, int digits)
{
    int exponent;
    double scaled;

    if (!isfinite(x))
        return (struct il_number){ "-" };
    if (fabs(x) < 1e-290)
        return (struct il_number){ "0" };
    exponent = (int)floor(log10(fabs(x))) - digits + 1;
    scaled = exponent > 0 ? x / pow(10, exponent)
                          : x * pow(10, -exponent / 2) * pow(10, -exponent + exponent / 2);
    if (fabs(rint(scaled)) >= pow(10, digits)) { /* 9.99 became 10.0 */
        scaled /= 10;
        exponent++;
    }
    return il_decimal(llround(scaled), exponent,
                      exponent + digits - 1 < -4 || exponent + digits > 6);
}

/* ---- text ------------------------------------------------------------------------------------ */

/* Bytes of the character that a text begins with, if XML may hold it, else 0. */
static size_t character(const char *s)
{
    const unsigned char *const c = (const unsigned char *)s;

    if (c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe))
        return 0; /* control; U+FFFE and U+FFFF, which are no characters */
    if (c[0] == 0xe2 &&
        ((c[1] == 0x80 && (c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xaa && c[2] <= 0xae))) ||
         (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9)))
        return 0; /* U+200E, U+202A and their like, which turn the text behind them around */
    return il_utf8_character(s);
}

size_t il_letters(const char *s)
{
    size_t n = 0;

    for (size_t step; s && *s; s += step ? step : 1, n++)
        step = character(s);
    return n;
}

const char *il_behind(const char *s, size_t n)
{
    for (size_t step; n > 0 && *s; n--, s += step ? step : 1)
        step = character(s);
    return s;
}

size_t il_letter(const char *s, char to[5])
{
    const size_t step = character(s);
    const int is_control =
        step == 2 && (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0; /* C1 */

    snprintf(to, 5, "%.*s", step && !is_control ? (int)step : 1, step && !is_control ? s : "?");
    return step ? step : 1;
}

/* Of DejaVu Sans, the widest of those that stand for sans-serif, in sizes of the font; rounded up. */
static double letter_width(const char *s, size_t bytes)
{
    if (bytes > 2)
        return 1.05;
    if (bytes == 2)
        return .85;
    if (strchr("ijl'|.,:;!I ()[]frt-/\"", *s))
        return .42;
    if (strchr("mMwW@%=+<>", *s))
        return 1;
    return *s >= 'A' && *s <= 'Z' ? .8 : .65;
}

double il_text_width(const char *s, double size)
{
    double width = 0;

    for (size_t step; s && *s; s += step ? step : 1) {
        step = character(s);
        width += letter_width(step ? s : "?", step);
    }
    return width * size;
}

void il_put_letters(struct il_file *f, const char *s, size_t n)
{
    for (; s && *s && n > 0; n--) {
        const size_t step = character(s);

        switch (*s) {
        case '&':
            il_file_print(f, "&amp;");
            break;
        case '<':
            il_file_print(f, "&lt;");
            break;
        case '>':
            il_file_print(f, "&gt;");
            break;
        case '"':
            il_file_print(f, "&quot;");
            break;
        default:
            il_file_put(f, step ? s : "?", step ? step : 1);
        }
        s += step ? step : 1;
    }
}

void il_put_text(struct il_file *f, const char *s, size_t most)
{
    const int cut = il_letters(s) > most;

    il_put_letters(f, s, cut ? most - 1 : most);
    if (cut)
        il_file_print(f, "\u2026");
}

/* how many of the first letters are no wider */
static size_t fitting(const char *s, double size, double width)
{
    size_t n = 0;
    double all = 0;

    for (; *s; n++) {
        const size_t step = character(s);

        all += letter_width(step ? s : "?", step) * size;
        if (all > width)
            break;
        s += step ? step : 1;
    }
    return n;
}

void il_put_fitting(struct il_file *f, const char *s, double size, double width)
{
    if (il_text_width(s, size) <= width) {
        il_put_letters(f, s, SIZE_MAX);
        return;
    }
    il_put_letters(f, s, fitting(s, size, width - il_text_width("\u2026", size)));
    il_file_print(f, "\u2026");
}

void il_put_ends(struct il_file *f, const char *s, double size, double width)
{
    const double half = (width - il_text_width("\u2026", size)) / 2;
    const char *tail;

    if (il_text_width(s, size) <= width) {
        il_put_letters(f, s, SIZE_MAX);
        return;
    }
    for (tail = s; il_text_width(tail, size) > half;)
        tail = il_behind(tail, 1);
    il_put_letters(f, s, fitting(s, size, half));
    il_file_print(f, "\u2026");
    il_put_letters(f, tail, SIZE_MAX);
}

/* bytes of the next line of a text, and in *skip the blank behind it */
static size_t line_of(const char *s, double width, size_t *skip)
{
    size_t at = 0, blank = 0;
    double all = 0;

    for (size_t step; s[at] && s[at] != '\n'; at += step ? step : 1) {
        step = character(s + at);
        all += letter_width(step ? s + at : "?", step) * IL_NOTE;
        if (all > width && at > 0) {
            *skip = blank > 0;
            return blank > 0 ? blank : at;
        }
        if (s[at] == ' ')
            blank = at;
    }
    *skip = s[at] == '\n';
    return at;
}

size_t il_put_note(struct il_file *f, const char *text, double x, double y, double width)
{
    size_t lines = 0;

    for (size_t n, skip; text && *text; text += n + skip, lines++) {
        n = line_of(text, width, &skip);
        if (!f || n == 0)
            continue;
        il_file_print(f, "<text x=\"%s\" y=\"%s\" font-size=\"%d\" fill=\"#444\">", il_px(x).text,
                      il_px(y + IL_LINE * (double)lines).text, IL_NOTE);
        for (const char *p = text, *next; p < text + n; p = next) {
            next = il_behind(p, 1);
            il_put_letters(f, p, 1);
        }
        il_file_print(f, "</text>\n");
    }
    return lines;
}

/* ---- the page -------------------------------------------------------------------------------- */

il_status il_page_begin(struct il_file *f, il_text *text, char **svg, il_error *err)
{
    const il_status st = il_text_open(text, err);

    *svg = NULL;
    *f = (struct il_file){ .stream = text->stream }; /* only the stream is there */
    return st;
}

void il_page_head(struct il_file *f, double width, double height, const char *title,
                  const char *description)
{
    const int w = (int)ceil(width), h = (int)ceil(height);

    il_file_print(f,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%d\" "
                  "height=\"%d\" viewBox=\"0 0 %d %d\" "
                  "font-family=\"Helvetica, Arial, sans-serif\">\n<title>",
                  w, h, w, h);
    il_put_letters(f, title, SIZE_MAX);
    il_file_print(f, "</title>\n<desc>");
    for (const char *p = description; *p; p = il_behind(p, 1))
        il_put_letters(f, *p == '\n' ? "; " : p,
                       *p == '\n' ? 2 : 1); /* what reads it out has no lines */
    il_file_print(f, "</desc>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n");
}

static const double BOLD = 1.12; /* bold letters are so much wider */

double il_heading_width(const char *title)
{
    static const double MOST = 900;

    return fmin(il_text_width(title, IL_TEXT * BOLD) + 2, MOST);
}

void il_page_heading(struct il_file *f, const char *title, double centre, double width)
{
    static const double LARGE = 16;
    const double wide = il_text_width(title, BOLD);
    const double size = fmin(LARGE, fmax(IL_TEXT, width / fmax(wide, 1)));

    il_file_print(f,
                  "<text x=\"%s\" y=\"30\" font-size=\"%s\" font-weight=\"bold\" fill=\"#222\" "
                  "text-anchor=\"middle\">",
                  il_px(centre).text, il_px(size).text);
    il_put_fitting(f, title, size * BOLD, width + 1);
    il_file_print(f, "</text>\n");
}

il_status il_page_end(struct il_file *f, il_text *text, char **svg, size_t *n, il_error *err)
{
    il_file_print(f, "</svg>\n");
    text->failed |= f->error != 0;
    if (il_text_close(text, err) != IL_OK)
        return IL_E_MEMORY;
    *svg = text->bytes;
    *n = text->length;
    return IL_OK;
}
