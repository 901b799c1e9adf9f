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

/*
 * Purposes of random numbers: the high word of the Philox subsequence; the low word is the tensor.
 */
enum { IL_PURPOSE_WEIGHTS = 1, IL_PURPOSE_ORDER = 2, IL_PURPOSE_MASK = 3 };

/* The Philox subsequence of a layer's weights or bias. */
static inline uint64_t il_tensor_of(unsigned layer, int bias)
{
    return (uint64_t)IL_PURPOSE_WEIGHTS << 32 | (2 * layer + (unsigned)(bias != 0));
}

/* What a layer's initial weights and bias are; fills ready to upload. */
struct il_layer_draw {
    struct il_draw weight, bias;
};

struct il_run {
    /* the pack key */
    unsigned layers; /* of weights */
    unsigned *width; /* [layers + 1]: width[0]: pixels; width[layers]: classes */
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
    struct il_layer_draw *draw; /* [layers] */
    int math;                   /* enum il_math; the pack key's */
    int parametrised;           /* some layer's rate has a factor of its own: the pack key's too */
    int eval_train;
};

/* Resolve and check; il_run_free frees it. IL_E_USAGE names the option and what is valid. */
il_status il_run_resolve(struct il_run *out, const il_config *config, const il_dataset *set,
                         il_error *err);

/* Free what a run holds; legal on one of zeros, and after the call above failed. */
void il_run_free(struct il_run *run);

/* A layer as it begins, where its widths are numbers: no dataset is needed for it. */
struct il_initial_layer {
    unsigned layers; /* of the network */
    unsigned width[2];
    struct il_layer_draw draw;
};

/* IL_E_USAGE: no such layer (the first is 0), its widths are in or out, or its scheme's own words. */
il_status il_run_initial(struct il_initial_layer *out, const il_config *config, size_t layer,
                         il_error *err);

/* Mean square of its first `samples` inputs. */
double il_run_input_square(const struct il_run *run, const il_dataset *set, size_t samples);

/* So many of its first samples are looked at while it trains (watch.h): whole batches. */
size_t il_run_looked_at(const struct il_run *run);

/* A layer's name in `init`: h1, h2, ... and out. */
void il_layer_name(unsigned layer, unsigned layers, char name[16]);

/* NULL if the two may share a pack, else the name of the first option that forbids it. */
const char *il_run_conflict(const struct il_run *a, const struct il_run *b);

/* Steps of an epoch on so many training samples, those held out for validation among them. */
size_t il_run_steps(const il_config *config, size_t samples);

#endif
