/* block.h - the block that is running: its threads, its warps and its barrier. Internal to simt. */
#ifndef SIMT_BLOCK_H
#define SIMT_BLOCK_H

#include "fiber.h"
#include "simt.h"

enum { MAX_THREADS = 1024, WARP = 32 };
enum State { READY, AT_BARRIER, AT_WARP, DONE };

struct Thread {
    simt_ctx ctx;
    Fiber fiber;
    State state;
    const void *site; /* of the barrier it waits at */
    unsigned phase;   /* barriers passed */
};

struct Warp { /* a warp operation, as its lanes arrive one by one */
    uint32_t arrived, mask;
    int op;
    uint32_t v[WARP], b[WARP], c[WARP], out[WARP];
    int pred[WARP];
};

struct Block {
    unsigned threads, done, waiting;
    int count, all, any; /* of the predicates at the barrier */
    bool plain;          /* no fibers: nothing to wait for */
    Thread *current;
    Thread thread[MAX_THREADS];
    Warp warp[MAX_THREADS / WARP];
};
extern Block block;

/* Stop the running thread until the scheduler picks it again. */
static inline void pause_thread() { fiber_leave(&block.current->fiber, false); }

/* What ThreadSanitizer is told; nothing in other builds. See tsan.cpp. */
#if defined(SIMT_TSAN)
void tsan_launch(unsigned threads, size_t blocks);
void tsan_block(size_t number);
void *tsan_fiber(unsigned thread);
void tsan_thread_starts();
void tsan_thread_ends();
void tsan_launched();
void tsan_barrier(bool arrive, unsigned phase);
void tsan_warp(bool arrive, unsigned warp);
#else
static inline void tsan_launch(unsigned, size_t) {}
static inline void tsan_block(size_t) {}
static inline void *tsan_fiber(unsigned) { return nullptr; }
static inline void tsan_thread_starts() {}
static inline void tsan_thread_ends() {}
static inline void tsan_launched() {}
static inline void tsan_barrier(bool, unsigned) {}
static inline void tsan_warp(bool, unsigned) {}
#endif

#endif
