/* again.c - a run of a sweep, trained once more. */
#include "again.h"

#include <stdlib.h>
#include "common/cli_error.h"
#include "common/signals.h"

int again_progress(void *arg, size_t epoch, size_t step, size_t steps)
{
    (void)arg, (void)epoch, (void)step, (void)steps;
    return signals_caught() != 0;
}

il_status again_find(struct again *a)
{
    il_status st = sweep_folder(a->o, 0, &a->folder, &a->err);

    if (st == IL_OK && a->o->operands < 2)
        st = cli_error(&a->err, IL_E_USAGE, "no run given: an id or its first digits");
    signals_catch();
    if (st == IL_OK)
        st = sweep_find_run(a->folder, a->o->operand[1], &a->number, a->id, &a->err);
    return st == IL_OK ? il_folder_scan(a->folder, &a->err) : st; /* what it was trained with */
}

il_status again_open(struct again *a)
{
    const char *const device =
        opt_given(a->o, "device") ? opt_get(a->o, "device") : il_folder_kind(a->folder);
    const il_status st = sweep_dataset(a->o, a->folder, &a->set, &a->err);

    return st == IL_OK ? il_device_open(&a->device, device, 1, NULL, &a->err) : st;
}

il_status again_train(struct again *a, const il_watch *watch)
{
    const il_status st = il_worker_open(&a->worker, a->folder, a->set, a->device, &a->err);

    if (st != IL_OK)
        return st;
    if (watch)
        il_worker_watch(a->worker, watch);
    return il_worker_again(a->worker, a->number, again_progress, a, &a->it, &a->err);
}

int again_end(struct again *a, il_status st, int code)
{
    if (st == IL_E_INTERRUPTED && signals_caught()) {
        cli_say(a->cli, "stopped by %s; nothing was changed", signals_name());
        code = 128 + signals_caught();
    } else if (st != IL_OK) {
        code = cli_fail(a->cli, st, "%s", a->err.text);
    }
    il_pack_close(a->it.pack);
    free(a->it.epoch);
    il_worker_close(a->worker);
    il_device_close(a->device);
    il_dataset_free(a->set);
    il_folder_close(a->folder);
    return code;
}
