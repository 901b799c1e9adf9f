/* journal_line.h - how a line of a journal begins: 8 digits of its sum, a space, its mark. Internal. */
#ifndef HOST_LIB_FOLDER_JOURNAL_LINE_H
#define HOST_LIB_FOLDER_JOURNAL_LINE_H

#include <inttypes.h>
#include <stdio.h>
#include "core/crc32c.h"

enum { IL_LINE_HEAD = 10 };

/* the sum of a line (n bytes, without its end) behind one of the sum `before` (0: none), and as it is written */
static inline uint32_t il_line_sum(uint32_t before, const char *line, size_t n, char digits[9])
{
    const uint32_t sum = il_crc32c(before, line + IL_LINE_HEAD - 1, n - IL_LINE_HEAD + 1);

    snprintf(digits, 9, "%08" PRIx32, sum);
    return sum;
}

#endif
