/*
 * kernel.h - the words a kernel may use, for nvcc and for a C compiler.
 *
 * A block has LANES logical lanes, which its threads share. blockDim = 1 is a legal launch and gives the
 * same bits, so serial C can run the same source: loops over independent elements become vector code.
 *   FOR_LANES(l)     this thread's lanes: where the lane's number decides a place or an order
 *   FOR_EACH(j, n)   this thread's share of n independent elements (stride 1 in C)
 *   FOR_TILE(r, j, rows, cols)  the same of a rows x cols rectangle; no break, no continue
 *   FOR_BLOCKS(i, n) this block's share of n rows, runs or tiles
 *   LEADER()         true in one thread of the block
 * What a block writes may not depend on which thread did it, and no block reads what another
 * writes. Two flavours: nvcc for the GPU, and serial C for the CPU device, where a block has one
 * thread. Sums are trees over lanes, or run in the order of the samples: their shape never depends on
 * the grid or the block. No float atomics.
 *
 * Arithmetic: an fma stands only where the source says FMA; nvcc gets -fmad=false, C compilers
 * -ffp-contract=off. No libm, no fast intrinsic. `/` and il_sqrt are IEEE's; never divide by a constant
 * (nvcc 13 multiplies by its reciprocal for sm_100 and up, whatever -prec-div says), write the product.
 * Choices are selects. NaN comes through.
 */
#ifndef KERNELS_KERNEL_H
#define KERNELS_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include "shared.h"

enum { LANES = IL_LANES };

#if defined(__CUDACC__)
#define OP(name) il_cuda_##name
#define OP_BEGIN extern "C" {
#define OP_END   }
#define LAUNCH(k, grid, d, args)                                                                   \
    (k<<<(grid), LANES, 0, (cudaStream_t)(d)->stream>>> args, (int)cudaGetLastError())
#define as_float(u) __uint_as_float(u)
#define as_uint(f)  __float_as_uint(f)
#define PREFETCH(p) ((void)0)
#define INDEPENDENT
/*
 * Rows of the block's threads, as many as fit it, walk down the tile: a thread divides before the loop alone, and not
 * where a row is as long as the block. Threads that are left over, behind the last such row, do nothing.
 */
#define FOR_TILE(r, j, rows, cols)                                                                 \
    for (unsigned wide_ = (cols) >= blockDim.x ? blockDim.x                                        \
                          : (cols)             ? (cols)                                            \
                                               : 1,                                                            \
                  tall_ = wide_ == blockDim.x ? 1 : blockDim.x / wide_,                            \
                  r0_ = wide_ == blockDim.x ? 0 : threadIdx.x / wide_,                             \
                  r = r0_ < tall_ ? r0_ : (rows);                                                  \
         r < (rows); r += tall_)                                                                   \
        for (unsigned j = threadIdx.x - r0_ * wide_; j < (cols); j += wide_)
#else
#include <string.h>
#if !defined(KERNEL_FLAVOUR) /* cpu_v4, cpu_v3 or cpu_base: pasted into every op's name */
#define KERNEL_FLAVOUR cpu_base
#endif
#define IL_PASTE_(flavour, name) il_##flavour##_##name
#define IL_PASTE(flavour, name)  IL_PASTE_(flavour, name)
#define OP(name)                 IL_PASTE(KERNEL_FLAVOUR, name)
#define OP_BEGIN
#define OP_END
#define __global__ static
#define __launch_bounds__(threads, blocks)
#define __device__
#define __shared__ static _Thread_local
struct cu_dim {
    unsigned x;
};
static const struct cu_dim threadIdx = { 0 }, blockDim = { 1 };
static _Thread_local __attribute__((unused)) struct cu_dim blockIdx, gridDim;
static inline void __syncthreads(void)
{
    (void)threadIdx;
    (void)blockDim;
}
static inline int cu_launched(const struct il_device *d)
{
    (void)d;
    return 0;
}
#define LAUNCH(k, grid, d, args)                                                                   \
    __extension__({                                                                                \
        gridDim.x = KERNEL_GRID(grid);                                                             \
        for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++)                                 \
            k args;                                                                                \
        cu_launched(d);                                                                            \
    })
#if !defined(KERNEL_GRID) /* tests force another grid: the bits may not change */
#define KERNEL_GRID(grid) (grid)
#endif
#if defined(__clang__)
#define INDEPENDENT /* clang's own word would let it reorder sums */
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif
#define FOR_TILE(r, j, rows, cols)                                                                 \
    for (unsigned r = 0; r < (rows); r++)                                                          \
    INDEPENDENT for (unsigned j = 0; j < (cols); j++)
static inline float as_float(uint32_t u)
{
    float f;
    memcpy(&f, &u, 4);
    return f;
}
static inline uint32_t as_uint(float f)
{
    uint32_t u;
    memcpy(&u, &f, 4);
    return u;
}
#define PREFETCH(p) __builtin_prefetch(p)
#endif

#define FOR_LANES(l)     INDEPENDENT for (unsigned l = threadIdx.x; l < LANES; l += blockDim.x)
#define FOR_EACH(j, n)   INDEPENDENT for (unsigned j = threadIdx.x; j < (n); j += blockDim.x)
#define FOR_BLOCKS(i, n) for (unsigned i = blockIdx.x; i < (n); i += gridDim.x)
#define LEADER()         (threadIdx.x == 0)

/* prototypes of every op, from the one list */
OP_BEGIN
#define X(name, params, args, bytes, flops) int OP(name) params;
#include "ops.def"
#undef X
OP_END

#endif
