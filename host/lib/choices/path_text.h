/* path_text.h - where values end in a text: at commas and colons, but paths are as they are written. */
#ifndef HOST_LIB_CHOICES_PATH_TEXT_H
#define HOST_LIB_CHOICES_PATH_TEXT_H

#include <stddef.h>
#include "initlab/tables.h"

/* Bytes of text up to one of `ends` that has no backslash before it: how commas and colons are kept. */
size_t il_choice_span(const char *text, const char *ends);

/* Bytes of a path from here on, to the .npy or .safetensors that one of `ends` or nothing follows; 0: none. */
size_t il_path_span(const char *text, const char *ends);

/* Does a path end so, with a name before it? Its normal form could not be told from what follows, else. */
int il_path_ends(const char *path);

/*
 * Where the path begins in a piece of a scheme that reads a file, NULL: it has none. The first piece may be one
 * without a name: X=... if it ends as a path does, or is known to go on as one.
 */
const char *il_path_in(const il_entry *entry, const char *piece, int first, int goes_on);

#endif
