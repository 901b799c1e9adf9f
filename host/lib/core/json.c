/*
 * json.c - jansson (2.14) takes no heed of a failed allocation in the middle of a text: a token that is read, or a text
 * that is written, loses what did not fit, and a string's missing end is looked for in what lies behind it. So reading
 * begins with a token as long as any that follows, which makes room for all, and writing is into room that is there. The
 * program ends before jansson sees a failed allocation (host/cli/common/messages.h); a library cannot choose that.
 */
#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/output.h"
#include "number.h"

/* What jansson is given: ["000...", text]. */
struct source {
    const char *part[5]; /* the second is one digit, again and again */
    size_t n[5];
};

static size_t next(void *to, size_t room, void *arg)
{
    struct source *const s = arg;

    for (int i = 0; i < 5; i++)
        if (s->n[i] > 0) {
            const size_t n = s->n[i] < room ? s->n[i] : room;

            if (i == 1)
                memset(to, '0', n);
            else
                memcpy(to, s->part[i], n);
            s->part[i] += i == 1 ? 0 : n;
            s->n[i] -= n;
            return n;
        }
    return 0;
}

/* bytes of the longest token, at least: a string with its quotes, or what stands between , : [ ] { } and blanks */
static size_t longest(const char *text, size_t n)
{
    size_t most = 0, length = 0;
    int quoted = 0;

    for (size_t i = 0; i < n; i++) {
        const int ends = !quoted && strchr(",:[]{} \t\r\n", text[i]) != NULL;

        length = ends ? 0 : length + 1;
        most = length > most ? length : most;
        if (quoted && text[i] == '\\' && i + 1 < n)
            i++, length++;
        else if (text[i] == '"')
            quoted = !quoted;
    }
    return most;
}

json_t *il_json(const char *text, size_t n, size_t flags, json_error_t *why, il_status *st)
{
    struct source s = { { "[\"", "0", "\",", text, "]" }, { 2, longest(text, n) + 2, 2, n, 1 } };
    json_t *both, *value = NULL;

    errno = 0;
    both = json_load_callback(next, &s, flags, why);
    *st = errno == ENOMEM ? IL_E_MEMORY : IL_E_DATA;
    if (*st == IL_E_DATA && both) {
        value = json_array_size(both) == 2 ? json_incref(json_array_get(both, 1)) : NULL;
        *st = value ? IL_OK : IL_E_DATA;
        if (!value)
            snprintf(why->text, sizeof why->text, "more than one value");
    }
    json_decref(both);
    return value;
}

char *il_json_text(const json_t *value, size_t flags)
{
    const size_t n = value ? json_dumpb(value, NULL, 0, flags) : 0;
    char *const text = n > 0 ? malloc(n + 1) : NULL;

    if (!text || json_dumpb(value, text, n, flags) != n) {
        free(text);
        return NULL;
    }
    text[n] = 0;
    il_json_shorten(text);
    return text;
}

/* jansson's number of n bytes, shorter where it can be; what is whole, and so has no fraction, stays */
static size_t put_number(char *to, const char *from, size_t n)
{
    char number[64], shorter[IL_NUMBER_TEXT + 2];
    double x;

    if (strcspn(from, ".eE") < n && n < sizeof number) {
        memcpy(number, from, n);
        number[n] = 0;
        if (il_read_real(number, &x)) {
            il_write_real(x, shorter);
            if (!strpbrk(shorter, ".e"))
                strcat(shorter, ".0"); /* a real stays one */
            if (strlen(shorter) < n) {
                from = shorter;
                n = strlen(shorter);
            }
        }
    }
    memmove(to, from, n);
    return n;
}

void il_json_shorten(char *text)
{
    const char *from = text;
    char *to = text;
    int quoted = 0;

    while (*from) {
        const size_t digits = quoted ? 0 : strspn(from, "+-.0123456789eE");

        if (digits > 0 && strchr("-0123456789", *from)) {
            to += put_number(to, from, digits);
            from += digits;
            continue;
        }
        if (quoted && *from == '\\' && from[1])
            *to++ = *from++;
        else if (*from == '"')
            quoted = !quoted;
        *to++ = *from++;
    }
    *to = 0;
}
