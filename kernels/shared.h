/*
 * shared.h - what host and device code both read: the head of a device, the clock of a pack, and
 * the rows of the tables that the host uploads. Plain C, no CUDA, so every compiler sees one
 * layout.
 */
#ifndef KERNELS_SHARED_H
#define KERNELS_SHARED_H

#include <stddef.h>
#include <stdint.h>

/*
 * Head of every device's own struct: the table of its functions, and the stream that launches go
 * to.
 */
struct il_device {
    const struct il_seam *seam;
    void *stream;
    char id[32];                              /* the name that opens it: "cuda:0" */
    void *kept;                               /* the library's: a dataset that stays, NULL: none */
    void (*release_kept)(struct il_device *); /* frees it; set where kept is */
};

enum { IL_ORDER_ROUNDS = 6 };

/*
 * The clock of a pack lies in device memory, so that a recorded step needs nothing from the host.
 * The host uploads it once an epoch, together with the rates. `gather` reads next and writes now;
 * the loss reads now and writes next: no kernel reads what it writes.
 */
struct il_clock {
    uint32_t now, next;            /* step of the epoch being done; the one after it */
    uint32_t steps, samples;       /* of this epoch */
    uint32_t half_bits;            /* the order's domain has 2 * half_bits bits; 0: file order */
    uint32_t key[IL_ORDER_ROUNDS]; /* of the order, from (data_seed, epoch) */
};

/* What fills one tensor of one run. tensor is the Philox subsequence: purpose and tensor number. */
enum il_law {
#define X(ID, ...) IL_LAW_##ID,
#include "laws.def"
#undef X
    IL_LAW_COUNT
};
enum { IL_MIRROR_ROWS = 1, IL_MIRROR_COLS = 2 };
enum il_after { IL_AFTER_NOTHING, IL_AFTER_ORTHOGONAL, IL_AFTER_COLUMN_NORM };
struct il_fill {
    uint64_t seed, tensor;
    uint32_t law; /* enum il_law */
    float a, b;
    float low, high;         /* of the cut normal: its range, and how words become probabilities */
    float first[2], step[2]; /* beyond |z|, of z >= 0 and of z < 0: see il_truncated_normal */
    uint32_t above;          /* pairs of words that are z >= 0 */
    uint32_t count;          /* of the sparse law */
    uint32_t by_row;         /* its units: the weights out of a row, else into a column */
    uint32_t mirror;         /* draw half of the rows, of the columns; the rest is its negative */
    uint32_t after;          /* enum il_after: what is done to the drawn matrix */
    float gain;              /* the orthogonal matrix's factor; the norm of a column */
};

/* Floats of work memory that the orthogonal matrices need, a run. */
#define IL_ORTHOGONAL_WORK(rows, cols)                                                             \
    ((size_t)(rows) * (cols) + 3 * (size_t)((rows) > (cols) ? (rows) : (cols)))

/* Moments of one column, in double and in the order of the rows. */
struct il_moments {
    double sum, square;    /* of the elements, of their squares */
    double spread;         /* of the squares of their distances from the mean */
    float least, most;     /* NaN if an element is */
    uint32_t zeros, large; /* elements that are 0; with |x| above an edge */
};

/* How far one column has moved, in double and in the order of the rows; see change.cu. */
struct il_change {
    double square, moved; /* sums of squares: of the elements, of what was added to them */
    uint32_t digest[2];   /* equal where all elements are, bit for bit */
};

/* Activation codes, IL_ACT_RELU and so on, from the one list. */
enum il_act_code {
#define X(ID, ...) IL_ACT_##ID,
#include "activations.def"
#undef X
    IL_ACT_COUNT
};
struct il_act {
    uint32_t code; /* enum il_act_code */
    float alpha;   /* slope or scale, for the activations that have one */
};

