/* pack_stats.c - moments of the weights of all runs of a pack, in double; a layer is read once. */
#include "pack_stats.h"

#include <math.h>
#include <stdlib.h>
#include "dense.h"
#include "pack_impl.h"
#include "pack_weights.h"

/* about the first weight, whose like most are near: no cancellation where all are equal */
static struct il_spread moments_of(const struct il_layer *layout, const float *matrix, size_t run)
{
    const double shift = matrix[il_layout_at(layout, run, 0, 0)];
    const double n = (double)layout->fan_in * (double)layout->fan_out;
    double sum = 0, square = 0;

    for (size_t i = 0; i < layout->fan_in; i++) {
        const float *const row = matrix + il_layout_at(layout, run, i, 0);

        for (size_t j = 0; j < layout->fan_out; j++) {
            const double x = row[j] - shift;

            sum += x;
            square += x * x;
        }
    }
    return (struct il_spread){ shift + sum / n, sqrt(fmax(0, square / n - sum / n * (sum / n))) };
}

il_status il_pack_spreads(il_pack *p, struct il_spread *out, il_error *err)
{
    il_status st = IL_OK;

    for (unsigned l = 0; l < p->layers && st == IL_OK; l++) {
        const struct il_layer *const layout = &p->layer[l].layout;
        float *matrix;
        size_t bytes;

        st = il_pack_fetch(p, 0, l, &matrix, &bytes, err);
        for (size_t m = 0; st == IL_OK && m < p->runs; m++)
            out[l * p->runs + m] = moments_of(layout, matrix, m);
        free(matrix);
    }
    return st;
}
