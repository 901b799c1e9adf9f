/* axes.h - what the axes of lines show: of SVG and in a terminal. Internal. */
#ifndef HOST_LIB_FIGURES_AXES_H
#define HOST_LIB_FIGURES_AXES_H

#include "initlab/figures.h"
#include "ruler.h"

enum il_beyond { IL_BEYOND_LINES = 1, IL_BEYOND_BANDS = 2, IL_BEYOND_CROSSES = 4 };

struct il_y_axis {
    struct il_ruler ruler; /* its from and to are the caller's */
    int any;               /* is anything drawn? */
    double left_out;       /* a first value that is off the axis; NaN: none */
    unsigned beyond;       /* what leaves the axis: enum il_beyond, a bit each */
};

double il_x_of(const il_line *line, size_t i);

/* how many values of a line are drawn */
size_t il_points(const il_line *line);

/* What is not on the axis, in words; "": all is. */
enum { IL_AXIS_WORDS = 160 };
void il_y_axis_words(const struct il_y_axis *v, char text[IL_AXIS_WORDS]);

/* A panel's, with about so many ticks; and one for all panels, IL_E_MEMORY. */
void il_y_axis(const il_panel *p, int ticks, struct il_y_axis *v);
il_status il_y_axis_of_all(const il_lines *d, int ticks, struct il_y_axis *v, il_error *err);

/* What of one panel is not on the axis of all. */
unsigned il_y_axis_beyond(const il_panel *p, const struct il_y_axis *of_all);

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
