/*
 * test_plugin_ops.c PLUGIN [smoke|overrun|leak] - every slot of the seam on the CUDA plugin, as
 * nvcc built it, beside the CPU device: the same random inputs must give the same bits. (NaN equals
 * NaN: which NaN is the hardware's affair.) The cases are the self-test's. Runs on the simulated
 * runtime, or on a GPU where there is one; there products may differ by the order of their sums, so
 * TEST_SAME_BLAS=1 says that the same BLAS stands behind both.
 *
 *   smoke    open, one op, a product, record, replay: the run whose calls are made to fail
 *   overrun  an op on a buffer that is one element short
 *   leak     an allocation that is never freed
 *
 * Exit: 0 equal, 1 not, 77 no such device (INITLAB_REQUIRE_CUDA=1: 1).
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/seam.h"
#include "core/ftz.h"
#include "random.h"
#include "selftest/cases.h"

static void die(const char *what)
{
    fprintf(stderr, "test_plugin_ops: %s\n", what);
    exit(1);
}

static void must(struct il_device *d, int e, const char *what)
{
    if (!e)
        return;
    fprintf(stderr, "test_plugin_ops: %s on %s: %s (%d)\n", what, d->seam->kind,
            d->seam->error(d, e), e);
    exit(1);
}

static struct il_trial run_case(struct il_device *d, const struct il_case *c,
                                const struct il_case_shape *s, uint64_t seed)
{
    struct il_trial t = il_trial_run(d, c, s, seed + s->rows, 0);

    if (t.code == IL_TRIAL_MEMORY)
        die("out of memory");
    must(d, t.code, c->name);
    return t;
}

/* 0: equal in every word, or, where that may not be asked of products, within rounding */
static int compare(const struct il_trial *a, const struct il_trial *b, const struct il_case *c)
{
    const int exact = !c->product || getenv("TEST_SAME_BLAS");
    const size_t at = il_trial_difference(a, b, exact ? 0 : il_trial_tolerance(a));

    if (a->words != b->words || a->words == 0) {
        fprintf(stderr, "%s: nothing, or not as much, was recorded\n", c->name);
        return 1;
    }
    if (at == a->words)
        return 0;
    fprintf(stderr, "%s: %u x %u, %u runs, block %u, ld %u: word %zu is %08x on %s, %08x on %s\n",
            c->name, a->rows, a->cols, a->runs, a->block, a->ld, at, a->record[at],
            a->d->seam->kind, b->record[at], b->d->seam->kind);
    return 1;
}

static int compare_all(struct il_device *cpu, struct il_device *cuda, uint64_t seed)
{
    int wrong = 0;

    for (const struct il_case *c = il_cases; c->name; c++)
        for (const struct il_case_shape *s = il_case_shapes; s->rows; s++) {
            struct il_trial a, b;

            if (s->level > 1) /* for real hardware */
                continue;
            a = run_case(cpu, c, s, seed);
            b = run_case(cuda, c, s, seed);
            wrong |= compare(&a, &b, c);
            free(a.record);
            free(b.record);
        }
    return wrong;
}

static const struct il_case *named(const char *name)
{
    const struct il_case *c = il_cases;

    while (c->name && strcmp(c->name, name) != 0)
        c++;
    return c;
}

static int smoke(struct il_device *d)
{
    static const struct il_case_shape shape = { 5, 3, 2, 1 };
    struct il_about about;

    must(d, d->seam->about(d, &about), "about");
    free(run_case(d, named("fill"), &shape, 1).record);
    free(run_case(d, named("record"), &shape, 1).record);
    d->seam->close(d);
    return 0;
}

/* a step that may be run, but not while it is captured: a capture forbids to wait */
static int waits_when_captured(struct il_device *d, void *arg)
{
    int *const calls = arg;

    return (*calls)++ ? d->seam->wait(d) : 0;
}

/* A step fails only in its capture; what comes next is not blamed for it. */
static int next_is_innocent(struct il_device *d)
{
    static const struct il_case_shape shape = { 5, 3, 2, 1 };
    struct il_record *r = NULL;
    int calls = 0;
    const int code = d->seam->record(d, waits_when_captured, &calls, &r);

    if (!code || r || calls != 2) {
        fprintf(stderr, "a step that waits was captured\n");
        return 1;
    }
    free(run_case(d, named("fill"), &shape, 1).record);
    free(run_case(d, named("record"), &shape, 1).record);
    return 0;
}

static void *upload(struct il_device *d, const void *bytes, size_t n)
{
    void *p = NULL;

    must(d, d->seam->alloc(d, &p, n), "alloc");
    must(d, d->seam->put(d, p, bytes, n), "put");
    return p;
}

/* the kernel writes rows x ld floats, the last of which is not there */
static int overrun(struct il_device *d)
{
    enum { ROWS = 4, LD = 16 };
    const struct il_fill f = { .law = IL_LAW_UNIFORM, .b = 1 };
    const float zeros[ROWS * LD] = { 0 };
    float *const w = upload(d, zeros, sizeof zeros - sizeof *zeros);

    must(d, d->seam->fill(d, w, upload(d, &f, sizeof f), 1, ROWS, LD, LD, LD), "fill");
    must(d, d->seam->wait(d), "wait");
    fprintf(stderr, "the overrun went unnoticed\n");
    return 1;
}

static struct il_device *open_device(const struct il_seam *seam)
{
    struct il_device *d = NULL;
    char why[256] = "";

    if (seam->count(why, sizeof why) < 1 || seam->open(&d, 0, 1, why, sizeof why)) {
        fprintf(stderr, "no %s device: %s\n", seam->kind, why);
        exit(strcmp(seam->kind, "cuda") || getenv("INITLAB_REQUIRE_CUDA") || getenv("SIMCUDA_FAIL")
                 ? 1
                 : 77);
    }
    return d;
}

static const struct il_seam *plugin(const char *path)
{
    const struct il_seam *(*entry)(void) = NULL;
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL),
         *symbol = handle ? dlsym(handle, "il_plugin_seam") : NULL;

    if (!symbol) {
        fprintf(stderr, "%s: %s\n", path, dlerror());
        exit(1);
    }
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from an object to a function */
    return entry();
}

int main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[2] : "", *given = getenv("TEST_SEED");
    const uint64_t seed = given ? strtoull(given, NULL, 10) : 20261123;
    struct il_device *cuda, *cpu;
    void *p;
    int wrong;

    if (argc < 2)
        die("usage: test_plugin_ops PLUGIN [smoke|overrun|leak]");
    cuda = open_device(plugin(argv[1]));
    if (!strcmp(mode, "smoke"))
        return smoke(cuda);
    if (!strcmp(mode, "overrun"))
        return overrun(cuda);
    if (!strcmp(mode, "leak"))
        return cuda->seam->alloc(cuda, &p, 100);
    cpu = open_device(il_cpu_seam());
    printf("test_plugin_ops: TEST_SEED=%llu\n", (unsigned long long)seed);
    il_ftz_on(); /* as the library does while it computes */
    wrong = compare_all(cpu, cuda, seed) | next_is_innocent(cuda);
    cpu->seam->close(cpu);
    cuda->seam->close(cuda);
    return wrong;
}
