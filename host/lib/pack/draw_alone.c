/* draw_alone.c - a layer drawn for the caller: by a scheme alone, or as a config's network has it. */
#include <stdlib.h>
#include <string.h>
#include "config/config.h"
#include "config/run.h"
#include "config/scheme_alone.h"
#include "core/error.h"
#include "core/ftz.h"
#include "draw.h"
#include "load_weights.h"

/* the device's matrix to the caller's: without padding, the bias apart */
static int fetch(il_device *d, const struct il_layer *layout, const float *w, float *weights,
                 float *bias)
{
    const size_t n = (size_t)(layout->fan_in + 1) * layout->ld;
    float *const all = malloc(n * sizeof *all);
    int e = all ? d->seam->get(d, all, w, n * sizeof *all) : IL_DRAW_MEMORY;

    for (size_t i = 0; !e && weights && i < layout->fan_in; i++)
        memcpy(weights + i * layout->fan_out, all + i * layout->ld, layout->fan_out * sizeof *all);
    if (!e && bias)
        memcpy(bias, all + (size_t)layout->fan_in * layout->ld, layout->fan_out * sizeof *all);
    free(all);
    return e;
}

/* on the device, and from there */
static il_status draw(il_device *device, const unsigned width[2], const struct il_layer_draw *draws,
                      float *weights, float *bias, il_error *err)
{
    struct il_layer layer;
    il_status st = IL_OK;
    void *w = NULL;
    size_t bytes;
    int e;

    if (!il_layout(&layer, 0, 1, width, 1))
        return il_fail(err, IL_E_USAGE, "a layer of %u x %u is too large for any device", width[0],
                       width[1]);
    bytes = (size_t)layer.rows * layer.ld * sizeof(float);
    e = device->seam->alloc(device, &w, bytes);
    if (!e)
        e = device->seam->zero(device, w, bytes);
    if (!e)
        e = il_draw_layer(device, &layer, 1, w, &draws->weight.fill, &draws->bias.fill);
    if (!e)
        e = fetch(device, &layer, w, weights, bias);
    if (e)
        st = e == IL_DRAW_MEMORY ? il_fail(err, IL_E_MEMORY, "out of memory for a layer of %u x %u",
                                           width[0], width[1])
                                 : il_fail(err, IL_E_DEVICE, "%s: draw a layer: %s", device->id,
                                           device->seam->error(device, e));
    device->seam->free(device, w);
    return st;
}

il_status il_fill(il_device *device, const char *scheme, const il_place *place, uint64_t seed,
                  float *weights, float *bias, il_error *err)
{
    const uint64_t ftz = il_ftz_on();
    struct il_tensor_place at;
    struct il_layer_draw draws;
    il_status st;

    IL_TRY(il_scheme_alone(scheme, place, seed, &at, &draws, err));
    if (draws.weight.from_file || draws.weight.data.rule != IL_DATA_NONE) {
        st = il_fail(err, IL_E_USAGE, "%s needs %s: train with it, or save a pack's weights",
                     scheme, draws.weight.from_file ? "a file and a layer of it" : "data");
        goto out;
    }
    st = draw(device, (const unsigned[]){ at.fan_in, at.fan_out }, &draws, weights, bias, err);
out:
    il_ftz_restore(ftz);
    return st;
}

il_status il_fill_layer(il_device *device, const il_config *config, size_t layer, float *weights,
                        float *bias, il_error *err)
{
    const struct il_init *const init = &il_config_value(config, IL_PARAMETER_INIT)->init;
    const uint64_t ftz = il_ftz_on();
    struct il_initial_layer at;
    il_status st;
    int got[2];

    IL_TRY(il_run_initial(&at, config, layer, err));
    if (at.draw.weight.data.rule != IL_DATA_NONE) {
        st = il_fail_parameter(err, IL_E_USAGE, "init",
                               "layer %zu is fitted to data: open a pack for it", layer + 1);
        goto out;
    }
    IL_TRY(draw(device, at.width, &at.draw, weights, bias, err));
    st = il_load_layer(init, (unsigned)layer, at.layers, at.width[0], at.width[1], weights, bias,
                       got, err); /* over what was drawn, what files have of it */
out:
    il_ftz_restore(ftz);
    return st;
}
