/*
 * planned.h - a pack of the plan, or a piece of it, opened: with all of its runs that can be trained. Internal.
 */
#ifndef HOST_LIB_FOLDER_PLANNED_H
#define HOST_LIB_FOLDER_PLANNED_H

#include "folder_impl.h"
#include "pieces.h"

struct il_planned {
    il_pack *pack; /* NULL: no run of it can be trained */
    size_t runs, left_out;
    il_config **config; /* [runs]; in place of one that is left out, another's */
    il_error **why;     /* [runs]: why a run is left out; NULL: it is not */
    size_t
        fits; /* so many such runs the device can hold, where it cannot hold these; else SIZE_MAX */
};

/*
 * Open a piece of a pack, watched as il_pack_open_watched says. A run that is refused alone, too, is left out, and a run beside
 * it stands in its place: the piece keeps its shape, and so the others the bits that they have beside it. What is trained in that
 * place is nobody's result. Whatever came of it, il_planned_close frees.
 */
il_status il_planned_open(struct il_planned *p, const il_folder *f, const struct il_piece *piece,
                          il_device *device, const il_dataset *set, const il_watch *watch,
                          il_error *err);
void il_planned_close(struct il_planned *p);

/*
 * What a run of the sweep was trained with, as the folder was scanned, and its place there; of one that was not, its
 * pack. IL_E_USAGE: there is no such run.
 */
il_status il_planned_find(const il_folder *f, size_t run, struct il_piece *piece, size_t *place,
                          il_error *err);

#endif
