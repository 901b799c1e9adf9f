/* pack_stats.c - moments of the weights of all runs of a pack, in double; a layer is read once. */
#include "pack_stats.h"

#include <math.h>
#include <stdlib.h>
#include "dense.h"
#include "pack_impl.h"
#include "pack_weights.h"

/* sum of all weights, or with a center of the squares of their distances from it */
static double sum_of(const struct il_layer *layout, const float *matrix, size_t run,
                     const double *center)
{
    double sum = 0;

    for (size_t i = 0; i < layout->fan_in; i++) {
        const float *const row = matrix + il_layout_at(layout, run, i, 0);

        for (size_t j = 0; j < layout->fan_out; j++) {
            const double x = (double)row[j];

            sum += center ? (x - *center) * (x - *center) : x;
        }
    }
    return sum;
}

static struct il_spread moments_of(const struct il_layer *layout, const float *matrix, size_t run)
{
    const double n = (double)layout->fan_in * (double)layout->fan_out;
    const double mean = sum_of(layout, matrix, run, NULL) / n;

    return (struct il_spread){ mean, sqrt(sum_of(layout, matrix, run, &mean) / n) };
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
