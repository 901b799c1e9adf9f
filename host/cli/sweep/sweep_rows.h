/* sweep_rows.h - options that several commands of a sweep have, as rows of their tables. */
#ifndef HOST_CLI_SWEEP_SWEEP_ROWS_H
#define HOST_CLI_SWEEP_SWEEP_ROWS_H

#include "common/command_table.h"

/* the options that make a folder */
#define SWEEP_MAKE_ROWS                                                                            \
    { .name = "out",                                                                               \
      .letter = 'o',                                                                               \
      .metavar = "DIR",                                                                            \
      .group = "Sweep",                                                                            \
      .complete = COMPLETE_FOLDER,                                                                 \
      .help = "the folder to make: results, and all that continues the sweep" },                   \
        SWEEP_DRAFT_ROWS

/* those that say what is trained, besides the parameters of a run */
#define SWEEP_DRAFT_ROWS                                                                           \
    { .name = "seeds",                                                                             \
      .again = 1,                                                                                  \
      .metavar = "RANGE",                                                                          \
      .group = "Sweep",                                                                            \
      .help = "of the initial weights: 0..29, or a list" },                                        \
        { .name = "depth",                                                                         \
          .again = 1,                                                                              \
          .metavar = "RANGE",                                                                      \
          .group = "Sweep",                                                                        \
          .help = "how many hidden layers, as 1..10, in place of --layers" },                      \
        { .name = "width",                                                                         \
          .again = 1,                                                                              \
          .metavar = "N",                                                                          \
          .group = "Sweep",                                                                        \
          .help = "of these layers, 256 unless given; a list or a range, too" },                   \
        { .name = "pack-size",                                                                     \
          .metavar = "N",                                                                          \
          .group = "Sweep",                                                                        \
          .help =                                                                                  \
              "runs of a pack at most; else 32 on the CPU, fewer of wide layers, and 256 on "      \
              "a GPU; never more than 1 GiB of weights and state on the CPU, 4 GiB on a GPU" },    \
    {                                                                                              \
        .name = "data", .metavar = "DIR", .group = "Sweep", .complete = COMPLETE_FOLDER,           \
        .help = "folder of a dataset; without it the bundled MNIST"                                \
    }

/* how runs are watched, which is no part of what they are */
#define DIAG_ROW(heading)                                                                          \
    {                                                                                              \
        .name = "diag", .metavar = "every=WHEN", .group = heading,                                 \
        .help = "look at each layer's activations, gradients and weights: every=epoch, or "        \
                "every=step:N; results stay the same to the bit"                                   \
    }

/* the options of commands that train */
#define SWEEP_RUN_ROWS                                                                             \
    { .name = "devices",                                                                           \
      .metavar = "LIST",                                                                           \
      .value = "auto",                                                                             \
      .group = "Training processes",                                                               \
      .help = "a worker each: cuda:0,cuda:1, cuda for all GPUs, cpu:4, or auto" },                 \
        { .name = "shard",                                                                         \
          .metavar = "K/N",                                                                        \
          .group = "Training processes",                                                           \
          .help =                                                                                  \
              "train the K-th of N shares of the packs only; 'sweep merge' when all are done" },   \
        { .name = "checkpoint",                                                                    \
          .metavar = "SECONDS",                                                                    \
          .value = "300",                                                                          \
          .group = "Training processes",                                                           \
          .help = "save the pack in training so often, for after a kill -9; 0: never" },           \
        DIAG_ROW("Training processes"),                                                            \
        { .name = "stall",                                                                         \
          .metavar = "SECONDS",                                                                    \
          .value = "1800",                                                                         \
          .group = "Training processes",                                                           \
          .help = "end a worker that trains no step for so long, and try its pack again; 0: "      \
                  "never" },                                                                       \
        { .name = "fail-fast",                                                                     \
          .group = "Training processes",                                                           \
          .help = "stop at the first pack that fails for good" },                                  \
        { .name = "keep-going",                                                                    \
          .group = "Training processes",                                                           \
          .help = "train all others nevertheless; this is the default" },                          \
        { .name = "max-failures",                                                                  \
          .metavar = "N",                                                                          \
          .group = "Training processes",                                                           \
          .help = "stop when so many packs have failed for good" },                                \
        { .name = "by",                                                                            \
          .metavar = "COLUMNS",                                                                    \
          .group = "Output",                                                                       \
          .help = "what the ranking groups runs by, as init,depth; else by all that varies "       \
                  "but the seeds" },                                                               \
        { .name = "progress",                                                                      \
          .metavar = "WHEN",                                                                       \
          .value = "auto",                                                                         \
          .words = "auto|always|never|json",                                                       \
          .group = "Output",                                                                       \
          .help = "a bar on a terminal, else lines: auto, always, never, or json lines" },         \
    {                                                                                              \
        .name = "quiet", .letter = 'q', .group = "Output",                                         \
        .help = "say nothing on standard error but errors"                                         \
    }

#endif
