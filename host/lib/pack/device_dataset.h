/* device_dataset.h - a dataset in device memory, a pack's own or one that stays. Internal. */
#ifndef HOST_LIB_PACK_DEVICE_DATASET_H
#define HOST_LIB_PACK_DEVICE_DATASET_H

#include "pack_impl.h"
#include "memory_plan.h"

enum { IL_DATA_ALLOCATIONS = 10 };

/* The allocations of a dataset, into the fields of a pack whose sparse is set. Returns how many. */
size_t il_data_allocations(struct il_pack *p, const il_dataset *set, struct il_allocation *w,
                           il_memory *parts);

/* Fill them. */
il_status il_data_upload(struct il_pack *p, const il_dataset *set, il_error *err);

/* Does the device want lists of this dataset, and can they be had? (data.c: not for every batch) */
int il_data_sparse(struct il_device *d, const il_dataset *set);

/* What il_device_keep put on the device of this dataset, NULL: nothing; and how many bytes. */
const struct il_pack *il_data_kept(const struct il_device *d, const il_dataset *set);
size_t il_data_held(const struct il_device *d, const il_dataset *set);

/* Let a pack use it. */
void il_data_share(struct il_pack *p, const struct il_pack *kept);

/* Free it; none is legal. */
void il_data_release(struct il_device *d);

#endif
