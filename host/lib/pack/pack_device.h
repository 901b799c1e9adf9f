/* pack_device.h - what a pack asks of its device: memory, arithmetic, and words for a failure. Internal. */
#ifndef HOST_LIB_PACK_PACK_DEVICE_H
#define HOST_LIB_PACK_PACK_DEVICE_H

#include "core/error.h"
#include "device/seam.h"

/* one allocation that is wanted */
struct il_allocation {
    void *to;           /* address of the pointer to fill */
    size_t count, size; /* elements and bytes of one */
    size_t *part;       /* the part of an il_memory that it counts to */
};

/* allocations to be made together; item has room for all */
struct il_allocations {
    struct il_allocation *item;
    size_t count;
};

/* Add one of `elements` elements for a pointer, unless there are none. */
#define IL_LIST_ALLOCATION(list, pointer, elements, part)                                          \
    il_list_allocation(list, &(pointer), elements, sizeof *(pointer), part)
static inline void il_list_allocation(struct il_allocations *list, void *to, size_t count,
                                      size_t size, size_t *part)
{
    if (count > 0)
        list->item[list->count++] = (struct il_allocation){ to, count, size, part };
}

/* device memory that is freed together */
struct il_owned {
    void **memory;
    size_t count;
};

/* Allocate and zero what is wanted. What *out holds is to be released, also after a failure. */
il_status il_device_take(struct il_device *d, const struct il_allocations *list,
                         struct il_owned *out, il_error *err);

/* Free it; may be called twice. */
void il_device_release(struct il_device *d, struct il_owned *owned);

/* Set the device to an arithmetic (enum il_math): another pack may have used it since. */
il_status il_device_math(struct il_device *d, int math, il_error *err);

/* IL_E_DEVICE with the device's words for a code, and what was being done */
il_status il_device_fail(il_error *err, struct il_device *d, int code, const char *what);

#endif
