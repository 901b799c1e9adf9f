/* folder_scan.c - read a folder's journals: the groups that count, the damage, and what all say of the packs. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/hash.h"
#include "core/inside.h"
#include "group.h"

enum { TOLD_OF_ONE = 20 }; /* damaged places of a journal that are kept */

/* ---- a journal ------------------------------------------------------------------------------- */

static il_status note_damage(struct il_folder *f, const char *name, size_t byte, int unread,
                             const char *what, il_error *err)
{
    size_t of_it = 0;
    il_damage *more;

    for (size_t i = 0; i < f->damages; i++)
        if (strcmp(f->damage[i].journal, name) == 0) {
            of_it++;
            if (f->damage[i].byte == byte)
                return IL_OK;
        }
    if (of_it == TOLD_OF_ONE)
        return IL_OK;
    more = realloc(f->damage, (f->damages + 1) * sizeof *more);
    if (!more)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    f->damage = more;
    more += f->damages++;
    more->byte = byte;
    more->unread = unread;
    snprintf(more->journal, sizeof more->journal, "%s", name);
    snprintf(more->what, sizeof more->what, "%s", what);
    return IL_OK;
}

const il_damage *il_folder_damage(il_folder *f)
{
    return f->told < f->damages ? &f->damage[f->told++] : NULL;
}

/* one reading of a journal */
struct reading {
    struct il_folder *f;
    const char *name;
    struct il_group_owner owner;
    il_folder_group_fn *each;
    void *arg;
};

static il_status read_group(void *arg, struct il_journal_group *text, il_error *err)
{
    struct reading *const r = arg;
    struct il_group g;
    il_status st = il_group_read(&g, r->f, text, &r->owner, err);

    if (st == IL_OK && g.head && r->owner.owner == IL_OWNER_US)
        il_folder_note_numbers(r->f, g.head);

    if (st == IL_OK && text->wrong[0])
        st = note_damage(r->f, r->name, text->at, 0, text->wrong, err);
    else if (st == IL_OK && g.counts)
        st = r->each(r->arg, &g, err);
    il_group_free(&g);
    return st;
}

il_status il_folder_read(struct il_folder *f, const char *name, struct il_folder_reading *r,
                         il_folder_group_fn *each, void *arg, il_error *err)
{
    struct reading reading = { f, name, { r->owner, 0 }, each, arg };
    const struct il_journal_reader reader = { read_group, &reading, f->most.line, f->most.group,
                                              f->most.file };
    char file[300];
    struct il_journal_damage damage;
    il_status st;

    snprintf(file, sizeof file, "journal/%s", name);
    IL_TRY(il_journal_read(&reader, f->path, file, &r->from, &damage, err));
    r->owner = reading.owner.owner;
    if (damage.byte != IL_UNDAMAGED)
        st = note_damage(f, name, (size_t)damage.byte, damage.unread, damage.what, err);
out:
    return st;
}

/* ---- all of them ------------------------------------------------------------------------------ */

static il_status note_error(il_folder_pack *p, const json_t *line, il_error *err)
{
    free(p->error);
    p->error = strdup(json_string_value(json_object_get(line, "error")));
    return p->error ? IL_OK : il_fail(err, IL_E_MEMORY, "out of memory");
}

static unsigned char how_it_ended(const json_t *run)
{
    const int diverged =
        json_integer_value(json_array_get(json_object_get(run, "diverged"), 0)) > 0;

    return (unsigned char)(IL_ENDED_TRAINED | (diverged ? IL_ENDED_DIVERGED : 0) |
                           (json_is_true(json_object_get(run, "stuck")) ? IL_ENDED_STUCK : 0));
}

