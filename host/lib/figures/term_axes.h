/* term_axes.h - axes in a terminal. Internal. */
#ifndef HOST_LIB_FIGURES_TERM_AXES_H
#define HOST_LIB_FIGURES_TERM_AXES_H

#include "ruler.h"
#include "term.h"

/* Letters of the widest label. */
size_t il_term_labels(const struct il_ruler *a);

/* An axis in dots: from and to are those of `cells` cells in a row, or, upwards, one above the other. */
void il_term_across_range(struct il_ruler *a, size_t column, size_t cells);
void il_term_up_range(struct il_ruler *a, size_t cells);

/* The cell of a value along it. */
size_t il_term_cell(const struct il_ruler *a, double value, int per_cell);

/* An axis below row - 1, in two rows: its line with ticks, and their labels. */
void il_term_across(struct il_cells *c, size_t row, const struct il_ruler *a);

/* One on the left of `column`, of cells rows from row on. */
void il_term_up(struct il_cells *c, size_t row, size_t cells, size_t column,
                const struct il_ruler *a);

#endif
