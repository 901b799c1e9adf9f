/* seen.c - runs that are there already, by the values of all axes. */
#include "seen.h"

#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "core/hash.h"

static uint64_t hash(const struct il_sweep *s, size_t run)
{
    uint64_t h = IL_HASH_START;

    for (unsigned i = 0; i < s->axes; i++)
        h = il_hash_text(h, il_sweep_axis_value(s, run, i));
    return h ^ h >> 32;
}

static int equal(const struct il_sweep *s, size_t a, size_t b)
{
    for (unsigned i = 0; i < s->axes; i++)
        if (strcmp(il_sweep_axis_value(s, a, i), il_sweep_axis_value(s, b, i)) != 0)
            return 0;
    return 1;
}

int il_seen_repeats(struct il_seen *seen, const struct il_sweep *s)
{
    const size_t run = s->runs - 1;
    size_t i = hash(s, run) % seen->slots;

    for (; seen->slot[i]; i = (i + 1) % seen->slots)
        if (equal(s, seen->slot[i] - 1, run))
            return 1;
    seen->slot[i] = run + 1;
    return 0;
}

il_status il_seen_start(struct il_seen *seen, size_t runs, il_error *err)
{
    seen->slots = 2 * runs + 1;
    seen->slot = calloc(seen->slots, sizeof *seen->slot);
    return seen->slot ? IL_OK : il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", runs);
}

void il_seen_end(struct il_seen *seen) { free(seen->slot); }
