/* names.h - what lines are called: at their ends, or in a legend that has all of them. Internal. */
#ifndef HOST_LIB_FIGURES_NAMES_H
#define HOST_LIB_FIGURES_NAMES_H

#include "canvas.h"
#include "initlab/figures.h"

enum {
    IL_NAMES_ROW = 20 /* pixels */
};

/* A line's name as it is shown, cut in its middle; "": none. */
struct il_shown {
    char text[5 * IL_LABEL];
    size_t under; /* lines beneath it, with the same values */
    double x, y;  /* where the line ends; y NaN: nowhere */
};

/* how many lines have a name */
size_t il_names_count(const il_panel *panel);

/* shown [lines]; say_none: a line without a finite value is called so in its name */
void il_names_make(const il_panel *panel, int say_none, struct il_shown *shown);

/* Else in the panel: "no finite value: layer 3, layer 4"; "": each named line has one, or none has. */
enum { IL_NAMES_NONE = 640 };
void il_names_none(const il_panel *panel, char text[IL_NAMES_NONE]);

/* Pixels that names take, with a piece of their lines before them; 0: there are none. */
double il_names_width(const struct il_shown *shown, size_t lines);

/* the stroke of a line; one upon others is broken, so that those are seen between its parts */
void il_names_stroke(struct il_file *f, const il_line *line, const struct il_shown *shown);

/* Names at x, each beside the end of its line, none upon another. */
void il_names_at_ends(struct il_file *f, const il_panel *panel, const struct il_shown *shown,
                      double x, double top, double bottom);

/* One name of a legend. */
void il_names_entry(struct il_file *f, const il_line *line, const struct il_shown *shown, double x,
                    double y);

#endif
