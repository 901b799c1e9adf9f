/* check_print.h - a sweep held against another, for people and for CI. */
#ifndef HOST_CLI_COMPARE_CHECK_PRINT_H
#define HOST_CLI_COMPARE_CHECK_PRINT_H

#include "initlab/initlab.h"
#include "common/messages.h"
#include "sweep/sweep.h"

#define CHECK_FORMATS "text|md|tex|json|junit"

/* The two folders: how many runs of each are done, "" for all; are they one? */
struct check_from {
    char before[SWEEP_DONE], now[SWEEP_DONE];
    int same;
};

/* format: text, md or tex */
il_status check_print_table(const struct cli *cli, const il_check_list *list,
                            const struct check_from *from, const char *format, il_error *err);
il_status check_print_json(const struct cli *cli, const il_check_list *list,
                           const struct check_from *from, il_error *err);
void check_print_junit(const il_check_list *list, const struct check_from *from);

#endif
