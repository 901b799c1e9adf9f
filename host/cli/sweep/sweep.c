/* sweep.c - what the commands of a sweep share: numbers, folder, dataset, results. */
#include "sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/cli_error.h"
#include "common/data_paths.h"

enum { PACK_MOST = 1 << 20 }; /* --pack-size */

il_status sweep_number(const struct options *o, const char *name, size_t low, size_t high,
                       size_t other, size_t *out, il_error *err)
{
    const char *const text = opt_get(o, name);
    unsigned long long x;
    char *end;

    *out = other;
    if (!opt_given(o, name))
        return IL_OK;
    errno = 0;
    x = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || x < low || x > high) {
        return cli_error(err, IL_E_USAGE, "--%s: '%.60s' is not a number from %zu to %zu", name,
                         text, low, high);
    }
    *out = (size_t)x;
    return IL_OK;
}

int sweep_packs_by_size(const il_folder *folder)
{
    il_packing usual;

    il_packing_for(&usual, il_folder_kind(folder), 0);
    return il_folder_pack_size(folder) != usual.runs ||
           il_folder_pack_weights(folder) != usual.weights ||
           il_folder_pack_units(folder) != usual.units;
}

il_status sweep_packing(const struct options *o, const char *device, il_packing *out, il_error *err)
{
    size_t runs;
    const il_status st = sweep_number(o, "pack-size", 1, PACK_MOST, 0, &runs, err);

    il_packing_for(out, device, runs);
    return st;
}

/* ---- folder and dataset ---------------------------------------------------------------------- */

il_status sweep_watch(const struct options *o, il_watch *out, il_error *err)
{
    il_error why = { .text = "" };

    *out = (il_watch){ 0 };
    return !opt_given(o, "diag") || il_watch_parse(out, opt_get(o, "diag"), &why) == IL_OK
               ? IL_OK
               : cli_error(err, IL_E_USAGE, "--diag: %s", why.text);
}

int sweep_is_folder(const char *path)
{
    char file[4096];

    return (size_t)snprintf(file, sizeof file, "%s/sweep.json", path) < sizeof file &&
           access(file, F_OK) == 0;
}

il_status sweep_folder(const struct options *o, int index, il_folder **out, il_error *err)
{
    if (o->operands <= index)
        return cli_error(err, IL_E_USAGE, "no folder of a sweep given (see 'initlab help %s')",
                         o->command->name);
    return il_folder_open(out, o->operand[index], err);
}

il_status sweep_find_run(const il_folder *folder, const char *id, size_t *run, char whole[17],
                         il_error *err)
{
    const size_t n = strlen(id), runs = il_sweep_runs(il_folder_sweep(folder));
    size_t found = 0;
    char one[17];
    il_status st = IL_OK;

    for (size_t i = 0; i < runs && st == IL_OK; i++) {
        st = il_folder_id(folder, i, one, err);
        if (st == IL_OK && n > 0 && strncmp(one, id, n) == 0) {
            *run = i;
            memcpy(whole, one, sizeof one);
            found++;
        }
    }
    if (st == IL_OK && found != 1)
        st = cli_error(err, IL_E_USAGE,
                       found ? "more than one run's id begins with '%.40s'"
                             : "no run '%.40s' in this sweep; 'initlab sweep show' lists them",
                       id);
    return st;
}

il_status sweep_dataset(const struct options *o, const il_folder *folder, il_dataset **out,
                        il_error *err)
{
    const char *const given = opt_given(o, "data") ? opt_get(o, "data") : il_folder_data(folder);
    char path[4096];
    il_status st;

    if (!given[0] && !data_path_of_dataset(path, sizeof path))
        return cli_error(err, IL_E_DATA,
                         "the bundled MNIST is not in %s; name a folder with --data",
                         data_path_at(0));
    st = il_dataset_open(out, given[0] ? given : path, err);
    if (st != IL_OK && !opt_given(o, "data")) {
        return cli_error(err, st, "%.400s (if the dataset has moved, name its folder with --data)",
                         err->text);
    }
    if (st == IL_OK)
        st = il_folder_check(folder, *out, err);
    return st;
}

/* ---- results --------------------------------------------------------------------------------- */

void sweep_damage(const struct cli *cli, il_folder *folder)
{
    const il_damage *d;

    while ((d = il_folder_damage(folder))) {
        char byte[32] = "";

        if (!d->unread)
            snprintf(byte, sizeof byte, " at byte %zu", d->byte);
        cli_say(cli,
                "%s/journal/%s %s%s (%s): what was committed there is left out, and trained again "
                "by 'sweep run'%s",
                il_folder_path(folder), d->journal, d->unread ? "cannot be read" : "is damaged",
                byte, d->what,
                d->unread ? ", as long as it cannot; 'sweep repair' moves aside what is no file"
                          : "; 'sweep repair' moves it aside");
    }
}

/* Of runs that ended: how many the journals have, and the results do not. */
static il_status unmerged(il_folder *folder, il_results *r, size_t *n, il_error *err)
{
    size_t ended = 0, merged;
    il_tally t;
    il_status st = il_folder_scan(folder, err);

    if (st == IL_OK)
        st = il_results_tally(r, &t, err);
    if (st != IL_OK)
        return st;
    for (size_t p = 0; p < il_folder_plan(folder)->packs; p++)
        ended += il_folder_pack_at(folder, p)->trained + il_folder_pack_at(folder, p)->failed;
    merged = t.ok + t.diverged + t.failed;
    *n = ended > merged ? ended - merged : 0;
    return IL_OK;
}

il_status sweep_done(const il_folder *folder, il_results *r, char text[SWEEP_DONE], il_error *err)
{
    const size_t runs = il_folder_plan(folder)->runs;
    il_tally t;
    const il_status st = il_results_tally(r, &t, err);

    text[0] = 0;
    if (st != IL_OK || t.ok + t.diverged + t.failed >= runs)
        return st;
    snprintf(text, SWEEP_DONE, "%zu of %zu runs done", t.ok + t.diverged, runs);
    if (t.failed)
        snprintf(text + strlen(text), SWEEP_DONE - strlen(text), ", %zu failed", t.failed);
    return st;
}

il_status sweep_results(const struct cli *cli, il_folder *folder, il_results **out, il_error *err)
{
    il_error why = { .text = "" };
    size_t missing = 0;
    il_status st = il_results_merge(folder, err);

    *out = NULL;
    sweep_damage(cli, folder);
    if (st == IL_OK)
        return il_results_open(out, folder, err);
    if (st != IL_E_CREATE || il_results_open(out, folder, &why) != IL_OK)
        return st;
    st = unmerged(folder, *out, &missing, err);
    if (st == IL_OK && missing > 0)
        cli_say(cli,
                "'%s' cannot be written: %zu runs that ended since the last merge are not here",
                il_folder_path(folder), missing);
    return st;
}
