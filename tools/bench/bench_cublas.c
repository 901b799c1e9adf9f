/*
 * bench_cublas.c - cuBLAS's own arithmetics of fp32 products, at the shapes of a step: how far each is from
 * CUBLAS_COMPUTE_32F_PEDANTIC, which initlab asks for, in bits, and how fast it is.
 *
 *   build/bench_cublas [SECONDS [DEVICE]]      DEVICE: CUDA's number, 0; a line of JSON for each product and arithmetic
 *
 * For each the words of the result that differ from PEDANTIC's, on random numbers and on whole ones, whose
 * sums are exact in any order (host/selftest/products.c), and microseconds of a product, in a graph of COPIES.
 */
#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <string.h>
#include "device/libraries.h"
#include "initlab/status.h"
#include "random.h"
#include "json_line.h"
#include "timing.h"

#define TEXT(x)   #x
#define SYMBOL(x) TEXT(x)
#define LIBRARY   "libcublas.so." SYMBOL(CUBLAS_VER_MAJOR)

enum { COPIES = 64, BATCHES = 11, WORKSPACE = 32 << 20 };

/* what is called of cuBLAS, which is opened as the plugin opens it */
#define CALLS(X)                                                                                   \
    X(cublasCreate)                                                                                \
    X(cublasDestroy)                                                                               \
    X(cublasSetStream)                                                                             \
    X(cublasSetWorkspace)                                                                          \
    X(cublasGetVersion)                                                                            \
    X(cublasGemmStridedBatchedEx)

struct bench {
#define X(call) __typeof__(&call) call;
    CALLS(X)
#undef X
    cublasHandle_t blas;
    cudaStream_t stream;
    void *workspace;
    double seconds; /* that timing a product may take */
    int device;
    char words[320]; /* of what failed */
};

static const struct {
    cublasComputeType_t type;
    const char *name;
} arithmetics[] = { { CUBLAS_COMPUTE_32F_PEDANTIC, "pedantic" },
                    { CUBLAS_COMPUTE_32F, "fp32" },
                    { CUBLAS_COMPUTE_32F_FAST_TF32, "tf32" },
                    { CUBLAS_COMPUTE_32F_FAST_16BF, "bf16" } };
enum { ARITHMETICS = sizeof arithmetics / sizeof *arithmetics };

/*
 * Column-major c[m,n] = op(a) op(b), as the plugin asks for a row-major one: m are columns of all runs or
 * a run's units, n rows of the batch; `count` matrices side by side in rows of ld.
 */
struct product {
    const char *name;
    int ta, tb;
    int m, n, k, count;
    int lda, ldb, ldc, sa, sb, sc;
    size_t na, nb, nc; /* floats */
    float *a, *b, *c;  /* device */
    float *host, *first;
};

static const struct product products[] = {
    { "first layer, 256 runs of 784-10",
      0,
      0,
      2560,
      128,
      785,
      1,
      2560,
      800,
      2560,
      0,
      0,
      0,
      (size_t)785 * 2560,
      (size_t)128 * 800,
      (size_t)128 * 2560,
      NULL,
      NULL,
      NULL,
      NULL,
      NULL },
    { "its update",
      0,
      1,
      2560,
      785,
      128,
      1,
      2560,
      800,
      2560,
      0,
      0,
      0,
      (size_t)128 * 2560,
      (size_t)128 * 800,
      (size_t)785 * 2560,
      NULL,
      NULL,
      NULL,
      NULL,
      NULL },
    { "hidden layer, 64 runs of 256-256",
      0,
      0,
      256,
      128,
      264,
      64,
      64 * 264,
      64 * 264,
      64 * 264,
      264,
      264,
      264,
      (size_t)264 * 64 * 264,
      (size_t)128 * 64 * 264,
      (size_t)128 * 64 * 264,
      NULL,
      NULL,
      NULL,
      NULL,
      NULL },
    { "hidden layer, one run of 1024-1024",
      0,
      0,
      1024,
      128,
      1032,
      1,
      1040,
      1040,
      1040,
      0,
      0,
      0,
      (size_t)1032 * 1040,
      (size_t)128 * 1040,
      (size_t)128 * 1040,
      NULL,
      NULL,
      NULL,
      NULL,
      NULL },
};

