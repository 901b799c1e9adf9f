/* expect.c - what mean-field theory expects of a config's network before training. */
#include "initlab/inspect.h"

#include <math.h>
#include <stdlib.h>
#include "core/error.h"
#include "theory/meanfield.h"
#include "catalog/catalog.h"
#include "config.h"
#include "run.h"

/* what theory says of f(z) in one layer, and how it got there */
struct layer {
    double sw2, sb2, incoming; /* incoming: mean square of what comes in */
    struct il_gaussian f;
};

static const struct il_gaussian nothing = { NAN, NAN, NAN, NAN, NAN };

/* forward: q, and moments of what leaves each hidden layer */
static void forward(const struct il_run *run, double incoming, struct layer *at, il_expected *out)
{
    for (unsigned l = 0; l < run->layers; l++) {
        il_expected *const e = &out[l];

        il_draw_variances(&run->draw[l].weight, &run->draw[l].bias, run->width[l],
                          run->width[l + 1], &at[l].sw2, &at[l].sb2);
        at[l].incoming = incoming;
        e->q = at[l].sw2 * incoming + at[l].sb2;
        at[l].f = l + 1 < run->layers && isfinite(e->q) && e->q > 0
                      ? il_gaussian_moments(&run->hidden, sqrt(e->q))
                      : nothing;
        e->a_mean = at[l].f.mean;
        e->a_variance = at[l].f.square - at[l].f.mean * at[l].f.mean;
        incoming = at[l].f.square;
    }
}

/* back: |dL/dz|^2 of a layer is that of the one above, times sw2 E f'^2 between them, whatever their widths */
static void backward(const struct il_run *run, const struct layer *at, il_expected *out)
{
    double square = 1;

    for (unsigned l = run->layers; l-- > 0;) {
        if (l + 1 < run->layers)
            square *= at[l + 1].sw2 * at[l].f.slope_square;
        out[l].gradient = sqrt(square * (run->width[l] * at[l].incoming + 1));
    }
}

il_status il_expect(il_expected *layer, const il_config *config, const il_dataset *set,
                    il_error *err)
{
    struct layer *at = NULL;
    struct il_run run;
    il_status st = il_run_resolve(&run, config, set, err);

    if (st != IL_OK)
        return st;
    at = calloc(run.layers, sizeof *at);
    if (!at) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for the theory of %u layers", run.layers);
        goto out;
    }
    forward(&run, il_run_input_square(&run, set, il_run_looked_at(&run)), at, layer);
    backward(&run, at, layer);
out:
    free(at);
    il_run_free(&run);
    return st;
}

il_status il_expect_depths(il_depths *out, const il_config *config, il_error *err)
{
    static const double START = 1; /* of q; where it matters there is no answer */
    const size_t widths = il_config_widths(config);
    const struct il_choice *const activation =
        &il_config_value(config, IL_PARAMETER_ACTIVATION)->choice;
    const struct il_act act = il_activation_of(activation);
    struct il_initial_layer at;
    struct il_meanfield m;
    double sw2, sb2;
    il_status st;

    *out = (il_depths){ NAN, NAN };
    if (widths < 4 || act.code == IL_ACT_SOFTMAX || act.code == IL_ACT_LOG_SOFTMAX)
        return IL_OK;
    st = il_run_initial(&at, config, widths - 3, err);
    if (st != IL_OK)
        return st;
    il_draw_variances(&at.draw.weight, &at.draw.bias, at.width[0], at.width[1], &sw2, &sb2);
    if (isnan(sw2) || isnan(sb2))
        return IL_OK;
    m = il_meanfield_solve(&act, sw2, sb2, START);
    if (isnan(m.source))
        *out = (il_depths){ m.xi_c, m.xi_grad };
    return IL_OK;
}
