/*
 * pack_memory.c - the device memory of a pack: how much, where it is kept, what is in it at first.
 */
#include "draw.h"
#include "pack_memory.h"

#include <stdlib.h>
#include <string.h>
#include "error.h"

/*
 * Evaluation goes over chunks of as many rows as fit these bytes with all their activations: about
 * a core's second-level cache. The same on every device, so that the products have the same shapes.
 */
enum { EVAL_BYTES = 1 << 20, EVAL_ROWS_MAX = 4096 };

/* one allocation that the pack wants */
struct want {
    void *to;           /* address of the pointer to fill */
    size_t count, size; /* elements and bytes of one */
};
enum { WANTS_FIXED = 17, WANTS_LAYER = 7, WANTS = WANTS_FIXED + WANTS_LAYER * IL_MAX_LAYERS };

static int needs_z(uint32_t code)
{
    static const unsigned char needs[] = {
#define X(ID, name, aliases, alpha, z, ...) z,
#include "activations.def"
#undef X
    };

    return needs[code];
}

/* rows of the activation buffers: a batch, or a chunk of evaluation */
static unsigned buffer_rows(const struct il_pack *p, size_t x_ld)
{
    size_t floats = x_ld, rows;

    for (unsigned l = 0; l < p->layers; l++)
        floats += (size_t)2 * p->layer[l].at.ld;
    rows = EVAL_BYTES / (floats * sizeof(float)) / 16 * 16;
    rows = rows < 16 ? 16 : rows > EVAL_ROWS_MAX ? EVAL_ROWS_MAX : rows;
    return (unsigned)(rows < p->batch.rows ? p->batch.rows : rows);
}

/* every allocation of the pack; zero-sized ones are left out */
static size_t wants(struct il_pack *p, const il_dataset *set, struct want *w)
{
    const struct il_run *run = &p->run[0];
    const size_t pixels = run->width[0], runs = p->runs, rows = p->rows, steps = run->steps;
    const size_t train = il_dataset_train(set).count, test = il_dataset_test(set).count;
    const int state = run->update.adam ? 2 : run->update.rule == IL_RULE_SGD ? 0 : 1;
    int split = 0;
    size_t n = 0, widest = 0;

    for (size_t m = 0; m < runs; m++)
        split |= needs_z(p->run[m].hidden.code);
#define WANT(field, elements)                                                                      \
    do {                                                                                           \
        if ((elements) > 0)                                                                        \
            w[n++] = (struct want){ &(field), (elements), sizeof *(field) };                       \
    } while (0)
    WANT(p->train_images, train * pixels);
    WANT(p->train_labels, train);
    WANT(p->test_images, test * pixels);
    WANT(p->test_labels, test);
    WANT(p->x, rows * p->batch.ld);
    WANT(p->label, rows);
    WANT(p->rate, runs * steps);
    WANT(p->correction, run->update.adam ? 2 * steps : 0);
    WANT(p->act, runs);
    WANT(p->head, runs);
    WANT(p->sums, runs);
    WANT(p->eval_sums, runs);
    WANT(p->clock, (size_t)1);
    WANT(p->eval_clock, (size_t)1);
    for (unsigned l = 0; l < p->layers; l++) {
        struct il_pack_layer *y = &p->layer[l];
        const size_t weights = (size_t)y->at.rows * y->at.ld;

        WANT(y->w, weights);
        WANT(y->z, rows * y->at.ld);
        WANT(y->a, l + 1 < p->layers && split ? rows * y->at.ld : 0);
        WANT(y->g, p->fused ? 0 : weights);
        WANT(y->s1, state > 0 ? weights : 0);
        WANT(y->s2, state > 1 ? weights : 0);
        WANT(y->multiplier, run->parametrised ? 2 * runs : 0);
        widest = widest < y->at.ld ? y->at.ld : widest;
    }
    WANT(p->d[0], (size_t)p->batch.rows * widest);
    WANT(p->d[1], p->layers > 1 ? (size_t)p->batch.rows * widest : 0);
#undef WANT
    return n;
}

