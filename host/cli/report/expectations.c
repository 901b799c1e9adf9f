/* expectations.c - theory of a run of each group, from its config and its dataset. */
#include "expectations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "compare/rows.h"
#include "sweep/sweep.h"

static int take(void *arg, const struct row *row)
{
    struct expectations *const e = arg;
    const il_value *const number = row_value(row, "number");

    if (row->group < e->groups && !e->group[row->group].any && number && number->whole >= 0) {
        e->group[row->group].any = 1;
        e->group[row->group].folder = row->folder;
        e->group[row->group].run = (size_t)number->whole;
    }
    return 0;
}

/* Are all networks of a group alike, but for what is drawn? */
static int is_one_network(const il_comparison *c)
{
    static const char *const other[] = { "init", "activation", "layers", "depth" };

    for (size_t i = 0; i < c->pooleds; i++)
        for (size_t k = 0; k < sizeof other / sizeof *other; k++)
            if (strcmp(c->pooled[i], other[k]) == 0)
                return 0;
    return 1;
}

static il_status expect(struct group_theory *g, const il_folder *folder, const il_dataset *set,
                        il_error *err)
{
    il_config *config = NULL;
    il_status st = IL_OK;

    if (g->run >= il_sweep_runs(il_folder_sweep(folder)))
        return IL_OK;
    st = il_sweep_config(il_folder_sweep(folder), g->run, &config, err);
    if (st == IL_OK) {
        g->layers = il_config_widths(config) - 1;
        g->layer = calloc(g->layers, sizeof *g->layer);
        st = g->layer ? il_expect(g->layer, config, set, err) : cli_no_memory(err);
    }
    il_config_free(config);
    return st;
}

/* all groups whose run is of this folder; what it cannot say is no failure, but for memory */
static il_status expect_of_folder(struct expectations *e, const struct options *o,
                                  const struct compared *k, size_t folder, il_error *err)
{
    il_dataset *set = NULL;
    il_status st = IL_OK;

    for (size_t i = 0; i < e->groups && st == IL_OK; i++) {
        struct group_theory *const g = &e->group[i];

        if (!g->any || g->folder != folder)
            continue;
        if (!k->folder[folder]) {
            snprintf(e->why, sizeof e->why, "of groups from files of 'train --out'");
            break;
        }
        if (!set)
            st = sweep_dataset(o, k->folder[folder], &set, err);
        if (st == IL_OK)
            st = expect(g, k->folder[folder], set, err);
        if (st != IL_OK) {
            free(g->layer);
            g->layer = NULL;
            g->layers = 0;
        }
    }
    il_dataset_free(set);
    if (st == IL_OK || st == IL_E_MEMORY)
        return st;
    snprintf(e->why, sizeof e->why, "%s", err->text);
    return IL_OK;
}

il_status expectations_read(struct expectations *e, const struct options *o,
                            const struct compared *k, il_error *err)
{
    il_status st;

    *e = (struct expectations){ .groups = k->comparison->groups };
    e->group = calloc(e->groups + 1, sizeof *e->group);
    if (!e->group)
        return cli_no_memory(err);
    if (!is_one_network(k->comparison)) {
        snprintf(e->why, sizeof e->why, "a group is of several networks");
        return IL_OK;
    }
    st = rows_each(k, take, e, err);
    for (size_t i = 0; i < k->sources && st == IL_OK; i++)
        st = expect_of_folder(e, o, k, i, err);
    return st;
}

void expectations_free(struct expectations *e)
{
    for (size_t i = 0; e->group && i < e->groups; i++)
        free(e->group[i].layer);
    free(e->group);
}
