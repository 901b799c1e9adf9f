/*
 * tsan.cpp - tell ThreadSanitizer what orders what: launches, barriers and warp operations do,
 * blocks and threads among themselves do not. Every (block, thread) is a fiber to it, so that races
 * between blocks show as well. Empty unless SIMT_TSAN is defined.
 */
#include "block.h"
#if defined(SIMT_TSAN)
#include <algorithm>
#include <vector>

extern "C" {
void *__tsan_create_fiber(unsigned);
void __tsan_acquire(void *);
void __tsan_release(void *);
}

/* gcc 12's sanitizer ends past 8,128 fibers: blocks share sets of fibers in turn */
enum { MAX_SETS = 64, MAX_FIBERS = 4096 };

/*
 * The objects that carry the order. Two per barrier, used in turn: with one, a late thread would
 * acquire what a faster one released at the next barrier, and races between reading and writing
 * would be missed.
 */
static char launch_object, done_object, barrier_object[MAX_SETS][2], warp_object[MAX_SETS][WARP];
static std::vector<void *> fibers; /* kept: creating one is slow */
static unsigned sets, set, width;

void tsan_launch(unsigned threads, size_t blocks)
{
    width = threads;
    sets =
        (unsigned)std::max<size_t>(1, std::min<size_t>({ MAX_SETS, MAX_FIBERS / threads, blocks }));
    while (fibers.size() < (size_t)threads * sets)
        fibers.push_back(__tsan_create_fiber(0));
    __tsan_release(&launch_object);
}

void tsan_block(size_t number) { set = (unsigned)(number % sets); }
void *tsan_fiber(unsigned thread) { return fibers[(size_t)set * width + thread]; }
void tsan_thread_starts() { __tsan_acquire(&launch_object); }
void tsan_thread_ends() { __tsan_release(&done_object); }
void tsan_launched() { __tsan_acquire(&done_object); }

static void order(bool arrive, void *object)
{
    if (arrive)
        __tsan_release(object);
    else
        __tsan_acquire(object);
}

void tsan_barrier(bool arrive, unsigned phase) { order(arrive, &barrier_object[set][phase & 1]); }
void tsan_warp(bool arrive, unsigned warp) { order(arrive, &warp_object[set][warp]); }
#endif
