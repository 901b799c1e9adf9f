/* memory_plan.h - every allocation of a pack, before any is made. Internal. */
#ifndef HOST_LIB_PACK_MEMORY_PLAN_H
#define HOST_LIB_PACK_MEMORY_PLAN_H

#include "pack_impl.h"

/* Room for every allocation of a pack, whose layers are known; to be freed by the caller; NULL: out of memory. */
struct il_allocation *il_plan_room(const struct il_pack *p);

/*
 * Every allocation of the pack, whose runs must be resolved; sizes of 0 are left out. Lays the
 * pack's layers out for p->runs runs and sets its rows. watched: with those of watch.c. Returns 0 if a size would
 * overflow, else 1.
 */
int il_plan_allocations(struct il_pack *p, const il_dataset *set, struct il_allocations *list,
                        il_memory *parts, int watched);

/* What the sizes of a pack follow from, whatever its dataset and device. */
struct il_plan_key {
    const il_config *config; /* of one of its runs */
    size_t inputs, classes;  /* what in and out of its layers stand for */
    size_t steps;            /* of an epoch */
    int own_rates;           /* il_run's parametrised */
};

/*
 * *most: how many such runs a pack may have within the limits, at_most of them, and one at least. IL_E_MEMORY.
 */
il_status il_plan_most(const struct il_plan_key *key, const il_pack_limits *limits, size_t at_most,
                       size_t *most, il_error *err);

/* Does an activation's derivative need z beside a? */
int il_act_needs_z(uint32_t code);

/* What a pack needs, whatever there is of it. IL_E_USAGE: too large for any device. */
il_status il_plan_bytes(struct il_pack *p, const il_dataset *set, il_memory *out, il_error *err);

/* The whole plan of a pack. IL_E_USAGE: too large for any device; IL_E_DEVICE. */
il_status il_plan(struct il_pack *p, const il_dataset *set, il_memory *out, il_error *err);

#endif
