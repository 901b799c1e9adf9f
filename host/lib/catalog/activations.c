/* activations.c - the list of activations, from the kernels' own. */
#include "catalog.h"

/*
 * A row whose alpha has a default takes alpha as its parameter. It must be positive, as the
 * derivative tells the branch by the output's sign; for leaky_relu 0 is legal too, and is relu.
 */
#define ALPHA(ID, initial)                                                                         \
    {                                                                                              \
        (initial) > 0.0 ? "alpha" : NULL, (initial),                                               \
            IL_ACT_##ID == IL_ACT_LEAKY_RELU ? 0.0 : 1e-3, 1e3, NULL, "slope or scale where z < 0" \
    }

const il_entry il_activation_rows[] = {
#define X(ID, text, others, initial, needs_z, k1, k2, f, df, maths, citation)                      \
    { text, others, maths, citation, { ALPHA(ID, initial) } },
#include "activations.def"
#undef X
    { .name = NULL }
};

struct il_act il_activation_of(const struct il_choice *c)
{
    return (struct il_act){ .code = c->index, /* the list has the order of the codes */
                            .alpha = c->entry->param[0].name ? (float)c->value[0] : 0.0f };
}
