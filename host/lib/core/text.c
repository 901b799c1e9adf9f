/* text.c - text that is gathered in memory by a stream, which forgets no failure. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/output.h"
#include "error.h"

static ssize_t take(void *cookie, const char *bytes, size_t n)
{
    il_text *const t = cookie;

    if (t->failed || n > SIZE_MAX / 4 - t->length) {
        t->failed = 1;
        return 0;
    }
    if (t->length + n + 1 > t->room) {
        const size_t room = 2 * (t->length + n + 1);
        char *const more = realloc(t->bytes, room);

        if (!more) {
            t->failed = 1;
            return 0;
        }
        t->bytes = more;
        t->room = room;
    }
    memcpy(t->bytes + t->length, bytes, n);
    t->length += n;
    t->bytes[t->length] = 0;
    return (ssize_t)n;
}

il_status il_text_open(il_text *t, il_error *err)
{
    *t = (il_text){ .bytes = NULL };
    t->stream = fopencookie(t, "w", (cookie_io_functions_t){ .write = take });
    return t->stream ? IL_OK : il_fail(err, IL_E_MEMORY, "out of memory");
}

il_status il_text_close(il_text *t, il_error *err)
{
    const int bad = fclose(t->stream) != 0 || t->failed;

    t->stream = NULL;
    if (!bad && !t->bytes) /* nothing was written: an empty text */
        t->bytes = calloc(1, 1);
    if (!bad && t->bytes)
        return IL_OK;
    free(t->bytes);
    t->bytes = NULL;
    t->length = 0;
    return il_fail(err, IL_E_MEMORY, "out of memory");
}
