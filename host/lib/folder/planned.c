/* planned.c - open a pack of the plan, or a piece of it; of its runs, find those that cannot be trained. */
#include "planned.h"

#include <stdlib.h>
#include "core/error.h"
#include "pack/pack_impl.h"
#include "sweep/sweep_impl.h"

/* Is this an error that a run may be the cause of? */
static int is_of_runs(il_status st) { return st == IL_E_USAGE || st == IL_E_DATA; }

/* Leave a run out, for this reason. */
static il_status leave_out(struct il_planned *p, size_t i, const il_error *why, il_error *err)
{
    p->why[i] = malloc(sizeof *why);
    if (!p->why[i])
        return il_fail(err, IL_E_MEMORY, "out of memory");
    *p->why[i] = *why;
    il_utf8(p->why[i]->text);
    p->left_out++;
    return IL_OK;
}

/* Open each run alone that is not left out yet; *found: how many of them cannot be. */
static il_status try_each(struct il_planned *p, il_device *device, const il_dataset *set,
                          size_t *found, il_error *err)
{
    il_status st = IL_OK;

    *found = 0;
    for (size_t i = 0; i < p->runs; i++) {
        il_error why = { .text = "" };
        il_pack *alone = NULL;

        if (p->why[i])
            continue;
        st = il_pack_open(&alone, device, set, (const il_config *const *)&p->config[i], 1, &why);
        il_pack_close(alone);
        if (st == IL_OK)
            continue;
        if (!is_of_runs(st))
            return il_fail(err, st, "%s", why.text);
        IL_TRY(leave_out(p, i, &why, err));
        ++*found;
    }
out:
    return st;
}

/* The first run that is trained, in the places of those that are not. */
static il_status stand_in(struct il_planned *p, il_error *err)
{
    size_t first = 0;

    while (p->why[first])
        first++;
    for (size_t i = 0; i < p->runs; i++) {
        il_config *copy = NULL;
        il_status st;

        if (!p->why[i])
            continue;
        st = il_config_copy(&copy, p->config[first], err);
        if (st != IL_OK)
            return st;
        il_config_free(p->config[i]);
        p->config[i] = copy;
    }
    return IL_OK;
}

/*
 * The runs' configs, and their files of weights as they were when the sweep was made: other content is no
 * fault of a run, which would be recorded.
 */
static il_status read_configs(struct il_planned *p, const il_folder *f,
                              const struct il_piece *piece, il_error *err)
{
    const size_t *const run = f->plan->order + f->plan->pack[piece->pack].first + piece->first;
    il_status st = IL_OK;

    for (size_t i = 0; i < p->runs && st == IL_OK; i++) {
        st = il_sweep_config(f->sweep, run[i], &p->config[i], err);
        if (st != IL_OK)
            break;
        st = il_sweep_check_files(f->sweep, p->config[i], err);
        if (st == IL_E_DATA)
            st = IL_E_CREATE;
        if (err && st == IL_E_CREATE)
            err->status = st;
    }
    return st;
}

/*
 * Leave out each run whose file could not be read when the sweep was made: its id says nothing of what is in it, and so
 * whatever the file is by now would be taken for that run.
 */
static il_status leave_out_unknown(struct il_planned *p, const il_folder *f, il_error *err)
{
    il_status st = IL_OK;

    for (size_t i = 0; i < p->runs && st == IL_OK; i++) {
        il_error why = { .text = "" };

        if (il_sweep_check_known(f->sweep, p->config[i], &why) != IL_OK)
            st = leave_out(p, i, &why, err);
    }
    return st == IL_OK && p->left_out > 0 && p->left_out < p->runs ? stand_in(p, err) : st;
}

il_status il_planned_open(struct il_planned *p, const il_folder *f, const struct il_piece *piece,
                          il_device *device, const il_dataset *set, const il_watch *watch,
                          il_error *err)
{
    size_t found;
    il_status st = IL_OK;

    *p = (struct il_planned){ .runs = piece->runs, .fits = SIZE_MAX };
    p->config = calloc(p->runs, sizeof(*p->config));
    p->why = calloc(p->runs, sizeof(*p->why));
    if (!p->config || !p->why)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", p->runs);
    IL_TRY(read_configs(p, f, piece, err));
    IL_TRY(leave_out_unknown(p, f, err));
    while (p->left_out < p->runs) { /* a file may go at any time */
        st = il_pack_open_or_fit(&p->pack, device, set, (const il_config *const *)p->config,
                                 p->runs, watch, &p->fits, err);
        if (!is_of_runs(st))
            break;
        IL_TRY(try_each(p, device, set, &found, err));
        if (found == 0) /* it is of no run alone */
            break;
        if (p->left_out < p->runs)
            IL_TRY(stand_in(p, err));
        st = IL_OK;
    }
out:
    return st;
}

void il_planned_close(struct il_planned *p)
{
    il_pack_close(p->pack);
    for (size_t i = 0; i < p->runs; i++) {
        if (p->config)
            il_config_free(p->config[i]);
        if (p->why)
            free(p->why[i]);
    }
    free(p->config);
    free(p->why);
    *p = (struct il_planned){ 0 };
}

il_status il_planned_find(const il_folder *f, size_t run, struct il_piece *piece, size_t *place,
                          il_error *err)
{
    const il_sweep_plan *const plan = f->plan;
    size_t at = 0, pack = 0;

    while (at < plan->runs && plan->order[at] != run)
        at++;
    while (pack < plan->packs && plan->pack[pack].first + plan->pack[pack].count <= at)
        pack++;
    if (pack == plan->packs)
        return il_fail(err, IL_E_USAGE, "the sweep has no run %zu", run);
    *piece = il_piece_of(f, pack, at - plan->pack[pack].first, f->ended[at].depth);
    *place = at - plan->pack[pack].first - piece->first;
    return IL_OK;
}
