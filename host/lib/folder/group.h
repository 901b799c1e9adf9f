/*
 * group.h - what a group of a journal says, parsed, and held against the plan whole: which runs, and every
 * row that their configs lead to. Asked before a group is written, and again by each who reads it. Internal.
 */
#ifndef HOST_LIB_FOLDER_GROUP_H
#define HOST_LIB_FOLDER_GROUP_H

#include "folder_impl.h"

/* Is this the row of that epoch (from 1): its number, and seven numbers or nulls? */
int il_group_is_epoch(const json_t *row, size_t epoch);

/* Is this a row of that layer (from 1) of a pack that is watched: a step, the layer, and its numbers or nulls? */
int il_group_is_state(const json_t *row, size_t layer);

/* Whose groups are being read. */
struct il_group_owner {
    enum il_owner owner;
    int lost; /* a journal's first line may be lost: what is wrong was perhaps never ours */
};

/*
 * Read a group into *g, which il_group_free frees whatever came of it. g->counts: it is ours and as this version
 * writes it; text->wrong: it should be ours and is not so. A journal's first line may stand before any
 * group, as in journals that were joined. IL_E_MEMORY.
 */
il_status il_group_read(struct il_group *g, const struct il_folder *f,
                        struct il_journal_group *text, struct il_group_owner *owner, il_error *err);
void il_group_free(struct il_group *g);

#endif
