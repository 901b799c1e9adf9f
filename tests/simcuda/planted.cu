/*
 * planted.cu CASE [mended] - one bug in each kernel, for the test of the tests (test_planted.py): the
 * check that is meant for it must find it, and must be silent when it is mended.
 *
 * Exit: 0 the result is right, 1 it is not, 3 a CUDA call said an error, whose name is printed.
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cuda_runtime.h>

enum { LANES = 128, N = 1000 };

/* every thread of a block writes the same place, and the same number: nothing shows but the race */
__global__ void race(float *out, int mended)
{
    __shared__ volatile float s; /* else nvcc knows what it holds */

    if (!mended || threadIdx.x == 0)
        s = 1.0f;
    __syncthreads();
    out[blockIdx.x * LANES + threadIdx.x] = s;
}

/* every block writes the same places: likewise, but between blocks */
__global__ void race_of_blocks(float *out, int mended)
{
    out[(mended ? blockIdx.x * LANES : 0) + threadIdx.x] = 1.0f;
}

/* each thread reads another one's place before that one wrote it */
__global__ void missing_barrier(float *out, int mended)
{
    __shared__ float s[LANES];

    s[threadIdx.x] = (float)threadIdx.x;
    if (mended)
        __syncthreads();
    out[blockIdx.x * LANES + threadIdx.x] = s[LANES - 1 - threadIdx.x];
}

/* shared memory is written anew while slow threads still read it: only where a block loops */
__global__ void tile_race(float *out, int mended)
{
    __shared__ float s[LANES];

    for (unsigned tile = blockIdx.x; tile < N / LANES; tile += gridDim.x) {
        s[threadIdx.x] = (float)(tile + threadIdx.x);
        __syncthreads();
        out[tile * LANES + threadIdx.x] = s[LANES - 1 - threadIdx.x];
        if (mended)
            __syncthreads();
    }
}

__global__ void past_the_end(float *out, int mended)
{
    const unsigned i = blockIdx.x * LANES + threadIdx.x;

    if (i <= N - (mended ? 1 : 0))
        out[i] = 1.0f;
}

__global__ void past_shared(float *out, int mended)
{
    __shared__ float s[LANES];

    s[threadIdx.x + (mended ? 0 : 1)] = 1.0f;
    __syncthreads();
    out[threadIdx.x] = s[threadIdx.x];
}

__global__ void divergent_barrier(float *out, int mended)
{
    if (mended || threadIdx.x < 5)
        __syncthreads();
    out[threadIdx.x] = 1.0f;
}

__global__ void shuffle_mask(float *out, int mended)
{
    out[threadIdx.x] = __shfl_sync(mended ? 0xffffffffu : 0x0000ffffu, (float)threadIdx.x, 3);
}

/* half of the sum was never written */
__global__ void uninitialised(float *out, int mended)
{
    __shared__ float s[LANES];

    if (mended || threadIdx.x < 64)
        s[threadIdx.x] = 1.0f;
    __syncthreads();
    out[threadIdx.x] = s[threadIdx.x] + s[LANES - 1 - threadIdx.x];
}

/* a source for two compilers that is right in one of them */
static inline __host__ __device__ float twice(float x, int mended)
{
#if defined(__CUDA_ARCH__)
    return mended ? x + x : x + x + 1.0f;
#else
    (void)mended;
    return x + x;
#endif
}

__global__ void nvcc_alone(float *out, int mended)
{
    out[threadIdx.x] = twice((float)threadIdx.x, mended);
}

__global__ void plain(float *out, int value) { out[threadIdx.x] = (float)value; }

__global__ void dynamic(float *out)
{
    extern __shared__ float s[];

    s[threadIdx.x] = 1.0f;
    __syncthreads();
    out[threadIdx.x] = s[threadIdx.x];
}

/* ---- running them ---------------------------------------------------------------------------- */

static void must(cudaError_t e, const char *call)
{
    if (e == cudaSuccess)
        return;
    fprintf(stderr, "%s: %s\n", call, cudaGetErrorName(e));
    exit(3);
}
#define CUDA(call) must(call, #call)
#define LAUNCHED() must(cudaGetLastError(), "launch")

static float *memory(size_t n)
{
    void *p = NULL;

    CUDA(cudaMalloc(&p, n * sizeof(float)));
    CUDA(cudaMemset(p, 0, n * sizeof(float)));
    return (float *)p;
}

/* 1: some element i of n is not want(i) */
static int check(const float *device, int n, float want(int))
{
    float *const host = (float *)malloc(n * sizeof *host);
    int wrong = 0;

    CUDA(cudaDeviceSynchronize());
    CUDA(cudaMemcpy(host, device, n * sizeof *host, cudaMemcpyDeviceToHost));
    for (int i = 0; i < n; i++)
        wrong |= host[i] != want(i);
    free(host);
    return wrong;
}

