/*
 * operands.h - the ops of kernels/ops.def as rows, and what they are called with (operands.def). An op's
 * case, its timing and its row in docs/kernels.md follow from its row and from how its operands are drawn.
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

struct il_operands {
#define X(type, name) type name;
#include "operands.def"
#undef X
};

/* a row of ops.def */
struct il_op {
    const char *name, *params, *args;
};
extern const struct il_op il_ops[IL_OPS];

/* its call, and the bytes that it moves by its formula */
int il_op_call(const struct il_op *op, struct il_device *d, const struct il_operands *o);
size_t il_op_bytes(const struct il_op *op, const struct il_operands *o);

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
