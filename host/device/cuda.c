/*
 * cuda.c - the CUDA device, a plugin: plain C against the CUDA runtime and cuBLAS. A step is
 * recorded by stream capture and replayed as a graph. An error is a cudaError_t; cuBLAS's are that
 * plus 10000.
 *
 * cuBLAS is opened with the first device, not linked: to map its half gigabyte takes a third of a
 * second, which a machine without a GPU need not wait for.
 */
#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dense_input.h"
#include "libraries.h"

#define X(name, params, args, bytes, flops) int il_cuda_##name params;
#include "ops.def"
#undef X

#define TEXT(x) #x
#define SYMBOL(x)                                                                                  \
    TEXT(x) /* of cuBLAS: its header renames some, as cublasCreate to cublasCreate_v2 */
#define MAJOR SYMBOL(CUBLAS_VER_MAJOR)
/* by CUDA's release notes: the oldest driver of each major version, newer minors of it included */
#if CUDART_VERSION >= 13000
#define DRIVER_NEEDED "580"
#else
#define DRIVER_NEEDED "525"
#endif

enum {
    BLAS_ERROR = 10000,
    MATH_ERROR = 20000,
    LIBRARY_ERROR = 20001, /* words say which */
    WORKSPACE = 32 << 20,  /* what cuBLAS advises from Hopper on */
    CHUNK = 128 << 20,
    BURST = 16, /* steps */
    AHEAD = 2,
    BLOCKS = 6, /* of LANES threads and up to 80 registers, that are on a multiprocessor at once */
    RESERVE =
        128 << 20, /* kernels that are loaded when first used, graphs, allocations' rounding */
};

/* what is called of cuBLAS */
#define CUBLAS_CALLS(X)                                                                            \
    X(cublasCreate)                                                                                \
    X(cublasDestroy)                                                                               \
    X(cublasSetStream)                                                                             \
    X(cublasSetWorkspace)                                                                          \
    X(cublasGetVersion)                                                                            \
    X(cublasGemmEx)                                                                                \
    X(cublasGemmStridedBatchedEx)                                                                  \
    X(cublasGetStatusName)                                                                         \
    X(cublasGetStatusString)

struct cublas {
#define X(call) __typeof__(&call) call;
    CUBLAS_CALLS(X)
#undef X
};

struct cuda {
    struct il_device head; /* .stream */
    int index;
    struct cublas cublas;
    cublasHandle_t blas;
    void *workspace;
    cublasComputeType_t compute;
    int capability;   /* 75: 7.5; asked for when it matters */
    const char *call; /* that failed first with this code, since words were last asked for */
    int code, told;
    char words[320];
};
/* A step as a graph, and BURST of it in a row as another, so that few launches meet between them. */
struct il_record {
    il_step_fn *step;
    void *arg;
    cudaGraphExec_t one, burst; /* burst: made when it is first wanted */
    cudaEvent_t done[AHEAD];    /* after bursts, in turn: the host is at most so many ahead */
    unsigned bursts;
};

static const struct il_seam cuda_seam;

static struct cuda *self(struct il_device *d) { return (struct cuda *)d; }
static cudaStream_t stream(struct il_device *d) { return (cudaStream_t)d->stream; }

/* An error that is handed on is taken from the runtime too, or the next launch is blamed for it. */
static int handled(struct il_device *d, const char *call, int e)
{
    struct cuda *const c = self(d);

    if (!e)
        return 0;
    (void)cudaGetLastError();
    if (c->told || c->code != e) { /* else a sticky error's echo, in a call that only cleans up */
        c->call = call;
        c->code = e;
        c->told = 0;
    }
    return e;
}

/* a call of the runtime or of cuBLAS, by its name */
#define CUDA(d, call, ...) handled(d, #call, (int)call(__VA_ARGS__))
#define BLAS(d, call, ...) blas(d, #call, self(d)->cublas.call(__VA_ARGS__))

static int blas(struct il_device *d, const char *call, cublasStatus_t s)
{
    return s ? handled(d, call, BLAS_ERROR + (int)s) : 0;
}

/* The thread's current device is this one: another may have been used by the thread since. */
static int enter(struct il_device *d) { return CUDA(d, cudaSetDevice, self(d)->index); }

