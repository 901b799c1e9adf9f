/*
 * test_handled.c - the slots of the seam on the second of two GPUs, one after the other, and after
 * each a launch on the first GPU. It runs once for each call of CUDA on the second, which
 * SIMCUDA_FAIL makes to fail: a slot that met the failure must succeed when it is called again, and
 * the launches, which are innocent, never fail. So an error that was handled is cleared, and a slot
 * makes its device the current one. Exit 0: so it is.
 */
#include "device/plugin.h"
#include "shared.h"
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 4, BYTES = SIDE * SIDE * sizeof(float) };

struct gpu {
    struct il_device *d;
    void *fill, *a, *b;
    struct il_record *record;
};
static struct gpu first, second;
static int failures;

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "test_handled: %s: %s\n", what, why);
    exit(1);
}

/* 1: the slot failed, for the first time, and is to be called again */
static int failed(int e, const char *slot, const char *why)
{
    if (e && failures++)
        stop(slot, why);
    return e != 0;
}

static int launch(struct gpu *g)
{
    return g->d->seam->fill(g->d, g->a, g->fill, 1, SIDE, SIDE, SIDE, SIDE);
}

static void innocent(void)
{
    const int e = launch(&first);

    if (e)
        stop("a launch on the first GPU", first.d->seam->error(first.d, e));
}

/* a slot of the second GPU's seam */
#define CALL(slot)                                                                                 \
    do {                                                                                           \
        int e_;                                                                                    \
        do {                                                                                       \
            e_ = slot;                                                                             \
            innocent();                                                                            \
        } while (failed(e_, #slot, e_ ? d->seam->error(d, e_) : ""));                              \
    } while (0)

static int product(struct gpu *g)
{
    return g->d->seam->gemm(g->d, 0, 0, SIDE, SIDE, SIDE, 1, g->a, SIDE, g->a, SIDE, 0, g->b, SIDE);
}

static int step(struct il_device *d, void *gpu)
{
    const int e = launch(gpu);

    (void)d;
    return e ? e : product(gpu);
}

static void close_gpu(struct gpu *g)
{
    struct il_device *const d = g->d;

    (void)d->seam->free(d, g->fill);
    (void)d->seam->free(d, g->a);
    (void)d->seam->free(d, g->b);
    d->seam->close(d);
}

/* what a launch needs */
static void prepare(struct gpu *g)
{
    const struct il_fill fill = { .law = IL_LAW_CONSTANT, .a = 1 };
    struct il_device *const d = g->d;

    if (d->seam->alloc(d, &g->fill, sizeof fill) || d->seam->alloc(d, &g->a, BYTES) ||
        d->seam->put(d, g->fill, &fill, sizeof fill))
        stop("the first GPU", "cannot be filled");
}

static void use_second(const struct il_seam *seam)
{
    const struct il_fill fill = { .law = IL_LAW_CONSTANT, .a = 1 };
    struct il_device *const d = second.d;
    struct il_about about;
    float back[SIDE * SIDE];

    CALL(seam->about(d, &about));
    CALL(seam->alloc(d, &second.fill, sizeof fill));
    CALL(seam->alloc(d, &second.a, BYTES));
    CALL(seam->alloc(d, &second.b, BYTES));
    CALL(seam->put(d, second.fill, &fill, sizeof fill));
    CALL(seam->zero(d, second.b, BYTES));
    CALL(launch(&second));
    CALL(seam->copy(d, second.b, second.a, BYTES));
    CALL(seam->math(d, IL_MATH_TF32));
    CALL(seam->gemm_batched(d, 0, 0, 2, 2, 2, 1, second.a, 2, 4, second.a, 2, 4, 0, second.b, 2, 4,
                            2));
    CALL(product(&second));
    CALL(seam->record(d, step, &second, &second.record));
    CALL(seam->replay(d, second.record, 2));
    CALL(seam->wait(d));
    CALL(seam->get(d, back, second.b, BYTES));
    if (back[0] != SIDE)
        stop("the product", "wrong");
    seam->record_free(d, second.record);
    innocent();
    CALL(seam->free(d, NULL));
}

static size_t memory_free(struct gpu *g)
{
    struct il_about about;

    if (g->d->seam->about(g->d, &about))
        stop("about", "failed");
    return about.memory_free;
}

int main(void)
{
    char why[320] = "";
    size_t before;
    int count;
    const struct il_seam *const seam = il_plugin_load(&count, why, sizeof why);

    if (!seam || seam->open(&first.d, 0, 1, why, sizeof why))
        stop("the first GPU", why);
    prepare(&first);
    before = memory_free(&first);
    while (failed(seam->open(&second.d, 1, 1, why, sizeof why), "open", why))
        innocent();
    use_second(seam);
    if (memory_free(&first) != before)
        stop("the second GPU", "took memory of the first");
    close_gpu(&second);
    innocent();
    close_gpu(&first);
    return 0;
}
