/* fiber.h - a stack to run on, and the switch to and from it; tells the sanitizers of every switch.
 */
#ifndef SIMT_FIBER_H
#define SIMT_FIBER_H

struct Fiber {
    void *sp; /* where it stopped */
    char *stack;
    void *asan; /* AddressSanitizer's fake stack */
    void *tsan; /* ThreadSanitizer's fiber */
};

/* Make `number` (of the block) ready to run entry(), which must end by fiber_leave(f, true). */
void fiber_prepare(Fiber *f, unsigned number, void (*entry)());

void fiber_enter(Fiber *f);            /* from the scheduler; returns when f leaves */
void fiber_leave(Fiber *f, bool done); /* from f, back to the scheduler */
void fiber_started();                  /* the first thing on a new fiber */

#endif
