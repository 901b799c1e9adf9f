/* nonzero_lists.c - images as lists of their bytes that are not 0: see struct il_lists in shared.h. */
#include "nonzero_lists.h"

#include <string.h>
#include "shared.h"

/* the columns, then the bytes, two to a unit */
static size_t units_of(size_t entries) { return entries + (entries + 1) / 2; }

void il_nonzero_lists_measure(struct il_nonzero_sizes *out, const uint8_t *images, size_t n,
                              size_t pixels)
{
    *out = (struct il_nonzero_sizes){ 0 };
    for (size_t i = 0; i < n; i++, images += pixels) {
        size_t entries = 0;

        for (size_t j = 0; j < pixels; j++)
            entries += images[j] != 0;
        out->entries += entries;
        out->most = out->most > entries ? out->most : entries;
        out->units += units_of(entries);
    }
}

int il_nonzero_lists_possible(const struct il_nonzero_sizes *s, size_t pixels)
{
    return pixels <= UINT16_MAX && s->units <= UINT32_MAX;
}

/* Columns of the bytes from `from` to `to` that are not 0; returns how many. Most words are 0. */
static size_t nonzero_columns(const uint8_t *image, size_t from, size_t to, uint16_t *out)
{
    uint16_t *at = out;

    for (size_t j = from; j < to;) {
        uint64_t word = 1;

        if (to - j >= sizeof word)
            memcpy(&word, image + j, sizeof word);
        if (word == 0) {
            j += sizeof word;
            continue;
        }
        for (size_t end = to - j < sizeof word ? to : j + sizeof word; j < end; j++)
            *at = (uint16_t)j,
            at += image[j] != 0; /* no branch; what is too much is written over */
    }
    return (size_t)(at - out);
}

void il_nonzero_lists_make(const uint8_t *images, size_t n, size_t pixels, uint32_t *at,
                           uint16_t *part, uint16_t *data)
{
    size_t unit = 0;

    for (size_t i = 0; i < n; i++, images += pixels, part += IL_PARTS) {
        uint16_t *const list = data + unit;
        size_t all = 0, from = 0;
        uint8_t *bytes;

        for (unsigned p = 0; p < IL_PARTS; p++) {
            const size_t to = il_part_end(p, (unsigned)pixels);

            all += nonzero_columns(images, from, to, list + all);
            part[p] = (uint16_t)all;
            from = to;
        }
        bytes = (uint8_t *)(list + all);
        for (size_t k = 0; k < all; k++)
            bytes[k] = images[list[k]];
        if (all % 2)
            bytes[all] = 0;
        at[i] = (uint32_t)unit;
        unit += units_of(all);
    }
    memset(data + unit, 0, IL_LIST_SLACK * sizeof *data);
}
