/* folder_journal.c - a folder's journals: who writes one, and what all of them say of the packs. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "folder_impl.h"
#include "initlab/numbers.h"

enum { FORMAT = 2, TRIES = 1000 };

/* ---- writing --------------------------------------------------------------------------------- */

il_status il_folder_journal(const struct il_folder *f, struct il_journal *j, json_t *env,
                            il_error *err)
{
    char host[64] = "", path[IL_PATH];
    const long long since = (long long)time(NULL);
    il_status st = IL_OK;

    gethostname(host, sizeof host - 1);
    for (char *p = host; *p; p++)
        if (*p == '/')
            *p = '_';
    for (int i = 0; i < TRIES; i++) { /* a name of its own: containers share hosts and pids */
        snprintf(path, sizeof path, "%s/journal/%s-%lld-%ld-%d.jsonl", f->path, host, since,
                 (long)getpid(), i);
        il_journal_close(j);
        if (access(path, F_OK) != 0) {
            st = il_journal_create(j, path, err);
            if (st == IL_OK || errno != EEXIST)
                break;
        }
    }
    if (st == IL_OK)
        st = il_journal_add(j,
                            json_pack("{s:i, s:s, s:i, s:o}", "journal", FORMAT, "plan",
                                      f->setup.sum, "numbers", IL_NUMBERS, "environment", env),
                            err);
    else
        json_decref(env);
    return st;
}

il_status il_folder_fail(il_folder *f, size_t pack, il_status why, const char *text, il_error *err)
{
    char *words = strdup(text);
    il_status st;

    if (!words)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    il_utf8(words);
    IL_TRY(il_folder_may_add(f, err));
    IL_TRY(il_folder_make_parts(f, err));
    if (!f->journal.path)
        IL_TRY(il_folder_journal(f, &f->journal, json_object(), err));
    IL_TRY(il_journal_add(&f->journal,
                          json_pack("{s:I, s:s, s:I, s:i, s:s}", "pack", (json_int_t)pack, "status",
                                    "failed", "attempt", (json_int_t)f->pack[pack].attempts + 1,
                                    "code", il_status_exit(why), "error", words),
                          err));
    IL_TRY(il_journal_commit(&f->journal, err));
    f->pack[pack].status = IL_PACK_FAILED;
    f->pack[pack].attempts++;
    free(f->pack[pack].error);
    f->pack[pack].error = words;
    words = NULL;
out:
    free(words);
    return st;
}

/* ---- reading --------------------------------------------------------------------------------- */

enum il_owner il_folder_owner(const struct il_folder *f, const json_t *head)
{
    const json_t *const format = json_object_get(head, "journal");
    const char *const plan = json_string_value(json_object_get(head, "plan"));

    if (!format)
        return IL_OWNER_UNKNOWN;
    return json_integer_value(format) == FORMAT && plan && strcmp(plan, f->setup.sum) == 0
               ? IL_OWNER_US
               : IL_OWNER_OTHER;
}

/* Of several journals' numbers those count that are not ours. */
static void note_numbers(struct il_folder *f, const json_t *head)
{
    const json_t *const said = json_object_get(head, "numbers");
    const json_int_t n = said ? json_integer_value(said) : 1;

    if (f->numbers == 0 || n != IL_NUMBERS)
        f->numbers = n > 0 && n < UINT_MAX ? (unsigned)n : UINT_MAX;
}

unsigned il_folder_numbers(const il_folder *f) { return f->numbers ? f->numbers : IL_NUMBERS; }

il_status il_folder_goes_on(const il_folder *f, il_error *err)
{
    const unsigned n = il_folder_numbers(f);

    return n == IL_NUMBERS
               ? IL_OK
               : il_fail(err, IL_E_DATA,
                         "'%s' has numbers %u, this initlab computes numbers %d (see "
                         "docs/numerics.md): what it has can be ranked and exported, but the rest "
                         "would not be of its kind; train the sweep anew in another folder, or go "
                         "on with the initlab that began it",
                         f->path, n, IL_NUMBERS);
}

il_status il_folder_may_add(const struct il_folder *f, il_error *err)
{
    if (il_folder_goes_on(f, err) == IL_OK)
        return IL_OK;
    if (err)
        err->status = IL_E_CREATE;
    return IL_E_CREATE;
}

/* Is the line the run that the plan has there? */
static int is_run(const struct il_folder *f, size_t place, const char *line)
{
    json_t *const run = json_loads(line, 0, NULL);
    const char *const id = json_string_value(json_object_get(run, "run"));
    char ours[17];
    const int same =
        id && il_folder_id(f, f->plan->order[place], ours, NULL) == IL_OK && strcmp(id, ours) == 0;

    json_decref(run);
    return same;
}

int il_folder_has(const struct il_folder *f, char *const *line, size_t lines)
{
    json_t *const last = json_loads(line[lines - 1], 0, NULL);
    const json_int_t pack = json_integer_value(json_object_get(last, "pack"));
    int has = json_is_integer(json_object_get(last, "pack")) && pack >= 0 &&
              (size_t)pack < f->plan->packs && f->plan->pack[pack].count == lines - 1;

    for (size_t i = 0; has && i + 1 < lines; i++)
        has = is_run(f, f->plan->pack[pack].first + i, line[i]);
    json_decref(last);
    return has;
}