/* what a user can do about an error */
static const char *advice(int code)
{
    switch (code) {
    case cudaErrorInitializationError:
    case cudaErrorOperatingSystem:
        return "the driver does not start: nvidia-smi says why; in a container the GPU must be "
               "passed in (--gpus "
               "all), and /dev/nvidia* and /dev/nvidia-uvm be readable (modprobe nvidia_uvm)";
    case cudaErrorSystemNotReady:
        return "GPUs behind an NVSwitch wait for the fabric manager: systemctl start "
               "nvidia-fabricmanager, of the "
               "driver's own version";
    case cudaErrorSystemDriverMismatch:
        return "the driver's library is not of the kernel module's version: reboot, or take a "
               "container of the "
               "host's driver";
    case cudaErrorCompatNotSupportedOnDevice:
        return "cuda-compat works on data-centre GPUs alone: take its folder off LD_LIBRARY_PATH, "
               "or a newer driver";
    case cudaErrorCallRequiresNewerDriver:
        return "this needs a newer driver: " DRIVER_NEEDED " or newer";
    case BLAS_ERROR + CUBLAS_STATUS_NOT_INITIALIZED:
        return "cuBLAS does not start, mostly as the GPU's memory is full: see with nvidia-smi who "
               "else uses it";
    case cudaErrorMemoryAllocation:
    case BLAS_ERROR + CUBLAS_STATUS_ALLOC_FAILED:
        return "the GPU's memory is full: train fewer runs at once, or see with nvidia-smi who "
               "else "
               "uses it";
    case cudaErrorIllegalAddress:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorIllegalInstruction:
    case cudaErrorAssert:
    case cudaErrorLaunchFailure:
    case cudaErrorTensorMemoryLeak:
    case BLAS_ERROR + CUBLAS_STATUS_EXECUTION_FAILED:
        return "a kernel went wrong, now or before: run it under compute-sanitizer, and report it";
    case cudaErrorECCUncorrectable:
    case cudaErrorHardwareStackError:
        return "the GPU's memory is faulty: look at nvidia-smi -q -d ECC, and take another GPU";
    case cudaErrorLaunchTimeout:
        return "a kernel met the display's time limit: take a GPU without a display, or train "
               "fewer "
               "runs at once";
    case cudaErrorNoDevice:
    case cudaErrorInvalidDevice:
    case cudaErrorDevicesUnavailable:
    case cudaErrorContained:
    case cudaErrorMpsClientTerminated:
    case cudaErrorExternalDevice:
        return "the GPU is lost or taken: look for Xid in dmesg and at nvidia-smi; it may need a "
               "reset";
    case cudaErrorUnknown:
        return "the driver is not in order, or the GPU is lost: look for Xid in dmesg; modprobe "
               "nvidia_uvm, or reset "
               "the GPU";
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorInvalidDeviceFunction:
        return "the kernels of this build are for compute capability " INITLAB_OLDEST_CAPABILITY
               " and newer";
    case cudaErrorNotSupported:
    case cudaErrorUnsupportedPtxVersion:
    case cudaErrorInsufficientDriver:
    case BLAS_ERROR + CUBLAS_STATUS_NOT_SUPPORTED:
    case BLAS_ERROR + CUBLAS_STATUS_ARCH_MISMATCH:
        return "the GPU or its driver is too old for it: a driver of " DRIVER_NEEDED
               " or newer, and compute capability " INITLAB_OLDEST_CAPABILITY
               " or newer, are needed";
    default:
        return "try again, and report it if it stays";
    }
}

static const char *cuda_error(struct il_device *d, int code)
{
    struct cuda *const c = self(d);

    if (code == MATH_ERROR) {
        snprintf(c->words, sizeof c->words,
                 "tf32 and bf16 need compute capability 8.0, and this GPU has %d.%d; train in fp32",
                 c->capability / 10, c->capability % 10);
        return c->words;
    }
    if (code == LIBRARY_ERROR)
        return c->words;
    snprintf(c->words, sizeof c->words, "%s: %s (%s); %s", c->call ? c->call : "CUDA",
             code >= BLAS_ERROR
                 ? c->cublas.cublasGetStatusString((cublasStatus_t)(code - BLAS_ERROR))
                 : cudaGetErrorString((cudaError_t)code),
             code >= BLAS_ERROR ? c->cublas.cublasGetStatusName((cublasStatus_t)(code - BLAS_ERROR))
                                : cudaGetErrorName((cudaError_t)code),
             advice(code));
    c->told = 1;
    return c->words;
}

