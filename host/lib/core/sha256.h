/* sha256.h - SHA-256 (FIPS 180-4) of bytes that arrive in pieces. */
#ifndef HOST_LIB_CORE_SHA256_H
#define HOST_LIB_CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* Mix n blocks of 64 bytes into the state h. */
typedef void il_sha256_blocks_fn(uint32_t h[8], const uint8_t *block, size_t n);

struct il_sha256 {
    il_sha256_blocks_fn
        *blocks; /* the CPU's own instructions where it has them; NULL: not asked yet */
    uint32_t h[8];
    uint64_t bytes;   /* so far */
    uint8_t rest[64]; /* the last bytes % 64 of them */
};

void il_sha256_start(struct il_sha256 *s);
void il_sha256_add(struct il_sha256 *s, const void *bytes, size_t n);

/* The sum as lower-case digits. s is not changed: more may be added. */
void il_sha256_hex(const struct il_sha256 *s, char hex[65]);

/* The blocks function in plain C: for short sums, and where there is no better one. */
il_sha256_blocks_fn il_sha256_blocks_plain;

#endif