static il_status note_damage(struct il_folder *f, const char *name, off_t byte, il_error *err)
{
    il_damage *more;

    for (size_t i = 0; i < f->damages; i++)
        if (strcmp(f->damage[i].journal, name) == 0)
            return IL_OK;
    more = realloc(f->damage, (f->damages + 1) * sizeof *more);
    if (!more)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    f->damage = more;
    more[f->damages].byte = (size_t)byte;
    snprintf(more[f->damages++].journal, sizeof more->journal, "%s", name);
    return IL_OK;
}

const il_damage *il_folder_damage(il_folder *f)
{
    return f->told < f->damages ? &f->damage[f->told++] : NULL;
}

il_status il_folder_read(struct il_folder *f, const char *name, size_t *from,
                         il_journal_group_fn *each, void *arg, il_error *err)
{
    char path[IL_PATH];
    off_t damage;
    il_status st;

    snprintf(path, sizeof path, "%s/journal/%s", f->path, name);
    IL_TRY(il_journal_read(path, from, each, arg, &damage, err));
    if (damage != IL_UNDAMAGED)
        st = note_damage(f, name, damage, err);
out:
    return st;
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

il_status il_folder_journals(const struct il_folder *f, char ***names, size_t *n, il_error *err)
{
    char path[IL_PATH];
    const struct dirent *e;
    size_t room = 0;
    DIR *d;

    *names = NULL;
    *n = 0;
    il_folder_file(f, "journal", path, 0);
    d = opendir(path);
    if (!d)
        return errno == ENOENT
                   ? IL_OK
                   : il_fail(err, IL_E_IO, "cannot read '%s': %s", path, strerror(errno));
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

/* a pack's last line: done counts for good, a failure until it is done */
static il_status note_pack(struct il_folder *f, const json_t *line, il_error *err)
{
    const json_t *const number = json_object_get(line, "pack");
    const char *const status = json_string_value(json_object_get(line, "status"));
    const json_int_t attempt = json_integer_value(json_object_get(line, "attempt"));
    il_folder_pack *p;

    if (!json_is_integer(number) || !status)
        return IL_OK; /* of a later version, or none of ours */
    if (json_integer_value(number) < 0 || (size_t)json_integer_value(number) >= f->plan->packs)
        return il_fail(err, IL_E_DATA, "%s: a journal has a pack %lld, the plan has %zu", f->path,
                       (long long)json_integer_value(number), f->plan->packs);
    p = &f->pack[json_integer_value(number)];
    if (attempt > (json_int_t)p->attempts)
        p->attempts = (unsigned)attempt;
    if (strcmp(status, "done") == 0) {
        const char *const run = json_string_value(json_object_get(line, "best_run"));
        const json_t *const best = json_object_get(line, "best");

        p->status = IL_PACK_DONE;
        p->diverged = (size_t)json_integer_value(json_object_get(line, "diverged"));
        p->best = run && json_is_number(best) ? json_number_value(best) : -1;
        snprintf(p->best_run, sizeof p->best_run, "%s", run ? run : "");
    } else if (p->status != IL_PACK_DONE) {
        const char *const text = json_string_value(json_object_get(line, "error"));

        p->status = IL_PACK_FAILED;
        free(p->error);
        p->error = strdup(text ? text : "");
    }
    return IL_OK;
}

/* a group: the first of a file has its head before the pack's lines */
struct scan {
    struct il_folder *f;
    int first;
    enum il_owner owner;
};

static il_status scan_group(void *arg, char *const *line, size_t lines, il_error *err)
{
    struct scan *const s = arg;
    json_t *value;
    il_status st = IL_OK;

    if (s->first) {
        value = json_loads(line[0], 0, NULL);
        s->owner = il_folder_owner(s->f, value);
        if (s->owner == IL_OWNER_US)
            note_numbers(s->f, value);
        s->first = 0;
        json_decref(value);
    }
    if (s->owner == IL_OWNER_US ||
        (s->owner == IL_OWNER_UNKNOWN && il_folder_has(s->f, line, lines))) {
        value = json_loads(line[lines - 1], 0, NULL);
        st = note_pack(s->f, value, err);
        json_decref(value);
    }
    return st;
}

il_status il_folder_scan(il_folder *f, il_error *err)
{
    char **names = NULL;
    size_t n = 0;
    il_status st;

    for (size_t p = 0; p < f->plan->packs; p++) {
        free(f->pack[p].error);
        f->pack[p] = (il_folder_pack){ .cost = f->pack[p].cost, .best = -1 };
    }
    f->numbers = 0;
    IL_TRY(il_folder_journals(f, &names, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct scan s = { .f = f, .first = 1 };
        size_t from = 0;

        IL_TRY(il_folder_read(f, names[i], &from, scan_group, &s, err));
    }
out:
    il_folder_free_names(names, n);
    return st;
}
