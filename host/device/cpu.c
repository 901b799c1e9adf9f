/*
 * cpu.c - the CPU device: heap memory, a CBLAS, and the kernels compiled as C. The kernels exist
 * once per flavour of CPU; the flavours are three tables that differ in their ops alone, and give
 * equal bits.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "blas.h"
#include "dense_input.h"
#include "sparse_input.h"

#define X(name, params, args, bytes, flops) int il_cpu_base_##name params;
#include "ops.def"
#undef X
#if defined(INITLAB_X86_FLAVOURS)
#define X(name, params, args, bytes, flops)                                                        \
    int il_cpu_v3_##name params;                                                                   \
    int il_cpu_v4_##name params;
#include "ops.def"
#undef X
#endif

enum { ALIGNMENT = 64 }; /* a cache line, and the widest vector */
enum { E_MEMORY = 1, E_TOO_LARGE, E_MATH };
enum flavour { BASE, V3, V4, FLAVOURS };
static const char *const flavour_name[FLAVOURS] = { "base", "v3", "v4" };

/* How the first layer is taken: by the data's density, or as INITLAB_INPUT says. */
enum input { BY_DENSITY, DENSE, SPARSE, INPUTS };
static const char *const input_name[INPUTS] = { "", "dense", "sparse" };

/*
 * The share of bytes that are not 0 up to which lists are faster than gather and sgemm
 * (bench_sparse prints where they meet).
 */
static const double SPARSE_DENSITY = 0.4;

static const struct sparse_input *const sparse[FLAVOURS] = {
    &il_cpu_base_sparse_input,
#if defined(INITLAB_X86_FLAVOURS)
    &il_cpu_v3_sparse_input,
    &il_cpu_v4_sparse_input,
#endif
};

struct cpu {
    struct il_device head;
    int threads;
    enum flavour flavour;
    enum input input;
    char name[sizeof((struct il_about *)0)->name]; /* once it was asked for; it stays */
};
struct il_record {
    il_step_fn *step;
    void *arg;
};

static struct cpu *self(struct il_device *d) { return (struct cpu *)d; }

/*
 * Does this CPU run a flavour? By single features, as clang 14 does not know the levels by name; a
 * CPU with these has the rest of its level too.
 */
static int runs(enum flavour f)
{
#if defined(INITLAB_X86_FLAVOURS)
    __builtin_cpu_init();
    const int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                   __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    const int v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl");

    return f == BASE || (f == V3 && v3) || (f == V4 && v4);
#else
    return f == BASE;
#endif
}

/*
 * The flavour to use: the best, or the one that INITLAB_CPU (for tests) names. 0: refused, why says
 * so.
 */
static int choose(enum flavour *f, char *why, size_t n)
{
    const char *const asked = getenv("INITLAB_CPU");

    *f = runs(V4) ? V4 : runs(V3) ? V3 : BASE;
    if (!asked || !*asked)
        return 1;
    for (enum flavour i = BASE; i < FLAVOURS; i++) {
        if (strcmp(asked, flavour_name[i]) != 0)
            continue;
        if (!runs(i)) {
            snprintf(why, n, "INITLAB_CPU=%s: this CPU or build has no such kernels", asked);
            return 0;
        }
        *f = i;
        return 1;
    }
    snprintf(why, n, "INITLAB_CPU=%.40s: must be base, v3 or v4", asked);
    return 0;
}

/* The way of the first layer that INITLAB_INPUT (for tests) asks for. 0: refused, why says so. */
static int choose_input(enum input *way, char *why, size_t n)
{
    const char *const asked = getenv("INITLAB_INPUT");

    *way = BY_DENSITY;
    if (!asked)
        return 1;
    for (enum input i = BY_DENSITY; i < INPUTS; i++)
        if (strcmp(asked, input_name[i]) == 0) {
            *way = i;
            return 1;
        }
    snprintf(why, n, "INITLAB_INPUT=%.40s: must be dense or sparse", asked);
    return 0;
}

static int cpu_count(char *why, size_t n)
{
    if (n)
        *why = 0;
    return 1;
}

