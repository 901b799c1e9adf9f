/*
 * yaml.h - YAML files as a stream of events, within bounds of size; anchors, aliases and tags
 * are refused, so a file is what it looks like. Errors are IL_E_DATA with file, line and column, in
 * words and as fields.
 */
#ifndef HOST_LIB_CORE_YAML_H
#define HOST_LIB_CORE_YAML_H

#include <stddef.h>
#include <yaml.h>
#include "error.h"

struct il_yaml {
    const char *path;
    char *bytes;      /* the whole file, if it was opened by its path */
    const char *text; /* [size]: the same, or the caller's */
    size_t size;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    int have_event, have_parser;
    il_error *err;
};

/* Read the file, up to the first event of its document. il_yaml_close is legal after a failure. */
il_status il_yaml_open(struct il_yaml *y, const char *path, il_error *err);
void il_yaml_close(struct il_yaml *y);

/*
 * The same from text [n], which must outlive it; path is what messages call it, NULL: they have no place
 * in words.
 */
il_status il_yaml_open_text(struct il_yaml *y, const char *path, const char *text, size_t n,
                            il_error *err);

/* A whole file, within the bounds of size; free frees *text. */
il_status il_yaml_slurp(const char *path, char **text, size_t *n, il_error *err);

il_status il_yaml_next(struct il_yaml *y);

/* The next event must be of this type; `what` says what was expected. */
il_status il_yaml_expect(struct il_yaml *y, yaml_event_type_t type, const char *what);

/* Copy the scalar that is the current event, at most size - 1 bytes. */
il_status il_yaml_scalar(struct il_yaml *y, char *to, size_t size, const char *what);

/* The same of any length, which the caller frees. */
il_status il_yaml_text(struct il_yaml *y, char **to, const char *what);

/* Go past the value that begins with the current event, whatever it is. */
il_status il_yaml_skip(struct il_yaml *y);

/* il_fail_place: "PATH:LINE:COLUMN: what 'word'", at a mark or at the current event; word may be NULL. */
il_status il_yaml_complain(struct il_yaml *y, const char *what, const char *word);
il_status il_yaml_complain_at(struct il_yaml *y, const yaml_mark_t *at, const char *what,
                              const char *word);

/*
 * The current scalar must be one of the keys, which end in NULL: its index into *which. The phrase
 * comes before the valid ones: "a recipe has the keys".
 */
il_status il_yaml_key(struct il_yaml *y, const char *const *keys, const char *phrase,
                      size_t *which);

/* The end of the document, and of the file. */
il_status il_yaml_end(struct il_yaml *y);

#endif
