/* comparison_print.h - a comparison on standard output, in one of several formats. */
#ifndef HOST_CLI_COMPARE_COMPARISON_PRINT_H
#define HOST_CLI_COMPARE_COMPARISON_PRINT_H

#include "initlab/initlab.h"
#include "common/messages.h"

#define COMPARISON_FORMATS "text|csv|json|jsonl|md|tex"

/*
 * notes: lines to add to the small print, "" for none; budgets: of groups, a table of its own, in csv and jsonl
 * left out. Returns IL_E_MEMORY, or IL_OK.
 */
il_status comparison_print(const struct cli *cli, const il_comparison *c, const char *format,
                           const char *const *notes, size_t count, const il_budget *budgets,
                           size_t budgeted, il_error *err);

/* The table and the answer alone, of so many groups at most: a note, "" for none; `more` says where all are. */
il_status comparison_print_short(const struct cli *cli, const il_comparison *c, size_t groups,
                                 const char *note, const char *more, il_error *err);

#endif
