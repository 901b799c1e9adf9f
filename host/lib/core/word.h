/* word.h - names as people type them: spelled alike, found in a list, nearly right (il_nearest). */
#ifndef HOST_LIB_CORE_WORD_H
#define HOST_LIB_CORE_WORD_H

#include <stddef.h>

/* Are n bytes of a and m of b the same name? Dashes, underscores and capitals do not count. */
int il_same_word(const char *a, size_t n, const char *b, size_t m);

/* The place of a word in "a|b|c", -1: it is none of them. */
int il_word_index(const char *words, const char *word);

/* Does a file's name end in this, behind something else? */
int il_ends_in(const char *path, const char *ending);

/* data-seed and data_seed are the same name. */
void il_underscores(char *name);

#endif
