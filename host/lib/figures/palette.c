/* palette.c - colours that the colour-blind can tell apart too, dashes and shapes. */
#include "palette.h"

#include <math.h>
#include "canvas.h"
#include "initlab/figures.h"

/* Okabe and Ito's, but for yellow, which white paper swallows */
static const char *const colours[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                       "#e69f00", "#56b4e9", "#444444" };
static const char *const dashes[] = { "", " stroke-dasharray=\"7 3\"",
                                      " stroke-dasharray=\"2 2.5\"",
                                      " stroke-dasharray=\"10 3 2 3\"" };
enum { COLOURS = sizeof colours / sizeof *colours, DASHES = sizeof dashes / sizeof *dashes };

_Static_assert(IL_FIGURE_STYLES == COLOURS * DASHES, "as many as figures.h says");

const char *il_colour(size_t style) { return colours[style % COLOURS]; }

int il_is_dashed(size_t style) { return style / COLOURS % DASHES > 0; }

void il_put_stroke(struct il_file *f, size_t style)
{
    il_file_print(f, " stroke=\"%s\"%s", il_colour(style), dashes[style / COLOURS % DASHES]);
}

void il_put_marker(struct il_file *f, size_t shape, double x, double y, double radius,
                   const char *colour, int hollow)
{
    /* corners around the middle, so that all shapes look equally large */
    static const double corner[4][8] = { { -.9, -.9, .9, -.9, .9, .9, -.9, .9 },
                                         { 0, -1.25, 1.25, 0, 0, 1.25, -1.25, 0 },
                                         { -1.1, .85, 0, -1.15, 1.1, .85, 1.1, .85 },
                                         { -1.1, -.85, 0, 1.15, 1.1, -.85, 1.1, -.85 } };
    const double *const c = corner[shape % 5 ? shape % 5 - 1 : 0];

    if (shape % 5 == 0) {
        il_file_print(f, "<circle cx=\"%s\" cy=\"%s\" r=\"%s\"", il_px(x).text, il_px(y).text,
                      il_px(radius).text);
    } else {
        il_file_print(f, "<path d=\"M");
        for (int i = 0; i < 4; i++)
            il_file_print(f, "%s%s %s", i ? "L" : "", il_px(x + radius * c[2 * i]).text,
                          il_px(y + radius * c[2 * i + 1]).text);
        il_file_print(f, "Z\"");
    }
    if (hollow)
        il_file_print(f, " fill=\"#fff\" stroke=\"%s\" stroke-width=\"1.5\"/>\n", colour);
    else
        il_file_print(f, " fill=\"%s\"/>\n", colour);
}

il_status il_figure_key(char **svg, size_t *n, size_t style, il_error *err)
{
    struct il_file f;
    il_text text;
    const il_status st = il_page_begin(&f, &text, svg, err);

    if (st != IL_OK)
        return st;
    il_file_print(&f, "<svg xmlns=\"http://www.w3.org/2000/svg\" aria-hidden=\"true\" "
                      "width=\"36\" height=\"12\" viewBox=\"0 0 36 12\">"
                      "<path fill=\"none\" stroke-width=\"2\"");
    il_put_stroke(&f, style);
    il_file_print(&f, " d=\"M0 6h36\"/>\n");
    il_put_marker(&f, style, 18, 6, 4, il_colour(style), 0);
    return il_page_end(&f, &text, svg, n, err);
}

void il_put_cross(struct il_file *f, double x, double y, const char *colour)
{
    il_file_print(f,
                  "<path class=\"diverged\" d=\"M%s %sl8 8m0 -8l-8 8\" fill=\"none\" stroke=\"%s\" "
                  "stroke-width=\"2\"/>\n",
                  il_px(x - 4).text, il_px(y - 4).text, colour);
}

/* ---- viridis --------------------------------------------------------------------------------- */

/* Smith and van der Walt's table of 256 (CC0) at every 17th; between two of them it is straight. */
static const struct il_rgb viridis[] = {
    { 0x44, 0x01, 0x54 }, { 0x48, 0x1a, 0x6c }, { 0x47, 0x2f, 0x7d }, { 0x41, 0x44, 0x87 },
    { 0x39, 0x56, 0x8c }, { 0x31, 0x68, 0x8e }, { 0x2a, 0x78, 0x8e }, { 0x23, 0x88, 0x8e },
    { 0x1f, 0x98, 0x8b }, { 0x22, 0xa8, 0x84 }, { 0x35, 0xb7, 0x79 }, { 0x54, 0xc5, 0x68 },
    { 0x7a, 0xd1, 0x51 }, { 0xa5, 0xdb, 0x36 }, { 0xd2, 0xe2, 0x1b }, { 0xfd, 0xe7, 0x25 }
};
enum { STEPS = sizeof viridis / sizeof *viridis - 1 };

static unsigned char between(unsigned char a, unsigned char b, double part)
{
    return (unsigned char)lround(a + (b - a) * part);
}

struct il_rgb il_viridis(double share)
{
    const double at = fmin(fmax(share, 0), 1) * STEPS;
    const size_t i = (size_t)fmin(floor(at), STEPS - 1);
    const double part = at - (double)i;

    return (struct il_rgb){ between(viridis[i].red, viridis[i + 1].red, part),
                            between(viridis[i].green, viridis[i + 1].green, part),
                            between(viridis[i].blue, viridis[i + 1].blue, part) };
}

static double linear(unsigned char c)
{
    return c <= 10 ? c / 255.0 / 12.92 : pow((c / 255.0 + .055) / 1.055, 2.4);
}

/* White has the contrast (1.05) / (L + .05) to it, black (L + .05) / .05: equal at L = .179 (WCAG 2). */
int il_is_dark(struct il_rgb c)
{
    return .2126 * linear(c.red) + .7152 * linear(c.green) + .0722 * linear(c.blue) < .179;
}
