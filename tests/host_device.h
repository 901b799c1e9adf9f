/*
 * host_device.h - a device on plain memory for the self-test's cases, with guards around each
 * allocation; its ops are those of the table that it is opened with. Nothing but cases.c can use it.
 */
#ifndef TESTS_HOST_DEVICE_H
#define TESTS_HOST_DEVICE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "device/seam.h"
#include "selftest/cases.h"

enum { HOST_GUARD = 64, HOST_CANARY = 0xa5 };

struct host_area {
    uint8_t *data, *before; /* before: a copy, see host_snapshot */
    size_t bytes;
};
struct host {
    struct il_device head;
    struct host_area area[IL_TRIAL_ALLOCATIONS];
    unsigned areas;
};

static int host_alloc(struct il_device *d, void **p, size_t bytes)
{
    struct host *const h = (struct host *)d;
    uint8_t *const block = malloc(bytes + 2 * HOST_GUARD);

    if (!block || h->areas == IL_TRIAL_ALLOCATIONS) {
        free(block);
        return IL_TRIAL_MEMORY;
    }
    memset(block, HOST_CANARY, bytes + 2 * HOST_GUARD);
    h->area[h->areas++] = (struct host_area){ .data = block + HOST_GUARD, .bytes = bytes };
    *p = block + HOST_GUARD;
    return 0;
}

/* cases free what they allocated last */
static int host_free(struct il_device *d, void *p)
{
    struct host *const h = (struct host *)d;

    if (h->areas == 0 || h->area[h->areas - 1].data != p)
        return 1;
    free((uint8_t *)p - HOST_GUARD);
    h->areas--;
    return 0;
}

static int host_copy(struct il_device *d, void *to, const void *from, size_t bytes)
{
    (void)d;
    memcpy(to, from, bytes);
    return 0;
}

static struct host host_open(const struct il_seam *seam)
{
    return (struct host){ .head = { .seam = seam, .id = "host" } };
}

#define HOST_MEMORY .alloc = host_alloc, .free = host_free, .put = host_copy, .get = host_copy

#endif
