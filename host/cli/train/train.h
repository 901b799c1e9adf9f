/*
 * train.h - the parts of initlab train: train_open.c before training, train_report.c for what it prints,
 * commands/cmd_train.c for the rest.
 */
#ifndef HOST_CLI_TRAIN_TRAIN_H
#define HOST_CLI_TRAIN_TRAIN_H

#include "common/messages.h"
#include "network.h"
#include "common/outputs.h"
#include "progress.h"
#include "run_report.h"

/* One call of the command. */
struct train {
    struct cli *cli;
    struct network net;
    int quiet, validation;
    struct run_report report;
    struct figure figure;
    struct progress progress;
    il_epoch last;         /* the last epoch that was finished */
    size_t epochs, room;   /* finished; allocated in cost and held_out */
    double *cost, seconds; /* of each epoch; of all */
    double *held_out;      /* the validation cost of each epoch; NaN without --validation */
    il_stuck stuck;
    il_watch watch;
    size_t seen;   /* looks that are in the report */
    json_t *files; /* of weights that it begins with, and their sums; NULL: none */
};

/* Check the whole command line, open device and dataset; then pack and report. Fill t->net.err. */
il_status train_check(struct train *t);
il_status train_open(struct train *t);

/* What it would need: on stdout. */
il_status train_plan(struct train *t);

/* On stderr: what will be trained and where; what took the time. On stdout: the last epoch. */
void train_introduce(const struct train *t);
void train_profile(const struct train *t);
void train_print_epoch(struct train *t);

#endif
