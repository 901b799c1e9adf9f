/**
 * config.h - what one run is: every option that changes a number, by name, as text.
 *
 * The names are the long options of `initlab train` and the parameters of recipes and sweep files:
 * data-seed and data_seed are the same. One list, il_parameter_at, has them all.
 */
#ifndef INITLAB_CONFIG_H
#define INITLAB_CONFIG_H

#include <stddef.h>
#include "api.h"
#include "dataset.h"
#include "status.h"

IL_API_BEGIN

/** A parameter of a run. */
typedef struct il_parameter {
    const char *name;    /**< as in files: data_seed */
    const char *metavar; /**< as in help: N; "" for a flag, whose values are yes and no */
    const char *value;   /**< default, as text */
    const char *help;    /**< one line, no full stop */
    const char *group;   /**< heading in help: "Network", "Training", "Data" */
    int in_key;          /**< runs of one pack must share it */
} il_parameter;

/** The index-th parameter, NULL past the end. Static storage; thread-safe. */
const il_parameter *il_parameter_at(size_t index);

/** X(name): the parameters that say what a cost is. Costs of runs that differ in one cannot be compared. */
#define IL_COST_PARAMETERS(X)                                                                      \
    X(loss)                                                                                        \
    X(label_smoothing)

typedef struct il_config il_config;

/** A config with every parameter at its default. IL_E_MEMORY only. il_config_free frees it. */
il_status il_config_new(il_config **out, il_error *err);
il_status il_config_copy(il_config **out, const il_config *from, il_error *err);

/** Free; NULL is legal. */
void il_config_free(il_config *config);

/**
 * Set one parameter from text. IL_E_USAGE: no such parameter (the text names the nearest), or a
 * value that it cannot take (the text says which are valid); the config is then unchanged.
 */
il_status il_config_set(il_config *config, const char *name, const char *value, il_error *err);

/**
 * The text of a parameter in its normal form, valid until the next set; NULL: no such parameter.
 */
const char *il_config_get(const il_config *config, const char *name);

/**
 * A parameter's value in normal form as people read it: of layers in,64,64,64,out as in,64x3,out, which
 * il_config_set reads, too; of all others as it is. To be freed; NULL: out of memory.
 */
char *il_config_shown(const char *name, const char *value);

enum { IL_DIGITS_LEAST = 4 };

/** The same with its numbers that have a point in so many significant digits, 17 for all: lr=0.003162. */
char *il_config_shown_in(const char *name, const char *value, int digits);

/**
 * The least digits, IL_DIGITS_LEAST or more, in which those of n values that differ look different. The values are sorted here,
 * and each that is there again is lost. 17 also where memory is out.
 */
int il_config_digits(const char **value, size_t n);

/** How many widths `layers` has: one more than layers of weights. */
size_t il_config_widths(const il_config *config);

/** One of them, the first being 0; 0 where `in` or `out` leaves it to a dataset. */
size_t il_config_width(const il_config *config, size_t index);

/**
 * Set parameters from a recipe, a YAML file: `description: text`, `parameters:` with NAME: VALUE or
 * NAME: {value: VALUE}. IL_E_DATA names file, line and column; the config is then unchanged.
 */
il_status il_config_load(il_config *config, const char *path, il_error *err);

/** The description in a recipe's file, at most size - 1 bytes of it. */
il_status il_config_describe(const char *path, char *text, size_t size, il_error *err);

/**
 * The index-th file of weights that `init` names, in *path (the config's), and the SHA-256 of its content as
 * it is now, as hexadecimal digits; *path is NULL past the end. IL_E_DATA: it cannot be opened; IL_E_IO, IL_E_MEMORY.
 */
il_status il_config_file_sum(const il_config *config, size_t index, const char **path, char sum[65],
                             il_error *err);

/** Does `init` name a scheme that looks at training data (lsuv, kraehenbuehl, autoinit)? */
int il_config_needs_data(const il_config *config);

/**
 * Check the whole config against a dataset: layers fit it, batch is not larger than the split, ...
 */
il_status il_config_check(const il_config *config, const il_dataset *set, il_error *err);

IL_API_END
#endif
