/* sha256.c - SHA-256, in plain C and with the SHA instructions of x86 (six times as fast). */
#include "sha256.h"

#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t ror(uint32_t x, unsigned n) { return x >> n | x << (32 - n); }

void il_sha256_blocks_plain(uint32_t h[8], const uint8_t *p, size_t n)
{
    for (; n > 0; n--, p += 64) {
        uint32_t w[64], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6],
                        i = h[7];

        for (unsigned t = 0; t < 16; t++)
            w[t] = (uint32_t)p[4 * t] << 24 | (uint32_t)p[4 * t + 1] << 16 |
                   (uint32_t)p[4 * t + 2] << 8 | p[4 * t + 3];
        for (unsigned t = 16; t < 64; t++) {
            const uint32_t x = w[t - 15], y = w[t - 2];

            w[t] = w[t - 16] + (ror(x, 7) ^ ror(x, 18) ^ x >> 3) + w[t - 7] +
                   (ror(y, 17) ^ ror(y, 19) ^ y >> 10);
        }
        for (unsigned t = 0; t < 64; t++) {
            const uint32_t t1 =
                i + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + (g ^ (e & (f ^ g))) + K[t] + w[t];
            const uint32_t t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & b) | (c & (a | b)));

            i = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += i;
    }
}

#if defined(__x86_64__)
/* The instructions keep the state as (a b e f) and (c d g h); w[] is a ring of 16 message words. */
__attribute__((target("sha,sse4.1"))) static void blocks_x86(uint32_t h[8], const uint8_t *p,
                                                             size_t n)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const void *)h), 0xb1);
    const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const void *)(h + 4)), 0x1b);
    __m128i abef = _mm_alignr_epi8(badc, hgfe, 8), cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);

    for (; n > 0; n--, p += 64) {
        const __m128i abef0 = abef, cdgh0 = cdgh;
        __m128i w[4];

        for (int i = 0; i < 4; i++)
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const void *)(p + 16 * i)), swap);
        for (int i = 0; i < 16; i++) { /* four rounds each */
            const __m128i wk = _mm_add_epi32(w[i % 4], _mm_loadu_si128((const void *)(K + 4 * i)));
            const __m128i last = w[(i + 3) % 4];

            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(wk, 0x0e));
            w[i % 4] = _mm_add_epi32(_mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]),
                                     _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
            w[i % 4] = _mm_sha256msg2_epu32(w[i % 4], last);
        }
        abef = _mm_add_epi32(abef, abef0);
        cdgh = _mm_add_epi32(cdgh, cdgh0);
    }
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);

    _mm_storeu_si128((void *)h, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((void *)(h + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static il_sha256_blocks_fn *best(void)
{
    unsigned a, b, c, d, b7 = 0, c1 = 0;

    if (__get_cpuid(1, &a, &b, &c1, &d))
        __get_cpuid_count(7, 0, &a, &b7, &c, &d);
    return b7 & 1u << 29 && c1 & 1u << 19 ? blocks_x86 : il_sha256_blocks_plain; /* SHA, SSE4.1 */
}
#else
static il_sha256_blocks_fn *best(void) { return il_sha256_blocks_plain; }
#endif

void il_sha256_start(struct il_sha256 *s)
{
    *s = (struct il_sha256){
        .h = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
               0x5be0cd19 },
    };
}

/* Asking the CPU takes as long as kilobytes of sum where it traps, as in a virtual machine. */
enum { ASK = 4096 };

static void add_blocks(struct il_sha256 *s, const uint8_t *p, size_t n)
{
    if (!s->blocks && s->bytes >= ASK)
        s->blocks = best();
    (s->blocks ? s->blocks : il_sha256_blocks_plain)(s->h, p, n);
}

void il_sha256_add(struct il_sha256 *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    const size_t have = s->bytes % 64;

    s->bytes += n;
    if (have > 0) {
        const size_t take = n < 64 - have ? n : 64 - have;

        memcpy(s->rest + have, p, take);
        if (have + take < 64)
            return;
        add_blocks(s, s->rest, 1);
        p += take, n -= take;
    }
    add_blocks(s, p, n / 64);
    if (n % 64 > 0)
        memcpy(s->rest, p + n / 64 * 64, n % 64);
}

void il_sha256_hex(const struct il_sha256 *sum, char hex[65])
{
    struct il_sha256 s = *sum;
    uint8_t tail[72] = { 0x80 }; /* a 1 bit, zeros up to 56 mod 64, the count of bits */
    const size_t pad = 64 - (s.bytes + 8) % 64;

    for (unsigned i = 0; i < 8; i++)
        tail[pad + i] = (uint8_t)(s.bytes * 8 >> (56 - 8 * i));
    il_sha256_add(&s, tail, pad + 8);
    for (unsigned i = 0; i < 64; i++)
        hex[i] = "0123456789abcdef"[s.h[i / 8] >> (28 - 4 * (i % 8)) & 15];
    hex[64] = '\0';
}
