/*
 * cublas.cpp - a look-alike of libcublas: checks what cuBLAS checks, then hands the product to a
 * CBLAS. Column-major, scalars on the host (taken at the call, as a capture does). Fast compute types
 * round the operands to TF32's or bf16's bits first, as tensor cores do; sums are float.
 *
 * Products are the CPU device's own (host/device/blas.c), or those of the CBLAS that SIMCUDA_BLAS
 * names. That one is opened and asked for its own cblas_sgemm: were it linked, the loader would bind
 * it to the program's, and a comparison of two libraries would compare one with itself.
 */
extern "C" {
#include "device/blas.h"
}
#include "simcuda.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cublas_v2.h>
#include <dlfcn.h>
#include <set>
#include <vector>

struct cublasContext {
    int device = simcuda_device();
    cudaStream_t stream = nullptr;
    void *workspace = nullptr;
    size_t workspace_bytes = 0;
    cublasMath_t math = CUBLAS_DEFAULT_MATH;
};

static std::set<cublasHandle_t> handles; /* that are not destroyed */

static bool alive(cublasHandle_t h) { return handles.count(h) != 0; }

/* a matrix as cuBLAS takes it: stored [rows, cols] column-major, `stride` elements to the next of
 * the batch */
struct Matrix {
    const float *at;
    int rows, cols, ld;
    long long stride;
};

enum { COL_MAJOR = 102, NO_TRANS = 111, TRANS = 112 }; /* CBLAS's own numbers */
typedef void sgemm_fn(int, int, int, int, int, int, float, const float *, int, const float *, int,
                      float, float *, int);

/* column-major, as CBLAS has it, by the row-major product of the CPU device: C' = op(B)' op(A)' */
static void own_sgemm(int, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                      int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    il_blas_sgemm(1, tb == TRANS, ta == TRANS, n, m, k, alpha, b, ldb, a, lda, beta, c, ldc);
}

static sgemm_fn *product()
{
    const char *name = getenv("SIMCUDA_BLAS");

    if (!name) {
        il_blas_start();
        return own_sgemm;
    }
    void *so = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    auto *f = so ? (sgemm_fn *)dlsym(so, "cblas_sgemm") : nullptr;

    if (!f)
        simcuda_die("no CBLAS: %s", dlerror());
    return f;
}

static bool legal(const Matrix &m)
{
    return m.rows >= 0 && m.cols >= 0 && m.ld >= std::max(1, m.rows);
}

/* in what cuBLAS takes for real numbers; conjugation is "not supported" in its header */
static bool legal(cublasOperation_t op)
{
    return op == CUBLAS_OP_N || op == CUBLAS_OP_T || op == CUBLAS_OP_C;
}

/* Do matrices of the batch share elements? Interleaved column blocks do not. Two that lie d apart
 * share one if d = column * ld + row, with |column| < cols and |row| < rows. */
static bool overlaps(const Matrix &m, int count)
{
    for (long long i = 1; i < count; i++) {
        const long long d = std::llabs(m.stride) * i, column = d / m.ld, row = d % m.ld;

        if ((column < m.cols && row < m.rows) || (column + 1 < m.cols && m.ld - row < m.rows))
            return true;
    }
    return false;
}

/* every matrix by itself: interleaved column blocks are no overlap; returns where the first one's
 * bytes lie */
static float *checked(const Matrix &m, int count, int device, const char *name)
{
    const size_t bytes =
        m.rows && m.cols ? ((size_t)(m.cols - 1) * m.ld + m.rows) * sizeof(float) : 0;

    for (int i = 0; i < count; i++)
        simcuda_bytes(m.at + i * m.stride, bytes, device, name);
    return (float *)simcuda_bytes(m.at, 0, device, name);
}

struct Operands { /* where the first of each lies */
    const float *a, *b;
    float *c;
};

/* bits of an operand's fraction under a compute type */
static int bits_of(cublasComputeType_t type)
{
    return type == CUBLAS_COMPUTE_32F_FAST_TF32   ? 10
           : type == CUBLAS_COMPUTE_32F_FAST_16BF ? 7
                                                  : 23;
}

