/* dataset.c - four IDX files, each right in itself and all fitting each other, held in memory. */
#include "initlab/dataset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "core/error.h"
#include "core/inside.h"
#include "core/word.h"
#include "dataset_files.h"
#include "idx.h"
#include "nonzero_lists.h"

enum {
    TRAIN_IMAGES = IL_TRAIN_IMAGES,
    TRAIN_LABELS = IL_TRAIN_LABELS,
    TEST_IMAGES = IL_TEST_IMAGES,
    TEST_LABELS = IL_TEST_LABELS,
    FILES = IL_DATASET_FILES
};

static const struct {
    const char *words; /* for bytes that come from no file */
    unsigned dims;
} files[FILES] = {
    { "training images", 3 },
    { "training labels", 1 },
    { "test images", 3 },
    { "test labels", 1 },
};

/* sums of the uncompressed files as first published */
static const struct {
    const char *name, *sum[FILES];
} known[] = {
    { "mnist",
      { "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2" } },
    { "fashion-mnist",
      { "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34" } },
};

struct il_dataset {
    struct il_idx file[FILES];
    size_t classes;
    double density;
    struct il_nonzero_sizes lists[2]; /* of training and test images */
    const char *name;
    char sum[65];
};

/* ---- what all datasets have to fulfil -------------------------------------------------------- */

static il_status check_pair(const struct il_idx *images, const struct il_idx *labels,
                            char *const names[2], il_error *err)
{
    if (images->size[0] != labels->size[0])
        return il_fail(err, IL_E_DATA, "%s: has %u images, but %s has %u labels", names[0],
                       (unsigned)images->size[0], names[1], (unsigned)labels->size[0]);
    return IL_OK;
}

static il_status check_labels(il_dataset *set, char *const names[FILES], il_error *err)
{
    const struct il_idx *train = &set->file[TRAIN_LABELS], *test = &set->file[TEST_LABELS];
    unsigned largest = 0;

    for (size_t i = 0; i < train->bytes; i++)
        largest = train->data[i] > largest ? train->data[i] : largest;
    if (largest == 0)
        return il_fail(err, IL_E_DATA, "%s: all labels are 0, at least 2 classes are needed",
                       names[TRAIN_LABELS]);
    for (size_t i = 0; i < test->bytes; i++)
        if (test->data[i] > largest)
            return il_fail(err, IL_E_DATA,
                           "%s: label %u at sample %zu, but the training labels end at %u",
                           names[TEST_LABELS], test->data[i], i, largest);
    set->classes = largest + 1;
    return IL_OK;
}

static void measure(struct il_nonzero_sizes *out, const struct il_idx *images)
{
    il_nonzero_lists_measure(out, images->data, images->size[0], images->bytes / images->size[0]);
}

/* The sum over all files. The first, most of the bytes, is hashed already: its state goes on. */
static void sum_all(il_dataset *set)
{
    struct il_sha256 all = set->file[0].sha;

    for (int f = 1; f < FILES; f++) {
        uint8_t header[IL_IDX_HEADER];

        il_sha256_add(&all, header, il_idx_header(&set->file[f], header));
        il_sha256_add(&all, set->file[f].data, set->file[f].bytes);
    }
    il_sha256_hex(&all, set->sum);
}

static const char *known_name(const il_dataset *set)
{
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        int same = 0;

        for (int f = 0; f < FILES; f++) {
            char hex[65];

            il_sha256_hex(&set->file[f].sha, hex);
            same += strcmp(hex, known[k].sum[f]) == 0;
        }
        if (same == FILES)
            return known[k].name;
    }
    return "";
}

/* All files are read: do they fit each other? names are for errors. */
static il_status finish(il_dataset *set, char *const names[FILES], il_error *err)
{
    const struct il_idx *train = &set->file[TRAIN_IMAGES], *test = &set->file[TEST_IMAGES];
    il_status st = IL_OK;

    IL_TRY(check_pair(train, &set->file[TRAIN_LABELS], names + TRAIN_IMAGES, err));
    IL_TRY(check_pair(test, &set->file[TEST_LABELS], names + TEST_IMAGES, err));
    if (train->size[1] != test->size[1] || train->size[2] != test->size[2])
        return il_fail(err, IL_E_DATA, "%s: images of %u x %u pixels, but those of %s have %u x %u",
                       names[TEST_IMAGES], (unsigned)test->size[1], (unsigned)test->size[2],
                       names[TRAIN_IMAGES], (unsigned)train->size[1], (unsigned)train->size[2]);
    IL_TRY(check_labels(set, names, err));
    measure(&set->lists[0], train);
    measure(&set->lists[1], test);
    set->density = (double)set->lists[0].entries / (double)train->bytes;
    set->name = known_name(set);
    sum_all(set);
out:
    return st;
}

