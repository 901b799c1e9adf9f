/* pack_impl.h - the inside of a pack: its runs, its device memory, its recorded steps. */
#ifndef HOST_LIB_PACK_PACK_IMPL_H
#define HOST_LIB_PACK_PACK_IMPL_H

#include "initlab/pack.h"
#include "initlab/watch.h"
#include "device/seam.h"
#include "config/run.h"
#include "device_dataset.h"
#include "pack_device.h"

struct il_dense;
struct il_watching;

/* A part of the dataset that the pack evaluates on, as a recorded step. */
struct il_evaluation {
    struct il_pack *pack;
    struct il_batch batch;
    size_t samples; /* 0: nothing to evaluate */
    struct il_record *record;
};

enum { IL_EVAL_TEST, IL_EVAL_VALIDATION, IL_EVAL_TRAIN, IL_EVALS };

/*
 * The largest batch whose product is added to the weights as it is. A BLAS takes a longer sum in parts
 * of 256 terms or more and adds each to the weights, which round each.
 */
enum { IL_FUSED_BATCH = 256 };

struct il_pack {
    struct il_device *device; /* not owned */
    struct il_run *run;       /* [runs] */
    size_t runs;
    size_t
        fits; /* so many such runs the device can hold, where it cannot hold these; else SIZE_MAX */
    unsigned layers,
        rows;    /* rows: of a chunk of evaluation; of the buffers, which hold a batch too */
    int fused;   /* plain SGD, small batch: the update is the product itself */
    int keeps_z; /* some run's derivative needs z: a has its own buffer */
    int sparse;  /* the first layer works on lists of the bytes that are not 0 */
    struct il_dense *layer; /* [layers] */

    /* device memory */
    struct il_device_dataset data;    /* with lists if sparse */
    uint8_t *label;                   /* of the batch */
    float *x;                         /* the batch; NULL if sparse */
    struct il_nonzero nonzero;        /* the batch, if sparse */
    float *d[2];                      /* dZ of two neighbouring layers in turn */
    float *rate;                      /* [runs, steps] */
    struct il_adam_step *adam;        /* [steps], where the rule is Adam */
    struct il_act *act;               /* [runs] */
    struct il_head *head;             /* [runs] */
    struct il_sums *sums, *eval_sums; /* [runs] */
    struct il_sums *part;             /* [tiles of the loss's rows, runs] */
    struct il_clock *clock, *eval_clock;
    struct il_owned owned; /* every allocation, for close */

    /* of watch.c */
    int watched;                  /* has its device memory */
    struct il_watching *watching; /* NULL: it does not look by itself */
    float *ones, *ratio;          /* device: [rows of a batch, widest]; [runs] */
    struct il_moments *moments;
    struct il_change *change; /* device: [widest] */

    struct il_batch batch; /* of training */
    struct il_record *record;
    struct il_evaluation eval[IL_EVALS];

    /* host side */
    size_t epoch;                   /* epochs done */
    size_t step;                    /* steps done of the next one, which was interrupted; else 0 */
    float *host_rate;               /* [runs * steps], of epoch rates_of; 0: of none */
    size_t rates_of;
    struct il_adam_step *host_adam; /* [steps] */
    struct il_sums *host_sums;      /* [runs] */
    size_t (*diverged)[2];          /* [runs]: epoch and step, from 1; 0: not */
    size_t *unfitted; /* [layers * runs]: units that data could not fit; see calibrate.c */
};

/* il_pack_open_watched; *fits: as the pack's, whatever came of it. */
il_status il_pack_open_or_fit(il_pack **out, il_device *device, const il_dataset *set,
                              const il_config *const *runs, size_t count, const il_watch *watch,
                              size_t *fits, il_error *err);

/* One step of training, and no evaluation at the end of an epoch. The arithmetic must be set. */
il_status il_pack_one_step(struct il_pack *p, il_error *err);

#endif
