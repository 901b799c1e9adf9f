/*
 * elementary.h - exp, log, tanh and their kin as explicit-fma polynomials: the same bits from nvcc
 * and from C, on every CPU.
 *
 * Nothing here calls libm or a fast intrinsic, no contraction is left to a compiler, and every
 * choice is a select, so that loops over these functions become vector code. Division and sqrt are
 * IEEE's. Subnormal arguments count as zero and subnormal results are zero, as on a GPU with
 * -ftz=true. NaN gives NaN, infinities give what IEEE says. Errors are at most 4 units in the last
 * place, most of them below 2: tests/unit/devices/test_elementary.c has the bound of each. (Not math.h:
 * with -I that name would hide the compiler's own.)
 */
#ifndef KERNELS_ELEMENTARY_H
#define KERNELS_ELEMENTARY_H

#include "kernel.h"

#if defined(__CUDACC__)
#define FMA(a, b, c) fmaf(a, b, c)
static inline __device__ float il_sqrt(float x) { return sqrtf(x); }
#else
#define FMA(a, b, c) __builtin_fmaf(a, b, c)
static inline __device__ float il_sqrt(float x) { return __builtin_sqrtf(x); }
#endif

#define IL_INF  as_float(0x7f800000u)
#define IL_NAN  as_float(0x7fc00000u)
#define IL_TINY 1.17549435e-38f /* smallest normal number */

static inline __device__ float il_abs(float x) { return as_float(as_uint(x) & 0x7fffffffu); }

/* |r| with the sign of x */
static inline __device__ float il_with_sign(float r, float x)
{
    return as_float((as_uint(r) & 0x7fffffffu) | (as_uint(x) & 0x80000000u));
}

/*
 * x * by as the nearest integer, and its low bits in two's complement; no conversion, which NaN
 * breaks
 */
static inline __device__ float il_round(float x, float by, uint32_t *bits)
{
    const float magic = 12582912.0f; /* 1.5 * 2^23: a sum with it has no place for a fraction */
    const float t = FMA(x, by, magic);

    *bits = as_uint(t) - as_uint(magic);
    return t - magic;
}

static inline __device__ float il_exp(float x)
{
    uint32_t bits;
    const float n = il_round(x, 1.44269504f, &bits);
    float r = FMA(n, -0.693145752f, x), p;

    r = FMA(n, -1.42860677e-6f, r); /* x - n log 2, in two parts */
    p = FMA(1.37805939e-3f, r, 8.37312452e-3f);
    p = FMA(p, r, 4.16695364e-2f);
    p = FMA(p, r, 1.66664720e-1f);
    p = FMA(p, r, 4.99999851e-1f);
    p = FMA(p, r, 1.0f);
    p = FMA(p, r, 1.0f);
    p = as_float(as_uint(p) + (bits << 23));
    p = x > 88.7228394f ? IL_INF : p;
    p = x < -87.33654f ? 0.0f : p; /* the last whose e^x is no subnormal */
    return x != x ? x : p;
}

static inline __device__ float il_expm1(float x)
{
    uint32_t bits;
    const float c = x > 89.0f ? 89.0f : x < -18.0f ? -18.0f : x;
    const float n = il_round(c, 1.44269504f, &bits);
    float f = FMA(n, -0.693145752f, c), r, s, t, y;

    f = FMA(n, -1.42860677e-6f, f);
    s = f * f;
    r = FMA(1.97350979e-4f, f, 1.39309070e-3f);
    r = FMA(r, f, 8.33343994e-3f);
    r = FMA(r, f, 4.16668020e-2f);
    r = FMA(r, f, 1.66666716e-1f);
    r = FMA(r, f, 4.99999970e-1f);
    r = FMA(r, s, f);                  /* e^f - 1 */
    t = as_float((bits + 126u) << 23); /* 2^n / 2: 2^128 would not fit */
    y = t - 0.5f;
    s = (t - y) - 0.5f;
    y = FMA(r, t, s) + y;
    y = n == 0.0f ? r : y + y;
    y = x > 88.7228394f ? IL_INF : y;
    return x != x || x == 0.0f ? x : y;
}

/* log(1 + m) for 1 + m in [sqrt .5, sqrt 2), plus n log 2 */
static inline __device__ float il_log_parts(float m, float n)
{
    const float s = m * m;
    float p = FMA(7.0376836292e-2f, m, -1.1514610310e-1f);

    p = FMA(p, m, 1.1676998740e-1f);
    p = FMA(p, m, -1.2420140846e-1f);
    p = FMA(p, m, 1.4249322787e-1f);
    p = FMA(p, m, -1.6668057665e-1f);
    p = FMA(p, m, 2.0000714765e-1f);
    p = FMA(p, m, -2.4999993993e-1f);
    p = FMA(p, m, 3.3333331174e-1f);
    p = p * m * s;
    p = FMA(n, -2.12194440e-4f, p);
    p = FMA(-0.5f, s, p);
    return FMA(n, 0.693359375f, m + p);
}

