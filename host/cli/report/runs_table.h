/* runs_table.h - the runs of a comparison for the page's own table, and what all of them have in common. */
#ifndef HOST_CLI_REPORT_RUNS_TABLE_H
#define HOST_CLI_REPORT_RUNS_TABLE_H

#include "file_commands.h"
#include "html.h"
#include "compare/rows.h"

/* What the runs' columns hold. */
struct run_columns {
    struct run_column {
        char *name, *first; /* the first run's value; NULL: it has none */
        int parameter;      /* of a run */
        int varies;         /* not all runs have the first one's */
        int any;            /* is there a value at all? */
        int digits;         /* of a parameter's numbers, as many as tell runs apart */
    } column[ROWS_COLUMNS];
    size_t count;
};

il_status run_columns_open(struct run_columns *c, const struct compared *k, il_error *err);
void run_columns_close(struct run_columns *c);

/*
 * A <script> of JSON that page.js reads: groups, columns, a row for each run, and, of files, the command that trains it
 * again by its id; of a sweep's runs that is one for all, and the id.
 */
il_status runs_table(struct html *h, const struct run_columns *c, const struct compared *k,
                     const struct file_commands *commands, il_error *err);

/* The parameters that are the same in all runs, as rows of a table. */
void runs_in_common(struct html *h, const struct run_columns *c);

#endif