/* The version of the kernel's driver, "580.65.06"; empty: none is loaded. */
static void driver_version(char version[32])
{
    FILE *const file = fopen("/sys/module/nvidia/version", "re");

    version[0] = 0;
    if (!file)
        return;
    if (!fgets(version, 32, file))
        version[0] = 0;
    version[strcspn(version, "\n")] = 0;
    (void)fclose(file);
}

static int cuda_count(char *why, size_t n)
{
    int count = 0;
    const int e = (int)cudaGetDeviceCount(&count);
    char driver[32];

    if (e)
        (void)cudaGetLastError();
    if (n)
        *why = 0;
    if (!e && count > 0)
        return count;
    if (!e || e == cudaErrorNoDevice)
        snprintf(why, n, "no GPU is visible to CUDA");
    else if (e == cudaErrorInsufficientDriver) {
        driver_version(driver);
        snprintf(why, n,
                 driver[0] ? "CUDA %d.%d needs an NVIDIA driver of " DRIVER_NEEDED
                             " or newer, and this one is %s; on a data-centre GPU the package "
                             "cuda-compat-" MAJOR " helps, too"
                           : "CUDA %d.%d needs an NVIDIA driver of " DRIVER_NEEDED
                             " or newer, and none is loaded%s",
                 CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10, driver);
    } else
        snprintf(why, n, "cudaGetDeviceCount: %s (%s); %s", cudaGetErrorString((cudaError_t)e),
                 cudaGetErrorName((cudaError_t)e), advice(e));
    return -1;
}

/* NULL and half-open devices are legal. */
static void cuda_close(struct il_device *d)
{
    struct cuda *const c = d ? self(d) : NULL;

    if (!c)
        return;
    (void)enter(d);
    if (d->stream)
        (void)cudaStreamSynchronize(stream(d));
    if (c->blas)
        (void)c->cublas.cublasDestroy(c->blas);
    (void)cudaFree(c->workspace);
    if (d->stream)
        (void)cudaStreamDestroy(stream(d));
    (void)cudaGetLastError();
    free(c);
}

/* Open cuBLAS, and look up what is called of it. */
static int load_cublas(struct cuda *c)
{
    void *const library = il_library_open("libcublas.so." MAJOR, c->words, sizeof c->words);

    if (!library)
        return LIBRARY_ERROR;
#define X(call)                                                                                    \
    {                                                                                              \
        void *const symbol = dlsym(library, SYMBOL(call));                                         \
        if (!symbol) {                                                                             \
            snprintf(c->words, sizeof c->words,                                                    \
                     "libcublas.so." MAJOR                                                         \
                     " has no " SYMBOL(call) ": it is older than this build's " SYMBOL(            \
                         CUBLAS_VER_MAJOR) "." SYMBOL(CUBLAS_VER_MINOR));                          \
            return LIBRARY_ERROR;                                                                  \
        }                                                                                          \
        memcpy(&c->cublas.call, &symbol, sizeof symbol);                                           \
    }
    CUBLAS_CALLS(X)
#undef X
    return 0;
}

/*
 * Kernels run here: one of this build is there for this GPU, and it comes to its end. Without the proof a GPU
 * that is too old, or that hangs on to an error, is found out in the middle of a training.
 */
static int prove(struct cuda *c)
{
    struct il_device *const d = &c->head;
    float *const w = c->workspace;
    int e = CUDA(d, cudaMemsetAsync, w, 0, 64 * sizeof *w, stream(d));

    if (!e)
        e = handled(d, "launch of rescale", il_cuda_rescale(d, w, w + 16, NULL, 1, 1, 1));
    return e ? e : CUDA(d, cudaStreamSynchronize, stream(d));
}

