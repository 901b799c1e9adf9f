/*
 * catalog.h - the rows behind il_list_at, one array a file; each ends with a row whose name is NULL.
 */
#ifndef HOST_LIB_CATALOG_CATALOG_H
#define HOST_LIB_CATALOG_CATALOG_H

#include "initlab/tables.h"
#include "choices/choice.h"
#include "config/run.h"

extern const il_entry il_activation_rows[], il_loss_rows[], il_schedule_rows[], il_optimizer_rows[],
    il_decay_rows[], il_scheme_rows[];

/* The list's name for one row: "loss". list must be one. */
const char *il_list_noun(il_list list);

#define IL_NO_YES "no|yes"

/* What a choice means to a run. The choices must be of the list that the function's name says. */
struct il_act il_activation_of(const struct il_choice *choice);
il_status il_loss_of(const struct il_choice *choice, struct il_run *run, unsigned classes,
                     il_error *err);
void il_optimizer_of(const struct il_choice *choice, struct il_update *update);
void il_decay_of(const struct il_choice *choice, struct il_update *update);

#endif
