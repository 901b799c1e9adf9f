/* catalog.h - the lists behind il_list_at, and what a choice from one means to a run. */
#ifndef HOST_LIB_CATALOG_CATALOG_H
#define HOST_LIB_CATALOG_CATALOG_H

#include <stddef.h>
#include "choice_value.h"
#include "core/error.h"
#include "shared.h"
#include "update.h"

/* The rows of each list by name, as IL_LOSS_ROW_mse; the last is their count. */
enum il_loss_row {
#define X(id, ...) IL_LOSS_ROW_##id,
#include "losses.def"
#undef X
    IL_LOSS_ROWS
};
enum il_schedule_row {
#define X(id, ...) IL_SCHEDULE_ROW_##id,
#include "schedules.def"
#undef X
    IL_SCHEDULE_ROWS
};
enum il_optimizer_row {
#define X(id, ...) IL_OPTIMIZER_ROW_##id,
#include "optimizers.def"
#undef X
    IL_OPTIMIZER_ROWS
};
enum il_decay_row {
#define X(id, ...) IL_DECAY_ROW_##id,
#include "decays.def"
#undef X
    IL_DECAY_ROWS
};
enum il_scheme_row {
#define X(id, ...) IL_SCHEME_ROW_##id,
#include "schemes.def"
#undef X
    IL_SCHEME_ROWS
};
enum { IL_ACTIVATION_ROWS = IL_ACT_COUNT };

/* The list's name for one row: "loss". list must be one. */
const char *il_list_noun(il_list list);

/* What a choice means to a run. The choices must be of the list that the function's name says. */
struct il_act il_activation_of(const struct il_choice *choice);
void il_optimizer_of(const struct il_choice *choice, struct il_update *update);
void il_decay_of(const struct il_choice *choice, struct il_update *update);

/*
 * What the loss kernel needs, into the head whose activation is set, and what a sample's cost is
 * divided by: classes for a mean over elements, else 1 or 2.
 */
il_status il_loss_of(const struct il_choice *choice, unsigned classes, struct il_head *head,
                     double *divisor, il_error *err);

/*
 * The rate of a step, in double. step counts from 0 over the whole training; steps is of one epoch,
 * total of all. The seed's schedule trains with a constant rate and announces a decaying one.
 */
double il_rate(const struct il_choice *schedule, double lr, size_t step, size_t steps,
               size_t total);
double il_rate_announced(const struct il_choice *schedule, double lr, size_t epoch, size_t steps,
                         size_t total); /* epoch from 0 */

#endif