/* one matrix of the batch, each element rounded to nearest even */
static std::vector<float> rounded(const Matrix &m, const float *at, int bits)
{
    std::vector<float> r(m.rows && m.cols ? (size_t)(m.cols - 1) * m.ld + m.rows : 0);
    const uint32_t drop = 23 - bits;

    for (int j = 0; j < m.cols; j++)
        for (int i = 0; i < m.rows; i++) {
            uint32_t u;

            memcpy(&u, at + (size_t)j * m.ld + i, sizeof u);
            if ((u & 0x7f800000u) != 0x7f800000u) /* infinities and NaN stay */
                u = (u + (1u << (drop - 1)) - 1 + (u >> drop & 1)) & ~((1u << drop) - 1);
            memcpy(&r[(size_t)j * m.ld + i], &u, sizeof u);
        }
    return r;
}

/* is this mistake, a word of README.md's table, the one that products are to have? */
static bool planted(const char *mistake)
{
    static const char *const e = getenv("SIMCUDA_PRODUCT");

    return e && strcmp(e, mistake) == 0;
}

static cublasStatus_t gemm(cublasHandle_t h, const char *name, cublasOperation_t ta,
                           cublasOperation_t tb, int m, int n, int k, const float *alpha,
                           const float *a, int lda, long long sa, const float *b, int ldb,
                           long long sb, const float *beta, float *c, int ldc, long long sc,
                           int count, int bits = 23)
{
    const bool at = ta != CUBLAS_OP_N, bt = tb != CUBLAS_OP_N;
    const Matrix ma = { a, at ? k : m, at ? m : k, lda, sa },
                 mb = { b, bt ? n : k, bt ? k : n, ldb, sb };
    const Matrix mc = { c, m, n, ldc, sc };
    const int fail = simcuda_fail(name, CUBLAS_STATUS_EXECUTION_FAILED);

    if (fail)
        return (cublasStatus_t)fail;
    if (!alive(h))
        return CUBLAS_STATUS_NOT_INITIALIZED;
    if (simcuda_refuses(h->stream) || h->device != simcuda_device() ||
        h->device != simcuda_device_of(h->stream)) /* cuBLAS's own launch would fail */
        return CUBLAS_STATUS_EXECUTION_FAILED;
    if (!legal(ta) || !legal(tb) || !legal(ma) || !legal(mb) || !legal(mc) || count < 0 || !alpha ||
        !beta)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (simcuda_capturing(h->stream) &&
        !h->workspace) /* else its own pool's memory gets into the graph */
        simcuda_die("%s captured without cublasSetWorkspace after cublasSetStream", name);
    if (!m || !n || !count)
        return CUBLAS_STATUS_SUCCESS;
    if (overlaps(mc, count))
        simcuda_die("%s: matrices of the result overlap", name);
    static sgemm_fn *const sgemm = product();
    const float al = *alpha, be = planted("beta") ? 0 : *beta;
    const int terms = planted("tail") && (long long)m * count > 1000 ? k - k % 16 : k;
    const int ldx = planted("ld") && lda > ma.rows ? lda - 1 : lda;
    const int keep = planted("tf32") ? std::min(bits, 10) : bits;
    const cublasContext with = *h;
    const auto check = [=] {
        simcuda_bytes(with.workspace, with.workspace_bytes, with.device, "cuBLAS's workspace");
        return Operands{ checked(ma, count, with.device, name),
                         checked(mb, count, with.device, name),
                         checked(mc, count, with.device, name) };
    };

    (void)check(); /* and again as it runs: a graph may outlive what it works on */
    simcuda_submit(h->stream, name, [=] {
        const Operands p = check();

        for (int i = 0; i < count; i++) {
            const float *x = p.a + i * sa, *y = p.b + i * sb - (i && planted("stride"));
            std::vector<float> rx, ry;

            if (keep < 23) {
                rx = rounded(ma, x, keep);
                ry = rounded(mb, y, keep);
                x = rx.data();
                y = ry.data();
            }
            sgemm(COL_MAJOR, at ? TRANS : NO_TRANS, bt ? TRANS : NO_TRANS, m, n, terms, al, x, ldx,
                  y, ldb, be, p.c + i * sc, ldc);
        }
    });
    return CUBLAS_STATUS_SUCCESS;
}

