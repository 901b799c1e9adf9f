/* calibrate.h - see calibrate.c. Internal. */
#ifndef HOST_LIB_PACK_CALIBRATE_H
#define HOST_LIB_PACK_CALIBRATE_H

#include "pack_impl.h"

/* What data-dependent schemes do after the draw, for all runs at once. */
il_status il_pack_calibrate(struct il_pack *p, il_error *err);

#endif
