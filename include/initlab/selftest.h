/**
 * selftest.h - does a device compute what it should, and how fast is it? For a machine whose GPU
 * has not been seen before.
 */
#ifndef INITLAB_SELFTEST_H
#define INITLAB_SELFTEST_H

#include <stddef.h>
#include "api.h"
#include "device.h"
#include "status.h"

IL_API_BEGIN

/** What one check found. */
typedef struct il_check {
    const char *name; /**< "op fill", "training 784-256-10", "speed adam"; until the call returns */
    int good;         /**< 1: as it should be */
    double seconds;   /**< that the check took */
    double gigabytes; /**< GB/s by formula, for speeds of memory; else 0 */
    double gigaflops; /**< GFLOP/s, for speeds of products; else 0 */
    double share;     /**< of the device's own measured copy or product; NaN: not a speed */
    char detail[224]; /**< what was compared, or what differs */
} il_check;

/** Called after each check. */
typedef void il_check_fn(void *arg, const il_check *check);

/**
 * Test an open device against the CPU device, which is opened for it.
 *
 * level 1: every op on small and odd shapes, equal in every bit; products within a derived
 *          tolerance, and exact where whole numbers are multiplied at the shapes of packs, in each
 *          arithmetic that the device has; equal operand columns give equal product columns;
 *          training (initial weights equal in every bit, costs within a derived tolerance) and
 *          training again (all bits).
 * level 2: shapes of a pack as well, then speeds: a copy, a product of 2048, and every op on a pack
 *          on MNIST, with bytes by formula against that copy.
 * level 3: larger shapes and a product of 4096.
 * seed     of all random numbers: it repeats a test.
 *
 * *failed counts the checks that are not good. A status other than IL_OK means that testing could not
 * go on: IL_E_USAGE (level), IL_E_MEMORY, IL_E_DEVICE.
 */
il_status il_selftest(il_device *device, int level, uint64_t seed, il_check_fn *report, void *arg,
                      size_t *failed, il_error *err);

IL_API_END
#endif
