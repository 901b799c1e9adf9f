/*
 * plot.c - curves as an SVG file: no fonts, scripts or links of its own, the same bytes each time.
 * Numbers are printed as integers with a point put in: no locale, no rounding of the C library's.
 */
#include "initlab/output.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/file.h"
#include "core/utf8.h"

/* Pixels. The plot's own size is constant; room for tick labels and legend is added to it. */
enum {
    PLOT_WIDTH = 600,
    PLOT_HEIGHT = 340,
    TOP = 52,
    BOTTOM = 58,
    RIGHT = 28,
    LEGEND_ROW = 20,
    LEGEND_ROWS = PLOT_HEIGHT / LEGEND_ROW,
    LEGEND_CHARS = 60,
};
static const double CHAR = 7; /* width of a letter at 12 px, generously */

/* Okabe and Ito's colours, which the colour-blind can tell apart too; then the same dashed. */
static const char *const colours[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                       "#e69f00", "#56b4e9", "#444444" };
static const char *const dashes[] = { "", " stroke-dasharray=\"7 3\"",
                                      " stroke-dasharray=\"2 2.5\"" };
enum { COLOURS = sizeof colours / sizeof *colours, DASHES = sizeof dashes / sizeof *dashes };

/* Ticks lie at i * mantissa * 10^exponent for first <= i <= last. */
struct axis {
    double lo, hi;
    int64_t first, last;
    int mantissa, exponent;
};

struct plot {
    struct axis x, y;
    const il_curve *curves;
    size_t count;
    int left, legend;    /* pixels: left of the plot; the legend or 0 */
    struct il_file file; /* of which only the stream is there: text in memory */
};

/* ---- numbers and text ------------------------------------------------------------------------ */

struct number {
    char text[48];
};

/* n * 10^exponent: 0.25, 1500, or 1.5e7 where scientific is set */
static struct number decimal(int64_t n, int exponent, int scientific)
{
    struct number r;
    char digits[24];
    const char *sign = n < 0 ? "-" : "";
    int length, whole;

    if (n == 0)
        return (struct number){ "0" };
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
        snprintf(r.text, sizeof r.text, "%s%s%.*s", sign, digits, exponent, "0000000");
    return r;
}

/* a place on the page, to 1/100 pixel */
static struct number px(double x) { return decimal(llround(x * 100), -2, 0); }

/* Bytes of the character that a text begins with, if XML may hold it, else 0. */
static size_t character(const char *s)
{
    const unsigned char *const c = (const unsigned char *)s;

    if (c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe))
        return 0; /* control; U+FFFE and U+FFFF, which are no characters */
    return il_utf8_character(s);
}

static size_t letters(const char *s)
{
    size_t n = 0;

    for (size_t step; s && *s; s += step ? step : 1, n++)
        step = character(s);
    return n;
}

/* the text behind its first n letters */
static const char *behind(const char *s, size_t n)
{
    for (size_t step; n > 0 && *s; n--, s += step ? step : 1)
        step = character(s);
    return s;
}

/* n letters, with XML's own characters escaped and bytes that are no text as '?' */
static void put_letters(struct il_file *f, const char *s, size_t n)
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

/* At most max letters of a text. */
static void put_text(struct il_file *f, const char *s, size_t max)
{
    const int cut = letters(s) > max;

    put_letters(f, s, cut ? max - 1 : max);
    if (cut)
        il_file_print(f, "\u2026");
}

/* ---- ranges and ticks ------------------------------------------------------------------------ */

/* Whether a value is drawn. Beyond 1e300 even a range would overflow: no better than infinite. */
static int drawn(double y) { return fabs(y) <= 1e300; }

/* The step is 1, 2 or 5 times a power of ten, for about `target` ticks. */
static void choose_step(struct axis *a, double lo, double hi, int target)
{
    const double raw = (hi - lo) / target;
    double base;

    a->exponent = (int)floor(log10(raw));
    base = raw / pow(10, a->exponent) - 1e-9;
    a->mantissa = base <= 1 ? 1 : base <= 2 ? 2 : base <= 5 ? 5 : 1;
    a->exponent += base > 5;
}