/* the sum of the wants, refused before anything is allocated if it does not fit */
static il_status check_room(struct il_pack *p, const struct want *w, size_t n, il_error *err)
{
    struct il_about about = { .memory_free = 0 };
    size_t total = 0, bytes;

    for (size_t i = 0; i < n; i++)
        if (__builtin_mul_overflow(w[i].count, w[i].size, &bytes) ||
            __builtin_add_overflow(total, bytes, &total))
            return il_fail(err, IL_E_USAGE, "a pack of %zu such runs is too large for any device",
                           p->runs);
    if (p->device->seam->about(p->device, &about) == 0 && about.memory_free > 0 &&
        total > about.memory_free)
        return il_fail(err, IL_E_DEVICE,
                       "%s: a pack of %zu runs needs %.1f MiB, %.1f MiB are free; train fewer runs "
                       "at once, or smaller ones",
                       il_device_id(p->device), p->runs, (double)total / 1048576,
                       (double)about.memory_free / 1048576);
    return IL_OK;
}

static il_status allocate(struct il_pack *p, const struct want *w, size_t n, il_error *err)
{
    const struct il_seam *s = p->device->seam;

    p->owned = calloc(n, sizeof *p->owned);
    if (!p->owned)
        return il_fail(err, IL_E_MEMORY, "out of memory for a pack");
    for (size_t i = 0; i < n; i++) {
        const size_t bytes = w[i].count * w[i].size;
        void *memory = NULL;
        int e = s->alloc(p->device, &memory, bytes);

        if (e)
            return il_pack_fail(err, p, e, "allocate");
        p->owned[p->owned_count++] = memory;
        memcpy(w[i].to, &memory, sizeof memory);
        e = s->zero(p->device, memory, bytes);
        if (e)
            return il_pack_fail(err, p, e, "clear memory");
    }
    return IL_OK;
}

/* the parts of the dataset, as batches of the first layer */
static void point_batches(struct il_pack *p, const il_dataset *set)
{
    const struct il_run *run = &p->run[0];
    const size_t pixels = run->width[0], first = run->first;
    struct il_evaluation *v = p->eval;

    p->batch.x = p->x;
    p->batch.label = p->label;
    p->batch.images = p->train_images + first * pixels;
    p->batch.labels = p->train_labels + first;
    p->batch.clock = p->clock;
    for (int i = 0; i < IL_EVALS; i++) {
        v[i].pack = p;
        v[i].batch = p->batch;
        v[i].batch.rows = p->rows;
        v[i].batch.clock = p->eval_clock;
    }
    v[IL_EVAL_TRAIN].samples = run->samples;
    v[IL_EVAL_VALIDATION].samples = run->validation;
    v[IL_EVAL_VALIDATION].batch.images = p->train_images;
    v[IL_EVAL_VALIDATION].batch.labels = p->train_labels;
    v[IL_EVAL_TEST].samples = il_dataset_test(set).count;
    v[IL_EVAL_TEST].batch.images = p->test_images;
    v[IL_EVAL_TEST].batch.labels = p->test_labels;
    for (unsigned l = 0; l < p->layers; l++)
        if (!p->layer[l].a)
            p->layer[l].a = p->layer[l].z;
}

il_status il_pack_allocate(struct il_pack *p, const il_dataset *set, il_error *err)
{
    struct want *w = malloc(WANTS * sizeof *w);
    const unsigned pixels = p->run[0].width[0];
    il_status st = IL_OK;
    size_t n;

    if (!w)
        return il_fail(err, IL_E_MEMORY, "out of memory for a pack");
    p->batch.rows = p->run[0].batch;
    p->batch.pixels = pixels;
    p->batch.k = p->layer[0].at.rows;
    p->batch.ld = (unsigned)il_round16(p->batch.k);
    p->rows = buffer_rows(p, p->batch.ld);
    n = wants(p, set, w);
    IL_TRY(check_room(p, w, n, err));
    IL_TRY(allocate(p, w, n, err));
    point_batches(p, set);
out:
    free(w);
    return st;
}