static float one(int) { return 1; }
static float two(int) { return 2; }
static float three(int) { return 3; }
static float doubled(int i) { return 2.0f * i; }
static float mirrored(int i) { return LANES - 1 - i % LANES; }
static float tiles(int i) { return i / LANES + LANES - 1 - i % LANES; }

static int launch_limits(const char *name, int mended)
{
    float *const out = memory(2048);
    const size_t big = 60 << 10;

    if (!strcmp(name, "block_limit"))
        plain<<<1, mended ? 1024 : 1025>>>(out, 1);
    else if (!strcmp(name, "grid_limit"))
        plain<<<dim3(1, mended ? 1 : 65536), LANES>>>(out, 1);
    else if (!strcmp(name, "empty_grid"))
        plain<<<mended ? 1 : 0, LANES>>>(out, 1);
    else if (!strcmp(name, "shared_limit")) {
        if (mended) /* more than 48 KiB is asked for by name */
            CUDA(cudaFuncSetAttribute(dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                      (int)big));
        dynamic<<<1, LANES, big>>>(out);
    } else { /* more than any block may have */
        const cudaError_t e = cudaFuncSetAttribute(
            dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, mended ? 96 << 10 : 1 << 20);

        must(e, "cudaFuncSetAttribute");
        dynamic<<<1, LANES, 96 << 10>>>(out);
    }
    LAUNCHED();
    return check(out, LANES, one);
}

static int pointers(const char *name, int mended)
{
    float *const out = memory(LANES), *const host = (float *)malloc(LANES * sizeof(float));
    cudaStream_t s;

    CUDA(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
    if (!strcmp(name, "null_pointer"))
        plain<<<1, LANES>>>(mended ? out : NULL, 1);
    else if (!strcmp(name, "foreign_pointer"))
        plain<<<1, LANES>>>(mended ? out : host, 1);
    else if (!strcmp(name, "use_after_free")) {
        float *const gone = memory(LANES);

        CUDA(cudaFree(gone));
        plain<<<1, LANES>>>(mended ? out : gone, 1);
    } else if (!strcmp(name, "other_memory")) {
        float *other;

        CUDA(cudaSetDevice(1));
        other = memory(LANES);
        CUDA(cudaSetDevice(0));
        plain<<<1, LANES>>>(mended ? out : other, 1);
    } else if (!strcmp(name, "other_stream")) {
        CUDA(cudaSetDevice(mended ? 0 : 1));
        plain<<<1, LANES, 0, s>>>(out, 1);
    } else { /* destroyed_stream */
        if (!mended)
            CUDA(cudaStreamDestroy(s));
        plain<<<1, LANES, 0, s>>>(out, 1);
    }
    LAUNCHED();
    free(host);
    return check(out, LANES, one);
}

struct Case {
    const char *name;
    void (*kernel)(float *, int);
    unsigned grid, block;
    int count; /* elements that are checked */
    float (*want)(int);
};
static const Case cases[] = {
    { "race", race, 2, LANES, 2 * LANES, one },
    { "race_of_blocks", race_of_blocks, 2, LANES, LANES, one },
    { "missing_barrier", missing_barrier, 2, LANES, 2 * LANES, mirrored },
    { "tile_race", tile_race, 2, LANES, N / LANES *LANES, tiles },
    { "past_the_end", past_the_end, (N + LANES - 1) / LANES, LANES, N, one },
    { "past_shared", past_shared, 1, LANES, LANES, one },
    { "divergent_barrier", divergent_barrier, 1, LANES, LANES, one },
    { "shuffle_mask", shuffle_mask, 1, 32, 32, three },
    { "uninitialised", uninitialised, 1, LANES, LANES, two },
    { "nvcc_alone", nvcc_alone, 1, LANES, LANES, doubled },
};

int main(int argc, char **argv)
{
    const char *const name = argc > 1 ? argv[1] : "";
    const int mended = argc > 2;

    if (strstr(name, "limit") || !strcmp(name, "empty_grid"))
        return launch_limits(name, mended);
    if (strstr(name, "pointer") || strstr(name, "other_") || !strcmp(name, "use_after_free") ||
        !strcmp(name, "destroyed_stream"))
        return pointers(name, mended);
    for (const Case &c : cases)
        if (!strcmp(name, c.name)) {
            float *const out = memory(N);

            c.kernel<<<c.grid, c.block>>>(out, mended);
            LAUNCHED();
            return check(out, c.count, c.want);
        }
    fprintf(stderr, "usage: planted CASE [mended]\n");
    return 2;
}
