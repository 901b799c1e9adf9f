/* compare_rows.h - options that say which runs are compared and how, as rows of a command's table. */
#ifndef HOST_CLI_COMPARE_COMPARE_ROWS_H
#define HOST_CLI_COMPARE_COMPARE_ROWS_H

#include "common/command_table.h"
#include "initlab/watch.h"

#define COMPARE_ROWS                                                                               \
    { .name = "metric",                                                                            \
      .metavar = "COLUMN",                                                                         \
      .value = "test_accuracy",                                                                    \
      .group = "Sweeps",                                                                           \
      .help = "the result to compare by: test_cost, validation_accuracy, cost, seconds, ..." },    \
        { .name = "by",                                                                            \
          .metavar = "COLUMNS",                                                                    \
          .group = "Sweeps",                                                                       \
          .help = "what groups of runs are by, as init,depth; else by every parameter that "       \
                  "varies but "                                                                    \
                  "the seeds. What else varies is pooled, and named" },                            \
        { .name = "where",                                                                         \
          .metavar = "COLUMN=VALUE",                                                               \
          .group = "Sweeps",                                                                       \
          .again = 1,                                                                              \
          .help = "these runs alone: init=he_normal,lr=0.1; a column twice: either value; "        \
                  "given again, too: both hold" },                                                 \
        { .name = "control",                                                                       \
          .metavar = "GROUP",                                                                      \
          .group = "Sweeps",                                                                       \
          .help = "compare all others with this group, chosen beforehand, and not with the best "  \
                  "one" },                                                                         \
        { .name = "best-over",                                                                     \
          .metavar = "COLUMNS",                                                                    \
          .group = "Sweeps",                                                                       \
          .help = "fair tuning: each group with its own best setting of these, as lr,schedule" },  \
        { .name = "select",                                                                        \
          .metavar = "COLUMN",                                                                     \
          .value = "validation_accuracy",                                                          \
          .group = "Sweeps",                                                                       \
          .help = "what that setting is best by" },                                                \
    {                                                                                              \
        .name = "target", .metavar = "ACCURACY", .group = "Sweeps",                                \
        .help =                                                                                    \
            "show how many runs reached it, with the interval of their share, and in how many "    \
            "epochs"                                                                               \
    }

/* ---- of figures ---- */

#define DIAGNOSTIC_WORD(NAME, name, type) "|" #name
#define DIAGNOSTIC_ROW                                                                             \
    {                                                                                              \
        .name = "diagnostic", .metavar = "COLUMN", .value = "activation_variance",                 \
        .words = &IL_DIAGNOSTICS(DIAGNOSTIC_WORD)[1], .group = "Sweeps",                           \
        .help = "what the figure layers shows of runs with --diag: saturated, "                    \
                "gradient_norm, update_ratio, ..."                                                 \
    }

#define ACROSS_ROW                                                                                 \
    {                                                                                              \
        .name = "across", .metavar = "COLUMNS", .group = "Sweeps",                                 \
        .help = "rank groups within each condition, as activation,depth, and compare their ranks"  \
    }

#endif
