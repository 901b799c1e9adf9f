/* device.cpp - the one simulated device, what it says of itself, and the words for errors. */
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
static int capability()
{
    static const char *const e = getenv("SIMCUDA_CAPABILITY");

    return e ? atoi(e) : 90;
}

/* only device 0 exists */
static cudaError_t check_device(int device)
{
    return simcuda_error(device ? cudaErrorInvalidDevice : cudaSuccess);
}

extern "C" {
cudaError_t cudaGetLastError(void)
{
    const cudaError_t e = last;

    last = cudaSuccess;
    return e;
}

cudaError_t cudaPeekAtLastError(void)
{
    return last;
}
const char *cudaGetErrorString(cudaError_t e)
{
    return words_of(e)->text;
}
const char *cudaGetErrorName(cudaError_t e)
{
    return words_of(e)->name;
}

cudaError_t cudaGetDeviceCount(int *n)
{
    ENTER();
    *n = 1;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
    ENTER();
    return check_device(device);
}

cudaError_t cudaGetDevice(int *device)
{
    ENTER();
    *device = 0;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *p, int device)
{
    ENTER();
    if (device)
        return check_device(device);
    memset(p, 0, sizeof *p);
    snprintf(p->name, sizeof p->name, "simcuda");
    simcuda_memory(nullptr, &p->totalGlobalMem);
    p->major = capability() / 10;
    p->minor = capability() % 10;
    p->warpSize = 32;
    p->maxThreadsPerBlock = 1024;
    p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
    p->maxThreadsDim[2] = 64;
    p->maxGridSize[0] = 2147483647;
    p->maxGridSize[1] = p->maxGridSize[2] = 65535;
    p->sharedMemPerBlock = 48 * 1024;
    p->multiProcessorCount = 2;
    p->regsPerBlock = 65536;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr what, int device)
{
    ENTER();
    if (device)
        return check_device(device);
    switch (what) {
    case cudaDevAttrComputeCapabilityMajor:
        *value = capability() / 10;
        break;
    case cudaDevAttrComputeCapabilityMinor:
        *value = capability() % 10;
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
