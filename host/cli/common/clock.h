/* clock.h - the program's clock. The library has the same inside, which a program does not see. */
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
