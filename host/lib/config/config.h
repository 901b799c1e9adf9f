/*
 * config.h - the values of a config as they were read, beside the text that initlab/config.h gives:
 * what works with a config takes these and reads no text again.
 */
#ifndef HOST_LIB_CONFIG_CONFIG_H
#define HOST_LIB_CONFIG_CONFIG_H

#include <stdint.h>
#include "initlab/config.h"
#include "choices/choice.h"
#include "choices/init_text.h"
#include "layers_text.h"

/* IL_PARAMETER_LR and so on, in the order of il_parameter_at */
enum il_parameter_id {
#define X(id, ...) IL_PARAMETER_##id,
#include "parameters.def"
#undef X
    IL_PARAMETERS
};

/* By the parameter's kind in parameters.def. */
union il_parameter_value {
    uint64_t whole;
    double real;
    int flag;
    int math; /* enum il_math */
    struct il_choice choice;
    struct il_layers layers;
    struct il_init init;
};

/* A parameter's value, the config's and valid until the next set. Copies of a config share values. */
const union il_parameter_value *il_config_value(const il_config *config, enum il_parameter_id id);

/* The scheme of tensors that no item of `init` names: its default's. Valid as long as the config. */
const struct il_choice *il_config_usual_scheme(const il_config *config);

/* The index-th path that schemes of its `init` read, NULL past the end; valid as long as the value. */
const char *il_config_file(const il_config *config, size_t index);

/* Is a parameter a number, and which? */
enum { IL_NO_NUMBER, IL_REAL_NUMBER, IL_WHOLE_NUMBER };
int il_parameter_number(const char *name);

#endif
