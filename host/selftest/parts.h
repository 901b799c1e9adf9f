/* parts.h - the parts of a self-test, in files of their own. Internal. */
#ifndef HOST_SELFTEST_PARTS_H
#define HOST_SELFTEST_PARTS_H

#include "outcome.h"

/* products of whole numbers, each known; equal columns */
il_status il_selftest_products(struct il_selftest *t);

/* whole trainings, on the device and on the CPU device */
il_status il_selftest_training(struct il_selftest *t);

/* microseconds of every op, beside what memory and products allow */
il_status il_selftest_speeds(struct il_selftest *t);

#endif
