/*
 * quads.h - QUAD neighbouring elements of a row, which a thread loads and stores at once: 4 on a GPU, from a
 * multiple of their bytes on; 1 in C, whose compiler makes vectors of the loop over quads itself.
 */
#ifndef KERNELS_QUADS_H
#define KERNELS_QUADS_H

#include "kernel.h"

#if defined(__CUDACC__)
enum { QUAD = 4 };

static inline __device__ void il_load_quad(float *to, const float *from)
{
    const float4 q = *(const float4 *)from;

    to[0] = q.x, to[1] = q.y, to[2] = q.z, to[3] = q.w;
}
static inline __device__ void il_store_quad(float *to, const float *from)
{
    *(float4 *)to = make_float4(from[0], from[1], from[2], from[3]);
}
static inline __device__ void il_load_bytes(float *to, const uint8_t *from)
{
    const uchar4 q = *(const uchar4 *)from;

    to[0] = (float)q.x, to[1] = (float)q.y, to[2] = (float)q.z, to[3] = (float)q.w;
}
#else
enum { QUAD = 1 };

static inline void il_load_quad(float *to, const float *from) { *to = *from; }
static inline void il_store_quad(float *to, const float *from) { *to = *from; }
static inline void il_load_bytes(float *to, const uint8_t *from) { *to = (float)*from; }
#endif

/* Of a run's columns, so many quads: none where a run, or a row, may begin where no quad does. */
static inline __device__ unsigned il_quads(unsigned cols, unsigned block, unsigned ld)
{
    return block % QUAD || ld % QUAD ? 0 : cols / QUAD;
}

#endif
