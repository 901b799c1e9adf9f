/* report.cpp - what simcuda says of itself: fatal mistakes, calls made to fail, leaks and counts.
 */
#include "simcuda.h"
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

long simcuda_counts[SIMCUDA_COUNTS];
static long calls;

void simcuda_die(const char *fmt, ...)
{
    va_list ap;

    fputs("SIMCUDA ERROR: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}

int simcuda_fail(const char *call, int other)
{
    static const char *const e = getenv("SIMCUDA_FAIL");
    static const long at = e ? atol(e) : 0;
    const char *code = e ? strchr(e, ':') : nullptr;

    if (++calls != at)
        return 0;
    fprintf(stderr, "simcuda: call %ld, %s, made to fail\n", calls, call);
    return code && atoi(code + 1) > 0 ? atoi(code + 1) : other;
}

void simcuda_report()
{
    if (simcuda_allocations())
        fprintf(stderr, "simcuda: %zu device allocations never freed\n", simcuda_allocations());
    if (getenv("SIMCUDA_STATS"))
        fprintf(stderr, "simcuda: %ld calls, %ld kernel launches, %ld graph launches\n", calls,
                simcuda_counts[SIMCUDA_LAUNCHES], simcuda_counts[SIMCUDA_REPLAYS]);
}
