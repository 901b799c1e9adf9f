/*
 * create.c - a sweep's folder from a command line: made from a file or from options, everything
 * checked before anything is written, or the one that is there.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sweep.h"

static il_status fail(il_error *err, il_status st, const char *text)
{
    err->status = st;
    snprintf(err->text, sizeof err->text, "%s", text);
    return st;
}

/* does a command line say what a run is? The first option that does, or NULL */
static const struct opt_row *of_runs(const struct options *o)
{
    static const char *const others[] = { "seeds", "depth", "width" };

    for (size_t i = 0; i < o->onces; i++) {
        const struct opt_row *const row = o->once[i].row;

        if (row->parameter)
            return row;
        for (size_t k = 0; k < sizeof others / sizeof *others; k++)
            if (strcmp(row->name, others[k]) == 0)
                return row;
    }
    return NULL;
}

static il_status read_file(struct sweep_draft *d, il_error *err)
{
    struct stat info;
    FILE *f = fopen(d->name, "rb");

    if (f && fstat(fileno(f), &info) == 0 && S_ISDIR(info.st_mode)) {
        fclose(f);
        f = NULL;
        errno = EISDIR;
    }
    if (!f) {
        err->status = IL_E_DATA;
        snprintf(err->text, sizeof err->text, "cannot read '%s': %s%s", d->name, strerror(errno),
                 errno == EISDIR ? ", without a sweep.json in it" : "");
        return IL_E_DATA;
    }
    d->text = malloc((1 << 20) + 2);
    d->size = d->text ? fread(d->text, 1, (1 << 20) + 1, f) : 0;
    fclose(f);
    if (!d->text)
        return fail(err, IL_E_MEMORY, il_status_text(IL_E_MEMORY));
    if (d->size <= 1 << 20)
        return IL_OK;
    err->status = IL_E_DATA;
    snprintf(err->text, sizeof err->text, "%s: a sweep file has at most 1048576 bytes", d->name);
    return IL_E_DATA;
}

/* the sweep file's text: the operand's, or the options' */
static il_status source(const struct options *o, struct sweep_draft *d, il_error *err)
{
    il_status st;

    if (o->operands > 0) {
        d->name = o->operand[0];
        return of_runs(o) ? fail(err, IL_E_USAGE,
                                 "a sweep file and options of runs: the file alone says what is "
                                 "trained")
                          : read_file(d, err);
    }
    if (!of_runs(o)) {
        err->status = IL_E_USAGE;
        snprintf(err->text, sizeof err->text,
                 "no sweep given: a file, a folder, or options as --init (see 'initlab help %s')",
                 o->command->name);
        return IL_E_USAGE;
    }
    d->name = "options";
    st = options_as_file(o, &d->text, err);
    d->size = st == IL_OK ? strlen(d->text) : 0;
    return st;
}

/* where the dataset will be found by workers: an absolute path, or "" for the bundled one */
static il_status place(const struct options *o, char path[4096], char data[4096], il_error *err)
{
    data[0] = 0;
    if (opt_given(o, "data")) {
        snprintf(path, 4096, "%s", opt_get(o, "data"));
        if (!realpath(path, data))
            snprintf(data, 4096, "%s", path);
        return IL_OK;
    }
    return place_dataset(path, 4096) ? IL_OK
                                     : fail(err, IL_E_DATA,
                                            "the bundled MNIST is not found; name a folder with "
                                            "--data");
}

il_status sweep_draft_open(struct sweep_draft *d, const struct options *o, il_error *err)
{
    char path[4096];
    il_status st;

    memset(d, 0, sizeof *d);
    st = source(o, d, err);
    if (st == IL_OK)
        st = il_sweep_parse(&d->sweep, d->name, d->text, d->size, err);
    if (st != IL_OK)
        return o->operands ? st : options_as_file_blame(o, d->text, err);
    st = place(o, path, d->data, err);
    if (st == IL_OK)
        st = il_dataset_open(&d->set, path, err);
    if (st == IL_OK) {
        st = il_sweep_check(d->sweep, d->set, err);
        if (st != IL_OK && !o->operands)
            st = options_as_file_blame(o, d->text, err);
    }
    return st;
}

void sweep_draft_close(struct sweep_draft *d)
{
    il_dataset_free(d->set);
    il_sweep_free(d->sweep);
    free(d->text);
}

static il_status create(const struct options *o, const char *kind, il_folder **folder,
                        il_error *err)
{
    const char *const dir = opt_get(o, "out");
    il_folder_setup setup = { .kind = kind };
    struct sweep_draft d = { .name = NULL };
    il_status st;

    if (!dir[0])
        return fail(err, IL_E_USAGE, "--out: name the folder that results go to");
    st = sweep_draft_open(&d, o, err);
    if (st == IL_OK)
        st = sweep_packing(o, kind, &setup.pack_size, &setup.pack_weights, err);
    setup.data = d.data;
    setup.set = d.set;
    if (st == IL_OK)
        st = il_folder_create(folder, dir, &d.sweep, &setup, err);
    sweep_draft_close(&d);
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

static il_status open_old(const struct options *o, il_folder **folder, il_error *err)
{
    const struct opt_row *row = of_runs(o);

    for (size_t i = 0; i < o->onces && !row; i++)
        if (strcmp(o->once[i].row->name, "out") == 0 ||
            strcmp(o->once[i].row->name, "pack-size") == 0)
            row = o->once[i].row;
    if (row && o->operands) {
        err->status = IL_E_USAGE;
        snprintf(err->text, sizeof err->text,
                 "--%s: '%s' is a sweep already, and what it trains is fixed", row->name,
                 o->operand[0]);
        return IL_E_USAGE;
    }
    return sweep_folder(o, 0, folder, err);
}

il_status sweep_open(const struct options *o, const char *kind, il_folder **folder, il_error *err)
{
    *folder = NULL;
    return kind ? create(o, kind, folder, err) : open_old(o, folder, err);
}
