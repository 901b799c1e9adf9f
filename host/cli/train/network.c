/* network.c - what commands that build a network share. What can be wrong is found early. */
#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/data_paths.h"
#include "common/messages.h"

/* A recipe is a file where its name has a slash or an ending, else one of the bundled ones. */
static il_status load_recipe(struct network *n, const char *recipe)
{
    char path[4096];
    char **names;
    const char *near;
    il_status st;

    if (strcmp(recipe, "-") == 0)
        return il_config_load(n->config, "/dev/stdin", &n->err);
    if (strchr(recipe, '/') || !data_is_name(recipe))
        return il_config_load(n->config, recipe, &n->err);
    if (data_path_of(DATA_RECIPES, recipe, path, sizeof path))
        return il_config_load(n->config, path, &n->err);
    names = data_names(DATA_RECIPES);
    near = names ? il_nearest(recipe, (const char *const *)names) : NULL;
    st = near ? cli_error(&n->err, IL_E_USAGE, "no recipe '%s'; did you mean '%s'?", recipe, near)
              : cli_error(&n->err, IL_E_USAGE, "no recipe '%s' (see 'initlab help recipes')",
                          recipe);
    n->err.helps = !near;
    data_names_free(names);
    return st;
}

/* Is a value that is none a list or a range, of an option whose values have no commas of their own? */
static int is_several(const struct opt_row *row)
{
    return strcmp(row->parameter, "layers") != 0 && strcmp(row->parameter, "init") != 0 &&
           (strchr(row->given, ',') || strstr(row->given, ".."));
}

il_status network_set(struct network *n, const struct opt_row *row)
{
    const il_status st = il_config_set(n->config, row->parameter, row->given, &n->err);
    const int helps = n->err.helps;

    if (st == IL_E_USAGE && is_several(row))
        return cli_error(&n->err, st,
                         "--%s: one network takes one value, not '%.60s'; lists and ranges are for "
                         "'initlab sweep run'",
                         row->name, row->given);
    if (st == IL_OK || !*n->err.parameter)
        return st;
    cli_error(&n->err, st, "--%s: %s", row->name, n->err.text + n->err.words);
    n->err.helps = helps;
    return st;
}

il_status network_configure(struct network *n)
{
    il_status st = il_config_new(&n->config, &n->err);

    if (st == IL_OK && opt_given(n->o, "recipe"))
        st = load_recipe(n, opt_get(n->o, "recipe"));
    for (size_t i = 0; i < n->o->rows && st == IL_OK; i++)
        if (n->o->row[i].parameter && n->o->row[i].given)
            st = network_set(n, &n->o->row[i]);
    return st;
}

il_status network_device(struct network *n)
{
    const char *const name = opt_get(n->o, "device"), *const given = opt_get(n->o, "threads");
    const char *const text = given[0] ? given : "1";
    char *end;
    const long threads = strtol(text, &end, 10);

    if (end == text || *end != 0 || threads < 1 || threads > 1024)
        return cli_error(&n->err, IL_E_USAGE, "--threads: '%s' is not a number from 1 to 1024",
                         text);
    if (opt_given(n->o, "profile"))
        return il_device_open_profiled(&n->device, name, (int)threads, n->why, &n->err);
    return il_device_open(&n->device, name, (int)threads, n->why, &n->err);
}

il_status network_dataset(struct network *n)
{
    if (opt_given(n->o, "data"))
        snprintf(n->folder, sizeof n->folder, "%s", opt_get(n->o, "data"));
    else if (!data_path_of_dataset(n->folder, sizeof n->folder))
        return cli_error(&n->err, IL_E_DATA,
                         "the bundled MNIST is not in %s; name a folder with --data",
                         data_path_at(0));
    return il_dataset_open(&n->set, n->folder, &n->err);
}

il_status network_pack(struct network *n, const il_watch *watch)
{
    return il_pack_open_watched(&n->pack, n->device, n->set, (const il_config *const *)&n->config,
                                1, watch, &n->err);
}

void network_say_unfitted(const struct cli *cli, const struct network *n)
{
    const size_t layers = n->pack ? il_pack_layers(n->pack) : 0;
    char list[2048] = "";
    size_t at = 0, in, out;

    for (size_t l = 0; l < layers && at < sizeof list; l++) {
        const size_t left = il_pack_unfitted(n->pack, 0, l);
        char name[24] = "out";

        if (!left)
            continue;
        il_pack_shape(n->pack, l, &in, &out);
        if (l + 1 < layers)
            snprintf(name, sizeof name, "h%zu", l + 1);
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s (%zu of %zu units)",
                               at ? ", " : "", name, left, out);
    }
    if (at)
        cli_say(cli,
                "left as drawn, as what comes in is the same for every sample, or too small or "
                "large to be fitted: %s",
                list);
}

void network_close(struct network *n)
{
    il_pack_close(n->pack);
    il_device_close(n->device);
    il_dataset_free(n->set);
    il_config_free(n->config);
}
