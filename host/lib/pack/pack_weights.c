/* pack_weights.c - read and write one run's layer. */
#include "pack_weights.h"

#include <stdlib.h>
#include <string.h>
#include "dense.h"
#include "pack_impl.h"

il_status il_pack_fetch(il_pack *p, size_t run, size_t layer, float **matrix, size_t *bytes,
                        il_error *err)
{
    int e;

    *matrix = NULL;
    if (run >= p->runs || layer >= p->layers)
        return il_fail(err, IL_E_USAGE,
                       "no layer %zu of run %zu: the pack has %zu runs of %u layers", layer, run,
                       p->runs, p->layers);
    *bytes = il_dense_bytes(&p->layer[layer]);
    *matrix = malloc(*bytes);
    if (!*matrix)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu bytes of weights", *bytes);
    e = p->device->seam->get(p->device, *matrix, p->layer[layer].w, *bytes);
    if (!e)
        return IL_OK;
    free(*matrix);
    *matrix = NULL;
    return il_device_fail(err, p->device, e, "read weights");
}

il_status il_pack_get(il_pack *p, size_t run, size_t layer, float *weights, float *bias,
                      il_error *err)
{
    float *matrix;
    size_t bytes;
    il_status st;

    IL_TRY(il_pack_fetch(p, run, layer, &matrix, &bytes, err));
    {
        const struct il_layer *layout = &p->layer[layer].layout;

        for (size_t i = 0; weights && i < layout->fan_in; i++)
            memcpy(weights + i * layout->fan_out, matrix + il_layout_at(layout, run, i, 0),
                   layout->fan_out * sizeof *weights);
        if (bias)
            memcpy(bias, matrix + il_layout_at(layout, run, layout->fan_in, 0),
                   layout->fan_out * sizeof *bias);
    }
out:
    free(matrix);
    return st;
}

il_status il_pack_set(il_pack *p, size_t run, size_t layer, const float *weights, const float *bias,
                      il_error *err)
{
    float *matrix;
    size_t bytes;
    il_status st;
    int e;

    IL_TRY(il_pack_fetch(p, run, layer, &matrix, &bytes, err));
    {
        const struct il_layer *layout = &p->layer[layer].layout;

        for (size_t i = 0; weights && i < layout->fan_in; i++)
            memcpy(matrix + il_layout_at(layout, run, i, 0), weights + i * layout->fan_out,
                   layout->fan_out * sizeof *weights);
        if (bias)
            memcpy(matrix + il_layout_at(layout, run, layout->fan_in, 0), bias,
                   layout->fan_out * sizeof *bias);
    }
    e = p->device->seam->put(p->device, p->layer[layer].w, matrix, bytes);
    if (e)
        st = il_device_fail(err, p->device, e, "write weights");
out:
    free(matrix);
    return st;
}
