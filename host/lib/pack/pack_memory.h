/* pack_memory.h - see pack_memory.c. The pack's runs and layouts must be set. */
#ifndef HOST_LIB_PACK_PACK_MEMORY_H
#define HOST_LIB_PACK_PACK_MEMORY_H

#include "pack_impl.h"

/*
 * Allocate all device memory, zeroed, and point the batches at it. On failure release what there
 * is.
 */
il_status il_pack_allocate(struct il_pack *p, const il_dataset *set, il_error *err);

/* Allocate and zero what is wanted; on failure release what there is. */
struct il_allocation;
il_status il_pack_take(struct il_pack *p, const struct il_allocation *w, size_t n, il_error *err);

/* Upload dataset and tables, draw the initial weights. */
il_status il_pack_upload(struct il_pack *p, const il_dataset *set, const il_config *const *runs,
                         il_error *err);

/* Free all device memory; may be called twice. */
void il_pack_release(struct il_pack *p);

#endif
