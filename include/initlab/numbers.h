/**
 * numbers.h - which numbers this version computes. A run's id is of its config and data alone; a change
 * that gives other bits under the same id raises IL_NUMBERS, and what was computed before is not gone on
 * with (docs/numerics.md lists the changes).
 */
#ifndef INITLAB_NUMBERS_H
#define INITLAB_NUMBERS_H

#include "api.h"

IL_API_BEGIN

/** Raised by each such change; what does not say which it has is of 1. */
enum { IL_NUMBERS = 3 };

/** What changed with these numbers, in a line; NULL: no change is known. */
const char *il_numbers_change(unsigned numbers);

IL_API_END
#endif
