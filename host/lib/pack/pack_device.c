/* pack_device.c - what a pack asks of its device: memory, arithmetic, and words for a failure. */
#include "pack_device.h"

#include <stdlib.h>
#include <string.h>

il_status il_device_fail(il_error *err, struct il_device *d, int code, const char *what)
{
    return il_fail(err, IL_E_DEVICE, "%s: cannot %s: %s", d->id, what, d->seam->error(d, code));
}

il_status il_device_math(struct il_device *d, int math, il_error *err)
{
    const int e = d->seam->math(d, (enum il_math)math);

    return e ? il_device_fail(err, d, e, "set its arithmetic") : IL_OK;
}

il_status il_device_take(struct il_device *d, const struct il_allocations *list,
                         struct il_owned *out, il_error *err)
{
    *out = (struct il_owned){ .memory = calloc(list->count, sizeof *out->memory) };
    if (!out->memory)
        return il_fail(err, IL_E_MEMORY, "out of memory for a pack");
    for (size_t i = 0; i < list->count; i++) {
        const struct il_allocation *const w = &list->item[i];
        const size_t bytes = w->count * w->size;
        void *memory = NULL;
        int e = d->seam->alloc(d, &memory, bytes);

        if (e)
            return il_device_fail(err, d, e, "allocate");
        out->memory[out->count++] = memory;
        memcpy(w->to, &memory, sizeof memory);
        e = d->seam->zero(d, memory, bytes);
        if (e)
            return il_device_fail(err, d, e, "clear memory");
    }
    return IL_OK;
}

void il_device_release(struct il_device *d, struct il_owned *owned)
{
    while (owned->count > 0)
        d->seam->free(d, owned->memory[--owned->count]);
    free(owned->memory);
    owned->memory = NULL;
}
