/*
 * test_misuse.c CASE - small programs that use the CUDA runtime and cuBLAS as one must not, each of
 * which the look-alikes must notice. Exit 0: everything was refused (or done) as it should be; 1:
 * not, with words; 3: data that was copied without a wait had not arrived. Cases that must abort
 * never get to their return.
 */
#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong;

/* the call must return just this */
static void expect(int got, int want, const char *call)
{
    if (got == want)
        return;
    fprintf(stderr, "%s: %d, not %d\n", call, got, want);
    wrong = 1;
}
#define EXPECT(want, call) expect((int)(call), (int)(want), #call)

static float *device(size_t n)
{
    void *p = NULL;

    EXPECT(cudaSuccess, cudaMalloc(&p, n * sizeof(float)));
    return p;
}

static cudaStream_t stream(void)
{
    cudaStream_t s = NULL;

    EXPECT(cudaSuccess, cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
    return s;
}

static int host_read(void) { return *(volatile float *)device(4) > 0; }
static int host_write(void) { return (int)(*(volatile float *)device(4) = 1); }

/* fresh memory is NaN; a copy back without a wait may find nothing */
static int copy(int wait)
{
    cudaStream_t s = stream();
    float *p = device(4), back[4] = { 1, 2, 3, 4 };

    EXPECT(cudaSuccess, cudaMemcpyAsync(back, p, sizeof back, cudaMemcpyDeviceToHost, s));
    if (wait)
        EXPECT(cudaSuccess, cudaStreamSynchronize(s));
    if (back[0] == 1)
        return 3;
    for (int i = 0; i < 4; i++)
        EXPECT(1, back[i] != back[i]);
    EXPECT(cudaSuccess, cudaFree(p));
    return wrong;
}
static int waits(void) { return copy(1); }
static int waits_not(void) { return copy(0); }

/* cudaMemcpy waits for the default stream, which does not wait for a stream that is non-blocking */
static int copies_unordered(void)
{
    unsigned char *p = (unsigned char *)device(4), b = 0;

    EXPECT(cudaSuccess, cudaMemsetAsync(p, 5, 1, stream()));
    EXPECT(cudaSuccess, cudaMemcpy(&b, p, 1, cudaMemcpyDeviceToHost));
    return b == 5 ? 0 : 3;
}

static int frees_twice(void)
{
    float *p = device(4);

    EXPECT(cudaSuccess, cudaFree(NULL));
    EXPECT(cudaSuccess, cudaFree(p));
    EXPECT(cudaErrorInvalidValue, cudaFree(p));
    EXPECT(cudaErrorInvalidValue, cudaGetLastError());
    EXPECT(cudaSuccess, cudaGetLastError());
    p = device(4);
    EXPECT(cudaErrorInvalidValue, cudaFree(p + 1));
    return wrong;
}

static int uses_freed(void)
{
    float *p = device(4);

    EXPECT(cudaSuccess, cudaFree(p));
    return (int)cudaMemsetAsync(p, 0, 4, NULL);
}

static int copies_past(void)
{
    float x[5] = { 0 };

    return (int)cudaMemcpyAsync(device(4), x, sizeof x, cudaMemcpyHostToDevice, NULL);
}

static int gets_past(void)
{
    float x[5] = { 0 };

    return (int)cudaMemcpyAsync(x, device(4), sizeof x, cudaMemcpyDeviceToHost, NULL);
}

static int wrong_direction(void)
{
    float x[4] = { 0 }, *p = device(4);

    EXPECT(cudaErrorInvalidValue, cudaMemcpyAsync(p, p, sizeof x, cudaMemcpyHostToDevice, NULL));
    EXPECT(cudaErrorInvalidValue, cudaMemcpyAsync(p, NULL, 4, cudaMemcpyHostToDevice, NULL));
    EXPECT(cudaErrorInvalidValue, cudaMemcpyAsync(NULL, p, 4, cudaMemcpyDeviceToHost, NULL));
    EXPECT(cudaSuccess, cudaMemcpyAsync(p, NULL, 0, cudaMemcpyHostToDevice, NULL));
    return wrong;
}

static int capture(void)
{
    cudaStream_t s = stream();
    cudaGraph_t g = NULL;
    float *p = device(4);

    EXPECT(cudaErrorIllegalState, cudaStreamEndCapture(s, &g));
    EXPECT(cudaErrorStreamCaptureUnsupported,
           cudaStreamBeginCapture(NULL, cudaStreamCaptureModeThreadLocal));
    EXPECT(cudaSuccess, cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal));
    EXPECT(cudaErrorIllegalState, cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal));
    EXPECT(cudaSuccess, cudaStreamEndCapture(s, &g));
    EXPECT(cudaSuccess, cudaGraphDestroy(g));
    EXPECT(cudaErrorInvalidValue, cudaGraphDestroy(g));
    EXPECT(cudaSuccess, cudaStreamDestroy(s));
    EXPECT(cudaErrorInvalidResourceHandle, cudaStreamDestroy(s));
    EXPECT(cudaErrorInvalidResourceHandle, cudaMemsetAsync(p, 0, 4, s));
    return wrong;
}

