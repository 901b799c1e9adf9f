/*
 * ptx_prelude.h - what translated PTX is made of: registers as bits, checked memory, and PTX's
 * arithmetic where C++ has another or none. Compile with -frounding-math -ffp-contract=off.
 *
 * .approx functions go by libm: nearer to the truth than a GPU is, and other bits. NaN results are
 * the host's, not 0x7fffffff.
 */
#ifndef PTX_PRELUDE_H
#define PTX_PRELUDE_H

#include "simt.h"
#include <cfenv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <type_traits>
#pragma GCC diagnostic ignored "-Wunused"

/* What a thread does, handed to simt when it is done. */
struct Counted {
    unsigned instructions = 0, rounds = 0; /* rounds: of loads that are under way together */

    void wait(unsigned at) { rounds += at == rounds; }
    ~Counted() { simt_counted(instructions, rounds); }
};

/* a place in the program, as an address */
#define SITE                                                                                       \
    (__extension__({                                                                               \
        static char s_;                                                                            \
        (const void *)&s_;                                                                         \
    }))

template <class T> using Unsigned = typename std::make_unsigned<T>::type;
template <class T> constexpr unsigned WIDTH = 8 * sizeof(T);

/* ---- registers
 * ------------------------------------------------------------------------------------ */

/* the low bits of a register as type D */
template <class D, class S> static inline D rd(S s)
{
    if constexpr (std::is_same<D, bool>::value) {
        return s != 0;
    } else {
        uint64_t w = 0;
        D d;

        memcpy(&w, &s, sizeof s);
        memcpy(&d, &w, sizeof d);
        return d;
    }
}

/* a value into a register of type R: integers widen by their own sign */
template <class R, class T> static inline R wr(T v)
{
    if constexpr (std::is_floating_point<T>::value) {
        R r = 0;

        static_assert(sizeof v <= sizeof r, "register too small");
        memcpy(&r, &v, sizeof v);
        return r;
    } else {
        return (R)v;
    }
}

static inline float F32(uint32_t u) { return rd<float>(u); }
static inline double F64(uint64_t u) { return rd<double>(u); }

/* ---- memory: dp .global, gp generic, shp .shared, pp .local, .param and .const
 * --------------------- */

#if defined(SIMT_UNCHECKED) /* left to AddressSanitizer, or it would never see anything */
static inline void *dp(uint64_t a, int)
{
    return (void *)(a - SIM_BASE < SIM_SIZE ? a + SIM_SHIFT : a);
}
static inline void *shp(uint64_t a, int) { return simt_smem + (uint32_t)a; }
#else
static inline void *dp(uint64_t a, int n)
{
    if (__builtin_expect(a - SIM_BASE < SIM_SIZE, 1)) {
        const simt_range &r = simt_ranges[simt_page[(a - SIM_BASE) / SIM_PAGE]];

        if (__builtin_expect(a >= r.begin && a + n <= r.end, 1))
            return (void *)(a + SIM_SHIFT);
    }
    return simt_global(a, n);
}

static inline void *shp(uint64_t a, int n)
{
    const uint32_t offset = (uint32_t)a;

    if (__builtin_expect((uint64_t)offset + n > simt_smem_size, 0))
        simt_fault("shared memory accessed out of range: %d bytes at %u of %zu", n, offset,
                   simt_smem_size);
    return simt_smem + offset;
}
#endif

static inline void *gp(uint64_t a, int n) { return a - SIM_BASE < SIM_SIZE ? dp(a, n) : (void *)a; }
static inline void *pp(uint64_t a, int) { return (void *)a; }

static inline void check_aligned(void *p, int align)
{
    if (__builtin_expect((uintptr_t)p % align != 0, 0))
        simt_fault("misaligned access to %p: not a multiple of %d", p, align);
}

template <class T> static inline T ldm(void *p, int align)
{
    check_aligned(p, align);
    return *(T *)p;
}

template <class T> static inline void stm(void *p, T v, int align)
{
    check_aligned(p, align);
    *(T *)p = v;
}

/* ---- floating point
 * ------------------------------------------------------------------------------- */

