/* devices.c - devices by name: open, auto, list, profile. */
#include "initlab/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device/plugin.h"
#include "core/error.h"

enum { WHY = 256 };

/* Take a device of a seam and name it; words in why on failure. */
static int take(il_device **out, const struct il_seam *seam, int index, int threads, const char *id,
                char why[WHY])
{
    why[0] = 0;
    if (seam->open(out, index, threads, why, WHY) != 0)
        return 0;
    snprintf((*out)->id, sizeof(*out)->id, "%s", id);
    return 1;
}

static int take_cpu(il_device **out, int threads, char why[WHY])
{
    return take(out, il_cpu_seam(), 0, threads, "cpu", why);
}

static int take_strict(il_device **out, int threads, char why[WHY])
{
    il_device *inner;
    int e;

    if (!take_cpu(&inner, threads, why))
        return 0;
    *out = inner;
    e = il_strict_open(out, inner);
    if (e) {
        snprintf(why, WHY, "out of memory");
        inner->seam->close(inner);
        *out = NULL;
        return 0;
    }
    snprintf((*out)->id, sizeof(*out)->id, "strict");
    return 1;
}

static int take_cuda(il_device **out, int index, int threads, char why[WHY])
{
    char id[32];
    int count;
    const struct il_seam *const seam = il_plugin_load(&count, why, WHY);

    if (!seam)
        return 0;
    if (index >= count) {
        snprintf(why, WHY, "this machine has %d GPU%s, cuda:0 to cuda:%d", count,
                 count == 1 ? "" : "s", count - 1);
        return 0;
    }
    snprintf(id, sizeof id, "cuda:%d", index);
    return take(out, seam, index, threads, id, why);
}

/* The number in "cuda" (0) or "cuda:N"; -1: the name is none of these. */
static int cuda_index(const char *name)
{
    int index = 0;

    if (strncmp(name, "cuda", 4) != 0)
        return -1;
    if (!name[4])
        return 0;
    if (name[4] != ':' || !name[5] || strlen(name) > 9)
        return -1;
    for (const char *p = name + 5; *p; p++) {
        if (*p < '0' || *p > '9')
            return -1;
        index = 10 * index + (*p - '0');
    }
    return index;
}

static int take_auto(il_device **out, int threads, char why[WHY])
{
    char reason[WHY];
    int count;
    const struct il_seam *const seam = il_plugin_load(&count, reason, WHY);

    for (int i = 0; seam && i < count; i++) {
        if (take_cuda(out, i, threads, reason)) {
            snprintf(why, WHY, "the first GPU that works");
            return 1;
        }
    }
    if (getenv("INITLAB_REQUIRE_CUDA")) { /* a CI run on a GPU must not pass on the CPU */
        snprintf(why, WHY, "INITLAB_REQUIRE_CUDA is set, and %.200s", reason);
        return 0;
    }
    if (!take_cpu(out, threads, why))
        return 0;
    snprintf(why, WHY, "since %.240s", reason);
    return 1;
}

il_status il_device_open(il_device **out, const char *name, int threads, char why[256],
                         il_error *err)
{
    char reason[WHY] = "";
    const int index = cuda_index(name);
    int ok;

    *out = NULL;
    if (why)
        why[0] = 0;
    if (threads < 1)
        return il_fail(err, IL_E_USAGE, "threads must be 1 or more, not %d", threads);
    if (strcmp(name, "auto") == 0)
        ok = take_auto(out, threads, reason);
    else if (strcmp(name, "cpu") == 0)
        ok = take_cpu(out, threads, reason);
    else if (strcmp(name, "strict") == 0)
        ok = take_strict(out, threads, reason);
    else if (index >= 0)
        ok = take_cuda(out, index, threads, reason);
    else
        return il_fail(err, IL_E_USAGE, "unknown device '%.60s': must be auto, cpu, cuda or cuda:N",
                       name);
    if (!ok)
        return il_fail(err, IL_E_DEVICE, "cannot use device %s: %s", name, reason);
    if (why && strcmp(name, "auto") == 0)
        snprintf(why, WHY, "%s", reason);
    return IL_OK;
}

il_status il_device_open_profiled(il_device **out, const char *name, int threads, char why[256],
                                  il_error *err)
{
    il_device *inner;
    const il_status st = il_device_open(&inner, name, threads, why, err);

    *out = NULL;
    if (st != IL_OK)
        return st;
    if (il_trace_open(out, inner) != 0) {
        il_device_close(inner);
        return il_fail(err, IL_E_MEMORY, "out of memory");
    }
    return IL_OK;
}

void il_device_close(il_device *device)
{
    if (!device)
        return;
    if (device->kept)
        device->release_kept(device);
    device->seam->close(device);
}

const char *il_device_id(const il_device *device) { return device->id; }

il_status il_device_about(il_device *device, il_device_info *info, il_error *err)
{
    struct il_about about = { 0 };
    const int e = device->seam->about(device, &about);

    memset(info, 0, sizeof *info);
    snprintf(info->id, sizeof info->id, "%s", device->id);
    if (e) {
        snprintf(info->why_not, sizeof info->why_not, "%s", device->seam->error(device, e));
        return il_fail(err, IL_E_DEVICE, "%s: %s", device->id, info->why_not);
    }
    info->usable = 1;
    memcpy(info->name, about.name, sizeof info->name);
    memcpy(info->detail, about.detail, sizeof info->detail);
    info->memory = about.memory;
    info->memory_free = about.memory_free;
    return IL_OK;
}

int il_device_list(size_t index, il_device_info *info)
{
    char why[WHY] = "";
    il_device *d = NULL;
    int count = 0;

    memset(info, 0, sizeof *info);
    if (index == 0) {
        snprintf(info->id, sizeof info->id, "cpu");
        take_cpu(&d, 1, why);
    } else if (!il_plugin_load(&count, why, WHY)) {
        if (index > 1)
            return 0;
        snprintf(info->id, sizeof info->id, "cuda");
    } else {
        if (index > (size_t)count)
            return 0;
        snprintf(info->id, sizeof info->id, "cuda:%d", (int)index - 1);
        take_cuda(&d, (int)index - 1, 1, why);
    }
    if (d)
        il_device_about(d, info, NULL);
    else
        snprintf(info->why_not, sizeof info->why_not, "%s", why);
    il_device_close(d);
    return 1;
}

int il_device_profile(const il_device *device, size_t index, il_profile_row *row)
{
    const struct il_trace_row *const r = il_trace_row(device, index);

    if (!r)
        return 0;
    *row = (il_profile_row){ r->name, r->calls, r->bytes, r->flops, r->seconds };
    return 1;
}
