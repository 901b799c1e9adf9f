/* pack_weights.h - a layer's weights on the host. Internal. */
#ifndef HOST_LIB_PACK_PACK_WEIGHTS_H
#define HOST_LIB_PACK_PACK_WEIGHTS_H

#include "initlab/pack.h"

/*
 * The matrix of a layer, with all runs, as layout.h has it: to be freed by the caller. IL_E_USAGE: no
 * such run or layer.
 */
il_status il_pack_fetch(il_pack *p, size_t run, size_t layer, float **matrix, size_t *bytes,
                        il_error *err);

#endif
