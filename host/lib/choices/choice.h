/*
 * choice.h - a row of a list with values for its parameters, read from text:
 * NAME:VALUE:PARAM=VALUE... A backslash keeps the comma, colon or backslash after it in a text. The path
 * of a scheme that reads a file needs none: it goes on to its .npy or .safetensors.
 */
#ifndef HOST_LIB_CHOICES_CHOICE_H
#define HOST_LIB_CHOICES_CHOICE_H

#include "catalog/choice_value.h"
#include "core/error.h"

enum { IL_CHOICE_TEXT = 4352 }; /* enough for the normal form of any choice */

/*
 * Read one choice. IL_E_USAGE names what is wrong and the nearest valid names: unknown name or
 * parameter, a value out of range, given twice, missing, or not a number. *out is then unchanged.
 */
il_status il_choice_parse(struct il_choice *out, il_list list, const char *text, il_error *err);

/* The normal form: the row's own name, then parameters that differ from their defaults, by name. */
void il_choice_text(const struct il_choice *choice, char text[IL_CHOICE_TEXT]);

/* A parameter's value by its name, which must be one of the entry's. */
il_param_value il_choice_value(const struct il_choice *choice, const char *param);

/* The same of one that takes any text; "" where none was given. */
const char *il_choice_word(const struct il_choice *choice, const char *param);

/* Does a choice, in front of a comma, end within a path that `rest` goes on with? */
int il_choice_path_goes_on(il_list list, const char *choice, const char *rest);

/* Has the choice that a text begins with a parameter of this name, of ours or its framework's? */
int il_choice_has_param(il_list list, const char *choice, const char *name);

#endif
