/* crc32c.h - CRC-32C (Castagnoli, RFC 3720 B.4), of bytes that arrive in pieces. */
#ifndef HOST_LIB_CORE_CRC32C_H
#define HOST_LIB_CORE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The sum over more bytes; crc is 0 at first, then what the call before returned. */
uint32_t il_crc32c(uint32_t crc, const void *bytes, size_t n);

#endif
