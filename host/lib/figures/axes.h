/* axes.h - what the axes of lines show: of SVG and in a terminal. Internal. */
#ifndef HOST_LIB_FIGURES_AXES_H
#define HOST_LIB_FIGURES_AXES_H

#include "initlab/figures.h"
#include "ruler.h"

enum il_beyond { IL_BEYOND_LINES = 1, IL_BEYOND_BANDS = 2, IL_BEYOND_CROSSES = 4 };

struct il_y_axis {
    struct il_ruler ruler; /* its from and to are the caller's */
    int any;               /* is anything drawn? */
    double left_out;       /* the largest first value that is off the axis; NaN: none */
    size_t starts;         /* how many lines have one */
    const char *start;     /* the name of a single one, or NULL */
    unsigned beyond;       /* what leaves the axis: enum il_beyond, a bit each */
};

double il_x_of(const il_line *line, size_t i);

/* how many values of a line are drawn */
size_t il_points(const il_line *line);

/* What is not on the axis, in words; "": all is. */
enum { IL_AXIS_WORDS = 240 };
void il_y_axis_words(const struct il_y_axis *v, char text[IL_AXIS_WORDS]);

/* A panel's, with about so many ticks; and one for all panels, IL_E_MEMORY. */
void il_y_axis(const il_panel *p, int ticks, struct il_y_axis *v);
il_status il_y_axis_of_all(const il_lines *d, int ticks, struct il_y_axis *v, il_error *err);

/* The axis of all panels as one of them has it: what of that panel is not on it. */
void il_y_axis_of_panel(const il_panel *p, const struct il_y_axis *of_all, struct il_y_axis *v);

/* Is the i-th value of a line a start that the axis leaves out? */
int il_is_left_out(const struct il_y_axis *v, size_t i, double y);

/*
 * Where a straight line from (x0, y0) to (x1, y1), in pixels that go beyond the axis, crosses an edge of it: up to two
 * places, in its direction.
 */
size_t il_crossings(const struct il_ruler *up, double x0, double y0, double x1, double y1,
                    double at[2][2]);

/* The one below all panels. */
void il_x_axis(const il_lines *d, int ticks, struct il_ruler *x);

/* Those of intervals; from and to are the caller's. */
struct il_forest_axes {
    struct il_ruler mean, difference;
    int differences; /* is there a difference to show? */
};

void il_forest_set_axes(const il_forest *d, struct il_forest_axes *axes);

/* That of a heat map's colours. */
void il_value_axis(const il_heatmap *d, struct il_ruler *value);

#endif
