/* draw.c - initial weights on a device, in as few launches for many runs as for one. */
#include "draw.h"

#include <math.h>
#include <stdlib.h>

/* orthogonal matrices need work memory: as many runs at once as these bytes hold */
static const size_t WORK_BYTES = (size_t)64 << 20;

static int any(const struct il_fill *fill, unsigned runs, uint32_t after)
{
    for (unsigned m = 0; m < runs; m++)
        if (fill[m].after == after)
            return 1;
    return 0;
}

/* as many runs at once as WORK_BYTES hold, but one */
static size_t at_once(const struct il_layer *layout, unsigned runs)
{
    const size_t fit =
        WORK_BYTES / (IL_ORTHOGONAL_WORK(layout->fan_in, layout->fan_out) * sizeof(float));

    return fit == 0 ? 1 : fit < runs ? fit : runs;
}

size_t il_draw_work(const struct il_layer *layout, unsigned runs)
{
    return at_once(layout, runs) * IL_ORTHOGONAL_WORK(layout->fan_in, layout->fan_out) *
           sizeof(float);
}

static int make_orthogonal(struct il_device *d, const struct il_layer *layout, unsigned runs,
                           float *w, const struct il_fill *table)
{
    const size_t some = at_once(layout, runs);
    void *work = NULL;
    int e = d->seam->alloc(d, &work, il_draw_work(layout, runs));

    for (unsigned m = 0; !e && m < runs; m += (unsigned)some)
        e = d->seam->orthogonal(d, w + (size_t)m * layout->block, work, table + m,
                                runs - m < some ? runs - m : (unsigned)some, layout->fan_in,
                                layout->fan_out, layout->block, layout->ld);
    if (!e)
        e = d->seam->wait(d);
    d->seam->free(d, work);
    return e;
}

/* the columns of the runs that ask for it get the norm that they ask for */
static int fix_norms(struct il_device *d, const struct il_layer *layout, unsigned runs, float *w,
                     const struct il_fill *fill)
{
    const unsigned cols = runs * layout->block;
    struct il_moments *const norm = malloc(cols * sizeof *norm);
    float *const scale = malloc(cols * sizeof *scale);
    int e = norm && scale ? 0 : IL_DRAW_MEMORY;

    if (!e)
        e = il_draw_moments(d, norm, w, layout->fan_in, cols, layout->ld, 0);
    for (unsigned j = 0; !e && j < cols; j++) {
        const struct il_fill *const f = &fill[j / layout->block];

        scale[j] = f->after == IL_AFTER_COLUMN_NORM && norm[j].square > 0
                       ? (float)((double)f->gain / sqrt(norm[j].square))
                       : 1.0f;
    }
    if (!e)
        e = il_draw_rescale(d, layout, w, scale, NULL, cols);
    free(scale);
    free(norm);
    return e;
}

int il_draw_layer(struct il_device *d, const struct il_layer *layout, unsigned runs, float *w,
                  const struct il_fill *weights, const struct il_fill *biases)
{
    const struct il_seam *const s = d->seam;
    const size_t bytes = runs * sizeof *weights;
    void *table = NULL;
    int e = s->alloc(d, &table, bytes);

    if (!e)
        e = s->put(d, table, weights, bytes);
    if (!e)
        e = s->fill(d, w, table, runs, layout->fan_in, layout->fan_out, layout->block, layout->ld);
    if (!e && any(weights, runs, IL_AFTER_ORTHOGONAL))
        e = make_orthogonal(d, layout, runs, w, table);
    if (!e && any(weights, runs, IL_AFTER_COLUMN_NORM))
        e = fix_norms(d, layout, runs, w, weights);
    if (!e)
        e = s->put(d, table, biases, bytes);
    if (!e)
        e = s->fill(d, w + (size_t)layout->fan_in * layout->ld, table, runs, 1, layout->fan_out,
                    layout->block, layout->ld);
    if (!e)
        e = s->wait(d);
    s->free(d, table);
    return e;
}

int il_draw_rescale(struct il_device *d, const struct il_layer *layout, float *w,
                    const float *scale, const float *shift, unsigned cols)
{
    const struct il_seam *const s = d->seam;
    const size_t bytes = cols * sizeof *scale;
    void *a = NULL, *b = NULL;
    int e = s->alloc(d, &a, bytes);

    if (!e)
        e = s->put(d, a, scale, bytes);
    if (!e && shift)
        e = s->alloc(d, &b, bytes);
    if (!e && shift)
        e = s->put(d, b, shift, bytes);
    if (!e)
        e = s->rescale(d, w, a, b, layout->fan_in, cols, layout->ld);
    if (!e)
        e = s->wait(d);
    s->free(d, b);
    s->free(d, a);
    return e;
}

int il_draw_moments(struct il_device *d, struct il_moments *out, const float *x, unsigned rows,
                    unsigned cols, unsigned ld, float edge)
{
    const struct il_seam *const s = d->seam;
    const size_t bytes = cols * sizeof *out;
    void *there = NULL;
    int e = s->alloc(d, &there, bytes);

    if (!e)
        e = s->moments(d, there, x, rows, cols, ld, edge);
    if (!e)
        e = s->get(d, out, there, bytes);
    if (!e)
        e = s->wait(d);
    s->free(d, there);
    return e;
}
