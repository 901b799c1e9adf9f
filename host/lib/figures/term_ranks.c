/* term_ranks.c - a critical-difference diagram in a terminal. */
#include <math.h>
#include "canvas.h"
#include "term_axes.h"

il_status il_term_ranks(char **text, size_t *n, const il_ranks *d, const il_terminal *t,
                        il_error *err)
{
    struct il_cells cells = { .columns = il_term_columns(t) };
    struct il_ruler axis;
    size_t labels = 0, row;

    for (size_t i = 0; i < d->groups; i++) {
        const size_t letters = il_letters(d->group[i].label);

        labels = letters > labels ? letters : labels;
    }
    labels = labels > cells.columns / 2 ? cells.columns / 2 : labels;
    il_ruler_linear(&axis, 1, fmax((double)d->groups, 2), 8, 0, 0);
    il_term_across_range(&axis, labels + 8, cells.columns - labels - 9);
    il_cells_title(&cells, d->title);
    row = il_cells_add(&cells, d->groups + d->bars + 3);
    for (size_t i = 0; i < d->groups; i++) {
        const struct il_number rank = il_digits(d->group[i].rank, 3);

        il_cells_put_ends(&cells, row + i, 0, d->group[i].label, labels, IL_PLAIN);
        il_cells_put(&cells, row + i, labels + 2, rank.text, 5, IL_PLAIN);
        il_cells_put(&cells, row + i, il_term_cell(&axis, d->group[i].rank, IL_DOTS_WIDE), "\u25cf",
                     1, il_term_colour(d->group[i].style));
    }
    for (size_t k = 0; k < d->bars; k++) {
        const size_t from = il_term_cell(&axis, d->group[d->bar[k][0]].rank, IL_DOTS_WIDE);
        const size_t to = il_term_cell(&axis, d->group[d->bar[k][1]].rank, IL_DOTS_WIDE);

        for (size_t i = from; i <= to; i++)
            il_cells_put(&cells, row + d->groups + k, i, "\u2501", 1, IL_PLAIN);
    }
    il_term_across(&cells, row + d->groups + d->bars, &axis);
    il_cells_put(&cells, row + d->groups + d->bars + 2, labels + 8, d->axis_label, cells.columns,
                 IL_PLAIN);
    il_cells_note(&cells, d->note);
    return il_cells_text(&cells, t, text, n, err);
}
