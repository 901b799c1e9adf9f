/*
 * launch.cpp - kernel launches: the limits of a GPU, the parameters (taken at the call, as a launch
 * does), and SIMCUDA_GRID, SIMCUDA_BLOCK, which force another shape on every launch.
 */
#include "kernels.h"
#include "simcuda.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Shape {
    dim3 grid, block;
    size_t smem;
    cudaStream_t stream;
};
static std::vector<Shape> shapes; /* of the launches being made: <<<...>>> pushes, the stub pops */

enum { KIB = 1024, SHARED_MEMORY = 48 * KIB /* of a block of a kernel that asked for no more */ };

/* KiB by capability, from the CUDA programming guide's table of technical specifications */
size_t simcuda_shared_memory()
{
    switch (simcuda_capability()) {
    case 70:
    case 72:
        return 96 * KIB;
    case 75:
        return 64 * KIB;
    case 80:
    case 87:
        return 163 * KIB;
    case 86:
    case 89:
    case 120:
    case 121:
        return 99 * KIB;
    case 90:
    case 100:
    case 103:
    case 110:
        return 227 * KIB;
    default:
        simcuda_die("the shared memory of capability %d is not known: add it",
                    simcuda_capability());
    }
}

static std::map<std::pair<int, const simt_kernel *>, size_t>
    opted_in; /* on a device: dynamic bytes */

static bool fits(const simt_kernel *k, size_t dynamic)
{
    const auto it = opted_in.find({ simcuda_device(), k });

    return k->static_smem + dynamic <= SHARED_MEMORY ||
           (it != opted_in.end() && dynamic <= it->second);
}

static bool legal(dim3 g, dim3 b)
{
    const size_t threads = (size_t)b.x * b.y * b.z;

    return threads && threads <= 1024 && b.x <= 1024 && b.y <= 1024 && b.z <= 64 && g.x && g.y &&
           g.z && g.x <= 2147483647u && g.y <= 65535 && g.z <= 65535;
}

static unsigned forced(const char *name)
{
    const char *e = getenv(name);

    return e ? (unsigned)atoi(e) : 0;
}

/* with SIMCUDA_COUNT=1: a kernel's launches by grid, and what their longest threads did */
struct Work {
    long launches = 0;
    simt_work longest{};
};
static std::map<std::pair<std::string, unsigned>, Work> works;

static void count(const simt_kernel *k, unsigned grid)
{
    Work &w = works[{ k->name, grid }];

    w.launches++;
    w.longest.instructions = std::max(w.longest.instructions, simt_longest.instructions);
    w.longest.rounds = std::max(w.longest.rounds, simt_longest.rounds);
}

void simcuda_report_work()
{
    if (getenv("SIMCUDA_COUNT"))
        for (const auto &[k, w] : works)
            fprintf(stderr,
                    "simcuda: %s, %u blocks, %ld launches, %u instructions, %u rounds of loads\n",
                    k.first.c_str(), k.second, w.launches, w.longest.instructions,
                    w.longest.rounds);
}

static void run(const simt_kernel *k, int device, void *params, dim3 g, dim3 b, size_t smem)
{
    static const unsigned grid = forced("SIMCUDA_GRID"), block = forced("SIMCUDA_BLOCK");

    simcuda_counts[SIMCUDA_LAUNCHES]++;
    if (grid)
        g = dim3(grid, 1, 1);
    if (block) /* lanes, not threads: any shape must give the same bits */
        b = dim3(block, 1, 1);
    simt_page = simcuda_table(device);
    simt_launch(k->fn, params, simt_v3{ g.x, g.y, g.z }, simt_v3{ b.x, b.y, b.z }, smem,
                (int)k->sync);
    count(k, g.x);
}

extern "C" {
unsigned __cudaPushCallConfiguration(dim3 g, dim3 b, size_t smem, cudaStream_t stream)
{
    shapes.push_back(Shape{ g, b, smem, stream });
    return 0;
}

cudaError_t __cudaPopCallConfiguration(dim3 *g, dim3 *b, size_t *smem, void *stream)
{
    const Shape s = shapes.back();

    shapes.pop_back();
    *g = s.grid;
    *b = s.block;
    *smem = s.smem;
    *(cudaStream_t *)stream = s.stream;
    return cudaSuccess;
}

cudaError_t __cudaGetKernel(cudaKernel_t *handle, const void *stub)
{
    const simt_kernel *k = simcuda_kernel(stub);

    ENTER();
    if (!k)
        return simcuda_error(cudaErrorInvalidDeviceFunction);
    *handle = (cudaKernel_t)k;
    return cudaSuccess;
}

cudaError_t __cudaLaunchKernel(cudaKernel_t handle, dim3 g, dim3 b, void **args, size_t smem,
                               cudaStream_t stream)
{
    const auto *k = (const simt_kernel *)handle;

    ENTER();
    WORK(stream);
    const int device = simcuda_device();
    if (simcuda_device_of(stream) != device)
        return simcuda_error(cudaErrorInvalidResourceHandle);
    if (!k) /* __cudaGetKernel failed, and nvcc's stub asks once */
        return simcuda_error(cudaErrorInvalidResourceHandle);
    if (simcuda_capability() < SIMCUDA_OLDEST)
        return simcuda_error(cudaErrorNoKernelImageForDevice);
    if (!legal(g, b))
        return simcuda_error(cudaErrorInvalidConfiguration);
    if (!fits(k, smem))
        return simcuda_error(cudaErrorInvalidValue);
    smem += k->static_smem;
    auto params = std::make_shared<std::vector<unsigned char>>(k->bytes + 16);
    for (int i = 0; i < k->params; i++)
        memcpy(params->data() + k->offset[i], args[i], k->size[i]);
    simcuda_submit(stream, k->name, [=] { run(k, device, params->data(), g, b, smem); });
    return cudaSuccess;
}

/* the opt-in to more dynamic shared memory; nothing else is simulated */
cudaError_t cudaFuncSetAttribute(const void *stub, enum cudaFuncAttribute what, int value)
{
    ENTER();
    const simt_kernel *k = simcuda_kernel(stub);

    if (what != cudaFuncAttributeMaxDynamicSharedMemorySize)
        simcuda_die("function attribute %d is not simulated", (int)what);
    if (!k)
        return simcuda_error(cudaErrorInvalidDeviceFunction);
    if (value < 0 || k->static_smem + (size_t)value > simcuda_shared_memory())
        return simcuda_error(cudaErrorInvalidValue);
    opted_in[{ simcuda_device(), k }] = (size_t)value;
    return cudaSuccess;
}
}
