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
enum { IL_SWEEP_PARTS = 1000 };

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

/* a text that a part of the sweep is read from, and how many runs there are to its end */
struct il_sweep_part {
    char *text; /* [size] */
    size_t size, runs;
};

struct il_sweep {
    char *path;                 /* of the file, as messages call it; NULL: they do not */
    struct il_sweep_part *part; /* [parts]: the file's, and what was added since */
    size_t parts;
    int addition; /* it is what is to be added to another: parameters and seeds alone */
    size_t values, values_most;              /* read for its axes, of all additions; and at most */
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
    char **drawn; /* [count * axes] if random: values, NULL where there is no run */
};

/* A run's value of an axis, in normal form. */
const char *il_sweep_axis_value(const struct il_sweep *s, size_t run, unsigned axis);

/* cross_seeds.c: give each run of a random sweep, drawn with the first seed, all of them, part by part. */
il_status il_sweep_cross(struct il_sweep *s, il_error *err);

/* point.c: is a run of these values, of a point or drawn, one of the sweep, or is it excluded? */
int il_sweep_wanted(const struct il_sweep *s, uint32_t point, char *const *drawn);

/* choose.c: find the runs of a sweep that has all else */
il_status il_sweep_choose(il_sweep *s, il_error *err);

/* sweep_file.c: read the text of the sweep's first part, into one that has its defaults and nothing else */
il_status il_sweep_read(il_sweep *s, il_error *err);

/* parts.c: one more part, whose text is copied */
il_status il_sweep_add_part(struct il_sweep *s, const char *text, size_t n, il_error *err);

/* parts.c: put the values of an addition that are new behind those of the sweep's axes, as its last part's */
il_status il_sweep_take_values(struct il_sweep *s, struct il_sweep *addition, il_error *err);

/* point.c: which part a point of the grid belongs to; 0 where the sweep has one */
unsigned il_sweep_part_of(const struct il_sweep *s, uint32_t point);

/* point.c: which value of its list an axis has at a point of the grid */
size_t il_sweep_value_index(const struct il_sweep *s, uint32_t point, unsigned axis);

/*
 * sweep_outside.c: what runs are of beside the sweep's own text. Keep the files of a config, or of an addition; put them in
 * order, each once; find their sums, of those that are there, but take what an earlier state of the sweep (NULL:
 * none) knows of those that it had; take the sum that is known of one; compare the sums of all, or of a
 * config's, with what the files are now (one that cannot be read is for the run itself to tell); are all known, or all of a
 * config's, which those are not that could not be read when the sweep was made?
 */
il_status il_sweep_keep_files(struct il_sweep *s, const il_config *c, il_error *err);
il_status il_sweep_take_files(struct il_sweep *s, const struct il_sweep *from, il_error *err);
void il_sweep_sort_files(struct il_sweep *s);
il_status il_sweep_sum_files(struct il_sweep *s, const struct il_sweep *before, il_error *err);
il_status il_sweep_know_file(struct il_sweep *s, const char *path, const char *sum, il_error *err);
il_status il_sweep_check_files(const struct il_sweep *s, const il_config *c, il_error *err);
il_status il_sweep_check_known(const struct il_sweep *s, const il_config *c, il_error *err);
void il_sweep_free_files(struct il_sweep *s);

/* The sum of a file, "" where it is not known. */
const char *il_sweep_file_sum(const struct il_sweep *s, const char *path);

#endif
