/* rows.h - the runs of a comparison, one by one, with all that the results have of them. */
#ifndef HOST_CLI_COMPARE_ROWS_H
#define HOST_CLI_COMPARE_ROWS_H

#include "compared.h"

enum { ROWS_COLUMNS = 96 };

/* How a run ended: stuck is told apart here. */
enum run_end { RUN_OK, RUN_STUCK, RUN_DIVERGED, RUN_FAILED, RUN_ENDS };
extern const char *const run_end_word[RUN_ENDS];

struct row {
    const char *id;
    size_t folder, group; /* by place; group: as many as there are groups: none */
    enum run_end end;
    const char *const *name;
    const il_value *value;
    size_t columns;
};

/* The value of a column; NULL: it has none of that name. */
const il_value *row_value(const struct row *row, const char *name);

/* Call each for every run that was compared, once, folder by folder. Another result than 0 ends it. */
il_status rows_each(const struct compared *k, int (*each)(void *arg, const struct row *row),
                    void *arg, il_error *err);

#endif
