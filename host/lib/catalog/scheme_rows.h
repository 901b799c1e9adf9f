/*
 * scheme_rows.h - what the rows of schemes.def declare: each scheme's parameters as a struct, and the
 * functions that make a draw of them.
 */
#ifndef HOST_LIB_CATALOG_SCHEME_ROWS_H
#define HOST_LIB_CATALOG_SCHEME_ROWS_H

#include "scheme.h"

/* defaults that functions compare with */
#define IL_FAR    1e30 /* the range of parameters that have none; a bound so far away is none */
#define IL_EDGE_Q 1.0
enum { IL_SPARSE_K = 15 }; /* Martens 2010 */

#define PARAMS_AS_MEMBERS
#include "params.def"
#define X(id, bias, traits, others, maths, citation, params)                                       \
    struct il_##id##_params {                                                                      \
        params                                                                                     \
    };
#include "schemes.def"
#undef X
#include "params.def"

/*
 * A scheme's function: out holds zeros already, and what its traits say; few look at all the others.
 * It fails with IL_E_USAGE where the scheme cannot be for this place.
 */
#define MAY_SKIP __attribute__((unused))
#define SCHEME_FUNCTION(id, params)                                                                \
    il_status il_scheme_##id(struct il_draw *out, MAY_SKIP const struct il_##params##_params *v,   \
                             MAY_SKIP const struct il_tensor_place *at, MAY_SKIP il_error *err)
#define SCHEME(id)      SCHEME_FUNCTION(id, id)
#define SCHEME_BIAS(id) SCHEME_FUNCTION(id##_bias, id)

#define ZEROS(id)
#define SAME(id)
#define OWN(id) SCHEME_BIAS(id);
#define X(id, bias, ...)                                                                           \
    SCHEME(id);                                                                                    \
    bias(id)
#include "schemes.def"
#undef X
#undef ZEROS
#undef SAME
#undef OWN

#endif
