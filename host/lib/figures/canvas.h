/* canvas.h - a page of SVG: numbers and text on it, in any locale, and safe whatever the text. Internal. */
#ifndef HOST_LIB_FIGURES_CANVAS_H
#define HOST_LIB_FIGURES_CANVAS_H

#include <stddef.h>
#include <stdint.h>
#include "core/file.h"
#include "initlab/output.h"

enum {
    IL_TEXT = 12,  /* pixels: the size of most text; 11 is the least that a figure has */
    IL_NOTE = 11,  /* of the small print */
    IL_LINE = 16,  /* from one line of small print to the next */
    IL_LABEL = 60, /* letters of a label that are shown */
    IL_MARGIN = 16 /* around all */
};

struct il_number {
    char text[48];
};

/* n * 10^exponent: 0.25, 1500, or 1.5e7 where scientific is set */
struct il_number il_decimal(int64_t n, int exponent, int scientific);

/* a place on the page, to 1/100 pixel */
struct il_number il_px(double x);

/* a value in so many digits that count, at most 9; "-" where it is not finite */
struct il_number il_digits(double x, int digits);

/* Characters of a text, where each byte that is no text is one; the text behind its first n. */
size_t il_letters(const char *s);
const char *il_behind(const char *s, size_t n);

/* The letter that a text begins with, '?' where it is none that may be shown; bytes of the text that it is. */
size_t il_letter(const char *s, char to[5]);

/* Pixels that a text takes in the widest of the usual fonts, no less than it does. */
double il_text_width(const char *s, double size);

/* n letters, with XML's own characters escaped and what XML must not hold as '?'. */
void il_put_letters(struct il_file *f, const char *s, size_t n);

/* A text that is cut at its end, with an ellipsis, if it has more letters, or is wider. */
void il_put_text(struct il_file *f, const char *s, size_t most);
void il_put_fitting(struct il_file *f, const char *s, double size, double width);

/* One that is cut in its middle. */
void il_put_ends(struct il_file *f, const char *s, double size, double width);

/*
 * Small print in lines of this width, the first at y. Returns the lines; f NULL: they are only counted.
 * A text may have lines of its own, by \n.
 */
size_t il_put_note(struct il_file *f, const char *text, double x, double y, double width);

/* Text in memory: begin, the page's head, its heading, and the end. il_page_end: *svg NULL on IL_E_MEMORY. */
il_status il_page_begin(struct il_file *f, il_text *text, char **svg, il_error *err);
void il_page_head(struct il_file *f, double width, double height, const char *title,
                  const char *description);
void il_page_heading(struct il_file *f, const char *title, double centre, double width);
double il_heading_width(const char *title); /* the least that it takes uncut */
il_status il_page_end(struct il_file *f, il_text *text, char **svg, size_t *n, il_error *err);

#endif
