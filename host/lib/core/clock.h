/* clock.h - the one clock that durations are taken with. */
#ifndef HOST_LIB_CORE_CLOCK_H
#define HOST_LIB_CORE_CLOCK_H

#include <time.h>

/* Seconds from a fixed moment on; the clock is never set back. */
static inline double il_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
