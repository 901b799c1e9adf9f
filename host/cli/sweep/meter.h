/*
 * meter.h - how far a sweep is, on stderr: a bar on a terminal, else a line now and then, or JSON
 * lines. What is left is measured in cost, not in runs: packs differ.
 */
#ifndef HOST_CLI_SWEEP_METER_H
#define HOST_CLI_SWEEP_METER_H

#include <stddef.h>

struct meter {
    enum { METER_OFF, METER_LINES, METER_BAR, METER_JSON } kind;
    double begin, last; /* seconds */
    int width;          /* of what stands on the terminal's line */
    int tenth;          /* of the cost, that a plain line was printed for */

    size_t runs, ended, ended_before, diverged, failed; /* ended: all of them, earlier ones too */
    double cost, done, done_before; /* done: of cost, parts of packs in training included */
    double best;                    /* test accuracy; < 0: none */
    char best_run[32];
};

/* when: auto, always, never, json; quiet: auto is never. The numbers are the caller's to fill. */
void meter_start(struct meter *m, const char *when, int quiet);

/* Show it if it is time; end: for the last time. */
void meter_show(struct meter *m, int end);

/* Take the bar away, for something else to be written. */
void meter_clear(struct meter *m);

#endif
