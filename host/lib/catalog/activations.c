/* activations.c - what a choice of an activation means to the kernels. */
#include "catalog.h"

struct il_act il_activation_of(const struct il_choice *c)
{
    return (struct il_act){ .code = c->index, /* the list has the order of the codes */
                            .alpha = c->entry->param[0].name ? (float)c->value[0].number : 0.0f };
}
