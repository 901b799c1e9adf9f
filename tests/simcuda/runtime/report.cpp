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

/*
 * Errors after which "any further CUDA work will return the same error. To continue using CUDA, the
 * process must be terminated and relaunched" (driver_types.h), and two of which it does not
 * say so: faulty memory (214) and unknown (999).
 */
static bool is_sticky(int code)
{
    static const int codes[] = { 214, 226, 700, 702, 710, 714, 715, 716,
                                 717, 718, 719, 721, 810, 911, 999 };

    for (int c : codes)
        if (c == code)
            return true;
    return false;
}

/* calls that ask the driver's version, and no context */
static bool without_context(const char *call)
{
    return !strcmp(call, "cudaGetDeviceCount") || !strcmp(call, "cudaDriverGetVersion") ||
           !strcmp(call, "cudaRuntimeGetVersion");
}

void simcuda_leaked(size_t n, const char *what)
{
    if (n)
        fprintf(stderr, "simcuda: %zu %s never freed\n", n, what);
}

/* leaks, and with SIMCUDA_STATS=1 what was counted */
static void report()
{
    simcuda_leaked(simcuda_allocations(), "device allocations");
    simcuda_leaked((size_t)simcuda_counts[SIMCUDA_HANDLES], "cuBLAS handles");
    simcuda_report_streams();
    simcuda_report_work();
    if (getenv("SIMCUDA_STATS"))
        fprintf(stderr,
                "simcuda: %ld calls, %ld kernel launches, %ld graph launches, %ld pieces of work "
                "at most in a queue\n",
                calls, simcuda_counts[SIMCUDA_LAUNCHES], simcuda_counts[SIMCUDA_REPLAYS],
                simcuda_counts[SIMCUDA_QUEUED]);
}

int simcuda_fail(const char *call, int other)
{
    enum { CUBLAS_EXECUTION_FAILED = 13 };
    static const char *const e = getenv("SIMCUDA_FAIL");
    static const bool list = getenv("SIMCUDA_CALLS") != nullptr;
    static const long at = e ? atol(e) : 0;
    static const char *const only = getenv("SIMCUDA_FAIL_DEVICE");
    static const int at_exit = atexit(report); /* of a program that uses CUDA */
    static int sticky;
    const bool cublas = !strncmp(call, "cublas", 6);
    const char *code = e ? strchr(e, ':') : nullptr;
    int fail;

    (void)at_exit;
    if (only && simcuda_device() != atoi(only))
        return 0; /* another device: neither counted nor failed */
    if (++calls == at) {
        fail = code && atoi(code + 1) > 0 ? atoi(code + 1) : other;
        if (!cublas && is_sticky(fail))
            sticky = fail;
        fprintf(stderr, "simcuda: call %ld, %s, made to fail\n", calls, call);
        return fail;
    }
    if (list)
        fprintf(stderr, "simcuda: call %ld, %s\n", calls, call);
    if (!sticky || without_context(call))
        return 0;
    return cublas ? CUBLAS_EXECUTION_FAILED : sticky;
}
