/*
 * dense_input.h - the first layer by the gather kernel and two products; for devices with no better
 * way.
 */
#ifndef HOST_DEVICE_DENSE_INPUT_H
#define HOST_DEVICE_DENSE_INPUT_H

#include "seam.h"

static inline int dense_lists(struct il_device *d, double density)
{
    (void)d;
    (void)density;
    return 0;
}

static inline int dense_gather(struct il_device *d, const struct il_batch *b)
{
    return d->seam->gather(d, b->x, b->label, b->images, b->labels, b->clock, b->rows, b->pixels,
                           b->ld);
}

static inline int dense_forward(struct il_device *d, const struct il_batch *b, unsigned n,
                                const float *w, unsigned ldw, float *z, unsigned ldz)
{
    return d->seam->gemm(d, 0, 0, b->rows, n, b->k, 1.0f, b->x, b->ld, w, ldw, 0.0f, z, ldz);
}

static inline int dense_update(struct il_device *d, const struct il_batch *b, unsigned n,
                               float alpha, const float *dz, unsigned lddz, float beta, float *w,
                               unsigned ldw)
{
    return d->seam->gemm(d, 1, 0, b->k, n, b->rows, alpha, b->x, b->ld, dz, lddz, beta, w, ldw);
}

#endif