/* what the extended products are asked for: floats, by arithmetic that floats have */
static cublasStatus_t combination(cudaDataType a, cudaDataType b, cudaDataType c,
                                  cublasComputeType_t type)
{
    if (type < CUBLAS_COMPUTE_16F || type > CUBLAS_COMPUTE_64F_EMULATED_FIXEDPOINT)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (a != CUDA_R_32F || b != CUDA_R_32F || c != CUDA_R_32F)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    switch (type) {
    case CUBLAS_COMPUTE_32F:
    case CUBLAS_COMPUTE_32F_PEDANTIC:
    case CUBLAS_COMPUTE_32F_FAST_TF32:
    case CUBLAS_COMPUTE_32F_FAST_16BF:
        return CUBLAS_STATUS_SUCCESS;
    default:
        return CUBLAS_STATUS_NOT_SUPPORTED;
    }
}

#define ENTER_BLAS(h, other)                                                                       \
    do {                                                                                           \
        const int fail_ = simcuda_fail(__func__, other);                                           \
        if (fail_)                                                                                 \
            return (cublasStatus_t)fail_;                                                          \
        if (!alive(h))                                                                             \
            return CUBLAS_STATUS_NOT_INITIALIZED;                                                  \
    } while (0)

extern "C" {
cublasStatus_t cublasCreate_v2(cublasHandle_t *h)
{
    const int fail = simcuda_fail(__func__, CUBLAS_STATUS_NOT_INITIALIZED);

    if (fail)
        return (cublasStatus_t)fail;
    if (!h)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (simcuda_spoils(SIMCUDA_UNSAFE)) /* its own memory is denied to it */
        return CUBLAS_STATUS_ALLOC_FAILED;
    *h = new cublasContext;
    handles.insert(*h);
    simcuda_counts[SIMCUDA_HANDLES]++;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t h)
{
    const bool was = alive(h);

    if (was) { /* also where the call is made to fail: there is nothing more a program could do */
        handles.erase(h);
        simcuda_counts[SIMCUDA_HANDLES]--;
        delete h;
    }
    const int fail = simcuda_fail(__func__, CUBLAS_STATUS_NOT_INITIALIZED);

    if (fail)
        return (cublasStatus_t)fail;
    if (!was)
        return CUBLAS_STATUS_NOT_INITIALIZED;
    return simcuda_spoils(SIMCUDA_WAITS) ? CUBLAS_STATUS_INTERNAL_ERROR : CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream_v2(cublasHandle_t h, cudaStream_t s)
{
    ENTER_BLAS(h, CUBLAS_STATUS_NOT_INITIALIZED);
    h->stream = s;
    h->workspace = nullptr; /* documented: back to the default pool */
    h->workspace_bytes = 0;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t h, void *p, size_t n)
{
    ENTER_BLAS(h, CUBLAS_STATUS_NOT_INITIALIZED);
    if ((size_t)p % 256)
        return CUBLAS_STATUS_INVALID_VALUE;
    simcuda_bytes(p, n, h->device, "cublasSetWorkspace");
    h->workspace = p;
    h->workspace_bytes = n;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetMathMode(cublasHandle_t h, cublasMath_t mode)
{
    ENTER_BLAS(h, CUBLAS_STATUS_NOT_INITIALIZED);
    h->math = mode;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGetMathMode(cublasHandle_t h, cublasMath_t *mode)
{
    ENTER_BLAS(h, CUBLAS_STATUS_NOT_INITIALIZED);
    *mode = h->math;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGetVersion_v2(cublasHandle_t h, int *version)
{
    ENTER_BLAS(h, CUBLAS_STATUS_NOT_INITIALIZED);
    *version = CUBLAS_VERSION;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGetProperty(libraryPropertyType what, int *value)
{
    const int fail = simcuda_fail(__func__, CUBLAS_STATUS_INVALID_VALUE);

    if (fail)
        return (cublasStatus_t)fail;
    if (!value)
        return CUBLAS_STATUS_INVALID_VALUE;
    *value = what == MAJOR_VERSION   ? CUBLAS_VER_MAJOR
             : what == MINOR_VERSION ? CUBLAS_VER_MINOR
                                     : CUBLAS_VER_PATCH;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSgemm_v2(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, int m,
                              int n, int k, const float *alpha, const float *a, int lda,
                              const float *b, int ldb, const float *beta, float *c, int ldc)
{
    return gemm(h, "cublasSgemm", ta, tb, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
}

cublasStatus_t cublasSgemmStridedBatched(cublasHandle_t h, cublasOperation_t ta,
                                         cublasOperation_t tb, int m, int n, int k,
                                         const float *alpha, const float *a, int lda, long long sa,
                                         const float *b, int ldb, long long sb, const float *beta,
                                         float *c, int ldc, long long sc, int count)
{
    return gemm(h, "cublasSgemmStridedBatched", ta, tb, m, n, k, alpha, a, lda, sa, b, ldb, sb,
                beta, c, ldc, sc, count);
}

cublasStatus_t cublasGemmEx(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, int m,
                            int n, int k, const void *alpha, const void *a, cudaDataType at,
                            int lda, const void *b, cudaDataType bt, int ldb, const void *beta,
                            void *c, cudaDataType ct, int ldc, cublasComputeType_t type,
                            cublasGemmAlgo_t)
{
    const cublasStatus_t known = combination(at, bt, ct, type);

    if (known)
        return known;
    return gemm(h, "cublasGemmEx", ta, tb, m, n, k, (const float *)alpha, (const float *)a, lda, 0,
                (const float *)b, ldb, 0, (const float *)beta, (float *)c, ldc, 0, 1,
                bits_of(type));
}

cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t h, cublasOperation_t ta,
                                          cublasOperation_t tb, int m, int n, int k,
                                          const void *alpha, const void *a, cudaDataType at,
                                          int lda, long long sa, const void *b, cudaDataType bt,
                                          int ldb, long long sb, const void *beta, void *c,
                                          cudaDataType ct, int ldc, long long sc, int count,
                                          cublasComputeType_t type, cublasGemmAlgo_t)
{
    const cublasStatus_t known = combination(at, bt, ct, type);

    if (known)
        return known;
    return gemm(h, "cublasGemmStridedBatchedEx", ta, tb, m, n, k, (const float *)alpha,
                (const float *)a, lda, sa, (const float *)b, ldb, sb, (const float *)beta,
                (float *)c, ldc, sc, count, bits_of(type));
}

const char *cublasGetStatusString(cublasStatus_t s)
{
    switch (s) {
    case CUBLAS_STATUS_SUCCESS:
        return "success";
    case CUBLAS_STATUS_NOT_INITIALIZED:
        return "the library was not initialized";
    case CUBLAS_STATUS_ALLOC_FAILED:
        return "the resource allocation failed";
    case CUBLAS_STATUS_INVALID_VALUE:
        return "an unsupported value or parameter was passed to the function";
    case CUBLAS_STATUS_ARCH_MISMATCH:
        return "the function requires an architectural feature absent from the device";
    case CUBLAS_STATUS_MAPPING_ERROR:
        return "an access to GPU memory space failed";
    case CUBLAS_STATUS_EXECUTION_FAILED:
        return "the function failed to launch on the GPU";
    case CUBLAS_STATUS_INTERNAL_ERROR:
        return "an internal operation failed";
    case CUBLAS_STATUS_NOT_SUPPORTED:
        return "the requested functionality is not supported";
    default:
        return "unrecognized status";
    }
}

const char *cublasGetStatusName(cublasStatus_t s)
{
    switch (s) {
#define NAME(s)                                                                                    \
    case s:                                                                                        \
        return #s;
        NAME(CUBLAS_STATUS_SUCCESS)
        NAME(CUBLAS_STATUS_NOT_INITIALIZED)
        NAME(CUBLAS_STATUS_ALLOC_FAILED)
        NAME(CUBLAS_STATUS_INVALID_VALUE)
        NAME(CUBLAS_STATUS_ARCH_MISMATCH)
        NAME(CUBLAS_STATUS_MAPPING_ERROR)
        NAME(CUBLAS_STATUS_EXECUTION_FAILED)
        NAME(CUBLAS_STATUS_INTERNAL_ERROR)
        NAME(CUBLAS_STATUS_NOT_SUPPORTED)
#undef NAME
    default:
        return "unrecognized status";
    }
}
}
