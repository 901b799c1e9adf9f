/* hash.h - FNV-1a, for tables of hashes: fast on short texts; nothing that is kept depends on it. */
#ifndef HOST_LIB_CORE_HASH_H
#define HOST_LIB_CORE_HASH_H

#include <stdint.h>

#define IL_HASH_START UINT64_C(14695981039346656037)

/* The hash that h becomes when a text is added to it, its final 0 included: "a", "bc" is not "ab", "c". */
static inline uint64_t il_hash_text(uint64_t h, const char *text)
{
    do
        h = (h ^ (uint8_t)*text) * UINT64_C(1099511628211);
    while (*text++);
    return h;
}

#endif
