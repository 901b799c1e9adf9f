/* error.c - status codes in words, from the one list, and errors in UTF-8. */
#include "error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

static const struct {
    il_status status;
    int code;
    const char *text;
} statuses[] = {
#define X(name, value, code, text) { name, code, text },
    IL_STATUS_MAP(X)
#undef X
};

enum { STATUSES = sizeof statuses / sizeof *statuses };

const char *il_status_text(il_status status)
{
    return (unsigned)status < STATUSES ? statuses[status].text : "unknown status";
}

int il_status_exit(il_status status)
{
    return (unsigned)status < STATUSES ? statuses[status].code : 70; /* EX_SOFTWARE */
}

/* bytes of the character that begins here; 0: none does */
static size_t character(const unsigned char *p)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least; /* that needs so many bytes */
    } form[] = {
        { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
    };

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
        const size_t n = character((const unsigned char *)text);

        if (n == 0) {
            *text = '?';
            bad++;
        }
        text += n ? n : 1;
    }
    return bad;
}

static void fill(il_error *err, il_status status, const char *parameter, const char *fmt,
                 va_list ap)
{
    err->status = status;
    snprintf(err->parameter, sizeof err->parameter, "%s", parameter);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    il_utf8(err->text); /* a path may be anything, and a long one is cut anywhere */
}

il_status il_fail(il_error *err, il_status status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (err)
        fill(err, status, "", fmt, ap);
    va_end(ap);
    return status;
}

il_status il_fail_parameter(il_error *err, il_status status, const char *parameter, const char *fmt,
                            ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (err)
        fill(err, status, parameter, fmt, ap);
    va_end(ap);
    return status;
}

il_status il_fail_of(il_error *err, il_status status, const char *parameter)
{
    if (err && status == IL_E_USAGE && !*err->parameter)
        snprintf(err->parameter, sizeof err->parameter, "%s", parameter);
    return status;
}
