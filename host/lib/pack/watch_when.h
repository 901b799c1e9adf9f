/* watch_when.h - when a pack is looked at. Internal. */
#ifndef HOST_LIB_PACK_WATCH_WHEN_H
#define HOST_LIB_PACK_WATCH_WHEN_H

#include "initlab/watch.h"

/* IL_E_USAGE, with what to do */
il_status il_watch_too_often(size_t looks, size_t layers, il_error *err);

#endif