static inline __device__ float il_log(float x)
{
    const uint32_t u = as_uint(x), e = (u - 0x3f3504f3u) & 0xff800000u;
    float r = il_log_parts(as_float(u - e) - 1.0f, (float)((int32_t)e >> 23));

    r = x < IL_TINY ? -IL_INF : r;
    r = x <= -IL_TINY ? IL_NAN : r;
    r = x == IL_INF ? x : r;
    return x != x ? x : r;
}

static inline __device__ float il_log1p(float x)
{
    const uint32_t e = (as_uint(1.0f + x) - 0x3f3504f3u) & 0xff800000u;
    const float scale = as_float(0x40800000u - e); /* 4 * 2^-n */
    const float m = as_float(as_uint(x) - e) + FMA(0.25f, scale, -1.0f);
    float r = il_log_parts(m, (float)((int32_t)e >> 23));

    r = x == -1.0f ? -IL_INF : r;
    r = x < -1.0f ? IL_NAN : r;
    return x != x || x == IL_INF || il_abs(x) < IL_TINY ? x : r;
}

static inline __device__ float il_tanh(float x)
{
    const float a = il_abs(x), s = x * x;
    const float large = 1.0f - 2.0f / (il_exp(a + a) + 1.0f);
    float p = FMA(-6.61022775e-3f, s, 2.13093888e-2f);

    p = FMA(p, s, -5.39094284e-2f);
    p = FMA(p, s, 1.33331135e-1f);
    p = FMA(p, s, -3.33333313e-1f);
    p = FMA(p * s, a, a);
    return x != x ? x : il_with_sign(a < 0.55f ? p : large, x);
}

/* 1 / (1 + e^-x): e^-|x| cannot overflow, and 1 - q reaches 1 where the exact value rounds to it */
static inline __device__ float il_sigmoid(float x)
{
    const float e = il_exp(-il_abs(x)), q = e / (1.0f + e);

    return x < 0.0f ? q : 1.0f - q;
}

/* log(1 + e^x) */
static inline __device__ float il_softplus(float x)
{
    return (x > 0.0f ? x : 0.0f) + il_log1p(il_exp(-il_abs(x)));
}

static inline __device__ float il_erf(float x)
{
    const float a = il_abs(x), t = a > 4.0f ? 4.0f : a, s = t * t;
    float large = FMA(-1.72853470e-5f, t, 3.83197126e-4f), p;

    large = FMA(large, s, FMA(-3.88396438e-3f, t, 2.42546219e-2f));
    large = FMA(large, t, -1.06777877e-1f);
    large = FMA(large, t, -6.34846687e-1f);
    large = FMA(large, t, -1.28717512e-1f);
    large = FMA(large, t, -t);
    large = 1.0f - il_exp(large);
    p = FMA(-5.96761703e-4f, s, 4.99119423e-3f);
    p = FMA(p, s, -2.67681349e-2f);
    p = FMA(p, s, 1.12819925e-1f);
    p = FMA(p, s, -3.76125336e-1f);
    p = FMA(p, s, 1.28379166e-1f);
    p = FMA(p, t, t);
    return x != x ? x : il_with_sign(t > 0.927734375f ? large : p, x);
}

/*
 * sin(x + quarter * pi/2); the three parts of pi/2 serve |x| < 2^22, beyond which the result is NaN
 */
static inline __device__ float il_sin_shifted(float x, uint32_t quarter)
{
    uint32_t q;
    const float n = il_round(x, 0.636619747f, &q);
    float r = FMA(n, -1.57079601e+0f, x), s, c, p;

    r = FMA(n, -3.13916473e-7f, r);
    r = FMA(n, -5.39030253e-15f, r); /* x - n pi/2 */
    s = r * r;
    p = FMA(2.86567956e-6f, s, -1.98559923e-4f);
    p = FMA(p, s, 8.33338592e-3f);
    p = FMA(p, s, -1.66666672e-1f);
    p = FMA(p, r * s, r);
    c = FMA(2.44677067e-5f, s, -1.38877297e-3f);
    c = FMA(c, s, 4.16666567e-2f);
    c = FMA(c, s, -0.5f);
    c = FMA(c, s, 1.0f);
    q += quarter;
    p = (q & 1) ? c : p;
    p = as_float(as_uint(p) ^ (q & 2) << 30);
    return il_abs(x) < 4194304.0f ? p : IL_NAN;
}

