/* folder_journal.c - a folder's journals: whose they are, a new one, and which there are. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "core/inside.h"
#include "folder_impl.h"
#include "initlab/numbers.h"

enum { FORMAT = 2, TRIES = 1000 };

/* ---- writing --------------------------------------------------------------------------------- */

void il_folder_drop(const struct il_folder *f, struct il_journal *j)
{
    il_journal_drop(j);
    if (j->size > 0)
        return;
    if (j->path)
        il_inside_remove(f->path, j->path + strlen(f->path) + 1);
    il_journal_close(j);
}

il_status il_folder_journal(const struct il_folder *f, struct il_journal *j, json_t *env,
                            il_error *err)
{
    char host[64] = "", name[128];
    const long long since = (long long)time(NULL);
    il_status st = IL_OK;

    gethostname(host, sizeof host - 1);
    for (char *p = host; *p; p++)
        if (*p == '/')
            *p = '_';
    for (int i = 0; i < TRIES; i++) { /* a name of its own: containers share hosts and pids */
        snprintf(name, sizeof name, "journal/%s-%lld-%ld-%d.jsonl", host, since, (long)getpid(), i);
        st = il_journal_create(j, f->path, name, err);
        if (st == IL_OK || errno != EEXIST)
            break;
    }
    if (st == IL_OK)
        st = il_journal_add(j,
                            json_pack("{s:i, s:s, s:i, s:o}", "journal", FORMAT, "plan",
                                      il_folder_sum(f), "numbers", IL_NUMBERS, "environment", env),
                            err);
    else
        json_decref(env);
    if (st != IL_OK)
        il_folder_drop(f, j);
    return st;
}

/* ---- reading --------------------------------------------------------------------------------- */

enum il_owner il_folder_owner(const struct il_folder *f, const json_t *head)
{
    const json_t *const format = json_object_get(head, "journal");
    const char *const plan = json_string_value(json_object_get(head, "plan"));

    if (!format)
        return IL_OWNER_UNKNOWN;
    return json_integer_value(format) == FORMAT && il_folder_is_ours(f, plan) ? IL_OWNER_US
                                                                              : IL_OWNER_OTHER;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void il_folder_free_names(char **names, size_t n)
{
    for (size_t i = 0; names && i < n; i++)
        free(names[i]);
    free(names);
}

/* What it means that the folder cannot be read: it may be a link, or a file. */
static il_status cannot_read(int why)
{
    if (why == ENOMEM)
        return IL_E_MEMORY;
    return why == ENOTDIR || why == ELOOP || why == EACCES ? IL_E_DATA : IL_E_IO;
}

il_status il_folder_journals(const struct il_folder *f, char ***names, size_t *n, il_error *err)
{
    const int fd = il_inside_folder(f->path, "journal");
    DIR *const d = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *e;
    size_t room = 0;

    *names = NULL;
    *n = 0;
    if (!d) {
        const int why = errno;

        if (fd >= 0)
            close(fd);
        return why == ENOENT ? IL_OK
                             : il_fail(err, cannot_read(why), "cannot read '%s/journal': %s",
                                       f->path, il_inside_why(why));
    }
    while ((e = readdir(d))) {
        const size_t length = strlen(e->d_name);

        if (length < 7 || strcmp(e->d_name + length - 6, ".jsonl") != 0)
            continue;
        if (*n == room) {
            char **const more = realloc(*names, (room = 2 * room + 16) * sizeof *more);

            if (!more)
                goto memory;
            *names = more;
        }
        if (!((*names)[*n] = strdup(e->d_name)))
            goto memory;
        ++*n;
    }
    closedir(d);
    if (*n)
        qsort(*names, *n, sizeof **names, by_name);
    return IL_OK;
memory:
    closedir(d);
    il_folder_free_names(*names, *n);
    *names = NULL;
    return il_fail(err, IL_E_MEMORY, "out of memory");
}
