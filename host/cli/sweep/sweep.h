/* sweep.h - what the commands of a sweep share. */
#ifndef HOST_CLI_SWEEP_SWEEP_H
#define HOST_CLI_SWEEP_SWEEP_H

#include "cli.h"

/* The devices that --devices names, one worker each: all of one kind. */
struct devices {
    char kind[16];
    char (*id)[32]; /* [count] */
    size_t count;
};

/*
 * "cpu:4", "cuda:0,cuda:1", "cuda" (all GPUs), or "auto": all GPUs, else a worker a core. kind: must
 * be of this one, "" any. This process never opens CUDA: a child looks.
 */
il_status devices_read(struct devices *d, const char *text, const char *kind, il_error *err);
void devices_free(struct devices *d);

/* The sweep that a command line's lists and ranges are, as a sweep file's text; to be freed. */
il_status options_as_file(const struct options *o, char **text, il_error *err);

/*
 * Turn an error about such a text into one about the option: "--lr: ...", IL_E_USAGE in place of
 * IL_E_DATA. text: NULL is legal. Returns the status.
 */
il_status options_as_file_blame(const struct options *o, const char *text, il_error *err);

/* A sweep as a command line has it, of a file or of options, before there is a folder. */
struct sweep_draft {
    const char *name; /* of the file, or "options" */
    char *text;       /* [size] */
    size_t size;
    il_sweep *sweep;
    il_dataset *set;
    char data[4096]; /* its absolute path, for workers; "": the bundled one */
};

/* Read it, and check every run on its dataset. sweep_draft_close is legal after a failure. */
il_status sweep_draft_open(struct sweep_draft *d, const struct options *o, il_error *err);
void sweep_draft_close(struct sweep_draft *d);

/*
 * Runs and weights of a pack: --pack-size, else what suits the kind of device: where more gain little on
 * a core, and weights that its caches hold; what a GPU needs to be busy.
 */
il_status sweep_packing(const struct options *o, const char *kind, size_t *runs, size_t *weights,
                        il_error *err);

/* --NAME as a whole number from low to high; other if it was not given. */
il_status sweep_number(const struct options *o, const char *name, size_t low, size_t high,
                       size_t other, size_t *out, il_error *err);

/* The folder that is the command's index-th operand; `what` is what usage calls it. */
il_status sweep_folder(const struct options *o, int index, il_folder **out, il_error *err);

/*
 * The folder that a command line is about: with a kind of device, a new one (--out) from the sweep file
 * that is its operand or from its options, or the same that was made so before; NULL: the operand's.
 */
il_status sweep_open(const struct options *o, const char *kind, il_folder **folder, il_error *err);

/* Is the operand a folder that holds a sweep already? */
int sweep_continues(const struct options *o);

/* The dataset of a folder: --data, else what the folder was made with. */
il_status sweep_dataset(const struct options *o, const il_folder *folder, il_dataset **out,
                        il_error *err);

/* Say which journals were found to be damaged since it was said last. */
void sweep_damage(const struct cli *cli, il_folder *folder);

/* Merge, and open what came of it; where the folder cannot be written, what was merged before. */
il_status sweep_results(const struct cli *cli, il_folder *folder, il_results **out, il_error *err);

/* Merge, and print the ranking by these columns (NULL: init). */
il_status sweep_ranking(const struct cli *cli, il_folder *folder, const char *by, il_error *err);

/* sweep run, and sweep retry (which tries what failed again). Returns the exit code. */
int sweep_train(struct cli *cli, const struct options *o, int retry);

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
      .metavar = "RANGE",                                                                          \
      .group = "Sweep",                                                                            \
      .help = "of the initial weights: 0..29, or a list" },                                        \
        { .name = "depth",                                                                         \
          .metavar = "RANGE",                                                                      \
          .group = "Sweep",                                                                        \
          .help = "how many hidden layers, as 1..10, in place of --layers" },                      \
        { .name = "width",                                                                         \
          .metavar = "N",                                                                          \
          .group = "Sweep",                                                                        \
          .help = "of these layers, 256 unless given; a list is legal" },                          \
        { .name = "pack-size",                                                                     \
          .metavar = "N",                                                                          \
          .group = "Sweep",                                                                        \
          .help = "runs of a pack at most; else 32 on the CPU, fewer of wide layers, and 256 on "  \
                  "a GPU" },                                                                       \
    {                                                                                              \
        .name = "data", .metavar = "DIR", .group = "Sweep", .complete = COMPLETE_FOLDER,           \
        .help = "folder of a dataset; without it the bundled MNIST"                                \
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
          .value = "init",                                                                         \
          .group = "Output",                                                                       \
          .help = "what the ranking groups runs by, as init,depth" },                              \
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

/* What supervise does. */
struct supervision {
    struct cli *cli;
    const struct options *o;
    il_folder *folder;
    const struct devices *devices;
    size_t shard, shards; /* 1 of 1: all */
    size_t max_failures;  /* packs that may fail for good before all stop */
    int retry;            /* packs that failed before are tried again */
};

/*
 * Train all packs that are left on worker processes, one a device. Returns the exit code, after a
 * line on stderr where it is not 0; 1: some packs failed for good.
 */
int supervise(const struct supervision *s);

#endif
