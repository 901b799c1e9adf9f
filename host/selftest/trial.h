/* trial.h - one case on one device: the numbers it draws, its device memory, and what it read back. */
#ifndef HOST_SELFTEST_TRIAL_H
#define HOST_SELFTEST_TRIAL_H

#include <stddef.h>
#include <stdint.h>

struct il_device;

enum { IL_TRIAL_ALLOCATIONS = 24, IL_TRIAL_RUNS = 8, IL_TRIAL_MEMORY = -1 };

/* A device allocation; written: by the op that it was drawn for. */
struct il_trial_memory {
    void *p;
    size_t bytes;
    int written;
};

/* One case on one device: what it has drawn, allocated, and read back. */
struct il_trial {
    struct il_device *d;
    uint64_t seed, drawn;
    unsigned rows, cols, runs, block, ld;
    unsigned samples, steps, clocks; /* of an epoch; clocks that stand at its steps */
    int plain;                       /* nothing rare (NaN, infinite, subnormal, huge) */
    int rare;                        /* of this call: it has some */
    unsigned kind;                   /* which laws, activations, losses the runs have: operands.h */
    int alike; /* all runs of one kind, and nothing by chance that costs time */
    struct il_trial_memory memory[IL_TRIAL_ALLOCATIONS];
    unsigned allocated;
    uint32_t *record; /* what the ops wrote, as words; to be freed by the caller */
    size_t words;
    int code; /* of the first call that failed; IL_TRIAL_MEMORY: out of host memory */
};

/* a call of the seam, unless one before it failed */
#define IL_TRIAL_TRY(t, call)                                                                      \
    do {                                                                                           \
        if (!(t)->code)                                                                            \
            (t)->code = (call);                                                                    \
    } while (0)

/* the next number of the trial in [low, high); below n */
float il_trial_draw(struct il_trial *t, double low, double high);
unsigned il_trial_pick(struct il_trial *t, unsigned n);

/* Device memory with a copy of n bytes; NULL, and t->code set, where there is none. */
void *il_trial_upload(struct il_trial *t, const void *bytes, size_t n);

/* n drawn floats; with rare, some are zeros, subnormals, infinities, NaN and huge. */
float *il_trial_floats(struct il_trial *t, size_t n, double low, double high, int rare);

/* Says of an allocation whether il_trial_keep_written reads it back; NULL: none, nothing to say. */
void il_trial_mark(struct il_trial *t, const void *p, int written);

/* Appends n words of device memory to the record; those of all that was marked. */
void il_trial_keep(struct il_trial *t, const void *p, size_t n);
void il_trial_keep_written(struct il_trial *t);

/* Frees what was allocated, last first. */
void il_trial_release(struct il_trial *t);

#endif