/* Loss codes, IL_LOSS_MSE and so on, from the one list. */
enum il_loss_code {
#define CODES(...)          __VA_ARGS__
#define X(name, codes, ...) codes,
#include "losses.def"
#undef X
#undef CODES
    IL_LOSS_COUNT
};
struct il_head { /* output activation and loss of one run */
    struct il_act act;
    uint32_t code;   /* enum il_loss_code */
    float hot, cold; /* y = hot onehot(label) + cold; smoothed by s: 1 - s and s / classes */
    float eps;       /* for the two clipped cross-entropies */
    float gradient;  /* d cost / d sum: 1, or 1/classes for a mean over elements, ... */
};

/* Sums of a run over an epoch, an evaluation, or one tile of the loss's rows. */
struct il_sums {
    double cost;
    uint32_t correct;
    uint32_t diverged; /* first step whose cost was not finite; IL_NEVER: none */
};
#define IL_NEVER 0xffffffffu

/* Lanes of a block: see kernel.h. The loss sums up as many rows at a time, which are a tile. */
enum { IL_LANES = 128 };
#define IL_LOSS_TILES(rows) (((rows) + IL_LANES - 1) / IL_LANES)

/*
 * A step of Adam: shares of the gradient and of its square in their means, and epsilon. With
 * r = 1 - beta, share = r / (1 - beta^t): the means are those with the bias correction.
 */
struct il_adam_step {
    float mean, square, eps;
};

/* Update rules of sgd.cu */
enum il_rule {
    IL_RULE_SGD,
    IL_RULE_MOMENTUM_KERAS,
    IL_RULE_MOMENTUM_TORCH,
    IL_RULE_NESTEROV_KERAS,
    IL_RULE_NESTEROV_TORCH,
    IL_RULE_COUNT
};

/*
 * The non-zero bytes of a part of the dataset, for a device that asks for them (seam.h): an image's
 * list is its columns, ascending, then their bytes, two to a unit.
 */
struct il_lists {
    const uint32_t *at;   /* [samples]: the unit of data where the list begins */
    const uint16_t *part; /* [samples, IL_PARTS]: entries up to the end of each part */
    const uint16_t *data; /* NULL: no lists, the images are taken whole */
};
enum {
    IL_PARTS = 2,      /* of an image's pixels; see sparse_input.c */
    IL_LIST_SLACK = 16 /* units behind the last list that may be read */
};
/* the first column past a part */
static inline unsigned il_part_end(unsigned part, unsigned pixels)
{
    return (unsigned)((uint64_t)pixels * (part + 1) / IL_PARTS);
}
static inline size_t il_part_most(size_t pixels) { return (pixels + IL_PARTS - 1) / IL_PARTS; }

/* The non-zero pixels of a batch: image by image, and, for the update, pixel by pixel. */
struct il_nonzero {
    uint32_t *begin;  /* [rows * IL_PARTS + 1]: where an image's part begins */
    uint16_t *column; /* [entries + IL_NONZERO_SLACK] */
    float *value;     /* the same: byte / 255 */
    uint32_t *pixel;  /* [pixels + 2]: where a pixel begins */
    uint16_t *row;    /* [entries of a training batch] */
    float *scaled;    /* the same: value times the update's alpha */
    float *panel;     /* [IL_PANEL times the larger of il_part_most and rows of a training batch] */
};
enum {
    IL_NONZERO_SLACK = 16, /* entries are written so many at a time */
    IL_PANEL = 64          /* columns of the product that are worked on at a time */
};

/* A step's batch of the first layer, in device memory. */
struct il_batch {
    float *x;                       /* [rows, ld]: pixels / 255, a constant 1, zeros to the end */
    uint8_t *label;                 /* [rows] */
    const uint8_t *images, *labels; /* the dataset: [samples, pixels], [samples] */
    struct il_clock *clock;
    unsigned rows, pixels, k, ld; /* k: pixels + 1 rounded up to 8; ld: k rounded up to 16 */
    struct il_lists lists;        /* of the same samples as images; then x is not used */
    struct il_nonzero nonzero;    /* what input_gather makes of the lists */
};

#endif
