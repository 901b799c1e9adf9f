/*
 * sparse_input.h - the first layer from lists of non-zero bytes: one table a flavour of CPU, all
 * with equal bits.
 */
#ifndef HOST_DEVICE_SPARSE_INPUT_H
#define HOST_DEVICE_SPARSE_INPUT_H

#include "seam.h"

/* The seam's verbs, for a batch with lists. */
struct sparse_input {
    void (*gather)(const struct il_batch *b);
    void (*forward)(const struct il_batch *b, unsigned n, const float *w, unsigned ldw, float *z,
                    unsigned ldz);
    void (*update)(const struct il_batch *b, unsigned n, float alpha, const float *dz,
                   unsigned lddz, float beta, float *w, unsigned ldw);
};

extern const struct sparse_input il_cpu_base_sparse_input, il_cpu_v3_sparse_input,
    il_cpu_v4_sparse_input;

#endif
