/* pack_memory.h - see pack_memory.c. The pack's runs and layouts must be set. */
#ifndef HOST_LIB_PACK_PACK_MEMORY_H
#define HOST_LIB_PACK_PACK_MEMORY_H

#include "pack_impl.h"

/*
 * Allocate all device memory, zeroed, and point the batches at it. On failure p->owned is to be
 * released.
 */
il_status il_pack_allocate(struct il_pack *p, const il_dataset *set, il_error *err);

/* Upload dataset and tables, draw the initial weights. */
il_status il_pack_upload(struct il_pack *p, const il_dataset *set, const il_config *const *runs,
                         il_error *err);

#endif
