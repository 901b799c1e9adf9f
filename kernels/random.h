/*
 * random.h - Philox4x32-10 words, uniform numbers of them, and the order of samples as a keyed
 * bijection: no sort, no stored permutation. Compiles without kernel.h, since the host draws the
 * order's keys. Normal numbers are il_normal of elementary.h.
 *
 * Under nvcc the words are cuRAND's code, in C Random123's: equal word for word. (The two define
 * the same names, and never meet in one file.)
 */
#ifndef KERNELS_RANDOM_H
#define KERNELS_RANDOM_H

#include <stdint.h>
#include "shared.h"
#if defined(__CUDACC__)
#include <curand_philox4x32_x.h>
#else
#include <Random123/philox.h>
#if !defined(__device__)
#define __device__
#endif
#endif

struct il_words {
    uint32_t v[4];
};

/* the four words at `counter` of subsequence `sub` of the generator with this key (a seed) */
#if defined(__CUDACC__)
static inline __device__ struct il_words il_philox(uint64_t key, uint64_t counter, uint64_t sub)
{
    const uint4 c = make_uint4((uint32_t)counter, (uint32_t)(counter >> 32), (uint32_t)sub,
                               (uint32_t)(sub >> 32));
    const uint4 r = curand_Philox4x32_10(c, make_uint2((uint32_t)key, (uint32_t)(key >> 32)));
    const struct il_words w = { { r.x, r.y, r.z, r.w } };

    return w;
}
#else
static inline struct il_words il_philox(uint64_t key, uint64_t counter, uint64_t sub)
{
    const philox4x32_ctr_t c = { { (uint32_t)counter, (uint32_t)(counter >> 32), (uint32_t)sub,
                                   (uint32_t)(sub >> 32) } };
    const philox4x32_key_t k = { { (uint32_t)key, (uint32_t)(key >> 32) } };
    const philox4x32_ctr_t r = philox4x32_R(10, c, k);
    const struct il_words w = { { r.v[0], r.v[1], r.v[2], r.v[3] } };

    return w;
}
#endif

/*
 * A word as a uniform number in the open interval: an odd multiple of 2^-24, from 2^-24 to 1 -
 * 2^-24. Every step is exact. (cuRAND's own reaches 1, where log(1 - u) is infinite.)
 */
static inline __device__ float il_uniform(uint32_t word)
{
    return ((float)(int32_t)(word >> 9) + 0.5f) * 1.1920928955078125e-7f;
}

/*
 * Place at < n of the epoch -> sample: a Feistel network permutes [0, 2^(2 half)), which holds n,
 * and is walked until it comes back below n, so that the whole is a bijection of [0, n). half = 0
 * is the file's own order.
 */
static inline __device__ uint32_t il_order(uint32_t at, uint32_t n, uint32_t half,
                                           const uint32_t *key)
{
    const uint32_t mask = (1u << half) - 1;

    if (half == 0)
        return at;
    do {
        uint32_t l = at >> half, r = at & mask;

        for (int i = 0; i < IL_ORDER_ROUNDS; i++) {
            uint32_t f = (r ^ key[i]) * 0x85ebca6bu, t;

            f = (f ^ (f >> 13)) * 0xc2b2ae35u;
            t = l ^ ((f ^ (f >> 16)) & mask);
            l = r;
            r = t;
        }
        at = l << half | r;
    } while (at >= n);
    return at;
}

/* Added to a tensor's subsequence: the purpose of words that say which elements are zero. */
#define IL_MASK_SUB ((uint64_t)2 << 32)

/* Bits of half a domain that holds n places, for il_order: at least 1. */
static inline __device__ uint32_t il_half_bits(uint32_t n)
{
    uint32_t half = 1;

    while (half < 16 && ((uint64_t)1 << 2 * half) < n)
        half++;
    return half;
}

#if !defined(__CUDACC__)
/*
 * The purpose, in the upper half of a subsequence, that keeps the order's words from the weights'.
 */
#define IL_ORDER_SUB ((uint64_t)2 << 32)

/*
 * Set the clock's samples and the order of them in this epoch. To keep the file's order, zero
 * half_bits.
 */
static inline void il_order_keys(struct il_clock *c, uint64_t data_seed, uint64_t epoch,
                                 uint32_t samples)
{
    c->samples = samples;
    c->half_bits = il_half_bits(samples);
    for (uint32_t i = 0; i < IL_ORDER_ROUNDS; i++)
        c->key[i] = il_philox(data_seed, 2 * epoch + i / 4, IL_ORDER_SUB).v[i % 4];
}
#endif

#endif
