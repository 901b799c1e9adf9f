/* axis.h - one parameter of a sweep: the values that it takes, and its place in the file. */
#ifndef HOST_LIB_SWEEP_AXIS_H
#define HOST_LIB_SWEEP_AXIS_H

#include <stddef.h>
#include <stdint.h>
#include "core/error.h"

enum { IL_SWEEP_NAME = 64 };

/* How a value is drawn where an axis has no list; the names are W&B's. */
enum il_sweep_law { IL_SWEEP_LIST, IL_SWEEP_UNIFORM, IL_SWEEP_LOG_UNIFORM, IL_SWEEP_INT_UNIFORM };

/* Where in the file, from 1. */
struct il_position {
    size_t line, column;
};

/* One parameter. A single value is a list of one. */
struct il_axis {
    char name[IL_SWEEP_NAME];
    char **value;   /* [count], in normal form */
    uint16_t *part; /* [count]: which part of the sweep added each, rising; 0: its file */
    size_t count, room;
    enum il_sweep_law law;
    double min, max;      /* of a law on reals */
    uint64_t least, most; /* of int_uniform */
    struct il_position
        at; /* its name; line 0: in a sweep that was added to, as it is not the file that is wrong then */
    int every;      /* from `seeds`: every draw of a random sweep gets all values */
    unsigned group; /* axes of one group take their k-th values together */
};

/* Room for one more value and its part; what is there doubles when it is full. */
il_status il_axis_grow(struct il_axis *a, il_error *err);

/* IL_E_DATA, "PATH:LINE:COLUMN: text"; path NULL: as il_fail_place has it; line 0: the text alone. */
il_status il_sweep_complain(const char *path, struct il_position at, const char *text,
                            il_error *err);

#endif