static int cpu_open(struct il_device **d, int index, int threads, char *why, size_t n)
{
    struct cpu *c;
    enum flavour f;
    enum input way;

    *d = NULL;
    if (index != 0) {
        snprintf(why, n, "there is one CPU device");
        return E_TOO_LARGE;
    }
    if (!choose(&f, why, n) || !choose_input(&way, why, n))
        return E_TOO_LARGE;
    c = calloc(1, sizeof *c);
    if (!c || !il_blas_start()) {
        free(c);
        snprintf(why, n, "out of memory");
        return E_MEMORY;
    }
    c->head.seam = il_cpu_seam();
    c->threads = threads;
    c->flavour = f;
    c->input = way;
    *d = &c->head;
    return 0;
}

static void cpu_close(struct il_device *d) { free(d); }

/* The value of the first line of a /proc file that begins with key; 0: none; -1: out of memory. */
static int proc_value(const char *path, const char *key, char *value, size_t n)
{
    FILE *const f = fopen(path, "r");
    char line[512];
    int found = 0;

    if (!f && errno == ENOMEM)
        return -1;
    while (f && !found && fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');

        if (strncmp(line, key, strlen(key)) != 0 || !colon)
            continue;
        colon += 1 + strspn(colon + 1, " \t");
        snprintf(value, n, "%.*s", (int)strcspn(colon, "\n"), colon);
        found = 1;
    }
    if (f)
        fclose(f);
    return found;
}

static int cpu_about(struct il_device *d, struct il_about *out)
{
    const long page = sysconf(_SC_PAGESIZE), pages = sysconf(_SC_PHYS_PAGES);
    const long available = sysconf(_SC_AVPHYS_PAGES);
    char blas[96], kilobytes[32];
    int found = self(d)->name[0] ? 1
                                 : proc_value("/proc/cpuinfo", "model name", self(d)->name,
                                              sizeof self(d)->name);

    memset(out, 0, sizeof *out);
    if (found < 0)
        return E_MEMORY;
    if (found == 0)
        snprintf(self(d)->name, sizeof self(d)->name, "CPU");
    snprintf(out->name, sizeof out->name, "%s", self(d)->name);
    il_blas_about(blas, sizeof blas);
    snprintf(out->detail, sizeof out->detail, "%s kernels, %s, %d thread%s",
             flavour_name[self(d)->flavour], blas, self(d)->threads,
             self(d)->threads == 1 ? "" : "s");
    out->blocks = 1;
    if (page > 0 && pages > 0)
        out->memory = (size_t)page * (size_t)pages;
    /* sysconf counts the page cache as taken, the kernel's own estimate does not */
    found = proc_value("/proc/meminfo", "MemAvailable", kilobytes, sizeof kilobytes);
    if (found < 0)
        return E_MEMORY;
    if (found > 0)
        out->memory_free = (size_t)strtoull(kilobytes, NULL, 10) * 1024;
    else if (page > 0 && available > 0)
        out->memory_free = (size_t)page * (size_t)available;
    return 0;
}

static const char *cpu_error(struct il_device *d, int code)
{
    (void)d;
    return code == 0             ? "success"
           : code == E_MEMORY    ? "out of memory"
           : code == E_MATH      ? "the CPU's products are fp32; tf32 and bf16 are for GPUs"
           : code == E_TOO_LARGE ? "a matrix is too large for the BLAS"
                                 : "unknown error";
}