/* 1: it went well; else the words say what did not */
static int good(struct bench *b, int code, const char *what)
{
    if (code)
        snprintf(b->words, sizeof b->words, "%s: error %d", what, code);
    return code == 0;
}
#define CUDA(b, call, ...) good(b, (int)call(__VA_ARGS__), #call)
#define BLAS(b, call, ...) good(b, (int)(b)->call(__VA_ARGS__), #call)

static int load(struct bench *b)
{
    void *const library = il_library_open(LIBRARY, b->words, sizeof b->words);

    if (!library)
        return 0;
#define X(call)                                                                                    \
    {                                                                                              \
        void *const symbol = dlsym(library, SYMBOL(call));                                         \
        if (!symbol)                                                                               \
            return good(b, 1, SYMBOL(call));                                                       \
        memcpy(&b->call, &symbol, sizeof symbol);                                                  \
    }
    CALLS(X)
#undef X
    return CUDA(b, cudaSetDevice, b->device) &&
           CUDA(b, cudaStreamCreateWithFlags, &b->stream, cudaStreamNonBlocking) &&
           CUDA(b, cudaMalloc, &b->workspace, WORKSPACE) && BLAS(b, cublasCreate, &b->blas) &&
           BLAS(b, cublasSetStream, b->blas, b->stream) &&
           BLAS(b, cublasSetWorkspace, b->blas, b->workspace, WORKSPACE);
}

static int multiply(struct bench *b, const struct product *p, cublasComputeType_t type)
{
    const float one = 1, zero = 0;

    return BLAS(b, cublasGemmStridedBatchedEx, b->blas, p->ta ? CUBLAS_OP_T : CUBLAS_OP_N,
                p->tb ? CUBLAS_OP_T : CUBLAS_OP_N, p->m, p->n, p->k, &one, p->a, CUDA_R_32F, p->lda,
                p->sa, p->b, CUDA_R_32F, p->ldb, p->sb, &zero, p->c, CUDA_R_32F, p->ldc, p->sc,
                p->count, type, CUBLAS_GEMM_DEFAULT);
}

/* a number of the a-th operand: in (-1, 1); or whole, and so small that bf16 has it, and float every sum */
static float number(size_t i, uint32_t a, int whole)
{
    const uint32_t word = il_philox(7, i, a).v[0];

    if (!whole)
        return 2 * il_uniform(word) - 1;
    return a ? (float)(word % 513) - 256 : (float)(word % 4) - 1;
}

static int upload(struct bench *b, const struct product *p, int whole)
{
    float *const to[] = { p->a, p->b };
    const size_t n[] = { p->na, p->nb };

    for (uint32_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < n[t]; i++)
            p->host[i] = number(i, t, whole);
        if (!CUDA(b, cudaMemcpy, to[t], p->host, n[t] * sizeof *p->host, cudaMemcpyHostToDevice))
            return 0;
    }
    return 1;
}

/* *differ: words that are not as those of the first arithmetic, which are kept */
static int compare(struct bench *b, const struct product *p, size_t arithmetic, int whole,
                   size_t *differ)
{
    float *const to = arithmetic ? p->host : p->first;

    *differ = 0;
    if (!upload(b, p, whole) || !CUDA(b, cudaMemset, p->c, 0, p->nc * sizeof *to) ||
        !CUDA(b, cudaStreamSynchronize, NULL) || !multiply(b, p, arithmetics[arithmetic].type) ||
        !CUDA(b, cudaStreamSynchronize, b->stream) ||
        !CUDA(b, cudaMemcpy, to, p->c, p->nc * sizeof *to, cudaMemcpyDeviceToHost))
        return 0;
    for (size_t i = 0; i < p->nc; i++)
        *differ += memcmp(&to[i], &p->first[i], sizeof *to) != 0;
    return 1;
}

