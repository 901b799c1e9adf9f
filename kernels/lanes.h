/*
 * lanes.h - how a block's work is cut into tiles, and sums and maxima over its lanes as trees of
 * fixed shape: the same bits for any number of threads. All threads of the
 * block must call the trees; part[0] then has the result.
 */
#ifndef KERNELS_LANES_H
#define KERNELS_LANES_H

#include "kernel.h"

/* Rows of `block` columns in a tile: enough work for a block's threads, and still many tiles. */
#define IL_TILE_ROWS(block) ((block) < 4 * LANES ? 4 * LANES / (block) : 1)

/* The grid of a launch over so many blocks, as far as a grid may go. */
static inline unsigned il_grid(size_t blocks) { return blocks < 65535 ? (unsigned)blocks : 65535; }

/* The grid of a launch over all tiles of all runs, as far as a grid may go. */
static inline unsigned il_tiles(unsigned runs, unsigned rows, unsigned block)
{
    const size_t tall = IL_TILE_ROWS(block), tiles = (rows + tall - 1) / tall * runs;

    return il_grid(tiles);
}

static inline __device__ void il_lanes_sum(float *part)
{
    for (unsigned half = LANES / 2; half > 0; half /= 2) {
        __syncthreads();
        FOR_EACH(l, half)
            part[l] += part[l + half];
    }
    __syncthreads();
}

/* The larger of two; NaN if either is. */
static inline __device__ float il_max(float a, float b) { return b > a || b != b ? b : a; }

static inline __device__ void il_lanes_max(float *part)
{
    for (unsigned half = LANES / 2; half > 0; half /= 2) {
        __syncthreads();
        FOR_EACH(l, half)
            part[l] = il_max(part[l], part[l + half]);
    }
    __syncthreads();
}

static inline __device__ unsigned il_min(unsigned a, unsigned b) { return a < b ? a : b; }

#endif
