/**
 * figures.h - numbers as figures: SVG text, the same bytes each time, without fonts, scripts or links of its
 * own. One palette (Okabe and Ito's, dashes and markers beside it), axes that are named in words, every
 * group named, text of 11 pixels or more, and whatever a label holds is escaped.
 *
 * Each function gives text [*n] with a 0 behind it, which free frees; IL_E_MEMORY. terminal NULL: SVG; else lines of
 * UTF-8 for a terminal, by the same axes: blocks and Braille, readable without colour too.
 */
#ifndef INITLAB_FIGURES_H
#define INITLAB_FIGURES_H

#include <stddef.h>
#include "api.h"
#include "compare.h"
#include "status.h"

IL_API_BEGIN

/** A terminal with letters of one width. */
typedef struct il_terminal {
    size_t columns; /**< IL_TERMINAL_LEAST at least are taken, whatever it says */
    int colour;     /**< 256 colours, by escape sequences */
} il_terminal;

enum { IL_TERMINAL_LEAST = 40, IL_TERMINAL_MOST = 400 };

/**
 * What a style looks like, for a legend of a page's own: a piece of its line, with its dash and its marker, as a picture
 * that has no name, as the legend has it.
 */
il_status il_figure_key(char **svg, size_t *n, size_t style, il_error *err);

/* ---- lines ----------------------------------------------------------------------------------- */

typedef enum il_scale {
    IL_SCALE_AUTO, /**< log where the largest is more than 50 times the least above 0, none below */
    IL_SCALE_LINEAR,
    IL_SCALE_LOG /**< where a value is negative, linear; 0 lies below all else, and is marked */
} il_scale;

/** A line of a figure. Values that are not finite leave a gap. */
typedef struct il_line {
    const char *label; /**< NULL or "": it has no name */
    const double *x;   /**< NULL: 1, 2, ... */
    const double *y;
    const double *low, *high; /**< its band, broken where one is not finite; NULL: none */
    size_t count;             /**< of x, y, low and high */
    size_t style;             /**< its colour, dash and marker: that of its group in every figure */
    size_t group;     /**< by which a page finds it, from 1: data-group is one less; 0: none */
    const char *none; /**< what is said of it where no value is finite; NULL: that */
    int theory;       /**< thin and dashed, beneath all that was measured */
    int markers;      /**< a marker at each point */
    int faint;        /**< thin and grey, beneath all others, without name, band and crosses */
    const double *cross_x, *cross_y; /**< where runs diverged: a cross each */
    size_t crosses;
} il_line;

/** Lines over one axis. Panels of a figure stand one above the other, or in a grid. */
typedef struct il_panel {
    const char *title; /**< in a grid; else it has none */
    const char *y_label;
    il_scale y_scale;
    const il_line *line;
    size_t lines;
    double least,
        most; /**< where values end, as a share's do: the axis goes no further; equal: anywhere */
} il_panel;

typedef struct il_lines {
    const char *title, *x_label;
    il_scale x_scale; /**< IL_SCALE_LOG, or whole numbers */
    const il_panel *panel;
    size_t panels;
    size_t
        columns; /**< small multiples: a grid of panels of one y axis, so many beside each other; 0: no grid */
    const char *strip; /**< under the axis: which runs diverged; NULL: none */
    const char *note;  /**< small print: n, what lines and bands are; NULL: none */
    int titled;        /**< markers have their values as titles, which a page shows */
} il_lines;

/**
 * Lines with their names at their ends, up to IL_FIGURE_NAMES of them, else, and in a grid, in a legend that has all. Of AUTO axes a
 * first value that is 100 times all others leaves the figure, and is told; so do lines without a band that
 * break off and would press others flat.
 */
il_status il_figure_lines(char **text, size_t *n, const il_lines *figure,
                          const il_terminal *terminal, il_error *err);