static double tick(const struct axis *a, int64_t i)
{
    const double n = (double)(i * a->mantissa);

    return a->exponent < 0 ? n / pow(10, -a->exponent) : n * pow(10, a->exponent);
}

/* Whole numbers from 1 to n; the range is the data's own. */
static void x_axis(struct axis *a, size_t n)
{
    double step;

    a->lo = n > 1 ? 1 : .5;
    a->hi = n > 1 ? (double)n : 1.5;
    choose_step(a, a->lo, a->hi, 10);
    if (a->exponent < 0)
        a->mantissa = 1, a->exponent = 0;
    step = tick(a, 1);
    a->first = (int64_t)ceil(a->lo / step);
    a->last = (int64_t)floor(a->hi / step);
}

/* how many values of a curve are drawn */
static size_t points(const il_curve *curve)
{
    size_t n = 0;

    for (size_t i = 0; i < curve->count; i++)
        n += drawn(curve->y[i]);
    return n;
}

/* the least and the largest value that is drawn, of all curves or of those without a gap */
static void range(const il_curve *curves, size_t count, int whole, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (size_t c = 0; c < count; c++) {
        if (whole && points(&curves[c]) < curves[c].count)
            continue;
        for (size_t i = 0; i < curves[c].count; i++)
            if (drawn(curves[c].y[i])) {
                *lo = fmin(*lo, curves[c].y[i]);
                *hi = fmax(*hi, curves[c].y[i]);
            }
    }
}

/*
 * What the axis is to show: all that is drawn, unless curves that break off, as those that diverge do, press the
 * others flat. They leave the figure then.
 */
static void shown(const il_curve *curves, size_t count, double *lo, double *hi)
{
    static const double MOST = 10; /* times the others' range, or a tenth of their size */
    double low, high;

    range(curves, count, 0, lo, hi);
    range(curves, count, 1, &low, &high);
    if (low <= high && *hi - *lo > MOST * fmax(high - low, fmax(fabs(low), fabs(high)) / 10)) {
        *lo = low;
        *hi = high;
    }
}

/* The range goes from tick to tick. Returns whether anything is drawn. */
static int y_axis(struct axis *a, const il_curve *curves, size_t count)
{
    double lo, hi, size, step;
    int any;

    shown(curves, count, &lo, &hi);
    any = lo <= hi;
    if (!any)
        lo = 0, hi = 1;
    size = fmax(fabs(lo), fabs(hi));
    if (hi - lo <= 1e-9 * size || hi - lo < 1e-290) { /* constant, but for rounding */
        const double room = size < 1e-280 ? 1 : size / 10;

        lo -= room, hi += room;
    }
    choose_step(a, lo, hi, 6);
    step = tick(a, 1);
    a->first = (int64_t)floor(lo / step + 1e-6);
    a->last = (int64_t)ceil(hi / step - 1e-6);
    a->lo = tick(a, a->first);
    a->hi = tick(a, a->last);
    return any;
}

static struct number label(const struct axis *a, int64_t i)
{
    const double largest = fmax(fabs(tick(a, a->first)), fabs(tick(a, a->last)));

    return decimal(i * a->mantissa, a->exponent, a->exponent < -5 || largest >= 1e7);
}

static double at_x(const struct plot *p, double x)
{
    return p->left + PLOT_WIDTH * ((x - p->x.lo) / (p->x.hi - p->x.lo));
}

static double at_y(const struct plot *p, double y)
{
    y = fmin(fmax(y, p->y.lo), p->y.hi); /* along the edge, where a curve leaves the figure */
    return TOP + PLOT_HEIGHT * ((p->y.hi - y) / (p->y.hi - p->y.lo));
}

/* ---- parts of the figure --------------------------------------------------------------------- */

