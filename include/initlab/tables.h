/**
 * tables.h - lists of what exists: activations, losses, schedules, optimisers, schemes. The code
 * that computes uses the same rows.
 *
 * A choice is spelled NAME or NAME:VALUE:PARAM=VALUE..., for example `leaky_relu:0.2`,
 * `momentum:mu=0.9:form=torch`. Values without a name fill the parameters in the order of the row.
 */
#ifndef INITLAB_TABLES_H
#define INITLAB_TABLES_H

#include <stddef.h>
#include "api.h"

IL_API_BEGIN

enum { IL_MAX_PARAMS = 6 };

/** What a parameter takes. */
typedef enum il_param_kind {
    IL_PARAM_NUMBER,         /**< a number in [min, max] */
    IL_PARAM_WORD,           /**< one of the words */
    IL_PARAM_NUMBER_OR_WORD, /**< either */
    IL_PARAM_TEXT            /**< any text */
} il_param_kind;

/** A value of a parameter. Of a text there is no more than the kind here. */
typedef struct il_param_value {
    il_param_kind kind; /**< a number, a word or a text */
    unsigned word;      /**< which of the parameter's words, from 0 */
    double number;
} il_param_value;

typedef struct il_param {
    const char *name; /**< NULL ends a row's parameters */
    il_param_kind kind;
    int required;         /**< it must be given, and has no default */
    il_param_value value; /**< default */
    double min, max;
    const char *words; /**< "a|b|c"; NULL: none */
    const char *help;
} il_param;

/** What a scheme asks for besides a layer's place, or does besides drawing; bits of il_entry.traits. */
enum il_trait {
    IL_LOOKS_AT_DATA = 1,  /**< at training samples: il_fill cannot draw it */
    IL_FOLLOWS_SIGNAL = 2, /**< at the mean square of what comes into a layer */
    IL_READS_FILE = 4,     /**< the tensor is in a file */
    IL_SCALES_RATES = 8    /**< layers have learning rates of their own */
};

typedef struct il_entry {
    const char *name;
    const char *aliases; /**< separated by spaces; "" if none */
    const char *formula;
    const char *source; /**< citation; "" for common knowledge */
    il_param param[IL_MAX_PARAMS];
    unsigned traits; /**< of a scheme: enum il_trait; 0 in other lists */
} il_entry;

typedef enum il_list {
    IL_ACTIVATIONS,
    IL_LOSSES,
    IL_SCHEDULES,
    IL_OPTIMIZERS,
    IL_DECAYS,
    IL_SCHEMES,
    IL_LISTS
} il_list;

/** The index-th row of a list, NULL past the end. Static storage; thread-safe. */
const il_entry *il_list_at(il_list list, size_t index);

/**
 * The row that a choice is of: by its name, an alias or, for schemes, a framework's name; what comes
 * after a ':' is not looked at. NULL: none. Thread-safe.
 */
const il_entry *il_list_find(il_list list, const char *choice);

/** The list's name in the plural: "activations", ... NULL for a number that is none. */
const char *il_list_name(il_list list);

/**
 * The candidate that a mistyped word most likely meant, by edit distance, or NULL if none is near.
 * Candidates end in NULL. Thread-safe.
 */
const char *il_nearest(const char *word, const char *const *candidates);

IL_API_END
#endif
