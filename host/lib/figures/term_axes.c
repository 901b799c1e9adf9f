/* term_axes.c - axes in a terminal. */
#include "term_axes.h"

#include <math.h>
#include <string.h>

size_t il_term_labels(const struct il_ruler *a)
{
    size_t widest = 1;

    for (int64_t i = a->first; i <= a->last; i++) {
        const size_t n = strlen(il_ruler_label(a, i).text);

        widest = n > widest ? n : widest;
    }
    return widest;
}

/* the middles of the outermost dots */
void il_term_across_range(struct il_ruler *a, size_t column, size_t cells)
{
    a->from = (double)(IL_DOTS_WIDE * column) + .5;
    a->to = (double)(IL_DOTS_WIDE * (column + cells)) - .5;
}

void il_term_up_range(struct il_ruler *a, size_t cells)
{
    a->from = (double)(IL_DOTS_HIGH * cells) - .5;
    a->to = .5;
}

size_t il_term_cell(const struct il_ruler *a, double value, int per_cell)
{
    return (size_t)(il_ruler_at(a, value) / per_cell);
}

void il_term_across(struct il_cells *c, size_t row, const struct il_ruler *a)
{
    const size_t from = (size_t)a->from / IL_DOTS_WIDE, to = (size_t)a->to / IL_DOTS_WIDE;
    size_t free_from = 0;

    for (size_t i = from; i <= to; i++)
        il_cells_put(c, row, i, "\u2500", 1, IL_PLAIN);
    for (int64_t i = a->first; i <= a->last; i++) {
        const struct il_number label = il_ruler_label(a, i);
        const size_t at = (size_t)il_ruler_tick(a, i) / IL_DOTS_WIDE, wide = strlen(label.text);
        size_t begin = at > wide / 2 ? at - wide / 2 : 0;

        begin = begin + wide > c->columns ? c->columns - wide : begin;
        if (begin < free_from)
            continue;
        il_cells_put(c, row, at, "\u252c", 1, IL_PLAIN);
        free_from = il_cells_put(c, row + 1, begin, label.text, wide, IL_PLAIN) + 1;
    }
}

void il_term_up(struct il_cells *c, size_t row, size_t cells, size_t column,
                const struct il_ruler *a)
{
    size_t below = cells; /* the row of the last label: the next is above it */

    for (size_t i = 0; i < cells; i++)
        il_cells_put(c, row + i, column, "\u2502", 1, IL_PLAIN);
    il_cells_put(c, row + cells, column, "\u2514", 1, IL_PLAIN);
    for (int64_t i = a->zero ? a->first - 1 : a->first; i <= a->last; i++) {
        const struct il_number label =
            i < a->first ? (struct il_number){ "0" } : il_ruler_label(a, i);
        const double place = i < a->first ? a->from : il_ruler_tick(a, i);
        const size_t at = (size_t)place / IL_DOTS_HIGH, wide = strlen(label.text);

        if (at >= below)
            continue;
        below = at;
        il_cells_put(c, row + at, column, "\u2524", 1, IL_PLAIN);
        il_cells_put(c, row + at, column > wide ? column - wide - 1 : 0, label.text, wide,
                     IL_PLAIN);
    }
}
