/*
 * simt.h - run translated CUDA kernels on one CPU thread: every CUDA thread is a fiber, every block
 * has a window of shared memory, every access is checked. What translated PTX (ptx_prelude.h), the
 * look-alike runtime and the tests see of it.
 */
#ifndef SIMT_H
#define SIMT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Device memory. The program is given addresses in [SIM_BASE, SIM_BASE + SIM_SIZE), which are
 * reserved and never readable; kernels and copies find the bytes at address + SIM_SHIFT. So a host
 * read faults, always, and nothing has to be protected again and again. (ThreadSanitizer allows no
 * mapping here: its build passes other constants.)
 */
#ifndef SIM_BASE
#define SIM_BASE  0x200000000000ull
#define SIM_SIZE  0x001000000000ull
#define SIM_SHIFT 0x010000000000ull
#endif
enum { SIM_PAGE = 4096 };

#ifdef __cplusplus
extern "C" {
#endif

struct simt_v3 {
    unsigned x, y, z;
};
struct simt_ctx {
    struct simt_v3 tid, ctaid, ntid, nctaid;
    unsigned lane, warp;
};

extern struct simt_ctx *simt_cur; /* the running CUDA thread */
extern unsigned char *simt_smem;  /* shared memory of the running block */
extern size_t simt_smem_size;
extern const char *simt_name; /* what is running: a kernel, "memcpy", ... */

/* The allocation of each page of device memory (0: none); accesses are checked against it to the
 * byte. */
struct simt_range {
    uint64_t begin, end;
};
extern uint32_t *simt_page; /* SIM_SIZE / SIM_PAGE entries, most of them never touched */
extern struct simt_range *simt_ranges;

/*
 * What the longest thread of the last launch did: instructions, and rounds of loads of global memory, those whose results
 * it waited for together. Each thread says it at its end.
 */
extern struct simt_work {
    unsigned instructions, rounds;
} simt_longest;
void simt_counted(unsigned instructions, unsigned rounds);

/* Print "SIMT ERROR: ...", kernel, block and thread, and abort. */
void simt_fault(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* A module's own variable at device address a, or a fault: what an access outside the table falls
 * back to. */
void *simt_global(uint64_t a, int n);

/* Barriers. site is the place in the program; op: 0 count, 1 and, 2 or. */
void simt_bar(const void *site);
int simt_bar_red(const void *site, int op, int pred);

/* Warp operations, meaning of b and c as in PTX's shfl; *pred (NULL: not wanted) is shfl's
 * predicate. */
enum simt_warp_op { SIMT_UP, SIMT_DOWN, SIMT_BFLY, SIMT_IDX, SIMT_BALLOT, SIMT_SYNC };
uint32_t simt_warp(int op, uint32_t v, uint32_t b, uint32_t c, uint32_t mask, int *pred,
                   const void *site);
uint32_t simt_activemask(void);

/*
 * Run a whole grid. sync = 0: the kernel has no barrier, warp operation or call, so its threads can
 * run one after the other without fibers. SIMT_ORDER=n permutes the threads and reverses the
 * blocks, SIMT_ORDER=reverse reverses both: a correct kernel gives the same bits.
 */
void simt_launch(void (*fn)(void *), void *arg, struct simt_v3 grid, struct simt_v3 block,
                 size_t smem, int sync);

/* What a translated module exports, under the hash of its PTX. */
struct simt_kernel {
    const char *name;
    void (*fn)(void *);
    int params;
    const unsigned *offset, *size; /* of each parameter in the block that fn is given */
    unsigned bytes, static_smem, sync;
};
struct simt_var {
    const char *name;
    void *addr;
    size_t size;
};
void simt_register(uint64_t hash, const struct simt_kernel *k, const struct simt_var *v);
const struct simt_kernel *simt_find_kernel(uint64_t hash, const char *name); /* NULL: none such */
int simt_have(uint64_t hash);

#ifdef __cplusplus
}
#endif
#endif
