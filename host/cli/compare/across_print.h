/* across_print.h - groups across conditions, shown. */
#ifndef HOST_CLI_COMPARE_ACROSS_PRINT_H
#define HOST_CLI_COMPARE_ACROSS_PRINT_H

#include "common/messages.h"
#include "initlab/initlab.h"
#include "answer.h"
#include "text_table.h"

/* What JSON has beside the ranks. */
struct spread {
    il_profiles *profiles;
    il_improvements *improvements; /* NULL: too many groups for all pairs */
};

/* Which group has the best mean rank, and whether they differ at all. across: the columns that conditions are by. */
void across_sentence(const il_across *a, const char *across, char text[ANSWER]);

/* A row a group, the best rank first; text_table_free is legal after a failure. */
il_status across_table(struct text_table *t, const il_across *a, il_error *err);

/* The index-th line of small print, "" where it has nothing to say. 0: there is none. */
int across_note(const il_across *a, size_t index, char text[ANSWER]);

/* Why ranks and the comparison of the same groups differ, as its runs are compared and not conditions; "": they do not. */
void across_beside(const il_across *a, const il_comparison *c, char text[ANSWER]);

/* across: the columns that conditions are by; notes as comparison_print has them. */
il_status across_print(const struct cli *cli, const il_across *a, const char *across,
                       const struct spread *spread, const char *format, const char *const *notes,
                       size_t count, il_error *err);

#endif