/* captured work runs at the launch, not before, and each time */
static int graph(void)
{
    cudaStream_t s = stream();
    cudaGraph_t g = NULL;
    cudaGraphExec_t x = NULL;
    unsigned char *p = (unsigned char *)device(4), b = 0;

    EXPECT(cudaSuccess, cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal));
    EXPECT(cudaSuccess, cudaMemsetAsync(p, 5, 1, s));
    EXPECT(cudaSuccess, cudaStreamEndCapture(s, &g));
    EXPECT(cudaSuccess, cudaMemcpyAsync(&b, p, 1, cudaMemcpyDeviceToHost, s));
    EXPECT(cudaSuccess, cudaStreamSynchronize(s));
    EXPECT(255, b);
    EXPECT(cudaSuccess, cudaGraphInstantiate(&x, g, 0));
    EXPECT(cudaSuccess, cudaGraphDestroy(g));
    EXPECT(cudaSuccess, cudaGraphLaunch(x, s));
    EXPECT(cudaSuccess, cudaMemcpyAsync(&b, p, 1, cudaMemcpyDeviceToHost, s));
    EXPECT(cudaSuccess, cudaStreamSynchronize(s));
    EXPECT(5, b);
    EXPECT(cudaSuccess, cudaGraphExecDestroy(x));
    EXPECT(cudaErrorInvalidValue, cudaGraphLaunch(x, s));
    return wrong;
}

/* an event is there once the stream has come to it; waiting for one never recorded is no wait */
static int events(void)
{
    cudaStream_t s = stream();
    cudaEvent_t e = NULL;
    unsigned char *p = (unsigned char *)device(4), b = 0;

    EXPECT(cudaSuccess, cudaEventCreateWithFlags(&e, cudaEventDisableTiming));
    EXPECT(cudaSuccess, cudaEventSynchronize(e));
    EXPECT(cudaSuccess, cudaMemsetAsync(p, 5, 1, s));
    EXPECT(cudaSuccess, cudaMemcpyAsync(&b, p, 1, cudaMemcpyDeviceToHost, s));
    EXPECT(cudaSuccess, cudaEventRecord(e, s));
    EXPECT(cudaSuccess, cudaMemsetAsync(p, 6, 1, s));
    EXPECT(cudaSuccess, cudaEventSynchronize(e));
    EXPECT(5, b);
    EXPECT(cudaSuccess, cudaEventDestroy(e));
    EXPECT(cudaErrorInvalidResourceHandle, cudaEventRecord(e, s));
    EXPECT(cudaErrorInvalidResourceHandle, cudaEventSynchronize(e));
    return wrong;
}

struct captured { /* a graph on a stream of its own, with cuBLAS on it */
    cudaStream_t s;
    cublasHandle_t h;
    float *p, *workspace;
    cudaGraphExec_t x;
};

