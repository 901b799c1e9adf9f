/*
 * add_sums.cu - add what the loss found in each tile of its rows to the sums of M runs.
 *
 *   sums [runs] += part [tiles, runs], a run's tiles one after the other: in the order of the samples,
 *   in double.  tiles is of the loss's rows (IL_LOSS_TILES).
 *
 * So a cost is the same whatever the number of rows that go at a time, as long as it is a multiple of a
 * tile.
 *
 * Launch: any grid, any block; a thread walks whole runs.
 * Cost: 16 bytes a tile.
 */
#include "kernel.h"
#include "lanes.h"
#include "sums.h"

__global__ void add_sums(struct il_sums *__restrict__ sums, const struct il_sums *__restrict__ part,
                         unsigned runs, unsigned rows)
{
    FOR_BLOCKS(b, (runs + LANES - 1) / LANES) {
        FOR_EACH(l, il_min(LANES, runs - b * LANES)) {
            const unsigned m = b * LANES + l;
            struct il_sums all = sums[m];

            for (unsigned t = 0; t < IL_LOSS_TILES(rows); t++)
                il_add_sums(&all, part[(size_t)t * runs + m]);
            sums[m] = all;
        }
    }
}

OP_BEGIN
int OP(add_sums)(struct il_device *d, struct il_sums *sums, const struct il_sums *part,
                 unsigned runs, unsigned rows)
{
    return LAUNCH(add_sums, il_grid((runs + LANES - 1) / LANES), d, (sums, part, runs, rows));
}
OP_END
