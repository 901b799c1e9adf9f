/*
 * operands.h - what the ops of kernels/ops.def are called with. The names of their parameters are a
 * vocabulary: `z` are always logits, `rate` the rates of an epoch. An op's case, its timing and its row
 * in docs/kernels.md follow from its row and from how its operands are drawn here.
 *
 * A `const` parameter is an input; what the others point to is what the op writes. `work` alone is
 * neither: nothing is said of what it holds afterwards.
 */
#ifndef HOST_SELFTEST_OPERANDS_H
#define HOST_SELFTEST_OPERANDS_H

#include "trial.h"

/* how many ops there are */
enum {
#define X(name, ...) IL_OP_##name,
#include "ops.def"
#undef X
    IL_OPS
};

#define IL_OPERANDS(X)                                                                             \
    /* matrices [rows, ld] of runs */                                                              \
    X(float *, w)                                                                                  \
    X(float *, v)                                                                                  \
    X(float *, m)                                                                                  \
    X(float *, g)                                                                                  \
    X(float *, x)                                                                                  \
    X(float *, z)                                                                                  \
    X(float *, a)                                                                                  \
    X(float *, dz)                                                                                 \
    /* a number a column; scratch memory */                                                        \
    X(float *, scale)                                                                              \
    X(float *, shift)                                                                              \
    X(struct il_moments *, out)                                                                    \
    X(float *, work)                                                                               \
    /* of each run; of each step */                                                                \
    X(struct il_fill *, fill)                                                                      \
    X(struct il_act *, act)                                                                        \
    X(struct il_head *, head)                                                                      \
    X(struct il_sums *, sums)                                                                      \
    X(float *, ratio)                                                                              \
    X(float *, multiplier)                                                                         \
    X(float *, rate)                                                                               \
    X(struct il_adam_step *, table)                                                                \
    X(struct il_clock *, clock)                                                                    \
    /* of each sample */                                                                           \
    X(uint8_t *, label)                                                                            \
    X(uint8_t *, images)                                                                           \
    X(uint8_t *, labels)                                                                           \
    /* sizes: cols, width, classes and pixels are one run's columns that are used */               \
    X(unsigned, runs)                                                                              \
    X(unsigned, rows)                                                                              \
    X(unsigned, cols)                                                                              \
    X(unsigned, width)                                                                             \
    X(unsigned, classes)                                                                           \
    X(unsigned, pixels)                                                                            \
    X(unsigned, block)                                                                             \
    X(unsigned, ld)                                                                                \
    /* settings */                                                                                 \
    X(unsigned, rule)                                                                              \
    X(float, edge)                                                                                 \
    X(float, rest)                                                                                 \
    X(float, decay)                                                                                \
    X(unsigned, decay_rows)                                                                        \
    X(int, decoupled)                                                                              \
    X(int, gradient)

struct il_operands {
#define X(type, name) type name;
    IL_OPERANDS(X)
#undef X
};

/* A row of ops.def. bytes: its formula. */
struct il_op {
    const char *name, *params, *args;
    int (*call)(struct il_device *d, const struct il_operands *o);
    size_t (*bytes)(const struct il_operands *o);
};
extern const struct il_op il_ops[IL_OPS];

/* does it have this parameter; does it write what that points to? */
int il_op_takes(const struct il_op *op, const char *name);
int il_op_writes(const struct il_op *op, const char *name);

/*
 * How many values of t->kind it takes to call an op with all that its runs can have: laws, activations,
 * pairs of activation and loss; or with every rule. Runs have those from t->kind * runs on; alike: all
 * of them the one of this number.
 */
unsigned il_op_kinds(const struct il_op *op, unsigned runs);

/* Draws the operands that the op takes, in device memory that the trial owns; sets t->code if not. */
void il_operands_draw(struct il_trial *t, const struct il_op *op, struct il_operands *o);

#endif