static struct captured begin(void)
{
    struct captured c = { .s = stream(), .p = device(64), .workspace = device(64) };

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&c.h));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetStream(c.h, c.s));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetWorkspace(c.h, c.workspace, 256));
    EXPECT(cudaSuccess, cudaStreamBeginCapture(c.s, cudaStreamCaptureModeThreadLocal));
    return c;
}

static cublasStatus_t product(cublasHandle_t h, const float *a, float *c)
{
    const float one = 1;

    return cublasSgemm(h, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 2, &one, a, 2, a, 2, &one, c, 2);
}

/* a call that a capture forbids: it says so, the stream takes nothing more, and there is no graph */
static void spoils(int got, int want, const char *call, const struct captured *c)
{
    cudaGraph_t g = NULL;

    expect(got, want, call);
    EXPECT(cudaErrorStreamCaptureInvalidated, cudaMemsetAsync(c->p, 0, 4, c->s));
    EXPECT(CUBLAS_STATUS_EXECUTION_FAILED, product(c->h, c->p, c->p + 4));
    EXPECT(cudaErrorStreamCaptureInvalidated, cudaStreamEndCapture(c->s, &g));
    EXPECT(1, g == NULL);
    EXPECT(cudaSuccess, cudaMemsetAsync(c->p, 0, 4, c->s));
    EXPECT(cudaSuccess, cudaStreamBeginCapture(c->s, cudaStreamCaptureModeThreadLocal));
}
#define SPOILS(want, call) spoils((int)(call), (int)(want), #call, &c)

static int spoilt(void)
{
    cublasHandle_t other = NULL, more = NULL;
    void *p = NULL;
    float x = 0;

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&other));
    const struct captured c = begin();
    SPOILS(cudaErrorStreamCaptureUnsupported, cudaStreamSynchronize(c.s));
    SPOILS(cudaErrorStreamCaptureUnsupported, cudaDeviceSynchronize());
    SPOILS(cudaErrorStreamCaptureUnsupported, cudaMalloc(&p, 4));
    SPOILS(cudaErrorStreamCaptureUnsupported, cudaFree(c.workspace));
    SPOILS(cudaErrorStreamCaptureUnsupported, cudaMemcpy(&x, c.p, 4, cudaMemcpyDeviceToHost));
    SPOILS(cudaErrorStreamCaptureUnsupported, cudaMemset(c.p, 0, 4));
    SPOILS(CUBLAS_STATUS_ALLOC_FAILED, cublasCreate(&more));
    SPOILS(CUBLAS_STATUS_INTERNAL_ERROR, cublasDestroy(other));
    return wrong;
}

/* a relaxed capture allows what is only unsafe */
static int relaxed(void)
{
    const struct captured c = begin();
    cudaGraph_t g = NULL;
    cublasHandle_t more = NULL;
    void *p = NULL;

    EXPECT(cudaSuccess, cudaStreamEndCapture(c.s, &g));
    EXPECT(cudaSuccess, cudaStreamBeginCapture(c.s, cudaStreamCaptureModeRelaxed));
    EXPECT(cudaSuccess, cudaMalloc(&p, 4));
    EXPECT(cudaSuccess, cudaFree(p));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&more));
    EXPECT(cudaSuccess, cudaStreamEndCapture(c.s, &g));
    EXPECT(cudaSuccess, cudaStreamBeginCapture(c.s, cudaStreamCaptureModeRelaxed));
    SPOILS(cudaErrorStreamCaptureUnsupported, cudaDeviceSynchronize());
    return wrong;
}

/* the default stream waits for a blocking stream, whatever the mode; for another it does not */
static int legacy(void)
{
    struct captured c = begin();
    cudaGraph_t g = NULL;

    EXPECT(cudaSuccess, cudaMemsetAsync(c.p, 0, 4, NULL));
    EXPECT(cudaSuccess, cudaStreamEndCapture(c.s, &g));
    EXPECT(cudaSuccess, cudaStreamCreateWithFlags(&c.s, cudaStreamDefault));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetStream(c.h, c.s));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetWorkspace(c.h, c.workspace, 256));
    EXPECT(cudaSuccess, cudaStreamBeginCapture(c.s, cudaStreamCaptureModeRelaxed));
    SPOILS(cudaErrorStreamCaptureImplicit, cudaMemsetAsync(c.p, 0, 4, NULL));
    SPOILS(cudaErrorStreamCaptureImplicit, cudaMemset(c.p, 0, 4));
    return wrong;
}