/* us [*taken] of a product, sorted: of graphs of so many copies as take a quarter of b->seconds */
static int clock_graph(struct bench *b, const struct product *p, size_t kind, double *us,
                       size_t *taken)
{
    cudaGraph_t graph = NULL;
    cudaGraphExec_t exec = NULL;
    double begin = il_seconds();
    int ok = multiply(b, p, arithmetics[kind].type) && CUDA(b, cudaStreamSynchronize, b->stream);
    const double most = b->seconds / 4 / (il_seconds() - begin);
    const int copies = most >= COPIES ? COPIES : most < 1 ? 1 : (int)most;

    ok = ok && CUDA(b, cudaStreamBeginCapture, b->stream, cudaStreamCaptureModeThreadLocal);
    for (int i = 0; i < copies && ok; i++)
        ok = multiply(b, p, arithmetics[kind].type);
    ok = CUDA(b, cudaStreamEndCapture, b->stream, &graph) && ok &&
         CUDA(b, cudaGraphInstantiate, &exec, graph, 0);
    begin = il_seconds();
    for (*taken = 0; ok && *taken < BATCHES; ++*taken) {
        const double start = il_seconds();

        if (*taken > 0 && start - begin > b->seconds)
            break;
        ok = CUDA(b, cudaGraphLaunch, exec, b->stream) && CUDA(b, cudaStreamSynchronize, b->stream);
        us[*taken] = 1e6 * (il_seconds() - start) / copies;
    }
    qsort(us, *taken, sizeof *us, by_size);
    if (exec)
        (void)cudaGraphExecDestroy(exec);
    if (graph)
        (void)cudaGraphDestroy(graph);
    return ok;
}

static int one(struct bench *b, const struct product *p, size_t kind, size_t kept[2])
{
    double us[BATCHES], flops = 2.0 * p->m * p->n * p->k * p->count;
    size_t n;
    json_t *o;

    if (!clock_graph(b, p, kind, us, &n))
        return 0;
    o = json_pack("{s:s, s:s, s:f, s:[f,f], s:f, s:I, s:I, s:I}", "product", p->name, "arithmetic",
                  arithmetics[kind].name, "us", us[n / 2], "quartiles", us[n / 4], us[3 * n / 4],
                  "gflop_per_s", flops / us[n / 2] * 1e-3, "words",
                  (json_int_t)p->m * p->n * p->count, "differ", (json_int_t)kept[0],
                  "differ_of_whole", (json_int_t)kept[1]);
    return json_line(o, stdout);
}

/* A product in every arithmetic: bits first, by kind of operands, then times. */
static int all(struct bench *b, const struct product *of)
{
    struct product p = *of;
    const size_t most = (p.na > p.nb ? p.na : p.nb) > p.nc ? (p.na > p.nb ? p.na : p.nb) : p.nc;
    size_t differ[ARITHMETICS][2];
    int ok;

    p.host = malloc(most * sizeof *p.host);
    p.first = malloc(most * sizeof *p.first);
    ok = good(b, !p.host || !p.first, "malloc") &&
         CUDA(b, cudaMalloc, (void **)&p.a, p.na * sizeof *p.a) &&
         CUDA(b, cudaMalloc, (void **)&p.b, p.nb * sizeof *p.b) &&
         CUDA(b, cudaMalloc, (void **)&p.c, p.nc * sizeof *p.c);
    for (int whole = 1; whole >= 0 && ok; whole--)
        for (size_t kind = 0; kind < ARITHMETICS && ok; kind++)
            ok = compare(b, &p, kind, whole, &differ[kind][whole]);
    for (size_t kind = 0; kind < ARITHMETICS && ok; kind++)
        ok = one(b, &p, kind, differ[kind]);
    (void)cudaFree(p.a);
    (void)cudaFree(p.b);
    (void)cudaFree(p.c);
    free(p.host);
    free(p.first);
    return ok;
}

int main(int argc, char **argv)
{
    struct bench b = { .seconds = argc > 1 ? strtod(argv[1], NULL) : .2,
                       .device = argc > 2 ? atoi(argv[2]) : 0,
                       .words = "" };
    int ok = load(&b);

    for (size_t i = 0; i < sizeof products / sizeof *products && ok; i++)
        ok = all(&b, &products[i]);
    if (!ok)
        fprintf(stderr, "bench_cublas: %s\n", b.words);
    if (b.blas)
        (void)b.cublasDestroy(b.blas);
    (void)cudaFree(b.workspace);
    if (b.stream)
        (void)cudaStreamDestroy(b.stream);
    return ok ? 0 : il_status_exit(IL_E_DEVICE);
}