/* ---- from files ------------------------------------------------------------------------------ */

/* Is this the name of file f, as published or as it was found? Sums are of what is not compressed. */
static int is_name_of(const char *name, const char *path, int f)
{
    const char *const slash = strrchr(path, '/'), *const own = slash ? slash + 1 : path;
    const size_t n = strlen(own) - (il_ends_in(path, ".gz") ? 3 : 0);

    return strcmp(name, il_dataset_file_name(f)) == 0 ||
           (strlen(name) == n && memcmp(name, own, n) == 0);
}

/* One line of SHA256SUMS, `HEX  NAME` or `HEX *NAME`; other files' names are passed over. */
static il_status check_line(const il_dataset *set, char *line, const char *path, size_t number,
                            char *const names[FILES], il_error *err)
{
    const size_t hexes = strspn(line, "0123456789abcdefABCDEF");

    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] == '\0')
        return IL_OK;
    if (hexes != 64 || line[64] != ' ' || (line[65] != ' ' && line[65] != '*') || line[66] == '\0')
        return il_fail(err, IL_E_DATA, "%s:%zu: expected 64 hexadecimal digits, two spaces, a name",
                       path, number);
    for (int f = 0; f < FILES; f++) {
        char hex[65];

        if (!is_name_of(line + 66, names[f], f))
            continue;
        il_sha256_hex(&set->file[f].sha, hex);
        if (strncasecmp(line, hex, 64) != 0)
            return il_fail(err, IL_E_DATA, "%s: SHA-256 %s, but line %zu of %s says %.64s",
                           names[f], hex, number, path, line);
    }
    return IL_OK;
}

enum { SUMS_MOST = 1 << 20 };

static il_status check_sums(const il_dataset *set, const char *dir, char *const names[FILES],
                            il_error *err)
{
    char *path, *line = NULL;
    size_t size = 0, number = 0;
    struct stat info;
    FILE *in = NULL;
    il_status st = IL_OK;

    if (asprintf(&path, "%s/SHA256SUMS", dir) < 0)
        return il_fail(err, IL_E_MEMORY, "%s: no memory", dir);
    in = il_open_stream(path);
    if (!in) {
        if (errno != ENOENT)
            st = il_fail(err, il_or_memory(errno, IL_E_DATA), "%s: cannot open: %s", path,
                         il_open_why(errno));
        goto out;
    }
    if (fstat(fileno(in), &info) != 0 || info.st_size > SUMS_MOST) {
        st = il_fail(err, IL_E_DATA, "%s: more than %d bytes is too much", path, SUMS_MOST);
        goto out;
    }
    errno = 0;
    while (getline(&line, &size, in) >= 0)
        IL_TRY(check_line(set, line, path, ++number, names, err));
    if (!feof(in))
        st = il_fail(err, il_or_memory(errno, IL_E_DATA), "%s: cannot read: %s", path,
                     strerror(errno));
out:
    if (in)
        fclose(in);
    free(line);
    free(path);
    return st;
}

il_status il_dataset_open(il_dataset **out, const char *dir, il_error *err)
{
    il_dataset *set = calloc(1, sizeof *set);
    struct il_dataset_files found = { NULL };
    il_status st = IL_OK;

    *out = NULL;
    if (!set) {
        st = il_fail(err, IL_E_MEMORY, "%s: no memory", dir);
        goto out;
    }
    IL_TRY(il_dataset_find(&found, dir, err));
    for (int f = 0; f < FILES; f++)
        IL_TRY(il_idx_read(&set->file[f], found.path[f], files[f].dims, err));
    IL_TRY(check_sums(set, found.folder, found.path, err));
    IL_TRY(finish(set, found.path, err));
    *out = set;
    set = NULL;
out:
    il_dataset_files_free(&found);
    il_dataset_free(set);
    return st;
}

/* ---- from memory ----------------------------------------------------------------------------- */

