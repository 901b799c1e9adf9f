/*
 * init_text.h - which scheme fills which tensor: the text of the parameter `init`.
 *
 *   he_normal                              all weights; biases stay zero
 *   h*=uniform:-0.1:0.1,out=zeros,b=0.1... by layer: h1, h2, ... and out, patterns as in a shell
 *   b=..., w=..., PATTERN.b=...            biases, weights, biases of some layers
 *
 * A later item wins. An item KEY=VALUE whose KEY is a parameter of the scheme before it belongs to
 * that scheme, so uniform:low=0,high=1 is one item.
 */
#ifndef HOST_LIB_CHOICES_INIT_TEXT_H
#define HOST_LIB_CHOICES_INIT_TEXT_H

#include "choice.h"

enum { IL_INIT_PATTERN = 32 };

struct il_init_item {
    char pattern[IL_INIT_PATTERN]; /* of layer names; "*" matches all */
    int bias;                      /* else weights */
    struct il_choice scheme;
};
struct il_init {
    size_t count;
    struct il_init_item *item; /* [count] */
};

/* IL_E_USAGE says what is wrong, and *out is then empty. il_init_free frees it. */
il_status il_init_parse(struct il_init *out, const char *text, il_error *err);
void il_init_free(struct il_init *init);

/* The normal form. The caller frees it; NULL: out of memory. */
char *il_init_text(const struct il_init *init);

/* The scheme of one tensor: the last item that fits layer `name`; NULL: none. */
const struct il_choice *il_init_find(const struct il_init *init, const char *name, int bias);

#endif
