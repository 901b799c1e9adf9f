/*
 * change.cu - how far each column of a matrix [rows, ld] has moved, over its first cols columns.
 *
 *   change[j] = sum x^2, sum (x - before)^2, 64 bits that say which numbers are in it
 *
 * before NULL: it has not moved. Columns of equal numbers, bit for bit, have equal digests; that two others have, too, is
 * a chance of 2^-64 (each word mixes all bits of the element into a state of 32, by MurmurHash3's steps and another seed).
 *
 * A column is summed by one lane in the order of its rows, in double: the bits depend on nothing else.
 *
 * Launch: any grid, any block; a block walks tiles of LANES columns.
 * Cost: reads 8*rows*cols bytes.
 */
#include "kernel.h"
#include "lanes.h"

/* one step of MurmurHash3's 32 bits, without its multiplication of the element by a second constant */
static inline __device__ uint32_t mixed(uint32_t state, uint32_t word)
{
    word *= 0xcc9e2d51u;
    word = word << 15 | word >> 17;
    state ^= word * 0x1b873593u;
    state = state << 13 | state >> 19;
    return state * 5u + 0xe6546b64u;
}

__global__ void change(struct il_change *__restrict__ out, const float *__restrict__ x,
                       const float *__restrict__ before, unsigned rows, unsigned cols, unsigned ld)
{
    FOR_BLOCKS(t, (cols + LANES - 1) / LANES) {
        FOR_EACH(j, il_min(LANES, cols - t * LANES)) {
            const size_t column = (size_t)t * LANES + j;
            struct il_change s = { 0.0, 0.0, { 0x9747b28cu, 0x3c6ef372u } };

            for (unsigned i = 0; i < rows; i++) {
                const float v = x[(size_t)i * ld + column];
                const double moved =
                    before ? (double)v - (double)before[(size_t)i * ld + column] : 0.0;

                s.square += (double)v * (double)v;
                s.moved += moved * moved;
                s.digest[0] = mixed(s.digest[0], as_uint(v));
                s.digest[1] = mixed(s.digest[1], as_uint(v) ^ 0x5bd1e995u);
            }
            out[column] = s;
        }
    }
}

OP_BEGIN
int OP(change)(struct il_device *d, struct il_change *changes, const float *x, const float *before,
               unsigned rows, unsigned cols, unsigned ld)
{
    const unsigned tiles = (cols + LANES - 1) / LANES;

    return LAUNCH(change, il_grid(tiles), d, (changes, x, before, rows, cols, ld));
}
OP_END