static il_status copy(struct il_idx *idx, int f, const size_t size[3], const uint8_t *bytes,
                      il_error *err)
{
    uint8_t header[IL_IDX_HEADER];
    il_status st;

    idx->dims = files[f].dims;
    for (unsigned d = 0; d < idx->dims; d++) {
        if (size[d] > INT32_MAX)
            return il_fail(err, IL_E_DATA, "%s: size %zu in dimension %u, at most %d is possible",
                           files[f].words, size[d], d + 1, INT32_MAX);
        idx->size[d] = (uint32_t)size[d];
    }
    st = il_idx_check(idx, files[f].words, err);
    if (st != IL_OK)
        return st;
    if (!bytes)
        return il_fail(err, IL_E_DATA, "%s: none given", files[f].words);
    idx->data = malloc(idx->bytes);
    if (!idx->data)
        return il_fail(err, IL_E_MEMORY, "%s: no memory for %zu bytes", files[f].words, idx->bytes);
    memcpy(idx->data, bytes, idx->bytes);
    il_sha256_start(&idx->sha);
    il_sha256_add(&idx->sha, header, il_idx_header(idx, header));
    il_sha256_add(&idx->sha, idx->data, idx->bytes);
    return IL_OK;
}

il_status il_dataset_from(il_dataset **out, size_t rows, size_t columns, il_samples train,
                          il_samples test, il_error *err)
{
    const size_t train_size[3] = { train.count, rows, columns },
                 test_size[3] = { test.count, rows, columns };
    il_dataset *set = calloc(1, sizeof *set);
    char *names[FILES];
    il_status st = IL_OK;

    *out = NULL;
    if (!set)
        return il_fail(err, IL_E_MEMORY, "dataset: no memory");
    for (int f = 0; f < FILES; f++)
        names[f] = (char *)files[f].words;
    IL_TRY(copy(&set->file[TRAIN_IMAGES], TRAIN_IMAGES, train_size, train.images, err));
    IL_TRY(copy(&set->file[TRAIN_LABELS], TRAIN_LABELS, train_size, train.labels, err));
    IL_TRY(copy(&set->file[TEST_IMAGES], TEST_IMAGES, test_size, test.images, err));
    IL_TRY(copy(&set->file[TEST_LABELS], TEST_LABELS, test_size, test.labels, err));
    IL_TRY(finish(set, names, err));
    *out = set;
    set = NULL;
out:
    il_dataset_free(set);
    return st;
}

/* ---- what a dataset is ----------------------------------------------------------------------- */

void il_dataset_free(il_dataset *set)
{
    if (!set)
        return;
    for (int f = 0; f < FILES; f++)
        free(set->file[f].data);
    free(set);
}

il_samples il_dataset_train(const il_dataset *set)
{
    return (il_samples){ set->file[TRAIN_IMAGES].size[0], set->file[TRAIN_IMAGES].data,
                         set->file[TRAIN_LABELS].data };
}

il_samples il_dataset_test(const il_dataset *set)
{
    return (il_samples){ set->file[TEST_IMAGES].size[0], set->file[TEST_IMAGES].data,
                         set->file[TEST_LABELS].data };
}

size_t il_dataset_pixels(const il_dataset *set)
{
    return (size_t)set->file[TRAIN_IMAGES].size[1] * set->file[TRAIN_IMAGES].size[2];
}

size_t il_dataset_rows(const il_dataset *set) { return set->file[TRAIN_IMAGES].size[1]; }

size_t il_dataset_classes(const il_dataset *set) { return set->classes; }

double il_dataset_density(const il_dataset *set) { return set->density; }

double il_dataset_guess(const il_dataset *set)
{
    const il_samples test = il_dataset_test(set);
    size_t of[256] = { 0 }, most = 0;

    for (size_t i = 0; i < test.count; i++)
        if (++of[test.labels[i]] > most)
            most = of[test.labels[i]];
    return (double)most / (double)test.count;
}

const struct il_nonzero_sizes *il_dataset_train_lists(const il_dataset *set)
{
    return &set->lists[0];
}

const struct il_nonzero_sizes *il_dataset_test_lists(const il_dataset *set)
{
    return &set->lists[1];
}

const char *il_dataset_name(const il_dataset *set) { return set->name; }

const char *il_dataset_sum(const il_dataset *set) { return set->sum; }
