/*
 * vector.h - the vectors of one CPU flavour: loads, stores of a part, and a fused multiply-add that
 * is written as one, so that no compiler decides where a sum is rounded. Wider types than the
 * machine has are taken apart through memory, hence one width a flavour.
 */
#ifndef HOST_DEVICE_VECTOR_H
#define HOST_DEVICE_VECTOR_H

#if defined(__AVX512F__)
#include <immintrin.h>

enum { VEC = 16, VEC_PANEL = 4 }; /* floats of a vector; vectors of 64 columns */
#define VEC_PANELS(X) X(1) X(2) X(3) X(4)
typedef __m512 vec;
typedef __mmask16 vec_part; /* its first elements */

static inline vec vec_set(float x) { return _mm512_set1_ps(x); }
static inline vec vec_fma(vec x, vec y, vec a) { return _mm512_fmadd_ps(x, y, a); }
static inline vec vec_load(const float *p) { return _mm512_loadu_ps(p); }
static inline void vec_store(float *p, vec x) { _mm512_storeu_ps(p, x); }
static inline vec_part vec_first(unsigned n) { return (vec_part)((1u << n) - 1); }
static inline vec vec_load_part(vec_part m, const float *p) { return _mm512_maskz_loadu_ps(m, p); }
static inline void vec_store_part(vec_part m, float *p, vec x) { _mm512_mask_storeu_ps(p, m, x); }

#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

enum { VEC = 8, VEC_PANEL = 8 };
#define VEC_PANELS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
typedef __m256 vec;
typedef __m256i vec_part;

static inline vec vec_set(float x) { return _mm256_set1_ps(x); }
static inline vec vec_fma(vec x, vec y, vec a) { return _mm256_fmadd_ps(x, y, a); }
static inline vec vec_load(const float *p) { return _mm256_loadu_ps(p); }
static inline void vec_store(float *p, vec x) { _mm256_storeu_ps(p, x); }
static inline vec_part vec_first(unsigned n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline vec vec_load_part(vec_part m, const float *p) { return _mm256_maskload_ps(p, m); }
static inline void vec_store_part(vec_part m, float *p, vec x) { _mm256_maskstore_ps(p, m, x); }

#else /* any other CPU: where it has no fma, __builtin_fmaf calls one, slow but right */

enum { VEC = 4, VEC_PANEL = 4 }; /* it has few registers to spare for 64 columns */
#define VEC_PANELS(X) X(1) X(2) X(3) X(4)
typedef struct {
    float at[VEC];
} vec;
typedef unsigned vec_part;

static inline vec vec_set(float x) { return (vec){ { x, x, x, x } }; }
static inline vec vec_fma(vec x, vec y, vec a)
{
    for (unsigned i = 0; i < VEC; i++)
        a.at[i] = __builtin_fmaf(x.at[i], y.at[i], a.at[i]);
    return a;
}
static inline vec_part vec_first(unsigned n) { return n; }
static inline vec vec_load_part(vec_part n, const float *p)
{
    vec x = { { 0 } };

    for (unsigned i = 0; i < VEC && i < n; i++)
        x.at[i] = p[i];
    return x;
}
static inline void vec_store_part(vec_part n, float *p, vec x)
{
    for (unsigned i = 0; i < VEC && i < n; i++)
        p[i] = x.at[i];
}
static inline vec vec_load(const float *p) { return vec_load_part(VEC, p); }
static inline void vec_store(float *p, vec x) { vec_store_part(VEC, p, x); }
#endif

#endif