/* subnormals to zero, the sign kept (.ftz; double has no such mode) */
static inline float fz(float x)
{
    const uint32_t u = rd<uint32_t>(x);

    return u & 0x7f800000u ? x : rd<float>(u & 0x80000000u);
}
static inline double fz(double x) { return x; }

/* .sat: to [0, 1], NaN becomes 0 */
template <class T> static inline T sat(T x) { return x > 0 ? (x < 1 ? x : 1) : 0; }

template <class T> static inline bool unordered(T a, T b) { return a != a || b != b; }

/* -0 is less than +0; of a number and a NaN the number, or with .NaN the NaN */
template <class T> static inline T fmin_num(T a, T b)
{
    if (unordered(a, b))
        return a != a ? b : a;
    return a == b ? (std::signbit(a) ? a : b) : a < b ? a : b;
}
template <class T> static inline T fmax_num(T a, T b)
{
    if (unordered(a, b))
        return a != a ? b : a;
    return a == b ? (std::signbit(a) ? b : a) : a > b ? a : b;
}
template <class T> static inline T fmin_nan(T a, T b)
{
    return a != a ? a : b != b ? b : fmin_num(a, b);
}
template <class T> static inline T fmax_nan(T a, T b)
{
    return a != a ? a : b != b ? b : fmax_num(a, b);
}

