/* save_weights.c - the weights of a pack's run to a file. */
#include <stdlib.h>
#include "formats/weights.h"
#include "initlab/output.h"

il_status il_save_weights(il_pack *pack, size_t run, const char *path, il_error *err)
{
    const size_t layers = il_pack_layers(pack);
    size_t *widths = NULL;
    float **data = NULL; /* of each layer's weights, then of each layer's bias */
    il_status st;

    IL_TRY(il_weights_check_ending(path, err)); /* before the work */
    if (run >= il_pack_runs(pack))
        return il_fail(err, IL_E_USAGE, "%s: no run %zu in a pack of %zu", path, run,
                       il_pack_runs(pack));
    widths = calloc(layers + 1, sizeof *widths);
    data = calloc(layers, 2 * sizeof *data);
    for (size_t l = 0; widths && data && l < layers; l++) {
        il_pack_shape(pack, l, &widths[l], &widths[l + 1]);
        data[l] = calloc(widths[l], widths[l + 1] * sizeof **data);
        data[layers + l] = calloc(widths[l + 1], sizeof **data);
        if (!data[l] || !data[layers + l])
            break;
        IL_TRY(il_pack_get(pack, run, l, data[l], data[layers + l], err));
    }
    if (widths && data && data[layers - 1] && data[2 * layers - 1])
        st = il_save_layers(path, layers, widths, data, data + layers, err);
    else
        st = il_fail(err, IL_E_MEMORY, "%s: no memory for the weights", path);
out:
    for (size_t i = 0; data && i < 2 * layers; i++)
        free(data[i]);
    free(data);
    free(widths);
    return st;
}