static int cpu_alloc(struct il_device *d, void **p, size_t bytes)
{
    (void)d;
    *p = NULL;
    if (bytes > SIZE_MAX - ALIGNMENT)
        return E_MEMORY;
    bytes = bytes ? (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
    *p = aligned_alloc(ALIGNMENT, bytes);
    return *p ? 0 : E_MEMORY;
}

static int cpu_free(struct il_device *d, void *p)
{
    (void)d;
    free(p);
    return 0;
}

static int cpu_put(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    (void)d;
    if (bytes)
        memcpy(dst, src, bytes);
    return 0;
}

static int cpu_math(struct il_device *d, enum il_math mode)
{
    (void)d;
    return mode == IL_MATH_FP32 ? 0 : E_MATH;
}

static int cpu_zero(struct il_device *d, void *p, size_t bytes)
{
    (void)d;
    if (bytes)
        memset(p, 0, bytes);
    return 0;
}

static int cpu_wait(struct il_device *d)
{
    (void)d;
    return 0;
}

static int cpu_gemm(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                    float alpha, const float *a, unsigned lda, const float *b, unsigned ldb,
                    float beta, float *c, unsigned ldc)
{
    if ((m | n | k | lda | ldb | ldc) > INT_MAX)
        return E_TOO_LARGE;
    il_blas_sgemm(self(d)->threads, ta, tb, (int)m, (int)n, (int)k, alpha, a, (int)lda, b, (int)ldb,
                  beta, c, (int)ldc);
    return 0;
}

static int cpu_gemm_batched(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                            float alpha, const float *a, unsigned lda, size_t sa, const float *b,
                            unsigned ldb, size_t sb, float beta, float *c, unsigned ldc, size_t sc,
                            unsigned count)
{
    int e = 0;

    for (size_t i = 0; !e && i < count; i++)
        e = cpu_gemm(d, ta, tb, m, n, k, alpha, a + i * sa, lda, b + i * sb, ldb, beta, c + i * sc,
                     ldc);
    return e;
}

/* about a core's second-level cache */
static size_t cpu_chunk(struct il_device *d)
{
    (void)d;
    return 1 << 20;
}

static int cpu_input_lists(struct il_device *d, double density)
{
    return self(d)->input == SPARSE || (self(d)->input == BY_DENSITY && density <= SPARSE_DENSITY);
}

static int cpu_input_gather(struct il_device *d, const struct il_batch *b)
{
    if (!b->lists.data)
        return dense_gather(d, b);
    sparse[self(d)->flavour]->gather(b);
    return 0;
}

static int cpu_input_forward(struct il_device *d, const struct il_batch *b, unsigned n,
                             const float *w, unsigned ldw, float *z, unsigned ldz)
{
    if (!b->lists.data)
        return dense_forward(d, b, n, w, ldw, z, ldz);
    sparse[self(d)->flavour]->forward(b, n, w, ldw, z, ldz);
    return 0;
}

static int cpu_input_update(struct il_device *d, const struct il_batch *b, unsigned n, float alpha,
                            const float *dz, unsigned lddz, float beta, float *w, unsigned ldw)
{
    if (!b->lists.data)
        return dense_update(d, b, n, alpha, dz, lddz, beta, w, ldw);
    sparse[self(d)->flavour]->update(b, n, alpha, dz, lddz, beta, w, ldw);
    return 0;
}

static int cpu_record(struct il_device *d, il_step_fn *step, void *arg, struct il_record **out)
{
    struct il_record *const r = malloc(sizeof *r);
    const int e = r ? step(d, arg) : E_MEMORY;

    *out = NULL;
    if (e) {
        free(r);
        return e;
    }
    *r = (struct il_record){ step, arg };
    *out = r;
    return 0;
}

static int cpu_replay(struct il_device *d, struct il_record *r, unsigned times)
{
    int e = 0;

    while (!e && times-- > 0)
        e = r->step(d, r->arg);
    return e;
}

static void cpu_record_free(struct il_device *d, struct il_record *r)
{
    (void)d;
    free(r);
}

/* put, get and copy are one function here: copies within the host's memory. */
#define SLOTS                                                                                      \
    .abi = IL_SEAM_ABI, .size = sizeof(struct il_seam), .kind = "cpu", .count = cpu_count,         \
    .open = cpu_open, .close = cpu_close, .about = cpu_about, .error = cpu_error,                  \
    .alloc = cpu_alloc, .free = cpu_free, .put = cpu_put, .get = cpu_put, .zero = cpu_zero,        \
    .copy = cpu_put, .wait = cpu_wait, .math = cpu_math, .gemm = cpu_gemm,                         \
    .gemm_batched = cpu_gemm_batched, .chunk = cpu_chunk, .input_lists = cpu_input_lists,          \
    .input_gather = cpu_input_gather, .input_forward = cpu_input_forward,                          \
    .input_update = cpu_input_update, .record = cpu_record, .replay = cpu_replay,                  \
    .record_free = cpu_record_free,

static const struct il_seam seams[] = {
    { SLOTS
#define X(name, params, args, bytes, flops) .name = il_cpu_base_##name,
#include "ops.def"
#undef X
    },
#if defined(INITLAB_X86_FLAVOURS)
    { SLOTS
#define X(name, params, args, bytes, flops) .name = il_cpu_v3_##name,
#include "ops.def"
#undef X
    },
    { SLOTS
#define X(name, params, args, bytes, flops) .name = il_cpu_v4_##name,
#include "ops.def"
#undef X
    },
#endif
};

/* Where INITLAB_CPU cannot be had, the best: `open` then refuses with words. */
const struct il_seam *il_cpu_seam(void)
{
    enum flavour f;

    choose(&f, NULL, 0);
    return &seams[f];
}
