/* device_dataset.h - a dataset in device memory, a pack's own or one that stays. Internal. */
#ifndef HOST_LIB_PACK_DEVICE_DATASET_H
#define HOST_LIB_PACK_DEVICE_DATASET_H

#include "initlab/dataset.h"
#include "pack_device.h"

/* all in device memory */
struct il_device_dataset {
    uint8_t *train_images, *train_labels, *test_images, *test_labels;
    int sparse;                              /* it has lists of the bytes that are not 0, too */
    struct il_lists train_lists, test_lists; /* if sparse */
};

enum { IL_DATASET_ALLOCATIONS = 10 };

/* Add the allocations of a dataset, whose sparse is set; they count to *part. */
void il_device_dataset_allocations(struct il_device_dataset *data, const il_dataset *set,
                                   struct il_allocations *list, size_t *part);

/* Fill them. */
il_status il_device_dataset_upload(struct il_device *d, const struct il_device_dataset *data,
                                   const il_dataset *set, il_error *err);

/* Does the device want lists of this dataset, and can they be had? */
int il_device_dataset_sparse(struct il_device *d, const il_dataset *set);

/* What il_device_keep put on the device of this dataset, NULL: nothing; and how many bytes. */
const struct il_device_dataset *il_device_dataset_kept(const struct il_device *d,
                                                       const il_dataset *set);
size_t il_device_dataset_held(const struct il_device *d, const il_dataset *set);

#endif
