/* choice_value.h - a choice once it is read: a row of a list and values for its parameters. */
#ifndef HOST_LIB_CATALOG_CHOICE_VALUE_H
#define HOST_LIB_CATALOG_CHOICE_VALUE_H

#include "initlab/tables.h"

enum { IL_CHOICE_TEXTS = 2, IL_CHOICE_TEXT_SIZE = 1024 };
struct il_choice {
    const il_entry *entry;
    unsigned index; /* of the entry in its list */
    il_param_value value[IL_MAX_PARAMS];
    char text[IL_CHOICE_TEXTS]
             [IL_CHOICE_TEXT_SIZE]; /* of parameters that take any text, in their order */
};

#endif
