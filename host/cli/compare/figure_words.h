/* figure_words.h - what figures of comparisons say beside their numbers. */
#ifndef HOST_CLI_COMPARE_FIGURE_WORDS_H
#define HOST_CLI_COMPARE_FIGURE_WORDS_H

#include "answer.h"

enum { WORDS = 300, NOTE = 4 * ANSWER, STRIP = 2000 };

/* "Median test accuracy by init, lr": `what` first, then the metric without its unit, then the columns. */
void figure_title(const il_comparison *c, const char *what, char text[WORDS]);

/* "test accuracy": a metric without its unit */
void figure_metric(const char *metric, char text[WORDS]);

/* Where values of a metric end: a share is no more than 1. *least = *most: nowhere. */
void figure_limits(const char *metric, double *least, double *most);

/* "line: its 95 % interval", of whatever it is called; where no group has one, or some have none, so. */
void figure_interval_words(const il_comparison *c, const char *mark, char text[WORDS]);

/* Are there so many groups that a page shows the band of a chosen one alone (page.css)? And its small print. */
int figure_hides_bands(const il_comparison *c);
extern const char figure_hidden_bands[];

/* An interval that passes them is drawn as far as they go, which is said. */
void figure_limits_note(char note[NOTE], const il_comparison *c);

/* Order of texts, as qsort has it, by the numbers in them: 3 before 20, std=0.15 before std=0.2. */
int figure_by_value(const void *a, const void *b);

/* IL_E_USAGE: more groups than can be told apart */
il_status figure_few_groups(size_t groups, il_error *err);

/* "n = 5 runs a group", "n = 3 to 5 runs a cell"; the runs behind each of count groups, 0 is left out. */
void figure_runs(const size_t *n, size_t count, const char *of, char text[WORDS]);

/* A group's name among others; NULL: there are no groups. */
const char *figure_group(const il_comparison *c, size_t group);

/*
 * Add a group to the runs that diverged, counted by group under an axis; those that find no room: "...". group NULL: there is
 * but one.
 */
void figure_diverged(char strip[STRIP], const char *group, size_t diverged, size_t runs);

/* How many runs have no finite value, and so are in no `what`, as "mean". */
void figure_lost_note(char note[NOTE], const il_comparison *c, const char *what);

/* Add a sentence, or the index-th line of the comparison's small print, on a line of its own. */
void figure_note(char note[NOTE], const char *line);
void figure_answer_note(char note[NOTE], const il_comparison *c, size_t index);
/* What groups pool, in a figure that shows no intervals of means. */
void figure_pooled_note(char note[NOTE], const il_comparison *c);

#endif