static int cuda_open(struct il_device **d, int index, int threads, char *why, size_t n)
{
    struct cuda *const c = calloc(1, sizeof *c);
    cudaStream_t s = NULL;
    int e;

    (void)threads;
    *d = NULL;
    if (!c) {
        snprintf(why, n, "out of host memory");
        return cudaErrorMemoryAllocation;
    }
    c->head.seam = &cuda_seam;
    c->index = index;
    c->compute = CUBLAS_COMPUTE_32F_PEDANTIC;
    e = load_cublas(c);
    if (!e)
        e = enter(&c->head);
    if (!e && !(e = CUDA(&c->head, cudaStreamCreateWithFlags, &s, cudaStreamNonBlocking))) {
        c->head.stream = s;
        e = CUDA(&c->head, cudaMalloc, &c->workspace, WORKSPACE);
    }
    if (!e)
        e = BLAS(&c->head, cublasCreate, &c->blas);
    if (!e)
        e = BLAS(&c->head, cublasSetStream, c->blas, s);
    if (!e) /* after the stream: setting that one takes the workspace away again */
        e = BLAS(&c->head, cublasSetWorkspace, c->blas, c->workspace, WORKSPACE);
    if (!e)
        e = prove(c);
    if (e) {
        snprintf(why, n, "%s", cuda_error(&c->head, e));
        cuda_close(&c->head);
        return e;
    }
    *d = &c->head;
    return 0;
}

/* Part of a GPU: its name ends in "MIG 1g.10gb" or the like. */
static int is_mig(const struct cudaDeviceProp *p) { return strstr(p->name, " MIG ") != NULL; }

/* as nvidia-smi -L prints it: GPU-8 digits-4-4-4-12 */
static void name_uuid(const struct cudaDeviceProp *p, char text[48])
{
    int n = sprintf(text, is_mig(p) ? "MIG" : "GPU");

    for (int i = 0; i < 16; i++)
        n += sprintf(text + n, "%s%02x", i == 0 || i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                     (unsigned char)p->uuid.bytes[i]);
}

static int cuda_about(struct il_device *d, struct il_about *out)
{
    struct cudaDeviceProp p;
    int e = enter(d), driver = 0, runtime = 0, version = 0, mps = 0;
    char uuid[48];

    memset(out, 0, sizeof *out);
    if (!e)
        e = CUDA(d, cudaGetDeviceProperties, &p, self(d)->index);
    if (!e)
        e = CUDA(d, cudaMemGetInfo, &out->memory_free, &out->memory);
    if (!e)
        e = CUDA(d, cudaDriverGetVersion, &driver);
    if (!e)
        e = CUDA(d, cudaRuntimeGetVersion, &runtime);
    if (!e)
        e = BLAS(d, cublasGetVersion, self(d)->blas, &version);
    if (!e)
        e = CUDA(d, cudaDeviceGetAttribute, &mps, cudaDevAttrMpsEnabled, self(d)->index);
    if (e)
        return e;
    out->held = WORKSPACE;
    out->reserve = RESERVE;
    out->blocks = BLOCKS * (unsigned)p.multiProcessorCount;
    name_uuid(&p, uuid);
    snprintf(out->name, sizeof out->name, "%.63s", p.name);
    snprintf(out->detail, sizeof out->detail,
             "compute capability %d.%d, %d SMs%s%s, driver for CUDA %d.%d, CUDA runtime %d.%d, "
             "cuBLAS %d, %s",
             p.major, p.minor, p.multiProcessorCount, is_mig(&p) ? ", a MIG instance" : "",
             mps ? ", shared by MPS" : "", driver / 1000, driver % 1000 / 10, runtime / 1000,
             runtime % 1000 / 10, version, uuid);
    return 0;
}

static int cuda_alloc(struct il_device *d, void **p, size_t bytes)
{
    const int e = enter(d);

    *p = NULL;
    return e ? e : CUDA(d, cudaMalloc, p, bytes ? bytes : 1);
}
/* tried whatever fails: a device that is lost must not keep the caller from cleaning up */
static int cuda_free(struct il_device *d, void *p)
{
    const int e = enter(d), f = CUDA(d, cudaFree, p);

    return e ? e : f;
}
static int cuda_wait(struct il_device *d)
{
    const int e = enter(d);

    return e ? e : CUDA(d, cudaStreamSynchronize, stream(d));
}
static int copy(struct il_device *d, void *dst, const void *src, size_t bytes,
                enum cudaMemcpyKind kind)
{
    int e = enter(d);

