/* scheme_alone.c - a scheme without a run: what it draws at a place, and its laws in numbers. */
#include "scheme_alone.h"

#include <math.h>
#include <string.h>
#include "catalog/catalog.h"
#include "choices/choice.h"
#include "run.h"
#include "theory/gaussian.h"

il_status il_scheme_alone(const char *scheme, const il_place *place, uint64_t seed,
                          struct il_tensor_place *at, struct il_layer_draw *draw, il_error *err)
{
    const unsigned layers = place->layers ? place->layers : 1;
    struct il_choice choice, activation, optimizer;
    struct il_update update = { 0 };
    il_status st;

    if (place->fan_in == 0 || place->fan_out == 0)
        return il_fail(err, IL_E_USAGE, "fan_in and fan_out must be at least 1, not %zu and %zu",
                       place->fan_in, place->fan_out);
    if (place->fan_in > IL_WIDTH_MOST || place->fan_out > IL_WIDTH_MOST)
        return il_fail(err, IL_E_USAGE, "fan_in and fan_out may be at most %d, not %zu and %zu",
                       IL_WIDTH_MOST, place->fan_in, place->fan_out);
    if (place->layer >= layers)
        return il_fail(err, IL_E_USAGE, "there is no layer %u among %u (the first is 0)",
                       place->layer, layers);
    IL_TRY(il_choice_parse(&choice, IL_SCHEMES, scheme, err));
    IL_TRY(il_choice_parse(&activation, IL_ACTIVATIONS,
                           place->activation ? place->activation : "relu", err));
    IL_TRY(il_choice_parse(&optimizer, IL_OPTIMIZERS, place->optimizer ? place->optimizer : "sgd",
                           err));
    il_optimizer_of(&optimizer, &update);
    *at = (struct il_tensor_place){ .fan_in = (unsigned)place->fan_in,
                                    .fan_out = (unsigned)place->fan_out,
                                    .layer = place->layer,
                                    .layers = layers,
                                    .hidden = il_activation_of(&activation),
                                    .adam = update.adam,
                                    .incoming = NAN };
    if (place->layer > 0) /* as if the layers before kept the second moment at 1 */
        at->incoming = il_gaussian_moments(&at->hidden, 1).square;
    memset(draw, 0, sizeof *draw);
    draw->weight.fill.seed = draw->bias.fill.seed = seed;
    draw->weight.fill.tensor = il_tensor_of(place->layer, 0);
    draw->bias.fill.tensor = il_tensor_of(place->layer, 1);
    IL_TRY(il_scheme_of(&choice, at, 0, &draw->weight, err));
    IL_TRY(il_scheme_bias_of(&choice, at, &draw->bias, err));
out:
    return st;
}

static il_tensor_law law_of(const struct il_draw *draw, const struct il_tensor_place *at, int bias)
{
    const struct il_law_facts f = il_law_facts(&draw->fill, at);

    if (draw->from_file)
        return (il_tensor_law){ .name = bias ? "what the file has, or 0" : "what the file has",
                                .mean = NAN,
                                .std = NAN,
                                .low = -INFINITY,
                                .high = INFINITY,
                                .rate = draw->rate,
                                .keeps = NAN,
                                .slope = NAN };
    return (il_tensor_law){ .name = f.law,
                            .mean = f.mean,
                            .std = f.std,
                            .low = f.low,
                            .high = f.high,
                            .rate = draw->rate,
                            .keeps = bias ? NAN : draw->keeps,
                            .slope = bias ? NAN : draw->keeps_slope };
}

il_status il_scheme_law(const char *scheme, const il_place *place, il_tensor_law *weights,
                        il_tensor_law *bias, il_error *err)
{
    struct il_tensor_place at;
    struct il_layer_draw draw;
    const il_status st = il_scheme_alone(scheme, place, 0, &at, &draw, err);

    if (st == IL_OK && weights)
        *weights = law_of(&draw.weight, &at, 0);
    if (st == IL_OK && bias)
        *bias = law_of(&draw.bias, &at, 1);
    return st;
}
