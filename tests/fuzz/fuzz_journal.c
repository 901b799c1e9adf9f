/*
 * fuzz_journal.c - a journal of arbitrary bytes: as it is, and once more with @plan and @0 to @5 replaced
 * by the plan's sum and the ids of its runs and with the sums of its lines made right, so that what the
 * lines say is reached. Reading ends, twice the same; what is read is in the file; a scan and a merge
 * take what is right in it, both the same, and nothing in it stops them.
 */
#include <inttypes.h>
#include <unistd.h>
#include "core/crc32c.h"
#include "folder/folder_impl.h"
#include "sweep_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char JOURNAL[] = "journal/a.jsonl";

struct text {
    char *bytes;
    size_t n;
};

/* ---- the file -------------------------------------------------------------------------------- */

static struct text fill_in(const uint8_t *bytes, size_t n)
{
    struct text t = { 0 };
    FILE *const f = open_memstream(&t.bytes, &t.n);
    char id[17];

    require(f != NULL, "no memory");
    for (size_t i = 0; i < n; i++) {
        if (n - i >= 5 && memcmp(bytes + i, "@plan", 5) == 0) {
            fputs(il_folder_sum(sweep.folder), f);
            i += 4;
        } else if (n - i >= 2 && bytes[i] == '@' && bytes[i + 1] >= '0' && bytes[i + 1] < '6') {
            require(il_folder_id(sweep.folder, bytes[++i] - (size_t)'0', id, NULL) == IL_OK,
                    "no id");
            fputs(id, f);
        } else {
            fputc(bytes[i], f);
        }
    }
    require(fclose(f) == 0, "no memory");
    return t;
}

static void seal(struct text *t)
{
    uint32_t sum = 0;
    char *end;

    for (char *p = t->bytes; (end = memchr(p, '\n', t->n - (size_t)(p - t->bytes))); p = end + 1) {
        char digits[9];

        if (end - p < 10)
            continue;
        sum = il_crc32c(sum, p + 9, (size_t)(end - p) - 9);
        snprintf(digits, sizeof digits, "%08" PRIx32, sum);
        memcpy(p, digits, 8);
        if (p[9] == '.')
            sum = 0;
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

struct seen {
    const struct text *file;
    size_t groups, lines;
};

static il_status see(void *arg, struct il_journal_group *g, il_error *err)
{
    struct seen *const s = arg;

    (void)err;
    require(g->lines > 0 && g->at < g->end && g->end <= s->file->n, "no group of the file");
    for (size_t i = 0; i < g->lines; i++)
        require(strlen(g->line[i]) == 0 ||
                    memmem(s->file->bytes, s->file->n, g->line[i], strlen(g->line[i])) != NULL,
                "a line that is not in the file");
    s->groups++;
    s->lines += g->lines;
    return IL_OK;
}

static off_t read_from(size_t *from, struct seen *s)
{
    const struct il_journal_reader reader = { see, s, 4096, 16384, 1 << 20 };
    struct il_journal_damage damage;

    require(il_journal_read(&reader, sweep.path, JOURNAL, from, &damage, NULL) == IL_OK,
            "not read");
    return damage.byte;
}

static void read_twice(const struct text *t)
{
    struct seen s[3] = { { t, 0, 0 }, { t, 0, 0 }, { t, 0, 0 } };
    size_t from[3] = { 0 };
    off_t damage[3];

    for (int i = 0; i < 2; i++)
        damage[i] = read_from(&from[i], &s[i]);
    require(s[0].lines == s[1].lines && from[0] == from[1] && damage[0] == damage[1],
            "not the same");
    require(from[0] <= t->n && (damage[0] == IL_UNDAMAGED || (size_t)damage[0] < t->n),
            "places that the file does not have");
    from[2] = from[0];
    damage[2] = read_from(&from[2], &s[2]);
    require(s[2].groups <= s[0].groups && (s[2].groups == 0 || damage[0] != IL_UNDAMAGED),
            "read on from another place");
}

static void take(const char *path)
{
    char results[96];
    il_results *r = NULL;
    il_error err = { 0 };
    size_t ended = 0;
    il_tally t;

    require(il_folder_scan(sweep.folder, &err) == IL_OK, "a scan fails");
    require(il_results_merge(sweep.folder, &err) == IL_OK, "a merge fails");
    for (size_t p = 0; p < 2; p++)
        ended += il_folder_pack_at(sweep.folder, p)->trained +
                 il_folder_pack_at(sweep.folder, p)->failed;
    require(il_results_open(&r, sweep.folder, NULL) == IL_OK &&
                il_results_tally(r, &t, NULL) == IL_OK && t.ok + t.diverged + t.failed == ended,
            "other runs than the scan has");
    il_results_close(r);
    snprintf(results, sizeof results, "%s/results.sqlite", sweep.path);
    unlink(results);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct text file;
    char path[96];

    open_sweep();
    snprintf(path, sizeof path, "%s/%s", sweep.path, JOURNAL);
    for (int sealed = 0; sealed < 2; sealed++) {
        file = fill_in(bytes, n);
        if (sealed)
            seal(&file);
        write_file(path, file.bytes, file.n);
        read_twice(&file);
        take(path);
        free(file.bytes);
    }
    return 0;
}
