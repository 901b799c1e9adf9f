/* sync.cpp - where the threads of a block meet: barriers, shuffles, votes. Refuses what hardware
 * leaves undefined: divergent barriers, masks that do not name the caller, lanes that disagree. */
#include "block.h"

static void release_barrier()
{
    for (unsigned i = 0; i < block.threads; i++)
        if (block.thread[i].state == AT_BARRIER)
            block.thread[i].state = READY;
    block.waiting = 0;
}

static void check_site(const void *site)
{
    for (unsigned i = 0; i < block.threads; i++) {
        if (block.thread[i].state != AT_BARRIER)
            continue;
        if (block.thread[i].site != site)
            simt_fault("threads of a block wait at different barriers");
        return;
    }
}

int simt_bar_red(const void *site, int op, int pred)
{
    Thread *t = block.current;

    if (block.plain)
        return !!pred;
    if (block.waiting == 0) {
        block.count = block.any = 0;
        block.all = 1;
    } else {
        check_site(site);
    }
    block.count += !!pred;
    block.all &= !!pred;
    block.any |= !!pred;
    block.waiting++;
    t->site = site;
    t->state = AT_BARRIER;
    tsan_barrier(true, t->phase);
    if (block.done) /* stricter than hardware, which forgets the threads that ended */
        simt_fault("barrier after some threads of the block have exited");
    if (block.waiting == block.threads)
        release_barrier();
    pause_thread();
    tsan_barrier(false, t->phase);
    t->phase++;
    return op == 0 ? block.count : op == 1 ? block.all : block.any;
}

void simt_bar(const void *site) { simt_bar_red(site, 0, 0); }

/* the lanes of a warp that exist: the last warp of a block may be short */
static uint32_t lanes_of(unsigned warp)
{
    const unsigned n = block.threads - warp * WARP;

    return n >= WARP ? ~0u : (1u << n) - 1;
}

uint32_t simt_activemask(void) { return block.plain ? 1u : lanes_of(block.current->ctx.warp); }

/* the lane that lane i reads from in a shuffle, and the predicate: is it inside i's segment? */
static int shuffle_source(const Warp &w, int i, int *inside)
{
    const int b = w.b[i] & 31, clamp = w.c[i] & 31, segment = w.c[i] >> 8 & 31;
    const int last = (i & segment) | (clamp & ~segment), first = i & segment;
    int from = i;

    switch (w.op) {
    case SIMT_UP:
        from = i - b;
        *inside = from >= last;
        break; /* PTX: c's clamp is 0 here */
    case SIMT_DOWN:
        from = i + b;
        *inside = from <= last;
        break;
    case SIMT_BFLY:
        from = i ^ b;
        *inside = from <= last;
        break;
    case SIMT_IDX:
        from = first | (b & ~segment);
        *inside = from <= last;
        break;
    default:
        *inside = 1;
    }
    return *inside ? from : i;
}

/* every lane of the mask is here: compute all results */
static void finish_warp(Warp &w)
{
    uint32_t ballot = 0;

    for (int i = 0; i < WARP; i++)
        if ((w.mask >> i & 1) && w.v[i])
            ballot |= 1u << i;
    for (int i = 0; i < WARP; i++) {
        int from;

        if (!(w.mask >> i & 1))
            continue;
        if (w.op == SIMT_BALLOT) {
            w.out[i] = ballot;
        } else if (w.op != SIMT_SYNC) {
            from = shuffle_source(w, i, &w.pred[i]);
            w.out[i] = w.mask >> from & 1 ? w.v[from] : 0xffffdeadu; /* undefined: a NaN */
        }
    }
    w.arrived = 0;
}

uint32_t simt_warp(int op, uint32_t v, uint32_t b, uint32_t c, uint32_t mask, int *pred,
                   const void *)
{
    if (block.plain)
        simt_fault("warp operation in a block of one thread: not simulated");
    Thread *t = block.current;
    const unsigned lane = t->ctx.lane, warp = t->ctx.warp;
    Warp &w = block.warp[warp];

    mask &= lanes_of(warp);
    if (!(mask >> lane & 1))
        simt_fault("*_sync mask does not name the calling lane");
    if (!w.arrived) {
        w.mask = mask;
        w.op = op;
    } else if (w.mask != mask || w.op != op) {
        simt_fault("lanes disagree on the mask or the kind of a *_sync operation");
    }
    w.arrived |= 1u << lane;
    w.v[lane] = v;
    w.b[lane] = b;
    w.c[lane] = c;
    t->state = AT_WARP;
    tsan_warp(true, warp);
    if (w.arrived == w.mask) {
        finish_warp(w);
        for (unsigned i = 0; i < WARP; i++)
            if (mask >> i & 1)
                block.thread[warp * WARP + i].state = READY;
    } else {
        pause_thread();
    }
    tsan_warp(false, warp);
    if (pred)
        *pred = w.pred[lane];
    return w.out[lane];
}
