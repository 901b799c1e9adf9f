/* train_open.c - what can be wrong with a training is found before it starts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "train.h"

static il_status fail(struct train *t, il_status status, const char *fmt, const char *a,
                      const char *b)
{
    t->err.status = status;
    snprintf(t->err.text, sizeof t->err.text, fmt, a, b);
    return status;
}

/* A recipe is a file where its name has a slash or an ending, else one of the bundled ones. */
static il_status load_recipe(struct train *t, const char *recipe)
{
    char path[4096];
    char **names;
    const char *near;
    il_status st;

    if (strchr(recipe, '/') || strstr(recipe, ".yaml") || strstr(recipe, ".yml"))
        return il_config_load(t->config, recipe, &t->err);
    if (place_recipe(recipe, path, sizeof path))
        return il_config_load(t->config, path, &t->err);
    names = place_recipes();
    near = names ? il_nearest(recipe, (const char *const *)names) : NULL;
    st = near ? fail(t, IL_E_USAGE, "no recipe '%s'; did you mean '%s'?", recipe, near)
              : fail(t, IL_E_USAGE, "no recipe '%s'%s", recipe, " (see 'initlab help recipes')");
    place_free(names);
    return st;
}

/* Set a parameter from its option; an error names the option as it is spelled here. */
static il_status set_option(struct train *t, const struct opt_row *row)
{
    const size_t n = strlen(row->parameter);
    const il_status st = il_config_set(t->config, row->parameter, row->given, &t->err);
    il_error inner = t->err;

    if (st != IL_OK && strncmp(inner.text, row->parameter, n) == 0 && inner.text[n] == ':')
        return fail(t, st, "--%s%s", row->name, inner.text + n);
    return st;
}

/* The recipe first, then the options over it, whatever their order. */
static il_status configure(struct train *t)
{
    il_status st = il_config_new(&t->config, &t->err);

    if (st == IL_OK && opt_given(t->o, "recipe"))
        st = load_recipe(t, opt_get(t->o, "recipe"));
    for (size_t i = 0; i < t->o->rows && st == IL_OK; i++)
        if (t->o->row[i].parameter && t->o->row[i].given)
            st = set_option(t, &t->o->row[i]);
    t->validation = strcmp(il_config_get(t->config, "validation"), "0") != 0;
    return st;
}

static int ends_in(const char *path, const char *ending)
{
    const size_t n = strlen(path), k = strlen(ending);

    return n > k && strcmp(path + n - k, ending) == 0;
}

/* An output's ending must be known, and its folder writable, before anything is trained. */
static il_status check_output(struct train *t, const char *option, const char *ending,
                              const char *other)
{
    const char *path = opt_get(t->o, option);
    char folder[4096], *slash;

    if (!opt_given(t->o, option) || (strcmp(option, "out") == 0 && strcmp(path, "-") == 0))
        return IL_OK;
    if (!ends_in(path, ending) && !ends_in(path, other)) {
        t->err.status = IL_E_USAGE;
        snprintf(t->err.text, sizeof t->err.text, "--%s: '%s' does not end in %s%s%s", option, path,
                 ending, strcmp(ending, other) ? " or " : "", strcmp(ending, other) ? other : "");
        return IL_E_USAGE;
    }
    if ((size_t)snprintf(folder, sizeof folder, "%s", path) >= sizeof folder)
        return fail(t, IL_E_CREATE, "cannot create '%s': %s", path, strerror(ENAMETOOLONG));
    slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    if (access(slash ? folder : ".", W_OK | X_OK) != 0 ||
        (access(path, F_OK) == 0 && access(path, W_OK) != 0))
        return fail(t, IL_E_CREATE, "cannot create '%s': %s", path, strerror(errno));
    return IL_OK;
}

static il_status open_device(struct train *t)
{
    const char *text = opt_get(t->o, "threads"), *name = opt_get(t->o, "device");
    char *end;
    const long threads = strtol(text, &end, 10);

    if (end == text || *end != 0 || threads < 1 || threads > 1024)
        return fail(t, IL_E_USAGE, "--threads: '%s' is not a number from 1 to 1024%s", text, "");
    if (opt_given(t->o, "profile"))
        return il_device_open_profiled(&t->device, name, (int)threads, t->why, &t->err);
    return il_device_open(&t->device, name, (int)threads, t->why, &t->err);
}

static il_status open_dataset(struct train *t)
{
    if (opt_given(t->o, "data"))
        snprintf(t->folder, sizeof t->folder, "%s", opt_get(t->o, "data"));
    else if (!place_dataset(t->folder, sizeof t->folder))
        return fail(t, IL_E_DATA, "the bundled MNIST is not in %s; name a folder with --data%s",
                    place_at(0), "");
    return il_dataset_open(&t->set, t->folder, &t->err);
}

il_status train_open(struct train *t)
{
    il_status st;

    if ((st = configure(t)) != IL_OK || (st = check_output(t, "out", ".jsonl", ".csv")) != IL_OK ||
        (st = check_output(t, "plot", ".svg", ".svg")) != IL_OK ||
        (st = check_output(t, "save", ".safetensors", ".npy")) != IL_OK ||
        (st = open_device(t)) != IL_OK || (st = open_dataset(t)) != IL_OK ||
        (st = il_config_check(t->config, t->set, &t->err)) != IL_OK ||
        (st = il_pack_open(&t->pack, t->device, t->set, (const il_config *const *)&t->config, 1,
                           &t->err)) != IL_OK)
        return st;
    if (opt_given(t->o, "out"))
        return report_open(&t->report, opt_get(t->o, "out"), t->validation, &t->err);
    return IL_OK;
}
