/*
 * dense.h - a dense layer of all runs of a pack: its shape, its device memory, how it is drawn, and
 * its part of a step. Internal.
 *
 * Functions take the pack, for what its layers share, and the layer's number. dZ and dA of layer l,
 * the gradients at its pre-activations and activations, are in p->d[l % 2]. Those that return an int
 * return the device's code.
 */
#ifndef HOST_LIB_PACK_DENSE_H
#define HOST_LIB_PACK_DENSE_H

#include "initlab/pack.h"
#include "config/run.h"
#include "layout.h"
#include "pack_device.h"

/* Device memory of one layer. Shapes as in layout.h; activations have pack->rows rows. */
struct il_dense {
    struct il_layer layout;
    float *w;
    float *z, *a;       /* a is z where no run's derivative needs z; output: z only */
    float *g, *s1, *s2; /* gradient and optimiser state; NULL where the rule has none */
    float *multiplier;  /* [runs, 2] of the rate, for weights and bias; NULL: all are 1 */
    float *start;       /* the weights as drawn; NULL: the pack is not watched */
    float *before;      /* those before the last step; NULL likewise */
};

/* ---- shape and memory ------------------------------------------------------------------------ */

/* Is the update of such runs the product itself? Then there is no gradient's buffer. */
int il_dense_is_fused(const struct il_run *run);

/* Lay layer l out for p->runs runs. Returns 0 if a size would overflow, else 1. */
int il_dense_lay_out(struct il_pack *p, unsigned l);

/* Add its allocations; watched: those for watch.c, too. */
enum { IL_DENSE_ALLOCATIONS = 9 };
void il_dense_allocations(struct il_pack *p, unsigned l, struct il_allocations *list,
                          il_memory *parts, int watched);

/* Once allocated: a without a buffer of its own is z. */
void il_dense_share(struct il_dense *y);

/* Bytes of the weights of all runs, padding included; so many has each buffer of the rule, too. */
size_t il_dense_bytes(const struct il_dense *y);

/* The buffers that training goes on from, weights first; NULL where the rule has none. */
enum { IL_DENSE_STATE = 3 };
float *il_dense_state(const struct il_dense *y, unsigned i);

/* ---- initial weights ------------------------------------------------------------------------- */

/* What drawing layer l holds beside the pack (draw.c, calibrate.c), where `given` runs are known. */
size_t il_dense_drawing(const struct il_pack *p, unsigned l, size_t given);

/*
 * Draw weights and biases of all runs, and upload the factors of their rates; fill [2 * runs] and
 * multiplier [2 * runs] are scratch. IL_DRAW_MEMORY: the host has none left.
 */
int il_dense_draw(const struct il_pack *p, unsigned l, struct il_fill *fill, float *multiplier);

/* ---- a step ---------------------------------------------------------------------------------- */

/* z of layer l, from the batch (l = 0) or from a of the layer before. */
int il_dense_forward(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                     unsigned l);

/* a of hidden layer l from its z. */
int il_dense_activate(struct il_device *d, const struct il_pack *p, unsigned rows, unsigned l);

/* dA of layer l - 1 from dZ of layer l > 0. */
int il_dense_backward(struct il_device *d, const struct il_pack *p, unsigned rows, unsigned l);

/* dZ of hidden layer l from its dA, in place. */
int il_dense_activate_backward(struct il_device *d, const struct il_pack *p, unsigned rows,
                               unsigned l);

/* to = alpha * input' dZ + beta * to, the gradient by the weights of layer l from its dZ of that batch. */
int il_dense_gradient(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                      unsigned l, float alpha, float beta, float *to);

/* Update the weights of layer l from its dZ of a training batch. */
int il_dense_update(struct il_device *d, const struct il_pack *p, unsigned l);

#endif
