/**
 * status.h - what a call returns, and the words that go with it.
 *
 * Every function that can fail returns an il_status and takes an il_error of the caller's as its
 * last argument (NULL: no words wanted). The library never prints and never exits.
 */
#ifndef INITLAB_STATUS_H
#define INITLAB_STATUS_H

#include <stddef.h>
#include "api.h"

IL_API_BEGIN

/* X(name, value, exit code of the program, text) */
#define IL_STATUS_MAP(X)                                                                           \
    X(IL_OK, 0, 0, "success")                                                                      \
    X(IL_E_USAGE, 1, 2, "invalid argument or option")                                              \
    X(IL_E_DATA, 2, 65, "bad input data")                                                          \
    X(IL_E_DEVICE, 3, 69, "device unavailable, lost or out of memory")                             \
    X(IL_E_MEMORY, 4, 71, "out of host memory")                                                    \
    X(IL_E_CREATE, 5, 73, "cannot create a file")                                                  \
    X(IL_E_IO, 6, 74, "input/output error")                                                        \
    X(IL_E_INTERRUPTED, 7, 75, "interrupted")

typedef enum il_status {
#define X(name, value, code, text) name = value,
    IL_STATUS_MAP(X)
#undef X
} il_status;

/**
 * What went wrong, in words: one line of UTF-8, no full stop, lower case, empty on success; and which
 * parameter of a config is at fault, by its name as in il_parameter, empty where none is. Words about
 * a place of a file begin with it, "FILE:LINE:COLUMN: ", those about a parameter's text with its name, "NAME: ".
 */
typedef struct il_error {
    il_status status;
    char text[512];
    char parameter[32];
    size_t line, column; /**< of a file, from 1; 0: the words are about no place */
    size_t words; /**< of text: what stands before them is a place, a parameter's name, or both */
    int helps;    /**< the words end with where help is, as "(see 'initlab help schemes')" */
} il_error;

/**
 * The status's own text ("bad input data"); "unknown status" for a number that is none.
 * Thread-safe.
 */
const char *il_status_text(il_status status);

/** The exit code that the initlab program ends with for this status. Thread-safe. */
int il_status_exit(il_status status);

/**
 * Put a '?' in the place of each byte of a text that is no part of UTF-8, as paths may have; returns how
 * many there were. Thread-safe.
 */
size_t il_utf8(char *text);

IL_API_END
#endif