static void draw_axes(struct plot *p)
{
    struct il_file *f = &p->file;
    const int right = p->left + PLOT_WIDTH, bottom = TOP + PLOT_HEIGHT;

    il_file_print(f, "<g stroke=\"#e3e3e3\" stroke-width=\"1\" fill=\"none\">\n");
    for (int64_t i = p->y.first; i <= p->y.last; i++)
        il_file_print(f, "<path d=\"M%d %sH%d\"/>\n", p->left, px(at_y(p, tick(&p->y, i))).text,
                      right);
    for (int64_t i = p->x.first; i <= p->x.last; i++)
        il_file_print(f, "<path d=\"M%s %dV%d\"/>\n", px(at_x(p, tick(&p->x, i))).text, TOP,
                      bottom);
    il_file_print(f,
                  "</g>\n<g stroke=\"#555\" stroke-width=\"1\" fill=\"none\">\n"
                  "<path d=\"M%d %dV%dH%d\"/>\n",
                  p->left, TOP, bottom, right);
    for (int64_t i = p->y.first; i <= p->y.last; i++)
        il_file_print(f, "<path d=\"M%d %sh-5\"/>\n", p->left, px(at_y(p, tick(&p->y, i))).text);
    for (int64_t i = p->x.first; i <= p->x.last; i++)
        il_file_print(f, "<path d=\"M%s %dv5\"/>\n", px(at_x(p, tick(&p->x, i))).text, bottom);
    il_file_print(f, "</g>\n<g font-size=\"12\" fill=\"#333\" text-anchor=\"end\">\n");
    for (int64_t i = p->y.first; i <= p->y.last; i++)
        il_file_print(f, "<text x=\"%d\" y=\"%s\">%s</text>\n", p->left - 9,
                      px(at_y(p, tick(&p->y, i)) + 4).text, label(&p->y, i).text);
    il_file_print(f, "</g>\n<g font-size=\"12\" fill=\"#333\" text-anchor=\"middle\">\n");
    for (int64_t i = p->x.first; i <= p->x.last; i++)
        il_file_print(f, "<text x=\"%s\" y=\"%d\">%s</text>\n", px(at_x(p, tick(&p->x, i))).text,
                      bottom + 20, label(&p->x, i).text);
    il_file_print(f, "</g>\n");
}

static void draw_words(struct plot *p, const char *title, const char *x_label, const char *y_label)
{
    struct il_file *f = &p->file;
    const double centre = p->left + PLOT_WIDTH / 2.0, middle = TOP + PLOT_HEIGHT / 2.0;
    const double size = fmin(16, (PLOT_WIDTH + p->left) / (.56 * fmax(1, (double)letters(title))));

    il_file_print(
        f,
        "<g fill=\"#222\" text-anchor=\"middle\">\n<text x=\"%s\" y=\"30\" font-size=\"%s\" "
        "font-weight=\"bold\">",
        px(centre).text, px(fmax(size, 8)).text);
    put_text(f, title, 150);
    il_file_print(f, "</text>\n<text x=\"%s\" y=\"%d\" font-size=\"13\">", px(centre).text,
                  TOP + PLOT_HEIGHT + 44);
    put_text(f, x_label, LEGEND_CHARS);
    il_file_print(f, "</text>\n<text transform=\"translate(22 %s) rotate(-90)\" font-size=\"13\">",
                  px(middle).text);
    put_text(f, y_label, LEGEND_CHARS);
    il_file_print(f, "</text>\n</g>\n");
}

/* how many curves before this one have the same values, and would be hidden by it */
static size_t hidden(const struct plot *p, size_t c)
{
    size_t n = 0;

    for (size_t k = 0; k < c; k++) {
        const il_curve *const a = &p->curves[k], *const b = &p->curves[c];
        size_t i = 0;

        while (i < a->count && a->count == b->count && (a->y[i] == b->y[i] || !drawn(b->y[i])))
            i++;
        n += a->count > 0 && i == b->count && points(a) == points(b) && points(a) > 0;
    }
    return n;
}

