/* broken.h - where a run of a pack first has a number that is not finite. Internal. */
#ifndef HOST_LIB_PACK_BROKEN_H
#define HOST_LIB_PACK_BROKEN_H

#include "initlab/watch.h"
#include "pack_impl.h"

/*
 * Train a pack, of which no step was trained yet, to the step where that run breaks; it is good for nothing else
 * afterwards. IL_E_INTERRUPTED: progress said so.
 */
il_status il_pack_broken(il_pack *p, size_t run, il_progress_fn *progress, void *arg,
                         il_broken *out, il_error *err);

#endif
