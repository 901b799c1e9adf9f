/* scheme_alone.h - a scheme without a run. Internal. */
#ifndef HOST_LIB_CONFIG_SCHEME_ALONE_H
#define HOST_LIB_CONFIG_SCHEME_ALONE_H

#include "core/error.h"
#include "initlab/schemes.h"
#include "layers_text.h"
#include "run.h"

/*
 * What a scheme draws at a place, checked: of the weights and of the bias that comes with them, ready to
 * upload. IL_E_USAGE.
 */
il_status il_scheme_alone(const char *scheme, const il_place *place, uint64_t seed,
                          struct il_tensor_place *at, struct il_layer_draw *draw, il_error *err);

#endif
