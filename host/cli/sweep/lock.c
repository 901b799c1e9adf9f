/* lock.c - who is at work on a sweep's folder: one process for all packs, or shards of one count. */
#include "lock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "common/cli_error.h"

enum { WAIT = 100 }; /* tenths of a second: workers of a killed sweep end within one */

/* Is it locked so? A file system without locks says yes: journals are safe without, too. */
static int try_lock(int fd, int how)
{
    return flock(fd, how | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/*
 * The folder's lock, which shards of one count share: it holds the count, written while nobody shares it.
 * NULL, or who has it.
 */
static const char *share(const struct sweep_lock *l, size_t shards)
{
    char text[32], there[32] = "";
    const int n = snprintf(text, sizeof text, "%zu\n", shards);

    if (try_lock(l->all, LOCK_EX) &&
        (ftruncate(l->all, 0) != 0 || pwrite(l->all, text, (size_t)n, 0) != n))
        return NULL; /* a full disk: training says so */
    if (!try_lock(l->all, LOCK_SH))
        return "a 'sweep run' of all shards is at work on this folder";
    if (pread(l->all, there, sizeof there - 1, 0) > 0 && strcmp(there, text) != 0)
        return "shards of another count are at work on this folder";
    return NULL;
}

/* NULL, or who else trains what this command would. */
static const char *take(const struct sweep_lock *l, size_t shards)
{
    const char *who;

    if (shards == 1)
        return try_lock(l->all, LOCK_EX) ? NULL : "another 'sweep run' is at work on this folder";
    who = share(l, shards);
    if (!who && !try_lock(l->shard, LOCK_EX))
        who = "another 'sweep run' is at work on this shard";
    return who;
}

il_status sweep_lock(struct sweep_lock *l, const il_folder *folder, size_t shard, size_t shards,
                     il_error *err)
{
    char name[64];
    const char *who;
    il_status st = il_folder_lock_file(folder, "lock", &l->all, err);

    snprintf(name, sizeof name, "lock.%zu-of-%zu", shard, shards);
    if (st == IL_OK && shards > 1)
        st = il_folder_lock_file(folder, name, &l->shard, err);
    for (int i = 0; st == IL_OK && (who = take(l, shards)); i++) {
        flock(l->all, LOCK_UN);
        if (i == WAIT)
            return cli_error(err, IL_E_INTERRUPTED, "%s", who);
        nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
    }
    return st;
}

void sweep_unlock(struct sweep_lock *l)
{
    if (l->all >= 0)
        close(l->all);
    if (l->shard >= 0)
        close(l->shard);
    *l = (struct sweep_lock)SWEEP_UNLOCKED;
}
