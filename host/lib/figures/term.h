/* term.h - figures in a terminal: letters in cells, and lines of Braille dots between them. Internal. */
#ifndef HOST_LIB_FIGURES_TERM_H
#define HOST_LIB_FIGURES_TERM_H

#include <stddef.h>
#include "initlab/figures.h"
#include "palette.h"

enum {
    IL_DOTS_WIDE = 2, /* of a cell */
    IL_DOTS_HIGH = 4,
    IL_PLAIN = 0, /* the terminal's own colour; others are numbers of its palette of 256 */
    IL_GREY = 245
};

struct il_cell {
    char letter[5];
    unsigned char dots, colour, ground, bold; /* dots: Braille's, where there is no letter */
};

struct il_cells {
    size_t columns, rows;
    struct il_cell *cell; /* [rows * columns] */
    int failed;           /* memory was short */
};

/* Add rows that are empty; the index of the first. What no memory is there for is not drawn, and told by il_cells_text. */
size_t il_cells_add(struct il_cells *c, size_t rows);

/* A text from a cell on, up to `most` letters, the last an ellipsis where it is longer; the column behind it. */
size_t il_cells_put(struct il_cells *c, size_t row, size_t column, const char *text, size_t most,
                    unsigned colour);
/* The same, but an ellipsis in the middle of what is longer: names often differ at their ends. */
size_t il_cells_put_ends(struct il_cells *c, size_t row, size_t column, const char *text,
                         size_t most, unsigned colour);
struct il_cell *il_cells_at(struct il_cells *c, size_t row, size_t column); /* NULL: beside them */

/* A line between two places in dots, counted from the top left of a row; a dot in `every`. */
void il_cells_line(struct il_cells *c, size_t row, double x, double y, double to_x, double to_y,
                   unsigned colour, int every);

/* Paragraphs of small print below, wrapped between words; a title in bold in the middle. */
void il_cells_note(struct il_cells *c, const char *text);
void il_cells_title(struct il_cells *c, const char *text);

/* All of it as text; frees the cells. IL_E_MEMORY. */
il_status il_cells_text(struct il_cells *c, const il_terminal *terminal, char **text, size_t *n,
                        il_error *err);

/* The columns that a figure takes. */
size_t il_term_columns(const il_terminal *terminal);

/* The nearest colours of the palette of 256: of a style's, and of any. */
unsigned il_term_colour(size_t style);
unsigned il_term_nearest(struct il_rgb c);

/* The figures. */
il_status il_term_lines(char **text, size_t *n, const il_lines *d, const il_terminal *t,
                        il_error *err);
il_status il_term_forest(char **text, size_t *n, const il_forest *d, const il_terminal *t,
                         il_error *err);
il_status il_term_ranks(char **text, size_t *n, const il_ranks *d, const il_terminal *t,
                        il_error *err);
il_status il_term_heatmap(char **text, size_t *n, const il_heatmap *d, const il_terminal *t,
                          il_error *err);

#endif
