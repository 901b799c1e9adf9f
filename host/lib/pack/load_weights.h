/* load_weights.h - initial weights of the scheme `file`. */
#ifndef HOST_LIB_PACK_LOAD_WEIGHTS_H
#define HOST_LIB_PACK_LOAD_WEIGHTS_H

#include "choices/init_text.h"
#include "initlab/pack.h"

/*
 * What files fill of layer `layer` of `layers`: weights [in * out] and bias [out], neither NULL.
 * got[0], got[1]: the weights, the bias were read.
 */
il_status il_load_layer(const struct il_init *init, unsigned layer, unsigned layers, size_t in,
                        size_t out, float *weights, float *bias, int got[2], il_error *err);

/* What the scheme `file` names of a pack's runs, over the drawn weights. */
il_status il_pack_load(il_pack *p, const il_config *const *runs, il_error *err);

#endif
