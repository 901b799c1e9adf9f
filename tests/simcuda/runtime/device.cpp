/* device.cpp - the simulated devices, what they say of themselves, and the words for errors. */
#include "simcuda.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>

static cudaError_t last;

cudaError_t simcuda_error(cudaError_t e)
{
    if (e)
        last = e;
    return e;
}

struct Words {
    int code;
    const char *name, *text;
};
static const Words words[] = {
#define X(code, name, text) { code, name, text },
#include "errors.def"
#undef X
};

static const Words *words_of(cudaError_t e)
{
    static const Words none = { -1, "unrecognized error code", "unrecognized error code" };

    for (const Words &w : words)
        if (w.code == (int)e)
            return &w;
    return &none;
}

/* compute capability times 10: SIMCUDA_CAPABILITY, 90 unless set */
int simcuda_capability()
{
    static const char *const e = getenv("SIMCUDA_CAPABILITY");

    return e ? atoi(e) : 90;
}

/* SIMCUDA_DEVICES, 1 unless set; all alike, and one in use at a time */
static int devices()
{
    static const char *const e = getenv("SIMCUDA_DEVICES");

    return e ? atoi(e) : 1;
}
static int current;

int simcuda_device() { return current; }

static cudaError_t check_device(int device)
{
    return simcuda_error(device < 0 || device >= devices() ? cudaErrorInvalidDevice : cudaSuccess);
}

extern "C" {
cudaError_t cudaGetLastError(void)
{
    const cudaError_t e = last;

    last = cudaSuccess;
    return e;
}

cudaError_t cudaPeekAtLastError(void) { return last; }
const char *cudaGetErrorString(cudaError_t e) { return words_of(e)->text; }
const char *cudaGetErrorName(cudaError_t e) { return words_of(e)->name; }

cudaError_t cudaGetDeviceCount(int *n)
{
    ENTER();
    *n = devices();
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
    const int before = current;

    if (device >= 0 && device < devices())
        current = device; /* so that the call counts as this device's */
    const int fail = simcuda_fail(__func__, cudaErrorUnknown);
    if (fail)
        current = before;
    return fail ? simcuda_error((cudaError_t)fail) : check_device(device);
}

cudaError_t cudaGetDevice(int *device)
{
    ENTER();
    *device = current;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *p, int device)
{
    ENTER();
    if (check_device(device))
        return cudaErrorInvalidDevice;
    memset(p, 0, sizeof *p);
    snprintf(p->name, sizeof p->name, "simcuda%s", getenv("SIMCUDA_MIG") ? " MIG 1g.10gb" : "");
    memcpy(p->uuid.bytes, "simulated GPU  ", 15);
    p->uuid.bytes[15] = (char)device;
    simcuda_memory(nullptr, &p->totalGlobalMem);
    p->major = simcuda_capability() / 10;
    p->minor = simcuda_capability() % 10;
    p->warpSize = 32;
    p->maxThreadsPerBlock = 1024;
    p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
    p->maxThreadsDim[2] = 64;
    p->maxGridSize[0] = 2147483647;
    p->maxGridSize[1] = p->maxGridSize[2] = 65535;
    p->sharedMemPerBlock = 48 * 1024;
    p->sharedMemPerBlockOptin = simcuda_shared_memory();
    p->multiProcessorCount = 2;
    p->regsPerBlock = 65536;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr what, int device)
{
    ENTER();
    if (check_device(device))
        return cudaErrorInvalidDevice;
    switch (what) {
    case cudaDevAttrComputeCapabilityMajor:
        *value = simcuda_capability() / 10;
        break;
    case cudaDevAttrComputeCapabilityMinor:
        *value = simcuda_capability() % 10;
        break;
    case cudaDevAttrMultiProcessorCount:
        *value = 2;
        break;
    case cudaDevAttrMaxThreadsPerBlock:
        *value = 1024;
        break;
    case cudaDevAttrMaxSharedMemoryPerBlock:
        *value = 48 * 1024;
        break;
    case cudaDevAttrWarpSize:
        *value = 32;
        break;
    case cudaDevAttrMpsEnabled:
        *value = getenv("SIMCUDA_MPS") != nullptr;
        break;
    default:
        simcuda_die("device attribute %d is not simulated", (int)what);
    }
    return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *v)
{
    ENTER();
    *v = CUDART_VERSION;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *v)
{
    ENTER();
    *v = CUDART_VERSION;
    return cudaSuccess;
}
}