static int destroys_captured(void)
{
    const struct captured c = begin();

    return (int)cudaStreamDestroy(c.s);
}

/* a graph that is launched although memory that it works on is freed */
static int replays_freed(struct captured *c, float *freed)
{
    cudaGraph_t g = NULL;

    EXPECT(cudaSuccess, cudaStreamEndCapture(c->s, &g));
    EXPECT(cudaSuccess, cudaGraphInstantiate(&c->x, g, 0));
    EXPECT(cudaSuccess, cudaGraphLaunch(c->x, c->s));
    EXPECT(cudaSuccess, cudaStreamSynchronize(c->s));
    EXPECT(cudaSuccess, cudaFree(freed));
    EXPECT(cudaSuccess, cudaGraphLaunch(c->x, c->s));
    return (int)cudaStreamSynchronize(c->s);
}

static int replays_memset(void)
{
    struct captured c = begin();

    EXPECT(cudaSuccess, cudaMemsetAsync(c.p, 0, 4, c.s));
    return replays_freed(&c, c.p);
}

static int replays_copy(void)
{
    struct captured c = begin();

    EXPECT(cudaSuccess, cudaMemcpyAsync(c.workspace, c.p, 4, cudaMemcpyDeviceToDevice, c.s));
    return replays_freed(&c, c.p);
}

static int replays_product(void)
{
    struct captured c = begin();

    EXPECT(CUBLAS_STATUS_SUCCESS, product(c.h, c.p, c.p + 4));
    return replays_freed(&c, c.p);
}

static int replays_workspace(void)
{
    struct captured c = begin();

    EXPECT(CUBLAS_STATUS_SUCCESS, product(c.h, c.p, c.p + 4));
    return replays_freed(&c, c.workspace);
}

static int workspace_freed(void)
{
    cublasHandle_t h = NULL;
    float *workspace = device(64), *p = device(64);

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&h));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetWorkspace(h, workspace, 256));
    EXPECT(CUBLAS_STATUS_SUCCESS, product(h, p, p + 4));
    EXPECT(cudaSuccess, cudaFree(workspace));
    return (int)product(h, p, p + 4);
}

/* frees all but what is asked for */
static int leaks(const char *what)
{
    struct captured c = begin();
    cudaGraph_t g = NULL;
    cudaEvent_t e = NULL;

    EXPECT(cudaSuccess, cudaStreamEndCapture(c.s, &g));
    EXPECT(cudaSuccess, cudaGraphInstantiate(&c.x, g, 0));
    EXPECT(cudaSuccess, cudaEventCreateWithFlags(&e, cudaEventDisableTiming));
    if (strcmp(what, "event") != 0)
        EXPECT(cudaSuccess, cudaEventDestroy(e));
    if (strcmp(what, "graph") != 0)
        EXPECT(cudaSuccess, cudaGraphDestroy(g));
    if (strcmp(what, "exec") != 0)
        EXPECT(cudaSuccess, cudaGraphExecDestroy(c.x));
    if (strcmp(what, "handle") != 0)
        EXPECT(CUBLAS_STATUS_SUCCESS, cublasDestroy(c.h));
    if (strcmp(what, "stream") != 0)
        EXPECT(cudaSuccess, cudaStreamDestroy(c.s));
    if (strcmp(what, "memory") != 0)
        EXPECT(cudaSuccess, cudaFree(c.p));
    EXPECT(cudaSuccess, cudaFree(c.workspace));
    return wrong;
}
static int leaks_graph(void) { return leaks("graph"); }
static int leaks_exec(void) { return leaks("exec"); }
static int leaks_event(void) { return leaks("event"); }
static int leaks_handle(void) { return leaks("handle"); }
static int leaks_stream(void) { return leaks("stream"); }
static int leaks_memory(void) { return leaks("memory"); }
static int leaks_nothing(void) { return leaks(""); }

