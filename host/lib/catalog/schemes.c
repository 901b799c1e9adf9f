/* schemes.c - what a choice of a scheme means for one tensor: the function of its row is run. */
#include "scheme_rows.h"

#include <math.h>

typedef il_status scheme_fn(const il_param_value *value, struct il_draw *out,
                            const struct il_tensor_place *at, il_error *err);

#define PARAMS_AS_READS
#include "params.def"
#define CALL(id, function, params)                                                                 \
    static il_status function##_of(const il_param_value *value, struct il_draw *out,               \
                                   const struct il_tensor_place *at, il_error *err)                \
    {                                                                                              \
        struct il_##id##_params v;                                                                 \
        params;                                                                                    \
        return il_scheme_##function(out, &v, at, err);                                             \
    }
#define ZEROS(id, params)
#define SAME(id, params)
#define OWN(id, params)                                      CALL(id, id##_bias, params)
#define X(id, bias, traits, others, maths, citation, params) CALL(id, id, params) bias(id, params)
#include "schemes.def"
#undef X
#undef ZEROS
#undef SAME
#undef OWN

/* by the number of the row; a bias without a function is zeros */
static const struct {
    scheme_fn *weights, *bias;
} functions[] = {
#define ZEROS(id)        NULL
#define SAME(id)         id##_of
#define OWN(id)          id##_bias_of
#define X(id, bias, ...) { id##_of, bias(id) },
#include "schemes.def"
#undef X
};

/* over a draw that is all defaults; seed and tensor survive it */
static il_status run_scheme(scheme_fn *fn, const struct il_choice *c,
                            const struct il_tensor_place *at, struct il_draw *out, il_error *err)
{
    const struct il_fill nothing = {
        .seed = out->fill.seed, .tensor = out->fill.tensor, .law = IL_LAW_CONSTANT, .gain = 1
    };

    *out = (struct il_draw){ .fill = nothing, .rate = 1, .keeps = NAN, .keeps_slope = NAN };
    if (!fn)
        return IL_OK;
    out->from_file = (c->entry->traits & IL_READS_FILE) != 0;
    out->parametrised = (c->entry->traits & IL_SCALES_RATES) != 0;
    return fn(c->value, out, at, err);
}

il_status il_scheme_of(const struct il_choice *c, const struct il_tensor_place *at, int bias,
                       struct il_draw *out, il_error *err)
{
    il_status st = run_scheme(functions[c->index].weights, c, at, out, err);

    if (st == IL_OK && bias &&
        (out->fill.after != IL_AFTER_NOTHING || out->fill.mirror || out->data.rule ||
         out->fill.law >= IL_LAW_SPARSE || out->parametrised))
        st = il_fail_parameter(
            err, IL_E_USAGE, "init",
            "%s makes matrices, not biases; name it for the weights, and its biases "
            "come along",
            c->entry->name);
    return st;
}

il_status il_scheme_bias_of(const struct il_choice *c, const struct il_tensor_place *at,
                            struct il_draw *out, il_error *err)
{
    return run_scheme(functions[c->index].bias, c, at, out, err);
}