/* A curve upon others is broken, so that those are seen between its parts. */
static void put_style(struct plot *p, size_t curve)
{
    const size_t under = hidden(p, curve);

    il_file_print(&p->file, " stroke=\"%s\"", colours[curve % COLOURS]);
    if (under > 0)
        il_file_print(&p->file, " stroke-dasharray=\"8 %zu\"", 8 * under);
    else
        il_file_print(&p->file, "%s", dashes[curve / COLOURS % DASHES]);
}

/* One path, broken where a value is missing; a value between two gaps, on no line, is a dot. */
static void draw_curve(struct plot *p, size_t c)
{
    struct il_file *f = &p->file;
    const double *y = p->curves[c].y;
    const double radius = 6 / (2 + (double)hidden(p, c));
    const size_t n = p->curves[c].count;

    il_file_print(f, "<path fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\"");
    put_style(p, c);
    il_file_print(f, " d=\"");
    for (size_t i = 0; i < n; i++)
        if (drawn(y[i]))
            il_file_print(f, "%c%s %s", i > 0 && drawn(y[i - 1]) ? 'L' : 'M',
                          px(at_x(p, (double)i + 1)).text, px(at_y(p, y[i])).text);
    il_file_print(f, "\"/>\n");
    for (size_t i = 0; i < n; i++)
        if (drawn(y[i]) && !(i > 0 && drawn(y[i - 1])) && !(i + 1 < n && drawn(y[i + 1])))
            il_file_print(f, "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\"/>\n",
                          px(at_x(p, (double)i + 1)).text, px(at_y(p, y[i])).text, px(radius).text,
                          colours[c % COLOURS]);
}

static int is_labelled(const il_curve *curve) { return curve->label && curve->label[0]; }

static const char nowhere[] = " (no finite value)";

/* letters that stand behind a label, of a curve that is not seen */
static const char *note(const il_curve *curve)
{
    return curve->count > 0 && points(curve) == 0 ? nowhere : "";
}

/* The legend's width in pixels: 0 if there are fewer than two curves, or none has a label. */
static int legend_width(const il_curve *curves, size_t count)
{
    size_t longest = 0;

    for (size_t c = 0; count > 1 && c < count; c++)
        if (is_labelled(&curves[c])) {
            const size_t n = letters(curves[c].label);
            const size_t all = (n > LEGEND_CHARS ? LEGEND_CHARS + 4 : n) + strlen(note(&curves[c]));

            longest = all > longest ? all : longest;
        }
    longest = longest > 0 && longest < 12 ? 12 : longest;
    return longest > 0 ? 44 + (int)(CHAR * (double)longest) : 0;
}

/* A long label is shown by its ends: letters of each. */
enum { HEAD = LEGEND_CHARS / 2 - 1, TAIL = LEGEND_CHARS - HEAD - 1 };

/* Would two labels, the first of which is long, be shown alike? */
static int alike(const char *a, const char *b)
{
    const size_t n = letters(a), m = letters(b);
    const size_t head = (size_t)(behind(a, HEAD) - a);

    return m > LEGEND_CHARS && strncmp(a, b, head) == 0 &&
           strcmp(behind(a, n - TAIL), behind(b, m - TAIL)) == 0;
}

/* A curve's label, cut in its middle if it is long; with the curve's number where others would be the same. */
static void put_label(struct plot *p, size_t c)
{
    const char *const label = p->curves[c].label;
    const size_t n = letters(label);
    size_t same = 0;

    if (n <= LEGEND_CHARS) {
        put_letters(&p->file, label, n);
    } else {
        for (size_t i = 0; i < p->count; i++)
            same += is_labelled(&p->curves[i]) && alike(label, p->curves[i].label);
        if (same > 1)
            il_file_print(&p->file, "%zu: ", c + 1);
        put_letters(&p->file, label, HEAD);
        il_file_print(&p->file, "\u2026");
        put_letters(&p->file, behind(label, n - TAIL), TAIL);
    }
    il_file_print(&p->file, "%s", note(&p->curves[c]));
}

