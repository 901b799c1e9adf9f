/* pack_state.h - a pack's state in a sweep's folder, where no link is followed (core/inside.h). Internal. */
#ifndef HOST_LIB_PACK_PACK_STATE_H
#define HOST_LIB_PACK_PACK_STATE_H

#include "pack_impl.h"

/* il_pack_save and il_pack_restore of folder/name. */
il_status il_pack_save_inside(il_pack *p, const char *folder, const char *name, const char *note,
                              il_error *err);
il_status il_pack_restore_inside(il_pack *p, const char *folder, const char *name, char **note,
                                 il_error *err);

#endif