    if (!e && bytes)
        e = CUDA(d, cudaMemcpyAsync, dst, src, bytes, kind, stream(d));
    return e ? e : CUDA(d, cudaStreamSynchronize, stream(d));
}
static int cuda_put(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    return copy(d, dst, src, bytes, cudaMemcpyHostToDevice);
}
static int cuda_get(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    return copy(d, dst, src, bytes, cudaMemcpyDeviceToHost);
}
static int cuda_zero(struct il_device *d, void *p, size_t bytes)
{
    const int e = enter(d);

    return e || !bytes ? e : CUDA(d, cudaMemsetAsync, p, 0, bytes, stream(d));
}

static int cuda_copy(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    const int e = enter(d);

    return e || !bytes
               ? e
               : CUDA(d, cudaMemcpyAsync, dst, src, bytes, cudaMemcpyDeviceToDevice, stream(d));
}

/* pedantic: fp32 in every phase of a product; fast: operands may be rounded for the tensor cores */
static int cuda_math(struct il_device *d, enum il_math mode)
{
    static const cublasComputeType_t types[] = { CUBLAS_COMPUTE_32F_PEDANTIC,
                                                 CUBLAS_COMPUTE_32F_FAST_TF32,
                                                 CUBLAS_COMPUTE_32F_FAST_16BF };
    struct cuda *const c = self(d);
    int e = 0, major = 0, minor = 0;

    if (mode != IL_MATH_FP32 && c->capability == 0) {
        e = CUDA(d, cudaDeviceGetAttribute, &major, cudaDevAttrComputeCapabilityMajor, c->index);
        if (!e)
            e = CUDA(d, cudaDeviceGetAttribute, &minor, cudaDevAttrComputeCapabilityMinor,
                     c->index);
        c->capability = 10 * major + minor;
    }
    if (e)
        return e;
    if (mode != IL_MATH_FP32 && c->capability < 80)
        return MATH_ERROR;
    c->compute = types[mode];
    return 0;
}

/* all of MNIST's test images, for one run of 784-256-256-10, are 78 MB: work for every multiprocessor */
static size_t cuda_chunk(struct il_device *d)
{
    (void)d;
    return CHUNK;
}

static cublasOperation_t op(int transposed) { return transposed ? CUBLAS_OP_T : CUBLAS_OP_N; }

/* row-major c = a b is column-major c' = b' a' */
static int cuda_gemm(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                     float alpha, const float *a, unsigned lda, const float *b, unsigned ldb,
                     float beta, float *c, unsigned ldc)
{
    const int e = (m | n | k | lda | ldb | ldc) > INT_MAX ? cudaErrorInvalidValue : enter(d);

    return e ? e
             : BLAS(d, cublasGemmEx, self(d)->blas, op(tb), op(ta), (int)n, (int)m, (int)k, &alpha,
                    b, CUDA_R_32F, (int)ldb, a, CUDA_R_32F, (int)lda, &beta, c, CUDA_R_32F,
                    (int)ldc, self(d)->compute, CUBLAS_GEMM_DEFAULT);
}
static int cuda_gemm_batched(struct il_device *d, int ta, int tb, unsigned m, unsigned n,
                             unsigned k, float alpha, const float *a, unsigned lda, size_t sa,
                             const float *b, unsigned ldb, size_t sb, float beta, float *c,
                             unsigned ldc, size_t sc, unsigned count)
{
    const int e =
        (m | n | k | lda | ldb | ldc | count) > INT_MAX ? cudaErrorInvalidValue : enter(d);

    return e ? e
             : BLAS(d, cublasGemmStridedBatchedEx, self(d)->blas, op(tb), op(ta), (int)n, (int)m,
                    (int)k, &alpha, b, CUDA_R_32F, (int)ldb, (long long)sb, a, CUDA_R_32F, (int)lda,
                    (long long)sa, &beta, c, CUDA_R_32F, (int)ldc, (long long)sc, (int)count,
                    self(d)->compute, CUBLAS_GEMM_DEFAULT);
}

static void cuda_record_free(struct il_device *d, struct il_record *r)
{
    if (!r)
        return;
    (void)enter(d);
    if (r->one)
        (void)CUDA(d, cudaGraphExecDestroy, r->one);
    if (r->burst)
        (void)CUDA(d, cudaGraphExecDestroy, r->burst);
    for (int i = 0; i < AHEAD; i++)
        if (r->done[i])
            (void)CUDA(d, cudaEventDestroy, r->done[i]);
    free(r);
}

