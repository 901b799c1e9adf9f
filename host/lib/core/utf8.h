/* utf8.h - text in UTF-8. il_utf8 (initlab/status.h), which mends one, is here, too. */
#ifndef HOST_LIB_CORE_UTF8_H
#define HOST_LIB_CORE_UTF8_H

#include <stddef.h>

/* Bytes of the character that text begins with; 0: it begins with a byte that is no part of UTF-8. */
size_t il_utf8_character(const char *text);

#endif
