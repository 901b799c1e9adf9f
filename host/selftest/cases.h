/*
 * cases.h - what every device must compute alike: a case for each op of kernels/ops.def (one without
 * does not compile), for zero, copy, the products, and a recorded step.
 *
 * A case calls its op on whatever device it is given, with arguments drawn from a seed. The self-test
 * gives the same to two devices and compares; tests/unit/test_ops.c gives it a device that holds each
 * call against a reference in double; tests/property/ops_hash.c one that every compiler builds.
 */
#ifndef HOST_SELFTEST_CASES_H
#define HOST_SELFTEST_CASES_H

#include <stddef.h>
#include <stdint.h>

struct il_device;

enum { IL_TRIAL_ALLOCATIONS = 16, IL_TRIAL_MEMORY = -1 };

/* how many ops there are */
enum {
#define X(name, ...) IL_OP_##name,
#include "ops.def"
#undef X
    IL_OPS
};

/* One case on one device: what it has drawn, allocated, and read back. */
struct il_trial {
    struct il_device *d;
    uint64_t seed, drawn;
    unsigned rows, cols, runs, block, ld;
    int plain; /* nothing rare (NaN, infinite, subnormal, huge), and all combinations of rows */
    void *memory[IL_TRIAL_ALLOCATIONS];
    unsigned allocated;
    uint32_t *record; /* what the ops wrote, as words; to be freed by the caller */
    size_t words;
    int code; /* of the first call that failed; IL_TRIAL_MEMORY: out of host memory */
};

/* A case; product: it goes through the BLAS, whose rounding is its own. */
struct il_case {
    const char *name;
    void (*run)(struct il_trial *t);
    int product;
};
extern const struct il_case il_cases[]; /* ops.def's first, in its order; the last has no name */

/* A shape of operands, from this level of self-test on. */
struct il_case_shape {
    unsigned rows, cols, runs; /* runs at most 8 */
    int level;
};
extern const struct il_case_shape il_case_shapes[]; /* the last has no rows */

struct il_trial il_trial_run(struct il_device *d, const struct il_case *c,
                             const struct il_case_shape *s, uint64_t seed, int plain);

/* What two devices' words of a product may differ by, for the order of sums. */
double il_trial_tolerance(const struct il_trial *t);

/* The first word that differs by more, or the number of words; all NaN are one. */
size_t il_trial_difference(const struct il_trial *a, const struct il_trial *b, double tolerance);

#endif