/* So many steps as a graph: they are noted down, and nothing is done. */
static int capture(struct il_device *d, const struct il_record *r, unsigned times,
                   cudaGraphExec_t *exec)
{
    cudaGraph_t graph = NULL;
    int e = CUDA(d, cudaStreamBeginCapture, stream(d), cudaStreamCaptureModeThreadLocal), end;

    if (e)
        return e;
    while (!e && times-- > 0)
        e = r->step(d, r->arg);
    end = (int)cudaStreamEndCapture(stream(d), &graph); /* always: ends the capture */
    if (!e)
        e = handled(d, "cudaStreamEndCapture", end);
    else if (end) /* the step's own failure, once more */
        (void)cudaGetLastError();
    if (!e)
        e = CUDA(d, cudaGraphInstantiate, exec, graph, 0);
    if (graph &&
        cudaGraphDestroy(graph)) /* nothing is lost but memory; the next launch is innocent */
        (void)cudaGetLastError();
    return e;
}

static int cuda_record(struct il_device *d, il_step_fn *step, void *arg, struct il_record **out)
{
    struct il_record *const r = calloc(1, sizeof *r);
    int e;

    *out = NULL;
    if (!r)
        return cudaErrorMemoryAllocation;
    r->step = step;
    r->arg = arg;
    e = enter(d);
    if (!e)
        e = step(d, arg); /* a real step: cuBLAS loads its kernels here */
    if (!e)
        e = capture(d, r, 1, &r->one);
    if (e)
        cuda_record_free(d, r);
    else
        *out = r;
    return e;
}

/*
 * A burst, when the one before the last is through: else a host that only queues would be an epoch ahead, and
 * the program deaf to Ctrl-C for as long.
 */
static int launch_burst(struct il_device *d, struct il_record *r)
{
    cudaEvent_t *const done = &r->done[r->bursts++ % AHEAD];
    int e = r->burst ? 0 : capture(d, r, BURST, &r->burst);

    if (!e)
        e = *done ? CUDA(d, cudaEventSynchronize, *done)
                  : CUDA(d, cudaEventCreateWithFlags, done, cudaEventDisableTiming);
    if (!e)
        e = CUDA(d, cudaGraphLaunch, r->burst, stream(d));
    return e ? e : CUDA(d, cudaEventRecord, *done, stream(d));
}

static int cuda_replay(struct il_device *d, struct il_record *r, unsigned times)
{
    int e = enter(d);

    for (; !e && times >= BURST; times -= BURST)
        e = launch_burst(d, r);
    while (!e && times-- > 0)
        e = CUDA(d, cudaGraphLaunch, r->one, stream(d));
    return e;
}

#define X(name, params, args, bytes, flops)                                                        \
    static int cuda_##name params                                                                  \
    {                                                                                              \
        const int e_ = enter(d);                                                                   \
        return e_ ? e_ : handled(d, "launch of " #name, il_cuda_##name args);                      \
    }
#include "ops.def"
#undef X

static const struct il_seam cuda_seam = {
    .abi = IL_SEAM_ABI,
    .size = sizeof(struct il_seam),
    .kind = "cuda",
    .count = cuda_count,
    .open = cuda_open,
    .close = cuda_close,
    .about = cuda_about,
    .error = cuda_error,
    .alloc = cuda_alloc,
    .free = cuda_free,
    .put = cuda_put,
    .get = cuda_get,
    .zero = cuda_zero,
    .copy = cuda_copy,
    .wait = cuda_wait,
    .math = cuda_math,
    .chunk = cuda_chunk,
    .gemm = cuda_gemm,
    .gemm_batched = cuda_gemm_batched,
    .input_lists = dense_lists,
    .input_gather = dense_gather,
    .input_forward = dense_forward,
    .input_update = dense_update,
    .record = cuda_record,
    .replay = cuda_replay,
    .record_free = cuda_record_free,
#define X(name, params, args, bytes, flops) .name = cuda_##name,
#include "ops.def"
#undef X
};

__attribute__((visibility("default"))) const struct il_seam *il_plugin_seam(void)
{
    return &cuda_seam;
}