static inline float fma_(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline double fma_(double a, double b, double c) { return __builtin_fma(a, b, c); }

/* f(a...) in another rounding mode; volatile keeps the arithmetic between the two fesetrounds */
template <class R, class F, class... A>
static __attribute__((noinline)) R rounded(int mode, F f, A... a)
{
    const int before = fegetround();

    fesetround(mode);
    volatile R r = f(*(volatile A *)&a...);
    fesetround(before);
    return r;
}

static inline float sqrt_(float x) { return sqrtf(x); }
static inline double sqrt_(double x) { return sqrt(x); }
static inline float rsqrt_(float x) { return (float)(1.0 / sqrt((double)x)); }
static inline double rsqrt_(double x) { return 1.0 / sqrt(x); }
template <class T> static inline T rcp_(T x) { return (T)1 / x; }
static inline double rcp_approx64(double x) { return F64(rd<uint64_t>(1.0 / x) & ~0xffffffffull); }
static inline float sin_(float x) { return sinf(x); }
static inline float cos_(float x) { return cosf(x); }
static inline float ex2_(float x) { return exp2f(x); }
static inline float lg2_(float x) { return log2f(x); }
static inline float tanh_(float x) { return tanhf(x); }

template <class T> static inline bool testp_finite(T a) { return std::isfinite(a); }
template <class T> static inline bool testp_infinite(T a) { return std::isinf(a); }
template <class T> static inline bool testp_notanumber(T a) { return a != a; }
template <class T> static inline bool testp_number(T a) { return a == a; }
template <class T> static inline bool testp_normal(T a) { return std::isnormal(a); }
template <class T> static inline bool testp_subnormal(T a)
{
    return std::fpclassify(a) == FP_SUBNORMAL;
}

/* ---- conversion
 * ----------------------------------------------------------------------------------- */

/* an integer of T from a float that has no fraction: clamped; NaN is 0, or the top bit where 64
 * bits take part */
template <class T, class Source, class S> static inline T f2i(S x)
{
    if (x != x)
        return sizeof(Source) == 8 || sizeof(T) == 8 ? (T)((Unsigned<T>)1 << (WIDTH<T> - 1)) : 0;
    if (x >= (S)std::numeric_limits<T>::max())
        return std::numeric_limits<T>::max();
    if (x <= (S)std::numeric_limits<T>::min())
        return std::numeric_limits<T>::min();
    return (T)x;
}

/* an integer of T, clamped (.sat) */
template <class T> static inline T isat(__int128 v)
{
    const __int128 lo = std::numeric_limits<T>::min(), hi = std::numeric_limits<T>::max();

    return (T)(v < lo ? lo : v > hi ? hi : v);
}

/* ---- integers
 * ------------------------------------------------------------------------------------- */

template <class T> static inline T mulhi(T a, T b)
{
    typedef
        typename std::conditional<std::is_signed<T>::value, __int128, unsigned __int128>::type Wide;

    return (T)((Wide)a * (Wide)b >> WIDTH<T>);
}

/* division by zero and overflow are defined on a GPU: all ones, and the wrapped quotient */
template <class T> static inline T idiv(T a, T b)
{
    if (!b)
        return (T) ~(T)0;
    if (std::is_signed<T>::value && b == (T)-1)
        return (T)(0 - (Unsigned<T>)a);
    return (T)(a / b);
}
template <class T> static inline T irem(T a, T b)
{
    if (!b)
        return a;
    return std::is_signed<T>::value && b == (T)-1 ? (T)0 : (T)(a % b);
}
template <class T> static inline T imin(T a, T b) { return a < b ? a : b; }
template <class T> static inline T imax(T a, T b) { return a > b ? a : b; }

/* a + b + carry, a - b - borrow; take: use the flag, give: set it */
template <class T> static inline T addc(T a, T b, bool &cc, bool take, bool give)
{
    const unsigned __int128 s = (unsigned __int128)a + b + (take && cc);

    cc = give ? s >> WIDTH<T> & 1 : cc;
    return (T)s;
}
template <class T> static inline T subc(T a, T b, bool &cc, bool take, bool give)
{
    const unsigned __int128 s = (unsigned __int128)a - b - (take && cc);

    cc = give ? s >> WIDTH<T> & 1 : cc;
    return (T)s;
}

/* shifts by the width and more leave nothing, or copies of the sign */
template <class T> static inline T shl_(T a, uint32_t n)
{
    return n >= WIDTH<T> ? 0 : (T)((Unsigned<T>)a << n);
}
template <class T> static inline T shr_(T a, uint32_t n)
{
    if (n >= WIDTH<T>)
        return std::is_signed<T>::value && a < 0 ? (T)-1 : (T)0;
    return (T)(a >> n);
}
static inline uint32_t shf_amount(uint32_t c, bool wrap) { return wrap ? c & 31 : c < 32 ? c : 32; }
static inline uint32_t shf_l(uint32_t a, uint32_t b, uint32_t c, bool wrap)
{
    const uint32_t n = shf_amount(c, wrap);

    return n == 32 ? a : (uint32_t)(((uint64_t)b << 32 | a) << n >> 32);
}
static inline uint32_t shf_r(uint32_t a, uint32_t b, uint32_t c, bool wrap)
{
    return (uint32_t)(((uint64_t)b << 32 | a) >> shf_amount(c, wrap));
}

template <class T> static inline uint32_t popc_(T a) { return __builtin_popcountll(a); }
template <class T> static inline uint32_t clz_(T a)
{
    return a ? __builtin_clzll(a) - (64 - WIDTH<T>) : WIDTH<T>;
}
template <class T> static inline T brev_(T a)
{
    T r = 0;

    for (unsigned i = 0; i < WIDTH<T>; i++)
        r |= (T)(a >> i & 1) << (WIDTH<T> - 1 - i);
    return r;
}

/* the place of the top bit that differs from the sign; all ones: there is none */
template <class T> static inline uint32_t bfind_(T a)
{
    const Unsigned<T> x = (Unsigned<T>)(std::is_signed<T>::value && a < 0 ? ~a : a);

    return x ? 63 - __builtin_clzll(x) : ~0u;
}

/* four bytes picked out of a and b; a selector's top bit asks for the byte's sign instead */
static inline uint32_t prmt_(uint32_t a, uint32_t b, uint32_t selectors)
{
    const uint64_t bytes = (uint64_t)b << 32 | a;
    uint32_t r = 0;

    for (int i = 0; i < 4; i++) {
        const unsigned s = selectors >> 4 * i & 15;
        unsigned byte = bytes >> 8 * (s & 7) & 255;

        if (s & 8)
            byte = byte & 128 ? 255 : 0;
        r |= byte << 8 * i;
    }
    return r;
}

/* `length` bits from `at`, signed types extended by the field's own top bit (the value's, if it
 * ends before) */
template <class T> static inline T bfe_(T a, uint32_t at, uint32_t length)
{
    const unsigned w = WIDTH<T>;
    Unsigned<T> u = (Unsigned<T>)a, field;
    unsigned top;

    at &= 255;
    length &= 255;
    if (!length)
        return 0;
    top = at + length - 1 < w - 1 ? at + length - 1 : w - 1;
    field = at < w ? (Unsigned<T>)(u >> at) : 0;
    if (length < w)
        field &= ((Unsigned<T>)1 << length) - 1;
    if (std::is_signed<T>::value && (u >> top & 1)) {
        const unsigned n = at < w ? top - at + 1 : 0; /* bits that are there */

        if (n < w)
            field |= ~(Unsigned<T>)0 << n;
    }
    return (T)field;
}

/* b with `length` bits at `at` taken from a */
template <class T> static inline T bfi_(T a, T b, uint32_t at, uint32_t length)
{
    T mask;

    at &= 255;
    length &= 255;
    if (at >= WIDTH<T> || !length)
        return b;
    mask = length >= WIDTH<T> ? (T) ~(T)0 : (T)(((T)1 << length) - 1);
    mask = (T)(mask << at);
    return (b & ~mask) | ((T)(a << at) & mask);
}

/* any function of three bits: bit (4a + 2b + c) of the table */
static inline uint32_t lop3_(uint32_t a, uint32_t b, uint32_t c, unsigned table)
{
    uint32_t r = 0;

    for (int i = 0; i < 8; i++)
        if (table >> i & 1)
            r |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
    return r;
}

/* ---- atomics: one thread runs at a time, but the builtin tells ThreadSanitizer
 * ---------------------- */

template <class T> struct Bits {
    typedef T type;
};
template <> struct Bits<float> {
    typedef uint32_t type;
};
template <> struct Bits<double> {
    typedef uint64_t type;
};

template <class T, class F> static inline T atom_(void *p, F f)
{
    typedef typename Bits<T>::type I;
    I old, next;
    T v;

    check_aligned(p, sizeof(T));
    old = __atomic_load_n((I *)p, __ATOMIC_RELAXED);
    do {
        v = rd<T>(old);
        next = rd<I>(f(v));
    } while (
        !__atomic_compare_exchange_n((I *)p, &old, next, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return v;
}
template <class T> static inline T atom_add(void *p, T x)
{
    return atom_<T>(p, [=](T v) { return (T)(v + x); });
}
template <class T> static inline T atom_min(void *p, T x)
{
    return atom_<T>(p, [=](T v) { return v < x ? v : x; });
}
template <class T> static inline T atom_max(void *p, T x)
{
    return atom_<T>(p, [=](T v) { return v > x ? v : x; });
}
template <class T> static inline T atom_and(void *p, T x)
{
    return atom_<T>(p, [=](T v) { return (T)(v & x); });
}
template <class T> static inline T atom_or(void *p, T x)
{
    return atom_<T>(p, [=](T v) { return (T)(v | x); });
}
template <class T> static inline T atom_xor(void *p, T x)
{
    return atom_<T>(p, [=](T v) { return (T)(v ^ x); });
}
template <class T> static inline T atom_exch(void *p, T x)
{
    return atom_<T>(p, [=](T) { return x; });
}
template <class T> static inline T atom_cas(void *p, T c, T x)
{
    return atom_<T>(p, [=](T v) { return v == c ? x : v; });
}
template <class T> static inline T atom_inc(void *p, T x)
{
    return atom_<T>(p, [=](T v) { return v >= x ? (T)0 : (T)(v + 1); });
}
template <class T> static inline T atom_dec(void *p, T x)
{
    return atom_<T>(p, [=](T v) { return v == 0 || v > x ? x : (T)(v - 1); });
}

/* printf from a kernel: the format as it stands */
static inline void simt_vprintf(unsigned char *, unsigned char *format, unsigned char *)
{
    fputs(rd<const char *>(*(uint64_t *)format), stdout);
}

#endif
