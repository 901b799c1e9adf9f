/* entry.c - rows of lists by their names, and their parameters by theirs. */
#include "entry.h"

#include <string.h>
#include "catalog/catalog.h"
#include "core/word.h"

/* Is name the row's, or one of its aliases? */
static int named(const il_entry *e, const char *name, size_t n)
{
    const char *p = e->aliases;

    if (il_same_word(name, n, e->name, strlen(e->name)))
        return 1;
    while (*p) {
        const size_t m = strcspn(p, " ");

        if (il_same_word(name, n, p, m))
            return 1;
        p += m + (p[m] == ' ');
    }
    return 0;
}

const il_entry *il_entry_named(il_list list, const char *name, size_t n)
{
    const il_entry *e;

    for (size_t i = 0; (e = il_list_at(list, i)) != NULL; i++)
        if (named(e, name, n))
            return e;
    return NULL;
}

int il_entry_param(const il_entry *e, const char *name)
{
    for (int i = 0; i < IL_MAX_PARAMS && e->param[i].name; i++)
        if (il_same_word(name, strlen(name), e->param[i].name, strlen(e->param[i].name)))
            return i;
    return -1;
}