/* a captured product, its workspace given before the stream: setting the stream takes it away */
static int workspace_first(void)
{
    cudaStream_t s = stream();
    cublasHandle_t h = NULL;
    float *p = device(64);

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&h));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetWorkspace(h, device(64), 256));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetStream(h, s));
    EXPECT(cudaSuccess, cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal));
    return (int)product(h, p, p);
}

static int leading_dimension(void)
{
    cublasHandle_t h = NULL;
    const float one = 1;
    float *p = device(64);

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&h));
    EXPECT(CUBLAS_STATUS_INVALID_VALUE,
           cublasSgemm(h, CUBLAS_OP_N, CUBLAS_OP_N, 4, 2, 2, &one, p, 3, p, 2, &one, p, 4));
    EXPECT(CUBLAS_STATUS_INVALID_VALUE,
           cublasSgemm(h, CUBLAS_OP_N, CUBLAS_OP_T, 4, 4, 2, &one, p, 4, p, 3, &one, p, 4));
    EXPECT(CUBLAS_STATUS_INVALID_VALUE,
           cublasSgemm(h, CUBLAS_OP_N, CUBLAS_OP_N, 4, 2, 2, &one, p, 4, p, 2, &one, p, 3));
    EXPECT(CUBLAS_STATUS_SUCCESS,
           cublasSgemm(h, CUBLAS_OP_T, CUBLAS_OP_N, 4, 2, 2, &one, p, 2, p, 2, &one, p, 4));
    EXPECT(CUBLAS_STATUS_INVALID_VALUE, cublasSetWorkspace(h, (char *)p + 4, 64));
    EXPECT(CUBLAS_STATUS_NOT_INITIALIZED, cublasSetStream(NULL, NULL));
    return wrong;
}

/* work on a stream or a handle that is gone, by every kind of call that takes one */
static int destroyed(void)
{
    cudaStream_t s = stream(), other = stream();
    cublasHandle_t h = NULL, gone = NULL;
    cudaGraph_t g = NULL;
    cudaGraphExec_t x = NULL;
    float *p = device(64), host[4] = { 0 };

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&h));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&gone));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetStream(h, s));
    EXPECT(cudaSuccess, cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal));
    EXPECT(cudaSuccess, cudaStreamEndCapture(s, &g));
    EXPECT(cudaSuccess, cudaGraphInstantiate(&x, g, 0));
    EXPECT(cudaSuccess, cudaStreamDestroy(s));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasDestroy(gone));
    EXPECT(cudaErrorInvalidResourceHandle, cudaMemcpyAsync(p, host, 4, cudaMemcpyHostToDevice, s));
    EXPECT(cudaErrorInvalidResourceHandle, cudaMemsetAsync(p, 0, 4, s));
    EXPECT(cudaErrorInvalidResourceHandle, cudaStreamSynchronize(s));
    EXPECT(cudaErrorInvalidResourceHandle, cudaGraphLaunch(x, s));
    EXPECT(cudaErrorInvalidResourceHandle,
           cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal));
    EXPECT(cudaErrorInvalidResourceHandle, cudaStreamDestroy(s));
    EXPECT(CUBLAS_STATUS_EXECUTION_FAILED, product(h, p, p));
    EXPECT(CUBLAS_STATUS_NOT_INITIALIZED, product(gone, p, p));
    EXPECT(CUBLAS_STATUS_NOT_INITIALIZED, cublasSetStream(gone, other));
    EXPECT(CUBLAS_STATUS_NOT_INITIALIZED, cublasDestroy(gone));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetStream(h, other));
    EXPECT(CUBLAS_STATUS_SUCCESS, product(h, p, p));
    return wrong;
}

