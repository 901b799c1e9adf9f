/* fiber.cpp - switching stacks on x86-64. Compiled without -fsanitize=thread even for that
 * sanitizer
 * (-DSIMT_TSAN instead): instrumented code may not run between two stacks. */
#include "fiber.h"
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <vector>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(SIMT_TSAN)
extern "C" void __tsan_switch_to_fiber(void *, unsigned);
extern "C" void *__tsan_get_current_fiber(void);
#endif

#if !defined(__x86_64__)
#error "simt's fibers are written for x86-64"
#endif

enum { STACK = 256 * 1024, SAVED = 6 }; /* SAVED: registers that a function must keep */

extern "C" void simt_switch(void **save, void *load);
asm(".text\n"
    ".globl simt_switch\n"
    ".type simt_switch,@function\n"
    "simt_switch:\n"
    "push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n"
    "mov %rsp,(%rdi)\n"
    "mov %rsi,%rsp\n"
    "pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n"
    "ret\n"
    ".size simt_switch,.-simt_switch\n"
    ".section .note.GNU-stack,\"\",@progbits\n"
    ".text\n");

static void *scheduler_sp;
#if defined(__SANITIZE_ADDRESS__)
static void *scheduler_asan;
static const void *scheduler_stack;
static size_t scheduler_bytes;
#endif
#if defined(SIMT_TSAN)
static void *scheduler_tsan;
#endif

static char *stack_of(unsigned number)
{
    static std::vector<char *> stacks; /* kept for the next launch */

    while (stacks.size() <= number) {
        void *p = mmap(nullptr, STACK, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (p == MAP_FAILED) {
            perror("SIMT ERROR: no stack for a fiber");
            abort();
        }
        stacks.push_back((char *)p);
    }
    return stacks[number];
}

void fiber_prepare(Fiber *f, unsigned number, void (*entry)())
{
    void **sp;

    f->stack = stack_of(number);
    f->asan = nullptr;
    sp = (void **)(f->stack + STACK);
    *--sp = nullptr; /* entry's own return address: it never returns */
    *--sp = (void *)entry;
    for (int i = 0; i < SAVED; i++)
        *--sp = nullptr;
    f->sp = sp;
}

void fiber_started()
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(nullptr, &scheduler_stack, &scheduler_bytes);
#endif
}

void fiber_enter(Fiber *f)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&scheduler_asan, f->stack, STACK);
#endif
#if defined(SIMT_TSAN)
    scheduler_tsan = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(f->tsan, 1); /* 1: the switch itself orders nothing */
#endif
    simt_switch(&scheduler_sp, f->sp);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(scheduler_asan, nullptr, nullptr);
#endif
}

void fiber_leave(Fiber *f, bool done)
{
    (void)done;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(done ? nullptr : &f->asan, scheduler_stack, scheduler_bytes);
#endif
#if defined(SIMT_TSAN)
    __tsan_switch_to_fiber(scheduler_tsan, 1);
#endif
    simt_switch(&f->sp, scheduler_sp);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(f->asan, nullptr, nullptr);
#endif
}