void il_pack_release(struct il_pack *p)
{
    while (p->owned_count > 0)
        p->device->seam->free(p->device, p->owned[--p->owned_count]);
    free(p->owned);
    p->owned = NULL;
}

/* one table of rows of the runs, put together on the host and uploaded */
static il_status upload_tables(struct il_pack *p, il_error *err)
{
    const struct il_seam *s = p->device->seam;
    struct il_act *act = malloc(p->runs * sizeof *act);
    struct il_head *head = malloc(p->runs * sizeof *head);
    il_status st = IL_OK;
    int e;

    if (!act || !head) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for a pack of %zu runs", p->runs);
        goto out;
    }
    for (size_t m = 0; m < p->runs; m++) {
        act[m] = p->run[m].hidden;
        head[m] = p->run[m].head;
    }
    e = s->put(p->device, p->act, act, p->runs * sizeof *act);
    if (!e)
        e = s->put(p->device, p->head, head, p->runs * sizeof *head);
    if (e)
        st = il_pack_fail(err, p, e, "upload tables");
out:
    free(act);
    free(head);
    return st;
}

static il_status upload_dataset(struct il_pack *p, const il_dataset *set, il_error *err)
{
    const struct il_seam *s = p->device->seam;
    const il_samples train = il_dataset_train(set), test = il_dataset_test(set);
    const size_t pixels = il_dataset_pixels(set);
    int e = s->put(p->device, p->train_images, train.images, train.count * pixels);

    if (!e)
        e = s->put(p->device, p->train_labels, train.labels, train.count);
    if (!e)
        e = s->put(p->device, p->test_images, test.images, test.count * pixels);
    if (!e)
        e = s->put(p->device, p->test_labels, test.labels, test.count);
    return e ? il_pack_fail(err, p, e, "upload the dataset") : IL_OK;
}

/* initial weights and biases of all runs, and the factors of their rates */
static il_status draw_weights(struct il_pack *p, il_error *err)
{
    const struct il_seam *s = p->device->seam;
    struct il_fill *fill = malloc(2 * p->runs * sizeof *fill);
    float *multiplier = malloc(2 * p->runs * sizeof *multiplier);
    il_status st = IL_OK;
    int e = 0;

    if (!fill || !multiplier)
        e = IL_DRAW_MEMORY;
    for (unsigned l = 0; !e && l < p->layers; l++) {
        struct il_pack_layer *const y = &p->layer[l];

        for (size_t m = 0; m < p->runs; m++) {
            fill[m] = p->run[m].draw[l].weight.fill;
            fill[p->runs + m] = p->run[m].draw[l].bias.fill;
            multiplier[2 * m] = (float)p->run[m].draw[l].weight.rate;
            multiplier[2 * m + 1] = (float)p->run[m].draw[l].bias.rate;
        }
        e = il_draw_layer(p->device, &y->at, (unsigned)p->runs, y->w, fill, fill + p->runs);
        if (!e && y->multiplier)
            e = s->put(p->device, y->multiplier, multiplier, 2 * p->runs * sizeof *multiplier);
    }
    if (e == IL_DRAW_MEMORY)
        st = il_fail(err, IL_E_MEMORY, "out of memory for a pack of %zu runs", p->runs);
    else if (e)
        st = il_pack_fail(err, p, e, "draw initial weights");
    free(multiplier);
    free(fill);
    return st;
}

il_status il_pack_upload(struct il_pack *p, const il_dataset *set, const il_config *const *runs,
                         il_error *err)
{
    il_status st;

    IL_TRY(upload_dataset(p, set, err));
    IL_TRY(upload_tables(p, err));
    IL_TRY(draw_weights(p, err));
    IL_TRY(il_pack_load(p, runs, err));
    IL_TRY(il_pack_calibrate(p, err));
out:
    return st;
}
