/* watch.h - looks at a pack in training, for who runs its steps. Internal. */
#ifndef HOST_LIB_PACK_WATCH_H
#define HOST_LIB_PACK_WATCH_H

#include "initlab/watch.h"
#include "pack_impl.h"

/*
 * Have the pack watched, unless that is never, before its memory is planned: it is then part of the plan. when NULL: with
 * that memory, and no look. IL_E_USAGE: too many looks; IL_E_MEMORY.
 */
il_status il_watch_open(struct il_pack *p, const il_watch *when, il_error *err);

/* Its weights are drawn: the first look, where it is watched. */
il_status il_watch_start(struct il_pack *p, il_error *err);

/*
 * Before steps are trained: how many of the n may go before the next call, 1 at least. Keeps the weights where the next
 * step is the last before a look. *e: the device's code.
 */
size_t il_watch_before(struct il_pack *p, size_t n, int *e);

/* After steps were trained: look, if it is time. */
il_status il_watch_after(struct il_pack *p, il_error *err);

/* What was seen of a pack that was saved: rows as il_pack_seen has them, of so many looks. */
il_status il_watch_restore(struct il_pack *p, const il_layer_state *rows, size_t looks,
                           il_error *err);

void il_watch_close(struct il_pack *p);

#endif
