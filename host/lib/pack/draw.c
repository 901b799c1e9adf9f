/* draw.c - initial weights on a device, in as few launches for many runs as for one. */
#include "draw.h"

#include <math.h>
#include <stdlib.h>

/* orthogonal matrices need work memory: these bytes, as the plan has it, and what a device with more blocks has left */
static const size_t WORK_BYTES = (size_t)64 << 20;

static int any(const struct il_fill *fill, unsigned runs, uint32_t after)
{
    for (unsigned m = 0; m < runs; m++)
        if (fill[m].after == after)
            return 1;
    return 0;
}

/* as many runs at once as `bytes` hold, but one */
static size_t at_once(const struct il_layer *layout, size_t runs, size_t bytes)
{
    const size_t fit =
        bytes / (IL_ORTHOGONAL_WORK(layout->fan_in, layout->fan_out) * sizeof(float));

    return fit == 0 ? 1 : fit < runs ? fit : runs;
}

static size_t work_of(const struct il_layer *layout, size_t runs)
{
    return runs * IL_ORTHOGONAL_WORK(layout->fan_in, layout->fan_out) * sizeof(float);
}

size_t il_draw_work(const struct il_layer *layout, unsigned runs)
{
    return work_of(layout, at_once(layout, runs, WORK_BYTES));
}

/* A run is a block: as many of them as the device runs at once, within a quarter of what is free. *some: how many */
static int alloc_work(struct il_device *d, const struct il_layer *layout, unsigned runs,
                      void **work, size_t *some)
{
    struct il_about about;
    int e = d->seam->about(d, &about);

    if (e)
        return e;
    *some = at_once(layout, about.blocks < runs ? about.blocks : runs, about.memory_free / 4);
    if (*some > at_once(layout, runs, WORK_BYTES) &&
        d->seam->alloc(d, work, work_of(layout, *some)) == 0)
        return 0; /* else another took what was free */
    *some = at_once(layout, runs, WORK_BYTES);
    return d->seam->alloc(d, work, work_of(layout, *some));
}

static int make_orthogonal(struct il_device *d, const struct il_layer *layout, unsigned runs,
                           float *w, const struct il_fill *table)
{
    size_t some = 0;
    void *work = NULL;
    int e = alloc_work(d, layout, runs, &work, &some);

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
