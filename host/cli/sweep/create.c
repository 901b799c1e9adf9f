/*
 * create.c - a sweep's folder from a command line: made from a file or from options, everything
 * checked before anything is written, or the one that is there.
 */
#include "create.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/cli_error.h"
#include "common/data_paths.h"
#include "sweep.h"

enum { FILE_MOST = 1 << 20 }; /* bytes of a sweep file */

const struct opt_row *sweep_of_runs(const struct options *o)
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

static int is_stdin(const char *path) { return strcmp(path, "-") == 0; }

/* a sweep's file, in full */
static il_status read_file(const char *path, char **text, size_t *size, il_error *err)
{
    const int standard = is_stdin(path);
    FILE *f = standard ? stdin : fopen(path, "rb");
    int broken;

    if (!f)
        return cli_error(err, cli_or_memory(IL_E_DATA), "cannot read '%s': %s", path,
                         strerror(errno));
    *text = malloc(FILE_MOST + 1);
    *size = *text ? fread(*text, 1, FILE_MOST + 1, f) : 0;
    broken = ferror(f) ? errno : 0;
    if (!standard)
        fclose(f);
    if (!*text)
        return cli_no_memory(err);
    if (broken)
        return cli_error(err, IL_E_DATA, "cannot read '%s': %s", path, strerror(broken));
    return *size <= FILE_MOST ? IL_OK
                              : cli_error(err, IL_E_DATA, "%s: a sweep file has at most %d bytes",
                                          path, FILE_MOST);
}

/* An operand's path: a name that is no file's is one of the bundled sweeps', as --recipe takes recipes. */
static il_status find_sweep(const char *operand, char path[4096], il_error *err)
{
    struct stat info;
    char **names;
    const char *near;
    il_status st;

    if (strlen(operand) >= 4096)
        return cli_error(err, IL_E_USAGE, "the sweep file's name is too long");
    strcpy(path, operand);
    if (!is_stdin(operand) && stat(operand, &info) == 0 && S_ISDIR(info.st_mode))
        return cli_error(err, IL_E_DATA,
                         "'%s' is a folder, and not a sweep's: it has no sweep.json", operand);
    if (is_stdin(operand) || access(operand, F_OK) == 0 || !data_is_name(operand) ||
        data_path_of(DATA_SWEEPS, operand, path, 4096))
        return IL_OK;
    names = data_names(DATA_SWEEPS);
    near = names ? il_nearest(operand, (const char *const *)names) : NULL;
    st = cli_error(err, IL_E_DATA, "no file, folder or installed sweep '%.200s'%s%s%s", operand,
                   near ? "; did you mean '" : " (see 'initlab help sweeps')", near ? near : "",
                   near ? "'?" : "");
    data_names_free(names);
    return st;
}

/* the sweep of the operand, a file */
static il_status from_file(struct sweep_draft *d, const struct options *o, il_error *err)
{
    char *text = NULL, path[4096];
    size_t size = 0;
    il_status st = find_sweep(o->operand[0], path, err);

    if (st != IL_OK)
        return st;
    if (sweep_of_runs(o))
        return cli_error(err, IL_E_USAGE,
                         "a sweep file and options of runs: the file alone says what is trained");
    st = read_file(path, &text, &size, err);
    if (st == IL_OK)
        st = il_sweep_parse(&d->sweep, is_stdin(path) ? "stdin" : path, text, size, err);
    free(text);
    return st;
}

/* the sweep of the options; an error names the option */
static il_status from_options(struct sweep_draft *d, const struct options *o, il_error *err)
{
    il_status st;

    if (!sweep_of_runs(o))
        return cli_error(
            err, IL_E_USAGE,
            "no sweep given: a file, a folder, or options as --init (see 'initlab help %s')",
            o->command->name);
    st = options_as_file(&d->made, o, 0, err);
    if (st == IL_OK)
        st = il_sweep_parse(&d->sweep, NULL, d->made.text.bytes, d->made.text.length, err);
    return st == IL_OK ? st : options_as_file_blame(&d->made, err);
}

