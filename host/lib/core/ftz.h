/*
 * ftz.h - flush subnormal numbers to zero while the library computes. A vanishing network is our
 * daily bread, and a product of subnormals can be 150 times slower. Set on entry to a public call,
 * put back on exit; threads that the BLAS starts in between inherit it.
 */
#ifndef HOST_LIB_CORE_FTZ_H
#define HOST_LIB_CORE_FTZ_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
enum { IL_FTZ_DAZ = 0x8040 };
static inline uint64_t il_ftz_on(void)
{
    const unsigned old = _mm_getcsr();

    _mm_setcsr(old | IL_FTZ_DAZ);
    return old;
}
static inline void il_ftz_restore(uint64_t old) { _mm_setcsr((unsigned)old); }

#elif defined(__aarch64__)
static inline uint64_t il_ftz_on(void)
{
    uint64_t old;

    __asm__ volatile("mrs %0, fpcr" : "=r"(old));
    __asm__ volatile("msr fpcr, %0" : : "r"(old | (uint64_t)1 << 24));
    return old;
}
static inline void il_ftz_restore(uint64_t old) { __asm__ volatile("msr fpcr, %0" : : "r"(old)); }

#else
static inline uint64_t il_ftz_on(void) { return 0; }
static inline void il_ftz_restore(uint64_t old) { (void)old; }
#endif

#endif