static void draw_legend(struct plot *p)
{
    struct il_file *f = &p->file;
    const int x = p->left + PLOT_WIDTH + RIGHT;
    size_t entries = 0, row = 0, fit = LEGEND_ROWS;

    for (size_t c = 0; c < p->count; c++)
        entries += (size_t)is_labelled(&p->curves[c]);
    if (entries > fit)
        fit--; /* the last row says how many are left out */
    il_file_print(f, "<g font-size=\"12\" fill=\"#222\">\n");
    for (size_t c = 0; c < p->count && row < fit; c++) {
        const int y = TOP + 8 + LEGEND_ROW * (int)row;

        if (!is_labelled(&p->curves[c]))
            continue;
        il_file_print(f, "<path stroke-width=\"2\"");
        put_style(p, c);
        il_file_print(f, " d=\"M%d %dh24\"/><text x=\"%d\" y=\"%d\">", x, y, x + 32, y + 4);
        put_label(p, c);
        il_file_print(f, "</text>\n");
        row++;
    }
    if (entries > row)
        il_file_print(f, "<text x=\"%d\" y=\"%d\">and %zu more</text>\n", x + 32,
                      TOP + 12 + LEGEND_ROW * (int)row, entries - row);
    il_file_print(f, "</g>\n");
}

/* Room for the widest tick label. */
static int left_margin(const struct axis *y)
{
    size_t longest = 0;

    for (int64_t i = y->first; i <= y->last; i++) {
        const size_t n = strlen(label(y, i).text);

        longest = n > longest ? n : longest;
    }
    return 50 + (int)(CHAR * (double)longest);
}

/* the whole figure, to the stream */
static void draw(struct plot *p, const char *title, const char *x_label, const char *y_label)
{
    size_t longest = 0;
    int any, width;

    for (size_t c = 0; c < p->count; c++)
        longest = p->curves[c].count > longest ? p->curves[c].count : longest;
    x_axis(&p->x, longest);
    any = y_axis(&p->y, p->curves, p->count);
    p->left = left_margin(&p->y);
    p->legend = legend_width(p->curves, p->count);
    width = p->left + PLOT_WIDTH + RIGHT + p->legend;
    il_file_print(&p->file,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                  "viewBox=\"0 0 %d %d\" font-family=\"Helvetica, Arial, sans-serif\">\n<title>",
                  width, TOP + PLOT_HEIGHT + BOTTOM, width, TOP + PLOT_HEIGHT + BOTTOM);
    put_text(&p->file, title, SIZE_MAX);
    il_file_print(&p->file, "</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n");
    draw_axes(p);
    draw_words(p, title, x_label, y_label);
    for (size_t c = 0; c < p->count; c++)
        draw_curve(p, c);
    if (!any)
        il_file_print(&p->file,
                      "<text x=\"%d\" y=\"%d\" font-size=\"14\" fill=\"#777\" "
                      "text-anchor=\"middle\">no finite values</text>\n",
                      p->left + PLOT_WIDTH / 2, TOP + PLOT_HEIGHT / 2);
    if (p->legend)
        draw_legend(p);
    il_file_print(&p->file, "</svg>\n");
}

il_status il_plot_text(char **svg, size_t *n, const char *title, const char *x_label,
                       const char *y_label, const il_curve *curves, size_t count, il_error *err)
{
    struct plot p = { .curves = curves, .count = count };

    *svg = NULL;
    p.file.stream = open_memstream(svg, n);
    if (p.file.stream)
        draw(&p, title, x_label, y_label);
    if (p.file.stream && fclose(p.file.stream) == 0 && !p.file.error && *svg)
        return IL_OK;
    free(*svg);
    *svg = NULL;
    return il_fail(err, IL_E_MEMORY, "out of memory for a figure");
}

il_status il_plot_svg(const char *path, const char *title, const char *x_label, const char *y_label,
                      const il_curve *curves, size_t count, il_error *err)
{
    char *svg;
    size_t n;
    il_status st;

    IL_TRY(il_plot_text(&svg, &n, title, x_label, y_label, curves, count, err));
    st = il_write_file(path, svg, n, err);
    free(svg);
out:
    return st;
}
