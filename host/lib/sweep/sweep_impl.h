/* sweep_impl.h - the inside of a sweep: axes, groups of axes that move together, what is left out. */
#ifndef HOST_LIB_SWEEP_SWEEP_IMPL_H
#define HOST_LIB_SWEEP_SWEEP_IMPL_H

#include <stdint.h>
#include "initlab/sweep.h"
#include "core/number.h"

enum { IL_SWEEP_NAME = 64, IL_SWEEP_RULES = 64, IL_SWEEP_TERMS = 8 };
enum { IL_SWEEP_AXES = 64 }; /* a bit each, of 64 */

/* How a value is drawn where an axis has no list; the names are W&B's. */
enum il_sweep_law { IL_SWEEP_LIST, IL_SWEEP_UNIFORM, IL_SWEEP_LOG_UNIFORM, IL_SWEEP_INT_UNIFORM };

/* Where in the file, from 1. */
struct il_position {
    size_t line, column;
};

/* One parameter. A single value is a list of one. */
struct il_axis {
    char name[IL_SWEEP_NAME];
    char **value; /* [count], in normal form */
    size_t count;
    enum il_sweep_law law;
    double min, max;
    struct il_position at; /* its name */
    unsigned group;        /* axes of one group take their k-th values together */
};

/* name = value, as in exclude and when */
struct il_term {
    unsigned axis;
    char *value; /* normal form */
};
/* All terms hold: exclude leaves the run out; when's axis is used there only, else at its default. */
struct il_terms {
    struct il_term term[IL_SWEEP_TERMS];
    size_t terms;
    unsigned axis; /* when's */
};

struct il_sweep {
    char *path;                              /* of the file, as messages call it */
    struct il_position count_at, exclude_at; /* the keys */
    il_config *base;                         /* defaults */
    struct il_axis axis[IL_SWEEP_AXES];
    size_t axes, groups;
    struct il_terms exclude[IL_SWEEP_RULES];
    struct il_terms when[IL_SWEEP_RULES]; /* one before those whose terms are of its axis */
    size_t excludes, whens;
    int random;
    size_t count;  /* runs to draw, if random */
    uint64_t seed; /* of the draws */
    uint32_t *run; /* [runs]: the number of each run's point of the grid, or of its draw */
    size_t runs;
    char **drawn; /* [runs * axes] if random: values, NULL where the axis has one */
};

/* A run's value of an axis, in normal form. */
const char *il_sweep_axis_value(const struct il_sweep *s, size_t run, unsigned axis);

/* "PATH:LINE:COLUMN: text" */
il_status il_sweep_complain(const struct il_sweep *s, struct il_position at, const char *text,
                            il_error *err);

/* A number of an axis that has a law, as text. */
void il_sweep_number(const struct il_axis *a, double x, char text[IL_NUMBER_TEXT]);

/* sweep_file.c: read a file's text into an empty sweep */
il_status il_sweep_read(il_sweep *s, const char *path, const char *text, size_t n, il_error *err);

#endif
