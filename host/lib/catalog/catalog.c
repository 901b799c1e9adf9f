/* catalog.c - the lists of what exists: the rows of every .def, by number. */
#include "catalog.h"

#include <math.h>
#include "gain.h"
#include "scheme_rows.h"
#include "theory/meanfield.h"

#define PARAMS_AS_ROWS
#include "params.def"

/*
 * A row whose alpha has a default takes alpha as its parameter. It must be positive, as the
 * derivative tells the branch by the output's sign; for leaky_relu 0 is legal too, and is relu.
 */
#define ALPHA(ID, initial)                                                                         \
    {                                                                                              \
        .name = (initial) > 0.0 ? "alpha" : NULL, .value = { .number = (initial) },                \
        .min = IL_ACT_##ID == IL_ACT_LEAKY_RELU ? 0.0 : 1e-3, .max = 1e3,                          \
        .help = "slope or scale where z < 0"                                                       \
    }

static const il_entry activations[] = {
#define X(ID, text, others, initial, needs_z, k1, k2, f, df, maths, citation)                      \
    { text, others, maths, citation, { ALPHA(ID, initial) }, 0 },
#include "activations.def"
#undef X
};

static const il_entry losses[] = {
#define X(id, codes, how, others, maths, citation, params)                                         \
    { #id, others, maths, citation, { params }, 0 },
#include "losses.def"
#undef X
};

#define X(id, others, maths, citation, params) { #id, others, maths, citation, { params }, 0 },
static const il_entry schedules[] = {
#include "schedules.def"
};
static const il_entry optimizers[] = {
#include "optimizers.def"
};
static const il_entry decays[] = {
#include "decays.def"
};
#undef X

static const il_entry schemes[] = {
#define X(id, bias, traits, others, maths, citation, params)                                       \
    { #id, others, maths, citation, { params }, traits },
#include "schemes.def"
#undef X
};

#define ROWS(list) list, sizeof list / sizeof *list

static const struct {
    const char *name, *noun; /* many, one */
    const il_entry *row;
    size_t rows;
} lists[IL_LISTS] = {
    [IL_ACTIVATIONS] = { "activations", "activation", ROWS(activations) },
    [IL_LOSSES] = { "losses", "loss", ROWS(losses) },
    [IL_SCHEDULES] = { "schedules", "schedule", ROWS(schedules) },
    [IL_OPTIMIZERS] = { "optimizers", "optimizer", ROWS(optimizers) },
    [IL_DECAYS] = { "decays", "decay", ROWS(decays) },
    [IL_SCHEMES] = { "schemes", "scheme", ROWS(schemes) },
};

const char *il_list_name(il_list list)
{
    return (unsigned)list < IL_LISTS ? lists[list].name : NULL;
}

const char *il_list_noun(il_list list) { return lists[list].noun; }

const il_entry *il_list_at(il_list list, size_t index)
{
    return (unsigned)list < IL_LISTS && index < lists[list].rows ? &lists[list].row[index] : NULL;
}
