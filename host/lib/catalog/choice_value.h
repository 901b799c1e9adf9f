/* choice_value.h - a choice once it is read: a row of a list and values for its parameters. */
#ifndef HOST_LIB_CATALOG_CHOICE_VALUE_H
#define HOST_LIB_CATALOG_CHOICE_VALUE_H

#include "initlab/tables.h"

enum { IL_CHOICE_TEXTS = 2 };
struct il_choice {
    const il_entry *entry;
    unsigned index;                  /* of the entry in its list */
    double value[IL_MAX_PARAMS];     /* a number, the index of a word, or both: il_word_of */
    char text[IL_CHOICE_TEXTS][256]; /* of parameters that take any text, in their order */
};

#endif
