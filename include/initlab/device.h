/**
 * device.h - where packs train: "cpu", "cuda:0", "cuda:1", ...
 */
#ifndef INITLAB_DEVICE_H
#define INITLAB_DEVICE_H

#include <stddef.h>
#include <stdint.h>
#include "api.h"
#include "status.h"

IL_API_BEGIN

typedef struct il_device il_device;

/** One device that this machine has, or a kind that it cannot use. */
typedef struct il_device_info {
    char id[32];      /**< what il_device_open takes: "cpu", "cuda:0" */
    int usable;       /**< 0: why_not says why */
    char name[64];    /**< the hardware's name */
    char detail[192]; /**< kernels' flavour and BLAS, or compute capability and versions */
    size_t memory, memory_free; /**< bytes; 0: unknown */
    char why_not[256];
} il_device_info;

/**
 * Open a device.
 *
 * name     "cpu", "cuda" or "cuda:N", or "auto": the first GPU that works, else the CPU (where the
 *          environment has INITLAB_REQUIRE_CUDA: else an error).
 *          "strict" is the CPU device for tests: memory that the host cannot touch, guarded and filled
 *          with NaN.
 * threads  of the BLAS, 1 or more; part of what makes results repeatable. Only the CPU uses it.
 * why      with "auto", if not NULL, receives one line: which device was taken, and why.
 * *out     on success a device that il_device_close frees; NULL on failure.
 *
 * IL_E_USAGE: unknown name, threads 0. IL_E_DEVICE: no such device here; the text says why.
 * One device is used by one thread at a time; different devices may be used at once.
 */
il_status il_device_open(il_device **out, const char *name, int threads, char why[256],
                         il_error *err);

/** Like il_device_open, but every call is counted, timed and waited for (no CUDA graph). */
il_status il_device_open_profiled(il_device **out, const char *name, int threads, char why[256],
                                  il_error *err);

/** Close; NULL is legal. Packs on the device must be closed before. */
void il_device_close(il_device *device);

/** The name that opens this very device: "cpu", "cuda:0". Valid until it is closed. */
const char *il_device_id(const il_device *device);

/** Fill info for an open device. */
il_status il_device_about(il_device *device, il_device_info *info, il_error *err);

/**
 * The index-th device of this machine, the CPU first; at least one row a kind, usable or not.
 * Returns 0 past the end, else 1.
 */
int il_device_list(size_t index, il_device_info *info);

/**
 * One row of a profile; name is an op of kernels/ops.def or a slot of the seam (gemm, put, ...).
 */
typedef struct il_profile_row {
    const char *name;
    uint64_t calls, bytes, flops; /**< by formula; 0 where none is known */
    double seconds;
} il_profile_row;

/** The index-th row of a profiled device, in order of first use. Returns 0 past the end, else 1. */
int il_device_profile(const il_device *device, size_t index, il_profile_row *row);

IL_API_END
#endif
