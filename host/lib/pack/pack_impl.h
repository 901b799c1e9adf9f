/* pack_impl.h - the inside of a pack: its runs, its device memory, its recorded steps. */
#ifndef HOST_LIB_PACK_PACK_IMPL_H
#define HOST_LIB_PACK_PACK_IMPL_H

#include "initlab/pack.h"
#include "device/seam.h"
#include "layout.h"
#include "config/run.h"

/* Device memory of one layer. Shapes as in layout.h; activations have pack->rows rows. */
struct il_pack_layer {
    struct il_layer layout;
    float *w;
    float *z, *a;       /* a is z where no run's derivative needs z; output: z only */
    float *g, *s1, *s2; /* gradient and optimiser state; NULL where the rule has none */
    float *multiplier;  /* [runs, 2] of the rate, for weights and bias; NULL: all are 1 */
};

/* A part of the dataset that the pack evaluates on, as a recorded step. */
struct il_evaluation {
    struct il_pack *pack;
    struct il_batch batch;
    size_t samples; /* 0: nothing to evaluate */
    struct il_record *record;
};

enum { IL_EVAL_TEST, IL_EVAL_VALIDATION, IL_EVAL_TRAIN, IL_EVALS };

struct il_pack {
    struct il_device *device; /* not owned */
    struct il_run *run;       /* [runs] */
    size_t runs;
    unsigned layers, rows; /* rows: of the activation buffers, for a batch or a chunk */
    int fused;             /* plain SGD: the update is the product itself */
    int keeps_z;           /* some run's derivative needs z: a is apart from it */
    int sparse;            /* the first layer works on lists of the bytes that are not 0 */
    struct il_pack_layer layer[IL_MAX_LAYERS];

    /* device memory */
    uint8_t *train_images, *train_labels, *test_images, *test_labels, *label;
    struct il_lists train_lists, test_lists; /* if sparse; then there is no x */
    struct il_nonzero nonzero;               /* the batch's */
    float *x, *d[2];                         /* the batch; dZ of two neighbouring layers in turn */
    float *rate, *correction;                /* [runs, steps]; [steps, 2] for Adam */
    struct il_act *act;                      /* [runs] */
    struct il_head *head;                    /* [runs] */
    struct il_sums *sums, *eval_sums;        /* [runs] */
    struct il_clock *clock, *eval_clock;
    void **owned; /* every allocation, for close */
    size_t owned_count;

    struct il_batch batch; /* of training */
    struct il_record *record;
    struct il_evaluation eval[IL_EVALS];

    /* host side */
    size_t epoch;              /* epochs done */
    size_t step;               /* steps done of the next one, which was interrupted; else 0 */
    float *host_rate;          /* [runs * steps] */
    float *host_correction;    /* [2 * steps], for Adam */
    struct il_sums *host_sums; /* [runs] */
    size_t (*diverged)[2];     /* [runs]: epoch and step, from 1; 0: not */
};

/* step.c: one training step, one evaluation chunk; both of type il_step_fn */
int il_pack_train_step(struct il_device *d, void *pack);
int il_pack_eval_step(struct il_device *d, void *evaluation);

/*
 * Parts of a step. Forward: pre-activations of layer l for a batch, from those of layer l - 1, or of
 * the first `layers` layers. Loss: sums, and dZ of the output layer unless dz is NULL. Backward: dZ
 * of layer l - 1 in p->d[(l - 1) % 2] from that of layer l > 0 in p->d[l % 2].
 */
int il_pack_forward_layer(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                          unsigned l);
int il_pack_forward(struct il_device *d, const struct il_pack *p, const struct il_batch *b,
                    unsigned layers);
int il_pack_loss(struct il_device *d, const struct il_pack *p, const struct il_batch *b, float *dz,
                 struct il_sums *sums, const float *rate);
int il_pack_backward_layer(struct il_device *d, const struct il_pack *p, unsigned rows, unsigned l);

/* What the weights of a run's layer are at a time; not finite ones make both so. */
struct il_spread {
    double mean, std;
};

/* pack_stats.c: mean and deviation of all weights, without biases: out [layers * runs], run by run of a layer */
il_status il_pack_spreads(struct il_pack *p, struct il_spread *out, il_error *err);

/* calibrate.c: what data-dependent schemes do after the draw, for all runs at once */
il_status il_pack_calibrate(struct il_pack *p, il_error *err);

/* load.c: what the scheme `file` names, over the drawn weights */
il_status il_pack_load(struct il_pack *p, const il_config *const *runs, il_error *err);

/* Set the device to the pack's arithmetic: another pack may have used it since. */
il_status il_pack_math(struct il_pack *p, il_error *err);

/* IL_E_DEVICE with the device's words for a code, and what was being done */
il_status il_pack_fail(il_error *err, struct il_pack *p, int code, const char *what);

#endif
