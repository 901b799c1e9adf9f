/* word.c - names as people type them. */
#include "word.h"

#include <ctype.h>
#include <string.h>
#include "initlab/tables.h"

enum { LONGEST = 64 };

int il_same_word(const char *a, size_t n, const char *b, size_t m)
{
    size_t i = 0, j = 0;

    for (;; i++, j++) {
        while (i < n && (a[i] == '-' || a[i] == '_'))
            i++;
        while (j < m && (b[j] == '-' || b[j] == '_'))
            j++;
        if (i == n || j == m)
            return i == n && j == m;
        if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[j]))
            return 0;
    }
}

int il_word_index(const char *words, const char *word)
{
    for (int i = 0; *words; i++) {
        const size_t n = strcspn(words, "|");

        if (il_same_word(word, strlen(word), words, n))
            return i;
        words += n + (words[n] == '|');
    }
    return -1;
}

/*
 * edits (insert, delete, change, swap) between two words; words longer than LONGEST are far from all
 */
static unsigned distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    unsigned row[3][LONGEST + 1];

    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *const now = row[i % 3], *const up = row[(i + 2) % 3],
                        *const up2 = row[(i + 1) % 3];

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned best = up[j - 1] + (a[i - 1] != b[j - 1]);

            best = up[j] + 1 < best ? up[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = up2[j - 2] + 1 < best ? up2[j - 2] + 1 : best;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *il_nearest(const char *word, const char *const *candidates)
{
    unsigned best = (unsigned)strlen(word) / 3 + 2; /* further away is no slip of the finger */
    const char *found = NULL;

    for (; *candidates; candidates++) {
        const unsigned d = distance(word, *candidates);

        if (d < best) {
            best = d;
            found = *candidates;
        }
    }
    return found;
}

int il_ends_in(const char *path, const char *ending)
{
    const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
    const size_t n = strlen(name), m = strlen(ending);

    return n > m && strcmp(name + n - m, ending) == 0;
}

void il_underscores(char *name)
{
    for (; *name; name++)
        if (*name == '-')
            *name = '_';
}
