/* trial.c - a trial's numbers, its device memory, and what it read back. */
#include "trial.h"

#include <math.h>
#include <stdlib.h>
#include "device/seam.h"
#include "random.h"

static void *no_memory(struct il_trial *t)
{
    IL_TRIAL_TRY(t, IL_TRIAL_MEMORY);
    return NULL;
}

float il_trial_draw(struct il_trial *t, double low, double high)
{
    return (float)(low + (high - low) * (double)il_uniform(il_philox(t->seed, t->drawn++, 0).v[0]));
}

unsigned il_trial_pick(struct il_trial *t, unsigned n)
{
    return il_philox(t->seed, t->drawn++, 0).v[0] % n;
}

void *il_trial_upload(struct il_trial *t, const void *bytes, size_t n)
{
    struct il_trial_memory *const m = &t->memory[t->allocated];

    if (t->allocated == IL_TRIAL_ALLOCATIONS)
        t->code = IL_TRIAL_MEMORY;
    if (t->code)
        return NULL;
    *m = (struct il_trial_memory){ NULL, n, 0 };
    t->allocated++;
    IL_TRIAL_TRY(t, t->d->seam->alloc(t->d, &m->p, n));
    IL_TRIAL_TRY(t, t->d->seam->put(t->d, m->p, bytes, n));
    return m->p;
}

float *il_trial_floats(struct il_trial *t, size_t n, double low, double high, int rare)
{
    static const float odd[] = { 0.0f,      -0.0f, 1e-40f, -1e-40f, INFINITY,
                                 -INFINITY, NAN,   3e38f,  -3e38f,  1e-30f };
    float *const host = malloc(n * sizeof *host), *p;

    if (!host)
        return no_memory(t);
    for (size_t i = 0; i < n; i++)
        host[i] = rare && il_trial_pick(t, 16) == 0
                      ? odd[il_trial_pick(t, sizeof odd / sizeof *odd)]
                      : il_trial_draw(t, low, high);
    p = il_trial_upload(t, host, n * sizeof *host);
    free(host);
    return p;
}

void il_trial_mark(struct il_trial *t, const void *p, int written)
{
    for (unsigned k = 0; k < t->allocated; k++)
        if (p && t->memory[k].p == p)
            t->memory[k].written = written;
}

void il_trial_keep(struct il_trial *t, const void *p, size_t n)
{
    uint32_t *const more = realloc(t->record, (t->words + n) * sizeof *t->record);

    if (!more) {
        no_memory(t);
        return;
    }
    t->record = more;
    IL_TRIAL_TRY(t, t->d->seam->get(t->d, t->record + t->words, p, n * sizeof *t->record));
    t->words += n;
}

void il_trial_keep_written(struct il_trial *t)
{
    for (unsigned k = 0; k < t->allocated; k++)
        if (t->memory[k].written)
            il_trial_keep(t, t->memory[k].p, t->memory[k].bytes / sizeof *t->record);
}

void il_trial_release(struct il_trial *t)
{
    while (t->allocated) {
        const int e = t->d->seam->free(t->d, t->memory[--t->allocated].p);

        IL_TRIAL_TRY(t, e);
    }
}
