/* simcuda.h - what the parts of the simulated libcudart offer each other, and the simulated
 * libcublas. */
#ifndef SIMCUDA_H
#define SIMCUDA_H

#include <cuda_runtime_api.h>
#include <cstdint>
#include <functional>

/* ---- exported under the version SIMCUDA_1, for libcublas
 * -------------------------------------------- */
extern "C" {
/* Where the bytes of device range [p, p + n) lie; abort with `what` unless inside one live
 * allocation, of this device (SIMCUDA_ANY: of any). */
enum { SIMCUDA_ANY = -1 };
void *simcuda_bytes(const void *p, size_t n, int device, const char *what);

int simcuda_device(); /* the current one */
int simcuda_device_of(cudaStream_t stream);

/* Run work in stream order: now, at the next wait (SIMCUDA_LAZY=1), or in each launch of the graph
 * captured. */
void simcuda_submit(cudaStream_t stream, const char *name, std::function<void()> work);
int simcuda_capturing(cudaStream_t stream);

/* Why no work may go to a stream now, a cudaError_t: it is gone, or its capture is spoilt, or it is
 * the default stream, and one that is ordered with it is captured (which that spoils). */
int simcuda_refuses(cudaStream_t stream);

/* 1: a stream is being captured that forbids this kind of call, and the capture is spoilt. */
enum simcuda_kind {
    SIMCUDA_UNSAFE, /* allocates or frees: a relaxed capture allows it */
    SIMCUDA_WAITS,  /* for the device, and so for what is only noted down */
    SIMCUDA_LEGACY, /* uses the default stream */
};
int simcuda_spoils(enum simcuda_kind kind);

/* Count a call. Not 0: it must fail with this code (SIMCUDA_FAIL=k[:code], code `other` unless
 * given). */
int simcuda_fail(const char *call, int other);

/* What is said of at the end; handles: of cuBLAS, alive. */
enum simcuda_count {
    SIMCUDA_LAUNCHES,
    SIMCUDA_REPLAYS,
    SIMCUDA_QUEUED, /* the most pieces of work that waited in a stream (SIMCUDA_LAZY) */
    SIMCUDA_HANDLES,
    SIMCUDA_COUNTS
};
extern long simcuda_counts[SIMCUDA_COUNTS];

/* The program did what no CUDA program may do: say so and abort. */
void simcuda_die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
}

/* ---- within libcudart
 * ------------------------------------------------------------------------------- */

/* Remember an error for cudaGetLastError, and return it. */
cudaError_t simcuda_error(cudaError_t e);

/* First line of each entry point: count the call, and fail it if asked to. */
#define ENTER()                                                                                    \
    do {                                                                                           \
        const int fail_ = simcuda_fail(__func__, cudaErrorUnknown);                                \
        if (fail_)                                                                                 \
            return simcuda_error((cudaError_t)fail_);                                              \
    } while (0)

int simcuda_capability(); /* 90: 9.0 */
size_t
simcuda_shared_memory(); /* that a block may have, where its kernel asked for more than 48 KiB */

/* For calls that hand work to a stream. */
#define WORK(s)                                                                                    \
    do {                                                                                           \
        const int refused_ = simcuda_refuses(s);                                                   \
        if (refused_)                                                                              \
            return simcuda_error((cudaError_t)refused_);                                           \
    } while (0)

/* Run what a device's streams still hold (SIMCUDA_LAZY): all, or those that the default one waits for. */
void simcuda_drain(int device, bool all = true);

uint32_t *simcuda_table(int device); /* simt_page while its kernels run */
size_t simcuda_allocations();        /* live ones that nobody has tried to free */
void simcuda_memory(size_t *unused, size_t *total);

void simcuda_leaked(size_t n, const char *what); /* say it, unless n is 0 */
void simcuda_report_streams();
void simcuda_report_work();

#endif
