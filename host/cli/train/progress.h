/*
 * progress.h - the progress line on stderr: at most five times a second, only where it is wanted.
 * A terminal's line is written over; elsewhere (--progress always) there are plain lines.
 */
#ifndef HOST_CLI_TRAIN_PROGRESS_H
#define HOST_CLI_TRAIN_PROGRESS_H

#include <stddef.h>

struct progress {
    int on, terminal;
    size_t epochs;
    double start, last; /* seconds */
    int width;          /* of what stands on the terminal's line */
};

/* when: auto, always or never; auto is on where stderr is a terminal in whose foreground we are. */
void progress_start(struct progress *p, const char *when, int quiet, size_t epochs);

/* So many steps of this epoch (from 1) are done. */
void progress_show(struct progress *p, size_t epoch, size_t step, size_t steps);

/* Take the line away, for something else to be written. */
void progress_clear(struct progress *p);

#endif
