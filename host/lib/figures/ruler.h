/* ruler.h - an axis: values to places, and its ticks. Internal. */
#ifndef HOST_LIB_FIGURES_RULER_H
#define HOST_LIB_FIGURES_RULER_H

#include "canvas.h"

struct il_ruler {
    int log;
    int zero;            /* log: the lower end stands for 0, which has no logarithm */
    double lo, hi;       /* values; of a log axis their logarithms */
    double from, to;     /* pixels of lo and hi */
    int64_t first, last; /* ticks */
    /* Linear: tick i lies at i * mantissa * 10^exponent. Log: `per` ticks a power of ten, or one in `each`. */
    int mantissa, exponent, per, each;
};

/* Whether a value is drawn. Beyond 1e300 even a range would overflow: no better than infinite. */
int il_is_drawn(double y);

/* About `target` ticks. whole: no fractions; round: the range goes from tick to tick. */
void il_ruler_linear(struct il_ruler *a, double lo, double hi, int target, int whole, int round);

/* 0 < lo <= hi */
void il_ruler_log(struct il_ruler *a, double lo, double hi, int zero, int round);

/* The pixel of a value; along the edge, where it leaves the figure. */
double il_ruler_at(const struct il_ruler *a, double value);

/* the same, but beyond the axis's ends too; 0 on a log axis is at its lower end */
double il_ruler_beyond(const struct il_ruler *a, double value);

double il_ruler_tick(const struct il_ruler *a, int64_t i); /* its pixel */
struct il_number il_ruler_label(const struct il_ruler *a, int64_t i);

/* Pixels of the widest label. */
double il_ruler_width(const struct il_ruler *a);

/* Does an axis have room for a name? One that is longer is cut. */
int il_ruler_has_room(const struct il_ruler *a, const char *name);

/* A horizontal axis at y, with ticks, grid lines up to `top`, and its name; an upright one at x. */
void il_ruler_across(struct il_file *f, const struct il_ruler *a, double top, double y,
                     const char *name);
void il_ruler_up(struct il_file *f, const struct il_ruler *a, double x, double right,
                 const char *name);

#endif