enum {
    IL_FIGURE_NAMES =
        8, /**< lines that can be named at their ends, and told apart with their bands */
    IL_FIGURE_STYLES =
        28 /**< styles of lines without markers: from there on they are the first again */
};

/* ---- intervals ------------------------------------------------------------------------------- */

/** A group's row: its mean and its difference to the reference, each with its interval; NaN: none. */
typedef struct il_forest_row {
    const char *label;
    size_t n;
    double mean, low, high;
    double difference, difference_low, difference_high;
    il_verdict verdict; /**< its colour and marker */
    const char *word;   /**< the verdict in a word */
} il_forest_row;

typedef struct il_forest {
    const char *title, *mean_label, *difference_label, *note;
    const il_forest_row *row; /**< from the top */
    size_t rows;
    const char *head;   /**< what rows are; NULL: "group", with a column of n */
    double least, most; /**< of means, as il_panel has it */
    double middle;      /**< of means: a line across all rows; 0: none */
} il_forest;

il_status il_figure_forest(char **text, size_t *n, const il_forest *figure,
                           const il_terminal *terminal, il_error *err);

/* ---- mean ranks ------------------------------------------------------------------------------ */

typedef struct il_rank {
    const char *label;
    double rank;
    size_t style;
} il_rank;

/** A critical-difference diagram (Demsar 2006). */
typedef struct il_ranks {
    const char *title, *axis_label, *note;
    const il_rank *group; /**< [groups], the least rank first */
    size_t groups;
    size_t (*bar)[2]; /**< [bars]: the first and the last group that one joins */
    size_t bars;
} il_ranks;

il_status il_figure_ranks(char **text, size_t *n, const il_ranks *figure,
                          const il_terminal *terminal, il_error *err);

/* ---- heat map -------------------------------------------------------------------------------- */

typedef struct il_heatmap {
    const char *title, *x_label, *y_label;
    const char *value_label; /**< of the colour bar, with its unit */
    const char *note;
    const char *const *x; /**< [columns], from the left */
    const char *const *y; /**< [rows], from the bottom */
    int rising; /**< rows are numbers that rise so, which text says: it is read from the top */
    size_t columns, rows;
    const double *value;  /**< [rows * columns]; NaN: none */
    const size_t *runs;   /**< [rows * columns] that ended: 0 leaves the cell empty, without a
                                    value it is crossed */
    const size_t *finite; /**< [rows * columns]: runs that the value is of */
    const size_t *lost;   /**< [rows * columns]: runs that diverged or failed, told by a mark */
    /**
     * A line over the cells, and its name: how far up it goes in each column, in cells from the map's edge; infinite, or
     * beyond the map: it is marked at the edge; NaN: nothing. NULL: no line.
     */
    const double *limit;
    int limit_of_rows; /**< in each row instead: how far to the right */
    const char *limit_name;
} il_heatmap;

il_status il_figure_heatmap(char **text, size_t *n, const il_heatmap *figure,
                            const il_terminal *terminal, il_error *err);

/* ---- curves over epochs ---------------------------------------------------------------------- */

/**
 * One curve: y [count] over x = 1 ... count; values that are not finite leave a gap. Beside curves without a gap, one
 * that has gaps may leave the figure; one without a finite value is named as such.
 */
typedef struct il_curve {
    const char *label; /**< NULL or "": it has no name */
    const double *y;
    size_t count;
} il_curve;

/** Draw curves to an SVG file, as il_figure_lines does. IL_E_CREATE, IL_E_IO: as il_write_file. */
il_status il_plot_svg(const char *path, const char *title, const char *x_label, const char *y_label,
                      const il_curve *curves, size_t count, il_error *err);

/** The same figure as text. */
il_status il_plot_text(char **text, size_t *n, const char *title, const char *x_label,
                       const char *y_label, const il_curve *curves, size_t count,
                       const il_terminal *terminal, il_error *err);

IL_API_END
#endif