static cublasStatus_t extended(cublasHandle_t h, float *p, cublasComputeType_t type)
{
    const float one = 1;

    return cublasGemmEx(h, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 2, &one, p, CUDA_R_32F, 2, p, CUDA_R_32F,
                        2, &one, p + 4, CUDA_R_32F, 2, type, CUBLAS_GEMM_DEFAULT);
}

/* a batch of two products of 2 x 2, with these leading dimensions, and this stride of the result */
static cublasStatus_t batch(cublasHandle_t h, float *p, int lda, int ldb, int ldc, long long stride)
{
    const float one = 1;

    return cublasGemmStridedBatchedEx(h, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 2, &one, p, CUDA_R_32F,
                                      lda, 8, p, CUDA_R_32F, ldb, 8, &one, p + 32, CUDA_R_32F, ldc,
                                      stride, 2, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
}

static int extended_products(void)
{
    cublasHandle_t h = NULL;
    const float one = 1;
    float *p = device(64);

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&h));
    EXPECT(CUBLAS_STATUS_SUCCESS, extended(h, p, CUBLAS_COMPUTE_32F));
    EXPECT(CUBLAS_STATUS_NOT_SUPPORTED, extended(h, p, CUBLAS_COMPUTE_16F));
    EXPECT(CUBLAS_STATUS_INVALID_VALUE, extended(h, p, (cublasComputeType_t)999));
    EXPECT(CUBLAS_STATUS_INVALID_VALUE, cublasSgemm(h, (cublasOperation_t)9, CUBLAS_OP_N, 2, 2, 2,
                                                    &one, p, 2, p, 2, &one, p + 4, 2));
    EXPECT(CUBLAS_STATUS_SUCCESS, batch(h, p, 2, 2, 2, 4));
    EXPECT(CUBLAS_STATUS_SUCCESS, batch(h, p, 2, 2, 4, 2)); /* interleaved column blocks */
    EXPECT(CUBLAS_STATUS_INVALID_VALUE, batch(h, p, 1, 2, 2, 4));
    EXPECT(CUBLAS_STATUS_INVALID_VALUE, batch(h, p, 2, 1, 2, 4));
    EXPECT(CUBLAS_STATUS_INVALID_VALUE, batch(h, p, 2, 2, 1, 4));
    return wrong;
}

static int batch_overlaps(long long stride)
{
    cublasHandle_t h = NULL;

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&h));
    return (int)batch(h, device(64), 2, 2, 4, stride);
}
static int batch_on_one(void) { return batch_overlaps(0); }
static int batch_by_a_column(void)
{
    return batch_overlaps(3);
} /* row 1 of column 0 is row 0 of 1 */

static int product_at(const float *a)
{
    cublasHandle_t h = NULL;

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&h));
    return (int)product(h, a, device(4));
}
static int product_of_null(void) { return product_at(NULL); }
static int product_of_host(void) { return product_at((const float[4]){ 0 }); }

static int product_past(void)
{
    cublasHandle_t h = NULL;
    const float one = 1;
    float *p = device(15);

    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&h));
    return (int)cublasSgemm(h, CUBLAS_OP_N, CUBLAS_OP_N, 4, 4, 2, &one, p, 4, p, 2, &one, p, 4);
}

/* on another device than its own a handle is of no use; what only names memory or a stream is */
static int other_device(void)
{
    const struct captured c = begin();
    cudaGraph_t g = NULL;
    float x = 0;

    EXPECT(cudaSuccess, cudaStreamEndCapture(c.s, &g));
    EXPECT(CUBLAS_STATUS_SUCCESS, product(c.h, c.p, c.p + 4));
    EXPECT(cudaSuccess, cudaSetDevice(1));
    EXPECT(CUBLAS_STATUS_EXECUTION_FAILED, product(c.h, c.p, c.p + 4));
    EXPECT(cudaSuccess, cudaMemsetAsync(c.p, 0, 4, c.s));
    EXPECT(cudaSuccess, cudaMemcpyAsync(&x, c.p, 4, cudaMemcpyDeviceToHost, stream()));
    EXPECT(cudaSuccess, cudaStreamSynchronize(c.s));
    EXPECT(cudaSuccess, cudaFree(c.p));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasSetStream(c.h, stream()));
    EXPECT(cudaSuccess, cudaSetDevice(0));
    EXPECT(CUBLAS_STATUS_EXECUTION_FAILED, product(c.h, c.workspace, c.workspace + 4));
    EXPECT(cudaErrorInvalidDevice, cudaSetDevice(2));
    return wrong;
}

