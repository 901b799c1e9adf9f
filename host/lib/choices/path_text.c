/* path_text.c - where values end in a text, and paths, which go on to their own ending. */
#include "path_text.h"

#include <stdio.h>
#include <string.h>
#include "core/word.h"
#include "entry.h"

enum { NAME = 64 };

size_t il_choice_span(const char *text, const char *ends)
{
    size_t n = 0;

    while (text[n] && !strchr(ends, text[n]))
        n += text[n] == '\\' && text[n + 1] ? 2 : 1;
    return n;
}

static const char *const endings[] = { ".npy", ".safetensors" };

int il_path_ends(const char *path)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (il_ends_in(path, endings[i]))
            return 1;
    return 0;
}

size_t il_path_span(const char *text, const char *ends)
{
    for (size_t n = 0;; n++) {
        n += il_choice_span(text + n, ends);
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
            const size_t m = strlen(endings[i]);

            if (n >= m && memcmp(text + n - m, endings[i], m) == 0)
                return n;
        }
        if (!text[n])
            return 0;
    }
}

const char *il_path_in(const il_entry *e, const char *piece, int first, int goes_on)
{
    const size_t n = strcspn(piece, "=:");
    char name[NAME];

    if (!(e->traits & IL_READS_FILE))
        return NULL;
    if (piece[n] == '=' && n < sizeof name) {
        snprintf(name, sizeof name, "%.*s", (int)n, piece);
        if (il_entry_param(e, name) >= 0)
            return il_entry_param(e, name) == il_entry_param(e, "path") ? piece + n + 1 : NULL;
    }
    return first && (piece[n] != '=' || goes_on || il_path_span(piece, ":")) ? piece : NULL;
}
