/*
 * sweep_outside.c - files that runs of a sweep begin with. Their content is part of what a run is, so it
 * counts by its sum, which the sweep's folder keeps.
 */
#include <stdlib.h>
#include <string.h>
#include "config/config.h"
#include "formats/weights.h"
#include "sweep_impl.h"

static il_status keep(struct il_sweep *s, const char *path, il_error *err)
{
    if ((s->files & (s->files + 1)) == 0) { /* room for 1, 3, 7, ... */
        struct il_sweep_file *const more = realloc(s->file, 2 * (s->files + 1) * sizeof *more);

        if (!more)
            return il_fail(err, IL_E_MEMORY, "out of memory");
        s->file = more;
    }
    s->file[s->files] = (struct il_sweep_file){ strdup(path), NULL };
    if (!s->file[s->files].path)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    s->files++;
    return IL_OK;
}

il_status il_sweep_keep_files(struct il_sweep *s, const il_config *c, il_error *err)
{
    const char *path;
    il_status st = IL_OK;

    for (size_t i = 0; st == IL_OK && (path = il_config_file(c, i)); i++)
        st = keep(s, path, err);
    return st;
}

il_status il_sweep_take_files(struct il_sweep *s, const struct il_sweep *from, il_error *err)
{
    il_status st = IL_OK;

    for (size_t i = 0; st == IL_OK && i < from->files; i++)
        st = keep(s, from->file[i].path, err);
    return st;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct il_sweep_file *)a)->path, ((const struct il_sweep_file *)b)->path);
}

void il_sweep_sort_files(struct il_sweep *s)
{
    size_t n = 0;

    if (s->files)
        qsort(s->file, s->files, sizeof *s->file, by_path);
    for (size_t i = 0; i < s->files; i++)
        if (n > 0 && by_path(&s->file[n - 1], &s->file[i]) == 0)
            free(s->file[i].path);
        else
            s->file[n++] = s->file[i];
    s->files = n;
}

static struct il_sweep_file *find(const struct il_sweep *s, const char *path)
{
    size_t low = 0, high = s->files;

    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = strcmp(path, s->file[middle].path);

        if (order == 0)
            return &s->file[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *il_sweep_file_sum(const struct il_sweep *s, const char *path)
{
    const struct il_sweep_file *const f = find(s, path);

    return f && f->sum ? f->sum : "";
}

il_status il_sweep_know_file(struct il_sweep *s, const char *path, const char *sum, il_error *err)
{
    struct il_sweep_file *const f = find(s, path);
    char *copy;

    if (!f)
        return il_fail(err, IL_E_DATA, "'%.200s' is no file of the sweep", path);
    if (strlen(sum) != 64 || strspn(sum, "0123456789abcdef") != 64)
        return il_fail(err, IL_E_DATA, "the sum of '%.200s' is none", path);
    copy = strdup(sum);
    if (!copy)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    free(f->sum);
    f->sum = copy;
    return IL_OK;
}

il_status il_sweep_sum_files(struct il_sweep *s, const struct il_sweep *before, il_error *err)
{
    char sum[65];
    il_status st = IL_OK;

    for (size_t i = 0; i < s->files && st == IL_OK; i++) {
        const struct il_sweep_file *const old = before ? find(before, s->file[i].path) : NULL;
        il_error why = { .text = "" };

        if (old) { /* its runs have their ids, with its sum or without */
            st = old->sum ? il_sweep_know_file(s, old->path, old->sum, err) : IL_OK;
            continue;
        }
        st = il_weights_sum(s->file[i].path, sum, &why);
        if (st == IL_OK)
            st = il_sweep_know_file(s, s->file[i].path, sum, err);
        else
            st = st == IL_E_DATA ? IL_OK : il_fail(err, st, "%s", why.text);
    }
    return st;
}

static il_status check_file(const struct il_sweep_file *f, il_error *err)
{
    il_error why = { .text = "" };
    char now[65];
    const il_status st = f->sum ? il_weights_sum(f->path, now, &why) : IL_OK;

    if (st == IL_E_IO || st == IL_E_MEMORY)
        return il_fail(err, st, "%s", why.text);
    return !f->sum || st != IL_OK || strcmp(now, f->sum) == 0
               ? IL_OK
               : il_fail(err, IL_E_DATA,
                         "'%.300s' is not what it was when the sweep was made: its sum begins with "
                         "%.16s, not %.16s; bring the old one back, or make the sweep anew in "
                         "another folder",
                         f->path, now, f->sum);
}

il_status il_sweep_check_files(const struct il_sweep *s, const il_config *c, il_error *err)
{
    il_status st = IL_OK;
    const char *path;

    for (size_t i = 0; !c && i < s->files; i++)
        IL_TRY(check_file(&s->file[i], err));
    for (size_t i = 0; c && (path = il_config_file(c, i)); i++) {
        const struct il_sweep_file *const f = find(s, path);

        if (f)
            IL_TRY(check_file(f, err));
    }
out:
    return st;
}

/* the i-th file of a config, or of them all; NULL: there are no more */
static const char *file_of(const struct il_sweep *s, const il_config *c, size_t i)
{
    if (c)
        return il_config_file(c, i);
    return i < s->files ? s->file[i].path : NULL;
}

il_status il_sweep_check_known(const struct il_sweep *s, const il_config *c, il_error *err)
{
    const char *path;

    for (size_t i = 0; (path = file_of(s, c, i)); i++)
        if (!*il_sweep_file_sum(s, path))
            return il_fail(err, IL_E_DATA,
                           "'%.300s' could not be read when the sweep was made, so its content is "
                           "no part of what the run is; make the sweep anew in another folder",
                           path);
    return IL_OK;
}

void il_sweep_free_files(struct il_sweep *s)
{
    for (size_t i = 0; i < s->files; i++) {
        free(s->file[i].path);
        free(s->file[i].sum);
    }
    free(s->file);
}
