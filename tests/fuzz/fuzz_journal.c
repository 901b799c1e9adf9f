/*
 * fuzz_journal.c - a journal of arbitrary bytes: as it is, and once more with @plan and @0 to @5 replaced
 * by the plan's sum and the ids of its runs and with the sums of its lines made right, so that what the
 * lines say is reached. Reading ends, twice the same; what is read is in the file; a scan and a merge
 * take it or say what is wrong, and no run is in the results twice.
 */
#include <inttypes.h>
#include <unistd.h>
#include "core/crc32c.h"
#include "folder/folder_impl.h"
#include "sweep_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

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
            fputs(sweep.folder->setup.sum, f);
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

static il_status see(void *arg, char *const *line, size_t lines, il_error *err)
{
    struct seen *const s = arg;

    (void)err;
    require(lines > 0, "an empty group");
    for (size_t i = 0; i < lines; i++)
        require(strlen(line[i]) == 0 ||
                    memmem(s->file->bytes, s->file->n, line[i], strlen(line[i])) != NULL,
                "a line that is not in the file");
    s->groups++;
    s->lines += lines;
    return IL_OK;
}

static void read_twice(const char *path, const struct text *t)
{
    struct seen s[3] = { { t, 0, 0 }, { t, 0, 0 }, { t, 0, 0 } };
    size_t from[3] = { 0 };
    off_t damage[3];

    for (int i = 0; i < 2; i++)
        require(il_journal_read(path, &from[i], see, &s[i], &damage[i], NULL) == IL_OK, "not read");
    require(s[0].lines == s[1].lines && from[0] == from[1] && damage[0] == damage[1],
            "not the same");
    require(from[0] <= t->n && (damage[0] == IL_UNDAMAGED || (size_t)damage[0] < t->n),
            "places that the file does not have");
    from[2] = from[0];
    require(il_journal_read(path, &from[2], see, &s[2], &damage[2], NULL) == IL_OK, "not read on");
    require(s[2].groups <= s[0].groups && (s[2].groups == 0 || damage[0] != IL_UNDAMAGED),
            "read on from another place");
}

static void take(const char *path)
{
    char results[96];
    il_results *r = NULL;
    il_error err = { 0 };
    il_status st = il_folder_scan(sweep.folder, &err);

    require(st == IL_OK || (st == IL_E_DATA && err.text[0]), "a scan fails in another way");
    st = il_results_merge(sweep.folder, &err);
    require(st == IL_OK || (st == IL_E_DATA && err.text[0]), "a merge fails in another way");
    if (st == IL_OK) {
        il_tally t;

        require(il_results_open(&r, sweep.folder, NULL) == IL_OK &&
                    il_results_tally(r, &t, NULL) == IL_OK && t.ok + t.diverged + t.failed <= 6,
                "more runs than there are");
        il_results_close(r);
    }
    snprintf(results, sizeof results, "%s/results.sqlite", sweep.path);
    unlink(results);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct text file;
    char path[96];

    open_sweep();
    snprintf(path, sizeof path, "%s/journal/a.jsonl", sweep.path);
    for (int sealed = 0; sealed < 2; sealed++) {
        file = fill_in(bytes, n);
        if (sealed)
            seal(&file);
        write_file(path, file.bytes, file.n);
        read_twice(path, &file);
        take(path);
        free(file.bytes);
    }
    return 0;
}
