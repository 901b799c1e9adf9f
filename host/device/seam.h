/*
 * seam.h - the device seam: one table of function pointers per kind of device. Every slot is
 * required.
 *
 * Functions return 0 or the device's own error code, which `error` puts into words. Pointers named
 * with a const float *, float * or uint8_t * are device memory except in put (src) and get (dst).
 * Nothing here is thread-safe for one device; different devices may be used from different threads.
 */
#ifndef HOST_DEVICE_SEAM_H
#define HOST_DEVICE_SEAM_H

#include <stddef.h>
#include <stdint.h>
#include "shared.h"

enum { IL_SEAM_ABI = 8 };

/* What products may do with their operands: nothing, or round them to 10 or 7 bits. Sums are fp32. */
enum il_math { IL_MATH_FP32, IL_MATH_TF32, IL_MATH_BF16 };
#define IL_MATH_WORDS "fp32|tf32|bf16"

struct il_record; /* a recorded step; each device has its own */
typedef int il_step_fn(struct il_device *d, void *arg);

/* What a device says of itself; strings end in 0. */
struct il_about {
    char name[64];    /* "NVIDIA H100 80GB HBM3", or the CPU's model */
    char detail[192]; /* compute capability, driver and library versions, kernels' flavour */
    size_t memory, memory_free; /* bytes; 0: unknown */
    size_t held, reserve; /* what the device holds for itself; what is to be left free for it */
    unsigned blocks;      /* of a kernel, that it runs at once */
};

struct il_seam {
    uint32_t abi, size; /* IL_SEAM_ABI, sizeof: checked by who opens a plugin */
    const char *kind;   /* "cpu", "cuda", ... */

    /* the number of devices; < 0 and words in why: none can be used */
    int (*count)(char *why, size_t n);
    /* index < count; threads: of the BLAS. On failure *d is NULL and why holds words. */
    int (*open)(struct il_device **d, int index, int threads, char *why, size_t n);
    void (*close)(struct il_device *d); /* NULL is legal */
    int (*about)(struct il_device *d, struct il_about *out);
    const char *(*error)(struct il_device *d, int code); /* valid until the next call */

    /* memory; what alloc returns is undefined until written. free takes NULL. */
    int (*alloc)(struct il_device *d, void **p, size_t bytes);
    int (*free)(struct il_device *d, void *p);
    int (*put)(struct il_device *d, void *dst, const void *src,
               size_t bytes); /* src may be reused on return */
    int (*get)(struct il_device *d, void *dst, const void *src, size_t bytes); /* waits */
    int (*zero)(struct il_device *d, void *p, size_t bytes);
    int (*copy)(struct il_device *d, void *dst, const void *src, size_t bytes); /* on the device */
    int (*wait)(struct il_device *d); /* late errors surface here */

    /*
     * arithmetic of the products from now on: fp32 at first; an error, with words: this device has
     * no other. On the host alone; a recorded step keeps what it was recorded with.
     */
    int (*math)(struct il_device *d, enum il_math mode);

    /* bytes of activations that an evaluation takes at a time: of the kind of device alone */
    size_t (*chunk)(struct il_device *d);

    /*
     * matrix, row-major: c[m,n] = alpha * op(a)[m,k] * op(b)[k,n] + beta * c; ta, tb: stored
     * transposed. Equal columns of b give bit-equal columns of c. beta = 0 overwrites: c may hold
     * NaN. batched: matrix i begins at a + i*sa, b + i*sb, c + i*sc; interleaved column blocks are
     * legal.
     */
    int (*gemm)(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                float alpha, const float *a, unsigned lda, const float *b, unsigned ldb, float beta,
                float *c, unsigned ldc);
    int (*gemm_batched)(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                        float alpha, const float *a, unsigned lda, size_t sa, const float *b,
                        unsigned ldb, size_t sb, float beta, float *c, unsigned ldc, size_t sc,
                        unsigned count);

    /*
     * first layer, on a batch of the dataset: gather takes the samples of step clock->next;
     * forward: z[rows, n] = x w;  update: w[k, n] = alpha * x' dz + beta * w
     * lists: is data with this share of bytes that are not 0 to be given as lists beside the images?
     * A batch without lists is taken whole, whatever lists answers.
     */
    int (*input_lists)(struct il_device *d, double density);
    int (*input_gather)(struct il_device *d, const struct il_batch *b);
    int (*input_forward)(struct il_device *d, const struct il_batch *b, unsigned n, const float *w,
                         unsigned ldw, float *z, unsigned ldz);
    int (*input_update)(struct il_device *d, const struct il_batch *b, unsigned n, float alpha,
                        const float *dz, unsigned lddz, float beta, float *w, unsigned ldw);

    /*
     * steps: record runs the step once, for real, and keeps it; replay runs it again, times times
     */
    int (*record)(struct il_device *d, il_step_fn *step, void *arg, struct il_record **r);
    int (*replay)(struct il_device *d, struct il_record *r, unsigned times);
    void (*record_free)(struct il_device *d, struct il_record *r); /* NULL is legal */

#define X(name, params, args, bytes, flops) int(*name) params;
#include "ops.def"
#undef X
};

const struct il_seam *il_cpu_seam(void);

/* Wrappers of an open device, which they own from then on. On failure the inner one stays open. */
int il_strict_open(struct il_device **d, struct il_device *inner); /* of the CPU device only */
int il_trace_open(struct il_device **d, struct il_device *inner);

/* How many allocations of a strict device are not freed. */
size_t il_strict_live(const struct il_device *d);

/* What a trace device saw, one row a name in order of first use; NULL past the end. */
struct il_trace_row {
    const char *name;
    uint64_t calls, bytes, flops; /* by ops.def's formulas; 0 where none is known */
    double seconds;               /* each call waited for */
};
const struct il_trace_row *il_trace_row(const struct il_device *d, size_t i);

/* The one symbol that libinitlab_cuda.so exports. */
const struct il_seam *il_plugin_seam(void);

#endif