/* where the dataset will be found by workers: an absolute path, or "" for the bundled one */
static il_status find_data(const struct options *o, char path[4096], char data[4096], il_error *err)
{
    data[0] = 0;
    if (opt_given(o, "data")) {
        snprintf(path, 4096, "%s", opt_get(o, "data"));
        data_path_absolute(path, data);
        return IL_OK;
    }
    return data_path_of_dataset(path, 4096)
               ? IL_OK
               : cli_error(err, IL_E_DATA,
                           "the bundled MNIST is not found; name a folder with --data");
}

il_status sweep_draft_open(struct sweep_draft *d, const struct options *o, il_error *err)
{
    const int file = o->operands > 0;
    char path[4096];
    il_status st;

    memset(d, 0, sizeof *d);
    st = file ? from_file(d, o, err) : from_options(d, o, err);
    if (st == IL_OK)
        st = find_data(o, path, d->data, err);
    if (st == IL_OK)
        st = il_dataset_open(&d->set, path, err);
    if (st == IL_OK) {
        st = il_sweep_check(d->sweep, d->set, err);
        if (st != IL_OK && !file)
            st = options_as_file_blame(&d->made, err);
    }
    return st;
}

void sweep_tell(const struct cli *cli, const struct options *o, const il_sweep *sweep)
{
    char keys[128] = "";
    const char *key;

    if (o->operands == 0 || sweep_continues(o) || !il_sweep_passed_over(sweep, 0))
        return;
    for (size_t i = 0; (key = il_sweep_passed_over(sweep, i)); i++)
        snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", i ? ", " : "", key);
    cli_say(cli, "%s: passed over, as it does not say which runs there are: %s", o->operand[0],
            keys);
}

void sweep_draft_close(struct sweep_draft *d)
{
    il_dataset_free(d->set);
    il_sweep_free(d->sweep);
    options_file_free(&d->made);
}

static il_status create(const struct options *o, const char *kind, il_folder **folder,
                        il_error *err)
{
    const char *const dir = opt_get(o, "out");
    il_folder_setup setup = { .kind = kind };
    il_packing packing = { 0 };
    char path[4096];
    struct sweep_draft d;
    il_status st = o->operands ? find_sweep(o->operand[0], path, err) : IL_OK;

    if (st != IL_OK) /* before it is asked where results of it go */
        return st;
    if (!dir[0])
        return cli_error(err, IL_E_USAGE, "--out: name the folder that results go to");
    if (strcmp(dir, "-") == 0)
        return cli_error(err, IL_E_USAGE,
                         "--out: a sweep's results are a folder, not standard output; one named - "
                         "is ./-");
    st = sweep_draft_open(&d, o, err);
    if (st == IL_OK)
        st = sweep_packing(o, kind, &packing, err);
    setup.pack_size = packing.runs;
    setup.pack_weights = packing.weights;
    setup.pack_units = packing.units;
    setup.data = d.data;
    setup.set = d.set;
    if (st == IL_OK)
        st = il_folder_create(folder, dir, &d.sweep, &setup, err);
    sweep_draft_close(&d);
    return st;
}

int sweep_continues(const struct options *o)
{
    return o->operands == 1 && sweep_is_folder(o->operand[0]);
}

static il_status open_old(const struct options *o, il_folder **folder, il_error *err)
{
    const struct opt_row *row = sweep_of_runs(o);

    for (size_t i = 0; i < o->onces && !row; i++)
        if (strcmp(o->once[i].row->name, "out") == 0 ||
            strcmp(o->once[i].row->name, "pack-size") == 0)
            row = o->once[i].row;
    if (row && o->operands)
        return cli_error(err, IL_E_USAGE,
                         "--%s: '%s' is a sweep already, and what it trains is fixed; 'initlab "
                         "sweep extend' adds values to it",
                         row->name, o->operand[0]);
    return sweep_folder(o, 0, folder, err);
}

il_status sweep_open(const struct options *o, const char *kind, il_folder **folder, il_error *err)
{
    *folder = NULL;
    return kind ? create(o, kind, folder, err) : open_old(o, folder, err);
}