static inline __device__ float il_sin(float x) { return il_sin_shifted(x, 0); }
static inline __device__ float il_cos(float x) { return il_sin_shifted(x, 1); }

static inline __device__ float il_arctan(float x)
{
    const float a = il_abs(x), t = a > 1.0f ? 1.0f / a : a, s = t * t;
    float p = FMA(-2.38699722e-3f, s, 1.35077713e-2f);

    p = FMA(p, s, -3.58715393e-2f);
    p = FMA(p, s, 6.25016913e-2f);
    p = FMA(p, s, -8.65688026e-2f);
    p = FMA(p, s, 1.10337645e-1f);
    p = FMA(p, s, -1.42785683e-1f);
    p = FMA(p, s, 1.99997395e-1f);
    p = FMA(p, s, -3.33333313e-1f);
    p = FMA(p * s, t, t);
    return x != x ? x : il_with_sign(a > 1.0f ? 1.57079637f - p : p, x);
}

/* the z >= 0 with P(normal > z) = p, for p from 2^-33 to .5; one polynomial in w, one in sqrt w */
static inline __device__ float il_probit_tail(float p)
{
    const float x = FMA(-2.0f, p, 1.0f), w = -il_log(4.0f * p * (1.0f - p));
    const float m = w - 3.125f, t = il_sqrt(w) - 3.5f;
    float near = FMA(9.86544846e-10f, m, -6.51984777e-9f),
          far = FMA(6.16649631e-5f, t, -2.93509511e-4f);

    near = FMA(near, m, -3.62568429e-8f);
    near = FMA(near, m, 6.02050648e-7f);
    near = FMA(near, m, -1.95172197e-6f);
    near = FMA(near, m, -1.96396868e-5f);
    near = FMA(near, m, 2.64118018e-4f);
    near = FMA(near, m, -1.04750507e-3f);
    near = FMA(near, m, -8.53291713e-3f);
    near = FMA(near, m, 3.39634955e-1f);
    near = FMA(near, m, 2.33862066f);
    far = FMA(far, t, 6.43092208e-4f);
    far = FMA(far, t, -9.8927028e-4f);
    far = FMA(far, t, 1.5398789e-3f);
    far = FMA(far, t, -2.90920096e-3f);
    far = FMA(far, t, 4.63392772e-3f);
    far = FMA(far, t, 1.42463398f);
    far = FMA(far, t, 4.71708918f);
    return (w < 6.25f ? near : far) * x;
}

/* a word as a normal number: the top bit is the sign, the others pick the tail's p in (0, .5] */
static inline __device__ float il_normal(uint32_t w)
{
    const float k = (float)(int32_t)(w & 0x7fffffffu);

    return il_with_sign(il_probit_tail(FMA(k, 2.32830644e-10f, 1.16415322e-10f)), as_float(w));
}

/*
 * What activations.def would say twice: gates g of activations z * g(z), and slopes of those
 * products.
 */

static inline __device__ float il_gelu_gate(float z)
{
    return FMA(0.5f, il_erf(z * 0.707106781f), 0.5f);
}

static inline __device__ float il_gelu_slope(float z)
{
    return FMA(0.398942280f * z, il_exp(-0.5f * z * z), il_gelu_gate(z));
}

/* (1 + tanh u) / 2 = sigmoid(2u), which keeps its digits where the tanh has reached -1 */
static inline __device__ float il_gelu_tanh_gate(float z)
{
    return il_sigmoid(1.59576912f * z * FMA(0.044715f * z, z, 1.0f));
}

static inline __device__ float il_gelu_tanh_slope(float z)
{
    const float c = z > 99.0f ? 99.0f : z < -99.0f ? -99.0f : z; /* flat beyond; inf * 0 is NaN */
    const float s = il_gelu_tanh_gate(c);

    return FMA(c * s * (1.0f - s), 1.59576912f * FMA(0.134145f * c, c, 1.0f), s);
}

static inline __device__ float il_silu_slope(float z)
{
    const float s = il_sigmoid(z);

    return s * FMA(z, 1.0f - s, 1.0f);
}

/* tanh(log(1 + e^z)) = n / (n + 2) with n = (1 + e^z)^2 - 1: 1 long before the cap */
static inline __device__ float il_mish_gate(float z)
{
    const float e = il_exp(z > 20.0f ? 20.0f : z), n = e * (e + 2.0f);

    return n / (n + 2.0f);
}

static inline __device__ float il_mish_slope(float z)
{
    const float g = il_mish_gate(z);

    return FMA(z * il_sigmoid(z), FMA(-g, g, 1.0f), g);
}
#endif
