/* plot.c - curves over epochs: the figure that one or several trainings leave. */
#include <stdlib.h>
#include "core/error.h"
#include "initlab/figures.h"
#include "initlab/output.h"

il_status il_plot_text(char **svg, size_t *n, const char *title, const char *x_label,
                       const char *y_label, const il_curve *curves, size_t count,
                       const il_terminal *terminal, il_error *err)
{
    il_line *const line = calloc(count + 1, sizeof *line);
    const il_panel panel = { .y_label = y_label, .line = line, .lines = count };
    const il_lines figure = { .title = title, .x_label = x_label, .panel = &panel, .panels = 1 };
    il_status st;

    *svg = NULL;
    if (!line)
        return il_fail(err, IL_E_MEMORY, "out of memory for a figure");
    for (size_t i = 0; i < count; i++)
        line[i] = (il_line){ .label = count > 1 ? curves[i].label : NULL, /* one needs no name */
                             .y = curves[i].y,
                             .count = curves[i].count,
                             .style = i };
    st = il_figure_lines(svg, n, &figure, terminal, err);
    free(line);
    return st;
}

il_status il_plot_svg(const char *path, const char *title, const char *x_label, const char *y_label,
                      const il_curve *curves, size_t count, il_error *err)
{
    char *svg;
    size_t n;
    il_status st;

    IL_TRY(il_plot_text(&svg, &n, title, x_label, y_label, curves, count, NULL, err));
    st = il_write_file(path, svg, n, err);
    free(svg);
out:
    return st;
}
