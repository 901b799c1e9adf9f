/* check_files.c - can the runs be trained that begin with weights of files? Asked before a sweep begins. */
#include "check_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"

/* what was read: which init for which layers */
struct read {
    char *of;
    int good;
};

struct files {
    const il_sweep *sweep;
    const il_folder *folder; /* NULL: none yet */
    const il_dataset *set;   /* NULL: nothing is read */
    struct read *read;       /* [reads] */
    size_t reads, bad;       /* bad: runs */
    il_error first;          /* of these, with the run */
};

static void name_run(const il_sweep *s, size_t run, char text[200])
{
    size_t n = (size_t)snprintf(text, 200, "run %zu", run);

    for (size_t i = 0; i < il_sweep_varied(s) && n < 199; i++) {
        const il_varied v = il_sweep_value(s, run, i);

        n += (size_t)snprintf(text + n, 200 - n, "%s%s=%s", i ? ", " : " (", v.name, v.value);
    }
    if (n < 199 && il_sweep_varied(s) > 0)
        strcpy(text + n, ")");
}

/* of one run */
static il_status check(const struct files *f, const il_config *c, il_error *why)
{
    const il_status st = f->folder ? il_folder_check_known(f->folder, c, why) : IL_OK;

    return st == IL_OK && f->set ? il_check_files(c, f->set, why) : st;
}

/* Do runs begin with files, of all that the sweep has? Most sweeps need no look at millions of runs. */
static int may_read(const il_sweep *s)
{
    size_t n;

    for (size_t part = 0; part < il_sweep_parts(s); part++) {
        const char *const text = il_sweep_part_text(s, part, &n);

        if (memmem(text, n, "file", 4))
            return 1;
    }
    return 0;
}

/* was this read before? Else it is read now; NULL: out of memory */
static const struct read *look(struct files *f, size_t run, const il_config *c)
{
    il_error why = { .text = "" };
    char *of = NULL, name[200];
    struct read *more;

    if (asprintf(&of, "%s\n%s", il_config_get(c, "layers"), il_config_get(c, "init")) < 0)
        return NULL;
    for (size_t i = 0; i < f->reads; i++)
        if (strcmp(f->read[i].of, of) == 0) {
            free(of);
            return &f->read[i];
        }
    more = realloc(f->read, (f->reads + 1) * sizeof *more);
    if (!more) {
        free(of);
        return NULL;
    }
    f->read = more;
    more += f->reads++;
    *more = (struct read){ of, check(f, c, &why) == IL_OK };
    if (more->good || f->bad > 0)
        return more;
    if (why.status == IL_E_MEMORY)
        return NULL;
    name_run(f->sweep, run, name);
    cli_error(&f->first, IL_E_DATA, "%s: %.250s", name, why.text);
    return more;
}

static il_status check_run(struct files *f, size_t run, il_error *err)
{
    const struct read *seen;
    il_config *c = NULL;
    il_status st = il_sweep_config(f->sweep, run, &c, err);

    if (st == IL_OK && il_reads_files(c)) {
        seen = look(f, run, c);
        if (seen)
            f->bad += !seen->good;
        else
            st = cli_no_memory(err);
    }
    il_config_free(c);
    return st;
}

il_status sweep_check_files(const il_sweep *sweep, const il_folder *folder, const il_dataset *set,
                            il_error *err)
{
    struct files f = { .sweep = sweep, .folder = folder, .set = set };
    const size_t runs = il_sweep_runs(sweep);
    il_status st = IL_OK;

    if (!may_read(sweep) || (!set && il_folder_check_known(folder, NULL, NULL) == IL_OK))
        return IL_OK;
    for (size_t run = 0; run < runs && st == IL_OK; run++)
        st = check_run(&f, run, err);
    if (st == IL_OK && f.bad > 0)
        st = cli_error(err, IL_E_DATA,
                       "%.420s; %zu of the %zu runs cannot be trained, 'sweep run' trains the "
                       "others",
                       f.first.text, f.bad, runs);
    for (size_t i = 0; i < f.reads; i++)
        free(f.read[i].of);
    free(f.read);
    return st;
}
