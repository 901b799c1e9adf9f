/* numbers.c - the changes of numbers; docs/numerics.md has them, too. */
#include "initlab/numbers.h"

#include <stddef.h>

static const char *const changes[] = {
    [2] = "a step's sum is added to the weight as a whole; what a beta, a momentum or a smoothing "
          "near "
          "1 leaves is exact; layers without a spread are not fitted to it",
    [3] = "costs of 128 samples are summed up by a tree, and these sums in their order",
};

_Static_assert(sizeof changes / sizeof *changes == IL_NUMBERS + 1, "each change has its line");

const char *il_numbers_change(unsigned numbers)
{
    return numbers <= IL_NUMBERS ? changes[numbers] : NULL;
}
