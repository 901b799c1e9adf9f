/*
 * activation.h - every row of activations.def as a pair of functions: il_f_TANH(z, alpha) gives a,
 * and il_df_TANH(z, a, alpha) gives da/dz.
 */
#ifndef KERNELS_ACTIVATION_H
#define KERNELS_ACTIVATION_H

#include "kernel.h"
#include "elementary.h"

#define X(ID, name, others, alpha_default, needs_z, k1, k2, f, df, formula, source)                \
    static inline __device__ float il_f_##ID(float z, float alpha)                                 \
    {                                                                                              \
        (void)z, (void)alpha;                                                                      \
        return f;                                                                                  \
    }                                                                                              \
    static inline __device__ float il_df_##ID(float z, float a, float alpha)                       \
    {                                                                                              \
        (void)z, (void)a, (void)alpha;                                                             \
        return df;                                                                                 \
    }
#include "activations.def"
#undef X

#endif