/* the runs of a group: which are trained, and why the first that is not */
static il_status note_runs(struct il_folder *f, const struct il_group *g, il_error *err)
{
    struct il_ended *const run = f->ended + f->plan->pack[g->index].first + g->first;
    il_folder_pack *const p = &f->pack[g->index];
    const double best = json_number_value(json_object_get(g->pack, "best"));
    const char *const whose = json_string_value(json_object_get(g->pack, "best_run"));
    size_t failed = 0;
    il_status st = IL_OK;

    for (size_t i = 0; i < g->runs && st == IL_OK; i++) {
        const int trained = !il_group_failed(g, i);

        if (!(run[i].how & IL_ENDED_TRAINED)) {
            run[i].how = trained ? how_it_ended(g->run[i]) : IL_ENDED_FAILED;
            run[i].depth = (unsigned char)g->depth;
        }
        if (!trained && failed++ == 0)
            st = note_error(p, g->run[i], err);
    }
    if (whose[0] && best > p->best) {
        p->best = best;
        snprintf(p->best_run, sizeof p->best_run, "%s", whose);
    }
    return st;
}

/* a group: runs that are trained count for good, a failure until they are */
static il_status note_pack(void *arg, const struct il_group *g, il_error *err)
{
    struct il_folder *const f = arg;
    const json_int_t attempt = json_integer_value(json_object_get(g->pack, "attempt"));
    const il_sweep_pack *const at = &f->plan->pack[g->index];
    il_folder_pack *const p = &f->pack[g->index];

    if (!g->pack)
        return IL_OK;
    if (g->left == 0 && attempt > (json_int_t)p->attempts)
        p->attempts = (unsigned)attempt;
    if (!g->failed)
        return note_runs(f, g, err);
    for (size_t i = 0; i < at->count; i++)
        if (f->ended[at->first + i].how == 0)
            f->ended[at->first + i].how = IL_ENDED_FAILED;
    return note_error(p, g->pack, err);
}

/* when all is read: what the packs' runs came to */
static void settle(struct il_folder *f)
{
    for (size_t k = 0; k < f->plan->packs; k++) {
        const il_sweep_pack *const at = &f->plan->pack[k];
        il_folder_pack *const p = &f->pack[k];

        for (size_t i = 0; i < at->count; i++) {
            const struct il_ended *const run = &f->ended[at->first + i];

            p->trained += (run->how & IL_ENDED_TRAINED) != 0;
            p->failed += run->how == IL_ENDED_FAILED;
            p->diverged += (run->how & IL_ENDED_DIVERGED) != 0;
            p->stuck += (run->how & IL_ENDED_STUCK) != 0;
            p->halved |= run->depth > 0;
        }
        p->status = p->trained + p->failed < at->count ? IL_PACK_TODO
                    : p->trained > 0                   ? IL_PACK_DONE
                                                       : IL_PACK_FAILED;
        if (p->failed > 0)
            continue;
        free(p->error);
        p->error = NULL;
    }
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
    memset(f->ended, 0, f->plan->runs * sizeof *f->ended);
    f->numbers = 0;
    IL_TRY(il_folder_journals(f, &names, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct il_folder_reading r = { 0 };

        IL_TRY(il_folder_read(f, names[i], &r, note_pack, f, err));
    }
    settle(f);
out:
    il_folder_free_names(names, n);
    return st;
}

/* ---- has anything come since? ---------------------------------------------------------------- */

/* a file's name and size into the hash; one that cannot be opened has none */
static uint64_t hash_file(uint64_t hash, const char *folder, const char *name)
{
    const int fd = il_inside_open(folder, name, O_RDONLY);
    struct stat s = { .st_size = -1 };
    char text[340];

    if (fd >= 0) {
        if (fstat(fd, &s) != 0)
            s.st_size = -1;
        close(fd);
    }
    snprintf(text, sizeof text, "%s %lld", name, (long long)s.st_size);
    return il_hash_text(hash, text);
}

il_status il_folder_mark(const il_folder *f, uint64_t *mark, il_error *err)
{
    char **names = NULL, file[300];
    size_t n = 0;
    il_status st;

    *mark = hash_file(IL_HASH_START, f->path, "sweep.json");
    IL_TRY(il_folder_journals(f, &names, &n, err));
    for (size_t i = 0; i < n; i++) {
        snprintf(file, sizeof file, "journal/%s", names[i]);
        *mark = hash_file(*mark, f->path, file);
    }
out:
    il_folder_free_names(names, n);
    return st;
}
