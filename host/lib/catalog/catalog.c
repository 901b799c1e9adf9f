/* catalog.c - the lists of what exists, by number. */
#include "catalog.h"

static const struct {
    const char *name, *noun; /* many, one */
    const il_entry *rows;
} lists[IL_LISTS] = {
    [IL_ACTIVATIONS] = { "activations", "activation", il_activation_rows },
    [IL_LOSSES] = { "losses", "loss", il_loss_rows },
    [IL_SCHEDULES] = { "schedules", "schedule", il_schedule_rows },
    [IL_OPTIMIZERS] = { "optimizers", "optimizer", il_optimizer_rows },
    [IL_DECAYS] = { "decays", "decay", il_decay_rows },
    [IL_SCHEMES] = { "schemes", "scheme", il_scheme_rows },
};

const char *il_list_name(il_list list)
{
    return (unsigned)list < IL_LISTS ? lists[list].name : NULL;
}

const char *il_list_noun(il_list list) { return lists[list].noun; }

const il_entry *il_list_at(il_list list, size_t index)
{
    const il_entry *e;

    if ((unsigned)list >= IL_LISTS)
        return NULL;
    for (e = lists[list].rows; e->name && index > 0; e++)
        index--;
    return e->name ? e : NULL;
}
