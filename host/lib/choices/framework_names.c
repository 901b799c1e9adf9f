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

static const char *const refused[][2] = {
#define REFUSED(name, why) { name, why },
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

/* tf1.zeros_initializer is tf1.zeros, and Flax's zeros_init is JAX's zeros */
static void cut_initializer(char *name)
{
    static const char *const endings[][2] = { { "tf", "_initializer" }, { "jax.", "_init" } };

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t n = strlen(name), m = strlen(endings[i][1]);

        if (n > m && strncmp(name, endings[i][0], strlen(endings[i][0])) == 0 &&
            strcmp(name + n - m, endings[i][1]) == 0)
            name[n - m] = 0;
    }
}

void il_framework_name_plain(const char *name, size_t n, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const size_t m = strlen(prefixes[i][0]);

        if (n >= m && memcmp(name, prefixes[i][0], m) == 0) {
            snprintf(out, size, "%s%.*s", prefixes[i][1], (int)(n - m), name + m);
            cut_initializer(out);
            return;
        }
    }
    snprintf(out, size, "%.*s", (int)n, name);
    cut_initializer(out);
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

const char *il_framework_name_refused(const char *plain)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const char *const name = refused[i][0], *const bare = strrchr(name, '.') + 1;

        if (il_same_word(plain, strlen(plain), name, strlen(name)) ||
            (only_of_frameworks(plain) && strcmp(plain, bare) == 0))
            return refused[i][1];
    }
    return NULL;
}

/* Do two rows read a word as another? */
static int words_differ(const struct il_framework_name *a, const struct il_framework_name *b)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *const of = words[i][0];

        if (!strncmp(a->name, of, strlen(of)) != !strncmp(b->name, of, strlen(of)))
            return 1;
    }
    return 0;
}

/* the row of a name without its framework, spelled exactly so */
static const struct il_framework_name *find_bare(const char *name,
                                                 const struct il_framework_name *differ[2])
{
    const struct il_framework_name *found = NULL;

    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(strrchr(names[i].name, '.') + 1, name) != 0)
            continue;
        if (found && (strcmp(found->ours, names[i].ours) != 0 || words_differ(found, &names[i]))) {
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
