/* step.h - one training step and one evaluation chunk of a pack, and their parts. Internal. */
#ifndef HOST_LIB_PACK_STEP_H
#define HOST_LIB_PACK_STEP_H

#include "pack_impl.h"

/* both of type il_step_fn */
int il_pack_train_step(struct il_device *d, void *pack);
int il_pack_eval_step(struct il_device *d, void *evaluation);

/*
 * Parts of a step. Forward: pre-activations of layer l for a batch, from those of layer l - 1, or of
 * the first `layers` layers. Loss: sums, and dZ of the output layer unless dz is NULL. Backward: dZ
 * of layer l - 1 in p->d[(l - 1) % 2] from that of layer l > 0 in p->d[l % 2].
 */
int il_pack_forward_layer(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                          unsigned l);
int il_pack_forward(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                    unsigned layers);
int il_pack_loss(struct il_device *d, const struct il_pack *p, const struct il_batch *b, float *dz,
                 struct il_sums *sums, const float *rate);
int il_pack_backward_layer(struct il_device *d, const struct il_pack *p, unsigned rows, unsigned l);

#endif
