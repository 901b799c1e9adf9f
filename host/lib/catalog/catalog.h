/*
 * catalog.h - the rows behind il_list_at, one array a file; each ends with a row whose name is NULL.
 */
#ifndef HOST_LIB_CATALOG_CATALOG_H
#define HOST_LIB_CATALOG_CATALOG_H

#include "initlab/tables.h"
#include <stddef.h>
#include "choice_value.h"
#include "core/error.h"
#include "shared.h"
#include "update.h"

extern const il_entry il_activation_rows[], il_loss_rows[], il_schedule_rows[], il_optimizer_rows[],
    il_decay_rows[], il_scheme_rows[];

/* The list's name for one row: "loss". list must be one. */
const char *il_list_noun(il_list list);

#define IL_NO_YES "no|yes"

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
