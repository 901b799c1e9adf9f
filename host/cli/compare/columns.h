/* columns.h - what is shown of a group: once for people, once as numbers for programs. */
#ifndef HOST_CLI_COMPARE_COLUMNS_H
#define HOST_CLI_COMPARE_COLUMNS_H

#include "initlab/initlab.h"

enum { CELL = 64 };

/* Where a column stands when not all can be seen: what answers the question, what bears on it, the rest. */
enum { SHOWN_FIRST, SHOWN_NEXT, SHOWN_LAST, SHOWN_PLACES };

/* A column of the table that people read. */
struct shown_column {
    const char *name;
    int place; /* in a page, which is narrower than the table; a terminal has all in the order of the list */
    int (*is_shown)(const il_comparison *c); /* NULL: always */
    void (*put)(const il_comparison *c, const il_run_group *g, char text[CELL]);
    const char *(*how)(
        const il_run_group
            *g); /* the number came about, "none" where there is none; NULL: no question */
};
extern const struct shown_column shown_columns[]; /* the last has no name */

/* "median"; "interval (t)", "p (exact, sampled)": with how the numbers of groups came about */
void shown_head(const struct shown_column *s, const il_comparison *c, char text[CELL]);

/* A number of a group, for programs: NaN is none. */
struct number_column {
    const char *name;
    int whole; /* a count */
    double (*of)(const il_comparison *c, const il_run_group *g);
};
extern const struct number_column number_columns[]; /* the last has no name */

/* A word about a group, for programs. */
struct word_column {
    const char *name;
    const char *(*of)(const il_comparison *c, const il_run_group *g);
};
extern const struct word_column word_columns[]; /* the last has no name */

/* The column of what groups are by: its parameter, or by_PARAMETER where what is told of groups is called the same. */
void group_column(const il_comparison *c, size_t column, char text[CELL]);

/* best, control, same, worse, better, too few (pairs or runs), none */
const char *verdict_word(const il_comparison *c, const il_run_group *g);

/* t, t within (conditions), BCa, Wilson, Welch, percentile; equal: all values are; none */
const char *interval_word(const il_interval *i);

/* exact, sampled, none: how the p of a difference came about */
const char *p_word(const il_difference *d);

/* pairs, runs, settings, none: what a difference is of */
/* "5 pairs", "8 and 5 runs": what a difference is of */
void put_units(const il_difference *d, il_unit unit, char text[CELL]);

const char *unit_word(il_unit unit);

/* a value of the metric; a difference of two: "-" where it is not finite */
void put_metric(const il_comparison *c, double x, char text[CELL]);

#endif
