/*
 * sweep_create.c - a sweep's folder from a command line: made from a file or from options, everything
 * checked before anything is written, or the one that is there.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sweep.h"

struct making {
    const struct options *o;
    const char *kind; /* of device */
    il_folder **folder;
    il_error *err;
};

static il_status fail(struct making *w, il_status st, const char *text)
{
    w->err->status = st;
    snprintf(w->err->text, sizeof w->err->text, "%s", text);
    return st;
}

/* every config is tried on the dataset before anything is trained */
static il_status check_runs(struct making *w, const char *name, const char *text, size_t n,
                            const il_dataset *set)
{
    il_sweep *sweep = NULL;
    il_status st = il_sweep_parse(&sweep, name, text, n, w->err);

    for (size_t run = 0; st == IL_OK && run < il_sweep_runs(sweep); run++) {
        il_config *c = NULL;

        st = il_sweep_config(sweep, run, &c, w->err);
        if (st == IL_OK)
            st = il_config_check(c, set, w->err);
        if (st == IL_E_USAGE) {
            il_error inner = *w->err;
            size_t k = 0, at = 0;
            char what[256] = "";

            for (; k < il_sweep_varied(sweep) && at < sizeof what; k++) {
                const il_varied v = il_sweep_value(sweep, run, k);

                at += (size_t)snprintf(what + at, sizeof what - at, "%s%s=%s", k ? ", " : "",
                                       v.name, v.value);
            }
            snprintf(w->err->text, sizeof w->err->text, "run %zu (%.200s): %.280s", run, what,
                     inner.text);
        }
        il_config_free(c);
    }
    il_sweep_free(sweep);
    return st;
}

/* the sweep file's text: the operand's, or the options' */
static il_status source(struct making *w, const char **name, char **text, size_t *n)
{
    struct stat info;
    FILE *f;
    il_status st = IL_OK;

    if (w->o->operands == 0) {
        *name = "options";
        st = sweep_text(w->o, text, w->err);
        *n = st == IL_OK ? strlen(*text) : 0;
        return st;
    }
    *name = w->o->operand[0];
    for (size_t i = 0; i < w->o->onces; i++)
        if (w->o->once[i].row->parameter || strcmp(w->o->once[i].row->name, "seeds") == 0)
            return fail(w, IL_E_USAGE,
                        "a sweep file and options of runs: the file alone says what is "
                        "trained");
    f = fopen(*name, "rb");
    if (f && fstat(fileno(f), &info) == 0 && S_ISDIR(info.st_mode)) {
        fclose(f);
        f = NULL;
        errno = EISDIR;
    }
    if (!f) {
        w->err->status = IL_E_DATA;
        snprintf(w->err->text, sizeof w->err->text, "cannot read '%s': %s%s", *name,
                 strerror(errno), errno == EISDIR ? ", without a sweep.json in it" : "");
        return IL_E_DATA;
    }
    *text = malloc((1 << 20) + 2);
    *n = *text ? fread(*text, 1, (1 << 20) + 1, f) : 0;
    fclose(f);
    if (!*text)
        return fail(w, IL_E_MEMORY, il_status_text(IL_E_MEMORY));
    return *n <= 1 << 20 ? IL_OK : fail(w, IL_E_DATA, "a sweep file has at most 1048576 bytes");
}

/* where the dataset will be found by workers: an absolute path, or "" for the bundled one */
static il_status place(struct making *w, char path[4096], char data[4096])
{
    data[0] = 0;
    if (opt_given(w->o, "data")) {
        snprintf(path, 4096, "%s", opt_get(w->o, "data"));
        if (!realpath(path, data))
            snprintf(data, 4096, "%s", path);
        return IL_OK;
    }
    return place_dataset(path, 4096)
               ? IL_OK
               : fail(w, IL_E_DATA, "the bundled MNIST is not found; name a folder with --data");
}

static il_status create(struct making *w)
{
    const char *const dir = opt_get(w->o, "out"), *name;
    il_folder_setup setup = { .kind = w->kind };
    char *text = NULL, path[4096], data[4096];
    il_dataset *set = NULL;
    size_t n = 0;
    il_status st;

    if (!dir[0])
        return fail(w, IL_E_USAGE, "--out: name the folder that results go to");
    st = source(w, &name, &text, &n);
    if (st == IL_OK)
        st = place(w, path, data);
    if (st == IL_OK)
        st = il_dataset_open(&set, path, w->err);
    if (st == IL_OK)
        st = check_runs(w, name, text, n, set);
    if (st == IL_OK)
        st = sweep_packing(w->o, setup.kind, &setup.pack_size, &setup.pack_weights, w->err);
    setup.data = data;
    setup.set = set;
    if (st == IL_OK)
        st = il_folder_create(dir, name, text, n, &setup, w->err);
    if (st == IL_OK)
        st = il_folder_open(w->folder, dir, w->err);
    il_dataset_free(set);
    free(text);
    return st;
}

/* Is the operand a folder that holds a sweep already? */
int sweep_continues(const struct options *o)
{
    char path[4096];

    return o->operands == 1 &&
           (size_t)snprintf(path, sizeof path, "%s/sweep.json", o->operand[0]) < sizeof path &&
           access(path, F_OK) == 0;
}

static il_status open_old(struct making *w)
{
    il_status st = sweep_folder(w->o, 0, w->folder, w->err);

    for (size_t i = 0; st == IL_OK && i < w->o->onces; i++) {
        const struct opt_row *const row = w->o->once[i].row;

        if (row->parameter || strcmp(row->name, "out") == 0 || strcmp(row->name, "seeds") == 0 ||
            strcmp(row->name, "pack-size") == 0 || strcmp(row->name, "depth") == 0 ||
            strcmp(row->name, "width") == 0) {
            w->err->status = st = IL_E_USAGE;
            snprintf(w->err->text, sizeof w->err->text,
                     "--%s: '%s' is a sweep already, and what it trains is fixed", row->name,
                     w->o->operand[0]);
        }
    }
    return st;
}

il_status sweep_open(const struct options *o, const char *kind, il_folder **folder, il_error *err)
{
    struct making w = { o, kind, folder, err };

    *folder = NULL;
    return kind ? create(&w) : open_old(&w);
}
