/*
 * cases.h - what every device must compute alike: a case for each op of kernels/ops.def, by its row
 * and its operands (operands.h), for zero, copy, the products, and a recorded step.
 *
 * A case calls its op on whatever device it is given, with operands drawn from a seed. The self-test
 * gives the same to two devices and compares; unit/devices/test_ops.c gives it a device that holds each
 * call against a reference in double; tests/property/ops_hash.c one that every compiler builds.
 */
#ifndef HOST_SELFTEST_CASES_H
#define HOST_SELFTEST_CASES_H

#include "operands.h"

/* A case, of an op or of another slot; product: it goes through the BLAS, whose rounding is its own. */
struct il_case {
    const char *name;
    void (*run)(struct il_trial *t); /* NULL: as the op's row says */
    int product;
    const struct il_op *op; /* NULL: none */
};
extern const struct il_case il_cases[]; /* ops.def's first, in its order; the last has no name */

/* A shape of operands, from this level of self-test on. */
struct il_case_shape {
    unsigned rows, cols, runs; /* runs at most IL_TRIAL_RUNS */
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
