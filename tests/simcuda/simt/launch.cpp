/* launch.cpp - run a grid: block after block, and in each block its threads in turn until all are
 * done. Shared memory starts as 0xFF bytes, so that what was never written reads as NaN. */
#include "asan.h"
#include "block.h"
#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <sys/mman.h>
#include <utility>
#include <vector>

Block block;
simt_ctx *simt_cur;
unsigned char *simt_smem;
size_t simt_smem_size;
const char *simt_name = "?";

struct simt_work simt_longest;

void simt_counted(unsigned instructions, unsigned rounds)
{
    simt_longest.instructions = std::max(simt_longest.instructions, instructions);
    simt_longest.rounds = std::max(simt_longest.rounds, rounds);
}

static void (*kernel)(void *);
static void *kernel_arg;

void simt_fault(const char *fmt, ...)
{
    va_list ap;

    fputs("SIMT ERROR: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, " (%s", simt_name);
    if (simt_cur)
        fprintf(stderr, ", block %u,%u,%u, thread %u,%u,%u", simt_cur->ctaid.x, simt_cur->ctaid.y,
                simt_cur->ctaid.z, simt_cur->tid.x, simt_cur->tid.y, simt_cur->tid.z);
    fputs(")\n", stderr);
    abort();
}

/* the order in which threads run, from SIMT_ORDER; blocks run backwards unless it is unset */
struct Order {
    bool given = false, reverse = false;
    unsigned seed = 0;

    Order()
    {
        const char *e = getenv("SIMT_ORDER");

        if (!e || !*e || !strcmp(e, "0"))
            return;
        given = true;
        reverse = !strcmp(e, "reverse");
        seed = (unsigned)atoi(e);
    }
};

/* another permutation in each block */
static void permute(std::vector<unsigned> &order, const Order &how, unsigned *seed)
{
    std::iota(order.begin(), order.end(), 0u);
    if (how.reverse) {
        std::reverse(order.begin(), order.end());
        return;
    }
    for (size_t i = order.size() - 1; how.given && i > 0; i--) {
        *seed = *seed * 1664525u + 1013904223u;
        std::swap(order[i], order[(*seed >> 8) % (i + 1)]);
    }
}

static void thread_entry()
{
    fiber_started();
    tsan_thread_starts();
    kernel(kernel_arg);
    tsan_thread_ends();
    block.current->state = DONE;
    block.done++;
    fiber_leave(&block.current->fiber, true);
    abort(); /* a thread that is done is never entered again */
}

static simt_ctx context(size_t number, unsigned t, simt_v3 g, simt_v3 b)
{
    simt_ctx c;

    c.ntid = b;
    c.nctaid = g;
    c.ctaid = simt_v3{ (unsigned)(number % g.x), (unsigned)(number / g.x % g.y),
                       (unsigned)(number / g.x / g.y) };
    c.tid = simt_v3{ t % b.x, t / b.x % b.y, t / b.x / b.y };
    c.lane = t % WARP;
    c.warp = t / WARP;
    return c;
}

/* no barrier in the kernel, or one thread: call it thread by thread */
static void run_plain(size_t number, simt_v3 g, simt_v3 b, const std::vector<unsigned> &order)
{
    static simt_ctx c;

    simt_cur = &c;
    for (unsigned t : order) {
        c = context(number, t, g, b);
        kernel(kernel_arg);
    }
}

static void deadlock()
{
    for (unsigned i = 0; i < block.threads; i++) {
        if (block.thread[i].state == DONE)
            continue;
        simt_cur = &block.thread[i].ctx;
        simt_fault(block.thread[i].state == AT_BARRIER
                       ? "deadlock: barrier not reached by every thread"
                       : "deadlock: a lane named in a mask never arrives");
    }
}

static void run_fibers(size_t number, simt_v3 g, simt_v3 b, const std::vector<unsigned> &order)
{
    for (unsigned t = 0; t < block.threads; t++) {
        Thread &thread = block.thread[t];

        thread = Thread();
        thread.ctx = context(number, t, g, b);
        fiber_prepare(&thread.fiber, t, thread_entry);
        thread.fiber.tsan = tsan_fiber(t);
    }
    for (Warp &w : block.warp)
        w = Warp();
    block.done = block.waiting = 0;
    while (block.done < block.threads) {
        unsigned ran = 0;

        for (unsigned t : order) {
            if (block.thread[t].state != READY)
                continue;
            ran++;
            block.current = &block.thread[t];
            simt_cur = &block.current->ctx;
            fiber_enter(&block.current->fiber);
        }
        if (!ran)
            deadlock();
    }
}

/* volatile: the race detector would see memset as an access that races with the block */
static void poison(unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((volatile unsigned char *)p)[i] = 0xff;
}

void simt_launch(void (*fn)(void *), void *arg, simt_v3 g, simt_v3 b, size_t smem, int sync)
{
    static const Order how;
    const size_t blocks = (size_t)g.x * g.y * g.z, threads = (size_t)b.x * b.y * b.z;
    const size_t padded = (smem + 511) & ~(size_t)255;
#if defined(SIMT_TSAN)
    const size_t windows = blocks; /* or two blocks' shared memory would seem to race */
    const bool fibers = threads > 0;
#else
    const size_t windows = 1;
    const bool fibers = sync && threads > 1;
#endif
    std::vector<unsigned> order(threads);
    unsigned seed = how.seed;
    unsigned char *arena;

    (void)sync;
    simt_cur = nullptr;
    simt_longest = {};
    if (!threads || threads > MAX_THREADS || !blocks || g.y > 65535 || g.z > 65535)
        simt_fault("bad launch shape");
    arena = (unsigned char *)mmap(nullptr, padded * windows, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED)
        simt_fault("no memory for shared memory");
    kernel = fn;
    kernel_arg = arg;
    simt_smem_size = smem;
    block.threads = (unsigned)threads;
    block.plain = !fibers;
    tsan_launch(block.threads, blocks);
    for (size_t i = 0; i < blocks; i++) {
        const size_t number = how.given ? blocks - 1 - i : i;

        simt_smem = arena + padded * (i % windows);
        if (smem)
            poison(simt_smem, smem);
        ASAN_POISON_MEMORY_REGION(simt_smem + smem, padded - smem);
        tsan_block(i);
        permute(order, how, &seed);
        if (fibers)
            run_fibers(number, g, b, order);
        else
            run_plain(number, g, b, order);
    }
    tsan_launched();
    ASAN_UNPOISON_MEMORY_REGION(arena, padded * windows); /* who is given these addresses next */
    munmap(arena, padded * windows);
    simt_smem = nullptr;
    simt_cur = nullptr;
}
