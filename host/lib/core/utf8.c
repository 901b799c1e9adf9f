/* utf8.c - well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF. */
#include "utf8.h"

#include <stdint.h>
#include "initlab/status.h"

size_t il_utf8_character(const char *text)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least; /* that needs so many bytes */
    } form[] = {
        { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
    };
    const unsigned char *const p = (const unsigned char *)text;

    for (size_t n = 0; n < sizeof form / sizeof *form; n++) {
        uint32_t code = (uint32_t)(*p & ~form[n].mask);
        size_t i = 0;

        if ((*p & form[n].mask) != form[n].lead)
            continue;
        while (i < n && (p[i + 1] & 0xc0) == 0x80)
            code = code << 6 | (p[++i] & 0x3f);
        return i == n && code >= form[n].least && code < 0x110000 && code >> 11 != 0x1b ? n + 1 : 0;
    }
    return 0;
}

size_t il_utf8(char *text)
{
    size_t bad = 0;

    while (*text) {
        const size_t n = il_utf8_character(text);

        if (n == 0) {
            *text = '?';
            bad++;
        }
        text += n ? n : 1;
    }
    return bad;
}
