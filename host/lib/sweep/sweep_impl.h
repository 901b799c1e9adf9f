/* sweep_impl.h - the inside of a sweep: axes, groups of axes that move together, what is left out. */
#ifndef HOST_LIB_SWEEP_SWEEP_IMPL_H
#define HOST_LIB_SWEEP_SWEEP_IMPL_H

#include <stdint.h>
#include "initlab/sweep.h"
#include "axis.h"

enum { IL_SWEEP_RULES = 64, IL_SWEEP_TERMS = 8 };
enum { IL_SWEEP_FOREIGN = 6 };    /* keys of W&B that are passed over */
enum { IL_SWEEP_AXES = 64 };      /* a bit each, of 64 */
enum { IL_SWEEP_RUNS = 1000000 }; /* at most: what every command lists in seconds */

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

/* a file that schemes of the sweep read */
struct il_sweep_file {
    char *path, *sum; /* sum: SHA-256 of its content; NULL: not known */
};

struct il_sweep {
    char *path; /* of the file, as messages call it; NULL: they do not */
    char *text; /* [size]: the file's */
    size_t size;
    char *description;                       /* NULL: none */
    struct il_position count_at, exclude_at; /* the keys */
    il_config *base;                         /* defaults */
    struct il_axis axis[IL_SWEEP_AXES];
    size_t axes, groups;
    struct il_terms exclude[IL_SWEEP_RULES];
    struct il_terms when[IL_SWEEP_RULES]; /* one before those whose terms are of its axis */
    size_t excludes, whens;
    unsigned foreign; /* a bit each */
    int random;
    size_t count;  /* runs to draw, if random; with seeds, of each */
    uint64_t seed; /* of the draws */
    uint32_t *run; /* [runs]: the number of each run's point of the grid, or of its draw */
    size_t runs;
    struct il_sweep_file
        *file; /* [files], by path, each once; while the text is read, as they come */
    size_t files;
    char **drawn; /* [runs * axes] if random: values, NULL where the axis has one */
};

/* A run's value of an axis, in normal form. */
const char *il_sweep_axis_value(const struct il_sweep *s, size_t run, unsigned axis);

/* cross_seeds.c: give each run of a random sweep, drawn with the first seed, all of them. */
il_status il_sweep_cross(struct il_sweep *s, il_error *err);

/* sweep.c: is a run of these values, of a point or drawn, one of the sweep, or is it excluded? */
int il_sweep_wanted(const struct il_sweep *s, uint32_t point, char *const *drawn);

/* sweep.c: find the runs of a sweep that has all else */
il_status il_sweep_choose(il_sweep *s, il_error *err);

/* sweep_file.c: read the sweep's text, into one that has its defaults and nothing else */
il_status il_sweep_read(il_sweep *s, il_error *err);

/*
 * sweep_outside.c: what runs are of beside the sweep's own text. Keep the files of a config; put them in
 * order, each once; find their sums, of those that are there; take the sum that is known of one; compare the sums of all, or of a
 * config's, with what the files are now (one that cannot be read is for the run itself to tell).
 */
il_status il_sweep_keep_files(struct il_sweep *s, const il_config *c, il_error *err);
void il_sweep_sort_files(struct il_sweep *s);
il_status il_sweep_sum_files(struct il_sweep *s, il_error *err);
il_status il_sweep_know_file(struct il_sweep *s, const char *path, const char *sum, il_error *err);
il_status il_sweep_check_files(const struct il_sweep *s, const il_config *c, il_error *err);
void il_sweep_free_files(struct il_sweep *s);

/* The sum of a file, "" where it is not known. */
const char *il_sweep_file_sum(const struct il_sweep *s, const char *path);

#endif
