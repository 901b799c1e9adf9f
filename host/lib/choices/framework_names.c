/* framework_names.c - schemes as frameworks spell them. */
#include "framework_names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "core/word.h"
#include "initlab/schemes.h"

static const struct il_framework_name names[] = {
#define NAME(name, ours, parameters) { name, ours, parameters },
#include "framework_names.def"
};
enum { NAMES = sizeof names / sizeof *names };

static const char *const prefixes[][2] = {
#define PREFIX(longer, here) { longer, here },
#include "framework_names.def"
};

static const char *const words[][3] = {
#define WORD(of, word, ours) { of, word, ours },
#include "framework_names.def"
};

const char *il_scheme_alias(size_t index, const char **ours)
{
    if (index >= NAMES)
        return NULL;
    *ours = names[index].ours;
    return names[index].name;
}

void il_framework_name_plain(const char *name, size_t n, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const size_t m = strlen(prefixes[i][0]);

        if (n >= m && memcmp(name, prefixes[i][0], m) == 0) {
            snprintf(out, size, "%s%.*s", prefixes[i][1], (int)(n - m), name + m);
            return;
        }
    }
    snprintf(out, size, "%.*s", (int)n, name);
}

/* Has it capitals, or a last underscore? */
static int only_of_frameworks(const char *name)
{
    const size_t n = strlen(name);

    for (size_t i = 0; i < n; i++)
        if (isupper((unsigned char)name[i]))
            return 1;
    return n > 0 && name[n - 1] == '_';
}

/* the row of a name without its framework, spelled exactly so */
static const struct il_framework_name *find_bare(const char *name,
                                                 const struct il_framework_name *differ[2])
{
    const struct il_framework_name *found = NULL;

    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(strrchr(names[i].name, '.') + 1, name) != 0)
            continue;
        if (found && strcmp(found->ours, names[i].ours) != 0) {
            differ[0] = found;
            differ[1] = &names[i];
            return NULL;
        }
        found = found ? found : &names[i];
    }
    return found;
}

const struct il_framework_name *il_framework_name_find(const char *name, size_t n,
                                                       const struct il_framework_name *differ[2])
{
    char plain[128];

    differ[0] = differ[1] = NULL;
    if (n >= sizeof plain / 2)
        return NULL;
    il_framework_name_plain(name, n, plain, sizeof plain);
    if (!strchr(plain, '.'))
        return only_of_frameworks(plain) ? find_bare(plain, differ) : NULL;
    for (size_t i = 0; i < NAMES; i++)
        if (il_same_word(plain, strlen(plain), names[i].name, strlen(names[i].name)))
            return &names[i];
    return NULL;
}

void il_framework_name_value(const struct il_framework_name *row, const char *piece, int *next,
                             char *out, size_t size)
{
    const char *const equals = strchr(piece, '='), *word = row->parameters;

    for (int k = 0; *word; k++) {
        const size_t all = strcspn(word, " "), key = strcspn(word, "= ");
        const char *const ours = key < all ? word + key + 1 : word;
        const int length = (int)(word + all - ours);

        if (equals ? il_same_word(piece, (size_t)(equals - piece), word, key) : k == *next) {
            snprintf(out, size, "%.*s%s%s", length, ours,
                     memchr(ours, '=', (size_t)length) ? "" : "=", equals ? equals + 1 : piece);
            *next = k + 1;
            return;
        }
        word += all + (word[all] == ' ');
    }
    snprintf(out, size, "%s", piece);
}

const char *il_framework_word(const struct il_framework_name *row, const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *const of = words[i][0];

        if (il_same_word(word, strlen(word), words[i][1], strlen(words[i][1])) &&
            (!*of || (row && strncmp(row->name, of, strlen(of)) == 0)))
            return words[i][2];
    }
    return NULL;
}
