/* run.h - a config resolved against a dataset: what a pack works from. Internal. */
#ifndef HOST_LIB_CONFIG_RUN_H
#define HOST_LIB_CONFIG_RUN_H

#include <stddef.h>
#include <stdint.h>
#include "initlab/config.h"
#include "catalog/choice_value.h"
#include "catalog/scheme.h"
#include "catalog/update.h"
#include "shared.h"

enum { IL_MAX_LAYERS = 64 };

/*
 * Purposes of random numbers: the high word of the Philox subsequence; the low word is the tensor.
 */
enum { IL_PURPOSE_WEIGHTS = 1, IL_PURPOSE_ORDER = 2, IL_PURPOSE_MASK = 3 };

/* The Philox subsequence of a layer's weights or bias. */
static inline uint64_t il_tensor_of(unsigned layer, int bias)
{
    return (uint64_t)IL_PURPOSE_WEIGHTS << 32 | (2 * layer + (unsigned)(bias != 0));
}

struct il_run {
    /* the pack key */
    unsigned layers;                   /* of weights */
    unsigned width[IL_MAX_LAYERS + 1]; /* width[0]: pixels; width[layers]: classes */
    unsigned batch, epochs;
    size_t first, samples; /* training samples: [first, first + samples) of the train set */
    size_t validation;     /* validation samples: [0, validation) of the train set */
    size_t steps;          /* of one epoch; with drop-last the samples past steps * batch,
                                         * others in each epoch, are not trained on */
    uint64_t data_seed;
    struct il_update update;

    /* of the run alone */
    struct il_act hidden;
    struct il_head head; /* head.gradient is 1 / divisor */
    double divisor;      /* of a sample's cost: classes for a mean over elements, else 1 or 2 */
    struct il_choice schedule;
    double lr;
    struct {
        struct il_draw weight, bias;
    } draw[IL_MAX_LAYERS]; /* what the initial weights are; fills ready to upload */
    int math;              /* enum il_math; the pack key's */
    int parametrised;      /* some layer's rate has a factor of its own: the pack key's too */
    int eval_train;
};

/* Resolve and check. IL_E_USAGE names the option and what is valid; *out is then undefined. */
il_status il_run_resolve(struct il_run *out, const il_config *config, const il_dataset *set,
                         il_error *err);

/*
 * Of a config what no dataset is needed for: layers and widths, which must be numbers, hidden
 * activation, update rule, and how the weights are drawn.
 */
il_status il_run_initial(struct il_run *out, const il_config *config, il_error *err);

/* The arithmetic that a word names, -1: none. */
int il_math_of(const char *word);

/* Is a parameter a number, and which? */
enum { IL_NO_NUMBER, IL_REAL_NUMBER, IL_WHOLE_NUMBER };
int il_parameter_number(const char *name);

/* A layer's name in `init`: h1, h2, ... and out. */
void il_layer_name(unsigned layer, unsigned layers, char name[16]);

/* NULL if the two may share a pack, else the name of the first option that forbids it. */
const char *il_run_conflict(const struct il_run *a, const struct il_run *b);

#endif
