/*
 * clock.h - the program's clock. The library has the same in core/clock.h; the program is built on include/
 * alone, as any other, and a clock is nothing that a library should export.
 */
#ifndef HOST_CLI_CLOCK_H
#define HOST_CLI_CLOCK_H

#include <time.h>

/* Seconds from a fixed moment on; the clock is never set back. */
static inline double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
