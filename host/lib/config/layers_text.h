/*
 * layers_text.h - the text of the parameter `layers`: widths separated by commas or dashes, 256x3 for
 * 256,256,256; in and out stand for a dataset's pixels and classes.
 */
#ifndef HOST_LIB_CONFIG_LAYERS_TEXT_H
#define HOST_LIB_CONFIG_LAYERS_TEXT_H

#include <stddef.h>
#include "core/error.h"

enum {
    IL_WIDTH_MOST = 1 << 24, /* so that a layer's weights can be counted */
    IL_WIDTH_IN,             /* what the words are held as */
    IL_WIDTH_OUT,
    /* of weights: the text of so many fits what a database takes as one, and an int counts its bytes */
    IL_LAYERS_MOST = 1 << 24
};

struct il_layers {
    unsigned count;  /* of widths, one more than layers of weights */
    unsigned *width; /* [count] */
};

/* IL_E_USAGE says what is wrong, and *out is then empty. il_layers_free frees it. */
il_status il_layers_parse(struct il_layers *out, const char *text, il_error *err);
void il_layers_free(struct il_layers *layers);

/* The normal form: all widths, with commas. The caller frees it; NULL: out of memory. */
char *il_layers_text(const struct il_layers *layers);

/* The same for people: in,64,64,64,out as in,64x3,out, which is read back. text has room for all of normal. */
void il_layers_short(const char *normal, char *text);

/* The index-th width for images of so many pixels and classes. */
unsigned il_layers_width(const struct il_layers *layers, unsigned index, size_t pixels,
                         size_t classes);

/* How many hidden layers a normal form in the column `layers` has, as SQL. */
#define IL_LAYERS_SQL_HIDDEN "(length(layers) - length(replace(layers, ',', '')) - 1)"

#endif
