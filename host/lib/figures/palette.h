/* palette.h - what tells one line from another: colour, and dash and marker as a second code. Internal. */
#ifndef HOST_LIB_FIGURES_PALETTE_H
#define HOST_LIB_FIGURES_PALETTE_H

#include <stddef.h>
#include "core/file.h"

/* Of the style-th line: its colour, then its stroke as attributes. */
const char *il_colour(size_t style);
void il_put_stroke(struct il_file *f, size_t style);
int il_is_dashed(size_t style);

/* The style-th shape around a place; hollow: its edge alone. */
void il_put_marker(struct il_file *f, size_t shape, double x, double y, double radius,
                   const char *colour, int hollow);

/* An x of a run that diverged. */
void il_put_cross(struct il_file *f, double x, double y, const char *colour);

/* The colour of a share from 0 to 1, by viridis: perceptually uniform. Is text on it to be white? */
struct il_rgb {
    unsigned char red, green, blue;
};
struct il_rgb il_viridis(double share);
int il_is_dark(struct il_rgb c);

#endif