static int other_memset(void)
{
    float *p = device(4);

    EXPECT(cudaSuccess, cudaSetDevice(1));
    return (int)cudaMemsetAsync(p, 0, 4, stream());
}

static int other_product(void)
{
    cublasHandle_t h = NULL;
    float *p = device(64);

    EXPECT(cudaSuccess, cudaSetDevice(1));
    EXPECT(CUBLAS_STATUS_SUCCESS, cublasCreate(&h));
    return (int)product(h, p, p + 4);
}

static int memory_full(void)
{
    size_t unused = 0, total = 0;
    void *p = NULL, *q = NULL;

    EXPECT(cudaSuccess, cudaMemGetInfo(&unused, &total));
    EXPECT(1, unused == total && total == 1 << 20);
    EXPECT(cudaSuccess, cudaMalloc(&p, 600000));
    EXPECT(cudaErrorMemoryAllocation, cudaMalloc(&q, 600000));
    EXPECT(1, q == NULL);
    EXPECT(cudaSuccess, cudaFree(p));
    EXPECT(cudaSuccess, cudaMalloc(&q, 600000));
    EXPECT(1, p != q); /* addresses are never used again */
    return wrong;
}

static int words(void)
{
    EXPECT(0, strcmp(cudaGetErrorString(cudaErrorMemoryAllocation), "out of memory"));
    EXPECT(0, strcmp(cudaGetErrorName(cudaErrorStreamCaptureUnsupported),
                     "cudaErrorStreamCaptureUnsupported"));
    EXPECT(0, strcmp(cudaGetErrorString((cudaError_t)12345), "unrecognized error code"));
    EXPECT(0, strcmp(cublasGetStatusString(CUBLAS_STATUS_ALLOC_FAILED),
                     "the resource allocation failed"));
    return wrong;
}

static const struct {
    const char *name;
    int (*run)(void);
} cases[] = {
    { "host_read", host_read },
    { "host_write", host_write },
    { "waits", waits },
    { "waits_not", waits_not },
    { "copies_unordered", copies_unordered },
    { "frees_twice", frees_twice },
    { "uses_freed", uses_freed },
    { "copies_past", copies_past },
    { "gets_past", gets_past },
    { "wrong_direction", wrong_direction },
    { "capture", capture },
    { "spoilt", spoilt },
    { "relaxed", relaxed },
    { "legacy", legacy },
    { "destroys_captured", destroys_captured },
    { "graph", graph },
    { "events", events },
    { "leaks_event", leaks_event },
    { "replays_memset", replays_memset },
    { "replays_copy", replays_copy },
    { "replays_product", replays_product },
    { "replays_workspace", replays_workspace },
    { "workspace_freed", workspace_freed },
    { "leaks_graph", leaks_graph },
    { "leaks_exec", leaks_exec },
    { "leaks_handle", leaks_handle },
    { "leaks_stream", leaks_stream },
    { "leaks_memory", leaks_memory },
    { "leaks_nothing", leaks_nothing },
    { "workspace_first", workspace_first },
    { "leading_dimension", leading_dimension },
    { "extended_products", extended_products },
    { "batch_on_one", batch_on_one },
    { "batch_by_a_column", batch_by_a_column },
    { "product_of_null", product_of_null },
    { "product_of_host", product_of_host },
    { "product_past", product_past },
    { "destroyed", destroyed },
    { "other_device", other_device },
    { "other_memset", other_memset },
    { "other_product", other_product },
    { "memory_full", memory_full },
    { "words", words },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (argc == 2 && !strcmp(argv[1], cases[i].name))
            return cases[i].run();
    fprintf(stderr, "usage: test_misuse CASE\n");
    return 2;
}
