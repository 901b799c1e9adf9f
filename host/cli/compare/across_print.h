/* across_print.h - groups across conditions, shown. */
#ifndef HOST_CLI_COMPARE_ACROSS_PRINT_H
#define HOST_CLI_COMPARE_ACROSS_PRINT_H

#include "common/messages.h"
#include "initlab/initlab.h"

/* What JSON has beside the ranks. */
struct spread {
    il_profiles *profiles;
    il_improvements *improvements; /* NULL: too many groups for all pairs */
};

/* across: the columns that conditions are by; notes as comparison_print has them. */
il_status across_print(const struct cli *cli, const il_across *a, const char *across,
                       const struct spread *spread, const char *format, const char *const *notes,
                       size_t count, il_error *err);

#endif
