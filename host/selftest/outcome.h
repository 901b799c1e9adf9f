/* outcome.h - a self-test while it runs, and how a check's outcome is told. Internal. */
#ifndef HOST_SELFTEST_OUTCOME_H
#define HOST_SELFTEST_OUTCOME_H

#include "initlab/selftest.h"
#include "device/seam.h"

struct il_selftest {
    struct il_device *device, *cpu;
    int level;
    uint64_t seed;
    il_check_fn *report;
    void *arg;
    size_t failed;
    double begin; /* of the check that runs, by il_seconds() */
    il_error *err;
};

/* Report a check, which began at t->begin; detail is as for printf. */
void il_selftest_say(struct il_selftest *t, il_check *check, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

/* IL_E_DEVICE with the device's words; IL_E_MEMORY for IL_TRIAL_MEMORY */
il_status il_selftest_fail(struct il_selftest *t, struct il_device *d, int code, const char *what);

#endif
