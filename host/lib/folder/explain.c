/* explain.c - train the pack of a run again, to the step where the run broke. */
#include "planned.h"
#include "pack/broken.h"

il_status il_folder_broken(const il_folder *f, size_t run, const il_dataset *set, il_device *device,
                           il_progress_fn *progress, void *arg, il_broken *out, il_error *err)
{
    struct il_planned of = { NULL };
    struct il_piece piece;
    size_t place;
    il_status st;

    *out = (il_broken){ .kind = IL_BROKEN_NOTHING };
    IL_TRY(il_planned_find(f, run, &piece, &place, err));
    IL_TRY(il_folder_check(f, set, err));
    IL_TRY(il_planned_open(&of, f, &piece, device, set, NULL, err));
    if (of.why[place])
        st = il_fail(err, of.why[place]->status, "the run cannot be trained: %.400s",
                     of.why[place]->text);
    else
        st = il_pack_broken(of.pack, place, progress, arg, out, err);
out:
    il_planned_close(&of);
    return st;
}
