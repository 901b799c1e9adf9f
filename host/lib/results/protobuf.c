/* protobuf.c - a field is a varint of its number and kind (0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes). */
#include "protobuf.h"

#include <stdlib.h>
#include <string.h>

void il_proto_free(struct il_proto *m)
{
    free(m->bytes);
    *m = (struct il_proto){ 0 };
}

void il_proto_clear(struct il_proto *m) { m->n = 0; }

static void put(struct il_proto *m, const void *from, size_t n)
{
    if (n > m->room - m->n) {
        const size_t room =
            2 * (m->n + n) + 64; /* of texts in memory: far from the end of size_t */
        uint8_t *const more = realloc(m->bytes, room);

        if (!more) {
            m->failed = 1;
            return;
        }
        m->bytes = more;
        m->room = room;
    }
    if (n)
        memcpy(m->bytes + m->n, from, n);
    m->n += n;
}

static void put_varint(struct il_proto *m, uint64_t x)
{
    uint8_t byte;

    for (; x > 127; x >>= 7) {
        byte = (uint8_t)(x | 128);
        put(m, &byte, 1);
    }
    byte = (uint8_t)x;
    put(m, &byte, 1);
}

void il_proto_whole(struct il_proto *m, unsigned field, uint64_t x)
{
    put_varint(m, field << 3);
    put_varint(m, x);
}

void il_proto_double(struct il_proto *m, unsigned field, double x)
{
    put_varint(m, field << 3 | 1);
    put(m, &x, sizeof x);
}

void il_proto_float(struct il_proto *m, unsigned field, float x)
{
    put_varint(m, field << 3 | 5);
    put(m, &x, sizeof x);
}

static void put_bytes(struct il_proto *m, unsigned field, const void *bytes, size_t n)
{
    put_varint(m, field << 3 | 2);
    put_varint(m, n);
    put(m, bytes, n);
}

void il_proto_text(struct il_proto *m, unsigned field, const char *text)
{
    put_bytes(m, field, text, strlen(text));
}

void il_proto_message(struct il_proto *m, unsigned field, struct il_proto *inner)
{
    put_bytes(m, field, inner->bytes, inner->n);
    m->failed |= inner->failed;
    il_proto_clear(inner);
}
